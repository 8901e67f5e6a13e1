//! What the service writes into its audit log.

use serde_json::{Value, json};
use veriquote::appraisal::Appraisal;
use veriquote::bytes::to_hex;

use super::{Durability, Entry};
use crate::State;
use crate::error::{ApiError, Result};

/// A token that was issued: its id, key and times, what it says of whom, and the evidence's digest.
///
/// # Errors
/// When it could not be written: then there is no token.
pub fn token(state: &State, appraisal: &Appraisal, kid: &str, evidence: &[u8]) -> Result<()> {
    if !state.config().audit.tokens {
        return Ok(());
    }
    let policies: Vec<Value> = appraisal
        .environments
        .iter()
        .flat_map(|environment| &environment.policies)
        .map(|policy| json!({ "id": policy.id, "hash": policy.hash.as_deref().map(to_hex) }))
        .collect();
    let tees: Vec<&str> =
        appraisal.environments.iter().filter_map(|it| it.tee.as_ref()).map(|tee| tee.as_str()).collect();
    let entry = Entry::of("token.issued")
        .with("jti", appraisal.token_id.clone())
        .with("kid", kid)
        .with("sub", appraisal.subject.clone())
        .with("aud", appraisal.audience.clone())
        .with("tee", tees)
        .with("expires_at", appraisal.times.expires_at.map(|at| at.to_string()))
        .with("evidence_sha384", to_hex(evidence))
        .with("policies", policies);
    write(state, entry, Durability::Written)
}

/// A change that an administrator made: on the disk before it is answered.
///
/// # Errors
/// When it could not be written.
pub async fn change(
    state: &State,
    (event, admin): (&'static str, &str),
    (id, version, hash): (&str, i64, &str),
) -> Result<()> {
    let entry =
        Entry::of(event).with("admin", admin).with("id", id).with("version", version).with("hash", hash);
    decision(state, entry).await
}

/// What somebody decided: on the disk before it is answered.
///
/// # Errors
/// When it could not be written.
pub async fn decision(state: &State, entry: Entry) -> Result<()> {
    let state = state.clone();
    let written = tokio::task::spawn_blocking(move || write(&state, entry, Durability::Synced));
    written.await.map_err(ApiError::internal)?
}

/// Something that the service itself did.
pub fn event(state: &State, entry: Entry) {
    // The request that comes next is refused if the log still cannot be written.
    drop(write(state, entry, Durability::Written));
}

fn write(state: &State, entry: Entry, durability: Durability) -> Result<()> {
    let Some(audit) = state.audit() else { return Ok(()) };
    audit
        .add(entry, state.now(), durability)
        .map_err(|error| ApiError::internal(format!("{}: {error}", audit.path().display())))
}
