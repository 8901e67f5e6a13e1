//! Calls the core as every binding does.

use std::sync::Arc;

use veriquote::crypto::RustCrypto;
use veriquote::dcap::{AuthenticQuote, Collateral, Profile, Quote, Verifier};
use veriquote::{Failure, TrustAnchors, UnixTime};

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
    let now = UnixTime(input.now);
    let quote = Quote::parse(input.quote)?;
    let collateral = Collateral::from_json(input.collateral)?;
    verifier(input.root, input.profile)?.prepare(&collateral, now)?.authenticate(&quote, now)
}

/// A verifier that trusts `root`, or Intel's where there is none.
///
/// # Errors
/// Those of reading the root.
pub fn verifier(root: Option<&[u8]>, profile: Profile) -> Result<Verifier, Failure> {
    let anchors = root.map_or_else(|| Ok(TrustAnchors::intel_sgx()), TrustAnchors::from_certificates)?;
    Ok(Verifier::new(anchors, Arc::new(RustCrypto))?.with_profile(profile))
}
