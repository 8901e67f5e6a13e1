//! Tokens and keys: what verifies is three canonical segments around the claims that are given out, and what
//! only a provider accepts that accepts everything is refused by a real one.

use std::sync::{Arc, OnceLock};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use veriquote::UnixTime;
use veriquote::appraisal::{NrasBundle, ReadOptions, appraise, appraise_unauthenticated};
use veriquote::bytes::to_hex;
use veriquote::crypto::{CryptoProvider as _, HashAlgorithm, RustCrypto};
use veriquote::jwt::{Algorithms, AuthenticToken, Expectations, Expiry, KeySet, Token, verify};

use crate::provider::AcceptEverySignature;

/// A P-256 key of no meaning: the base point of the curve.
pub(crate) const JWKS: &str = r#"{"keys":[{"kty":"EC","crv":"P-256","kid":"k1",
"x":"axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY","y":"T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU"}]}"#;

/// Takes a token apart.
pub fn jws(data: &[u8]) {
    let Ok(token) = Token::parse(data) else { return };
    assert!(data.starts_with(token.signing_input()));
    assert_eq!(data.iter().filter(|byte| **byte == b'.').count(), 2);
    assert!(data.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte)));
    assert!(token.unauthenticated_header_json().is_ok());
    if let Ok(claims) = token.unauthenticated_claims() {
        assert!(claims.members().is_some());
    }
}

/// Reads a key set.
pub fn jwks(data: &[u8]) {
    let Ok(set) = KeySet::parse(data, Arc::new(RustCrypto)) else { return };
    assert!(set.keys().count() + set.unusable().count() > 0);
    for key in set.keys() {
        assert_eq!(key.thumbprint(&RustCrypto).len(), 43);
    }
}

/// Verifies a token behind signatures that always hold.
pub fn verify_token(data: &[u8]) {
    verified(data);
}

/// The same for a header and claims in plain JSON with a NUL between them, so that mutations reach the claims:
/// what is authentic says the same as the claims alone.
pub fn token_claims(data: &[u8]) {
    let mut parts = data.splitn(2, |byte| *byte == 0);
    let (Some(header), Some(claims)) = (parts.next(), parts.next()) else { return };
    let Some(token) = verified(compact(header, claims).as_bytes()) else { return };
    assert_eq!(token.claims_json(), claims);
    let read = appraise(&token, ReadOptions::default());
    let alone = appraise_unauthenticated(claims, ReadOptions::default());
    assert_eq!(read.as_ref().ok(), alone.as_ref().ok().map(|alone| alone.unauthenticated()));
}

/// A bundle of the claims of an overall token and of its submodules, in plain JSON with a NUL between them; the
/// digests are put in. What is accepted has one issuer, and no result in it is bad.
pub fn bundle(data: &[u8]) {
    accepted(data);
}

/// Whether the bundle is accepted; that what must hold then does.
fn accepted(data: &[u8]) -> bool {
    let mut parts = data.split(|byte| *byte == 0);
    let overall = parts.next().unwrap_or_default();
    let submodules: Vec<&[u8]> = parts.take(4).collect();
    let tokens: Vec<String> = submodules.iter().map(|claims| compact(HEADER, claims)).collect();
    let Some(rest) = overall.strip_prefix(b"{") else { return false };
    let digests = tokens.iter().enumerate().map(|(number, token)| {
        let digest = to_hex(RustCrypto.hash(HashAlgorithm::Sha256, &[token.as_bytes()]).as_slice());
        (format!("GPU-{number}"), json!(["DIGEST", ["SHA-256", digest]]))
    });
    let digests = Value::Object(digests.collect()).to_string();
    let overall = [br#"{"submods":"#, digests.as_bytes(), b",", rest].concat();
    let text = |tokens: &[String]| {
        let named = tokens.iter().enumerate().map(|(number, token)| (format!("GPU-{number}"), json!(token)));
        json!([["JWT", compact(HEADER, &overall)], Value::Object(named.collect())]).to_string()
    };

    let [accepting, real] = keys();
    let verified = |tokens: &[String], keys: &KeySet| {
        let bundle = NrasBundle::parse(text(tokens).as_bytes()).map_err(|_| ())?;
        let bundle = bundle.authenticate(keys, &expectations(), NOW).map_err(|_| ())?;
        assert!(bundle.window().contains(NOW));
        bundle.appraise(ReadOptions::default()).map_err(|_| ())
    };
    let Ok(read) = verified(&tokens, accepting) else { return false };
    assert_eq!(read.environments.len(), submodules.len());
    let overall: Value = serde_json::from_slice(&overall).expect("what was read");
    assert_eq!(overall["x-nvidia-overall-att-result"], true);
    for (claims, environment) in submodules.iter().zip(&read.environments) {
        let claims: Value = serde_json::from_slice(claims).expect("what was read");
        assert_eq!(environment.token.as_ref().map(|own| &own.issuer), Some(&read.issuer));
        assert_eq!(environment.nonces, read.nonces);
        assert_eq!(claims["measres"], "success");
        let members = claims.as_object().expect("what was read");
        assert!(members.iter().all(|(name, value)| !name.starts_with("x-nvidia-") || *value != false));
    }
    assert!(verified(&tokens, real).is_err(), "mutation does not sign");
    for left_out in 0..tokens.len() {
        let mut fewer = tokens.clone();
        fewer.remove(left_out);
        assert!(verified(&fewer, accepting).is_err(), "a submodule is missing");
    }
    let more: Vec<String> = tokens.iter().cloned().chain(tokens.first().cloned()).collect();
    assert!(more.len() == tokens.len() || verified(&more, accepting).is_err(), "a submodule too many");
    true
}

/// What a provider accepts for which every signature is valid, and another does not.
fn verified(data: &[u8]) -> Option<AuthenticToken> {
    let [accepting, real] = keys();
    match verify(data, accepting, &expectations(), NOW) {
        Ok(token) => {
            let parsed = Token::parse(data).expect("what was verified");
            assert_eq!(token.claims_json(), parsed.unauthenticated_parts().payload);
            assert!(token.window().contains(NOW));
            assert!(verify(data, real, &expectations(), NOW).is_err(), "mutation does not sign");
            Some(token)
        }
        Err(failure) => {
            assert!(!failure.checks.is_empty());
            None
        }
    }
}

fn keys() -> &'static [KeySet; 2] {
    static KEYS: OnceLock<[KeySet; 2]> = OnceLock::new();
    KEYS.get_or_init(|| {
        let accepting = KeySet::parse(JWKS.as_bytes(), Arc::new(AcceptEverySignature));
        let real = KeySet::parse(JWKS.as_bytes(), Arc::new(RustCrypto));
        [accepting, real].map(|set| set.expect("a key"))
    })
}

fn expectations() -> Expectations {
    Expectations { expiry: Expiry::WherePresent, ..Expectations::signature_only(Algorithms::OfKey) }
}

/// A token of these texts, with 64 bytes for a signature.
fn compact(header: &[u8], claims: &[u8]) -> String {
    let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    format!("{}.{}.{}", encode(header), encode(claims), encode(&[0x5a; 64]))
}

const HEADER: &[u8] = br#"{"alg":"ES256","kid":"k1"}"#;
const NOW: UnixTime = UnixTime(1_770_000_000);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_bundles_reach_the_end_and_others_do_not() {
        let seeds = crate::seeds::forged();
        let seed = |name: &str| {
            let seed = seeds.iter().find(|seed| seed.target == "bundle" && seed.name == name);
            accepted(&seed.expect(name).bytes)
        };
        assert!(seed("bundle-valid"));
        assert!(!seed("bundle-submodule-failed") && !seed("bundle-failed"));
    }
}
