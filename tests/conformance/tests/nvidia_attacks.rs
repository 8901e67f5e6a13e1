//! The table of known attacks on NVIDIA devices and composites: each id has its cases or a reason, and every case
//! that it names is one.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde_json::Value;
use veriquote_conformance::{composite, nvidia, tokens};

fn table() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../vectors/nvidia-attacks.json");
    serde_json::from_slice(&fs::read(path).expect("a file")).expect("JSON")
}

/// Every case by the name that the table has for it, and whether it is accepted.
fn cases() -> BTreeMap<String, bool> {
    let devices = nvidia::all().into_iter();
    let devices = devices.map(|case| (case.id, matches!(case.expected, nvidia::Expected::Verified(_))));
    let composites = composite::all().into_iter().map(|case| {
        let accepted = matches!(case.expected, composite::Expected::Accepted(_));
        (format!("composite:{}", case.id), accepted)
    });
    let tokens = tokens::all().into_iter();
    let tokens = tokens.map(|case| (format!("token:{}", case.id), case.expected.is_none()));
    devices.chain(composites).chain(tokens).collect()
}

/// `T1-T12` is twelve ids.
fn numbers(list: &str, key: &str) -> impl Iterator<Item = u32> {
    let number = |id: &str| id.strip_prefix(list).and_then(|id| id.parse::<u32>().ok()).expect("an id");
    let (first, last) = key.split_once('-').unwrap_or((key, key));
    number(first)..=number(last)
}

#[test]
fn every_attack_has_a_case_or_a_reason() {
    let cases = cases();
    let table = table();
    for (list, count) in [("A", 15), ("B", 14), ("R", 25), ("O", 9), ("T", 12), ("C", 14)] {
        let mut seen = Vec::new();
        for (key, attack) in table["lists"][list].as_object().expect("a list") {
            seen.extend(numbers(list, key));
            let named = attack["cases"].as_array().into_iter().flatten();
            let named: Vec<&str> = named.map(|id| id.as_str().expect("text")).collect();
            assert!(attack["title"].is_string(), "{key}");
            let has_reason = attack["reason"].as_str().is_some_and(|reason| reason.len() > 20);
            assert!(!named.is_empty() || has_reason, "{key}: neither a case nor a reason");
            for id in &named {
                assert!(cases.contains_key(*id), "{key}: there is no case {id}");
            }
            assert!(named.is_empty() || named.iter().any(|id| !cases[*id]), "{key}: nothing is refused");
        }
        seen.sort_unstable();
        assert_eq!(seen, (1..=count).collect::<Vec<_>>(), "{list}: each id once");
    }
}

#[test]
fn no_group_of_cases_is_out_of_the_table() {
    let table = table().to_string();
    let groups: BTreeSet<String> =
        cases().keys().filter_map(|id| id.split('/').next()).map(str::to_owned).collect();
    // What a caller asks, and policies of devices alone, are no attacks on evidence.
    let others = ["policy", "composite:mode", "composite:tpm"];
    // Tokens have a table of their own.
    let is_asked = |group: &&String| !others.contains(&group.as_str()) && !group.starts_with("token:");
    for group in groups.iter().filter(is_asked) {
        assert!(table.contains(&format!("\"{group}/")), "{group}");
    }
}
