//! What each client may have at once.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

/// Counts what clients have, each up to its share.
#[derive(Clone, Debug)]
pub struct Shares {
    /// Only those that have something are in it.
    taken: Arc<Mutex<HashMap<IpAddr, usize>>>,
    /// Of one client; 0: as much as there is.
    each: usize,
}

/// What one client has; given back when it is dropped.
#[derive(Debug)]
pub struct Share(Option<(Shares, IpAddr)>);

impl Shares {
    /// `each` for every client; 0: as much as there is.
    #[must_use]
    pub fn new(each: usize) -> Self {
        Self { taken: Arc::default(), each }
    }

    /// One more for this client, unless it has its share; nobody has none.
    #[must_use]
    pub fn take(&self, client: Option<IpAddr>) -> Option<Share> {
        let Some(client) = client.filter(|_| self.each > 0) else { return Some(Share(None)) };
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let has = taken.entry(client).or_default();
        if *has >= self.each {
            return None;
        }
        *has = has.saturating_add(1);
        Some(Share(Some((self.clone(), client))))
    }

    /// Whether nobody has anything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let Some((shares, client)) = &self.0 else { return };
        let mut taken = shares.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(has) = taken.get_mut(client) {
            *has = has.saturating_sub(1);
            if *has == 0 {
                taken.remove(client);
            }
        }
    }
}
