//! What evidence of devices and reference manifests say, unauthenticated.

use serde::{Deserialize, Serialize};
use veriquote::bytes::to_hex;
use veriquote::json::Node;
use veriquote::nvidia::{
    Architecture, DeviceEvidence, Envelope, Form, Report, RimKind, Trailing, UnauthenticatedRim,
};
use veriquote::{Error, encoding, limits};

use crate::inspect::{CertificateView, certificate_view};
use crate::one_of::OneOf;

/// Evidence of devices.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NvgpuView {
    /// Whose form it is.
    pub form: String,
    /// Whether a quote of the machine stands in the same text.
    pub has_machine: bool,
    /// The devices.
    pub devices: Vec<NvgpuDeviceView>,
}

/// One device's report, and what was announced of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NvgpuDeviceView {
    /// How the collector calls the device.
    pub name: Option<String>,
    /// The announced architecture.
    pub architecture: Option<OneOf<Architecture>>,
    /// The challenge that the report carries.
    pub nonce: String,
    /// How many measurements there are.
    pub measurements: u64,
    /// Fields of the opaque data: each type, and its data in hex.
    pub opaque: Vec<(u16, String)>,
    /// The certificates, leaf first.
    pub certificates: Vec<CertificateView>,
}

/// A reference integrity manifest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RimView {
    /// What it is for.
    pub rim: OneOf<RimKind>,
    /// The product.
    pub product: String,
    /// The version.
    pub version: String,
    /// Indices of the measurements in force.
    pub measurements: Vec<u8>,
    /// The certificates, signer first.
    pub certificates: Vec<CertificateView>,
}

/// Whether binary data begin as a report does.
pub(crate) fn is_report(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x11, 0xe0]) && bytes.get(37..39) == Some(&[0x11, 0x60])
}

/// Whether JSON has a member by which a form of evidence is known.
pub(crate) fn is_envelope(node: &Node<'_>) -> bool {
    Form::recognise(node).is_some()
}

/// Whether text begins as a manifest does.
pub(crate) fn is_rim(text: &[u8]) -> bool {
    text.trim_ascii_start().starts_with(b"<SoftwareIdentity")
}

impl NvgpuView {
    pub(crate) fn of_envelope(text: &[u8]) -> Result<Self, Error> {
        let envelope = Envelope::from_json(text)?;
        let view = |(index, device): (usize, &DeviceEvidence)| {
            NvgpuDeviceView::of(device).map_err(|error| error.inside(&format!("device[{index}]")))
        };
        let devices = envelope.devices.iter().enumerate().map(view).collect::<Result<_, _>>()?;
        Ok(Self { form: envelope.form.as_str().to_owned(), has_machine: envelope.machine.is_some(), devices })
    }

    /// A report without its certificates.
    pub(crate) fn of_report(bytes: &[u8]) -> Result<Self, Error> {
        let device = NvgpuDeviceView::of_report(bytes, None, None, Vec::new())?;
        Ok(Self { form: "report".to_owned(), has_machine: false, devices: vec![device] })
    }
}

impl NvgpuDeviceView {
    fn of(device: &DeviceEvidence) -> Result<Self, Error> {
        let ders = encoding::pem_blocks(&device.chain, "CERTIFICATE", limits::CERTIFICATES);
        let ders = ders.map_err(|error| error.inside("chain"))?;
        let certificates = ders.iter().map(|der| certificate_of(der)).collect::<Result<_, _>>()?;
        let architecture = device.architecture.map(OneOf);
        Self::of_report(&device.report, device.name.clone(), architecture, certificates)
    }

    fn of_report(
        bytes: &[u8],
        name: Option<String>,
        architecture: Option<OneOf<Architecture>>,
        certificates: Vec<CertificateView>,
    ) -> Result<Self, Error> {
        let report = Report::parse(bytes, Trailing::AllowZeros)?;
        let fields = report.unauthenticated_opaque().fields().iter();
        Ok(Self {
            name,
            architecture,
            nonce: to_hex(report.unauthenticated_nonce()),
            measurements: u64::try_from(report.unauthenticated_blocks().len()).unwrap_or(u64::MAX),
            opaque: fields.map(|field| (field.kind, to_hex(field.data))).collect(),
            certificates,
        })
    }
}

fn certificate_of(der: &[u8]) -> Result<CertificateView, Error> {
    veriquote::x509::Certificate::parse(der).map(|certificate| certificate_view(&certificate))
}

impl RimView {
    pub(crate) fn of(xml: &[u8]) -> Result<Self, Error> {
        let rim = UnauthenticatedRim::parse(xml).map_err(|error| error.inside("rim"))?;
        let certificates = rim.certificates.iter().map(|der| certificate_of(der));
        Ok(Self {
            rim: rim.kind.into(),
            product: rim.product.clone(),
            version: rim.version.clone(),
            measurements: rim.measurements.iter().map(|measurement| measurement.index).collect(),
            certificates: certificates.collect::<Result<_, _>>()?,
        })
    }
}
