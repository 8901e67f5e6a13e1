//! A provider for which every signature is valid.

use veriquote::crypto::{
    CryptoProvider, Digest, HashAlgorithm, KeyRejected, PublicKey, RustCrypto, SignatureAlgorithm,
    SignatureInvalid, VerifyingKey,
};

/// What a release check looks for: no artefact that is shipped may contain it.
pub static MARKER: &str = "veriquote-fuzz-accepts-every-signature";

/// Accepts every signature, so that mutated input reaches the code behind the signature checks. Hashes
/// are real: what a digest binds stays bound.
#[derive(Clone, Copy, Debug, Default)]
pub struct AcceptEverySignature;

#[derive(Debug)]
struct Key;

impl CryptoProvider for AcceptEverySignature {
    fn name(&self) -> &'static str {
        MARKER
    }

    fn load_key(
        &self,
        algorithm: SignatureAlgorithm,
        key: PublicKey<'_>,
    ) -> Result<Box<dyn VerifyingKey>, KeyRejected> {
        if key.fits(algorithm) { Ok(Box::new(Key)) } else { Err(KeyRejected) }
    }

    fn hash(&self, algorithm: HashAlgorithm, parts: &[&[u8]]) -> Digest {
        RustCrypto.hash(algorithm, parts)
    }
}

impl VerifyingKey for Key {
    fn verify(&self, _message: &[u8], _signature: &[u8]) -> Result<(), SignatureInvalid> {
        Ok(())
    }

    fn verify_digest(&self, _digest: &Digest, _signature: &[u8]) -> Result<(), SignatureInvalid> {
        Ok(())
    }
}
