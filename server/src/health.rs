//! Whether the service lives, and whether it can do its work.

use axum::Router;
use axum::extract::State as Shared;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use serde::Serialize;
use veriquote::bytes::to_hex;

use crate::State;

/// The routes of health.
pub fn routes() -> Router<State> {
    Router::new().route("/healthz", get(alive)).route("/readyz", get(ready)).route("/version", get(version))
}

#[derive(Serialize)]
struct Readiness {
    ready: bool,
    store: bool,
    keys: Vec<Key>,
    collateral: Vec<Collateral>,
    /// No document is past its next update.
    fresh: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    audit: Option<AuditHead>,
}

#[derive(Serialize)]
struct Key {
    kid: String,
    algorithm: &'static str,
    state: &'static str,
    activates_at: String,
    /// Since it began to sign; negative while it is only published.
    age_seconds: i64,
}

#[derive(Serialize)]
struct Collateral {
    document: String,
    age_seconds: i64,
    /// Until when it is in force, for documents that say so.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_update: Option<String>,
    lapsed: bool,
}

/// How far the audit log goes: noted elsewhere, it tells when the log's end was cut off.
#[derive(Serialize)]
struct AuditHead {
    entries: u64,
    hash: String,
}

async fn alive() -> Response {
    json(StatusCode::OK, &serde_json::json!({ "alive": true }))
}

/// Ready: the store answers, a key signs and, where the configuration wants that, no document of collateral
/// is past its next update. Whether one is in force is told with each verification all the same.
async fn ready(Shared(state): Shared<State>) -> Response {
    let now = state.now();
    let store = state.store().ping().await.is_ok();
    let keys = state.keys();
    let collateral = state.library().inventory().await.unwrap_or_default();
    let fresh = !collateral.iter().any(|item| item.has_lapsed(now));
    let enough = fresh || !state.config().ready.fresh_collateral;
    let readiness = Readiness {
        ready: store && enough && keys.signer(now).is_some(),
        store,
        fresh,
        audit: state.audit().map(|audit| {
            let (entries, hash) = audit.head();
            AuditHead { entries, hash: to_hex(&hash) }
        }),
        keys: keys
            .all(now)
            .into_iter()
            .map(|(times, state)| Key {
                kid: times.kid,
                algorithm: times.algorithm.as_str(),
                state: state.as_str(),
                age_seconds: now.since(times.activates_at),
                activates_at: times.activates_at.to_string(),
            })
            .collect(),
        collateral: collateral
            .into_iter()
            .map(|item| Collateral {
                age_seconds: now.since(item.fetched_at),
                next_update: item.next_update.map(|next| next.to_string()),
                lapsed: item.has_lapsed(now),
                document: item.key,
            })
            .collect(),
    };
    let status = if readiness.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    json(status, &readiness)
}

async fn version() -> Response {
    json(
        StatusCode::OK,
        &serde_json::json!({ "name": "veriquote-server", "version": env!("CARGO_PKG_VERSION") }),
    )
}

fn json(status: StatusCode, value: &impl Serialize) -> Response {
    let mut response = (status, serde_json::to_vec(value).unwrap_or_default()).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
