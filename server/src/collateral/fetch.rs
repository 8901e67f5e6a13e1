//! Turns what a service answers into a document, which somebody else verifies.

use veriquote::encoding::decode_der_or_text;
use veriquote::{UnixTime, limits};
use veriquote_facade::platform_of_pck;
use veriquote_http::Answer;

use super::keep::NotKept;
use super::upstream::{Client, Failure, shown};
use super::{DocumentKey, nvidia_crl, rim};
use crate::store::StoredDocument;

/// Where Intel serves the root's list; its own API has no call for it.
const INTEL_ROOT_CA_CRL: &str = "https://certificates.trustedservices.intel.com/IntelSGXRootCA.der";

const TCB_INFO_CHAIN: [&str; 2] = ["TCB-Info-Issuer-Chain", "SGX-TCB-Info-Issuer-Chain"];
const IDENTITY_CHAIN: [&str; 1] = ["SGX-Enclave-Identity-Issuer-Chain"];
const PCK_CRL_CHAIN: [&str; 1] = ["SGX-PCK-CRL-Issuer-Chain"];
const PCK_CHAIN: [&str; 1] = ["SGX-PCK-Certificate-Issuer-Chain"];

/// Headers that say what a PCK certificate is of.
pub const PCK_HEADERS: [&str; 3] = ["SGX-TCBm", "SGX-FMSPC", "SGX-PCK-Certificate-CA-Type"];

/// Asks the services in their order; the first answer counts that `judge` lets pass.
///
/// # Errors
/// That all of them know of no such document, or the last failure.
pub fn fetch(
    client: &Client,
    upstreams: &[String],
    root_ca_crl_url: Option<&str>,
    key: &DocumentKey,
    now: UnixTime,
    judge: impl Fn(StoredDocument) -> Result<StoredDocument, NotKept>,
) -> Result<StoredDocument, Failure> {
    let mut failure = Failure::NotFound;
    for upstream in upstreams {
        let url = address(upstream, root_ca_crl_url, key);
        let answered = client.get(&url, longest(key)).and_then(|answer| {
            let read = document(key, &answer, now, &url);
            let judged = read.and_then(|read| judge(read).map_err(|reason| reason.to_string()));
            judged.map_err(|reason| Failure::Failed(format!("{}: {reason}", shown(&url))))
        });
        match answered {
            Ok(document) => return Ok(document),
            Err(Failure::NotFound) => {}
            Err(Failure::Failed(reason)) => {
                tracing::warn!(reason, "an upstream failed");
                failure = Failure::Failed(reason);
            }
        }
    }
    Err(failure)
}

/// `https://host/prefix/sgx/certification/v4` without the part that names the API, and the document's path.
fn address(upstream: &str, root_ca_crl_url: Option<&str>, key: &DocumentKey) -> String {
    let upstream = upstream.trim_end_matches('/');
    if matches!(key, DocumentKey::Rim(_)) {
        return format!("{}{}", upstream.strip_suffix("/v1/rim").unwrap_or(upstream), key.path());
    }
    if matches!(key, DocumentKey::NvidiaCrl(_)) {
        return format!("{upstream}{}", key.path());
    }
    let root = ["/sgx/certification", "/tdx/certification"]
        .iter()
        .find_map(|api| upstream.split_once(api))
        .map_or(upstream, |(root, _)| root);
    if *key == DocumentKey::RootCaCrl {
        if let Some(url) = root_ca_crl_url {
            return url.to_owned();
        }
        let host = root.split("://").nth(1).unwrap_or_default();
        let host = host.split(['/', ':']).next().unwrap_or_default();
        if host == "trustedservices.intel.com" || host.ends_with(".trustedservices.intel.com") {
            return INTEL_ROOT_CA_CRL.to_owned();
        }
    }
    format!("{root}{}", key.path())
}

const fn longest(key: &DocumentKey) -> usize {
    match key {
        // Lists may come in hex.
        DocumentKey::PckCrl { .. } | DocumentKey::RootCaCrl | DocumentKey::NvidiaCrl(_) => {
            2 * limits::CRL_BYTES + 2
        }
        DocumentKey::PckCertificate(_) => limits::CERTIFICATE_BYTES,
        // In base64, with a few members beside it.
        DocumentKey::Rim(_) => 2 * limits::NVIDIA_RIM_BYTES,
        _ => limits::COLLATERAL_JSON_BYTES,
    }
}

fn document(
    key: &DocumentKey,
    answer: &Answer,
    now: UnixTime,
    source: &str,
) -> Result<StoredDocument, String> {
    let chain = |names: &[&str]| answer.issuer_chain(names);
    let mut document = StoredDocument {
        body: answer.body.clone(),
        media_type: "application/json".to_owned(),
        issuer_chain: String::new(),
        headers: String::new(),
        fetched_at: now,
        source: source.to_owned(),
    };
    match key {
        DocumentKey::TcbInfo { .. } => document.issuer_chain = chain(&TCB_INFO_CHAIN)?,
        DocumentKey::QeIdentity { .. } | DocumentKey::QveIdentity { .. } => {
            document.issuer_chain = chain(&IDENTITY_CHAIN)?;
        }
        DocumentKey::PckCrl { .. } | DocumentKey::RootCaCrl => {
            document.body =
                decode_der_or_text(&answer.body, "X509 CRL").map_err(|error| error.to_string())?;
            "application/pkix-crl".clone_into(&mut document.media_type);
            if matches!(key, DocumentKey::PckCrl { .. }) {
                document.issuer_chain = chain(&PCK_CRL_CHAIN)?;
            }
        }
        DocumentKey::Rim(id) => rim::check(&answer.body, id)?,
        DocumentKey::NvidiaCrl(_) => {
            document.body = nvidia_crl::der(&answer.body)?;
            "application/pkix-crl".clone_into(&mut document.media_type);
        }
        DocumentKey::PckCertificate(_) => {
            document.issuer_chain = chain(&PCK_CHAIN)?;
            let pem = std::str::from_utf8(&answer.body).map_err(|_| "the answer is not text".to_owned())?;
            platform_of_pck(pem).map_err(|problem| problem.message)?;
            "application/x-pem-file".clone_into(&mut document.media_type);
            let lines =
                PCK_HEADERS.iter().filter_map(|name| Some(format!("{name}: {}", answer.header(name)?)));
            document.headers = lines.collect::<Vec<_>>().join("\n");
        }
    }
    Ok(document)
}
