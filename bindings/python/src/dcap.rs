//! Quotes of SGX and TDX.

use std::sync::Mutex;

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use veriquote_facade::{self as facade, Blob, DcapOptions, DcapRequest, Document, QveEvidence, Time};

use crate::verification::Verification;
use crate::{failure, provider};

/// Verifies one quote.
#[pyfunction]
pub(crate) fn verify_dcap(
    py: Python<'_>,
    quote: Vec<u8>,
    collateral: Vec<Vec<u8>>,
    event_log: Option<Vec<u8>>,
    qve: Option<&str>,
    options: &str,
) -> PyResult<Verification> {
    let request = DcapRequest {
        quote: Blob(quote),
        collateral: collateral.into_iter().map(Document).collect(),
        event_log: event_log.map(Blob),
        qve: evidence(py, qve)?,
        options: read(py, options)?,
    };
    Ok(py.detach(|| facade::verify_dcap(provider(), &request)).into())
}

fn read(py: Python<'_>, options: &str) -> PyResult<DcapOptions> {
    veriquote_facade::read_request(options).map_err(|problem| failure::raise(py, &problem))
}

fn evidence(py: Python<'_>, qve: Option<&str>) -> PyResult<Option<QveEvidence>> {
    qve.map(veriquote_facade::read_request).transpose().map_err(|problem| failure::raise(py, &problem))
}

/// Collateral that was verified once, to verify many quotes.
#[pyclass(frozen, module = "veriquote._native")]
#[derive(Debug)]
pub(crate) struct DcapVerifier(facade::DcapVerifier);

#[pymethods]
impl DcapVerifier {
    #[new]
    fn new(py: Python<'_>, collateral: Vec<Vec<u8>>, options: &str) -> PyResult<Self> {
        let options = read(py, options)?;
        let collateral: Vec<Document> = collateral.into_iter().map(Document).collect();
        py.detach(|| facade::DcapVerifier::new(provider(), &collateral, &options))
            .map(Self)
            .map_err(|problem| failure::raise(py, &problem))
    }

    /// Verifies one quote.
    fn verify(
        &self,
        py: Python<'_>,
        quote: Vec<u8>,
        event_log: Option<Vec<u8>>,
        qve: Option<&str>,
        cache: Option<&PlatformCache>,
    ) -> PyResult<Verification> {
        let (quote, event_log) = (Blob(quote), event_log.map(Blob));
        let qve = evidence(py, qve)?;
        let verified = py.detach(|| {
            let mut locked = cache.map(|cache| cache.0.lock()).transpose().map_err(|_| ())?;
            Ok(self.0.verify_with(&quote, event_log.as_ref(), qve.as_ref(), locked.as_deref_mut()))
        });
        verified
            .map(Into::into)
            .map_err(|()| PyRuntimeError::new_err("the cache was left in the middle of a change"))
    }

    /// Verifies quotes in their order, on this thread.
    fn verify_all(&self, py: Python<'_>, quotes: Vec<Vec<u8>>) -> Vec<Verification> {
        let verify = |quote| self.0.verify(&Blob(quote), None).into();
        py.detach(|| quotes.into_iter().map(verify).collect())
    }

    /// The same at another time: a JSON string or number.
    fn at(&self, py: Python<'_>, at: &str) -> PyResult<Self> {
        let at: Time = veriquote_facade::read_request(at).map_err(|problem| failure::raise(py, &problem))?;
        Ok(Self(py.detach(|| self.0.at(at))))
    }

    /// The same with other report data to expect.
    fn expecting(&self, py: Python<'_>, report_data: &str) -> PyResult<Self> {
        self.0.expecting(report_data).map(Self).map_err(|problem| failure::raise(py, &problem))
    }

    /// TEE and platform family of one of the collaterals.
    fn collateral_is_for(&self, index: usize) -> Option<(&'static str, String)> {
        self.0.collateral_is_for(index).map(|(tee, fmspc)| (tee.as_str(), fmspc.to_string()))
    }
}

/// A bounded memory of platforms that were verified.
#[pyclass(frozen, module = "veriquote._native")]
#[derive(Debug)]
pub(crate) struct PlatformCache(Mutex<veriquote::dcap::PlatformCache>);

#[pymethods]
impl PlatformCache {
    #[new]
    fn new(capacity: usize) -> Self {
        Self(Mutex::new(veriquote::dcap::PlatformCache::new(capacity)))
    }
}
