//! Fetches the collateral of a platform from Intel's service or a caching one (PCS, PCCS).

mod http;
mod service;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use veriquote::{Fmspc, limits};
use veriquote_facade::{PckQuery, platform_of_pck};

pub use http::{Http, HttpError, Retries};
pub use service::{Api, Ca, Evaluation, Service, Tee};

use veriquote_http::Answer;

/// Where Intel serves the root's revocation list; its own API has no call for it.
pub const INTEL_ROOT_CA_CRL: &str = "https://certificates.trustedservices.intel.com/IntelSGXRootCA.der";

/// Whose collateral is wanted.
#[derive(Clone, Debug)]
pub enum Platform {
    /// A platform whose family and PCK authority are known.
    Known {
        /// Enclaves or trust domains.
        tee: Tee,
        /// The platform's family.
        fmspc: Fmspc,
        /// Who issued its PCK certificate.
        ca: Ca,
        /// The PCK certificate (PEM), where a quote has it without its issuers.
        leaf: Option<String>,
    },
    /// A platform whose PCK certificate the service must find first.
    Asked(PckQuery),
}

/// Which collateral is wanted.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Whose.
    pub platform: Platform,
    /// Which TCB evaluation.
    pub evaluation: Evaluation,
    /// Also the identity of the quote verification enclave.
    pub qve: bool,
    /// Where the root's revocation list is, instead of the default.
    pub root_ca_crl_url: Option<String>,
}

impl Wanted {
    /// Enclaves or trust domains.
    pub fn tee(&self) -> Tee {
        match &self.platform {
            Platform::Known { tee, .. } => *tee,
            Platform::Asked(query) if query.tee == veriquote::dcap::Tee::Tdx => Tee::Tdx,
            Platform::Asked(_) => Tee::Sgx,
        }
    }
}

/// The collateral file: the members of Intel's quote-verification collateral.
#[derive(Clone, Debug, Default, Serialize)]
pub struct CollateralFile {
    pub pck_crl_issuer_chain: String,
    pub pck_crl: String,
    pub root_ca_crl: String,
    pub tcb_info_issuer_chain: String,
    pub tcb_info: String,
    pub tcb_info_signature: String,
    pub qe_identity_issuer_chain: String,
    pub qe_identity: String,
    pub qe_identity_signature: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pck_certificate_chain: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub qve_identity_issuer_chain: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub qve_identity: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub qve_identity_signature: Option<String>,
}

/// Hears how the work goes on.
pub trait Progress {
    /// A step begins: number, of how many, what.
    fn step(&self, number: usize, of: usize, what: &str);
    /// An attempt failed and is tried again.
    fn retrying(&self, reason: &str);
}

const PCK_CHAIN: &[&str] = &["SGX-PCK-Certificate-Issuer-Chain"];
const PCK_CRL_CHAIN: &[&str] = &["SGX-PCK-CRL-Issuer-Chain"];
const TCB_INFO_CHAIN: &[&str] = &["TCB-Info-Issuer-Chain", "SGX-TCB-Info-Issuer-Chain"];
const IDENTITY_CHAIN: &[&str] = &["SGX-Enclave-Identity-Issuer-Chain"];

/// Fetches all of it.
///
/// # Errors
/// The first request that did not succeed.
pub fn fetch(
    http: &Http,
    service: &Service,
    wanted: &Wanted,
    progress: &dyn Progress,
) -> Result<CollateralFile, HttpError> {
    let asked = matches!(wanted.platform, Platform::Asked(_));
    let steps = 4 + usize::from(asked) + usize::from(wanted.qve);
    let mut done = 0;
    let mut step = |what: &str| {
        progress.step(done, steps, what);
        done += 1;
    };
    let retrying = |reason: &str| progress.retrying(reason);
    let mut file = CollateralFile::default();

    let (tee, fmspc, ca) = match &wanted.platform {
        Platform::Known { tee, fmspc, ca, .. } => (*tee, *fmspc, *ca),
        Platform::Asked(query) => {
            step("PCK certificate");
            let answer = http.get(&service.pck_certificate(query), limits::CERTIFICATE_BYTES, &retrying)?;
            let (fmspc, ca, chain) = pck_chain(&answer)?;
            file.pck_certificate_chain = Some(chain);
            (wanted.tee(), fmspc, ca)
        }
    };

    step("PCK revocation list");
    let answer = http.get(&service.pck_crl(ca), limits::CRL_BYTES, &retrying)?;
    file.pck_crl_issuer_chain = issuer_chain(&answer, PCK_CRL_CHAIN)?;
    file.pck_crl = crl(&answer)?;
    if let Platform::Known { leaf: Some(leaf), .. } = &wanted.platform {
        // The list's issuers are the certificate's.
        file.pck_certificate_chain = Some(format!("{}\n{}", leaf.trim_end(), file.pck_crl_issuer_chain));
    }

    step("root revocation list");
    file.root_ca_crl = root_ca_crl(http, service, wanted, &retrying)?;

    step("TCB info");
    let url = service.tcb_info(tee, fmspc, wanted.evaluation);
    let answer = http.get(&url, limits::COLLATERAL_JSON_BYTES, &retrying)?;
    file.tcb_info_issuer_chain = issuer_chain(&answer, TCB_INFO_CHAIN)?;
    (file.tcb_info, file.tcb_info_signature) = signed(&answer)?;

    step("QE identity");
    let url = service.qe_identity(tee, wanted.evaluation);
    let answer = http.get(&url, limits::COLLATERAL_JSON_BYTES, &retrying)?;
    file.qe_identity_issuer_chain = issuer_chain(&answer, IDENTITY_CHAIN)?;
    (file.qe_identity, file.qe_identity_signature) = signed(&answer)?;

    if wanted.qve {
        step("QvE identity");
        let url = service.qve_identity(wanted.evaluation);
        let answer = http.get(&url, limits::COLLATERAL_JSON_BYTES, &retrying)?;
        file.qve_identity_issuer_chain = Some(issuer_chain(&answer, IDENTITY_CHAIN)?);
        let (identity, signature) = signed(&answer)?;
        file.qve_identity = Some(identity);
        file.qve_identity_signature = Some(signature);
    }
    progress.step(steps, steps, "done");
    Ok(file)
}

/// The chain in the first of these headers that is there.
fn issuer_chain(answer: &Answer, names: &[&str]) -> Result<String, HttpError> {
    answer.issuer_chain(names).map_err(|reason| HttpError::unusable(answer, reason))
}

/// The PCK certificate that a service found, with its issuers, and what names the rest of the collateral.
fn pck_chain(answer: &Answer) -> Result<(Fmspc, Ca, String), HttpError> {
    let leaf = std::str::from_utf8(&answer.body)
        .map_err(|_| HttpError::unusable(answer, "the answer is not text"))?;
    let (fmspc, ca) = platform_of_pck(leaf).map_err(|problem| {
        HttpError::unusable(answer, format!("the answer is not a PCK certificate: {}", problem.message))
    })?;
    let chain = format!("{}\n{}", leaf.trim_end(), issuer_chain(answer, PCK_CHAIN)?);
    Ok((
        fmspc,
        if ca == veriquote::dcap::PckAuthority::Processor { Ca::Processor } else { Ca::Platform },
        chain,
    ))
}

/// A caching service serves the root's list itself; Intel's does not, and old caches may not either.
fn root_ca_crl(
    http: &Http,
    service: &Service,
    wanted: &Wanted,
    retrying: &dyn Fn(&str),
) -> Result<String, HttpError> {
    let answer = match &wanted.root_ca_crl_url {
        Some(url) => http.get(url, limits::CRL_BYTES, retrying)?,
        None if service.is_intel() => http.get(INTEL_ROOT_CA_CRL, limits::CRL_BYTES, retrying)?,
        None => match http.get(&service.root_ca_crl(), limits::CRL_BYTES, retrying) {
            Err(error) if error.status == Some(404) => {
                http.get(INTEL_ROOT_CA_CRL, limits::CRL_BYTES, retrying)?
            }
            answer => answer?,
        },
    };
    crl(&answer)
}

/// A revocation list as hex of its DER: services answer DER, hex of it, or PEM.
fn crl(answer: &Answer) -> Result<String, HttpError> {
    if answer.body.first() == Some(&0x30) && answer.body.get(1).is_some_and(|length| *length >= 0x80) {
        return Ok(veriquote::bytes::to_hex(&answer.body));
    }
    let text = answer.body.trim_ascii();
    if text.starts_with(b"-----BEGIN X509 CRL-----") {
        return String::from_utf8(text.to_vec())
            .map_err(|_| HttpError::unusable(answer, "the PEM is not text"));
    }
    match veriquote::bytes::from_hex(text) {
        Ok(der) if der.first() == Some(&0x30) => Ok(veriquote::bytes::to_hex(&der)),
        _ => Err(HttpError::unusable(
            answer,
            "the answer is not a revocation list: neither DER, hex of it, nor PEM",
        )),
    }
}

/// The signed object exactly as it was served, and its signature.
fn signed(answer: &Answer) -> Result<(String, String), HttpError> {
    #[derive(Deserialize)]
    struct Envelope<'a> {
        #[serde(borrow, alias = "tcbInfo", alias = "enclaveIdentity")]
        object: &'a RawValue,
        signature: &'a str,
    }
    let envelope: Envelope<'_> = serde_json::from_slice(&answer.body).map_err(|error| {
        HttpError::unusable(answer, format!("the answer is not the signed JSON asked for: {error}"))
    })?;
    Ok((envelope.object.get().to_owned(), envelope.signature.to_owned()))
}
