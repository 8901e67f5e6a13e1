//! The HTTP client that the program and the service share: the only place where either asks another host.
//!
//! Every answer is bounded in size and in time, and is whole. Whom TLS trusts, how far redirects go and which
//! addresses may be reached is the caller's choice. Nothing is tried twice here.

mod client;
mod percent;
mod reach;

pub use client::{Answer, Client, HttpError, Options, Trust};
pub use percent::{percent_decode, percent_encode};
pub use reach::Reach;
