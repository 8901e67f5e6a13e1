//! When a key is what: a function of the clock and of the other keys.

use veriquote::UnixTime;

use super::Algorithm;

/// Seconds for which a key is published after it signed its last token: the longest that a token may
/// last, and five minutes for clocks that differ.
pub const LONGEST_USE: i64 = 86_400 + 300;

/// What a key is at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyState {
    /// Published, so that relying parties know it, and not used yet.
    Next,
    /// Signs.
    Active,
    /// Signs no more; tokens that it signed are still in force.
    Retiring,
    /// No token that it signed is in force any more.
    Expired,
    /// Withdrawn: no token that it signed is to be accepted.
    Revoked,
}

impl KeyState {
    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Next => "next",
            Self::Active => "active",
            Self::Retiring => "retiring",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        }
    }

    /// Whether relying parties are shown it.
    #[must_use]
    pub const fn is_published(self) -> bool {
        matches!(self, Self::Next | Self::Active | Self::Retiring)
    }
}

/// What a key's file says of its times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyTimes {
    /// Its id, which decides between keys of one time.
    pub kid: String,
    /// Its algorithm.
    pub algorithm: Algorithm,
    /// From when on it signs.
    pub activates_at: UnixTime,
    /// Since when it is withdrawn.
    pub revoked_at: Option<UnixTime>,
}

impl KeyTimes {
    fn order(&self) -> (UnixTime, &str) {
        (self.activates_at, &self.kid)
    }
}

/// What `key` is at `now`, among `all` keys of an issuer that signs with `algorithm`.
#[must_use]
pub fn state(key: &KeyTimes, all: &[KeyTimes], algorithm: Algorithm, now: UnixTime) -> KeyState {
    if key.revoked_at.is_some() {
        return KeyState::Revoked;
    }
    if key.activates_at > now {
        return KeyState::Next;
    }
    let mut successors: Vec<&KeyTimes> = all
        .iter()
        .filter(|other| other.algorithm == algorithm && other.revoked_at.is_none())
        .filter(|other| other.activates_at <= now)
        .collect();
    successors.sort_by(|one, other| one.order().cmp(&other.order()));
    match successors.last() {
        Some(newest) if newest.kid == key.kid => KeyState::Active,
        // Nothing took over: an issuer whose algorithm was changed, and that has no key for it yet.
        None => KeyState::Retiring,
        Some(newest) => {
            // The first that came after it took over; where none did, its algorithm was given up.
            let next = successors.iter().find(|other| other.order() > key.order());
            let since = next.map_or(newest.activates_at.max(key.activates_at), |next| next.activates_at);
            if now.since(since) > LONGEST_USE { KeyState::Expired } else { KeyState::Retiring }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(kid: &str, activates_at: i64) -> KeyTimes {
        KeyTimes {
            kid: kid.to_owned(),
            algorithm: Algorithm::Rs256,
            activates_at: UnixTime(activates_at),
            revoked_at: None,
        }
    }

    fn states(keys: &[KeyTimes], now: i64) -> Vec<&'static str> {
        let of = |key| state(key, keys, Algorithm::Rs256, UnixTime(now)).as_str();
        keys.iter().map(of).collect()
    }

    #[test]
    fn keys_follow_each_other_with_overlap() {
        let keys = [key("a", 0), key("b", 1_000)];
        assert_eq!(states(&keys, 999), ["active", "next"]);
        assert_eq!(states(&keys, 1_000), ["retiring", "active"]);
        assert_eq!(states(&keys, 1_000 + LONGEST_USE), ["retiring", "active"]);
        assert_eq!(states(&keys, 1_001 + LONGEST_USE), ["expired", "active"]);
    }

    #[test]
    fn a_revoked_key_is_nothing_and_the_one_before_it_takes_over() {
        let mut keys = [key("a", 0), key("b", 1_000)];
        keys[1].revoked_at = Some(UnixTime(1_500));
        assert_eq!(states(&keys, 2_000), ["active", "revoked"]);
        assert_eq!(states(&keys, 500), ["active", "revoked"], "however early the clock is");
    }

    #[test]
    fn of_two_keys_of_one_time_one_signs() {
        assert_eq!(states(&[key("a", 0), key("b", 0)], 1), ["retiring", "active"]);
    }

    #[test]
    fn a_key_of_another_algorithm_is_still_published_while_its_tokens_last() {
        let mut keys = [key("a", 0), key("b", 1_000)];
        keys[0].algorithm = Algorithm::Es256;
        assert_eq!(states(&keys, 999), ["retiring", "next"]);
        assert_eq!(states(&keys, 1_000), ["retiring", "active"]);
        assert_eq!(states(&keys, 1_001 + LONGEST_USE), ["expired", "active"]);
    }
}
