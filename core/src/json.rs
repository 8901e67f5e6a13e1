//! Strict JSON (RFC 8259): borrowed, with the span of every value, bounded in depth and size.
//!
//! Parsers differ on duplicate members (first wins, last wins, error), and signed documents are where
//! that matters: here they are refused, unless a caller asks for the first to win in order to follow
//! another verifier. Numbers are kept as text.

use alloc::borrow::Cow;
use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write as _;

use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::limits;

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

fn document(text: &str, strictness: Strictness, kept: usize) -> Result<Node<'_>, Error> {
    let mut parser = Parser { text, position: 0, nodes: 0, strictness, kept };
    parser.skip_whitespace()?;
    let node = parser.value(0)?;
    parser.skip_whitespace()?;
    if parser.position < text.len() {
        return Err(parser.syntax("end of text"));
    }
    Ok(node)
}

struct Parser<'a> {
    text: &'a str,
    position: usize,
    nodes: usize,
    strictness: Strictness,
    /// Levels whose members and items are kept.
    kept: usize,
}

impl<'a> Parser<'a> {
    fn value(&mut self, depth: usize) -> Result<Node<'a>, Error> {
        self.nodes = self.nodes.saturating_add(1);
        if self.nodes > limits::JSON_NODES {
            return Err(self.error(Code::LimitCount).with(Fact::count("maximum", limits::JSON_NODES)));
        }
        let start = self.position;
        let value = match self.peek() {
            Some(b'{') => self.object(depth)?,
            Some(b'[') => self.array(depth)?,
            Some(b'"') => Value::String(self.string()?),
            Some(b't') => self.word("true", Value::Bool(true))?,
            Some(b'f') => self.word("false", Value::Bool(false))?,
            Some(b'n') => self.word("null", Value::Null)?,
            Some(b'-' | b'0'..=b'9') => Value::Number(self.number()?),
            _ => return Err(self.syntax("a value")),
        };
        let raw = self.text.get(start..self.position).ok_or_else(|| self.syntax("a value"))?;
        Ok(Node { raw, offset: start, value })
    }

    fn object(&mut self, depth: usize) -> Result<Value<'a>, Error> {
        let depth = self.deeper(depth)?;
        self.position = self.position.saturating_add(1);
        self.skip_whitespace()?;
        if self.eat(b'}') {
            return Ok(Value::Object(Vec::new()));
        }
        // Claims have a dozen members; objects of one member are the many ones inside a TCB info.
        let is_kept = depth <= self.kept;
        let room = if depth == 1 { 12 } else { usize::from(is_kept) };
        let mut members: Vec<Member<'a>> = Vec::with_capacity(room);
        let mut many: Option<BTreeSet<String>> = None;
        loop {
            let at = self.position;
            if self.peek() != Some(b'"') {
                return Err(self.syntax("a member name"));
            }
            let name = self.string()?;
            if is_kept
                && is_duplicate(&members, &mut many, &name)
                && self.strictness.duplicate_keys == DuplicateKeys::Refuse
            {
                return Err(Error::new(Code::JsonDuplicateKey, "")
                    .at(at)
                    .with(Fact::string("member", name.chars().take(64).collect())));
            }
            self.skip_whitespace()?;
            if !self.eat(b':') {
                return Err(self.syntax("`:`"));
            }
            self.skip_whitespace()?;
            let node = self.value(depth)?;
            if is_kept {
                members.push(Member { name, node });
            }
            self.skip_whitespace()?;
            if self.eat(b'}') {
                return Ok(Value::Object(members));
            }
            if !self.eat(b',') {
                return Err(self.syntax("`,` or `}`"));
            }
            self.skip_whitespace()?;
        }
    }

    fn array(&mut self, depth: usize) -> Result<Value<'a>, Error> {
        let depth = self.deeper(depth)?;
        self.position = self.position.saturating_add(1);
        self.skip_whitespace()?;
        let mut items = Vec::new();
        if self.eat(b']') {
            return Ok(Value::Array(items));
        }
        loop {
            let item = self.value(depth)?;
            if depth <= self.kept {
                items.push(item);
            }
            self.skip_whitespace()?;
            if self.eat(b']') {
                return Ok(Value::Array(items));
            }
            if !self.eat(b',') {
                return Err(self.syntax("`,` or `]`"));
            }
            self.skip_whitespace()?;
        }
    }

    fn string(&mut self) -> Result<Cow<'a, str>, Error> {
        self.position = self.position.saturating_add(1);
        let bytes = self.text.as_bytes().get(self.position..).unwrap_or_default();
        if let Some(plain) = end_of_run(bytes)
            && bytes.get(plain) == Some(&b'"')
        {
            let end = self.position.saturating_add(plain);
            let run = self.text.get(self.position..end).unwrap_or_default();
            self.position = end.saturating_add(1);
            return Ok(Cow::Borrowed(run));
        }
        self.escaped_string()
    }

    /// The same for one that has escapes, or is wrong.
    fn escaped_string(&mut self) -> Result<Cow<'a, str>, Error> {
        let mut owned = String::new();
        loop {
            let rest = self.rest();
            let plain = end_of_run(rest.as_bytes())
                .ok_or_else(|| Error::new(Code::JsonSyntax, "").at(self.text.len()))?;
            let run = rest.get(..plain).unwrap_or_default();
            self.position = self.position.saturating_add(plain);
            match self.next() {
                Some(b'"') if owned.is_empty() => return Ok(Cow::Borrowed(run)),
                Some(b'"') => {
                    owned.push_str(run);
                    return Ok(Cow::Owned(owned));
                }
                Some(b'\\') => {
                    owned.push_str(run);
                    let escaped = self.escape()?;
                    owned.push(escaped);
                }
                _ => {
                    self.position = self.position.saturating_sub(1);
                    return Err(self.syntax("no control character"));
                }
            }
        }
    }

    fn escape(&mut self) -> Result<char, Error> {
        let at = self.position;
        let bad = || Error::new(Code::JsonSyntax, "").at(at).with(Fact::text("expected", "an escape"));
        match self.next() {
            Some(b'"') => Ok('"'),
            Some(b'\\') => Ok('\\'),
            Some(b'/') => Ok('/'),
            Some(b'b') => Ok('\u{8}'),
            Some(b'f') => Ok('\u{c}'),
            Some(b'n') => Ok('\n'),
            Some(b'r') => Ok('\r'),
            Some(b't') => Ok('\t'),
            Some(b'u') => {
                let first = self.four_hex().ok_or_else(bad)?;
                if !(0xd800..0xdc00).contains(&first) {
                    return char::from_u32(first).ok_or_else(bad);
                }
                if self.next() != Some(b'\\') || self.next() != Some(b'u') {
                    return Err(bad());
                }
                let second = self.four_hex().filter(|low| (0xdc00..0xe000).contains(low)).ok_or_else(bad)?;
                let high = (first & 0x3ff) << 10;
                char::from_u32(0x1_0000u32.saturating_add(high | (second & 0x3ff))).ok_or_else(bad)
            }
            _ => Err(bad()),
        }
    }

    fn four_hex(&mut self) -> Option<u32> {
        let digits = self.rest().get(..4).filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()))?;
        self.position = self.position.saturating_add(4);
        u32::from_str_radix(digits, 16).ok()
    }

    fn number(&mut self) -> Result<&'a str, Error> {
        let start = self.position;
        self.eat(b'-');
        if !self.eat(b'0') {
            self.digits()?;
        }
        if self.eat(b'.') {
            self.digits()?;
        }
        if self.eat(b'e') || self.eat(b'E') {
            if !self.eat(b'+') {
                self.eat(b'-');
            }
            self.digits()?;
        }
        Ok(self.text.get(start..self.position).unwrap_or_default())
    }

    fn digits(&mut self) -> Result<(), Error> {
        let count = self.rest().bytes().take_while(u8::is_ascii_digit).count();
        if count == 0 {
            return Err(self.syntax("a digit"));
        }
        self.position = self.position.saturating_add(count);
        Ok(())
    }

    fn word(&mut self, word: &'static str, value: Value<'a>) -> Result<Value<'a>, Error> {
        if !self.rest().starts_with(word) {
            return Err(self.syntax(word));
        }
        self.position = self.position.saturating_add(word.len());
        Ok(value)
    }

    fn deeper(&self, depth: usize) -> Result<usize, Error> {
        if depth >= limits::JSON_DEPTH {
            return Err(self.error(Code::LimitDepth).with(Fact::count("maximum", limits::JSON_DEPTH)));
        }
        Ok(depth.saturating_add(1))
    }

    fn skip_whitespace(&mut self) -> Result<(), Error> {
        // Signed documents have none: one look is enough there.
        if self.peek().is_none_or(|next| next > b' ') {
            return Ok(());
        }
        let count = self.rest().bytes().take_while(|b| matches!(b, b' ' | b'\t' | b'\n' | b'\r')).count();
        if count > 0 && self.strictness.whitespace == Whitespace::Refuse {
            return Err(self.error(Code::JsonWhitespace));
        }
        self.position = self.position.saturating_add(count);
        Ok(())
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.position..).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.position).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.position = self.position.saturating_add(1);
        Some(byte)
    }

    fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        if found {
            self.position = self.position.saturating_add(1);
        }
        found
    }

    fn error(&self, code: Code) -> Error {
        Error::new(code, "").at(self.position)
    }

    fn syntax(&self, expected: &'static str) -> Error {
        self.error(Code::JsonSyntax).with(Fact::text("expected", expected))
    }
}

/// Small objects are searched in place; large ones keep a set, so that time stays near linear.
/// Where the first quote, backslash or control character is. Eight bytes are looked at together: most strings
/// of signed documents are short, and some are long.
fn end_of_run(text: &[u8]) -> Option<usize> {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    const HIGHEST: u64 = u64::from_le_bytes([0x80; 8]);
    // Sets the highest bit of bytes below `least`, which is at most 0x80; of those behind the first such byte
    // it may set others too, so that only the lowest bit that is set tells.
    let below =
        |word: u64, least: u8| word.wrapping_sub(ONES.wrapping_mul(u64::from(least))) & !word & HIGHEST;
    let equal = |word: u64, byte: u8| below(word ^ ONES.wrapping_mul(u64::from(byte)), 1);
    let (words, rest) = text.as_chunks::<8>();
    for (index, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let ends = equal(word, b'"') | equal(word, b'\\') | below(word, 0x20);
        if ends != 0 {
            let byte = usize::try_from(ends.trailing_zeros() / 8).ok()?;
            return index.checked_mul(8)?.checked_add(byte);
        }
    }
    let at = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20))?;
    words.len().checked_mul(8)?.checked_add(at)
}

fn is_duplicate(members: &[Member<'_>], many: &mut Option<BTreeSet<String>>, name: &str) -> bool {
    const FEW: usize = 24;
    if members.len() < FEW {
        return members.iter().any(|member| member.name == name);
    }
    let seen = many.get_or_insert_with(|| members.iter().map(|member| member.name.as_ref().into()).collect());
    !seen.insert(name.into())
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
    use super::*;
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
