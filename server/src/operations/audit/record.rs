//! What the service writes into its audit log.

use std::future::Future;

use serde_json::{Value, json};
use tracing::{Instrument as _, Span};
use veriquote::appraisal::Appraisal;
use veriquote::bytes::to_hex;

use super::{Durability, Entry};
use crate::State;
use crate::error::{ApiError, Result};
use crate::http::place;

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
    write(state, entry, Durability::Written).map(drop)
}

/// What an administrator changes: `event`, who, and the new version of what.
#[must_use]
pub fn change((event, admin): (&'static str, &str), (id, version, hash): (&str, i64, &str)) -> Entry {
    Entry::of(event).with("admin", admin).with("id", id).with("version", version).with("hash", hash)
}

/// Does what somebody decided, once it stands in the log on the disk: nothing is done that is not in the log. Of what
/// was not done after all an entry `change.failed` says so, with the number of the first. Both go on when the client
/// leaves.
///
/// # Errors
/// When it could not be written, and those of `act`.
pub async fn decided<T, E>(
    state: &State,
    entry: Entry,
    act: impl Future<Output = std::result::Result<T, E>> + Send + 'static,
) -> std::result::Result<T, E>
where
    T: Send + 'static,
    E: From<ApiError> + Send + 'static,
{
    let (state, place) = (state.clone(), place());
    let deciding = async move {
        let number = synced(&state, entry).await?;
        let done = act.await;
        if let (Err(_), Some(number)) = (&done, number) {
            // The request fails in any case.
            drop(synced(&state, Entry::of("change.failed").with("of", number)).await);
        }
        drop(place);
        done
    };
    let done = tokio::spawn(deciding.instrument(Span::current())).await;
    done.map_err(|error| E::from(ApiError::internal(error)))?
}

/// What somebody was given: on the disk before it is answered.
///
/// # Errors
/// When it could not be written.
pub async fn given(state: &State, entry: Entry) -> Result<()> {
    synced(state, entry).await.map(drop)
}

async fn synced(state: &State, entry: Entry) -> Result<Option<u64>> {
    let state = state.clone();
    let written = tokio::task::spawn_blocking(move || write(&state, entry, Durability::Synced));
    written.await.map_err(ApiError::internal)?
}

/// Something that the service itself did.
pub fn event(state: &State, entry: Entry) {
    // The request that comes next is refused if the log still cannot be written.
    drop(write(state, entry, Durability::Written));
}

fn write(state: &State, entry: Entry, durability: Durability) -> Result<Option<u64>> {
    let Some(audit) = state.audit() else { return Ok(None) };
    audit
        .add(entry, state.now(), durability)
        .map(Some)
        .map_err(|error| ApiError::internal(format!("{}: {error}", audit.path().display())))
}
