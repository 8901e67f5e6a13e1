//! Runs `tests/vectors/appraisal` and `tests/vectors/binding` through the facade, as every language does.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use veriquote::crypto::RustCrypto;
use veriquote_facade::{binding_json, show_token_json};

fn cases(folder: &str) -> Vec<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors").join(folder);
    let files = fs::read_dir(folder).expect("a folder").map(|file| file.expect("a file").path());
    files
        .flat_map(|file| {
            let file: Value = serde_json::from_slice(&fs::read(file).expect("a file")).expect("JSON");
            file["cases"].as_array().expect("cases").clone()
        })
        .collect()
}

fn check(cases: &[Value], answer: impl Fn(&Value) -> Value) {
    assert!(!cases.is_empty());
    let mut wrong = Vec::new();
    for case in cases {
        let answer = answer(case);
        if answer != case["expected"] {
            let [id, note, expected] = ["id", "note", "expected"].map(|name| &case[name]);
            wrong.push(format!("{id} {note}\n  must be {expected}\n  is      {answer}"));
        }
    }
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_token_says_what_it_must() {
    check(&cases("appraisal"), |case| {
        let answer: Value =
            serde_json::from_str(&show_token_json(&RustCrypto, &case["request"].to_string())).expect("JSON");
        assert_eq!(answer["authenticated"], false);
        if let Value::Object(error) = &answer["error"] {
            return json!({ "result": "refused", "code": error["code"], "part": error["part"] });
        }
        let token = &answer["unauthenticated"];
        let environments = token["environments"].as_array().expect("a list");
        let of_all = |name: &str| environments.iter().map(|environment| environment[name].clone()).collect();
        let tees: Vec<Value> = of_all("tee");
        let mut said = json!({
            "result": "read", "dialect": token["dialect"], "tees": tees, "debuggable": token["debuggable"],
        });
        let paths = |claims: &Value| -> Vec<Value> {
            claims.as_array().expect("a list").iter().map(|claim| claim["path"].clone()).collect()
        };
        let mut unmapped = paths(&token["unmapped"]);
        environments.iter().for_each(|environment| unmapped.extend(paths(&environment["unmapped"])));
        let objections: Vec<Value> =
            token["objections"].as_array().expect("a list").iter().map(|it| it["code"].clone()).collect();
        let expected = &case["expected"];
        if !expected["unmapped"].is_null() {
            said["unmapped"] = unmapped.into();
        }
        if !objections.is_empty() {
            said["objections"] = objections.into();
        }
        if !token["worst_status"].is_null() {
            said["worst_status"] = token["worst_status"].clone();
        }
        said
    });
}

#[test]
fn every_binding_is_detected() {
    check(&cases("binding"), |case| {
        let answer: Value =
            serde_json::from_str(&binding_json(&RustCrypto, &case["request"].to_string())).expect("JSON");
        if let Value::Object(error) = &answer["error"] {
            return json!({ "result": "refused", "code": error["code"], "part": error["part"] });
        }
        let detections = answer["detections"].as_array().expect("a list");
        let modes: Vec<&Value> = detections.iter().map(|detection| &detection["mode"]).collect();
        let mut said = json!({ "bound": answer["bound"], "modes": modes });
        let mistakes: Vec<&Value> = detections
            .iter()
            .flat_map(|detection| detection["mistakes"].as_array().expect("a list"))
            .collect();
        if !mistakes.is_empty() {
            said["mistakes"] = json!(mistakes);
        }
        if !answer["report_data"].is_null() {
            said["report_data"] = answer["report_data"].clone();
        }
        said
    });
}

#[test]
fn unknown_members_are_refused() {
    for answer in [
        show_token_json(&RustCrypto, r#"{"claims":{},"accept":true}"#),
        show_token_json(&RustCrypto, "{}"),
        binding_json(&RustCrypto, r#"{"data":"00","modus":"none"}"#),
    ] {
        let answer: Value = serde_json::from_str(&answer).expect("JSON");
        assert_eq!(answer["error"]["code"], "misuse.options");
    }
}
