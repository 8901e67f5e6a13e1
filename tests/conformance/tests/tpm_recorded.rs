//! Evidence of a software TPM and of real machines, whole, through the facade as every binding calls it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value, json};
use veriquote::crypto::RustCrypto;
use veriquote_conformance::vectors;
use veriquote_facade::verify_tpm_json;
use veriquote_forge::hex;

const NONCE: &str = "6174746573742d766563746f72732d6e6f6e63652d30303031";

fn read(path: impl AsRef<Path>) -> Vec<u8> {
    let path = path.as_ref();
    std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn parsed(path: impl AsRef<Path>) -> Value {
    serde_json::from_slice(&read(path)).expect("JSON")
}

fn verify(request: &Value) -> Value {
    let answer = verify_tpm_json(Arc::new(RustCrypto), &request.to_string());
    serde_json::from_str(&answer).expect("JSON")
}

fn request(profile: &Path, stem: &str, ak: &str, nonce: &str) -> Value {
    let file = |path: PathBuf| json!(hex(&read(path)));
    let mut request = json!({
        "quote": file(profile.join(format!("quotes/{stem}.msg"))),
        "signature": file(profile.join(format!("quotes/{stem}.sig"))),
        "ak": file(profile.join(format!("ak/{ak}.pub"))),
        "options": { "at": 0 },
    });
    match nonce {
        "" => request["options"]["danger_no_nonce"] = json!(true),
        nonce => request["options"]["nonce"] = json!(nonce),
    }
    request
}

/// Every quote with the log and the list of its machine; what its key or its selection forbids is known.
#[test]
fn quotes_logs_and_lists_of_the_software_tpm() {
    let Some(folder) = vectors("tpm/swtpm") else { return };
    let (mut whole, mut quotes) = (0, 0);
    for profile in [folder.clone(), folder.join("profile-locality3"), folder.join("profile-ima-legacy-pad")] {
        for entry in parsed(profile.join("manifest.json"))["quotes"].as_array().expect("quotes") {
            let stem = entry["file"].as_str().and_then(|it| it.strip_suffix(".msg")).expect("a message");
            let ak = entry["ak"].as_str().expect("a key");
            let mut request = request(&profile, stem, ak, entry["nonce"].as_str().expect("a nonce"));
            let refused = match ak {
                "rsa1024-rsassa" => "tpm.key.weak",
                "unrestricted" | "migratable" => "tpm.ak.attributes",
                _ if entry["sigHash"] == "0x4" => {
                    assert_eq!(verify(&request)["error"]["code"], "tpm.signature.sha1", "{stem}");
                    request["options"]["allow_sha1"] = json!(true);
                    ""
                }
                _ => "",
            };
            if !refused.is_empty() {
                assert_eq!(verify(&request)["error"]["code"], refused, "{stem}");
                continue;
            }
            let answer = verify(&request);
            assert_eq!(answer["verified"], true, "{stem}: {}", answer["error"]);
            request["pcrs"] = json!(hex(&read(profile.join(format!("quotes/{stem}.pcrs")))));
            let answer = verify(&request);
            assert_eq!(answer["verified"], true, "{stem}: {}", answer["error"]);
            quotes += 1;
            let quoted = answer["claims"]["pcrs"].as_object().expect("banks");
            if !quoted.values().all(|bank| bank.get("0").is_some() && bank.get("10").is_some()) {
                continue;
            }
            request["event_log"] = json!(hex(&read(profile.join("boot/eventlog.bin"))));
            request["ima_log"] = json!(hex(&read(profile.join("boot/ima_runtime_measurements.bin"))));
            // Registers that the vectors' machine extends without a log: the debug and application ones.
            request["options"]["opaque"] = json!([16, 23]);
            request["options"]["quirks"] = json!(["variable_boot_whole"]);
            let answer = verify(&request);
            assert_eq!(answer["verified"], true, "{stem}: {}", answer["error"]);
            let ima = &answer["claims"]["ima"];
            assert_eq!(ima["verified"], 11, "{stem}: {ima}");
            assert_eq!(ima["unverified"], 0, "{stem}: {ima}");
            assert_eq!(ima["violations"], 1, "{stem}: {ima}");
            whole += 1;
        }
    }
    eprintln!("{quotes} quotes, {whole} of them with log and list");
    assert!(quotes >= 33 && whole >= 20, "{quotes} {whole}");
}

#[test]
fn every_negative_quote_is_refused() {
    let Some(folder) = vectors("tpm/swtpm") else { return };
    let mut refused = 0;
    for case in parsed(folder.join("quotes/negative/index.json")).as_array().expect("cases") {
        let name = case["name"].as_str().expect("a name");
        let stem = format!("negative/{name}");
        if !folder.join(format!("quotes/{stem}.msg")).is_file() {
            eprintln!("{name}: not in the folder");
            continue;
        }
        let nonce = case["nonce"].as_str().unwrap_or(NONCE);
        let mut request = request(&folder, &stem, case["ak"].as_str().expect("a key"), nonce);
        let is_empty = name == "nonce-empty-expected";
        if is_empty {
            request["options"] = json!({ "at": 0, "nonce": "" });
        }
        let pcrs = case["pcrs"].as_str().unwrap_or("boot/expected_pcrs.json");
        request["pcrs"] = parsed(folder.join(pcrs));
        let answer = verify(&request);
        // (r, n - s) is as valid as (r, s).
        let expected = case["expect"] != "REJECT";
        assert_eq!(answer["verified"], expected, "{name}: {}", answer["error"]);
        refused += usize::from(!expected);
    }
    eprintln!("{refused} refused");
    assert!(refused >= 29, "{refused}");
}

/// Also those whose digests are honest and whose data lie, which the registers alone do not tell.
#[test]
fn every_negative_log_and_list_is_refused() {
    let Some(folder) = vectors("tpm/swtpm") else { return };
    let mut seen = 0;
    for entry in std::fs::read_dir(folder.join("boot/negative")).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let is_sha1 = name.contains("sha1");
        let stem = if is_sha1 { "rsassa-sha1bank" } else { "rsassa-sha256bank" };
        let mut request = request(&folder, stem, "rsassa", NONCE);
        request["pcrs"] = json!(hex(&read(folder.join(format!("quotes/{stem}.pcrs")))));
        request["options"]["quirks"] = json!(["variable_boot_whole"]);
        let is_list = name.starts_with("ima");
        let member = if is_list { "ima_log" } else { "event_log" };
        request[member] = json!(hex(&read(&path)));
        request["options"]["opaque"] = json!([10]);
        let answer = verify(&request);
        let code = answer["error"]["code"].as_str().unwrap_or_default();
        // What the log contradicts itself in, where its registers are explained.
        let problem = answer["claims"]["boot"]["problems"][0]["code"].as_str().unwrap_or_default();
        let part = answer["error"]["part"].as_str().unwrap_or_default();
        match name.as_str() {
            // Made after the quote as far as anybody can tell: not believed.
            "ima-appended-not-extended" => assert_eq!(answer["claims"]["ima"]["unverified"], 1, "{name}"),
            _ if is_list => assert!(code.starts_with("ima.") || code.starts_with("input."), "{name}: {code}"),
            // Events of two registers swapped: nothing that is measured differs.
            "eventlog-events-swapped" => assert!(code.is_empty(), "{name}: {code}"),
            _ if answer["verified"] == true => {
                assert_eq!(code, "policy.rejected", "{name}");
                let unexplained = part == "boot.registers";
                assert!(unexplained || problem.starts_with("boot."), "{name}: {part} {problem}");
            }
            _ => assert!(
                ["eventlog.", "input.", "limit."].iter().any(|start| code.starts_with(start)),
                "{name}: {code}"
            ),
        }
        seen += 1;
    }
    eprintln!("{seen} negative logs and lists");
    assert!(seen >= 30, "{seen}");
}
