//! `verify dcap`, `inspect` and `collateral show` with forged platforms: exit codes, the shape of the
//! JSON, and every wrong file that a person may pass.

mod support;

use std::path::PathBuf;

use serde_json::Value;
use support::{Folder, Run, text, veriquote, veriquote_with_input};
use veriquote_forge::{Forge, Identity, VerificationReport};

/// A platform's files.
struct Files {
    folder: Folder,
    quote: PathBuf,
    collateral: PathBuf,
    root: PathBuf,
    at: String,
}

impl Files {
    fn of(forge: &Forge) -> Self {
        let forged = forge.build();
        let folder = Folder::new();
        Self {
            quote: folder.file("quote.bin", &forged.quote),
            collateral: folder.file("collateral.json", forged.collateral_json()),
            root: folder.file("root.pem", &forged.root_pem),
            at: forged.now.to_string(),
            folder,
        }
    }

    fn verify(&self, more: &[&str]) -> Run {
        let quote: &[&str] = if more.contains(&"--quote") { &[] } else { &["--quote", text(&self.quote)] };
        let collateral: &[&str] =
            if more.contains(&"--collateral") { &[] } else { &["--collateral", text(&self.collateral)] };
        let base = ["verify", "dcap", "--root", text(&self.root), "--at", &self.at];
        veriquote(base.iter().chain(quote).chain(collateral).chain(more))
    }

    fn verify_json(&self, more: &[&str]) -> (i32, Value) {
        let run = self.verify(&[&["--json"], more].concat());
        let json = serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {run:?}"));
        (run.code, json)
    }

    /// Exit code and error code.
    fn outcome(&self, more: &[&str]) -> (i32, String) {
        let (exit, json) = self.verify_json(more);
        (exit, json["error"]["code"].as_str().unwrap_or_default().to_owned())
    }
}

#[test]
fn every_kind_of_quote_is_accepted() {
    for (name, forge) in Forge::all() {
        let files = Files::of(&forge);
        let (exit, json) = files.verify_json(&[]);
        assert_eq!(exit, 0, "{name}: {}", json["error"]);
        assert_eq!(json["claims"]["tcb"]["status"], "UpToDate", "{name}");
    }
}

#[test]
fn the_two_profiles_and_both_providers_agree_on_a_good_quote() {
    let files = Files::of(&Forge::tdx4());
    for flags in [["--profile", "strict"], ["--profile", "intel"], ["--crypto", "rustcrypto"]] {
        assert_eq!(files.outcome(&flags), (0, String::new()), "{flags:?}");
    }
}

#[test]
fn the_json_has_the_shape_of_the_contract() {
    let files = Files::of(&Forge::tdx4());
    let (exit, json) = files.verify_json(&[]);
    assert_eq!(exit, 0);
    assert_eq!(
        keys(&json),
        ["verified", "accepted", "evidence", "error", "checks", "claims", "appraisal", "not_checked"]
    );
    assert_eq!((&json["verified"], &json["accepted"]), (&Value::Bool(true), &Value::Bool(true)));
    assert_eq!((&json["evidence"], &json["error"]), (&Value::from("dcap"), &Value::Null));
    assert_eq!(keys(&json["claims"]), ["tee", "tcb", "report", "platform", "quote", "collateral"]);
    assert_eq!(
        keys(&json["claims"]["tcb"]),
        ["status", "date", "evaluation_number", "advisories", "parts", "shortfall"]
    );
    assert_eq!(json["claims"]["report"]["mr_td"].as_str().expect("hex").len(), 96);
    assert_eq!(json["appraisal"]["policy"], "strict");
    let checks = json["checks"].as_array().expect("a list");
    assert_eq!(checks[0]["id"], "dcap.quote.layout");
    assert!(checks.iter().all(|check| check["outcome"] != "failed"));
    for check in checks {
        assert!(
            keys(check).starts_with(&["id".to_owned(), "title".to_owned(), "outcome".to_owned()]),
            "{check}"
        );
    }
    let left_open: Vec<&Value> =
        json["not_checked"].as_array().expect("a list").iter().map(|item| &item["what"]).collect();
    assert_eq!(left_open[..2], ["report_data", "platform.identity"]);
}

fn keys(value: &Value) -> Vec<String> {
    value.as_object().expect("an object").keys().cloned().collect()
}

#[test]
fn a_failure_says_what_where_and_what_to_do() {
    let mut forge = Forge::tdx4();
    forge.tcb_info.fmspc = vec![0; 6];
    let (exit, json) = Files::of(&forge).verify_json(&[]);
    assert_eq!(exit, 1);
    assert_eq!(keys(&json["error"]), ["code", "kind", "part", "message", "offset", "help", "facts"]);
    assert_eq!(json["error"]["code"], "dcap.fmspc");
    assert_eq!(json["error"]["kind"], "mismatch");
    assert_eq!(json["error"]["part"], "collateral.tcb_info.fmspc");
    assert_eq!(json["error"]["facts"]["actual"], "000000000000");
    assert_eq!(json["claims"], Value::Null);
    let last = json["checks"].as_array().and_then(|checks| checks.last()).expect("checks");
    assert_eq!((&last["id"], &last["outcome"]), (&Value::from("dcap.fmspc"), &Value::from("failed")));
}

#[test]
fn exit_codes() {
    let good = Files::of(&Forge::sgx3());
    assert_eq!(good.outcome(&[]), (0, String::new()));

    // Not authentic.
    let stale = (good.at.parse::<i64>().expect("a number") + 400 * 86_400).to_string();
    let run = veriquote([
        "verify",
        "dcap",
        "--quote",
        text(&good.quote),
        "--collateral",
        text(&good.collateral),
        "--root",
        text(&good.root),
        "--at",
        &stale,
    ]);
    assert_eq!(run.code, 1, "{run:?}");
    let intel = veriquote([
        "verify",
        "dcap",
        "--quote",
        text(&good.quote),
        "--collateral",
        text(&good.collateral),
        "--at",
        &good.at,
        "--json",
    ]);
    assert_eq!(intel.code, 1);
    assert!(intel.stdout.contains("\"x509.anchor\""), "{intel:?}");

    // Authentic, and rejected by the policy.
    assert_eq!(good.outcome(&["--report-data", &"00".repeat(64)]), (3, "policy.rejected".to_owned()));
    assert_eq!(good.outcome(&["--accept-tcb", "OutOfDate"]), (3, "policy.rejected".to_owned()));

    // Authentic signatures, but a TCB that nobody may trust.
    let mut forge = Forge::sgx3();
    for level in &mut forge.tcb_info.levels {
        level.status = "Revoked".into();
    }
    let (exit, json) = Files::of(&forge).verify_json(&["--crypto-only"]);
    assert_eq!((exit, &json["verified"]), (1, &Value::Bool(false)));
    assert_eq!(json["error"]["code"], "dcap.tcb.revoked");
    assert_eq!(json["claims"]["tcb"]["status"], "Revoked");

    // Wrong usage.
    let none = veriquote([
        "verify",
        "dcap",
        "--quote",
        text(&good.quote),
        "--root",
        text(&good.root),
        "--at",
        &good.at,
        "--json",
    ]);
    assert_eq!(none.code, 2);
    assert!(none.stdout.contains("\"dcap.collateral.missing\""), "{none:?}");
    for wrong in [
        vec!["--report-data", "zz"],
        vec!["--report-data", ""],
        vec!["--accept-tcb", "Fine"],
        vec!["--accept-tcb", "Revoked"],
        vec!["--event-log", "/nonexistent"],
        vec!["--at", "tomorrow"],
        vec!["--profile", "lenient"],
        vec!["--crypto-only", "--accept-tcb", "OutOfDate"],
        vec!["--no-such-flag"],
        vec!["--max-collateral-age", "0"],
    ] {
        assert_eq!(good.verify(&wrong).code, 2, "{wrong:?}");
    }
}

#[test]
fn expectations_are_checked() {
    let forge = Forge::sgx3();
    let files = Files::of(&forge);
    let (_, json) = files.verify_json(&[]);
    let report_data = json["claims"]["report"]["report_data"].as_str().expect("hex").to_owned();
    assert_eq!(files.outcome(&["--report-data", &report_data]).0, 0);
    // A part of it is no expectation: neither a prefix nor something to fill up.
    assert_eq!(files.outcome(&["--report-data", &report_data[..64]]), (2, "misuse.options".to_owned()));
    let (_, json) = files.verify_json(&["--report-data", &report_data]);
    let left_open = json["not_checked"].as_array().expect("a list");
    assert!(left_open.iter().all(|item| item["what"] != "report_data"));
    assert_eq!(files.outcome(&["--max-collateral-age", "1s"]), (1, "dcap.collateral.age".to_owned()));
    assert_eq!(files.outcome(&["--max-collateral-age", "3650d"]).0, 0);
}

#[test]
fn policies_are_read_strictly() {
    let files = Files::of(&Forge::sgx3());
    for (policy, outcome) in [
        (r#"{"tcb":{"accept":["UpToDate"]}}"#, (0, "")),
        (r#"{"crypto_only":true}"#, (0, "")),
        (
            r#"{"sgx":{"mr_enclave":"0000000000000000000000000000000000000000000000000000000000000000"}}"#,
            (3, "policy.rejected"),
        ),
        ("{}", (2, "misuse.policy_empty")),
        (r#"{"tcb":{"acept":["UpToDate"]}}"#, (2, "misuse.policy")),
        (r#"{"tcb":{},"tcb":{}}"#, (2, "json.duplicate_key")),
        ("not JSON", (2, "json.syntax")),
    ] {
        let file = files.folder.file("policy.json", policy);
        let (exit, code) = files.outcome(&["--policy", text(&file)]);
        assert_eq!((exit, code.as_str()), outcome, "{policy}");
    }
}

#[test]
fn crypto_only_is_named() {
    let mut forge = Forge::sgx3();
    forge.tcb_info.levels[0].status = "OutOfDate".into();
    let files = Files::of(&forge);
    assert_eq!(files.outcome(&[]), (3, "policy.rejected".to_owned()));
    assert_eq!(files.outcome(&["--accept-tcb", "OutOfDate,UpToDate"]), (0, String::new()));
    let (exit, json) = files.verify_json(&["--crypto-only"]);
    assert_eq!((exit, &json["appraisal"]["policy"]), (0, &Value::from("crypto_only")));
    let run = files.verify(&["--crypto-only"]);
    assert!(run.stdout.contains("not appraised"), "{run:?}");
}

#[test]
fn files_come_in_any_encoding() {
    let forge = Forge::tdx4();
    let forged = forge.build();
    let files = Files::of(&forge);
    let hex = veriquote::bytes::to_hex(&forged.quote);
    let base64 = base64(&forged.quote);
    for (name, content) in [
        ("hex", hex.clone()),
        ("HEX", hex.to_uppercase() + "\n"),
        ("0x", format!("0x{hex}")),
        ("base64", base64.clone()),
        ("base64url", base64.replace('+', "-").replace('/', "_").trim_end_matches('=').to_owned()),
    ] {
        let file = files.folder.file("quote.txt", &content);
        assert_eq!(files.outcome(&["--quote", text(&file)]), (0, String::new()), "{name}");
    }
    let args = [
        "verify",
        "dcap",
        "--quote",
        "-",
        "--collateral",
        text(&files.collateral),
        "--root",
        text(&files.root),
        "--at",
        &files.at,
    ];
    assert_eq!(veriquote_with_input(args, hex.as_bytes()).code, 0);
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let bits =
            chunk.iter().fold(0u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for digit in 0..4 {
            let shown = digit <= chunk.len();
            text.push(if shown { char::from(DIGITS[(bits >> (18 - 6 * digit) & 63) as usize]) } else { '=' });
        }
    }
    text
}

#[test]
fn wrong_files_say_what_is_wrong() {
    let forge = Forge::tdx4();
    let forged = forge.build();
    let files = Files::of(&forge);
    let quote = |name: &str, content: &[u8]| files.folder.file(name, content);
    let cases: Vec<(&str, PathBuf, i32, &str)> = vec![
        ("truncated", quote("t", &forged.quote[..700]), 1, "input.truncated"),
        ("oversized", quote("o", &[&forged.quote[..], &vec![0; 140_000]].concat()), 1, "limit.size"),
        ("bad hex", quote("h", b"0400020081000000zz"), 1, "input.encoding"),
        ("bad base64", quote("b", b"BAACAIEAAAA*"), 1, "input.encoding"),
        ("version", quote("v", &[9, 0, 2, 0, 0, 0, 0, 0]), 1, "dcap.quote.version"),
        ("collateral as quote", files.collateral.clone(), 1, "input.encoding"),
        ("certificate as quote", files.root.clone(), 1, "input.encoding"),
        ("empty", quote("e", b""), 2, "misuse.options"),
        ("missing", files.folder.join("nothing"), 2, "misuse.options"),
        ("folder", files.folder.path().to_path_buf(), 2, "misuse.options"),
    ];
    for (name, file, exit, code) in cases {
        let (actual, json) = files.verify_json(&["--quote", text(&file)]);
        assert_eq!((actual, json["error"]["code"].as_str()), (exit, Some(code)), "{name}: {}", json["error"]);
        assert_ne!(json["error"]["part"], "", "{name}");
        assert_ne!(json["error"]["help"], "", "{name}");
        let run = files.verify(&["--quote", text(&file)]);
        assert!((run.stdout + &run.stderr).contains("help"), "{name}");
    }
    for (name, content, exit, code) in [
        ("quote as collateral", forged.quote.clone(), 1, "input.encoding"),
        ("no members", b"{}".to_vec(), 2, "dcap.collateral.missing"),
        ("list", b"[]".to_vec(), 2, "misuse.options"),
        ("twice", br#"{"pck_crl":"","pck_crl":""}"#.to_vec(), 1, "json.duplicate_key"),
    ] {
        let file = files.folder.file("c.json", content);
        let (actual, found) = files.outcome(&["--collateral", text(&file)]);
        assert_eq!((actual, found.as_str()), (exit, code), "{name}");
    }
    let (exit, json) = files.verify_json(&["--quote", text(&quote("t", &forged.quote[..700]))]);
    assert_eq!(exit, 1);
    assert!(json["error"]["offset"].is_u64(), "{}", json["error"]);
    assert_eq!(files.outcome(&["--event-log", text(&files.quote)]), (1, "eventlog.layout".to_owned()));
}

#[test]
fn several_collaterals_tell_what_is_coming() {
    let standard = Forge::sgx3();
    let mut early = standard.clone();
    early.tcb_info.evaluation_number += 1;
    early.identity.evaluation_number += 1;
    early.tcb_info.levels[0].status = "OutOfDate".into();
    let files = Files::of(&standard);
    let early = files.folder.file("early.json", early.build().collateral_json());
    let flags = ["--collateral", text(&files.collateral), "--collateral", text(&early)];
    let (exit, json) = files.verify_json(&flags);
    assert_eq!(exit, 0, "the first decides");
    let verdicts: Vec<_> = json["horizons"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|horizon| (horizon["verdict"]["accepted"].clone(), horizon["verdict"]["status"].clone()))
        .collect();
    assert_eq!(verdicts, [(true.into(), "UpToDate".into()), (false.into(), "OutOfDate".into())]);
    let causes: Vec<_> =
        json["forecast"].as_array().expect("a list").iter().map(|change| change["cause"].clone()).collect();
    assert!(causes.contains(&"expiry".into()) && causes.contains(&"recovery".into()), "{causes:?}");
    assert!(files.verify(&flags).stdout.contains("What is coming"));
}

#[test]
fn people_see_every_check_and_no_colour_in_a_pipe() {
    let files = Files::of(&Forge::tdx4());
    let run = files.verify(&[]);
    assert_eq!(run.code, 0);
    for word in ["✓ dcap.quote.signature", "ACCEPTED", "Not checked", "report_data", "mr td"] {
        assert!(run.stdout.contains(word), "{word}: {}", run.stdout);
    }
    assert!(!run.stdout.contains('\u{1b}'));
    assert!(files.verify(&["--color", "always"]).stdout.contains('\u{1b}'));
    assert!(!files.verify(&["--quiet"]).stdout.contains("dcap.quote.signature"));
}

#[test]
fn inspect_knows_every_kind_and_marks_it_unauthenticated() {
    let forge = Forge::tdx4();
    let forged = forge.build();
    let files = Files::of(&forge);
    let collateral: Value = serde_json::from_str(&forged.collateral_json()).expect("JSON");
    let member = |name: &str| collateral[name].as_str().expect("text").as_bytes().to_vec();
    let body =
        format!("{{\"tcbInfo\":{},\"signature\":\"00\"}}", collateral["tcb_info"].as_str().expect("text"));
    for (kind, content) in [
        ("quote", forged.quote.clone()),
        ("quote", veriquote::bytes::to_hex(&forged.quote).into_bytes()),
        ("certificates", member("tcb_info_issuer_chain")),
        ("certificates", forged.root_der.clone()),
        ("crl", member("pck_crl")),
        ("collateral", forged.collateral_json().into_bytes()),
        ("tcb_info", body.into_bytes()),
        ("enclave_identity", member("qe_identity")),
        ("evaluation_numbers", forge.evaluation_numbers_json().into_bytes()),
    ] {
        let file = files.folder.file("any", content);
        let run = veriquote(["inspect", "--json", text(&file)]);
        assert_eq!(run.code, 0, "{kind}: {run:?}");
        let json: Value = serde_json::from_str(&run.stdout).expect("JSON");
        assert_eq!((&json["kind"], &json["authenticated"]), (&Value::from(kind), &Value::Bool(false)));
        let run = veriquote(["inspect", text(&file)]);
        assert!(run.stdout.contains("not authenticated"), "{kind}: {run:?}");
    }
    let file = files.folder.file("any", "hello");
    let run = veriquote(["inspect", text(&file)]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.stderr.contains("input.encoding"), "{run:?}");
    assert_eq!(veriquote(["inspect", "/nonexistent"]).code, 2);
}

#[test]
fn collateral_show_lists_what_goes_stale_and_refuses_other_files() {
    let files = Files::of(&Forge::sgx3());
    let run = veriquote(["collateral", "show", text(&files.collateral)]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains("Goes stale") && run.stdout.contains("qe_identity"), "{run:?}");
    let run = veriquote(["collateral", "show", text(&files.quote)]);
    assert_eq!(run.code, 2, "{run:?}");
}

#[test]
fn a_batch_of_lines() {
    let forge = Forge::sgx3();
    let files = Files::of(&forge);
    let hex = veriquote::bytes::to_hex(&forge.build().quote);
    let mut flipped = hex.clone();
    flipped.replace_range(300..302, if &hex[300..302] == "00" { "01" } else { "00" });
    let lines = [
        format!(r#"{{"id":"good","quote":"{hex}"}}"#),
        format!(r#"{{"id":"flipped","quote":"{flipped}"}}"#),
        String::new(),
        r#"{"id":7,"quote_file":"quote.bin","collateral":"collateral.json"}"#.to_owned(),
        format!(r#"{{"id":"bound","quote":"{hex}","report_data":"{}"}}"#, "0f".repeat(64)),
        format!(r#"{{"id":"late","quote":"{hex}","at":"2040-01-01T00:00:00Z"}}"#),
        r#"{"id":"typo","qoute":"00"}"#.to_owned(),
        r#"{"id":"nothing"}"#.to_owned(),
    ];
    let batch = files.folder.file("batch.jsonl", lines.join("\n"));
    let run = veriquote([
        "verify",
        "dcap",
        "--batch",
        text(&batch),
        "--collateral",
        text(&files.collateral),
        "--root",
        text(&files.root),
        "--at",
        &files.at,
        "--json",
    ]);
    let results: Vec<(String, bool, bool, String)> = run
        .stdout
        .lines()
        .map(|line| {
            let json: Value = serde_json::from_str(line).expect("JSON");
            (
                json["id"].as_str().expect("text").to_owned(),
                json["verified"] == true,
                json["accepted"] == true,
                json["error"]["code"].as_str().unwrap_or_default().to_owned(),
            )
        })
        .collect();
    let expected = [
        ("good", true, true, ""),
        ("flipped", false, false, "dcap.quote.signature"),
        ("7", true, true, ""),
        ("bound", true, false, "policy.rejected"),
        ("late", false, false, "x509.expired"),
        ("line 7", false, false, "misuse.options"),
        ("nothing", false, false, "misuse.options"),
    ];
    assert_eq!(results.len(), expected.len(), "{run:?}");
    for (actual, expected) in results.iter().zip(expected) {
        let (id, verified, accepted, code) = actual;
        if expected.0 == "late" {
            assert!(!verified && !code.is_empty(), "{actual:?}");
            continue;
        }
        assert_eq!((id.as_str(), *verified, *accepted, code.as_str()), expected);
    }
    assert_eq!(run.code, 1);
    assert!(run.stderr.contains("Summary") && run.stderr.contains("quotes"), "{run:?}");
}

#[test]
fn a_batch_of_files_and_folders() {
    let (tdx, sgx) = (Forge::tdx4(), Forge::sgx3());
    let files = Files::of(&tdx);
    let fleet = Folder::new();
    fleet.file("a.bin", tdx.build().quote);
    fleet.file("b.hex", veriquote::bytes::to_hex(&sgx.build().quote));
    fleet.file("c/quote.bin", tdx.build().quote);
    fleet.file("c/collateral.json", tdx.build().collateral_json());
    fleet.file("README.md", "not a quote");
    fleet.file(".hidden", "not a quote");
    let other = files.folder.file("sgx.json", sgx.build().collateral_json());
    let base =
        ["verify", "dcap", "--batch", text(fleet.path()), "--root", text(&files.root), "--at", &files.at];
    let both = ["--collateral", text(&files.collateral), "--collateral", text(&other)];
    let run = veriquote(base.iter().chain(&both));
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(run.stdout.matches("✓ accepted").count(), 3, "{run:?}");
    let run = veriquote(base.iter().chain(&both).chain(&["--accept-tcb", "OutOfDate", "--threads", "3"]));
    assert_eq!(run.code, 3, "{run:?}");
    let run = veriquote(base.iter().chain(&["--collateral", text(&files.collateral)]));
    assert_eq!(run.code, 1, "the SGX quote has no collateral: {run:?}");
    let nothing = Folder::new();
    assert_eq!(veriquote(["verify", "dcap", "--batch", text(nothing.path())]).code, 2);
    assert_eq!(veriquote(["verify", "dcap", "--batch", "/nonexistent"]).code, 2);
}

#[test]
fn completions_and_help() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let run = veriquote(["completions", shell]);
        assert!(run.code == 0 && run.stdout.contains("veriquote"), "{shell}");
    }
    for args in [
        vec!["--help"],
        vec!["inspect", "--help"],
        vec!["verify", "dcap", "--help"],
        vec!["collateral", "show", "--help"],
        vec!["collateral", "fetch", "--help"],
        vec!["completions", "--help"],
    ] {
        let run = veriquote(&args);
        assert!(run.code == 0 && run.stdout.contains("Examples:"), "{args:?}");
    }
    let run = veriquote(["--version"]);
    assert!(run.code == 0 && run.stdout.starts_with("veriquote "), "{run:?}");
}

fn qve_files() -> (Files, VerificationReport) {
    let mut forge = Forge::tdx4();
    forge.qve_identity = Some(Identity::qve());
    let report = VerificationReport::ok(&forge.build_quote());
    (Files::of(&forge), report)
}

#[test]
fn a_qve_report_is_a_claim_beside_the_quote() {
    let (files, report) = qve_files();
    let path = files.folder.file("report.bin", report.report());
    let supplemental =
        files.folder.file("supplemental.hex", veriquote::bytes::to_hex(&report.supplemental_data));
    let date = report.expiration_check_date.to_string();
    let nonce = veriquote::bytes::to_hex(&report.nonce);
    let flags = ["--qve-report", text(&path), "--qve-nonce", &nonce, "--qve-check-date", &date];
    let more = ["--qve-supplemental", text(&supplemental)];
    let with = |rest: &[&str]| files.verify_json(&[&flags[..], &more[..], rest].concat());

    let (exit, json) = with(&["--qve-result", "0"]);
    assert_eq!(exit, 0, "{}", json["error"]);
    let claim = &json["claims"]["qve"];
    assert_eq!(claim["mac_checked"], false);
    assert_eq!(claim["unauthenticated_status"], "UpToDate");
    let checks = json["checks"].as_array().expect("checks");
    let mac = checks.iter().find(|check| check["id"] == "dcap.qve.mac").expect("said");
    assert_eq!(mac["outcome"], "skipped");
    assert_eq!(json["not_checked"][0]["what"], "qve_mac");
    let people = files.verify(&[&flags[..], &more[..], &["--qve-result", "0"]].concat());
    assert!(people.stdout.contains("qve_mac: only an enclave on the platform"), "{people:?}");

    for (rest, exit, code) in [
        (&["--qve-result", "0xA002"][..], 1, "dcap.qve.report_data"),
        (&["--qve-result", "0", "--qve-expiration-status", "1"], 1, "dcap.qve.report_data"),
        (&["--qve-result", "0", "--qve-minimum-svn", "65535"], 1, "dcap.qve.isv_svn"),
    ] {
        let (code_is, json) = with(rest);
        assert_eq!((code_is, json["error"]["code"].as_str()), (exit, Some(code)), "{rest:?}");
    }
    let (exit, json) = files.verify_json(&[
        "--qve-report",
        text(&path),
        "--qve-nonce",
        "00",
        "--qve-check-date",
        &date,
        "--qve-result",
        "0",
    ]);
    assert_eq!((exit, json["error"]["part"].as_str()), (2, Some("--qve-nonce")));
    for missing in [&["--qve-report", text(&path)][..], &["--qve-nonce", &nonce], &["--qve-result", "x"]] {
        assert_eq!(files.verify(missing).code, 2, "{missing:?}");
    }
    let cut = files.folder.file("cut.hex", veriquote::bytes::to_hex(&report.report()[..400]));
    let (exit, json) = files.verify_json(&[
        "--qve-report",
        text(&cut),
        "--qve-nonce",
        &nonce,
        "--qve-check-date",
        &date,
        "--qve-result",
        "0",
    ]);
    assert_eq!((exit, json["error"]["code"].as_str()), (1, Some("input.trailing_data")));
    assert_eq!(json["error"]["part"], "qve_report");
}

#[test]
fn evaluation_numbers_name_what_is_coming() {
    let mut forge = Forge::tdx4();
    let mut known = forge.evaluation_numbers.numbers[0].clone();
    known.number = 21;
    forge.evaluation_numbers.numbers.push(known);
    let files = Files::of(&forge);
    let body = forge.evaluation_numbers_json();
    let path = files.folder.file("numbers.json", &body);
    let (exit, json) = files.verify_json(&["--evaluation-numbers", text(&path)]);
    assert_eq!(exit, 0, "{}", json["error"]);
    let recovery = json["forecast"].as_array().expect("a forecast").last().expect("a change").clone();
    assert_eq!((&recovery["cause"], &recovery["evaluation_number"]), (&"recovery".into(), &21.into()));
    assert_eq!(recovery["announced"], "2025-06-01T00:00:00Z");
    assert!(recovery["tcb_date"].is_string() && recovery.get("verdict").is_none(), "{recovery}");
    let people = files.verify(&["--evaluation-numbers", text(&path)]);
    assert!(people.stdout.contains("evaluation 21 becomes the standard (public since 2025-"), "{people:?}");
    assert!(people.stdout.contains("not known: fetch its collateral (--evaluation)"), "{people:?}");

    for (what, text_of, exit_of, code) in [
        ("changed", body.replacen("21", "22", 1), 1, "dcap.tcb_info.signature"),
        ("cut", body[..40].to_owned(), 1, "json.syntax"),
        ("another", "{}".to_owned(), 2, "dcap.collateral.missing"),
    ] {
        let path = files.folder.file("wrong.json", text_of);
        let (exit, json) = files.verify_json(&["--evaluation-numbers", text(&path)]);
        assert_eq!((exit, json["error"]["code"].as_str()), (exit_of, Some(code)), "{what}");
        assert_ne!(json["error"]["part"], "", "{what}");
        assert!(!json["error"]["help"].as_str().expect("help").is_empty(), "{what}");
    }
}
