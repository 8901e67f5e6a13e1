//! Signatures and nothing else, to be weighed (`cargo xtask js --no-tests --features`).

use veriquote::crypto::{CryptoProvider as _, PublicKey, RustCrypto, SignatureAlgorithm as Algorithm};
use wasm_bindgen::prelude::wasm_bindgen;

/// True when `key` made `signature` over `message`. The algorithm is a place in a list.
#[must_use]
#[wasm_bindgen]
pub fn verify(algorithm: usize, key: &[u8], exponent: &[u8], message: &[u8], signature: &[u8]) -> bool {
    let Some(algorithm) = ALGORITHMS.get(algorithm) else { return false };
    let key = match algorithm {
        Algorithm::Ecdsa(..) => PublicKey::Ec(key),
        Algorithm::Ed25519 => PublicKey::Ed25519(key),
        _ => PublicKey::Rsa { modulus: key, exponent },
    };
    RustCrypto.load_key(*algorithm, key).is_ok_and(|key| key.verify(message, signature).is_ok())
}

/// Those of tokens.
const ALGORITHMS: [Algorithm; 10] = [
    Algorithm::ECDSA_P256_SHA256,
    Algorithm::ECDSA_P384_SHA384,
    Algorithm::ECDSA_P521_SHA512,
    Algorithm::Ed25519,
    Algorithm::RSA_PKCS1_SHA256,
    Algorithm::RSA_PKCS1_SHA384,
    Algorithm::RSA_PKCS1_SHA512,
    Algorithm::RSA_PSS_SHA256,
    Algorithm::RSA_PSS_SHA384,
    Algorithm::RSA_PSS_SHA512,
];
