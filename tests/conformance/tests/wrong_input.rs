//! Input of the wrong form says where: a part, an offset, and what to do.

use std::sync::Arc;

use veriquote::crypto::RustCrypto;
use veriquote::dcap::{Collateral, Verifier};
use veriquote::{Error, Fact, Kind, TrustAnchors, UnixTime};
use veriquote_conformance::catalogue;

const SGX_EXTENSION: Fact = Fact::text("expected", "the SGX extension");

#[test]
fn every_malformed_case_says_where() {
    let mut silent = Vec::new();
    let mut seen = 0;
    for case in catalogue::all() {
        let text = case.collateral_text.clone().unwrap_or_else(|| case.forged.collateral_json());
        let refusal = || -> Result<(), Error> {
            let collateral = Collateral::from_json(text.as_bytes())?;
            let anchors = TrustAnchors::from_certificates(case.forged.root_pem.as_bytes())?;
            let verifier = Verifier::new(anchors, Arc::new(RustCrypto))?.with_profile(case.profile);
            let now = UnixTime(case.forged.now);
            verifier.authenticate(&case.forged.quote, &collateral, now).map_err(|failure| failure.error)?;
            Ok(())
        };
        let Err(error) = refusal() else { continue };
        if matches!(error.kind(), Kind::Malformed | Kind::Limit) {
            seen += 1;
            assert!(!error.code().help().is_empty(), "{}", case.id);
            // What is missing has no place.
            let missing = [Fact::text("problem", "a required extension is missing"), SGX_EXTENSION];
            let is_missing = error.facts().iter().any(|fact| missing.contains(fact));
            if error.part().is_empty() || (error.offset().is_none() && !is_missing) {
                silent.push(format!("{} {error:?}", case.id));
            }
        }
    }
    assert!(seen > 100, "{seen}");
    assert!(silent.is_empty(), "{} without part or offset:\n{}", silent.len(), silent.join("\n"));
}
