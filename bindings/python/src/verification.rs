//! The result of a verification.

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyType;
use serde::Serialize;
use veriquote_facade as facade;

use crate::record;

/// What came of a verification. Only a verifier makes one; nothing can change it. It is true in a condition
/// when the evidence was accepted.
#[pyclass(frozen, module = "veriquote")]
pub(crate) struct Verification {
    result: facade::Verification,
    error: Member,
    checks: Member,
    claims: Member,
    appraisal: Member,
    not_checked: Member,
    horizons: Member,
    forecast: Member,
}

/// A member as Python sees it, made when it is first asked for.
struct Member(PyOnceLock<Py<PyAny>>);

impl Member {
    const fn new() -> Self {
        Self(PyOnceLock::new())
    }

    fn get(&self, py: Python<'_>, value: &impl Serialize) -> PyResult<Py<PyAny>> {
        let made = self.0.get_or_try_init(py, || record::of(py, value).map(Bound::unbind))?;
        Ok(made.clone_ref(py))
    }
}

impl From<facade::Verification> for Verification {
    fn from(result: facade::Verification) -> Self {
        Self {
            result,
            error: Member::new(),
            checks: Member::new(),
            claims: Member::new(),
            appraisal: Member::new(),
            not_checked: Member::new(),
            horizons: Member::new(),
            forecast: Member::new(),
        }
    }
}

#[pymethods]
impl Verification {
    /// The evidence is authentic: every signature, chain, window and binding holds.
    #[getter]
    fn verified(&self) -> bool {
        self.result.verified
    }

    /// It is authentic, and the policy accepts it.
    #[getter]
    fn accepted(&self) -> bool {
        self.result.accepted
    }

    /// The kind of evidence, such as `dcap`.
    #[getter]
    fn evidence(&self) -> &str {
        self.result.evidence.as_str()
    }

    /// Why not, when it is not accepted.
    #[getter]
    fn error(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        self.error.get(py, &self.result.error)
    }

    /// Every check in the order in which it was made.
    #[getter]
    fn checks(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        self.checks.get(py, &self.result.checks)
    }

    /// What the evidence says.
    #[getter]
    fn claims(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        self.claims.get(py, &self.result.claims)
    }

    /// What the policy made of it.
    #[getter]
    fn appraisal(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        self.appraisal.get(py, &self.result.appraisal)
    }

    /// What this call did not check.
    #[getter]
    fn not_checked(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        self.not_checked.get(py, &self.result.not_checked)
    }

    /// The verdict under each collateral, when several were given.
    #[getter]
    fn horizons(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        self.horizons.get(py, &self.result.horizons)
    }

    /// When the verdict will change, and to what.
    #[getter]
    fn forecast(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        self.forecast.get(py, &self.result.forecast)
    }

    /// The result as the JSON of `verification.json`, the same bytes in every language.
    fn to_json(&self, py: Python<'_>) -> String {
        py.detach(|| serde_json::to_string(&self.result).unwrap_or_default())
    }

    /// `Verification[DcapClaims]` in annotations.
    #[classmethod]
    fn __class_getitem__<'py>(
        class: &Bound<'py, PyType>,
        of: Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        class.py().import("types")?.getattr("GenericAlias")?.call1((class, of))
    }

    fn __bool__(&self) -> bool {
        self.result.accepted
    }

    fn __eq__(&self, other: &Bound<'_, PyAny>) -> bool {
        other.cast::<Self>().is_ok_and(|other| other.get().result == self.result)
    }

    fn __repr__(&self) -> String {
        let verdict = match &self.result.error {
            None if self.result.accepted => "accepted".to_owned(),
            None => "not accepted".to_owned(),
            Some(problem) => problem.code.clone(),
        };
        format!("<Verification of {}: {verdict}>", self.result.evidence)
    }
}
