//! Quotes of SGX and TDX.

use std::sync::Arc;

use veriquote_facade as facade;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::webcrypto::{Deferred, Prepared};
use crate::{provider, text};

/// [`facade::verify_dcap_json`]
#[must_use]
#[wasm_bindgen(js_name = verifyDcap)]
pub fn verify_dcap(request: &[u8]) -> String {
    facade::verify_dcap_json(provider(), &text(request))
}

/// [`facade::verify_dcap_json`], signatures by WebCrypto.
#[must_use]
#[wasm_bindgen(js_name = deferDcap)]
pub fn defer_dcap(request: &[u8]) -> Deferred {
    Deferred::call(facade::verify_dcap, facade::verify_dcap_json, request)
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
pub fn platform_of_pck(pem: &[u8]) -> String {
    facade::platform_of_pck_json(&text(pem))
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
pub struct PreparedDcap(Arc<Prepared<facade::PreparedDcap>>);

#[wasm_bindgen]
impl PreparedDcap {
    /// [`facade::PreparedDcap::from_json`]
    ///
    /// # Errors
    /// `{"error": …}` with a problem.
    #[wasm_bindgen(constructor)]
    pub fn new(preparation: &[u8]) -> Result<Self, String> {
        let made = Prepared::new(facade::PreparedDcap::from_json, preparation);
        made.map(Self).map_err(facade::Problem::refused)
    }

    /// The questions of [`PreparedDcap::answered`].
    #[must_use]
    #[wasm_bindgen(js_name = defer)]
    pub fn defer_preparation(preparation: &[u8]) -> Deferred {
        Deferred::preparation(facade::PreparedDcap::from_json, preparation)
    }

    /// [`facade::PreparedDcap::from_json`], signatures by WebCrypto.
    ///
    /// # Errors
    /// `{"error": …}` with a problem.
    pub fn answered(preparation: &[u8], deferred: Deferred) -> Result<Self, String> {
        let made = Prepared::answered(facade::PreparedDcap::from_json, preparation, deferred);
        made.map(Self).map_err(facade::Problem::refused)
    }

    /// [`facade::PreparedDcap::verify_json`]
    #[must_use]
    pub fn verify(&self, quote: &[u8], call: &[u8]) -> String {
        self.0.now().verify_json(quote, &text(call))
    }

    /// [`facade::PreparedDcap::verify_json`], signatures by WebCrypto.
    #[must_use]
    #[wasm_bindgen(js_name = deferVerify)]
    pub fn defer_verify(&self, quote: &[u8], call: &[u8]) -> Deferred {
        let (quote, call) = (quote.to_vec(), call.to_vec());
        self.0.defer(move |prepared| prepared.verify(&quote, &text(&call)))
    }
}
