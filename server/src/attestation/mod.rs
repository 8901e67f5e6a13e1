//! Evidence in, a token out: the documented endpoint, ours beside it, and appraisal without a token.

mod binding;
mod desk;
mod devices;
mod evidence;
mod issue;
mod job;
mod media;
mod members;
mod revocation;
mod v1;
mod v2;
mod verify;

use axum::Router;
use axum::routing::post;

use crate::State;

pub use binding::RuntimeData;
pub use desk::Desk;
pub(crate) use evidence::TpmEvidence;
pub use v2::try_policies;

/// The routes of attestation.
pub fn routes() -> Router<State> {
    Router::new()
        .route("/v1/attestation", post(v1::attestation))
        .route("/v2/attestation", post(v2::attestation))
        .route("/v2/appraise", post(v2::appraise))
}
