//! What handlers share.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use veriquote::UnixTime;
use veriquote::appraisal::Profile;
use veriquote::crypto::CryptoProvider;
use veriquote_aws_lc::AwsLc;
use veriquote_facade::Blob;

use crate::attestation::Desk;
use crate::challenge::{Challenger, open_or_make};
use crate::clock::{Clock, SystemClock};
use crate::collateral::{Examiner, ImportCount, Keeper, Library, import, import_nvidia_crls, import_rims};
use crate::config::Config;
use crate::health::Probe;
use crate::http::Bounds;
use crate::instances::{Authority, Instances};
use crate::keys::{KeyRing, Passphrase, RingError};
use crate::nodes::{Vault, apart, open_keys, tend_keys};
use crate::operations::{Audit, Login, Metrics, Tls, Turnstile};
use crate::random;
use crate::rego::Judge;
use crate::store::{Database, Store};

/// The service's state: cheap to clone.
#[derive(Clone, Debug)]
pub struct State(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    config: Config,
    clock: Arc<dyn Clock>,
    provider: Provider,
    keys: KeyRing,
    challenger: Challenger,
    store: Arc<dyn Store>,
    library: Library,
    instances: Instances,
    trust: Trust,
    desk: Arc<Desk>,
    bounds: Bounds,
    turnstile: Turnstile,
    metrics: Metrics,
    audit: Option<Audit>,
    tls: Option<Tls>,
    judge: Judge,
    login: Option<Login>,
    probe: Probe,
}

struct Provider(Arc<dyn CryptoProvider>);

impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.name())
    }
}

/// Roots, read.
#[derive(Clone, Debug, Default)]
pub struct Trust {
    /// Instead of Intel's.
    pub dcap_roots: Vec<Blob>,
    /// For attestation keys of TPMs, beside this service's own authority.
    pub tpm_roots: Vec<Blob>,
    /// For NVIDIA devices, instead of NVIDIA's.
    pub nvidia_roots: Vec<Blob>,
    /// For NVIDIA's manifests, instead of NVIDIA's.
    pub rim_roots: Vec<Blob>,
    /// Names of attestation keys that need no certificate.
    pub tpm_ak_names: Vec<Vec<u8>>,
}

/// The service cannot run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StartError(pub String);

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for StartError {}

impl State {
    /// Opens keys and store, and imports collateral.
    ///
    /// # Errors
    /// Whatever keeps the service from running.
    pub async fn open(config: Config, passphrase: Passphrase) -> Result<Self, StartError> {
        Self::open_with(config, passphrase, Arc::new(SystemClock), None).await
    }

    /// The same with another clock or store.
    ///
    /// # Errors
    /// Whatever keeps the service from running.
    pub async fn open_with(
        config: Config,
        passphrase: Passphrase,
        clock: Arc<dyn Clock>,
        store: Option<Arc<dyn Store>>,
    ) -> Result<Self, StartError> {
        config.check().map_err(StartError::of)?;
        std::fs::create_dir_all(&config.data_dir)
            .map_err(|error| StartError(format!("{}: {error}", config.data_dir.display())))?;
        let now = clock.now();
        let store: Arc<dyn Store> = match (store, &config.store.url) {
            (Some(store), _) => store,
            (None, Some(url)) => {
                let database = Database::postgres(url.expose(), config.store.connections).await;
                Arc::new(database.map_err(StartError::of)?)
            }
            (None, None) => {
                let file = config.data_dir.join("veriquote.db");
                Arc::new(Database::sqlite(&file).await.map_err(StartError::of)?)
            }
        };
        let memory_kib = config.keys.kdf_memory_kib;
        let vault = Vault::new(Arc::clone(&store), passphrase.clone(), memory_kib);
        let (secret, keys) = if config.store.url.is_some() {
            let make = || random::bytes::<48>().map(Vec::from);
            let secret = vault.secret("challenge", make).await.map_err(StartError::of)?;
            let keys = open_keys(store.as_ref(), &config, passphrase, clock.as_ref()).await;
            (secret, keys.map_err(StartError::of)?)
        } else {
            let file = config.data_dir.join("challenge.secret");
            let secret = open_or_make(&file, &passphrase, memory_kib).map_err(StartError::of)?;
            (secret, KeyRing::open(&config, passphrase, now).map_err(StartError::of)?)
        };
        let read = |paths: &[PathBuf]| paths.iter().map(|path| root(path)).collect::<Result<Vec<_>, _>>();
        let name = |hex: &String| veriquote::bytes::from_hex(hex.as_bytes()).ok();
        let trust = Trust {
            dcap_roots: read(&config.trust.roots)?,
            tpm_roots: read(&config.trust.tpm_roots)?,
            nvidia_roots: read(&config.trust.nvidia_roots)?,
            rim_roots: read(&config.trust.rim_roots)?,
            tpm_ak_names: config.trust.tpm_ak_names.iter().filter_map(name).collect(),
        };
        let provider: Arc<dyn CryptoProvider> = Arc::new(AwsLc);
        let metrics = Metrics::default();
        let examiner = Examiner::new(&trust, Arc::clone(&provider)).map_err(StartError::of)?;
        let keeper = Keeper::new(Arc::clone(&store), examiner, metrics.collateral_refused.clone());
        for path in &config.collateral.import {
            let count = import(&keeper, path, now).await.map_err(StartError::of)?;
            note(path, "collateral", count);
        }
        for path in &config.collateral.rims {
            let count = import_rims(&keeper, path, now).await.map_err(StartError::of)?;
            note(path, "manifests", count);
        }
        for path in &config.collateral.nvidia_crls {
            let count = import_nvidia_crls(&keeper, path, now).await.map_err(StartError::of)?;
            note(path, "revocation lists", count);
        }
        let authority = Authority::open(&vault, config.issuer.as_str(), now).await.map_err(StartError::of)?;
        let instances = Instances::new(&config.instances, authority, &secret)?;
        let bounds = Bounds::new(
            config.limits.concurrent_requests,
            config.client.requests_at_once,
            Duration::from_secs(config.limits.request_seconds),
        );
        let turnstile = Turnstile::new(&config.client);
        let tls = Tls::open(&config.tls).map_err(|error| StartError(format!("tls: {error}")))?;
        let login = config.admin.oidc.as_ref();
        let login = login.map(|oidc| Login::new(oidc, &config.collateral, Arc::clone(&provider))).transpose();
        let login = login.map_err(|error| StartError(format!("admin.oidc: {error}")))?;
        let judge = Judge::new(&config.policy.rego);
        let audit = config.audit_file().map(|file| Audit::open(&file, now)).transpose();
        let audit = audit.map_err(|error| StartError(format!("audit: {error}")))?;
        let library = Library::new(keeper, Arc::clone(&clock), &config.collateral).map_err(StartError::of)?;
        Ok(Self(Arc::new(Inner {
            config,
            clock,
            provider: Provider(provider),
            keys,
            challenger: Challenger::new(&secret),
            store,
            library,
            instances,
            trust,
            desk: Arc::default(),
            bounds,
            turnstile,
            metrics,
            audit,
            tls,
            judge,
            login,
            probe: Probe::default(),
        })))
    }

    /// The configuration.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.0.config
    }

    /// What time it is.
    #[must_use]
    pub fn now(&self) -> UnixTime {
        self.0.clock.now()
    }

    /// Cryptography.
    #[must_use]
    pub fn provider(&self) -> &Arc<dyn CryptoProvider> {
        &self.0.provider.0
    }

    /// The issuer's keys.
    #[must_use]
    pub fn keys(&self) -> &KeyRing {
        &self.0.keys
    }

    /// Reads keys again, and makes the one that is due. `node` tells this node from the others.
    ///
    /// # Errors
    /// Files that cannot be used; a store that does not answer.
    pub async fn tend_keys(&self, node: &str) -> Result<(), RingError> {
        if self.config().store.url.is_some() {
            return tend_keys(self.store(), self.keys(), node, self.now()).await;
        }
        apart(|| self.keys().reload().and_then(|()| self.keys().maintain(self.now())))
    }

    /// Challenges.
    #[must_use]
    pub fn challenger(&self) -> &Challenger {
        &self.0.challenger
    }

    /// The store.
    #[must_use]
    pub fn store(&self) -> &dyn Store {
        self.0.store.as_ref()
    }

    /// Collateral.
    #[must_use]
    pub fn library(&self) -> &Library {
        &self.0.library
    }

    /// Machines with a TPM.
    #[must_use]
    pub fn instances(&self) -> &Instances {
        &self.0.instances
    }

    /// Whom the service trusts.
    #[must_use]
    pub fn trust(&self) -> &Trust {
        &self.0.trust
    }

    /// Collateral that is verified already.
    #[must_use]
    pub fn desk(&self) -> &Arc<Desk> {
        &self.0.desk
    }

    /// Bounds of requests.
    #[must_use]
    pub fn bounds(&self) -> &Bounds {
        &self.0.bounds
    }

    /// How often clients ask.
    #[must_use]
    pub fn turnstile(&self) -> &Turnstile {
        &self.0.turnstile
    }

    /// What is counted.
    #[must_use]
    pub fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }

    /// The audit log, if one is kept.
    #[must_use]
    pub fn audit(&self) -> Option<&Audit> {
        self.0.audit.as_ref()
    }

    /// Whether the store answers.
    #[must_use]
    pub fn probe(&self) -> &Probe {
        &self.0.probe
    }

    /// Administrators that another issuer knows.
    #[must_use]
    pub fn login(&self) -> Option<&Login> {
        self.0.login.as_ref()
    }

    /// Asks policies in Rego.
    #[must_use]
    pub fn judge(&self) -> &Judge {
        &self.0.judge
    }

    /// TLS, if the service speaks it.
    #[must_use]
    pub fn tls(&self) -> Option<&Tls> {
        self.0.tls.as_ref()
    }

    /// Where the claims of this service's own profiles are described.
    #[must_use]
    pub fn eat_profile(&self) -> String {
        format!("{}/eat-profile/1", self.config().issuer)
    }

    /// `eat_profile` of a profile.
    #[must_use]
    pub fn eat_profile_of(&self, profile: Profile) -> String {
        profile.eat_profile().map_or_else(|| self.eat_profile(), str::to_owned)
    }
}

impl StartError {
    fn of(error: impl fmt::Display) -> Self {
        Self(error.to_string())
    }
}

fn note(path: &Path, what: &str, ImportCount { kept, refused }: ImportCount) {
    tracing::info!(path = %path.display(), what, kept, refused, "imported");
}

fn root(path: &Path) -> Result<Blob, StartError> {
    let text = std::fs::read(path).map_err(|error| StartError(format!("{}: {error}", path.display())))?;
    veriquote::TrustAnchors::from_certificates(&text)
        .map_err(|error| StartError(format!("{}: {error}", path.display())))?;
    Ok(Blob(text))
}
