//! The table of attacks on verifiers of TPM evidence: each has cases or a reason, every case is run, and what
//! comes of it is what the table says.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::Arc;

use serde_json::Value;
use veriquote::crypto::RustCrypto;
use veriquote_conformance::{Expected, catalogue, run, tpm};
use veriquote_facade::verify_tpm_json;

const LISTS: [(&str, char, usize); 3] =
    [("published-bugs", 'B', 37), ("altered-evidence", 'A', 65), ("mistakes", 'M', 39)];

fn table() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../vectors/tpm-attacks.json");
    serde_json::from_slice(&fs::read(path).expect("the table")).expect("JSON")
}

/// What a verifier answers: a code, `rejected` with the rules of the policy, or `accepted`.
fn answer(request: &Value) -> String {
    let answer = verify_tpm_json(Arc::new(RustCrypto), &request.to_string());
    let answer: Value = serde_json::from_str(&answer).expect("JSON");
    if answer["accepted"] == true {
        return "accepted".to_owned();
    }
    if answer["verified"] == true {
        let findings = answer["appraisal"]["findings"].as_array().expect("findings").iter();
        let broken = findings.filter(|it| it["outcome"] == "violated").filter_map(|it| it["rule"].as_str());
        return format!("rejected: {}", broken.collect::<Vec<_>>().join(", "));
    }
    answer["error"]["code"].as_str().expect("a code").to_owned()
}

fn dcap_answer(id: &str) -> Option<String> {
    let case = catalogue::all().into_iter().find(|case| case.id == id)?;
    Some(match run::answer(&case) {
        Expected::Accepted { .. } => "accepted".to_owned(),
        Expected::Rejected { rules } => format!("rejected: {}", rules.join(", ")),
        Expected::Refused { code, .. } => code.as_str().to_owned(),
    })
}

#[test]
fn every_attack_is_carried_out_or_has_a_reason() {
    let cases: BTreeMap<String, Value> = tpm::all().into_iter().map(|it| (it.id, it.request)).collect();
    let table = table();
    assert_eq!(table["lists"].as_object().expect("lists").len(), LISTS.len());
    let (mut answers, mut wrong) = (BTreeMap::new(), Vec::new());
    for (list, letter, count) in LISTS {
        let attacks = table["lists"][list].as_object().expect("a list");
        let ids: Vec<String> = (1..=count).map(|number| format!("{letter}{number:02}")).collect();
        assert!(attacks.keys().eq(&ids), "{list}: each id once");
        for (key, attack) in attacks {
            assert!(attack["title"].is_string(), "{key}");
            let reason = attack["reason"].as_str().is_some_and(|reason| reason.len() > 20);
            let named = attack["cases"].as_object().cloned().unwrap_or_default();
            assert!(!named.is_empty() || reason, "{key}: neither a case nor a reason");
            for (id, expected) in &named {
                let actual = answers.entry(id.clone()).or_insert_with(|| match id.strip_prefix("dcap:") {
                    Some(id) => dcap_answer(id).unwrap_or_else(|| panic!("{key}: there is no case {id}")),
                    None => answer(cases.get(id).unwrap_or_else(|| panic!("{key}: there is no case {id}"))),
                });
                if actual != expected {
                    wrong.push(format!("{key} {id}: is {actual}, not {expected}"));
                }
            }
            let refused = named.values().any(|expected| expected != "accepted");
            assert!(refused || reason, "{key}: nothing is refused, and nobody says why");
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(answers.len() > 140, "{}", answers.len());
}

#[test]
fn no_group_of_attacks_is_out_of_the_table() {
    let table = table().to_string();
    let groups: BTreeSet<String> =
        tpm::all().iter().filter_map(|case| case.id.split('/').next()).map(str::to_owned).collect();
    for group in groups {
        assert!(table.contains(&format!("\"{group}/")), "{group}");
    }
}

#[test]
fn every_published_bug_of_a_case_is_in_the_table() {
    let table = table()["lists"]["published-bugs"].to_string();
    for case in tpm::all() {
        let ids = case.source.unwrap_or_default().split(", ").filter(|id| id.starts_with("CVE-"));
        for id in ids {
            assert!(table.contains(id), "{}: {id}", case.id);
        }
    }
}
