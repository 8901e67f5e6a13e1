//! RSASSA-PKCS1-v1_5 and RSASSA-PSS (RFC 8017, sections 8.2.2 and 8.1.2).

use alloc::boxed::Box;

use rsa::{BoxedUint, Pkcs1v15Sign, Pss};
use sha1::Sha1;
use sha2::{Sha256, Sha384, Sha512};

use super::RustCrypto;
use crate::crypto::{
    CryptoProvider, Digest, HashAlgorithm, KeyRejected, SaltLength, SignatureAlgorithm, SignatureInvalid,
    VerifyingKey,
};
use crate::limits::RSA_MODULUS_BITS;

pub(super) fn load(
    algorithm: SignatureAlgorithm,
    modulus: &[u8],
    exponent: &[u8],
) -> Result<Box<dyn VerifyingKey>, KeyRejected> {
    let padding = match algorithm {
        SignatureAlgorithm::RsaPkcs1(_) => Padding::Pkcs1,
        SignatureAlgorithm::RsaPss(hash, salt) => {
            Padding::Pss(salt_len(hash, salt, modulus).ok_or(KeyRejected)?)
        }
        _ => return Err(KeyRejected),
    };
    let key = rsa::PublicKey::new_with_size_limits(
        BoxedUint::from_be_slice_vartime(modulus),
        BoxedUint::from_be_slice_vartime(exponent),
        RSA_MODULUS_BITS,
    )
    .map_err(|_| KeyRejected)?;
    Ok(Box::new(Rsa { key, padding, hash: algorithm.hash() }))
}

#[derive(Debug)]
struct Rsa {
    key: rsa::PublicKey,
    padding: Padding,
    hash: HashAlgorithm,
}

#[derive(Clone, Copy, Debug)]
enum Padding {
    Pkcs1,
    /// With the bytes of its salt.
    Pss(usize),
}

/// Bytes of the salt: `emLen - hLen - 2` is the most that fits (RFC 8017, section 9.1.1).
fn salt_len(hash: HashAlgorithm, salt: SaltLength, modulus: &[u8]) -> Option<usize> {
    match salt {
        SaltLength::Digest => Some(hash.digest_len()),
        SaltLength::Maximum => {
            // The encoded message has one bit less than the modulus.
            let top = modulus.first()?;
            let em_len = if *top == 1 { modulus.len().checked_sub(1)? } else { modulus.len() };
            em_len.checked_sub(hash.digest_len())?.checked_sub(2)
        }
    }
}

impl VerifyingKey for Rsa {
    fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), SignatureInvalid> {
        self.verify_digest(&RustCrypto.hash(self.hash, &[message]), signature)
    }

    fn verify_digest(&self, digest: &Digest, signature: &[u8]) -> Result<(), SignatureInvalid> {
        let digest = digest.as_slice();
        if digest.len() != self.hash.digest_len() {
            return Err(SignatureInvalid);
        }
        match (self.padding, self.hash) {
            (Padding::Pkcs1, HashAlgorithm::Sha1) => {
                self.key.verify(Pkcs1v15Sign::new::<Sha1>(), digest, signature)
            }
            (Padding::Pkcs1, HashAlgorithm::Sha256) => {
                self.key.verify(Pkcs1v15Sign::new::<Sha256>(), digest, signature)
            }
            (Padding::Pkcs1, HashAlgorithm::Sha384) => {
                self.key.verify(Pkcs1v15Sign::new::<Sha384>(), digest, signature)
            }
            (Padding::Pkcs1, HashAlgorithm::Sha512) => {
                self.key.verify(Pkcs1v15Sign::new::<Sha512>(), digest, signature)
            }
            #[cfg(feature = "sm2")]
            (Padding::Pkcs1, HashAlgorithm::Sm3) => return Err(SignatureInvalid),
            (Padding::Pss(salt), hash) => match hash {
                #[cfg(feature = "sm2")]
                HashAlgorithm::Sm3 => return Err(SignatureInvalid),
                HashAlgorithm::Sha1 => self.key.verify(Pss::<Sha1>::new_with_salt(salt), digest, signature),
                HashAlgorithm::Sha256 => {
                    self.key.verify(Pss::<Sha256>::new_with_salt(salt), digest, signature)
                }
                HashAlgorithm::Sha384 => {
                    self.key.verify(Pss::<Sha384>::new_with_salt(salt), digest, signature)
                }
                HashAlgorithm::Sha512 => {
                    self.key.verify(Pss::<Sha512>::new_with_salt(salt), digest, signature)
                }
            },
        }
        .map_err(|_| SignatureInvalid)
    }
}
