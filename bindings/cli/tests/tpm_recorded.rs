//! Evidence of a software TPM through the program: its exit code and answer are those of the facade.

mod support;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value, json};
use support::{text, veriquote};
use veriquote::crypto::RustCrypto;
use veriquote_facade::verify_tpm_json;
use veriquote_forge::hex;

const NONCE: &str = "6174746573742d766563746f72732d6e6f6e63652d30303031";

fn vectors() -> Option<PathBuf> {
    veriquote_recorded::recorded("tpm/swtpm")
}

fn parsed(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).expect("a file")).expect("JSON")
}

/// Files and words of one verification.
struct Call {
    quote: PathBuf,
    signature: PathBuf,
    ak: PathBuf,
    pcrs: PathBuf,
    nonce: String,
    logs: Option<(PathBuf, PathBuf)>,
    sha1: bool,
}

impl Call {
    /// Exit code and answer of the program, after a look at what the facade says of the same bytes.
    fn run(&self, name: &str) -> (i32, Value) {
        let read = |path: &Path| hex(&std::fs::read(path).expect("a file"));
        let mut request = json!({
            "quote": read(&self.quote), "signature": read(&self.signature), "ak": read(&self.ak),
            "options": { "at": 0, "allow_sha1": self.sha1 },
        });
        let mut arguments = vec!["verify", "tpm", "--json", "--at", "0"];
        if self.nonce.is_empty() {
            arguments.push("--danger-no-nonce");
            request["options"]["danger_no_nonce"] = json!(true);
        } else {
            arguments.extend(["--nonce", &self.nonce]);
            request["options"]["nonce"] = json!(self.nonce);
        }
        let files = [("--quote", &self.quote), ("--signature", &self.signature), ("--ak", &self.ak)];
        files.iter().for_each(|(flag, path)| arguments.extend([flag, text(path)]));
        if self.pcrs.is_file() {
            arguments.extend(["--pcrs", text(&self.pcrs)]);
            request["pcrs"] = match self.pcrs.extension().is_some_and(|end| end == "json") {
                true => parsed(&self.pcrs),
                false => json!(read(&self.pcrs)),
            };
        }
        if let Some((log, list)) = &self.logs {
            arguments.extend(["--event-log", text(log), "--ima-log", text(list)]);
            arguments.extend(["--quirk", "variable_boot_whole"]);
            request["event_log"] = json!(read(log));
            request["ima_log"] = json!(read(list));
            request["options"]["quirks"] = json!(["variable_boot_whole"]);
        }
        if self.sha1 {
            arguments.push("--allow-sha1");
        }
        let run = veriquote(arguments);
        let answer: Value =
            serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{name}: {error}"));
        let facade = verify_tpm_json(Arc::new(RustCrypto), &request.to_string());
        let facade: Value = serde_json::from_str(&facade).expect("JSON");
        for member in ["verified", "accepted", "claims", "appraisal", "checks", "not_checked"] {
            assert_eq!(answer[member], facade[member], "{name}: {member}");
        }
        assert_eq!(answer["error"]["code"], facade["error"]["code"], "{name}");
        (run.code, answer)
    }
}

#[test]
fn every_quote_log_and_list_of_the_software_tpm() {
    let Some(folder) = vectors() else { return };
    // The machine's list has a violation and a boot aggregate of SHA-256's bank; some quotes are of SHA-1's alone,
    // and one was made without a challenge.
    const KNOWN: [&str; 5] =
        ["ima.violations", "ima.boot_aggregate", "ima.sha1_only", "boot.sha1_bank", "tpm.fresh"];
    let (mut accepted, mut rejected, mut refused) = (0, 0, 0);
    for profile in [folder.clone(), folder.join("profile-locality3"), folder.join("profile-ima-legacy-pad")] {
        for entry in parsed(&profile.join("manifest.json"))["quotes"].as_array().expect("quotes") {
            let member = |name: &str| entry[name].as_str().expect("text").to_owned();
            let stem = member("file").trim_end_matches(".msg").to_owned();
            let quote = |end: &str| profile.join(format!("quotes/{stem}.{end}"));
            let selection = std::fs::read_to_string(quote("sel")).unwrap_or_default();
            let whole = stem.ends_with("bank") && selection.contains("10");
            let call = Call {
                quote: quote("msg"),
                signature: quote("sig"),
                ak: profile.join(format!("ak/{}.pub", member("ak"))),
                pcrs: quote("pcrs"),
                nonce: member("nonce"),
                logs: whole.then(|| {
                    (profile.join("boot/eventlog.bin"), profile.join("boot/ima_runtime_measurements.bin"))
                }),
                sha1: entry["sigHash"] == "0x4",
            };
            let (code, answer) = call.run(&stem);
            match code {
                0 => accepted += 1,
                3 => {
                    assert_eq!(answer["verified"], true, "{stem}");
                    let findings = answer["appraisal"]["findings"].as_array().expect("findings").iter();
                    let broken = findings.filter(|it| it["outcome"] == "violated");
                    for rule in broken.map(|it| it["rule"].as_str().expect("a rule")) {
                        assert!(KNOWN.contains(&rule), "{stem}: {rule}");
                    }
                    rejected += 1;
                }
                1 => {
                    let key = ["tpm.key.weak", "tpm.ak.attributes"].map(Value::from);
                    assert!(key.contains(&answer["error"]["code"]), "{stem}: {}", answer["error"]);
                    refused += 1;
                }
                other => panic!("{stem}: exit {other}: {}", answer["error"]),
            }
        }
    }
    eprintln!("{accepted} accepted, {rejected} rejected by the policy, {refused} refused for their key");
    assert!(accepted + rejected >= 30 && refused >= 3, "{accepted} {rejected} {refused}");
}

#[test]
fn every_negative_quote_of_the_software_tpm() {
    let Some(folder) = vectors() else { return };
    let mut refused = 0;
    for case in parsed(&folder.join("quotes/negative/index.json")).as_array().expect("cases") {
        let name = case["name"].as_str().expect("a name");
        let file = |end: &str| folder.join(format!("quotes/negative/{name}.{end}"));
        if !file("msg").is_file() || name == "nonce-empty-expected" {
            continue;
        }
        let call = Call {
            quote: file("msg"),
            signature: file("sig"),
            ak: folder.join(format!("ak/{}.pub", case["ak"].as_str().expect("a key"))),
            pcrs: folder.join(case["pcrs"].as_str().unwrap_or("boot/expected_pcrs.json")),
            nonce: case["nonce"].as_str().unwrap_or(NONCE).to_owned(),
            logs: None,
            sha1: false,
        };
        let (code, answer) = call.run(name);
        // (r, n - s) is as valid as (r, s).
        let expected = i32::from(case["expect"] == "REJECT");
        assert_eq!(code, expected, "{name}: {}", answer["error"]);
        refused += expected;
    }
    assert!(refused >= 25, "{refused}");
}
