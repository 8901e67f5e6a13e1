//! A bounded memory of platforms that were verified.

use alloc::collections::BTreeMap;
use alloc::sync::Arc;

use crate::dcap::authenticate::Platform;
use crate::dcap::prepared::{Prepared, PreparedCollateral};

/// Remembers verified platforms, so that their next quotes cost one signature check each.
///
/// Entries are keyed by the SHA-256 of attestation key, QE report, its signature, authentication data
/// and PCK chain; they belong to one [`PreparedCollateral`] and are dropped when the cache is used with
/// another. Windows of validity are checked again at every use. At most `capacity` platforms are kept:
/// when the newer half is full, the older half is forgotten.
#[derive(Debug)]
pub struct PlatformCache {
    half: usize,
    newer: BTreeMap<[u8; 32], Arc<Platform>>,
    older: BTreeMap<[u8; 32], Arc<Platform>>,
    bound_to: Option<Arc<Prepared>>,
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

    /// Forgets everything that was verified with other collateral.
    pub(crate) fn bind(&mut self, prepared: &PreparedCollateral) {
        if !self.bound_to.as_ref().is_some_and(|bound| Arc::ptr_eq(bound, &prepared.0)) {
            self.newer.clear();
            self.older.clear();
            self.bound_to = Some(Arc::clone(&prepared.0));
        }
    }

    pub(crate) fn get(&mut self, key: &[u8; 32]) -> Option<Arc<Platform>> {
        if let Some(platform) = self.newer.get(key) {
            return Some(Arc::clone(platform));
        }
        let platform = self.older.remove(key)?;
        self.insert(*key, Arc::clone(&platform));
        Some(platform)
    }

    pub(crate) fn insert(&mut self, key: [u8; 32], platform: Arc<Platform>) {
        if self.newer.len() >= self.half {
            self.older = core::mem::take(&mut self.newer);
        }
        self.newer.insert(key, platform);
    }
}
