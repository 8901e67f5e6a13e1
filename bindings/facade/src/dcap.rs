//! Verifying SGX and TDX quotes.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use veriquote::crypto::CryptoProvider;
use veriquote::dcap::{
    self, AuthenticQuote, Cause, Collateral, EvaluationNumbers, Judgement, PlatformCache, PreparedCollateral,
    Profile, Quote, Report, SignedDocument, TcbStatus, Verifier,
};
use veriquote::encoding::{decode_binary_or_text, pem_blocks};
use veriquote::measured_boot::{BootState, EventLog, Limits, LogKind, Quirks, ReplayedLog};
use veriquote::policy::{Accepted, BootRules, Evaluation, Policy, Verdict as Ruling};
use veriquote::{Code, Error, Fact, Failure, TrustAnchors, limits};

use crate::blob::Blob;
use crate::boot::BootStateClaims;
use crate::check::CheckLine;
use crate::claims::{PlatformClaims, QuoteClaims, ReportClaims};
use crate::dcap_claims::{CollateralClaims, DcapClaims, Expiry, TcbClaims};
use crate::document::Document;
use crate::event_log::EventLogClaims;
use crate::one_of::{EvidenceKind, ForecastCause, OneOf};
use crate::outlook::{Forecast, Horizon, Verdict};
use crate::problem::Problem;
use crate::qve::{QveClaims, QveEvidence, mac_not_checked};
use crate::read::answer;
use crate::time::Time;
use crate::trust;
use crate::verification::{Appraisal, Claims, NotChecked, Verification};

pub(crate) const EVIDENCE: EvidenceKind = EvidenceKind::Dcap;

/// One quote with all that verifies it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DcapRequest {
    /// The quote: hex, base64 or base64url.
    pub quote: Blob,
    /// Collateral files. The first decides; the others become [`Verification::horizons`].
    pub collateral: Vec<Document>,
    /// Event log (CCEL) to replay into the RTMRs: hex, base64 or base64url.
    #[serde(default)]
    pub event_log: Option<Blob>,
    /// The report of a quote verification enclave on this very quote. The collateral must hold that
    /// enclave's identity.
    #[serde(default)]
    pub qve: Option<QveEvidence>,
    /// How to verify.
    pub options: DcapOptions,
}

/// How to verify quotes.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DcapOptions {
    /// The time of the verification.
    pub at: Time,
    /// Trusted roots (PEM or DER as hex) instead of Intel's.
    #[serde(default)]
    pub roots: Vec<Blob>,
    /// The conformance profile.
    #[serde(default)]
    pub profile: ProfileName,
    /// A policy document. Default: the strict policy.
    #[serde(default)]
    pub policy: Option<Document>,
    /// Accept whatever is authentic.
    #[serde(default)]
    pub crypto_only: bool,
    /// The report data that must be in the report: all 64 bytes as hex.
    #[serde(default)]
    pub report_data: Option<String>,
    /// TCB statuses that the strict policy accepts, in Intel's spelling, instead of `UpToDate`.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(with = "Option<Vec<OneOf<TcbStatus>>>"))]
    pub accept_tcb: Option<Vec<String>>,
    /// Refuse collateral of which a part was issued longer ago, in seconds.
    #[serde(default)]
    pub max_collateral_age: Option<u64>,
    /// PCK certificate chain (PEM) for quotes that do not carry it.
    #[serde(default)]
    pub pck_chain: Option<Blob>,
    /// Also say when the verdict will change, and to what. Always said when several collaterals are
    /// given.
    #[serde(default)]
    pub outlook: bool,
    /// Intel's list of TCB evaluation data numbers, as its service serves it (`tcbEvaluationDataNumbers`
    /// with its signature, under the issuer chain of the first TCB info): the forecast then names every
    /// recovery that is later than the first collateral.
    #[serde(default)]
    pub evaluation_numbers: Option<Document>,
}

/// The conformance profiles.
pub type ProfileName = OneOf<Profile>;

impl DcapOptions {
    /// The strict profile and policy at this time.
    #[must_use]
    pub const fn at(at: Time) -> Self {
        Self {
            at,
            roots: Vec::new(),
            profile: OneOf(Profile::Strict),
            policy: None,
            crypto_only: false,
            report_data: None,
            accept_tcb: None,
            max_collateral_age: None,
            pck_chain: None,
            outlook: false,
            evaluation_numbers: None,
        }
    }

    fn policy(&self) -> Result<Policy, Problem> {
        let several = [self.policy.is_some(), self.crypto_only, self.accept_tcb.is_some()];
        if several.iter().filter(|given| **given).count() > 1 {
            return Err(Problem::misuse(
                "options.policy",
                "policy, crypto_only and accept_tcb exclude each other",
                "write what you accept into the policy document (tcb.accept)",
            ));
        }
        let mut policy = trust::policy(self.policy.as_ref(), self.crypto_only)?;
        if let Some(names) = &self.accept_tcb {
            policy.tcb.accept = accepted_statuses(names)?;
            "strict, with other TCB statuses".clone_into(&mut policy.name);
        }
        if let Some(hex) = &self.report_data {
            policy.report_data = Some(report_data(hex)?);
        }
        Ok(policy)
    }
}

fn accepted_statuses(names: &[String]) -> Result<Vec<TcbStatus>, Problem> {
    let bad = |message: String| {
        let known: Vec<&str> = TcbStatus::ALL
            .iter()
            .filter(|status| !status.is_terminal())
            .map(|status| status.as_str())
            .collect();
        Problem::misuse("options.accept_tcb", message, format!("known: {}", known.join(", ")))
    };
    if names.is_empty() {
        return Err(bad("no status is named, so nothing could be accepted".to_owned()));
    }
    let one = |name: &String| match TcbStatus::from_name(name) {
        Some(status) if !status.is_terminal() => Ok(status),
        Some(_) => Err(bad(format!("no policy accepts `{name}`"))),
        None => Err(bad(format!("`{name}` is no TCB status"))),
    };
    names.iter().map(one).collect()
}

/// All 64 bytes: a shorter expectation is not filled up, so that what is compared is what the caller wrote.
fn report_data(hex: &str) -> Result<veriquote::Bytes<64>, Problem> {
    let help = "give all 64 bytes as 128 hex digits; write the zeros that a shorter hash leaves";
    let digits = hex.strip_prefix("0x").unwrap_or(hex);
    let bytes = veriquote::bytes::from_hex(digits.as_bytes()).map_err(|offset| Problem {
        offset: u32::try_from(offset).ok(),
        ..Problem::misuse("options.report_data", "not hex", help)
    })?;
    let problem = || Problem::misuse("options.report_data", format!("{} bytes", bytes.len()), help);
    bytes.as_slice().try_into().map(veriquote::Bytes).map_err(|_| problem())
}

/// Verifies one quote.
#[must_use]
pub fn verify_dcap(provider: Arc<dyn CryptoProvider>, request: &DcapRequest) -> Verification {
    match DcapVerifier::new(provider, &request.collateral, &request.options) {
        Ok(verifier) => {
            verifier.verify_beside(&request.quote, request.event_log.as_ref(), request.qve.as_ref())
        }
        Err(problem) => Verification::failed(EVIDENCE, problem, Vec::new()),
    }
}

/// Verifies one quote: a [`DcapRequest`] as JSON in, a [`Verification`] as JSON out.
#[must_use]
pub fn verify_dcap_json(provider: Arc<dyn CryptoProvider>, request: &str) -> String {
    answer(EVIDENCE, request, |request: &DcapRequest| verify_dcap(provider, request))
}

/// Collateral that was verified once, to verify many quotes.
#[derive(Clone, Debug)]
pub struct DcapVerifier {
    verifier: Verifier,
    provider: Arc<dyn CryptoProvider>,
    policy: Policy,
    at: Time,
    outlook: bool,
    collateral: Arc<[Given]>,
    numbers: Option<(Document, Result<EvaluationNumbers, Failure>)>,
}

/// Collateral as given, and what came of preparing it.
#[derive(Clone, Debug)]
struct Given {
    collateral: Result<Collateral, Error>,
    prepared: Result<PreparedCollateral, Failure>,
}

impl DcapVerifier {
    /// Reads the options and verifies the collateral.
    ///
    /// # Errors
    /// What is wrong with the options. Collateral that does not verify is told with each quote.
    pub fn new(
        provider: Arc<dyn CryptoProvider>,
        collateral: &[Document],
        options: &DcapOptions,
    ) -> Result<Self, Problem> {
        Self::with_policy(provider, collateral, options, options.policy()?)
    }

    /// The same with a policy of the core; those of `options` are not looked at.
    ///
    /// # Errors
    /// As [`DcapVerifier::new`].
    pub fn with_policy(
        provider: Arc<dyn CryptoProvider>,
        collateral: &[Document],
        options: &DcapOptions,
        policy: Policy,
    ) -> Result<Self, Problem> {
        let profile = options.profile.0;
        let anchors =
            trust::anchors(&options.roots, "options.roots")?.unwrap_or_else(TrustAnchors::intel_sgx);
        let mut verifier = Verifier::new(anchors, Arc::clone(&provider))?
            .with_profile(profile)
            .with_collateral_grace(policy.collateral.grace_seconds);
        if let Some(seconds) = options.max_collateral_age {
            verifier = verifier.with_max_collateral_age(seconds);
        }
        let pck_chain = options.pck_chain.as_ref().map(pem_text).transpose()?;
        let prepare = |document: &Document| {
            let read = Collateral::from_json(&document.0).map(|mut collateral| {
                if let Some(chain) = &pck_chain {
                    collateral.pck_certificate_chain = Some(chain.clone());
                }
                collateral
            });
            let prepared = match &read {
                Ok(collateral) => verifier.prepare(collateral, options.at.0),
                Err(error) => Err(Failure::from(error.clone())),
            };
            Given { collateral: read, prepared }
        };
        let collateral: Arc<[Given]> = collateral.iter().map(prepare).collect();
        let numbers = options.evaluation_numbers.as_ref().and_then(|document| {
            let first = collateral.first()?;
            Some((document.clone(), evaluation_numbers(document, first, options.at)))
        });
        Ok(Self { verifier, provider, policy, at: options.at, outlook: options.outlook, collateral, numbers })
    }

    /// Verifies one quote (binary, hex, base64 or base64url), and replays an event log.
    #[must_use]
    pub fn verify(&self, quote: &Blob, event_log: Option<&Blob>) -> Verification {
        self.verify_cached(quote, event_log, None)
    }

    /// The same, remembering platforms in `cache`.
    #[must_use]
    pub fn verify_cached(
        &self,
        quote: &Blob,
        event_log: Option<&Blob>,
        cache: Option<&mut PlatformCache>,
    ) -> Verification {
        self.run(quote, event_log, None, cache).unwrap_or_else(|failure| failed(&failure))
    }

    /// The same, with the report of a quote verification enclave on this very quote.
    #[must_use]
    pub fn verify_beside(
        &self,
        quote: &Blob,
        event_log: Option<&Blob>,
        qve: Option<&QveEvidence>,
    ) -> Verification {
        self.run(quote, event_log, qve, None).unwrap_or_else(|failure| failed(&failure))
    }

    /// Proves that a quote is genuine, with the first collateral, and no more.
    #[cfg(feature = "nvidia")]
    pub(crate) fn authentic(&self, quote: &[u8]) -> Result<AuthenticQuote, Failure> {
        let bytes = decode_binary_or_text(quote).map_err(|error| error.inside("quote"))?;
        let parsed = Quote::parse_recorded(&bytes)?;
        let Some(first) = self.collateral.first() else {
            return Err(Error::new(Code::DcapCollateralMissing, "collateral").into());
        };
        self.authenticate(&bytes, &parsed, first, None)
    }

    /// The same, with the proof that the policy accepted it: what [`Claims`](veriquote::appraisal::Claims)
    /// of a token are made of. There is none unless the verification is accepted.
    #[must_use]
    pub fn verify_for_claims(
        &self,
        quote: &Blob,
        event_log: Option<&Blob>,
    ) -> (Verification, Option<Accepted<AuthenticQuote>>) {
        self.run_whole(quote, event_log, None, None).unwrap_or_else(|failure| (failed(&failure), None))
    }

    /// The same, remembering platforms in `cache`.
    #[must_use]
    pub fn verify_cached_for_claims(
        &self,
        quote: &Blob,
        event_log: Option<&Blob>,
        cache: &mut PlatformCache,
    ) -> (Verification, Option<Accepted<AuthenticQuote>>) {
        let whole = self.run_whole(quote, event_log, None, Some(cache));
        whole.unwrap_or_else(|failure| (failed(&failure), None))
    }

    /// The same, with all that can stand beside a quote.
    #[must_use]
    pub fn verify_with(
        &self,
        quote: &Blob,
        event_log: Option<&Blob>,
        qve: Option<&QveEvidence>,
        cache: Option<&mut PlatformCache>,
    ) -> Verification {
        self.run(quote, event_log, qve, cache).unwrap_or_else(|failure| failed(&failure))
    }

    fn run(
        &self,
        quote: &Blob,
        event_log: Option<&Blob>,
        qve: Option<&QveEvidence>,
        cache: Option<&mut PlatformCache>,
    ) -> Result<Verification, Failure> {
        Ok(self.run_whole(quote, event_log, qve, cache)?.0)
    }

    fn run_whole(
        &self,
        quote: &Blob,
        event_log: Option<&Blob>,
        qve: Option<&QveEvidence>,
        cache: Option<&mut PlatformCache>,
    ) -> Result<(Verification, Option<Accepted<AuthenticQuote>>), Failure> {
        let bytes = decode_binary_or_text(&quote.0).map_err(|error| error.inside("quote"))?;
        let parsed = Quote::parse_recorded(&bytes)?;
        let Some(first) = self.collateral.first() else {
            return Err(Error::new(Code::DcapCollateralMissing, "collateral").into());
        };
        let authentic = self.authenticate(&bytes, &parsed, first, cache)?;
        let mut checks: Vec<CheckLine> = authentic.checks().map(CheckLine::from).collect();
        let log = event_log.map(|log| decode_binary_or_text(&log.0)).transpose();
        let log = match log {
            Ok(log) => log,
            Err(error) => return Ok((failed_after(checks, &error.inside("event_log").into()), None)),
        };
        let provider = self.provider.as_ref();
        let replay = |log| replay(log, authentic.report(), &self.policy, provider);
        let replayed = match log.as_deref().map(replay).transpose() {
            Ok(replayed) => replayed,
            Err(failure) => return Ok((failed_after(checks, &failure), None)),
        };
        checks.extend(replayed.iter().flat_map(|replayed| replayed.checks()).map(CheckLine::from));
        let boot = replayed.as_ref().map(|log| BootState::assess(log, provider, quirks(&self.policy)));
        let beside = Beside {
            event_log: replayed.as_ref().map(EventLogClaims::from),
            boot: boot.as_ref().map(|boot| BootStateClaims::of(boot, provider)),
            qve: match qve.map(|qve| qve.verify(authentic.prepared(), &bytes, self.at)).transpose() {
                Ok(verified) => verified.map(|(claims, lines)| {
                    checks.extend(lines);
                    claims
                }),
                Err(failure) => return Ok((failed_after(checks, &failure), None)),
            },
        };
        match self.numbers.as_ref().map(|(_, numbers)| numbers) {
            None => {}
            Some(Ok(numbers)) => checks.extend(numbers.checks.iter().map(CheckLine::from)),
            Some(Err(failure)) => return Ok((failed_after(checks, failure), None)),
        }
        // A policy that says nothing of the boot does not judge it: its log then only explains the registers.
        let boot = boot.as_ref().filter(|_| self.policy.boot != BootRules::strict());
        let (mut result, accepted) = self.appraise(authentic, checks, beside, boot);
        if self.collateral.len() > 1 {
            let numbered = (0u32..).zip(self.collateral.iter());
            result.horizons =
                numbered.map(|(number, given)| self.horizon(number, given, &bytes, &parsed, boot)).collect();
        }
        if self.outlook || self.collateral.len() > 1 || self.numbers.is_some() {
            result.forecast = self.forecast(&parsed, boot.is_some() && is_good_boot(&result));
        }
        Ok((result, accepted))
    }

    fn authenticate(
        &self,
        bytes: &[u8],
        quote: &Quote<'_>,
        given: &Given,
        cache: Option<&mut PlatformCache>,
    ) -> Result<AuthenticQuote, Failure> {
        if self.verifier.profile() == Profile::Intel {
            // Intel's library looks at the quote's chain before the collateral: one call, in its order.
            let collateral = given.collateral.as_ref().map_err(|error| Failure::from(error.clone()))?;
            return self.verifier.authenticate(bytes, collateral, self.at.0);
        }
        let prepared = given.prepared.as_ref().map_err(Clone::clone)?;
        match cache {
            Some(cache) => prepared.authenticate_cached(quote, self.at.0, cache),
            None => prepared.authenticate(quote, self.at.0),
        }
    }

    fn appraise(
        &self,
        quote: AuthenticQuote,
        checks: Vec<CheckLine>,
        beside: Beside,
        boot: Option<&BootState<'_>>,
    ) -> (Verification, Option<Accepted<AuthenticQuote>>) {
        let (has_log, has_qve) = (beside.event_log.is_some(), beside.qve.is_some());
        let mut claims = claims(&quote);
        (claims.event_log, claims.boot, claims.qve) = (beside.event_log, beside.boot, beside.qve);
        let is_td = matches!(quote.report(), Report::Td(_));
        let (error, appraisal, accepted) = match self.policy.accept_with_log(quote, boot) {
            Ok(accepted) => (None, accepted.appraisal().clone(), Some(accepted)),
            Err(rejection) => (Some(rejection.error), rejection.appraisal, None),
        };
        let mut not_checked = not_checked(&appraisal);
        if has_qve {
            not_checked.insert(0, mac_not_checked());
        }
        if is_td && !has_log {
            not_checked.push(no_log());
        }
        let result = Verification {
            verified: !error.as_ref().is_some_and(|error| is_terminal(error.code())),
            accepted: error.is_none(),
            evidence: EVIDENCE.into(),
            error: error.map(Problem::from),
            checks,
            claims: Some(Claims::Dcap(Box::new(claims))),
            appraisal: Some(Appraisal::from(&appraisal)),
            not_checked,
            horizons: Vec::new(),
            forecast: Vec::new(),
        };
        (result, accepted)
    }

    fn horizon(
        &self,
        number: u32,
        given: &Given,
        bytes: &[u8],
        quote: &Quote<'_>,
        boot: Option<&BootState<'_>>,
    ) -> Horizon {
        let summary = given.prepared.as_ref().ok().map(PreparedCollateral::summary);
        let mut horizon = Horizon {
            collateral: number,
            evaluation_number: summary.map(|summary| summary.evaluation_number()),
            issued: summary.map(|summary| summary.earliest_issue_date.to_string()),
            verdict: Verdict::default(),
        };
        horizon.verdict = match self.authenticate(bytes, quote, given, None) {
            Err(failure) => Verdict { error: Some(failure.error.into()), ..Verdict::default() },
            Ok(quote) => {
                let (status, advisories) = (quote.tcb().status, quote.tcb().advisories.clone());
                let refusal = self.policy.accept_with_log(quote, boot).err().map(|rejection| rejection.error);
                verdict(&Judgement { status: Some(status), advisories, refusal })
            }
        };
        horizon
    }

    /// What will change, and when: for the first collateral. The boot does not change: where it is good enough
    /// now, it will be.
    fn forecast(&self, quote: &Quote<'_>, good_boot: bool) -> Vec<Forecast> {
        let mut policy = self.policy.clone();
        if good_boot {
            policy.boot = BootRules::strict();
        }
        let labels: Vec<String> = (0..self.collateral.len()).map(|number| number.to_string()).collect();
        let prepared = |(given, label): (&'_ Given, &'_ String)| {
            given.prepared.as_ref().ok().map(|collateral| (label.clone(), collateral.clone()))
        };
        let known: Vec<(String, PreparedCollateral)> =
            self.collateral.iter().zip(&labels).filter_map(prepared).collect();
        let horizons: Vec<dcap::Horizon<'_>> =
            known.iter().map(|(label, collateral)| dcap::Horizon { label, collateral }).collect();
        let numbers = self.numbers.as_ref().and_then(|(_, numbers)| numbers.as_ref().ok());
        let outlook = dcap::outlook(quote, &horizons, numbers, &policy, self.at.0);
        outlook.forecast.iter().map(forecast).collect()
    }

    /// The same collateral and policy with other report data to expect; see
    /// [`DcapOptions::report_data`].
    ///
    /// # Errors
    /// `misuse.options`.
    pub fn expecting(&self, report_data_hex: &str) -> Result<Self, Problem> {
        let mut other = self.clone();
        other.policy.report_data = Some(report_data(report_data_hex)?);
        Ok(other)
    }

    /// The same collateral and policy at another time. Collateral that was verified is not verified again:
    /// every window is looked at with each quote. Of several that have closed, another may be named.
    #[must_use]
    pub fn at(&self, at: Time) -> Self {
        let again = |given: &Given| match (&given.collateral, &given.prepared) {
            // It may come into force.
            (Ok(collateral), Err(_)) => Given {
                collateral: given.collateral.clone(),
                prepared: self.verifier.prepare(collateral, at.0),
            },
            _ => given.clone(),
        };
        let collateral: Arc<[Given]> = if self.collateral.iter().all(|given| given.prepared.is_ok()) {
            Arc::clone(&self.collateral)
        } else {
            self.collateral.iter().map(again).collect()
        };
        let numbers = self.numbers.as_ref().and_then(|(document, _)| {
            Some((document.clone(), evaluation_numbers(document, collateral.first()?, at)))
        });
        Self { at, collateral, numbers, ..self.clone() }
    }

    /// Which TEE and platform family the collateral at `index` is for, once it was verified.
    #[must_use]
    pub fn collateral_is_for(&self, index: usize) -> Option<(dcap::Tee, veriquote::Fmspc)> {
        let prepared = self.collateral.get(index)?.prepared.as_ref().ok()?;
        Some((prepared.tee(), prepared.tcb_info().fmspc))
    }
}

fn verdict(judgement: &Judgement) -> Verdict {
    Verdict {
        verified: judgement.status.is_some_and(|status| !status.is_terminal()),
        accepted: judgement.refusal.is_none(),
        status: judgement.status.map(OneOf),
        advisories: judgement.advisories.iter().map(ToString::to_string).collect(),
        error: judgement.refusal.as_ref().map(Problem::from),
    }
}

fn forecast(forecast: &dcap::Forecast) -> Forecast {
    let (cause, parts, evaluation_number, announced) = match &forecast.cause {
        Cause::Expiry { parts } => (ForecastCause::Expiry, parts.clone(), None, None),
        Cause::GraceEnds => (ForecastCause::GraceEnds, Vec::new(), None, None),
        Cause::Recovery { evaluation_number, announced, .. } => {
            (ForecastCause::Recovery, Vec::new(), Some(*evaluation_number), announced.as_ref())
        }
    };
    Forecast {
        at: forecast.at.map(|at| at.to_string()),
        cause: cause.into(),
        parts,
        evaluation_number,
        announced: announced.map(|known| known.recovery_event_date.to_string()),
        tcb_date: announced.map(|known| known.tcb_date.to_string()),
        verdict: forecast.judgement.as_ref().map(verdict),
    }
}

/// Replays a trust domain's log into the registers of its report.
pub(crate) fn replay<'l>(
    bytes: &'l [u8],
    report: &Report,
    policy: &Policy,
    provider: &dyn CryptoProvider,
) -> Result<ReplayedLog<'l>, Failure> {
    let Report::Td(report) = report else {
        let fact = Fact::text("problem", "an enclave has no RTMRs for an event log to explain");
        return Err(Error::new(Code::MisuseOptions, "event_log").with(fact).into());
    };
    let log = EventLog::parse(bytes, LogKind::Ccel, &Limits::default())?;
    let rtmr = report.rtmr.map(|rtmr| rtmr.0);
    // Guests extend RTMR3 at run time without writing to the CCEL.
    let only_boot = !report.rtmr[3].is_zero()
        && !log.unauthenticated_events().iter().any(|event| event.unauthenticated_index() == 4);
    if only_boot {
        log.verify_boot_rtmrs(provider, &rtmr, quirks(policy))
    } else {
        log.verify_rtmrs(provider, &rtmr, quirks(policy))
    }
}

pub(crate) fn quirks(policy: &Policy) -> Quirks {
    policy.boot.quirks.iter().copied().collect()
}

/// Nobody gave a trust domain's log.
pub(crate) fn no_log() -> NotChecked {
    NotChecked::new("event_log", "what the RTMRs stand for is not explained; give the event log (CCEL)")
}

pub(crate) fn is_terminal(code: Code) -> bool {
    matches!(code, Code::DcapTcbRevoked | Code::DcapTcbNotSupported)
}

/// What was verified beside the quote.
struct Beside {
    event_log: Option<EventLogClaims>,
    boot: Option<BootStateClaims>,
    qve: Option<QveClaims>,
}

/// No rule about the boot is broken.
fn is_good_boot(result: &Verification) -> bool {
    let findings = result.appraisal.iter().flat_map(|appraisal| &appraisal.findings);
    !findings
        .into_iter()
        .any(|it| it.rule.starts_with("boot.") && it.outcome == veriquote::policy::Verdict::Violated)
}

fn failed(failure: &Failure) -> Verification {
    failed_after(Vec::new(), failure)
}

/// A failure after checks that passed.
fn failed_after(mut checks: Vec<CheckLine>, failure: &Failure) -> Verification {
    checks.extend(failure.checks.iter().map(CheckLine::from));
    Verification::failed(EVIDENCE, Problem::from(&failure.error), checks)
}

/// Intel's list, under the issuer chain of the first TCB info: Intel signs both with one certificate.
fn evaluation_numbers(document: &Document, first: &Given, at: Time) -> Result<EvaluationNumbers, Failure> {
    let inside = |error: Error| error.inside("evaluation_numbers");
    let body = core::str::from_utf8(&document.0)
        .map_err(|error| inside(Error::new(Code::InputEncoding, "").at(error.valid_up_to())))?;
    let chain = first.collateral.as_ref().map_err(Clone::clone)?.tcb_info.issuer_chain.as_str();
    let signed = SignedDocument::from_service_body(body, chain).map_err(inside)?;
    first.prepared.as_ref().map_err(Clone::clone)?.evaluation_numbers(&signed, at.0)
}

fn pem_text(chain: &Blob) -> Result<String, Problem> {
    pem_blocks(&chain.0, "CERTIFICATE", limits::CERTIFICATES).map_err(|error| error.inside("pck_chain"))?;
    Ok(String::from_utf8_lossy(&chain.0).into_owned())
}

pub(crate) fn claims(quote: &AuthenticQuote) -> DcapClaims {
    let mut expiries: Vec<_> = quote.expiries().collect();
    expiries.sort_by_key(|expiry| expiry.window.not_after);
    let summary = quote.collateral();
    DcapClaims {
        tee: quote.tee().into(),
        tcb: TcbClaims::from(quote),
        report: ReportClaims::from(quote.report()),
        platform: PlatformClaims::new(quote.platform(), Some(quote.pck_authority())),
        quote: QuoteClaims {
            version: quote.header().version,
            user_data: quote.header().user_data.to_string(),
            qe_mr_enclave: quote.qe_report().mr_enclave.to_string(),
            qe_isv_svn: quote.qe_report().isv_svn,
        },
        collateral: CollateralClaims {
            verified_at: quote.verified_at().to_string(),
            profile: quote.profile().into(),
            issued: summary.earliest_issued.to_string(),
            valid_until: expiries
                .first()
                .map_or_else(|| quote.prepared().valid_until(), |expiry| expiry.window.not_after)
                .to_string(),
            expiries: expiries
                .iter()
                .map(|expiry| Expiry { part: expiry.part.clone(), at: expiry.window.not_after.to_string() })
                .collect(),
        },
        event_log: None,
        boot: None,
        qve: None,
    }
}

/// What the policy asked nothing about, with what that means.
pub(crate) fn not_checked(appraisal: &Evaluation) -> Vec<NotChecked> {
    // What binds the evidence to the caller comes first.
    let rank = |rule: &str| match rule {
        "crypto_only" => 0,
        "report_data" => 1,
        "platform.identity" => 2,
        _ => 3,
    };
    let mut left_open: Vec<_> =
        appraisal.findings.iter().filter(|finding| finding.verdict == Ruling::NotChecked).collect();
    left_open.sort_by_key(|finding| rank(finding.rule));
    left_open.into_iter().map(|finding| NotChecked::new(finding.rule, meaning(finding.rule))).collect()
}

pub(crate) fn meaning(rule: &str) -> &'static str {
    match rule {
        "crypto_only" => "nothing is appraised: debug mode, any TCB status and any measurement pass",
        "report_data" => {
            "the quote is not bound to you: it may be an old one, or another machine's; give the report data \
             that you asked for"
        }
        "platform.identity" => {
            "any genuine platform passes, also one whose keys were extracted; a policy can list PPIDs or \
             instance ids"
        }
        "tcb.tolerated_advisories" => "any advisory passes that comes with an accepted TCB status",
        "tcb.minimum_evaluation_number" => "an older TCB evaluation passes while it is in force",
        "collateral.maximum_age_seconds" => "collateral passes as long as Intel calls it current",
        rule if rule.starts_with("platform.") => "the policy allows it either way",
        _ => "the policy asks for no particular value",
    }
}
