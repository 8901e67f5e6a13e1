//! Quotes of TPMs.

use veriquote_facade as facade;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::webcrypto::Deferred;
use crate::{provider, text};

/// [`facade::verify_tpm_json`]
#[must_use]
#[wasm_bindgen(js_name = verifyTpm)]
pub fn verify_tpm(request: &[u8]) -> String {
    facade::verify_tpm_json(provider(), &text(request))
}

/// [`facade::verify_tpm_json`], signatures by WebCrypto.
#[must_use]
#[wasm_bindgen(js_name = deferTpm)]
pub fn defer_tpm(request: &[u8]) -> Deferred {
    Deferred::call(facade::verify_tpm, facade::verify_tpm_json, request)
}

/// [`facade::make_tpm_challenge_json`]
#[must_use]
#[wasm_bindgen(js_name = makeTpmChallenge)]
pub fn make_tpm_challenge(request: &[u8]) -> String {
    facade::make_tpm_challenge_json(provider(), &text(request))
}

/// [`facade::learn_tpm_policy_json`]
#[must_use]
#[wasm_bindgen(js_name = learnTpmPolicy)]
pub fn learn_tpm_policy(request: &[u8], name: &[u8]) -> String {
    facade::learn_tpm_policy_json(provider(), &text(request), &text(name))
}
