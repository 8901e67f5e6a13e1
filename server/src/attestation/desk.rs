//! Collateral that lies ready, verified once, so that the next quote of its platform family costs less.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use aws_lc_rs::digest::{Context, SHA256};
use veriquote::dcap::{AuthenticQuote, PlatformCache};
use veriquote::policy::Accepted;
use veriquote_facade::{Blob, DcapVerifier, Time, Verification};

use crate::error::Result;
use crate::policies::Resolved;

/// Verifiers, each for one collateral file and one policy.
#[derive(Debug, Default)]
pub struct Desk(Mutex<Lying>);

#[derive(Debug, Default)]
struct Lying {
    verifiers: HashMap<Key, (u64, Ready)>,
    /// Counts uses, to know which was used longest ago.
    uses: u64,
}

/// A verifier with the platforms that it has seen, of which another quote costs one signature.
#[derive(Clone, Debug)]
pub struct Ready {
    verifier: DcapVerifier,
    /// One for each that verifies at the same time, so that nobody waits for another; `None`: nothing is kept.
    platforms: Option<Arc<Mutex<Vec<PlatformCache>>>>,
}

/// Platforms of one cache, at some kilobytes each.
const PLATFORMS: usize = 32;

/// Caches of one verifier: more that verify at once begin with an empty one.
const CACHES: usize = 4;

impl Ready {
    /// One that is used once.
    #[must_use]
    pub const fn once(verifier: DcapVerifier) -> Self {
        Self { verifier, platforms: None }
    }

    fn kept(verifier: DcapVerifier) -> Self {
        Self { verifier, platforms: Some(Arc::default()) }
    }

    fn at(self, at: Time) -> Self {
        Self { verifier: self.verifier.at(at), ..self }
    }

    /// Verifies a quote, with the proof that the policy accepted it.
    pub fn verify_for_claims(
        &self,
        quote: &Blob,
        event_log: Option<&Blob>,
    ) -> (Verification, Option<Accepted<AuthenticQuote>>) {
        let Some(platforms) = &self.platforms else {
            return self.verifier.verify_for_claims(quote, event_log);
        };
        let lock = || platforms.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = lock().pop();
        let mut cache = taken.unwrap_or_else(|| PlatformCache::new(PLATFORMS));
        let verified = self.verifier.verify_cached_for_claims(quote, event_log, &mut cache);
        let mut platforms = lock();
        if platforms.len() < CACHES {
            platforms.push(cache);
        }
        verified
    }
}

/// SHA-256 over what the verifier was made of.
type Key = [u8; 32];

/// More do not lie ready: a family of platforms and a policy need one.
const MOST: usize = 64;

impl Desk {
    /// The verifier that lies ready for the collateral of this digest and a policy, at a time.
    pub fn ready(&self, collateral: &[u8; 32], policy: &Resolved, at: Time) -> Option<Ready> {
        Some(self.lying(&key(collateral, policy))?.at(at))
    }

    /// Makes a verifier and lets it lie ready for the collateral of this digest and a policy. Collateral that did
    /// not verify does not lie ready, since it may another time.
    ///
    /// # Errors
    /// Those of `prepare`.
    pub fn prepare(
        &self,
        collateral: &[u8; 32],
        policy: &Resolved,
        prepare: impl FnOnce() -> Result<DcapVerifier>,
    ) -> Result<Ready> {
        let verifier = prepare()?;
        if verifier.collateral_is_for(0).is_none() {
            return Ok(Ready::once(verifier));
        }
        let ready = Ready::kept(verifier);
        self.lay(key(collateral, policy), ready.clone());
        Ok(ready)
    }

    fn lying(&self, key: &Key) -> Option<Ready> {
        let mut lying = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lying.uses = lying.uses.wrapping_add(1);
        let uses = lying.uses;
        let (used, verifier) = lying.verifiers.get_mut(key)?;
        *used = uses;
        Some(verifier.clone())
    }

    fn lay(&self, key: Key, verifier: Ready) {
        let mut lying = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if lying.verifiers.len() >= MOST {
            let oldest = lying.verifiers.iter().min_by_key(|(_, (used, _))| *used).map(|(key, _)| *key);
            oldest.and_then(|oldest| lying.verifiers.remove(&oldest));
        }
        let uses = lying.uses;
        lying.verifiers.insert(key, (uses, verifier));
    }
}

/// Two policies of one id differ in their hash, and what is built in has none of others.
fn key(collateral: &[u8; 32], policy: &Resolved) -> Key {
    let mut context = Context::new(&SHA256);
    for part in [policy.id.as_bytes(), policy.hash.as_ref().map_or(&[], |hash| &hash[..]), collateral] {
        context.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        context.update(part);
    }
    let mut key = [0; 32];
    key.copy_from_slice(context.finish().as_ref());
    key
}
