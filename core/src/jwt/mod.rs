//! Attestation tokens: JSON Web Tokens (RFC 7519, RFC 9711) in compact serialisation (RFC 7515, 7.1).
//!
//! ```text
//! bytes ──Token::parse──▶ Token           borrowed; every accessor is called unauthenticated_…
//!       ──verify────────▶ AuthenticToken  one key of the caller's, one signature, every expectation
//! ```
//!
//! Keys come from the caller. What a header says of keys (`jwk`, `jku`, `x5u`, `x5c`) is never followed,
//! except a certificate chain that ends at a root which the caller gave for that purpose:
//! [`KeySet::certified_by`].

mod algorithm;
mod base64url;
mod certified;
pub mod checks;
mod claim_checks;
mod claims;
mod expectations;
mod header;
mod jwk;
mod key_set;
#[cfg(test)]
mod tests;
mod token;
mod verify;

pub use algorithm::{Algorithm, Algorithms};
pub(crate) use claims::LAST_SECOND;
pub use claims::{is_nonce, numeric_date};
pub use expectations::{Expectations, Expected, ExpectedCertificate, Expiry, Nonce};
pub use header::Header;
pub use jwk::Jwk;
pub use key_set::KeySet;
pub use token::{Decoded, Token, looks_like_token};
pub use verify::{AuthenticToken, KeyOrigin, UsedKey, verify};
