//! Administrators that another issuer knows: OpenID Connect tokens, verified by the core with that issuer's
//! published keys.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Mutex as AsyncMutex;
use veriquote::crypto::CryptoProvider;
use veriquote::jwt::{Algorithms, Expectations, Expected, KeySet, verify};
use veriquote::{Code, UnixTime};

use crate::collateral::Client;
use crate::config::{CollateralConfig, OidcConfig};

/// One issuer and those of its subjects who may change things.
#[derive(Debug)]
pub struct Login {
    config: OidcConfig,
    client: Client,
    provider: Arc<dyn CryptoProvider>,
    keys: Mutex<Option<(UnixTime, Arc<KeySet>)>>,
    /// Who fetches; others that need the keys wait for them.
    flight: AsyncMutex<()>,
    /// When they could not be fetched.
    failed: Mutex<Option<UnixTime>>,
}

/// For how long keys are not fetched again.
const FRESH: i64 = 300;

/// A token of a key that is not known has them fetched again, but not more often than this.
const UNKNOWN: i64 = 30;

/// Seconds by which the issuer's clock may be ahead of this one, or behind it.
const LEEWAY: u32 = 60;

/// Sets of keys of large issuers have less than a tenth of it.
const LONGEST: usize = 1024 * 1024;

/// What issuers sign with; a key is held to its own `alg` on top.
const ALGORITHMS: [&str; 6] = ["RS256", "PS256", "ES256", "ES384", "PS384", "EdDSA"];

impl Login {
    /// As configured.
    ///
    /// # Errors
    /// Certificates that cannot be read.
    pub fn new(
        config: &OidcConfig,
        network: &CollateralConfig,
        provider: Arc<dyn CryptoProvider>,
    ) -> Result<Self, String> {
        Ok(Self {
            config: config.clone(),
            client: Client::new(network)?,
            provider,
            keys: Mutex::default(),
            flight: AsyncMutex::default(),
            failed: Mutex::default(),
        })
    }

    /// Whose token this is, when its bearer may change things.
    pub async fn administrator(&self, token: &str, now: UnixTime) -> Option<String> {
        let mut keys = self.keys(now, FRESH).await?;
        let verified = match verify(token.as_bytes(), &keys, &self.expectations()?, now) {
            Err(failure) if failure.error.code() == Code::JwtKeyUnknown => {
                keys = self.keys(now, UNKNOWN).await?;
                verify(token.as_bytes(), &keys, &self.expectations()?, now)
            }
            verified => verified,
        };
        let verified = verified.inspect_err(|failure| {
            tracing::info!(code = failure.error.code().as_str(), "an administrator's token was refused");
        });
        let verified = verified.ok()?;
        let claims = verified.claims();
        let subject = claims.get("sub")?.text()?;
        self.config.subjects.iter().find(|known| *known == subject).cloned()
    }

    fn expectations(&self) -> Option<Expectations> {
        Some(Expectations {
            issuer: Expected::Is(self.config.issuer.clone()),
            audience: Expected::Is(self.config.audience.clone()),
            required_claims: vec!["sub".to_owned(), "iat".to_owned()],
            leeway: LEEWAY,
            ..Expectations::signature_only(Algorithms::from_names(ALGORITHMS).ok()?)
        })
    }

    /// The keys, not older than so many seconds; older ones when there is no answer.
    async fn keys(&self, now: UnixTime, age: i64) -> Option<Arc<KeySet>> {
        let known = || self.keys.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let fresh = || known().filter(|(at, _)| (0..age).contains(&now.since(*at))).map(|(_, keys)| keys);
        if let Some(keys) = fresh() {
            return Some(keys);
        }
        let _turn = self.flight.lock().await;
        if let Some(keys) = fresh() {
            return Some(keys);
        }
        let failed = || self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        if failed().is_some_and(|at| (0..UNKNOWN).contains(&now.since(at))) {
            return known().map(|(_, keys)| keys);
        }
        let (client, url) = (self.client.clone(), self.config.jwks_url.clone());
        let fetched = tokio::task::spawn_blocking(move || client.get(&url, LONGEST)).await;
        let parsed = fetched
            .map_err(|error| error.to_string())
            .and_then(|fetched| fetched.map_err(|failure| format!("{failure:?}")))
            .and_then(|answer| {
                KeySet::parse(&answer.body, Arc::clone(&self.provider)).map_err(|error| error.to_string())
            });
        let keys = match parsed {
            Ok(keys) => Arc::new(keys),
            Err(error) => {
                tracing::error!(error, "the keys of the administrators' issuer");
                *failed() = Some(now);
                known()?.1
            }
        };
        *self.keys.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, Arc::clone(&keys)));
        Some(keys)
    }
}
