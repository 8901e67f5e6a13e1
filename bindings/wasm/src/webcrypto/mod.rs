//! Calls whose signatures the platform's own WebCrypto checks, which only answers later.
//!
//! A call is made twice. The first time every signature is called valid, only to learn which ones there are
//! (`rehearsal`); that result is dropped here. JavaScript asks WebCrypto about all of them at once. The
//! second time (`confirmed`) a signature passes when WebCrypto said yes to exactly this key, message and
//! signature; any other is verified in this module. So a first pass that took a wrong turn costs time and
//! nothing else, and so does a WebCrypto that fails, or says no to what is valid.

mod confirmed;
#[cfg(any(feature = "dcap", feature = "jwt"))]
mod prepared;
mod question;
mod rehearsal;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use veriquote::crypto::CryptoProvider;
use veriquote_facade::Verification;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::{provider, text};
use confirmed::Confirmed;
#[cfg(any(feature = "dcap", feature = "jwt"))]
pub(crate) use prepared::Prepared;
use question::Question;
use rehearsal::Rehearsal;

/// A call between its two passes: what WebCrypto is to be asked, and how it ends.
#[wasm_bindgen]
pub struct Deferred {
    questions: Vec<Question>,
    confirmed: Vec<bool>,
    finish: Finish,
}

/// How a call ends: with the questions that WebCrypto said yes to.
type Finish = Box<dyn FnOnce(Vec<Question>) -> String>;

#[wasm_bindgen]
impl Deferred {
    /// How many signatures there are.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn count(&self) -> usize {
        self.questions.len()
    }

    /// Such as `ECDSA P-256 SHA-256`, `RSASSA-PKCS1-v1_5 SHA-256` or `RSA-PSS SHA-256 32`.
    #[must_use]
    pub fn algorithm(&self, number: usize) -> String {
        self.get(number, Question::algorithm)
    }

    /// The point of an EC key, or the modulus of an RSA key.
    #[must_use]
    pub fn key(&self, number: usize) -> Vec<u8> {
        self.get(number, |question| question.first().to_vec())
    }

    /// The exponent of an RSA key.
    #[must_use]
    pub fn exponent(&self, number: usize) -> Vec<u8> {
        self.get(number, |question| question.second().to_vec())
    }

    /// What is said to be signed.
    #[must_use]
    pub fn message(&self, number: usize) -> Vec<u8> {
        self.get(number, |question| question.message().to_vec())
    }

    /// `r ‖ s`, or an RSA signature.
    #[must_use]
    pub fn signature(&self, number: usize) -> Vec<u8> {
        self.get(number, |question| question.signature().to_vec())
    }

    /// WebCrypto said yes to this one.
    pub fn confirm(&mut self, number: usize) {
        if let Some(confirmed) = self.confirmed.get_mut(number) {
            *confirmed = true;
        }
    }

    /// The call itself.
    #[must_use]
    pub fn finish(self) -> String {
        let (answers, finish) = self.into_parts();
        finish(answers)
    }
}

impl Deferred {
    /// A call of the facade; `told` is the same call with text on both sides.
    pub(crate) fn call<R: DeserializeOwned + 'static>(
        verify: fn(Arc<dyn CryptoProvider>, &R) -> Verification,
        told: fn(Arc<dyn CryptoProvider>, &str) -> String,
        request: &[u8],
    ) -> Self {
        let Ok(read) = veriquote_facade::read_request::<R>(&text(request)) else {
            let request = request.to_vec();
            return Self::new(Vec::new(), move |_| told(provider(), &text(&request)));
        };
        let rehearsal = Rehearsal::default();
        // Of no worth, and dropped: nothing was verified.
        drop(verify(Arc::new(rehearsal.clone()), &read));
        Self::new(rehearsal.take(), move |answers| {
            let provider = Confirmed::default();
            provider.know(answers);
            serde_json::to_string(&verify(Arc::new(provider), &read)).unwrap_or_default()
        })
    }

    /// The making of something prepared, which takes the answers for itself.
    #[cfg(feature = "dcap")]
    pub(crate) fn preparation<P>(make: prepared::Make<P>, preparation: &[u8]) -> Self {
        let rehearsal = Rehearsal::default();
        drop(make(Arc::new(rehearsal.clone()), &text(preparation)));
        Self::new(rehearsal.take(), |_| String::new())
    }

    fn new(questions: Vec<Question>, finish: impl FnOnce(Vec<Question>) -> String + 'static) -> Self {
        Self { confirmed: vec![false; questions.len()], questions, finish: Box::new(finish) }
    }

    /// What WebCrypto said yes to, and how the call ends.
    fn into_parts(self) -> (Vec<Question>, Finish) {
        let answers = self.questions.into_iter().zip(self.confirmed);
        (answers.filter_map(|(question, yes)| yes.then_some(question)).collect(), self.finish)
    }

    fn get<T: Default>(&self, number: usize, part: impl FnOnce(&Question) -> T) -> T {
        self.questions.get(number).map(part).unwrap_or_default()
    }
}

impl fmt::Debug for Deferred {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Deferred").field("questions", &self.questions.len()).finish_non_exhaustive()
    }
}
