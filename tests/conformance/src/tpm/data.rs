//! The catalogue as data, for every language: `tests/vectors/tpm`.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use veriquote_forge::tpm::TpmForge;

use super::case::{Case, request};
use crate::data::{difference, pretty};

/// The files of `tests/vectors/tpm`, by name: the machines, and one file per group of cases.
#[must_use]
pub fn files() -> BTreeMap<String, String> {
    let bases: BTreeMap<&str, Value> =
        TpmForge::all().into_iter().map(|(name, forge)| (name, request(name, &forge.build()))).collect();
    let mut groups: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for case in super::all() {
        let group = case.id.split('/').next().unwrap_or_default().to_owned();
        groups.entry(group).or_default().push(entry(&case, &bases[case.base]));
    }
    let mut files: BTreeMap<_, _> = groups
        .into_iter()
        .map(|(group, cases)| (format!("{group}.json"), pretty(&json!({ "cases": cases }))))
        .collect();
    files.insert("machines.json".to_owned(), pretty(&json!({ "machines": bases })));
    files
}

fn entry(case: &Case, base: &Value) -> Value {
    let mut entry = Map::new();
    entry.insert("id".to_owned(), json!(case.id));
    entry.insert("note".to_owned(), json!(case.note));
    entry.insert("rule".to_owned(), json!(case.rule));
    if let Some(source) = case.source {
        entry.insert("source".to_owned(), json!(source));
    }
    entry.insert("base".to_owned(), json!(case.base));
    if let Some(patch) = difference(base, &case.request) {
        entry.insert("request".to_owned(), patch);
    }
    entry.insert("expected".to_owned(), case.expected.json());
    Value::Object(entry)
}
