//! Calls the core as every binding does.

use std::sync::Arc;

use veriquote::crypto::RustCrypto;
use veriquote::dcap::{AuthenticQuote, Collateral, NotAccepted, Profile, Verifier};
use veriquote::policy::{Policy, Verdict};
use veriquote::{Error, Failure, TrustAnchors, UnixTime};

use crate::case::Expected;

/// What a verifier is given.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// The quote.
    pub quote: &'a [u8],
    /// The collateral file.
    pub collateral: &'a [u8],
    /// The trusted root; Intel's when there is none.
    pub root: Option<&'a [u8]>,
    /// When.
    pub now: i64,
    /// Under which profile.
    pub profile: Profile,
}

/// Verifies everything but the policy.
///
/// # Errors
/// The first rule that does not hold.
pub fn authenticate(input: Input<'_>) -> Result<AuthenticQuote, Failure> {
    let collateral = Collateral::from_json(input.collateral)?;
    verifier(input.root, input.profile)?.authenticate(input.quote, &collateral, UnixTime(input.now))
}

/// A verifier that trusts `root`, or Intel's where there is none.
///
/// # Errors
/// Those of reading the root.
pub fn verifier(root: Option<&[u8]>, profile: Profile) -> Result<Verifier, Failure> {
    let anchors = root.map_or_else(|| Ok(TrustAnchors::intel_sgx()), TrustAnchors::from_certificates)?;
    Ok(Verifier::new(anchors, Arc::new(RustCrypto))?.with_profile(profile))
}

/// Verifies everything, policy included: `strict`, `crypto_only` or JSON.
#[must_use]
pub fn verify(input: Input<'_>, policy: &str) -> Expected {
    match try_verify(input, policy) {
        Ok(expected) => expected,
        Err(error) => Expected::Refused { code: error.code(), part: error.part().to_owned() },
    }
}

fn try_verify(input: Input<'_>, policy: &str) -> Result<Expected, Error> {
    let policy = match policy {
        "strict" => Policy::strict(),
        "crypto_only" => Policy::crypto_only(),
        json => Policy::from_json(json.as_bytes())?,
    };
    let collateral = Collateral::from_json(input.collateral)?;
    let verifier = verifier(input.root, input.profile).map_err(|failure| failure.error)?;
    match verifier.verify(input.quote, &collateral, &policy, UnixTime(input.now)) {
        Ok(accepted) => {
            let tcb = accepted.evidence().tcb();
            let advisories = tcb.advisories.iter().map(ToString::to_string).collect();
            Ok(Expected::Accepted { status: tcb.status.to_string(), advisories })
        }
        Err(NotAccepted::Inauthentic(failure)) => Err(failure.error),
        Err(NotAccepted::Rejected(rejection)) if rejection.error.kind() != veriquote::Kind::Rejected => {
            Err(rejection.error)
        }
        Err(NotAccepted::Rejected(rejection)) => {
            let broken = rejection.appraisal.findings.iter().filter(|f| f.verdict == Verdict::Violated);
            Ok(Expected::Rejected { rules: broken.map(|finding| finding.rule.to_owned()).collect() })
        }
    }
}
