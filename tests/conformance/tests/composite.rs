//! Every case of a machine together with its GPUs through the facade, the committed data of it, and the pair that
//! was recorded from a real machine.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};
use veriquote_aws_lc::AwsLc;
use veriquote_conformance::composite::{self, Expected};
use veriquote_conformance::vectors;
use veriquote_facade::verify_composite_json;
use veriquote_forge::tpm::TpmForge;

fn verify(request: &Value) -> Value {
    let text = verify_composite_json(Arc::new(AwsLc), &request.to_string());
    serde_json::from_str(&text).expect("JSON")
}

fn broken(answer: &Value) -> Vec<Value> {
    let findings = answer["appraisal"]["findings"].as_array().into_iter().flatten();
    findings.filter(|it| it["outcome"] == "violated").map(|it| it["rule"].clone()).collect()
}

fn wrong(answer: &Value, expected: &Expected) -> Option<String> {
    let error = &answer["error"];
    match expected {
        Expected::Accepted(_) if answer["accepted"] != true => Some(format!("not accepted: {error}")),
        Expected::Accepted(claims) => claims.iter().find_map(|(pointer, value)| {
            let actual = answer["claims"].pointer(pointer).cloned().unwrap_or_default();
            (actual != *value).then(|| format!("{pointer} is {actual}, not {value}"))
        }),
        Expected::Rejected(rules) => {
            let is = json!([answer["verified"], answer["accepted"], error["code"], broken(answer)]);
            let must = json!([true, false, "policy.rejected", rules]);
            (is != must).then(|| format!("is {is}, not {must}: {error}"))
        }
        Expected::Refused(code, part) => {
            let is = json!([answer["verified"], error["code"], error["part"], answer["claims"]]);
            let must = json!([false, code.as_str(), part, null]);
            (is != must).then(|| format!("is {is}, not {must}: {}", error["facts"]))
        }
    }
}

#[test]
fn every_case_gets_its_answer() {
    let mut failures = Vec::new();
    let mut ids = BTreeSet::new();
    for case in composite::all() {
        assert!(ids.insert(case.id.clone()), "{} twice", case.id);
        if let Some(wrong) = wrong(&verify(&case.request), &case.expected) {
            failures.push(format!("{} ({})\n  {wrong}", case.id, case.note));
        }
    }
    assert!(failures.is_empty(), "{} of {} wrong\n{}", failures.len(), ids.len(), failures.join("\n"));
    assert!(ids.len() > 80, "{}", ids.len());
}

#[test]
fn a_refusal_that_reached_the_evidence_ends_with_its_check() {
    for case in composite::all() {
        let answer = verify(&case.request);
        let checks = answer["checks"].as_array().expect("checks");
        if let Some(last) = checks.last().filter(|_| answer["verified"] != true) {
            assert_eq!(last["outcome"], "failed", "{}: {}", case.id, last["id"]);
        }
    }
}

#[test]
fn a_result_says_aloud_what_it_does_not_prove() {
    let said = |request: &Value, what: &str| {
        let answer = verify(request);
        let open = answer["not_checked"].as_array().expect("a list").clone();
        open.iter().any(|it| it["what"] == what)
    };
    let good = composite::Machine::of("veriquote").request();
    assert!(said(&good, "composite.measured"), "nonce-only");
    assert!(said(&good, "composite.shared_devices"));
    assert!(!said(&good, "composite.fresh"));
    let own_nonce = composite::Machine::of("secretvm").request();
    assert!(said(&own_nonce, "composite.fresh"));
    assert!(!said(&good, "composite.tpm"));
    let mut with_tpm = composite::Machine::of("veriquote");
    with_tpm.tpm = Some(TpmForge { nonce: Vec::new(), ..TpmForge::p256() });
    assert!(said(&with_tpm.request(), "composite.tpm"), "nothing says that it is this machine's");
    let mut unmet = composite::Machine::of("identity-nonce").request();
    unmet["options"]["binding"].as_object_mut().expect("an object").remove("identity");
    assert!(said(&unmet, "composite.identity"));
}

#[test]
fn one_bad_device_does_not_hide_the_others() {
    let case = composite::all().into_iter().find(|case| case.id == "member/one-of-two-bad").expect("a case");
    let answer = verify(&case.request);
    assert_eq!(answer["error"]["facts"]["devices"], json!(["verified", "nvidia.report.signature"]));
}

#[test]
fn the_recorded_machine_and_its_gpu_are_bound() {
    let (Some(gpu), Some(dcap)) = (vectors("nvgpu"), vectors("dcap/real")) else { return };
    let read = |path: &Path| String::from_utf8(fs::read(path).expect("a file")).expect("text");
    // Any collateral of the machine's platform family that is in force then.
    let collateral = fs::read_dir(dcap)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .find(|path| path.to_string_lossy().ends_with("b0c06f000000_eval20_2026-10-08"))
        .expect("collateral of this platform family");
    let request = |quote: &str, identity: Option<&str>| {
        let mut binding = json!({ "mode": "secretvm" });
        if let Some(identity) = identity {
            binding["identity"] = json!(identity);
        }
        let rim = read(&gpu.join("attestation-sdk/testdata/NV_GPU_DRIVER_GH100_550.144.03.xml"));
        json!({
            "evidence": read(&gpu.join("secretvm/gpu_attest.txt")),
            "machine": {
                "quote": read(&gpu.join("secretvm").join(quote)),
                "collateral": read(&collateral.join("collateral.json")),
            },
            "devices": { "rims": [rim] },
            "options": {
                "at": "2026-10-10T00:00:00Z",
                "binding": binding,
                "policy": { "composite": { "fresh": "allow" } },
            },
        })
    };
    let identity = "7e3faaf35ce0d013b087a9126687afe38f483813fea2989d64491a3b15319bae";
    let answer = verify(&request("cpu_quote.txt", Some(identity)));
    assert_eq!(
        (&answer["verified"], broken(&answer)),
        (&json!(true), vec![json!("nvidia.rims")]),
        "{answer}"
    );
    assert_eq!(answer["claims"]["binding"]["identity_checked"], true);
    let driver = &answer["claims"]["devices"]["devices"][0]["comparisons"][0];
    assert_eq!((driver["matched"].as_array().map(Vec::len), &driver["mismatches"]), (Some(21), &json!([])));
    let other = verify(&request("cpu_quote.txt", Some(&"00".repeat(32))));
    assert_eq!(other["error"]["code"], "binding.report_data");
    let other = verify(&request("tdx_cpu_docker_check_quote.txt", None));
    assert_eq!((&other["verified"], &other["error"]["code"]), (&json!(false), &json!("nvidia.nonce")));
}

#[test]
fn the_committed_vectors_are_what_the_catalogue_gives() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../vectors/composite");
    let files = composite::files();
    for (name, text) in &files {
        let there = fs::read_to_string(folder.join(name)).unwrap_or_default();
        assert!(there == *text, "tests/vectors/composite/{name} is stale: run `cargo xtask vectors`");
    }
    assert_eq!(fs::read_dir(folder).expect("the folder").count(), files.len());
}
