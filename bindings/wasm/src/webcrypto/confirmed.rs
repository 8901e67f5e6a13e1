//! The second pass, whose verdict counts: what WebCrypto confirmed is not verified again, all else is.

use std::sync::{Arc, Mutex, PoisonError};

use veriquote::crypto::{
    CryptoProvider, Digest, HashAlgorithm, KeyRejected, PublicKey, RustCrypto, SignatureAlgorithm,
    SignatureInvalid, VerifyingKey,
};

use super::question::{Key, Question};

/// Knows signatures that are valid; of any other it finds out by itself.
#[derive(Clone, Debug, Default)]
pub(super) struct Confirmed(Arc<Mutex<Vec<Question>>>);

impl Confirmed {
    /// Each of `questions` was answered with yes. What was known before is forgotten.
    pub(super) fn know(&self, questions: Vec<Question>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = questions;
    }
}

impl CryptoProvider for Confirmed {
    fn name(&self) -> &'static str {
        "webcrypto"
    }

    fn load_key(
        &self,
        algorithm: SignatureAlgorithm,
        key: PublicKey<'_>,
    ) -> Result<Box<dyn VerifyingKey>, KeyRejected> {
        let own = RustCrypto.load_key(algorithm, key)?;
        Ok(match Key::new(algorithm, key) {
            Some(key) => Box::new(ConfirmedKey { own, key, confirmed: Arc::clone(&self.0) }),
            None => own,
        })
    }

    fn hash(&self, algorithm: HashAlgorithm, parts: &[&[u8]]) -> Digest {
        RustCrypto.hash(algorithm, parts)
    }
}

#[derive(Debug)]
struct ConfirmedKey {
    own: Box<dyn VerifyingKey>,
    key: Key,
    confirmed: Arc<Mutex<Vec<Question>>>,
}

impl VerifyingKey for ConfirmedKey {
    fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), SignatureInvalid> {
        let confirmed = self.confirmed.lock().unwrap_or_else(PoisonError::into_inner);
        if confirmed.iter().any(|question| question.is(&self.key, message, signature)) {
            return Ok(());
        }
        drop(confirmed);
        self.own.verify(message, signature)
    }

    fn verify_digest(&self, digest: &Digest, signature: &[u8]) -> Result<(), SignatureInvalid> {
        self.own.verify_digest(digest, signature)
    }
}
