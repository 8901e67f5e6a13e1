//! `GET /openapi.json`: what this service takes and gives, for programs to read (OpenAPI 3.1).
//!
//! Requests are read by hand, by the core's strict JSON; the structures here only describe them. A test
//! asks every path that is described.

mod paths;
mod schemas;

use axum::Router;
use axum::extract::State as Shared;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use utoipa::OpenApi as _;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{OpenApi, ServerBuilder};

use crate::State;

/// The route of the description.
pub fn routes() -> Router<State> {
    Router::new().route("/openapi.json", get(openapi))
}

async fn openapi(Shared(state): Shared<State>) -> Response {
    let mut document = document(state.config().issuer.as_str());
    if state.config().instances.is_open() {
        document.merge(paths::Instances::openapi());
    }
    let body = document.to_json().unwrap_or_default();
    ([(header::CONTENT_TYPE, "application/json"), (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")], body)
        .into_response()
}

/// The description of the service at this address.
#[must_use]
pub fn document(issuer: &str) -> OpenApi {
    let mut document = paths::Api::openapi();
    document.servers = Some(vec![ServerBuilder::new().url(issuer).build()]);
    if let Some(components) = &mut document.components {
        let bearer = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        components.add_security_scheme("admin", bearer);
    }
    document
}
