//! A bounded memory of platforms that were verified.

use alloc::collections::BTreeMap;
use alloc::sync::Arc;

use crate::crypto::HashAlgorithm;
use crate::dcap::authenticate::Platform;
use crate::dcap::prepared::{Prepared, PreparedCollateral};
use crate::dcap::quote::Quote;

/// Remembers verified platforms, so that their next quotes cost one signature check each.
///
/// An entry says that a PCK chain, a quoting enclave's report and the binding of an attestation key were
/// verified, and nothing of any quote. There is one entry for each attestation key, with the SHA-256 of
/// all that was verified for it: QE report, its signature, authentication data and PCK chain. Entries
/// belong to one [`PreparedCollateral`] and are dropped when the cache is used with another. Windows of
/// validity are checked again at every use. At most `capacity` platforms are kept: when the newer half is
/// full, the older half is forgotten.
///
/// Only a quote whose own signature holds changes the cache. Whoever holds no attestation key can
/// therefore not flush it, neither with the platform part of other people's quotes nor by writing one
/// PCK chain in many ways.
#[derive(Debug)]
pub struct PlatformCache {
    half: usize,
    newer: Entries,
    older: Entries,
    bound_to: Option<Arc<Prepared>>,
}

type Entries = BTreeMap<[u8; 64], Entry>;

#[derive(Debug)]
struct Entry {
    digest: [u8; 32],
    platform: Arc<Platform>,
}

/// The place of one quote's platform in a cache.
pub(crate) struct Slot<'c> {
    cache: &'c mut PlatformCache,
    attestation_key: [u8; 64],
    digest: [u8; 32],
}

impl PlatformCache {
    /// A cache for at most `capacity` platforms (at least 2).
    #[must_use]
    pub const fn new(capacity: usize) -> Self {
        let half = capacity.div_ceil(2);
        Self {
            half: if half == 0 { 1 } else { half },
            newer: BTreeMap::new(),
            older: BTreeMap::new(),
            bound_to: None,
        }
    }

    /// Platforms that are remembered now.
    #[must_use]
    pub fn len(&self) -> usize {
        self.newer.len().saturating_add(self.older.len())
    }

    /// True when none is remembered.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The place of `quote`'s platform; `None` only from a provider whose SHA-256 is of another length.
    pub(crate) fn slot(&mut self, prepared: &PreparedCollateral, quote: &Quote<'_>) -> Option<Slot<'_>> {
        let digest = prepared.0.provider.hash(HashAlgorithm::Sha256, &[quote.qe_certification]);
        let digest = *digest.as_slice().first_chunk()?;
        self.bind(prepared);
        Some(Slot { cache: self, attestation_key: *quote.attestation_key, digest })
    }

    /// Forgets everything that was verified with other collateral.
    fn bind(&mut self, prepared: &PreparedCollateral) {
        if !self.bound_to.as_ref().is_some_and(|bound| Arc::ptr_eq(bound, &prepared.0)) {
            self.newer.clear();
            self.older.clear();
            self.bound_to = Some(Arc::clone(&prepared.0));
        }
    }
}

impl Slot<'_> {
    /// What was verified before.
    pub(crate) fn get(&self) -> Option<Arc<Platform>> {
        let cache = &self.cache;
        let entry = cache.newer.get(&self.attestation_key).or_else(|| cache.older.get(&self.attestation_key));
        entry.filter(|entry| entry.digest == self.digest).map(|entry| Arc::clone(&entry.platform))
    }

    /// Keeps `platform`, once the quote's own signature was checked.
    pub(crate) fn keep(self, platform: &Arc<Platform>) {
        let Self { cache, attestation_key, digest } = self;
        if let Some(entry) = cache.newer.get_mut(&attestation_key) {
            if !Arc::ptr_eq(&entry.platform, platform) {
                *entry = Entry { digest, platform: Arc::clone(platform) };
            }
            return;
        }
        cache.older.remove(&attestation_key);
        if cache.newer.len() >= cache.half {
            cache.older = core::mem::take(&mut cache.newer);
        }
        cache.newer.insert(attestation_key, Entry { digest, platform: Arc::clone(platform) });
    }
}
