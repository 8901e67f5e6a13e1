//! Evaluation: whether authentic evidence is acceptable.
//!
//! A policy is data. Every rule is evaluated and every finding kept, so that a rejection says all that is
//! wrong at once. What a policy does not mention keeps its strict default; an empty policy is an error,
//! and accepting whatever is authentic has to be named: `crypto_only`.
#![cfg_attr(
    not(any(feature = "dcap", feature = "tpm")),
    expect(dead_code, reason = "rules of boots are read, and nobody has a boot to check")
)]

mod boot;
#[cfg(all(feature = "dcap", feature = "nvidia"))]
pub(crate) mod composite;
#[cfg(feature = "dcap")]
mod dcap;
#[cfg(feature = "tpm")]
mod ima;
#[cfg(feature = "tpm")]
mod ima_json;
#[cfg(feature = "tpm")]
mod ima_rules;
mod json;
mod learn;
#[cfg(feature = "nvidia")]
mod nvidia;
#[cfg(feature = "nvidia")]
mod nvidia_json;
#[cfg(feature = "nvidia")]
mod nvidia_rules;
mod rules;
#[cfg(feature = "tpm")]
mod tpm;
#[cfg(feature = "tpm")]
mod tpm_json;
#[cfg(feature = "tpm")]
mod tpm_rules;

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::named::named;

pub use boot::{BootRules, EventsRule};
#[cfg(all(feature = "dcap", feature = "nvidia"))]
pub use composite::CompositeRules;
#[cfg(feature = "tpm")]
pub use ima_rules::{FileList, ImaRules};
pub use learn::learn;
#[cfg(feature = "nvidia")]
pub use nvidia_rules::{NvidiaRules, RevocationDemand, TopologyDemand};
#[cfg(feature = "dcap")]
pub use rules::{CollateralRules, PlatformRules, SgxRules, TcbRules, TdxRules};
pub use rules::{Expected, Masked, Policy, Stance};
#[cfg(feature = "tpm")]
pub use tpm_rules::{PcrRule, TpmRules};

/// Evidence that a policy accepted. Only a policy makes one; only it may become a claim in a token.
#[derive(Clone, Debug)]
pub struct Accepted<T> {
    evidence: T,
    appraisal: Evaluation,
}

impl<T> Accepted<T> {
    /// The evidence.
    pub const fn evidence(&self) -> &T {
        &self.evidence
    }

    /// Which policy accepted it, and all that it looked at.
    #[must_use]
    pub const fn appraisal(&self) -> &Evaluation {
        &self.appraisal
    }

    /// Every rule, with what came of it.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.appraisal.findings
    }

    /// Gives the evidence back, without the proof that it was accepted.
    pub fn into_evidence(self) -> T {
        self.evidence
    }
}

/// Evidence that is authentic but not acceptable.
#[derive(Clone, Debug)]
pub struct Rejection<T> {
    /// `policy.rejected`, or `dcap.tcb.revoked` and `dcap.tcb.not_supported`, which no policy accepts.
    pub error: Error,
    /// All that the policy looked at.
    pub appraisal: Evaluation,
    /// The evidence, to be shown and not to be relied on.
    pub evidence: Box<T>,
}

impl<T: fmt::Debug> fmt::Display for Rejection<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.error, f)
    }
}

impl<T: fmt::Debug> core::error::Error for Rejection<T> {}

/// What a policy found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evaluation {
    /// The policy's name.
    pub policy: String,
    /// Every rule, in a fixed order.
    pub findings: Vec<Finding>,
}

/// What came of one rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Dotted id of the rule, such as `tcb.status` or `tdx.debug`; the same as in the policy's JSON.
    pub rule: &'static str,
    /// What came of it.
    pub verdict: Verdict,
    /// What was asked and what was found.
    pub facts: Vec<Fact>,
}

named! {
    /// What came of a rule of a policy.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum Verdict {
        /// The rule is met.
        Satisfied = "satisfied",
        /// The rule is broken.
        Violated = "violated",
        /// The policy asks nothing here: this was not checked.
        NotChecked = "not_checked",
    }
}

/// Kinds of evidence that policies have rules for, in a build with all features: what a policy means does not
/// depend on what was compiled.
const EVIDENCE_KINDS: usize = 4;

impl Policy {
    /// A policy that says something of some kinds of evidence does not accept evidence of another, of which
    /// it says nothing: an MRENCLAVE says nothing of a TD, and neither of a TPM.
    fn appraise_evidence_kind(&self, actual: &'static str, findings: &mut Findings) {
        let strict = Self::strict();
        let kinds = [
            #[cfg(feature = "dcap")]
            ("sgx", self.sgx != strict.sgx),
            #[cfg(feature = "dcap")]
            ("tdx", self.tdx != strict.tdx),
            #[cfg(feature = "tpm")]
            ("tpm", self.tpm != strict.tpm),
            #[cfg(feature = "nvidia")]
            ("nvidia", self.nvidia != strict.nvidia),
        ];
        let spoken_of: Vec<&str> =
            kinds.iter().filter(|(_, spoken)| *spoken).map(|(kind, _)| *kind).collect();
        let fact = Fact::text("actual", actual);
        if spoken_of.is_empty() || spoken_of.len() == EVIDENCE_KINDS {
            return findings.not_checked("tee", [fact]);
        }
        let expected = Fact::string("expected", spoken_of.join(","));
        findings.add("tee", spoken_of.contains(&actual), [expected, fact]);
    }
}

/// The findings while they are being gathered.
#[derive(Default)]
struct Findings(Vec<Finding>);

impl Policy {
    /// The end of every appraisal: what is accepted, or all that was found; `refusal` comes before what a policy
    /// rejects.
    fn ruled<T>(
        &self,
        evidence: T,
        findings: Findings,
        refusal: Option<Error>,
    ) -> Result<Accepted<T>, Box<Rejection<T>>> {
        let error = refusal.or_else(|| findings.error());
        let appraisal = Evaluation { policy: self.name.clone(), findings: findings.0 };
        match error {
            None => Ok(Accepted { evidence, appraisal }),
            Some(error) => Err(Box::new(Rejection { error, appraisal, evidence: Box::new(evidence) })),
        }
    }

    /// A value of the report data is not met by evidence that has none.
    #[cfg(all(feature = "dcap", any(feature = "nvidia", feature = "tpm")))]
    fn appraise_no_report_data(&self, why: &'static str, findings: &mut Findings) {
        if let Some(expected) = &self.report_data {
            let facts = [Fact::bytes("expected", expected.0), Fact::text("actual", why)];
            findings.add("report_data", false, facts);
        }
    }
}

impl Findings {
    /// That nothing is asked of what is authentic.
    fn crypto_only(&mut self) {
        self.not_checked("crypto_only", [Fact::text("meaning", "anything authentic is accepted")]);
    }

    fn add(&mut self, rule: &'static str, met: bool, facts: impl Into<Vec<Fact>>) {
        let verdict = if met { Verdict::Satisfied } else { Verdict::Violated };
        self.0.push(Finding { rule, verdict, facts: facts.into() });
    }

    fn not_checked(&mut self, rule: &'static str, facts: impl Into<Vec<Fact>>) {
        self.0.push(Finding { rule, verdict: Verdict::NotChecked, facts: facts.into() });
    }

    /// A log that another quote proves says nothing of this one: a mistake of the caller, which no policy
    /// puts up with.
    fn of_another_quote(&mut self, rule: &'static str) -> Error {
        let problem = Fact::text("problem", "verified against the registers of another quote");
        self.add(rule, false, [problem.clone()]);
        Error::new(Code::MisuseOptions, rule).with(problem)
    }

    /// The error of the first broken rule, if any.
    fn error(&self) -> Option<Error> {
        let mut broken = self.0.iter().filter(|finding| finding.verdict == Verdict::Violated);
        let first = broken.next()?;
        let others = broken.count();
        let mut error = Error::new(Code::PolicyRejected, first.rule);
        for fact in &first.facts {
            error = error.with(fact.clone());
        }
        Some(if others == 0 { error } else { error.with(Fact::count("more_violations", others)) })
    }
}

/// A property that the evidence always states.
fn property(findings: &mut Findings, rule: &'static str, stance: Stance, actual: bool) {
    known_property(findings, rule, stance, Some(actual));
}

/// A property that the evidence may leave open; what is open meets neither `forbid` nor `require`.
fn known_property(findings: &mut Findings, rule: &'static str, stance: Stance, actual: Option<bool>) {
    let mut facts = alloc::vec![Fact::text("stance", stance.as_str())];
    match actual {
        Some(actual) => facts.push(Fact::flag("actual", actual)),
        None => facts.push(Fact::text("actual", "unknown")),
    }
    match stance {
        Stance::Allow => findings.not_checked(rule, facts),
        Stance::Forbid => findings.add(rule, actual == Some(false), facts),
        Stance::Require => findings.add(rule, actual == Some(true), facts),
    }
}

#[cfg(all(test, feature = "tpm"))]
mod boot_tests;
