//! `/v2/policies`: administrators read, write and try out policies. No version is ever changed: a change is
//! a new version, and a deletion is one without a text.

use axum::Router;
use axum::extract::{Path, Query, State as Shared};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use serde::{Deserialize, Serialize};
use veriquote::Policy;
use veriquote::bytes::to_hex;
use veriquote::json::Node;
use veriquote_facade::Problem;

use super::builtin::DEFAULT;
use super::{CRYPTO_ONLY, Resolved, STRICT, STRICT_TEXT, hash_of, is_id};
use crate::State;
use crate::admin::Admin;
use crate::attestation;
use crate::error::{ApiError, Result, ServiceCode};
use crate::http::{Body, read};
use crate::store::StoredPolicy;

/// The routes of policies.
pub fn routes() -> Router<State> {
    Router::new()
        .route("/v2/policies", get(list))
        .route("/v2/policies/{id}", get(one).put(put).delete(delete))
        .route("/v2/policies/{id}/versions", get(versions))
        .route("/v2/policies/{id}/evaluate", post(evaluate))
}

/// A version without its text.
#[derive(Debug, Serialize)]
struct Version {
    id: String,
    version: i64,
    hash: String,
    created_at: String,
    deleted: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Options {
    /// Which version; the newest when absent.
    version: Option<i64>,
    /// Say what would happen, and change nothing.
    dry_run: bool,
}

async fn list(Shared(state): Shared<State>, _: Admin) -> Result<Response> {
    let stored = state.store().policies().await?;
    let policies: Vec<Version> = stored.iter().map(Version::of).collect();
    json(StatusCode::OK, &serde_json::json!({ "policies": policies, "builtin": [STRICT, CRYPTO_ONLY] }))
}

async fn one(
    Shared(state): Shared<State>,
    _: Admin,
    Path(id): Path<String>,
    Query(options): Query<Options>,
    headers: HeaderMap,
) -> Result<Response> {
    let id = id_of(&id)?;
    if id == STRICT {
        return Ok(([(header::CONTENT_TYPE, "application/json")], STRICT_TEXT).into_response());
    }
    let found = match options.version {
        None => state.store().policy(id).await?,
        Some(version) => {
            let versions = state.store().policy_versions(id).await?;
            versions.into_iter().find(|stored| stored.version == version)
        }
    };
    let Some(StoredPolicy { text: Some(text), version, hash, .. }) = found else { return Err(not_found(id)) };
    let tag = tag(version, &hash);
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let mut response = if known.is_some_and(|known| lists(known, &tag)) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(header::CONTENT_TYPE, "application/json")], text).into_response()
    };
    tagged(&mut response, &tag);
    Ok(response)
}

async fn versions(Shared(state): Shared<State>, _: Admin, Path(id): Path<String>) -> Result<Response> {
    let id = id_of(&id)?;
    let stored = state.store().policy_versions(id).await?;
    if stored.is_empty() {
        return Err(not_found(id));
    }
    let versions: Vec<Version> = stored.iter().map(Version::of).collect();
    json(StatusCode::OK, &serde_json::json!({ "id": id, "versions": versions }))
}

async fn put(
    Shared(state): Shared<State>,
    Admin(admin): Admin,
    Path(id): Path<String>,
    Query(options): Query<Options>,
    headers: HeaderMap,
    Body(body): Body,
) -> Result<Response> {
    let id = writable(&id)?;
    let text = String::from_utf8(body)
        .map_err(|_| ApiError::new(ServiceCode::PolicyInvalid, "the policy is not text"))?;
    check(id, &text)?;
    let stored = state.store().policy_versions(id).await?;
    let newest = stored.first();
    precondition(&headers, newest)?;
    let next = StoredPolicy {
        id: id.to_owned(),
        version: newest.map_or(0, |stored| stored.version) + 1,
        hash: to_hex(&hash_of(&text)),
        text: Some(text),
        created_at: state.now(),
    };
    let exists = newest.is_some_and(|stored| stored.text.is_some());
    let status = if exists || options.dry_run { StatusCode::OK } else { StatusCode::CREATED };
    if !options.dry_run {
        add(&state, &next, &admin).await?;
    }
    let mut response = json(status, &Version::of(&next))?;
    tagged(&mut response, &tag(next.version, &next.hash));
    Ok(response)
}

async fn delete(
    Shared(state): Shared<State>,
    Admin(admin): Admin,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response> {
    let id = writable(&id)?;
    let stored = state.store().policy_versions(id).await?;
    let Some(newest) = stored.first().filter(|stored| stored.text.is_some()) else {
        return Err(not_found(id));
    };
    precondition(&headers, Some(newest))?;
    let next = StoredPolicy {
        id: id.to_owned(),
        version: newest.version + 1,
        text: None,
        hash: String::new(),
        created_at: state.now(),
    };
    add(&state, &next, &admin).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Tries a policy out: that of the store, or the one in the request's member `policy`.
async fn evaluate(
    Shared(state): Shared<State>,
    _: Admin,
    Path(id): Path<String>,
    Body(body): Body,
) -> Result<Response> {
    let id = id_of(&id)?;
    let candidate = read(&body)?.get("policy").map(|node: &Node<'_>| node.raw.to_owned());
    let resolved = match candidate {
        Some(text) => {
            let policy = check(id, &text)?;
            vec![Resolved { id: id.to_owned(), version: None, policy, hash: Some(hash_of(&text)) }]
        }
        None => super::resolve(state.store(), &state.config().policy, &[id.to_owned()]).await?,
    };
    attestation::try_policies(&state, &body, resolved).await
}

async fn add(state: &State, policy: &StoredPolicy, admin: &str) -> Result<()> {
    if !state.store().add_policy(policy).await? {
        return Err(ApiError::new(
            ServiceCode::PreconditionFailed,
            "somebody else changed the policy at the same time",
        ));
    }
    tracing::info!(id = policy.id, version = policy.version, hash = policy.hash, admin, "policy changed");
    Ok(())
}

/// Whether a text is a policy that may be stored under this id.
fn check(id: &str, text: &str) -> Result<Policy> {
    let mut policy = Policy::from_json(text.as_bytes())
        .map_err(|error| ApiError::of(ServiceCode::PolicyInvalid, Problem::from(error)))?;
    // A name that is not given is `custom`.
    if policy.name != id && policy.name != "custom" {
        return Err(ApiError::new(
            ServiceCode::PolicyInvalid,
            format!("the policy calls itself `{}`, and its id is `{id}`", policy.name),
        )
        .field("name"));
    }
    id.clone_into(&mut policy.name);
    Ok(policy)
}

/// `If-None-Match: *` makes a policy, `If-Match` changes one: who names no version overwrites what nobody
/// read.
fn precondition(headers: &HeaderMap, newest: Option<&StoredPolicy>) -> Result<()> {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let existing = newest.filter(|stored| stored.text.is_some());
    let failed = |detail: &str| Err(ApiError::new(ServiceCode::PreconditionFailed, detail));
    match (text(header::IF_MATCH), text(header::IF_NONE_MATCH), existing) {
        (None, Some("*"), None) => Ok(()),
        (None, Some("*"), Some(_)) => failed("there is a policy of this id already"),
        (Some(_), None, None) => failed("there is no policy of this id"),
        (Some(tags), None, Some(stored)) if lists(tags, &tag(stored.version, &stored.hash)) => Ok(()),
        (Some(_), None, Some(_)) => failed("the policy has another version by now"),
        _ => Err(ApiError::new(
            ServiceCode::PreconditionRequired,
            "send `If-Match` with the version's ETag, or `If-None-Match: *` for a new policy",
        )),
    }
}

/// Whether a list of tags has this one. `*` has none: a version must be named.
fn lists(tags: &str, tag: &str) -> bool {
    tags.split(',').any(|listed| listed.trim() == tag)
}

fn tag(version: i64, hash: &str) -> String {
    format!("\"{version}-{}\"", hash.get(..32).unwrap_or(hash))
}

fn tagged(response: &mut Response, tag: &str) {
    if let Ok(value) = HeaderValue::from_str(tag) {
        response.headers_mut().insert(header::ETAG, value);
    }
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
}

fn id_of(id: &str) -> Result<&str> {
    if is_id(id) {
        return Ok(id);
    }
    Err(ApiError::argument("id", "an id has letters, digits, `-` and `_`, at most 64"))
}

fn writable(id: &str) -> Result<&str> {
    if [STRICT, CRYPTO_ONLY, DEFAULT].contains(&id) {
        return Err(ApiError::argument("id", "this policy is built in"));
    }
    id_of(id)
}

fn not_found(id: &str) -> ApiError {
    ApiError::new(ServiceCode::PolicyNotFound, format!("there is no policy `{id}`"))
        .status(StatusCode::NOT_FOUND)
}

fn json(status: StatusCode, value: &impl Serialize) -> Result<Response> {
    let body = serde_json::to_vec(value).map_err(ApiError::internal)?;
    Ok((status, [(header::CONTENT_TYPE, "application/json")], body).into_response())
}

impl Version {
    fn of(stored: &StoredPolicy) -> Self {
        Self {
            id: stored.id.clone(),
            version: stored.version,
            hash: stored.hash.clone(),
            created_at: stored.created_at.to_string(),
            deleted: stored.text.is_none(),
        }
    }
}
