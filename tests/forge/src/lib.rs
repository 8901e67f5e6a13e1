//! Deterministic fake platforms, Intel's here, TPMs in [`tpm`] and NVIDIA devices in [`nvidia`]: change one field, build, and see
//! whether a verifier notices.
//!
//! Nothing of veriquote is used here, so that the forge is an oracle of the formats of its own. Keys come
//! from labels and signatures are deterministic: the same forge always builds the same bytes.
//!
//! ```
//! let mut forge = veriquote_forge::Forge::tdx4();
//! forge.tcb_info.fmspc = vec![0; 6];
//! let forged = forge.build();
//! assert_eq!(forged.now, veriquote_forge::NOW);
//! ```

mod certificate;
mod collateral;
mod crl;
mod der;
mod evaluation;
mod event_log;
mod forge;
mod identity;
mod json;
mod key;
pub mod nvidia;
mod pck;
mod quote;
mod qve;
mod report;
mod tcb_info;
mod time;
pub mod tpm;

pub use certificate::{Certificate, Extension, Name, pem};
pub use collateral::{Collateral, QveCollateral};
pub use crl::{Crl, RevokedEntry};
pub use der::{DerTime, oid, tlv};
pub use evaluation::{EvaluationNumber, EvaluationNumbers};
pub use event_log::{EventLog, LogEvent};
pub use forge::{Chains, Forge, Forged, PckCa, Role};
pub use identity::{Identity, IdentityLevel};
pub use key::{Key, other_half};
pub use pck::{PckConfiguration, PckTcb, SgxExtension};
pub use quote::{Body, Certification, INTEL_QE_VENDOR, Quote};
pub use qve::VerificationReport;
pub use report::{SgxReport, TdReport, TdVersion};
pub use tcb_info::{Component, ModuleLevel, TcbInfo, TcbLevel, TdxModule, TdxModuleIdentity};
pub use time::{DAY, NOW, rfc3339};

use sha2::{Digest, Sha256, Sha512};

/// SHA-256 of the concatenation of `parts`.
#[must_use]
pub fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
    }
    hash.finalize().into()
}

/// SHA-512 of the concatenation of `parts`.
#[must_use]
pub fn sha512(parts: &[&[u8]]) -> [u8; 64] {
    let mut hash = Sha512::new();
    for part in parts {
        hash.update(part);
    }
    hash.finalize().into()
}

/// Lower-case hex.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
