//! Points in time and windows of validity. The core has no clock: every `now` is an argument.

use core::fmt;

/// Seconds since 1970-01-01T00:00:00Z, without leap seconds, as X.509 and Intel's JSON count them.
///
/// ```
/// # use veriquote::UnixTime;
/// let t = UnixTime::parse_rfc3339_utc("2026-01-15T00:00:00Z").unwrap();
/// assert_eq!(t, UnixTime(1_768_435_200));
/// assert_eq!(t.to_string(), "2026-01-15T00:00:00Z");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnixTime(pub i64);

const SECONDS_PER_DAY: i64 = 86_400;

impl UnixTime {
    /// Parses `YYYY-MM-DDThh:mm:ssZ` and nothing else: no fractions, no offsets, no lower case.
    ///
    /// This is the only form Intel's collateral uses. Returns `None` for every other text, and for
    /// dates that do not exist.
    #[must_use]
    pub fn parse_rfc3339_utc(text: &str) -> Option<Self> {
        let &[y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1, b'T', h0, h1, b':', n0, n1, b':', s0, s1, b'Z'] =
            text.as_bytes()
        else {
            return None;
        };
        let year = number(&[y0, y1, y2, y3])?;
        let civil = Civil {
            year,
            month: number(&[m0, m1])?,
            day: number(&[d0, d1])?,
            hour: number(&[h0, h1])?,
            minute: number(&[n0, n1])?,
            second: number(&[s0, s1])?,
        };
        civil.to_unix()
    }

    /// The time of a civil UTC date, or `None` if there is no such date.
    #[must_use]
    pub fn from_civil(year: i64, month: i64, day: i64, hour: i64, minute: i64, second: i64) -> Option<Self> {
        Civil { year, month, day, hour, minute, second }.to_unix()
    }

    /// This time moved by `seconds`, stopping at the ends of the range.
    #[must_use]
    pub const fn saturating_add(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds))
    }

    /// Seconds from `earlier` to this time; negative when `earlier` is later.
    #[must_use]
    pub const fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl fmt::Display for UnixTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Civil { year, month, day, hour, minute, second } = Civil::from_unix(*self);
        if !(0..=9999).contains(&year) {
            return write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z");
        }
        // A result has some ten times in it, and the formatter takes eight times as long.
        let digits = [year.div_euclid(100), year.rem_euclid(100), month, day, hour, minute, second];
        let [[a, b], [c, d], [m, n], [p, q], [h, i], [j, k], [s, t]] = digits.map(two_digits);
        let text = [a, b, c, d, b'-', m, n, b'-', p, q, b'T', h, i, b':', j, k, b':', s, t, b'Z'];
        f.write_str(core::str::from_utf8(&text).map_err(|_| fmt::Error)?)
    }
}

/// A number below a hundred.
fn two_digits(number: i64) -> [u8; 2] {
    let number = u8::try_from(number).unwrap_or_default();
    [b'0'.saturating_add(number / 10), b'0'.saturating_add(number % 10)]
}

/// A closed window of validity: both ends are inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// First second inside.
    pub not_before: UnixTime,
    /// Last second inside.
    pub not_after: UnixTime,
}

impl Window {
    /// Every representable time.
    pub const ALWAYS: Self = Self { not_before: UnixTime(i64::MIN), not_after: UnixTime(i64::MAX) };

    /// True when `now` lies inside, ends included.
    #[must_use]
    pub fn contains(&self, now: UnixTime) -> bool {
        self.not_before <= now && now <= self.not_after
    }

    /// What both windows share; may be empty (`not_before > not_after`).
    #[must_use]
    pub fn intersect(self, other: Self) -> Self {
        Self {
            not_before: self.not_before.max(other.not_before),
            not_after: self.not_after.min(other.not_after),
        }
    }
}

struct Civil {
    year: i64,
    month: i64,
    day: i64,
    hour: i64,
    minute: i64,
    second: i64,
}

impl Civil {
    fn to_unix(&self) -> Option<UnixTime> {
        let days_in_month = match self.month {
            2 if is_leap(self.year) => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => return None,
        };
        let in_range = (0..=9999).contains(&self.year)
            && (1..=days_in_month).contains(&self.day)
            && (0..24).contains(&self.hour)
            && (0..60).contains(&self.minute)
            && (0..60).contains(&self.second);
        if !in_range {
            return None;
        }
        // Days of the civil calendar, counted in 400-year eras that start on 1 March.
        let year = if self.month <= 2 { self.year.checked_sub(1)? } else { self.year };
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let month = self.month.checked_add(9)?.rem_euclid(12);
        let day_of_year =
            month.checked_mul(153)?.checked_add(2)?.div_euclid(5).checked_add(self.day)?.checked_sub(1)?;
        let day_of_era = year_of_era
            .checked_mul(365)?
            .checked_add(year_of_era.div_euclid(4))?
            .checked_sub(year_of_era.div_euclid(100))?
            .checked_add(day_of_year)?;
        let days = era.checked_mul(146_097)?.checked_add(day_of_era)?.checked_sub(719_468)?;
        let seconds = self
            .hour
            .checked_mul(3600)?
            .checked_add(self.minute.checked_mul(60)?)?
            .checked_add(self.second)?;
        days.checked_mul(SECONDS_PER_DAY)?.checked_add(seconds).map(UnixTime)
    }

    fn from_unix(time: UnixTime) -> Self {
        let days = time.0.div_euclid(SECONDS_PER_DAY).saturating_add(719_468);
        let second_of_day = time.0.rem_euclid(SECONDS_PER_DAY);
        let era = days.div_euclid(146_097);
        let day_of_era = days.rem_euclid(146_097);
        let year_of_era = day_of_era
            .saturating_sub(day_of_era.div_euclid(1460))
            .saturating_add(day_of_era.div_euclid(36_524))
            .saturating_sub(day_of_era.div_euclid(146_096))
            .div_euclid(365);
        let day_of_year = day_of_era.saturating_sub(
            year_of_era
                .saturating_mul(365)
                .saturating_add(year_of_era.div_euclid(4))
                .saturating_sub(year_of_era.div_euclid(100)),
        );
        let month_from_march = day_of_year.saturating_mul(5).saturating_add(2).div_euclid(153);
        let day = day_of_year
            .saturating_sub(month_from_march.saturating_mul(153).saturating_add(2).div_euclid(5))
            .saturating_add(1);
        let month = if month_from_march < 10 {
            month_from_march.saturating_add(3)
        } else {
            month_from_march.saturating_sub(9)
        };
        let year = era.saturating_mul(400).saturating_add(year_of_era).saturating_add(i64::from(month <= 2));
        Self {
            year,
            month,
            day,
            hour: second_of_day.div_euclid(3600),
            minute: second_of_day.rem_euclid(3600).div_euclid(60),
            second: second_of_day.rem_euclid(60),
        }
    }
}

fn is_leap(year: i64) -> bool {
    year.rem_euclid(4) == 0 && (year.rem_euclid(100) != 0 || year.rem_euclid(400) == 0)
}

fn number(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0i64, |value, digit| {
        let digit = digit.checked_sub(b'0').filter(|d| *d <= 9)?;
        value.checked_mul(10)?.checked_add(i64::from(digit))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn known_dates_go_both_ways() {
        for (text, seconds) in [
            ("1970-01-01T00:00:00Z", 0),
            ("2000-02-29T12:34:56Z", 951_827_696),
            ("2049-12-31T23:59:59Z", 2_524_607_999),
            ("2050-01-01T00:00:00Z", 2_524_608_000),
            ("0000-01-01T00:00:00Z", -62_167_219_200),
            ("9999-12-31T23:59:59Z", 253_402_300_799),
        ] {
            assert_eq!(UnixTime::parse_rfc3339_utc(text), Some(UnixTime(seconds)), "{text}");
            assert_eq!(UnixTime(seconds).to_string(), text);
        }
    }

    #[test]
    fn refuses_what_is_not_exactly_the_form() {
        for text in [
            "",
            "2026-01-15T00:00:00",
            "2026-01-15T00:00:00.000Z",
            "2026-01-15t00:00:00Z",
            "2026-01-15T00:00:00+00:00",
            "2026-02-29T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-00-01T00:00:00Z",
            "2026-01-00T00:00:00Z",
            "2026-01-15T24:00:00Z",
            "2026-01-15T00:60:00Z",
            "2026-01-15T00:00:60Z",
            "2026-1-15T00:00:00Z",
            " 2026-01-15T00:00:00Z",
            "202\u{661}-01-15T00:00:00Z",
        ] {
            assert_eq!(UnixTime::parse_rfc3339_utc(text), None, "{text}");
        }
    }

    #[test]
    fn every_day_of_four_centuries_round_trips() {
        for day in 0..146_097 {
            let t = UnixTime(day * SECONDS_PER_DAY + 3661);
            assert_eq!(UnixTime::parse_rfc3339_utc(&t.to_string()), Some(t));
        }
    }

    #[test]
    fn extremes_print_without_panicking() {
        let _ = UnixTime(i64::MIN).to_string();
        let _ = UnixTime(i64::MAX).to_string();
    }
}
