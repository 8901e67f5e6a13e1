//! What a verification gives, in every language and for every kind of evidence.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

#[cfg(feature = "dcap")]
use crate::boot::BootStateClaims;
use crate::check::CheckLine;
#[cfg(feature = "dcap")]
use crate::claims::{PlatformClaims, QuoteClaims, ReportClaims};
#[cfg(feature = "dcap")]
use crate::event_log::EventLogClaims;
use crate::problem::{Problem, ProblemKind};
#[cfg(feature = "dcap")]
use crate::qve::QveClaims;
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
    /// The kind of evidence, such as `dcap`.
    pub evidence: String,
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
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub horizons: Vec<Horizon>,
    /// When the verdict will change, and to what: dated changes in order, then those without a date.
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

/// What an authentic quote of an enclave or trust domain says.
#[cfg(feature = "dcap")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DcapClaims {
    /// `sgx` or `tdx`.
    pub tee: String,
    /// The state of the platform's trusted computing base.
    pub tcb: TcbClaims,
    /// The report, field by field; bytes in lower-case hex.
    pub report: ReportClaims,
    /// The platform, from its PCK certificate.
    pub platform: PlatformClaims,
    /// The quote itself.
    pub quote: QuoteClaims,
    /// Which collateral was used and how long it lasts.
    pub collateral: CollateralClaims,
    /// Events of the log that replays to the registers, when a log was given.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub event_log: Option<EventLogClaims>,
    /// What that log tells of the boot; a policy with rules about it judges it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub boot: Option<BootStateClaims>,
    /// What the report of a quote verification enclave says, when one was given. Claimed, not authentic.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub qve: Option<QveClaims>,
}

/// The state of a platform's trusted computing base.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TcbClaims {
    /// The converged status, in Intel's spelling.
    pub status: String,
    /// Up to which date of fixes the platform goes; the earliest of its parts.
    pub date: Option<String>,
    /// Number of the TCB evaluation that judged it.
    pub evaluation_number: u32,
    /// Advisories that apply, sorted.
    pub advisories: Vec<String>,
    /// The status of each part before convergence.
    pub parts: Vec<TcbPart>,
    /// What separates the platform from each better level.
    pub shortfall: Vec<Shortfall>,
}

/// One part of the trusted computing base.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TcbPart {
    /// `platform`, `quoting_enclave`, `tdx_module`; `running_now`: all of them at their present versions
    /// (TDX 1.5).
    pub part: String,
    /// Its own status.
    pub status: String,
    /// Up to which date of fixes it goes.
    pub date: Option<String>,
}

/// A level that was not reached, and why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Shortfall {
    /// What is judged: platform, quoting enclave or TDX module.
    pub part: String,
    /// The status that reaching the level would give.
    pub status: String,
    /// The date of the level.
    pub date: String,
    /// What is too low.
    pub components: Vec<ShortComponent>,
    /// Advisories that would go away.
    pub advisories_resolved: Vec<String>,
}

/// One component that is too low for a level.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ShortComponent {
    /// Which component, such as `SGX component 7`.
    pub component: String,
    /// Who ships it in Intel's signed words, where the TCB info has them, such as `OS/VMM`.
    pub category: Option<String>,
    /// What it is in Intel's signed words, such as `SEAMLDR ACM`.
    pub kind: Option<String>,
    /// Its security version number.
    pub have: u32,
    /// The security version number that the level needs.
    pub need: u32,
    /// Who can raise it, such as `bios`.
    pub owner: String,
    /// What to update, in words.
    pub remedy: String,
}

/// Which collateral judged the evidence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CollateralClaims {
    /// The time of the verification.
    pub verified_at: String,
    /// The profile of the verification: `strict` or `intel`.
    pub profile: String,
    /// Issue date of the oldest part.
    pub issued: String,
    /// The last moment at which every part is in force.
    pub valid_until: String,
    /// When each part goes stale, soonest first.
    pub expiries: Vec<Expiry>,
}

/// When one part of the collateral goes stale.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Expiry {
    /// Which part.
    pub part: String,
    /// Its last moment.
    pub at: String,
}

/// What a policy made of authentic evidence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Appraisal {
    /// The policy's name, such as `strict` or `crypto_only`.
    pub policy: String,
    /// Every finding; the policy rejects when one of them is a violation.
    pub findings: Vec<Finding>,
}

#[cfg(feature = "dcap")]
impl From<&veriquote::policy::Evaluation> for Appraisal {
    fn from(appraisal: &veriquote::policy::Evaluation) -> Self {
        let finding = |finding: &veriquote::policy::Finding| Finding {
            rule: finding.rule.to_owned(),
            outcome: finding.verdict.as_str().to_owned(),
            facts: crate::check::facts(&finding.facts),
        };
        Self { policy: appraisal.policy.clone(), findings: appraisal.findings.iter().map(finding).collect() }
    }
}

/// One rule of a policy and what it found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// The rule.
    pub rule: String,
    /// `satisfied`, `violated` or `not_checked`.
    pub outcome: String,
    /// What was asked and what was found.
    pub facts: Map<String, Value>,
}

/// Something that this call did not check.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NotChecked {
    /// What: the rule of the policy, or `event_log`.
    pub what: String,
    /// What that means, and how to have it checked.
    pub why: String,
}

impl NotChecked {
    /// A rule that was skipped.
    pub(crate) fn of(check: &veriquote::Check) -> Option<Self> {
        match check.outcome {
            veriquote::Outcome::Skipped(why) => {
                Some(Self { what: check.rule.id.to_owned(), why: why.to_owned() })
            }
            _ => None,
        }
    }
}

/// The verdict under one of several collaterals.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Horizon {
    /// Which collateral: its place in the call, counted from 0.
    pub collateral: u32,
    /// Number of its TCB evaluation; absent when it does not verify.
    pub evaluation_number: Option<u32>,
    /// The earlier issue date of its TCB info and identity.
    pub issued: Option<String>,
    /// The verdict.
    pub verdict: Verdict,
}

/// A change that is known to come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Forecast {
    /// The first second of the new verdict; absent where no date is announced.
    pub at: Option<String>,
    /// `expiry`: parts of the collateral go stale; `grace_ends`: the policy's grace for an out-of-date TCB
    /// ends; `recovery`: a later TCB evaluation becomes the standard one.
    pub cause: String,
    /// The parts that go stale.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub parts: Vec<String>,
    /// The TCB evaluation of a recovery.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub evaluation_number: Option<u32>,
    /// When Intel made a recovery public, where its list of evaluation numbers was given.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub announced: Option<String>,
    /// The date of fixes that a recovery demands, where Intel's list of evaluation numbers was given.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub tcb_date: Option<String>,
    /// The verdict from then on, if nothing else changes; absent for a recovery whose collateral was not
    /// given.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub verdict: Option<Verdict>,
}

/// A verdict in short.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Verdict {
    /// Authentic.
    pub verified: bool,
    /// Accepted.
    pub accepted: bool,
    /// The TCB status; absent when it is not authentic.
    pub status: Option<String>,
    /// Advisories that apply.
    pub advisories: Vec<String>,
    /// Why not.
    pub error: Option<Problem>,
}

impl Verification {
    /// A verification that failed before anything was authentic.
    #[must_use]
    pub fn failed(evidence: &str, error: Problem, checks: Vec<CheckLine>) -> Self {
        Self {
            verified: false,
            accepted: false,
            evidence: evidence.to_owned(),
            error: Some(error),
            checks,
            claims: None,
            appraisal: None,
            not_checked: Vec::new(),
            horizons: Vec::new(),
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
