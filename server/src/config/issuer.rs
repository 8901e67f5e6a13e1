//! The issuer's address.

use std::fmt;
use std::net::IpAddr;

use serde::Deserialize;

/// `iss`: an https address without port tricks, query, fragment or slash at the end, as OpenID Connect
/// Discovery 1.0, section 4 asks; http only for this machine itself.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Issuer(String);

impl Issuer {
    /// For trying the service out.
    #[must_use]
    pub fn local() -> Self {
        Self("http://127.0.0.1:8080".to_owned())
    }

    /// Reads an address.
    ///
    /// # Errors
    /// A message that says what is not allowed.
    pub fn new(text: &str) -> Result<Self, String> {
        let (is_https, rest) = match (text.strip_prefix("https://"), text.strip_prefix("http://")) {
            (Some(rest), _) => (true, rest),
            (_, Some(rest)) => (false, rest),
            _ => return Err("an issuer begins with https://".to_owned()),
        };
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let (host, port) = split_port(authority);
        let is_name = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || b"-._[]:".contains(&c);
        if host.is_empty() || !host.bytes().all(is_name) {
            return Err("an issuer's host has lower-case letters, digits, `-` and `.`".to_owned());
        }
        if port.is_some_and(|port| port.parse::<u16>().is_err()) {
            return Err("an issuer's port is a number".to_owned());
        }
        let allowed = |c: u8| c.is_ascii_alphanumeric() || b"-._~/".contains(&c);
        if !path.bytes().all(allowed) || path.ends_with('/') || path.split('/').any(|part| part == "..") {
            return Err("an issuer has no query, no fragment, and no slash at the end".to_owned());
        }
        let ip = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        if !is_https && host != "localhost" && !ip.is_ok_and(|ip| ip.is_loopback()) {
            return Err("an issuer begins with https://, unless it is this machine itself".to_owned());
        }
        Ok(Self(text.to_owned()))
    }

    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The path under which the service answers: empty, or `/…`.
    #[must_use]
    pub fn path(&self) -> &str {
        let rest = self.0.split_once("://").map_or("", |(_, rest)| rest);
        rest.find('/').and_then(|at| rest.get(at..)).unwrap_or("")
    }
}

fn split_port(authority: &str) -> (&str, Option<&str>) {
    // The colons of an IPv6 address are not the port's.
    let after_address = authority.rfind(']').unwrap_or(0);
    match authority.rfind(':') {
        Some(at) if at >= after_address => (&authority[..at], Some(&authority[at + 1..])),
        _ => (authority, None),
    }
}

impl fmt::Display for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Issuer {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::new(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn issuers_are_plain_addresses() {
        for (text, path) in [
            ("https://attest.example.com", ""),
            ("https://attest.example.com:8443/a/b", "/a/b"),
            ("http://127.0.0.1:8080", ""),
            ("http://[::1]:8080", ""),
            ("http://localhost", ""),
        ] {
            assert_eq!(Issuer::new(text).expect(text).path(), path, "{text}");
        }
        for text in [
            "",
            "attest.example.com",
            "http://attest.example.com",
            "https://",
            "https://attest.example.com/",
            "https://attest.example.com?a=b",
            "https://attest.example.com/#a",
            "https://user@attest.example.com",
            "https://Attest.example.com",
            "https://attest.example.com:",
            "https://attest.example.com:99999",
            "https://attest.example.com/a/../b",
            "ftp://attest.example.com",
            "http://127.0.0.1.example.com",
        ] {
            assert!(Issuer::new(text).is_err(), "{text}");
        }
    }
}
