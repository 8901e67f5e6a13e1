//! Pure-Rust cryptography, for every target: the only user of the crates that do it.

mod ec;
mod rsa;

use alloc::boxed::Box;

use sha1::Sha1;
use sha2::{Sha256, Sha384, Sha512};

use super::{
    CryptoProvider, Digest, HashAlgorithm, KeyRejected, PublicKey, SignatureAlgorithm, VerifyingKey,
};

/// The provider made of the RustCrypto crates.
#[derive(Clone, Copy, Debug, Default)]
pub struct RustCrypto;

impl CryptoProvider for RustCrypto {
    fn name(&self) -> &'static str {
        "rustcrypto"
    }

    fn load_key(
        &self,
        algorithm: SignatureAlgorithm,
        key: PublicKey<'_>,
    ) -> Result<Box<dyn VerifyingKey>, KeyRejected> {
        if !key.fits(algorithm) {
            return Err(KeyRejected);
        }
        match (algorithm, key) {
            (SignatureAlgorithm::Ecdsa(curve, hash), PublicKey::Ec(point)) => ec::load(curve, hash, point),
            (SignatureAlgorithm::Ed25519, PublicKey::Ed25519(key)) => ec::load_ed25519(key),
            (_, PublicKey::Rsa { modulus, exponent }) => rsa::load(algorithm, modulus, exponent),
            _ => Err(KeyRejected),
        }
    }

    fn hash(&self, algorithm: HashAlgorithm, parts: &[&[u8]]) -> Digest {
        match algorithm {
            HashAlgorithm::Sha1 => hash::<Sha1>(parts),
            HashAlgorithm::Sha256 => hash::<Sha256>(parts),
            HashAlgorithm::Sha384 => hash::<Sha384>(parts),
            HashAlgorithm::Sha512 => hash::<Sha512>(parts),
        }
    }
}

fn hash<D: sha2::Digest>(parts: &[&[u8]]) -> Digest {
    let mut state = D::new();
    for part in parts {
        state.update(part);
    }
    // All four digests fit.
    Digest::new(&state.finalize()).unwrap_or(Digest { bytes: [0; 64], len: 0 })
}
