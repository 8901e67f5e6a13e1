//! The facade in WebAssembly: bytes in, text out. Requests are bytes of UTF-8, too: for a string of 25 KB
//! JavaScript's own encoder takes microseconds, and the loop that wasm-bindgen has for strings a millisecond.
//!
//! The functions are those of `veriquote-facade` that take and give JSON. What makes JavaScript of it
//! (objects, errors, options that are refused) is `bindings/js`, which the N-API package shares.

#[cfg(feature = "dcap")]
pub mod dcap;
#[cfg(feature = "inspect")]
pub mod inspect;
#[cfg(feature = "jwt")]
pub mod jwt;
#[cfg(feature = "nvidia")]
pub mod nvidia;
#[cfg(feature = "tpm")]
pub mod tpm;
#[cfg(any(feature = "dcap", feature = "jwt", feature = "nvidia", feature = "tpm"))]
pub mod webcrypto;

use std::borrow::Cow;

#[cfg(any(feature = "dcap", feature = "jwt", feature = "nvidia", feature = "tpm"))]
fn provider() -> std::sync::Arc<dyn veriquote::crypto::CryptoProvider> {
    std::sync::Arc::new(veriquote::crypto::RustCrypto)
}

/// What JavaScript encoded; what is no UTF-8 is no JSON either.
fn text(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}
