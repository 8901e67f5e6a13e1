//! Signed documents of any content: their signatures are accepted, so that what they say is read.

use std::sync::{Arc, OnceLock};

use veriquote::dcap::{PreparedCollateral, Quote, QveReport, QveResult, SignedDocument, Verifier};
use veriquote::policy::Policy;
use veriquote::{Outcome, TrustAnchors, UnixTime, dcap};
use veriquote_forge::{Forge, VerificationReport};

use crate::frame::{Frame, INTEL};
use crate::provider::AcceptEverySignature;
use crate::verify::{call, ledger_agrees, platforms};

/// Which document a text stands for: the bits of the second byte.
pub mod which {
    /// TCB info.
    pub const TCB_INFO: u8 = 0;
    /// The quoting enclave's identity.
    pub const IDENTITY: u8 = 1;
    /// TCB evaluation data numbers.
    pub const EVALUATION_NUMBERS: u8 = 4;
    /// The identity of the quote verification enclave.
    pub const QVE_IDENTITY: u8 = 5;
    /// The bits that choose; the rest is options.
    pub const MASK: u8 = 5;
}

/// `platform u8 ‖ which and options u8 ‖ text`.
pub fn document(data: &[u8]) {
    accepts(data);
}

/// Whether the document is accepted.
fn accepts(data: &[u8]) -> bool {
    let [platform, options, text @ ..] = data else { return false };
    let index = usize::from(*platform) % platforms().len();
    let mut frame = Frame::of(&platforms()[index]);
    frame.options |= options & INTEL;
    let text = String::from_utf8_lossy(text).into_owned();
    match options & which::MASK {
        which::TCB_INFO => frame.collateral.tcb_info.text = text,
        which::IDENTITY => frame.collateral.qe_identity.text = text,
        which::EVALUATION_NUMBERS => return evaluation_numbers(&frame, text),
        _ => return qve(&mut frame, text),
    }
    if let Ok(authentic) = call(&frame, Arc::new(AcceptEverySignature)) {
        ledger_agrees(&authentic);
        let quote = Quote::parse(&frame.quote).expect("a forged quote");
        look_ahead(&quote, authentic.prepared(), frame.now);
        return true;
    }
    false
}

/// A list of evaluation numbers comes out sorted.
fn evaluation_numbers(frame: &Frame, text: String) -> bool {
    let prepared = prepare(frame);
    let document = SignedDocument { text, ..frame.collateral.tcb_info.clone() };
    if let Ok(list) = prepared.evaluation_numbers(&document, frame.now) {
        assert!(list.numbers.is_sorted_by(|left, right| left.number >= right.number));
        assert!(list.issue_date <= frame.now && frame.now <= list.next_update);
        return true;
    }
    false
}

/// A QvE report that binds its result: the identity decides, and no check is a failed one.
fn qve(frame: &mut Frame, text: String) -> bool {
    frame.collateral.qve_identity = Some(SignedDocument { text, ..frame.collateral.qe_identity.clone() });
    let made = VerificationReport::ok(&frame.quote);
    let report = QveReport::parse(&made.report()).expect("a forged report");
    let result = QveResult {
        nonce: &made.nonce,
        quote: &made.quote,
        expiration_check_date: UnixTime(made.expiration_check_date),
        collateral_expiration_status: made.collateral_expiration_status,
        qv_result: made.qv_result,
        supplemental_data: &made.supplemental_data,
    };
    let prepared = prepare(frame);
    if let Ok(claim) = prepared.verify_qve_report(&report, &result, 0, frame.now) {
        assert!(claim.checks.iter().all(|check| check.outcome != Outcome::Failed));
        let other = QveResult { qv_result: result.qv_result ^ 1, ..result };
        assert!(prepared.verify_qve_report(&report, &other, 0, frame.now).is_err());
        return true;
    }
    false
}

/// The verdict now is among the views, and what is forecast lies ahead, in order.
fn look_ahead(quote: &Quote<'_>, prepared: &PreparedCollateral, now: UnixTime) {
    let horizons = [dcap::Horizon { label: "now", collateral: prepared }];
    let outlook = dcap::outlook(quote, &horizons, None, policy(), now);
    assert!(outlook.views.len() == 1 && outlook.views[0].judgement.status.is_some());
    let dated: Vec<_> = outlook.forecast.iter().filter_map(|change| change.at).collect();
    assert!(dated.is_sorted() && dated.iter().all(|at| *at > now), "{dated:?}");
}

fn prepare(frame: &Frame) -> PreparedCollateral {
    static ROOTS: OnceLock<TrustAnchors> = OnceLock::new();
    let roots = ROOTS
        .get_or_init(|| TrustAnchors::from_certificates(&platforms()[0].root_der).expect("the forge's root"));
    let verifier = Verifier::new(roots.clone(), Arc::new(AcceptEverySignature)).expect("an accepted key");
    verifier.prepare(&frame.collateral, frame.now).expect("valid collateral")
}

fn policy() -> &'static Policy {
    static POLICY: OnceLock<Policy> = OnceLock::new();
    POLICY.get_or_init(Policy::strict)
}

/// The text of every kind of document that a platform has.
#[must_use]
pub fn texts(forge: &Forge) -> Vec<(u8, String)> {
    let collateral = forge.build_collateral();
    vec![
        (which::TCB_INFO, collateral.tcb_info),
        (which::IDENTITY, collateral.qe_identity),
        (which::EVALUATION_NUMBERS, forge.evaluation_numbers.json()),
        (which::QVE_IDENTITY, veriquote_forge::Identity::qve().json()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_forge_s_documents_are_accepted_and_others_are_not() {
        for (index, (name, forge)) in (0u8..).zip(Forge::all()) {
            for (which, text) in texts(&forge) {
                let input = |text: &str| [&[index, which], text.as_bytes()].concat();
                assert!(accepts(&input(&text)), "{name} {which}");
                assert!(!accepts(&input(&text[1..])), "{name} {which}");
                assert!(!accepts(&input("{}")), "{name} {which}");
            }
        }
    }
}
