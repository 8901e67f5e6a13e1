//! Points in time as callers write them.

use core::fmt;
use core::str::FromStr;

use serde::de::{self, Deserializer, Visitor};
use serde::{Deserialize, Serialize, Serializer};
use veriquote::UnixTime;

/// A point in time: RFC 3339 (any offset, fractions dropped) or Unix seconds.
///
/// ```
/// use veriquote_facade::Time;
/// let t: Time = "2026-01-15T02:00:00.25+02:00".parse().unwrap();
/// assert_eq!(t, "1768435200".parse().unwrap());
/// assert_eq!(t.to_string(), "2026-01-15T00:00:00Z");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(with = "TimeForm"))]
pub struct Time(pub UnixTime);

/// The forms of [`Time`] in JSON.
#[cfg(feature = "schema")]
#[derive(schemars::JsonSchema)]
#[schemars(untagged)]
#[expect(dead_code, reason = "only its schema is used")]
enum TimeForm {
    /// RFC 3339.
    Text(String),
    /// Unix seconds.
    Seconds(i64),
}

/// A text that is no point in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotATime;

impl fmt::Display for NotATime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected RFC 3339 such as `2026-01-15T00:00:00Z`, or Unix seconds")
    }
}

impl core::error::Error for NotATime {}

impl FromStr for Time {
    type Err = NotATime;

    fn from_str(text: &str) -> Result<Self, NotATime> {
        let seconds = !text.is_empty()
            && text.len() <= 12
            && text.strip_prefix('-').unwrap_or(text).bytes().all(|b| b.is_ascii_digit());
        let time = if seconds { text.parse().ok().map(UnixTime) } else { rfc3339(text) };
        time.map(Self).ok_or(NotATime)
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Form;

        impl Visitor<'_> for Form {
            type Value = Time;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("RFC 3339 or Unix seconds")
            }

            fn visit_i64<E: de::Error>(self, seconds: i64) -> Result<Time, E> {
                Ok(Time(UnixTime(seconds)))
            }

            fn visit_u64<E: de::Error>(self, seconds: u64) -> Result<Time, E> {
                let wrong = || E::invalid_value(de::Unexpected::Unsigned(seconds), &self);
                i64::try_from(seconds).map(|seconds| Time(UnixTime(seconds))).map_err(|_| wrong())
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Time, E> {
                text.parse().map_err(E::custom)
            }
        }

        deserializer.deserialize_any(Form)
    }
}

/// `YYYY-MM-DDThh:mm:ss[.fraction](Z|±hh:mm)`: RFC 3339, section 5.6, either case, `T` or a space.
fn rfc3339(text: &str) -> Option<UnixTime> {
    let (head, tail) = text.split_at_checked(19)?;
    let date_time = head.to_ascii_uppercase();
    let local = UnixTime::parse_rfc3339_utc(&match date_time.split_once(' ') {
        Some((date, time)) => format!("{date}T{time}Z"),
        None => format!("{date_time}Z"),
    })?;
    let digits = match tail.strip_prefix('.') {
        None => 0,
        Some(rest) => 1 + Some(rest.bytes().take_while(u8::is_ascii_digit).count()).filter(|n| *n > 0)?,
    };
    let offset = match tail.as_bytes().get(digits..)? {
        b"Z" | b"z" => 0,
        &[sign @ (b'+' | b'-'), h1, h0, b':', m1, m0] => {
            let number = |tens: u8, ones: u8| -> Option<i64> {
                let digits = [tens, ones];
                let text = core::str::from_utf8(&digits).ok()?;
                text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok())?
            };
            let hours = number(h1, h0).filter(|h| *h < 24)?;
            let minutes = number(m1, m0).filter(|m| *m < 60)?;
            let seconds = hours * 3600 + minutes * 60;
            if sign == b'+' { seconds } else { -seconds }
        }
        _ => return None,
    };
    Some(local.saturating_add(-offset))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_form() {
        for (text, seconds) in [
            ("0", 0),
            ("-1", -1),
            ("1768435200", 1_768_435_200),
            ("2026-01-15T00:00:00Z", 1_768_435_200),
            ("2026-01-15t00:00:00z", 1_768_435_200),
            ("2026-01-15 00:00:00Z", 1_768_435_200),
            ("2026-01-15T00:00:00.999999Z", 1_768_435_200),
            ("2026-01-15T05:30:00+05:30", 1_768_435_200),
            ("2026-01-14T16:00:00-08:00", 1_768_435_200),
        ] {
            assert_eq!(text.parse(), Ok(Time(UnixTime(seconds))), "{text}");
        }
    }

    #[test]
    fn refuses_the_rest() {
        for text in [
            "",
            "-",
            "now",
            "1.5",
            "+1",
            "1e9",
            "9999999999999",
            "2026-01-15",
            "2026-01-15T00:00:00",
            "2026-01-15T00:00:00.Z",
            "2026-01-15T00:00:00+0530",
            "2026-01-15T00:00:00+24:00",
            "2026-01-15T00:00:00+05:60",
            "2026-01-15T00:00:00Zx",
            "2026-02-30T00:00:00Z",
            "2026-01-15T00:00:0\u{e9}Z",
        ] {
            assert_eq!(text.parse::<Time>(), Err(NotATime), "{text}");
        }
    }

    #[test]
    fn json_takes_text_and_number() {
        for json in ["1768435200", "\"1768435200\"", "\"2026-01-15T00:00:00Z\""] {
            assert_eq!(serde_json::from_str::<Time>(json).unwrap(), Time(UnixTime(1_768_435_200)), "{json}");
        }
        for json in ["1.5", "true", "null", "\"soon\"", "{}"] {
            assert!(serde_json::from_str::<Time>(json).is_err(), "{json}");
        }
    }
}
