//! The members of one JSON object while a reader takes them, so that what nobody took is kept.

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use super::RawClaim;
use crate::bytes::from_hex;
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::json::{Member, Node, Value};
use crate::jwt::numeric_date;
use crate::limits;
use crate::time::UnixTime;

/// An object's members, and which of them were taken.
pub(crate) struct Members<'n, 'a> {
    members: &'n [Member<'a>],
    taken: Vec<bool>,
    path: String,
}

impl<'n, 'a> Members<'n, 'a> {
    /// Of `node`, which stands at the dotted `path` (empty for the root).
    pub fn of(node: &'n Node<'a>, path: impl Into<String>) -> Result<Self, Error> {
        let path = path.into();
        if path.len() > limits::TOKEN_PATH_BYTES {
            return Err(Error::new(Code::LimitSize, "submods")
                .at(node.offset)
                .with(Fact::count("maximum", limits::TOKEN_PATH_BYTES)));
        }
        let members = node.members().ok_or_else(|| unexpected(&path, node, "an object"))?;
        // Each claim is looked for from the first member on.
        if members.len() > limits::TOKEN_MEMBERS {
            return Err(Error::new(Code::LimitCount, path)
                .at(node.offset)
                .with(Fact::count("maximum", limits::TOKEN_MEMBERS)));
        }
        Ok(Self { members, taken: alloc::vec![false; members.len()], path })
    }

    /// The dotted path of a member.
    pub fn path(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_string() } else { alloc::format!("{}.{name}", self.path) }
    }

    /// Looks at a member without taking it.
    pub fn peek(&self, name: &str) -> Option<&'n Node<'a>> {
        self.members.iter().find(|member| member.name == name).map(|member| &member.node)
    }

    /// The names of all members, in the order of the text.
    pub fn names(&self) -> impl Iterator<Item = &'n str> + use<'n, 'a> {
        self.members.iter().map(|member| member.name.as_ref())
    }

    /// Takes a member, whatever it is.
    pub fn node(&mut self, name: &str) -> Option<&'n Node<'a>> {
        let index = self.members.iter().position(|member| member.name == name)?;
        if let Some(taken) = self.taken.get_mut(index) {
            *taken = true;
        }
        self.members.get(index).map(|member| &member.node)
    }

    /// Takes a member that may be absent or `null`; `null` is left in what is kept as text.
    fn stated(&mut self, name: &str) -> Option<&'n Node<'a>> {
        let member = self.members.iter().find(|member| member.name == name)?;
        if member.node.value == Value::Null { None } else { self.node(name) }
    }

    /// A string.
    pub fn text(&mut self, name: &str) -> Result<Option<&'n str>, Error> {
        self.typed(name, "a string", Node::text)
    }

    /// `true` or `false`; not their names in a string, which some readers take for true.
    pub fn flag(&mut self, name: &str) -> Result<Option<bool>, Error> {
        self.typed(name, "true or false", Node::flag)
    }

    /// A non-negative integer.
    pub fn unsigned(&mut self, name: &str) -> Result<Option<u64>, Error> {
        self.typed(name, "a non-negative integer", Node::unsigned)
    }

    /// A date of RFC 7519, in whole seconds.
    pub fn time(&mut self, name: &str) -> Result<Option<UnixTime>, Error> {
        self.typed(name, "whole seconds since 1970", numeric_date)
    }

    /// Bytes in hex.
    pub fn hex(&mut self, name: &str) -> Result<Option<Vec<u8>>, Error> {
        self.typed(name, "hex", |node| from_hex(node.text()?.as_bytes()).ok())
    }

    /// A string, or an array of strings.
    pub fn texts(&mut self, name: &str) -> Result<Option<Vec<String>>, Error> {
        self.typed(name, "a string or an array of strings", |node| match &node.value {
            Value::String(text) => Some(alloc::vec![text.to_string()]),
            Value::Array(items) => items.iter().map(|item| item.text().map(Into::into)).collect(),
            _ => None,
        })
    }

    /// An array.
    pub fn items(&mut self, name: &str) -> Result<Option<&'n [Node<'a>]>, Error> {
        self.typed(name, "an array", Node::items)
    }

    /// An object.
    pub fn object(&mut self, name: &str) -> Result<Option<Members<'n, 'a>>, Error> {
        let path = self.path(name);
        self.stated(name).map(|node| Members::of(node, path)).transpose()
    }

    /// A member that must be there.
    pub fn required<T>(&self, name: &str, found: Option<T>) -> Result<T, Error> {
        found
            .ok_or_else(|| Error::new(Code::TokenClaim, self.path(name)).with(Fact::text("actual", "absent")))
    }

    fn typed<T>(
        &mut self,
        name: &str,
        expected: &'static str,
        read: impl FnOnce(&'n Node<'a>) -> Option<T>,
    ) -> Result<Option<T>, Error> {
        let path = self.path(name);
        let Some(node) = self.stated(name) else { return Ok(None) };
        read(node).map(Some).ok_or_else(|| unexpected(&path, node, expected))
    }

    /// Every member that was not taken, in the order of the text.
    pub fn untaken(&self) -> impl Iterator<Item = &'n Member<'a>> + '_ {
        self.members.iter().zip(&self.taken).filter(|(_, taken)| !**taken).map(|(member, _)| member)
    }

    /// Keeps what was not taken.
    pub fn keep_rest(self, kept: &mut Vec<RawClaim>) {
        for member in self.untaken() {
            kept.push(RawClaim { path: self.path(&member.name), json: member.node.raw.into() });
        }
    }
}

/// How many characters of a claim an error shows.
const SHOWN: usize = 64;

/// `token.claim`: the claim at `path` is not what its service writes there.
pub(crate) fn unexpected(path: &str, node: &Node<'_>, expected: &'static str) -> Error {
    Error::new(Code::TokenClaim, path.to_string())
        .at(node.offset)
        .with(Fact::text("expected", expected))
        .with(Fact::string("actual", node.raw.chars().take(SHOWN).collect()))
}

/// `token.contradiction`: two claims of one token disagree.
pub(crate) fn contradiction(
    path: impl Into<String>,
    one: impl Into<String>,
    other: impl Into<String>,
) -> Error {
    // The claims themselves may be as long as the token.
    let shown = |text: String| text.chars().take(SHOWN).collect();
    Error::new(Code::TokenContradiction, path.into())
        .with(Fact::string("one", shown(one.into())))
        .with(Fact::string("other", shown(other.into())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{Strictness, parse};

    #[test]
    fn an_object_of_claims_is_bounded() {
        let of = |count: usize| {
            let members: Vec<String> = (0..count).map(|number| alloc::format!("\"c{number}\":0")).collect();
            let text = alloc::format!("{{{}}}", members.join(","));
            let node = parse(text.as_bytes(), Strictness::DOCUMENT).unwrap();
            Members::of(&node, "x").map(|_| ()).map_err(|error| error.code())
        };
        assert_eq!(of(limits::TOKEN_MEMBERS), Ok(()));
        assert_eq!(of(limits::TOKEN_MEMBERS + 1), Err(Code::LimitCount));
    }

    #[test]
    fn an_error_shows_little_of_what_it_refuses() {
        let error = contradiction("x", "é".repeat(100_000), "b");
        assert_eq!(error.facts()[0], Fact::string("one", "é".repeat(SHOWN)));
    }
}
