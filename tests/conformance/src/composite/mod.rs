//! Cases for verifiers of a machine together with its GPUs: `tests/vectors/composite`.

mod catalogue;
mod machine;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use veriquote::Code;

pub use catalogue::all;
pub use machine::Machine;

use crate::data::{difference, pretty};

/// What a verifier is given and must answer.
#[derive(Clone, Debug)]
pub struct Case {
    /// `group/name`, never reused for another case.
    pub id: String,
    /// What is wrong, or right, in one line.
    pub note: String,
    /// The mode that it starts from.
    pub base: &'static str,
    /// The request of the facade.
    pub request: Value,
    /// What it must be answered.
    pub expected: Expected,
}

/// What a verifier must answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    /// Authentic, bound and accepted, with these members of the claims (JSON pointers) at these values.
    Accepted(Vec<(&'static str, Value)>),
    /// Authentic and bound, and not accepted for these rules of the policy.
    Rejected(Vec<&'static str>),
    /// Not authentic, not bound, or a wrong call.
    Refused(Code, String),
}

impl Expected {
    fn json(&self) -> Value {
        match self {
            Self::Accepted(claims) => {
                let claims: Map<_, _> =
                    claims.iter().map(|(pointer, value)| ((*pointer).to_owned(), value.clone())).collect();
                json!({ "result": "accepted", "claims": claims })
            }
            Self::Rejected(rules) => json!({ "result": "rejected", "rules": rules, "claims": {} }),
            Self::Refused(code, part) => json!({ "result": "refused", "code": code.as_str(), "part": part }),
        }
    }
}

/// The files of `tests/vectors/composite`, by name: a machine for each mode, and the cases.
#[must_use]
pub fn files() -> BTreeMap<String, String> {
    let bases: BTreeMap<&str, Value> =
        machine::MODES.iter().map(|mode| (*mode, Machine::of(mode).request())).collect();
    let entries: Vec<Value> = all()
        .iter()
        .map(|case| {
            let mut entry = Map::new();
            entry.insert("id".to_owned(), json!(case.id));
            entry.insert("note".to_owned(), json!(case.note));
            entry.insert("base".to_owned(), json!(case.base));
            if let Some(patch) = difference(&bases[case.base], &case.request) {
                entry.insert("request".to_owned(), patch);
            }
            entry.insert("expected".to_owned(), case.expected.json());
            Value::Object(entry)
        })
        .collect();
    // All machines have the collateral and the manifests of the first one, and other evidence.
    let first = bases[machine::MODES[0]].clone();
    let machines: BTreeMap<&str, Value> = bases
        .iter()
        .map(|(mode, request)| (*mode, difference(&first, request).unwrap_or_else(|| json!({}))))
        .collect();
    BTreeMap::from([
        ("machines.json".to_owned(), pretty(&json!({ "first": first, "machines": machines }))),
        ("composite.json".to_owned(), pretty(&json!({ "cases": entries }))),
    ])
}
