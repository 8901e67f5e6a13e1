//! What is kept: documents that are genuine, and of two the newer one.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use prometheus_client::metrics::counter::Counter;
use veriquote::UnixTime;

use super::DocumentKey;
use super::genuine::{Examiner, NotGenuine, Standing};
use super::import::{is_newer, is_of_the_future};
use super::inventory::next_update;
use super::issuers::Issuers;
use super::rim;
use super::upstream::shown;
use crate::store::{Store, StoreError, StoredDocument};

/// Keeps documents. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Keeper {
    store: Arc<dyn Store>,
    examiner: Examiner,
    issuers: Arc<Issuers>,
    refused: Counter,
    /// Counts changes of the list of what is kept.
    changes: Arc<AtomicU64>,
}

/// Why a document is not kept; the one that was kept before stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotKept {
    /// It is not genuine.
    NotGenuine(NotGenuine),
    /// It says that it will be issued: it would stand in the way of every later one.
    OfTheFuture,
    /// A newer one is kept.
    Older,
}

/// What was done with an imported document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Imported {
    /// It was new, or newer than the one before.
    Kept,
    /// There is one that is as good.
    Known,
    /// It was refused, as the log says.
    Refused,
}

impl Keeper {
    /// Over a store. `refused` counts documents that are not genuine.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, examiner: Examiner, refused: Counter) -> Self {
        Self { store, examiner, issuers: Arc::default(), refused, changes: Arc::default() }
    }

    pub(super) const fn examiner(&self) -> &Examiner {
        &self.examiner
    }

    pub(super) const fn issuers(&self) -> &Arc<Issuers> {
        &self.issuers
    }

    pub(super) fn store(&self) -> &dyn Store {
        self.store.as_ref()
    }

    /// Keeps a document that was judged by what was there before: `false` when something else is there by now.
    ///
    /// # Errors
    /// The store's.
    pub(super) async fn keep(
        &self,
        key: &DocumentKey,
        document: &StoredDocument,
        before: Option<&StoredDocument>,
    ) -> Result<bool, StoreError> {
        let before = before.map(|before| before.fetched_at);
        let is_kept = self.store.keep_document(&key.to_string(), document, before).await?;
        if !matches!(key, DocumentKey::PckCertificate(_)) {
            self.changes.fetch_add(1, Ordering::Relaxed);
        }
        Ok(is_kept)
    }

    /// Forgets a document.
    ///
    /// # Errors
    /// The store's.
    pub(super) async fn forget(&self, key: &DocumentKey) -> Result<(), StoreError> {
        self.store.forget_document(&key.to_string()).await?;
        self.changes.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    /// Another number after each change of what is kept.
    pub(super) fn changes(&self) -> u64 {
        self.changes.load(Ordering::Relaxed)
    }

    /// What is kept of a key, and the list of Intel's root, by which the new one is judged.
    pub(super) async fn before(&self, key: &DocumentKey) -> Result<Before, StoreError> {
        let root_crl = match key {
            DocumentKey::RootCaCrl | DocumentKey::Rim(_) | DocumentKey::NvidiaCrl(_) => None,
            _ => self.store.document(&DocumentKey::RootCaCrl.to_string()).await?,
        };
        Ok(Before { known: self.store.document(&key.to_string()).await?, root_crl })
    }

    /// Whether a document is to be kept: milliseconds of arithmetic.
    ///
    /// # Errors
    /// Why not: that it is not genuine is logged and counted.
    pub(super) fn judge(
        &self,
        key: &DocumentKey,
        mut document: StoredDocument,
        before: &Before,
        now: UnixTime,
    ) -> Result<StoredDocument, NotKept> {
        let Before { known, root_crl } = before;
        let examine =
            |document: &StoredDocument| self.examiner.examine(key, document, root_crl.as_ref(), now);
        let is_genuine = |known: &StoredDocument| examine(known) == Ok(Standing::Genuine);
        if matches!(key, DocumentKey::NvidiaCrl(_)) {
            let of_known = || known.as_ref().filter(|it| is_genuine(it)).map(|it| it.issuer_chain.clone());
            document.issuer_chain = self.issuers.of(key).or_else(of_known).unwrap_or_default();
        }
        let standing = examine(&document).map_err(|reason| self.refuse(key, &document, reason))?;
        if matches!(key, DocumentKey::Rim(_)) {
            self.issuers.show(rim::authorities(&document.body));
        }
        if is_of_the_future(&document, now) {
            tracing::warn!(
                document = key.shown(),
                source = shown(&document.source),
                "a document of the future"
            );
            return Err(NotKept::OfTheFuture);
        }
        if standing == Standing::IssuerNotKnown {
            document.issuer_chain.clear();
        }
        // One that is not genuine stands in nothing's way: it was kept by an older release, or under other roots.
        let Some(known) = known.as_ref().filter(|known| is_genuine(known)) else { return Ok(document) };
        if !is_newer(&document, known) {
            tracing::warn!(
                document = key.shown(),
                source = shown(&document.source),
                "an older document than is kept"
            );
            return Err(NotKept::Older);
        }
        let has_lapsed = || next_update(known).is_some_and(|next| next < now);
        if standing == Standing::IssuerNotKnown && !has_lapsed() {
            let reason = NotGenuine("its issuer is not known, and that of the list before it is".to_owned());
            return Err(self.refuse(key, &document, reason));
        }
        Ok(document)
    }

    /// Counts and logs a document that is not genuine.
    pub(super) fn refuse(&self, key: &DocumentKey, document: &StoredDocument, reason: NotGenuine) -> NotKept {
        self.refused.inc();
        let source = shown(&document.source);
        tracing::error!(document = key.shown(), source, %reason, "a document is not genuine, and not kept");
        NotKept::NotGenuine(reason)
    }

    /// Keeps a document of a file, unless it is refused or one as good is kept.
    ///
    /// # Errors
    /// The store's.
    pub(super) async fn import(
        &self,
        key: &DocumentKey,
        document: StoredDocument,
        now: UnixTime,
    ) -> Result<Imported, StoreError> {
        let before = self.before(key).await?;
        match self.judge(key, document, &before, now) {
            Ok(document) if self.keep(key, &document, before.known.as_ref()).await? => Ok(Imported::Kept),
            // Another node was faster: what it has is no older than what was here.
            Ok(_) => Ok(Imported::Known),
            Err(NotKept::Older) => Ok(Imported::Known),
            Err(_) => Ok(Imported::Refused),
        }
    }
}

/// What is kept before a document comes.
#[derive(Clone, Debug, Default)]
pub struct Before {
    pub(super) known: Option<StoredDocument>,
    root_crl: Option<StoredDocument>,
}

impl fmt::Display for NotKept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotGenuine(reason) => write!(f, "not genuine: {reason}"),
            Self::OfTheFuture => f.write_str("a document of the future"),
            Self::Older => f.write_str("an older document than is kept"),
        }
    }
}
