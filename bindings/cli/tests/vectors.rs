//! Real quotes through the binary, where the folder of vectors is present.

mod support;

use std::path::PathBuf;

use serde_json::Value;
use support::{Folder, text, veriquote};

fn vectors() -> Option<PathBuf> {
    veriquote_recorded::recorded("dcap")
}

#[test]
fn an_event_log_explains_the_registers_of_its_quote_and_of_no_other() {
    let Some(vectors) = vectors() else { return };
    let case = vectors.join("real/54334c81b4__00806f050000_eval17_2025-02-13");
    let log = vectors.join("eventlog/go-tdx-guest/ccel/ccel_data.dat");
    let verify = |log: &str| {
        let run = veriquote([
            "verify",
            "dcap",
            "--quote",
            text(&case.join("quote.bin")),
            "--collateral",
            text(&case.join("collateral.json")),
            "--at",
            "1740714290",
            "--event-log",
            log,
            "--json",
        ]);
        let json: Value = serde_json::from_str(&run.stdout).expect("JSON");
        (run.code, json)
    };
    let (exit, json) = verify(text(&log));
    assert_eq!(exit, 0, "{}", json["error"]);
    let events = json["claims"]["event_log"]["events"].as_array().expect("events");
    assert!(events.iter().any(|event| event["proof"] == "data"
        && event["text"].as_str().is_some_and(|text| text.contains("/syslinux/vmlinuz.A"))));
    let not_checked = json["not_checked"].as_array().expect("a list");
    assert!(not_checked.iter().all(|item| item["what"] != "event_log"));

    // One bit of one digest.
    let mut bytes = std::fs::read(&log).expect("a log");
    bytes[200] ^= 1;
    let folder = Folder::new();
    let (exit, json) = verify(text(&folder.file("log", bytes)));
    assert_eq!(exit, 1);
    assert_eq!(json["error"]["code"], "eventlog.replay");
    assert_eq!((&json["verified"], &json["claims"]), (&Value::Bool(false), &Value::Null));
}

/// Every real quote with its collateral at its time, in one batch: the statuses that Intel's own library
/// gives.
#[test]
fn a_batch_of_every_real_quote_gives_the_statuses_of_intels_library() {
    let Some(vectors) = vectors() else { return };
    let mut names: Vec<_> = std::fs::read_dir(vectors.join("real"))
        .expect("a folder")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"))
        .collect();
    names.sort();
    let read = |name: &str| -> Value {
        let path = vectors.join("real").join(name).join("expected.json");
        serde_json::from_slice(&std::fs::read(path).expect("a file")).expect("JSON")
    };
    let lines: Vec<String> = names
        .iter()
        .map(|name| {
            let folder = vectors.join("real").join(name).canonicalize().expect("a folder");
            serde_json::json!({
                "id": name,
                "quote_file": folder.join("quote.bin"),
                "collateral": folder.join("collateral.json"),
                "at": read(name)["verified_at"],
            })
            .to_string()
        })
        .collect();
    let folder = Folder::new();
    let batch = folder.file("batch.jsonl", lines.join("\n"));
    for profile in ["strict", "intel"] {
        let run =
            veriquote(["verify", "dcap", "--batch", text(&batch), "--json", "--quiet", "--profile", profile]);
        let results: Vec<Value> =
            run.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        assert_eq!(results.len(), names.len());
        for (name, result) in names.iter().zip(results) {
            assert_eq!(result["id"].as_str(), Some(name.as_str()));
            let expected = match read(name)["intel_qvl"]["quoteEx"].as_str().expect("text") {
                "0:OK" => "UpToDate",
                "45:TCB_OUT_OF_DATE" => "OutOfDate",
                "46:TCB_REVOKED" => "Revoked",
                "49:TCB_NOT_SUPPORTED" => "NotSupported",
                "50:TCB_OUT_OF_DATE_CONFIGURATION_NEEDED" => "OutOfDateConfigurationNeeded",
                "82:TCB_SW_HARDENING_NEEDED" => "SWHardeningNeeded",
                "83:TCB_CONFIGURATION_AND_SW_HARDENING_NEEDED" => "ConfigurationAndSWHardeningNeeded",
                other => panic!("{name}: {other}"),
            };
            assert_eq!(result["claims"]["tcb"]["status"], expected, "{profile} {name}: {}", result["error"]);
        }
    }
}
