//! What is in a file, without trusting any of it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use veriquote::dcap::{CertificationData, Collateral, PckExtension, Quote, Tee};
use veriquote::encoding::{decode_binary_or_text, decode_der_or_text, has_pem_marker, pem_blocks};
use veriquote::json::{self, Strictness};
use veriquote::measured_boot::{EventLog, Limits, LogKind};
use veriquote::policy::Policy;
use veriquote::x509::{Certificate, Crl};
use veriquote::{Code, Error, Fact, limits};

use crate::claims::{PlatformClaims, ReportClaims, SgxReportClaims};
use crate::dcap_claims::Expiry;
use crate::event_log::{EventClaims, EventLogClaims};
#[cfg(feature = "nvidia")]
use crate::nvgpu::{self, NvgpuView, RimView};
use crate::one_of::OneOf;
use crate::problem::Problem;
use crate::token::{JwkView, TokenBundleView, TokenView, inspect_bundle, inspect_jwks, inspect_token};
use crate::tpm::inspect::{self, ImaListView, TpmAttestView, TpmPcrsView, TpmPublicView, TpmSignatureView};

/// What a file says. Nothing of it was verified.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
#[expect(clippy::large_enum_variant, reason = "there is one of it")]
pub enum Inspection {
    /// A quote.
    Quote(QuoteView),
    /// One certificate or more.
    Certificates {
        /// In the order of the file.
        certificates: Vec<CertificateView>,
    },
    /// A revocation list.
    Crl(CrlView),
    /// A collateral file.
    Collateral(CollateralView),
    /// TCB info as the service serves it.
    TcbInfo(SignedDocumentView),
    /// An enclave's identity as the service serves it.
    EnclaveIdentity(SignedDocumentView),
    /// The numbers of TCB evaluations as the service serves them.
    EvaluationNumbers(SignedDocumentView),
    /// An attestation of a TPM.
    TpmAttest(TpmAttestView),
    /// The public area of a TPM's key.
    TpmPublic(TpmPublicView),
    /// A signature of a TPM.
    TpmSignature(TpmSignatureView),
    /// Values of registers.
    TpmPcrs(TpmPcrsView),
    /// An IMA measurement list.
    ImaList(ImaListView),
    /// An event log.
    EventLog {
        /// Its events.
        events: Vec<EventClaims>,
    },
    /// Evidence of NVIDIA devices.
    #[cfg(feature = "nvidia")]
    NvidiaDevices(NvgpuView),
    /// A reference integrity manifest of NVIDIA.
    #[cfg(feature = "nvidia")]
    NvidiaRim(RimView),
    /// A token.
    Token(TokenView),
    /// A detached bundle of tokens.
    TokenBundle(TokenBundleView),
    /// A JWK set or one JWK.
    Jwks {
        /// Its keys: those that can be used, then those that cannot.
        keys: Vec<JwkView>,
    },
    /// A policy document.
    Policy {
        /// The name that it gives itself.
        name: String,
    },
}

/// A quote.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct QuoteView {
    /// 3, 4 or 5.
    pub version: u16,
    /// The execution environment.
    pub tee: OneOf<Tee>,
    /// Bytes of the file, decoded; what follows the quote is padding.
    pub size: u64,
    /// The report.
    pub report: ReportClaims,
    /// The quoting enclave's report.
    pub qe_report: SgxReportClaims,
    /// Chosen by the quoting enclave; not the PPID.
    pub user_data: String,
    /// Type of the certification data.
    pub certification_type: u16,
    /// The platform, when the quote carries its PCK certificate.
    pub platform: Option<PlatformClaims>,
    /// The certificates that the quote carries.
    pub certificates: Vec<CertificateView>,
}

/// A certificate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CertificateView {
    /// Common name of the subject.
    pub subject: Option<String>,
    /// Common name of the issuer.
    pub issuer: Option<String>,
    /// Serial number.
    pub serial: String,
    /// First moment.
    pub not_before: String,
    /// Last moment.
    pub not_after: String,
    /// May issue certificates.
    pub ca: bool,
    /// The platform, in a PCK certificate.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub platform: Option<PlatformClaims>,
}

/// A revocation list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CrlView {
    /// Common name of the issuer.
    pub issuer: Option<String>,
    /// Number of the list.
    pub number: Option<String>,
    /// When it was issued.
    pub this_update: String,
    /// When it goes stale.
    pub next_update: String,
    /// How many certificates are revoked.
    pub revoked: u64,
}

/// A document that Intel signs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SignedDocumentView {
    /// Its single members, as they are written.
    pub members: Map<String, Value>,
    /// Status, date and advisories of its TCB levels, in the order of the document.
    pub levels: Vec<Value>,
    /// Its signer's chain, where it is beside it.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub issuer_chain: Vec<CertificateView>,
}

/// A collateral file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CollateralView {
    /// When each part goes stale, soonest first.
    pub expiries: Vec<Expiry>,
    /// TCB info.
    pub tcb_info: SignedDocumentView,
    /// The quoting enclave's identity.
    pub qe_identity: SignedDocumentView,
    /// The quote verification enclave's identity.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub qve_identity: Option<SignedDocumentView>,
    /// The list of the PCK authority.
    pub pck_crl: CrlView,
    /// Its issuer's chain.
    pub pck_crl_issuer_chain: Vec<CertificateView>,
    /// The list of the root.
    pub root_ca_crl: CrlView,
    /// The PCK certificate chain, where the file has it.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub pck_certificate_chain: Vec<CertificateView>,
}

/// Says what is in a file, recognised by its content.
///
/// # Errors
/// `input.encoding` for what is none of the known kinds, or the error of the kind that it claims to be.
pub fn inspect(bytes: &[u8]) -> Result<Inspection, Problem> {
    let inspection = recognise(bytes);
    Ok(inspection.map_err(|error| if error.part().is_empty() { error.inside("file") } else { error })?)
}

/// The same as JSON: an [`Inspection`], or `{"error": …}` with a [`Problem`].
#[must_use]
pub fn inspect_json(bytes: &[u8]) -> String {
    match inspect(bytes) {
        Ok(inspection) => serde_json::to_string(&inspection).unwrap_or_default(),
        Err(problem) => problem.refused(),
    }
}

fn recognise(bytes: &[u8]) -> Result<Inspection, Error> {
    if inspect::is_ima(bytes) {
        return ImaListView::of(bytes).map(Inspection::ImaList);
    }
    let trimmed = bytes.trim_ascii();
    if trimmed.first() == Some(&b'{') {
        return json_document(bytes);
    }
    #[cfg(feature = "nvidia")]
    if nvgpu::is_rim(trimmed) {
        return RimView::of(bytes).map(Inspection::NvidiaRim);
    }
    // Evidence is a list of objects, a bundle one of pairs.
    #[cfg(feature = "nvidia")]
    if trimmed.strip_prefix(b"[").is_some_and(|list| list.trim_ascii_start().starts_with(b"{")) {
        return NvgpuView::of_envelope(bytes).map(Inspection::NvidiaDevices);
    }
    if trimmed.first() == Some(&b'[') {
        return inspect_bundle(trimmed).map(Inspection::TokenBundle);
    }
    if veriquote::jwt::looks_like_token(trimmed) {
        return inspect_token(trimmed).map(Inspection::Token);
    }
    if is_der(bytes) {
        return der(bytes);
    }
    if has_pem_marker(bytes) && !bytes.iter().take(16).any(|byte| *byte == 0) {
        return pem(bytes);
    }
    // A report may have no zero among its first bytes, by which other binary data are known.
    #[cfg(feature = "nvidia")]
    if nvgpu::is_report(bytes) {
        return NvgpuView::of_report(bytes).map(Inspection::NvidiaDevices);
    }
    let binary = decode_binary_or_text(bytes)?;
    if is_der(&binary) {
        return der(&binary);
    }
    if binary.starts_with(b"-----BEGIN ") {
        return pem(&binary);
    }
    #[cfg(feature = "nvidia")]
    if nvgpu::is_report(&binary) {
        return NvgpuView::of_report(&binary).map(Inspection::NvidiaDevices);
    }
    if inspect::is_attest(&binary) {
        return TpmAttestView::of(&binary).map(Inspection::TpmAttest);
    }
    if inspect::is_public(&binary) {
        return TpmPublicView::of(&binary).map(Inspection::TpmPublic);
    }
    if let Some(view) = TpmSignatureView::recognise(&binary) {
        return Ok(Inspection::TpmSignature(view));
    }
    if let Some(view) = TpmPcrsView::recognise(&binary) {
        return Ok(Inspection::TpmPcrs(view));
    }
    if inspect::is_ima(&binary) {
        return ImaListView::of(&binary).map(Inspection::ImaList);
    }
    if binary.starts_with(b"CCEL") {
        let fact = Fact::text("problem", "this is the ACPI table that says where the log is, not the log");
        return Err(Error::new(Code::EventLogLayout, "").with(fact));
    }
    if binary.trim_ascii().first() == Some(&b'{') {
        return json_document(&binary);
    }
    const EV_NO_ACTION: [u8; 4] = [3, 0, 0, 0];
    const PCCLIENT_HEADER: &[u8] = b"Spec ID Event03";
    let is_log = binary.get(4..8) == Some(&EV_NO_ACTION)
        && binary.get(32..47).is_some_and(|signature| signature == PCCLIENT_HEADER);
    if is_log {
        let log = EventLog::parse(&binary, LogKind::Ccel, &Limits::default())
            .or_else(|_| EventLog::parse(&binary, LogKind::Tpm, &Limits::default()))?;
        return Ok(Inspection::EventLog { events: EventLogClaims::unauthenticated(&log).events });
    }
    if let Some(log) = sha1_log(&binary) {
        return Ok(Inspection::EventLog { events: EventLogClaims::unauthenticated(&log).events });
    }
    quote(&binary)
}

/// A log of TPM 1.2's form has no header: it is one if it is nothing but events, of which the first is of a
/// known type. Quotes begin with another number than that of a register.
fn sha1_log(binary: &[u8]) -> Option<EventLog<'_>> {
    let log = EventLog::parse(binary, LogKind::Tpm, &Limits::default()).ok()?;
    let first = log.unauthenticated_events().first()?;
    first.unauthenticated_type().name().map(|_| log)
}

/// A DER SEQUENCE in long form: `0` as the first character of text is followed by another character.
fn is_der(bytes: &[u8]) -> bool {
    bytes.first() == Some(&0x30) && bytes.get(1).is_some_and(|length| *length >= 0x80)
}

fn quote(bytes: &[u8]) -> Result<Inspection, Error> {
    let quote = Quote::parse(bytes)?;
    let certification = quote.unauthenticated_certification();
    let certificates = match certification {
        CertificationData::PckChain(pem) | CertificationData::PckLeaf(pem) => {
            certificates(pem).map_err(|error| error.inside("quote.auth_data.certification_data"))?
        }
        _ => Vec::new(),
    };
    let header = quote.unauthenticated_header();
    Ok(Inspection::Quote(QuoteView {
        version: header.version,
        tee: header.tee.into(),
        size: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
        report: ReportClaims::from(quote.unauthenticated_report()),
        qe_report: SgxReportClaims::from(quote.unauthenticated_qe_report()),
        user_data: header.user_data.to_string(),
        certification_type: certification.type_number(),
        platform: certificates.iter().find_map(|certificate| certificate.platform.clone()),
        certificates,
    }))
}

fn pem(text: &[u8]) -> Result<Inspection, Error> {
    let is_crl = text.windows(14).any(|window| window == b"BEGIN X509 CRL");
    if is_crl {
        return crl(text).map(Inspection::Crl);
    }
    Ok(Inspection::Certificates { certificates: certificates(text)? })
}

fn der(der: &[u8]) -> Result<Inspection, Error> {
    match Certificate::parse(der) {
        Ok(certificate) => {
            Ok(Inspection::Certificates { certificates: vec![certificate_view(&certificate)] })
        }
        Err(error) => match Crl::parse(der) {
            Ok(list) => Ok(Inspection::Crl(crl_view(&list))),
            Err(_) => Err(error.inside("certificate")),
        },
    }
}

fn certificates(pem: &[u8]) -> Result<Vec<CertificateView>, Error> {
    pem_blocks(pem, "CERTIFICATE", limits::CERTIFICATES)?
        .iter()
        .enumerate()
        .map(|(number, der)| match Certificate::parse(der) {
            Ok(certificate) => Ok(certificate_view(&certificate)),
            Err(error) => Err(error.inside(&format!("certificate[{number}]"))),
        })
        .collect()
}

pub(crate) fn certificate_view(certificate: &Certificate<'_>) -> CertificateView {
    let platform = PckExtension::unauthenticated_of(certificate).and_then(Result::ok);
    CertificateView {
        subject: certificate.subject_common_name().map(str::to_owned),
        issuer: certificate.issuer_common_name().map(str::to_owned),
        serial: veriquote::bytes::to_hex(certificate.serial()),
        not_before: certificate.validity().not_before.to_string(),
        not_after: certificate.validity().not_after.to_string(),
        ca: certificate.basic_constraints().is_some_and(|constraints| constraints.ca),
        platform: platform.map(|extension| PlatformClaims::new(&extension, None)),
    }
}

fn crl(bytes: &[u8]) -> Result<CrlView, Error> {
    let der = decode_der_or_text(bytes, "X509 CRL")?;
    Ok(crl_view(&Crl::parse(&der)?))
}

fn crl_view(crl: &Crl<'_>) -> CrlView {
    CrlView {
        issuer: crl.issuer_common_name().map(str::to_owned),
        number: crl.crl_number().map(veriquote::bytes::to_hex),
        this_update: crl.this_update().to_string(),
        next_update: crl.next_update().to_string(),
        revoked: u64::try_from(crl.len()).unwrap_or(u64::MAX),
    }
}

fn json_document(text: &[u8]) -> Result<Inspection, Error> {
    let node = json::parse(text, Strictness::DOCUMENT)?;
    let has = |name: &str| node.get(name).is_some();
    if has("tcb_info") {
        return collateral(text);
    }
    if has("keys") || has("kty") {
        return Ok(Inspection::Jwks { keys: inspect_jwks(text)? });
    }
    #[cfg(feature = "nvidia")]
    if nvgpu::is_envelope(&node) {
        return NvgpuView::of_envelope(text).map(Inspection::NvidiaDevices);
    }
    let inner = |name: &str| signed_document(&crate::json::value(node.get(name).unwrap_or(&node)));
    if has("tcbInfo") || (has("tcbLevels") && has("fmspc")) {
        Ok(Inspection::TcbInfo(inner("tcbInfo")))
    } else if has("enclaveIdentity") || (has("tcbLevels") && has("mrsigner")) {
        Ok(Inspection::EnclaveIdentity(inner("enclaveIdentity")))
    } else if has("tcbEvaluationDataNumbers") || has("tcbEvalNumbers") {
        Ok(Inspection::EvaluationNumbers(inner("tcbEvaluationDataNumbers")))
    } else if let Some(view) = TpmPcrsView::recognise_json(text) {
        Ok(Inspection::TpmPcrs(view))
    } else if let Ok(policy) = Policy::from_json(text) {
        Ok(Inspection::Policy { name: policy.name })
    } else {
        Err(unknown(node.offset))
    }
}

fn unknown(offset: usize) -> Error {
    Error::new(Code::InputEncoding, "")
        .at(offset)
        .with(Fact::text("problem", "JSON that is neither collateral nor a body of Intel's service"))
}

fn collateral(text: &[u8]) -> Result<Inspection, Error> {
    let file = Collateral::from_json(text)?;
    let inside = |part: &'static str| move |error: Error| error.inside(part);
    let document = |document: &veriquote::dcap::SignedDocument, part: &'static str| {
        let node = json::parse(document.text.as_bytes(), Strictness::DOCUMENT).map_err(inside(part))?;
        let issuer_chain = certificates(document.issuer_chain.as_bytes()).map_err(inside(part))?;
        Ok::<_, Error>(SignedDocumentView { issuer_chain, ..signed_document(&crate::json::value(&node)) })
    };
    let view = CollateralView {
        expiries: Vec::new(),
        tcb_info: document(&file.tcb_info, "collateral.tcb_info")?,
        qe_identity: document(&file.qe_identity, "collateral.qe_identity")?,
        qve_identity: file
            .qve_identity
            .as_ref()
            .map(|identity| document(identity, "collateral.qve_identity"))
            .transpose()?,
        pck_crl: crl(&file.pck_crl).map_err(inside("collateral.pck_crl"))?,
        pck_crl_issuer_chain: certificates(file.pck_crl_issuer_chain.as_bytes())
            .map_err(inside("collateral.pck_crl_issuer_chain"))?,
        root_ca_crl: crl(&file.root_ca_crl).map_err(inside("collateral.root_ca_crl"))?,
        pck_certificate_chain: match &file.pck_certificate_chain {
            Some(chain) => {
                certificates(chain.as_bytes()).map_err(inside("collateral.pck_certificate_chain"))?
            }
            None => Vec::new(),
        },
    };
    Ok(Inspection::Collateral(CollateralView { expiries: expiries(&view), ..view }))
}

fn expiries(view: &CollateralView) -> Vec<Expiry> {
    let mut all: Vec<Expiry> = Vec::new();
    let mut add = |part: String, at: &str| all.push(Expiry { part, at: at.to_owned() });
    for (part, document) in [
        ("tcb_info", Some(&view.tcb_info)),
        ("qe_identity", Some(&view.qe_identity)),
        ("qve_identity", view.qve_identity.as_ref()),
    ] {
        let Some(document) = document else { continue };
        if let Some(Value::String(at)) = document.members.get("nextUpdate") {
            add(part.to_owned(), at);
        }
        for certificate in &document.issuer_chain {
            add(format!("{part}_issuer_chain: {}", name(certificate)), &certificate.not_after);
        }
    }
    add("pck_crl".to_owned(), &view.pck_crl.next_update);
    add("root_ca_crl".to_owned(), &view.root_ca_crl.next_update);
    for certificate in &view.pck_crl_issuer_chain {
        add(format!("pck_crl_issuer_chain: {}", name(certificate)), &certificate.not_after);
    }
    for certificate in &view.pck_certificate_chain {
        add(format!("pck_certificate_chain: {}", name(certificate)), &certificate.not_after);
    }
    // RFC 3339 in UTC sorts as text.
    all.sort_by(|left, right| left.at.cmp(&right.at));
    all
}

fn name(certificate: &CertificateView) -> &str {
    certificate.subject.as_deref().unwrap_or("certificate")
}

fn signed_document(value: &Value) -> SignedDocumentView {
    let empty = Map::new();
    let all = value.as_object().unwrap_or(&empty);
    let members = all.iter().filter(|(_, value)| !value.is_array() && !value.is_object());
    let list = |name: &str| all.get(name).and_then(Value::as_array).into_iter().flatten();
    let level = |level: &Value| {
        let mut view = Map::new();
        for (name, source) in [("status", "tcbStatus"), ("date", "tcbDate"), ("advisories", "advisoryIDs")] {
            if let Some(value) = level.get(source) {
                view.insert(name.to_owned(), value.clone());
            }
        }
        Value::Object(view)
    };
    let numbers = list("tcbEvalNumbers").cloned();
    SignedDocumentView {
        members: members.map(|(name, value)| (name.clone(), value.clone())).collect(),
        levels: list("tcbLevels").map(level).chain(numbers).collect(),
        issuer_chain: Vec::new(),
    }
}
