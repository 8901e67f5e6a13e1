//! Tokens and keys: what verifies is three canonical segments around the claims that are given out, and what
//! only a provider accepts that accepts everything is refused by a real one.

use std::sync::{Arc, OnceLock};

use veriquote::UnixTime;
use veriquote::crypto::RustCrypto;
use veriquote::jwt::{Algorithms, Expectations, Expiry, KeySet, Token, verify};

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
    static KEYS: OnceLock<[KeySet; 2]> = OnceLock::new();
    let [accepting, real] = KEYS.get_or_init(|| {
        let accepting = KeySet::parse(JWKS.as_bytes(), Arc::new(AcceptEverySignature));
        let real = KeySet::parse(JWKS.as_bytes(), Arc::new(RustCrypto));
        [accepting, real].map(|set| set.expect("a key"))
    });
    let mut expectations = Expectations::signature_only(Algorithms::OfKey);
    expectations.expiry = Expiry::WherePresent;
    let now = UnixTime(1_770_000_000);
    match verify(data, accepting, &expectations, now) {
        Ok(token) => {
            let parsed = Token::parse(data).expect("what was verified");
            assert_eq!(token.claims_json(), parsed.unauthenticated_parts().payload);
            assert!(token.window().contains(now));
            assert!(verify(data, real, &expectations, now).is_err(), "mutation does not sign");
        }
        Err(failure) => assert!(!failure.checks.is_empty()),
    }
}
