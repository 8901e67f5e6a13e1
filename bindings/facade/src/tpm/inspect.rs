//! What TPM structures and measurement lists say, unauthenticated.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use veriquote::bytes::to_hex;
use veriquote::crypto::RustCrypto;
use veriquote::measured_boot::ima::ImaList;
use veriquote::tpm::{AlgorithmId, Attest, AttestBody, AttestType, ClaimedPcrs, Name, PublicArea, Signature};
use veriquote::{Error, bytes};

use super::request::ClockReading;
use crate::one_of::OneOf;

/// An attestation of a TPM.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TpmAttestView {
    /// Its type.
    pub attestation: OneOf<AttestType>,
    /// Qualified name of the signer.
    pub qualified_signer: String,
    /// The challenge.
    pub extra_data: String,
    /// Clock and counters.
    pub clock: ClockReading,
    /// Firmware version.
    pub firmware_version: String,
    /// Which registers of which banks a quote covers.
    pub selection: BTreeMap<String, Vec<u8>>,
    /// The digest over their values.
    pub pcr_digest: Option<String>,
}

/// The public area of a key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TpmPublicView {
    /// Kind and size of the key.
    pub key: String,
    /// Its Name.
    pub name: Option<String>,
    /// Its attributes.
    pub attributes: Vec<String>,
    /// The scheme that it is bound to.
    pub scheme: Option<String>,
    /// Digest of the policy that authorises its use.
    pub auth_policy: String,
}

/// A signature in a TPM's own form.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TpmSignatureView {
    /// Scheme and hash, such as `ecdsa-sha256`.
    pub scheme: String,
}

/// Values of registers as they came beside a quote.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TpmPcrsView {
    /// Of which registers of which banks.
    pub registers: BTreeMap<String, Vec<u8>>,
}

/// An IMA measurement list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ImaListView {
    /// How many entries it has.
    pub entries: u64,
    /// Entries that say that a file was changed while it was measured.
    pub violations: u64,
    /// Paths of the first ones.
    pub first_paths: Vec<String>,
}

/// How many paths are shown.
const PATHS: usize = 20;

pub(crate) fn is_attest(bytes: &[u8]) -> bool {
    const MAGIC: &[u8] = b"\xffTCG";
    bytes.starts_with(MAGIC) || bytes.get(2..6) == Some(MAGIC)
}

/// A size that covers exactly the rest, then the type of an RSA or ECC key; or the type alone.
pub(crate) fn is_public(bytes: &[u8]) -> bool {
    let size = bytes.first_chunk().map(|size| usize::from(u16::from_be_bytes(*size)));
    let is_sized = size.and_then(|size| size.checked_add(2)) == Some(bytes.len());
    let kind = if is_sized { bytes.get(2..4) } else { bytes.get(..2) };
    matches!(kind, Some([0, 1 | 0x23])) && PublicArea::parse(bytes).is_ok()
}

/// An entry of PCR 10 whose template has a name that begins like IMA's own.
pub(crate) fn is_ima(bytes: &[u8]) -> bool {
    let is_text = bytes.starts_with(b"10 ")
        && bytes.iter().take(64).all(|byte| byte.is_ascii_graphic() || *byte == b' ');
    let is_binary = bytes.starts_with(&[10, 0, 0, 0])
        && bytes.get(..100.min(bytes.len())).is_some_and(|head| head.windows(3).any(|it| it == b"ima"));
    is_text || is_binary
}

impl TpmAttestView {
    pub(crate) fn of(bytes: &[u8]) -> Result<Self, Error> {
        let attest = Attest::parse(bytes)?;
        let clock = attest.unauthenticated_clock();
        let mut selection: BTreeMap<String, Vec<u8>> = BTreeMap::new();
        let mut pcr_digest = None;
        if let AttestBody::Quote { selection: selected, digest } = attest.unauthenticated_body() {
            for (bank, index) in selected.iter() {
                selection.entry(bank.to_string()).or_default().push(index);
            }
            pcr_digest = Some(to_hex(digest));
        }
        Ok(Self {
            attestation: attest.unauthenticated_type().into(),
            qualified_signer: to_hex(attest.unauthenticated_qualified_signer()),
            extra_data: to_hex(attest.unauthenticated_extra_data()),
            clock: ClockReading {
                clock: clock.clock,
                reset_count: clock.reset_count,
                restart_count: clock.restart_count,
                safe: clock.safe,
            },
            firmware_version: format!("{:016x}", attest.unauthenticated_firmware_version()),
            selection,
            pcr_digest,
        })
    }
}

impl TpmSignatureView {
    /// `None` for what is no whole TPMT_SIGNATURE; nothing else names its scheme first.
    pub(crate) fn recognise(bytes: &[u8]) -> Option<Self> {
        let signature = Signature::parse(bytes).ok()?;
        Some(Self { scheme: signature.scheme().to_string() })
    }
}

impl TpmPcrsView {
    /// `None` for what is no whole file of tpm2-tools. Bare values say nothing of themselves.
    pub(crate) fn recognise(bytes: &[u8]) -> Option<Self> {
        let claimed = ClaimedPcrs::from_serialized(bytes).or_else(|_| ClaimedPcrs::from_marshaled(bytes));
        Self::of(&claimed.ok()?)
    }

    /// `None` for what is no JSON of banks and registers.
    pub(crate) fn recognise_json(text: &[u8]) -> Option<Self> {
        Self::of(&super::verify::json_values(text).ok()?)
    }

    fn of(claimed: &ClaimedPcrs) -> Option<Self> {
        let mut registers: BTreeMap<String, Vec<u8>> = BTreeMap::new();
        for (bank, index, _) in claimed.unauthenticated_iter() {
            registers.entry(AlgorithmId::from(bank).to_string()).or_default().push(index);
        }
        (!registers.is_empty()).then_some(Self { registers })
    }
}

impl TpmPublicView {
    pub(crate) fn of(bytes: &[u8]) -> Result<Self, Error> {
        let area = PublicArea::parse(bytes)?;
        Ok(Self {
            key: area.key().kind().to_string(),
            name: Name::of(&area, &RustCrypto).ok().map(|name| name.to_string()),
            attributes: area.attributes().names().map(str::to_owned).collect(),
            scheme: area.scheme().map(|scheme| scheme.to_string()),
            auth_policy: bytes::to_hex(area.auth_policy()),
        })
    }
}

impl ImaListView {
    pub(crate) fn of(bytes: &[u8]) -> Result<Self, Error> {
        let list = ImaList::detect(bytes)?;
        let mut view = Self { entries: 0, violations: 0, first_paths: Vec::new() };
        let mut entries = list.unauthenticated_entries();
        while let Some(entry) = entries.next()? {
            view.entries += 1;
            view.violations += u64::from(entry.is_violation());
            if view.first_paths.len() < PATHS {
                let path = entry.unauthenticated_path().unwrap_or_default();
                view.first_paths.push(String::from_utf8_lossy(path).into_owned());
            }
        }
        Ok(view)
    }
}
