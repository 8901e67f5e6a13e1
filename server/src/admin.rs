//! Who may change things: bearers of a token, or holders of a certificate, whose digest is configured,
//! and subjects of an issuer that is.

use aws_lc_rs::digest::{SHA256, digest};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, HeaderValue, header};
use veriquote::bytes::{constant_time_eq, from_hex};

use crate::State;
use crate::error::{ApiError, Result, ServiceCode};
use crate::operations::Peer;

/// An administrator, by the name of the token or certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Admin(pub String);

impl Admin {
    /// Who asks, by the certificate of the connection or the token of the request.
    ///
    /// # Errors
    /// `AS.AUTH.UNAUTHENTICATED`.
    pub async fn of(state: &State, connection: &Extensions, headers: &HeaderMap) -> Result<Self> {
        let admins = &state.config().admin;
        let certificates = admins.certificates.iter().map(|it| (&it.name, &it.sha256));
        let shown = connection.get::<Peer>().and_then(|peer| peer.certificate);
        if let Some(name) = shown.and_then(|shown| named(certificates, &shown)) {
            return Ok(Self(name));
        }
        let bearer = headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .map(|(_, token)| token.trim());
        let refused = |detail: &str| {
            ApiError::new(ServiceCode::Unauthenticated, detail)
                .header(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"veriquote\""))
        };
        let Some(token) = bearer else {
            return Err(refused("neither a bearer token nor a certificate that is known was given"));
        };
        let tokens = admins.tokens.iter().map(|it| (&it.name, &it.sha256));
        let given = digest(&SHA256, token.as_bytes());
        if let Some(name) = named(tokens, given.as_ref()) {
            return Ok(Self(name));
        }
        let subject = match state.login() {
            Some(login) => login.administrator(token, state.now()).await,
            None => None,
        };
        subject.map(Self).ok_or_else(|| refused("this token is not known"))
    }
}

/// Every digest is compared, so that the time says nothing of which one came close.
fn named<'a>(known: impl Iterator<Item = (&'a String, &'a String)>, given: &[u8]) -> Option<String> {
    let mut found = None;
    for (name, sha256) in known {
        let expected = from_hex(sha256.as_bytes()).unwrap_or_default();
        if constant_time_eq(&expected, given) {
            found = Some(name.clone());
        }
    }
    found
}

impl FromRequestParts<State> for Admin {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self> {
        Self::of(state, &parts.extensions, &parts.headers).await
    }
}
