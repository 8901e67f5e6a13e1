//! Verification: header, algorithm, key, signature, and only then the claims.

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use super::algorithm::{self, Algorithm, Algorithms};
use super::certified;
use super::checks;
use super::claim_checks::{check_typ, expected};
use super::expectations::{Expectations, ExpectedCertificate};
use super::key_set::{Choice, KeySet};
use super::token::{Decoded, Token};
use crate::check::{Check, Failure, Rule, Trace};
use crate::crypto::VerifyingKey;
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::json::{self, Node, Strictness, Value};
use crate::named::named;
use crate::time::{UnixTime, Window};

/// A token whose signature was verified with one of the caller's keys, and which meets every expectation
/// that the caller stated.
#[derive(Clone, Debug)]
pub struct AuthenticToken {
    decoded: Decoded,
    key: UsedKey,
    window: Window,
    checks: Vec<Check>,
    verified_at: UnixTime,
}

/// The key that verified a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsedKey {
    /// The algorithm.
    pub algorithm: Algorithm,
    /// The key's own `kid`, or that of the token where the key came from a certificate.
    pub kid: Option<String>,
    /// Where the key came from.
    pub origin: KeyOrigin,
}

named! {
    /// Where a key came from.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum KeyOrigin {
        /// The caller's set.
        Set = "set",
        /// The caller's set, and a chain to one of the caller's roots certifies it.
        CertifiedSet = "certified_set",
        /// The token's own certificate chain, which ends at one of the caller's roots.
        CertifiedHeader = "certified_header",
    }
}

impl AuthenticToken {
    /// The claims.
    #[must_use]
    pub fn claims(&self) -> Node<'_> {
        object(&self.decoded.payload)
    }

    /// The claims as the text that was signed.
    #[must_use]
    pub fn claims_json(&self) -> &[u8] {
        &self.decoded.payload
    }

    /// The header.
    #[must_use]
    pub fn header(&self) -> Node<'_> {
        object(&self.decoded.header)
    }

    /// The key that verified it.
    #[must_use]
    pub const fn key(&self) -> &UsedKey {
        &self.key
    }

    /// Between which times the claims and the certificates that were used hold, leeway not counted.
    #[must_use]
    pub const fn window(&self) -> Window {
        self.window
    }

    /// The ledger.
    #[must_use]
    pub fn checks(&self) -> &[Check] {
        &self.checks
    }

    /// The rules that were not applied.
    pub fn not_checked(&self) -> impl Iterator<Item = &'static Rule> {
        self.checks.iter().filter(|check| check.outcome.as_str() == "skipped").map(|check| check.rule)
    }

    /// The time that was passed.
    #[must_use]
    pub const fn verified_at(&self) -> UnixTime {
        self.verified_at
    }
}

/// Verifies a compact token with the caller's keys at `now`.
///
/// # Errors
/// The first rule that does not hold, with the checks up to it.
pub fn verify(
    token: &[u8],
    keys: &KeySet,
    expectations: &Expectations,
    now: UnixTime,
) -> Result<AuthenticToken, Failure> {
    let mut trace = Trace::new();
    match trace.apply(checks::LAYOUT, Token::parse(token)) {
        Ok(token) => authenticate(token, keys, expectations, now, trace),
        Err(error) => Err(trace.fail(error)),
    }
}

impl Token<'_> {
    /// Verifies the token with the caller's keys at `now`.
    ///
    /// # Errors
    /// The first rule that does not hold, with the checks up to it.
    pub fn authenticate(
        self,
        keys: &KeySet,
        expectations: &Expectations,
        now: UnixTime,
    ) -> Result<AuthenticToken, Failure> {
        let mut trace = Trace::new();
        trace.passed(checks::LAYOUT, []);
        authenticate(self, keys, expectations, now, trace)
    }
}

fn authenticate(
    token: Token<'_>,
    keys: &KeySet,
    expectations: &Expectations,
    now: UnixTime,
    mut trace: Trace,
) -> Result<AuthenticToken, Failure> {
    if let Err(error) = expectations.check() {
        return Err(trace.fail(error.inside("expectations")));
    }
    let checked = signed(&token, keys, expectations, now, &mut trace).and_then(|(key, window)| {
        let claims = expected(&token, expectations, now, &mut trace)?;
        Ok((key, window.intersect(claims)))
    });
    match checked {
        Ok((key, window)) => Ok(AuthenticToken {
            decoded: token.into_unauthenticated_parts(),
            key,
            window,
            checks: trace.into_checks(),
            verified_at: now,
        }),
        Err(error) => Err(trace.fail(error)),
    }
}

/// Everything up to the signature; the payload is not looked at.
fn signed(
    token: &Token<'_>,
    keys: &KeySet,
    expectations: &Expectations,
    now: UnixTime,
    trace: &mut Trace,
) -> Result<(UsedKey, Window), Error> {
    let header = token.unauthenticated_header();
    let supported = header.check_supported().map_err(|error| error.inside("token.header"));
    trace.apply(checks::HEADER, supported)?;
    check_typ(header.typ.as_deref(), &expectations.typ, trace)?;
    let algorithm =
        trace.apply(checks::ALGORITHM, accepted_algorithm(&header.alg, &expectations.algorithms))?;

    let certificate = &expectations.certificate;
    let choice = keys.choose(header);
    let followed = match &choice {
        Ok(Choice::Certified(_)) => &["x5c", "jwk", "x5t", "x5t#S256"][..],
        Ok(Choice::Key { key, .. }) if !key.unauthenticated_x5c().is_empty() => &["x5t", "x5t#S256"][..],
        _ => &[],
    };
    let of_header = header
        .key_members
        .iter()
        .map(|member| Fact::text(if followed.contains(member) { "followed" } else { "ignored" }, member));
    trace.passed(checks::HEADER_KEYS, of_header.collect::<Vec<_>>());
    match choice {
        Err(error) => {
            trace.failed(checks::KEY, &error);
            Err(error)
        }
        Ok(Choice::Key { key, anchors }) => {
            // A header that names a certificate names the chosen key's (RFC 7515, section 4.1.7).
            let named = match key.unauthenticated_x5c().first() {
                None => Ok(()),
                Some(first) => token
                    .unauthenticated_header_json()
                    .and_then(|header| certified::check_thumbprints(&header, first, keys.provider())),
            };
            if let Err(error) = named {
                let error = error.inside("token.header");
                trace.failed(checks::KEY, &error);
                return Err(error);
            }
            trace.passed(checks::KEY, kid_facts(key.kid(), header.kid.as_deref()));
            let (window, origin) = match anchors {
                None => {
                    let nobody = if certificate.names_nobody() {
                        Ok(())
                    } else {
                        Err(Error::new(Code::JwtKeyCertificate, "jwks.key")
                            .with(Fact::text("problem", "a signer is expected, and no roots were given")))
                    };
                    match nobody {
                        Ok(()) => trace.skipped(checks::KEY_CHAIN, NO_ROOTS),
                        Err(error) => return trace.apply(checks::KEY_CHAIN, Err(error)),
                    }
                    trace.skipped(checks::KEY_CERTIFICATE, NO_ROOTS);
                    trace.skipped(checks::KEY_REVOCATION, NO_ROOTS);
                    (Window::ALWAYS, KeyOrigin::Set)
                }
                Some(anchors) => {
                    let chain = certified::check_key(key, certificate, anchors, keys.provider(), now);
                    let window = trace.apply(checks::KEY_CHAIN, chain)?;
                    certified_lines(certificate, trace);
                    (window, KeyOrigin::CertifiedSet)
                }
            };
            let usable = trace.apply(
                checks::KEY_ALGORITHM,
                if expectations.algorithms == Algorithms::OfKey && key.bound_to().is_none() {
                    Err(Error::new(Code::JwtAlgorithmRefused, "token.header.alg")
                        .with(Fact::text("problem", "the key is bound to no algorithm; say which you accept"))
                        .with(Fact::text("actual", algorithm.name())))
                } else {
                    key.verifier(algorithm).ok_or_else(|| {
                        let error = Error::new(Code::JwtKeyAlgorithm, "token.header.alg")
                            .with(Fact::text("actual", algorithm.name()));
                        match key.bound_to() {
                            Some(bound) => error.with(Fact::text("expected", bound.name())),
                            None => error,
                        }
                    })
                },
            )?;
            check_signature(token, usable, trace)?;
            Ok((UsedKey { algorithm, kid: key.kid().map(String::from), origin }, window))
        }
        Ok(Choice::Certified(anchors)) => {
            trace.passed(checks::KEY, [Fact::text("from", "the token's certificate chain")]);
            let key = certified::key_of_header(
                token,
                &expectations.algorithms,
                algorithm,
                certificate,
                anchors,
                keys.provider(),
                now,
            );
            let key = trace.apply(checks::KEY_CHAIN, key)?;
            certified_lines(certificate, trace);
            trace.passed(checks::KEY_ALGORITHM, []);
            check_signature(token, key.key.as_ref(), trace)?;
            let used = UsedKey {
                algorithm: key.algorithm,
                kid: header.kid.clone(),
                origin: KeyOrigin::CertifiedHeader,
            };
            Ok((used, key.window))
        }
    }
}

/// What is said of a chain that ends at a root.
fn certified_lines(certificate: &ExpectedCertificate, trace: &mut Trace) {
    if certificate.names_nobody() {
        trace.skipped(
            checks::KEY_CERTIFICATE,
            "the caller names no signer: any that the roots certify is good",
        );
    } else {
        trace.passed(checks::KEY_CERTIFICATE, []);
    }
    trace.skipped(checks::KEY_REVOCATION, "no revocation lists are taken for token keys");
}

fn check_signature(token: &Token<'_>, key: &dyn VerifyingKey, trace: &mut Trace) -> Result<(), Error> {
    let verified = key
        .verify(token.signing_input(), &token.unauthenticated_parts().signature)
        .map_err(|_| Error::new(Code::JwtSignature, "token.signature"));
    trace.apply(checks::SIGNATURE, verified)
}

fn accepted_algorithm(name: &str, accepted: &Algorithms) -> Result<Algorithm, Error> {
    let algorithm = Algorithm::from_name(name).ok_or_else(|| algorithm::unknown("token.header.alg", name))?;
    match accepted {
        Algorithms::OneOf(list) if !list.contains(&algorithm) => {
            let mut names = String::new();
            for (index, one) in list.iter().enumerate() {
                if index > 0 {
                    names.push_str(", ");
                }
                names.push_str(one.name());
            }
            Err(Error::new(Code::JwtAlgorithmRefused, "token.header.alg")
                .with(Fact::string("expected", names))
                .with(Fact::text("actual", algorithm.name())))
        }
        _ => Ok(algorithm),
    }
}

/// The key's own name, and that a token which names one was matched with the caller's only key, which has
/// none.
fn kid_facts(kid: Option<&str>, named: Option<&str>) -> Vec<Fact> {
    match (kid, named) {
        (Some(kid), _) => alloc::vec![Fact::string("kid", kid.to_string())],
        (None, Some(named)) => alloc::vec![
            Fact::string("token_kid", named.chars().take(128).collect()),
            Fact::text("note", "the set's only key has no kid: the caller vouches that it is the one"),
        ],
        (None, None) => Vec::new(),
    }
}

/// A text that was read as an object before.
fn object(text: &[u8]) -> Node<'_> {
    json::parse(text, Strictness::DOCUMENT).unwrap_or(Node {
        raw: "",
        offset: 0,
        value: Value::Object(Vec::new()),
    })
}

const NO_ROOTS: &str = "no roots were given; the caller vouches for the key";
