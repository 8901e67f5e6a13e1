//! Cryptography behind one trait, so that a caller can bring its own.
//!
//! The core verifies and hashes; it never signs, encrypts or draws random numbers.

pub mod ecdsa_der;

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
}

/// A public key as it arrives, borrowed from the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PublicKey<'a> {
    /// An elliptic-curve point, uncompressed: `04 ‖ x ‖ y`, big-endian (SEC 1, section 2.3.3).
    Ec(&'a [u8]),
    /// An RSA key, both numbers unsigned big-endian without leading zeros.
    Rsa {
        /// The modulus `n`.
        modulus: &'a [u8],
        /// The public exponent `e`.
        exponent: &'a [u8],
    },
}

/// A signature algorithm with all its parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum SignatureAlgorithm {
    /// ECDSA on P-256 with SHA-256.
    EcdsaP256Sha256,
    /// ECDSA on P-256 with SHA-384.
    EcdsaP256Sha384,
    /// ECDSA on P-384 with SHA-256.
    EcdsaP384Sha256,
    /// ECDSA on P-384 with SHA-384.
    EcdsaP384Sha384,
    /// RSASSA-PKCS1-v1_5 with SHA-1: only for TPM 2.0 keys that know nothing better.
    RsaPkcs1Sha1,
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    RsaPkcs1Sha256,
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    RsaPkcs1Sha384,
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    RsaPkcs1Sha512,
    /// RSASSA-PSS with SHA-256, MGF1 with SHA-256, salt as long as the digest.
    RsaPssSha256,
    /// RSASSA-PSS with SHA-384, MGF1 with SHA-384, salt as long as the digest.
    RsaPssSha384,
    /// RSASSA-PSS with SHA-512, MGF1 with SHA-512, salt as long as the digest.
    RsaPssSha512,
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
}

impl HashAlgorithm {
    /// Bytes of a digest.
    #[must_use]
    pub const fn digest_len(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
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
#[non_exhaustive]
pub struct KeyRejected;

impl fmt::Display for KeyRejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the public key is not valid for this algorithm")
    }
}

impl core::error::Error for KeyRejected {}

/// A signature that does not verify.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SignatureInvalid;

impl fmt::Display for SignatureInvalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the signature does not verify")
    }
}

impl core::error::Error for SignatureInvalid {}
