//! The fast native provider of cryptography for `veriquote`: AWS-LC through `aws-lc-rs`.
//!
//! Keys are parsed once, when they are loaded. Bounds and verdicts are those of
//! [`veriquote::crypto::RustCrypto`]; a shared test holds both to the same cases.
#![forbid(unsafe_code)]

mod der;

use aws_lc_rs::digest;
use aws_lc_rs::signature::{
    self, ParsedPublicKey, RsaParameters, RsaPublicKeyComponents, VerificationAlgorithm,
};
use veriquote::crypto::{
    CryptoProvider, Digest, HashAlgorithm, KeyRejected, PublicKey, SignatureAlgorithm, SignatureInvalid,
    VerifyingKey,
};

/// The provider made of AWS-LC.
#[derive(Clone, Copy, Debug, Default)]
pub struct AwsLc;

impl CryptoProvider for AwsLc {
    fn name(&self) -> &'static str {
        "aws-lc"
    }

    fn load_key(
        &self,
        algorithm: SignatureAlgorithm,
        key: PublicKey<'_>,
    ) -> Result<Box<dyn VerifyingKey>, KeyRejected> {
        if !key.fits(algorithm) {
            return Err(KeyRejected);
        }
        match key {
            PublicKey::Ec(point) => {
                let (width, verification) = ecdsa(algorithm).ok_or(KeyRejected)?;
                let key = ParsedPublicKey::new(verification, point).map_err(|_| KeyRejected)?;
                Ok(Box::new(Ecdsa { key, width }))
            }
            PublicKey::Rsa { modulus, exponent } => {
                let parameters = rsa(algorithm).ok_or(KeyRejected)?;
                let key = RsaPublicKeyComponents { n: modulus, e: exponent }
                    .to_parsed_public_key(parameters)
                    .map_err(|_| KeyRejected)?;
                Ok(Box::new(Rsa { key }))
            }
            _ => Err(KeyRejected),
        }
    }

    fn hash(&self, algorithm: HashAlgorithm, parts: &[&[u8]]) -> Digest {
        let mut context = digest::Context::new(match algorithm {
            HashAlgorithm::Sha1 => &digest::SHA1_FOR_LEGACY_USE_ONLY,
            HashAlgorithm::Sha256 => &digest::SHA256,
            HashAlgorithm::Sha384 => &digest::SHA384,
            HashAlgorithm::Sha512 => &digest::SHA512,
            // A hash function that this release does not know: let the other provider answer.
            _ => return veriquote::crypto::RustCrypto.hash(algorithm, parts),
        });
        for part in parts {
            context.update(part);
        }
        Digest::new(context.finish().as_ref()).expect("no digest of AWS-LC is longer than 64 bytes")
    }
}

#[derive(Debug)]
struct Ecdsa {
    key: ParsedPublicKey,
    /// Bytes of `r`, and of `s`.
    width: usize,
}

impl VerifyingKey for Ecdsa {
    fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), SignatureInvalid> {
        let encoded = der::Signature::encode(signature, self.width).ok_or(SignatureInvalid)?;
        self.key.verify_sig(message, encoded.as_slice()).map_err(|_| SignatureInvalid)
    }
}

#[derive(Debug)]
struct Rsa {
    key: ParsedPublicKey,
}

impl VerifyingKey for Rsa {
    fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), SignatureInvalid> {
        self.key.verify_sig(message, signature).map_err(|_| SignatureInvalid)
    }
}

/// The ASN.1 forms, since the fixed forms do not exist for every pair of curve and hash.
fn ecdsa(algorithm: SignatureAlgorithm) -> Option<(usize, &'static dyn VerificationAlgorithm)> {
    match algorithm {
        SignatureAlgorithm::EcdsaP256Sha256 => Some((32, &signature::ECDSA_P256_SHA256_ASN1)),
        SignatureAlgorithm::EcdsaP256Sha384 => Some((32, &signature::ECDSA_P256_SHA384_ASN1)),
        SignatureAlgorithm::EcdsaP384Sha256 => Some((48, &signature::ECDSA_P384_SHA256_ASN1)),
        SignatureAlgorithm::EcdsaP384Sha384 => Some((48, &signature::ECDSA_P384_SHA384_ASN1)),
        _ => None,
    }
}

fn rsa(algorithm: SignatureAlgorithm) -> Option<&'static RsaParameters> {
    match algorithm {
        SignatureAlgorithm::RsaPkcs1Sha1 => Some(&signature::RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY),
        SignatureAlgorithm::RsaPkcs1Sha256 => Some(&signature::RSA_PKCS1_2048_8192_SHA256),
        SignatureAlgorithm::RsaPkcs1Sha384 => Some(&signature::RSA_PKCS1_2048_8192_SHA384),
        SignatureAlgorithm::RsaPkcs1Sha512 => Some(&signature::RSA_PKCS1_2048_8192_SHA512),
        SignatureAlgorithm::RsaPssSha256 => Some(&signature::RSA_PSS_2048_8192_SHA256),
        SignatureAlgorithm::RsaPssSha384 => Some(&signature::RSA_PSS_2048_8192_SHA384),
        SignatureAlgorithm::RsaPssSha512 => Some(&signature::RSA_PSS_2048_8192_SHA512),
        _ => None,
    }
}
