//! ECDSA over P-256 and P-384 (FIPS 186-5, section 6.4.2).

use alloc::boxed::Box;

use p256::ecdsa::signature::hazmat::PrehashVerifier;

use super::RustCrypto;
use crate::crypto::{
    CryptoProvider, HashAlgorithm, KeyRejected, SignatureAlgorithm, SignatureInvalid, VerifyingKey,
};

pub(super) fn load(
    algorithm: SignatureAlgorithm,
    point: &[u8],
) -> Result<Box<dyn VerifyingKey>, KeyRejected> {
    let hash = algorithm.hash();
    match algorithm {
        SignatureAlgorithm::EcdsaP256Sha256 | SignatureAlgorithm::EcdsaP256Sha384 => {
            let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(point).map_err(|_| KeyRejected)?;
            Ok(Box::new(P256 { key, hash }))
        }
        SignatureAlgorithm::EcdsaP384Sha256 | SignatureAlgorithm::EcdsaP384Sha384 => {
            let key = p384::ecdsa::VerifyingKey::from_sec1_bytes(point).map_err(|_| KeyRejected)?;
            Ok(Box::new(P384 { key, hash }))
        }
        _ => Err(KeyRejected),
    }
}

#[derive(Debug)]
struct P256 {
    key: p256::ecdsa::VerifyingKey,
    hash: HashAlgorithm,
}

impl VerifyingKey for P256 {
    fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), SignatureInvalid> {
        // Refuses any other length than 64, and zero or too large numbers.
        let signature = p256::ecdsa::Signature::from_slice(signature).map_err(|_| SignatureInvalid)?;
        let digest = RustCrypto.hash(self.hash, &[message]);
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
        let signature = p384::ecdsa::Signature::from_slice(signature).map_err(|_| SignatureInvalid)?;
        let digest = RustCrypto.hash(self.hash, &[message]);
        self.key.verify_prehash(digest.as_slice(), &signature).map_err(|_| SignatureInvalid)
    }
}
