//! The facade as a native module of Node.js: text and bytes in, text out.
//!
//! The exports are those of `veriquote-wasm`. What makes JavaScript of them is `bindings/js`.

mod batch;

use std::sync::Arc;

use napi::bindgen_prelude::{AsyncTask, Uint8Array};
use napi_derive::napi;
use veriquote::crypto::CryptoProvider;
use veriquote_aws_lc::AwsLc;
use veriquote_facade as facade;

use crate::batch::Batch;

fn provider() -> Arc<dyn CryptoProvider> {
    Arc::new(AwsLc)
}

fn refused(problem: facade::Problem) -> napi::Error {
    napi::Error::from_reason(problem.refused())
}

/// [`facade::verify_dcap_json`]
#[napi]
pub fn verify_dcap(request: String) -> String {
    facade::verify_dcap_json(provider(), &request)
}

/// [`facade::verify_tpm_json`]
#[napi]
pub fn verify_tpm(request: String) -> String {
    facade::verify_tpm_json(provider(), &request)
}

/// [`facade::make_tpm_challenge_json`]
#[napi]
pub fn make_tpm_challenge(request: String) -> String {
    facade::make_tpm_challenge_json(provider(), &request)
}

/// [`facade::learn_tpm_policy_json`]
#[napi]
pub fn learn_tpm_policy(request: String, name: String) -> String {
    facade::learn_tpm_policy_json(provider(), &request, &name)
}

/// [`facade::verify_token_json`]
#[napi]
pub fn verify_token(request: String) -> String {
    facade::verify_token_json(provider(), &request)
}

/// [`facade::show_token_json`]
#[napi]
pub fn show_token(request: String) -> String {
    facade::show_token_json(&AwsLc, &request)
}

/// [`facade::binding_json`]
#[napi]
pub fn binding(request: String) -> String {
    facade::binding_json(&AwsLc, &request)
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
pub fn platform_of_pck(pem: String) -> String {
    facade::platform_of_pck_json(&pem)
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
    pub fn new(preparation: String) -> napi::Result<Self> {
        facade::PreparedDcap::from_json(provider(), &preparation)
            .map(|prepared| Self(Arc::new(prepared)))
            .map_err(refused)
    }

    /// [`facade::PreparedDcap::verify_json`]
    #[napi]
    pub fn verify(&self, quote: Uint8Array, call: String) -> String {
        self.0.verify_json(&quote, &call)
    }

    /// [`facade::PreparedDcap::verify_all_json`] on other threads.
    #[napi]
    pub fn verify_batch(&self, quotes: Vec<Uint8Array>, call: String) -> AsyncTask<Batch> {
        let quotes = quotes.iter().map(|quote| quote.to_vec()).collect();
        AsyncTask::new(Batch::new(Arc::clone(&self.0), quotes, call))
    }
}

/// [`facade::PreparedTokens`]
#[napi]
#[derive(Debug)]
pub struct PreparedTokens(facade::PreparedTokens);

#[napi]
impl PreparedTokens {
    /// [`facade::PreparedTokens::from_json`]
    ///
    /// # Errors
    /// `{"error": …}` with a problem.
    #[napi(constructor)]
    pub fn new(preparation: String) -> napi::Result<Self> {
        facade::PreparedTokens::from_json(provider(), &preparation).map(Self).map_err(refused)
    }

    /// [`facade::PreparedTokens::verify_json`]
    #[napi]
    pub fn verify(&self, token: String, call: String) -> String {
        self.0.verify_json(&token, &call)
    }

    /// [`facade::PreparedTokens::verify_bundle_json`]
    #[napi]
    pub fn verify_bundle(&self, bundle: String, call: String) -> String {
        self.0.verify_bundle_json(&bundle, &call)
    }
}
