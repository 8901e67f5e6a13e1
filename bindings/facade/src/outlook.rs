//! Verdicts under other collateral and at later times, as the result has them.

use serde::{Deserialize, Serialize};
use veriquote::dcap::TcbStatus;

use crate::one_of::{ForecastCause, OneOf};
use crate::problem::Problem;

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
    pub cause: OneOf<ForecastCause>,
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
    pub status: Option<OneOf<TcbStatus>>,
    /// Advisories that apply.
    pub advisories: Vec<String>,
    /// Why not.
    pub error: Option<Problem>,
}
