//! TPM 2.0: quotes, attestation keys, and the credentials that tie them to a TPM.
//!
//! ```text
//! bytes ──parse──▶ Quote ──authenticate──▶ AuthenticQuote ──bind──▶ BoundQuote
//! ```
//!
//! A [`Quote`] is parsed; nothing in it is authentic. [`Quote::authenticate`] takes a [`TrustedAk`], which
//! only the routes of [`AkRoute`] make, and proves that this key signed the quote in answer to a challenge.
//! [`AuthenticQuote::bind`] proves which values the quoted registers hold, and gives the [`PcrValues`] that
//! event logs and policies are held against.
//!
//! Integers on the wire are big-endian. Structures are those of the TPM 2.0 Library, Part 2.

mod ak;
mod algorithm;
mod attest;
mod certificate;
mod certify;
mod challenge;
pub mod checks;
mod clock;
mod credential;
mod ek;
mod hcl;
mod jwk;
mod name;
mod pcr;
mod pcr_file;
mod public;
mod quote;
mod signature;
mod weak;

pub use ak::{AkRoute, Sha1Signatures, TrustedAk};
pub use algorithm::AlgorithmId;
pub use attest::{Attest, AttestBody, AttestType, ClockInfo};
pub use certificate::{MissingPurpose, TpmIdentity};
pub use certify::{AuthenticCertification, Certification, CreationData};
pub use challenge::{Challenge, Expectations};
pub use clock::{Continuity, ContinuityKind, Counters};
pub use credential::{Credential, CredentialChallenge};
pub use ek::TrustedEk;
pub use hcl::{HclReport, HclReportType};
pub use jwk::Jwk;
pub use name::{Hierarchy, Name};
pub use pcr::{BankSelection, ClaimedPcrs, PcrSelection, PcrValues, RESETTABLE};
pub use public::{Attributes, Curve, KeyDescription, PublicArea, PublicKey, Symmetric};
pub use quote::{AkSummary, AuthenticQuote, BoundQuote, Quote, SignatureInput, parse, verify};
pub use signature::{Scheme, Signature};

#[cfg(test)]
mod tests_support;
