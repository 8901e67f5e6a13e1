//! The catalogue as data, for every language: `tests/vectors`, described in its README and schema.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use veriquote::Code;
use veriquote::dcap::Profile;
use veriquote_forge::{Forge, Forged, hex, rfc3339};

use crate::case::{Case, Expected};
use crate::catalogue;

/// A case that is larger than this is only run in Rust.
const LARGEST: usize = 80 * 1024;

/// The files of `tests/vectors/dcap`, by name: the platforms, and one file per group of cases.
#[must_use]
pub fn files() -> BTreeMap<String, String> {
    let bases: BTreeMap<&str, Value> =
        Forge::all().into_iter().map(|(name, forge)| (name, request(&forge.build()))).collect();
    let mut groups: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for case in catalogue::all() {
        let group = case.id.split('/').next().unwrap_or_default().to_owned();
        let value = entry(&case, &bases[case.base]);
        if value.to_string().len() <= LARGEST && !case.forged.quote.is_empty() {
            groups.entry(group).or_default().push(value);
        }
    }
    let mut files: BTreeMap<_, _> = groups
        .into_iter()
        .map(|(group, cases)| (format!("{group}.json"), pretty(&json!({ "cases": cases }))))
        .collect();
    files.insert("signature-budget.json".to_owned(), pretty(&crate::budget::file()));
    files.insert("platforms.json".to_owned(), pretty(&json!({ "platforms": bases })));
    files
}

pub(crate) fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).expect("JSON") + "\n"
}

/// The whole request of a valid platform.
fn request(forged: &Forged) -> Value {
    json!({
        "quote": hex(&forged.quote),
        "collateral": serde_json::from_str::<Value>(&forged.collateral_json()).expect("JSON"),
        "options": { "at": rfc3339(forged.now), "roots": [forged.root_pem] },
    })
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
    let mut target = request(&case.forged);
    let (before, after) = (base["quote"].as_str().unwrap_or_default(), hex(&case.forged.quote));
    if before != after {
        entry.insert("quote_edit".to_owned(), splice(before.as_bytes(), after.as_bytes()));
    }
    target["quote"] = base["quote"].clone();
    if let Some(text) = &case.collateral_text {
        target["collateral"] = json!(text);
    }
    if let Some(log) = &case.event_log {
        target["event_log"] = json!(hex(log));
    }
    if let Some((report, minimum)) = &case.qve {
        target["qve"] = json!({
            "report": hex(&report.report()),
            "nonce": hex(&report.nonce),
            "expiration_check_date": rfc3339(report.expiration_check_date),
            "collateral_expiration_status": report.collateral_expiration_status,
            "qv_result": report.qv_result,
            "supplemental_data": hex(&report.supplemental_data),
            "minimum_isv_svn": minimum,
        });
    }
    let options = &mut target["options"];
    if case.profile == Profile::Intel {
        options["profile"] = json!("intel");
    }
    if let Some(seconds) = case.maximum_age {
        options["max_collateral_age"] = json!(seconds);
    }
    match case.policy.as_str() {
        "strict" => {}
        "crypto_only" => options["crypto_only"] = json!(true),
        text => options["policy"] = document(text),
    }
    if let Some(patch) = difference(base, &target) {
        entry.insert("request".to_owned(), patch);
    }
    entry.insert("expected".to_owned(), expected(&case.expected));
    Value::Object(entry)
}

/// An object where that says the same, otherwise the text.
fn document(text: &str) -> Value {
    let value = serde_json::from_str::<Value>(text).ok();
    let same = |value: &Value| serde_json::to_string(value).is_ok_and(|again| again == text);
    value.filter(same).unwrap_or_else(|| json!(text))
}

/// What lies between the common start and the common end, in bytes.
fn splice(before: &[u8], after: &[u8]) -> Value {
    let same = |pairs: usize| pairs / 2 * 2;
    let start = same(before.iter().zip(after).take_while(|(a, b)| a == b).count());
    let rest = (&before[start..], &after[start..]);
    let end = same(rest.0.iter().rev().zip(rest.1.iter().rev()).take_while(|(a, b)| a == b).count());
    let insert = String::from_utf8_lossy(&rest.1[..rest.1.len() - end]);
    json!({ "at": start / 2, "remove": (rest.0.len() - end) / 2, "insert": insert })
}

/// The JSON merge patch (RFC 7396) that makes `after` of `before`.
pub(crate) fn difference(before: &Value, after: &Value) -> Option<Value> {
    let (Value::Object(before), Value::Object(after)) = (before, after) else {
        return (before != after).then(|| after.clone());
    };
    let mut patch = Map::new();
    for name in before.keys().filter(|name| !after.contains_key(*name)) {
        patch.insert(name.clone(), Value::Null);
    }
    for (name, value) in after {
        let change = difference(before.get(name).unwrap_or(&Value::Null), value);
        patch.extend(change.map(|change| (name.clone(), change)));
    }
    (!patch.is_empty()).then_some(Value::Object(patch))
}

fn expected(expected: &Expected) -> Value {
    match expected {
        Expected::Accepted { status, advisories } => {
            json!({ "result": "accepted", "status": status, "advisories": advisories })
        }
        Expected::Rejected { rules } => {
            json!({ "result": "rejected", "code": Code::PolicyRejected.as_str(), "rules": rules })
        }
        Expected::Refused { code, part } => {
            json!({ "result": "refused", "code": code.as_str(), "part": part })
        }
    }
}

/// Applies a JSON merge patch (RFC 7396).
///
/// # Panics
/// Never: what is made an object is one.
pub fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else { return *target = patch.clone() };
    if !target.is_object() {
        *target = json!({});
    }
    let members = target.as_object_mut().expect("an object");
    for (name, value) in patch {
        match value {
            Value::Null => drop(members.remove(name)),
            value => merge(members.entry(name.clone()).or_insert(Value::Null), value),
        }
    }
}
