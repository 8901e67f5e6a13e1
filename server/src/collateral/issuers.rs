//! Who issues NVIDIA's revocation lists: the lists do not bring their issuers, but devices and manifests show them.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

use super::{Chain, DocumentKey};
use crate::encoding::pem;
use crate::operations::fingerprint;

/// What was learned of lists and their issuers.
#[derive(Debug, Default)]
pub struct Issuers(Mutex<Learned>);

#[derive(Debug, Default)]
struct Learned {
    /// By key: the chain (PEM) of the authority whose list it is.
    chains: HashMap<String, String>,
    /// SHA-256 of lists that are known to be genuine.
    genuine: HashSet<[u8; 32]>,
    /// SHA-256 of lists that are of no trusted root.
    of_others: HashSet<[u8; 32]>,
    /// Authorities of manifests.
    shown: Vec<Chain>,
    /// The manifests that were kept by the start have shown theirs.
    has_read_manifests: bool,
}

/// More are not remembered: there are a few lists.
const MOST: usize = 256;

impl Issuers {
    /// The chain of the authority that issues a list.
    pub(super) fn of(&self, key: &DocumentKey) -> Option<String> {
        self.learned(|learned| learned.chains.get(&key.to_string()).cloned())
    }

    /// Whether a list is known to be genuine.
    pub(super) fn is_genuine(&self, der: &[u8]) -> bool {
        self.learned(|learned| learned.genuine.contains(&fingerprint(der)))
    }

    /// Remembers that a list is genuine.
    pub(super) fn remember_genuine(&self, der: &[u8]) {
        self.learned(|learned| add(&mut learned.genuine, fingerprint(der)));
    }

    /// Whether a list is known to be of no trusted root, so that a chain is needed.
    pub(super) fn is_of_others(&self, der: &[u8]) -> bool {
        self.learned(|learned| learned.of_others.contains(&fingerprint(der)))
    }

    /// Remembers that a list is of no trusted root.
    pub(super) fn remember_of_others(&self, der: &[u8]) {
        self.learned(|learned| add(&mut learned.of_others, fingerprint(der)));
    }

    /// Remembers the authorities of a manifest: its chain without the signer. Whether that ends at a trusted root is
    /// asked when a list seems to be of one of them.
    pub(super) fn show(&self, authorities: Chain) {
        self.learned(|learned| {
            if !authorities.is_empty() && learned.shown.len() < MOST && !learned.shown.contains(&authorities)
            {
                learned.shown.push(authorities);
            }
        });
    }

    /// Whether the manifests that were kept by the start have shown their authorities.
    pub(super) fn has_read_manifests(&self) -> bool {
        self.learned(|learned| learned.has_read_manifests)
    }

    /// Remembers that they have.
    pub(super) fn remember_manifests(&self) {
        self.learned(|learned| learned.has_read_manifests = true);
    }

    /// The authorities of manifests.
    pub(super) fn shown(&self) -> Vec<Chain> {
        self.learned(|learned| learned.shown.clone())
    }

    /// Remembers who issues the list of a key.
    pub(super) fn learn(&self, key: &DocumentKey, chain: &str) {
        self.learned(|learned| {
            if learned.chains.len() >= MOST {
                learned.chains.clear();
            }
            learned.chains.insert(key.to_string(), chain.to_owned());
        });
    }

    fn learned<T>(&self, look: impl FnOnce(&mut Learned) -> T) -> T {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn add(sums: &mut HashSet<[u8; 32]>, sum: [u8; 32]) {
    if sums.len() >= MOST {
        sums.clear();
    }
    sums.insert(sum);
}

/// A chain in PEM.
pub(super) fn in_pem(chain: &[Vec<u8>]) -> String {
    chain.iter().map(|der| pem("CERTIFICATE", der)).collect()
}
