//! `GET /api`: a page that shows the description of the interface and lets one try it. It is whole in this
//! binary, asks no other host for anything, and holds no script or style in its text.

use axum::Router;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;

use crate::State;

const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

/// The page and its parts.
pub fn routes() -> Router<State> {
    let page = || async { part("text/html; charset=utf-8", include_str!("page.html")) };
    let script = || async { part("text/javascript; charset=utf-8", include_str!("page.js")) };
    let style = || async { part("text/css; charset=utf-8", include_str!("page.css")) };
    Router::new().route("/api", get(page)).route("/api.js", get(script)).route("/api.css", get(style))
}

fn part(media_type: &'static str, text: &'static str) -> Response {
    let mut response = text.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(header::CONTENT_SECURITY_POLICY, POLICY);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    let opener = HeaderName::from_static("cross-origin-opener-policy");
    headers.insert(opener, HeaderValue::from_static("same-origin"));
    response
}
