//! Runs `tests/vectors` through the facade, as every language does.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value, json};
use veriquote::bytes::from_hex;
use veriquote::encoding::pem_blocks;
use veriquote::x509::chain::{ChainContext, ChainRules, Revocation, SignatureBudget, verify_chain};
use veriquote::x509::{Certificate, Crl};
use veriquote::{Code, TrustAnchors, crypto::RustCrypto};
use veriquote_aws_lc::AwsLc;
use veriquote_conformance::data::merge;
use veriquote_facade::{
    verify_composite_json, verify_dcap_json, verify_nvgpu_json, verify_token_json, verify_tpm_json,
};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../vectors")
}

fn read(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).expect("a file")).expect("JSON")
}

fn cases(of: &str) -> Vec<Value> {
    let files = fs::read_dir(folder().join(of)).expect("tests/vectors");
    let files = files.map(|file| read(&file.expect("a file").path()));
    files.filter_map(|file| file["cases"].as_array().cloned()).flatten().collect()
}

fn answer(case: &Value, platforms: &Value) -> Value {
    let mut request = platforms[case["base"].as_str().expect("a name")].clone();
    if let Some(edit) = case.get("quote_edit") {
        let number =
            |name: &str| edit[name].as_u64().and_then(|it| usize::try_from(it).ok()).expect("a number");
        let (from, to) = (2 * number("at"), 2 * (number("at") + number("remove")));
        let mut quote = request["quote"].as_str().expect("hex").to_owned();
        quote.replace_range(from..to, edit["insert"].as_str().expect("hex"));
        request["quote"] = quote.into();
    }
    if let Some(patch) = case.get("request") {
        merge(&mut request, patch);
    }
    request["collateral"] = json!([request["collateral"]]);
    let answer: Value =
        serde_json::from_str(&verify_dcap_json(Arc::new(RustCrypto), &request.to_string())).expect("JSON");
    let error = &answer["error"];
    match (answer["accepted"] == true, error["kind"] == "rejected") {
        (true, _) => json!({
            "result": "accepted",
            "status": answer["claims"]["tcb"]["status"],
            "advisories": answer["claims"]["tcb"]["advisories"],
        }),
        (false, true) => {
            let findings = answer["appraisal"]["findings"].as_array().into_iter().flatten();
            let broken =
                findings.filter(|finding| finding["outcome"] == "violated").map(|finding| &finding["rule"]);
            json!({ "result": "rejected", "code": error["code"], "rules": broken.collect::<Vec<_>>() })
        }
        (false, false) => json!({ "result": "refused", "code": error["code"], "part": error["part"] }),
    }
}

#[test]
fn every_case_gets_its_answer() {
    let platforms = read(&folder().join("dcap/platforms.json"))["platforms"].take();
    let mut wrong = Vec::new();
    for case in cases("dcap") {
        let answer = answer(&case, &platforms);
        if answer != case["expected"] {
            let [id, note, expected] = ["id", "note", "expected"].map(|name| &case[name]);
            wrong.push(format!("{id} {note}\n  must be {expected}\n  is      {answer}"));
        }
    }
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
}

fn token_cases() -> Vec<Value> {
    let files = fs::read_dir(folder().join("jwt")).expect("tests/vectors");
    let files = files.map(|file| read(&file.expect("a file").path()));
    files.filter_map(|file| file["token_cases"].as_array().cloned()).flatten().collect()
}

#[test]
fn every_token_case_gets_its_answer() {
    let mut wrong = Vec::new();
    // As data, and those that are too large to be written as data.
    let large = veriquote_conformance::tokens::all().into_iter().map(|case| case.to_json());
    let written = token_cases();
    let ids: BTreeSet<&str> = written.iter().filter_map(|case| case["id"].as_str()).collect();
    let large = large.filter(|case| !ids.contains(case["id"].as_str().unwrap_or_default()));
    for case in written.iter().cloned().chain(large) {
        let request = case["request"].to_string();
        let answers =
            [verify_token_json(Arc::new(RustCrypto), &request), verify_token_json(Arc::new(AwsLc), &request)];
        for answer in answers {
            let answer: Value = serde_json::from_str(&answer).expect("JSON");
            let error = &answer["error"];
            let short = if answer["accepted"] == true {
                json!({ "result": "accepted" })
            } else {
                json!({ "result": "refused", "code": error["code"], "part": error["part"] })
            };
            if short != case["expected"] {
                let [id, note, expected] = ["id", "note", "expected"].map(|name| &case[name]);
                wrong.push(format!("{id} {note}\n  must be {expected}\n  is      {short}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
}

/// What the data of TPM cases ask for, and what comes of it.
fn tpm_answer(case: &Value, machines: &Value) -> Value {
    let mut request = machines[case["base"].as_str().expect("a name")].clone();
    if let Some(patch) = case.get("request") {
        merge(&mut request, patch);
    }
    let answer = verify_tpm_json(Arc::new(RustCrypto), &request.to_string());
    short(&serde_json::from_str(&answer).expect("JSON"), case)
}

/// An answer as cases expect it, with the claims that the case asks for.
fn short(answer: &Value, case: &Value) -> Value {
    if answer["verified"] != true {
        let error = &answer["error"];
        return json!({ "result": "refused", "code": error["code"], "part": error["part"] });
    }
    let asked = case["expected"]["claims"].as_object().into_iter().flatten();
    let claim = |pointer: &String| answer["claims"].pointer(pointer).cloned().unwrap_or_default();
    let claims = asked.map(|(pointer, _)| (pointer.clone(), claim(pointer)));
    let claims: serde_json::Map<_, _> = claims.collect();
    if answer["accepted"] == true {
        return json!({ "result": "accepted", "claims": claims });
    }
    let findings = answer["appraisal"]["findings"].as_array().into_iter().flatten();
    let broken = findings.filter(|it| it["outcome"] == "violated").map(|it| it["rule"].clone());
    json!({ "result": "rejected", "rules": broken.collect::<Vec<_>>(), "claims": claims })
}

/// What the data of cases of NVIDIA devices ask for, and what comes of it.
fn nvidia_answer(case: &Value, machines: &Value) -> Value {
    let mut request = machines[case["base"].as_str().expect("a name")].clone();
    for edit in case["edits"].as_array().into_iter().flatten() {
        let number =
            |name: &str| edit[name].as_u64().and_then(|it| usize::try_from(it).ok()).expect("a number");
        let text = request.pointer_mut(edit["pointer"].as_str().expect("a pointer")).expect("a text");
        let mut changed = text.as_str().expect("a text").to_owned();
        let (from, to) = (number("at"), number("at") + number("remove"));
        changed.replace_range(from..to, edit["insert"].as_str().expect("a text"));
        *text = changed.into();
    }
    if let Some(patch) = case.get("request") {
        merge(&mut request, patch);
    }
    let answer = verify_nvgpu_json(Arc::new(AwsLc), &request.to_string());
    short(&serde_json::from_str(&answer).expect("JSON"), case)
}

#[test]
fn every_nvidia_case_gets_its_answer() {
    let machines = read(&folder().join("nvidia/machines.json"))["machines"].take();
    let cases = cases("nvidia");
    for case in &cases {
        assert_eq!(nvidia_answer(case, &machines), case["expected"], "{} {}", case["id"], case["note"]);
    }
    assert!(cases.len() > 250, "{}", cases.len());
}

#[test]
fn every_composite_case_gets_its_answer() {
    let file = read(&folder().join("composite/machines.json"));
    let cases = cases("composite");
    for case in &cases {
        let mut request = file["first"].clone();
        merge(&mut request, &file["machines"][case["base"].as_str().expect("a name")]);
        if let Some(patch) = case.get("request") {
            merge(&mut request, patch);
        }
        let answer = verify_composite_json(Arc::new(AwsLc), &request.to_string());
        let answer = short(&serde_json::from_str(&answer).expect("JSON"), case);
        assert_eq!(answer, case["expected"], "{} {}", case["id"], case["note"]);
    }
    assert!(cases.len() > 80, "{}", cases.len());
}

#[test]
fn every_tpm_case_gets_its_answer() {
    let machines = read(&folder().join("tpm/machines.json"))["machines"].take();
    let cases = cases("tpm");
    for case in &cases {
        assert_eq!(tpm_answer(case, &machines), case["expected"], "{} {}", case["id"], case["note"]);
    }
    assert!(cases.len() > 80, "{}", cases.len());
}

#[test]
fn every_walk_with_a_budget_gets_its_answer() {
    let walks = walks();
    assert!(walks.len() >= 5);
    for walk in walks {
        assert_eq!(walked(&walk), walk["expected"], "{}", walk["id"]);
    }
}

fn walks() -> Vec<Value> {
    let file = read(&folder().join("dcap/signature-budget.json"));
    file["walks"].as_array().expect("walks").clone()
}

fn walked(walk: &Value) -> Value {
    let text = |name: &str| walk[name].as_str().expect("text");
    let ders = pem_blocks(text("chain").as_bytes(), "CERTIFICATE", 8).expect("PEM");
    let chain: Vec<_> = ders.iter().map(|der| Certificate::parse(der).expect("a certificate")).collect();
    let lists = walk["lists"].as_array().expect("lists");
    let lists: Vec<_> =
        lists.iter().map(|list| from_hex(list.as_str().expect("hex").as_bytes()).expect("hex")).collect();
    let lists: Vec<_> = lists.iter().map(|list| Crl::parse(list).expect("a list")).collect();
    let roots = TrustAnchors::from_certificates(text("root").as_bytes()).expect("a root");
    let now = veriquote::UnixTime::parse_rfc3339_utc(text("at")).expect("a time");
    let signatures = u32::try_from(walk["signatures"].as_u64().expect("a number")).expect("a number");
    let context = ChainContext {
        anchors: &roots,
        provider: &RustCrypto,
        now,
        rules: ChainRules::STRICT,
        crls: &lists,
        revocation: Revocation::WhereGiven,
    };
    match verify_chain(&chain, &context, &mut SignatureBudget::new(signatures)) {
        Ok(_) => json!({ "result": "verified" }),
        Err(error) => json!({ "result": "refused", "code": error.code().as_str() }),
    }
}

#[test]
fn every_code_has_a_case_or_a_reason_for_having_none() {
    let mut cases: Vec<Value> =
        [cases("composite"), cases("dcap"), cases("nvidia"), cases("tpm"), walks(), token_cases()].concat();
    for name in ["appraisal/appraisal.json", "binding/binding.json"] {
        cases.extend(read(&folder().join(name))["cases"].as_array().cloned().unwrap_or_default());
    }
    // What a log contradicts itself in is a finding, told among the claims.
    fn told(case: &Value) -> Option<&str> {
        case["expected"]["claims"].get("/boot/problems/0/code")?.as_str()
    }
    let seen: BTreeSet<&str> =
        cases.iter().flat_map(|case| [case["expected"]["code"].as_str(), told(case)]).flatten().collect();
    let file = read(&folder().join("codes-without-a-case.json"));
    let reasons: BTreeSet<&str> = file.as_object().expect("an object").keys().map(String::as_str).collect();
    for code in Code::ALL.iter().map(|code| code.as_str()) {
        assert!(seen.contains(code) != reasons.contains(code), "{code}: no case and no reason, or both");
    }
    let known: BTreeSet<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
    assert!(reasons.union(&seen).all(|code| known.contains(code)), "a code that there is not");
}
