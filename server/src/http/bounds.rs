//! Bounds of time, of requests at once, and of those of one client.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State as Shared};
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::share::{Share, Shares};
use crate::State;
use crate::error::{ApiError, ServiceCode};
use crate::operations::ClientNetwork;

/// Room for requests.
#[derive(Clone, Debug)]
pub struct Bounds {
    room: Arc<Semaphore>,
    shares: Shares,
    time: Duration,
}

/// The place that a request takes, for as long as anything is done for it.
#[derive(Debug)]
pub struct Place {
    _room: OwnedSemaphorePermit,
    _share: Share,
}

tokio::task_local! {
    static PLACE: Arc<Place>;
}

impl Bounds {
    /// Room for `requests` at once, `each` of them of one client, each of which may take `time`.
    #[must_use]
    pub fn new(requests: usize, each: usize, time: Duration) -> Self {
        Self { room: Arc::new(Semaphore::new(requests)), shares: Shares::new(each), time }
    }

    fn place(&self, client: Option<IpAddr>) -> Option<Place> {
        let room = Arc::clone(&self.room).try_acquire_owned().ok()?;
        Some(Place { _room: room, _share: self.shares.take(client)? })
    }
}

/// The place of the request that is served here. Work that goes on after its client has left keeps it.
#[must_use]
pub fn place() -> Option<Arc<Place>> {
    PLACE.try_with(Arc::clone).ok()
}

/// Refuses a request when there is no room, and ends it when its time is over.
pub async fn bounded(Shared(state): Shared<State>, request: Request, next: Next) -> Response {
    let bounds = state.bounds();
    let client = request.extensions().get::<ClientNetwork>().map(|client| client.0);
    let Some(place) = bounds.place(client) else {
        return ApiError::new(ServiceCode::Busy, "try again in a second")
            .header(header::RETRY_AFTER, HeaderValue::from_static("1"))
            .into_response();
    };
    match tokio::time::timeout(bounds.time, PLACE.scope(Arc::new(place), next.run(request))).await {
        Ok(response) => response,
        Err(_) => ApiError::new(
            ServiceCode::Timeout,
            format!("the request was not done within {} seconds", bounds.time.as_secs()),
        )
        .into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_has_its_share_of_the_room_and_gives_it_back() {
        let bounds = Bounds::new(5, 2, Duration::from_secs(1));
        let [one, other]: [Option<IpAddr>; 2] = ["192.0.2.1", "192.0.2.2"].map(|ip| ip.parse().ok());
        let held = [bounds.place(one), bounds.place(one)].map(Option::unwrap);
        assert!(bounds.place(one).is_none(), "its share is taken");
        let others = [bounds.place(other), bounds.place(other)].map(Option::unwrap);
        let last = bounds.place(None).unwrap();
        assert!(bounds.place(None).is_none(), "and then the room");
        drop((held, last));
        assert!(bounds.place(one).is_some());
        drop(others);
        assert!(bounds.shares.is_empty(), "nobody is remembered");
    }
}
