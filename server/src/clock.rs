//! What time it is.

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

use veriquote::UnixTime;

/// Tells the time: the only place of the service that does.
pub trait Clock: fmt::Debug + Send + Sync {
    /// Now.
    fn now(&self) -> UnixTime;
}

/// The system's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> UnixTime {
        // A clock before 1970 makes everything not yet valid, which is refused.
        let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        UnixTime(i64::try_from(seconds).unwrap_or(i64::MAX))
    }
}

/// A clock that starts at a given time: for tests, and for demonstrations with forged evidence.
#[derive(Clone, Copy, Debug)]
pub struct ShiftedClock {
    seconds: i64,
}

impl ShiftedClock {
    /// It is `now` now.
    #[must_use]
    pub fn starting_at(now: UnixTime) -> Self {
        Self { seconds: now.0.saturating_sub(SystemClock.now().0) }
    }
}

impl Clock for ShiftedClock {
    fn now(&self) -> UnixTime {
        UnixTime(SystemClock.now().0.saturating_add(self.seconds))
    }
}
