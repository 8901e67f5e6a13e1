//! Who is at the other end of a connection, and how often it may ask.

use std::hash::{BuildHasher as _, RandomState};
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;

use axum::extract::{Request, State as Shared};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::State;
use crate::config::ClientLimits;
use crate::error::{ApiError, ServiceCode};

/// The other end of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer {
    /// Its address.
    pub address: IpAddr,
    /// SHA-256 of the certificate that it proved to hold, whose root is one that the configuration names.
    pub certificate: Option<[u8; 32]>,
}

/// Counts the requests of each client.
#[derive(Debug)]
pub struct Turnstile {
    limiter: Option<DefaultKeyedRateLimiter<IpAddr>>,
    shares: RandomState,
    trusted_proxies: Vec<IpAddr>,
}

/// More clients are not told apart: then all share so many counts, until some have been silent for a while.
const CLIENTS: usize = 65_536;

/// Which of them a client has, nobody can foresee.
const SHARED: u16 = 4_096;

/// Whom a request is counted for: an address of version 4, a network of version 6.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientNetwork(pub IpAddr);

impl Turnstile {
    /// As configured.
    #[must_use]
    pub fn new(limits: &ClientLimits) -> Self {
        let quota = NonZeroU32::new(limits.requests_per_second)
            .map(|rate| Quota::per_second(rate).allow_burst(NonZeroU32::new(limits.burst).unwrap_or(rate)));
        Self {
            limiter: quota.map(RateLimiter::keyed),
            shares: RandomState::new(),
            trusted_proxies: limits.trusted_proxies.clone(),
        }
    }

    /// Lets a request of this client in, or says in how many seconds the next one may come.
    ///
    /// # Errors
    /// The seconds.
    pub fn pass(&self, client: ClientNetwork) -> Result<(), u64> {
        let Some(limiter) = &self.limiter else { return Ok(()) };
        let client = if limiter.len() < CLIENTS { client.0 } else { self.share(client.0) };
        limiter.check_key(&client).map_err(|refusal| {
            let wait = refusal.wait_time_from(DefaultClock::default().now());
            wait.as_secs().saturating_add(u64::from(wait.subsec_nanos() > 0))
        })
    }

    fn share(&self, client: IpAddr) -> IpAddr {
        let share = self.shares.hash_one(client) % u64::from(SHARED);
        // Below ::/112 is no client.
        Ipv6Addr::from(u128::from(share)).into()
    }

    /// Forgets clients that have been silent.
    pub fn sweep(&self) {
        if let Some(limiter) = &self.limiter {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
    }

    /// Whom a connection is counted for; nobody where a trusted proxy makes it.
    #[must_use]
    pub fn of_connection(&self, peer: IpAddr) -> Option<IpAddr> {
        let peer = peer.to_canonical();
        (!self.trusted_proxies.contains(&peer)).then(|| network(peer))
    }

    /// Whom a request is counted for.
    #[must_use]
    pub fn network(&self, peer: IpAddr, headers: &HeaderMap) -> ClientNetwork {
        ClientNetwork(network(self.client(peer, headers)))
    }

    /// The client of a request: its connection's other end, or whom a trusted proxy names.
    #[must_use]
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = peer.to_canonical();
        let values = headers.get_all("x-forwarded-for").into_iter().filter_map(|value| value.to_str().ok());
        let named: Vec<&str> = values.flat_map(|value| value.split(',')).collect();
        // Each proxy adds whom it heard: the last that no trusted one added is the client.
        for name in named.iter().rev() {
            if !self.trusted_proxies.contains(&client) {
                break;
            }
            let Ok(address) = name.trim().parse::<IpAddr>() else { break };
            client = address.to_canonical();
        }
        client
    }
}

/// Who has an address of version 6 has 2^64 of them.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
    }
}

/// Refuses a request of a client that asks too often.
pub async fn limited(Shared(state): Shared<State>, mut request: Request, next: Next) -> Response {
    if let Some(peer) = request.extensions().get::<Peer>() {
        let turnstile = state.turnstile();
        let client = turnstile.network(peer.address, request.headers());
        request.extensions_mut().insert(client);
        if let Err(seconds) = turnstile.pass(client) {
            state.metrics().rate_limited.inc();
            let refused = ApiError::new(ServiceCode::TooManyRequests, format!("try again in {seconds} s"));
            return refused.header(header::RETRY_AFTER, HeaderValue::from(seconds)).into_response();
        }
    }
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turnstile(proxies: &[&str]) -> Turnstile {
        Turnstile::new(&ClientLimits {
            requests_per_second: 1,
            burst: 3,
            requests_at_once: 0,
            connections_at_once: 0,
            trusted_proxies: proxies.iter().map(|proxy| proxy.parse().unwrap()).collect(),
        })
    }

    #[test]
    fn a_client_has_its_burst_and_no_more() {
        let turnstile = turnstile(&[]);
        let of = |address: &str| ClientNetwork(network(address.parse().unwrap()));
        let [one, other] = ["192.0.2.1", "192.0.2.2"].map(of);
        for _ in 0..3 {
            assert_eq!(turnstile.pass(one), Ok(()));
        }
        assert_eq!(turnstile.pass(one), Err(1));
        assert_eq!(turnstile.pass(other), Ok(()));
        turnstile.sweep();
        assert_eq!(turnstile.pass(one), Err(1), "a sweep forgets nobody who just asked");
        let [a, b] = ["2001:db8::1", "2001:db8::2"].map(of);
        for address in [a, b, a] {
            assert_eq!(turnstile.pass(address), Ok(()));
        }
        assert_eq!(turnstile.pass(b), Err(1), "one network, one client");
    }

    #[test]
    fn only_trusted_proxies_name_clients() {
        let headers = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("x-forwarded-for", value.parse().unwrap());
            headers
        };
        let [proxy, client] = ["10.0.0.1", "192.0.2.7"].map(|address| address.parse::<IpAddr>().unwrap());
        let trusting = turnstile(&["10.0.0.1", "10.0.0.2"]);
        for (value, expected) in [
            ("192.0.2.7", "192.0.2.7"),
            ("198.51.100.9, 192.0.2.7", "192.0.2.7"),
            ("192.0.2.7, 10.0.0.2", "192.0.2.7"),
            ("nonsense", "10.0.0.1"),
            ("", "10.0.0.1"),
        ] {
            assert_eq!(trusting.client(proxy, &headers(value)).to_string(), expected, "{value}");
        }
        assert_eq!(trusting.client(client, &headers("198.51.100.9")), client);
        assert_eq!((trusting.of_connection(proxy), trusting.of_connection(client)), (None, Some(client)));
        assert_eq!(turnstile(&[]).client(proxy, &headers("192.0.2.7")), proxy);
    }
}
