//! TPM 2.0: quotes, attestation keys, and the credentials that tie them to a TPM.
//!
//! ```text
//! bytes ──parse──▶ Quote ──authenticate──▶ AuthenticQuote ──bind──▶ BoundQuote
//! ```
//!
//! Integers on the wire are big-endian. Structures are those of the TPM 2.0 Library, Part 2.

mod algorithm;
mod pcr;

pub use algorithm::AlgorithmId;
pub use pcr::{BankSelection, ClaimedPcrs, PcrSelection, PcrValues, RESETTABLE};
