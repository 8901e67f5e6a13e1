//! `POST /v2/challenge`.

use axum::Router;
use axum::extract::State as Shared;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use serde::Serialize;
use veriquote::UnixTime;

use crate::State;
use crate::error::{ApiError, Result};
use crate::http::{Body, Fields, read};

/// The route of challenges.
pub fn routes() -> Router<State> {
    Router::new().route("/v2/challenge", post(challenge))
}

#[derive(Serialize)]
struct Answer {
    challenge: String,
    nonce: String,
    expires_in: u32,
    one_time: bool,
}

/// Gives a nonce. Nothing is kept of it until it is answered.
async fn challenge(Shared(state): Shared<State>, Body(body): Body) -> Result<Response> {
    let one_time = if body.trim_ascii().is_empty() {
        true
    } else {
        let node = read(&body)?;
        Fields::of(&node, "", &["one_time"])?.flag("one_time")?.unwrap_or(true)
    };
    let expires_in = state.config().challenge.lifetime_seconds;
    let expires_at = UnixTime(state.now().0.saturating_add(i64::from(expires_in)));
    let (made, challenge) = state.challenger().make(expires_at, one_time)?;
    let answer = Answer { challenge, nonce: made.nonce_text(), expires_in, one_time };
    let mut response = serde_json::to_vec(&answer).map_err(ApiError::internal)?.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}
