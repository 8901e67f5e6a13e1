//! What the claims of a token must be.

use alloc::string::String;

use super::checks;
use super::claims::{Registered, nonces};
use super::expectations::{Expectations, Expected, Expiry, Nonce};
use super::token::{Token, claims_of};
use crate::bytes::constant_time_eq;
use crate::check::Trace;
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::json::{Node, Value};
use crate::time::{UnixTime, Window};

pub(super) fn check_typ(
    actual: Option<&str>,
    expected: &Expected<String>,
    trace: &mut Trace,
) -> Result<(), Error> {
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
pub(super) fn expected(
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

pub(super) fn check_times(
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

pub(super) fn check_audience(
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

pub(super) fn check_nonce(
    claims: &Node<'_>,
    expected: &Expected<Nonce>,
    trace: &mut Trace,
) -> Result<(), Error> {
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

pub(super) fn check_required(claims: &Node<'_>, required: &[String], trace: &mut Trace) -> Result<(), Error> {
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

pub(super) const NO_EXPECTATION: &str = "the caller has no expectation";
