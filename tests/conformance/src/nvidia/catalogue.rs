//! Every case, by what it is about.

mod chain;
mod devices;
mod form;
mod policy;
mod report;
mod revocation;
mod rim;
mod valid;

use super::case::Case;

/// All cases.
#[must_use]
pub fn all() -> Vec<Case> {
    [
        valid::all(),
        form::all(),
        report::all(),
        chain::all(),
        revocation::all(),
        rim::all(),
        devices::all(),
        policy::all(),
    ]
    .concat()
}
