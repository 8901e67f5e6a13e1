//! Cases for tokens: a signed token, one thing wrong with it, and the code that must be the answer.

mod attested;
mod bundles;
mod cases;
mod families;
mod maker;

pub use cases::all;
pub use maker::{NOW, TokenCase};

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// The files of `tests/vectors/jwt`, by name: one per group of cases, each with its whole request.
///
/// # Panics
/// When a case cannot be written as JSON.
#[must_use]
pub fn files() -> BTreeMap<String, String> {
    let mut groups: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for case in all() {
        if case.request.to_string().len() > LARGEST {
            continue;
        }
        let group = case.id.split('/').next().unwrap_or_default();
        groups.entry(group).or_default().push(case.to_json());
    }
    let text = |cases: Vec<Value>| {
        serde_json::to_string_pretty(&json!({ "token_cases": cases })).expect("JSON") + "\n"
    };
    groups.into_iter().map(|(group, cases)| (format!("{group}.json"), text(cases))).collect()
}

/// A case that is larger than this is only run in Rust.
const LARGEST: usize = 40 * 1024;
