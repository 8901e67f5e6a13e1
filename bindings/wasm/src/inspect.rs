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
