//! Signatures of a TPM (TPM 2.0 Library, Part 2, 11.3).
//!
//! ```text
//! TPMT_SIGNATURE = u16 sigAlg | RSASSA, RSAPSS: u16 hash | TPM2B_PUBLIC_KEY_RSA sig
//!                             | ECDSA, SM2:     u16 hash | TPM2B r | TPM2B s
//! ```

use alloc::vec::Vec;

use super::algorithm::AlgorithmId;
use super::attest::sized;
use super::public::{Curve, PublicKey};
use crate::crypto::ecdsa_der::ecdsa_der_to_fixed;
use crate::crypto::{CryptoProvider, KeyRejected, SaltLength, SignatureAlgorithm};
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::limits;
use crate::reader::Reader;

/// A signing scheme with its hash function: `TPMT_SIG_SCHEME`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Scheme {
    /// RSASSA, RSAPSS, ECDSA or SM2.
    pub algorithm: AlgorithmId,
    /// The hash function that the message goes through.
    pub hash: AlgorithmId,
}

/// A parsed signature; whether it verifies is another question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature<'a> {
    scheme: Scheme,
    value: Value<'a>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Value<'a> {
    Rsa(&'a [u8]),
    Ec {
        r: &'a [u8],
        s: &'a [u8],
    },
    /// `SEQUENCE { r, s }`, as `tpm2_quote --format plain` writes ECDSA.
    EcDer(&'a [u8]),
}

impl<'a> Signature<'a> {
    /// Parses a TPMT_SIGNATURE.
    ///
    /// # Errors
    /// `tpm.signature.algorithm` for NULL, HMAC and anonymous schemes; `tpm.signature.layout`,
    /// `input.truncated`, `input.trailing_data`, `limit.size`.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Error> {
        Self::read(bytes).map_err(|error| error.inside("signature"))
    }

    fn read(bytes: &'a [u8]) -> Result<Self, Error> {
        check_size(bytes)?;
        let mut reader = Reader::new(bytes);
        let algorithm = AlgorithmId(reader.u16_be("algorithm")?);
        let scheme = |hash| Scheme { algorithm, hash };
        let signature = match algorithm {
            AlgorithmId::RSASSA | AlgorithmId::RSAPSS => {
                let scheme = scheme(AlgorithmId(reader.u16_be("hash")?));
                Self { scheme, value: Value::Rsa(sized(&mut reader, "sig")?) }
            }
            AlgorithmId::ECDSA | AlgorithmId::SM2 => {
                let scheme = scheme(AlgorithmId(reader.u16_be("hash")?));
                let r = number(&mut reader, "r")?;
                let s = number(&mut reader, "s")?;
                Self { scheme, value: Value::Ec { r, s } }
            }
            other => return Err(unsupported(other)),
        };
        reader.finish("sig")?;
        Ok(signature)
    }

    /// A plain signature, whose scheme the caller names: as long as the modulus for RSA; for ECDSA and
    /// SM2 either DER or `r ‖ s` in the full width of the curve.
    ///
    /// # Errors
    /// `tpm.signature.algorithm`, `limit.size`.
    pub fn plain(bytes: &'a [u8], scheme: Scheme) -> Result<Self, Error> {
        check_size(bytes).map_err(|error| error.inside("signature"))?;
        let value = match scheme.algorithm {
            AlgorithmId::RSASSA | AlgorithmId::RSAPSS => Value::Rsa(bytes),
            AlgorithmId::ECDSA | AlgorithmId::SM2 => match bytes {
                // `r ‖ s` may begin with this byte too, but then its second is not its length.
                [0x30, len, rest @ ..] if usize::from(*len) == rest.len() => Value::EcDer(bytes),
                [0x30, 0x81, len, rest @ ..] if usize::from(*len) == rest.len() => Value::EcDer(bytes),
                _ => {
                    let (r, s) = bytes.split_at_checked(bytes.len() / 2).unwrap_or_default();
                    if r.len() != s.len() || r.is_empty() {
                        return Err(Error::new(Code::TpmSignatureLayout, "signature.sig")
                            .with(Fact::text("problem", "neither DER nor two numbers of one width")));
                    }
                    Value::Ec { r, s }
                }
            },
            other => return Err(unsupported(other).inside("signature")),
        };
        Ok(Self { scheme, value })
    }

    /// The scheme that the signature names.
    #[must_use]
    pub const fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// Verifies it over `message` with `key`; `failure` is the code for a signature that does not hold.
    ///
    /// The caller has compared the scheme with the key's.
    pub(crate) fn verify(
        &self,
        key: &PublicKey<'_>,
        message: &[u8],
        provider: &dyn CryptoProvider,
        failure: Code,
    ) -> Result<(), Error> {
        let invalid = || {
            Error::new(failure, "signature.sig")
                .with(Fact::string("scheme", alloc::format!("{}", self.scheme)))
        };
        let algorithms = self.scheme.algorithms(key)?;
        let bytes = self.fixed(key).ok_or_else(invalid)?;
        let mut loaded = false;
        for algorithm in algorithms {
            let Ok(verifier) = load(provider, algorithm, key) else { continue };
            loaded = true;
            if verifier.verify(message, &bytes).is_ok() {
                return Ok(());
            }
        }
        if loaded { Err(invalid()) } else { Err(key_rejected()) }
    }

    /// The form that [`VerifyingKey::verify`](crate::crypto::VerifyingKey::verify) takes.
    fn fixed(&self, key: &PublicKey<'_>) -> Option<Vec<u8>> {
        match (key, &self.value) {
            (PublicKey::Rsa { .. }, Value::Rsa(sig)) => Some(sig.to_vec()),
            (PublicKey::Ecc { curve, .. }, Value::Ec { r, s }) => {
                let width = curve.width()?;
                let mut fixed = Vec::with_capacity(width.saturating_mul(2));
                for number in [r, s] {
                    fixed.resize(fixed.len().checked_add(width.checked_sub(number.len())?)?, 0);
                    fixed.extend_from_slice(number);
                }
                Some(fixed)
            }
            (PublicKey::Ecc { curve, .. }, Value::EcDer(der)) => match *curve {
                Curve::NIST_P256 | Curve::SM2_P256 => ecdsa_der_to_fixed::<64>(der).map(|f| f.to_vec()),
                Curve::NIST_P384 => ecdsa_der_to_fixed::<96>(der).map(|f| f.to_vec()),
                Curve::NIST_P521 => ecdsa_der_to_fixed::<132>(der).map(|f| f.to_vec()),
                _ => None,
            },
            _ => None,
        }
    }
}

impl Scheme {
    /// The algorithms under which a signature of this scheme by `key` may verify: more than one only for
    /// RSASSA-PSS, whose salt TPMs make as long as the digest or as long as fits (Part 1, B.7).
    fn algorithms(self, key: &PublicKey<'_>) -> Result<Vec<SignatureAlgorithm>, Error> {
        let hash = self.hash.require_hash("signature.hash")?;
        match (self.algorithm, key) {
            (AlgorithmId::RSASSA, PublicKey::Rsa { .. }) => {
                Ok(alloc::vec![SignatureAlgorithm::RsaPkcs1(hash)])
            }
            (AlgorithmId::RSAPSS, PublicKey::Rsa { .. }) => Ok(alloc::vec![
                SignatureAlgorithm::RsaPss(hash, SaltLength::Digest),
                SignatureAlgorithm::RsaPss(hash, SaltLength::Maximum),
            ]),
            (AlgorithmId::ECDSA, PublicKey::Ecc { curve, .. }) if curve.ecdsa().is_some() => {
                let curve = curve.ecdsa().into_iter();
                Ok(curve.map(|curve| SignatureAlgorithm::Ecdsa(curve, hash)).collect())
            }
            #[cfg(feature = "sm2")]
            (AlgorithmId::SM2, PublicKey::Ecc { curve: Curve::SM2_P256, .. })
                if hash == crate::crypto::HashAlgorithm::Sm3 =>
            {
                Ok(alloc::vec![SignatureAlgorithm::Sm2])
            }
            _ => Err(Error::new(Code::TpmSignatureScheme, "signature.algorithm")
                .with(Fact::string("key", alloc::format!("{}", key.kind())))
                .with(Fact::string("actual", alloc::format!("{self}")))),
        }
    }
}

impl core::fmt::Display for Scheme {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{}-{}", self.algorithm, self.hash)
    }
}

fn load(
    provider: &dyn CryptoProvider,
    algorithm: SignatureAlgorithm,
    key: &PublicKey<'_>,
) -> Result<alloc::boxed::Box<dyn crate::crypto::VerifyingKey>, KeyRejected> {
    match key {
        PublicKey::Rsa { modulus, exponent } => {
            let exponent = exponent.to_be_bytes();
            let start = exponent.iter().position(|byte| *byte != 0).unwrap_or_default();
            let exponent = exponent.get(start..).unwrap_or_default();
            provider.load_key(algorithm, crate::crypto::PublicKey::Rsa { modulus, exponent })
        }
        PublicKey::Ecc { .. } => {
            let point = key.sec1().ok_or(KeyRejected)?;
            provider.load_key(algorithm, crate::crypto::PublicKey::Ec(&point))
        }
    }
}

/// A key that no algorithm of its scheme takes: too short, not on its curve.
pub(crate) fn key_rejected() -> Error {
    Error::new(Code::TpmKeyWeak, "key")
        .with(Fact::text("problem", "the key is too short, not on its curve or badly formed"))
}

/// A number of a signature: not empty.
fn number<'a>(reader: &mut Reader<'a>, field: &'static str) -> Result<&'a [u8], Error> {
    let at = reader.offset();
    let number = sized(reader, field)?;
    if number.is_empty() {
        return Err(Error::new(Code::TpmSignatureLayout, field)
            .at(at)
            .with(Fact::text("problem", "the number is empty")));
    }
    Ok(number)
}

fn check_size(bytes: &[u8]) -> Result<(), Error> {
    if bytes.len() > limits::TPM_STRUCTURE_BYTES {
        return Err(Error::new(Code::LimitSize, "").with(Fact::count("size", bytes.len())));
    }
    Ok(())
}

fn unsupported(algorithm: AlgorithmId) -> Error {
    Error::new(Code::TpmSignatureAlgorithm, "algorithm")
        .at(0)
        .with(Fact::string("actual", alloc::format!("{algorithm}")))
}
