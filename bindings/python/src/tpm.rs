//! Quotes of a TPM, and the policies that are learned from them.

use pyo3::prelude::*;
use veriquote_facade::{self as facade, Blob, Document, TpmChallengeRequest, TpmRequest};

use crate::unauthenticated::told;
use crate::verification::Verification;
use crate::{failure, provider};

/// Verifies one quote.
#[pyfunction]
#[expect(clippy::too_many_arguments, reason = "they are the request's members")]
pub(crate) fn verify_tpm(
    py: Python<'_>,
    quote: Vec<u8>,
    signature: Vec<u8>,
    ak: Option<Vec<u8>>,
    ak_evidence: Option<&str>,
    pcrs: Option<Vec<u8>>,
    event_log: Option<Vec<u8>>,
    ima_log: Option<Vec<u8>>,
    options: &str,
) -> PyResult<Verification> {
    let request = request(py, (quote, signature, ak, pcrs, event_log, ima_log), ak_evidence, options)?;
    Ok(py.detach(|| facade::verify_tpm(provider(), &request)).into())
}

/// Writes a policy that accepts a boot like this one.
#[pyfunction]
#[expect(clippy::too_many_arguments, reason = "they are the request's members")]
pub(crate) fn learn_tpm_policy(
    py: Python<'_>,
    quote: Vec<u8>,
    signature: Vec<u8>,
    ak: Option<Vec<u8>>,
    ak_evidence: Option<&str>,
    pcrs: Option<Vec<u8>>,
    event_log: Option<Vec<u8>>,
    ima_log: Option<Vec<u8>>,
    options: &str,
    name: &str,
) -> PyResult<String> {
    let request = request(py, (quote, signature, ak, pcrs, event_log, ima_log), ak_evidence, options)?;
    py.detach(|| facade::learn_tpm_policy(provider(), &request, name))
        .map_err(|problem| failure::raise(py, &problem))
}

/// Wraps a secret for one TPM and one attestation key.
#[pyfunction]
pub(crate) fn make_tpm_challenge<'py>(
    py: Python<'py>,
    request: &str,
) -> PyResult<(Bound<'py, PyAny>, String)> {
    let request: TpmChallengeRequest =
        veriquote_facade::read_request(request).map_err(|problem| failure::raise(py, &problem))?;
    told(py, &py.detach(|| facade::make_tpm_challenge(provider().as_ref(), &request)))
}

type Evidence = (Vec<u8>, Vec<u8>, Option<Vec<u8>>, Option<Vec<u8>>, Option<Vec<u8>>, Option<Vec<u8>>);

fn request(
    py: Python<'_>,
    evidence: Evidence,
    ak_evidence: Option<&str>,
    options: &str,
) -> PyResult<TpmRequest> {
    let (quote, signature, ak, pcrs, event_log, ima_log) = evidence;
    Ok(TpmRequest {
        quote: Blob(quote),
        signature: Blob(signature),
        ak: ak.map(Blob),
        ak_evidence: ak_evidence
            .map(veriquote_facade::read_request)
            .transpose()
            .map_err(|problem| failure::raise(py, &problem))?,
        pcrs: pcrs.map(Document),
        event_log: event_log.map(Blob),
        ima_log: ima_log.map(Blob),
        options: veriquote_facade::read_request(options).map_err(|problem| failure::raise(py, &problem))?,
    })
}
