//! Quotes of versions 3, 4 and 5: borrowed, checked for their layout, not authentic.
//!
//! A quote is `header ‖ body ‖ auth_data_len u32 ‖ auth_data`; version 5 puts a descriptor (type u16,
//! size u32) before the body. Bytes after the authentication data are not part of the quote: real
//! quotes carry padding there, no signature covers it, and it is ignored and never shown.

use crate::bytes::Bytes;
use crate::check::{Check, Failure, Outcome, Trace};
use crate::dcap::certification::CertificationData;
use crate::dcap::checks;
use crate::dcap::report::{Report, SgxReport, TdBody, TdReport};
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::limits;
use crate::named::named;
use crate::reader::{Reader, length};

named! {
    /// Which TEE a quote or a piece of collateral is for.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Tee {
        /// Software Guard Extensions: an enclave.
        Sgx = "sgx",
        /// Trust Domain Extensions: a virtual machine.
        Tdx = "tdx",
    }
}

/// The 48 bytes at the start of every quote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// 3, 4 or 5.
    pub version: u16,
    /// Which TEE made the report.
    pub tee: Tee,
    /// Bytes 8 to 12: QE SVN and PCE SVN in version 3, reserved since. Nothing is decided by them.
    pub reserved: Bytes<4>,
    /// Intel's quoting enclaves have 939a7233-f79c-4ca9-940a-0db3957f0607.
    pub qe_vendor_id: Bytes<16>,
    /// Chosen by the quoting enclave; its first 16 bytes are the QE id. This is not the PPID.
    pub user_data: Bytes<20>,
}

/// A parsed quote. Nothing in it is authentic before [`crate::dcap::PreparedCollateral::authenticate`].
#[derive(Clone, Debug)]
pub struct Quote<'a> {
    pub(crate) header: Header,
    pub(crate) report: Report,
    /// Header, descriptor and body: what the attestation key signs.
    pub(crate) signed: &'a [u8],
    pub(crate) signature: &'a [u8; 64],
    pub(crate) attestation_key: &'a [u8; 64],
    /// Where it stands.
    pub(crate) attestation_key_offset: usize,
    pub(crate) qe_report_bytes: &'a [u8],
    pub(crate) qe_report: SgxReport,
    pub(crate) qe_report_signature: &'a [u8; 64],
    pub(crate) qe_auth_data: &'a [u8],
    pub(crate) certification: CertificationData<'a>,
    /// QE report, its signature, authentication data and certification data: what belongs to the platform,
    /// beside the attestation key, and not to this report.
    pub(crate) qe_certification: &'a [u8],
}

/// Intel's quoting enclave vendor.
const INTEL_QE_VENDOR: [u8; 16] =
    [0x93, 0x9a, 0x72, 0x33, 0xf7, 0x9c, 0x4c, 0xa9, 0x94, 0x0a, 0x0d, 0xb3, 0x95, 0x7f, 0x06, 0x07];

const ATTESTATION_KEY_ECDSA_P256: u16 = 2;
/// Bytes of the quote's signature, which the attestation key follows.
const SIGNATURE: usize = 64;
const TEE_TYPE_SGX: u32 = 0;
const TEE_TYPE_TDX: u32 = 0x81;

impl<'a> Quote<'a> {
    /// Parses a quote of version 3 (SGX), 4 (SGX, TDX 1.0) or 5 (SGX, TDX 1.0, TDX 1.5).
    ///
    /// # Errors
    /// `input.truncated`, `dcap.quote.layout`, `dcap.quote.version`, `dcap.quote.tee`,
    /// `dcap.key_type`, `dcap.qe_vendor`, `dcap.certification_type`, `limit.size`; the part is a path
    /// below `quote`, the offset counts from the first byte of the quote.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Error> {
        Self::read(bytes).map_err(|error| error.inside("quote"))
    }

    /// The same, with the ledger's line of it.
    ///
    /// # Errors
    /// As [`parse`](Self::parse).
    pub fn parse_recorded(bytes: &'a [u8]) -> Result<Self, Failure> {
        Self::parse(bytes).map_err(|error| {
            let mut trace = Trace::default();
            trace.failed(checks::QUOTE_LAYOUT, &error);
            trace.fail(error)
        })
    }

    /// The ledger's line of a quote that parsed.
    pub(crate) fn layout(&self) -> Check {
        let facts = alloc::vec![
            Fact::number("version", self.header.version.into()),
            Fact::text("tee", self.header.tee.as_str()),
        ];
        Check { rule: checks::QUOTE_LAYOUT, outcome: Outcome::Passed, facts }
    }

    fn read(bytes: &'a [u8]) -> Result<Self, Error> {
        if bytes.len() > limits::QUOTE_BYTES {
            return Err(Error::new(Code::LimitSize, "")
                .at(limits::QUOTE_BYTES)
                .with(Fact::count("size", bytes.len()))
                .with(Fact::count("maximum", limits::QUOTE_BYTES)));
        }
        let mut r = Reader::new(bytes);
        let header = read_header(&mut r).map_err(|error| error.inside("header"))?;
        let report = read_body(&mut r, &header).map_err(|error| error.inside("body"))?;
        let signed = bytes.get(..r.offset()).unwrap_or_default();
        let auth_len = length(r.u32_le("auth_data_len")?);
        let auth = r.sub(auth_len, "auth_data")?;
        let attestation_key_offset = auth.offset().saturating_add(SIGNATURE);
        let auth = if header.version == 3 { read_auth_v3(auth) } else { read_auth_v4(auth) }
            .map_err(|error| error.inside("auth_data"))?;
        Ok(Self {
            header,
            report,
            signed,
            signature: auth.signature,
            attestation_key: auth.attestation_key,
            attestation_key_offset,
            qe_report_bytes: auth.qe.report_bytes,
            qe_report: auth.qe.report,
            qe_report_signature: auth.qe.signature,
            qe_auth_data: auth.qe.auth_data,
            certification: auth.qe.certification,
            qe_certification: auth.qe.bytes,
        })
    }

    /// The header, not authentic.
    #[must_use]
    pub const fn unauthenticated_header(&self) -> &Header {
        &self.header
    }

    /// The report, not authentic.
    #[must_use]
    pub const fn unauthenticated_report(&self) -> &Report {
        &self.report
    }

    /// The quoting enclave's report, not authentic.
    #[must_use]
    pub const fn unauthenticated_qe_report(&self) -> &SgxReport {
        &self.qe_report
    }

    /// The authentication data that the quoting enclave's report binds, not authentic.
    #[must_use]
    pub const fn unauthenticated_qe_auth_data(&self) -> &'a [u8] {
        self.qe_auth_data
    }

    /// How the quote says that its quoting enclave is certified, not authentic.
    #[must_use]
    pub const fn unauthenticated_certification(&self) -> &CertificationData<'a> {
        &self.certification
    }

    /// Which TEE the quote is for. Also unauthenticated; needed to choose collateral.
    #[must_use]
    pub const fn unauthenticated_tee(&self) -> Tee {
        self.header.tee
    }
}

fn read_header(r: &mut Reader<'_>) -> Result<Header, Error> {
    let version = r.u16_le("version")?;
    if !(3..=5).contains(&version) {
        return Err(Error::new(Code::DcapQuoteVersion, "version")
            .at(0)
            .with(Fact::number("actual", version.into())));
    }
    let key_type = r.u16_le("attestation_key_type")?;
    if key_type != ATTESTATION_KEY_ECDSA_P256 {
        return Err(Error::new(Code::DcapKeyType, "attestation_key_type")
            .at(2)
            .with(Fact::number("expected", ATTESTATION_KEY_ECDSA_P256.into()))
            .with(Fact::number("actual", key_type.into())));
    }
    let tee_type = r.u32_le("tee_type")?;
    let tee = match (version, tee_type) {
        (_, TEE_TYPE_SGX) => Tee::Sgx,
        (4 | 5, TEE_TYPE_TDX) => Tee::Tdx,
        _ => {
            return Err(Error::new(Code::DcapQuoteTee, "tee_type")
                .at(4)
                .with(Fact::number("actual", tee_type.into())));
        }
    };
    let reserved = Bytes(r.array("reserved")?);
    let qe_vendor_id = Bytes(r.array("qe_vendor_id")?);
    if qe_vendor_id.0 != INTEL_QE_VENDOR {
        return Err(Error::new(Code::DcapQeVendor, "qe_vendor_id")
            .at(12)
            .with(Fact::bytes("expected", INTEL_QE_VENDOR))
            .with(Fact::bytes("actual", qe_vendor_id.0)));
    }
    let user_data = Bytes(r.array("user_data")?);
    Ok(Header { version, tee, reserved, qe_vendor_id, user_data })
}

fn read_body(r: &mut Reader<'_>, header: &Header) -> Result<Report, Error> {
    let kind = if header.version == 5 { read_descriptor(r, header.tee)? } else { body_of(header.tee) };
    match kind {
        BodyKind::Sgx => SgxReport::read(r).map(Report::Sgx),
        BodyKind::Td(body) => TdReport::read(r, body).map(Report::Td),
    }
}

#[derive(Clone, Copy)]
enum BodyKind {
    Sgx,
    Td(TdBody),
}

const fn body_of(tee: Tee) -> BodyKind {
    match tee {
        Tee::Sgx => BodyKind::Sgx,
        Tee::Tdx => BodyKind::Td(TdBody::V10),
    }
}

/// Version 5: `body_type u16 ‖ body_size u32`; the size must be exactly that of the type.
fn read_descriptor(r: &mut Reader<'_>, tee: Tee) -> Result<BodyKind, Error> {
    let at = r.offset();
    let body_type = r.u16_le("type")?;
    let (kind, expected) = match (tee, body_type) {
        (Tee::Sgx, 1) => (BodyKind::Sgx, SgxReport::LEN),
        (Tee::Tdx, 2) => (BodyKind::Td(TdBody::V10), TdReport::LEN),
        (Tee::Tdx, 3) => (BodyKind::Td(TdBody::V15), TdReport::LEN_15),
        (Tee::Tdx, 4) => (BodyKind::Td(TdBody::V15Extended), TdReport::LEN_15_EXTENDED),
        _ => {
            return Err(Error::new(Code::DcapQuoteTee, "type")
                .at(at)
                .with(Fact::text("tee", tee.as_str()))
                .with(Fact::number("actual", body_type.into())));
        }
    };
    let at = r.offset();
    let size = length(r.u32_le("size")?);
    if size != expected {
        return Err(Error::new(Code::DcapQuoteLayout, "size")
            .at(at)
            .with(Fact::count("expected", expected))
            .with(Fact::count("actual", size)));
    }
    Ok(kind)
}

struct Auth<'a> {
    signature: &'a [u8; 64],
    attestation_key: &'a [u8; 64],
    qe: QeCertification<'a>,
}

struct QeCertification<'a> {
    bytes: &'a [u8],
    report_bytes: &'a [u8],
    report: SgxReport,
    signature: &'a [u8; 64],
    auth_data: &'a [u8],
    certification: CertificationData<'a>,
}

/// Version 3: the QE report and its certification follow the attestation key directly. Bytes left at
/// the end are tolerated, as Intel's library does: no signature covers them and nobody reads them.
fn read_auth_v3(mut r: Reader<'_>) -> Result<Auth<'_>, Error> {
    let signature = fixed(r.take(SIGNATURE, "signature")?)?;
    let attestation_key = fixed(r.take(64, "attestation_key")?)?;
    let qe = read_qe_certification(&mut r)?;
    Ok(Auth { signature, attestation_key, qe })
}

/// Versions 4 and 5: the same, wrapped into certification data of type 6, which must end exactly.
fn read_auth_v4(mut r: Reader<'_>) -> Result<Auth<'_>, Error> {
    const QE_REPORT_CERTIFICATION: u16 = 6;
    let signature = fixed(r.take(SIGNATURE, "signature")?)?;
    let attestation_key = fixed(r.take(64, "attestation_key")?)?;
    let at = r.offset();
    let outer = r.u16_le("certification_type")?;
    if outer != QE_REPORT_CERTIFICATION {
        return Err(Error::new(Code::DcapQuoteLayout, "certification_type")
            .at(at)
            .with(Fact::number("expected", QE_REPORT_CERTIFICATION.into()))
            .with(Fact::number("actual", outer.into())));
    }
    let size = length(r.u32_le("certification_size")?);
    let mut nested = r.sub(size, "certification_data")?;
    let qe = read_qe_certification(&mut nested)?;
    nested.finish("certification_data")?;
    Ok(Auth { signature, attestation_key, qe })
}

fn read_qe_certification<'a>(r: &mut Reader<'a>) -> Result<QeCertification<'a>, Error> {
    let all = r.rest();
    let start = r.offset();
    let mut report_reader = r.sub(SgxReport::LEN, "qe_report")?;
    let report_bytes = report_reader.rest();
    let report = SgxReport::read(&mut report_reader).map_err(|error| error.inside("qe_report"))?;
    let signature = fixed(r.take(64, "qe_report_signature")?)?;
    let auth_len = usize::from(r.u16_le("qe_auth_data_len")?);
    let auth_data = r.take(auth_len, "qe_auth_data")?;
    let certification = CertificationData::read(r)?;
    let bytes = all.get(..r.offset().saturating_sub(start)).unwrap_or_default();
    Ok(QeCertification { bytes, report_bytes, report, signature, auth_data, certification })
}

fn fixed<const N: usize>(bytes: &[u8]) -> Result<&[u8; N], Error> {
    bytes.try_into().map_err(|_| Error::new(Code::InputTruncated, ""))
}
