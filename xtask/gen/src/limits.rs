//! `docs/limits.md`, from the constants and comments of `core/src/limits.rs`.

use std::fmt::Write as _;

/// The whole page, or the line of the source that is not understood.
pub(crate) fn markdown(source: &str) -> Result<String, String> {
    let mut page = String::from(
        "<!-- Written by `cargo xtask gen` from core/src/limits.rs. Do not edit. -->\n\
         # Limits\n\n\
         Every input is bounded before it is read. What is larger is refused with a code of kind `limit`.\n\n\
         | bound | value | why this number |\n|---|---|---|\n",
    );
    let mut why: Vec<&str> = Vec::new();
    for line in source.lines() {
        let line = line.trim();
        if let Some(comment) = line.strip_prefix("///") {
            why.push(comment.trim());
        } else if let Some(constant) = line.strip_prefix("pub const ") {
            let (name, shown) = constant
                .split_once(": ")
                .and_then(|(name, rest)| Some((name, shown(rest.split_once(" = ")?.1.strip_suffix(';')?))))
                .ok_or_else(|| format!("core/src/limits.rs: not understood: {line}"))?;
            _ = writeln!(page, "| `{name}` | {shown} | {} |", why.join(" ").replace('|', "\\|"));
            why.clear();
        } else if line.starts_with("#[cfg(test)]") {
            break;
        } else if line.is_empty() {
            why.clear();
        }
    }
    Ok(page)
}

/// A value or a range of values, as people write it; an expression of another form stays one.
fn shown(expression: &str) -> String {
    let number = |text| value(text).map(grouped);
    let text = match expression.split_once("..=") {
        Some((low, high)) => number(low).zip(number(high)).map(|(low, high)| format!("{low} to {high}")),
        None => number(expression),
    };
    text.unwrap_or_else(|| format!("`{expression}`"))
}

/// The value of a product of decimal numbers.
fn value(expression: &str) -> Option<u64> {
    expression
        .split('*')
        .map(|factor| factor.trim().replace('_', "").parse::<u64>().ok())
        .try_fold(1, |product: u64, factor| product.checked_mul(factor?))
}

fn grouped(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constant_becomes_a_row() {
        let page = markdown("/// A quote:\n/// 8000 at most.\npub const QUOTE_BYTES: usize = 64 * 1024;\n")
            .expect("understood");
        assert!(page.ends_with("| `QUOTE_BYTES` | 65,536 | A quote: 8000 at most. |\n"), "{page}");
    }

    #[test]
    fn ranges_and_expressions_are_shown() {
        assert_eq!(shown("2048..=8_192"), "2,048 to 8,192");
        assert_eq!(shown("(1 << 33) - 1"), "`(1 << 33) - 1`");
    }

    #[test]
    fn what_is_not_understood_is_an_error() {
        assert!(markdown("pub const A: usize =").is_err());
    }

    #[test]
    fn the_real_table_is_understood() {
        let page = markdown(include_str!("../../../core/src/limits.rs")).expect("understood");
        assert!(page.contains("| `QUOTE_BYTES` | "), "{page}");
        assert!(!page.contains("|  |"), "a bound without a reason: {page}");
    }
}
