//! The error, and its code.
//!
//! A [`Code`] says what happened and is never renamed; its [`Kind`] says what the caller can do. The
//! table in `codes.rs` is the only list.

mod codes;
mod kind;

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;

use crate::fact::{Fact, Shown};

pub use codes::Code;
pub use kind::Kind;

/// A rejection: what, where, and the facts.
///
/// Equality ignores nothing: two errors are equal when code, part, offset and facts are.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Error(Box<Rejection>);

/// Behind a pointer: every `?` would copy it, and results that are errors are rare.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Rejection {
    code: Code,
    part: Cow<'static, str>,
    offset: Option<usize>,
    facts: Vec<Fact>,
}

impl Error {
    /// An error in `part`, a dotted path such as `quote.header.version` or `collateral.pck_crl`.
    pub fn new(code: Code, part: impl Into<Cow<'static, str>>) -> Self {
        Self::of(code, part.into())
    }

    #[cold]
    #[inline(never)]
    fn of(code: Code, part: Cow<'static, str>) -> Self {
        Self(Box::new(Rejection { code, part, offset: None, facts: Vec::new() }))
    }

    /// Adds where in the part's own bytes it went wrong.
    #[cold]
    #[inline(never)]
    pub fn at(mut self, offset: usize) -> Self {
        self.0.offset = Some(offset);
        self
    }

    /// Adds a fact.
    #[cold]
    #[inline(never)]
    pub fn with(mut self, fact: Fact) -> Self {
        self.0.facts.push(fact);
        self
    }

    /// The same error, told of the part `outer` that held the failing one: `outer.part`.
    #[cold]
    #[inline(never)]
    pub fn inside(mut self, outer: &str) -> Self {
        self.0.part = if self.0.part.is_empty() {
            Cow::Owned(outer.into())
        } else {
            Cow::Owned(alloc::format!("{outer}.{}", self.0.part))
        };
        self
    }

    /// The same error with its offset counted from a start that lies `base` bytes earlier.
    #[cold]
    #[inline(never)]
    pub fn shifted(mut self, base: usize) -> Self {
        self.0.offset = self.0.offset.map(|offset| offset.saturating_add(base));
        self
    }

    /// What happened.
    #[must_use]
    pub const fn code(&self) -> Code {
        self.0.code
    }

    /// What the caller can do.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.0.code.kind()
    }

    /// The dotted path of the part that failed.
    #[must_use]
    pub fn part(&self) -> &str {
        &self.0.part
    }

    /// Byte offset inside the outermost input that the part names, where one is known.
    #[must_use]
    pub const fn offset(&self) -> Option<usize> {
        self.0.offset
    }

    /// Expected and actual values, in the order in which they were found.
    #[must_use]
    pub fn facts(&self) -> &[Fact] {
        &self.0.facts
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.code.meaning())?;
        if !self.0.part.is_empty() {
            write!(f, " (`{}`", Shown(&self.0.part))?;
            if let Some(offset) = self.0.offset {
                write!(f, " at byte {offset}")?;
            }
            f.write_str(")")?;
        }
        for (index, fact) in self.0.facts.iter().enumerate() {
            f.write_str(if index == 0 { ": " } else { ", " })?;
            write!(f, "{} {}", fact.name, fact.value)?;
        }
        Ok(())
    }
}

impl core::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::collections::BTreeSet;
    use alloc::string::ToString;

    #[test]
    fn text_of_the_input_forges_no_line() {
        let error = Error::new(Code::TokenClaim, alloc::string::String::from("a\nb"))
            .with(Fact::string("actual", "x\u{1b}[31m\r\u{202e}y é".into()));
        let line = error.to_string();
        assert!(!line.chars().any(|char| char.is_control() || char == '\u{202e}'), "{line}");
        assert!(line.ends_with("(`a\\u{a}b`): actual x\\u{1b}[31m\\u{d}\\u{202e}y é"), "{line}");
    }

    #[test]
    fn codes_are_unique_lower_case_and_dotted() {
        let mut seen = BTreeSet::new();
        for code in Code::ALL {
            let text = code.as_str();
            assert!(seen.insert(text), "{text} twice");
            assert!(text.contains('.'), "{text}");
            assert!(
                text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._".contains(&b)),
                "{text}"
            );
        }
    }

    #[test]
    fn messages_follow_the_house_style() {
        for code in Code::ALL {
            for text in [code.meaning(), code.help()] {
                assert!(!text.ends_with('.') && !text.contains('\n'), "{code}: {text}");
            }
        }
    }

    #[test]
    fn display_names_part_offset_and_facts() {
        let error = Error::new(Code::InputTruncated, "version")
            .at(4)
            .with(Fact::number("needed", 2))
            .inside("quote.header");
        assert_eq!(
            error.to_string(),
            "the input ends before a field that it must hold (`quote.header.version` at byte 4): needed 2"
        );
    }
}
