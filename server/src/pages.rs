//! Pages that tokens and refusals name: what the claims of the service's own profile are, and what a code means.

use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;

use crate::State;
use crate::error::{ApiError, Result, ServiceCode};

/// The routes of pages.
pub fn routes() -> Router<State> {
    Router::new().route("/eat-profile/1", get(profile)).route("/errors/{slug}", get(code))
}

/// `eat_profile` of the service's own tokens (RFC 9711, section 4.3.2).
async fn profile() -> Response {
    text("text/markdown; charset=utf-8", include_str!("../../docs/appraisal.md").to_owned())
}

/// `type` of problem details (RFC 9457, section 3.1.1).
async fn code(Path(slug): Path<String>) -> Result<Response> {
    let found = ServiceCode::ALL.iter().find(|code| code.slug() == slug);
    let code = found.ok_or_else(|| ApiError::new(ServiceCode::NotFound, "no code has this page"))?;
    let again = if code.is_retryable() { "The same request may succeed later." } else { "" };
    let page = format!(
        "{}\n\n{} (status {}). {again}\n\nThe members `error`, `check`, `findings` and `trace` of the answer tell \
         what happened; the library's own codes are those of its errors page.\n",
        code.as_str(),
        code.title(),
        code.status().as_u16(),
    );
    Ok(text("text/plain; charset=utf-8", page))
}

fn text(media_type: &'static str, body: String) -> Response {
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}
