#![cfg_attr(
    all(feature = "dcap", feature = "tpm", feature = "jwt", feature = "nvidia"),
    doc = include_str!("manual.md")
)]
#![cfg_attr(
    not(all(feature = "dcap", feature = "tpm", feature = "jwt", feature = "nvidia")),
    doc = "Verifies hardware attestation evidence; this build knows some kinds of it. The manual stands in the \
           documentation of the default features."
)]
#![no_std]
#![forbid(unsafe_code)]
#![warn(clippy::std_instead_of_core, clippy::std_instead_of_alloc, clippy::alloc_instead_of_core)]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::unreachable,
        clippy::indexing_slicing,
        clippy::string_slice,
        clippy::arithmetic_side_effects,
        clippy::as_conversions
    )
)]

extern crate alloc;
#[cfg(test)]
extern crate std;

#[cfg(feature = "jwt")]
pub mod appraisal;
pub mod binding;
pub mod bytes;
pub mod check;
#[cfg(all(feature = "dcap", feature = "nvidia"))]
pub mod composite;
pub mod crypto;
#[cfg(feature = "dcap")]
pub mod dcap;
pub mod encoding;
pub mod error;
pub mod fact;
pub mod jcs;
pub mod json;
#[cfg(feature = "jwt")]
pub mod jwt;
pub mod limits;
#[cfg(any(feature = "dcap", feature = "nvidia", feature = "tpm"))]
pub mod measured_boot;
pub mod named;
#[cfg(feature = "nvidia")]
pub mod nvidia;
#[cfg(any(feature = "dcap", feature = "nvidia", feature = "tpm"))]
pub mod policy;
pub mod reader;
pub mod time;
#[cfg(feature = "tpm")]
pub mod tpm;
pub mod trust;
pub mod x509;

pub use bytes::{Bytes, Fmspc, Hex, PceId, PlatformInstanceId, Ppid};
pub use check::{Check, Failure, Outcome, OutcomeKind, Rule, Trace};
pub use error::{Code, Error, Kind};
pub use fact::{Fact, FactValue};
#[cfg(any(feature = "dcap", feature = "nvidia", feature = "tpm"))]
pub use policy::Policy;
pub use time::{UnixTime, Window};
pub use trust::{TrustAnchor, TrustAnchors};

/// The examples of the repository's pages, compiled as tests.
#[cfg(all(doctest, feature = "dcap"))]
#[doc = include_str!("../../README.md")]
#[doc = include_str!("../../docs/quickstart-rust.md")]
struct Pages;

/// The same, of tokens.
#[cfg(all(doctest, feature = "jwt"))]
#[doc = include_str!("../../docs/tokens.md")]
struct TokenPages;
