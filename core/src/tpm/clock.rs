//! What clock and counters tell (TPM 2.0 Library, Part 1, section 36).

use super::attest::ClockInfo;
use super::name::Hierarchy;
use crate::fact::Fact;
use crate::named::named;

/// How a quote follows an earlier one of the same key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Continuity {
    /// The same boot: what was measured then is still in the registers.
    SameBoot,
    /// Suspended since: to memory, and registers were kept (TPM Resume), or to disk, and firmware measured anew
    /// into fresh ones (TPM Restart). The counters do not tell which, so look at registers anew.
    Resumed,
    /// Another boot: nothing that was known of the last one holds.
    Rebooted {
        /// Resets between the two.
        resets: u32,
    },
    /// The clock or a counter went back: the TPM was cleared, its state rolled back, or it is another TPM.
    WentBack,
}

impl Continuity {
    /// Compares two readings of one TPM by one key, the earlier first.
    ///
    /// Keys outside the endorsement and platform hierarchies report counters with a secret offset added,
    /// the same each time: only differences are looked at here, and those modulo 2^32.
    #[must_use]
    pub const fn between(earlier: &ClockInfo, later: &ClockInfo) -> Self {
        let resets = later.reset_count.wrapping_sub(earlier.reset_count);
        let restarts = later.restart_count.wrapping_sub(earlier.restart_count);
        let clock_forward = later.clock >= earlier.clock;
        if resets == 0 {
            return match restarts {
                0 if clock_forward => Self::SameBoot,
                1..=HALF if clock_forward => Self::Resumed,
                _ => Self::WentBack,
            };
        }
        // After a loss of power the clock may repeat itself, and then says that it is not safe.
        if resets > HALF || (!clock_forward && later.safe) {
            return Self::WentBack;
        }
        Self::Rebooted { resets }
    }

    /// Which of them, whatever else it holds.
    #[must_use]
    pub const fn kind(self) -> ContinuityKind {
        match self {
            Self::SameBoot => ContinuityKind::SameBoot,
            Self::Resumed => ContinuityKind::Resumed,
            Self::Rebooted { .. } => ContinuityKind::Rebooted,
            Self::WentBack => ContinuityKind::WentBack,
        }
    }

    /// The stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.kind().as_str()
    }
}

named! {
    /// What lies between two readings, without the number of resets.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum ContinuityKind {
        /// The same boot.
        SameBoot = "same_boot",
        /// The machine was suspended since.
        Resumed = "resumed",
        /// Another boot.
        Rebooted = "rebooted",
        /// The clock or a counter went back.
        WentBack = "went_back",
    }
}

named! {
    /// Whether counters and firmware version are as they are, or hidden behind a secret of the key (Part 1,
    /// 36.7).
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum Counters {
        /// The key is in the endorsement or platform hierarchy: they are true.
        Clear = "clear",
        /// The key is in the owner or null hierarchy: only their differences mean anything.
        Obfuscated = "obfuscated",
        /// It is not known where the key stands.
        Unknown = "unknown",
    }
}

impl Counters {
    pub(super) const fn of(hierarchy: Option<Hierarchy>) -> Self {
        match hierarchy {
            None => Self::Unknown,
            Some(Hierarchy::Endorsement | Hierarchy::Platform) => Self::Clear,
            Some(Hierarchy::Owner | Hierarchy::Null) => Self::Obfuscated,
        }
    }
}

/// The facts of a reading.
pub(super) fn facts(clock: &ClockInfo) -> [Fact; 4] {
    [
        Fact::number("clock", clock.clock),
        Fact::number("reset_count", u64::from(clock.reset_count)),
        Fact::number("restart_count", u64::from(clock.restart_count)),
        Fact::flag("safe", clock.safe),
    ]
}

const HALF: u32 = u32::MAX / 2;

#[cfg(test)]
mod tests {
    use super::*;

    fn at(reset_count: u32, restart_count: u32, clock: u64, safe: bool) -> ClockInfo {
        ClockInfo { clock, reset_count, restart_count, safe }
    }

    #[test]
    fn tells_boots_apart() {
        let first = at(7, 2, 1000, true);
        for (later, expected) in [
            (first, Continuity::SameBoot),
            (at(7, 2, 1001, true), Continuity::SameBoot),
            (at(7, 2, 999, true), Continuity::WentBack),
            (at(7, 3, 1000, true), Continuity::Resumed),
            (at(7, 3, 999, true), Continuity::WentBack),
            (at(7, 1, 1001, true), Continuity::WentBack),
            (at(8, 0, 1001, true), Continuity::Rebooted { resets: 1 }),
            (at(9, 9, 1000, true), Continuity::Rebooted { resets: 2 }),
            (at(8, 0, 999, false), Continuity::Rebooted { resets: 1 }),
            (at(8, 0, 999, true), Continuity::WentBack),
            (at(6, 2, 1001, true), Continuity::WentBack),
            (at(0, 0, 5, true), Continuity::WentBack),
        ] {
            assert_eq!(Continuity::between(&first, &later), expected, "{later:?}");
        }
        let hidden = at(u32::MAX, u32::MAX, 5, true);
        assert_eq!(Continuity::between(&hidden, &at(0, 4, 5, true)), Continuity::Rebooted { resets: 1 });
        assert_eq!(Continuity::between(&hidden, &at(u32::MAX, 0, 5, true)), Continuity::Resumed);
    }
}
