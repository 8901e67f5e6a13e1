//! Services that are asked for what is not in the library: fixed hosts, no redirects, no private addresses.

use std::time::Duration;

use veriquote_http::{Answer, Options, Reach, Trust};

use crate::config::CollateralConfig;

/// Why a service gave nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// It knows of no such document.
    NotFound,
    /// It did not answer, or with something else.
    Failed(String),
}

/// The way to the services.
#[derive(Clone, Debug)]
pub struct Client(veriquote_http::Client);

impl Client {
    /// A client as configured.
    ///
    /// # Errors
    /// Certificates that cannot be read.
    pub fn new(config: &CollateralConfig) -> Result<Self, String> {
        let of_file = config.tls_ca.as_ref().map(|path| {
            let failed = |reason: String| format!("{}: {reason}", path.display());
            std::fs::read(path).map(Trust::Roots).map_err(|error| failed(error.to_string()))
        });
        let options = Options {
            timeout: Duration::from_secs(config.timeout_seconds),
            trust: of_file.transpose()?.unwrap_or(Trust::System),
            redirects: 0,
            reach: Reach::PublicAnd(config.allow_private.clone()),
        };
        let client = veriquote_http::Client::new(options);
        client.map(Self).map_err(|reason| format!("collateral.tls_ca: {reason}"))
    }

    /// Gets a document of at most `limit` bytes.
    ///
    /// # Errors
    /// There is no such document, or no answer that could be used.
    pub fn get(&self, url: &str, limit: usize) -> Result<Answer, Failure> {
        self.0.get(url, limit).map_err(|error| match error.status {
            Some(404) => Failure::NotFound,
            _ => Failure::Failed(format!("{url}: {}", error.reason)),
        })
    }
}
