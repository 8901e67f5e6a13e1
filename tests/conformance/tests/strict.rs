//! The `strict` profile agrees with Intel's library, but for the cases of `strict_exceptions.json`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;
use veriquote::dcap::{Profile, QvlStatus};
use veriquote_conformance::corpus::{self, Vector};
use veriquote_conformance::run::{Input, authenticate};

/// Statuses after which Intel's library has a TCB to speak of.
const AUTHENTIC: [&str; 10] = ["0", "45", "46", "47", "48", "49", "82", "83", "87", "88"];

fn intels(vector: &Vector) -> String {
    let qvl = &vector.expected["intel_qvl"];
    let steps = ["pckChain", "tcbInfo", "qeIdentity", "quoteEx"];
    let first = steps.iter().filter_map(|step| qvl[*step].as_str()).find(|status| *status != "0:OK");
    first.unwrap_or("0:OK").to_owned()
}

fn ours(vector: &Vector) -> String {
    let input = Input {
        quote: &vector.quote,
        collateral: &vector.collateral,
        root: vector.root.as_deref(),
        now: vector.now,
        profile: Profile::Strict,
    };
    match authenticate(input) {
        Ok(authentic) => QvlStatus::of_tcb(authentic.tcb().status).to_string(),
        Err(failure) => failure.error.code().to_string(),
    }
}

/// Both have the same status of a TCB, or both refuse.
fn same(ours: &str, intels: &str) -> bool {
    let number = intels.split(':').next().unwrap_or_default();
    ours == intels || (!ours.contains(':') && !AUTHENTIC.contains(&number))
}

#[test]
fn agrees_but_for_the_listed_exceptions() {
    let text = include_str!("../strict_exceptions.json");
    let file: Value = serde_json::from_str(text).expect("JSON");
    let mut listed: BTreeMap<&str, &Value> = BTreeMap::new();
    for group in file["groups"].as_array().expect("groups") {
        assert!(group["reason"].as_str().is_some_and(|reason| !reason.is_empty()), "{group}");
        for case in group["cases"].as_array().expect("cases") {
            let id = case["id"].as_str().expect("an id");
            assert!(listed.insert(id, case).is_none(), "{id} is listed twice");
        }
    }
    let all: Vec<Vector> = ["dcap/real", "dcap/synthetic"].into_iter().flat_map(corpus::all).collect();
    if all.is_empty() {
        return;
    }
    let mut wrong = String::new();
    for vector in &all {
        let (ours, intels) = (ours(vector), intels(vector));
        let exception = listed.remove(vector.id.as_str());
        let as_listed = exception.is_some_and(|case| case["ours"] == ours && case["intel"] == intels);
        if same(&ours, &intels) == exception.is_some() || (exception.is_some() && !as_listed) {
            writeln!(wrong, "{} ours {ours} intel {intels} listed {exception:?}", vector.id).unwrap();
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
    assert!(listed.is_empty(), "listed but not there: {:?}", listed.keys());
}
