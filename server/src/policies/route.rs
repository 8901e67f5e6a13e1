//! `/v2/policies` and `/v2/reference-values`: administrators read, write and try out what evidence is measured by.

use axum::Router;
use axum::extract::{Path, Query, State as Shared};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use veriquote::json::Node;

use super::builtin::DEFAULT;
use super::references::ReferenceSet;
use super::resolve::of_text;
use super::shelf::{Options, POLICIES, REFERENCES, id_of};
use super::{CRYPTO_ONLY, STRICT, STRICT_TEXT};
use crate::State;
use crate::admin::Admin;
use crate::attestation;
use crate::error::{ApiError, Result, ServiceCode};
use crate::http::{Body, TextBody, read};

/// The routes of policies and reference values.
pub fn routes() -> Router<State> {
    Router::new()
        .route("/v2/policies", get(list))
        .route("/v2/policies/{id}", get(one).put(put).delete(delete))
        .route("/v2/policies/{id}/versions", get(versions))
        .route("/v2/policies/{id}/evaluate", post(evaluate))
        .route("/v2/reference-values", get(list_references))
        .route("/v2/reference-values/{id}", get(one_reference).put(put_reference).delete(delete_reference))
        .route("/v2/reference-values/{id}/versions", get(reference_versions))
}

async fn list(Shared(state): Shared<State>, _: Admin) -> Result<Response> {
    POLICIES.list(&state, &[STRICT, CRYPTO_ONLY]).await
}

async fn one(
    Shared(state): Shared<State>,
    _: Admin,
    Path(id): Path<String>,
    Query(options): Query<Options>,
    headers: HeaderMap,
) -> Result<Response> {
    if id == STRICT {
        return Ok(([(header::CONTENT_TYPE, "application/json")], STRICT_TEXT).into_response());
    }
    POLICIES.one(&state, &id, &options, &headers).await
}

async fn versions(Shared(state): Shared<State>, _: Admin, Path(id): Path<String>) -> Result<Response> {
    POLICIES.versions(&state, &id).await
}

async fn put(
    Shared(state): Shared<State>,
    Admin(admin): Admin,
    Path(id): Path<String>,
    Query(options): Query<Options>,
    headers: HeaderMap,
    TextBody(body): TextBody,
) -> Result<Response> {
    let id = writable(&id)?;
    let text = text(body, ServiceCode::PolicyInvalid)?;
    // Whatever a request would trip over is said now, reference values that are not there included.
    of_text(&state, id, None, &text).await?;
    POLICIES.put(&state, &admin, (id, text), &options, &headers).await
}

async fn delete(
    Shared(state): Shared<State>,
    Admin(admin): Admin,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response> {
    POLICIES.delete(&state, &admin, writable(&id)?, &headers).await
}

/// Tries a policy out: that of the store, or the one in the request's member `policy`, which is an object of
/// rules, or the text of a module.
async fn evaluate(
    Shared(state): Shared<State>,
    _: Admin,
    Path(id): Path<String>,
    Body(body): Body,
) -> Result<Response> {
    let id = id_of(&id)?;
    let candidate = read(&body)?
        .get("policy")
        .map(|node: &Node<'_>| node.text().map_or_else(|| node.raw.to_owned(), str::to_owned));
    let resolved = match candidate {
        Some(text) => vec![of_text(&state, id, None, &text).await?],
        None => super::resolve(&state, &[id.to_owned()]).await?,
    };
    attestation::try_policies(&state, &body, resolved).await
}

async fn list_references(Shared(state): Shared<State>, _: Admin) -> Result<Response> {
    REFERENCES.list(&state, &[]).await
}

async fn one_reference(
    Shared(state): Shared<State>,
    _: Admin,
    Path(id): Path<String>,
    Query(options): Query<Options>,
    headers: HeaderMap,
) -> Result<Response> {
    REFERENCES.one(&state, &id, &options, &headers).await
}

async fn reference_versions(
    Shared(state): Shared<State>,
    _: Admin,
    Path(id): Path<String>,
) -> Result<Response> {
    REFERENCES.versions(&state, &id).await
}

async fn put_reference(
    Shared(state): Shared<State>,
    Admin(admin): Admin,
    Path(id): Path<String>,
    Query(options): Query<Options>,
    headers: HeaderMap,
    Body(body): Body,
) -> Result<Response> {
    let id = id_of(&id)?;
    let text = text(body, ServiceCode::ReferenceInvalid)?;
    ReferenceSet::read(&text)?;
    REFERENCES.put(&state, &admin, (id, text), &options, &headers).await
}

async fn delete_reference(
    Shared(state): Shared<State>,
    Admin(admin): Admin,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response> {
    REFERENCES.delete(&state, &admin, &id, &headers).await
}

fn text(body: Vec<u8>, code: ServiceCode) -> Result<String> {
    String::from_utf8(body).map_err(|_| ApiError::new(code, "the document is not text"))
}

fn writable(id: &str) -> Result<&str> {
    if [STRICT, CRYPTO_ONLY, DEFAULT].contains(&id) {
        return Err(ApiError::argument("id", "this policy is built in"));
    }
    id_of(id)
}
