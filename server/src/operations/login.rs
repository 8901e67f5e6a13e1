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
    /// With when they were asked for last, and when they came.
    keys: Mutex<Option<Known>>,
    /// Who fetches; others that need the keys wait for them.
    flight: AsyncMutex<()>,
    /// When they could not be fetched.
    failed: Mutex<Option<UnixTime>>,
}

#[derive(Clone, Debug)]
struct Known {
    asked_at: UnixTime,
    fetched_at: UnixTime,
    keys: Arc<KeySet>,
}

/// For how long keys count while their issuer does not answer: it may have withdrawn some.
const LASTING: i64 = 86_400;

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

    /// The keys, not older than so many seconds; older ones of the last day when there is no answer.
    async fn keys(&self, now: UnixTime, age: i64) -> Option<Arc<KeySet>> {
        let known = || {
            let known = self.keys.lock().unwrap_or_else(PoisonError::into_inner).clone();
            known.filter(|known| (0..LASTING).contains(&now.since(known.fetched_at)))
        };
        let fresh = || known().filter(|known| (0..age).contains(&now.since(known.asked_at)));
        if let Some(known) = fresh() {
            return Some(known.keys);
        }
        let _turn = self.flight.lock().await;
        if let Some(known) = fresh() {
            return Some(known.keys);
        }
        let failed = || self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        if failed().is_some_and(|at| (0..UNKNOWN).contains(&now.since(at))) {
            return known().map(|known| known.keys);
        }
        let (client, url) = (self.client.clone(), self.config.jwks_url.clone());
        let fetched = tokio::task::spawn_blocking(move || client.get(&url, LONGEST)).await;
        let parsed = fetched
            .map_err(|error| error.to_string())
            .and_then(|fetched| fetched.map_err(|failure| format!("{failure:?}")))
            .and_then(|answer| {
                KeySet::parse(&answer.body, Arc::clone(&self.provider)).map_err(|error| error.to_string())
            });
        let found = match parsed {
            Ok(keys) => Known { asked_at: now, fetched_at: now, keys: Arc::new(keys) },
            Err(error) => {
                tracing::error!(error, "the keys of the administrators' issuer");
                *failed() = Some(now);
                Known { asked_at: now, ..known()? }
            }
        };
        *self.keys.lock().unwrap_or_else(PoisonError::into_inner) = Some(found.clone());
        Some(found.keys)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use veriquote_aws_lc::AwsLc;

    /// The generator of P-256, which is nobody's key.
    const JWKS: &[u8] = br#"{"keys":[{"kty":"EC","crv":"P-256","kid":"a","alg":"ES256","use":"sig",
        "x":"axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY","y":"T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU"}]}"#;

    #[test]
    fn keys_of_an_issuer_that_is_silent_last_a_day() {
        let config = OidcConfig {
            issuer: "https://id.example".to_owned(),
            audience: "a".to_owned(),
            jwks_url: "http://127.0.0.1:9/jwks.json".to_owned(),
            subjects: vec!["somebody".to_owned()],
        };
        let network =
            CollateralConfig { allow_private: vec![[127, 0, 0, 1].into()], ..CollateralConfig::default() };
        let login = Login::new(&config, &network, Arc::new(AwsLc)).unwrap();
        let keys = Arc::new(KeySet::parse(JWKS, Arc::new(AwsLc)).unwrap());
        let begun = UnixTime(1_000_000);
        *login.keys.lock().unwrap() = Some(Known { asked_at: begun, fetched_at: begun, keys });
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let counts =
            |seconds: i64| runtime.block_on(login.keys(begun.saturating_add(seconds), FRESH)).is_some();
        for (seconds, expected) in [(299, true), (400, true), (43_200, true), (86_399, true), (86_400, false)]
        {
            assert_eq!(counts(seconds), expected, "{seconds}");
        }
    }
}
