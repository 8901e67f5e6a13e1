//! Linux IMA: the list of files that a kernel measured into PCR 10.
//!
//! [`ImaList`] borrows the bytes of a list and reads entries one at a time, so that memory does not grow
//! with it. [`ImaList::verify`] finds the beginning of the list that the quoted register proves; only
//! that beginning is handed out as [`VerifiedEntry`].
//!
//! Formats: Linux `security/integrity/ima` (`Documentation/security/IMA-templates.rst`).

mod ascii;
mod list;
mod signature;
mod template;
mod token;
mod verify;

pub use list::{Entries, ImaEntry, ImaFormat, ImaList};
pub use signature::{FileSignature, ImaKey, ImaKeys};
pub use template::{FileDigest, Template};
pub use token::{BootIdentity, Continuation};
pub use verify::{Aggregate, AggregateKind, IMA_PCR, IMA_RULES, ReplayedIma, VerifiedEntries, VerifiedEntry};

#[cfg(test)]
pub(crate) mod tests;
