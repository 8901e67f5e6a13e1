//! NVIDIA GPUs and switches, alone and together with the machine that they are in.

use veriquote_facade as facade;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::webcrypto::Deferred;
use crate::{provider, text};

/// [`facade::verify_nvgpu_json`]
#[must_use]
#[wasm_bindgen(js_name = verifyNvgpu)]
pub fn verify_nvgpu(request: &[u8]) -> String {
    facade::verify_nvgpu_json(provider(), &text(request))
}

/// [`facade::verify_nvgpu_json`], signatures by WebCrypto.
#[must_use]
#[wasm_bindgen(js_name = deferNvgpu)]
pub fn defer_nvgpu(request: &[u8]) -> Deferred {
    Deferred::call(facade::verify_nvgpu, facade::verify_nvgpu_json, request)
}

/// [`facade::verify_composite_json`]
#[must_use]
#[wasm_bindgen(js_name = verifyComposite)]
pub fn verify_composite(request: &[u8]) -> String {
    facade::verify_composite_json(provider(), &text(request))
}

/// [`facade::verify_composite_json`], signatures by WebCrypto.
#[must_use]
#[wasm_bindgen(js_name = deferComposite)]
pub fn defer_composite(request: &[u8]) -> Deferred {
    Deferred::call(facade::verify_composite, facade::verify_composite_json, request)
}
