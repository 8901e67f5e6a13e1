//! Strict JSON (RFC 8259): borrowed, with the span of every value, bounded in depth and size.
//!
//! Parsers differ on duplicate members (first wins, last wins, error), and signed documents are where
//! that matters: here they are refused, unless a caller asks for the first to win in order to follow
//! another verifier. Numbers are kept as text.

mod parser;

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write as _;

use crate::error::{Code, Error};

use parser::document;

/// What to do when an object names a member twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DuplicateKeys {
    /// `json.duplicate_key`.
    Refuse,
    /// The first one counts, as in rapidjson's `FindMember`.
    FirstWins,
}

/// Whether white space between tokens is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whitespace {
    /// As RFC 8259 says.
    Allow,
    /// `json.whitespace`.
    Refuse,
}

/// How strictly to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Strictness {
    /// What to do when an object names a member twice.
    pub duplicate_keys: DuplicateKeys,
    /// Whether white space between tokens is allowed.
    pub whitespace: Whitespace,
}

impl Strictness {
    /// For documents written by people: white space is welcome, duplicate members are not.
    pub const DOCUMENT: Self = Self { duplicate_keys: DuplicateKeys::Refuse, whitespace: Whitespace::Allow };
}

/// A value with the text it was read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node<'a> {
    /// The exact text of the value, from its first to its last character.
    pub raw: &'a str,
    /// Byte offset of the value in the whole text.
    pub offset: usize,
    /// The value.
    pub value: Value<'a>,
}

/// A JSON value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number, as written.
    Number(&'a str),
    /// A string, with escapes resolved.
    String(Cow<'a, str>),
    /// `[…]`
    Array(Vec<Node<'a>>),
    /// `{…}` with its members in the order of the text.
    Object(Vec<Member<'a>>),
}

/// A member of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member<'a> {
    /// The name, with escapes resolved.
    pub name: Cow<'a, str>,
    /// The value.
    pub node: Node<'a>,
}

impl<'a> Node<'a> {
    /// The member `name` of an object; `None` for other values.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Node<'a>> {
        match &self.value {
            Value::Object(members) => members.iter().find(|member| member.name == name).map(|m| &m.node),
            _ => None,
        }
    }

    /// The members of an object.
    #[must_use]
    pub fn members(&self) -> Option<&[Member<'a>]> {
        match &self.value {
            Value::Object(members) => Some(members),
            _ => None,
        }
    }

    /// The items of an array.
    #[must_use]
    pub fn items(&self) -> Option<&[Node<'a>]> {
        match &self.value {
            Value::Array(items) => Some(items),
            _ => None,
        }
    }

    /// The text of a string.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// A boolean.
    #[must_use]
    pub const fn flag(&self) -> Option<bool> {
        match self.value {
            Value::Bool(flag) => Some(flag),
            _ => None,
        }
    }

    /// A non-negative integer, written without fraction or exponent.
    #[must_use]
    pub fn unsigned(&self) -> Option<u64> {
        match self.value {
            Value::Number(text) => text.parse().ok().filter(|_| !text.starts_with('+')),
            _ => None,
        }
    }

    /// An integer, written without fraction or exponent.
    #[must_use]
    pub fn integer(&self) -> Option<i64> {
        match self.value {
            Value::Number(text) => text.parse().ok().filter(|_| !text.starts_with('+')),
            _ => None,
        }
    }

    /// The value written anew without white space, with strings escaped as rapidjson's writer does.
    ///
    /// Only for following Intel's library, which re-serialises before it verifies.
    #[must_use]
    pub fn compact(&self) -> String {
        let mut out = String::with_capacity(self.raw.len());
        self.write_compact(&mut out);
        out
    }

    fn write_compact(&self, out: &mut String) {
        match &self.value {
            Value::Null | Value::Bool(_) | Value::Number(_) => out.push_str(self.raw),
            Value::String(text) => write_string(text, out),
            Value::Array(items) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    item.write_compact(out);
                }
                out.push(']');
            }
            Value::Object(members) => {
                out.push('{');
                for (index, member) in members.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    write_string(&member.name, out);
                    out.push(':');
                    member.node.write_compact(out);
                }
                out.push('}');
            }
        }
    }
}

/// Parses one JSON text: a value, and nothing after it but (allowed) white space.
///
/// # Errors
/// `input.encoding` (not UTF-8), `json.syntax`, `json.duplicate_key`, `json.whitespace`, `limit.depth`,
/// `limit.count`; each with the byte offset.
pub fn parse<'a>(text: &'a [u8], strictness: Strictness) -> Result<Node<'a>, Error> {
    let text = core::str::from_utf8(text)
        .map_err(|error| Error::new(Code::InputEncoding, "").at(error.valid_up_to()))?;
    document(text, strictness, usize::MAX)
}

/// The outermost value of a text and what is directly inside it. Arrays and objects in there are checked for
/// their syntax and left hollow: they are read from their own `raw`, when it is known what they are to be.
///
/// # Errors
/// Those of [`parse`] with [`Strictness::DOCUMENT`]; duplicate members of hollow objects are not looked for.
pub fn parse_outline(text: &str) -> Result<Node<'_>, Error> {
    document(text, Strictness::DOCUMENT, 1)
}

fn write_string(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if u32::from(c) < 0x20 => {
                // Writing to a String cannot fail.
                let _ = write!(out, "\\u{:04X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::parser::end_of_run;
    use super::*;
    use crate::limits;
    use alloc::format;
    use alloc::string::ToString;

    fn strict(text: &str) -> Result<Node<'_>, Error> {
        parse(text.as_bytes(), Strictness::DOCUMENT)
    }

    fn refusal(text: &str) -> (Code, Option<usize>) {
        let error = strict(text).unwrap_err();
        (error.code(), error.offset())
    }

    #[test]
    fn the_end_of_a_run_is_that_of_a_look_at_each_byte() {
        let slow = |text: &[u8]| text.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20));
        for byte in 0..=255_u8 {
            for place in 0..24 {
                // Neighbours whose subtraction borrows, and bytes with the highest bit.
                for around in [b'a', b'!', b'#', b' ', 0x7f, 0x80, 0xff, byte.wrapping_add(1)] {
                    let mut text = [around; 24];
                    text[place] = byte;
                    assert_eq!(end_of_run(&text), slow(&text), "{byte:#x} at {place} among {around:#x}");
                    assert_eq!(end_of_run(&text[3..]), slow(&text[3..]));
                }
            }
        }
        assert_eq!(end_of_run(b""), None);
    }

    #[test]
    fn spans_are_the_text_that_arrived() {
        let node = strict(" {\"a\" : [1, {\"b\":\"\\u0041\"}] , \"c\":-0.5e+2} ").unwrap();
        assert_eq!(node.get("a").unwrap().raw, "[1, {\"b\":\"\\u0041\"}]");
        assert_eq!(node.get("a").unwrap().offset, 8);
        assert_eq!(node.get("a").unwrap().items().unwrap()[1].get("b").unwrap().text(), Some("A"));
        assert_eq!(node.get("c").unwrap().value, Value::Number("-0.5e+2"));
        assert_eq!(node.compact(), "{\"a\":[1,{\"b\":\"A\"}],\"c\":-0.5e+2}");
    }

    #[test]
    fn an_outline_has_one_level_and_checks_all_of_them() {
        let text = r#"{"a":[1,{"b":2}],"c":"d\n","e":{"f":1,"f":2}}"#;
        let outline = parse_outline(text).unwrap();
        assert_eq!(outline.get("a").map(|a| (a.raw, a.items())), Some((r#"[1,{"b":2}]"#, Some(&[][..]))));
        assert_eq!(outline.get("c").unwrap().text(), Some("d\n"));
        assert_eq!(outline.get("e").map(|e| e.members()), Some(Some(&[][..])));
        let inside = parse_outline(outline.get("e").unwrap().raw).unwrap_err();
        assert_eq!(inside.code(), Code::JsonDuplicateKey);
        for wrong in [r#"{"a":[1,{"b":}]}"#, r#"{"a":1,"a":2}"#, r#"{"a":{}"#, "{} x"] {
            let error = parse_outline(wrong).unwrap_err();
            assert_eq!((error.code(), error.offset()), refusal(wrong), "{wrong}");
        }
        let deep = "[".repeat(limits::JSON_DEPTH + 1);
        assert_eq!(parse_outline(&deep).unwrap_err().code(), Code::LimitDepth);
    }

    #[test]
    fn numbers_are_integers_only_when_written_so() {
        for (text, unsigned, integer) in [
            ("0", Some(0), Some(0)),
            ("-1", None, Some(-1)),
            ("255", Some(255), Some(255)),
            ("1.0", None, None),
            ("1e2", None, None),
            ("18446744073709551615", Some(u64::MAX), None),
            ("18446744073709551616", None, None),
        ] {
            let node = strict(text).unwrap();
            assert_eq!((node.unsigned(), node.integer()), (unsigned, integer), "{text}");
        }
    }

    #[test]
    fn refuses_with_code_and_offset() {
        for (text, code, offset) in [
            ("", Code::JsonSyntax, 0),
            ("{", Code::JsonSyntax, 1),
            ("{\"a\":1,}", Code::JsonSyntax, 7),
            ("[1 2]", Code::JsonSyntax, 3),
            ("01", Code::JsonSyntax, 1),
            ("1.", Code::JsonSyntax, 2),
            ("-", Code::JsonSyntax, 1),
            ("+1", Code::JsonSyntax, 0),
            ("tru", Code::JsonSyntax, 0),
            ("\"\t\"", Code::JsonSyntax, 1),
            ("\"abc", Code::JsonSyntax, 4),
            ("\"\\x\"", Code::JsonSyntax, 2),
            ("\"\\ud800\"", Code::JsonSyntax, 2),
            ("\"\\ud800\\u0041\"", Code::JsonSyntax, 2),
            ("\"\\udc00\"", Code::JsonSyntax, 2),
            ("{} {}", Code::JsonSyntax, 3),
            ("\u{feff}{}", Code::JsonSyntax, 0),
            ("// c\n{}", Code::JsonSyntax, 0),
            ("{\"a\":1,\"b\":2,\"\\u0061\":3}", Code::JsonDuplicateKey, 13),
        ] {
            assert_eq!(refusal(text), (code, Some(offset)), "{text}");
        }
        let error = parse(b"\"\xff\"", Strictness::DOCUMENT).unwrap_err();
        assert_eq!((error.code(), error.offset()), (Code::InputEncoding, Some(1)));
    }

    #[test]
    fn depth_and_size_are_bounded() {
        let deep = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
        assert!(strict(&deep(limits::JSON_DEPTH)).is_ok());
        assert_eq!(refusal(&deep(limits::JSON_DEPTH + 1)).0, Code::LimitDepth);
        assert_eq!(refusal(&"[".repeat(100_000)).0, Code::LimitDepth);
        let wide = format!("[{}0]", "0,".repeat(limits::JSON_NODES));
        assert_eq!(refusal(&wide).0, Code::LimitCount);
    }

    #[test]
    fn duplicates_are_found_in_large_objects_too() {
        let mut text = "{".to_string();
        for index in 0..1000 {
            text.push_str(&format!("\"k{index}\":{index},"));
        }
        assert!(strict(&format!("{text}\"z\":0}}")).is_ok());
        assert_eq!(refusal(&format!("{text}\"k500\":0}}")).0, Code::JsonDuplicateKey);
    }

    #[test]
    fn first_wins_and_whitespace_can_be_asked_for() {
        let first = Strictness { duplicate_keys: DuplicateKeys::FirstWins, ..Strictness::DOCUMENT };
        let node = parse(b"{\"a\":1,\"a\":2}", first).unwrap();
        assert_eq!(node.get("a").unwrap().unsigned(), Some(1));
        assert_eq!(node.compact(), "{\"a\":1,\"a\":2}");
        let compact = Strictness { whitespace: Whitespace::Refuse, ..Strictness::DOCUMENT };
        assert!(parse(b"{\"a b\":[1]}", compact).is_ok());
        for text in ["{ }", "{\"a\": 1}", "[1,\n2]", " 1", "1 "] {
            assert_eq!(parse(text.as_bytes(), compact).unwrap_err().code(), Code::JsonWhitespace, "{text}");
        }
    }

    #[test]
    fn agrees_with_serde_json_on_every_truncation_and_byte_change() {
        let text = br#"{"a":[1,-2.5e3,true,false,null,"x\n\u00e9\"\\/"],"b":{"c":[],"d":{}},"":0}"#;
        let ours = |bytes: &[u8]| parse(bytes, Strictness::DOCUMENT).is_ok();
        let theirs = |bytes: &[u8]| serde_json::from_slice::<serde_json::Value>(bytes).is_ok();
        for end in 0..=text.len() {
            assert_eq!(ours(&text[..end]), theirs(&text[..end]), "cut at {end}");
        }
        for index in 0..text.len() {
            for byte in 0..=255 {
                let mut changed = text.to_vec();
                changed[index] = byte;
                let duplicate = parse(&changed, Strictness::DOCUMENT)
                    .is_err_and(|error| error.code() == Code::JsonDuplicateKey);
                assert!(duplicate || ours(&changed) == theirs(&changed), "byte {index} = {byte}");
            }
        }
    }
}
