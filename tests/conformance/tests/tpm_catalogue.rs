//! Every case of the catalogue of TPM quotes through the facade, and the committed data of it.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;
use veriquote::crypto::RustCrypto;
use veriquote_conformance::tpm;
use veriquote_facade::verify_tpm_json;

fn verify(request: &Value) -> Value {
    let text = verify_tpm_json(Arc::new(RustCrypto), &request.to_string());
    serde_json::from_str(&text).expect("JSON")
}

#[test]
fn every_case_gets_its_answer() {
    let mut failures = Vec::new();
    let mut ids = BTreeSet::new();
    for case in tpm::all() {
        assert!(ids.insert(case.id.clone()), "{} twice", case.id);
        if let Some(wrong) = case.expected.wrong(&verify(&case.request)) {
            failures.push(format!("{} ({}), {}\n  {wrong}", case.id, case.note, case.location));
        }
    }
    assert!(failures.is_empty(), "{} of {} wrong\n{}", failures.len(), ids.len(), failures.join("\n"));
    assert!(ids.len() > 80, "{}", ids.len());
}

#[test]
fn whatever_is_not_accepted_leaves_its_line_in_the_ledger() {
    let mut wrong = Vec::new();
    for case in tpm::all() {
        let answer = verify(&case.request);
        let checks = answer["checks"].as_array().expect("checks");
        let failed = checks.iter().filter(|check| check["outcome"] == "failed");
        let failed: Vec<&str> = failed.map(|check| check["id"].as_str().expect("an id")).collect();
        if answer["error"]["kind"] == "misuse" {
            assert_eq!(failed, [""; 0], "{}: a mistake of the caller says nothing of the evidence", case.id);
        } else if answer["verified"] == true {
            // What does not hold and is no lie is told; what it means is the policy's to say.
            let told = ["tpm.clock", "ima.boot_aggregate", "eventlog.pcr", "boot.sound"];
            assert!(failed.iter().all(|id| told.contains(id)), "{}: {failed:?}", case.id);
            let findings = answer["appraisal"]["findings"].as_array().into_iter().flatten();
            let broken = findings.filter(|it| it["outcome"] == "violated").map(|it| it["rule"].as_str());
            let broken: Vec<_> = broken.flatten().collect();
            for (rule, id) in [("boot.registers", "eventlog.pcr"), ("boot.problems", "boot.sound")] {
                assert_eq!(broken.contains(&rule), failed.contains(&id), "{}: {failed:?}", case.id);
            }
        } else {
            if failed != [case.rule] {
                wrong.push(format!("{}: {failed:?}, not {}", case.id, case.rule));
                continue;
            }
            let last = checks.last().expect("a line");
            assert_eq!(last["outcome"], "failed", "{}", case.id);
            assert_eq!(last["facts"]["code"], answer["error"]["code"], "{}", case.id);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_committed_vectors_are_what_the_catalogue_gives() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../vectors/tpm");
    let files = tpm::data::files();
    for (name, text) in &files {
        let there = std::fs::read_to_string(folder.join(name)).unwrap_or_default();
        assert!(there == *text, "tests/vectors/tpm/{name} is stale: run `cargo xtask vectors`");
    }
    assert_eq!(std::fs::read_dir(folder).expect("the folder").count(), files.len());
}
