//! The public keys (RFC 7517, section 5).

use axum::extract::State as Shared;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Serialize;

use super::cached::answer;
use crate::State;
use crate::keys::Jwk;

#[derive(Serialize)]
struct KeySet {
    keys: Vec<Jwk>,
}

/// `GET /jwks.json`: keys that sign, will sign, or signed what may still be in force. Never a revoked one.
pub async fn jwks(Shared(state): Shared<State>, headers: HeaderMap) -> Response {
    let keys = state.keys().published(state.now()).into_iter().map(|(jwk, _)| jwk).collect();
    let body = serde_json::to_vec(&KeySet { keys }).unwrap_or_default();
    answer(&headers, "application/json", state.config().keys.max_age_seconds, body)
}
