//! Fetches the collateral of a platform from Intel's service or a caching one (PCS, PCCS).

mod http;
mod service;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use veriquote::{Fmspc, limits};

pub use http::{Http, HttpError, Options};
pub use service::{Api, Ca, Evaluation, Service, Tee};

use http::Answer;

/// Where Intel serves the root's revocation list; its own API has no call for it.
pub const INTEL_ROOT_CA_CRL: &str = "https://certificates.trustedservices.intel.com/IntelSGXRootCA.der";

/// Which collateral is wanted.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Enclaves or trust domains.
    pub tee: Tee,
    /// The platform's family.
    pub fmspc: Fmspc,
    /// Who issued its PCK certificate.
    pub ca: Ca,
    /// Which TCB evaluation.
    pub evaluation: Evaluation,
    /// Also the identity of the quote verification enclave.
    pub qve: bool,
    /// Where the root's revocation list is, instead of the default.
    pub root_ca_crl_url: Option<String>,
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
    let steps = if wanted.qve { 5 } else { 4 };
    let retrying = |reason: &str| progress.retrying(reason);
    let mut file = CollateralFile::default();

    progress.step(0, steps, "PCK revocation list");
    let answer = http.get(&service.pck_crl(wanted.ca), limits::CRL_BYTES, &retrying)?;
    file.pck_crl_issuer_chain = answer.issuer_chain(PCK_CRL_CHAIN)?;
    file.pck_crl = crl(&answer)?;

    progress.step(1, steps, "root revocation list");
    file.root_ca_crl = root_ca_crl(http, service, wanted, &retrying)?;

    progress.step(2, steps, "TCB info");
    let url = service.tcb_info(wanted.tee, wanted.fmspc, wanted.evaluation);
    let answer = http.get(&url, limits::COLLATERAL_JSON_BYTES, &retrying)?;
    file.tcb_info_issuer_chain = answer.issuer_chain(TCB_INFO_CHAIN)?;
    (file.tcb_info, file.tcb_info_signature) = signed(&answer)?;

    progress.step(3, steps, "QE identity");
    let url = service.qe_identity(wanted.tee, wanted.evaluation);
    let answer = http.get(&url, limits::COLLATERAL_JSON_BYTES, &retrying)?;
    file.qe_identity_issuer_chain = answer.issuer_chain(IDENTITY_CHAIN)?;
    (file.qe_identity, file.qe_identity_signature) = signed(&answer)?;

    if wanted.qve {
        progress.step(4, steps, "QvE identity");
        let url = service.qve_identity(wanted.evaluation);
        let answer = http.get(&url, limits::COLLATERAL_JSON_BYTES, &retrying)?;
        file.qve_identity_issuer_chain = Some(answer.issuer_chain(IDENTITY_CHAIN)?);
        let (identity, signature) = signed(&answer)?;
        file.qve_identity = Some(identity);
        file.qve_identity_signature = Some(signature);
    }
    progress.step(steps, steps, "done");
    Ok(file)
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
        return String::from_utf8(text.to_vec()).map_err(|_| answer.unusable("the PEM is not text"));
    }
    match veriquote::bytes::from_hex(text) {
        Ok(der) if der.first() == Some(&0x30) => Ok(veriquote::bytes::to_hex(&der)),
        _ => Err(answer.unusable("the answer is not a revocation list: neither DER, hex of it, nor PEM")),
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
    let envelope: Envelope<'_> = serde_json::from_slice(&answer.body)
        .map_err(|error| answer.unusable(format!("the answer is not the signed JSON asked for: {error}")))?;
    Ok((envelope.object.get().to_owned(), envelope.signature.to_owned()))
}
