//! The discovery document: OpenID Connect Discovery 1.0, section 4, with the documented service's members.

use axum::extract::State as Shared;
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Serialize;

use super::cached::answer;
use crate::State;
use crate::keys::Algorithm;

/// In the order of the alphabet, as the documented service has them.
#[derive(Serialize)]
struct Document {
    authorization_endpoint: String,
    id_token_signing_alg_values_supported: Vec<Algorithm>,
    issuer: String,
    jwks_uri: String,
    response_types_supported: [&'static str; 4],
    subject_types_supported: [&'static str; 1],
    token_endpoint: String,
    userinfo_endpoint: String,
}

/// `GET /.well-known/openid-configuration`. Nothing in it comes from the request.
pub async fn discovery(Shared(state): Shared<State>, headers: HeaderMap) -> Response {
    let config = state.config();
    let issuer = config.issuer.as_str();
    let document = Document {
        authorization_endpoint: format!("{issuer}/authorize"),
        id_token_signing_alg_values_supported: state.keys().algorithms(state.now()),
        issuer: issuer.to_owned(),
        jwks_uri: format!("{issuer}/jwks.json"),
        response_types_supported: ["code", "code id_token", "id_token", "token id_token"],
        subject_types_supported: ["public"],
        token_endpoint: format!("{issuer}/token"),
        userinfo_endpoint: format!("{issuer}/userinfo"),
    };
    let body = serde_json::to_vec(&document).unwrap_or_default();
    answer(&headers, "application/json", config.keys.max_age_seconds, body)
}
