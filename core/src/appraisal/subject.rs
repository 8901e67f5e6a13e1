//! `sub` of our own tokens: relying parties that can only compare strings (cloud IAM) need everything in it.
//!
//! ```text
//! att1:<tee>:<policy-id|crypto-only>:<selector>
//! ```
//!
//! The fields hold `[A-Za-z0-9._~=-]` and are never empty; `:` only separates. The selector is the first
//! 32 hex digits of SHA-256 over the chosen claims, or an operator's own name for the workload. Different
//! choices give different subjects: each name and each value is hashed with its length before it.

use alloc::string::String;

use crate::bytes::to_hex;
use crate::crypto::{CryptoProvider, HashAlgorithm};
use crate::error::{Code, Error};
use crate::fact::Fact;

/// What the last field says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Selector<'a> {
    /// A digest of these claims: name and value, in this order.
    Claims(&'a [(&'a str, &'a [u8])]),
    /// A name of the operator's, such as `workload=payments-v7`.
    Name(&'a str),
}

/// The longest subject: what cloud providers compare has at most 255 characters.
pub const SUBJECT_CHARS: usize = 255;

/// Hex digits of the selector's digest.
const DIGITS: usize = 32;

/// The field where no policy was asked.
const CRYPTO_ONLY: &str = "crypto-only";

/// Builds a subject; `policy` is `None` when anything authentic was accepted.
///
/// # Errors
/// `claims.missing` for a selector without claims or a claim without a value; `claims.value` for
/// characters that may not stand in a field, for a name that looks like a digest, for a policy called
/// `crypto-only`, and for more than 255 characters.
pub fn subject(
    tee: &str,
    policy: Option<&str>,
    selector: Selector<'_>,
    provider: &dyn CryptoProvider,
) -> Result<String, Error> {
    if policy == Some(CRYPTO_ONLY) {
        return Err(refused("policy", "the name that says that there is none"));
    }
    let selector = match selector {
        Selector::Name(name) => {
            let digest = |c: u8| matches!(c, b'0'..=b'9' | b'a'..=b'f');
            if name.len() == DIGITS && name.bytes().all(digest) {
                return Err(refused("selector", "a name that looks like a digest"));
            }
            String::from(name)
        }
        Selector::Claims(claims) => digest(claims, provider)?,
    };
    let fields = [("tee", tee), ("policy", policy.unwrap_or(CRYPTO_ONLY)), ("selector", &selector)];
    let mut subject = String::from("att1");
    for (part, field) in fields {
        let allowed = |c: u8| c.is_ascii_alphanumeric() || b"._~=-".contains(&c);
        if field.is_empty() {
            return Err(Error::new(Code::ClaimsMissing, alloc::format!("sub.{part}")));
        }
        if !field.bytes().all(allowed) {
            return Err(refused(part, "a character outside [A-Za-z0-9._~=-]"));
        }
        subject.push(':');
        subject.push_str(field);
    }
    if subject.len() > SUBJECT_CHARS {
        return Err(Error::new(Code::ClaimsValue, "sub")
            .with(Fact::count("maximum", SUBJECT_CHARS))
            .with(Fact::count("actual", subject.len())));
    }
    Ok(subject)
}

fn digest(claims: &[(&str, &[u8])], provider: &dyn CryptoProvider) -> Result<String, Error> {
    if claims.is_empty() {
        return Err(Error::new(Code::ClaimsMissing, "sub.selector"));
    }
    let mut message = alloc::vec::Vec::new();
    for (name, value) in claims {
        if value.is_empty() {
            return Err(Error::new(Code::ClaimsMissing, alloc::format!("sub.{name}")));
        }
        for part in [name.as_bytes(), value] {
            let len = u64::try_from(part.len()).unwrap_or(u64::MAX);
            message.extend_from_slice(&len.to_be_bytes());
            message.extend_from_slice(part);
        }
    }
    let mut hex = to_hex(provider.hash(HashAlgorithm::Sha256, &[&message]).as_slice());
    hex.truncate(DIGITS);
    Ok(hex)
}

fn refused(part: &str, problem: &'static str) -> Error {
    Error::new(Code::ClaimsValue, alloc::format!("sub.{part}")).with(Fact::text("problem", problem))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::RustCrypto;

    fn of(selector: Selector<'_>) -> Result<String, Code> {
        subject("tdx", Some("prod-tdx"), selector, &RustCrypto).map_err(|error| error.code())
    }

    #[test]
    fn a_subject_has_four_fields() {
        let name = of(Selector::Name("workload=payments-v7")).unwrap();
        assert_eq!(name, "att1:tdx:prod-tdx:workload=payments-v7");
        let none = subject("sgx", None, Selector::Name("x"), &RustCrypto).unwrap();
        assert_eq!(none, "att1:sgx:crypto-only:x");
        // SHA-256 of 0000000000000006 "mr_td\0"… computed by hashlib over ("mr_td", 0x01).
        let digest = of(Selector::Claims(&[("mr_td", &[1])])).unwrap();
        assert_eq!(digest.len(), "att1:tdx:prod-tdx:".len() + 32);
    }

    #[test]
    fn claims_never_run_into_each_other() {
        let one = of(Selector::Claims(&[("a.b", b"c")])).unwrap();
        for other in [
            &[("a", &b"b.c"[..])][..],
            &[("a.bc", b"x")],
            &[("a", b"b"), ("c", b"d")],
            &[("ab", b"cd")],
            &[("c", b"d"), ("a", b"b")],
        ] {
            assert_ne!(of(Selector::Claims(other)).unwrap(), one);
        }
        let pair = of(Selector::Claims(&[("a", b"b"), ("c", b"d")])).unwrap();
        assert_ne!(pair, of(Selector::Claims(&[("c", b"d"), ("a", b"b")])).unwrap());
    }

    #[test]
    fn nothing_is_empty_ambiguous_or_too_long() {
        for (selector, code) in [
            (Selector::Claims(&[]), Code::ClaimsMissing),
            (Selector::Claims(&[("mr_td", b"")]), Code::ClaimsMissing),
            (Selector::Name(""), Code::ClaimsMissing),
            (Selector::Name("a:b"), Code::ClaimsValue),
            (Selector::Name("a b"), Code::ClaimsValue),
            (Selector::Name("\u{e9}"), Code::ClaimsValue),
            (Selector::Name("0123456789abcdef0123456789abcdef"), Code::ClaimsValue),
        ] {
            assert_eq!(of(selector), Err(code), "{selector:?}");
        }
        let fits = "x".repeat(SUBJECT_CHARS - "att1:tdx:prod-tdx:".len());
        assert!(of(Selector::Name(&fits)).is_ok());
        assert_eq!(of(Selector::Name(&(fits + "x"))), Err(Code::ClaimsValue));
        let other = subject("tdx", Some("crypto-only"), Selector::Name("x"), &RustCrypto);
        assert_eq!(other.unwrap_err().code(), Code::ClaimsValue);
    }
}
