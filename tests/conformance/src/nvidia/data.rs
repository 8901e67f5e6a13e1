//! The catalogue as data, for every language: `tests/vectors/nvidia`.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use veriquote_forge::nvidia::NvForge;

use super::case::{Case, Expected, request};
use crate::data::{difference, pretty};

/// The files of `tests/vectors/nvidia`, by name: the machines, and one file per group of cases. Cases of the
/// machine of twelve devices are run in Rust alone: each would have 200 kilobytes.
#[must_use]
pub fn files() -> BTreeMap<String, String> {
    let bases: BTreeMap<&str, Value> =
        NvForge::all().into_iter().map(|(name, forge)| (name, request(&forge, &forge.build()))).collect();
    let mut groups: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for case in super::all() {
        let Some(base) = bases.get(case.base) else { continue };
        let group = case.id.split('/').next().unwrap_or_default().to_owned();
        groups.entry(group).or_default().push(entry(&case, base));
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
    entry.insert("base".to_owned(), json!(case.base));
    if let Some(patch) = difference(base, &case.request) {
        entry.insert("request".to_owned(), patch);
    }
    entry.insert("expected".to_owned(), expected(&case.expected));
    Value::Object(entry)
}

fn expected(expected: &Expected) -> Value {
    match expected {
        Expected::Verified(claims) => json!({ "result": "accepted", "claims": object(claims) }),
        Expected::Rejected { rules, claims } => {
            json!({ "result": "rejected", "rules": rules, "claims": object(claims) })
        }
        Expected::Refused { code, part } => {
            json!({ "result": "refused", "code": code.as_str(), "part": part })
        }
    }
}

fn object(claims: &[(&str, Value)]) -> Map<String, Value> {
    claims.iter().map(|(pointer, value)| ((*pointer).to_owned(), value.clone())).collect()
}
