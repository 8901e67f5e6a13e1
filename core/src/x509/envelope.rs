//! What is signed, by which algorithm, and the signature: the outside of certificates, lists and requests (RFC
//! 5280, sections 4.1.1 and 5.1.1; RFC 2986, section 4.2).

use super::algorithm::SignatureScheme;
use super::der::{Der, Element, tag};
use crate::error::{Code, Error};
use crate::fact::Fact;

/// ```text
/// SEQUENCE { content SEQUENCE, signatureAlgorithm SEQUENCE, signature BIT STRING }
/// ```
#[derive(Clone, Copy, Debug)]
pub(super) struct Envelope<'a> {
    pub(super) content: Element<'a>,
    pub(super) algorithm: Element<'a>,
    pub(super) signature: &'a [u8],
}

impl<'a> Envelope<'a> {
    /// Reads one of at most `limit` bytes; `content` is what is signed, for errors.
    pub(super) fn read(
        der: &'a [u8],
        limit: usize,
        code: Code,
        content: &'static str,
    ) -> Result<Self, Error> {
        if der.len() > limit {
            return Err(Error::new(Code::LimitSize, "")
                .at(limit)
                .with(Fact::count("size", der.len()))
                .with(Fact::count("limit", limit)));
        }
        let mut outer = Der::whole(der, 0, code, tag::SEQUENCE, "")?.inside();
        let content = outer.expect(tag::SEQUENCE, content)?;
        let algorithm = outer.expect(tag::SEQUENCE, "signature_algorithm")?;
        let signature = outer.expect(tag::BIT_STRING, "signature")?.octet_aligned_bits("signature")?;
        outer.finish("signature")?;
        Ok(Self { content, algorithm, signature })
    }

    /// The algorithm, when the one `inside` what is signed is the same, byte for byte.
    pub(super) fn scheme(&self, inside: &Element<'a>) -> Result<SignatureScheme, Error> {
        if inside.der != self.algorithm.der {
            return Err(self
                .algorithm
                .error("signature_algorithm")
                .with(Fact::text("problem", "differs from the algorithm inside the signed part")));
        }
        SignatureScheme::read(inside, "signature_algorithm")
    }
}
