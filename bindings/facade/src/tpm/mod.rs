//! Verifying what a TPM says: quotes, the registers that they cover, and the logs that explain those.

mod challenge;
mod claims;
mod evidence;
pub(crate) mod inspect;
mod key;
mod logs;
mod notes;
mod request;
mod routes;
mod verify;

pub use challenge::{
    EndorsementView, TpmChallenge, TpmChallengeRequest, make_tpm_challenge, make_tpm_challenge_json,
};
pub use claims::{AkClaims, ClockClaims, PcrBanks, TpmClaims, TpmQuoteClaims};
pub use evidence::{ActivatedKey, AkEvidence, AttestedKey, EndorsementKey, KeptChallenge, TeeBoundKey};
pub use inspect::{ImaListView, TpmAttestView, TpmPcrsView, TpmPublicView, TpmSignatureView};
pub use logs::{BootClaims, ImaClaims, RegisterClaims};
pub use request::{ClockReading, TpmOptions, TpmRequest};
pub use verify::{
    learn_tpm_policy, learn_tpm_policy_json, verify_tpm, verify_tpm_for_claims, verify_tpm_json,
};
