//! The web page, embedded: what `cargo xtask web` built, served from `/` below the issuer's path.

use std::sync::LazyLock;

use axum::Router;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use rust_embed::Embed;

use crate::State;

#[derive(Embed)]
#[folder = "../web-demo/dist"]
struct Files;

/// A route for each file: what is no file of the page stays for the other routes to refuse.
pub fn routes() -> Router<State> {
    let is_file = |path: &str| !path.ends_with(".gz") && !path.ends_with(".br");
    let files = Files::iter().filter(|path| is_file(path));
    files.fold(Router::new(), |router, path| {
        let place = if path == INDEX { "/".to_owned() } else { format!("/{path}") };
        router.route(&place, get(move |headers: HeaderMap| async move { answer(&path, &headers) }))
    })
}

const INDEX: &str = "index.html";

fn answer(path: &str, request: &HeaderMap) -> Response {
    let Some(file) = Files::get(path) else { return StatusCode::NOT_FOUND.into_response() };
    let (body, encoding) = compressed(path, request).unwrap_or((file.data, "identity"));
    let digest = file.metadata.sha256_hash();
    let tag = format!("\"{}-{encoding}\"", veriquote::bytes::to_hex(&digest));
    let mut headers = PAGE.clone();
    // The name of an asset changes with its content.
    let keep = if path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(keep));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    let is_known = request.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes());
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    if is_known {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type(path)));
    if encoding != "identity" {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    (headers, body.into_owned()).into_response()
}

type Body = std::borrow::Cow<'static, [u8]>;

/// The smallest form that the build made and the client takes.
fn compressed(path: &str, request: &HeaderMap) -> Option<(Body, &'static str)> {
    let accepted = request.get(header::ACCEPT_ENCODING)?.to_str().ok()?;
    let takes = |name: &str| {
        accepted.split(',').any(|range| {
            let mut words = range.split(';').map(str::trim);
            let is_named = words.next().is_some_and(|word| word.eq_ignore_ascii_case(name));
            is_named && !words.any(|word| matches!(word, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
        })
    };
    [("br", "br"), ("gzip", "gz")]
        .into_iter()
        .filter(|(name, _)| takes(name))
        .find_map(|(name, ending)| Some((Files::get(&format!("{path}.{ending}"))?.data, name)))
}

/// The headers that the page is made for: its content policy, above all.
static PAGE: LazyLock<HeaderMap> = LazyLock::new(|| {
    let text = include_str!("../../web-demo/headers.json");
    let named: std::collections::BTreeMap<String, String> = serde_json::from_str(text).unwrap_or_default();
    named
        .into_iter()
        .filter_map(|(name, value)| {
            Some((HeaderName::from_bytes(name.as_bytes()).ok()?, HeaderValue::from_str(&value).ok()?))
        })
        .collect()
});

fn media_type(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("json") => "application/json",
        Some("svg") => "image/svg+xml",
        Some("wasm") => "application/wasm",
        Some("webmanifest") => "application/manifest+json",
        _ => "application/octet-stream",
    }
}
