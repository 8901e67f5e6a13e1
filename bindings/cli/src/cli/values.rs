//! Values of flags that several commands take.

/// Seconds of an age such as `7d`.
///
/// # Errors
/// What is expected instead.
pub fn age(text: &str) -> Result<u64, String> {
    let (number, unit) = match text.strip_suffix(['d', 'h', 'm', 's']) {
        Some(number) => (number, text.get(number.len()..).unwrap_or_default()),
        None => (text, "s"),
    };
    let seconds = match unit {
        "d" => 86_400,
        "h" => 3_600,
        "m" => 60,
        _ => 1,
    };
    number
        .parse::<u64>()
        .ok()
        .and_then(|number| number.checked_mul(seconds))
        .filter(|age| *age > 0)
        .ok_or_else(|| "expected an age such as 7d, 12h, 30m or 3600".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages() {
        for (text, seconds) in [("7d", 604_800), ("12h", 43_200), ("30m", 1_800), ("5s", 5), ("5", 5)] {
            assert_eq!(age(text), Ok(seconds));
        }
        for text in ["", "d", "0", "0d", "-1d", "1w", "1.5h", "99999999999999999d"] {
            assert!(age(text).is_err(), "{text}");
        }
    }
}
