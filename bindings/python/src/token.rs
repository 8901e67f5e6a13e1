//! Attestation tokens.

use pyo3::prelude::*;
use veriquote_facade::{self as facade, Document, ExpectedNonce, Time, TokenOptions, TokenRequest};

use crate::verification::Verification;
use crate::{failure, provider};

fn read(py: Python<'_>, options: &str) -> PyResult<TokenOptions> {
    veriquote_facade::read_request(options).map_err(|problem| failure::raise(py, &problem))
}

/// Verifies one token or one bundle.
#[pyfunction]
pub(crate) fn verify_token(
    py: Python<'_>,
    token: Option<String>,
    bundle: Option<Vec<u8>>,
    jwks: Option<Vec<u8>>,
    options: &str,
) -> PyResult<Verification> {
    let options = read(py, options)?;
    let request = TokenRequest { token, bundle: bundle.map(Document), jwks: jwks.map(Document), options };
    Ok(py.detach(|| facade::verify_token(provider(), &request)).into())
}

/// Keys that were loaded once, to verify many tokens.
#[pyclass(frozen, module = "veriquote._native")]
#[derive(Debug)]
pub(crate) struct TokenVerifier(facade::TokenVerifier);

#[pymethods]
impl TokenVerifier {
    #[new]
    fn new(py: Python<'_>, jwks: Option<Vec<u8>>, options: &str) -> PyResult<Self> {
        let options = read(py, options)?;
        let jwks = jwks.map(Document);
        py.detach(|| facade::TokenVerifier::new(provider(), jwks.as_ref(), &options))
            .map(Self)
            .map_err(|problem| failure::raise(py, &problem))
    }

    /// Verifies one token.
    fn verify(&self, py: Python<'_>, token: &[u8]) -> Verification {
        py.detach(|| self.0.verify(token)).into()
    }

    /// Verifies one bundle.
    fn verify_bundle(&self, py: Python<'_>, bundle: Vec<u8>) -> Verification {
        py.detach(|| self.0.verify_bundle(&Document(bundle))).into()
    }

    /// Verifies tokens in their order, on this thread.
    fn verify_all(&self, py: Python<'_>, tokens: Vec<Vec<u8>>) -> Vec<Verification> {
        py.detach(|| tokens.iter().map(|token| self.0.verify(token).into()).collect())
    }

    /// The same at another time: a JSON string or number.
    fn at(&self, py: Python<'_>, at: &str) -> PyResult<Self> {
        let at: Time = veriquote_facade::read_request(at).map_err(|problem| failure::raise(py, &problem))?;
        Ok(Self(self.0.at(at)))
    }

    /// The same with another challenge to expect: the JSON of `ExpectedNonce`.
    fn expecting(&self, py: Python<'_>, nonce: &str) -> PyResult<Self> {
        let nonce: ExpectedNonce =
            veriquote_facade::read_request(nonce).map_err(|problem| failure::raise(py, &problem))?;
        self.0.expecting(nonce).map(Self).map_err(|problem| failure::raise(py, &problem))
    }
}
