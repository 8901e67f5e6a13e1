//! Evidence of a software TPM and of real machines, whole, through the facade as every binding calls it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value, json};
use veriquote::crypto::RustCrypto;
use veriquote_conformance::vectors;
use veriquote_facade::{inspect_json, make_tpm_challenge_json, verify_tpm_json};
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
        let expected = refusal(name.rsplit('/').next().expect("a name"));
        assert_eq!(expected.is_none(), case["expect"] != "REJECT", "{name}");
        assert_eq!(answer["verified"], expected.is_none(), "{name}: {}", answer["error"]);
        if let Some(expected) = expected {
            assert_eq!(answer["error"]["code"], expected, "{name}");
            refused += 1;
        }
    }
    eprintln!("{refused} refused");
    assert!(refused >= 29, "{refused}");
}

/// Why a negative quote of the folder is refused.
fn refusal(name: &str) -> Option<&'static str> {
    Some(match name {
        "sig-bitflip" | "pcrdigest-bitflip" | "software-key" | "cross-key" | "ecdsa-r-zero"
        | "ecdsa-s-zero" | "ecdsa-r-ge-n" => "tpm.quote.signature",
        "nonce-other" | "nonce-prefix" => "tpm.nonce",
        "nonce-empty-expected" => "misuse.options",
        "msg-trailing-byte" | "sig-trailing-byte" => "input.trailing_data",
        "msg-truncated" => "input.truncated",
        "alg-confusion-rsassa-as-rsapss" | "hash-confusion-sha256-as-sha1" | "sig-ecdsa-on-rsa-key" => {
            "tpm.signature.scheme"
        }
        "sig-alg-null" | "sig-alg-hmac" => "tpm.signature.algorithm",
        "magic-wrong" => "tpm.attest.magic",
        "ecdsa-empty-r" => "tpm.signature.layout",
        // (r, n - s) is as valid as (r, s).
        "ecdsa-s-negated" => return None,
        "pcr-values-swapped" | "pcr-values-pcr10-zeroed" => "tpm.pcr.digest",
        "unrestricted-forged" => "tpm.ak.attributes",
        // The same golden value in a register that anybody resets.
        "pcr16-as-pcr4" | "pcr16-23-as-pcr4-8" => "tpm.pcr.digest",
        "split-16-for-4" | "split-16-for-4-and-23-for-8" => "tpm.pcr.selection",
        name if name.starts_with("attest-") => "tpm.attest.type",
        other => panic!("a new case: {other}"),
    })
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
        let is_list = name.starts_with("ima");
        let member = if is_list { "ima_log" } else { "event_log" };
        request[member] = json!(hex(&read(&path)));
        if is_list {
            request["options"]["policy"] = json!({ "ima": { "violations": "allow" } });
        } else {
            request["options"]["quirks"] = json!(["variable_boot_whole"]);
            request["options"]["opaque"] = json!([10]);
        }
        let answer = verify(&request);
        let code = answer["error"]["code"].as_str().unwrap_or_default();
        // What the log contradicts itself in, where its registers are explained.
        let problem = answer["claims"]["boot"]["problems"][0]["code"].as_str().unwrap_or_default();
        let part = answer["error"]["part"].as_str().unwrap_or_default();
        assert_eq!(told_by(&name, code, part, problem), None, "{name}: {}", answer["error"]);
        if name == "ima-appended-not-extended" {
            assert_eq!(answer["claims"]["ima"]["unverified"], 1, "{name}");
        }
        seen += 1;
    }
    eprintln!("{seen} negative logs and lists");
    assert!(seen >= 30, "{seen}");
}

/// What differs from how a negative log or list is told, if anything: by code and part, or by the finding of the
/// policy and what the log contradicts itself in.
fn told_by(name: &str, code: &str, part: &str, problem: &str) -> Option<(&'static str, &'static str)> {
    let expected = match name {
        // Made after the quote as far as anybody can tell (not believed), or of two registers: nothing that is
        // measured differs.
        "ima-appended-not-extended" | "eventlog-events-swapped" => ("", ""),
        "ima-template-data-changed-digest-kept" => ("ima.template_hash", "ima.entry.template_hash"),
        "ima-template-name-len-overflow" => ("ima.layout", "ima.entry.template"),
        "ima-truncated-entry" => ("input.truncated", "ima.entry.data"),
        _ if name.starts_with("ima-") => ("ima.replay", "ima"),
        "eventlog-digest-count-overflow" => ("eventlog.layout", "event_log.event.digests"),
        "eventlog-specid-size-overflow" => ("input.truncated", "event_log.header.data"),
        "eventlog-specid-wrong-digest-size" => ("eventlog.layout", "event_log.header.algorithm"),
        "eventlog-second-startuplocality-late" => ("eventlog.layout", "event_log.event.startup_locality"),
        "eventlog-truncated" => ("input.truncated", "event_log.event.data"),
        _ if name.starts_with("eventlog-pcrindex") => ("eventlog.layout", "event_log.event.index"),
        "eventlog-noaction-masquerade-pcr7" => ("boot.problems", "boot.no_action"),
        "eventlog-cmdline-text-changed-digest-kept"
        | "eventlog-exitboot-data-mismatch"
        | "eventlog-secureboot-data-flipped-digest-kept"
        | "eventlog-variable-namelen-overflow" => ("boot.problems", "boot.event"),
        // Made for another machine's registers: the digests do not give those that were quoted.
        _ => ("boot.registers", ""),
    };
    let actual = if code == "policy.rejected" { (part, problem) } else { (code, part) };
    (actual != expected).then_some(expected)
}

/// The other routes to the keys of the folder: their certificates, their endorsement key.
#[test]
fn keys_of_the_software_tpm_by_every_route() {
    let Some(folder) = vectors("tpm/swtpm") else { return };
    let file = |name: &str| hex(&read(folder.join(name)));
    let pem = |name: &str| String::from_utf8(read(folder.join(name))).expect("PEM");
    let base = |ak: &str| {
        let mut request = request(&folder, &format!("{ak}-sha256bank"), ak, NONCE);
        // While the toy authorities' certificates are in force.
        request["options"]["at"] = json!("2026-12-01T00:00:00Z");
        request
    };
    let route = |request: &Value, what: &str| {
        let answer = verify(request);
        assert_eq!(answer["verified"], true, "{what}: {}", answer["error"]);
        answer["claims"]["ak"]["route"].as_str().expect("a route").to_owned()
    };
    for ak in ["rsassa", "rsapss", "ecdsa-p256", "ecdsa-p384"] {
        let stem = if ak == "ecdsa-p384" { "ecdsa-p384-sha256bank" } else { ak };
        let mut request = base(ak);
        request["options"]["ak_chain"] = json!(pem(&format!("ak/{ak}.cert.pem")));
        request["options"]["roots"] = json!([pem("ca/privacy-ca.pem")]);
        assert_eq!(route(&request, stem), "certificate");
        request["options"]["roots"] = json!([pem("ca/rootca.pem")]);
        assert_eq!(verify(&request)["error"]["code"], "x509.anchor", "{ak}");
    }
    // A credential of tpm2-tools that the TPM opened: what it opened is the answer.
    for ak in ["rsassa", "ecdsa-p256"] {
        let ek = json!({
            "certificate": file("ek/nv-0x1C00002.bin"),
            "intermediates": pem("ca/issuercert.pem"),
            "public": file("ek/ek-rsa2048.pub"),
        });
        let challenge = json!({
            "ek": ek, "ak": file(&format!("ak/{ak}.pub")), "at": "2026-12-01T00:00:00Z",
            "roots": [pem("ca/rootca.pem")], "secret": file("credential/secret.bin"),
            "entropy": "0e".repeat(128),
        });
        let made = make_tpm_challenge_json(Arc::new(RustCrypto), &challenge.to_string());
        let made: Value = serde_json::from_str(&made).expect("JSON");
        assert_eq!(made["ek"]["model"], "swtpm", "{made}");
        let mut request = base(ak);
        request["options"]["roots"] = json!([pem("ca/rootca.pem")]);
        request["ak_evidence"] = json!({ "activated": {
            "ek": ek, "challenge": made["challenge"], "answer": file("credential/secret.bin"),
        } });
        assert_eq!(route(&request, ak), "activated");
        let other = if ak == "rsassa" { "rsapss" } else { "ecdsa-p384" };
        request["ak"] = json!(file(&format!("ak/{other}.pub")));
        assert_eq!(verify(&request)["error"]["code"], "tpm.name", "{ak}");
    }
    // What the TPM certified is a key of another kind, which may not attest: the route ends there.
    let mut request = base("rsassa");
    request["ak"] = json!(file("attest-other/certified-key.pub"));
    request["ak_evidence"] = json!({ "attested": {
        "certification": file("attest-other/attest-certify.msg"),
        "signature": file("attest-other/attest-certify.sig"),
        "signer": file("ak/rsassa.pub"),
        "danger_no_nonce": true,
    } });
    assert_eq!(verify(&request)["error"]["code"], "tpm.ak.attributes");
}

#[test]
fn resets_and_suspensions_of_the_software_tpm() {
    let Some(folder) = vectors("tpm/swtpm") else { return };
    let series =
        ["1-before", "2-after-resume-restartCount", "3-after-reset-resetCount", "4-after-unclean-reset"];
    let quote = |name: &str, previous: Option<&Value>| {
        let file = |end: &str| json!(hex(&read(folder.join(format!("clock/{name}.{end}")))));
        let mut request = json!({
            "quote": file("msg"), "signature": file("sig"),
            "ak": hex(&read(folder.join("clock/ak.pub"))),
            "options": { "at": 0, "nonce": NONCE, "crypto_only": true },
        });
        if let Some(previous) = previous {
            request["options"]["previous"] = previous.clone();
        }
        let answer = verify(&request);
        assert_eq!(answer["verified"], true, "{name}: {}", answer["error"]);
        answer["claims"]["clock"].clone()
    };
    let mut previous: Option<Value> = None;
    for (name, expected) in
        series.iter().zip([json!(null), json!("resumed"), json!("rebooted"), json!("rebooted")])
    {
        let clock = quote(name, previous.as_ref());
        assert_eq!(clock["continuity"], expected, "{name}");
        previous = Some(clock["reading"].clone());
    }
    for name in &series[..3] {
        assert_eq!(quote(name, previous.as_ref())["continuity"], "went_back", "{name}");
    }
}

/// A shielded VM of Google's with Windows: SHA-1 throughout, hidden counters, a log of TPM 1.2's form.
#[test]
fn a_windows_machine() {
    use base64::Engine as _;
    let Some(folder) = vectors("tpm/go-attestation") else { return };
    let dump = parsed(folder.join("attest/testdata/windows_gcp_shielded_vm.json"));
    let bytes = |value: &Value| {
        let text = value.as_str().expect("base64");
        hex(&base64::engine::general_purpose::STANDARD.decode(text).expect("base64"))
    };
    let mut registers = serde_json::Map::new();
    for pcr in dump["Log"]["PCRs"].as_array().expect("registers") {
        registers.insert(pcr["Index"].to_string(), json!(bytes(&pcr["Digest"])));
    }
    let mut request = json!({
        "quote": bytes(&dump["Quote"]["Quote"]),
        "signature": bytes(&dump["Quote"]["Signature"]),
        "ak": bytes(&dump["AK"]["Public"]),
        "pcrs": { "sha1": registers },
        "event_log": bytes(&dump["Log"]["Raw"]),
        "options": { "at": 0, "danger_no_nonce": true },
    });
    assert_eq!(verify(&request)["error"]["code"], "tpm.signature.sha1");
    request["options"]["allow_sha1"] = json!(true);
    let answer = verify(&request);
    assert_eq!(answer["verified"], true, "{}", answer["error"]);
    assert_eq!(answer["claims"]["boot"]["format"], "sha1");
    let registers = answer["claims"]["boot"]["registers"].as_array().expect("registers");
    let known = |it: &Value| it["state"] == "explained" || it["state"] == "unused";
    assert!(registers.len() == 24 && registers.iter().all(known), "{registers:?}");
    let findings = answer["appraisal"]["findings"].as_array().expect("findings").iter();
    let broken: Vec<&Value> =
        findings.filter(|it| it["outcome"] == "violated").map(|it| &it["rule"]).collect();
    assert!(
        broken.contains(&&json!("tpm.fresh")) && broken.contains(&&json!("boot.sha1_bank")),
        "{broken:?}"
    );
}

/// What others recorded is shown as what it is.
#[test]
fn every_log_and_list_is_inspected() {
    let Some(folder) = vectors("tpm") else { return };
    let logs = std::fs::read_to_string(folder.join("computed/eventlog_replay.json")).expect("a file");
    let logs: Value = serde_json::from_str(&logs).expect("JSON");
    let mut seen = 0;
    for name in logs.as_object().expect("logs by name").keys() {
        let path = folder.join(name.trim_start_matches("data/"));
        if !path.is_file() {
            continue;
        }
        let answer: Value = serde_json::from_str(&inspect_json(&read(&path))).expect("JSON");
        assert_eq!(answer["kind"], "event_log", "{name}: {answer}");
        seen += 1;
    }
    eprintln!("{seen} logs");
    assert!(seen >= 40, "{seen}");
}
