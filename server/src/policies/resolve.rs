//! From the ids of a request to policies of the core.

use aws_lc_rs::digest::{SHA384, digest};
use veriquote::Policy;
use veriquote_facade::Problem;

use super::builtin::DEFAULT;
use super::{CRYPTO_ONLY, STRICT, STRICT_TEXT, is_id};
use crate::config::PolicyConfig;
use crate::error::{ApiError, Result, ServiceCode};
use crate::store::Store;

/// A policy, ready to appraise.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// Its id.
    pub id: String,
    /// Its version in the store; `None` for what is built in.
    pub version: Option<i64>,
    /// Its rules, under its id as the name.
    pub policy: Policy,
    /// SHA-384 of its text; `None` where nothing is asked.
    pub hash: Option<[u8; 48]>,
}

/// SHA-384 of a policy's text.
#[must_use]
pub fn hash_of(text: &str) -> [u8; 48] {
    let mut hash = [0; 48];
    hash.copy_from_slice(digest(&SHA384, text.as_bytes()).as_ref());
    hash
}

/// The policies of these ids, each once, in the order of their ids; all of them must accept.
///
/// None at all, and `default`, mean the configured one.
///
/// # Errors
/// An id that is none, or that no policy has: nothing is left out.
pub async fn resolve(store: &dyn Store, config: &PolicyConfig, ids: &[String]) -> Result<Vec<Resolved>> {
    if ids.len() > config.max_per_request {
        return Err(ApiError::argument(
            "policy_ids",
            format!("{} policies are named; at most {} are asked", ids.len(), config.max_per_request),
        ));
    }
    let mut ids: Vec<&str> =
        if ids.is_empty() { vec![DEFAULT] } else { ids.iter().map(String::as_str).collect() };
    for id in &mut ids {
        if *id == DEFAULT {
            *id = &config.default;
        }
    }
    ids.sort_unstable();
    ids.dedup();
    let mut policies = Vec::with_capacity(ids.len());
    for id in ids {
        policies.push(one(store, id).await?);
    }
    Ok(policies)
}

async fn one(store: &dyn Store, id: &str) -> Result<Resolved> {
    if !is_id(id) {
        return Err(ApiError::argument("policy_ids", "an id has letters, digits, `-` and `_`, at most 64"));
    }
    let (text, version) = match id {
        CRYPTO_ONLY => {
            let policy = Policy::crypto_only();
            return Ok(Resolved { id: id.to_owned(), version: None, policy, hash: None });
        }
        STRICT => (STRICT_TEXT.to_owned(), None),
        _ => {
            let stored = store.policy(id).await?;
            let found = stored.and_then(|stored| Some((stored.text?, Some(stored.version))));
            found.ok_or_else(|| {
                ApiError::new(ServiceCode::PolicyNotFound, format!("there is no policy `{id}`"))
                    .field("policy_ids")
            })?
        }
    };
    let mut policy = Policy::from_json(text.as_bytes())
        .map_err(|error| ApiError::of(ServiceCode::PolicyInvalid, Problem::from(error)))?;
    id.clone_into(&mut policy.name);
    Ok(Resolved { id: id.to_owned(), version, policy, hash: Some(hash_of(&text)) })
}
