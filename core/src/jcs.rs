//! Deterministic JSON: the canonicalisation scheme of RFC 8785, for values that are read and for values
//! that are written.
//!
//! Members are sorted by the UTF-16 code units of their names, numbers are written as ECMAScript writes a
//! double, nothing is escaped that need not be.

use alloc::collections::BTreeMap;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::fmt::Write as _;

use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::json::{Node, Value};

/// A value to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Json {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// An integer that a double holds exactly.
    Integer(i64),
    /// A string.
    Text(String),
    /// `[…]`
    Array(Vec<Json>),
    /// `{…}`
    Object(BTreeMap<String, Json>),
    /// The text of a value, already canonical.
    Canonical(String),
}

impl Json {
    /// An object without members.
    #[must_use]
    pub const fn object() -> Self {
        Self::Object(BTreeMap::new())
    }

    /// A string.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// Sets a member; nothing happens to what is no object.
    pub fn set(&mut self, name: impl Into<String>, value: Self) {
        if let Self::Object(members) = self {
            members.insert(name.into(), value);
        }
    }

    /// Takes over the members of another object; nothing happens to what is no object.
    pub fn extend(&mut self, other: Self) {
        if let (Self::Object(members), Self::Object(others)) = (self, other) {
            members.extend(others);
        }
    }

    /// The canonical text.
    #[must_use]
    pub fn write(&self) -> String {
        let mut out = String::new();
        self.write_to(&mut out);
        out
    }

    fn write_to(&self, out: &mut String) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
            Self::Integer(number) => out.push_str(&number.to_string()),
            Self::Text(text) => string(text, out),
            Self::Canonical(text) => out.push_str(text),
            Self::Array(items) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    item.write_to(out);
                }
                out.push(']');
            }
            Self::Object(members) => {
                let mut members: Vec<_> = members.iter().collect();
                members.sort_by(|(one, _), (other, _)| one.encode_utf16().cmp(other.encode_utf16()));
                out.push('{');
                for (index, (name, value)) in members.into_iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    string(name, out);
                    out.push(':');
                    value.write_to(out);
                }
                out.push('}');
            }
        }
    }
}

/// The canonical text of a value that was read.
///
/// # Errors
/// `json.syntax` for a number that no double holds, or an integer that none holds exactly; `json.duplicate_key` when the value was read with
/// duplicates allowed.
pub fn canonical(node: &Node<'_>) -> Result<String, Error> {
    let mut out = String::with_capacity(node.raw.len());
    write(node, &mut out)?;
    Ok(out)
}

fn write(node: &Node<'_>, out: &mut String) -> Result<(), Error> {
    match &node.value {
        Value::Null | Value::Bool(_) => out.push_str(node.raw),
        Value::Number(text) => {
            let wrong = || {
                Error::new(Code::JsonSyntax, "")
                    .at(node.offset)
                    .with(Fact::text("expected", "a number that a double holds, an integer exactly"))
            };
            let value = text.parse::<f64>().ok().filter(|value| value.is_finite()).ok_or_else(wrong)?;
            let start = out.len();
            number(value, out);
            // RFC 7493, section 2.2: two integers that become one double would become one text.
            let is_integer = text.bytes().all(|byte| byte == b'-' || byte.is_ascii_digit());
            if is_integer && *text != "-0" && out.get(start..) != Some(text) {
                return Err(wrong());
            }
        }
        Value::String(text) => string(text, out),
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write(item, out)?;
            }
            out.push(']');
        }
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by(|one, other| one.name.encode_utf16().cmp(other.name.encode_utf16()));
            let twice = members.windows(2).find_map(|pair| match pair {
                [one, other] if one.name == other.name => Some(other),
                _ => None,
            });
            if let Some(twice) = twice {
                return Err(Error::new(Code::JsonDuplicateKey, "").at(twice.node.offset));
            }
            out.push('{');
            for (index, member) in members.into_iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                string(&member.name, out);
                out.push(':');
                write(&member.node, out)?;
            }
            out.push('}');
        }
    }
    Ok(())
}

/// RFC 8785 §3.2.2.2.
fn string(text: &str, out: &mut String) {
    out.push('"');
    let mut rest = text;
    // What is escaped is ASCII, and so are the bytes of no other character.
    while let Some((plain, byte, after)) = next_escaped(rest) {
        out.push_str(plain);
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            8 => out.push_str("\\b"),
            12 => out.push_str("\\f"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            // Writing to a String cannot fail.
            _ => drop(write!(out, "\\u{byte:04x}")),
        }
        rest = after;
    }
    out.push_str(rest);
    out.push('"');
}

/// The first byte that is escaped, with what stands before and after it.
fn next_escaped(text: &str) -> Option<(&str, u8, &str)> {
    let at = text.bytes().position(|byte| byte < 0x20 || byte == b'"' || byte == b'\\')?;
    let (plain, rest) = text.split_at_checked(at)?;
    Some((plain, *rest.as_bytes().first()?, rest.get(1..)?))
}

/// RFC 8785 §3.2.2.3: ECMAScript's `Number::toString` (ECMA-262 §6.1.6.1.20) of a finite double.
///
/// Rust's `{:e}` gives the shortest digits that read back as the same double; where the point goes is
/// decided by the exponent alone.
fn number(value: f64, out: &mut String) {
    if value == 0.0 {
        return out.push('0');
    }
    let shortest = alloc::format!("{value:e}");
    // Of two texts as short and as close, ECMAScript takes the even one; `{:.e}` rounds so, `{:e}` does not.
    let digits = shortest.bytes().take_while(|byte| *byte != b'e').filter(u8::is_ascii_digit).count();
    let even = alloc::format!("{value:.*e}", digits.saturating_sub(1));
    let text = if even.parse() == Ok(value) { even } else { shortest };
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    let (sign, mantissa) = mantissa.strip_prefix('-').map_or(("", mantissa), |rest| ("-", rest));
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let count = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    // Where the point stands, counted from the first digit.
    let point = exponent.saturating_add(1);
    out.push_str(sign);
    let zeros = |count: i32| "0".repeat(usize::try_from(count).unwrap_or_default());
    let at = |place: i32| {
        digits.split_at_checked(usize::try_from(place).unwrap_or_default()).unwrap_or((&digits, ""))
    };
    if count <= point && point <= 21 {
        out.push_str(&digits);
        out.push_str(&zeros(point.saturating_sub(count)));
    } else if 0 < point && point <= 21 {
        let (whole, fraction) = at(point);
        out.push_str(whole);
        out.push('.');
        out.push_str(fraction);
    } else if -6 < point && point <= 0 {
        out.push_str("0.");
        out.push_str(&zeros(point.saturating_neg()));
        out.push_str(&digits);
    } else {
        let (first, rest) = at(1);
        out.push_str(first);
        if !rest.is_empty() {
            out.push('.');
            out.push_str(rest);
        }
        let _ = write!(out, "e{}{}", if exponent < 0 { '-' } else { '+' }, exponent.unsigned_abs());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{Strictness, parse};

    fn of(text: &str) -> String {
        canonical(&parse(text.as_bytes(), Strictness::DOCUMENT).unwrap()).unwrap()
    }

    /// RFC 8785 Appendix B: IEEE 754 bits and their text.
    #[test]
    fn numbers_are_those_of_the_rfc() {
        for (bits, text) in [
            (0x0000_0000_0000_0000u64, "0"),
            (0x8000_0000_0000_0000, "0"),
            (0x0000_0000_0000_0001, "5e-324"),
            (0x8000_0000_0000_0001, "-5e-324"),
            (0x7fef_ffff_ffff_ffff, "1.7976931348623157e+308"),
            (0xffef_ffff_ffff_ffff, "-1.7976931348623157e+308"),
            (0x4340_0000_0000_0000, "9007199254740992"),
            (0xc340_0000_0000_0000, "-9007199254740992"),
            (0x4430_0000_0000_0000, "295147905179352830000"),
            (0x44b5_2d02_c7e1_4af5, "9.999999999999997e+22"),
            (0x44b5_2d02_c7e1_4af6, "1e+23"),
            (0x44b5_2d02_c7e1_4af7, "1.0000000000000001e+23"),
            (0x444b_1ae4_d6e2_ef4e, "999999999999999700000"),
            (0x444b_1ae4_d6e2_ef4f, "999999999999999900000"),
            (0x444b_1ae4_d6e2_ef50, "1e+21"),
            (0x3eb0_c6f7_a0b5_ed8c, "9.999999999999997e-7"),
            (0x3eb0_c6f7_a0b5_ed8d, "0.000001"),
            (0x41b3_de43_5555_5553, "333333333.3333332"),
            (0x41b3_de43_5555_5555, "333333333.3333333"),
            (0xbecb_f647_612f_3696, "-0.0000033333333333333333"),
            (0x4314_3ff3_c1cb_0959, "1424953923781206.2"),
        ] {
            let mut out = String::new();
            number(f64::from_bits(bits), &mut out);
            assert_eq!(out, text, "{bits:x}");
        }
    }

    /// RFC 8785 §3.2.2 and §3.2.3.
    #[test]
    fn documents_are_those_of_the_rfc() {
        let text = r#"{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}"#;
        let expected = "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],\"string\":\"\u{20ac}$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}";
        assert_eq!(of(text), expected);
        let text = r#"{"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One","\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}"#;
        let order: Vec<String> = ["\\r", "1", "\u{80}", "\u{f6}", "\u{20ac}", "\u{1f600}", "\u{fb33}"]
            .iter()
            .map(|name| alloc::format!("\"{name}\":"))
            .collect();
        let written = of(text);
        let places: Vec<_> = order.iter().map(|name| written.find(name.as_str()).unwrap()).collect();
        assert!(places.is_sorted(), "{written}");
    }

    #[test]
    fn what_is_canonical_stays_and_what_no_double_holds_is_refused() {
        for text in ["{}", "[]", "{\"a\":{\"b\":[1,\"x\"]},\"c\":null}", "-0.5"] {
            assert_eq!(of(text), text);
        }
        for text in ["9007199254740991", "9007199254740992", "200000000000000000000", "0"] {
            assert_eq!(of(text), text);
        }
        assert_eq!((of("-0").as_str(), of("2E20").as_str()), ("0", "200000000000000000000"));
        for text in ["1e400", "9007199254740993", "-9007199254740993", "1000000000000000000000"] {
            let node = parse(text.as_bytes(), Strictness::DOCUMENT).unwrap();
            assert_eq!(canonical(&node).unwrap_err().code(), Code::JsonSyntax, "{text}");
        }
        let lax =
            Strictness { duplicate_keys: crate::json::DuplicateKeys::FirstWins, ..Strictness::DOCUMENT };
        let node = parse(b"{\"a\":1,\"a\":2}", lax).unwrap();
        assert_eq!(canonical(&node).unwrap_err().code(), Code::JsonDuplicateKey);
    }

    #[test]
    fn written_values_are_canonical() {
        let mut value = Json::object();
        value.set("\u{fb33}", Json::Integer(-1));
        value.set("\u{1f600}", Json::Array(alloc::vec![Json::Null, Json::Bool(true)]));
        value.set("a", Json::text("\u{1}\"\n"));
        let text = value.write();
        assert_eq!(text, "{\"a\":\"\\u0001\\\"\\n\",\"\u{1f600}\":[null,true],\"\u{fb33}\":-1}");
        assert_eq!(of(&text), text);
    }
}
