//! The whole call, first with every signature accepted, so that mutations reach what lies behind them.

use std::sync::{Arc, OnceLock};

use veriquote::crypto::{CryptoProvider, RustCrypto};
use veriquote::dcap::{AuthenticQuote, Collateral, PlatformCache, Profile, Quote, TcbStatus, Verifier};
use veriquote::json::{self, DuplicateKeys, Strictness, Whitespace};
use veriquote::{Check, Failure, Outcome, TrustAnchors};
use veriquote_forge::{Forge, Forged};

use crate::frame::Frame;
use crate::provider::AcceptEverySignature;

/// Verifies a call. Whatever real cryptography accepts must be word for word what was once signed.
pub fn verify(data: &[u8]) {
    let Some(frame) = Frame::read(data) else { return };
    let accepting = call(&frame, Arc::new(AcceptEverySignature));
    let Ok(authentic) = &accepting else { return };
    ledger_agrees(authentic);
    if let Ok(real) = call(&frame, Arc::new(RustCrypto)) {
        assert_eq!(summary(&real), summary(authentic), "signatures do not change what is read");
        assert!(is_genuine(&frame), "accepted, but never signed");
    }
}

/// A collateral file; what it holds survives being written again.
pub fn collateral(data: &[u8]) {
    let Ok(collateral) = Collateral::from_json(data) else { return };
    let members = [
        ("pck_crl_issuer_chain", Some(collateral.pck_crl_issuer_chain.clone())),
        ("pck_crl", String::from_utf8(collateral.pck_crl.clone()).ok()),
        ("root_ca_crl", String::from_utf8(collateral.root_ca_crl.clone()).ok()),
        ("tcb_info_issuer_chain", Some(collateral.tcb_info.issuer_chain.clone())),
        ("tcb_info", Some(collateral.tcb_info.text.clone())),
        ("tcb_info_signature", Some(veriquote::bytes::to_hex(&collateral.tcb_info.signature))),
        ("qe_identity_issuer_chain", Some(collateral.qe_identity.issuer_chain.clone())),
        ("qe_identity", Some(collateral.qe_identity.text.clone())),
        ("qe_identity_signature", Some(veriquote::bytes::to_hex(&collateral.qe_identity.signature))),
        ("pck_certificate_chain", collateral.pck_certificate_chain.clone()),
        ("qve_identity", collateral.qve_identity.as_ref().map(|document| document.text.clone())),
        (
            "qve_identity_issuer_chain",
            collateral.qve_identity.as_ref().map(|document| document.issuer_chain.clone()),
        ),
        (
            "qve_identity_signature",
            collateral.qve_identity.as_ref().map(|document| veriquote::bytes::to_hex(&document.signature)),
        ),
    ];
    let members = members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.into())));
    let file = serde_json::Value::Object(members.collect()).to_string();
    assert_eq!(Collateral::from_json(file.as_bytes()), Ok(collateral));
}

/// Verifies; every way to do so must agree.
pub fn call(frame: &Frame, provider: Arc<dyn CryptoProvider>) -> Result<AuthenticQuote, Failure> {
    let verifier = Verifier::new(anchors().clone(), provider)?.with_profile(frame.profile());
    let stepwise = in_steps(frame, &verifier);
    let at_once =
        verifier.authenticate(&frame.quote, &frame.collateral, frame.now).inspect_err(ends_in_failure);
    match (&stepwise, &at_once) {
        (Ok(stepwise), Ok(at_once)) => assert_eq!(summary(stepwise), summary(at_once)),
        // Which of several errors is told first may differ: at once, the quote's layout comes first.
        (Err(_), Err(_)) => {}
        _ => panic!("in steps {stepwise:?}, at once {at_once:?}"),
    }
    stepwise
}

fn in_steps(frame: &Frame, verifier: &Verifier) -> Result<AuthenticQuote, Failure> {
    let prepared = verifier.prepare(&frame.collateral, frame.now).inspect_err(ends_in_failure)?;
    let quote = Quote::parse(&frame.quote)?;
    let plain = prepared.authenticate(&quote, frame.now);
    let mut cache = PlatformCache::new(4);
    for _ in 0..2 {
        let cached = prepared.authenticate_cached(&quote, frame.now, &mut cache);
        match (&plain, &cached) {
            (Ok(plain), Ok(cached)) => assert_eq!(summary(plain), summary(cached)),
            (Err(plain), Err(cached)) => {
                assert_eq!(plain.error, cached.error);
                ends_in_failure(cached);
            }
            _ => panic!("with and without cache differ: {plain:?} {cached:?}"),
        }
    }
    match &plain {
        Ok(authentic) => {
            for expiry in authentic.expiries() {
                assert!(expiry.refusal_at(frame.now).is_none(), "{expiry:?}");
            }
        }
        Err(failure) => ends_in_failure(failure),
    }
    plain
}

/// The ledger of an authentic quote has no failed check, but that no TCB level is reached.
pub fn ledger_agrees(authentic: &AuthenticQuote) {
    let failed: Vec<_> = authentic
        .checks()
        .filter(|check| check.outcome == Outcome::Failed)
        .map(|check| check.rule.id)
        .collect();
    let unreached = authentic.tcb().status == TcbStatus::NotSupported;
    let expected: &[&str] = if unreached { &["dcap.tcb.level"] } else { &[] };
    assert_eq!(failed, expected);
}

/// The ledger of a failure has one failed check, the last.
fn ends_in_failure(failure: &Failure) {
    let failed = |check: &Check| check.outcome == Outcome::Failed;
    assert_eq!(failure.checks.iter().position(failed), failure.checks.len().checked_sub(1), "{failure:?}");
}

/// Everything that a caller sees of the result.
fn summary(authentic: &AuthenticQuote) -> String {
    let checks: Vec<_> = authentic.checks().map(|check| (check.rule.id, &check.outcome)).collect();
    format!(
        "{:?} {:?} {:?} {:?} {:?} {checks:?}",
        authentic.report(),
        authentic.tcb(),
        authentic.platform(),
        authentic.shortfall(),
        authentic.collateral(),
    )
}

/// True when each signed thing is one that the forge signed: documents whole, of the quote what its
/// attestation key signs. Certificates and lists may be mixed between platforms.
fn is_genuine(frame: &Frame) -> bool {
    let profile = frame.profile();
    let is_same = |signed: &str, given: &str| {
        // Intel's library signs and verifies the text without its white space.
        signed == given || (profile == Profile::Intel && compact(signed) == compact(given))
    };
    let collateral = &frame.collateral;
    let mut forged = platforms().iter();
    forged.any(|forged| signed_part(&forged.quote) == signed_part(&frame.quote))
        && platforms().iter().any(|forged| is_same(&forged.collateral.tcb_info, &collateral.tcb_info.text))
        && platforms()
            .iter()
            .any(|forged| is_same(&forged.collateral.qe_identity, &collateral.qe_identity.text))
}

fn compact(text: &str) -> Option<String> {
    let lax = Strictness { duplicate_keys: DuplicateKeys::FirstWins, whitespace: Whitespace::Allow };
    json::parse(text.as_bytes(), lax).ok().map(|node| node.compact())
}

/// Header, descriptor and body.
fn signed_part(quote: &[u8]) -> Option<&[u8]> {
    let size = match (quote.first()?, quote.get(4)?, quote.get(48)?) {
        (3 | 4, 0, _) => 48 + 384,
        (4, _, _) => 48 + 584,
        (5, _, 1) => 54 + 384,
        (5, _, 2) => 54 + 584,
        (5, _, 3) => 54 + 648,
        (5, _, 4) => 54 + 885,
        _ => return None,
    };
    quote.get(..size)
}

/// One valid platform of each kind; the same root signs all.
pub fn platforms() -> &'static [Forged] {
    static PLATFORMS: OnceLock<Vec<Forged>> = OnceLock::new();
    PLATFORMS.get_or_init(|| Forge::all().into_iter().map(|(_, forge)| forge.build()).collect())
}

fn anchors() -> &'static TrustAnchors {
    static ANCHORS: OnceLock<TrustAnchors> = OnceLock::new();
    ANCHORS
        .get_or_init(|| TrustAnchors::from_certificates(&platforms()[0].root_der).expect("the forge's root"))
}
