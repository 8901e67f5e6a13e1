//! All routes under the layers that every request passes.

use axum::Router;
use axum::extract::Request;
use axum::middleware::{from_fn_with_state, map_request};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::request_id::{PropagateRequestIdLayer, SetRequestIdLayer};
use tower_http::trace::TraceLayer;

use crate::State;
use crate::error::{ApiError, ServiceCode, render};
use crate::http::{NumberedRequest, bounded, request_id, unnumbered};
use crate::operations::{self, counted, limited};
use crate::{attestation, challenge, collateral, health, instances, oidc, openapi, pages, policies};

/// The whole service.
pub fn app(state: State) -> Router {
    let path = state.config().issuer.path().to_owned();
    let routes = Router::new()
        .merge(oidc::routes())
        .merge(attestation::routes())
        .merge(challenge::routes())
        .merge(collateral::routes())
        .merge(policies::routes())
        .merge(openapi::routes())
        .merge(pages::routes())
        .merge(operations::routes())
        .layer(from_fn_with_state(state.clone(), bounded))
        .layer(from_fn_with_state(state.clone(), limited))
        .merge(health::routes());
    #[cfg(feature = "web")]
    let routes = routes.merge(crate::web::routes());
    // An issuer with a path has its documents below it (OpenID Connect Discovery 1.0, section 4.1).
    let mut routed = if path.is_empty() { routes } else { Router::new().nest(&path, routes) };
    if state.config().instances.is_open() {
        // Clients of that interface call the root, whatever the issuer's path.
        routed = routed.merge(
            instances::routes()
                .layer(from_fn_with_state(state.clone(), bounded))
                .layer(from_fn_with_state(state.clone(), limited)),
        );
    }
    routed
        .fallback(|| async { ApiError::new(ServiceCode::NotFound, "there is nothing at this path") })
        .layer(CatchPanicLayer::new())
        .layer(from_fn_with_state(state.clone(), render))
        .layer(from_fn_with_state(state.clone(), counted))
        .layer(TraceLayer::new_for_http().make_span_with(span))
        .layer(PropagateRequestIdLayer::x_request_id())
        .layer(SetRequestIdLayer::x_request_id(NumberedRequest))
        .layer(map_request(unnumbered))
        .with_state(state)
}

/// What a line of the log says of its request: never a body, a query or a token.
fn span(request: &Request) -> tracing::Span {
    let id = request_id(request.headers()).unwrap_or_default();
    tracing::info_span!("request", id, method = %request.method(), path = request.uri().path())
}
