//! Inputs that are as large as they may be, and one step larger.

use std::sync::Arc;

use veriquote::crypto::RustCrypto;
use veriquote::dcap::{Collateral, Verifier};
use veriquote::{Code, TrustAnchors, UnixTime, limits};
use veriquote_forge::{DAY, Forge, NOW, RevokedEntry};

fn refusal(forge: &Forge) -> Option<Code> {
    let forged = forge.build();
    let anchors = TrustAnchors::from_certificates(forged.root_pem.as_bytes()).expect("a root");
    let verifier = Verifier::new(anchors, Arc::new(RustCrypto)).expect("a verifier");
    let collateral = match Collateral::from_json(forged.collateral_json().as_bytes()) {
        Ok(collateral) => collateral,
        Err(error) => return Some(error.code()),
    };
    let answer = verifier.authenticate(&forged.quote, &collateral, UnixTime(forged.now));
    answer.err().map(|failure| failure.error.code())
}

/// A list of `count` serial numbers that belong to nobody.
fn with_list_of(count: u32) -> Forge {
    let mut forge = Forge::tdx4();
    let template = RevokedEntry::of(&forge.root, NOW - DAY);
    forge.pck_crl.revoked = (0..count)
        .map(|number| {
            let mut entry = template.clone();
            entry.serial = [&[0x7f; 8][..], &number.to_be_bytes()].concat();
            entry
        })
        .collect();
    forge
}

#[test]
fn a_list_of_a_hundred_thousand_entries() {
    let mut forge = with_list_of(100_000);
    assert!(forge.pck_crl.der().len() < limits::CRL_BYTES);
    assert_eq!(refusal(&forge), None);
    let revoked = RevokedEntry::of(&forge.pck, NOW - DAY);
    forge.pck_crl.revoked.push(revoked);
    assert_eq!(refusal(&forge), Some(Code::X509Revoked));
}

#[test]
fn a_list_that_is_too_large() {
    let forge = with_list_of(250_000);
    assert!(forge.pck_crl.der().len() > limits::CRL_BYTES);
    assert_eq!(refusal(&forge), Some(Code::LimitSize));
}

#[test]
fn tcb_info_with_as_many_levels_as_there_may_be() {
    let mut forge = Forge::sgx3();
    let level = forge.tcb_info.levels[1].clone();
    let more = (0..).map(|pce_svn| {
        let mut level = level.clone();
        level.sgx.iter_mut().for_each(|part| (part.category, part.kind) = (None, None));
        level.sgx[0].svn = 1;
        level.pce_svn = pce_svn;
        level
    });
    forge.tcb_info.levels.extend(more.take(limits::TCB_LEVELS - 2));
    assert_eq!(refusal(&forge), None);
    let last = forge.tcb_info.levels[2].clone();
    forge.tcb_info.levels.push(last);
    assert_eq!(refusal(&forge), Some(Code::LimitCount));
}
