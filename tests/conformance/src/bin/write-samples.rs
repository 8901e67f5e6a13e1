//! Picks the samples of the web page: `write-samples ANSWERS FOLDER`, from what `write-answers` wrote.
//!
//! One file for each, `{"call", "request"}`, and `index.json` with what each comes to. All of them are the
//! forge's; nothing is recorded from a machine.

use std::collections::HashMap;
use std::path::Path;
use std::process::ExitCode;
use std::{env, fs, io};

use serde_json::{Value, json};

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [answers, folder] = arguments.as_slice() else {
        eprintln!("usage: write-samples ANSWERS FOLDER");
        return ExitCode::from(2);
    };
    match write(Path::new(answers), Path::new(folder)) {
        Ok(()) => {
            println!("{} samples in {folder}", SAMPLES.len());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn write(answers: &Path, folder: &Path) -> io::Result<()> {
    let text = fs::read_to_string(answers)?;
    let lines = text.lines().map(serde_json::from_str::<Value>).collect::<Result<Vec<_>, _>>()?;
    let named: HashMap<_, _> =
        lines.iter().map(|line| ((line["call"].as_str(), line["id"].as_str()), line)).collect();
    if folder.is_dir() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder)?;
    let mut index = Vec::new();
    for (call, case, id) in SAMPLES {
        let line = named.get(&(Some(call), Some(case))).ok_or_else(|| unknown(call, case))?;
        let inner = |member: &str| serde_json::from_str::<Value>(line[member].as_str().unwrap_or_default());
        let (request, answer) = (inner("request")?, inner("answer")?);
        index.push(json!({
            "id": id,
            "call": call,
            "expected": verdict(&answer),
            "code": answer["error"]["code"],
        }));
        fs::write(
            folder.join(format!("{id}.json")),
            json!({ "call": call, "request": request }).to_string(),
        )?;
    }
    fs::write(folder.join("index.json"), Value::Array(index).to_string())
}

fn verdict(answer: &Value) -> &'static str {
    match (answer["verified"].as_bool(), answer["accepted"].as_bool()) {
        (Some(true), Some(true)) => "accepted",
        (Some(true), _) => "rejected",
        _ => "refused",
    }
}

fn unknown(call: &str, case: &str) -> io::Error {
    io::Error::new(io::ErrorKind::NotFound, format!("there is no case `{case}` of {call}"))
}

/// Call, case of `tests/vectors`, and the sample's own name, in the order in which the page shows them.
const SAMPLES: [(&str, &str, &str); 25] = [
    ("verify_dcap", "valid/tdx4", "tdx"),
    ("verify_dcap", "event-log/valid", "tdx-event-log"),
    ("verify_dcap", "valid/tdx5-15", "tdx-1-5"),
    ("verify_dcap", "valid/sgx3", "sgx"),
    ("verify_dcap", "tcb/platform-OutOfDate-strict", "tdx-out-of-date"),
    ("verify_dcap", "policy/tdx-debug", "tdx-debug"),
    ("verify_dcap", "signature/mr-td-bit", "tdx-forged"),
    ("verify_dcap", "crl/leaf-revoked", "tdx-revoked"),
    ("verify_dcap", "crl/pck-stale", "tdx-stale"),
    ("verify_dcap", "event-log/event-added", "tdx-log-changed"),
    ("verify_tpm", "valid/p256", "tpm"),
    ("verify_tpm", "valid/unified", "tpm-unified"),
    ("verify_tpm", "logs/secure-boot-off", "tpm-secure-boot-off"),
    ("verify_tpm", "registers/swapped", "tpm-registers"),
    ("verify_tpm", "ima/edited", "tpm-ima"),
    ("verify_nvgpu", "valid/hopper", "gpu"),
    ("verify_nvgpu", "devices/two", "gpus"),
    ("verify_nvgpu", "rim/missing", "gpu-rim-missing"),
    ("verify_nvgpu", "signature/r-zero", "gpu-forged"),
    ("verify_composite", "mode/veriquote", "machine"),
    ("verify_composite", "tpm/bound", "machine-tpm"),
    ("verify_token", "attested/everything", "token"),
    ("verify_token", "bundle/valid", "token-bundle"),
    ("verify_token", "time/expired-now", "token-expired"),
    ("verify_token", "signature/zeros", "token-forged"),
];
