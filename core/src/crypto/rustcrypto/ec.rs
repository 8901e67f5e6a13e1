//! ECDSA over P-256, P-384 and P-521 (FIPS 186-5, section 6.4.2), and Ed25519 (RFC 8032).

use alloc::boxed::Box;

use p256::ecdsa::signature::hazmat::PrehashVerifier;

use super::RustCrypto;
use crate::crypto::{
    CryptoProvider, Curve, Digest, HashAlgorithm, KeyRejected, SignatureInvalid, VerifyingKey,
};

pub(super) fn load(
    curve: Curve,
    hash: HashAlgorithm,
    point: &[u8],
) -> Result<Box<dyn VerifyingKey>, KeyRejected> {
    match curve {
        Curve::P256 => {
            let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(point).map_err(|_| KeyRejected)?;
            Ok(Box::new(P256 { key, hash }))
        }
        Curve::P384 => {
            let key = p384::ecdsa::VerifyingKey::from_sec1_bytes(point).map_err(|_| KeyRejected)?;
            Ok(Box::new(P384 { key, hash }))
        }
        #[cfg(feature = "p521")]
        Curve::P521 => {
            let key = p521::ecdsa::VerifyingKey::from_sec1_bytes(point).map_err(|_| KeyRejected)?;
            Ok(Box::new(P521 { key, hash }))
        }
        #[cfg(not(feature = "p521"))]
        Curve::P521 => Err(KeyRejected),
    }
}

/// A digest in the width of the curve: a shorter one is filled up on the left, which does not change its
/// value; a longer one is cut by the curve's own code.
struct Prehash {
    bytes: [u8; 66],
    start: usize,
}

impl Prehash {
    fn new(curve: Curve, digest: &Digest) -> Self {
        let digest = digest.as_slice();
        let mut bytes = [0; 66];
        let len = digest.len();
        let start = bytes.len().saturating_sub(len.max(curve.width()));
        let from = bytes.len().saturating_sub(len);
        if let Some(place) = bytes.get_mut(from..) {
            place.copy_from_slice(digest);
        }
        Self { bytes, start }
    }

    fn as_slice(&self) -> &[u8] {
        self.bytes.get(self.start..).unwrap_or(&self.bytes)
    }
}

#[derive(Debug)]
struct P256 {
    key: p256::ecdsa::VerifyingKey,
    hash: HashAlgorithm,
}

impl VerifyingKey for P256 {
    fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), SignatureInvalid> {
        self.verify_digest(&RustCrypto.hash(self.hash, &[message]), signature)
    }

    fn verify_digest(&self, digest: &Digest, signature: &[u8]) -> Result<(), SignatureInvalid> {
        if digest.as_slice().len() != self.hash.digest_len() {
            return Err(SignatureInvalid);
        }
        // Refuses any other length than 64, and zero or too large numbers.
        let signature = p256::ecdsa::Signature::from_slice(signature).map_err(|_| SignatureInvalid)?;
        let digest = Prehash::new(Curve::P256, digest);
        self.key.verify_prehash(digest.as_slice(), &signature).map_err(|_| SignatureInvalid)
    }
}

#[derive(Debug)]
struct P384 {
    key: p384::ecdsa::VerifyingKey,
    hash: HashAlgorithm,
}

impl VerifyingKey for P384 {
    fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), SignatureInvalid> {
        self.verify_digest(&RustCrypto.hash(self.hash, &[message]), signature)
    }

    fn verify_digest(&self, digest: &Digest, signature: &[u8]) -> Result<(), SignatureInvalid> {
        if digest.as_slice().len() != self.hash.digest_len() {
            return Err(SignatureInvalid);
        }
        let signature = p384::ecdsa::Signature::from_slice(signature).map_err(|_| SignatureInvalid)?;
        let digest = Prehash::new(Curve::P384, digest);
        self.key.verify_prehash(digest.as_slice(), &signature).map_err(|_| SignatureInvalid)
    }
}

#[cfg(feature = "p521")]
#[derive(Debug)]
struct P521 {
    key: p521::ecdsa::VerifyingKey,
    hash: HashAlgorithm,
}

#[cfg(feature = "p521")]
impl VerifyingKey for P521 {
    fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), SignatureInvalid> {
        self.verify_digest(&RustCrypto.hash(self.hash, &[message]), signature)
    }

    fn verify_digest(&self, digest: &Digest, signature: &[u8]) -> Result<(), SignatureInvalid> {
        if digest.as_slice().len() != self.hash.digest_len() {
            return Err(SignatureInvalid);
        }
        let signature = p521::ecdsa::Signature::from_slice(signature).map_err(|_| SignatureInvalid)?;
        let digest = Prehash::new(Curve::P521, digest);
        self.key.verify_prehash(digest.as_slice(), &signature).map_err(|_| SignatureInvalid)
    }
}

#[cfg(feature = "ed25519")]
pub(super) fn load_ed25519(key: &[u8]) -> Result<Box<dyn VerifyingKey>, KeyRejected> {
    let bytes: &[u8; 32] = key.try_into().map_err(|_| KeyRejected)?;
    let key = ed25519_dalek::VerifyingKey::from_bytes(bytes).map_err(|_| KeyRejected)?;
    // A key of small order makes one signature valid for many messages; a coordinate of the field's prime or
    // more is another text of the same key (RFC 8032, section 5.1.3).
    if key.is_weak() || !is_canonical(bytes) {
        return Err(KeyRejected);
    }
    Ok(Box::new(Ed25519(key)))
}

/// Whether the coordinate, without the sign on top, is below 2^255 - 19.
#[cfg(feature = "ed25519")]
fn is_canonical(key: &[u8; 32]) -> bool {
    let [lowest, middle @ .., highest] = key;
    *lowest < 0xed || highest & 0x7f != 0x7f || middle.iter().any(|byte| *byte != 0xff)
}

#[cfg(not(feature = "ed25519"))]
pub(super) fn load_ed25519(_key: &[u8]) -> Result<Box<dyn VerifyingKey>, KeyRejected> {
    Err(KeyRejected)
}

#[cfg(feature = "ed25519")]
#[derive(Debug)]
struct Ed25519(ed25519_dalek::VerifyingKey);

#[cfg(feature = "ed25519")]
impl VerifyingKey for Ed25519 {
    fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), SignatureInvalid> {
        let signature = ed25519_dalek::Signature::from_slice(signature).map_err(|_| SignatureInvalid)?;
        self.0.verify_strict(message, &signature).map_err(|_| SignatureInvalid)
    }

    fn verify_digest(&self, _: &Digest, _: &[u8]) -> Result<(), SignatureInvalid> {
        Err(SignatureInvalid)
    }
}
