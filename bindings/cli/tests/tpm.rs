//! `verify tpm` and `policy learn` with forged machines: exit codes, files, and what people read.

mod support;

use serde_json::Value;
use support::{Folder, Run, text, veriquote};
use veriquote_forge::hex;
use veriquote_forge::tpm::{
    AkKey, Credential, EK_EKU, Ek, HclReport, PcrHash, RsaKey, Scheme, TpmForge, activate, ak_certificate,
    certified,
};
use veriquote_forge::{DAY, Forge, NOW};

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
fn a_machine_is_enrolled_by_its_endorsement_key() {
    let forge = TpmForge::p256();
    let folder = files(&forge);
    let ek = Ek { key: AkKey::Rsa(RsaKey::Second) };
    let certificate = ak_certificate(&ek.key, EK_EKU, &forge.authority, NOW - DAY, NOW + DAY);
    let certificate = folder.file("ek.crt", certificate.der());
    let path = |name: &str| text(&folder.join(name)).to_owned();
    let [ak, root, credential, challenge] = ["ak.pub", "root.pem", "credential", "challenge.json"].map(path);
    let at = veriquote_forge::rfc3339(NOW);
    let endorsement = ["--ek-cert", text(&certificate), "--root", &root, "--at", &at];
    let files = ["--ak", &ak, "--credential", &credential, "--challenge", &challenge];
    let made = veriquote([&["tpm", "challenge", "--json"][..], &endorsement, &files].concat());
    assert_eq!(made.code, 0, "{made:?}");
    let shown: Value = serde_json::from_str(&made.stdout).expect("JSON");
    assert_eq!((&shown["ek"]["certified"], &shown["challenge"]), (&Value::Bool(true), &Value::Null));
    let again = veriquote([&["tpm", "challenge"][..], &endorsement, &files].concat());
    assert!(again.code == 0 && again.stdout.contains("id:56455249"), "{again:?}");

    let sent = Credential::from_file(&std::fs::read(&credential).expect("a file")).expect("two parts");
    let answer = activate(&ek, &forge.public.name(), &sent).expect("the TPM of both keys");
    let kept: Value = serde_json::from_slice(&std::fs::read(&challenge).expect("a file")).expect("JSON");
    assert_eq!(kept["secret"], hex(&answer));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(&challenge).expect("a file").permissions().mode();
        assert_eq!(mode & 0o077, 0, "nobody else reads the secret");
    }
    let wrong = folder.file("wrong", [&answer[1..], &[0]].concat());
    let answer = folder.file("answer", answer);
    let evidence = [&endorsement[..], &["--challenge", &challenge, "--answer"]].concat();
    let (code, json) = verify(&folder, &forge, &[&evidence[..], &[text(&answer)]].concat());
    assert_eq!((code, &json["claims"]["ak"]["route"]), (0, &"activated".into()), "{}", json["error"]);
    let (code, json) = verify(&folder, &forge, &[&evidence[..], &[text(&wrong)]].concat());
    assert_eq!((code, &json["error"]["code"]), (1, &"tpm.credential".into()));
    let (code, json) = verify(&folder, &forge, &endorsement);
    assert_eq!((code, &json["error"]["part"]), (2, &"--challenge".into()), "an endorsement key alone");
}

#[test]
fn a_key_is_trusted_through_another_or_through_hardware() {
    let forge = TpmForge::rsa();
    let folder = files(&forge);
    let signer = TpmForge::p256();
    let attest = certified(forge.public.name(), forge.public.qualified_name(&forge.parent)).bytes();
    let signature = signer.key.sign(Scheme::Ecdsa, PcrHash::Sha256, &attest).bytes();
    let [attest, signature, signer] =
        [("certify.msg", attest), ("certify.sig", signature), ("signer.pub", signer.public.tpm2b())]
            .map(|(name, bytes)| folder.file(name, bytes));
    let evidence = ["--certification", text(&attest), "--certification-signature", text(&signature)];
    let evidence = [&evidence[..], &["--signer", text(&signer)]].concat();
    let (code, json) = verify(&folder, &forge, &evidence);
    assert_eq!((code, &json["error"]["part"]), (2, &"--certification-nonce".into()), "{}", json["error"]);
    let (code, json) =
        verify(&folder, &forge, &[&evidence[..], &["--danger-no-certification-nonce"]].concat());
    assert_eq!((code, &json["claims"]["ak"]["route"]), (0, &"attested".into()), "{}", json["error"]);

    let report = HclReport::of(&forge.key);
    let mut td = Forge::tdx4();
    td.quote.body.td().report_data = report.report_data();
    let td = td.build();
    let [hcl, quote, collateral, root] = [
        ("hcl.bin", report.bytes()),
        ("td.quote", td.quote.clone()),
        ("td.json", td.collateral_json().into_bytes()),
        ("td.pem", td.root_pem.clone().into_bytes()),
    ]
    .map(|(name, bytes)| folder.file(name, bytes));
    let at = veriquote_forge::rfc3339(td.now);
    let evidence = ["--hcl-report", text(&hcl), "--td-quote", text(&quote), "--td-root", text(&root)];
    let evidence = [&evidence[..], &["--td-collateral", text(&collateral), "--at", &at]].concat();
    let (code, json) = verify(&folder, &forge, &evidence);
    assert_eq!((code, &json["claims"]["ak"]["route"]), (0, &"tee_bound".into()), "{}", json["error"]);
    let zeros = "00".repeat(64);
    let other = ["--hcl-report", text(&hcl), "--accepted-report-data", &zeros];
    let (code, json) = verify(&folder, &forge, &other);
    assert_eq!((code, &json["error"]["code"]), (1, &"tpm.hcl.binding".into()));
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
