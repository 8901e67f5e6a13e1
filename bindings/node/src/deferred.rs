//! Calls on another thread, in the form of those of `veriquote-wasm` whose signatures WebCrypto checks.

use std::fmt;
use std::sync::Arc;

use napi::bindgen_prelude::AsyncTask;
use napi::{Env, Task};
use napi_derive::napi;
use veriquote::crypto::CryptoProvider;

use crate::{provider, text};

/// A call that was not made yet. Nobody needs to be asked about anything.
#[napi]
pub struct Deferred(Option<Work>);

/// What is left to do.
pub type Work = Box<dyn FnOnce() -> String + Send>;

#[napi]
impl Deferred {
    /// Signatures to ask WebCrypto about: none.
    #[napi(getter)]
    pub fn count(&self) -> u32 {
        0
    }

    /// Makes the call, once.
    #[napi]
    pub fn finish(&mut self) -> AsyncTask<Later> {
        AsyncTask::new(Later(self.0.take()))
    }
}

impl Deferred {
    /// A call of the facade, with a copy of its request.
    pub(crate) fn call(call: fn(Arc<dyn CryptoProvider>, &str) -> String, request: &[u8]) -> Self {
        let request = request.to_vec();
        Self::new(move || call(provider(), &text(&request)))
    }

    pub(crate) fn new(work: impl FnOnce() -> String + Send + 'static) -> Self {
        Self(Some(Box::new(work)))
    }
}

impl fmt::Debug for Deferred {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Deferred").field(&self.0.is_some()).finish()
    }
}

/// One call on a thread of the pool.
pub struct Later(Option<Work>);

impl Task for Later {
    type Output = String;
    type JsValue = String;

    fn compute(&mut self) -> napi::Result<Self::Output> {
        let work = self.0.take().ok_or_else(|| napi::Error::from_reason("the call was made before"))?;
        Ok(work())
    }

    fn resolve(&mut self, _: Env, result: Self::Output) -> napi::Result<Self::JsValue> {
        Ok(result)
    }
}

impl fmt::Debug for Later {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Later").field(&self.0.is_some()).finish()
    }
}
