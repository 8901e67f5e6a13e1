//! Endpoints that discovery has to name. Tokens come from evidence and never from here: each refuses as its
//! standard says, and none answers 200.

use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;

#[derive(Serialize)]
struct OAuthError {
    error: &'static str,
    error_description: &'static str,
}

/// `/authorize`: RFC 6749, section 4.1.2.1. Nobody is sent to a `redirect_uri`, since no client is registered.
pub async fn authorize(method: Method) -> Response {
    refused(
        &method,
        StatusCode::BAD_REQUEST,
        "unsupported_response_type",
        "tokens are issued for attestation evidence: POST /v1/attestation",
    )
}

/// `/token`: RFC 6749, section 5.2.
pub async fn token(method: Method) -> Response {
    refused(
        &method,
        StatusCode::BAD_REQUEST,
        "unsupported_grant_type",
        "tokens are issued for attestation evidence: POST /v1/attestation",
    )
}

/// `/userinfo`: OpenID Connect Core 1.0, section 5.3.3, and RFC 6750, section 3.
pub async fn userinfo(method: Method) -> Response {
    let description = "tokens of attestation give no access to user information";
    let mut response = refused(&method, StatusCode::UNAUTHORIZED, "invalid_token", description);
    response
        .headers_mut()
        .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer error=\"invalid_token\""));
    response
}

fn refused(
    method: &Method,
    status: StatusCode,
    error: &'static str,
    error_description: &'static str,
) -> Response {
    let body = serde_json::to_vec(&OAuthError { error, error_description }).unwrap_or_default();
    let mut response = (status, if *method == Method::HEAD { Vec::new() } else { body }).into_response();
    for (name, value) in [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "no-store"),
        (header::PRAGMA, "no-cache"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}
