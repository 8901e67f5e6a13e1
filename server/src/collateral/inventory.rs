//! What is at hand, and until when it is in force.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use veriquote::UnixTime;
use veriquote_facade::{Inspection, inspect};

use crate::store::{Store, StoreError, StoredDocument};

/// A document without its body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Its key.
    pub key: String,
    /// When it came.
    pub fetched_at: UnixTime,
    /// Until when it is in force; `None` for what has no end of its own, such as certificates.
    pub next_update: Option<UnixTime>,
}

impl Item {
    /// Whether it should have been replaced by another one.
    #[must_use]
    pub fn has_lapsed(&self, now: UnixTime) -> bool {
        self.next_update.is_some_and(|next| next < now)
    }
}

/// Ends that were read once: a document of a key and a time stays the same.
#[derive(Debug, Default)]
pub struct Ends(Mutex<HashMap<String, (UnixTime, Option<UnixTime>)>>);

/// More are read each time.
const MOST: usize = 4_096;

impl Ends {
    /// Everything that is listed.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn inventory(
        &self,
        store: &dyn Store,
        listing: &[(String, UnixTime)],
    ) -> Result<Vec<Item>, StoreError> {
        let mut items = Vec::new();
        for (key, fetched_at) in listing.iter().cloned() {
            let next_update = match self.known(&key, fetched_at) {
                Some(next) => next,
                None => {
                    let next = store.document(&key).await?.as_ref().and_then(next_update);
                    self.remember(&key, fetched_at, next);
                    next
                }
            };
            items.push(Item { key, fetched_at, next_update });
        }
        Ok(items)
    }

    fn known(&self, key: &str, fetched_at: UnixTime) -> Option<Option<UnixTime>> {
        let ends = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        ends.get(key).filter(|(at, _)| *at == fetched_at).map(|(_, next)| *next)
    }

    fn remember(&self, key: &str, fetched_at: UnixTime, next: Option<UnixTime>) {
        let mut ends = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if ends.len() < MOST || ends.contains_key(key) {
            ends.insert(key.to_owned(), (fetched_at, next));
        }
    }
}

/// What a document says of its end. Nothing is verified here.
pub(super) fn next_update(document: &StoredDocument) -> Option<UnixTime> {
    let text = match inspect(&document.body).ok()? {
        Inspection::Crl(view) => view.next_update,
        Inspection::TcbInfo(view) | Inspection::EnclaveIdentity(view) => {
            view.members.get("nextUpdate")?.as_str()?.to_owned()
        }
        _ => return None,
    };
    UnixTime::parse_rfc3339_utc(&text)
}
