//! The native part of the Python package `veriquote`: conversions, and nothing that decides.
//!
//! Evidence comes as bytes, options as the JSON of `bindings/schema`; `python/veriquote` makes both of what
//! callers write, and `_native.pyi` describes what is here. The interpreter's lock is released while the
//! facade works.
#![deny(missing_docs)]

mod dcap;
mod device;
mod failure;
mod json;
mod record;
mod token;
mod tpm;
mod unauthenticated;
mod verification;

use pyo3::prelude::*;

/// A verification makes hundreds of small values that live as long as it does.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The provider of cryptography: the fast one, in a process that has a C library anyway.
fn provider() -> std::sync::Arc<dyn veriquote::crypto::CryptoProvider> {
    std::sync::Arc::new(veriquote_aws_lc::AwsLc)
}

/// What `veriquote/__init__.py` builds on.
#[pymodule(name = "_native", gil_used = false)]
mod native {
    use pyo3::exceptions::PyImportError;
    use pyo3::{ffi, prelude::*};

    /// Classes and functions of Python are kept in statics, which one interpreter may not have from another: it
    /// may end, and they with it. PyO3 asks only for modules inside of modules.
    #[pymodule_init]
    fn init(_module: &Bound<'_, PyModule>) -> PyResult<()> {
        #[expect(unsafe_code, reason = "PyO3 has no safe form of it; the interpreter's lock is held here")]
        // SAFETY: the lock is held, of which `Bound` is the proof, and so there is a current interpreter.
        let number = unsafe { ffi::PyInterpreterState_GetID(ffi::PyInterpreterState_Get()) };
        if number == MAIN {
            return Ok(());
        }
        Err(PyImportError::new_err("veriquote cannot be used in a subinterpreter: import it in the main one"))
    }

    /// The interpreter that a process begins with.
    const MAIN: i64 = 0;

    #[pymodule_export]
    use crate::dcap::{DcapVerifier, PlatformCache, verify_dcap};
    #[pymodule_export]
    use crate::device::{verify_composite, verify_nvgpu};
    #[pymodule_export]
    use crate::json::{
        binding_json, blob, inspect_json, make_tpm_challenge_json, show_token_json, verify_composite_json,
        verify_dcap_json, verify_nvgpu_json, verify_token_json, verify_tpm_json,
    };
    #[pymodule_export]
    use crate::token::{TokenVerifier, verify_token};
    #[pymodule_export]
    use crate::tpm::{learn_tpm_policy, make_tpm_challenge, verify_tpm};
    #[pymodule_export]
    use crate::unauthenticated::{
        binding, inspect, pck_reference_of_quote, platform_of_pck, platform_of_quote, show_token,
    };
    #[pymodule_export]
    use crate::verification::Verification;
}
