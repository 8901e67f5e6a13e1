//! The facade as a native module of Node.js: bytes in, text out.
//!
//! The exports are those of `veriquote-wasm`. What makes JavaScript of them is `bindings/js`.

mod batch;
mod deferred;

use std::borrow::Cow;
use std::sync::Arc;

use napi::bindgen_prelude::{AsyncTask, Uint8Array};
use napi_derive::napi;
use veriquote::crypto::CryptoProvider;
use veriquote_aws_lc::AwsLc;
use veriquote_facade as facade;

use crate::batch::Batch;
use crate::deferred::Deferred;

fn provider() -> Arc<dyn CryptoProvider> {
    Arc::new(AwsLc)
}

/// What JavaScript encoded; what is no UTF-8 is no JSON either.
fn text(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

fn refused(problem: facade::Problem) -> napi::Error {
    napi::Error::from_reason(problem.refused())
}

/// [`facade::verify_dcap_json`]
#[napi]
pub fn verify_dcap(request: Uint8Array) -> String {
    facade::verify_dcap_json(provider(), &text(&request))
}

/// [`facade::verify_dcap_json`] on another thread.
#[napi]
pub fn defer_dcap(request: Uint8Array) -> Deferred {
    Deferred::call(facade::verify_dcap_json, &request)
}

/// [`facade::verify_tpm_json`]
#[napi]
pub fn verify_tpm(request: Uint8Array) -> String {
    facade::verify_tpm_json(provider(), &text(&request))
}

/// [`facade::verify_tpm_json`] on another thread.
#[napi]
pub fn defer_tpm(request: Uint8Array) -> Deferred {
    Deferred::call(facade::verify_tpm_json, &request)
}

/// [`facade::make_tpm_challenge_json`]
#[napi]
pub fn make_tpm_challenge(request: Uint8Array) -> String {
    facade::make_tpm_challenge_json(provider(), &text(&request))
}

/// [`facade::learn_tpm_policy_json`]
#[napi]
pub fn learn_tpm_policy(request: Uint8Array, name: Uint8Array) -> String {
    facade::learn_tpm_policy_json(provider(), &text(&request), &text(&name))
}

/// [`facade::verify_nvgpu_json`]
#[napi]
pub fn verify_nvgpu(request: Uint8Array) -> String {
    facade::verify_nvgpu_json(provider(), &text(&request))
}

/// [`facade::verify_nvgpu_json`] on another thread.
#[napi]
pub fn defer_nvgpu(request: Uint8Array) -> Deferred {
    Deferred::call(facade::verify_nvgpu_json, &request)
}

/// [`facade::verify_composite_json`]
#[napi]
pub fn verify_composite(request: Uint8Array) -> String {
    facade::verify_composite_json(provider(), &text(&request))
}

/// [`facade::verify_composite_json`] on another thread.
#[napi]
pub fn defer_composite(request: Uint8Array) -> Deferred {
    Deferred::call(facade::verify_composite_json, &request)
}

/// [`facade::verify_token_json`]
#[napi]
pub fn verify_token(request: Uint8Array) -> String {
    facade::verify_token_json(provider(), &text(&request))
}

/// [`facade::verify_token_json`] on another thread.
#[napi]
pub fn defer_token(request: Uint8Array) -> Deferred {
    Deferred::call(facade::verify_token_json, &request)
}

/// [`facade::show_token_json`]
#[napi]
pub fn show_token(request: Uint8Array) -> String {
    facade::show_token_json(&AwsLc, &text(&request))
}

/// [`facade::binding_json`]
#[napi]
pub fn binding(request: Uint8Array) -> String {
    facade::binding_json(&AwsLc, &text(&request))
}

/// [`facade::inspect_json`]
#[napi]
pub fn inspect(file: Uint8Array) -> String {
    facade::inspect_json(&file)
}

/// [`facade::platform_of_quote_json`]
#[napi]
pub fn platform_of_quote(quote: Uint8Array) -> String {
    facade::platform_of_quote_json(&quote)
}

/// [`facade::platform_of_pck_json`]
#[napi]
pub fn platform_of_pck(pem: Uint8Array) -> String {
    facade::platform_of_pck_json(&text(&pem))
}

/// [`facade::pck_reference_of_quote_json`]
#[napi]
pub fn pck_reference_of_quote(quote: Uint8Array) -> String {
    facade::pck_reference_of_quote_json(&quote)
}

/// [`facade::PreparedDcap`]
#[napi]
#[derive(Debug)]
pub struct PreparedDcap(Arc<facade::PreparedDcap>);

#[napi]
impl PreparedDcap {
    /// [`facade::PreparedDcap::from_json`]
    ///
    /// # Errors
    /// `{"error": …}` with a problem.
    #[napi(constructor)]
    pub fn new(preparation: Uint8Array) -> napi::Result<Self> {
        facade::PreparedDcap::from_json(provider(), &text(&preparation))
            .map(|prepared| Self(Arc::new(prepared)))
            .map_err(refused)
    }

    /// Nothing is to be asked before [`PreparedDcap::answered`].
    #[napi]
    pub fn defer(_preparation: Uint8Array) -> Deferred {
        Deferred::new(String::new)
    }

    /// The constructor's other name: AWS-LC answers at once.
    ///
    /// # Errors
    /// `{"error": …}` with a problem.
    #[napi(factory)]
    pub fn answered(preparation: Uint8Array, _deferred: &Deferred) -> napi::Result<Self> {
        Self::new(preparation)
    }

    /// [`facade::PreparedDcap::verify_json`]
    #[napi]
    pub fn verify(&self, quote: Uint8Array, call: Uint8Array) -> String {
        self.0.verify_json(&quote, &text(&call))
    }

    /// [`facade::PreparedDcap::verify_json`] on another thread.
    #[napi]
    pub fn defer_verify(&self, quote: Uint8Array, call: Uint8Array) -> Deferred {
        let (prepared, quote, call) = (Arc::clone(&self.0), quote.to_vec(), call.to_vec());
        Deferred::new(move || prepared.verify_json(&quote, &text(&call)))
    }

    /// [`facade::PreparedDcap::verify_all_json`] on other threads.
    #[napi]
    pub fn verify_batch(&self, quotes: Vec<Uint8Array>, call: Uint8Array) -> AsyncTask<Batch> {
        let quotes = quotes.iter().map(|quote| quote.to_vec()).collect();
        AsyncTask::new(Batch::new(Arc::clone(&self.0), quotes, text(&call).into_owned()))
    }
}

/// [`facade::PreparedTokens`]
#[napi]
#[derive(Debug)]
pub struct PreparedTokens(Arc<facade::PreparedTokens>);

#[napi]
impl PreparedTokens {
    /// [`facade::PreparedTokens::from_json`]
    ///
    /// # Errors
    /// `{"error": …}` with a problem.
    #[napi(constructor)]
    pub fn new(preparation: Uint8Array) -> napi::Result<Self> {
        facade::PreparedTokens::from_json(provider(), &text(&preparation))
            .map(|prepared| Self(Arc::new(prepared)))
            .map_err(refused)
    }

    /// [`facade::PreparedTokens::verify_json`]
    #[napi]
    pub fn verify(&self, token: Uint8Array, call: Uint8Array) -> String {
        self.0.verify_json(&text(&token), &text(&call))
    }

    /// [`facade::PreparedTokens::verify_json`] on another thread.
    #[napi]
    pub fn defer_verify(&self, token: Uint8Array, call: Uint8Array) -> Deferred {
        let (prepared, token, call) = (Arc::clone(&self.0), token.to_vec(), call.to_vec());
        Deferred::new(move || prepared.verify_json(&text(&token), &text(&call)))
    }

    /// [`facade::PreparedTokens::verify_bundle_json`] on another thread.
    #[napi]
    pub fn defer_bundle(&self, bundle: Uint8Array, call: Uint8Array) -> Deferred {
        let (prepared, bundle, call) = (Arc::clone(&self.0), bundle.to_vec(), call.to_vec());
        Deferred::new(move || prepared.verify_bundle_json(&text(&bundle), &text(&call)))
    }

    /// [`facade::PreparedTokens::verify_bundle_json`]
    #[napi]
    pub fn verify_bundle(&self, bundle: Uint8Array, call: Uint8Array) -> String {
        self.0.verify_bundle_json(&text(&bundle), &text(&call))
    }
}
