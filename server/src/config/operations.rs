//! Configuration of what surrounds the service: TLS, limits by client, the audit log, metrics.

use std::net::IpAddr;
use std::path::PathBuf;

use serde::Deserialize;

use crate::operations::audit::Rotation;

/// TLS of the service itself; without a certificate it speaks HTTP.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TlsConfig {
    /// The certificate and what leads to its root: PEM.
    pub certificate: Option<PathBuf>,
    /// Its private key: PEM.
    pub key: Option<PathBuf>,
    /// Roots of the certificates that clients may show: PEM. None need to show one.
    pub client_ca: Option<PathBuf>,
}

/// How often one client may ask.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ClientLimits {
    /// Requests a second, in the long run; 0: as many as it likes.
    pub requests_per_second: u32,
    /// Requests at once, after a while of silence.
    pub burst: u32,
    /// Requests that are served at the same time; 0: as many as there is room for.
    pub requests_at_once: usize,
    /// Connections at once, those of trusted proxies not counted; 0: as many as there is room for.
    pub connections_at_once: usize,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
}

/// The audit log.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AuditConfig {
    /// Whether one is kept.
    pub enabled: bool,
    /// Its file; `audit.jsonl` in the data folder when absent.
    pub file: Option<PathBuf>,
    /// Each token has its line; otherwise only changes have.
    pub tokens: bool,
    /// At this length a file is closed and the next one begun; 0: never.
    pub rotate_bytes: u64,
    /// At this age, too; 0: never.
    pub rotate_seconds: u64,
}

impl AuditConfig {
    /// When a file is closed.
    #[must_use]
    pub const fn rotation(&self) -> Rotation {
        Rotation { bytes: self.rotate_bytes, seconds: self.rotate_seconds }
    }
}

/// Who may read the metrics.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MetricsConfig {
    /// Anyone; otherwise administrators.
    pub public: bool,
}

/// When the service calls itself ready.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReadyConfig {
    /// Only when no document of collateral is past its next update.
    pub fresh_collateral: bool,
}

/// The certificate of a client that may change things, which is not here itself.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdminCertificate {
    /// Whose it is: for the log.
    pub name: String,
    /// SHA-256 of the certificate in DER: hex.
    pub sha256: String,
}

/// Administrators that another issuer knows, by OpenID Connect.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OidcConfig {
    /// `iss` of their tokens.
    pub issuer: String,
    /// `aud` of their tokens: this service, and nobody else.
    pub audience: String,
    /// Where the issuer's keys are. `[collateral]` says which private addresses and which roots are allowed.
    pub jwks_url: String,
    /// `sub` of those who may change things.
    pub subjects: Vec<String>,
}

impl TlsConfig {
    /// Whether the service speaks TLS.
    #[must_use]
    pub const fn is_on(&self) -> bool {
        self.certificate.is_some()
    }
}

impl Default for ClientLimits {
    fn default() -> Self {
        Self {
            requests_per_second: 50,
            burst: 200,
            requests_at_once: 64,
            connections_at_once: 128,
            trusted_proxies: Vec::new(),
        }
    }
}

impl Default for AuditConfig {
    fn default() -> Self {
        Self { enabled: true, file: None, tokens: true, rotate_bytes: 256 * 1024 * 1024, rotate_seconds: 0 }
    }
}
