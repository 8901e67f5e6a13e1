//! The facade in WebAssembly: text and bytes in, text out.
//!
//! The functions are those of `veriquote-facade` that take and give JSON. What makes JavaScript of it
//! (objects, errors, options that are refused) is `bindings/js`, which the N-API package shares.

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

/// Everything but tokens.
#[cfg(feature = "full")]
pub mod full {
    use super::{RustCrypto, facade, provider, wasm_bindgen};

    /// [`facade::verify_dcap_json`]
    #[must_use]
    #[wasm_bindgen(js_name = verifyDcap)]
    pub fn verify_dcap(request: &str) -> String {
        facade::verify_dcap_json(provider(), request)
    }

    /// [`facade::verify_tpm_json`]
    #[must_use]
    #[wasm_bindgen(js_name = verifyTpm)]
    pub fn verify_tpm(request: &str) -> String {
        facade::verify_tpm_json(provider(), request)
    }

    /// [`facade::learn_tpm_policy_json`]
    #[must_use]
    #[wasm_bindgen(js_name = learnTpmPolicy)]
    pub fn learn_tpm_policy(request: &str, name: &str) -> String {
        facade::learn_tpm_policy_json(&RustCrypto, request, name)
    }

    /// [`facade::binding_json`]
    #[must_use]
    #[wasm_bindgen]
    pub fn binding(request: &str) -> String {
        facade::binding_json(&RustCrypto, request)
    }

    /// [`facade::inspect_json`]
    #[must_use]
    #[wasm_bindgen]
    pub fn inspect(file: &[u8]) -> String {
        facade::inspect_json(file)
    }

    /// [`facade::platform_of_quote_json`]
    #[must_use]
    #[wasm_bindgen(js_name = platformOfQuote)]
    pub fn platform_of_quote(quote: &[u8]) -> String {
        facade::platform_of_quote_json(quote)
    }

    /// [`facade::platform_of_pck_json`]
    #[must_use]
    #[wasm_bindgen(js_name = platformOfPck)]
    pub fn platform_of_pck(pem: &str) -> String {
        facade::platform_of_pck_json(pem)
    }

    /// [`facade::pck_reference_of_quote_json`]
    #[must_use]
    #[wasm_bindgen(js_name = pckReferenceOfQuote)]
    pub fn pck_reference_of_quote(quote: &[u8]) -> String {
        facade::pck_reference_of_quote_json(quote)
    }

    /// [`facade::PreparedDcap`]
    #[wasm_bindgen]
    #[derive(Debug)]
    pub struct PreparedDcap(facade::PreparedDcap);

    #[wasm_bindgen]
    impl PreparedDcap {
        /// [`facade::PreparedDcap::from_json`]
        ///
        /// # Errors
        /// `{"error": …}` with a problem.
        #[wasm_bindgen(constructor)]
        pub fn new(preparation: &str) -> Result<Self, String> {
            facade::PreparedDcap::from_json(provider(), preparation)
                .map(Self)
                .map_err(facade::Problem::refused)
        }

        /// [`facade::PreparedDcap::verify_json`]
        #[must_use]
        pub fn verify(&self, quote: &[u8], call: &str) -> String {
            self.0.verify_json(quote, call)
        }
    }
}
