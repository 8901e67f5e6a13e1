//! Challenges: a nonce that evidence must bind, so that it is fresh.
//!
//! A challenge carries its own proof, so that any node that shares the secret can check it without having
//! seen it. It is no JWT and is not made with an issuer's key: no relying party can take it for a token.
//!
//! ```text
//! vqc1.<base64url payload>.<base64url HMAC-SHA-384 over "vqc1.<payload>">
//! payload: version (1) ‖ flags (1) ‖ expires_at (8, big-endian) ‖ id (16) ‖ nonce (32)
//! ```

mod answers;
mod route;
mod secret;

use aws_lc_rs::hmac;
use veriquote::UnixTime;

pub use answers::answers;
pub use route::routes;
pub use secret::{SecretError, open_or_make};

use crate::encoding::{from_base64url, to_base64url};
use crate::random;

/// Makes and checks challenges.
pub struct Challenger {
    key: hmac::Key,
}

/// A challenge that this service made and that is not too old.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    /// Its id: hex.
    pub id: String,
    /// What the evidence must bind.
    pub nonce: [u8; 32],
    /// Its last second.
    pub expires_at: UnixTime,
    /// It may be answered once.
    pub one_time: bool,
}

/// Why a challenge is not accepted. A client is told no more than this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChallengeError {
    /// This service did not make it, or it was changed.
    NotOurs,
    /// Its time is over.
    Expired,
}

const PREFIX: &str = "vqc1.";
const VERSION: u8 = 1;
const ONE_TIME: u8 = 1;
const PAYLOAD: usize = 1 + 1 + 8 + 16 + 32;

/// Longer texts are not looked at.
const LONGEST: usize = 256;

impl Challenger {
    /// Under this secret.
    #[must_use]
    pub fn new(secret: &[u8]) -> Self {
        Self { key: hmac::Key::new(hmac::HMAC_SHA384, secret) }
    }

    /// Makes a challenge and its text.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub fn make(
        &self,
        expires_at: UnixTime,
        one_time: bool,
    ) -> Result<(Challenge, String), random::NoRandomness> {
        let (id, nonce) = (random::bytes::<16>()?, random::bytes::<32>()?);
        let mut payload = Vec::with_capacity(PAYLOAD);
        payload.extend([VERSION, if one_time { ONE_TIME } else { 0 }]);
        payload.extend(expires_at.0.to_be_bytes());
        payload.extend(id);
        payload.extend(nonce);
        let mut text = format!("{PREFIX}{}", to_base64url(&payload));
        let tag = hmac::sign(&self.key, text.as_bytes());
        text.push('.');
        text.push_str(&to_base64url(tag.as_ref()));
        Ok((Challenge { id: veriquote::bytes::to_hex(&id), nonce, expires_at, one_time }, text))
    }

    /// Checks a challenge that came back.
    ///
    /// # Errors
    /// [`ChallengeError`].
    pub fn check(&self, text: &str, now: UnixTime) -> Result<Challenge, ChallengeError> {
        let not_ours = ChallengeError::NotOurs;
        if text.len() > LONGEST {
            return Err(not_ours);
        }
        let (signed, tag) = text.rsplit_once('.').ok_or(not_ours)?;
        let tag = from_base64url(tag).map_err(|_| not_ours)?;
        hmac::verify(&self.key, signed.as_bytes(), &tag).map_err(|_| not_ours)?;
        let payload = signed.strip_prefix(PREFIX).ok_or(not_ours)?;
        let payload = from_base64url(payload).map_err(|_| not_ours)?;
        let (head, rest) = payload.split_first_chunk::<2>().ok_or(not_ours)?;
        let (expires_at, rest) = rest.split_first_chunk::<8>().ok_or(not_ours)?;
        let (id, nonce) = rest.split_first_chunk::<16>().ok_or(not_ours)?;
        let nonce: [u8; 32] = nonce.try_into().map_err(|_| not_ours)?;
        let [VERSION, flags] = *head else { return Err(not_ours) };
        let expires_at = UnixTime(i64::from_be_bytes(*expires_at));
        if now > expires_at {
            return Err(ChallengeError::Expired);
        }
        let one_time = flags & ONE_TIME == ONE_TIME;
        Ok(Challenge { id: veriquote::bytes::to_hex(id), nonce, expires_at, one_time })
    }
}

impl std::fmt::Debug for Challenger {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Challenger(…)")
    }
}

impl Challenge {
    /// The nonce as text: what `eat_nonce` says.
    #[must_use]
    pub fn nonce_text(&self) -> String {
        to_base64url(&self.nonce)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_challenge_comes_back_whole_or_not_at_all() {
        let challenger = Challenger::new(&[7; 48]);
        let (made, text) = challenger.make(UnixTime(100), true).unwrap();
        assert_eq!(challenger.check(&text, UnixTime(100)), Ok(made));
        assert_eq!(challenger.check(&text, UnixTime(101)), Err(ChallengeError::Expired));
        let other = Challenger::new(&[8; 48]);
        assert_eq!(other.check(&text, UnixTime(1)), Err(ChallengeError::NotOurs));
        for at in 0..text.len() {
            let mut changed = text.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert_eq!(challenger.check(&changed, UnixTime(1)), Err(ChallengeError::NotOurs), "{at}");
        }
        for text in ["", ".", "vqc1..", "eyJhbGciOiJIUzI1NiJ9.e30.c2ln", &"A".repeat(10_000)] {
            assert_eq!(challenger.check(text, UnixTime(1)), Err(ChallengeError::NotOurs), "{text}");
        }
    }
}
