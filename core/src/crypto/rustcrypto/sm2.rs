//! SM2 signatures as TPMs make them (GB/T 32918.2; TPM 2.0 Library, Part 1, C.4).

use alloc::boxed::Box;

use sm2::dsa::signature::hazmat::PrehashVerifier as _;

use super::RustCrypto;
use crate::crypto::{
    CryptoProvider as _, Digest, HashAlgorithm, KeyRejected, SignatureInvalid, VerifyingKey,
};

pub(super) fn load(point: &[u8]) -> Result<Box<dyn VerifyingKey>, KeyRejected> {
    // The identity only enters ZA, which a TPM leaves out.
    let key = sm2::dsa::VerifyingKey::from_sec1_bytes("", point).map_err(|_| KeyRejected)?;
    Ok(Box::new(Sm2 { key }))
}

#[derive(Debug)]
struct Sm2 {
    key: sm2::dsa::VerifyingKey,
}

impl VerifyingKey for Sm2 {
    fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), SignatureInvalid> {
        self.verify_digest(&RustCrypto.hash(HashAlgorithm::Sm3, &[message]), signature)
    }

    fn verify_digest(&self, digest: &Digest, signature: &[u8]) -> Result<(), SignatureInvalid> {
        if digest.as_slice().len() != HashAlgorithm::Sm3.digest_len() {
            return Err(SignatureInvalid);
        }
        let signature = sm2::dsa::Signature::from_slice(signature).map_err(|_| SignatureInvalid)?;
        self.key.verify_prehash(digest.as_slice(), &signature).map_err(|_| SignatureInvalid)
    }
}
