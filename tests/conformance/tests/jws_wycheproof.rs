//! Wycheproof's JSON Web Signature and JSON Web Key suites, every case.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Value, json};
use veriquote::UnixTime;
use veriquote::crypto::{CryptoProvider, RustCrypto};
use veriquote::jwt::{Algorithms, Expectations, KeySet, verify};
use veriquote_aws_lc::AwsLc;

/// Whether the signature verified. The payloads are no claims, so that a whole verification ends after it.
fn holds(jws: &[u8], keys: &Value, provider: Arc<dyn CryptoProvider>) -> bool {
    holds_with(jws, keys, Algorithms::OfKey, provider)
}

fn holds_with(jws: &[u8], keys: &Value, algorithms: Algorithms, provider: Arc<dyn CryptoProvider>) -> bool {
    let Ok(keys) = KeySet::parse(keys.to_string().as_bytes(), provider) else { return false };
    let expectations = Expectations::signature_only(algorithms);
    let checks = match verify(jws, &keys, &expectations, UnixTime(0)) {
        Ok(token) => token.checks().to_vec(),
        Err(failure) => failure.checks,
    };
    checks.iter().any(|check| check.rule.id == "jwt.signature" && check.outcome.as_str() == "passed")
}

fn exceptions(file: &str) -> BTreeSet<u64> {
    let table: Value = serde_json::from_str(include_str!("jws_exceptions.json")).expect("JSON");
    let groups = table["groups"].as_array().expect("groups");
    groups.iter().filter_map(|group| group[file].as_array()).flatten().filter_map(Value::as_u64).collect()
}

fn run(file: &str, cases: usize) {
    let Some(path) = veriquote_conformance::vectors(&format!("security/wycheproof/{file}.json")) else {
        return;
    };
    let suite: Value = serde_json::from_slice(&std::fs::read(path).expect("a file")).expect("JSON");
    let mut listed = exceptions(file);
    let (mut ran, mut wrong) = (0, Vec::new());
    for group in suite["testGroups"].as_array().expect("groups") {
        let given = group.get("public").unwrap_or(&group["private"]);
        let keys = if given.get("keys").is_some() { given.clone() } else { json!({ "keys": [given] }) };
        for case in group["tests"].as_array().expect("tests") {
            let id = case["tcId"].as_u64().expect("an id");
            let expected = case["result"] == "valid";
            let jws = match &case["jws"] {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            let ours = holds(jws.as_bytes(), &keys, Arc::new(RustCrypto));
            assert_eq!(ours, holds(jws.as_bytes(), &keys, Arc::new(AwsLc)), "{file} {id}: providers differ");
            assert!(expected || !ours, "{file} {id}: accepted, and must not be");
            match (ours == expected, listed.remove(&id)) {
                (true, false) | (false, true) => {}
                (true, true) => wrong.push(format!("{id} is listed as an exception and is none")),
                (false, false) => wrong.push(format!("{id} {}", case["comment"])),
            }
            ran += 1;
        }
    }
    assert!(wrong.is_empty(), "{file}: {wrong:#?}");
    assert!(listed.is_empty(), "{file}: not in the suite: {listed:?}");
    assert_eq!(ran, cases, "{file}");
}

#[test]
fn signatures() {
    run("json_web_signature_test", 401);
}

#[test]
fn keys() {
    run("json_web_key_test", 26);
}

/// RFC 7515, 7520 and 8037, with the numbers of the RFCs.
#[test]
fn cookbook() {
    let Some(path) = veriquote_conformance::vectors("security/jose-cookbook/jws.json") else { return };
    let suite: Value = serde_json::from_slice(&std::fs::read(path).expect("a file")).expect("JSON");
    let mut seen = Vec::new();
    for case in suite.as_array().expect("cases") {
        let title = case["title"].as_str().expect("a title");
        let section = title.split(" - ").next().unwrap_or_default().rsplit('/').next().unwrap_or_default();
        let mut key = case["input"]["key"].clone();
        for secret in ["d", "p", "q", "dp", "dq", "qi"] {
            key.as_object_mut().expect("a key").remove(secret);
        }
        let Some(compact) = case["output"]["compact"].as_str() else { continue };
        let Ok(algorithms) = Algorithms::from_names(case["input"]["alg"].as_str()) else { continue };
        let holds = |jws: &[u8]| holds_with(jws, &key, algorithms.clone(), Arc::new(AwsLc));
        let accepted = holds(compact.as_bytes());
        seen.push((title.to_owned(), section.to_owned(), accepted));
        if accepted {
            for at in 0..compact.len() {
                let mut flipped = compact.as_bytes().to_vec();
                flipped[at] ^= 1;
                assert!(!holds(&flipped), "{title}: byte {at} changed");
            }
        }
    }
    let accepted = seen.iter().filter(|(_, _, accepted)| *accepted).count();
    assert_eq!(accepted, 4, "RSA, RSA-PSS, ECDSA and Ed25519 of the cookbook: {seen:#?}");
}
