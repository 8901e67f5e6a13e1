//! An issuer's key, loaded once to check many certificates and CRLs.

use alloc::boxed::Box;

use super::algorithm::SignatureScheme;
use crate::crypto::ecdsa_der::ecdsa_der_to_fixed;
use crate::crypto::{CryptoProvider, Curve, SignatureAlgorithm, SubjectPublicKeyInfo, VerifyingKey};
use crate::error::{Code, Error};
use crate::fact::Fact;

/// A key that signs certificates or CRLs, bound to one algorithm.
#[derive(Debug)]
pub struct IssuerKey {
    algorithm: SignatureAlgorithm,
    key: Box<dyn VerifyingKey>,
}

impl IssuerKey {
    /// Checks and prepares a key.
    ///
    /// # Errors
    /// `x509.algorithm` when the key is not one for `algorithm`.
    pub fn load(
        provider: &dyn CryptoProvider,
        algorithm: SignatureAlgorithm,
        spki: &SubjectPublicKeyInfo<'_>,
    ) -> Result<Self, Error> {
        Ok(Self { algorithm, key: load(provider, algorithm, spki)? })
    }

    /// The algorithm that the key is bound to.
    #[must_use]
    pub const fn algorithm(&self) -> SignatureAlgorithm {
        self.algorithm
    }

    /// The key, to check what is not X.509: it takes ECDSA signatures as `r ‖ s`.
    #[must_use]
    pub fn verifying_key(&self) -> &dyn VerifyingKey {
        self.key.as_ref()
    }

    /// Checks an X.509 signature, in which an ECDSA signature is DER.
    pub(crate) fn verify(
        &self,
        scheme: SignatureScheme,
        message: &[u8],
        signature: &[u8],
        code: Code,
    ) -> Result<(), Error> {
        if SignatureScheme::of(self.algorithm) != Some(scheme) {
            return Err(Error::new(Code::X509Algorithm, "signature_algorithm")
                .with(Fact::text("problem", "the issuer's key is for another algorithm")));
        }
        let invalid = || Error::new(code, "signature");
        let verified = match self.algorithm {
            SignatureAlgorithm::Ecdsa(Curve::P256, _) => {
                self.key.verify(message, &ecdsa_der_to_fixed::<64>(signature).ok_or_else(invalid)?)
            }
            SignatureAlgorithm::Ecdsa(Curve::P384, _) => {
                self.key.verify(message, &ecdsa_der_to_fixed::<96>(signature).ok_or_else(invalid)?)
            }
            SignatureAlgorithm::Ecdsa(Curve::P521, _) => {
                self.key.verify(message, &ecdsa_der_to_fixed::<132>(signature).ok_or_else(invalid)?)
            }
            _ => self.key.verify(message, signature),
        };
        verified.map_err(|_| invalid())
    }
}

/// Loads a key for one algorithm.
pub(crate) fn load(
    provider: &dyn CryptoProvider,
    algorithm: SignatureAlgorithm,
    spki: &SubjectPublicKeyInfo<'_>,
) -> Result<Box<dyn VerifyingKey>, Error> {
    provider.load_key(algorithm, spki.key()).map_err(|_| {
        Error::new(Code::X509Algorithm, "subject_public_key_info")
            .with(Fact::text("problem", "the key is not valid for the algorithm that is asked of it"))
    })
}
