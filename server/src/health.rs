//! Whether the service lives, and whether it can do its work.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State as Shared;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use serde::Serialize;
use tokio::sync::Mutex;
use tokio::time::timeout;
use veriquote::UnixTime;
use veriquote::bytes::to_hex;

use crate::State;
use crate::collateral::Item;

/// The routes of health.
pub fn routes() -> Router<State> {
    Router::new().route("/healthz", get(alive)).route("/readyz", get(ready)).route("/version", get(version))
}

/// What was found when the store was last looked at. Anybody may ask, and as often as he likes: the store is
/// asked by one at a time, and not twice within a second.
#[derive(Debug, Default)]
pub struct Probe(Mutex<Option<(UnixTime, Found)>>);

/// The documents in the store; `None` when it did not answer.
type Found = Option<Arc<Vec<Item>>>;

/// A store that takes longer does not answer.
const PATIENCE: Duration = Duration::from_secs(5);

impl Probe {
    async fn look(&self, state: &State, now: UnixTime) -> Found {
        let mut last = self.0.lock().await;
        if let Some((_, found)) = last.as_ref().filter(|(at, _)| *at >= now) {
            return found.clone();
        }
        let look = async {
            state.store().ping().await?;
            state.library().inventory().await
        };
        let found = match timeout(PATIENCE, look).await {
            Ok(Ok(items)) => Some(Arc::new(items)),
            Ok(Err(error)) => {
                tracing::error!(%error, "the store");
                None
            }
            Err(_) => {
                tracing::error!("the store does not answer");
                None
            }
        };
        *last = Some((state.now(), found.clone()));
        found
    }
}

#[derive(Serialize)]
struct Readiness {
    ready: bool,
    store: bool,
    keys: Vec<Key>,
    collateral: Vec<Collateral>,
    /// No document is past its next update.
    fresh: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    audit: Option<AuditHead>,
}

#[derive(Serialize)]
struct Key {
    kid: String,
    algorithm: &'static str,
    state: &'static str,
    activates_at: String,
    /// Since it began to sign; negative while it is only published.
    age_seconds: i64,
}

#[derive(Serialize)]
struct Collateral {
    document: String,
    age_seconds: i64,
    /// Until when it is in force, for documents that say so.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_update: Option<String>,
    lapsed: bool,
}

/// How far the audit log goes: noted elsewhere, it tells when the log's end was cut off.
#[derive(Serialize)]
struct AuditHead {
    entries: u64,
    hash: String,
}

async fn alive() -> Response {
    json(StatusCode::OK, &serde_json::json!({ "alive": true }))
}

/// Ready: the store answers, a key signs and, where the configuration wants that, no document of collateral
/// is past its next update. Whether one is in force is told with each verification all the same.
async fn ready(Shared(state): Shared<State>) -> Response {
    let now = state.now();
    let found = state.probe().look(&state, now).await;
    let store = found.is_some();
    let keys = state.keys();
    let collateral = found.unwrap_or_default();
    // Of what nobody could read nothing is known to be fresh.
    let fresh = store && !collateral.iter().any(|item| item.has_lapsed(now));
    let enough = fresh || !state.config().ready.fresh_collateral;
    let readiness = Readiness {
        ready: store && enough && keys.signer(now).is_some(),
        store,
        fresh,
        audit: state.audit().map(|audit| {
            let (entries, hash) = audit.head();
            AuditHead { entries, hash: to_hex(&hash) }
        }),
        keys: keys
            .all(now)
            .into_iter()
            .map(|(times, state)| Key {
                kid: times.kid,
                algorithm: times.algorithm.as_str(),
                state: state.as_str(),
                age_seconds: now.since(times.activates_at),
                activates_at: times.activates_at.to_string(),
            })
            .collect(),
        collateral: collateral
            .iter()
            .map(|item| Collateral {
                age_seconds: now.since(item.fetched_at),
                next_update: item.next_update.map(|next| next.to_string()),
                lapsed: item.has_lapsed(now),
                document: item.key.clone(),
            })
            .collect(),
    };
    let status = if readiness.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    json(status, &readiness)
}

async fn version() -> Response {
    json(
        StatusCode::OK,
        &serde_json::json!({ "name": "veriquote-server", "version": env!("CARGO_PKG_VERSION") }),
    )
}

fn json(status: StatusCode, value: &impl Serialize) -> Response {
    let mut response = (status, serde_json::to_vec(value).unwrap_or_default()).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
