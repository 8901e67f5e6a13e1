//! Verifies hardware attestation evidence, in any place that runs Rust.
//!
//! The core has no clock, network, randomness, logging or globals: time, trust anchors, collateral and
//! expectations are arguments. A verified thing is another type than a parsed thing, and only the
//! verifier can make one.
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

pub mod bytes;
pub mod check;
pub mod crypto;
#[cfg(feature = "dcap")]
pub mod dcap;
pub mod encoding;
pub mod error;
pub mod fact;
pub mod json;
pub mod limits;
#[cfg(feature = "dcap")]
pub mod measured_boot;
#[cfg(feature = "dcap")]
pub mod policy;
pub mod reader;
pub mod time;
pub mod trust;
pub mod x509;

pub use bytes::{Bytes, Fmspc, Hex, PceId, PlatformInstanceId, Ppid};
pub use check::{Check, Failure, Outcome, Rule, Trace};
pub use error::{Code, Error, Kind};
pub use fact::{Fact, FactValue};
pub use time::{UnixTime, Window};
pub use trust::{TrustAnchor, TrustAnchors};
