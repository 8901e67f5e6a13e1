//! Tokens.

use std::sync::Arc;

use veriquote::crypto::RustCrypto;
use veriquote_facade as facade;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::webcrypto::{Deferred, Prepared};
use crate::{provider, text};

/// [`facade::verify_token_json`]
#[must_use]
#[wasm_bindgen(js_name = verifyToken)]
pub fn verify_token(request: &[u8]) -> String {
    facade::verify_token_json(provider(), &text(request))
}

/// [`facade::verify_token_json`], signatures by WebCrypto.
#[must_use]
#[wasm_bindgen(js_name = deferToken)]
pub fn defer_token(request: &[u8]) -> Deferred {
    Deferred::call(facade::verify_token, facade::verify_token_json, request)
}

/// [`facade::show_token_json`]
#[must_use]
#[wasm_bindgen(js_name = showToken)]
pub fn show_token(request: &[u8]) -> String {
    facade::show_token_json(&RustCrypto, &text(request))
}

/// [`facade::PreparedTokens`]
#[wasm_bindgen]
#[derive(Debug)]
pub struct PreparedTokens(Arc<Prepared<facade::PreparedTokens>>);

#[wasm_bindgen]
impl PreparedTokens {
    /// [`facade::PreparedTokens::from_json`]
    ///
    /// # Errors
    /// `{"error": …}` with a problem.
    #[wasm_bindgen(constructor)]
    pub fn new(preparation: &[u8]) -> Result<Self, String> {
        let made = Prepared::new(facade::PreparedTokens::from_json, preparation);
        made.map(Self).map_err(facade::Problem::refused)
    }

    /// [`facade::PreparedTokens::verify_json`]
    #[must_use]
    pub fn verify(&self, token: &[u8], call: &[u8]) -> String {
        self.0.now().verify_json(&text(token), &text(call))
    }

    /// [`facade::PreparedTokens::verify_json`], signatures by WebCrypto.
    #[must_use]
    #[wasm_bindgen(js_name = deferVerify)]
    pub fn defer_verify(&self, token: &[u8], call: &[u8]) -> Deferred {
        let (token, call) = (token.to_vec(), call.to_vec());
        self.0.defer(move |prepared| prepared.verify(&text(&token), &text(&call)))
    }

    /// [`facade::PreparedTokens::verify_bundle_json`]
    #[must_use]
    #[wasm_bindgen(js_name = verifyBundle)]
    pub fn verify_bundle(&self, bundle: &[u8], call: &[u8]) -> String {
        self.0.now().verify_bundle_json(&text(bundle), &text(call))
    }

    /// [`facade::PreparedTokens::verify_bundle_json`], signatures by WebCrypto.
    #[must_use]
    #[wasm_bindgen(js_name = deferBundle)]
    pub fn defer_bundle(&self, bundle: &[u8], call: &[u8]) -> Deferred {
        let (bundle, call) = (bundle.to_vec(), call.to_vec());
        self.0.defer(move |prepared| prepared.verify_bundle(&text(&bundle), &text(&call)))
    }
}
