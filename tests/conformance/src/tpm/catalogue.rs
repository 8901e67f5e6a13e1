//! Every case, by what it is about.

mod binding;
mod key;
mod layout;
mod registers;
mod signature;
mod valid;

use super::case::Case;

/// All cases.
#[must_use]
pub fn all() -> Vec<Case> {
    [valid::all(), layout::all(), signature::all(), key::all(), binding::all(), registers::all()].concat()
}
