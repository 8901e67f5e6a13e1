//! Our own cases: every rule and attack of spec/dcap.md as one change of a valid, forged platform.

mod chain;
mod collateral;
mod crl;
mod event_log;
mod identity;
mod intel_profile;
mod policy;
mod quote;
mod qve;
mod signature;
mod tcb;
mod tcb_info;

use crate::case::{Case, case};
use veriquote_forge::Forge;

/// Every case.
#[must_use]
pub fn all() -> Vec<Case> {
    [
        valid(),
        quote::cases(),
        signature::cases(),
        chain::cases(),
        crl::cases(),
        tcb_info::cases(),
        identity::cases(),
        intel_profile::cases(),
        tcb::cases(),
        collateral::cases(),
        policy::cases(),
        event_log::cases(),
        qve::cases(),
    ]
    .concat()
}

/// The passing twins: the platforms that every other case starts from.
fn valid() -> Vec<Case> {
    Forge::all()
        .into_iter()
        .map(|(name, _)| case(&format!("valid/{name}"), name, "§2.2", "a valid platform").accepted())
        .collect()
}
