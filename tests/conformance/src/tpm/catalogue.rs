//! Every case, by what it is about.

mod binding;
mod clock;
mod enrol;
mod ima;
mod key;
mod layout;
mod logs;
mod registers;
mod signature;
mod valid;

use super::case::Case;

/// All cases.
#[must_use]
pub fn all() -> Vec<Case> {
    [
        valid::all(),
        layout::all(),
        signature::all(),
        key::all(),
        enrol::all(),
        binding::all(),
        registers::all(),
        logs::all(),
        ima::all(),
        clock::all(),
    ]
    .concat()
}
