//! A problem as an exception: `veriquote._errors` has the classes.

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use veriquote_facade::Problem;

use crate::record;

/// The exception of `problem`, of the class of its kind.
pub(crate) fn raise(py: Python<'_>, problem: &Problem) -> PyErr {
    match exception(py, problem) {
        Ok(error) => PyErr::from_value(error),
        Err(error) => error,
    }
}

fn exception<'py>(py: Python<'py>, problem: &Problem) -> PyResult<Bound<'py, PyAny>> {
    static OF_PROBLEM: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    OF_PROBLEM.import(py, "veriquote._errors", "of_problem")?.call1((record::of(py, problem)?,))
}
