//! The client.

use std::io::{self, Read as _};
use std::sync::Arc;
use std::time::Duration;

use ureq::http::{HeaderMap, Response};
use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::unversioned::resolver::DefaultResolver;
use ureq::unversioned::transport::DefaultConnector;
use ureq::{Agent, Body};

use crate::percent::percent_decode;
use crate::reach::{PublicOnly, Reach};

/// How other hosts are asked.
#[derive(Clone, Debug)]
pub struct Options {
    /// Longest time for one request, all of it.
    pub timeout: Duration,
    /// Whom TLS trusts.
    pub trust: Trust,
    /// How many redirects are followed.
    pub redirects: u32,
    /// Which addresses may be reached.
    pub reach: Reach,
}

/// Whom TLS trusts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trust {
    /// The system's roots.
    System,
    /// These certificates: PEM.
    Roots(Vec<u8>),
    /// Whatever certificate is shown: only where everything that is served is signed all the same.
    DangerAnyCertificate,
}

/// Asks other hosts.
#[derive(Clone, Debug)]
pub struct Client {
    agent: Agent,
}

/// A whole answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Who answered.
    pub url: String,
    /// The status.
    pub status: u16,
    /// The body, whole.
    pub body: Vec<u8>,
    headers: HeaderMap,
}

/// There is no answer that could be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpError {
    /// What happened, without the address.
    pub reason: String,
    /// The status, where there was one.
    pub status: Option<u16>,
    /// It may be another time: no connection, no time, an answer that ended early, 429 and 5xx. Not so: every
    /// other status, a certificate that is not trusted, an answer over the limit.
    pub transient: bool,
    /// How long the host asks to wait.
    pub retry_after: Option<Duration>,
}

impl Client {
    /// A client.
    ///
    /// # Errors
    /// Roots that are not PEM, or none.
    pub fn new(options: Options) -> Result<Self, String> {
        let (roots, any) = match &options.trust {
            Trust::System => (RootCerts::PlatformVerifier, false),
            Trust::Roots(pem) => (RootCerts::Specific(Arc::new(certificates(pem)?)), false),
            Trust::DangerAnyCertificate => (RootCerts::PlatformVerifier, true),
        };
        let tls = TlsConfig::builder()
            .root_certs(roots)
            .disable_verification(any)
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
            .build();
        let config = Agent::config_builder()
            .tls_config(tls)
            .timeout_global(Some(options.timeout))
            .http_status_as_error(false)
            .max_redirects(options.redirects)
            .user_agent(concat!("veriquote/", env!("CARGO_PKG_VERSION")))
            .accept("*/*");
        let agent = match options.reach {
            Reach::Anywhere => config.build().new_agent(),
            Reach::PublicAnd(allowed) => {
                let resolver = PublicOnly { allowed, inner: DefaultResolver::default() };
                Agent::with_parts(config.proxy(None).build(), DefaultConnector::default(), resolver)
            }
        };
        Ok(Self { agent })
    }

    /// Gets `url`, at most `limit` bytes of it, answered with success.
    ///
    /// # Errors
    /// [`HttpError`].
    pub fn get(&self, url: &str, limit: usize) -> Result<Answer, HttpError> {
        let answered = self.agent.get(url).call().map_err(|error| HttpError::of(&error))?;
        let status = answered.status();
        if status.is_success() {
            return whole(url, answered, limit);
        }
        let words = status.canonical_reason().map(|words| format!(" {words}")).unwrap_or_default();
        let seconds =
            answered.headers().get("retry-after").and_then(|it| it.to_str().ok()?.trim().parse().ok());
        Err(HttpError {
            reason: format!("the service answered {}{words}", status.as_u16()),
            status: Some(status.as_u16()),
            transient: status.as_u16() == 429 || status.is_server_error(),
            retry_after: seconds.map(Duration::from_secs),
        })
    }

    /// Posts JSON: at most `limit` bytes of the answer, whatever its status.
    ///
    /// # Errors
    /// [`HttpError`].
    pub fn post_json(&self, url: &str, body: &str, limit: usize) -> Result<Answer, HttpError> {
        let request = self.agent.post(url).header("Content-Type", "application/json");
        let answered = request.send(body).map_err(|error| HttpError::of(&error))?;
        whole(url, answered, limit)
    }
}

fn whole(url: &str, mut answered: Response<Body>, limit: usize) -> Result<Answer, HttpError> {
    let (status, headers) = (answered.status().as_u16(), answered.headers().clone());
    let failed =
        |reason: String, transient| HttpError { reason, status: Some(status), transient, retry_after: None };
    let mut body = Vec::new();
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    let read = answered.body_mut().as_reader().take(most).read_to_end(&mut body);
    read.map_err(|error| HttpError::of(&ureq::Error::from(error)))?;
    if body.len() > limit {
        return Err(failed(format!("the answer is larger than {limit} bytes"), false));
    }
    let declared = headers.get("content-length").and_then(|it| it.to_str().ok()?.parse::<usize>().ok());
    if declared.is_some_and(|declared| declared != body.len()) {
        return Err(failed(format!("the answer ended after {} bytes", body.len()), true));
    }
    Ok(Answer { url: url.to_owned(), status, body, headers })
}

impl Answer {
    /// A header's value.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The chain that travels URL-encoded in the first of these headers that is there: PEM.
    ///
    /// # Errors
    /// Why there is none, in words.
    pub fn issuer_chain(&self, names: &[&str]) -> Result<String, String> {
        let name = names.iter().find(|name| self.headers.contains_key(**name));
        let name = name.ok_or_else(|| format!("the answer has no header `{}`", names.join("` or `")))?;
        let chain = self.headers.get(*name).and_then(|value| percent_decode(value.as_bytes()));
        chain
            .filter(|pem| pem.contains("-----BEGIN CERTIFICATE-----"))
            .ok_or_else(|| format!("the header `{name}` does not hold URL-encoded PEM"))
    }
}

impl HttpError {
    fn of(error: &ureq::Error) -> Self {
        use ureq::Error;
        let reason = match error {
            Error::Timeout(_) => "no answer in time".to_owned(),
            Error::HostNotFound => "the host's name does not resolve".to_owned(),
            Error::Io(error) => error.to_string(),
            other => other.to_string(),
        };
        let transient = match error {
            // A certificate that is not trusted arrives as invalid data; an address that may not be reached is
            // this client's own refusal.
            Error::Io(error) => !matches!(
                error.kind(),
                io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput | io::ErrorKind::PermissionDenied
            ),
            Error::Timeout(_) | Error::ConnectionFailed | Error::BodyStalled | Error::Protocol(_) => true,
            _ => false,
        };
        Self { reason, status: None, transient, retry_after: None }
    }
}

fn certificates(pem: &[u8]) -> Result<Vec<ureq::tls::Certificate<'static>>, String> {
    let mut found = Vec::new();
    for item in parse_pem(pem) {
        if let PemItem::Certificate(certificate) = item.map_err(|error| error.to_string())? {
            found.push(certificate);
        }
    }
    if found.is_empty() { Err("there is no certificate in it".to_owned()) } else { Ok(found) }
}
