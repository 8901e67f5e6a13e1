//! What a caller gives to have a TPM's quote verified.

use serde::{Deserialize, Serialize};

use super::evidence::AkEvidence;
use crate::blob::Blob;
use crate::document::Document;
use crate::time::Time;

/// One quote with all that verifies it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TpmRequest {
    /// TPMS_ATTEST or TPM2B_ATTEST: hex, base64 or base64url.
    pub quote: Blob,
    /// TPMT_SIGNATURE; or a plain signature, with `options.signature_scheme`.
    pub signature: Blob,
    /// The attestation key that you trust: TPMT_PUBLIC, TPM2B_PUBLIC, or a public key in PEM or DER. With
    /// `options.ak_chain`, the public area that goes with the certificate: its attributes are then
    /// checked, where the certificate alone is only its issuer's word for them.
    #[serde(default)]
    pub ak: Option<Blob>,
    /// Why the attestation key is trusted, where you neither pin it nor have its certificate.
    #[serde(default)]
    pub ak_evidence: Option<AkEvidence>,
    /// PCR values: a file of tpm2-tools as hex or base64, or `{"sha256": {"0": "hex", …}, …}`.
    #[serde(default)]
    pub pcrs: Option<Document>,
    /// Event log of the firmware, to replay into the quoted PCRs.
    #[serde(default)]
    pub event_log: Option<Blob>,
    /// IMA measurement list of the kernel, binary or as text, to replay into the quoted PCR 10. With
    /// `options.continuation`, what came since.
    #[serde(default)]
    pub ima_log: Option<Blob>,
    /// How to verify.
    pub options: TpmOptions,
}

/// How to verify quotes of a TPM.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TpmOptions {
    /// The time of the verification.
    pub at: Time,
    /// The challenge that you gave out, whole: hex.
    #[serde(default)]
    pub nonce: Option<String>,
    /// Verify a quote that answers no challenge of yours, which may be of any age.
    #[serde(default)]
    pub danger_no_nonce: bool,
    /// The Name that the attestation key must have: hex.
    #[serde(default)]
    pub ak_name: Option<String>,
    /// Qualified name of the attestation key's parent, or the handle of its hierarchy: hex.
    #[serde(default)]
    pub ak_parent: Option<String>,
    /// Certificate chain of the attestation key, its own first: PEM.
    #[serde(default)]
    pub ak_chain: Option<Blob>,
    /// Roots that may vouch for it, or for a key of `ak_evidence`: PEM, or DER as hex. There is none by
    /// default.
    #[serde(default)]
    pub roots: Vec<Blob>,
    /// Revocation lists of issuers of the chain: PEM, or DER as hex or base64. When one is given, every
    /// certificate of the chain needs one.
    #[serde(default)]
    pub crls: Vec<Blob>,
    /// Accept a certificate that does not say what its key is for: these roots issue for attestation keys
    /// only.
    #[serde(default)]
    pub allow_missing_purpose: bool,
    /// Scheme of a plain signature: `rsassa`, `rsapss` or `ecdsa`, a colon, and the hash, such as
    /// `rsassa:sha256`.
    #[serde(default)]
    pub signature_scheme: Option<String>,
    /// A policy document. Default: the strict policy.
    #[serde(default)]
    pub policy: Option<Document>,
    /// Accept whatever is authentic.
    #[serde(default)]
    pub crypto_only: bool,
    /// Accept signatures over SHA-1 digests, as old attestation keys of Windows make them.
    #[serde(default)]
    pub allow_sha1: bool,
    /// Deviations of the firmware that are put up with, such as `variable_boot_whole`; the claims list
    /// those that were needed.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<crate::OneOf<veriquote::measured_boot::Quirk>>"))]
    pub quirks: Vec<String>,
    /// Registers that others than the event log's writers extend: the log need not explain them. PCR 10
    /// is one of them when the IMA list proves it.
    #[serde(default)]
    pub opaque: Vec<u8>,
    /// The continuation token of the last verification.
    #[serde(default)]
    pub continuation: Option<Blob>,
    /// Your secret that seals continuation tokens: hex, 16 bytes or more. With it, the claims have a token.
    #[serde(default)]
    pub continuation_key: Option<String>,
    /// The number of the first entry of the IMA list: refused when the token says another one.
    #[serde(default)]
    pub ima_from: Option<u64>,
    /// Clock and counters of the last quote that you accepted from this key.
    #[serde(default)]
    pub previous: Option<ClockReading>,
}

/// Clock and counters of a TPM.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ClockReading {
    /// Milliseconds that the TPM ran.
    pub clock: u64,
    /// Resets; hidden by a secret offset for keys outside the endorsement hierarchy.
    pub reset_count: u32,
    /// Restarts and resumptions since the reset.
    pub restart_count: u32,
    /// No greater clock was reported before.
    pub safe: bool,
}

impl TpmOptions {
    /// A challenge at a time, and nothing else.
    #[must_use]
    pub fn new(at: Time, nonce: impl Into<String>) -> Self {
        Self {
            at,
            nonce: Some(nonce.into()),
            danger_no_nonce: false,
            ak_name: None,
            ak_parent: None,
            ak_chain: None,
            roots: Vec::new(),
            crls: Vec::new(),
            allow_missing_purpose: false,
            signature_scheme: None,
            policy: None,
            crypto_only: false,
            allow_sha1: false,
            quirks: Vec::new(),
            opaque: Vec::new(),
            continuation: None,
            continuation_key: None,
            ima_from: None,
            previous: None,
        }
    }
}
