//! What authentic devices say, as data.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use veriquote::bytes::to_hex;
use veriquote::nvidia::{
    Architecture, CertificateStatus, ClaimValue, Comparison, DeviceClass, DeviceSet, Fields, Form, GpuMode,
    MeasuredDevice, Mismatch, RevocationState, RimKind, TopologyKind,
};

use crate::one_of::OneOf;

/// What GPUs and switches say.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NvgpuClaims {
    /// Whose form the evidence came in.
    pub form: OneOf<Form>,
    /// The mode that the GPUs state.
    pub mode: Option<OneOf<GpuMode>>,
    /// Whether GPUs and switches are wired as one protected machine.
    pub topology: OneOf<TopologyKind>,
    /// The devices, in the order of the evidence.
    pub devices: Vec<NvgpuDeviceClaims>,
    /// The last moment at which every certificate is valid, and every list and answer current.
    pub valid_until: String,
}

/// What one device says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NvgpuDeviceClaims {
    /// How the collector calls the device; not signed.
    pub name: Option<String>,
    /// What it is.
    pub class: OneOf<DeviceClass>,
    /// Its architecture.
    pub architecture: OneOf<Architecture>,
    /// The chip, such as `GH100`.
    pub chip: String,
    /// The driver's version; switches have none.
    pub driver_version: Option<String>,
    /// The VBIOS's version, or the BIOS's of a switch.
    pub vbios_version: String,
    /// Serial number of the attestation key's certificate.
    pub serial: String,
    /// SHA-256 of the attestation key's SubjectPublicKeyInfo.
    pub key_fingerprint: String,
    /// The firmware that the key was certified for.
    pub firmware_id: FirmwareIdClaims,
    /// Every measurement is one of its reference values, and none of the manifests is missing.
    pub measurements_match: bool,
    /// What became of each manifest.
    pub comparisons: Vec<ComparisonClaims>,
    /// Manifests that were not given.
    pub missing: Vec<MissingRim>,
    /// The certificates below the root, the attestation key's first.
    pub certificates: Vec<DeviceCertificate>,
    /// The same in NVIDIA's names, version 3.0.
    pub nvidia: Map<String, Value>,
}

/// The firmware that a device's key was certified for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FirmwareIdClaims {
    /// What the certificate says: SHA-384.
    pub certified: String,
    /// What the report says, which is the same; absent where it says nothing.
    pub stated: Option<String>,
}

/// The measurements of one manifest against those of a device.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ComparisonClaims {
    /// What it is for.
    pub kind: OneOf<RimKind>,
    /// The manifest's version.
    pub version: String,
    /// The first day of its signer's certificate: tells editions apart.
    pub issued: String,
    /// The last moment at which its certificates are valid.
    pub valid_until: String,
    /// SHA-256 of the manifest.
    pub sha256: String,
    /// Indices whose measurement is one of the reference values.
    pub matched: Vec<u8>,
    /// Measurements that are none of them.
    pub mismatches: Vec<MismatchClaims>,
    /// Indices that say nothing in the device's state.
    pub skipped: Vec<u8>,
}

/// A measurement that is none of its reference values.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct MismatchClaims {
    /// Its index in the manifest.
    pub index: u8,
    /// NVIDIA's name for it.
    pub name: String,
    /// What would be right.
    pub expected: Vec<String>,
    /// What the device measured; absent when it did not.
    pub actual: Option<String>,
}

/// A manifest that was not given.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct MissingRim {
    /// What it is for.
    pub kind: OneOf<RimKind>,
    /// Its name at NVIDIA's service, made from what the device signed.
    pub id: Option<String>,
}

/// One certificate of a device.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DeviceCertificate {
    /// Its common name.
    pub subject: String,
    /// Its serial number.
    pub serial: String,
    /// The last moment of its validity.
    pub not_after: String,
    /// What its issuer says; `not_known` where nothing was given.
    pub revocation: OneOf<RevocationState>,
}

impl NvgpuClaims {
    pub(crate) fn of(form: Form, set: &DeviceSet) -> Self {
        let devices = set.devices().iter().zip(set.unauthenticated_names());
        Self {
            form: form.into(),
            mode: set.mode().map(OneOf),
            topology: set.topology().kind().into(),
            devices: devices.map(|(device, name)| NvgpuDeviceClaims::of(device, name.clone())).collect(),
            valid_until: set.window().not_after.to_string(),
        }
    }
}

impl NvgpuDeviceClaims {
    fn of(measured: &MeasuredDevice, name: Option<String>) -> Self {
        let device = measured.device();
        let (driver_version, vbios_version) = match device.fields() {
            Fields::Gpu(gpu) => (Some(gpu.driver_version.clone()), gpu.vbios_version.clone()),
            Fields::Switch(switch) => (None, switch.bios_version.clone()),
        };
        let ids = device.rim_ids().into_iter();
        let missing = ids.filter(|(kind, _)| measured.missing().contains(kind));
        Self {
            name,
            class: measured.class().into(),
            architecture: device.architecture().into(),
            chip: device.chip().to_owned(),
            driver_version,
            vbios_version,
            serial: to_hex(device.serial()),
            key_fingerprint: to_hex(device.key_fingerprint()),
            firmware_id: FirmwareIdClaims {
                certified: device.certified_firmware_id().to_string(),
                stated: device.fields().firmware_id().map(|fwid| fwid.to_string()),
            },
            measurements_match: measured.is_match(),
            comparisons: measured.comparisons().iter().map(ComparisonClaims::from).collect(),
            missing: missing.map(|(kind, id)| MissingRim { kind: kind.into(), id }).collect(),
            certificates: device.certificate_statuses().iter().map(DeviceCertificate::from).collect(),
            nvidia: measured.claims().iter().map(|(name, claim)| (name.clone(), value(claim))).collect(),
        }
    }
}

impl From<&Comparison> for ComparisonClaims {
    fn from(comparison: &Comparison) -> Self {
        Self {
            kind: comparison.kind.into(),
            version: comparison.version.clone(),
            issued: comparison.issued.to_string(),
            valid_until: comparison.window.not_after.to_string(),
            sha256: to_hex(&comparison.digest),
            matched: comparison.matched.clone(),
            mismatches: comparison.mismatches.iter().map(MismatchClaims::from).collect(),
            skipped: comparison.skipped.clone(),
        }
    }
}

impl From<&Mismatch> for MismatchClaims {
    fn from(mismatch: &Mismatch) -> Self {
        Self {
            index: mismatch.index,
            name: mismatch.name.clone(),
            expected: mismatch.expected.iter().map(ToString::to_string).collect(),
            actual: mismatch.actual.as_deref().map(to_hex),
        }
    }
}

impl From<&CertificateStatus> for DeviceCertificate {
    fn from(status: &CertificateStatus) -> Self {
        Self {
            subject: status.subject.clone(),
            serial: to_hex(&status.serial),
            not_after: status.not_after.to_string(),
            revocation: status.state.into(),
        }
    }
}

fn value(claim: &ClaimValue) -> Value {
    match claim {
        ClaimValue::Flag(flag) => Value::from(*flag),
        ClaimValue::Number(number) => Value::from(*number),
        ClaimValue::Text(text) => Value::from(text.clone()),
        ClaimValue::Time(time) => Value::from(time.to_string()),
        ClaimValue::List(items) => items.iter().map(value).collect(),
        ClaimValue::Object(members) => {
            Value::Object(members.iter().map(|(name, claim)| (name.clone(), value(claim))).collect())
        }
        _ => Value::Null,
    }
}
