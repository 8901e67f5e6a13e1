//! `verify nvgpu` and `verify composite` with forged devices: exit codes, files, and what people read.

mod support;

use serde_json::{Value, json};
use support::{Folder, Run, text, veriquote};
use veriquote_forge::nvidia::{NvForge, NvForgedDevice, device_root, rim_root};
use veriquote_forge::{Body, Forge, hex, rfc3339};

struct Files {
    folder: Folder,
    nonce: String,
    at: String,
}

fn files(forge: &NvForge) -> Files {
    let folder = Folder::new();
    let NvForgedDevice { report, chain, .. } = forge.devices[0].build();
    let evidence = json!({ "report": hex(&report), "certificate_chain": chain });
    folder.file("evidence.json", evidence.to_string());
    folder.file("report.bin", report);
    folder.file("chain.pem", chain);
    folder.file("root.pem", device_root().pem());
    folder.file("rim-root.pem", rim_root().pem());
    for (number, rim) in forge.rims.iter().enumerate() {
        folder.file(&format!("rim-{number}.xml"), rim.text());
    }
    Files { folder, nonce: hex(&forge.nonce), at: rfc3339(forge.now) }
}

impl Files {
    fn run(&self, evidence: &str, more: &[&str]) -> Run {
        let path = |name: &str| text(&self.folder.join(name)).to_owned();
        let [evidence, root, rim_root] = [evidence, "root.pem", "rim-root.pem"].map(path);
        let mut arguments = vec!["verify", "nvgpu", "--evidence", &evidence, "--nonce", &self.nonce];
        arguments.extend(["--root", &root, "--rim-root", &rim_root, "--at", &self.at]);
        arguments.extend(more);
        veriquote(arguments)
    }

    fn rims(&self) -> [String; 2] {
        ["rim-0.xml", "rim-1.xml"].map(|name| text(&self.folder.join(name)).to_owned())
    }
}

#[test]
fn a_gpu_with_its_manifests_is_accepted() {
    let files = files(&NvForge::hopper());
    let [driver, vbios] = files.rims();
    let rims = ["--rim", driver.as_str(), "--rim", vbios.as_str()];
    let run = files.run("evidence.json", &[&rims[..], &["--json"]].concat());
    let json: Value = serde_json::from_str(&run.stdout).expect("JSON");
    assert_eq!((run.code, &json["accepted"]), (0, &json!(true)), "{}", json["error"]);
    assert_eq!(json["claims"]["devices"][0]["measurements_match"], true);
    let chain = text(&files.folder.join("chain.pem")).to_owned();
    let run = files.run("report.bin", &[&rims[..], &["--chain", &chain]].concat());
    assert_eq!(run.code, 0, "{}", run.stdout);
    for line in ["GH100 gpu", "driver measurements", "21 of 21 match", "12 of 12 match", "ACCEPTED"] {
        assert!(run.stdout.contains(line), "{line}: {}", run.stdout);
    }
}

#[test]
fn exit_codes_are_those_of_the_contract() {
    let files = files(&NvForge::hopper());
    let [driver, _] = files.rims();
    let rejected = files.run("evidence.json", &["--rim", &driver]);
    assert_eq!(rejected.code, 3);
    assert!(rejected.stdout.contains("NV_GPU_VBIOS_1010_0200_882_96009F0001"), "{}", rejected.stdout);
    assert_eq!(files.run("evidence.json", &["--crypto-only"]).code, 0);
    let report = files.folder.join("report.bin");
    let mut bytes = std::fs::read(&report).expect("a report");
    bytes[100] ^= 1;
    std::fs::write(&report, bytes).expect("a report");
    let chain = text(&files.folder.join("chain.pem")).to_owned();
    assert_eq!(files.run("report.bin", &["--chain", &chain]).code, 1);
    assert_eq!(files.run("evidence.json", &["--rim", "/nonexistent"]).code, 2);
    assert_eq!(files.run("evidence.json", &["--ocsp-nonce", "00"]).code, 2, "a nonce without a response");
    let short = Files { nonce: "00".to_owned(), ..files };
    assert_eq!(short.run("evidence.json", &[]).code, 2);
}

#[test]
fn evidence_and_manifests_are_inspected() {
    let files = files(&NvForge::hopper());
    for (name, said) in [
        ("evidence.json", "GH100 A01 GSP FMC LF"),
        ("report.bin", "measurements"),
        ("rim-0.xml", "550.90.07"),
    ] {
        let run = veriquote(["inspect", text(&files.folder.join(name))]);
        assert_eq!(run.code, 0, "{name}: {}", run.stderr);
        assert!(run.stdout.contains(said) && run.stdout.contains("not authenticated"), "{}", run.stdout);
    }
}

#[test]
fn a_machine_and_its_gpu_are_verified_from_one_request() {
    let devices = files(&NvForge::hopper());
    let mut td = Forge::tdx4();
    let Body::Td(report, _) = &mut td.quote.body else { panic!("a trust domain") };
    let nonce = NvForge::hopper().nonce;
    report.report_data[..32].copy_from_slice(&[0x1d; 32]);
    report.report_data[32..].copy_from_slice(&nonce);
    let mr_td = hex(&report.mr_td);
    let forged = td.build();
    let folder = &devices.folder;
    folder.file("quote.bin", &forged.quote);
    folder.file("collateral.json", forged.collateral_json());
    folder.file("sgx-root.pem", &forged.root_pem);
    let request = |challenge: &str| {
        json!({
            "evidence": "@evidence.json",
            "machine": { "quote": "@quote.bin", "collateral": "@collateral.json", "roots": ["@sgx-root.pem"] },
            "devices": {
                "rims": ["@rim-0.xml", "@rim-1.xml"], "roots": ["@root.pem"], "rim_roots": ["@rim-root.pem"],
            },
            "options": {
                "at": devices.at,
                "binding": { "mode": "identity-nonce", "challenge": challenge, "identity": "1d".repeat(32) },
                "policy": { "tdx": { "mr_td": mr_td } },
            },
        })
    };
    let good = folder.file("request.json", request(&devices.nonce).to_string());
    let run = veriquote(["verify", "composite", "--request", text(&good)]);
    assert_eq!(run.code, 0, "{}", run.stdout);
    for line in ["identity-nonce", "measured: the policy knows", "GH100 gpu", "ACCEPTED"] {
        assert!(run.stdout.contains(line), "{line}: {}", run.stdout);
    }
    let other = folder.file("other.json", request(&"00".repeat(32)).to_string());
    assert_eq!(veriquote(["verify", "composite", "--request", text(&other)]).code, 1);
    let twice = folder.file("twice.json", r#"{"options":{},"options":{}}"#);
    let run = veriquote(["verify", "composite", "--request", text(&twice), "--json"]);
    let json: Value = serde_json::from_str(&run.stdout).expect("JSON");
    assert_eq!((run.code, &json["error"]["code"]), (2, &json!("json.duplicate_key")));
}
