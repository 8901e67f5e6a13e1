//! Keys that a certificate chain vouches for (RFC 7515, section 4.1.6; RFC 7517, section 4.7).

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::algorithm::{Algorithm, Algorithms};
use super::jwk::{self, Jwk};
use super::token::Token;
use crate::crypto::{CryptoProvider, VerifyingKey};
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::json::Node;
use crate::time::{UnixTime, Window};
use crate::trust::TrustAnchors;
use crate::x509::Certificate;
use crate::x509::chain::{ChainContext, ChainRules, Revocation, SignatureBudget, verify_chain};

/// Checks that the certificates of `key` are for it and end at an anchor.
pub(crate) fn check_key(
    key: &Jwk,
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
    walk(&chain, anchors, provider, now).map_err(inside)
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
    if leaf.key_usage().is_some_and(|usage| !usage.digital_signature()) {
        return Err(inside(
            Error::new(Code::X509Extension, "certificate[0].extensions.key_usage")
                .with(Fact::text("problem", "the leaf's key may not sign data")),
        ));
    }
    // The header may also carry the key itself: then it is the same one.
    if let Some(jwk) = jwk {
        check_same_key(jwk, leaf, provider).map_err(|error| error.inside("token.header.jwk"))?;
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
    provider: &dyn CryptoProvider,
) -> Result<(), Error> {
    if Jwk::parse(jwk, provider)?.is_key_of(leaf.spki()) { Ok(()) } else { Err(other_key()) }
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
