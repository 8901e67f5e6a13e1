//! Bodies: whole, bounded, of a media type that is read here.

use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};

use crate::State;
use crate::error::{ApiError, Result, ServiceCode};

/// A body of JSON. `curl -d` sends it as a form, and the documented service's own example does so.
#[derive(Clone, Debug)]
pub struct Body(pub Vec<u8>);

const READ: [&str; 3] = ["application/json", "application/x-www-form-urlencoded", "text/json"];

/// A body of JSON or of text, such as a module of Rego.
#[derive(Clone, Debug)]
pub struct TextBody(pub Vec<u8>);

impl FromRequest<State> for Body {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &State) -> Result<Self> {
        if let Some(given) = media_type(request.headers())
            && !READ.contains(&given.as_str())
            && !given.ends_with("+json")
        {
            return Err(ApiError::new(
                ServiceCode::UnsupportedMediaType,
                "the body is read as application/json, or as JSON under application/x-www-form-urlencoded",
            )
            .field("Content-Type"));
        }
        whole(request, state).await.map(Self)
    }
}

impl FromRequest<State> for TextBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &State) -> Result<Self> {
        whole(request, state).await.map(Self)
    }
}

async fn whole(request: Request, state: &State) -> Result<Vec<u8>> {
    if let Some(coding) = request.headers().get(header::CONTENT_ENCODING)
        && coding.as_bytes() != b"identity"
    {
        return Err(ApiError::new(ServiceCode::UnsupportedMediaType, "compressed bodies are not read here")
            .field("Content-Encoding"));
    }
    let most = state.config().limits.body_bytes;
    match Limited::new(request.into_body(), most).collect().await {
        Ok(body) => Ok(body.to_bytes().to_vec()),
        Err(error) if error.is::<LengthLimitError>() => {
            Err(ApiError::new(ServiceCode::TooLarge, format!("the body is longer than {most} bytes")))
        }
        Err(_) => Err(ApiError::new(ServiceCode::InvalidJson, "the body ended early")),
    }
}

/// The media type of a body, without parameters, in lower case.
#[must_use]
pub fn media_type(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(header::CONTENT_TYPE)?.to_str().unwrap_or("?");
    let essence = text.split(';').next().unwrap_or_default();
    Some(essence.trim().to_ascii_lowercase())
}
