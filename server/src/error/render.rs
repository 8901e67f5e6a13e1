//! Writes the body of refusals: the last layer before the request id.

use axum::body::to_bytes;
use axum::extract::{Request, State as Shared};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use veriquote_facade::{CheckLine, Finding, Problem};

use super::{ApiError, ServiceCode};
use crate::State;
use crate::http::request_id;

const MEDIA_TYPE: HeaderValue = HeaderValue::from_static("application/problem+json");

/// The members of RFC 9457, section 3.1, and ours beside them.
#[derive(Serialize)]
struct Body<'a> {
    r#type: String,
    title: &'static str,
    status: u16,
    detail: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    instance: Option<String>,
    code: &'static str,
    retryable: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'a str>,
    /// The policy that refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    policy: Option<&'a str>,
    /// The facade's error: code, kind, part, offset, help and facts.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a Problem>,
    /// The check that failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    check: Option<&'a CheckLine>,
    /// The rules of the policy that are broken.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    findings: &'a [Finding],
    /// Every check up to the failing one.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    trace: &'a [CheckLine],
}

/// Gives every refusal a body of problem details, also those that are not this service's own.
pub async fn render(Shared(state): Shared<State>, request: Request, next: Next) -> Response {
    let id = request_id(request.headers());
    let bodiless = request.method() == Method::HEAD;
    let mut response = next.run(request).await;
    let error = match response.extensions_mut().remove::<ApiError>() {
        Some(error) => error,
        None => match of_status(&response) {
            Some(error) => error,
            None if is_of_framework(&response) => of_words(&mut response).await,
            None => return response,
        },
    };
    let body = Body {
        r#type: format!("{}/errors/{}", state.config().issuer, error.0.code.slug()),
        title: error.0.code.title(),
        status: error.0.status.as_u16(),
        detail: &error.0.detail,
        instance: id.map(|id| format!("urn:uuid:{id}")),
        code: error.0.code.as_str(),
        retryable: error.0.code.is_retryable(),
        field: error.0.field.as_deref(),
        policy: error.0.policy.as_deref(),
        error: error.0.problem.as_ref(),
        check: error.0.check.as_ref(),
        findings: &error.0.findings,
        trace: &error.0.trace,
    };
    tracing::info!(
        status = body.status,
        code = body.code,
        error = body.error.map(|problem| problem.code.as_str()),
        check = body.check.map(|check| &*check.id),
        "refused"
    );
    let text = serde_json::to_vec(&body).unwrap_or_default();
    let allow = response.headers().get(header::ALLOW).cloned();
    let mut rendered = (error.0.status, if bodiless { Vec::new() } else { text }).into_response();
    rendered.headers_mut().extend(error.0.headers.clone());
    rendered.headers_mut().insert(header::CONTENT_TYPE, MEDIA_TYPE);
    rendered.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let id = ApiError::new(error.0.code, "");
    rendered.extensions_mut().insert(id);
    if let Some(allow) = allow {
        rendered.headers_mut().insert(header::ALLOW, allow);
    }
    rendered
}

/// Refusals of the framework's own: of paths and queries that it cannot read. Ours are never plain text.
fn is_of_framework(response: &Response) -> bool {
    let media_type = response.headers().get(header::CONTENT_TYPE);
    let is_text = media_type.is_some_and(|value| value.as_bytes().starts_with(b"text/plain"));
    response.status() == StatusCode::BAD_REQUEST && is_text
}

async fn of_words(response: &mut Response) -> ApiError {
    const LONGEST: usize = 1024;
    let body = std::mem::take(response.body_mut());
    let words = to_bytes(body, LONGEST).await.unwrap_or_default();
    ApiError::new(ServiceCode::InvalidArgument, String::from_utf8_lossy(&words))
}

/// Refusals of the framework, which have a status and no words.
fn of_status(response: &Response) -> Option<ApiError> {
    let status = response.status();
    let written = response.headers().contains_key(header::CONTENT_TYPE);
    let error = match status {
        StatusCode::NOT_FOUND if !written => ApiError::new(ServiceCode::NotFound, "no such path"),
        StatusCode::METHOD_NOT_ALLOWED => {
            ApiError::new(ServiceCode::MethodNotAllowed, "the header Allow says which")
        }
        StatusCode::PAYLOAD_TOO_LARGE => ApiError::new(ServiceCode::TooLarge, "the body is too large"),
        StatusCode::INTERNAL_SERVER_ERROR => ApiError::internal("a handler failed"),
        _ => return None,
    };
    Some(error)
}
