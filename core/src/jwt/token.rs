//! The compact serialisation (RFC 7515, section 7.1).

use alloc::vec::Vec;

use super::base64url;
use super::header::Header;
use crate::bytes::position;
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::json::{self, Node, Strictness, Value};
use crate::limits;

/// A token as it arrived. Parsed, not authentic.
///
/// ```text
/// base64url(header) "." base64url(payload) "." base64url(signature)
/// └────────── signing input ─────────────┘
/// ```
///
/// The header is read when the token is parsed, since it must be; the payload is only decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token<'a> {
    compact: &'a [u8],
    signing_input: &'a [u8],
    decoded: Decoded,
    header: Header,
}

/// The three parts of a token as bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// The header's JSON.
    pub header: Vec<u8>,
    /// The payload, which should be JSON.
    pub payload: Vec<u8>,
    /// The signature.
    pub signature: Vec<u8>,
}

impl<'a> Token<'a> {
    /// Takes a token apart. Nothing may stand around it, not even a line feed.
    ///
    /// # Errors
    /// `limit.size`, `jwt.malformed` (not three segments), `jwt.encrypted` (five), `input.encoding`, and
    /// for the header `json.…`, `jwt.header`. Offsets are those of the segment for encoding, and of the
    /// decoded header for JSON.
    pub fn parse(compact: &'a [u8]) -> Result<Self, Error> {
        if compact.len() > limits::JWT_BYTES {
            return Err(Error::new(Code::LimitSize, "token").with(Fact::count("maximum", limits::JWT_BYTES)));
        }
        let segments = Segments::split(compact)?;
        if segments.header.len() > limits::JWT_HEADER_BYTES {
            return Err(Error::new(Code::LimitSize, "token.header")
                .with(Fact::count("maximum", limits::JWT_HEADER_BYTES)));
        }
        let header = segment(segments.header, 0, "token.header")?;
        let payload_at = segments.header.len().saturating_add(1);
        let payload = segment(segments.payload, payload_at, "token.payload")?;
        let signature_at = segments.signing_input.len().saturating_add(1);
        let signature = segment(segments.signature, signature_at, "token.signature")?;
        let fields = Header::parse(&header).map_err(|error| error.inside("token.header"))?;
        Ok(Self {
            compact,
            signing_input: segments.signing_input,
            decoded: Decoded { header, payload, signature },
            header: fields,
        })
    }

    /// The bytes that arrived.
    #[must_use]
    pub const fn compact(&self) -> &'a [u8] {
        self.compact
    }

    /// What the signature covers: the first two segments and the dot between them, as they arrived.
    #[must_use]
    pub const fn signing_input(&self) -> &'a [u8] {
        self.signing_input
    }

    /// What the header says.
    #[must_use]
    pub const fn unauthenticated_header(&self) -> &Header {
        &self.header
    }

    /// The whole header.
    ///
    /// # Errors
    /// None: it was read before. The type leaves room.
    pub fn unauthenticated_header_json(&self) -> Result<Node<'_>, Error> {
        json::parse(&self.decoded.header, Strictness::DOCUMENT).map_err(|error| error.inside("token.header"))
    }

    /// The claims that the token makes, before anyone vouches for them.
    ///
    /// # Errors
    /// `json.…`, `input.encoding`, `jwt.malformed` for a payload that is not one JSON object.
    pub fn unauthenticated_claims(&self) -> Result<Node<'_>, Error> {
        claims_of(&self.decoded.payload)
    }

    /// The parts as bytes.
    #[must_use]
    pub const fn unauthenticated_parts(&self) -> &Decoded {
        &self.decoded
    }

    /// The parts as bytes, to keep.
    #[must_use]
    pub fn into_unauthenticated_parts(self) -> Decoded {
        self.decoded
    }
}

/// Reads a payload as claims: one JSON object.
pub(crate) fn claims_of(payload: &[u8]) -> Result<Node<'_>, Error> {
    let node = json::parse(payload, Strictness::DOCUMENT).map_err(|error| error.inside("token.payload"))?;
    match node.value {
        Value::Object(_) => Ok(node),
        _ => Err(Error::new(Code::JwtMalformed, "token.payload")
            .at(node.offset)
            .with(Fact::text("problem", "the payload is not a JSON object"))),
    }
}

/// Whether bytes look like a token: three segments, the first of which starts a JSON object.
#[must_use]
pub fn looks_like_token(bytes: &[u8]) -> bool {
    bytes.starts_with(b"ey")
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.=".contains(byte))
        && (2..=4).contains(&bytes.iter().filter(|byte| **byte == b'.').count())
}

struct Segments<'a> {
    header: &'a [u8],
    payload: &'a [u8],
    signature: &'a [u8],
    signing_input: &'a [u8],
}

impl<'a> Segments<'a> {
    fn split(compact: &'a [u8]) -> Result<Self, Error> {
        let mut rest = Some(compact);
        let mut next = || {
            let text = rest.take()?;
            let dot = position(text, |byte| byte == b'.');
            rest = dot.and_then(|dot| text.get(dot.saturating_add(1)..));
            text.get(..dot.unwrap_or(text.len()))
        };
        let (header, payload, signature) = (next(), next(), next());
        match (header, payload, signature, next(), next(), next()) {
            (Some(header), Some(payload), Some(signature), None, None, None) => {
                let signed = header.len().saturating_add(1).saturating_add(payload.len());
                let signing_input = compact.get(..signed).unwrap_or_default();
                Ok(Self { header, payload, signature, signing_input })
            }
            (Some(_), Some(_), Some(_), Some(_), Some(_), None) => {
                Err(Error::new(Code::JwtEncrypted, "token"))
            }
            _ => Err(Error::new(Code::JwtMalformed, "token")
                .with(Fact::text("problem", "not three segments with a dot between them"))),
        }
    }
}

fn segment(text: &[u8], at: usize, part: &'static str) -> Result<Vec<u8>, Error> {
    base64url::decode(text).map_err(|error| error.inside(part).shifted(at))
}
