//! The collateral service: the paths of a caching service (PCCS), versions 3 and 4, and of NVIDIA's manifests.

use axum::Router;
use axum::extract::{Path as AxumPath, Query, State as Shared};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use veriquote::bytes::to_hex;
use veriquote_http::percent_encode;

use super::key::{Evaluation, PckQuery};
use super::library::Shelved;
use super::{Api, Ca, DocumentKey, Missing, RimId, Tee};
use crate::State;
use crate::encoding::pem;
use crate::error::{ApiError, Result, ServiceCode};

/// The routes of collateral.
pub fn routes() -> Router<State> {
    Router::new()
        .merge(of_api(Api::V3))
        .merge(of_api(Api::V4))
        .route("/nvcc/certification/v1/rim/ids", get(rim_ids))
        .route("/nvcc/certification/v1/rim/{id}", get(rim))
        .route("/tdx/certification/v4/tcb", get(|s, q| tcb(s, q, Api::V4, Tee::Tdx)))
        .route("/tdx/certification/v4/qe/identity", get(|s, q| qe_identity(s, q, Api::V4, Tee::Tdx)))
}

fn of_api(api: Api) -> Router<State> {
    let at = |path: &str| format!("/sgx/certification/{}/{path}", api.as_str());
    Router::new()
        .route(&at("tcb"), get(move |s, q| tcb(s, q, api, Tee::Sgx)))
        .route(&at("qe/identity"), get(move |s, q| qe_identity(s, q, api, Tee::Sgx)))
        .route(&at("qve/identity"), get(move |s, q| qve_identity(s, q, api)))
        .route(&at("pckcrl"), get(pck_crl))
        .route(&at("rootcacrl"), get(root_ca_crl))
        .route(&at("pckcert"), get(pck_certificate))
}

/// Names and values; the last of several of one name would count, so that they are refused.
type Parameters = Query<Vec<(String, String)>>;

async fn tcb(Shared(state): Shared<State>, Query(query): Parameters, api: Api, tee: Tee) -> Result<Response> {
    let asked = Asked(&query);
    let fmspc = asked.hex("fmspc", 12, true)?;
    let key = DocumentKey::TcbInfo { api, tee, fmspc, evaluation: asked.evaluation()? };
    let name = if api == Api::V3 { "sgx-tcb-info-issuer-chain" } else { "tcb-info-issuer-chain" };
    give(&state, &key, Some(HeaderName::from_static(name))).await
}

async fn qe_identity(
    Shared(state): Shared<State>,
    Query(query): Parameters,
    api: Api,
    tee: Tee,
) -> Result<Response> {
    let key = DocumentKey::QeIdentity { api, tee, evaluation: Asked(&query).evaluation()? };
    give(&state, &key, Some(IDENTITY_CHAIN)).await
}

async fn qve_identity(Shared(state): Shared<State>, Query(query): Parameters, api: Api) -> Result<Response> {
    let key = DocumentKey::QveIdentity { api, evaluation: Asked(&query).evaluation()? };
    give(&state, &key, Some(IDENTITY_CHAIN)).await
}

async fn pck_crl(Shared(state): Shared<State>, Query(query): Parameters) -> Result<Response> {
    let asked = Asked(&query);
    let ca = asked.get("ca")?.and_then(Ca::from_name);
    let ca = ca.ok_or_else(|| ApiError::argument("ca", "`platform` or `processor` is expected"))?;
    let shelved = look(&state, &DocumentKey::PckCrl { ca }).await?;
    list(&shelved, asked.encoding()?, Some(HeaderName::from_static("sgx-pck-crl-issuer-chain")))
}

async fn root_ca_crl(Shared(state): Shared<State>, Query(query): Parameters) -> Result<Response> {
    let shelved = look(&state, &DocumentKey::RootCaCrl).await?;
    list(&shelved, Asked(&query).encoding()?, None)
}

async fn pck_certificate(Shared(state): Shared<State>, Query(query): Parameters) -> Result<Response> {
    let asked = Asked(&query);
    let query = PckQuery {
        encrypted_ppid: asked.hex("encrypted_ppid", 768, false)?,
        cpu_svn: asked.hex("cpusvn", 32, true)?,
        pce_svn: asked.hex("pcesvn", 4, true)?,
        pce_id: asked.hex("pceid", 4, true)?,
        qe_id: asked.hex("qeid", 32, false)?,
    };
    if query.encrypted_ppid.is_empty() && query.qe_id.is_empty() {
        return Err(ApiError::argument("encrypted_ppid", "this or `qeid` is needed to find the platform"));
    }
    let chain = HeaderName::from_static("sgx-pck-certificate-issuer-chain");
    give(&state, &DocumentKey::PckCertificate(query), Some(chain)).await
}

async fn rim(Shared(state): Shared<State>, AxumPath(id): AxumPath<String>) -> Result<Response> {
    let id = RimId::new(&id).ok_or_else(|| {
        ApiError::argument("id", "the name of a manifest is expected, such as NV_GPU_DRIVER_GH100_550.90.07")
    })?;
    give(&state, &DocumentKey::Rim(id), None).await
}

/// The names of the manifests that are here; upstreams may have more.
async fn rim_ids(Shared(state): Shared<State>) -> Result<Response> {
    let ids = state.library().rim_ids().await.map_err(unavailable)?;
    let body = serde_json::json!({ "ids": ids }).to_string();
    Ok(([(header::CONTENT_TYPE, "application/json")], body).into_response())
}

const IDENTITY_CHAIN: HeaderName = HeaderName::from_static("sgx-enclave-identity-issuer-chain");

/// How a list is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Encoding {
    /// Hex of DER, as caching services write it by themselves.
    Hex,
    Der,
    Pem,
}

/// The parameters of a request. Some are for other services and are let pass: `AcsHost`, `ClientVpcId`.
struct Asked<'q>(&'q [(String, String)]);

impl<'q> Asked<'q> {
    fn get(&self, name: &str) -> Result<Option<&'q str>> {
        let mut values = self.0.iter().filter(|(given, _)| given == name).map(|(_, value)| value.as_str());
        let first = values.next();
        if values.next().is_some() {
            return Err(ApiError::argument(name, "this parameter is given twice"));
        }
        Ok(first)
    }

    fn hex(&self, name: &str, digits: usize, required: bool) -> Result<String> {
        match self.get(name)? {
            None | Some("") if !required => Ok(String::new()),
            Some(text) if text.len() == digits && text.bytes().all(|c| c.is_ascii_hexdigit()) => {
                Ok(text.to_ascii_lowercase())
            }
            _ => Err(ApiError::argument(name, format!("{digits} hex digits are expected"))),
        }
    }

    fn evaluation(&self) -> Result<Evaluation> {
        match (self.get("update")?, self.get("tcbEvaluationDataNumber")?) {
            (None | Some("standard"), None) => Ok(Evaluation::Standard),
            (Some("early"), None) => Ok(Evaluation::Early),
            (None, Some(number)) => number
                .parse()
                .map(Evaluation::Number)
                .map_err(|_| ApiError::argument("tcbEvaluationDataNumber", "a number is expected")),
            (Some(_), None) => Err(ApiError::argument("update", "`standard` or `early` is expected")),
            (Some(_), Some(_)) => {
                Err(ApiError::argument("update", "this and `tcbEvaluationDataNumber` exclude each other"))
            }
        }
    }

    fn encoding(&self) -> Result<Encoding> {
        match self.get("encoding")?.map(str::to_ascii_lowercase).as_deref() {
            None => Ok(Encoding::Hex),
            Some("der") => Ok(Encoding::Der),
            Some("pem") => Ok(Encoding::Pem),
            Some(_) => Err(ApiError::argument("encoding", "`der` or `pem` is expected")),
        }
    }
}

async fn look(state: &State, key: &DocumentKey) -> Result<Shelved> {
    state.library().document(key).await.map_err(unavailable)
}

fn unavailable(missing: Missing) -> ApiError {
    match missing {
        Missing::Document(name) => {
            ApiError::new(ServiceCode::NotFound, format!("there is no collateral `{name}` here"))
        }
        Missing::Upstream(name) => {
            ApiError::new(ServiceCode::Unavailable, format!("no upstream gave the collateral `{name}`"))
        }
        Missing::Store(error) => error.into(),
    }
}

async fn give(state: &State, key: &DocumentKey, chain: Option<HeaderName>) -> Result<Response> {
    let shelved = look(state, key).await?;
    answer(&shelved, shelved.document.body.clone(), &shelved.document.media_type, chain)
}

fn list(shelved: &Shelved, encoding: Encoding, chain: Option<HeaderName>) -> Result<Response> {
    let der = &shelved.document.body;
    let (body, media_type) = match encoding {
        Encoding::Der => (der.clone(), "application/pkix-crl"),
        Encoding::Hex => (to_hex(der).into_bytes(), "text/plain; charset=utf-8"),
        Encoding::Pem => (pem("X509 CRL", der).into_bytes(), "application/x-pem-file"),
    };
    answer(shelved, body, media_type, chain)
}

fn answer(shelved: &Shelved, body: Vec<u8>, media_type: &str, chain: Option<HeaderName>) -> Result<Response> {
    let mut headers = HeaderMap::new();
    let value = |text: &str| HeaderValue::from_str(text).map_err(ApiError::internal);
    headers.insert(header::CONTENT_TYPE, value(media_type)?);
    headers.insert(header::AGE, value(&shelved.age_seconds.to_string())?);
    if shelved.stale {
        headers.insert(header::WARNING, HeaderValue::from_static("110 - \"Response is Stale\""));
    }
    if let Some(name) = chain {
        headers.insert(name, value(&percent_encode(&shelved.document.issuer_chain))?);
    }
    for line in shelved.document.headers.lines() {
        if let Some((name, text)) = line.split_once(": ")
            && let Ok(name) = HeaderName::from_bytes(name.as_bytes())
        {
            headers.insert(name, value(text)?);
        }
    }
    Ok((headers, body).into_response())
}
