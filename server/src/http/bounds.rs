//! Bounds of time and of requests at once.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State as Shared};
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use tokio::sync::Semaphore;

use crate::State;
use crate::error::{ApiError, ServiceCode};

/// Room for requests.
#[derive(Clone, Debug)]
pub struct Bounds {
    room: Arc<Semaphore>,
    time: Duration,
}

impl Bounds {
    /// Room for `requests` at once, each of which may take `time`.
    #[must_use]
    pub fn new(requests: usize, time: Duration) -> Self {
        Self { room: Arc::new(Semaphore::new(requests)), time }
    }
}

/// Refuses a request when there is no room, and ends it when its time is over.
pub async fn bounded(Shared(state): Shared<State>, request: Request, next: Next) -> Response {
    let bounds = state.bounds();
    let Ok(_place) = bounds.room.try_acquire() else {
        return ApiError::new(ServiceCode::Busy, "try again in a second")
            .header(header::RETRY_AFTER, HeaderValue::from_static("1"))
            .into_response();
    };
    match tokio::time::timeout(bounds.time, next.run(request)).await {
        Ok(response) => response,
        Err(_) => ApiError::new(
            ServiceCode::Timeout,
            format!("the request was not done within {} seconds", bounds.time.as_secs()),
        )
        .into_response(),
    }
}
