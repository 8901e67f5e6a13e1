//! From the ids of a request to policies of the core.

use aws_lc_rs::digest::{Context, SHA384, digest};
use serde_json::{Map, Value};
use veriquote::Policy;
use veriquote::bytes::to_hex;
use veriquote_facade::Problem;

use super::builtin::DEFAULT;
use super::references::{self, ReferenceSet};
use super::{CRYPTO_ONLY, STRICT, STRICT_TEXT, is_id};
use crate::State;
use crate::error::{ApiError, Result, ServiceCode};
use crate::http::read;
use crate::rego::{Description, RegoError};

/// A policy, ready to appraise.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// Its id.
    pub id: String,
    /// Its version in the store; `None` for what is built in.
    pub version: Option<i64>,
    /// Its rules, under its id as the name.
    pub policy: Policy,
    /// What is asked beside them.
    pub rego: Option<RegoModule>,
    /// SHA-384 of its text and of the reference values that it uses; `None` where nothing is asked.
    pub hash: Option<[u8; 48]>,
}

/// A module, with the reference values that it reads.
#[derive(Clone, Debug)]
pub struct RegoModule {
    /// Its text.
    pub module: String,
    /// By id.
    pub reference_values: Value,
}

/// SHA-384 of a policy's text.
#[must_use]
pub fn hash_of(text: &str) -> [u8; 48] {
    let mut hash = [0; 48];
    hash.copy_from_slice(digest(&SHA384, text.as_bytes()).as_ref());
    hash
}

/// Whether a policy's text is a module of Rego: rules are a JSON object, and no module begins like one.
#[must_use]
pub fn is_rego(text: &str) -> bool {
    !text.trim_start().starts_with('{')
}

/// The policies of these ids, each once, in the order of their ids; all of them must accept.
///
/// None at all, and `default`, mean the configured one.
///
/// # Errors
/// An id that is none, or that no policy has: nothing is left out.
pub async fn resolve(state: &State, ids: &[String]) -> Result<Vec<Resolved>> {
    let config = &state.config().policy;
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
        policies.push(one(state, id).await?);
    }
    Ok(policies)
}

async fn one(state: &State, id: &str) -> Result<Resolved> {
    if !is_id(id) {
        return Err(ApiError::argument("policy_ids", "an id has letters, digits, `-` and `_`, at most 64"));
    }
    let (text, version) = match id {
        CRYPTO_ONLY => {
            let policy = Policy::crypto_only();
            return Ok(Resolved { id: id.to_owned(), version: None, policy, rego: None, hash: None });
        }
        STRICT => {
            let (policy, hash) = (Policy::strict(), Some(hash_of(STRICT_TEXT)));
            return Ok(Resolved { id: id.to_owned(), version: None, policy, rego: None, hash });
        }
        _ => {
            let stored = state.store().policy(id).await?;
            let found = stored.and_then(|stored| Some((stored.text?, Some(stored.version))));
            found.ok_or_else(|| {
                ApiError::new(ServiceCode::PolicyNotFound, format!("there is no policy `{id}`"))
                    .field("policy_ids")
            })?
        }
    };
    of_text(state, id, version, &text).await
}

/// The policy of a text.
///
/// # Errors
/// A text that is no policy; reference values that are not there, or no longer in force.
pub async fn of_text(state: &State, id: &str, version: Option<i64>, text: &str) -> Result<Resolved> {
    let rego = is_rego(text);
    let Description { rules, mut references } = if rego {
        state
            .judge()
            .describe(text)
            .await
            .map_err(|error| module_error(&error, ServiceCode::PolicyInvalid))?
    } else {
        // By the core first: no duplicate member survives being read into a map.
        read(text.as_bytes()).map_err(|error| error.recoded(ServiceCode::PolicyInvalid))?;
        let rules: Value = serde_json::from_str(text).map_err(ApiError::internal)?;
        Description { references: references::named(&rules), rules: Some(rules) }
    };
    if let Some(rules) = rules.as_ref().filter(|_| rego) {
        references.extend(references::named(rules));
    }
    references.sort_unstable();
    references.dedup();
    let mut sets: Vec<(String, ReferenceSet)> = Vec::with_capacity(references.len());
    for id in references {
        let set = references::find(state.store(), &id, state.now()).await?;
        sets.push((id, set));
    }
    let rules = match rules {
        // As it was written, so that an error tells its place in that.
        Some(_) if !rego && sets.is_empty() => text.to_owned(),
        Some(mut rules) => {
            let values = |id: &str| sets.iter().find(|(name, _)| name == id).map(|(_, set)| &*set.values);
            references::expand(&mut rules, &values);
            rules.to_string()
        }
        None => STRICT_TEXT.to_owned(),
    };
    let mut policy = Policy::from_json(rules.as_bytes())
        .map_err(|error| ApiError::of(ServiceCode::PolicyInvalid, Problem::from(error)))?;
    // A name that is not given is `custom`; that of Rego's rules is nobody's.
    if !rego && policy.name != id && policy.name != "custom" {
        return Err(ApiError::new(
            ServiceCode::PolicyInvalid,
            format!("the policy calls itself `{}`, and its id is `{id}`", policy.name),
        )
        .field("name"));
    }
    id.clone_into(&mut policy.name);
    let hash = hash_with(text, &sets);
    let rego = rego.then(|| RegoModule {
        module: text.to_owned(),
        reference_values: sets
            .into_iter()
            .map(|(id, set)| (id, Value::Array(set.values)))
            .collect::<Map<_, _>>()
            .into(),
    });
    Ok(Resolved { id: id.to_owned(), version, policy, rego, hash: Some(hash) })
}

/// The text's hash; where it uses reference values, over the text and a line `id:hash` for each set.
fn hash_with(text: &str, sets: &[(String, ReferenceSet)]) -> [u8; 48] {
    let mut context = Context::new(&SHA384);
    context.update(text.as_bytes());
    for (id, set) in sets {
        context.update(format!("\n{id}:{}", to_hex(&set.hash)).as_bytes());
    }
    let mut hash = [0; 48];
    hash.copy_from_slice(context.finish().as_ref());
    hash
}

/// A module that came to no answer, told as `code` where that is its own fault.
pub fn module_error(error: &RegoError, code: ServiceCode) -> ApiError {
    match error {
        RegoError::NoWorker(_) => {
            tracing::error!(%error, "policies in Rego");
            ApiError::new(ServiceCode::Unavailable, "policies in Rego cannot be asked at this time")
        }
        RegoError::Module(_) | RegoError::Ended => ApiError::new(code, error.to_string()),
    }
}
