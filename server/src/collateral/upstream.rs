//! Services that are asked for what is not in the library: fixed hosts, no redirects, no private addresses.

use std::fmt;
use std::io::Read as _;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use ureq::http::{HeaderMap, Uri};
use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};

use crate::config::CollateralConfig;

/// What a service answered with success.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The body, whole.
    pub body: Vec<u8>,
    headers: HeaderMap,
}

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
pub struct Client {
    agent: ureq::Agent,
}

impl Client {
    /// A client as configured.
    ///
    /// # Errors
    /// Certificates that cannot be read.
    pub fn new(config: &CollateralConfig) -> Result<Self, String> {
        let roots = match &config.tls_ca {
            None => RootCerts::PlatformVerifier,
            Some(path) => RootCerts::Specific(Arc::new(certificates(path)?)),
        };
        let tls = TlsConfig::builder()
            .root_certs(roots)
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
            .build();
        let agent_config = ureq::Agent::config_builder()
            .tls_config(tls)
            .timeout_global(Some(Duration::from_secs(config.timeout_seconds)))
            .http_status_as_error(false)
            .max_redirects(0)
            // What a proxy of the environment resolves, nobody here could refuse.
            .proxy(None)
            .user_agent(concat!("veriquote/", env!("CARGO_PKG_VERSION")))
            .accept("*/*")
            .build();
        let resolver =
            PublicOnly { allowed: config.allow_private.clone(), inner: DefaultResolver::default() };
        Ok(Self { agent: ureq::Agent::with_parts(agent_config, DefaultConnector::default(), resolver) })
    }

    /// Gets a document of at most `limit` bytes.
    ///
    /// # Errors
    /// There is no such document, or no answer that could be used.
    pub fn get(&self, url: &str, limit: usize) -> Result<Answer, Failure> {
        let failed = |reason: String| Failure::Failed(format!("{url}: {reason}"));
        let mut response = self.agent.get(url).call().map_err(|error| failed(error.to_string()))?;
        match response.status().as_u16() {
            200 => {}
            404 => return Err(Failure::NotFound),
            status => return Err(failed(format!("it answered {status}"))),
        }
        let headers = response.headers().clone();
        let mut body = Vec::new();
        let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
        let mut reader = response.body_mut().as_reader().take(most);
        reader.read_to_end(&mut body).map_err(|error| failed(error.to_string()))?;
        if body.len() > limit {
            return Err(failed(format!("the answer is larger than {limit} bytes")));
        }
        Ok(Answer { body, headers })
    }
}

impl Answer {
    /// A header's value.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The chain that travels URL-encoded in the first of these headers that is there: PEM.
    #[must_use]
    pub fn issuer_chain(&self, names: &[&str]) -> Option<String> {
        let value = names.iter().find_map(|name| self.header(name))?;
        percent_decode(value).filter(|pem| pem.contains("-----BEGIN CERTIFICATE-----"))
    }
}

/// Resolves names, and forgets addresses of private networks that the configuration does not name: an
/// upstream's name is not believed more than its owner.
struct PublicOnly {
    allowed: Vec<IpAddr>,
    inner: DefaultResolver,
}

impl Resolver for PublicOnly {
    fn resolve(
        &self,
        uri: &Uri,
        config: &ureq::config::Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let resolved = self.inner.resolve(uri, config, timeout)?;
        let mut public = self.empty();
        for address in resolved.iter() {
            if is_public(address.ip()) || self.allowed.contains(&address.ip()) {
                public.push(*address);
            }
        }
        if public.is_empty() {
            return Err(ureq::Error::Io(std::io::Error::new(
                std::io::ErrorKind::PermissionDenied,
                "its address is of a private network, which collateral.allow_private does not name",
            )));
        }
        Ok(public)
    }
}

impl fmt::Debug for PublicOnly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicOnly(beside {:?})", self.allowed)
    }
}

/// Addresses that anybody on the Internet could have (IANA's registries of special-purpose addresses).
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => match embedded(v6) {
            Some(v4) => is_public_v4(v4),
            None => {
                let [first, second, ..] = v6.segments();
                let special = v6.is_loopback()
                    || v6.is_unspecified()
                    || v6.is_multicast()
                    || first & 0xfe00 == 0xfc00
                    || first & 0xffc0 == 0xfe80
                    || first & 0xffc0 == 0xfec0
                    || first == 0x0100
                    || (first == 0x2001 && (second < 0x0200 || second == 0x0db8))
                    || first == 0x3fff;
                !special
            }
        },
    }
}

/// The address of version 4 inside one of version 6: mapped, compatible, NAT64 and 6to4.
fn embedded(v6: Ipv6Addr) -> Option<Ipv4Addr> {
    let [a, b, c, d, e, f, g, h] = v6.segments();
    let v4 = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        Ipv4Addr::new(a, b, c, d)
    };
    match (a, b, c, d, e, f) {
        (0, 0, 0, 0, 0, 0xffff) | (0x64, 0xff9b, 0, 0, 0, 0) => Some(v4(g, h)),
        (0, 0, 0, 0, 0, 0) if g != 0 => Some(v4(g, h)),
        (0x2002, ..) => Some(v4(b, c)),
        _ => None,
    }
}

fn is_public_v4(v4: Ipv4Addr) -> bool {
    let [a, b, c, _] = v4.octets();
    let special = v4.is_private()
        || v4.is_loopback()
        || v4.is_link_local()
        || v4.is_multicast()
        || v4.is_broadcast()
        || v4.is_documentation()
        || a == 0
        || a >= 240
        || (a == 100 && b & 0xc0 == 64)
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && b & 0xfe == 18);
    !special
}

fn certificates(path: &Path) -> Result<Vec<ureq::tls::Certificate<'static>>, String> {
    let failed = |reason: String| format!("{}: {reason}", path.display());
    let pem = std::fs::read(path).map_err(|error| failed(error.to_string()))?;
    let mut found = Vec::new();
    for item in parse_pem(&pem) {
        if let PemItem::Certificate(certificate) = item.map_err(|error| failed(error.to_string()))? {
            found.push(certificate);
        }
    }
    if found.is_empty() { Err(failed("there is no certificate in it".to_owned())) } else { Ok(found) }
}

/// RFC 3986, section 2.1; `+` stands for itself, since base64 holds it.
fn percent_decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
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

/// The chain as it travels in a header.
#[must_use]
pub fn percent_encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len() * 2);
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_addresses_are_told_from_public_ones() {
        for public in
            ["1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1", "64:ff9b::101:101", "2002:101:101::"]
        {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
        for private in [
            "127.0.0.1",
            "10.0.0.1",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "0.0.0.0",
            "100.64.0.1",
            "192.0.0.8",
            "198.18.0.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "203.0.113.1",
            "::",
            "::1",
            "fe80::1",
            "fc00::1",
            "fd00::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2001:db8::1",
            "2001::1",
            "fec0::1",
            "::7f00:1",
        ] {
            assert!(!is_public(private.parse().unwrap()), "{private}");
        }
    }

    #[test]
    fn a_chain_survives_a_header() {
        let pem = "-----BEGIN CERTIFICATE-----\nab+/=\n-----END CERTIFICATE-----\n";
        let encoded = percent_encode(pem);
        assert!(encoded.starts_with("-----BEGIN%20CERTIFICATE-----%0Aab%2B%2F%3D%0A"));
        assert_eq!(percent_decode(&encoded).as_deref(), Some(pem));
        assert_eq!(percent_decode("a+b").as_deref(), Some("a+b"));
        for text in ["%", "%4", "%zz", "%ff"] {
            assert_eq!(percent_decode(text), None);
        }
    }
}
