//! The JOSE header of a token (RFC 7515, section 4).

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::json::{self, Node, Strictness, Value};
use crate::limits;

/// What a header says, read and not believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// `alg`, as written.
    pub alg: String,
    /// `kid`.
    pub kid: Option<String>,
    /// `typ`.
    pub typ: Option<String>,
    /// `cty`.
    pub cty: Option<String>,
    /// Members that name or carry keys, of `jwk`, `jku`, `x5u`, `x5c`, `x5t`, `x5t#S256`, in the order of the header.
    pub key_members: Vec<&'static str>,
    /// The members that ask for processing which is not done here, in the order of the header.
    unsupported: Vec<&'static str>,
}

impl Header {
    pub(crate) fn parse(text: &[u8]) -> Result<Self, Error> {
        let node = json::parse(text, Strictness::DOCUMENT)?;
        let Some(members) = node.members() else {
            return Err(wrong_type("", "an object").at(node.offset));
        };
        let mut header = Self {
            alg: String::new(),
            kid: None,
            typ: None,
            cty: None,
            key_members: Vec::new(),
            unsupported: Vec::new(),
        };
        let mut alg = None;
        for member in members {
            let node = &member.node;
            match member.name.as_ref() {
                "alg" => alg = Some(text_of("alg", node)?),
                "kid" => header.kid = Some(text_of("kid", node)?),
                "typ" => header.typ = Some(text_of("typ", node)?),
                "cty" => header.cty = Some(text_of("cty", node)?),
                name => {
                    if let Some(known) = KEY_MEMBERS.iter().find(|known| **known == name) {
                        header.key_members.push(known);
                    }
                    if let Some(known) = UNSUPPORTED.iter().find(|known| **known == name) {
                        header.unsupported.push(known);
                    }
                }
            }
        }
        header.alg = alg.ok_or_else(|| {
            Error::new(Code::JwtHeader, "alg").with(Fact::text("problem", "the header names no algorithm"))
        })?;
        Ok(header)
    }

    /// Refuses a header whose members ask for what is not done here.
    ///
    /// `crit` lists extensions that must be understood, and none is (section 4.1.11). `b64` changes what
    /// is signed (RFC 7797), `zip` and `enc` what the payload is (RFC 7516), and a `cty` of `JWT` says that
    /// the payload is another token, about whose signature this one says nothing (RFC 7519, 5.2).
    pub(crate) fn check_supported(&self) -> Result<(), Error> {
        if let Some(member) = self.unsupported.first() {
            let code = if *member == "enc" { Code::JwtEncrypted } else { Code::JwtUnsupported };
            return Err(Error::new(code, *member));
        }
        match &self.cty {
            Some(cty) if is_token_type(cty) => Err(Error::new(Code::JwtUnsupported, "cty")
                .with(Fact::text("problem", "the payload is another token"))),
            _ => Ok(()),
        }
    }
}

/// Whether a media type without its `application/`, or with it, is that of a token.
fn is_token_type(cty: &str) -> bool {
    let lower = cty.to_ascii_lowercase();
    let name = lower.strip_prefix("application/").unwrap_or(&lower);
    let name = name.split(';').next().unwrap_or_default().trim();
    name == "jwt" || name == "jose" || name.ends_with("+jwt")
}

fn text_of(member: &'static str, node: &Node<'_>) -> Result<String, Error> {
    match &node.value {
        Value::String(text) if text.len() <= limits::JWT_HEADER_TEXT_BYTES => Ok(text.to_string()),
        Value::String(_) => Err(Error::new(Code::LimitSize, member)
            .at(node.offset)
            .with(Fact::count("maximum", limits::JWT_HEADER_TEXT_BYTES))),
        _ => Err(wrong_type(member, "a string").at(node.offset)),
    }
}

fn wrong_type(member: &'static str, expected: &'static str) -> Error {
    Error::new(Code::JwtHeader, member).with(Fact::text("expected", expected))
}

/// Where a key may be found according to the token itself (sections 4.1.2 to 4.1.8).
const KEY_MEMBERS: [&str; 6] = ["jwk", "jku", "x5u", "x5c", "x5t", "x5t#S256"];

const UNSUPPORTED: [&str; 4] = ["crit", "b64", "zip", "enc"];
