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
