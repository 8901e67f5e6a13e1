//! What is asked: a machine and its devices with all that verifies them, and how they are bound.

use serde::{Deserialize, Serialize};

use crate::blob::Blob;
use crate::document::Document;
use crate::time::Time;

/// A machine, its devices and perhaps its TPM, with all that verifies them.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CompositeRequest {
    /// Evidence of the devices, in any of the forms of `docs/nvidia.md`. It may hold the machine's quote too.
    pub evidence: Document,
    /// The machine.
    pub machine: CompositeMachine,
    /// What verifies the devices.
    #[serde(default)]
    pub devices: CompositeDevices,
    /// The machine's TPM. Its challenge is that of the mode `veriquote`; no other mode knows one.
    #[serde(default)]
    pub tpm: Option<CompositeTpm>,
    /// How to verify.
    pub options: CompositeOptions,
}

/// The machine: an enclave or trust domain.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CompositeMachine {
    /// Its quote, where the devices' evidence does not hold it: hex, base64 or base64url.
    #[serde(default)]
    pub quote: Option<Blob>,
    /// Its collateral.
    pub collateral: Document,
    /// Trusted roots instead of Intel's: PEM, or DER as hex.
    #[serde(default)]
    pub roots: Vec<Blob>,
    /// PCK certificate chain (PEM) for a quote that does not carry it.
    #[serde(default)]
    pub pck_chain: Option<Blob>,
    /// Event log (CCEL) of a trust domain, to replay into the RTMRs, where the devices' evidence does not hold it:
    /// hex, base64 or base64url.
    #[serde(default)]
    pub event_log: Option<Blob>,
}

/// What verifies the devices; see `nvgpu-request.json`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CompositeDevices {
    /// Reference integrity manifests, in any order.
    #[serde(default)]
    pub rims: Vec<Document>,
    /// Revocation lists.
    #[serde(default)]
    pub crls: Vec<Blob>,
    /// OCSP responses.
    #[serde(default)]
    pub ocsp: Vec<Blob>,
    /// The nonce of the OCSP requests: hex.
    #[serde(default)]
    pub ocsp_nonce: Option<String>,
    /// Accept certificates that their issuer has put on hold.
    #[serde(default)]
    pub accept_certificate_hold: bool,
    /// Accept zeros after a report.
    #[serde(default)]
    pub allow_padding: bool,
    /// Roots of devices, in place of NVIDIA's.
    #[serde(default)]
    pub roots: Vec<Blob>,
    /// Roots of reference manifests, in place of NVIDIA's.
    #[serde(default)]
    pub rim_roots: Vec<Blob>,
}

/// The machine's TPM; see `tpm-request.json`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CompositeTpm {
    /// TPMS_ATTEST.
    pub quote: Blob,
    /// TPMT_SIGNATURE.
    pub signature: Blob,
    /// The attestation key that you trust.
    #[serde(default)]
    pub ak: Option<Blob>,
    /// The Name of the attestation key that you trust, where it has no certificate: hex. It must be `ak`'s.
    #[serde(default)]
    pub ak_name: Option<String>,
    /// Certificate chain of the attestation key.
    #[serde(default)]
    pub ak_chain: Option<Blob>,
    /// Roots that may vouch for it.
    #[serde(default)]
    pub roots: Vec<Blob>,
    /// PCR values.
    pub pcrs: Document,
    /// Event log of the firmware.
    #[serde(default)]
    pub event_log: Option<Blob>,
    /// IMA measurement list.
    #[serde(default)]
    pub ima_log: Option<Blob>,
}

/// How to verify a composite.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CompositeOptions {
    /// The time of the verification, of every member.
    pub at: Time,
    /// How the members are bound.
    pub binding: CompositeBinding,
    /// A policy document for every member. Default: the strict policy.
    #[serde(default)]
    pub policy: Option<Document>,
    /// Accept whatever is authentic and bound.
    #[serde(default)]
    pub crypto_only: bool,
}

/// How machine and devices are bound; which members a mode takes, `docs/composite.md` says.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CompositeBinding {
    /// The mode, such as `veriquote` or `trustee-first32`.
    #[cfg_attr(feature = "schema", schemars(with = "crate::OneOf<veriquote::composite::BindingMode>"))]
    pub mode: String,
    /// The challenge that you gave out: hex.
    #[serde(default)]
    pub challenge: Option<String>,
    /// What the machine binds beside the challenge: hex, base64 or base64url.
    #[serde(default)]
    pub runtime_data: Option<Blob>,
    /// 32 bytes that name the machine: hex.
    #[serde(default)]
    pub identity: Option<String>,
    /// `val` of a verifier's nonce: hex or base64.
    #[serde(default)]
    pub nonce_value: Option<Blob>,
    /// `iat` of a verifier's nonce: hex or base64.
    #[serde(default)]
    pub nonce_issued_at: Option<Blob>,
    /// The machine's report data, all 64 bytes: hex.
    #[serde(default)]
    pub report_data: Option<String>,
}
