//! Cryptography behind one trait, so that a caller can bring its own.
//!
//! The core verifies and hashes. It never signs, decrypts or draws random numbers; it wraps one secret, for a
//! TPM to prove itself with, and is given the randomness for that.

pub mod ecdsa_der;
mod roca;
mod rustcrypto;
mod spki;
mod weak;
#[cfg(feature = "tpm")]
pub(crate) mod wrap;

#[cfg(all(test, feature = "tpm"))]
pub(crate) use roca::marked_modulus;
pub use rustcrypto::RustCrypto;
pub use spki::{KeyKind, SubjectPublicKeyInfo};
pub(crate) use weak::RsaWeakness;

use alloc::boxed::Box;
use core::fmt;

/// Loads keys once to verify many times, and hashes.
///
/// Implementations check that an EC point lies on its curve and that an RSA modulus has 2048 to 8192
/// bits and an odd exponent of at least 3, when the key is loaded.
pub trait CryptoProvider: fmt::Debug + Send + Sync {
    /// A short name for results and logs, such as `rustcrypto`.
    fn name(&self) -> &'static str;

    /// Checks and prepares a public key for one algorithm.
    ///
    /// # Errors
    /// [`KeyRejected`] when the key is not valid for the algorithm.
    fn load_key(
        &self,
        algorithm: SignatureAlgorithm,
        key: PublicKey<'_>,
    ) -> Result<Box<dyn VerifyingKey>, KeyRejected>;

    /// The digest of the concatenation of `parts`.
    fn hash(&self, algorithm: HashAlgorithm, parts: &[&[u8]]) -> Digest;
}

/// A public key that was checked and is ready to verify.
pub trait VerifyingKey: fmt::Debug + Send + Sync {
    /// Verifies `signature` over `message`, which is hashed here.
    ///
    /// ECDSA signatures are `r ‖ s`, each in the full width of the curve's order, big-endian; values
    /// outside `1..n` are refused and a high `s` is valid. RSA signatures are as long as the modulus.
    ///
    /// # Errors
    /// [`SignatureInvalid`]; never says which half was wrong.
    fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), SignatureInvalid>;

    /// Verifies `signature` over a digest of the key's hash function that was computed elsewhere: for
    /// signatures of files of which only the digest was measured.
    ///
    /// # Errors
    /// [`SignatureInvalid`]; always for Ed25519, which signs messages and not digests.
    fn verify_digest(&self, digest: &Digest, signature: &[u8]) -> Result<(), SignatureInvalid>;
}

/// A public key as it arrives, borrowed from the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PublicKey<'a> {
    /// An elliptic-curve point, uncompressed: `04 ‖ x ‖ y`, big-endian (SEC 1, section 2.3.3).
    Ec(&'a [u8]),
    /// An Ed25519 key: 32 bytes, as RFC 8032 encodes a point.
    Ed25519(&'a [u8]),
    /// An RSA key, both numbers unsigned big-endian without leading zeros.
    Rsa {
        /// The modulus `n`.
        modulus: &'a [u8],
        /// The public exponent `e`.
        exponent: &'a [u8],
    },
}

impl PublicKey<'_> {
    /// True when the key has the form, the size and, for RSA, the kind of numbers that `algorithm` asks
    /// for. Every provider asks this first, so that all have the same bounds.
    #[must_use]
    pub fn fits(&self, algorithm: SignatureAlgorithm) -> bool {
        match (algorithm, *self) {
            (SignatureAlgorithm::Ecdsa(curve, _), Self::Ec(point)) => {
                point.len() == curve.point_len() && point.first() == Some(&0x04)
            }
            (SignatureAlgorithm::Ed25519, Self::Ed25519(key)) => key.len() == 32,
            #[cfg(feature = "sm2")]
            (SignatureAlgorithm::Sm2, Self::Ec(point)) => point.len() == 65 && point.first() == Some(&0x04),
            (
                SignatureAlgorithm::RsaPkcs1(_) | SignatureAlgorithm::RsaPss(..),
                Self::Rsa { modulus, exponent },
            ) => RsaWeakness::of(modulus, exponent).is_none(),
            _ => false,
        }
    }
}

/// An elliptic curve of FIPS 186-5.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Curve {
    /// P-256, `secp256r1`.
    P256,
    /// P-384, `secp384r1`.
    P384,
    /// P-521, `secp521r1`.
    P521,
}

impl Curve {
    /// Bytes of a coordinate, and of each half of a signature.
    #[must_use]
    pub const fn width(self) -> usize {
        match self {
            Self::P256 => 32,
            Self::P384 => 48,
            Self::P521 => 66,
        }
    }

    /// Bytes of an uncompressed point: `04 ‖ x ‖ y`.
    #[must_use]
    pub const fn point_len(self) -> usize {
        match self {
            Self::P256 => 65,
            Self::P384 => 97,
            Self::P521 => 133,
        }
    }
}

/// How long the salt of an RSASSA-PSS signature is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SaltLength {
    /// As long as the digest: what JOSE, X.509 profiles and most TPMs use.
    Digest,
    /// As long as the modulus leaves room for: what other TPMs use (TPM 2.0 Part 1, B.7).
    Maximum,
}

/// A signature algorithm with all its parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum SignatureAlgorithm {
    /// ECDSA on a curve, over a digest cut or filled up to the curve's order (FIPS 186-5, section 6.4).
    Ecdsa(Curve, HashAlgorithm),
    /// Ed25519 (RFC 8032), by the rules of `verify_strict`: keys and nonces of small order are refused.
    Ed25519,
    /// RSASSA-PKCS1-v1_5. SHA-1 only for TPM 2.0 keys that know nothing better.
    RsaPkcs1(HashAlgorithm),
    /// RSASSA-PSS, MGF1 with the same hash function.
    RsaPss(HashAlgorithm, SaltLength),
    /// SM2 (GB/T 32918.2) over `e = SM3(message)`, without the digest of identity and key (`ZA`) in front:
    /// the signature that TPMs make.
    #[cfg(feature = "sm2")]
    Sm2,
}

impl SignatureAlgorithm {
    /// ECDSA on P-256 with SHA-256.
    pub const ECDSA_P256_SHA256: Self = Self::Ecdsa(Curve::P256, HashAlgorithm::Sha256);
    /// ECDSA on P-256 with SHA-384.
    pub const ECDSA_P256_SHA384: Self = Self::Ecdsa(Curve::P256, HashAlgorithm::Sha384);
    /// ECDSA on P-384 with SHA-256.
    pub const ECDSA_P384_SHA256: Self = Self::Ecdsa(Curve::P384, HashAlgorithm::Sha256);
    /// ECDSA on P-384 with SHA-384.
    pub const ECDSA_P384_SHA384: Self = Self::Ecdsa(Curve::P384, HashAlgorithm::Sha384);
    /// ECDSA on P-521 with SHA-512.
    pub const ECDSA_P521_SHA512: Self = Self::Ecdsa(Curve::P521, HashAlgorithm::Sha512);
    /// RSASSA-PKCS1-v1_5 with SHA-1: only for TPM 2.0 keys that know nothing better.
    pub const RSA_PKCS1_SHA1: Self = Self::RsaPkcs1(HashAlgorithm::Sha1);
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    pub const RSA_PKCS1_SHA256: Self = Self::RsaPkcs1(HashAlgorithm::Sha256);
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    pub const RSA_PKCS1_SHA384: Self = Self::RsaPkcs1(HashAlgorithm::Sha384);
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    pub const RSA_PKCS1_SHA512: Self = Self::RsaPkcs1(HashAlgorithm::Sha512);
    /// RSASSA-PSS with SHA-256, salt as long as the digest.
    pub const RSA_PSS_SHA256: Self = Self::RsaPss(HashAlgorithm::Sha256, SaltLength::Digest);
    /// RSASSA-PSS with SHA-384, salt as long as the digest.
    pub const RSA_PSS_SHA384: Self = Self::RsaPss(HashAlgorithm::Sha384, SaltLength::Digest);
    /// RSASSA-PSS with SHA-512, salt as long as the digest.
    pub const RSA_PSS_SHA512: Self = Self::RsaPss(HashAlgorithm::Sha512, SaltLength::Digest);

    /// The hash function that the message goes through.
    #[must_use]
    pub const fn hash(self) -> HashAlgorithm {
        match self {
            Self::Ecdsa(_, hash) | Self::RsaPkcs1(hash) | Self::RsaPss(hash, _) => hash,
            Self::Ed25519 => HashAlgorithm::Sha512,
            #[cfg(feature = "sm2")]
            Self::Sm2 => HashAlgorithm::Sm3,
        }
    }
}

/// A hash function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum HashAlgorithm {
    /// SHA-1: only to replay old measurements, never for signatures of certificates.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
    /// SM3 (GB/T 32905).
    #[cfg(feature = "sm2")]
    Sm3,
}

impl HashAlgorithm {
    /// Bytes of a digest.
    #[must_use]
    pub const fn digest_len(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            #[cfg(feature = "sm2")]
            Self::Sm3 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }
}

/// A digest of up to 64 bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Digest {
    bytes: [u8; 64],
    len: usize,
}

impl Digest {
    /// A digest from its bytes; `None` when there are more than 64.
    #[must_use]
    pub fn new(digest: &[u8]) -> Option<Self> {
        let mut bytes = [0; 64];
        bytes.get_mut(..digest.len())?.copy_from_slice(digest);
        Some(Self { bytes, len: digest.len() })
    }

    /// A digest-sized value of one repeated byte, such as the initial value of a register.
    #[must_use]
    pub const fn repeated(byte: u8, algorithm: HashAlgorithm) -> Self {
        Self { bytes: [byte; 64], len: algorithm.digest_len() }
    }

    /// The bytes.
    #[must_use]
    pub fn as_slice(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or(&self.bytes)
    }
}

impl AsRef<[u8]> for Digest {
    fn as_ref(&self) -> &[u8] {
        self.as_slice()
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&crate::bytes::Hex(self.as_slice()), f)
    }
}

/// A public key that is not valid for its algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyRejected;

impl fmt::Display for KeyRejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the public key is not valid for this algorithm")
    }
}

impl core::error::Error for KeyRejected {}

/// A signature that does not verify.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignatureInvalid;

impl fmt::Display for SignatureInvalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the signature does not verify")
    }
}

impl core::error::Error for SignatureInvalid {}

#[cfg(test)]
mod tests {
    use alloc::vec;
    use alloc::vec::Vec;

    use super::*;

    const RSA: SignatureAlgorithm = SignatureAlgorithm::RSA_PKCS1_SHA256;

    fn modulus(bits: usize) -> Vec<u8> {
        let mut number = vec![0xff; bits.div_ceil(8)];
        number[0] >>= bits.wrapping_neg() % 8;
        number
    }

    fn fits(modulus: &[u8], exponent: &[u8]) -> bool {
        PublicKey::Rsa { modulus, exponent }.fits(RSA)
    }

    #[test]
    fn an_rsa_modulus_is_odd_and_has_2048_to_8192_bits() {
        for (bits, good) in [(2047, false), (2048, true), (3072, true), (8192, true), (8193, false)] {
            assert_eq!(fits(&modulus(bits), &[1, 0, 1]), good, "{bits} bits");
        }
        let mut even = modulus(2048);
        even[255] = 0xfe;
        assert!(!fits(&even, &[1, 0, 1]));
        let mut padded = vec![0];
        padded.extend(modulus(2048));
        assert!(!fits(&padded, &[1, 0, 1]));
        assert!(!fits(&[], &[1, 0, 1]));
    }

    #[test]
    fn an_rsa_exponent_is_odd_at_least_three_and_at_most_33_bits() {
        let n = modulus(2048);
        for good in [&[3][..], &[17], &[1, 0, 1], &[1, 0xff, 0xff, 0xff, 0xff]] {
            assert!(fits(&n, good), "{good:?}");
        }
        for bad in [
            &[][..],
            &[0],
            &[1],
            &[2],
            &[4],
            &[1, 0, 0],
            &[0, 3],
            &[2, 0, 0, 0, 1],
            &[1, 0, 0, 0, 0, 0, 0, 0, 3],
        ] {
            assert!(!fits(&n, bad), "{bad:?}");
        }
    }

    #[test]
    fn a_key_of_another_family_or_form_does_not_fit() {
        let mut p256 = [1; 65];
        p256[0] = 4;
        let mut p384 = [1; 97];
        p384[0] = 4;
        assert!(PublicKey::Ec(&p256).fits(SignatureAlgorithm::ECDSA_P256_SHA256));
        assert!(PublicKey::Ec(&p384).fits(SignatureAlgorithm::ECDSA_P384_SHA384));
        assert!(!PublicKey::Ec(&p256).fits(SignatureAlgorithm::ECDSA_P384_SHA384));
        assert!(!PublicKey::Ec(&p384).fits(SignatureAlgorithm::ECDSA_P256_SHA256));
        assert!(!PublicKey::Ec(&p256).fits(RSA));
        assert!(!PublicKey::Ec(&p256[..33]).fits(SignatureAlgorithm::ECDSA_P256_SHA256));
        p256[0] = 6;
        assert!(!PublicKey::Ec(&p256).fits(SignatureAlgorithm::ECDSA_P256_SHA256));
        let n = modulus(2048);
        let key = PublicKey::Rsa { modulus: &n, exponent: &[3] };
        assert!(!key.fits(SignatureAlgorithm::ECDSA_P256_SHA256));
    }
}
