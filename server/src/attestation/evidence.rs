//! Evidence documents: what is inside the base64url of a request.

use veriquote::bytes::to_hex;
use veriquote::json::Node;

use super::devices::DeviceEvidence;
use crate::encoding::{NotBase64, from_base64, from_base64url};
use crate::error::{ApiError, Result, ServiceCode};
use crate::http::{Fields, read};

/// The kinds of evidence that the documented service names, and ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tee {
    /// Intel TDX.
    Tdx,
    /// Intel SGX.
    Sgx,
    /// A TPM.
    Tpm,
    /// An NVIDIA GPU.
    NvGpu,
    /// A TDX instance with a GPU.
    AcsTdxNvGpu,
}

impl Tee {
    const ALL: [Self; 5] = [Self::Tdx, Self::Sgx, Self::Tpm, Self::NvGpu, Self::AcsTdxNvGpu];

    /// Its name in requests.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Tdx => "tdx",
            Self::Sgx => "sgx",
            Self::Tpm => "tpm",
            Self::NvGpu => "nvgpu",
            Self::AcsTdxNvGpu => "acstdxnvgpu",
        }
    }

    /// The kind of this name.
    ///
    /// # Errors
    /// `AS.REQUEST.UNSUPPORTED_TEE` for a name that is none.
    pub fn supported(name: &str, field: &str) -> Result<Self> {
        let refused = |detail: String| ApiError::new(ServiceCode::UnsupportedTee, detail).field(field);
        Self::ALL.into_iter().find(|tee| tee.as_str() == name).ok_or_else(|| {
            let known: Vec<&str> = Self::ALL.iter().map(|tee| tee.as_str()).collect();
            refused(format!("this is no kind of evidence; known: {}", known.join(", ")))
        })
    }
}

/// Evidence, read.
#[derive(Clone, Debug)]
pub enum Evidence {
    /// Of an enclave or trust domain.
    Dcap(DcapEvidence),
    /// Of a TPM.
    Tpm(Box<TpmEvidence>),
    /// Of NVIDIA devices, or of a trust domain with them.
    Devices(Box<DeviceEvidence>),
}

impl Evidence {
    /// Reads the document of a kind of evidence.
    ///
    /// # Errors
    /// What is wrong with it: the field names the layer.
    pub fn read(text: &[u8], tee: Tee, field: &str) -> Result<Self> {
        match tee {
            Tee::Tpm => Ok(Self::Tpm(Box::new(TpmEvidence::read(text, field)?))),
            Tee::NvGpu | Tee::AcsTdxNvGpu => {
                Ok(Self::Devices(Box::new(DeviceEvidence::read(text, tee, field)?)))
            }
            Tee::Tdx | Tee::Sgx => Ok(Self::Dcap(DcapEvidence::read(text, tee, field)?)),
        }
    }
}

/// A TPM's quote with what came beside it.
#[derive(Clone, Debug)]
pub struct TpmEvidence {
    /// TPMS_ATTEST or TPM2B_ATTEST.
    pub quote: Vec<u8>,
    /// TPMT_SIGNATURE.
    pub signature: Vec<u8>,
    /// The public area of the attestation key.
    pub ak: Vec<u8>,
    /// Its certificates, its own first: PEM.
    pub ak_chain: Option<String>,
    /// Values of the registers: JSON, or a file of tpm2-tools in hex.
    pub pcrs: String,
    /// The firmware's event log.
    pub event_log: Option<Vec<u8>>,
    /// The kernel's measurement list.
    pub ima_log: Option<Vec<u8>>,
}

/// A quote with what came beside it.
#[derive(Clone, Debug)]
pub struct DcapEvidence {
    /// The quote.
    pub quote: Vec<u8>,
    /// The event log (CCEL) of a trust domain.
    pub event_log: Option<Vec<u8>>,
    /// Collateral that the client brings.
    pub collateral: Option<Vec<u8>>,
    /// The client gave an event log of its attestation agent, which is not verified.
    pub has_agent_log: bool,
}

/// Decodes the base64url of a member.
///
/// # Errors
/// `AS.EVIDENCE.INVALID_ENCODING` naming the layer.
pub fn outer(text: &str, field: &str) -> Result<Vec<u8>> {
    from_base64url(text).map_err(|NotBase64(at)| {
        encoding(field, "the evidence is base64url without padding (RFC 4648, section 5)", at)
    })
}

impl DcapEvidence {
    /// Reads the document of a quote.
    ///
    /// # Errors
    /// What is wrong with it: the field names the layer.
    pub fn read(text: &[u8], tee: Tee, field: &str) -> Result<Self> {
        let node = read(text).map_err(|error| error.inside_evidence(field))?;
        let known: &[&str] = if tee == Tee::Tdx {
            &["quote", "aa_eventlog", "cc_eventlog", "collateral", "gpu_evidence"]
        } else {
            &["quote", "collateral"]
        };
        let fields = Fields::of(&node, field, known)?;
        if fields.get("gpu_evidence").is_some() {
            let detail = "a trust domain with devices is evidence of `acstdxnvgpu`";
            return Err(ApiError::new(ServiceCode::UnsupportedTee, detail)
                .status(axum::http::StatusCode::UNPROCESSABLE_ENTITY)
                .field(fields.path("gpu_evidence")));
        }
        let quote =
            inner(&fields, "quote")?.ok_or_else(|| fields.wrong("quote", "this member is missing"))?;
        Ok(Self {
            quote,
            event_log: inner(&fields, "cc_eventlog")?,
            collateral: fields.get("collateral").map(collateral),
            has_agent_log: fields.text("aa_eventlog")?.is_some_and(|log| !log.is_empty()),
        })
    }
}

impl TpmEvidence {
    /// Reads the document of a TPM's quote.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(text: &[u8], field: &str) -> Result<Self> {
        let node = read(text).map_err(|error| error.inside_evidence(field))?;
        Self::of_node(&node, field, &[])
    }

    /// The same of a document that is read, and that has `others` beside.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn of_node(node: &Node<'_>, field: &str, others: &[&str]) -> Result<Self> {
        let mut known = vec!["quote", "signature", "ak", "ak_chain", "pcrs", "event_log", "ima_log"];
        known.extend(others);
        let fields = Fields::of(node, field, &known)?;
        let required =
            |name: &str| inner(&fields, name)?.ok_or_else(|| fields.wrong(name, "this member is missing"));
        let pcrs = match fields.get("pcrs") {
            Some(node) if node.members().is_some() => Some(node.raw.to_owned()),
            Some(_) => inner(&fields, "pcrs")?.map(|file| to_hex(&file)),
            None => None,
        };
        let pcrs = pcrs.ok_or_else(|| {
            fields.wrong("pcrs", "values of the registers are expected: {\"sha256\": {\"0\": hex, …}}")
        })?;
        Ok(Self {
            quote: required("quote")?,
            signature: required("signature")?,
            ak: required("ak")?,
            ak_chain: fields.text("ak_chain")?.map(str::to_owned),
            pcrs,
            event_log: inner(&fields, "event_log")?,
            ima_log: inner(&fields, "ima_log")?,
        })
    }
}

/// Standard base64 with padding, and nothing else: the two layers differ, and a document that mixes them up
/// is told which.
pub fn inner(fields: &Fields<'_, '_>, name: &str) -> Result<Option<Vec<u8>>> {
    let Some(text) = fields.text(name)? else { return Ok(None) };
    let decoded = from_base64(text).map_err(|NotBase64(at)| {
        encoding(
            &fields.path(name),
            "inside the evidence, bytes are standard base64 with padding (RFC 4648, section 4)",
            at,
        )
    })?;
    Ok(Some(decoded))
}

/// A collateral file: the object, or a string that holds it.
fn collateral(node: &Node<'_>) -> Vec<u8> {
    node.text().unwrap_or(node.raw).as_bytes().to_vec()
}

fn encoding(field: &str, detail: &str, at: Option<usize>) -> ApiError {
    let detail = match at {
        Some(at) => format!("{detail}; it is not at character {at}"),
        None => detail.to_owned(),
    };
    ApiError::new(ServiceCode::InvalidEncoding, detail).field(field)
}
