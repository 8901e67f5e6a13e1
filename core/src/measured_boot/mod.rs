//! Measured boot: TCG event logs, and replaying them into the registers that a quote signs.
//!
//! A log is only a story until a register proves it. [`EventLog::parse`] gives the story; nothing in
//! it is authentic, so its accessors are named `unauthenticated_…`. [`EventLog::verify_rtmrs`] replays
//! the digests and compares the result with the RTMRs of an authentic TDX quote; only then is there a
//! [`ReplayedLog`], which says of every event what exactly is proven: that its digest was measured,
//! and whether its data are the bytes that the digest covers ([`Proof`]).
//!
//! Formats: TCG PC Client Platform Firmware Profile (PFP) 1.06, section 10; the CCEL data region of
//! confidential guests is the same log with the register mapping of UEFI 2.10, section 38.4.1.

mod events;
mod explain;
mod grade;
#[cfg(feature = "tpm")]
pub mod ima;
#[cfg(feature = "tpm")]
mod pcrs;
mod proof;
mod proven;
mod quirks;
mod registers;
mod replay;
mod secure_boot;
mod state;
mod tcg;
mod uefi;

pub use events::{DigestAlgorithm, EventType};
pub use explain::{Explanation, explain, sentence};
pub use grade::{DigestBound, Grade, Hearsay, ReplayBound};
#[cfg(feature = "tpm")]
pub use pcrs::{PCR_RULE, SOUND_RULE};
pub use proof::Proof;
pub use quirks::{Quirk, Quirks};
pub use registers::Registers;
pub use replay::{RTMR_RULES, RegisterReport, RegisterState, ReplayedEvent, ReplayedLog};
pub use secure_boot::{Authority, SecureBoot};
pub use state::{BootState, Measured, Section, Text};
pub use tcg::{Event, EventDigest, EventLog, Limits, LogFormat, LogKind, SpecId};
pub use uefi::{Guid, Signature, Variable, signature_lists};

#[cfg(all(test, feature = "tpm"))]
pub(crate) mod state_tests;
#[cfg(test)]
mod tests;
