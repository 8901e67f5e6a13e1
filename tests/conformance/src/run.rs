//! Calls the core as every binding does.

use std::sync::Arc;

use veriquote::crypto::RustCrypto;
use veriquote::dcap::{
    AuthenticQuote, Collateral, NotAccepted, Profile, QveReport, QveResult, Report, Verifier,
};
use veriquote::measured_boot::{EventLog, Limits, LogKind, Quirks};
use veriquote::policy::{Policy, Verdict};
use veriquote::{Code, Error, Failure, Kind, TrustAnchors, UnixTime};

use crate::case::{Case, Expected};
use veriquote_forge::VerificationReport;

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

/// Gives a case to the core, policy and event log included.
#[must_use]
pub fn answer(case: &Case) -> Expected {
    try_answer(case)
        .unwrap_or_else(|error| Expected::Refused { code: error.code(), part: error.part().to_owned() })
}

fn try_answer(case: &Case) -> Result<Expected, Error> {
    let policy = match case.policy.as_str() {
        "strict" => Policy::strict(),
        "crypto_only" => Policy::crypto_only(),
        json => Policy::from_json(json.as_bytes())?,
    };
    let file = case.collateral_text.clone().unwrap_or_else(|| case.forged.collateral_json());
    let collateral = Collateral::from_json(file.as_bytes())?;
    let root = Some(case.forged.root_pem.as_bytes());
    let mut verifier = verifier(root, case.profile).map_err(|failure| failure.error)?;
    if let Some(seconds) = case.maximum_age {
        verifier = verifier.with_max_collateral_age(seconds);
    }
    match verifier.verify(&case.forged.quote, &collateral, &policy, UnixTime(case.forged.now)) {
        Ok(accepted) => {
            let quote = accepted.evidence();
            if let Some(log) = &case.event_log {
                replay(log, quote.report())?;
            }
            if let Some((report, minimum)) = &case.qve {
                qve(quote, &case.forged.quote, report, *minimum)?;
            }
            let mut advisories: Vec<_> = quote.tcb().advisories.iter().map(ToString::to_string).collect();
            advisories.sort();
            Ok(Expected::Accepted { status: quote.tcb().status.to_string(), advisories })
        }
        Err(NotAccepted::Inauthentic(failure)) => Err(failure.error),
        Err(NotAccepted::Rejected(rejection)) if rejection.error.kind() != Kind::Rejected => {
            Err(rejection.error)
        }
        Err(NotAccepted::Rejected(rejection)) => {
            let broken = rejection.appraisal.findings.iter().filter(|f| f.verdict == Verdict::Violated);
            Ok(Expected::Rejected { rules: broken.map(|finding| finding.rule.to_owned()).collect() })
        }
    }
}

fn qve(
    quote: &AuthenticQuote,
    bytes: &[u8],
    asked: &VerificationReport,
    minimum_isv_svn: u16,
) -> Result<(), Error> {
    let report = QveReport::parse(&asked.report())?;
    let result = QveResult {
        nonce: &asked.nonce,
        quote: bytes,
        expiration_check_date: UnixTime(asked.expiration_check_date),
        collateral_expiration_status: asked.collateral_expiration_status,
        qv_result: asked.qv_result,
        supplemental_data: &asked.supplemental_data,
    };
    let claim = quote.prepared().verify_qve_report(&report, &result, minimum_isv_svn, quote.verified_at());
    claim.map(|_| ()).map_err(|failure| failure.error)
}

fn replay(log: &[u8], report: &Report) -> Result<(), Error> {
    let Report::Td(td) = report else { return Err(Error::new(Code::MisuseOptions, "event_log")) };
    let log = EventLog::parse(log, LogKind::Ccel, &Limits::default())?;
    let registers = td.rtmr.map(|rtmr| rtmr.0);
    log.verify_rtmrs(&RustCrypto, &registers, Quirks::NONE).map(|_| ()).map_err(|failure| failure.error)
}
