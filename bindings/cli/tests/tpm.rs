//! `verify tpm` and `policy learn` with forged machines: exit codes, files, and what people read.

mod support;

use serde_json::Value;
use support::{Folder, Run, text, veriquote};
use veriquote_forge::hex;
use veriquote_forge::tpm::{RsaKey, TpmForge};

fn files(forge: &TpmForge) -> Folder {
    let folder = Folder::new();
    forge.build().write(folder.path()).expect("files");
    folder
}

fn run(folder: &Folder, command: [&str; 2], forge: &TpmForge, more: &[&str]) -> Run {
    let path = |name: &str| text(&folder.join(name)).to_owned();
    let nonce = hex(&forge.nonce);
    let [quote, signature, pcrs, ak] = ["quote.msg", "quote.sig", "quote.pcrs", "ak.pub"].map(path);
    let mut arguments = vec![command[0], command[1], "--quote", &quote, "--signature", &signature];
    arguments.extend(["--pcrs", &pcrs, "--nonce", &nonce]);
    if !more.contains(&"--ak") {
        arguments.extend(["--ak", &ak]);
    }
    arguments.extend(more);
    veriquote(arguments)
}

fn verify(folder: &Folder, forge: &TpmForge, more: &[&str]) -> (i32, Value) {
    let run = run(folder, ["verify", "tpm"], forge, &[&["--json"], more].concat());
    (run.code, serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {run:?}")))
}

#[test]
fn every_machine_with_its_log_and_list() {
    for (name, forge) in TpmForge::all() {
        let folder = files(&forge);
        let [log, list] = ["eventlog.bin", "ima.bin"].map(|file| text(&folder.join(file)).to_owned());
        let mut more = vec!["--event-log", &log, "--ima-log", &list];
        if name == "sha1" {
            assert_eq!(verify(&folder, &forge, &more).0, 1, "SHA-1 needs leave");
            more.push("--allow-sha1");
        }
        let (code, json) = verify(&folder, &forge, &more);
        assert_eq!(code, 0, "{name}: {}", json["error"]);
        assert_eq!(json["claims"]["boot"]["state"]["secure_boot"]["enabled"], true, "{name}");
    }
}

#[test]
fn exit_codes_are_those_of_the_contract() {
    let forge = TpmForge::rsa();
    let folder = files(&forge);
    let key = folder.file("ak.bare", veriquote_forge::pem("PUBLIC KEY", &RsaKey::First.spki()));
    let (code, json) = verify(&folder, &forge, &["--ak", text(&key)]);
    assert_eq!((code, &json["verified"]), (3, &Value::Bool(true)), "a bare key is authentic and rejected");
    assert_eq!(verify(&folder, &forge, &["--ak", text(&key), "--crypto-only"]).0, 0);
    assert_eq!(verify(&folder, &forge, &["--ak-name", "000b00"]).0, 2);
    assert_eq!(verify(&folder, &forge, &["--policy", "/nonexistent"]).0, 2);
    let other = TpmForge { nonce: vec![1; 8], ..forge.clone() };
    let (code, json) = verify(&folder, &other, &[]);
    assert_eq!((code, &json["error"]["code"]), (1, &Value::from("tpm.nonce")));
}

#[test]
fn a_learned_policy_accepts_its_boot_and_rejects_another() {
    let forge = TpmForge::p256();
    let folder = files(&forge);
    let [log, list] = ["eventlog.bin", "ima.bin"].map(|file| text(&folder.join(file)).to_owned());
    let more = ["--event-log", log.as_str(), "--ima-log", list.as_str()];
    let learned = run(&folder, ["policy", "learn"], &forge, &more);
    assert_eq!(learned.code, 0, "{learned:?}");
    let policy = folder.file("policy.json", learned.stdout);
    let with_policy = [&more[..], &["--policy", text(&policy)]].concat();
    let (code, json) = verify(&folder, &forge, &with_policy);
    assert_eq!(code, 0, "{}", json["error"]);

    let mut other = forge.clone();
    other.ima.entries[1].digest[0] ^= 1;
    let changed = files(&other);
    let [log, list] = ["eventlog.bin", "ima.bin"].map(|file| text(&changed.join(file)).to_owned());
    let more = ["--event-log", &log, "--ima-log", &list, "--policy", text(&policy)];
    let (code, json) = verify(&changed, &other, &more);
    assert_eq!((code, &json["error"]["code"]), (3, &Value::from("policy.rejected")));
}

#[test]
fn a_log_that_does_not_match_is_explained_in_words() {
    let mut forge = TpmForge::p256();
    let folder = files(&forge);
    forge.log.events.pop();
    let log = folder.file("short.bin", forge.log.bytes());
    let forge = TpmForge::p256();
    let more = ["--event-log", text(&log), "--opaque", "10"];
    let (code, json) = verify(&folder, &forge, &more);
    assert_eq!((code, &json["verified"]), (3, &Value::Bool(true)), "the quote is authentic");
    assert_eq!(json["error"]["part"], "boot.registers");
    let (code, told) = verify(&folder, &forge, &[&more[..], &["--crypto-only"]].concat());
    assert_eq!(code, 0, "nobody asked what explains the registers");
    let failed = |json: &Value| -> Vec<Value> {
        let checks = json["checks"].as_array().expect("checks").iter();
        checks.filter(|it| it["outcome"] == "failed").map(|it| it["facts"]["pcr"].clone()).collect()
    };
    assert_eq!(failed(&told), [5], "but the ledger says which one is not");
    assert_eq!(failed(&json), [5]);
    let words = json["error"]["facts"]["explanations"][0].as_str().expect("a sentence");
    assert!(words.starts_with("PCR 5:") && words.contains("Exit Boot Services"), "{words}");
    let shown = run(&folder, ["verify", "tpm"], &forge, &more);
    assert!(shown.stdout.contains("would match"), "{}", shown.stdout);
}

#[test]
fn structures_of_a_tpm_are_shown() {
    let folder = files(&TpmForge::unified());
    for (file, kind) in [
        ("quote.msg", "tpm_attest"),
        ("ak.pub", "tpm_public"),
        ("ima.bin", "ima_list"),
        ("eventlog.bin", "event_log"),
    ] {
        let run = veriquote(["inspect", "--json", text(&folder.join(file))]);
        let json: Value = serde_json::from_str(&run.stdout).expect("JSON");
        assert_eq!(
            (run.code, &json["kind"], &json["authenticated"]),
            (0, &kind.into(), &false.into()),
            "{file}"
        );
    }
}
