//! The status of Intel's library for refusals that no recorded vector has.

use veriquote::dcap::{Profile, QvlStatus};
use veriquote_conformance::catalogue;
use veriquote_conformance::run::{Input, authenticate};

fn status(id: &str) -> Option<QvlStatus> {
    let case = catalogue::all().into_iter().find(|case| case.id == id).expect("the case");
    assert_eq!(case.profile, Profile::Intel, "{id}");
    let file = case.collateral_text.clone().unwrap_or_else(|| case.forged.collateral_json());
    let failure = authenticate(Input {
        quote: &case.forged.quote,
        collateral: file.as_bytes(),
        root: Some(case.forged.root_pem.as_bytes()),
        now: case.forged.now,
        profile: case.profile,
    })
    .expect_err("refused");
    QvlStatus::of_error(&failure.error)
}

#[test]
fn of_what_the_grammar_leaves_open() {
    for (case, expected) in [
        ("tcb-info-signature-odd-intel", QvlStatus::TcbInfoInvalid),
        ("tcb-info-signature-short-intel", QvlStatus::TcbInfoInvalid),
        ("identity-signature-odd-intel", QvlStatus::EnclaveIdentityInvalid),
        ("identity-svn-33-bits-intel", QvlStatus::EnclaveIdentityInvalid),
        ("identity-product-65537-intel", QvlStatus::QeIdentityMismatch),
        ("module-twice-other-first-intel", QvlStatus::TdxModuleMismatch),
    ] {
        assert_eq!(status(&format!("intel-profile/{case}")), Some(expected), "{case}");
    }
}
