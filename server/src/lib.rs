//! The attestation service: takes evidence, has the core verify it, and issues tokens.
//!
//! Nothing is decided here about evidence: rules live in the core, and the facade runs them. What lives
//! here is the clock, the network, keys, storage, and the shape of requests and answers.
#![forbid(unsafe_code)]

mod admin;
mod app;
pub mod attestation;
pub mod challenge;
mod chores;
pub mod clock;
pub mod collateral;
pub mod config;
mod connection;
mod encoding;
pub mod error;
mod health;
pub mod http;
pub mod instances;
pub mod keys;
mod log;
pub mod nodes;
mod oidc;
pub mod openapi;
pub mod operations;
mod pages;
pub mod policies;
mod random;
pub mod rego;
mod serve;
mod state;
pub mod store;
#[cfg(feature = "web")]
mod web;
mod work;

pub use app::app;
pub use log::start as start_log;
pub use serve::{Server, run, serve};
pub use state::{StartError, State, Trust};
