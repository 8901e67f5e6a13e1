//! `verify token`, `inspect` of tokens and keys, and `binding`: exit codes, the JSON, wrong usage.
//!
//! The tokens are those of `tests/vectors/jwt`, which every language verifies.

mod support;

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use support::{Folder, Run, text, veriquote, veriquote_with_input};

/// A case of the vectors as files.
struct Files {
    folder: Folder,
    token: PathBuf,
    jwks: PathBuf,
    request: Value,
}

impl Files {
    fn of(id: &str) -> Self {
        let group = id.split('/').next().expect("a group");
        let path =
            Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../tests/vectors/jwt/{group}.json"));
        let file: Value = serde_json::from_slice(&std::fs::read(path).expect("a file")).expect("JSON");
        let cases = file["token_cases"].as_array().expect("cases");
        let case = cases.iter().find(|case| case["id"] == id).expect("the case");
        let request = case["request"].clone();
        let folder = Folder::new();
        Self {
            token: match request["token"].as_str() {
                Some(token) => folder.file("token.jwt", format!("{token}\n")),
                None => folder.file("bundle.json", request["bundle"].to_string()),
            },
            jwks: folder.file("jwks.json", request["jwks"].to_string()),
            request,
            folder,
        }
    }

    fn at(&self) -> String {
        self.request["options"]["at"].to_string()
    }

    fn verify(&self, more: &[&str]) -> Run {
        let at = self.at();
        let mut args = vec!["verify", "token", "--token", text(&self.token), "--jwks", text(&self.jwks)];
        if !more.contains(&"--at") {
            args.extend(["--at", &at]);
        }
        veriquote(args.into_iter().chain(more.iter().copied()))
    }

    fn verify_json(&self, more: &[&str]) -> (i32, Value) {
        let run = self.verify(&[&["--json"], more].concat());
        let json = serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {run:?}"));
        (run.code, json)
    }

    /// Exit code, error code and part.
    fn outcome(&self, more: &[&str]) -> (i32, String, String) {
        let (exit, json) = self.verify_json(more);
        let of = |name: &str| json["error"][name].as_str().unwrap_or_default().to_owned();
        (exit, of("code"), of("part"))
    }
}

const EVERYTHING: [&str; 16] = [
    "--alg",
    "ES256",
    "--typ",
    "JWT",
    "--issuer",
    "https://issuer.example",
    "--audience",
    "https://me.example",
    "--subject",
    "tdx:1",
    "--nonce",
    "AAAAAAAAAAAAAAAAAAAAAA",
    "--max-age",
    "60",
    "--max-lifetime",
    "1h",
];

#[test]
fn a_good_token_is_accepted_and_says_what_was_not_checked() {
    let files = Files::of("valid/everything-expected");
    let (exit, json) = files.verify_json(&EVERYTHING);
    assert_eq!(exit, 0, "{}", json["error"]);
    assert_eq!((&json["verified"], &json["accepted"]), (&json!(true), &json!(true)));
    assert_eq!(json["evidence"], "token");
    assert_eq!(json["claims"]["payload"]["sub"], "tdx:1");
    assert_eq!(json["claims"]["key"]["origin"], "set");
    let open: Vec<&Value> =
        json["not_checked"].as_array().expect("a list").iter().map(|it| &it["what"]).collect();
    assert!(open.contains(&&json!("jwt.profile")), "{open:?}");
    assert!(open.contains(&&json!("token.appraisal")), "it attests nothing: {open:?}");
    assert!(!open.contains(&&json!("jwt.nonce")), "{open:?}");

    let (exit, json) = files.verify_json(&[]);
    assert_eq!(exit, 0);
    let open: Vec<&Value> =
        json["not_checked"].as_array().expect("a list").iter().map(|it| &it["what"]).collect();
    for rule in ["jwt.nonce", "jwt.issuer", "jwt.audience", "jwt.subject", "jwt.age"] {
        assert!(open.contains(&&json!(rule)), "{rule}: {open:?}");
    }
}

#[test]
fn for_people_it_says_the_same() {
    let files = Files::of("valid/everything-expected");
    let run = files.verify(&EVERYTHING);
    assert_eq!(run.code, 0, "{run:?}");
    for words in ["ES256", "k1", "your keys", "tdx:1"] {
        assert!(run.stdout.contains(words), "{words}: {}", run.stdout);
    }
    let run = files.verify(&["--issuer", "https://other.example"]);
    assert_eq!(run.code, 1);
    assert!((run.stdout + &run.stderr).contains("jwt.issuer"));
}

#[test]
fn each_expectation_refuses_alone() {
    let files = Files::of("valid/everything-expected");
    for (flags, code) in [
        (&["--issuer", "https://issuer.example/"], "jwt.issuer"),
        (&["--audience", "https://me"], "jwt.audience"),
        (&["--subject", "tdx:2"], "jwt.subject"),
        (&["--nonce", "AAAAAAAAAAAAAAAAAAAAA"], "jwt.nonce"),
        // As one base64url text in 64 begins.
        (&["--nonce", "-AAAAAAAAAAAAAAAAAAAA"], "jwt.nonce"),
        (&["--typ", "eat+jwt"], "jwt.typ"),
        (&["--profile", "https://issuer.example/profile/2"], "jwt.profile"),
        (&["--max-age", "9"], "jwt.age"),
        (&["--max-lifetime", "300"], "jwt.lifetime"),
        (&["--require", "jti"], "jwt.claim.missing"),
        (&["--alg", "RS256"], "jwt.algorithm.refused"),
        (&["--at", "1770001000"], "jwt.expired"),
        (&["--at", "1769999000"], "jwt.not_yet_valid"),
    ] {
        let (exit, actual, _) = files.outcome(flags);
        assert_eq!((exit, actual.as_str()), (1, code), "{flags:?}");
    }
}

#[test]
fn what_is_not_authentic_is_refused() {
    for (id, code) in [
        ("signature/stranger", "jwt.signature"),
        ("signature/other-payload", "jwt.signature"),
        ("header/jwk-of-attacker", "jwt.signature"),
        ("form/two-segments", "jwt.malformed"),
    ] {
        let (exit, json) = Files::of(id).verify_json(&[]);
        assert_eq!((exit, &json["error"]["code"]), (1, &json!(code)), "{id}");
        assert_eq!((&json["verified"], &json["claims"]), (&json!(false), &Value::Null), "{id}");
    }
}

#[test]
fn a_token_comes_by_standard_input() {
    let files = Files::of("valid/everything-expected");
    let at = files.at();
    let args = ["verify", "token", "--token", "-", "--jwks", text(&files.jwks), "--at", &at, "--json"];
    let token = std::fs::read(&files.token).expect("a file");
    let run = veriquote_with_input(args, &token);
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(veriquote_with_input(args, b"").code, 2, "nothing is no token");
    assert_eq!(veriquote_with_input(args, b"nothing").code, 1);
    let run = veriquote_with_input(["inspect", "-", "--json"], &token);
    assert_eq!(run.code, 0, "{run:?}");
}

#[test]
fn wrong_usage_is_told_from_a_bad_token() {
    let files = Files::of("valid/everything-expected");
    let absent = files.folder.join("absent");
    let token = text(&files.token);
    for args in [
        vec!["verify", "token"],
        vec!["verify", "token", "--token", token],
        vec!["verify", "token", "--token", text(&absent), "--jwks", text(&files.jwks)],
        vec!["verify", "token", "--token", token, "--jwks", text(&absent)],
        vec!["verify", "token", "--token", token, "--jwks", text(&files.jwks), "--nonsense"],
    ] {
        let run = veriquote(&args);
        assert_eq!(run.code, 2, "{args:?}: {run:?}");
        assert!(!run.stderr.is_empty() && run.stdout.is_empty(), "{args:?}: {run:?}");
    }
    for (flags, part) in [
        (&["--dialect", "klingon"], "--dialect"),
        (&["--worst-status", "contraindicated"], "--worst-status"),
        (&["--policy-hash", "xyz"], "--policy-hash"),
        (&["--nonce", "short"], "--nonce"),
        (&["--leeway", "301"], "--leeway"),
        (&["--alg", "HS256"], "--alg"),
    ] {
        let outcome = files.outcome(flags);
        assert_eq!((outcome.0, outcome.2.as_str()), (2, part), "{outcome:?}");
    }
    for flags in [
        &["--measurement", "mr_td"][..],
        &["--alg", "none"],
        &["--signer-subject", "who", "--signer-purpose", "1.2.3"],
        &["--nonce", "a", "--nonce-among", "b"],
        &["--dialect", "none", "--tee", "tdx"],
        &["--max-age", "soon"],
    ] {
        assert_eq!(files.verify(flags).code, 2, "{flags:?}");
    }
}

#[test]
fn a_signed_failure_is_authentic_and_rejected() {
    let files = Files::of("verdict/contraindicated");
    let (exit, json) = files.verify_json(&[]);
    assert_eq!((exit, &json["error"]["code"]), (3, &json!("token.failed")));
    assert_eq!((&json["verified"], &json["accepted"]), (&json!(true), &json!(false)));
    assert_eq!(json["claims"]["appraisal"]["environments"][0]["status"], "contraindicated");
    // Not read, and said to be not read.
    let (exit, json) = files.verify_json(&["--dialect", "none"]);
    assert_eq!((exit, &json["claims"]["appraisal"]), (0, &Value::Null));
    assert!(json["not_checked"].to_string().contains("token.appraisal"));
}

#[test]
fn what_is_attested_is_expected_by_flags() {
    let files = Files::of("verdict/affirming");
    let (exit, json) = files.verify_json(&["--worst-status", "affirming", "--submodule", "x"]);
    assert_eq!(exit, 0, "{}", json["error"]);
    assert_eq!(json["claims"]["appraisal"]["dialect"], "ear-dotted");
    assert!(json["checks"].to_string().contains("token.expect.status"));
    assert!(json["not_checked"].to_string().contains("token.expect.tee"));
    for flags in [
        &["--tee", "tdx"][..],
        &["--forbid-debug"],
        &["--submodule", "y"],
        &["--policy-id", "default"],
        &["--measurement", "mr_td=00"],
    ] {
        let (exit, json) = files.verify_json(flags);
        assert_eq!((exit, &json["error"]["code"]), (3, &json!("token.expectation")), "{flags:?}");
        assert_eq!(json["checks"].as_array().expect("a list").last().expect("one")["outcome"], "failed");
    }
    let run = files.verify(&["--tee", "tdx"]);
    assert_eq!(run.code, 3);
    assert!((run.stdout + &run.stderr).contains("token.expectation"));
    // Expected of a token that attests nothing: not met, rather than not checked.
    let nothing = Files::of("valid/everything-expected");
    assert_eq!(nothing.outcome(&["--tee", "tdx"]).1, "token.dialect");
    // Read as another service's.
    assert_eq!(files.verify_json(&["--dialect", "ita-v1"]).0, 3);
    assert_eq!(files.verify_json(&["--dialect", "ear-dotted"]).0, 0);
}

#[test]
fn inspect_shows_tokens_and_keys_and_says_that_nothing_was_verified() {
    let files = Files::of("verdict/contraindicated");
    let run = veriquote(["inspect", text(&files.token), "--json"]);
    let shown: Value = serde_json::from_str(&run.stdout).expect("JSON");
    assert_eq!((run.code, &shown["authenticated"], &shown["kind"]), (0, &json!(false), &json!("token")));
    assert_eq!(shown["header"]["kid"], "k1");
    let appraisal = &shown["unauthenticated_appraisal"];
    assert_eq!(appraisal["objections"][0]["code"], "token.failed");
    let run = veriquote(["inspect", text(&files.token)]);
    assert!(run.stdout.contains("not authenticated"), "{run:?}");

    let run = veriquote(["inspect", text(&files.jwks), "--json"]);
    let shown: Value = serde_json::from_str(&run.stdout).expect("JSON");
    assert_eq!((run.code, &shown["authenticated"], &shown["kind"]), (0, &json!(false), &json!("jwks")));
    assert_eq!(shown["keys"][0]["algorithm"], "ES256");
    assert_eq!(shown["keys"][0]["thumbprint"].as_str().expect("text").len(), 43);
}

#[test]
fn bindings_are_computed_and_detected() {
    let folder = Folder::new();
    let data = folder.file("data.json", r#"{"b":1,"a":2}"#);
    let run = veriquote(["binding", "compute", "--mode", "sha384-jcs-pad64", "--data", text(&data)]);
    assert_eq!(run.code, 0, "{run:?}");
    let report_data = run.stdout.trim().to_owned();
    assert_eq!(report_data.len(), 128);
    assert!(report_data.ends_with(&"0".repeat(32)) && !report_data.starts_with("000000"));

    let detect = |report_data: &str| {
        let run =
            veriquote(["binding", "detect", "--report-data", report_data, "--data", text(&data), "--json"]);
        let json: Value = serde_json::from_str(&run.stdout).expect("JSON");
        (run.code, json)
    };
    let (exit, json) = detect(&report_data);
    assert_eq!((exit, &json["bound"]), (0, &json!(true)));
    assert_eq!(json["detections"][0]["mode"], "sha384-jcs-pad64");
    let (exit, json) = detect(&"ab".repeat(64));
    assert_eq!((exit, &json["bound"], &json["detections"]), (1, &json!(false), &json!([])));
    // The digest of the text as it stands: a known mistake is explained, and is no binding.
    let raw = veriquote(["binding", "compute", "--mode", "sha384-pad64", "--data", text(&data)]);
    let (exit, json) = detect(raw.stdout.trim());
    assert_eq!((exit, &json["detections"][0]["mode"]), (0, &json!("sha384-pad64")));

    let input = veriquote_with_input(["binding", "compute", "--mode", "raw-pad64", "--data", "-"], b"nonce");
    assert_eq!((input.code, input.stdout.trim().len()), (0, 128));
    assert!(input.stdout.starts_with("6e6f6e6365"));
    let long = folder.file("long.bin", [1; 65]);
    for args in [
        vec!["binding", "compute", "--mode", "raw-pad64", "--data", text(&long)],
        vec!["binding", "compute", "--mode", "unheard-of", "--data", text(&data)],
        vec!["binding", "detect", "--report-data", "xyz", "--data", text(&data)],
        vec!["binding", "detect", "--data", text(&data)],
        vec!["binding", "compute", "--mode", "sha512", "--data", text(&data), "--nonce-value", text(&data)],
    ] {
        let run = veriquote(&args);
        assert_eq!(run.code, 2, "{args:?}: {run:?}");
        assert!(run.stdout.is_empty() && !run.stderr.is_empty(), "{args:?}");
    }
}

/// A detached bundle of two GPUs in place of the token.
#[test]
fn a_bundle_is_accepted_whole_or_not_at_all() {
    let files = Files::of("bundle/valid");
    let (exit, json) = files.verify_json(&EVERYTHING);
    assert_eq!(exit, 0, "{}", json["error"]);
    let submodules = json["claims"]["submodules"].as_array().expect("a list");
    let names: Vec<&Value> = submodules.iter().map(|it| &it["name"]).collect();
    assert_eq!(names, ["GPU-0", "GPU-1"]);
    // That of the submodules, which expire before the overall token.
    let ends = [&json["claims"]["valid_until"], &submodules[1]["valid_until"]];
    assert_eq!(ends[0], ends[1]);
    let own = &json["claims"]["appraisal"]["environments"][1]["token"];
    assert_eq!((&own["token_id"], &own["expires_at"]), (&json!("b"), ends[1]));
    let checks = json["checks"].as_array().expect("a list");
    for token in ["overall", "GPU-0", "GPU-1"] {
        let of_token = |check: &&Value| check["id"] == "jwt.signature" && check["facts"]["token"] == token;
        assert_eq!(checks.iter().filter(of_token).count(), 1, "{token}: {checks:?}");
    }
    assert!(checks.iter().any(|check| check["id"] == "token.bundle.submodules"));
    let run = files.verify(&EVERYTHING);
    assert!(run.stdout.contains("GPU-1") && run.stdout.contains("GH100"), "{}", run.stdout);

    for (id, exit, code) in [
        ("bundle/submodule-expired", 1, "jwt.expired"),
        ("bundle/spliced", 1, "token.submodule"),
        ("bundle/submodule-forged", 1, "jwt.signature"),
        ("bundle/submodule-failed", 3, "token.failed"),
    ] {
        let (actual, found, _) = Files::of(id).outcome(&[]);
        assert_eq!((actual, found.as_str()), (exit, code), "{id}");
    }
    let (exit, found, part) = files.outcome(&["--dialect", "none"]);
    assert_eq!((exit, found.as_str(), part.as_str()), (2, "misuse.options", "--dialect"));
}

/// Under a root that certifies others too, flags name the signer.
#[test]
fn the_signers_certificate_is_expected_by_flags() {
    let files = Files::of("chain/token-signer");
    let pem = files.request["options"]["roots"][0].as_str().expect("a root");
    let root = files.folder.file("root.pem", pem);
    let verify = |more: &[&str]| {
        let at = files.at();
        let args =
            ["verify", "token", "--token", text(&files.token), "--root", text(&root), "--at", &at, "--json"];
        let run = veriquote(args.iter().chain(more));
        let json: Value =
            serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {run:?}"));
        (run.code, json)
    };
    let alg = ["--alg", "ES256"];
    let expected = &files.request["options"]["expect"]["certificate"];
    let subject = expected["subject"]["is"].as_str().expect("a subject");
    let line = |json: &Value| {
        let checks = json["checks"].as_array().expect("checks");
        checks.iter().find(|check| check["id"] == "jwt.key.certificate").expect("the line")["outcome"].clone()
    };

    let (exit, json) = verify(&alg);
    assert_eq!((exit, line(&json)), (0, json!("skipped")), "{}", json["error"]);
    let (exit, json) = verify(&["--alg", "ES256", "--signer-subject", subject]);
    assert_eq!((exit, line(&json)), (0, json!("passed")), "{}", json["error"]);
    let refused = |more: &[&str]| {
        let (exit, json) = verify(&[&alg, more].concat());
        (exit, json["error"]["code"].clone(), json["error"]["part"].clone())
    };
    let part = "token.header.x5c.certificate[0].subject";
    let (code, spki) = (json!("jwt.key.certificate"), "00".repeat(32));
    assert_eq!(refused(&["--signer-subject", "another"]), (1, code.clone(), json!(part)));
    let (exit, found, part) = refused(&["--signer-spki-sha256", &spki]);
    assert_eq!(
        (exit, found, part),
        (1, code, json!("token.header.x5c.certificate[0].subject_public_key_info"))
    );
    let short = refused(&["--signer-spki-sha256", "00"]);
    assert_eq!(short, (2, json!("misuse.options"), json!("--signer-spki-sha256")));

    let purpose = Files::of("chain/token-purpose");
    let pem = purpose.request["options"]["roots"][0].as_str().expect("a root");
    let (root, at) = (purpose.folder.file("root.pem", pem), purpose.at());
    let args = [
        "verify",
        "token",
        "--token",
        text(&purpose.token),
        "--root",
        text(&root),
        "--at",
        &at,
        "--alg",
        "ES256",
    ];
    assert_eq!(veriquote(args).code, 1);
    let server = ["--signer-purpose", "1.3.6.1.5.5.7.3.1"];
    assert_eq!(veriquote(args.iter().chain(&server)).code, 0);
}

#[test]
fn inspect_shows_a_bundle_whole_and_says_that_nothing_was_verified() {
    let inspect = |files: &Files| {
        let run = veriquote(["inspect", text(&files.token), "--json"]);
        let shown: Value = serde_json::from_str(&run.stdout).expect("JSON");
        (run.code, shown)
    };
    // One is forged, and both are shown.
    for id in ["bundle/valid", "bundle/submodule-forged"] {
        let (exit, shown) = inspect(&Files::of(id));
        let kind = (exit, &shown["authenticated"], &shown["kind"]);
        assert_eq!(kind, (0, &json!(false), &json!("token_bundle")), "{id}");
        let submodules = shown["submodules"].as_array().expect("a list");
        let names: Vec<&Value> = submodules.iter().map(|it| &it["name"]).collect();
        assert_eq!(names, ["GPU-0", "GPU-1"]);
        assert_eq!(submodules[1]["token"]["payload"]["hwmodel"], "GH100 A01 GSP BROM");
        assert_eq!(shown["overall"]["unauthenticated_appraisal"], Value::Null, "it is read with the others");
        let appraisal = &shown["unauthenticated_appraisal"];
        assert_eq!((&appraisal["dialect"], &appraisal["objections"]), (&json!("nras"), &json!([])));
    }
    let (_, shown) = inspect(&Files::of("bundle/failed"));
    assert_eq!(shown["unauthenticated_appraisal"]["objections"][0]["code"], "token.failed");
    let (_, shown) = inspect(&Files::of("bundle/spliced"));
    assert_eq!(
        (&shown["problem"]["code"], &shown["unauthenticated_appraisal"]),
        (&json!("token.submodule"), &Value::Null)
    );
    let run = veriquote(["inspect", text(&Files::of("bundle/valid").token)]);
    assert!(run.stdout.contains("not authenticated") && run.stdout.contains("GPU-1"), "{run:?}");
    let folder = Folder::new();
    for (bytes, part) in [(&b"[]"[..], "bundle"), (br#"[["JWT","a.b.c"],{}]"#, "bundle.overall.token.header")]
    {
        let run = veriquote(["inspect", text(&folder.file("list", bytes)), "--json"]);
        let shown: Value = serde_json::from_str(&run.stdout).expect("JSON");
        assert_eq!((run.code, &shown["error"]["part"]), (1, &json!(part)), "{run:?}");
    }
}
