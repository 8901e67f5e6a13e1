//! What the service remembers: challenges that are used up, collateral, policies, machines, and what nodes
//! share.
//!
//! Statements keep to what SQLite and PostgreSQL have in common, so that several nodes can share one.

mod instances;
mod nodes;
mod sql;

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use veriquote::UnixTime;

pub use instances::{EventFilter, InstanceStore, StoredEvent, StoredInstance, StoredNonce};
pub use nodes::NodeStore;
pub use sql::Database;

/// An answer of the store.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// What a store does. Everything that it acknowledged survives a crash.
pub trait Store: NodeStore + InstanceStore + fmt::Debug + Send + Sync {
    /// Whether it answers at all.
    fn ping(&self) -> Answer<'_, ()>;

    /// Uses a challenge up: `true` for the first one who does, `false` for everybody after that.
    fn use_challenge<'a>(&'a self, id: &'a str, expires_at: UnixTime) -> Answer<'a, bool>;

    /// Forgets challenges that could not be used any more anyway; how many.
    fn forget_challenges(&self, before: UnixTime) -> Answer<'_, u64>;

    /// A document of collateral.
    fn document<'a>(&'a self, key: &'a str) -> Answer<'a, Option<StoredDocument>>;

    /// Keeps a document in the place of the one of its key that came at `before`, or of none: `false` when another one
    /// is there by now.
    fn keep_document<'a>(
        &'a self,
        key: &'a str,
        document: &'a StoredDocument,
        before: Option<UnixTime>,
    ) -> Answer<'a, bool>;

    /// Forgets a document.
    fn forget_document<'a>(&'a self, key: &'a str) -> Answer<'a, ()>;

    /// Of the documents whose keys begin with `prefix`, keeps those that were fetched last, and says how many it
    /// forgot.
    fn forget_documents<'a>(&'a self, prefix: &'a str, most: u32) -> Answer<'a, u64>;

    /// The key of every document, with when it was fetched, but of those whose keys begin with `without`.
    fn documents<'a>(&'a self, without: &'a str) -> Answer<'a, Vec<(String, UnixTime)>>;

    /// The newest version of a policy; `None` when there is none, or it was deleted.
    fn policy<'a>(&'a self, id: &'a str) -> Answer<'a, Option<StoredPolicy>>;

    /// Every version of a policy, newest first; deletions are versions without a text.
    fn policy_versions<'a>(&'a self, id: &'a str) -> Answer<'a, Vec<StoredPolicy>>;

    /// The newest version of every policy that is not deleted, by id.
    fn policies(&self) -> Answer<'_, Vec<StoredPolicy>>;

    /// Adds `policy.version`, which must be the next one: `false` when somebody else added it before.
    fn add_policy<'a>(&'a self, policy: &'a StoredPolicy) -> Answer<'a, bool>;
}

/// A document of collateral as it was served.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredDocument {
    /// The body, byte for byte.
    pub body: Vec<u8>,
    /// Its media type.
    pub media_type: String,
    /// Its issuer's chain: PEM. Empty where there is none.
    pub issuer_chain: String,
    /// Other headers that belong to it, one `name: value` a line.
    pub headers: String,
    /// When it came.
    pub fetched_at: UnixTime,
    /// Where it came from.
    pub source: String,
}

impl fmt::Debug for StoredDocument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StoredDocument({} bytes from {})", self.body.len(), self.source)
    }
}

/// A version of a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredPolicy {
    /// Its id.
    pub id: String,
    /// Counted from 1.
    pub version: i64,
    /// The document, byte for byte; `None`: deleted.
    pub text: Option<String>,
    /// SHA-384 of the text: hex.
    pub hash: String,
    /// When it was added.
    pub created_at: UnixTime,
}

/// The store did not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreError(pub String);

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "store: {}", self.0)
    }
}

impl std::error::Error for StoreError {}

impl From<StoreError> for crate::error::ApiError {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "the store failed");
        Self::new(crate::error::ServiceCode::Unavailable, "the service's store does not answer")
    }
}
