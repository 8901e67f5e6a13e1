//! Pure-Rust cryptography, for every target: the only user of the crates that do it.

mod ec;
mod rsa;
#[cfg(feature = "sm2")]
mod sm2;

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
            #[cfg(feature = "sm2")]
            (SignatureAlgorithm::Sm2, PublicKey::Ec(point)) => sm2::load(point),
            _ => Err(KeyRejected),
        }
    }

    fn hash(&self, algorithm: HashAlgorithm, parts: &[&[u8]]) -> Digest {
        match algorithm {
            HashAlgorithm::Sha1 => hash::<Sha1>(parts),
            HashAlgorithm::Sha256 => hash::<Sha256>(parts),
            HashAlgorithm::Sha384 => hash::<Sha384>(parts),
            HashAlgorithm::Sha512 => hash::<Sha512>(parts),
            #[cfg(feature = "sm2")]
            HashAlgorithm::Sm3 => hash::<sm3::Sm3>(parts),
        }
    }
}

fn hash<D: sha2::Digest>(parts: &[&[u8]]) -> Digest {
    let mut state = D::new();
    for part in parts {
        state.update(part);
    }
    // Every digest fits.
    Digest::new(&state.finalize()).unwrap_or(Digest { bytes: [0; 64], len: 0 })
}
