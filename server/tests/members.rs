//! Several pieces of evidence in one request: a machine, its devices and its TPM, each with policies of its own.

mod support;

use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use support::{TestServer, base64, base64url, outer, write};
use veriquote_forge::nvidia::{NvForge, device_root, rim_root};
use veriquote_forge::tpm::TpmForge;
use veriquote_forge::{Body, EventLog, Forge, sha256, sha512};

const TOKEN: &str = "an administrator's token of 40 characters";
const DATA: &[u8] = b"a key of the machine";

/// Trusts the forge's roots and has the manifests of a Hopper GPU.
fn server() -> TestServer {
    let forged = Forge::tdx4().build();
    let pem =
        |der: &[u8]| format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", base64(der));
    TestServer::start(|config, folder| {
        config.trust.roots = vec![write(folder, "root.pem", forged.root_pem.as_bytes())];
        config.collateral.import =
            vec![write(folder, "collateral.json", forged.collateral_json().as_bytes())];
        config.trust.nvidia_roots = vec![write(folder, "devices.pem", pem(&device_root().der()).as_bytes())];
        config.trust.rim_roots = vec![write(folder, "rims.pem", pem(&rim_root().der()).as_bytes())];
        let tpm_root = TpmForge::p256().build().root;
        config.trust.tpm_roots = vec![write(folder, "tpm.pem", tpm_root.as_bytes())];
        let rims = folder.join("rims");
        fs::create_dir_all(&rims).expect("a folder");
        let names = ["NV_GPU_DRIVER_GH100_550.90.07", "NV_GPU_VBIOS_1010_0200_882_96009F0001"];
        for (name, rim) in names.into_iter().zip(&NvForge::hopper().rims) {
            write(&rims, &format!("{name}.xml"), rim.text().as_bytes());
        }
        config.collateral.rims = vec![rims];
        let digest = veriquote_forge::hex(&sha256(&[TOKEN.as_bytes()]));
        let named = json!({ "name": "test", "sha256": digest });
        config.admin.tokens = vec![serde_json::from_value(named).expect("a token")];
    })
}

fn put(server: &TestServer, id: &str, policy: &Value) {
    let bearer = format!("Bearer {TOKEN}");
    let headers = [("Authorization", &*bearer), ("If-None-Match", "*"), ("Content-Type", "application/json")];
    let answer = server.request("PUT", &format!("/v2/policies/{id}"), &headers, &policy.to_string());
    assert!(answer.status < 300, "{}", answer.body);
}

/// A machine, its GPU and its TPM.
#[derive(Clone)]
struct Platform {
    td: Forge,
    devices: NvForge,
    tpm: TpmForge,
    log: EventLog,
}

impl Platform {
    fn new() -> Self {
        let mut td = Forge::tdx4();
        td.quote.body.td().rtmrs = EventLog::boot().rtmrs();
        Self { td, devices: NvForge::hopper(), tpm: TpmForge::p256(), log: EventLog::boot() }
    }

    /// What each answers to a challenge, as `docs/composite.md` has it.
    fn answer(mut self, nonce: &[u8; 32], data: &[u8]) -> Self {
        let bound = sha256(&[data]);
        self.devices.nonce = sha256(&[b"veriquote/gpu/v1", nonce, &bound]);
        self.tpm.nonce = sha256(&[b"veriquote/tpm/v1", nonce, &bound]).to_vec();
        let of_devices = self.devices.nonce;
        self.devices.devices.iter_mut().for_each(|device| device.report.nonce = of_devices);
        let mut transcript = Vec::new();
        for (device, forged) in self.devices.devices.iter().zip(self.devices.build()) {
            for part in [forged.report, device.chain[0].der()] {
                transcript.extend(u32::try_from(part.len()).expect("short").to_be_bytes());
                transcript.extend(part);
            }
        }
        self.report_data(sha512(&[b"veriquote/cpu/v1", nonce, &bound, &sha256(&[&transcript])]))
    }

    fn report_data(mut self, report_data: [u8; 64]) -> Self {
        let Body::Td(report, _) = &mut self.td.quote.body else { panic!("a trust domain") };
        report.report_data = report_data;
        self
    }

    fn mr_td(&self) -> String {
        let Body::Td(report, _) = &self.td.quote.body else { panic!("a trust domain") };
        veriquote_forge::hex(&report.mr_td)
    }

    fn pieces(&self) -> Vec<Value> {
        let devices: Vec<Value> = self
            .devices
            .build()
            .iter()
            .map(|device| {
                json!({ "arch": device.architecture, "evidence": base64(&device.report),
                        "certificate": base64(device.chain.as_bytes()) })
            })
            .collect();
        let tpm = self.tpm.build();
        let tpm = json!({ "quote": base64(&tpm.attest), "signature": base64(&tpm.signature),
            "ak": base64(&tpm.public), "ak_chain": tpm.chain, "pcrs": base64(&tpm.pcrs) });
        vec![
            json!({ "name": "machine", "tee": "tdx", "format": "quote",
                    "data": base64url(&self.td.build().quote),
                    "event_log": { "ccel": base64(&self.log.bytes()) } }),
            json!({ "name": "gpus", "tee": "nvgpu", "format": "document", "data": outer(&json!(devices)) }),
            json!({ "name": "boot", "tee": "tpm", "format": "document", "data": outer(&tpm) }),
        ]
    }

    fn request(&self, challenge: &str) -> Value {
        json!({
            "profile": "ear", "aud": "https://rp.example", "challenge": challenge,
            "binding": { "mode": "veriquote", "raw": base64(DATA) }, "evidence": self.pieces(),
        })
    }
}

fn challenge(server: &TestServer, one_time: bool) -> (String, [u8; 32]) {
    let answer = server.post("/v2/challenge", &json!({ "one_time": one_time })).json();
    let nonce = URL_SAFE_NO_PAD.decode(answer["nonce"].as_str().expect("text")).expect("base64url");
    (answer["challenge"].as_str().expect("text").to_owned(), nonce.try_into().expect("32 bytes"))
}

#[test]
fn machine_devices_and_tpm_get_one_token() {
    let server = server();
    let platform = Platform::new();
    put(&server, "images", &json!({ "tdx": { "mr_td": platform.mr_td() } }));
    put(&server, "one-gpu", &json!({ "nvidia": { "gpus": 1 } }));
    let (text, nonce) = challenge(&server, true);
    let mut request = platform.answer(&nonce, DATA).request(&text);
    request["policies"] = json!({ "machine": ["images"], "gpus": ["one-gpu"] });
    let found = server.post("/v2/attestation", &request);
    assert_eq!(found.status, 200, "{}", found.body);
    let claims = server.verified(found.json()["token"].as_str().expect("a token"));
    assert_eq!(claims["eat_nonce"], base64url(&nonce));
    let submods = claims["submods"].as_object().expect("submodules");
    assert_eq!(submods.keys().collect::<Vec<_>>(), ["gpu_0", "tdx", "tpm"]);
    // Each member shows its own policies.
    for (name, policy) in [("tdx", "images@"), ("gpu_0", "one-gpu@"), ("tpm", "strict")] {
        let ids = submods[name]["ear_appraisal_policy_ids"].as_array().expect("a list");
        assert!(ids.len() == 1 && ids[0].as_str().expect("text").starts_with(policy), "{name}: {ids:?}");
        assert_eq!(submods[name]["eat_nonce"], base64url(&nonce), "{name}");
    }
    let bond = &claims["ear_verifier_claims"]["x-att"];
    assert_eq!((&bond["strength"], &bond["covers_evidence"]), (&json!("measured"), &json!(true)));
    // The machine's quote is not over the TPM's.
    assert_eq!((&bond["all_submods_bound"], &claims["ear_status"]), (&json!(false), &json!("warning")));
    assert!(claims["sub"].as_str().expect("text").starts_with("att1:acstdxnvgpu:images~one-gpu~strict:"));
    assert_eq!(server.post("/v2/attestation", &request).status, 401, "once");

    // Without it, all of them are bound.
    let (text, nonce) = challenge(&server, true);
    let mut request = Platform::new().answer(&nonce, DATA).request(&text);
    request["evidence"].as_array_mut().expect("a list").pop();
    request["policies"] = json!({ "machine": ["images"] });
    let found = server.post("/v2/attestation", &request);
    assert_eq!(found.status, 200, "{}", found.body);
    let claims = server.verified(found.json()["token"].as_str().expect("a token"));
    assert_eq!(claims["ear_verifier_claims"]["x-att"]["all_submods_bound"], true);
}

#[test]
fn each_member_has_a_result_of_its_own() {
    let server = server();
    put(&server, "two-gpus", &json!({ "nvidia": { "gpus": 2 } }));
    let appraised = |change: &dyn Fn(&mut Platform), edit: &dyn Fn(&mut Value)| {
        let (text, nonce) = challenge(&server, false);
        let mut platform = Platform::new().answer(&nonce, DATA);
        change(&mut platform);
        let mut request = platform.request(&text);
        edit(&mut request);
        let refused = server.post("/v2/attestation", &request);
        let found = server.post("/v2/appraise", &request);
        assert_eq!(found.status, 200, "{}", found.body);
        let found = found.json();
        let codes: Vec<Value> = found["evidence"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|member| member["policies"][0]["verification"]["error"]["code"].clone())
            .collect();
        (found, codes, refused)
    };
    let (found, codes, token) = appraised(&|_| (), &|_| ());
    assert_eq!((&found["accepted"], token.status), (&json!(true), 200), "{}", token.body);
    assert_eq!(codes, [Value::Null, Value::Null, Value::Null]);
    assert_eq!(found["composite"]["mode"], "veriquote");
    assert_eq!(found["composite"]["strength"], "nonce-only");
    let events = &found["evidence"][0]["policies"][0]["verification"]["claims"]["event_log"]["events"];
    assert!(events.as_array().is_some_and(|events| !events.is_empty()), "the log is replayed");

    // One that is bad hides nothing of the others.
    let bad_device = |platform: &mut Platform| platform.devices.devices[0].report.nonce = [7; 32];
    let (found, codes, token) = appraised(&bad_device, &|_| ());
    assert_eq!((&found["accepted"], &found["composite"]), (&json!(false), &Value::Null));
    assert_eq!(codes, [json!("composite.member"), json!("nvidia.nonce"), Value::Null]);
    assert_eq!((token.codes().2, &token.json()["field"]), ("nvidia.nonce".into(), &json!("evidence[1]")));

    let bad_tpm = |platform: &mut Platform| platform.tpm.nonce = vec![7; 32];
    let (found, codes, token) = appraised(&bad_tpm, &|_| ());
    assert_eq!(
        (&found["accepted"], &codes),
        (&json!(false), &vec![Value::Null, Value::Null, json!("tpm.nonce")])
    );
    assert_eq!((token.codes().2, &token.json()["field"]), ("tpm.nonce".into(), &json!("evidence[2]")));

    let unbound = |platform: &mut Platform| *platform = platform.clone().report_data([3; 64]);
    let (found, codes, token) = appraised(&unbound, &|_| ());
    assert_eq!((&found["accepted"], &found["composite"]), (&json!(false), &Value::Null));
    assert_eq!(codes, [json!("binding.report_data"), Value::Null, Value::Null]);
    assert_eq!(token.codes(), (422, "AS.EVIDENCE.BINDING_MISMATCH".into(), "binding.report_data".into()));

    let other_log = |platform: &mut Platform| drop(platform.log.events.remove(1));
    let (_, codes, token) = appraised(&other_log, &|_| ());
    assert_eq!(codes, [json!("eventlog.replay"), Value::Null, Value::Null]);
    assert_eq!(token.codes().2, "eventlog.replay");

    let strict = |request: &mut Value| request["policies"] = json!({ "gpus": ["two-gpus"] });
    let (found, codes, token) = appraised(&|_| (), &strict);
    assert_eq!(codes, [Value::Null, json!("policy.rejected"), Value::Null]);
    assert_eq!(found["composite"]["covers_evidence"], true, "bound, and not accepted");
    assert_eq!((token.codes().1, &token.json()["policy"]), ("AS.POLICY.DENIED".into(), &json!("two-gpus")));
}

#[test]
fn calls_that_are_wrong_are_told_so() {
    let server = server();
    let (text, nonce) = challenge(&server, true);
    let good = Platform::new().answer(&nonce, DATA).request(&text);
    let refused = |edit: &dyn Fn(&mut Value)| {
        let mut request = good.clone();
        edit(&mut request);
        let answer = server.post("/v2/attestation", &request);
        (answer.status, answer.json()["field"].as_str().unwrap_or_default().to_owned())
    };
    let member =
        |at: usize| move |request: &mut Value| drop(request["evidence"].as_array_mut().unwrap().remove(at));
    assert_eq!(refused(&member(0)), (400, "evidence".into()), "no machine");
    assert_eq!(refused(&member(1)), (400, "evidence".into()), "no devices");
    let twice = |request: &mut Value| {
        let first = request["evidence"][1].clone();
        request["evidence"][2] = first;
    };
    assert_eq!(refused(&twice), (400, "evidence[2].tee".into()));
    assert_eq!(refused(&|it| it["evidence"][1]["name"] = json!("machine")), (400, "evidence".into()));
    assert_eq!(refused(&|it| it["binding"] = Value::Null), (400, "evidence".into()));
    assert_eq!(refused(&|it| it["binding"]["mode"] = json!("any")), (400, "binding.mode".into()));
    assert_eq!(refused(&|it| it["binding"]["mode"] = json!("cocos")), (400, "binding.raw".into()));
    assert_eq!(refused(&|it| it["binding"]["mode"] = json!("manifest")), (400, "challenge".into()));
    assert_eq!(refused(&|it| it["challenge"] = Value::Null), (400, "challenge".into()));
    assert_eq!(
        refused(&|it| it["policies"] = json!({ "other": ["strict"] })),
        (400, "policies.other".into())
    );
    let data = |request: &mut Value| request["evidence"][0]["runtime_data"] = json!({ "binding": "none" });
    assert_eq!(refused(&data), (400, "evidence[0].runtime_data".into()));
    let machine = |it: &mut Value| it["evidence"][0]["tee"] = json!("sgx");
    assert_eq!(refused(&machine).0, 400, "the quote is of a trust domain");
    // The report data of a mode of others begin with the challenge, or it is not answered.
    let foreign = |begin: [u8; 32]| {
        let whole = [begin, [9; 32]].concat();
        move |it: &mut Value| {
            it["binding"] = json!({ "mode": "trustee-first32", "report_data": base64(&whole) });
            it["evidence"].as_array_mut().unwrap().pop();
        }
    };
    assert_eq!(refused(&foreign([7; 32])), (422, "binding".into()));
    let mut platform = Platform::new().report_data([nonce, [9; 32]].concat().try_into().expect("64 bytes"));
    platform.devices.devices[0].report.nonce = nonce;
    platform.devices.nonce = nonce;
    let mut request = platform.request(&text);
    foreign(nonce)(&mut request);
    let answer = server.post("/v2/attestation", &request);
    assert_eq!(answer.status, 200, "{}", answer.body);
    let claims = server.verified(answer.json()["token"].as_str().expect("a token"));
    assert_eq!(claims["ear_verifier_claims"]["x-att"]["mode"], "trustee-first32");
}
