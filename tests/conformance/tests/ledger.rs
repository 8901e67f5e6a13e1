//! The ledger of every refusal ends with the check that failed, and that is the only one.

use std::sync::Arc;

use veriquote::crypto::RustCrypto;
use veriquote::dcap::{Collateral, PlatformCache, Quote, Verifier};
use veriquote::{Failure, Outcome, TrustAnchors, UnixTime};
use veriquote_conformance::catalogue;
use veriquote_forge::Forge;

fn assert_ends_in_failure(failure: &Failure, what: &str) {
    let failed: Vec<_> =
        failure.checks.iter().map(|check| check.outcome == Outcome::Failed).enumerate().collect();
    let first = failed.iter().find(|(_, failed)| *failed).map(|(index, _)| *index);
    let ids: Vec<_> = failure.checks.iter().map(|check| check.rule.id).collect();
    assert_eq!(first, failed.len().checked_sub(1), "{what}: {failure} {ids:?}");
}

#[test]
fn of_every_case_of_the_catalogue() {
    let mut failures = 0;
    for case in catalogue::all() {
        let text = case.collateral_text.clone().unwrap_or_else(|| case.forged.collateral_json());
        let Ok(collateral) = Collateral::from_json(text.as_bytes()) else { continue };
        let anchors = TrustAnchors::from_certificates(case.forged.root_pem.as_bytes()).unwrap();
        let Ok(verifier) = Verifier::new(anchors, Arc::new(RustCrypto)) else { continue };
        let verifier = verifier.with_profile(case.profile);
        let now = UnixTime(case.forged.now);
        if let Err(failure) = verifier.authenticate(&case.forged.quote, &collateral, now) {
            assert_ends_in_failure(&failure, &case.id);
            failures += 1;
        }
        let Ok(prepared) = verifier.prepare(&collateral, now) else { continue };
        let Ok(quote) = Quote::parse(&case.forged.quote) else { continue };
        if let Err(failure) = prepared.authenticate(&quote, now) {
            assert_ends_in_failure(&failure, &case.id);
        }
    }
    assert!(failures > 100, "{failures}");
}

#[test]
fn of_a_quote_that_a_remembered_platform_does_not_fit() {
    let forged = Forge::tdx4().build();
    let anchors = TrustAnchors::from_certificates(&forged.root_der).unwrap();
    let verifier = Verifier::new(anchors, Arc::new(RustCrypto)).unwrap();
    let collateral = Collateral::from_json(forged.collateral_json().as_bytes()).unwrap();
    let now = UnixTime(forged.now);
    let prepared = verifier.prepare(&collateral, now).unwrap();
    let mut cache = PlatformCache::new(4);
    prepared.authenticate_cached(&Quote::parse(&forged.quote).unwrap(), now, &mut cache).unwrap();

    // The same authentication data behind an SGX report, and another TDX module.
    let body = 48 + 584;
    let mut sgx = forged.quote[..48].to_vec();
    sgx[4..8].fill(0);
    sgx.extend([0; 384]);
    sgx.extend(&forged.quote[body..]);
    let mut module = forged.quote.clone();
    module[48 + 64] ^= 1;
    for (what, bytes) in [("kind", sgx), ("module", module)] {
        let quote = Quote::parse(&bytes).unwrap();
        let cached = prepared.authenticate_cached(&quote, now, &mut cache).unwrap_err();
        assert_ends_in_failure(&cached, what);
        assert_eq!(cached.error, prepared.authenticate(&quote, now).unwrap_err().error, "{what}");
    }
}
