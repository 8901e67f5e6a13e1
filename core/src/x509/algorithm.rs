//! Signature algorithms of certificates and CRLs (RFC 5758, RFC 4055).

use super::der::{Element, tag};
use super::oid;
use crate::crypto::{HashAlgorithm, KeyKind, SaltLength, SignatureAlgorithm};
use crate::error::{Code, Error};
use crate::fact::Fact;

/// What an AlgorithmIdentifier says of a signature: the scheme and the hash, but not the curve, which
/// only the issuer's key tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignatureScheme {
    /// ECDSA.
    Ecdsa(HashAlgorithm),
    /// RSASSA-PKCS1-v1_5.
    RsaPkcs1(HashAlgorithm),
    /// RSASSA-PSS, MGF1 with the same hash, salt as long as the digest.
    RsaPss(HashAlgorithm),
}

impl SignatureScheme {
    /// The algorithm of this scheme under an issuer's kind of key; `None` where they do not go together.
    #[must_use]
    pub const fn with_key(self, key: KeyKind) -> Option<SignatureAlgorithm> {
        match (self, key.curve()) {
            (Self::Ecdsa(hash), Some(curve)) => Some(SignatureAlgorithm::Ecdsa(curve, hash)),
            (Self::RsaPkcs1(hash), None) if matches!(key, KeyKind::Rsa) => {
                Some(SignatureAlgorithm::RsaPkcs1(hash))
            }
            (Self::RsaPss(hash), None) if matches!(key, KeyKind::Rsa) => {
                Some(SignatureAlgorithm::RsaPss(hash, SaltLength::Digest))
            }
            _ => None,
        }
    }

    /// The scheme of a full algorithm; `None` for what no certificate here may use: SHA-1, Ed25519, other
    /// lengths of salt.
    #[must_use]
    pub const fn of(algorithm: SignatureAlgorithm) -> Option<Self> {
        match algorithm {
            SignatureAlgorithm::Ecdsa(_, HashAlgorithm::Sha1)
            | SignatureAlgorithm::RsaPkcs1(HashAlgorithm::Sha1)
            | SignatureAlgorithm::RsaPss(HashAlgorithm::Sha1, _)
            | SignatureAlgorithm::RsaPss(_, SaltLength::Maximum)
            | SignatureAlgorithm::Ed25519 => None,
            #[cfg(feature = "sm2")]
            SignatureAlgorithm::Sm2 => None,
            SignatureAlgorithm::Ecdsa(_, hash) => Some(Self::Ecdsa(hash)),
            SignatureAlgorithm::RsaPkcs1(hash) => Some(Self::RsaPkcs1(hash)),
            SignatureAlgorithm::RsaPss(hash, SaltLength::Digest) => Some(Self::RsaPss(hash)),
        }
    }

    /// Reads an AlgorithmIdentifier with its parameters.
    pub(crate) fn read(identifier: &Element<'_>, part: &'static str) -> Result<Self, Error> {
        let mut fields = identifier.inside();
        let algorithm = fields.expect(tag::OBJECT_IDENTIFIER, part)?.oid(part)?;
        let scheme = match algorithm {
            oid::ECDSA_SHA256 => Self::Ecdsa(HashAlgorithm::Sha256),
            oid::ECDSA_SHA384 => Self::Ecdsa(HashAlgorithm::Sha384),
            oid::RSA_SHA256 => Self::RsaPkcs1(HashAlgorithm::Sha256),
            oid::RSA_SHA384 => Self::RsaPkcs1(HashAlgorithm::Sha384),
            oid::RSA_SHA512 => Self::RsaPkcs1(HashAlgorithm::Sha512),
            oid::RSA_PSS => {
                let parameters = fields.expect(tag::SEQUENCE, part)?;
                fields.finish(part)?;
                return pss(&parameters, part).map(Self::RsaPss);
            }
            _ => {
                return Err(Error::new(Code::X509Algorithm, part)
                    .at(identifier.offset)
                    .with(Fact::bytes("algorithm", algorithm)));
            }
        };
        // ECDSA has no parameters (RFC 5758, section 3.2); RSA's are NULL, and readers must take their
        // absence too (RFC 4055, section 5).
        if matches!(scheme, Self::RsaPkcs1(_)) {
            null(fields.optional(tag::NULL, part)?, part)?;
        }
        fields.finish(part)?;
        Ok(scheme)
    }
}

/// RSASSA-PSS-params (RFC 4055, section 3.1): only the combination in which nothing is weaker than the
/// hash; in particular none of the defaults, which are SHA-1.
fn pss(parameters: &Element<'_>, part: &'static str) -> Result<HashAlgorithm, Error> {
    let unsupported = || Error::new(Code::X509Algorithm, part).at(parameters.offset);
    let mut fields = parameters.inside();
    let mut hash_field = fields.optional(tag::CONTEXT_0, part)?.ok_or_else(unsupported)?.inside();
    let hash = hash_identifier(&hash_field.expect(tag::SEQUENCE, part)?, part)?;
    hash_field.finish(part)?;
    let mut mask_field = fields.optional(tag::CONTEXT_1, part)?.ok_or_else(unsupported)?.inside();
    let mut mask = mask_field.enter(tag::SEQUENCE, part)?;
    mask_field.finish(part)?;
    let mask_function = mask.expect(tag::OBJECT_IDENTIFIER, part)?.oid(part)?;
    let mask_hash = hash_identifier(&mask.expect(tag::SEQUENCE, part)?, part)?;
    mask.finish(part)?;
    let mut salt_field = fields.optional(tag::CONTEXT_2, part)?.ok_or_else(unsupported)?.inside();
    let salt = salt_field.expect(tag::INTEGER, part)?.unsigned(part)?;
    salt_field.finish(part)?;
    fields.finish(part)?;
    let salt_fits = matches!(salt, [length] if usize::from(*length) == hash.digest_len());
    if mask_function == oid::MGF1 && mask_hash == hash && salt_fits { Ok(hash) } else { Err(unsupported()) }
}

fn hash_identifier(identifier: &Element<'_>, part: &'static str) -> Result<HashAlgorithm, Error> {
    let mut fields = identifier.inside();
    let algorithm = fields.expect(tag::OBJECT_IDENTIFIER, part)?.oid(part)?;
    null(fields.optional(tag::NULL, part)?, part)?;
    fields.finish(part)?;
    match algorithm {
        oid::SHA256 => Ok(HashAlgorithm::Sha256),
        oid::SHA384 => Ok(HashAlgorithm::Sha384),
        oid::SHA512 => Ok(HashAlgorithm::Sha512),
        _ => Err(Error::new(Code::X509Algorithm, part).at(identifier.offset)),
    }
}

fn null(element: Option<Element<'_>>, part: &'static str) -> Result<(), Error> {
    match element {
        Some(null) if !null.value.is_empty() => Err(null.error(part)),
        _ => Ok(()),
    }
}
