//! Documents of which no version is ever changed: a change is a new version, and a deletion is one without a
//! text. Policies are kept like this, and reference values beside them.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use veriquote::bytes::to_hex;

use super::{hash_of, is_id};
use crate::State;
use crate::error::{ApiError, Result, ServiceCode};
use crate::operations::audit::record;
use crate::store::StoredPolicy;

/// One kind of documents.
#[derive(Clone, Copy, Debug)]
pub struct Shelf {
    /// What stands before an id in the store.
    prefix: &'static str,
    /// The member of a list that has them.
    plural: &'static str,
    /// What one is called.
    noun: &'static str,
    not_found: ServiceCode,
    changed: &'static str,
    deleted: &'static str,
}

/// Policies.
pub const POLICIES: Shelf = Shelf {
    prefix: "",
    plural: "policies",
    noun: "policy",
    not_found: ServiceCode::PolicyNotFound,
    changed: "policy.changed",
    deleted: "policy.deleted",
};

/// Reference values. No id of a policy has a colon.
pub const REFERENCES: Shelf = Shelf {
    prefix: "ref:",
    plural: "reference_values",
    noun: "set of reference values",
    not_found: ServiceCode::ReferenceNotFound,
    changed: "reference.changed",
    deleted: "reference.deleted",
};

/// A version without its text.
#[derive(Debug, Serialize)]
pub struct Version {
    id: String,
    version: i64,
    hash: String,
    created_at: String,
    deleted: bool,
}

/// The query of a document.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Options {
    /// Which version; the newest when absent.
    pub version: Option<i64>,
    /// Say what would happen, and change nothing.
    pub dry_run: bool,
}

impl Shelf {
    /// Under which id the store has it.
    #[must_use]
    pub fn key(&self, id: &str) -> String {
        format!("{}{id}", self.prefix)
    }

    /// The newest version of each, beside what is built in.
    ///
    /// # Errors
    /// The store's.
    pub async fn list(&self, state: &State, builtin: &[&str]) -> Result<Response> {
        let stored = state.store().policies().await?;
        let mine = |stored: &&StoredPolicy| match self.prefix {
            "" => !stored.id.contains(':'),
            prefix => stored.id.starts_with(prefix),
        };
        let found: Vec<Version> = stored.iter().filter(mine).map(|stored| self.version(stored)).collect();
        let mut list = serde_json::Map::new();
        list.insert(self.plural.to_owned(), serde_json::to_value(found).map_err(ApiError::internal)?);
        if !builtin.is_empty() {
            list.insert("builtin".to_owned(), builtin.into());
        }
        json(StatusCode::OK, &list)
    }

    /// One version's text.
    ///
    /// # Errors
    /// When there is none.
    pub async fn one(
        &self,
        state: &State,
        id: &str,
        options: &Options,
        headers: &HeaderMap,
    ) -> Result<Response> {
        let key = self.key(id_of(id)?);
        let found = match options.version {
            None => state.store().policy(&key).await?,
            Some(version) => {
                let versions = state.store().policy_versions(&key).await?;
                versions.into_iter().find(|stored| stored.version == version)
            }
        };
        let Some(StoredPolicy { text: Some(text), version, hash, .. }) = found else {
            return Err(self.not_found(id));
        };
        let tag = tag(version, &hash);
        let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
        let mut response = if known.is_some_and(|known| lists(known, &tag)) {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            let media_type =
                if super::resolve::is_rego(&text) { "text/plain; charset=utf-8" } else { "application/json" };
            ([(header::CONTENT_TYPE, media_type)], text).into_response()
        };
        tagged(&mut response, &tag);
        Ok(response)
    }

    /// Every version.
    ///
    /// # Errors
    /// When there is none.
    pub async fn versions(&self, state: &State, id: &str) -> Result<Response> {
        let stored = state.store().policy_versions(&self.key(id_of(id)?)).await?;
        if stored.is_empty() {
            return Err(self.not_found(id));
        }
        let versions: Vec<Version> = stored.iter().map(|stored| self.version(stored)).collect();
        json(StatusCode::OK, &serde_json::json!({ "id": id, "versions": versions }))
    }

    /// Adds a version with this text, which was checked.
    ///
    /// # Errors
    /// A precondition that does not hold.
    pub async fn put(
        &self,
        state: &State,
        admin: &str,
        (id, text): (&str, String),
        options: &Options,
        headers: &HeaderMap,
    ) -> Result<Response> {
        let key = self.key(id_of(id)?);
        let stored = state.store().policy_versions(&key).await?;
        let newest = stored.first();
        precondition(headers, newest)?;
        let next = StoredPolicy {
            id: key,
            version: newest.map_or(0, |stored| stored.version) + 1,
            hash: to_hex(&hash_of(&text)),
            text: Some(text),
            created_at: state.now(),
        };
        let exists = newest.is_some_and(|stored| stored.text.is_some());
        let status = if exists || options.dry_run { StatusCode::OK } else { StatusCode::CREATED };
        if !options.dry_run {
            self.add(state, next.clone(), self.changed, admin).await?;
        }
        let mut response = json(status, &self.version(&next))?;
        tagged(&mut response, &tag(next.version, &next.hash));
        Ok(response)
    }

    /// Adds a version without a text.
    ///
    /// # Errors
    /// A precondition that does not hold.
    pub async fn delete(
        &self,
        state: &State,
        admin: &str,
        id: &str,
        headers: &HeaderMap,
    ) -> Result<Response> {
        let key = self.key(id_of(id)?);
        let stored = state.store().policy_versions(&key).await?;
        let Some(newest) = stored.first().filter(|stored| stored.text.is_some()) else {
            return Err(self.not_found(id));
        };
        precondition(headers, Some(newest))?;
        let next = StoredPolicy {
            id: key,
            version: newest.version + 1,
            text: None,
            hash: String::new(),
            created_at: state.now(),
        };
        self.add(state, next, self.deleted, admin).await?;
        Ok(StatusCode::NO_CONTENT.into_response())
    }

    async fn add(&self, state: &State, next: StoredPolicy, event: &'static str, admin: &str) -> Result<()> {
        let id = next.id.strip_prefix(self.prefix).unwrap_or(&next.id).to_owned();
        let entry = record::change((event, admin), (&id, next.version, &next.hash));
        let (store, noun) = (state.clone(), self.noun);
        let (version, hash) = (next.version, next.hash.clone());
        let add = async move {
            if store.store().add_policy(&next).await? {
                return Ok(());
            }
            let detail = format!("somebody else changed the {noun} at the same time");
            Err(ApiError::new(ServiceCode::PreconditionFailed, detail))
        };
        record::decided(state, entry, add).await?;
        tracing::info!(event, id, version, hash, admin, "changed");
        Ok(())
    }

    fn version(&self, stored: &StoredPolicy) -> Version {
        Version {
            id: stored.id.strip_prefix(self.prefix).unwrap_or(&stored.id).to_owned(),
            version: stored.version,
            hash: stored.hash.clone(),
            created_at: stored.created_at.to_string(),
            deleted: stored.text.is_none(),
        }
    }

    fn not_found(&self, id: &str) -> ApiError {
        ApiError::new(self.not_found, format!("there is no {} `{id}`", self.noun))
            .status(StatusCode::NOT_FOUND)
    }
}

/// The id, if it can be one.
///
/// # Errors
/// `AS.REQUEST.INVALID_ARGUMENT`.
pub fn id_of(id: &str) -> Result<&str> {
    if is_id(id) {
        return Ok(id);
    }
    Err(ApiError::argument("id", "an id has letters, digits, `-` and `_`, at most 64"))
}

/// `If-None-Match: *` makes a document, `If-Match` changes one: who names no version overwrites what nobody
/// read.
fn precondition(headers: &HeaderMap, newest: Option<&StoredPolicy>) -> Result<()> {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let existing = newest.filter(|stored| stored.text.is_some());
    let failed = |detail: &str| Err(ApiError::new(ServiceCode::PreconditionFailed, detail));
    match (text(header::IF_MATCH), text(header::IF_NONE_MATCH), existing) {
        (None, Some("*"), None) => Ok(()),
        (None, Some("*"), Some(_)) => failed("there is one of this id already"),
        (Some(_), None, None) => failed("there is none of this id"),
        (Some(tags), None, Some(stored)) if lists(tags, &tag(stored.version, &stored.hash)) => Ok(()),
        (Some(_), None, Some(_)) => failed("it has another version by now"),
        _ => Err(ApiError::new(
            ServiceCode::PreconditionRequired,
            "send `If-Match` with the version's ETag, or `If-None-Match: *` for a new one",
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

fn json(status: StatusCode, value: &impl Serialize) -> Result<Response> {
    let body = serde_json::to_vec(value).map_err(ApiError::internal)?;
    Ok((status, [(header::CONTENT_TYPE, "application/json")], body).into_response())
}
