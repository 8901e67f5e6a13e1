//! The table of known attacks on tokens: each id has its cases or a reason, and every case that it names is one.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../vectors")
}

fn read(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).expect("a file")).expect("JSON")
}

/// Every case by the name that the table has for it, with its expected result.
fn cases() -> BTreeMap<String, String> {
    let token = veriquote_conformance::tokens::all().into_iter();
    let token = token.map(|case| {
        let accepted = if case.expected.is_none() { "accepted" } else { "refused" };
        (case.id.to_owned(), accepted.to_owned())
    });
    let file = read(&folder().join("appraisal/appraisal.json"));
    let appraisal = file["cases"].as_array().expect("cases").clone().into_iter().map(|case| {
        let text = |value: &Value| value.as_str().expect("text").to_owned();
        (format!("appraisal:{}", text(&case["id"])), text(&case["expected"]["result"]))
    });
    token.chain(appraisal).collect()
}

/// `N08-N15` is eight ids.
fn numbers(key: &str) -> impl Iterator<Item = u32> {
    let number = |id: &str| id.strip_prefix('N').and_then(|id| id.parse::<u32>().ok()).expect("an id");
    let (first, last) = key.split_once('-').unwrap_or((key, key));
    number(first)..=number(last)
}

#[test]
fn every_attack_has_a_case_or_a_reason() {
    let cases = cases();
    let table = read(&folder().join("jwt-attacks.json"));
    for (list, count) in [("jose-attacks", 53), ("service-attacks", 117)] {
        let mut seen = Vec::new();
        for (key, attack) in table["lists"][list].as_object().expect("a list") {
            seen.extend(numbers(key));
            let named: Vec<&str> = match attack.get("cases") {
                Some(named) => {
                    named.as_array().expect("a list").iter().map(|id| id.as_str().expect("text")).collect()
                }
                None => Vec::new(),
            };
            assert!(attack["title"].is_string(), "{list} {key}");
            assert!(
                !named.is_empty() || attack["reason"].as_str().is_some_and(|reason| reason.len() > 20),
                "{list} {key}: neither a case nor a reason"
            );
            for id in &named {
                assert!(cases.contains_key(*id), "{list} {key}: there is no case {id}");
            }
            // Those that are accepted stand beside one that is refused: the boundary, or what is ignored.
            let refused = named.iter().any(|id| cases[*id] == "refused");
            let ignored = named.iter().all(|id| id.ends_with("-ignored"));
            assert!(named.is_empty() || refused || ignored, "{list} {key}: nothing is refused");
        }
        seen.sort_unstable();
        assert_eq!(seen, (1..=count).collect::<Vec<_>>(), "{list}: each id once");
    }
}

/// What is refused for its form, its keys, its times or its names is a known attack, and stands in the table.
#[test]
fn no_refused_case_is_out_of_the_table() {
    let table = read(&folder().join("jwt-attacks.json")).to_string();
    // Cases of what a caller asks, of what a verifier says, and of bundles are no attacks on the form of a token.
    let others = ["appraisal:", "attested/", "bundle/", "call/", "verdict/"];
    let of_form = cases().into_iter().filter(|(id, _)| !others.iter().any(|other| id.starts_with(other)));
    let refused: Vec<String> = of_form.filter(|(_, result)| result == "refused").map(|(id, _)| id).collect();
    assert!(refused.len() > 200, "{}", refused.len());
    let missing: Vec<&String> = refused.iter().filter(|id| !table.contains(&format!("\"{id}\""))).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
