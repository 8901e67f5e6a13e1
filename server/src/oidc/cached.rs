//! Public documents: whole, conditional, and from any page of a browser.

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};

use crate::encoding::to_base64url;

/// `Access-Control-Allow-Origin`: what is public may be read by any page.
pub const ANY_ORIGIN: (HeaderName, HeaderValue) =
    (header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));

/// Answers with `body`, or that the client has it already. For HEAD, the framework leaves the body out.
pub fn answer(headers: &HeaderMap, media_type: &'static str, max_age: u32, body: Vec<u8>) -> Response {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &body);
    let etag = format!("\"{}\"", to_base64url(digest.as_ref()));
    let known = headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|tag| tag.trim() == "*" || tag.trim().trim_start_matches("W/") == etag);
    let mut response = if known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let mut response = body.into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
        response
    };
    // Nothing stale: a key is published for `max_age` before it signs, and no longer.
    let caching = format!("public, max-age={max_age}");
    let out = response.headers_mut();
    for (name, value) in [(header::ETAG, etag), (header::CACHE_CONTROL, caching)] {
        if let Ok(value) = HeaderValue::from_str(&value) {
            out.insert(name, value);
        }
    }
    out.insert(ANY_ORIGIN.0, ANY_ORIGIN.1);
    response
}

/// What a page asks before it reads (Fetch, CORS-preflight).
pub async fn preflight() -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    headers.insert(ANY_ORIGIN.0, ANY_ORIGIN.1);
    for (name, value) in [
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD, OPTIONS"),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, "*"),
        (header::ACCESS_CONTROL_MAX_AGE, "86400"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}
