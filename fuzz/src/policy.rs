//! Policies: what one accepts has no broken rule, what it refuses has one, and a further expectation
//! never makes it laxer.

use std::sync::{Arc, OnceLock};

use veriquote::crypto::RustCrypto;
use veriquote::dcap::AuthenticQuote;
use veriquote::policy::{Policy, Verdict};
use veriquote::{Bytes, Code};

use crate::frame::Frame;
use crate::verify::{call, platforms};

/// Reads a policy and lets it appraise one valid quote of each kind.
pub fn policy(data: &[u8]) {
    let Ok(policy) = Policy::from_json(data) else { return };
    for authentic in authentic() {
        let accepted = policy.accept(authentic.clone());
        let broken = |findings: &[veriquote::policy::Finding]| {
            findings.iter().any(|finding| finding.verdict == Verdict::Violated)
        };
        match &accepted {
            Ok(accepted) => {
                assert!(!accepted.evidence().tcb().status.is_terminal());
                assert!(!accepted.findings().is_empty() && !broken(accepted.findings()));
            }
            Err(rejection) => {
                assert!(broken(&rejection.appraisal.findings) || authentic.tcb().status.is_terminal());
                assert!(matches!(
                    rejection.error.code(),
                    Code::PolicyRejected | Code::DcapTcbRevoked | Code::DcapTcbNotSupported
                ));
            }
        }
        let mut narrower = policy.clone();
        let mut other = authentic.report().report_data().0;
        other[0] ^= 1;
        narrower.report_data = Some(Bytes(other));
        assert!(narrower.accept(authentic.clone()).is_err(), "another report data");
        if policy.report_data.is_none() {
            narrower.report_data = Some(Bytes(authentic.report().report_data().0));
            assert_eq!(narrower.accept(authentic.clone()).is_ok(), accepted.is_ok());
        }
    }
}

fn authentic() -> &'static [AuthenticQuote] {
    static AUTHENTIC: OnceLock<Vec<AuthenticQuote>> = OnceLock::new();
    AUTHENTIC.get_or_init(|| {
        let verify = |forged| call(&Frame::of(forged), Arc::new(RustCrypto)).expect("a valid platform");
        platforms().iter().map(verify).collect()
    })
}
