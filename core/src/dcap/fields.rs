//! Reading members of Intel's JSON documents, each refusal with the member's name and offset.

use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::bytes::Bytes;
use crate::dcap::status::TcbStatus;
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::json::Node;
use crate::limits;
use crate::time::UnixTime;

/// An object of a document whose layout errors carry `code`.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'n, 'a> {
    node: &'n Node<'a>,
    code: Code,
}

impl<'n, 'a> Fields<'n, 'a> {
    pub(crate) fn of(node: &'n Node<'a>, name: &'static str, code: Code) -> Result<Self, Error> {
        if node.members().is_none() {
            return Err(bad(code, name, node, "an object"));
        }
        Ok(Self { node, code })
    }

    pub(crate) fn optional(&self, name: &str) -> Option<&'n Node<'a>> {
        self.node.get(name)
    }

    pub(crate) fn member(&self, name: &'static str) -> Result<&'n Node<'a>, Error> {
        self.node.get(name).ok_or_else(|| {
            Error::new(self.code, name).at(self.node.offset).with(Fact::text("expected", "the member"))
        })
    }

    pub(crate) fn object(&self, name: &'static str) -> Result<Self, Error> {
        Self::of(self.member(name)?, name, self.code)
    }

    pub(crate) fn text(&self, name: &'static str) -> Result<&'n str, Error> {
        let node = self.member(name)?;
        node.text().ok_or_else(|| bad(self.code, name, node, "a string"))
    }

    pub(crate) fn hex<const N: usize>(&self, name: &'static str) -> Result<Bytes<N>, Error> {
        let node = self.member(name)?;
        node.text().and_then(Bytes::from_hex).ok_or_else(|| {
            bad(self.code, name, node, "hex digits").with(Fact::count("digits", N.saturating_mul(2)))
        })
    }

    pub(crate) fn unsigned<T: TryFrom<u64>>(&self, name: &'static str) -> Result<T, Error> {
        let node = self.member(name)?;
        node.unsigned()
            .and_then(|value| T::try_from(value).ok())
            .ok_or_else(|| bad(self.code, name, node, "an unsigned integer in range"))
    }

    pub(crate) fn time(&self, name: &'static str) -> Result<UnixTime, Error> {
        let node = self.member(name)?;
        node.text()
            .and_then(UnixTime::parse_rfc3339_utc)
            .ok_or_else(|| bad(self.code, name, node, "a time as YYYY-MM-DDThh:mm:ssZ"))
    }

    pub(crate) fn list(&self, name: &'static str, maximum: usize) -> Result<&'n [Node<'a>], Error> {
        let node = self.member(name)?;
        let items = node.items().ok_or_else(|| bad(self.code, name, node, "an array"))?;
        if items.is_empty() {
            return Err(bad(self.code, name, node, "at least one item"));
        }
        if items.len() > maximum {
            return Err(Error::new(Code::LimitCount, name)
                .at(node.offset)
                .with(Fact::count("count", items.len()))
                .with(Fact::count("maximum", maximum)));
        }
        Ok(items)
    }

    pub(crate) fn status(
        &self,
        name: &'static str,
        known: fn(&str) -> Option<TcbStatus>,
    ) -> Result<TcbStatus, Error> {
        let text = self.text(name)?;
        known(text).ok_or_else(|| {
            let node = self.optional(name).unwrap_or(self.node);
            bad(self.code, name, node, "a TCB status")
        })
    }

    /// `advisoryIDs` is optional and may be empty.
    pub(crate) fn advisories(&self) -> Result<Vec<Arc<str>>, Error> {
        const NAME: &str = "advisoryIDs";
        let Some(node) = self.optional(NAME) else {
            return Ok(Vec::new());
        };
        let items = node.items().ok_or_else(|| bad(self.code, NAME, node, "an array"))?;
        if items.len() > limits::ADVISORIES {
            return Err(Error::new(Code::LimitCount, NAME)
                .at(node.offset)
                .with(Fact::count("count", items.len()))
                .with(Fact::count("maximum", limits::ADVISORIES)));
        }
        items
            .iter()
            .map(|item| item.text().map(Arc::from).ok_or_else(|| bad(self.code, NAME, item, "a string")))
            .collect()
    }

    pub(crate) fn bad(&self, name: &'static str, expected: &'static str) -> Error {
        let node = self.optional(name).unwrap_or(self.node);
        bad(self.code, name, node, expected)
    }
}

pub(crate) fn bad(code: Code, name: &'static str, node: &Node<'_>, expected: &'static str) -> Error {
    Error::new(code, name).at(node.offset).with(Fact::text("expected", expected))
}
