//! What is prepared once and used often, as JSON: collateral for quotes, keys for tokens.
//!
//! The time is asked for with every call, so that a service that prepares in the morning does not verify
//! all day at the time of the morning.

#[cfg(feature = "dcap")]
mod dcap;
mod tokens;

#[cfg(feature = "dcap")]
pub use dcap::{DcapCall, DcapPreparation, PreparedDcap};
pub use tokens::{PreparedTokens, TokenCall, TokenPreparation};
