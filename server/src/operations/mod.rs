//! What surrounds the service: TLS, clients and their limits, the audit log, metrics, the page to try it.

pub mod audit;
mod client;
mod login;
mod metrics;
mod page;
mod tls;

pub use audit::Audit;
pub use client::{ClientNetwork, Peer, Turnstile, limited};
pub use login::Login;
pub use metrics::{CodeLabels, Metrics, TeeLabels, counted};
pub use page::routes as page_routes;
pub use tls::{Tls, fingerprint};

use axum::Router;
use axum::routing::get;

use crate::State;

/// The routes of operations.
pub fn routes() -> Router<State> {
    Router::new().route("/metrics", get(metrics::metrics)).merge(page_routes())
}
