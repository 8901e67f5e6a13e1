//! Answers of the RPC interface, and its refusals: JSON in the interface's own form.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value};

use crate::error::ApiError;
use crate::random::NoRandomness;
use crate::store::StoreError;

/// A refusal: `Code` and `Message`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    status: StatusCode,
    code: String,
    message: String,
}

/// What actions give: the members of the answer.
pub type Answer = Result<Map<String, Value>, Refusal>;

impl Refusal {
    /// A refusal in these words.
    pub fn new(status: StatusCode, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { status, code: code.into(), message: message.into() }
    }

    /// A parameter that is missing or wrong.
    pub fn parameter(name: &str, message: impl std::fmt::Display) -> Self {
        Self::new(StatusCode::BAD_REQUEST, format!("InvalidParameter.{name}"), format!("{name}: {message}"))
    }

    /// No such machine, or not of this account.
    #[must_use]
    pub fn no_instance() -> Self {
        Self::new(StatusCode::NOT_FOUND, "Instance.NotFound", "there is no machine of this PropertyUuid")
    }

    /// Somebody else changed the machine at the same time.
    #[must_use]
    pub fn conflict() -> Self {
        let message = "the machine was changed at the same time; try again";
        Self::new(StatusCode::CONFLICT, "Instance.Changed", message)
    }

    /// With the id of the request.
    #[must_use]
    pub fn respond(self, request_id: &str) -> Response {
        tracing::info!(status = self.status.as_u16(), code = self.code, "refused");
        let mut members = Map::new();
        members.insert("Code".to_owned(), self.code.into());
        members.insert("Message".to_owned(), self.message.into());
        json(self.status, members, request_id)
    }
}

impl From<ApiError> for Refusal {
    fn from(error: ApiError) -> Self {
        let status = error.into_response().status();
        Self::new(status, "ServiceUnavailable", "the service cannot do this now")
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        ApiError::from(error).into()
    }
}

impl From<NoRandomness> for Refusal {
    fn from(error: NoRandomness) -> Self {
        ApiError::from(error).into()
    }
}

/// An answer with the id of the request.
pub fn json(status: StatusCode, mut members: Map<String, Value>, request_id: &str) -> Response {
    members.insert("RequestId".to_owned(), request_id.to_ascii_uppercase().into());
    let body = Value::Object(members).to_string();
    let mut response = (status, body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Members of an answer.
#[must_use]
pub fn members<const N: usize>(members: [(&str, Value); N]) -> Map<String, Value> {
    members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
