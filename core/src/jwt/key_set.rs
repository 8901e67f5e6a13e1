//! The caller's keys (RFC 7517, section 5), loaded once to verify many tokens.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::header::Header;
use super::jwk::Jwk;
use crate::crypto::CryptoProvider;
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::json::{self, Node, Strictness};
use crate::limits;
use crate::trust::TrustAnchors;

/// Keys to verify tokens with, and the roots that certify them where the caller asks for that.
#[derive(Clone, Debug)]
pub struct KeySet(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    provider: Arc<dyn CryptoProvider>,
    source: Source,
}

#[derive(Debug)]
enum Source {
    /// These keys; with anchors, only those that the anchors certify.
    Keys { entries: Vec<Entry>, anchors: Option<TrustAnchors> },
    /// Whatever key a token's own certificates have, if they end at these anchors.
    Certified(TrustAnchors),
}

/// A member of the set: a key, or why it is none. A set may hold keys for other purposes and of kinds
/// that are not known here (RFC 7517, section 5); they matter only to a token that names them.
#[derive(Debug)]
struct Entry {
    kid: Option<String>,
    key: Result<Jwk, Error>,
}

impl KeySet {
    /// Reads a JWK set, `{"keys": […]}`, or one JWK.
    ///
    /// # Errors
    /// `limit.size`, `limit.count`, `json.…`, `jwt.jwks` (not a set, or without a key), `jwt.key.secret`
    /// (a private or symmetric key anywhere in it), `jwt.jwks.duplicate_kid`. Of a single JWK, also
    /// `jwt.key.invalid` and `jwt.key.usage`; in a set such a key is kept as unusable.
    pub fn parse(text: &[u8], provider: Arc<dyn CryptoProvider>) -> Result<Self, Error> {
        Self::read(text, provider, None)
    }

    /// The same, for keys that must be certified: the chosen key's `x5c` must end at one of `anchors` at
    /// the time of verification, and its first certificate must be for that very key.
    ///
    /// # Errors
    /// Those of [`parse`](Self::parse).
    pub fn parse_certified_by(
        text: &[u8],
        anchors: TrustAnchors,
        provider: Arc<dyn CryptoProvider>,
    ) -> Result<Self, Error> {
        Self::read(text, provider, Some(anchors))
    }

    /// No keys, but roots: the key is that of the certificate chain in the token's header (`x5c`, or the
    /// `x5c` of its `jwk`), which must end at one of `anchors` at the time of verification.
    #[must_use]
    pub fn certified_by(anchors: TrustAnchors, provider: Arc<dyn CryptoProvider>) -> Self {
        Self(Arc::new(Inner { provider, source: Source::Certified(anchors) }))
    }

    fn read(
        text: &[u8],
        provider: Arc<dyn CryptoProvider>,
        anchors: Option<TrustAnchors>,
    ) -> Result<Self, Error> {
        if text.len() > limits::JWKS_BYTES {
            return Err(Error::new(Code::LimitSize, "jwks").with(Fact::count("maximum", limits::JWKS_BYTES)));
        }
        let node = json::parse(text, Strictness::DOCUMENT).map_err(|error| error.inside("jwks"))?;
        let malformed = |problem| Error::new(Code::JwtJwks, "jwks").with(Fact::text("problem", problem));
        let entries = match (node.get("keys"), node.get("kty")) {
            (Some(keys), None) => {
                let keys = keys.items().ok_or_else(|| malformed("`keys` is not a list"))?;
                if keys.len() > limits::JWKS_KEYS {
                    return Err(Error::new(Code::LimitCount, "jwks.keys")
                        .with(Fact::count("maximum", limits::JWKS_KEYS)));
                }
                set(keys, provider.as_ref())?
            }
            (None, Some(_)) => {
                let key = Jwk::parse(&node, provider.as_ref()).map_err(|error| error.inside("jwk"))?;
                alloc::vec![Entry { kid: key.kid().map(String::from), key: Ok(key) }]
            }
            _ => return Err(malformed("neither a set with `keys` nor one key with `kty`")),
        };
        if entries.is_empty() {
            return Err(malformed("the set holds no key"));
        }
        Ok(Self(Arc::new(Inner { provider, source: Source::Keys { entries, anchors } })))
    }

    /// The keys that can be used.
    pub fn keys(&self) -> impl Iterator<Item = &Jwk> {
        self.entries().iter().filter_map(|entry| entry.key.as_ref().ok())
    }

    /// The members that cannot be used, by `kid`, and why.
    pub fn unusable(&self) -> impl Iterator<Item = (Option<&str>, &Error)> {
        self.entries().iter().filter_map(|entry| match &entry.key {
            Ok(_) => None,
            Err(error) => Some((entry.kid.as_deref(), error)),
        })
    }

    /// Who checks signatures.
    #[must_use]
    pub fn provider(&self) -> &dyn CryptoProvider {
        self.0.provider.as_ref()
    }

    fn entries(&self) -> &[Entry] {
        match &self.0.source {
            Source::Keys { entries, .. } => entries,
            Source::Certified(_) => &[],
        }
    }

    /// Where the key for a token with this header comes from.
    pub(crate) fn choose(&self, header: &Header) -> Result<Choice<'_>, Error> {
        match &self.0.source {
            Source::Certified(anchors) => Ok(Choice::Certified(anchors)),
            Source::Keys { entries, anchors } => {
                let entry = select(entries, header)?;
                match &entry.key {
                    Ok(key) => Ok(Choice::Key { key, anchors: anchors.as_ref() }),
                    Err(error) => Err(error.clone().inside("jwks.key")),
                }
            }
        }
    }
}

/// What [`KeySet::choose`] found.
pub(crate) enum Choice<'k> {
    Key { key: &'k Jwk, anchors: Option<&'k TrustAnchors> },
    Certified(&'k TrustAnchors),
}

fn set(keys: &[Node<'_>], provider: &dyn CryptoProvider) -> Result<Vec<Entry>, Error> {
    let mut entries: Vec<Entry> = Vec::with_capacity(keys.len());
    for (index, node) in keys.iter().enumerate() {
        let place = |error: Error| error.inside(&alloc::format!("jwks.keys[{index}]"));
        let kid = node.get("kid").and_then(Node::text);
        if kid.is_some() && entries.iter().any(|entry| entry.kid.as_deref() == kid) {
            return Err(place(Error::new(Code::JwtJwksDuplicateKid, "kid")));
        }
        let key = Jwk::parse(node, provider);
        match key {
            Err(error) if error.code() == Code::JwtKeySecret => return Err(place(error)),
            key => entries.push(Entry { kid: kid.map(String::from), key }),
        }
    }
    Ok(entries)
}

/// One key or none: nothing is tried in turn (RFC 8725, section 3.5).
fn select<'k>(entries: &'k [Entry], header: &Header) -> Result<&'k Entry, Error> {
    let alone = match entries {
        [only] => Some(only),
        _ => None,
    };
    match &header.kid {
        None => alone.ok_or_else(|| {
            Error::new(Code::JwtKeyAmbiguous, "token.header.kid")
                .with(Fact::text("problem", "the token names no key and the set has several"))
                .with(Fact::count("keys", entries.len()))
        }),
        Some(kid) => entries
            .iter()
            .find(|entry| entry.kid.as_deref() == Some(kid))
            .or_else(|| alone.filter(|only| only.kid.is_none()))
            .ok_or_else(|| {
                Error::new(Code::JwtKeyUnknown, "token.header.kid")
                    .with(Fact::string("kid", kid.chars().take(128).collect()))
            }),
    }
}
