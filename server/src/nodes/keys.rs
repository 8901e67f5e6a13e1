//! The issuer's keys on several nodes: each has the files in its own folder, and the database has them all.
//!
//! A key's state follows from its file and the clock, so that nodes with the same files agree. One node at a
//! time makes keys; the others get them from the database. A key that one node withdrew is withdrawn on all.

use std::time::Duration;

use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::task::block_in_place;
use veriquote::UnixTime;

use super::end_of_turn;
use crate::clock::Clock;
use crate::config::Config;
use crate::keys::{KeyFile, KeyRing, KeyState, KeyTimes, Passphrase, RingError};
use crate::random;
use crate::store::{Store, StoreError};

/// How long a node waits at its start for the key that another one makes.
const PATIENCE: u32 = 300;

/// The turn of those who make keys.
const MAKING: &str = "keys";

/// The keys of this node, brought together with the others'; a key is made if nobody has one.
///
/// # Errors
/// Files that cannot be used; no key that signs; a store that does not answer.
pub async fn open_keys(
    store: &dyn Store,
    config: &Config,
    passphrase: Passphrase,
    clock: &dyn Clock,
) -> Result<KeyRing, RingError> {
    let ring = KeyRing::read(config, passphrase)?;
    let node = random::uuid().map_err(|error| RingError::new(error.to_string()))?;
    for _ in 0..PATIENCE {
        let now = clock.now();
        exchange(store, &ring, now).await?;
        if ring.signer(now).is_some() {
            return Ok(ring);
        }
        if make(store, &ring, &node, now).await? {
            if ring.signer(now).is_none() {
                return Err(RingError::new("no key signs now, and keys.generate is off".to_owned()));
            }
            return Ok(ring);
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    Err(RingError::new("no key signs now, and the node whose turn it is makes none".to_owned()))
}

/// Brings keys together, and makes the one that is due if it is this node's turn.
///
/// # Errors
/// As [`open_keys`].
pub async fn tend_keys(
    store: &dyn Store,
    ring: &KeyRing,
    node: &str,
    now: UnixTime,
) -> Result<(), RingError> {
    exchange(store, ring, now).await?;
    make(store, ring, node, now).await.map(drop)
}

/// Makes the key that is due, if it is this node's turn: whether it was.
async fn make(store: &dyn Store, ring: &KeyRing, node: &str, now: UnixTime) -> Result<bool, RingError> {
    if !store.take_turn(MAKING, node, now, end_of_turn(now)).await.map_err(failed)? {
        return Ok(false);
    }
    // What came in between is not to be made a second time.
    exchange(store, ring, now).await?;
    let made = apart(|| ring.maintain(now));
    exchange(store, ring, now).await?;
    let over = UnixTime(now.0.saturating_sub(1));
    store.take_turn(MAKING, node, now, over).await.map_err(failed)?;
    made.map(|()| true)
}

/// Seconds of arithmetic at times, for which the runtime sends another thread to serve connections.
pub(crate) fn apart<T>(work: impl FnOnce() -> T) -> T {
    match Handle::try_current().map(|runtime| runtime.runtime_flavor()) {
        Ok(RuntimeFlavor::MultiThread) => block_in_place(work),
        _ => work(),
    }
}

/// Gives the database what it lacks, and takes from it what the folder lacks. A key whose tokens have all ended
/// is not passed on, and leaves the database.
async fn exchange(store: &dyn Store, ring: &KeyRing, now: UnixTime) -> Result<(), RingError> {
    apart(|| ring.reload())?;
    let known = store.key_files().await.map_err(failed)?;
    let ours = ring.files()?;
    let theirs = known.iter().filter_map(|(_, text)| KeyFile::from_text(text).ok());
    let all: Vec<KeyTimes> = theirs.chain(ours.iter().cloned()).map(|file| file.times()).collect();
    let has_ended = |file: &KeyFile| ring.state(&file.times(), &all, now) == KeyState::Expired;
    let mut failures = Vec::new();
    for (kid, text) in &known {
        let theirs = match KeyFile::from_text(text) {
            Ok(theirs) if theirs.times().kid == *kid => theirs,
            _ => {
                failures.push(format!("the database's key `{kid}` is no key file"));
                continue;
            }
        };
        if has_ended(&theirs) {
            store.forget_key_file(kid).await.map_err(failed)?;
            continue;
        }
        let own = ours.iter().find(|own| own.times().kid == *kid);
        let is_news =
            own.is_none_or(|own| own.times().revoked_at.is_none() && theirs.times().revoked_at.is_some());
        // Nothing takes the place of a file that does not open.
        if is_news && let Err(reason) = apart(|| ring.take(&theirs)) {
            failures.push(format!("the database's key `{kid}`: {reason}"));
        }
    }
    for own in ours.iter().filter(|own| !has_ended(own)) {
        let times = own.times();
        let row = known.iter().find(|(kid, _)| *kid == times.kid);
        let theirs = row.and_then(|(_, text)| KeyFile::from_text(text).ok());
        let is_news =
            theirs.is_none_or(|theirs| theirs.times().revoked_at.is_none() && times.revoked_at.is_some());
        if is_news {
            let text = own.to_text().map_err(RingError::new)?;
            let revoked = times.revoked_at.is_some();
            store.keep_key_file(&times.kid, &text, revoked).await.map_err(failed)?;
        }
    }
    apart(|| ring.reload())?;
    if failures.is_empty() { Ok(()) } else { Err(RingError::new(failures.join("\n"))) }
}

fn failed(error: StoreError) -> RingError {
    RingError::new(error.to_string())
}
