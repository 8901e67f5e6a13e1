//! Verifying what a TPM says: quotes, the registers that they cover, and the logs that explain those.

mod boot;
mod claims;
#[cfg(all(feature = "dcap", feature = "tpm"))]
pub(crate) mod inspect;
mod key;
mod logs;
mod request;
mod verify;

pub use boot::{AuthorityClaims, BootStateClaims, SectionClaims, SecureBootClaims};
pub use claims::{AkClaims, ClockClaims, PcrBanks, TpmClaims, TpmQuoteClaims};
#[cfg(all(feature = "dcap", feature = "tpm"))]
pub use inspect::{ImaListView, TpmAttestView, TpmPublicView};
pub use logs::{BootClaims, ImaClaims, RegisterClaims};
pub use request::{ClockReading, TpmOptions, TpmRequest};
pub use verify::{learn_tpm_policy, learn_tpm_policy_json, verify_tpm, verify_tpm_json};
