//! Evidence of an attestation key: what a caller gives who neither pinned the key nor has its certificate.

use serde::{Deserialize, Serialize};

use crate::blob::Blob;
use crate::dcap::DcapRequest;

/// Why the attestation key is trusted: one route.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum AkEvidence {
    /// The TPM of an endorsement key unwrapped a secret that only it could, and only with this key in it:
    /// MakeCredential and ActivateCredential.
    Activated(Box<ActivatedKey>),
    /// Another attestation key of the same TPM certified it: TPM2_Certify or TPM2_CertifyCreation.
    Attested(Box<AttestedKey>),
    /// The hardware report of a confidential VM binds it: Azure's HCL report.
    TeeBound(Box<TeeBoundKey>),
}

impl AkEvidence {
    /// It answers no challenge of the caller's.
    pub(super) fn is_undated(&self) -> bool {
        matches!(self, Self::Attested(evidence) if evidence.danger_no_nonce)
    }

    /// It leans on what the caller verified elsewhere.
    pub(super) fn takes_word(&self) -> bool {
        matches!(self, Self::TeeBound(evidence) if evidence.accepted_report_data.is_some())
    }

    /// A chain of certificates leads to it.
    pub(super) fn has_certificate(&self) -> bool {
        match self {
            Self::Activated(evidence) => evidence.ek.certificate.is_some(),
            Self::Attested(evidence) => evidence.signer_chain.is_some(),
            Self::TeeBound(_) => false,
        }
    }
}

/// An endorsement key. With a certificate, `options.roots` must lead to it; without, you pin it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct EndorsementKey {
    /// Its certificate as the TPM's NV memory holds it (hex or base64; a header or padding is taken off), or
    /// PEM.
    #[serde(default)]
    pub certificate: Option<Blob>,
    /// Certificates between it and the root, in order: PEM.
    #[serde(default)]
    pub intermediates: Option<Blob>,
    /// Its public area, so that its attributes are checked: TPM2B_PUBLIC or TPMT_PUBLIC. Needed where there is
    /// no certificate.
    #[serde(default)]
    pub public: Option<Blob>,
}

/// A key that was activated. `ak` of the request is its public area.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ActivatedKey {
    /// The endorsement key.
    pub ek: EndorsementKey,
    /// What you kept when you made the credential.
    pub challenge: KeptChallenge,
    /// What the machine unwrapped: hex.
    pub answer: String,
}

/// What a verifier keeps, secret, between making a credential and its answer. It is good for one answer.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct KeptChallenge {
    /// Fingerprint of the endorsement key: SHA-256 in hex.
    pub ek: String,
    /// Name of the attestation key that was asked about: hex.
    pub ak_name: String,
    /// The secret that was wrapped: hex.
    pub secret: String,
}

impl std::fmt::Debug for KeptChallenge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeptChallenge")
            .field("ek", &self.ek)
            .field("ak_name", &self.ak_name)
            .finish_non_exhaustive()
    }
}

/// A key that another key certified. `ak` of the request is its public area.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AttestedKey {
    /// The certification: TPMS_ATTEST or TPM2B_ATTEST.
    pub certification: Blob,
    /// Its signature: TPMT_SIGNATURE.
    pub signature: Blob,
    /// The public area of the key that signed it, which must be an attestation key itself.
    pub signer: Blob,
    /// The Name that the signer must have: hex.
    #[serde(default)]
    pub signer_name: Option<String>,
    /// Certificate chain of the signer up to one of `options.roots`: PEM. Without it, you pin the signer.
    #[serde(default)]
    pub signer_chain: Option<Blob>,
    /// TPMS_CREATION_DATA or TPM2B_CREATION_DATA of the key, where its creation was certified.
    #[serde(default)]
    pub creation_data: Option<Blob>,
    /// The challenge that you gave out for the certification: hex.
    #[serde(default)]
    pub nonce: Option<String>,
    /// The certification answers no challenge of yours: it may be of any age.
    #[serde(default)]
    pub danger_no_nonce: bool,
}

/// A key that a confidential VM's hardware report binds.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TeeBoundKey {
    /// Azure's HCL report: NV index 0x01400001.
    pub hcl_report: Blob,
    /// The TDX quote over the report's TD report, with what verifies it. It must be accepted.
    #[serde(default)]
    pub tdx: Option<DcapRequest>,
    /// The report data, 64 bytes in hex, of evidence of this machine's hardware that you verified and accepted
    /// elsewhere (for SEV-SNP: of VMPL 0). In place of `tdx`.
    #[serde(default)]
    pub accepted_report_data: Option<String>,
}
