//! GET with retries: the only place that touches the network.

use std::io::{self, Read as _};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use ureq::tls::{RootCerts, TlsConfig};

/// How to reach a service.
#[derive(Clone, Debug)]
pub struct Options {
    /// Attempts after the first one.
    pub retries: u32,
    /// Pause before the first retry; doubles with each further one.
    pub pause: Duration,
    /// Longest time for one request, all of it.
    pub timeout: Duration,
    /// Certificates (PEM) to trust for https instead of the system's.
    pub tls_ca: Option<Vec<u8>>,
    /// Accept whatever certificate the service shows. What it serves is signed by Intel all the same.
    pub danger_accept_any_tls_certificate: bool,
}

/// A client that retries.
pub struct Http {
    agent: ureq::Agent,
    options: Options,
}

/// What a service answered: status 2xx only.
pub struct Answer {
    url: String,
    headers: ureq::http::HeaderMap,
    /// The body, whole.
    pub body: Vec<u8>,
}

/// A request that did not succeed, however often it was tried.
#[derive(Debug)]
pub struct HttpError {
    /// What was asked for.
    pub url: String,
    /// What happened last.
    pub reason: String,
    /// How often it was tried.
    pub attempts: u32,
    /// The service's last status, where it answered at all.
    pub status: Option<u16>,
}

const PAUSE_MAX: Duration = Duration::from_secs(30);

enum Attempt {
    Done(Answer),
    Transient { reason: String, status: Option<u16>, pause: Option<Duration> },
    Final { reason: String, status: Option<u16> },
}

impl Http {
    /// A client for these options.
    ///
    /// # Errors
    /// A message when the given certificates are not PEM.
    pub fn new(options: Options) -> Result<Self, String> {
        let roots = match &options.tls_ca {
            None => RootCerts::PlatformVerifier,
            Some(pem) => {
                let certificates = ureq::tls::parse_pem(pem)
                    .filter_map(|item| match item {
                        Ok(ureq::tls::PemItem::Certificate(certificate)) => Some(Ok(certificate)),
                        Ok(_) => None,
                        Err(error) => Some(Err(error.to_string())),
                    })
                    .collect::<Result<Vec<_>, _>>()?;
                if certificates.is_empty() {
                    return Err("there is no certificate in it".to_owned());
                }
                RootCerts::Specific(Arc::new(certificates))
            }
        };
        let tls = TlsConfig::builder()
            .root_certs(roots)
            .disable_verification(options.danger_accept_any_tls_certificate)
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
            .build();
        let agent = ureq::Agent::config_builder()
            .tls_config(tls)
            .timeout_global(Some(options.timeout))
            .http_status_as_error(false)
            .max_redirects(3)
            .user_agent(concat!("veriquote/", env!("CARGO_PKG_VERSION")))
            .accept("*/*")
            .build()
            .new_agent();
        Ok(Self { agent, options })
    }

    /// Gets `url`, at most `limit` bytes of it; `retrying` hears of each failed attempt.
    ///
    /// Tried again: no connection, time-out, a body that ends early, 429 and 5xx. Not tried again: every
    /// other status, a certificate that is not trusted, a body over the limit.
    ///
    /// # Errors
    /// [`HttpError`] with the last reason.
    pub fn get(&self, url: &str, limit: usize, retrying: &dyn Fn(&str)) -> Result<Answer, HttpError> {
        let mut attempts = 0;
        loop {
            attempts += 1;
            let (reason, status, pause) = match self.attempt(url, limit) {
                Attempt::Done(answer) => return Ok(answer),
                Attempt::Final { reason, status } => {
                    return Err(HttpError { url: url.to_owned(), reason, attempts, status });
                }
                Attempt::Transient { reason, status, pause } => (reason, status, pause),
            };
            if attempts > self.options.retries {
                return Err(HttpError { url: url.to_owned(), reason, attempts, status });
            }
            retrying(&reason);
            let doubled = self.options.pause.saturating_mul(1 << (attempts - 1).min(16));
            thread::sleep(pause.unwrap_or(doubled).min(PAUSE_MAX));
        }
    }

    /// Posts JSON once: the status, whatever it is, and at most `limit` bytes of the answer.
    ///
    /// # Errors
    /// [`HttpError`] when there is no whole answer.
    pub fn post_json(&self, url: &str, body: &str, limit: usize) -> Result<(u16, Vec<u8>), HttpError> {
        let failed = |reason: String, status| HttpError { url: url.to_owned(), reason, attempts: 1, status };
        let failure_of = |error: &ureq::Error| match failure(error) {
            Attempt::Transient { reason, .. } | Attempt::Final { reason, .. } => failed(reason, None),
            Attempt::Done(_) => failed(error.to_string(), None),
        };
        let request = self.agent.post(url).header("Content-Type", "application/json");
        let mut response = request.send(body).map_err(|error| failure_of(&error))?;
        let status = response.status().as_u16();
        let mut answer = Vec::new();
        let mut reader = response.body_mut().as_reader().take(limit as u64 + 1);
        reader.read_to_end(&mut answer).map_err(|error| failure_of(&ureq::Error::Io(error)))?;
        if answer.len() > limit {
            return Err(failed(format!("the answer is larger than {limit} bytes"), Some(status)));
        }
        Ok((status, answer))
    }

    fn attempt(&self, url: &str, limit: usize) -> Attempt {
        let mut response = match self.agent.get(url).call() {
            Ok(response) => response,
            Err(error) => return failure(&error),
        };
        let status = response.status();
        if !status.is_success() {
            let reason = match status.canonical_reason() {
                Some(words) => format!("the service answered {} {words}", status.as_u16()),
                None => format!("the service answered {}", status.as_u16()),
            };
            if status.as_u16() != 429 && !status.is_server_error() {
                return Attempt::Final { reason, status: Some(status.as_u16()) };
            }
            let pause = response
                .headers()
                .get("retry-after")
                .and_then(|value| value.to_str().ok()?.trim().parse().ok())
                .map(Duration::from_secs);
            return Attempt::Transient { reason, status: Some(status.as_u16()), pause };
        }
        let headers = response.headers().clone();
        let declared = headers.get("content-length").and_then(|v| v.to_str().ok()?.parse::<usize>().ok());
        let mut body = Vec::new();
        let mut reader = response.body_mut().as_reader().take(limit as u64 + 1);
        if let Err(error) = reader.read_to_end(&mut body) {
            return failure(&ureq::Error::Io(error));
        }
        if body.len() > limit {
            let reason = format!("the answer is larger than {limit} bytes");
            return Attempt::Final { reason, status: Some(status.as_u16()) };
        }
        if declared.is_some_and(|declared| declared != body.len()) {
            let reason = format!("the answer ended after {} bytes", body.len());
            return Attempt::Transient { reason, status: Some(status.as_u16()), pause: None };
        }
        Attempt::Done(Answer { url: url.to_owned(), headers, body })
    }
}

fn failure(error: &ureq::Error) -> Attempt {
    use ureq::Error;
    let reason = match error {
        Error::Timeout(_) => "no answer in time".to_owned(),
        Error::HostNotFound => "the host's name does not resolve".to_owned(),
        Error::Io(error) => error.to_string(),
        other => other.to_string(),
    };
    let transient = match error {
        // A certificate that is not trusted arrives as invalid data: trying again will not help.
        Error::Io(error) => !matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput),
        Error::Timeout(_) | Error::ConnectionFailed | Error::BodyStalled | Error::Protocol(_) => true,
        _ => false,
    };
    if transient {
        Attempt::Transient { reason, status: None, pause: None }
    } else {
        Attempt::Final { reason, status: None }
    }
}

impl Answer {
    /// The PEM chain that travels URL-encoded in the first of the headers `names` that is there.
    ///
    /// # Errors
    /// When none is there, or its value does not decode to PEM.
    pub fn issuer_chain(&self, names: &[&str]) -> Result<String, HttpError> {
        let error =
            |reason: String| HttpError { url: self.url.clone(), reason, attempts: 1, status: Some(200) };
        let name = names
            .iter()
            .find(|name| self.headers.contains_key(**name))
            .ok_or_else(|| error(format!("the answer has no header `{}`", names.join("` or `"))))?;
        self.headers
            .get(*name)
            .and_then(|value| percent_decode(value.as_bytes()))
            .filter(|pem| pem.contains("-----BEGIN CERTIFICATE-----"))
            .ok_or_else(|| error(format!("the header `{name}` does not hold URL-encoded PEM")))
    }

    /// An error about the body of this answer.
    pub fn unusable(&self, reason: impl Into<String>) -> HttpError {
        HttpError { url: self.url.clone(), reason: reason.into(), attempts: 1, status: Some(200) }
    }
}

/// RFC 3986, section 2.1; `+` stands for itself, since base64 holds it.
fn percent_decode(text: &[u8]) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [first, tail @ ..] = rest {
        rest = tail;
        if *first != b'%' {
            bytes.push(*first);
            continue;
        }
        let (digits, tail) = tail.split_at_checked(2)?;
        bytes.extend(veriquote::bytes::from_hex(digits).ok()?);
        rest = tail;
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_decoding_keeps_plus_and_refuses_halves() {
        assert_eq!(percent_decode(b"a%2Bb+c%0A").as_deref(), Some("a+b+c\n"));
        for text in [&b"%"[..], b"%4", b"%zz", b"%ff"] {
            assert_eq!(percent_decode(text), None);
        }
    }
}
