//! Deterministic fake TPM 2.0 machines: attestation keys, quotes, boot logs, IMA lists, credentials.
//!
//! As with the rest of the forge, every format is written here by hand, so that it is an oracle of its
//! own. TPM structures are big-endian; event logs and measurement lists are little-endian.
//!
//! ```
//! use veriquote_forge::tpm::{PcrHash, TpmForge};
//! let mut forge = TpmForge::rsa();
//! forge.ima.entries.pop();
//! let forged = forge.build();
//! assert!(forged.attest.starts_with(b"\xffTCG"));
//! assert_eq!(forge.pcrs().value(PcrHash::Sha256, 10).len(), 32);
//! ```

mod ak;
mod attest;
mod certificate;
mod credential;
mod events;
mod hash;
mod hcl;
mod ima;
mod log;
mod machine;
mod pcr;
mod public;
mod rsa_key;

pub use ak::{AkKey, Scheme, TpmSignature};
pub use attest::{Attest, AttestBody, ClockInfo, Selection, certified, created, creation_data};
pub use certificate::{AK_EKU, EK_EKU, TcgName, ak_certificate, eku, privacy_ca, tcg_san};
pub use credential::{Credential, Ek, activate, make_credential};
pub use hash::PcrHash;
pub use hcl::HclReport;
pub use ima::{BootAggregate, ImaEntry, ImaList, Padding, Template};
pub use log::{Digests, TpmEvent, TpmLog};
pub use machine::{TpmForge, TpmForged};
pub use pcr::PcrSet;
pub use public::{PublicArea, attributes};
pub use rsa_key::{RsaKey, roca_modulus};

/// A counted field: 16-bit size, then the bytes.
pub(crate) fn tpm2b(bytes: &[u8]) -> Vec<u8> {
    [&(bytes.len() as u16).to_be_bytes()[..], bytes].concat()
}
