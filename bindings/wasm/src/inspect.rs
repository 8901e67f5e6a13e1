//! Looking into files, and how report data are bound. Nothing here verifies evidence.

use veriquote::crypto::RustCrypto;
use veriquote_facade as facade;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::text;

/// [`facade::binding_json`]
#[must_use]
#[wasm_bindgen]
pub fn binding(request: &[u8]) -> String {
    facade::binding_json(&RustCrypto, &text(request))
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
pub fn platform_of_pck(pem: &[u8]) -> String {
    facade::platform_of_pck_json(&text(pem))
}

/// [`facade::pck_reference_of_quote_json`]
#[must_use]
#[wasm_bindgen(js_name = pckReferenceOfQuote)]
pub fn pck_reference_of_quote(quote: &[u8]) -> String {
    facade::pck_reference_of_quote_json(quote)
}
