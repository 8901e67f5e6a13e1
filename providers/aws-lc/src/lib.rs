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
    CryptoProvider, Curve, Digest, HashAlgorithm, KeyRejected, PublicKey, RustCrypto, SignatureAlgorithm,
    SignatureInvalid, VerifyingKey,
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
                let Some((width, verification)) = ecdsa(algorithm) else {
                    // ECDSA with SHA-1 on the smaller curves.
                    return RustCrypto.load_key(algorithm, key);
                };
                let key = ParsedPublicKey::new(verification, point).map_err(|_| KeyRejected)?;
                Ok(Box::new(Ecdsa { key, width, hash: algorithm.hash() }))
            }
            PublicKey::Ed25519(_) => {
                // AWS-LC takes keys of small order, which the other provider knows to refuse.
                RustCrypto.load_key(algorithm, key)
            }
            PublicKey::Rsa { modulus, exponent } => {
                let Some(parameters) = rsa(algorithm) else {
                    // Salts of other lengths than the digest's.
                    return RustCrypto.load_key(algorithm, key);
                };
                let key = RsaPublicKeyComponents { n: modulus, e: exponent }
                    .to_parsed_public_key(parameters)
                    .map_err(|_| KeyRejected)?;
                Ok(Box::new(Rsa { key, hash: algorithm.hash() }))
            }
            _ => Err(KeyRejected),
        }
    }

    fn hash(&self, algorithm: HashAlgorithm, parts: &[&[u8]]) -> Digest {
        let Some(function) = function(algorithm) else {
            // A hash function that this release does not know: let the other provider answer.
            return RustCrypto.hash(algorithm, parts);
        };
        let mut context = digest::Context::new(function);
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
    hash: HashAlgorithm,
}

impl VerifyingKey for Ecdsa {
    fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), SignatureInvalid> {
        let encoded = der::Signature::encode(signature, self.width).ok_or(SignatureInvalid)?;
        // AWS-LC sets up less for a digest than for a message.
        let digest = digest::digest(function(self.hash).ok_or(SignatureInvalid)?, message);
        self.key.verify_digest_sig(&digest, encoded.as_slice()).map_err(|_| SignatureInvalid)
    }

    fn verify_digest(&self, digest: &Digest, signature: &[u8]) -> Result<(), SignatureInvalid> {
        let encoded = der::Signature::encode(signature, self.width).ok_or(SignatureInvalid)?;
        let digest = import(digest, self.hash)?;
        self.key.verify_digest_sig(&digest, encoded.as_slice()).map_err(|_| SignatureInvalid)
    }
}

#[derive(Debug)]
struct Rsa {
    key: ParsedPublicKey,
    hash: HashAlgorithm,
}

impl VerifyingKey for Rsa {
    fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), SignatureInvalid> {
        self.key.verify_sig(message, signature).map_err(|_| SignatureInvalid)
    }

    fn verify_digest(&self, digest: &Digest, signature: &[u8]) -> Result<(), SignatureInvalid> {
        self.key.verify_digest_sig(&import(digest, self.hash)?, signature).map_err(|_| SignatureInvalid)
    }
}

fn function(algorithm: HashAlgorithm) -> Option<&'static digest::Algorithm> {
    Some(match algorithm {
        HashAlgorithm::Sha1 => &digest::SHA1_FOR_LEGACY_USE_ONLY,
        HashAlgorithm::Sha256 => &digest::SHA256,
        HashAlgorithm::Sha384 => &digest::SHA384,
        HashAlgorithm::Sha512 => &digest::SHA512,
        _ => return None,
    })
}

/// A digest that was computed elsewhere, in AWS-LC's form.
fn import(digest: &Digest, algorithm: HashAlgorithm) -> Result<digest::Digest, SignatureInvalid> {
    let function = function(algorithm).ok_or(SignatureInvalid)?;
    digest::Digest::import_less_safe(digest.as_slice(), function).map_err(|_| SignatureInvalid)
}

/// The ASN.1 forms, since the fixed forms do not exist for every pair of curve and hash.
fn ecdsa(algorithm: SignatureAlgorithm) -> Option<(usize, &'static dyn VerificationAlgorithm)> {
    use HashAlgorithm::{Sha1, Sha256, Sha384, Sha512};
    let SignatureAlgorithm::Ecdsa(curve, hash) = algorithm else { return None };
    let verification: &dyn VerificationAlgorithm = match (curve, hash) {
        (Curve::P256, Sha256) => &signature::ECDSA_P256_SHA256_ASN1,
        (Curve::P256, Sha384) => &signature::ECDSA_P256_SHA384_ASN1,
        (Curve::P256, Sha512) => &signature::ECDSA_P256_SHA512_ASN1,
        (Curve::P384, Sha256) => &signature::ECDSA_P384_SHA256_ASN1,
        (Curve::P384, Sha384) => &signature::ECDSA_P384_SHA384_ASN1,
        (Curve::P384, Sha512) => &signature::ECDSA_P384_SHA512_ASN1,
        (Curve::P521, Sha1) => &signature::ECDSA_P521_SHA1_ASN1,
        (Curve::P521, Sha256) => &signature::ECDSA_P521_SHA256_ASN1,
        (Curve::P521, Sha384) => &signature::ECDSA_P521_SHA384_ASN1,
        (Curve::P521, Sha512) => &signature::ECDSA_P521_SHA512_ASN1,
        _ => return None,
    };
    Some((curve.width(), verification))
}

/// What AWS-LC has ready; `None` for the rest.
fn rsa(algorithm: SignatureAlgorithm) -> Option<&'static RsaParameters> {
    use SignatureAlgorithm as A;
    Some(match algorithm {
        A::RSA_PKCS1_SHA1 => &signature::RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY,
        A::RSA_PKCS1_SHA256 => &signature::RSA_PKCS1_2048_8192_SHA256,
        A::RSA_PKCS1_SHA384 => &signature::RSA_PKCS1_2048_8192_SHA384,
        A::RSA_PKCS1_SHA512 => &signature::RSA_PKCS1_2048_8192_SHA512,
        A::RSA_PSS_SHA256 => &signature::RSA_PSS_2048_8192_SHA256,
        A::RSA_PSS_SHA384 => &signature::RSA_PSS_2048_8192_SHA384,
        A::RSA_PSS_SHA512 => &signature::RSA_PSS_2048_8192_SHA512,
        _ => return None,
    })
}
