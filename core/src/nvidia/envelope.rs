//! The JSON in which evidence of NVIDIA devices travels: every producer has its own.
//!
//! Nothing here is authentic. What stands beside reports and certificates (nonces, versions, architectures) is
//! kept as what was announced, to be held against what was signed.

use alloc::borrow::Cow;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use super::device::Architecture;
use super::evidence::{Announced, Evidence, Expectations};
use super::revocation::Revocation;
use super::spdm::Trailing;
use crate::bytes::from_hex;
use crate::encoding::{decode_binary_or_text, has_pem_marker};
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::json::{self, Node, Strictness, Value};
use crate::limits;
use crate::named::named;

named! {
    /// Whose form it is.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    #[non_exhaustive]
    pub enum Form {
        /// `[{"arch", "nonce", "evidence", "certificate"}]`: NVIDIA's `nvattest` and its SDK in C++.
        Nvattest = "nvattest",
        /// `{"nonce", "arch", "evidence_list": […]}`: a request to NVIDIA's service, also of its SDK in Python.
        NrasRequest = "nras_request",
        /// `{"device_evidence_list": […]}`: Confidential Containers.
        Trustee = "trustee",
        /// `{"quote", "cc_eventlog", "gpu_evidence": {"evidence_list": […]}}`: Alibaba Cloud's open tools.
        Alibaba = "alibaba",
        /// `{"nvgpu": {…}, "tdx": {…}}`: Intel Trust Authority.
        IntelTrustAuthority = "intel_trust_authority",
        /// `{"intel_quote", "nvidia_payload": "…"}`: Phala Network, NEAR AI.
        Phala = "phala",
        /// `{"spt" | "mpt" | "ppcie": …}`: Google Cloud Attestation.
        Google = "google",
        /// `{"devices": [{"evidence_b64", "cert_chain_b64"}]}`: `attestation-rs`.
        AttestationRs = "attestation_rs",
        /// `{"report", "certificate_chain"}`: one device, in our own words.
        Plain = "plain",
    }
}

impl Form {
    /// The form of evidence in JSON, by its members; `None` when it is none, or could be two.
    #[must_use]
    pub fn recognise(node: &Node<'_>) -> Option<Self> {
        form_of(node).ok()
    }
}

/// Evidence of one or more devices, and what came with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// Whose form it was.
    pub form: Form,
    /// The devices, in the order of the text; never none.
    pub devices: Vec<DeviceEvidence>,
    /// Evidence of the machine that stands in the same text.
    pub machine: Option<MachineEvidence>,
}

/// One device's evidence, and what was announced of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeviceEvidence {
    /// How the collector calls the device.
    pub name: Option<String>,
    /// The announced architecture.
    pub architecture: Option<Architecture>,
    /// The announced nonce.
    pub nonce: Option<Vec<u8>>,
    /// The announced version of the driver.
    pub driver_version: Option<String>,
    /// The announced version of the VBIOS.
    pub vbios_version: Option<String>,
    /// The report.
    pub report: Vec<u8>,
    /// The certificates, in PEM.
    pub chain: Vec<u8>,
}

/// Evidence of a machine that travels with that of its devices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MachineEvidence {
    /// A quote of an enclave or trust domain.
    pub quote: Vec<u8>,
    /// Its event log.
    pub event_log: Option<Vec<u8>>,
    /// What the report data binds beside the challenge.
    pub runtime_data: Option<Vec<u8>>,
}

impl DeviceEvidence {
    /// Parses report and certificates.
    ///
    /// # Errors
    /// Those of [`Evidence::parse`].
    pub fn parse(&self, trailing: Trailing) -> Result<Evidence<'_>, Error> {
        Evidence::parse(&self.report, &self.chain, trailing)
    }

    /// A challenge together with what was announced of the device.
    #[must_use]
    pub fn expectations<'e>(&'e self, nonce: [u8; 32], revocation: &'e Revocation<'e>) -> Expectations<'e> {
        let announced = Announced {
            architecture: self.architecture,
            nonce: self.nonce.as_deref(),
            driver_version: self.driver_version.as_deref(),
            vbios_version: self.vbios_version.as_deref(),
        };
        Expectations { nonce, announced, revocation }
    }
}

impl Envelope {
    /// Reads evidence in any of the forms, recognised by their members.
    ///
    /// # Errors
    /// `nvidia.evidence.form`, `nvidia.evidence.empty`, `misuse.options` for evidence of a machine where the form
    /// has no place for it, `limit.size`, `limit.count`, `input.encoding`, those of JSON.
    pub fn from_json(text: &[u8]) -> Result<Self, Error> {
        let read = || {
            if text.len() > limits::NVIDIA_EVIDENCE_BYTES {
                return Err(Error::new(Code::LimitSize, "")
                    .with(Fact::count("size", text.len()))
                    .with(Fact::count("limit", limits::NVIDIA_EVIDENCE_BYTES)));
            }
            let node = json::parse(text, Strictness::DOCUMENT)?;
            Self::read(&node)
        };
        read().map_err(|error| error.inside("evidence"))
    }

    fn read(node: &Node<'_>) -> Result<Self, Error> {
        let form = form_of(node)?;
        let own = match form {
            Form::Alibaba => "quote",
            Form::IntelTrustAuthority => "tdx",
            Form::Phala => "intel_quote",
            _ => "",
        };
        // Whoever put it there took it for verified.
        if let Some(other) = MACHINES.iter().find(|name| **name != own && stated(node, name).is_some()) {
            return Err(Error::new(Code::MisuseOptions, "")
                .at(node.offset)
                .with(Fact::text("problem", "evidence of a machine in a form of devices alone"))
                .with(Fact::text("member", other)));
        }
        let mut machine = None;
        let devices = match form {
            Form::Nvattest => devices(node, &[], &NVATTEST)?,
            Form::NrasRequest => devices(member(node, "evidence_list")?, &[node], &NVATTEST)?,
            Form::Trustee => devices(member(node, "device_evidence_list")?, &[], &NVATTEST)?,
            Form::Alibaba => {
                machine =
                    stated(node, "quote").map(|_| machine_of(node, "quote", "cc_eventlog")).transpose()?;
                let gpus = member(node, "gpu_evidence")?;
                devices(member(gpus, "evidence_list")?, &[], &ALIBABA)?
            }
            Form::IntelTrustAuthority => {
                if let Some(tdx) = stated(node, "tdx") {
                    machine = Some(machine_of(tdx, "quote", "event_log")?);
                }
                let gpus = member(node, "nvgpu")?;
                let list = stated(gpus, "evidence_list").unwrap_or(gpus);
                devices(list, &[gpus], &TRUST_AUTHORITY)?
            }
            Form::Phala => {
                if stated(node, "intel_quote").is_some() {
                    machine = Some(machine_of(node, "intel_quote", "event_log")?);
                }
                let payload = member(node, "nvidia_payload")?;
                let text = payload.text().ok_or_else(|| bad(payload, "a string that holds JSON"))?;
                let inner = json::parse(text.as_bytes(), Strictness::DOCUMENT);
                let inner = inner.map_err(|error| error.inside("nvidia_payload"))?;
                let list = member(&inner, "evidence_list").map_err(|error| error.inside("nvidia_payload"))?;
                devices(list, &[&inner], &NVATTEST).map_err(|error| error.inside("nvidia_payload"))?
            }
            Form::Google => google(node)?,
            Form::AttestationRs => {
                let holder = stated(node, "evidence").unwrap_or(node);
                devices(member(holder, "devices")?, &[], &ATTESTATION_RS)?
            }
            Form::Plain => {
                let names = if stated(node, "report").is_some() { &PLAIN } else { &NVATTEST };
                devices(node, &[], names)?
            }
        };
        if devices.is_empty() {
            return Err(Error::new(Code::NvidiaEvidenceEmpty, "").at(node.offset));
        }
        Ok(Self { form, devices, machine })
    }
}

/// How a form calls what is known of a device.
struct Names {
    report: &'static str,
    chain: &'static str,
    name: &'static str,
    architecture: &'static str,
    nonce: &'static str,
}

const NVATTEST: Names =
    Names { report: "evidence", chain: "certificate", name: "uuid", architecture: "arch", nonce: "nonce" };
const PLAIN: Names = Names { report: "report", chain: "certificate_chain", ..NVATTEST };
const ALIBABA: Names = Names { report: "attestation_report", ..NVATTEST };
const TRUST_AUTHORITY: Names = Names { nonce: "gpu_nonce", ..NVATTEST };
const ATTESTATION_RS: Names = Names { report: "evidence_b64", chain: "cert_chain_b64", ..NVATTEST };
const GOOGLE: Names = Names {
    report: "attestation_report",
    chain: "attestation_certificate_chain",
    architecture: "gpu_architecture_type",
    ..NVATTEST
};

/// Members by which forms are told apart: one of a text's members must be among them, and of one form.
const MARKS: [(&str, Form); 14] = [
    ("nvidia_payload", Form::Phala),
    ("nvgpu", Form::IntelTrustAuthority),
    ("gpu_evidence", Form::Alibaba),
    ("device_evidence_list", Form::Trustee),
    ("nvidia_report", Form::Google),
    ("device_reports", Form::Google),
    ("spt", Form::Google),
    ("mpt", Form::Google),
    ("ppcie", Form::Google),
    ("devices", Form::AttestationRs),
    ("platform", Form::AttestationRs),
    ("evidence_list", Form::NrasRequest),
    ("report", Form::Plain),
    ("certificate", Form::Plain),
];

/// Members by which a text holds evidence of a machine.
pub(crate) const MACHINES: [&str; 3] = ["quote", "tdx", "intel_quote"];

fn form_of(node: &Node<'_>) -> Result<Form, Error> {
    if node.items().is_some() {
        return Ok(Form::Nvattest);
    }
    let mut found = MARKS.iter().filter(|(name, _)| stated(node, name).is_some()).map(|(_, form)| *form);
    let form = found.next().ok_or_else(|| bad(node, "evidence in a form that is known"))?;
    if found.any(|other| other != form) {
        return Err(bad(node, "evidence in one form, and not in two"));
    }
    Ok(form)
}

/// The devices of an array, or the one of an object. `around` are objects that speak of every device.
fn devices(list: &Node<'_>, around: &[&Node<'_>], names: &Names) -> Result<Vec<DeviceEvidence>, Error> {
    let items = list.items().unwrap_or(core::slice::from_ref(list));
    if items.len() > limits::NVIDIA_DEVICES {
        return Err(Error::new(Code::LimitCount, "")
            .at(list.offset)
            .with(Fact::count("limit", limits::NVIDIA_DEVICES)));
    }
    let device = |(index, node): (usize, &Node<'_>)| {
        device(node, around, names).map_err(|error| error.inside(&alloc::format!("device[{index}]")))
    };
    items.iter().enumerate().map(device).collect()
}

fn device(node: &Node<'_>, around: &[&Node<'_>], names: &Names) -> Result<DeviceEvidence, Error> {
    let of_all = |name| stated(node, name).or_else(|| around.iter().find_map(|outer| stated(outer, name)));
    let text = |node: &Node<'_>| node.text().map(str::to_string).ok_or_else(|| bad(node, "a string"));
    let architecture = of_all(names.architecture).map(architecture).transpose()?.flatten();
    let nonce = of_all(names.nonce).map(|node| {
        let digits = node.text().map(|text| text.strip_prefix("0x").unwrap_or(text));
        digits.and_then(|digits| from_hex(digits.as_bytes()).ok()).ok_or_else(|| bad(node, "hex"))
    });
    Ok(DeviceEvidence {
        name: stated(node, names.name).map(text).transpose()?,
        architecture,
        nonce: nonce.transpose()?,
        driver_version: stated(node, "driver_version").map(text).transpose()?,
        vbios_version: stated(node, "vbios_version").map(text).transpose()?,
        report: report_of(member(node, names.report)?).map_err(|error| error.inside(names.report))?,
        chain: chain_of(member(node, names.chain)?).map_err(|error| error.inside(names.chain))?,
    })
}

/// `HOPPER`, or `GPU_ARCHITECTURE_TYPE_HOPPER` and its number at Google; a name that is not known is not what
/// any device is.
fn architecture(node: &Node<'_>) -> Result<Option<Architecture>, Error> {
    let unknown = || {
        Error::new(Code::NvidiaArch, "arch")
            .at(node.offset)
            .with(Fact::string("actual", node.raw.chars().take(64).collect()))
    };
    match (node.text(), node.unsigned()) {
        (Some("GPU_ARCHITECTURE_UNSPECIFIED" | "GPU_ARCHITECTURE_TYPE_UNSPECIFIED" | ""), _)
        | (None, Some(0)) => Ok(None),
        (Some(name), _) => {
            let short = ["GPU_ARCHITECTURE_TYPE_", "GPU_ARCHITECTURE_"]
                .into_iter()
                .find_map(|prefix| name.strip_prefix(prefix));
            Architecture::in_any_case(short.unwrap_or(name)).map(Some).ok_or_else(unknown)
        }
        (None, Some(8)) => Ok(Some(Architecture::Hopper)),
        (None, Some(10)) => Ok(Some(Architecture::Blackwell)),
        _ => Err(unknown()),
    }
}

/// `{"spt": {"gpu_quote": …}}`, `{"mpt": {"gpu_quotes": […]}}`, `{"ppcie": {"gpu_quotes": […],
/// "switch_quotes": […]}}`, alone or inside `nvidia_report`, alone or in `device_reports`.
fn google(node: &Node<'_>) -> Result<Vec<DeviceEvidence>, Error> {
    let mut reports = Vec::new();
    match stated(node, "device_reports") {
        Some(list) => reports.extend(list.items().ok_or_else(|| bad(list, "an array"))?),
        None => reports.push(node),
    }
    let mut found = Vec::new();
    for report in reports {
        let report = stated(report, "nvidia_report").unwrap_or(report);
        let features: Vec<_> =
            ["spt", "mpt", "ppcie"].iter().filter_map(|name| stated(report, name)).collect();
        let [feature] = features.as_slice() else {
            return Err(bad(report, "one of spt, mpt and ppcie"));
        };
        let lists = ["gpu_quote", "gpu_quotes", "switch_quotes"].map(|name| stated(feature, name));
        for list in lists.into_iter().flatten() {
            found.extend(devices(list, &[], &GOOGLE)?);
        }
        if found.len() > limits::NVIDIA_DEVICES {
            return Err(Error::new(Code::LimitCount, "").at(feature.offset));
        }
    }
    Ok(found)
}

fn machine_of(node: &Node<'_>, quote: &'static str, log: &'static str) -> Result<MachineEvidence, Error> {
    let bytes = |name| {
        stated(node, name)
            .map(|node| {
                let text = node.text().ok_or_else(|| bad(node, "a string"))?;
                decode_binary_or_text(text.as_bytes()).map(Cow::into_owned)
            })
            .transpose()
            .map_err(|error: Error| error.inside(name))
    };
    let event_log = stated(node, log).and_then(Node::text).map(|text| text.as_bytes().to_vec());
    Ok(MachineEvidence {
        quote: bytes(quote)?.ok_or_else(|| missing(node, quote))?,
        event_log,
        runtime_data: bytes("runtime_data")?,
    })
}

/// Hex, base64, or base64 of hex, as an older form of Intel Trust Authority has it.
fn report_of(node: &Node<'_>) -> Result<Vec<u8>, Error> {
    let text = node.text().ok_or_else(|| bad(node, "a string"))?;
    let bytes = decode_binary_or_text(text.as_bytes())?.into_owned();
    if !bytes.is_empty() && bytes.iter().all(u8::is_ascii_hexdigit) {
        return from_hex(&bytes).map_err(|at| Error::new(Code::InputEncoding, "").at(at));
    }
    Ok(bytes)
}

/// PEM, or base64 of PEM.
fn chain_of(node: &Node<'_>) -> Result<Vec<u8>, Error> {
    let text = node.text().ok_or_else(|| bad(node, "a string"))?;
    if has_pem_marker(text.as_bytes()) {
        return Ok(text.as_bytes().to_vec());
    }
    let decoded = decode_binary_or_text(text.as_bytes())?.into_owned();
    if has_pem_marker(&decoded) { Ok(decoded) } else { Err(bad(node, "certificates in PEM")) }
}

/// A member that is there and not `null`.
fn stated<'n, 'a>(node: &'n Node<'a>, name: &str) -> Option<&'n Node<'a>> {
    node.get(name).filter(|member| member.value != Value::Null)
}

fn member<'n, 'a>(node: &'n Node<'a>, name: &'static str) -> Result<&'n Node<'a>, Error> {
    stated(node, name).ok_or_else(|| missing(node, name))
}

fn missing(node: &Node<'_>, name: &'static str) -> Error {
    Error::new(Code::NvidiaEvidenceForm, name).at(node.offset).with(Fact::text("problem", "missing"))
}

fn bad(node: &Node<'_>, expected: &'static str) -> Error {
    Error::new(Code::NvidiaEvidenceForm, "").at(node.offset).with(Fact::text("expected", expected))
}
