//! Keys that a certificate chain vouches for (RFC 7515, section 4.1.6; RFC 7517, section 4.7).

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use super::algorithm::{Algorithm, Algorithms};
use super::base64url;
use super::expectations::{Expected, ExpectedCertificate};
use super::jwk::{self, Jwk};
use super::token::Token;
use crate::bytes::constant_time_eq;
use crate::crypto::{CryptoProvider, HashAlgorithm, PublicKey, SubjectPublicKeyInfo, VerifyingKey};
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::json::Node;
use crate::time::{UnixTime, Window};
use crate::trust::TrustAnchors;
use crate::x509::chain::{ChainContext, ChainRules, Revocation, SignatureBudget, verify_chain};
use crate::x509::der::tag;
use crate::x509::{Certificate, Extension, oid};

/// Checks that the certificates of `key` are for it, end at an anchor, and are of the expected signer.
pub(crate) fn check_key(
    key: &Jwk,
    expected: &ExpectedCertificate,
    anchors: &TrustAnchors,
    provider: &dyn CryptoProvider,
    now: UnixTime,
) -> Result<Window, Error> {
    let ders = key.unauthenticated_x5c();
    let inside = |error: Error| error.inside("jwks.key.x5c");
    let chain = parse(ders).map_err(inside)?;
    let leaf = chain.first().ok_or_else(|| inside(no_chain()))?;
    if !key.is_key_of(leaf.spki()) {
        return Err(inside(other_key()));
    }
    let window = walk(&chain, anchors, provider, now).map_err(inside)?;
    check_signing_leaf(leaf, expected, provider).map_err(inside)?;
    Ok(window)
}

/// One rule for the leaf, wherever its chain was found.
///
/// A root vouches for many keys; what makes one the issuer's is its certificate. One that says what it is
/// for (KeyUsage, ExtendedKeyUsage) is taken at its word, critical or not: a server's TLS certificate of the
/// same authority signs no token.
fn check_signing_leaf(
    leaf: &Certificate<'_>,
    expected: &ExpectedCertificate,
    provider: &dyn CryptoProvider,
) -> Result<(), Error> {
    if let PublicKey::Rsa { modulus, .. } = leaf.spki().key() {
        jwk::refuse_marked(modulus, "certificate[0].subject_public_key_info")?;
    }
    if leaf.key_usage().is_some_and(|usage| !usage.digital_signature()) {
        return Err(Error::new(Code::X509Extension, "certificate[0].extensions.key_usage")
            .with(Fact::text("problem", "the leaf's key may not sign data")));
    }
    if let Some(extension) = leaf.extension(oid::EXTENDED_KEY_USAGE) {
        const PART: &str = "certificate[0].extensions.extended_key_usage";
        let purposes = purposes(&extension)?;
        if !purposes.iter().any(|purpose| expected.purposes.contains(purpose)) {
            let mut error = Error::new(Code::X509Extension, PART)
                .with(Fact::text("problem", "the certificate is for purposes that you did not accept"));
            for purpose in purposes.into_iter().take(8) {
                error = error.with(Fact::string("actual", purpose));
            }
            return Err(error);
        }
    }
    if let Expected::Is(subject) = &expected.subject
        && leaf.subject_common_name() != Some(subject.as_str())
    {
        let actual: String = leaf.subject_common_name().unwrap_or("none").chars().take(64).collect();
        return Err(Error::new(Code::JwtKeyCertificate, "certificate[0].subject")
            .with(Fact::string("expected", subject.clone()))
            .with(Fact::string("actual", actual)));
    }
    if let Expected::Is(digest) = &expected.spki_sha256 {
        let actual = provider.hash(HashAlgorithm::Sha256, &[leaf.spki_der()]);
        if !constant_time_eq(actual.as_slice(), digest) {
            return Err(Error::new(Code::JwtKeyCertificate, "certificate[0].subject_public_key_info")
                .with(Fact::bytes("expected", digest.as_slice()))
                .with(Fact::bytes("actual", actual.as_slice())));
        }
    }
    Ok(())
}

/// The purposes of ExtendedKeyUsage (RFC 5280, section 4.2.1.12), dotted.
fn purposes(extension: &Extension<'_>) -> Result<Vec<String>, Error> {
    const PART: &str = "certificate[0].extensions.extended_key_usage";
    let sequence = extension.element(tag::SEQUENCE, Code::X509Der, PART)?;
    let mut items = sequence.inside();
    let mut purposes = Vec::new();
    while !items.is_empty() {
        let item = items.expect(tag::OBJECT_IDENTIFIER, PART)?;
        let purpose = dotted(item.oid(PART)?).ok_or_else(|| item.error(PART))?;
        purposes.push(purpose);
    }
    if purposes.is_empty() { Err(sequence.error(PART)) } else { Ok(purposes) }
}

/// An object identifier as numbers with dots between them.
fn dotted(oid: &[u8]) -> Option<String> {
    let mut text = String::new();
    let mut number: u64 = 0;
    for byte in oid {
        number = number.checked_mul(128)?.checked_add(u64::from(byte & 0x7f))?;
        if byte & 0x80 != 0 {
            continue;
        }
        if text.is_empty() {
            // X.690, section 8.19.4: the first two numbers are one.
            let first = (number / 40).min(2);
            text = alloc::format!("{first}.{}", number.checked_sub(first.checked_mul(40)?)?);
        } else {
            text.push_str(&alloc::format!(".{number}"));
        }
        number = 0;
    }
    Some(text)
}

/// Holds thumbprints of a certificate (RFC 7515, sections 4.1.7 and 4.1.8; RFC 7517, sections 4.8 and 4.9)
/// against the first certificate. SHA-1 names a certificate here and proves nothing.
pub(crate) fn check_thumbprints(
    node: &Node<'_>,
    certificate: &[u8],
    provider: &dyn CryptoProvider,
) -> Result<(), Error> {
    for (member, algorithm) in [("x5t", HashAlgorithm::Sha1), ("x5t#S256", HashAlgorithm::Sha256)] {
        let Some(stated) = node.get(member) else { continue };
        let digest = provider.hash(algorithm, &[certificate]);
        let same = stated
            .text()
            .and_then(|text| base64url::decode(text.as_bytes()).ok())
            .is_some_and(|stated| constant_time_eq(&stated, digest.as_slice()));
        if !same {
            return Err(Error::new(Code::JwtKeyCertificate, member)
                .at(stated.offset)
                .with(Fact::text("problem", "not the thumbprint of the first certificate")));
        }
    }
    Ok(())
}

/// Holds a key's members against its first certificate (RFC 7517, section 4.7), as far as that can be read:
/// one of a kind that is not known here certifies nothing, and does not make the caller's key unusable.
pub(crate) fn check_first(
    node: &Node<'_>,
    ders: &[Vec<u8>],
    is_key_of: impl FnOnce(&SubjectPublicKeyInfo<'_>) -> bool,
    provider: &dyn CryptoProvider,
) -> Result<(), Error> {
    let Some(first) = ders.first() else { return Ok(()) };
    check_thumbprints(node, first, provider)?;
    match Certificate::parse(first) {
        Ok(certificate) if !is_key_of(certificate.spki()) => Err(other_key().inside("x5c")),
        _ => Ok(()),
    }
}

/// The leaf key of the chain in a token's header, for the token's algorithm.
pub(crate) struct HeaderKey {
    pub(crate) window: Window,
    pub(crate) key: Box<dyn VerifyingKey>,
    pub(crate) algorithm: Algorithm,
}

/// Takes the key from the token's own chain, which must end at an anchor.
pub(crate) fn key_of_header(
    token: &Token<'_>,
    algorithms: &Algorithms,
    algorithm: Algorithm,
    expected: &ExpectedCertificate,
    anchors: &TrustAnchors,
    provider: &dyn CryptoProvider,
    now: UnixTime,
) -> Result<HeaderKey, Error> {
    let inside = |error: Error| error.inside("token.header");
    let header = token.unauthenticated_header_json()?;
    let jwk = header.get("jwk");
    let holder = match (header.get("x5c"), jwk) {
        (None, Some(jwk)) => jwk,
        _ => &header,
    };
    let ders = jwk::x5c(holder).map_err(inside)?;
    let inside = |error: Error| error.inside("token.header.x5c");
    let chain = parse(&ders).map_err(inside)?;
    let leaf = chain.first().ok_or_else(|| inside(no_chain()))?;
    let window = walk(&chain, anchors, provider, now).map_err(inside)?;
    check_signing_leaf(leaf, expected, provider).map_err(inside)?;
    check_thumbprints(&header, leaf.der(), provider).map_err(|error| error.inside("token.header"))?;
    // The header may also carry the key itself: then it is the same one, for the same algorithm.
    if let Some(jwk) = jwk {
        let place = |error: Error| error.inside("token.header.jwk");
        check_thumbprints(jwk, leaf.der(), provider).map_err(place)?;
        check_same_key(jwk, leaf, algorithm, provider).map_err(place)?;
    }
    if *algorithms == Algorithms::OfKey && Algorithm::RSA.contains(&algorithm) {
        return Err(Error::new(Code::JwtAlgorithmRefused, "token.header.alg")
            .with(Fact::text("problem", "an RSA certificate is bound to no algorithm; say which you accept"))
            .with(Fact::text("actual", algorithm.name())));
    }
    let key = provider.load_key(algorithm.signature(), leaf.spki().key()).map_err(|_| {
        Error::new(Code::JwtKeyAlgorithm, "token.header.x5c").with(Fact::text("actual", algorithm.name()))
    })?;
    Ok(HeaderKey { window, key, algorithm })
}

fn check_same_key(
    jwk: &Node<'_>,
    leaf: &Certificate<'_>,
    algorithm: Algorithm,
    provider: &dyn CryptoProvider,
) -> Result<(), Error> {
    let key = Jwk::parse(jwk, provider)?;
    if !key.is_key_of(leaf.spki()) {
        return Err(other_key());
    }
    match key.bound_to() {
        Some(bound) if bound != algorithm => Err(Error::new(Code::JwtKeyAlgorithm, "alg")
            .with(Fact::text("expected", bound.name()))
            .with(Fact::text("actual", algorithm.name()))),
        _ => Ok(()),
    }
}

fn parse(ders: &[Vec<u8>]) -> Result<Vec<Certificate<'_>>, Error> {
    let mut chain = Vec::with_capacity(ders.len());
    for (index, der) in ders.iter().enumerate() {
        let place = |error: Error| error.inside(&alloc::format!("certificate[{index}]"));
        chain.push(Certificate::parse(der).map_err(place)?);
    }
    Ok(chain)
}

fn walk(
    chain: &[Certificate<'_>],
    anchors: &TrustAnchors,
    provider: &dyn CryptoProvider,
    now: UnixTime,
) -> Result<Window, Error> {
    let context = ChainContext {
        anchors,
        provider,
        now,
        rules: ChainRules::STRICT,
        crls: &[],
        revocation: Revocation::WhereGiven,
    };
    verify_chain(chain, &context, &mut SignatureBudget::default()).map(|verified| verified.window())
}

fn no_chain() -> Error {
    Error::new(Code::JwtKeyCertificate, "").with(Fact::text("problem", "there are no certificates"))
}

fn other_key() -> Error {
    Error::new(Code::JwtKeyCertificate, "")
        .with(Fact::text("problem", "the first certificate is for another key"))
}
