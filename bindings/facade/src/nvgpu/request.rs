//! What a caller gives to have devices verified.

use serde::{Deserialize, Serialize};

use crate::blob::Blob;
use crate::document::Document;
use crate::time::Time;

/// Evidence of NVIDIA devices with all that verifies it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NvgpuRequest {
    /// The evidence as its collector wrote it, in any of the forms of `docs/nvidia.md`; or one device as
    /// `{"report": hex or base64, "certificate_chain": PEM}`.
    pub evidence: Document,
    /// Reference integrity manifests, in any order: XML, base64 of it, or the answer of NVIDIA's service.
    #[serde(default)]
    pub rims: Vec<Document>,
    /// How to verify.
    pub options: NvgpuOptions,
}

/// How to verify evidence of NVIDIA devices.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NvgpuOptions {
    /// The time of the verification.
    pub at: Time,
    /// The challenge that you gave out, of 32 bytes: hex. Never take it from the evidence.
    pub nonce: String,
    /// The challenge of the switches, where that is another one: hex.
    #[serde(default)]
    pub switch_nonce: Option<String>,
    /// Revocation lists: PEM, or DER as hex or base64.
    #[serde(default)]
    pub crls: Vec<Blob>,
    /// OCSP responses: DER as hex or base64.
    #[serde(default)]
    pub ocsp: Vec<Blob>,
    /// The nonce of the OCSP requests that were answered: hex.
    #[serde(default)]
    pub ocsp_nonce: Option<String>,
    /// Accept certificates that their issuer has put on hold; their status says so.
    #[serde(default)]
    pub accept_certificate_hold: bool,
    /// Accept zeros after a report: some collectors pass on the whole buffer of the driver.
    #[serde(default)]
    pub allow_padding: bool,
    /// Roots of devices, in place of NVIDIA's: PEM, or DER as hex.
    #[serde(default)]
    pub roots: Vec<Blob>,
    /// Roots of reference manifests, in place of NVIDIA's: PEM, or DER as hex.
    #[serde(default)]
    pub rim_roots: Vec<Blob>,
    /// A policy document. Default: the strict policy.
    #[serde(default)]
    pub policy: Option<Document>,
    /// Accept whatever is authentic.
    #[serde(default)]
    pub crypto_only: bool,
}

impl NvgpuOptions {
    /// A challenge at a time, and nothing else.
    #[must_use]
    pub fn new(at: Time, nonce: impl Into<String>) -> Self {
        Self {
            at,
            nonce: nonce.into(),
            switch_nonce: None,
            crls: Vec::new(),
            ocsp: Vec::new(),
            ocsp_nonce: None,
            accept_certificate_hold: false,
            allow_padding: false,
            roots: Vec::new(),
            rim_roots: Vec::new(),
            policy: None,
            crypto_only: false,
        }
    }
}
