//! Configuration: a TOML file, overridden by the environment. Every value has its check before the service
//! starts, and a member that is not known is an error.

mod check;
mod instances;
mod issuer;
mod load;
mod operations;
mod secret;
mod store;
mod token_store;

use std::net::SocketAddr;
use std::path::PathBuf;

use serde::Deserialize;

pub use instances::{AccessKey, InstancesConfig, Programs, Role};
pub use issuer::Issuer;
pub use load::{ConfigError, Source};
pub use operations::{
    AdminCertificate, AuditConfig, ClientLimits, MetricsConfig, OidcConfig, ReadyConfig, TlsConfig,
};
pub use secret::Secret;
pub use store::StoreConfig;
pub use token_store::Pkcs11Config;

use crate::keys::Algorithm;

/// How the service is to run.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Where to listen.
    pub listen: SocketAddr,
    /// `iss` of every token: the address under which relying parties reach this service. It is never taken
    /// from a request.
    pub issuer: Issuer,
    /// Folder of the keys and of the database.
    pub data_dir: PathBuf,
    /// TLS of the service itself.
    pub tls: TlsConfig,
    /// Bounds of requests.
    pub limits: Limits,
    /// How often one client may ask.
    pub client: ClientLimits,
    /// What tokens are like.
    pub token: TokenConfig,
    /// Keys of the issuer.
    pub keys: KeysConfig,
    /// Whom the service trusts.
    pub trust: TrustConfig,
    /// What is asked of evidence.
    pub policy: PolicyConfig,
    /// Where collateral comes from.
    pub collateral: CollateralConfig,
    /// Challenges.
    pub challenge: ChallengeConfig,
    /// Who may change things.
    pub admin: AdminConfig,
    /// What is logged.
    pub log: LogConfig,
    /// Where the service remembers.
    pub store: StoreConfig,
    /// Machines with a TPM that report.
    pub instances: InstancesConfig,
    /// The audit log.
    pub audit: AuditConfig,
    /// Who may read the metrics.
    pub metrics: MetricsConfig,
    /// When the service calls itself ready.
    pub ready: ReadyConfig,
}

/// Bounds of requests.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Longest body.
    pub body_bytes: usize,
    /// Longest time from the first byte of a request's body to the answer.
    pub request_seconds: u64,
    /// Longest time for the head of a request.
    pub header_seconds: u64,
    /// Requests at once; those beyond are told to come back.
    pub concurrent_requests: usize,
    /// Connections at once; those beyond wait to be accepted.
    pub connections: usize,
    /// Time for open requests when the service is told to end.
    pub shutdown_seconds: u64,
}

/// What tokens are like.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TokenConfig {
    /// Algorithm of their signature.
    pub algorithm: Algorithm,
    /// How long those of `/v1` last.
    pub v1_lifetime_seconds: u32,
    /// How long those of `/v2` last, unless the request asks for less.
    pub lifetime_seconds: u32,
    /// The longest that any token may be.
    pub max_chars: usize,
    /// `aud` of `/v1`; the issuer when absent, as in the documented service.
    pub v1_audience: Option<String>,
    /// Audiences that requests of `/v2` may ask for; empty: any.
    pub audiences: Vec<String>,
    /// What the last field of `sub` is made of.
    pub subject: SubjectConfig,
    /// Who made the verifier.
    pub developer: String,
}

/// Measurements that make up the last field of `sub`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SubjectConfig {
    /// Of trust domains.
    pub tdx: Vec<String>,
    /// Of enclaves.
    pub sgx: Vec<String>,
    /// Of TPMs.
    pub tpm: Vec<String>,
    /// Of NVIDIA devices: of each that has them; beside the machine's in a composite.
    pub nvgpu: Vec<String>,
}

/// Keys of the issuer.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct KeysConfig {
    /// Their folder; `keys` in the data folder when absent.
    pub dir: Option<PathBuf>,
    /// File of the passphrase that seals them. The environment's `VERIQUOTE_KEY_PASSPHRASE` comes first.
    pub passphrase_file: Option<PathBuf>,
    /// Bits of new RSA keys.
    pub rsa_bits: u32,
    /// Make a key when there is none.
    pub generate: bool,
    /// How long a new key is published before it signs.
    pub publish_seconds: u32,
    /// After how long an active key is replaced; 0: never by itself.
    pub rotate_seconds: u32,
    /// How often the folder is looked at.
    pub reload_seconds: u64,
    /// How long relying parties may keep the set of keys.
    pub max_age_seconds: u32,
    /// Memory of the derivation that seals keys, in KiB.
    pub kdf_memory_kib: u32,
    /// A token that makes and holds new keys.
    pub pkcs11: Option<Pkcs11Config>,
}

/// Whom the service trusts.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TrustConfig {
    /// Files of roots (PEM) that are trusted for SGX and TDX instead of Intel's.
    pub roots: Vec<PathBuf>,
    /// Files of roots (PEM) that may certify attestation keys of TPMs.
    pub tpm_roots: Vec<PathBuf>,
    /// Files of roots (PEM) that are trusted for NVIDIA devices instead of NVIDIA's.
    pub nvidia_roots: Vec<PathBuf>,
    /// Files of roots (PEM) that are trusted for NVIDIA's reference manifests instead of NVIDIA's.
    pub rim_roots: Vec<PathBuf>,
    /// Names of attestation keys of TPMs that are trusted without a certificate: hex.
    pub tpm_ak_names: Vec<String>,
}

/// What is asked of evidence.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PolicyConfig {
    /// The policy of requests that name none, or name `default`: `strict`, `crypto-only` or an id.
    pub default: String,
    /// Most policies of one request.
    pub max_per_request: usize,
    /// What a policy in Rego may use.
    pub rego: RegoConfig,
}

/// What a policy in Rego may use.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RegoConfig {
    /// Milliseconds for each rule that is asked.
    pub milliseconds: u32,
    /// Memory of its process, in MiB.
    pub memory_mib: u32,
    /// The program that runs it, and its arguments; `veriquote policy-worker` when empty.
    pub worker: Vec<String>,
}

/// Where collateral comes from.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CollateralConfig {
    /// Folders or files of collateral that are read at the start.
    pub import: Vec<PathBuf>,
    /// Services that are asked for what is not in the store, in this order:
    /// `https://host/sgx/certification/v4`.
    pub upstreams: Vec<String>,
    /// Folders or files of NVIDIA's reference manifests that are read at the start.
    pub rims: Vec<PathBuf>,
    /// Services that are asked for manifests that are not in the store, in this order:
    /// `https://rim.attestation.nvidia.com`.
    pub rim_upstreams: Vec<String>,
    /// Folders or files of NVIDIA's revocation lists that are read at the start.
    pub nvidia_crls: Vec<PathBuf>,
    /// Services that are asked for NVIDIA's revocation lists, in this order: `http://crl.ndis.nvidia.com/crl`.
    pub nvidia_crl_upstreams: Vec<String>,
    /// Where Intel's root list is, for upstreams that do not serve it.
    pub root_ca_crl_url: Option<String>,
    /// After how long a document is fetched again although it is in force.
    pub refresh_seconds: u64,
    /// For how long a document is served after that when no upstream answers. Verification still refuses
    /// what is no longer in force.
    pub stale_if_error_seconds: u64,
    /// Longest time for one request to an upstream.
    pub timeout_seconds: u64,
    /// Addresses of private networks that upstreams may have.
    pub allow_private: Vec<std::net::IpAddr>,
    /// Certificates (PEM) to trust for https instead of the system's.
    pub tls_ca: Option<PathBuf>,
}

/// Challenges.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ChallengeConfig {
    /// How long one lasts.
    pub lifetime_seconds: u32,
    /// A token is given only for an answered challenge.
    pub required: bool,
}

/// Who may change things; nobody, when neither tokens nor certificates nor an issuer are named.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AdminConfig {
    /// Their bearer tokens.
    pub tokens: Vec<AdminToken>,
    /// Their certificates, whose root is one of `tls.client_ca`.
    pub certificates: Vec<AdminCertificate>,
    /// Those that another issuer knows.
    pub oidc: Option<OidcConfig>,
}

/// A bearer token, which is not here itself.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdminToken {
    /// Whose it is: for the log.
    pub name: String,
    /// SHA-256 of a token of at least 128 random bits: hex.
    pub sha256: String,
}

/// What is logged.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LogConfig {
    /// `json` or `text`.
    pub format: LogFormat,
    /// A filter such as `info` or `veriquote_server=debug`.
    pub level: String,
}

/// How a line of the log looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// One JSON object.
    #[default]
    Json,
    /// For people.
    Text,
}

impl Config {
    /// Folder of the keys.
    #[must_use]
    pub fn keys_dir(&self) -> PathBuf {
        self.keys.dir.clone().unwrap_or_else(|| self.data_dir.join("keys"))
    }

    /// The audit log's file, if one is kept.
    #[must_use]
    pub fn audit_file(&self) -> Option<PathBuf> {
        let file = || self.audit.file.clone().unwrap_or_else(|| self.data_dir.join("audit.jsonl"));
        self.audit.enabled.then(file)
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            issuer: Issuer::local(),
            data_dir: PathBuf::from("veriquote-data"),
            tls: TlsConfig::default(),
            limits: Limits::default(),
            client: ClientLimits::default(),
            token: TokenConfig::default(),
            keys: KeysConfig::default(),
            trust: TrustConfig::default(),
            policy: PolicyConfig::default(),
            collateral: CollateralConfig::default(),
            challenge: ChallengeConfig::default(),
            admin: AdminConfig::default(),
            log: LogConfig::default(),
            store: StoreConfig::default(),
            instances: InstancesConfig::default(),
            audit: AuditConfig::default(),
            metrics: MetricsConfig::default(),
            ready: ReadyConfig::default(),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 1024 * 1024,
            request_seconds: 20,
            header_seconds: 10,
            concurrent_requests: 256,
            connections: 1024,
            shutdown_seconds: 20,
        }
    }
}

impl Default for TokenConfig {
    fn default() -> Self {
        Self {
            algorithm: Algorithm::Rs256,
            // The documented service's.
            v1_lifetime_seconds: 21_600,
            lifetime_seconds: 3_600,
            // Cloud providers take 20,000 characters.
            max_chars: 16_000,
            v1_audience: None,
            audiences: Vec::new(),
            subject: SubjectConfig::default(),
            developer: "veriquote".to_owned(),
        }
    }
}

impl Default for SubjectConfig {
    fn default() -> Self {
        let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        Self {
            tdx: names(&["mr_td"]),
            sgx: names(&["mr_enclave"]),
            tpm: names(&["ak.name"]),
            nvgpu: names(&["hwmodel", "measres"]),
        }
    }
}

impl Default for KeysConfig {
    fn default() -> Self {
        Self {
            dir: None,
            passphrase_file: None,
            rsa_bits: 2048,
            generate: true,
            publish_seconds: 86_400,
            rotate_seconds: 90 * 86_400,
            reload_seconds: 10,
            max_age_seconds: 300,
            kdf_memory_kib: 65_536,
            pkcs11: None,
        }
    }
}

impl Default for PolicyConfig {
    fn default() -> Self {
        Self { default: "strict".to_owned(), max_per_request: 8, rego: RegoConfig::default() }
    }
}

impl Default for RegoConfig {
    fn default() -> Self {
        Self { milliseconds: 200, memory_mib: 256, worker: Vec::new() }
    }
}

impl Default for CollateralConfig {
    fn default() -> Self {
        Self {
            import: Vec::new(),
            upstreams: Vec::new(),
            rims: Vec::new(),
            rim_upstreams: Vec::new(),
            nvidia_crls: Vec::new(),
            nvidia_crl_upstreams: Vec::new(),
            root_ca_crl_url: None,
            refresh_seconds: 6 * 3_600,
            stale_if_error_seconds: 7 * 86_400,
            timeout_seconds: 10,
            allow_private: Vec::new(),
            tls_ca: None,
        }
    }
}

impl Default for ChallengeConfig {
    fn default() -> Self {
        Self { lifetime_seconds: 300, required: false }
    }
}

impl Default for LogConfig {
    fn default() -> Self {
        Self { format: LogFormat::Json, level: "info".to_owned() }
    }
}
