//! What an authentic quote of an enclave or trust domain says, as the result has it.

use serde::{Deserialize, Serialize};
use veriquote::dcap::{Owner, ShortfallOf, TcbStatus, Tee};

use crate::boot::BootStateClaims;
use crate::claims::{PlatformClaims, QuoteClaims, ReportClaims};
use crate::dcap::ProfileName;
use crate::event_log::EventLogClaims;
use crate::one_of::{OneOf, TcbPartKind};
use crate::qve::QveClaims;

/// What an authentic quote of an enclave or trust domain says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DcapClaims {
    /// The execution environment.
    pub tee: OneOf<Tee>,
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
    /// The converged status.
    pub status: OneOf<TcbStatus>,
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
    /// Which part; `running_now`: all of them at their present versions (TDX 1.5).
    pub part: OneOf<TcbPartKind>,
    /// Its own status.
    pub status: OneOf<TcbStatus>,
    /// Up to which date of fixes it goes.
    pub date: Option<String>,
}

/// A level that was not reached, and why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Shortfall {
    /// What is judged.
    pub part: OneOf<ShortfallOf>,
    /// The status that reaching the level would give.
    pub status: OneOf<TcbStatus>,
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
    /// Who can raise it.
    pub owner: OneOf<Owner>,
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
    /// The profile of the verification.
    pub profile: ProfileName,
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
