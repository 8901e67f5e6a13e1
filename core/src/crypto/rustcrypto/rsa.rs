//! RSASSA-PKCS1-v1_5 and RSASSA-PSS (RFC 8017, sections 8.2.2 and 8.1.2).

use alloc::boxed::Box;

use rsa::{BoxedUint, Pkcs1v15Sign, Pss};
use sha1::Sha1;
use sha2::{Sha256, Sha384, Sha512};

use super::RustCrypto;
use crate::crypto::{
    CryptoProvider, HashAlgorithm, KeyRejected, SignatureAlgorithm, SignatureInvalid, VerifyingKey,
};
use crate::limits::RSA_MODULUS_BITS;

pub(super) fn load(
    algorithm: SignatureAlgorithm,
    modulus: &[u8],
    exponent: &[u8],
) -> Result<Box<dyn VerifyingKey>, KeyRejected> {
    let padding = match algorithm {
        SignatureAlgorithm::RsaPkcs1Sha1
        | SignatureAlgorithm::RsaPkcs1Sha256
        | SignatureAlgorithm::RsaPkcs1Sha384
        | SignatureAlgorithm::RsaPkcs1Sha512 => Padding::Pkcs1,
        SignatureAlgorithm::RsaPssSha256
        | SignatureAlgorithm::RsaPssSha384
        | SignatureAlgorithm::RsaPssSha512 => Padding::Pss,
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
    Pss,
}

impl VerifyingKey for Rsa {
    fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), SignatureInvalid> {
        let digest = RustCrypto.hash(self.hash, &[message]);
        let digest = digest.as_slice();
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
            // The salt of `new` is as long as the digest.
            (Padding::Pss, HashAlgorithm::Sha256) => self.key.verify(Pss::<Sha256>::new(), digest, signature),
            (Padding::Pss, HashAlgorithm::Sha384) => self.key.verify(Pss::<Sha384>::new(), digest, signature),
            (Padding::Pss, HashAlgorithm::Sha512) => self.key.verify(Pss::<Sha512>::new(), digest, signature),
            (Padding::Pss, HashAlgorithm::Sha1) => return Err(SignatureInvalid),
        }
        .map_err(|_| SignatureInvalid)
    }
}
