//! What is in files and tokens, and how report data are made: nothing here verifies a signature.

use pyo3::prelude::*;
use serde::Serialize;
use veriquote_facade::{self as facade, BindingRequest, ShowTokenRequest};

use crate::{failure, provider, record};

/// A result as a record, with its JSON.
pub(crate) fn told<'py>(py: Python<'py>, value: &impl Serialize) -> PyResult<(Bound<'py, PyAny>, String)> {
    let text = serde_json::to_string(value).unwrap_or_default();
    Ok((record::of(py, value)?, text))
}

/// Says what is in a file.
#[pyfunction]
pub(crate) fn inspect<'py>(py: Python<'py>, file: &[u8]) -> PyResult<(Bound<'py, PyAny>, String)> {
    let inspection = py.detach(|| facade::inspect(file)).map_err(|problem| failure::raise(py, &problem))?;
    told(py, &inspection)
}

/// What to ask a service for collateral for: the platform of a quote.
#[pyfunction]
pub(crate) fn platform_of_quote<'py>(py: Python<'py>, quote: &[u8]) -> PyResult<(Bound<'py, PyAny>, String)> {
    let found = py.detach(|| facade::PlatformLookup::of_quote(quote));
    told(py, &found.map_err(|problem| failure::raise(py, &problem))?)
}

/// The same, of a PCK certificate in PEM.
#[pyfunction]
pub(crate) fn platform_of_pck<'py>(py: Python<'py>, pem: &str) -> PyResult<(Bound<'py, PyAny>, String)> {
    let found = py.detach(|| facade::PlatformLookup::of_pck(pem));
    told(py, &found.map_err(|problem| failure::raise(py, &problem))?)
}

/// What a quote says of a PCK certificate that it does not carry.
#[pyfunction]
pub(crate) fn pck_reference_of_quote<'py>(
    py: Python<'py>,
    quote: &[u8],
) -> PyResult<(Bound<'py, PyAny>, String)> {
    let found = py.detach(|| facade::PckLookup::of_quote(quote));
    told(py, &found.map_err(|problem| failure::raise(py, &problem))?)
}

/// Reads a token without verifying it.
#[pyfunction]
pub(crate) fn show_token<'py>(py: Python<'py>, request: &str) -> PyResult<(Bound<'py, PyAny>, String)> {
    let request: ShowTokenRequest =
        veriquote_facade::read_request(request).map_err(|problem| failure::raise(py, &problem))?;
    told(py, &py.detach(|| facade::show_token(provider().as_ref(), &request)))
}

/// Explains report data, or computes them when a mode is named.
#[pyfunction]
pub(crate) fn binding<'py>(
    py: Python<'py>,
    request: &str,
    compute: bool,
) -> PyResult<(Bound<'py, PyAny>, String)> {
    let request: BindingRequest =
        veriquote_facade::read_request(request).map_err(|problem| failure::raise(py, &problem))?;
    let call = if compute { facade::binding_compute } else { facade::binding_detect };
    told(py, &py.detach(|| call(provider().as_ref(), &request)))
}
