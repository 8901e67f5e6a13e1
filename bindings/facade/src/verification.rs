//! What a verification gives, in every language and for every kind of evidence.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
#[cfg(feature = "dcap")]
use serde_json::{Map, Value};

use crate::check::CheckLine;
#[cfg(feature = "dcap")]
use crate::dcap_claims::DcapClaims;
use crate::one_of::{EvidenceKind, OneOf};
#[cfg(feature = "dcap")]
use crate::outlook::{Forecast, Horizon};
use crate::problem::{Problem, ProblemKind};
use crate::token::TokenClaims;
#[cfg(feature = "tpm")]
use crate::tpm::TpmClaims;
#[cfg(feature = "nvidia")]
use crate::{composite::CompositeClaims, nvgpu::NvgpuClaims};

/// The result of a verification.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Verification {
    /// The evidence is authentic: every signature, chain, window and binding holds.
    pub verified: bool,
    /// It is authentic, and the policy accepts it. Only then may a caller rely on the claims.
    pub accepted: bool,
    /// The kind of evidence.
    pub evidence: OneOf<EvidenceKind>,
    /// Why not, when it is not accepted.
    pub error: Option<Problem>,
    /// Every check in the order in which it was made; on failure the last one is the failing one.
    pub checks: Vec<CheckLine>,
    /// What the evidence says. Present as soon as it is authentic; see `verified` and `accepted`.
    pub claims: Option<Claims>,
    /// What the policy made of it; absent when the evidence is not authentic.
    pub appraisal: Option<Appraisal>,
    /// What this call did not check, and how to have it checked.
    pub not_checked: Vec<NotChecked>,
    /// The verdict under each collateral, when several were given; the first decides.
    #[cfg(feature = "dcap")]
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub horizons: Vec<Horizon>,
    /// When the verdict will change, and to what: dated changes in order, then those without a date.
    #[cfg(feature = "dcap")]
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub forecast: Vec<Forecast>,
}

/// What authentic evidence says, by the kind of evidence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum Claims {
    /// `evidence` is `dcap`.
    #[cfg(feature = "dcap")]
    Dcap(Box<DcapClaims>),
    /// `evidence` is `tpm`.
    #[cfg(feature = "tpm")]
    Tpm(Box<TpmClaims>),
    /// `evidence` is `token`.
    Token(Box<TokenClaims>),
    /// `evidence` is `composite`.
    #[cfg(feature = "nvidia")]
    Composite(Box<CompositeClaims>),
    /// `evidence` is `nvgpu`.
    #[cfg(feature = "nvidia")]
    Nvgpu(Box<NvgpuClaims>),
}

impl Claims {
    /// What a quote of an enclave or trust domain says.
    #[cfg(feature = "dcap")]
    #[must_use]
    pub const fn dcap(&self) -> Option<&DcapClaims> {
        match self {
            Self::Dcap(claims) => Some(claims),
            _ => None,
        }
    }

    /// What a TPM says.
    #[cfg(feature = "tpm")]
    #[must_use]
    pub const fn tpm(&self) -> Option<&TpmClaims> {
        match self {
            Self::Tpm(claims) => Some(claims),
            _ => None,
        }
    }

    /// What a machine and its devices say.
    #[cfg(feature = "nvidia")]
    #[must_use]
    pub const fn composite(&self) -> Option<&CompositeClaims> {
        match self {
            Self::Composite(claims) => Some(claims),
            _ => None,
        }
    }

    /// What GPUs and switches say.
    #[cfg(feature = "nvidia")]
    #[must_use]
    pub const fn nvgpu(&self) -> Option<&NvgpuClaims> {
        match self {
            Self::Nvgpu(claims) => Some(claims),
            _ => None,
        }
    }

    /// What a token says.
    #[must_use]
    pub const fn token(&self) -> Option<&TokenClaims> {
        match self {
            Self::Token(claims) => Some(claims),
            #[cfg(feature = "dcap")]
            _ => None,
        }
    }
}

/// What a policy made of authentic evidence.
#[cfg(feature = "dcap")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Appraisal {
    /// The policy's name, such as `strict` or `crypto_only`.
    pub policy: String,
    /// Every finding; the policy rejects when one of them is a violation.
    pub findings: Vec<Finding>,
}

/// Of tokens alone no policy makes anything.
#[cfg(not(feature = "dcap"))]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Appraisal {}

#[cfg(feature = "dcap")]
impl From<&veriquote::policy::Evaluation> for Appraisal {
    fn from(appraisal: &veriquote::policy::Evaluation) -> Self {
        let finding = |finding: &veriquote::policy::Finding| Finding {
            rule: finding.rule.into(),
            outcome: finding.verdict.into(),
            facts: crate::check::facts(&finding.facts),
        };
        Self { policy: appraisal.policy.clone(), findings: appraisal.findings.iter().map(finding).collect() }
    }
}

/// One rule of a policy and what it found.
#[cfg(feature = "dcap")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// The rule.
    pub rule: Cow<'static, str>,
    /// What it found.
    pub outcome: OneOf<veriquote::policy::Verdict>,
    /// What was asked and what was found.
    pub facts: Map<String, Value>,
}

/// Something that this call did not check.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NotChecked {
    /// What: the rule of the policy, or `event_log`.
    pub what: Cow<'static, str>,
    /// What that means, and how to have it checked.
    pub why: Cow<'static, str>,
}

impl NotChecked {
    pub(crate) fn new(what: impl Into<Cow<'static, str>>, why: &'static str) -> Self {
        Self { what: what.into(), why: why.into() }
    }

    /// A rule that was skipped.
    pub(crate) fn of(check: &veriquote::Check) -> Option<Self> {
        match check.outcome {
            veriquote::Outcome::Skipped(why) => Some(Self::new(check.rule.id, why)),
            _ => None,
        }
    }
}

impl Verification {
    /// A verification that failed before anything was authentic.
    #[must_use]
    pub fn failed(evidence: EvidenceKind, error: Problem, checks: Vec<CheckLine>) -> Self {
        Self { error: Some(error), checks, ..Self::nothing(evidence) }
    }

    /// Nothing that was verified yet.
    pub(crate) fn nothing(evidence: EvidenceKind) -> Self {
        Self {
            verified: false,
            accepted: false,
            evidence: evidence.into(),
            error: None,
            checks: Vec::new(),
            claims: None,
            appraisal: None,
            not_checked: Vec::new(),
            #[cfg(feature = "dcap")]
            horizons: Vec::new(),
            #[cfg(feature = "dcap")]
            forecast: Vec::new(),
        }
    }

    /// What a shell is told: 0 authentic and accepted, 1 not authentic, 3 authentic but rejected, 2 the
    /// call itself is wrong.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match &self.error {
            None if self.accepted => 0,
            Some(problem) if problem.kind == ProblemKind::Misuse => 2,
            _ if self.verified => 3,
            _ => 1,
        }
    }
}
