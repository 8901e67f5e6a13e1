//! Who may change things: bearers of a token whose digest is configured.

use aws_lc_rs::digest::{SHA256, digest};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use veriquote::bytes::{constant_time_eq, from_hex};

use crate::State;
use crate::error::{ApiError, Result, ServiceCode};

/// An administrator, by the name of the token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Admin(pub String);

impl FromRequestParts<State> for Admin {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self> {
        let given = parts
            .headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .map(|(_, token)| token.trim());
        let refused = |detail: &str| {
            ApiError::new(ServiceCode::Unauthenticated, detail)
                .header(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"veriquote\""))
        };
        let Some(token) = given else { return Err(refused("no bearer token was given")) };
        let given = digest(&SHA256, token.as_bytes());
        // Every digest is compared, so that the time says nothing of which one came close.
        let mut known = None;
        for token in &state.config().admin.tokens {
            let expected = from_hex(token.sha256.as_bytes()).unwrap_or_default();
            if constant_time_eq(&expected, given.as_ref()) {
                known = Some(Self(token.name.clone()));
            }
        }
        known.ok_or_else(|| refused("this token is not known"))
    }
}
