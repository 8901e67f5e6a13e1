//! The facade's calls as they are: JSON in, JSON out.

use pyo3::prelude::*;
use serde_json::Value;
use veriquote_facade::Blob;

use crate::provider;

/// A request of `dcap-request.json` to a result of `verification.json`.
#[pyfunction]
pub(crate) fn verify_dcap_json(py: Python<'_>, request: &str) -> String {
    py.detach(|| veriquote_facade::verify_dcap_json(provider(), request))
}

/// A request of `tpm-request.json` to a result of `verification.json`.
#[pyfunction]
pub(crate) fn verify_tpm_json(py: Python<'_>, request: &str) -> String {
    py.detach(|| veriquote_facade::verify_tpm_json(provider(), request))
}

/// A request of `tpm-challenge-request.json` to a result of `tpm-challenge.json`.
#[pyfunction]
pub(crate) fn make_tpm_challenge_json(py: Python<'_>, request: &str) -> String {
    py.detach(|| veriquote_facade::make_tpm_challenge_json(provider(), request))
}

/// A request of `nvgpu-request.json` to a result of `verification.json`.
#[pyfunction]
pub(crate) fn verify_nvgpu_json(py: Python<'_>, request: &str) -> String {
    py.detach(|| veriquote_facade::verify_nvgpu_json(provider(), request))
}

/// A request of `composite-request.json` to a result of `verification.json`.
#[pyfunction]
pub(crate) fn verify_composite_json(py: Python<'_>, request: &str) -> String {
    py.detach(|| veriquote_facade::verify_composite_json(provider(), request))
}

/// A request of `token-request.json` to a result of `verification.json`.
#[pyfunction]
pub(crate) fn verify_token_json(py: Python<'_>, request: &str) -> String {
    py.detach(|| veriquote_facade::verify_token_json(provider(), request))
}

/// A request of `show-token-request.json` to a result of `unauthenticated-appraisal.json`.
#[pyfunction]
pub(crate) fn show_token_json(py: Python<'_>, request: &str) -> String {
    py.detach(|| veriquote_facade::show_token_json(provider().as_ref(), request))
}

/// A request of `binding-request.json` to a result of `binding-result.json`.
#[pyfunction]
pub(crate) fn binding_json(py: Python<'_>, request: &str) -> String {
    py.detach(|| veriquote_facade::binding_json(provider().as_ref(), request))
}

/// A file to a result of `inspection.json`, or `{"error": …}` with a problem.
#[pyfunction]
pub(crate) fn inspect_json(py: Python<'_>, file: &[u8]) -> String {
    py.detach(|| veriquote_facade::inspect_json(file))
}

/// Bytes as the text that stands for them in the JSON of a request.
#[pyfunction]
pub(crate) fn blob(bytes: Vec<u8>) -> Option<String> {
    match serde_json::to_value(Blob(bytes)) {
        Ok(Value::String(text)) => Some(text),
        _ => None,
    }
}
