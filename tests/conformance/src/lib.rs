//! Our own cases for verifiers, as Rust and as data, and the means to run them and others' vectors.

pub mod budget;
pub mod case;
pub mod catalogue;
pub mod composite;
pub mod corpus;
pub mod data;
pub mod dice;
pub mod nvidia;
pub mod run;
pub mod tokens;
pub mod tpm;

pub use case::{Case, Expected};

use std::path::PathBuf;

/// A path inside the vectors folder: `VERIQUOTE_VECTORS`, or `../shared/vectors` beside the workspace.
///
/// `None`, said on standard error, where there is no such folder: the runner then has nothing to say.
#[must_use]
pub fn vectors(inside: &str) -> Option<PathBuf> {
    let root = std::env::var_os("VERIQUOTE_VECTORS").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/vectors")),
        PathBuf::from,
    );
    let path = root.join(inside);
    if path.exists() {
        return Some(path);
    }
    eprintln!("SKIPPED: no vectors at {}; set VERIQUOTE_VECTORS to the folder that has them", path.display());
    None
}
