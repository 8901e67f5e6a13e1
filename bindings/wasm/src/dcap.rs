//! Quotes of SGX and TDX.

use veriquote_facade as facade;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::{provider, text};

/// [`facade::verify_dcap_json`]
#[must_use]
#[wasm_bindgen(js_name = verifyDcap)]
pub fn verify_dcap(request: &[u8]) -> String {
    facade::verify_dcap_json(provider(), &text(request))
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
    pub fn new(preparation: &[u8]) -> Result<Self, String> {
        facade::PreparedDcap::from_json(provider(), &text(preparation))
            .map(Self)
            .map_err(facade::Problem::refused)
    }

    /// [`facade::PreparedDcap::verify_json`]
    #[must_use]
    pub fn verify(&self, quote: &[u8], call: &[u8]) -> String {
        self.0.verify_json(quote, &text(call))
    }
}
