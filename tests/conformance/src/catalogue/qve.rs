//! Reports of the quote verification enclave beside a quote: spec §2.6.

use crate::case::{Case, Draft, case};
use veriquote::Code;
use veriquote_forge::{Forge, Identity, IdentityLevel, NOW, VerificationReport};

pub(super) fn cases() -> Vec<Case> {
    [binding(), enclave()].concat()
}

fn one(name: &str, note: &str) -> Draft {
    case(&format!("qve/{name}"), "tdx4", "§2.6", note).forge(|f| f.qve_identity = Some(Identity::qve()))
}

/// The report of `change`d members, which were something else when the enclave bound them.
fn rebound(name: &str, note: &str, change: impl FnOnce(&mut VerificationReport)) -> Draft {
    one(name, note).qve(0, |report| {
        report.report_data = Some(report.natural_report_data());
        change(report);
    })
}

fn binding() -> Vec<Case> {
    let refused = |draft: Draft| draft.refused(Code::DcapQveReportData, "qve_report.report_data");
    vec![
        one("valid", "a report that the quote is OK").qve(7, |_| ()).accepted(),
        one("no-supplemental-data", "no supplemental data was asked for")
            .qve(0, |report| report.supplemental_data.clear())
            .accepted(),
        one("out-of-date", "the enclave's verdict is a claim, whatever it is")
            .qve(0, |report| report.qv_result = 0xa002)
            .accepted(),
        refused(rebound("nonce", "another nonce", |report| report.nonce[0] ^= 1)),
        refused(rebound("result", "another verdict", |report| report.qv_result = 0xa002)),
        refused(rebound("expiration-status", "expired collateral became current", |report| {
            report.collateral_expiration_status = 1;
        })),
        refused(rebound("check-date", "another time of the check", |report| {
            report.expiration_check_date += 1
        })),
        refused(rebound("supplemental-data", "another supplemental data", |report| {
            report.supplemental_data[0] ^= 1;
        })),
        refused(one("other-quote", "a report on another quote").qve(0, |report| {
            let mut other = report.clone();
            other.quote[100] ^= 1;
            report.report_data = Some(other.natural_report_data());
        })),
        refused(one("upper-half", "the upper half of the report data is not zero").qve(0, |report| {
            let mut data = report.natural_report_data();
            data[63] = 1;
            report.report_data = Some(data);
        })),
    ]
}

fn enclave() -> Vec<Case> {
    let too_old = |draft: Draft| draft.refused(Code::DcapQveIsvSvn, "qve_report.isv_svn");
    vec![
        too_old(
            one("svn-below-levels", "below every level of its identity").qve(0, |r| r.report.isv_svn = 6),
        ),
        too_old(one("svn-below-minimum", "below what the caller asks for").qve(8, |r| r.report.isv_svn = 7)),
        too_old(
            one("svn-revoked", "at a revoked level of its identity")
                .forge(|f: &mut Forge| {
                    let identity = f.qve_identity.as_mut().unwrap();
                    identity.levels = vec![IdentityLevel::new(7, NOW, "Revoked", &[])];
                })
                .qve(0, |r| r.report.isv_svn = 7),
        ),
        one("signer", "an enclave of another signer")
            .qve(0, |r| r.report.mr_signer[0] ^= 1)
            .refused(Code::DcapIdentityMrSigner, "qve_report.mr_signer"),
        one("product", "another enclave of Intel's")
            .qve(0, |r| r.report.isv_prod_id = 1)
            .refused(Code::DcapIdentityProduct, "qve_report.isv_prod_id"),
        one("debug", "a debug enclave")
            .qve(0, |r| r.report.attributes[0] |= 2)
            .refused(Code::DcapIdentityAttributes, "qve_report.attributes"),
        one("no-identity", "collateral without the enclave's identity")
            .forge(|f| f.qve_identity = None)
            .qve(0, |_| ())
            .refused(Code::DcapCollateralMissing, "collateral.qve_identity"),
        one("identity-of-qe", "the quoting enclave's identity in its place")
            .forge(|f| f.qve_identity = Some(Identity::td_qe()))
            .qve(0, |_| ())
            .refused(Code::DcapCollateralKind, "collateral.qve_identity"),
        one("identity-stale", "the identity's next was due a second ago")
            .forge(|f| f.qve_identity.as_mut().unwrap().next_update = NOW - 1)
            .qve(0, |_| ())
            .refused(Code::DcapIdentityStale, "collateral.qve_identity"),
        one("identity-signature", "a bit of the identity's signature was changed")
            .qve(0, |_| ())
            .tamper(|f| f.collateral.qve.as_mut().unwrap().signature[9] ^= 1)
            .refused(Code::DcapIdentitySignature, "collateral.qve_identity"),
    ]
}
