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
            _ => Failure::Failed(format!("{}: {}", shown(url), error.reason)),
        })
    }
}

/// What the log may say of an address: no password, and no query, which may name a machine.
#[must_use]
pub fn shown(url: &str) -> String {
    let address = url.split(['?', '#']).next().unwrap_or_default();
    let Some((scheme, rest)) = address.split_once("://") else { return address.to_owned() };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = authority.rsplit('@').next().unwrap_or_default();
    format!("{scheme}://{host}{path}")
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn neither_passwords_nor_queries_are_shown() {
        for (url, expected) in [
            ("https://me:secret@host:8443/a/pckcert?encrypted_ppid=00", "https://host:8443/a/pckcert"),
            ("https://host", "https://host"),
            ("https://host?x@y", "https://host"),
        ] {
            assert_eq!(shown(url), expected);
        }
    }
}
