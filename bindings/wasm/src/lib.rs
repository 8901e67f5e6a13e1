//! The facade in WebAssembly: text and bytes in, text out.
//!
//! The functions are those of `veriquote-facade` that take and give JSON. What makes JavaScript of it
//! (objects, errors, options that are refused) is `bindings/js`, which the N-API package shares.

use std::sync::Arc;

use veriquote::crypto::RustCrypto;
use wasm_bindgen::prelude::wasm_bindgen;

/// [`veriquote_facade::verify_token_json`]
#[wasm_bindgen(js_name = verifyToken)]
pub fn verify_token(request: &str) -> String {
    veriquote_facade::verify_token_json(Arc::new(RustCrypto), request)
}

/// [`veriquote_facade::show_token_json`]
#[wasm_bindgen(js_name = showToken)]
pub fn show_token(request: &str) -> String {
    veriquote_facade::show_token_json(&RustCrypto, request)
}

#[cfg(feature = "full")]
mod full {
    use super::*;

    /// [`veriquote_facade::verify_dcap_json`]
    #[wasm_bindgen(js_name = verifyDcap)]
    pub fn verify_dcap(request: &str) -> String {
        veriquote_facade::verify_dcap_json(Arc::new(RustCrypto), request)
    }

    /// [`veriquote_facade::verify_tpm_json`]
    #[wasm_bindgen(js_name = verifyTpm)]
    pub fn verify_tpm(request: &str) -> String {
        veriquote_facade::verify_tpm_json(Arc::new(RustCrypto), request)
    }

    /// [`veriquote_facade::binding_json`]
    #[wasm_bindgen]
    pub fn binding(request: &str) -> String {
        veriquote_facade::binding_json(&RustCrypto, request)
    }

    /// [`veriquote_facade::inspect_json`]
    #[wasm_bindgen]
    pub fn inspect(bytes: &[u8]) -> String {
        veriquote_facade::inspect_json(bytes)
    }
}
