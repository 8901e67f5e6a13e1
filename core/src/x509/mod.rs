//! X.509 certificates and revocation lists: parsing into spans, and an ordered chain walk (RFC 5280).
//!
//! Nothing here builds paths or fetches anything: the caller says which certificate is signed by which.
//! Signatures are checked over the bytes that arrived, never over re-encoded ones.

mod algorithm;
mod certificate;
pub mod chain;
mod crl;
pub(crate) mod der;
mod envelope;
mod extension;
mod key;
mod name;
#[cfg(feature = "nvidia")]
mod ocsp;
pub mod oid;
mod request;
mod serial;

pub use algorithm::SignatureScheme;
pub use certificate::Certificate;
pub use crl::{Crl, RevocationList, RevokedEntry, RevokedSerials};
pub use extension::{BasicConstraints, Extension, KeyUsage};
pub use key::IssuerKey;
#[cfg(feature = "nvidia")]
pub use ocsp::{CertStatus, OcspResponse, OcspVerdict};
pub use request::CertificationRequest;
pub use serial::SerialNumber;

#[cfg(test)]
mod certificate_tests;
#[cfg(test)]
mod chain_tests;
#[cfg(test)]
mod crl_tests;
#[cfg(test)]
pub(crate) mod testing;
