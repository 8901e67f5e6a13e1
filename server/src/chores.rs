//! What is done beside requests.

use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};

use crate::State;
use crate::collateral::PCK_CERTIFICATES;
use crate::operations::audit::{Entry, record};
use crate::random;

/// How often what nobody needs any more is forgotten.
const CLEANING: Duration = Duration::from_secs(60);

/// Seconds for which a challenge that was answered is remembered after its end: longer than a request takes, and than
/// the clocks of nodes differ.
const KEPT: i64 = 900;

/// Whoever asks names the platform: of the certificates that upstreams gave, so many are kept.
const PLATFORMS: u32 = 10_000;

/// How often the audit log is brought to the disk.
const SYNCING: Duration = Duration::from_secs(1);

/// Keys and certificates are read again and replaced in time, the audit log is brought to the disk, old
/// challenges and silent clients are forgotten.
pub async fn chores(state: State) {
    let mut keys = interval(Duration::from_secs(state.config().keys.reload_seconds));
    let mut cleaning = interval(CLEANING);
    let mut syncing = interval(SYNCING);
    for timer in [&mut keys, &mut cleaning, &mut syncing] {
        timer.set_missed_tick_behavior(MissedTickBehavior::Delay);
    }
    let node = random::uuid().unwrap_or_else(|_| std::process::id().to_string());
    let mut signing = None;
    loop {
        tokio::select! {
            _ = keys.tick() => {
                if let Err(error) = state.tend_keys(&node).await {
                    tracing::error!(%error, "keys");
                }
                beside(&state, read_again).await;
                let kid = state.keys().signer(state.now()).map(|key| key.kid().to_owned());
                if kid != signing {
                    record::event(&state, Entry::of("key.signing").with("kid", kid.clone()));
                    signing = kid;
                }
            }
            _ = syncing.tick() => beside(&state, sync).await,
            _ = cleaning.tick() => {
                state.turnstile().sweep();
                if let Err(error) = state.store().forget_challenges(state.now().saturating_add(-KEPT)).await {
                    tracing::error!(%error, "challenges");
                }
                if let Err(error) = state.store().forget_documents(PCK_CERTIFICATES, PLATFORMS).await {
                    tracing::error!(%error, "PCK certificates");
                }
                if let Err(error) = state.store().forget_nonces(state.now()).await {
                    tracing::error!(%error, "nonces");
                }
            }
        }
    }
}

/// Not on the threads that serve connections.
async fn beside(state: &State, work: fn(&State)) {
    let state = state.clone();
    if let Err(error) = tokio::task::spawn_blocking(move || work(&state)).await {
        tracing::error!(%error, "a chore failed");
    }
}

fn read_again(state: &State) {
    match state.tls().map(|tls| tls.reload()) {
        Some(Ok(true)) => tracing::info!("the certificate was read again"),
        Some(Err(error)) => tracing::error!(error, "the certificate stays as it was"),
        _ => {}
    }
}

fn sync(state: &State) {
    let Some(audit) = state.audit() else { return };
    let rotation = state.config().audit.rotation();
    if let Err(error) = audit.sync().and_then(|()| audit.rotate(rotation, state.now())) {
        tracing::error!(%error, "the audit log");
    }
}
