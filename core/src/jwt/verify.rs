//! Verification: header, algorithm, key, signature, and only then the claims.

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use super::algorithm::{self, Algorithm, Algorithms};
use super::certified;
use super::checks;
use super::claims::{Registered, nonces};
use super::expectations::{Expectations, Expected, ExpectedCertificate, Expiry, Nonce};
use super::key_set::{Choice, KeySet};
use super::token::{Decoded, Token, claims_of};
use crate::bytes::constant_time_eq;
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

fn check_typ(actual: Option<&str>, expected: &Expected<String>, trace: &mut Trace) -> Result<(), Error> {
    let Expected::Is(expected) = expected else {
        trace.skipped(checks::TYP, NO_EXPECTATION);
        return Ok(());
    };
    let same = actual.is_some_and(|actual| media_type(actual).eq_ignore_ascii_case(media_type(expected)));
    let result = if same { Ok(()) } else { Err(differs(Code::JwtTyp, "token.header.typ", expected, actual)) };
    trace.apply(checks::TYP, result)
}

/// RFC 7515, section 4.1.9: `application/` may be left out.
fn media_type(typ: &str) -> &str {
    const PREFIX: &str = "application/";
    match typ.get(..PREFIX.len()) {
        Some(start) if start.eq_ignore_ascii_case(PREFIX) => typ.get(PREFIX.len()..).unwrap_or_default(),
        _ => typ,
    }
}

/// The claims of a token whose signature holds; gives the window in which they do.
fn expected(
    token: &Token<'_>,
    expectations: &Expectations,
    now: UnixTime,
    trace: &mut Trace,
) -> Result<Window, Error> {
    let claims = match claims_of(&token.unauthenticated_parts().payload) {
        Ok(claims) => claims,
        Err(error) => return trace.apply(checks::CLAIMS, Err(error)),
    };
    let registered = trace.apply(checks::CLAIMS, Registered::read(&claims))?;
    check_times(&registered, expectations, now, trace)?;
    let exact = |rule, code, part, expected: &Expected<String>, actual: Option<&str>, trace: &mut Trace| {
        let Expected::Is(expected) = expected else {
            trace.skipped(rule, NO_EXPECTATION);
            return Ok(());
        };
        let same = actual == Some(expected.as_str());
        let result = if same { Ok(()) } else { Err(differs(code, part, expected, actual)) };
        trace.apply(rule, result)
    };
    exact(
        checks::ISSUER,
        Code::JwtIssuer,
        "token.payload.iss",
        &expectations.issuer,
        registered.issuer,
        trace,
    )?;
    check_audience(registered.audience.as_deref(), &expectations.audience, trace)?;
    exact(
        checks::SUBJECT,
        Code::JwtSubject,
        "token.payload.sub",
        &expectations.subject,
        registered.subject,
        trace,
    )?;
    check_nonce(&claims, &expectations.nonce, trace)?;
    exact(
        checks::PROFILE,
        Code::JwtProfile,
        "token.payload.eat_profile",
        &expectations.profile,
        registered.profile,
        trace,
    )?;
    check_required(&claims, &expectations.required_claims, trace)?;
    Ok(Window {
        not_before: registered.not_before.unwrap_or(Window::ALWAYS.not_before),
        not_after: registered.expires.map_or(Window::ALWAYS.not_after, |time| time.saturating_add(-1)),
    })
}

fn check_times(
    claims: &Registered<'_>,
    expectations: &Expectations,
    now: UnixTime,
    trace: &mut Trace,
) -> Result<(), Error> {
    let leeway = i64::from(expectations.leeway);
    match (claims.expires, expectations.expiry) {
        (None, Expiry::WherePresent) => {
            trace.skipped(checks::EXPIRY, "the token does not say when it expires")
        }
        (None, Expiry::Required) => {
            trace.apply(checks::EXPIRY, Err::<(), _>(missing("exp")))?;
        }
        // At `exp` itself the token is no longer accepted.
        (Some(expires), _) if now >= expires.saturating_add(leeway) => {
            let error = at_time(Code::JwtExpired, "token.payload.exp", "expires", expires, now);
            trace.apply(checks::EXPIRY, Err::<(), _>(error))?;
        }
        (Some(expires), _) => trace.passed(checks::EXPIRY, [Fact::time("expires", expires)]),
    }
    let begun = |rule, part, name, time: Option<UnixTime>, trace: &mut Trace| match time {
        None => {
            trace.skipped(rule, "the token does not have the claim");
            Ok(())
        }
        Some(time) if now.saturating_add(leeway) < time => {
            trace.apply(rule, Err(at_time(Code::JwtNotYetValid, part, name, time, now)))
        }
        Some(time) => {
            trace.passed(rule, [Fact::time(name, time)]);
            Ok(())
        }
    };
    begun(checks::NOT_BEFORE, "token.payload.nbf", "not_before", claims.not_before, trace)?;
    begun(checks::ISSUED, "token.payload.iat", "issued", claims.issued, trace)?;

    match expectations.max_age {
        Expected::NotChecked => trace.skipped(checks::AGE, NO_EXPECTATION),
        Expected::Is(maximum) => {
            let result = match claims.issued {
                None => Err(missing("iat")),
                Some(issued) if now.since(issued) > i64::from(maximum).saturating_add(leeway) => {
                    Err(at_time(Code::JwtAge, "token.payload.iat", "issued", issued, now)
                        .with(Fact::number("maximum", maximum.into())))
                }
                Some(_) => Ok(()),
            };
            trace.apply(checks::AGE, result)?;
        }
    }
    match expectations.max_lifetime {
        Expected::NotChecked => trace.skipped(checks::LIFETIME, NO_EXPECTATION),
        Expected::Is(maximum) => {
            let result = match (claims.issued.or(claims.not_before), claims.expires) {
                (None, _) => Err(missing("iat")),
                (_, None) => Err(missing("exp")),
                (Some(from), Some(to)) if to.since(from) > i64::from(maximum) => {
                    Err(Error::new(Code::JwtLifetime, "token.payload.exp")
                        .with(Fact::number("maximum", maximum.into()))
                        .with(Fact::number("actual", u64::try_from(to.since(from)).unwrap_or_default())))
                }
                _ => Ok(()),
            };
            trace.apply(checks::LIFETIME, result)?;
        }
    }
    Ok(())
}

fn check_audience(
    actual: Option<&[&str]>,
    expected: &Expected<String>,
    trace: &mut Trace,
) -> Result<(), Error> {
    let Expected::Is(expected) = expected else {
        trace.skipped(checks::AUDIENCE, NO_EXPECTATION);
        return Ok(());
    };
    let named = actual.unwrap_or_default();
    let result = if named.iter().any(|one| one == expected) {
        Ok(())
    } else {
        Err(differs(Code::JwtAudience, "token.payload.aud", expected, named.first().copied()))
    };
    trace.apply(checks::AUDIENCE, result)
}

fn check_nonce(claims: &Node<'_>, expected: &Expected<Nonce>, trace: &mut Trace) -> Result<(), Error> {
    let Expected::Is(expected) = expected else {
        trace.skipped(checks::NONCE, NO_EXPECTATION);
        return Ok(());
    };
    let mismatch =
        |problem| Error::new(Code::JwtNonce, "token.payload.eat_nonce").with(Fact::text("problem", problem));
    let compare = || {
        let Some((claim, nonces)) = nonces(claims)? else {
            return Err(mismatch("the token has no nonce"));
        };
        let (wanted, others_allowed) = match expected {
            Nonce::Only(nonce) => (nonce, false),
            Nonce::Among(nonce) => (nonce, true),
        };
        let equal = |nonce: &&str| constant_time_eq(nonce.as_bytes(), wanted.as_bytes());
        if !nonces.iter().any(equal) {
            Err(mismatch("the token has another nonce"))
        } else if !others_allowed && !nonces.iter().all(equal) {
            Err(mismatch("the token has further nonces"))
        } else {
            Ok(claim)
        }
    };
    match compare() {
        Ok(claim) => {
            trace.passed(checks::NONCE, [Fact::text("claim", claim)]);
            Ok(())
        }
        Err(error) => {
            trace.failed(checks::NONCE, &error);
            Err(error)
        }
    }
}

fn check_required(claims: &Node<'_>, required: &[String], trace: &mut Trace) -> Result<(), Error> {
    if required.is_empty() {
        trace.skipped(checks::REQUIRED, NO_EXPECTATION);
        return Ok(());
    }
    let absent = |name: &&String| claims.get(name).is_none_or(|node| node.value == Value::Null);
    let result = match required.iter().find(absent) {
        None => Ok(()),
        Some(name) => Err(missing(name)),
    };
    trace.apply(checks::REQUIRED, result)
}

fn missing(claim: &str) -> Error {
    Error::new(Code::JwtClaimMissing, alloc::format!("token.payload.{claim}"))
}

fn at_time(code: Code, part: &'static str, name: &'static str, time: UnixTime, now: UnixTime) -> Error {
    Error::new(code, part).with(Fact::time(name, time)).with(Fact::time("at", now))
}

fn differs(code: Code, part: &'static str, expected: &str, actual: Option<&str>) -> Error {
    let shown = |text: &str| text.chars().take(256).collect::<String>();
    let error = Error::new(code, part).with(Fact::string("expected", shown(expected)));
    match actual {
        None => error.with(Fact::text("actual", "none")),
        Some(actual) => error.with(Fact::string("actual", shown(actual))),
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
const NO_EXPECTATION: &str = "the caller has no expectation";
