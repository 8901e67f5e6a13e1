//! Which platform a quote or a PCK certificate is of. Nothing of it is authentic.

use veriquote::dcap::{CertificationData, PckAuthority, PckExtension, Quote, Tee};
use veriquote::encoding::{decode_binary_or_text, pem_blocks};
use veriquote::x509::Certificate;
use veriquote::{Code, Error, Fact, Fmspc, limits};

use crate::blob::Blob;
use crate::problem::Problem;

/// What names the collateral of a quote's platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuotePlatform {
    /// The execution environment.
    pub tee: Tee,
    /// Platform family.
    pub fmspc: Fmspc,
    /// Who issues its PCK certificates.
    pub ca: PckAuthority,
}

/// What a quote that does not carry its PCK certificate chain says of it (certification data 1 to 4),
/// unauthenticated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PckReference {
    /// Types 1 to 3: what a service is asked with.
    Query(PckQuery),
    /// Type 4: the certificate itself, PEM, without its issuers.
    Leaf(String),
}

/// What a provisioning certification service finds a PCK certificate by, each as upper-case hex of the bytes
/// as they stand in the quote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PckQuery {
    /// The execution environment.
    pub tee: Tee,
    /// The quoting enclave's id: 16 bytes.
    pub qe_id: String,
    /// The encrypted PPID; empty for type 1, which has it in clear.
    pub encrypted_ppid: String,
    /// CPU SVN: 16 bytes.
    pub cpu_svn: String,
    /// PCE SVN: 2 bytes, little-endian.
    pub pce_svn: String,
    /// PCE id: 2 bytes, little-endian.
    pub pce_id: String,
}

/// What to ask a service for to verify this quote: from its PCK certificate, unauthenticated.
///
/// # Errors
/// Those of parsing, and `dcap.certification_type` when the quote does not carry its certificate.
pub fn platform_of_quote(quote: &Blob) -> Result<QuotePlatform, Problem> {
    Ok(read_platform(&quote.0)?)
}

fn read_platform(bytes: &[u8]) -> Result<QuotePlatform, Error> {
    let bytes = decode_binary_or_text(bytes).map_err(|error| error.inside("quote"))?;
    let quote = Quote::parse(&bytes)?;
    let part = "quote.auth_data.certification_data";
    let none = || {
        Error::new(Code::DcapCertificationType, part)
            .with(Fact::text("problem", "the quote does not carry its PCK certificate"))
    };
    let pem = match quote.unauthenticated_certification() {
        CertificationData::PckChain(pem) | CertificationData::PckLeaf(pem) => pem,
        _ => return Err(none()),
    };
    let (fmspc, ca) = platform_of_pem(pem).map_err(|error| error.inside(part))?.ok_or_else(none)?;
    Ok(QuotePlatform { tee: quote.unauthenticated_tee(), fmspc, ca })
}

/// What `quote` says of a PCK certificate chain that it does not carry; `None` when it carries one.
///
/// # Errors
/// Those of parsing, and `dcap.certification_type` for a platform manifest and for data that names no
/// certificate.
pub fn pck_reference_of_quote(quote: &Blob) -> Result<Option<PckReference>, Problem> {
    Ok(read_reference(&quote.0)?)
}

fn read_reference(bytes: &[u8]) -> Result<Option<PckReference>, Error> {
    let bytes = decode_binary_or_text(bytes).map_err(|error| error.inside("quote"))?;
    let quote = Quote::parse(&bytes)?;
    let (encrypted_ppid, platform) = match quote.unauthenticated_certification() {
        CertificationData::PckChain(_) => return Ok(None),
        CertificationData::PckLeaf(pem) => {
            let end = pem.len() - pem.iter().rev().take_while(|byte| **byte == 0).count();
            let text = String::from_utf8_lossy(&pem[..end]).into_owned();
            return Ok(Some(PckReference::Leaf(text)));
        }
        CertificationData::PpidClear { platform, .. } => (&[][..], platform),
        CertificationData::PpidEncrypted { encrypted_ppid, platform } => (*encrypted_ppid, platform),
        _ => {
            let problem = "the quote does not say which PCK certificate it has";
            return Err(Error::new(Code::DcapCertificationType, "quote.auth_data.certification_data")
                .with(Fact::text("problem", problem)));
        }
    };
    let hex = |bytes: &[u8]| veriquote::bytes::to_hex(bytes).to_ascii_uppercase();
    let (qe_id, _) = quote.unauthenticated_header().user_data.0.split_at(16);
    Ok(Some(PckReference::Query(PckQuery {
        tee: quote.unauthenticated_tee(),
        qe_id: hex(qe_id),
        encrypted_ppid: hex(encrypted_ppid),
        cpu_svn: hex(&platform.cpu_svn.0),
        pce_svn: hex(&platform.pce_svn.to_le_bytes()),
        pce_id: hex(platform.pce_id.as_slice()),
    })))
}

/// The platform of a PCK certificate in PEM, unauthenticated: the first one in the text.
///
/// # Errors
/// Those of parsing, and `dcap.pck.extension` when none is a PCK certificate.
pub fn platform_of_pck(pem: &str) -> Result<(Fmspc, PckAuthority), Problem> {
    const PART: &str = "pck_chain";
    let found = platform_of_pem(pem.as_bytes()).map_err(|error| error.inside(PART))?;
    Ok(found.ok_or_else(|| Error::new(Code::DcapPckExtension, PART))?)
}

fn platform_of_pem(pem: &[u8]) -> Result<Option<(Fmspc, PckAuthority)>, Error> {
    for der in pem_blocks(pem, "CERTIFICATE", limits::CERTIFICATES)? {
        let certificate = Certificate::parse(&der)?;
        if let Some(extension) = PckExtension::unauthenticated_of(&certificate) {
            let issuer = certificate.issuer_common_name().unwrap_or_default();
            let ca =
                if issuer.contains("Processor") { PckAuthority::Processor } else { PckAuthority::Platform };
            return Ok(Some((extension?.fmspc, ca)));
        }
    }
    Ok(None)
}
