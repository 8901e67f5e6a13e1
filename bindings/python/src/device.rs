//! NVIDIA devices, and machines together with theirs.

use pyo3::prelude::*;
use veriquote_facade::{self as facade, CompositeRequest, Document, NvgpuRequest};

use crate::verification::Verification;
use crate::{failure, provider};

/// Verifies devices.
#[pyfunction]
pub(crate) fn verify_nvgpu(
    py: Python<'_>,
    evidence: Vec<u8>,
    rims: Vec<Vec<u8>>,
    options: &str,
) -> PyResult<Verification> {
    let request = NvgpuRequest {
        evidence: Document(evidence),
        rims: rims.into_iter().map(Document).collect(),
        options: veriquote_facade::read_request(options).map_err(|problem| failure::raise(py, &problem))?,
    };
    Ok(py.detach(|| facade::verify_nvgpu(provider(), &request)).into())
}

/// Verifies a machine together with its devices: the JSON of `composite-request.json`.
#[pyfunction]
pub(crate) fn verify_composite(py: Python<'_>, request: &str) -> PyResult<Verification> {
    let request: CompositeRequest =
        veriquote_facade::read_request(request).map_err(|problem| failure::raise(py, &problem))?;
    Ok(py.detach(|| facade::verify_composite(provider(), &request)).into())
}
