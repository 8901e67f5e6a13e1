//! GET with retries.

use std::thread;
use std::time::Duration;

use veriquote_http::{Answer, Client};

/// How often a service is asked.
#[derive(Clone, Copy, Debug)]
pub struct Retries {
    /// Attempts after the first one.
    pub count: u32,
    /// Pause before the first of them; doubles with each further one.
    pub pause: Duration,
}

/// A client that retries.
pub struct Http {
    client: Client,
    retries: Retries,
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

impl Http {
    /// With this client.
    pub const fn new(client: Client, retries: Retries) -> Self {
        Self { client, retries }
    }

    /// Gets `url`, at most `limit` bytes of it; `retrying` hears of each failed attempt. What may be another
    /// time is tried again.
    ///
    /// # Errors
    /// [`HttpError`] with the last reason.
    pub fn get(&self, url: &str, limit: usize, retrying: &dyn Fn(&str)) -> Result<Answer, HttpError> {
        let mut attempts = 0;
        loop {
            attempts += 1;
            let error = match self.client.get(url, limit) {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            if !error.transient || attempts > self.retries.count {
                let veriquote_http::HttpError { reason, status, .. } = error;
                return Err(HttpError { url: url.to_owned(), reason, attempts, status });
            }
            retrying(&error.reason);
            let doubled = self.retries.pause.saturating_mul(1 << (attempts - 1).min(16));
            thread::sleep(error.retry_after.unwrap_or(doubled).min(PAUSE_MAX));
        }
    }
}

impl HttpError {
    /// An answer that came, and is of no use.
    pub fn unusable(answer: &Answer, reason: impl Into<String>) -> Self {
        let (url, status) = (answer.url.clone(), Some(answer.status));
        Self { url, reason: reason.into(), attempts: 1, status }
    }
}
