//! Quotes of versions 3, 4 and 5.

use crate::key::{Key, other_half};
use crate::report::{SgxReport, TdReport, TdVersion};
use crate::sha256;

/// Intel's id as the vendor of a quoting enclave.
pub const INTEL_QE_VENDOR: [u8; 16] =
    [0x93, 0x9a, 0x72, 0x33, 0xf7, 0x9c, 0x4c, 0xa9, 0x94, 0x0a, 0x0d, 0xb3, 0x95, 0x7f, 0x06, 0x07];

/// What is attested.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// An enclave.
    Sgx(Box<SgxReport>),
    /// A trust domain.
    Td(Box<TdReport>, TdVersion),
}

impl Body {
    /// The bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Self::Sgx(report) => report.encode(),
            Self::Td(report, version) => report.encode(*version),
        }
    }

    /// Body type of version 5.
    #[must_use]
    pub fn body_type(&self) -> u16 {
        match self {
            Self::Sgx(_) => 1,
            Self::Td(_, TdVersion::V10) => 2,
            Self::Td(_, TdVersion::V15) => 3,
            Self::Td(_, TdVersion::V15Ex) => 4,
        }
    }

    /// The enclave's report.
    ///
    /// # Panics
    /// When the body is a trust domain's.
    pub fn sgx(&mut self) -> &mut SgxReport {
        match self {
            Self::Sgx(report) => report,
            Self::Td(..) => panic!("the body is a trust domain's"),
        }
    }

    /// The trust domain's report.
    ///
    /// # Panics
    /// When the body is an enclave's.
    pub fn td(&mut self) -> &mut TdReport {
        match self {
            Self::Td(report, _) => report,
            Self::Sgx(_) => panic!("the body is an enclave's"),
        }
    }
}

/// What certifies the quoting enclave's report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Certification {
    /// Type 1: the PPID in clear, CPUSVN, PCESVN, PCEID.
    PpidClear,
    /// Type 2: the PPID encrypted to a 2048-bit RSA key (bytes that nobody decrypts here).
    PpidRsa2048,
    /// Type 3: the PPID encrypted to a 3072-bit RSA key.
    PpidRsa3072,
    /// Type 4: the PCK leaf in PEM.
    PckLeaf,
    /// Type 5: the PCK chain in PEM.
    PckChain,
    /// Type 7: a platform manifest.
    PlatformManifest,
    /// Anything.
    Raw(u16, Vec<u8>),
}

/// A quote before it is signed. Fields that are `Option`s replace the natural value when set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quote {
    /// 3, 4 or 5.
    pub version: u16,
    /// 2: ECDSA-256-with-P-256.
    pub key_type: u16,
    /// 0 SGX, 0x81 TDX.
    pub tee_type: u32,
    /// Version 3: QE SVN and PCE SVN; later reserved.
    pub header_svns: [u16; 2],
    /// Vendor of the quoting enclave.
    pub qe_vendor: [u8; 16],
    /// User data of the header.
    pub user_data: [u8; 20],
    /// Version 5: the body type.
    pub body_type: Option<u16>,
    /// Version 5: the body size.
    pub body_size: Option<u32>,
    /// What is attested.
    pub body: Body,
    /// The attestation key.
    pub attestation_key: Key,
    /// Another public key than that of `attestation_key`, bound by the QE report as it stands.
    pub attestation_public: Option<[u8; 64]>,
    /// The quote's signature.
    pub signature: Option<[u8; 64]>,
    /// Whether to give the other valid half of the signature (n − s).
    pub signature_other_half: bool,
    /// The quoting enclave's report; its report data is filled in unless `qe_report_data` is set.
    pub qe_report: SgxReport,
    /// The QE's report data.
    pub qe_report_data: Option<[u8; 64]>,
    /// The QE report's signature.
    pub qe_report_signature: Option<[u8; 64]>,
    /// Authentication data of the QE.
    pub qe_auth_data: Vec<u8>,
    /// Declared length of the authentication data.
    pub qe_auth_len: Option<u16>,
    /// Certification data.
    pub certification: Certification,
    /// Declared certification type.
    pub certification_type: Option<u16>,
    /// Declared size of the certification data.
    pub certification_size: Option<u32>,
    /// Appended to the certification data.
    pub certification_tail: Vec<u8>,
    /// Versions 4 and 5: the outer certification type.
    pub outer_type: u16,
    /// Versions 4 and 5: declared size of the outer certification data.
    pub outer_size: Option<u32>,
    /// Bytes after the certification data, inside what holds it (the type-6 data, or version 3's
    /// authentication data).
    pub inner_trailing: Vec<u8>,
    /// Versions 4 and 5: bytes after the type-6 data, inside the authentication data.
    pub auth_trailing: Vec<u8>,
    /// Declared length of the authentication data.
    pub auth_len: Option<u32>,
    /// Bytes after the quote.
    pub trailing: Vec<u8>,
}

impl Quote {
    fn new(version: u16, body: Body) -> Self {
        let tdx = matches!(body, Body::Td(..));
        Self {
            version,
            key_type: 2,
            tee_type: if tdx { 0x81 } else { 0 },
            header_svns: if version == 3 { [8, 13] } else { [0, 0] },
            qe_vendor: INTEL_QE_VENDOR,
            user_data: [0x0d; 20],
            body_type: None,
            body_size: None,
            body,
            attestation_key: Key::new("attestation"),
            attestation_public: None,
            signature: None,
            signature_other_half: false,
            qe_report: if tdx { SgxReport::td_qe() } else { SgxReport::qe() },
            qe_report_data: None,
            qe_report_signature: None,
            qe_auth_data: (0..32).collect(),
            qe_auth_len: None,
            certification: Certification::PckChain,
            certification_type: None,
            certification_size: None,
            certification_tail: Vec::new(),
            outer_type: 6,
            outer_size: None,
            inner_trailing: Vec::new(),
            auth_trailing: Vec::new(),
            auth_len: None,
            trailing: Vec::new(),
        }
    }

    /// An SGX quote of this version.
    #[must_use]
    pub fn sgx(version: u16) -> Self {
        Self::new(version, Body::Sgx(Box::new(SgxReport::application())))
    }

    /// A TDX quote of this version.
    #[must_use]
    pub fn tdx(version: u16, body: TdVersion) -> Self {
        Self::new(version, Body::Td(Box::new(TdReport::production()), body))
    }

    /// Header, descriptor and body: what the attestation key signs.
    #[must_use]
    pub fn signed_part(&self) -> Vec<u8> {
        let mut out = Vec::new();
        out.extend(self.version.to_le_bytes());
        out.extend(self.key_type.to_le_bytes());
        out.extend(self.tee_type.to_le_bytes());
        out.extend(self.header_svns[0].to_le_bytes());
        out.extend(self.header_svns[1].to_le_bytes());
        out.extend(self.qe_vendor);
        out.extend(self.user_data);
        let body = self.body.encode();
        if self.version == 5 {
            out.extend(self.body_type.unwrap_or_else(|| self.body.body_type()).to_le_bytes());
            out.extend(self.body_size.unwrap_or(body.len() as u32).to_le_bytes());
        }
        out.extend(body);
        out
    }

    /// The attestation key as the quote carries it.
    #[must_use]
    pub fn public(&self) -> [u8; 64] {
        self.attestation_public.unwrap_or_else(|| self.attestation_key.public())
    }

    /// The quoting enclave's report as the quote carries it.
    #[must_use]
    pub fn qe_report_bytes(&self) -> Vec<u8> {
        let mut report = self.qe_report.clone();
        report.report_data = self.qe_report_data.unwrap_or_else(|| {
            let mut data = [0; 64];
            data[..32].copy_from_slice(&sha256(&[&self.public(), &self.qe_auth_data]));
            data
        });
        report.encode()
    }

    /// The signed quote, given the key that signs the QE report and the certification data.
    #[must_use]
    pub fn build(&self, pck: &Key, certification: (u16, Vec<u8>)) -> Vec<u8> {
        let signed = self.signed_part();
        let mut signature = self.signature.unwrap_or_else(|| self.attestation_key.sign(&signed));
        if self.signature_other_half {
            signature = other_half(signature);
        }
        let report = self.qe_report_bytes();
        let (kind, mut data) = certification;
        data.extend_from_slice(&self.certification_tail);

        let mut inner = report.clone();
        inner.extend(self.qe_report_signature.unwrap_or_else(|| pck.sign(&report)));
        inner.extend(self.qe_auth_len.unwrap_or(self.qe_auth_data.len() as u16).to_le_bytes());
        inner.extend_from_slice(&self.qe_auth_data);
        inner.extend(self.certification_type.unwrap_or(kind).to_le_bytes());
        inner.extend(self.certification_size.unwrap_or(data.len() as u32).to_le_bytes());
        inner.extend(data);
        inner.extend_from_slice(&self.inner_trailing);

        let mut auth = signature.to_vec();
        auth.extend(self.public());
        if self.version >= 4 {
            auth.extend(self.outer_type.to_le_bytes());
            auth.extend(self.outer_size.unwrap_or(inner.len() as u32).to_le_bytes());
        }
        auth.extend(inner);
        auth.extend_from_slice(&self.auth_trailing);

        let mut out = signed;
        out.extend(self.auth_len.unwrap_or(auth.len() as u32).to_le_bytes());
        out.extend(auth);
        out.extend_from_slice(&self.trailing);
        out
    }
}
