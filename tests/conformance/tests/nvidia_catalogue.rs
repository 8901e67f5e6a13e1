//! Every case of the catalogue of NVIDIA devices through the facade, and the committed data of it.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;
use veriquote_aws_lc::AwsLc;
use veriquote_conformance::nvidia;
use veriquote_facade::verify_nvgpu_json;

fn verify(request: &Value) -> Value {
    let text = verify_nvgpu_json(Arc::new(AwsLc), &request.to_string());
    serde_json::from_str(&text).expect("JSON")
}

#[test]
fn every_case_gets_its_answer() {
    let mut failures = Vec::new();
    let mut ids = BTreeSet::new();
    for case in nvidia::all() {
        assert!(ids.insert(case.id.clone()), "{} twice", case.id);
        if let Some(wrong) = case.expected.wrong(&verify(&case.request)) {
            failures.push(format!("{} ({}), {}\n  {wrong}", case.id, case.note, case.location));
        }
    }
    assert!(failures.is_empty(), "{} of {} wrong\n{}", failures.len(), ids.len(), failures.join("\n"));
    assert!(ids.len() > 250, "{}", ids.len());
}

#[test]
fn a_refusal_that_reached_the_evidence_ends_with_its_check() {
    let mut failures = Vec::new();
    for case in nvidia::all() {
        let answer = verify(&case.request);
        let checks = answer["checks"].as_array().expect("checks");
        if answer["verified"] == true || checks.is_empty() {
            continue;
        }
        let last = &checks[checks.len() - 1];
        if (last["outcome"].as_str(), last["id"].as_str()) != (Some("failed"), Some(case.rule)) {
            failures.push(format!("{}: {} {}", case.id, last["outcome"], last["id"]));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn the_committed_vectors_are_what_the_catalogue_gives() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../vectors/nvidia");
    let files = nvidia::data::files();
    for (name, text) in &files {
        let there = std::fs::read_to_string(folder.join(name)).unwrap_or_default();
        assert!(there == *text, "tests/vectors/nvidia/{name} is stale: run `cargo xtask vectors`");
    }
    assert_eq!(std::fs::read_dir(folder).expect("the folder").count(), files.len());
}
