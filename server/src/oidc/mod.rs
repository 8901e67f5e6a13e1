//! The issuer as relying parties see it: discovery, keys, and endpoints that tokens of attestation do not
//! need and that answer as OAuth says.

mod cached;
mod discovery;
mod endpoints;
mod jwks;

use axum::Router;
use axum::routing::{any, get};

use crate::State;

/// The issuer's routes.
pub fn routes() -> Router<State> {
    Router::new()
        .route("/.well-known/openid-configuration", get(discovery::discovery).options(cached::preflight))
        .route("/jwks.json", get(jwks::jwks).options(cached::preflight))
        .route("/.well-known/jwks.json", get(jwks::jwks).options(cached::preflight))
        .route("/authorize", any(endpoints::authorize))
        .route("/token", any(endpoints::token))
        .route("/userinfo", any(endpoints::userinfo))
}
