//! The registered claims (RFC 7519, section 4.1; RFC 9711, section 4).

use alloc::vec::Vec;

use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::json::{Node, Value};
use crate::limits;
use crate::time::UnixTime;

/// The registered claims that a token has, well-formed.
#[derive(Debug)]
pub(crate) struct Registered<'n> {
    pub(crate) issuer: Option<&'n str>,
    pub(crate) subject: Option<&'n str>,
    pub(crate) audience: Option<Vec<&'n str>>,
    pub(crate) expires: Option<UnixTime>,
    pub(crate) not_before: Option<UnixTime>,
    pub(crate) issued: Option<UnixTime>,
    pub(crate) profile: Option<&'n str>,
}

impl<'n> Registered<'n> {
    /// Reads them; a claim that is there and malformed is an error, whether it is asked for or not.
    pub(crate) fn read(claims: &'n Node<'_>) -> Result<Self, Error> {
        text(claims, "jti")?;
        nonces(claims)?;
        let registered = Self {
            issuer: text(claims, "iss")?,
            subject: text(claims, "sub")?,
            audience: claims.get("aud").map(|node| one_or_many("aud", node)).transpose()?,
            expires: time(claims, "exp")?,
            not_before: time(claims, "nbf")?,
            issued: time(claims, "iat")?,
            profile: text(claims, "eat_profile")?,
        };
        registered.check_order()?;
        Ok(registered)
    }

    /// No token ends before it begins; leeway is for clocks that differ, and these are of one clock.
    fn check_order(&self) -> Result<(), Error> {
        for (name, begins) in [("nbf", self.not_before), ("iat", self.issued)] {
            if let (Some(begins), Some(expires)) = (begins, self.expires)
                && expires <= begins
            {
                return Err(Error::new(Code::JwtTimes, part("exp"))
                    .with(Fact::time("expires", expires))
                    .with(Fact::time(name, begins)));
            }
        }
        Ok(())
    }
}

/// The nonces that a token answers to, and the claim that has them.
pub(crate) fn nonces<'n>(claims: &'n Node<'_>) -> Result<Option<(&'static str, Vec<&'n str>)>, Error> {
    match (claims.get("eat_nonce"), claims.get("nonce")) {
        (Some(node), _) => {
            let nonces = one_or_many("eat_nonce", node)?;
            if nonces.is_empty() || !nonces.iter().all(|nonce| is_nonce(nonce)) {
                return Err(wrong("eat_nonce", node, "a string of 8 to 88 bytes, or an array of them"));
            }
            Ok(Some(("eat_nonce", nonces)))
        }
        (None, Some(node)) => {
            Ok(Some(("nonce", alloc::vec![node.text().ok_or_else(|| wrong("nonce", node, "a string"))?])))
        }
        (None, None) => Ok(None),
    }
}

fn text<'n>(claims: &'n Node<'_>, name: &'static str) -> Result<Option<&'n str>, Error> {
    match claims.get(name) {
        None => Ok(None),
        Some(node) => node.text().map(Some).ok_or_else(|| wrong(name, node, "a string")),
    }
}

fn one_or_many<'n>(name: &'static str, node: &'n Node<'_>) -> Result<Vec<&'n str>, Error> {
    let expected = "a string or an array of strings";
    match &node.value {
        Value::String(text) => Ok(alloc::vec![text.as_ref()]),
        Value::Array(items) if items.len() <= limits::JWT_VALUES => {
            items.iter().map(|item| item.text().ok_or_else(|| wrong(name, item, expected))).collect()
        }
        Value::Array(_) => Err(Error::new(Code::LimitCount, part(name))
            .at(node.offset)
            .with(Fact::count("maximum", limits::JWT_VALUES))),
        _ => Err(wrong(name, node, expected)),
    }
}

fn time(claims: &Node<'_>, name: &'static str) -> Result<Option<UnixTime>, Error> {
    match claims.get(name) {
        None => Ok(None),
        Some(node) => numeric_date(node)
            .map(Some)
            .ok_or_else(|| wrong(name, node, "whole seconds since 1970, before the year 10000")),
    }
}

/// A NumericDate (RFC 7519, section 2) of whole seconds between 1970 and 9999.
///
/// The number may be written with a fraction or an exponent, as encoders that keep every number as a
/// double do (`1.666091373e+09`), as long as it is whole. Fractions of a second are refused: no
/// attestation service writes them, and readers round them differently.
#[must_use]
pub fn numeric_date(node: &Node<'_>) -> Option<UnixTime> {
    let Value::Number(text) = node.value else { return None };
    // Nearly every one: digits, and no more than 9999-12-31 has.
    if text.len() <= 12 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        let value = text.bytes().try_fold(0_i64, |value, digit| {
            value.checked_mul(10)?.checked_add(i64::from(char::from(digit).to_digit(10)?))
        })?;
        return (value <= LAST_SECOND).then_some(UnixTime(value));
    }
    let (mantissa, exponent) = match text.find(['e', 'E']) {
        None => (text, 0),
        Some(at) => {
            let exponent = text.get(at..)?.get(1..)?;
            (text.get(..at)?, exponent.strip_prefix('+').unwrap_or(exponent).parse::<i32>().ok()?)
        }
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let fraction = fraction.trim_end_matches('0');
    let zeros = exponent.checked_sub(i32::try_from(fraction.len()).ok()?)?;
    let mut value: i64 = 0;
    for digit in whole.bytes().chain(fraction.bytes()) {
        let digit = char::from(digit).to_digit(10)?;
        value = value.checked_mul(10)?.checked_add(i64::from(digit))?;
    }
    if value != 0 {
        for _ in 0..zeros.unsigned_abs().min(20) {
            value = if zeros > 0 {
                value.checked_mul(10)?
            } else if value.checked_rem(10)? == 0 {
                value.checked_div(10)?
            } else {
                return None;
            };
        }
    }
    (value <= LAST_SECOND).then_some(UnixTime(value))
}

fn wrong(name: &'static str, node: &Node<'_>, expected: &'static str) -> Error {
    Error::new(Code::JwtClaimType, part(name)).at(node.offset).with(Fact::text("expected", expected))
}

fn part(name: &str) -> alloc::string::String {
    alloc::format!("token.payload.{name}")
}

/// Whether a text is a nonce of RFC 9711, section 4.1: 8 to 88 bytes of UTF-8.
#[must_use]
pub fn is_nonce(text: &str) -> bool {
    (SHORTEST_NONCE..=88).contains(&text.len())
}

/// Bytes of a nonce.
pub(crate) const SHORTEST_NONCE: usize = 8;

/// 9999-12-31T23:59:59Z.
pub(crate) const LAST_SECOND: i64 = 253_402_300_799;
