//! The documents, by key: from the store, and through it from upstream services.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use tokio::sync::{Mutex as AsyncMutex, Semaphore};
use veriquote::UnixTime;
use veriquote_facade::{Blob, Document, QuotePlatform};

use super::answers::{Answers, Chain, Which};
use super::fetch::fetch;
use super::inventory::{Ends, Item};
use super::keep::Keeper;
use super::key::Evaluation;
use super::upstream::{Client, Failure};
use super::{Api, Ca, DocumentKey, PCK_CERTIFICATES, Tee, collateral_file};
use crate::clock::Clock;
use crate::config::CollateralConfig;
use crate::http::place;
use crate::operations::fingerprint;
use crate::store::{Store, StoreError, StoredDocument};

/// Everything that is known of collateral.
#[derive(Debug)]
pub struct Library {
    keeper: Keeper,
    clock: Arc<dyn Clock>,
    config: CollateralConfig,
    client: Option<Client>,
    /// Who is fetching what: others that want the same wait for it.
    flights: Mutex<HashMap<String, Arc<AsyncMutex<()>>>>,
    /// What was not to be had a moment ago.
    misses: Mutex<HashMap<String, (UnixTime, Failure)>>,
    /// Not more than these fetch what is new at once, however many keys strangers think of.
    fetches: Arc<Semaphore>,
    /// And not more than these fetch again what is known, for which nobody waits behind strangers.
    refreshes: Arc<Semaphore>,
    ends: Ends,
    answers: Answers,
    listing: Mutex<Option<(UnixTime, u64, Arc<Listing>)>>,
    /// Files that were put together a moment ago.
    files: Mutex<HashMap<String, (UnixTime, CollateralFile)>>,
}

/// Keys, and when each document was fetched.
pub(super) type Listing = Vec<(String, UnixTime)>;

/// The collateral of a platform in one file.
#[derive(Clone, Debug)]
pub struct CollateralFile {
    /// The file: as long as a hundred thousand bytes, and so not copied for each request.
    pub document: Arc<Document>,
    /// SHA-256 of it.
    pub digest: [u8; 32],
}

/// A document as it is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shelved {
    /// The document.
    pub document: StoredDocument,
    /// How long ago it came.
    pub age_seconds: i64,
    /// It should have been fetched again, and no upstream answered.
    pub stale: bool,
}

/// A document that verification needs and that is not at hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Missing {
    /// There is none of this key.
    Document(String),
    /// There may be one, and no upstream answered.
    Upstream(String),
    /// The store failed.
    Store(StoreError),
}

/// How many fetch at once, of each kind.
const FETCHES: usize = 4;

/// For how long a miss is remembered.
const MISS_SECONDS: i64 = 60;

/// For how long a file is not put together again: so long does what another node fetched take to be seen.
const FILE_SECONDS: i64 = 5;

/// More files are not remembered: each is of a family of platforms.
const FILES: usize = 64;

/// More misses are not remembered.
const MISSES: usize = 4_096;

impl Library {
    /// Over the store of a keeper.
    ///
    /// # Errors
    /// Certificates that cannot be read.
    pub fn new(keeper: Keeper, clock: Arc<dyn Clock>, config: &CollateralConfig) -> Result<Self, String> {
        let services = [&config.upstreams, &config.rim_upstreams, &config.nvidia_crl_upstreams];
        let is_alone = services.iter().all(|upstreams| upstreams.is_empty());
        let client = if is_alone { None } else { Some(Client::new(config)?) };
        Ok(Self {
            keeper,
            clock,
            config: config.clone(),
            client,
            flights: Mutex::default(),
            misses: Mutex::default(),
            fetches: Arc::new(Semaphore::new(FETCHES)),
            refreshes: Arc::new(Semaphore::new(FETCHES)),
            ends: Ends::default(),
            answers: Answers::default(),
            listing: Mutex::default(),
            files: Mutex::default(),
        })
    }

    /// A document, fetched when there is none, or none that is fresh.
    ///
    /// # Errors
    /// [`Missing`].
    pub async fn document(&self, key: &DocumentKey) -> Result<Shelved, Missing> {
        let name = key.to_string();
        let known = self.known(&name).await?;
        let client = self.client.as_ref().filter(|_| !self.upstreams(key).is_empty());
        let Some(client) = client else {
            return known.ok_or(Missing::Document(name));
        };
        if let Some(fresh) = known.as_ref().filter(|known| self.is_fresh(known)) {
            return Ok(fresh.clone());
        }
        // Dropped last, also when the client leaves while it waits.
        let _landing = Landing { library: self, name: &name };
        let flight = self.flight(&name);
        let fetched = {
            let _turn = flight.lock().await;
            // Somebody else may have brought it in the meantime.
            match self.known(&name).await?.filter(|known| self.is_fresh(known)) {
                Some(fresh) => Ok(fresh),
                None => self.fetch(client, key, &name, known.is_some()).await,
            }
        };
        drop(flight);
        match (fetched, known) {
            (Ok(fetched), _) => Ok(fetched),
            (Err(missing @ Missing::Store(_)), _) => Err(missing),
            (Err(_), Some(known)) if self.may_be_stale(&known) => Ok(Shelved { stale: true, ..known }),
            (Err(missing), _) => Err(missing),
        }
    }

    /// The services that may know of a document.
    fn upstreams(&self, key: &DocumentKey) -> &[String] {
        match key {
            DocumentKey::Rim(_) => &self.config.rim_upstreams,
            DocumentKey::NvidiaCrl(_) => &self.config.nvidia_crl_upstreams,
            _ => &self.config.upstreams,
        }
    }

    /// Who verifies documents and keeps them.
    #[must_use]
    pub const fn keeper(&self) -> &Keeper {
        &self.keeper
    }

    pub(super) fn store(&self) -> &dyn Store {
        self.keeper.store()
    }

    pub(super) const fn reads_nvidia_crls_through(&self) -> bool {
        !self.config.nvidia_crl_upstreams.is_empty()
    }

    /// The OCSP responses that stand in for those that a client does not bring: [`Which`] says which.
    #[must_use]
    pub fn answers_about(&self, chains: &[Chain], brought: (Which, &[Blob]), now: UnixTime) -> Vec<Blob> {
        self.answers.stand_in(chains, brought, self.keeper.examiner().nvidia().provider(), now)
    }

    /// Whether OCSP responses are kept at all.
    #[must_use]
    pub fn has_answers(&self) -> bool {
        !self.answers.is_empty()
    }

    /// Keeps the OCSP responses that a client brought, once they are verified: milliseconds of arithmetic.
    pub fn learn_answers(&self, chains: &[Chain], brought: &[Blob], now: UnixTime) {
        self.answers.learn(self.keeper.examiner(), chains, brought, now);
    }

    /// The names of the manifests that are at hand.
    ///
    /// # Errors
    /// [`Missing`].
    pub async fn rim_ids(&self) -> Result<Vec<String>, Missing> {
        let documents = self.listing().await.map_err(Missing::Store)?;
        let mut ids: Vec<String> =
            documents.iter().filter_map(|(key, _)| key.strip_prefix("rim/")).map(str::to_owned).collect();
        ids.sort_unstable();
        Ok(ids)
    }

    /// The collateral file of a platform, looked up anew after some seconds.
    ///
    /// # Errors
    /// [`Missing`].
    pub async fn for_platform(&self, platform: &QuotePlatform) -> Result<CollateralFile, Missing> {
        let key = format!("{} {} {}", platform.tee, platform.ca, platform.fmspc);
        let now = self.clock.now();
        let files = || self.files.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some((at, file)) = files().get(&key)
            && (0..FILE_SECONDS).contains(&now.since(*at))
        {
            return Ok(file.clone());
        }
        let document = Arc::new(self.put_together(platform).await?);
        let file = CollateralFile { digest: fingerprint(&document.0), document };
        let mut files = files();
        if files.len() >= FILES {
            files.clear();
        }
        files.insert(key, (now, file.clone()));
        Ok(file)
    }

    async fn put_together(&self, platform: &QuotePlatform) -> Result<Document, Missing> {
        let tee = if platform.tee == veriquote::dcap::Tee::Tdx { Tee::Tdx } else { Tee::Sgx };
        let ca = if platform.ca == veriquote::dcap::PckAuthority::Processor {
            Ca::Processor
        } else {
            Ca::Platform
        };
        let fmspc = platform.fmspc.to_string().to_ascii_lowercase();
        // Version 4 serves all that version 3 does, and newer forms of it.
        let (tcb_info, qe_identity) = match self.of_api(Api::V4, tee, &fmspc).await {
            Err(missing @ Missing::Document(_)) if tee == Tee::Sgx => {
                self.of_api(Api::V3, tee, &fmspc).await.map_err(|_| missing)?
            }
            found => found?,
        };
        let pck_crl = self.document(&DocumentKey::PckCrl { ca }).await?.document;
        let root_ca_crl = self.document(&DocumentKey::RootCaCrl).await?.document;
        collateral_file(&tcb_info, &qe_identity, &pck_crl, &root_ca_crl)
            .map(Document)
            .ok_or_else(|| Missing::Document("a document that is text".to_owned()))
    }

    /// Everything that is at hand but PCK certificates: those have no end of their own, and their keys name machines.
    ///
    /// # Errors
    /// The store's.
    pub async fn inventory(&self) -> Result<Vec<Item>, StoreError> {
        self.ends.inventory(self.store(), &self.listing().await?).await
    }

    /// The keys of what is at hand but of PCK certificates, of which strangers make thousands. Looked up anew when this
    /// node has kept something, and after some seconds, since others keep things, too.
    pub(super) async fn listing(&self) -> Result<Arc<Listing>, StoreError> {
        let (now, changes) = (self.clock.now(), self.keeper.changes());
        let listing = || self.listing.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some((at, then, list)) = listing().as_ref()
            && *then == changes
            && (0..FILE_SECONDS).contains(&now.since(*at))
        {
            return Ok(Arc::clone(list));
        }
        let list = Arc::new(self.store().documents(PCK_CERTIFICATES).await?);
        *listing() = Some((now, changes, Arc::clone(&list)));
        Ok(list)
    }

    async fn of_api(
        &self,
        api: Api,
        tee: Tee,
        fmspc: &str,
    ) -> Result<(StoredDocument, StoredDocument), Missing> {
        let evaluation = Evaluation::Standard;
        let tcb_info = DocumentKey::TcbInfo { api, tee, fmspc: fmspc.to_owned(), evaluation };
        let qe_identity = DocumentKey::QeIdentity { api, tee, evaluation };
        Ok((self.document(&tcb_info).await?.document, self.document(&qe_identity).await?.document))
    }

    async fn known(&self, name: &str) -> Result<Option<Shelved>, Missing> {
        let found = self.store().document(name).await.map_err(Missing::Store)?;
        let now = self.clock.now();
        Ok(found.map(|document| {
            let age_seconds = now.since(document.fetched_at).max(0);
            Shelved { document, age_seconds, stale: false }
        }))
    }

    async fn fetch(
        &self,
        client: &Client,
        key: &DocumentKey,
        name: &str,
        is_known: bool,
    ) -> Result<Shelved, Missing> {
        let now = self.clock.now();
        if let Some(failure) = self.recent_miss(name, now) {
            return Err(missing(name, &failure));
        }
        let lane = if is_known { &self.refreshes } else { &self.fetches };
        let Ok(turn) = Arc::clone(lane).acquire_owned().await else {
            return Err(Missing::Upstream(name.to_owned()));
        };
        let place = place();
        let (client, asked, keeper) = (client.clone(), key.clone(), self.keeper.clone());
        let (upstreams, root) = (self.upstreams(key).to_vec(), self.config.root_ca_crl_url.clone());
        let before = Arc::new(keeper.before(key).await.map_err(Missing::Store)?);
        let judged_by = Arc::clone(&before);
        // It goes on when the client leaves, and keeps its turn and the request's place.
        let fetching = move || {
            let judge = |document| keeper.judge(&asked, document, &judged_by, now);
            let fetched = fetch(&client, &upstreams, root.as_deref(), &asked, now, judge);
            drop((turn, place));
            fetched
        };
        let fetched = tokio::task::spawn_blocking(fetching)
            .await
            .unwrap_or_else(|error| Err(Failure::Failed(error.to_string())));
        match fetched {
            Ok(document) => {
                let kept = self.keeper.keep(key, &document, before.known.as_ref()).await;
                if kept.map_err(Missing::Store)? {
                    return Ok(Shelved { document, age_seconds: 0, stale: false });
                }
                // Another node was faster: what it has was judged as well.
                let other = self.known(name).await?;
                other.ok_or_else(|| Missing::Upstream(name.to_owned()))
            }
            Err(failure) => {
                self.remember_miss(name, now, &failure);
                Err(missing(name, &failure))
            }
        }
    }

    fn is_fresh(&self, known: &Shelved) -> bool {
        known.age_seconds <= seconds(self.config.refresh_seconds)
    }

    fn may_be_stale(&self, known: &Shelved) -> bool {
        let longest = self.config.refresh_seconds.saturating_add(self.config.stale_if_error_seconds);
        known.age_seconds <= seconds(longest)
    }

    fn flight(&self, name: &str) -> Arc<AsyncMutex<()>> {
        let mut flights = self.flights.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        Arc::clone(flights.entry(name.to_owned()).or_default())
    }

    /// Forgets a flight that nobody waits for any more.
    fn land(&self, name: &str) {
        let mut flights = self.flights.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if flights.get(name).is_some_and(|flight| Arc::strong_count(flight) == 1) {
            flights.remove(name);
        }
    }

    fn recent_miss(&self, name: &str, now: UnixTime) -> Option<Failure> {
        let misses = self.misses.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let (at, failure) = misses.get(name)?;
        (0..MISS_SECONDS).contains(&now.since(*at)).then(|| failure.clone())
    }

    pub(super) fn remember_miss(&self, name: &str, now: UnixTime, failure: &Failure) {
        let mut misses = self.misses.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if misses.len() >= MISSES {
            misses.retain(|_, (at, _)| (0..MISS_SECONDS).contains(&now.since(*at)));
        }
        if misses.len() < MISSES {
            misses.insert(name.to_owned(), (now, failure.clone()));
        }
    }
}

/// Forgets a flight that nobody waits for any more.
struct Landing<'l> {
    library: &'l Library,
    name: &'l str,
}

impl Drop for Landing<'_> {
    fn drop(&mut self) {
        self.library.land(self.name);
    }
}

fn seconds(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn missing(name: &str, failure: &Failure) -> Missing {
    match failure {
        Failure::NotFound => Missing::Document(name.to_owned()),
        Failure::Failed(_) => Missing::Upstream(name.to_owned()),
    }
}
