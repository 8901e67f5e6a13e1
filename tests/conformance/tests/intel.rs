//! The `intel` profile gives the verdict of Intel's own library on every real and synthetic vector.

use std::collections::BTreeSet;

use serde_json::Value;
use veriquote::dcap::{Profile, QvlStatus, TcbStatus};
use veriquote_conformance::corpus::{self, Vector};
use veriquote_conformance::run::{Input, authenticate};

/// What is compared: the first status that is not OK, statuses at launch and now, advisories, dates.
#[derive(Debug, PartialEq, Eq)]
struct Verdict {
    status: String,
    launch: String,
    current: String,
    advisories: BTreeSet<String>,
    current_advisories: BTreeSet<String>,
    date: String,
    current_date: String,
    issued: [String; 2],
    next_update: String,
    evaluation: String,
}

fn intels(vector: &Vector) -> Verdict {
    let qvl = &vector.expected["intel_qvl"];
    let text = |name: &str| qvl[name].as_str().unwrap_or_default().to_owned();
    let steps = ["pckChain", "tcbInfo", "qeIdentity", "quoteEx"];
    let status = steps.into_iter().map(text).find(|step| step != "0:OK").unwrap_or_else(|| "0:OK".into());
    let list = |name: &str| {
        text(name).split(',').filter(|id| !id.is_empty()).map(str::to_owned).collect::<BTreeSet<_>>()
    };
    Verdict {
        status,
        launch: text("launch"),
        current: text("cur"),
        advisories: list("adv"),
        current_advisories: list("advCur"),
        date: text("tcbDate"),
        current_date: text("tcbDateCur"),
        issued: [text("issueMin"), text("issueMax")],
        next_update: text("nextMin"),
        evaluation: text("evalMin"),
    }
}

fn ours(vector: &Vector) -> Result<Verdict, String> {
    let input = Input {
        quote: &vector.quote,
        collateral: &vector.collateral,
        root: vector.root.as_deref(),
        now: vector.now,
        profile: Profile::Intel,
    };
    let authentic = authenticate(input).map_err(|failure| {
        QvlStatus::of_error(&failure.error).map_or_else(|| failure.to_string(), |status| status.to_string())
    })?;
    let tcb = authentic.tcb();
    let current = tcb.current.as_ref();
    let set = |list: &[std::sync::Arc<str>]| list.iter().map(|id| id.to_string()).collect::<BTreeSet<_>>();
    let summary = authentic.collateral();
    let status = authentic.intel_status().expect("the profile is Intel's");
    if tcb.status == TcbStatus::NotSupported {
        return Err(status.to_string());
    }
    let date = |time: Option<veriquote::UnixTime>| time.map(|time| time.0.to_string()).unwrap_or_default();
    Ok(Verdict {
        status: status.to_string(),
        launch: tcb.status.to_string(),
        current: current.map_or(tcb.status, |evaluation| evaluation.status).to_string(),
        advisories: set(&tcb.advisories),
        current_advisories: set(current.map_or(&tcb.advisories, |evaluation| &evaluation.advisories)),
        date: date(tcb.date),
        current_date: date(current.map_or(tcb.date, |evaluation| evaluation.date)),
        issued: [summary.earliest_issue_date.0.to_string(), summary.latest_issue_date.0.to_string()],
        next_update: summary.earliest_next_update.0.to_string(),
        evaluation: summary.evaluation_number().to_string(),
    })
}

fn agree(folder: &str) {
    let all = corpus::all(folder);
    let mut wrong = Vec::new();
    for vector in &all {
        let theirs = intels(vector);
        match ours(vector) {
            Ok(ours) if ours == theirs => {}
            Err(status) if status == theirs.status => {}
            ours => wrong.push(format!("{}\n  ours   {ours:?}\n  Intel's {theirs:?}", vector.id)),
        }
        if let Some(Value::String(first)) = vector.expected.get("intel_first_failure") {
            assert_eq!(*first, theirs.status, "{}: how the first failure is read", vector.id);
        }
    }
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), all.len(), wrong.join("\n"));
    eprintln!("{folder}: {} vectors", all.len());
}

#[test]
fn real_quotes() {
    agree("dcap/real");
}

#[test]
fn synthetic_quotes() {
    agree("dcap/synthetic");
}
