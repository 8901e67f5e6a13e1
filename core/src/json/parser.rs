//! The reader of JSON text.

use alloc::borrow::Cow;
use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec::Vec;

use super::{DuplicateKeys, Member, Node, Strictness, Value, Whitespace};
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::limits;

pub(super) fn document(text: &str, strictness: Strictness, kept: usize) -> Result<Node<'_>, Error> {
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
pub(super) fn end_of_run(text: &[u8]) -> Option<usize> {
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
