//! Where arithmetic is done.

use crate::error::{ApiError, Result};
use crate::http::place;

/// How long it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Length {
    /// A fifth of a millisecond or so: the way to another thread and back would cost a third of that.
    Short,
    /// More, or it is not known.
    Long,
}

/// Does arithmetic: among the connections when it is short, beside them when it is long. There it goes on when
/// the client has left, and so keeps the request's place.
///
/// # Errors
/// When it panicked.
pub async fn work<T: Send + 'static>(length: Length, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    match length {
        Length::Short => Ok(work()),
        Length::Long => {
            let place = place();
            let placed = move || {
                let done = work();
                drop(place);
                done
            };
            tokio::task::spawn_blocking(placed).await.map_err(ApiError::internal)
        }
    }
}
