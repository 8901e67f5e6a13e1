//! Facts: the small named values that errors, checks and findings carry.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::bytes::Hex;
use crate::time::UnixTime;

/// A named value, such as `expected` or `actual`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// Lower-case name with underscores.
    pub name: &'static str,
    /// The value.
    pub value: FactValue,
}

/// The value of a [`Fact`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FactValue {
    /// Yes or no.
    Flag(bool),
    /// Bytes, shown as lower-case hex.
    Bytes(Vec<u8>),
    /// A count, a version, a security version number.
    Number(u64),
    /// Words.
    Text(Cow<'static, str>),
    /// A point in time, shown as RFC 3339.
    Time(UnixTime),
}

impl Fact {
    /// A fact made of bytes.
    #[must_use]
    pub fn bytes(name: &'static str, value: impl Into<Vec<u8>>) -> Self {
        Self { name, value: FactValue::Bytes(value.into()) }
    }

    /// A yes-or-no fact.
    #[must_use]
    pub const fn flag(name: &'static str, value: bool) -> Self {
        Self { name, value: FactValue::Flag(value) }
    }

    /// A numeric fact.
    #[must_use]
    pub const fn number(name: &'static str, value: u64) -> Self {
        Self { name, value: FactValue::Number(value) }
    }

    /// A numeric fact from a length.
    #[must_use]
    pub fn count(name: &'static str, value: usize) -> Self {
        Self::number(name, u64::try_from(value).unwrap_or(u64::MAX))
    }

    /// A fact in words that are known at compile time.
    #[must_use]
    pub const fn text(name: &'static str, value: &'static str) -> Self {
        Self { name, value: FactValue::Text(Cow::Borrowed(value)) }
    }

    /// A fact in words that come from the input or are put together.
    #[must_use]
    pub const fn string(name: &'static str, value: String) -> Self {
        Self { name, value: FactValue::Text(Cow::Owned(value)) }
    }

    /// A fact that is a point in time.
    #[must_use]
    pub const fn time(name: &'static str, value: UnixTime) -> Self {
        Self { name, value: FactValue::Time(value) }
    }
}

/// Text of the input in a line for people: control characters, which could forge lines or colours, and marks
/// that turn the direction of writing are shown by their numbers.
pub(crate) struct Shown<'a>(pub(crate) &'a str);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0;
        while let Some((at, odd)) = rest.char_indices().find(|(_, char)| is_hidden(*char)) {
            let (before, after) = rest.split_at(at);
            write!(f, "{before}{}", odd.escape_unicode())?;
            rest = after.get(odd.len_utf8()..).unwrap_or_default();
        }
        f.write_str(rest)
    }
}

/// Whether the character leaves no mark of its own, and moves or turns the others.
fn is_hidden(char: char) -> bool {
    char.is_control()
        || matches!(char, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

impl fmt::Display for FactValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(value) => write!(f, "{value}"),
            Self::Bytes(value) => write!(f, "{}", Hex(value)),
            Self::Number(value) => write!(f, "{value}"),
            Self::Text(value) => write!(f, "{}", Shown(value)),
            Self::Time(value) => write!(f, "{value}"),
        }
    }
}
