//! Time: seconds since 1970, written in the three ways that certificates and JSON want.

/// The forge's clock: 2026-01-15T00:00:00Z.
pub const NOW: i64 = 1_768_435_200;

/// Seconds of a day.
pub const DAY: i64 = 86_400;

/// `YYYY-MM-DDThh:mm:ssZ`.
#[must_use]
pub fn rfc3339(time: i64) -> String {
    let [year, month, day, hour, minute, second] = civil(time);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// Year, month, day, hour, minute, second of the proleptic Gregorian calendar.
pub(crate) fn civil(time: i64) -> [i64; 6] {
    let (days, seconds) = (time.div_euclid(DAY), time.rem_euclid(DAY));
    let mut year = 1970;
    let mut left = days;
    let length = |year: i64| {
        if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) { 366 } else { 365 }
    };
    while left < 0 {
        year -= 1;
        left += length(year);
    }
    while left >= length(year) {
        left -= length(year);
        year += 1;
    }
    let february = length(year) - 337;
    let mut month = 1;
    for days in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if left < days {
            break;
        }
        left -= days;
        month += 1;
    }
    [year, month, left + 1, seconds / 3600, seconds / 60 % 60, seconds % 60]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_dates() {
        assert_eq!(rfc3339(NOW), "2026-01-15T00:00:00Z");
        assert_eq!(rfc3339(951_782_400), "2000-02-29T00:00:00Z");
        assert_eq!(rfc3339(1_782_809_233), "2026-06-30T08:47:13Z");
        assert_eq!(rfc3339(-1), "1969-12-31T23:59:59Z");
        assert_eq!(rfc3339(4_107_542_399), "2100-02-28T23:59:59Z");
    }
}
