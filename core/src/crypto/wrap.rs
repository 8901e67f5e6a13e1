//! What it takes to wrap a secret for a TPM: OAEP, ECDH, AES-CFB and HMAC, by RustCrypto.
//!
//! Wrapping needs random bytes, and the core has none: the caller gives them.

use alloc::vec::Vec;
use core::convert::Infallible;

use aes::cipher::KeyIvInit as _;
use hmac::{Hmac, KeyInit as _, Mac as _};
use rsa::rand_core::{TryCryptoRng, TryRng};
use rsa::{BoxedUint, Oaep};
use sha1::Sha1;
use sha2::{Sha256, Sha384, Sha512};

use p256::elliptic_curve::sec1::ToSec1Point as _;

use super::{Curve, Digest, HashAlgorithm};
use crate::limits::RSA_MODULUS_BITS;

/// HMAC of the concatenation of `parts`.
pub(crate) fn hmac(algorithm: HashAlgorithm, key: &[u8], parts: &[&[u8]]) -> Option<Digest> {
    macro_rules! mac {
        ($hash:ty) => {{
            let mut mac = Hmac::<$hash>::new_from_slice(key).ok()?;
            parts.iter().for_each(|part| mac.update(part));
            Digest::new(&mac.finalize().into_bytes())
        }};
    }
    match algorithm {
        HashAlgorithm::Sha1 => mac!(Sha1),
        HashAlgorithm::Sha256 => mac!(Sha256),
        HashAlgorithm::Sha384 => mac!(Sha384),
        HashAlgorithm::Sha512 => mac!(Sha512),
        #[cfg(feature = "sm2")]
        HashAlgorithm::Sm3 => mac!(sm3::Sm3),
    }
}

/// AES in CFB mode with an initial vector of zeros, in place. `None` unless the key has 128, 192 or 256
/// bits.
pub(crate) fn aes_cfb_encrypt(key: &[u8], data: &mut [u8]) -> Option<()> {
    macro_rules! encrypt {
        ($cipher:ty) => {
            cfb_mode::Encryptor::<$cipher>::new_from_slices(key, &[0; 16]).ok()?.encrypt(data)
        };
    }
    match key.len() {
        16 => encrypt!(aes::Aes128),
        24 => encrypt!(aes::Aes192),
        32 => encrypt!(aes::Aes256),
        _ => return None,
    }
    Some(())
}

/// RSAES-OAEP (RFC 8017, section 7.1.1) with MGF1 of the same hash function; `seed` is as long as a digest.
pub(crate) fn oaep_encrypt(
    algorithm: HashAlgorithm,
    (modulus, exponent): (&[u8], u64),
    label: &[u8],
    message: &[u8],
    seed: &[u8],
) -> Option<Vec<u8>> {
    if seed.len() != algorithm.digest_len() {
        return None;
    }
    let key = rsa::PublicKey::new_with_size_limits(
        BoxedUint::from_be_slice_vartime(modulus),
        BoxedUint::from_be_slice_vartime(&exponent.to_be_bytes()),
        RSA_MODULUS_BITS,
    )
    .ok()?;
    let mut given = Given(seed);
    macro_rules! encrypt {
        ($hash:ty) => {
            key.encrypt(&mut given, Oaep::<$hash>::new_with_label(label), message).ok()
        };
    }
    match algorithm {
        HashAlgorithm::Sha1 => encrypt!(Sha1),
        HashAlgorithm::Sha256 => encrypt!(Sha256),
        HashAlgorithm::Sha384 => encrypt!(Sha384),
        HashAlgorithm::Sha512 => encrypt!(Sha512),
        #[cfg(feature = "sm2")]
        HashAlgorithm::Sm3 => encrypt!(sm3::Sm3),
    }
}

/// One step of ECDH with a key of the caller's: the public point of `scalar`, and the first coordinate of
/// the shared one. `None` when `scalar` is not in `1..n` or `peer` is not on the curve.
pub(crate) fn ecdh(curve: Curve, peer: &[u8], scalar: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    macro_rules! agree {
        ($curve:ident) => {{
            let secret = $curve::SecretKey::from_slice(scalar).ok()?;
            let peer = $curve::PublicKey::from_sec1_bytes(peer).ok()?;
            let shared = $curve::ecdh::diffie_hellman(secret.to_nonzero_scalar(), peer.as_affine());
            let point = secret.public_key().to_sec1_point(false);
            Some((point.as_bytes().to_vec(), shared.raw_secret_bytes().to_vec()))
        }};
    }
    match curve {
        Curve::P256 => agree!(p256),
        Curve::P384 => agree!(p384),
        #[cfg(feature = "p521")]
        Curve::P521 => agree!(p521),
        #[cfg(not(feature = "p521"))]
        Curve::P521 => None,
    }
}

/// Random bytes that the caller drew. Gives each once; asking for more yields zeros, which the length
/// check before its only use rules out.
struct Given<'s>(&'s [u8]);

impl TryRng for Given<'_> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        let (head, tail) = self.0.split_at_checked(bytes.len()).unwrap_or_default();
        bytes.fill(0);
        bytes.iter_mut().zip(head).for_each(|(to, from)| *to = *from);
        self.0 = tail;
        Ok(())
    }
}

impl TryCryptoRng for Given<'_> {}
