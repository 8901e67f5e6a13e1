//! Numbers for Prometheus: `GET /metrics`. No label has a value of a request's choice.

use std::fmt;
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State as Shared};
use axum::http::{HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;

use crate::State;
use crate::admin::Admin;
use crate::error::{ApiError, Result};
use crate::keys::KeyState;

/// What is counted.
pub struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    seconds: Family<RouteLabels, Histogram>,
    in_flight: Gauge,
    /// Tokens, by kind of evidence.
    pub tokens: Family<TeeLabels, Counter>,
    /// Refusals, by the service's code.
    pub refusals: Family<CodeLabels, Counter>,
    /// Requests of clients that asked too often.
    pub rate_limited: Counter,
    /// Open connections.
    pub connections: Gauge,
    /// Connections of clients that had their share.
    pub connections_refused: Counter,
    key_age_seconds: Gauge,
    published_keys: Gauge,
    collateral_documents: Gauge,
    collateral_oldest_seconds: Gauge,
    collateral_lapsed: Gauge,
    /// Documents that are not genuine, and were not kept.
    pub collateral_refused: Counter,
    audit_entries: Gauge,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    method: &'static str,
    route: String,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteLabels {
    route: String,
}

/// A kind of evidence.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct TeeLabels {
    /// Its name in requests.
    pub tee: &'static str,
}

/// A code of the service.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct CodeLabels {
    /// Its name.
    pub code: &'static str,
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metrics")
    }
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("veriquote");
        let build = Info::new(vec![("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("build", "Which release this is", build);
        let mut metrics = Self {
            requests: Family::default(),
            seconds: Family::new_with_constructor(|| Histogram::new(exponential_buckets(0.000_5, 2.0, 16))),
            in_flight: Gauge::default(),
            tokens: Family::default(),
            refusals: Family::default(),
            rate_limited: Counter::default(),
            connections: Gauge::default(),
            connections_refused: Counter::default(),
            key_age_seconds: Gauge::default(),
            published_keys: Gauge::default(),
            collateral_documents: Gauge::default(),
            collateral_oldest_seconds: Gauge::default(),
            collateral_lapsed: Gauge::default(),
            collateral_refused: Counter::default(),
            audit_entries: Gauge::default(),
            registry: Registry::default(),
        };
        let r = &mut registry;
        r.register("requests", "Requests that were answered", metrics.requests.clone());
        r.register("request_seconds", "Time from a request's head to its answer", metrics.seconds.clone());
        r.register("requests_in_flight", "Requests that are being answered", metrics.in_flight.clone());
        r.register("tokens", "Tokens that were issued", metrics.tokens.clone());
        r.register("refusals", "Requests that were refused", metrics.refusals.clone());
        r.register("rate_limited", "Requests of clients that asked too often", metrics.rate_limited.clone());
        r.register("connections", "Open connections", metrics.connections.clone());
        r.register(
            "connections_refused",
            "Connections of clients that had their share",
            metrics.connections_refused.clone(),
        );
        r.register("key_age_seconds", "Since the signing key became active", metrics.key_age_seconds.clone());
        r.register("keys_published", "Keys that relying parties are given", metrics.published_keys.clone());
        r.register("collateral_documents", "Documents at hand", metrics.collateral_documents.clone());
        r.register(
            "collateral_oldest_seconds",
            "Since the oldest document was fetched",
            metrics.collateral_oldest_seconds.clone(),
        );
        r.register(
            "collateral_lapsed",
            "Documents past their next update",
            metrics.collateral_lapsed.clone(),
        );
        r.register(
            "collateral_refused",
            "Documents that are not genuine, and were not kept",
            metrics.collateral_refused.clone(),
        );
        r.register("audit_entries", "Entries of the audit log", metrics.audit_entries.clone());
        metrics.registry = registry;
        metrics
    }
}

/// Counts a request and the time that it took.
pub async fn counted(Shared(state): Shared<State>, request: Request, next: Next) -> Response {
    let metrics = state.metrics();
    let begun = Instant::now();
    let method = known(request.method());
    let route = request.extensions().get::<MatchedPath>().map_or("none", |path| path.as_str()).to_owned();
    let in_flight = InFlight::of(&metrics.in_flight);
    let response = next.run(request).await;
    drop(in_flight);
    metrics
        .seconds
        .get_or_create(&RouteLabels { route: route.clone() })
        .observe(begun.elapsed().as_secs_f64());
    let status = response.status().as_u16();
    metrics.requests.get_or_create(&RequestLabels { method, route, status }).inc();
    if let Some(error) = response.extensions().get::<ApiError>() {
        metrics.refusals.get_or_create(&CodeLabels { code: error.code().as_str() }).inc();
    }
    response
}

/// Also when a client goes away and its request is dropped.
struct InFlight(Gauge);

impl InFlight {
    fn of(gauge: &Gauge) -> Self {
        gauge.inc();
        Self(gauge.clone())
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// A method is a word of the client's choice.
fn known(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "other",
    }
}

/// `GET /metrics`.
pub async fn metrics(Shared(state): Shared<State>, request: Request) -> Result<Response> {
    if !state.config().metrics.public {
        Admin::of(&state, request.extensions(), request.headers()).await?;
    }
    let metrics = state.metrics();
    let now = state.now();
    let keys = state.keys();
    let gauge = |gauge: &Gauge, value: i64| {
        gauge.set(value);
    };
    let signing = keys.all(now).into_iter().find(|(_, state)| *state == KeyState::Active);
    gauge(&metrics.key_age_seconds, signing.map_or(0, |(times, _)| now.since(times.activates_at)));
    let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    gauge(&metrics.published_keys, count(keys.published(now).len()));
    let documents = state.library().inventory().await.unwrap_or_default();
    gauge(&metrics.collateral_documents, count(documents.len()));
    let oldest = documents.iter().map(|document| now.since(document.fetched_at)).max();
    gauge(&metrics.collateral_oldest_seconds, oldest.unwrap_or(0));
    gauge(&metrics.collateral_lapsed, count(documents.iter().filter(|it| it.has_lapsed(now)).count()));
    if let Some(audit) = state.audit() {
        gauge(&metrics.audit_entries, i64::try_from(audit.head().0).unwrap_or(i64::MAX));
    }
    let mut text = String::new();
    encode(&mut text, &metrics.registry).map_err(ApiError::internal)?;
    let mut response = text.into_response();
    let media_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}
