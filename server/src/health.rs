//! Whether the service lives, and whether it can do its work.

use axum::Router;
use axum::extract::State as Shared;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use serde::Serialize;

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
}

#[derive(Serialize)]
struct Key {
    kid: String,
    algorithm: &'static str,
    state: &'static str,
    activates_at: String,
}

#[derive(Serialize)]
struct Collateral {
    document: String,
    age_seconds: i64,
}

async fn alive() -> Response {
    json(StatusCode::OK, &serde_json::json!({ "alive": true }))
}

/// Ready: the store answers, and a key signs. Collateral is listed with its age; whether it is in force is
/// told with each verification.
async fn ready(Shared(state): Shared<State>) -> Response {
    let now = state.now();
    let store = state.store().ping().await.is_ok();
    let keys = state.keys();
    let collateral = state.store().documents().await.unwrap_or_default();
    let readiness = Readiness {
        ready: store && keys.signer(now).is_some(),
        store,
        keys: keys
            .all(now)
            .into_iter()
            .map(|(times, state)| Key {
                kid: times.kid,
                algorithm: times.algorithm.as_str(),
                state: state.as_str(),
                activates_at: times.activates_at.to_string(),
            })
            .collect(),
        collateral: collateral
            .into_iter()
            .map(|(document, fetched_at)| Collateral { document, age_seconds: now.since(fetched_at) })
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
