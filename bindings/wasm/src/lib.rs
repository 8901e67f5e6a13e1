//! The facade in WebAssembly: text and bytes in, text out.
//!
//! The functions are those of `veriquote-facade` that take and give JSON. What makes JavaScript of it
//! (objects, errors, options that are refused) is `bindings/js`, which the N-API package shares.

#[cfg(feature = "dcap")]
pub mod dcap;
#[cfg(feature = "inspect")]
pub mod inspect;
#[cfg(feature = "tpm")]
pub mod tpm;

use std::sync::Arc;

use veriquote::crypto::{CryptoProvider, RustCrypto};
use veriquote_facade as facade;
use wasm_bindgen::prelude::wasm_bindgen;

fn provider() -> Arc<dyn CryptoProvider> {
    Arc::new(RustCrypto)
}

/// [`facade::verify_token_json`]
#[must_use]
#[wasm_bindgen(js_name = verifyToken)]
pub fn verify_token(request: &str) -> String {
    facade::verify_token_json(provider(), request)
}

/// [`facade::show_token_json`]
#[must_use]
#[wasm_bindgen(js_name = showToken)]
pub fn show_token(request: &str) -> String {
    facade::show_token_json(&RustCrypto, request)
}

/// [`facade::PreparedTokens`]
#[wasm_bindgen]
#[derive(Debug)]
pub struct PreparedTokens(facade::PreparedTokens);

#[wasm_bindgen]
impl PreparedTokens {
    /// [`facade::PreparedTokens::from_json`]
    ///
    /// # Errors
    /// `{"error": …}` with a problem.
    #[wasm_bindgen(constructor)]
    pub fn new(preparation: &str) -> Result<Self, String> {
        facade::PreparedTokens::from_json(provider(), preparation).map(Self).map_err(facade::Problem::refused)
    }

    /// [`facade::PreparedTokens::verify_json`]
    #[must_use]
    pub fn verify(&self, token: &str, call: &str) -> String {
        self.0.verify_json(token, call)
    }

    /// [`facade::PreparedTokens::verify_bundle_json`]
    #[must_use]
    #[wasm_bindgen(js_name = verifyBundle)]
    pub fn verify_bundle(&self, bundle: &str, call: &str) -> String {
        self.0.verify_bundle_json(bundle, call)
    }
}
