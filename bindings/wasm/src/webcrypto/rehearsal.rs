//! The first pass: every signature is called valid, and written down.
//!
//! What a verifier says with this provider is worth nothing. Only [`Rehearsal::take`] comes out of it.

use std::sync::{Arc, Mutex, PoisonError};

use veriquote::crypto::{
    CryptoProvider, Digest, HashAlgorithm, KeyRejected, PublicKey, RustCrypto, SignatureAlgorithm,
    SignatureInvalid, VerifyingKey,
};

use super::question::{Key, Question};

/// Writes down which signatures a call asks about.
#[derive(Clone, Debug, Default)]
pub(super) struct Rehearsal(Arc<Mutex<Vec<Question>>>);

impl Rehearsal {
    /// What was asked since the last time, each once.
    pub(super) fn take(&self) -> Vec<Question> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl CryptoProvider for Rehearsal {
    fn name(&self) -> &'static str {
        "rehearsal"
    }

    fn load_key(
        &self,
        algorithm: SignatureAlgorithm,
        key: PublicKey<'_>,
    ) -> Result<Box<dyn VerifyingKey>, KeyRejected> {
        // The same keys are refused as later, so that the same way is taken.
        RustCrypto.load_key(algorithm, key)?;
        Ok(Box::new(Rehearsed { key: Key::new(algorithm, key), asked: Arc::clone(&self.0) }))
    }

    fn hash(&self, algorithm: HashAlgorithm, parts: &[&[u8]]) -> Digest {
        RustCrypto.hash(algorithm, parts)
    }
}

#[derive(Debug)]
struct Rehearsed {
    key: Option<Key>,
    asked: Arc<Mutex<Vec<Question>>>,
}

impl VerifyingKey for Rehearsed {
    fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), SignatureInvalid> {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(key) = &self.key
            && asked.len() < MOST
            && message.len() <= LONGEST
            && !asked.iter().any(|question| question.is(key, message, signature))
        {
            asked.extend(Question::new(key, message, signature));
        }
        Ok(())
    }

    fn verify_digest(&self, _: &Digest, _: &[u8]) -> Result<(), SignatureInvalid> {
        // WebCrypto takes no digests.
        Ok(())
    }
}

/// More questions than any call has in good faith; what is not written down is verified here, later.
const MOST: usize = 256;

/// Bytes of a message that is worth a copy: signed documents have some ten thousand.
const LONGEST: usize = 1 << 20;
