//! An id for each request, of this service's own: what a client sends is not believed.

use axum::http::{HeaderMap, HeaderName, HeaderValue, Request};
use tower_http::request_id::{MakeRequestId, RequestId};

use crate::random;

/// Where it stands.
pub const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// Numbers requests.
#[derive(Clone, Copy, Debug, Default)]
pub struct NumberedRequest;

impl MakeRequestId for NumberedRequest {
    fn make_request_id<B>(&mut self, _: &Request<B>) -> Option<RequestId> {
        let id = random::uuid().ok()?;
        HeaderValue::from_str(&id).ok().map(RequestId::new)
    }
}

/// A request without the id that its client gave it.
pub async fn unnumbered(mut request: axum::extract::Request) -> axum::extract::Request {
    request.headers_mut().remove(HEADER);
    request
}

/// The id of a request.
#[must_use]
pub fn request_id(headers: &HeaderMap) -> Option<String> {
    headers.get(HEADER).and_then(|id| id.to_str().ok()).map(str::to_owned)
}
