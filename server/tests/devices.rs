//! NVIDIA devices, alone and with the trust domain that they are plugged into, and the manifests that they need.

mod support;

use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use support::{TestServer, base64, base64url, outer, write};
use veriquote_forge::nvidia::{
    NvCertificate, NvCrl, NvForge, NvKey, Ocsp, OcspStatus, device_root, rim_root,
};
use veriquote_forge::{Body, Forge, sha256, sha512};
use veriquote_server::collateral::{Which, import_nvidia_crls};
use veriquote_server::config::Config;

const NONCE: [u8; 32] = [0x4e; 32];
const DRIVER: &str = "NV_GPU_DRIVER_GH100_550.90.07";
const VBIOS: &str = "NV_GPU_VBIOS_1010_0200_882_96009F0001";

fn pem(der: &[u8]) -> String {
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", base64(der))
}

/// Trusts the forge's roots, Intel's and NVIDIA's.
fn trusting(change: impl FnOnce(&mut Config, &std::path::Path)) -> TestServer {
    let forged = Forge::tdx4().build();
    TestServer::start(|config, folder| {
        config.trust.roots = vec![write(folder, "root.pem", forged.root_pem.as_bytes())];
        config.collateral.import =
            vec![write(folder, "collateral.json", forged.collateral_json().as_bytes())];
        config.trust.nvidia_roots = vec![write(folder, "devices.pem", pem(&device_root().der()).as_bytes())];
        config.trust.rim_roots = vec![write(folder, "rims.pem", pem(&rim_root().der()).as_bytes())];
        change(config, folder);
    })
}

/// With the manifests of a Hopper GPU.
fn server() -> TestServer {
    trusting(|config, folder| {
        let rims = folder.join("rims");
        fs::create_dir_all(&rims).expect("a folder");
        for (name, rim) in [DRIVER, VBIOS].into_iter().zip(&NvForge::hopper().rims) {
            write(&rims, &format!("{name}.xml"), rim.text().as_bytes());
        }
        config.collateral.rims = vec![rims];
    })
}

fn hopper(nonce: [u8; 32]) -> NvForge {
    let mut forge = NvForge::hopper();
    forge.nonce = nonce;
    forge.devices.iter_mut().for_each(|device| device.report.nonce = nonce);
    forge
}

/// `[{"arch", "nonce", "evidence", "certificate"}]`, as NVIDIA's own tool collects it.
fn collected(forge: &NvForge) -> Value {
    let devices = forge.build();
    devices
        .iter()
        .map(|device| {
            json!({ "arch": device.architecture, "evidence": base64(&device.report),
                    "certificate": base64(device.chain.as_bytes()) })
        })
        .collect()
}

/// The documented service's open ancestor's evidence of a trust domain with its devices.
fn together(td: &Forge, devices: &NvForge) -> Value {
    let list: Vec<Value> = devices
        .build()
        .iter()
        .enumerate()
        .map(|(index, device)| {
            json!({ "index": index, "uuid": format!("GPU-{index}"), "name": "H100",
                    "driver_version": "550.90.07", "vbios_version": "96.00.9F.00.01",
                    "attestation_report": base64(&device.report),
                    "certificate": base64(device.chain.as_bytes()), "cc_enabled": true })
        })
        .collect();
    json!({ "quote": base64(&td.build().quote), "cc_eventlog": null,
            "gpu_evidence": { "evidence_list": list, "collection_time": "2026-01-15T00:00:00Z" } })
}

fn td(report_data: [u8; 64]) -> Forge {
    let mut forge = Forge::tdx4();
    let Body::Td(report, _) = &mut forge.quote.body else { panic!("a trust domain") };
    report.report_data = report_data;
    forge
}

fn v1(tee: &str, document: &Value, runtime_data: Option<&[u8]>) -> Value {
    let mut request = json!({ "tee": tee, "evidence": outer(document) });
    if let Some(data) = runtime_data {
        request["runtime_data"] = json!({ "raw": base64(data) });
    }
    request
}

#[test]
fn a_gpu_gets_a_token_for_its_challenge() {
    let server = server();
    let document = collected(&hopper(NONCE));
    let answer = server.post("/v1/attestation", &v1("nvgpu", &document, Some(&NONCE)));
    assert_eq!(answer.status, 200, "{}", answer.body);
    let claims = server.verified(&answer.body);
    assert_eq!((&claims["tee"], &claims["dbgstat"]), (&json!("nvgpu"), &json!("disabled")));
    let flat: Value = serde_json::from_str(claims["tcb-status"].as_str().expect("a string")).expect("JSON");
    assert_eq!(flat["nvgpu.0.measres"], "success");
    assert_eq!(flat["nvgpu.0.x-nvidia-gpu-driver-version"], "550.90.07");
    assert_eq!(flat["nvgpu.0.x-nvidia-gpu-driver-rim-fetched"], true);
    assert!(claims["sub"].as_str().expect("text").starts_with("att1:nvgpu:strict:"));
    assert_eq!(claims["x-att"]["binding"]["mode"], "raw-exact");

    // T5, and every challenge that is not whole.
    let refused = |document: &Value, data: Option<&[u8]>| {
        let answer = server.post("/v1/attestation", &v1("nvgpu", document, data));
        let (status, code, inner) = answer.codes();
        (status, format!("{code} {inner}"))
    };
    assert_eq!(
        refused(&document, Some(&[7; 32])),
        (422, "AS.EVIDENCE.VERIFICATION_FAILED nvidia.nonce".into())
    );
    for data in [None, Some(&NONCE[..31]), Some(&[0x4e; 33][..]), Some(&[0x4e; 64][..])] {
        assert_eq!(refused(&document, data), (400, "AS.REQUEST.INVALID_ARGUMENT ".into()), "{data:?}");
    }
    // T4: one bit of the signature.
    let mut forged = hopper(NONCE).build();
    *forged[0].report.last_mut().expect("a signature") ^= 1;
    let changed = json!([{ "arch": "HOPPER", "evidence": base64(&forged[0].report),
                           "certificate": base64(forged[0].chain.as_bytes()) }]);
    let code = "AS.EVIDENCE.VERIFICATION_FAILED nvidia.report.signature";
    assert_eq!(refused(&changed, Some(&NONCE)), (422, code.into()));
    // A machine's quote is never passed over.
    let with_quote = together(&td([0; 64]), &hopper(NONCE));
    assert_eq!(refused(&with_quote, Some(&NONCE)).0, 400);
    assert_eq!(refused(&json!([]), Some(&NONCE)).0, 400);
}

#[test]
fn strangers_roots_and_missing_manifests_are_refused() {
    // T6: a chain in NVIDIA's names that leads to nobody this service knows.
    let stranger = TestServer::for_platform(&Forge::tdx4());
    let request = v1("nvgpu", &collected(&hopper(NONCE)), Some(&NONCE));
    assert_eq!(stranger.post("/v1/attestation", &request).codes().2, "x509.anchor");
    // Without manifests nothing was compared, which the strict policy does not accept.
    let bare = trusting(|_, _| {});
    let answer = bare.post("/v1/attestation", &request);
    assert_eq!(answer.codes().1, "AS.POLICY.DENIED", "{}", answer.body);
    assert!(answer.body.contains(DRIVER) && answer.body.contains(VBIOS), "it says which: {}", answer.body);
    // A client may bring them.
    let mut document = json!({ "device_evidence_list": collected(&hopper(NONCE)) });
    let rims: Vec<String> = NvForge::hopper().rims.iter().map(|rim| base64(rim.text().as_bytes())).collect();
    document["rims"] = json!(rims);
    let answer = bare.post("/v1/attestation", &v1("nvgpu", &document, Some(&NONCE)));
    assert_eq!(answer.status, 200, "{}", answer.body);
    document["rims"] = json!([1]);
    assert_eq!(bare.post("/v1/attestation", &v1("nvgpu", &document, Some(&NONCE))).status, 400);
    // One that does not match is not accepted, wherever it comes from.
    let mut other = hopper(NONCE);
    other.devices[0].report.blocks[9].value = vec![0xee; 48];
    let answer = server().post("/v1/attestation", &v1("nvgpu", &collected(&other), Some(&NONCE)));
    assert_eq!(answer.codes().1, "AS.POLICY.DENIED", "{}", answer.body);
}

#[test]
fn a_trust_domain_and_its_gpu_get_one_token() {
    let server = server();
    let data: Vec<u8> = [NONCE, [9; 32]].concat();
    let whole: [u8; 64] = data.clone().try_into().expect("64 bytes");
    let document = together(&td(whole), &hopper(NONCE));
    // Report data of which nobody says what they should be answer no challenge.
    let unasked = server.post("/v1/attestation", &v1("acstdxnvgpu", &document, None));
    assert_eq!(unasked.codes().1, "AS.POLICY.DENIED", "{}", unasked.body);
    assert!(unasked.body.contains("composite.fresh"), "{}", unasked.body);
    let open = keeping(&[], |config, _| config.policy.default = "crypto-only".to_owned());
    for (server, data, mode) in [(&server, Some(&*data), "raw-pad64"), (&open, None, "none")] {
        let answer = server.post("/v1/attestation", &v1("acstdxnvgpu", &document, data));
        assert_eq!(answer.status, 200, "{}", answer.body);
        let claims = server.verified(&answer.body);
        assert_eq!(claims["tee"], "acstdxnvgpu");
        let flat: Value =
            serde_json::from_str(claims["tcb-status"].as_str().expect("a string")).expect("JSON");
        assert_eq!(flat["report_data"].as_str().map(str::len), Some(128));
        assert!(flat["tdx.quote.body.mr_td"].is_string());
        assert_eq!(flat["nvgpu.0.measres"], "success");
        let att = &claims["x-att"];
        assert_eq!(att["binding"]["mode"], mode);
        assert_eq!(
            (&att["composite"]["mode"], &att["composite"]["strength"]),
            (&json!("trustee-first32"), &json!("nonce-only"))
        );
        assert_eq!(att["composite"]["all_submods_bound"], false);
    }
    let refused = |document: &Value, data: Option<&[u8]>| {
        let answer = server.post("/v1/attestation", &v1("acstdxnvgpu", document, data));
        let (status, code, inner) = answer.codes();
        (status, format!("{code} {inner}"))
    };
    // T1: nothing is cut. T2: nor does a beginning match.
    let longer = [&*data, &[0]].concat();
    assert_eq!(refused(&document, Some(&longer)).0, 400);
    assert_eq!(
        refused(&document, Some(&data[..40])),
        (422, "AS.EVIDENCE.BINDING_MISMATCH binding.report_data".into())
    );
    // C1: a device of another challenge.
    let other = together(&td(whole), &hopper([7; 32]));
    assert_eq!(refused(&other, None), (422, "AS.EVIDENCE.VERIFICATION_FAILED nvidia.nonce".into()));
    // C3: one GPU twice. C5: what stands beside it is not what was signed.
    let mut twice = hopper(NONCE);
    twice.devices.push(twice.devices[0].clone());
    assert_eq!(
        refused(&together(&td(whole), &twice), None).1,
        "AS.EVIDENCE.VERIFICATION_FAILED nvidia.device.duplicate"
    );
    let mut announced = document.clone();
    announced["gpu_evidence"]["evidence_list"][0]["driver_version"] = json!("1.2.3");
    assert_eq!(refused(&announced, None).1, "AS.EVIDENCE.VERIFICATION_FAILED nvidia.advisory");
    // C2: no devices, however they are not there.
    for gpu_evidence in [json!(null), json!({}), json!({ "evidence_list": [] })] {
        let mut none = document.clone();
        none["gpu_evidence"] = gpu_evidence;
        assert_eq!(refused(&none, None).0, 400, "{}", none["gpu_evidence"]);
    }
    let mut no_quote = document.clone();
    no_quote["quote"] = json!(null);
    assert_eq!(refused(&no_quote, None).0, 400);
    // C7: devices beside a quote are never passed over.
    let tdx = server.post("/v1/attestation", &v1("tdx", &document, None));
    assert_eq!((tdx.status, tdx.codes().1), (422, "AS.REQUEST.UNSUPPORTED_TEE".into()));
}

/// A challenge of the service and its nonce.
fn challenge(server: &TestServer) -> (String, [u8; 32]) {
    let answer = server.post("/v2/challenge", &json!({})).json();
    let nonce = URL_SAFE_NO_PAD.decode(answer["nonce"].as_str().expect("text")).expect("base64url");
    (answer["challenge"].as_str().expect("text").to_owned(), nonce.try_into().expect("32 bytes"))
}

/// Machine and devices that answer a challenge as `docs/composite.md` has it.
fn answering(nonce: &[u8; 32], data: &[u8]) -> Value {
    let bound = sha256(&[data]);
    let devices = hopper(sha256(&[b"veriquote/gpu/v1", nonce, &bound]));
    let mut transcript = Vec::new();
    for (device, forged) in devices.devices.iter().zip(devices.build()) {
        for part in [forged.report, device.chain[0].der()] {
            transcript.extend(u32::try_from(part.len()).expect("short").to_be_bytes());
            transcript.extend(part);
        }
    }
    let report_data = sha512(&[b"veriquote/cpu/v1", nonce, &bound, &sha256(&[&transcript])]);
    together(&td(report_data), &devices)
}

#[test]
fn one_challenge_is_answered_by_machine_and_devices() {
    let server = server();
    let (text, nonce) = challenge(&server);
    let data = b"a key of the machine";
    let request = |document: &Value, challenge: &str, data: &[u8]| {
        json!({
            "profile": "ear", "aud": "https://rp.example", "challenge": challenge,
            "evidence": [{ "tee": "acstdxnvgpu", "format": "document", "data": outer(document),
                           "runtime_data": { "binding": "veriquote", "raw": base64(data) } }]
        })
    };
    let document = answering(&nonce, data);
    let good = request(&document, &text, data);
    // C10, C12: another challenge, other data.
    let (other, _) = challenge(&server);
    for (challenge, data) in [(&other, &data[..]), (&text, b"another key")] {
        let answer = server.post("/v2/attestation", &request(&document, challenge, data));
        assert_eq!(answer.codes().2, "nvidia.nonce", "{}", answer.body);
    }
    // Devices that answer, and a machine that does not vouch for their evidence.
    let mut swapped = document.clone();
    swapped["quote"] = json!(base64(&td([3; 64]).build().quote));
    let answer = server.post("/v2/attestation", &request(&swapped, &text, data));
    assert_eq!(answer.codes(), (422, "AS.EVIDENCE.BINDING_MISMATCH".into(), "binding.report_data".into()));
    // No challenge at all.
    let mut unasked = good.clone();
    unasked.as_object_mut().expect("an object").remove("challenge");
    assert_eq!(server.post("/v2/attestation", &unasked).status, 400);

    let answer = server.post("/v2/attestation", &good);
    assert_eq!(answer.status, 200, "{}", answer.body);
    let claims = server.verified(answer.json()["token"].as_str().expect("a token"));
    assert_eq!(claims["eat_nonce"], base64url(&nonce));
    let names: Vec<_> = claims["submods"].as_object().expect("submodules").keys().cloned().collect();
    assert_eq!(names, ["gpu_0", "tdx"]);
    let bond = &claims["ear_verifier_claims"]["x-att"];
    assert_eq!((&bond["mode"], &bond["covers_evidence"]), (&json!("veriquote"), &json!(true)));
    assert_eq!(claims["ear_status"], "warning", "no policy lists the software of the machine");
    // T14: once.
    for path in ["/v2/attestation", "/v2/appraise"] {
        assert_eq!(server.post(path, &good).status, 401, "{path}");
    }
}

#[test]
fn appraisals_say_what_was_found() {
    let server = server();
    let appraise = |tee: &str, document: &Value, runtime_data: Value| {
        let body = json!({ "evidence": [{ "tee": tee, "format": "document", "data": outer(document), "runtime_data": runtime_data }] });
        let answer = server.post("/v2/appraise", &body);
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()
    };
    let raw = json!({ "binding": "raw-exact", "raw": base64(&NONCE) });
    let found = appraise("nvgpu", &collected(&hopper(NONCE)), raw.clone());
    assert_eq!(
        (&found["accepted"], &found["evidence"][0]["binding"]["matched"]),
        (&json!(true), &json!(true))
    );
    let claims = &found["evidence"][0]["policies"][0]["verification"]["claims"];
    assert_eq!(claims["devices"][0]["measurements_match"], true);
    let found = appraise("nvgpu", &collected(&hopper([7; 32])), raw);
    assert_eq!(found["accepted"], false);
    assert_eq!(found["evidence"][0]["policies"][0]["verification"]["error"]["code"], "nvidia.nonce");
    let whole: [u8; 64] = [NONCE, [9; 32]].concat().try_into().expect("64 bytes");
    let document = together(&td(whole), &hopper(NONCE));
    let found = appraise("acstdxnvgpu", &document, json!({ "binding": "raw-exact", "raw": base64(&whole) }));
    assert_eq!(
        (&found["accepted"], &found["evidence"][0]["binding"]["mode"]),
        (&json!(true), &json!("raw-exact"))
    );
    // Modes that hash cannot make a challenge of devices.
    let body = json!({ "evidence": [{ "tee": "nvgpu", "format": "document", "data": outer(&collected(&hopper(NONCE))),
        "runtime_data": { "binding": "sha512", "raw": base64(&NONCE) } }] });
    assert_eq!(server.post("/v2/appraise", &body).status, 400);
}

#[test]
fn every_policy_must_accept_devices_too() {
    let token = "a token of an administrator, long enough";
    let server = trusting(|config, folder| {
        let rims = folder.join("rims");
        fs::create_dir_all(&rims).expect("a folder");
        for (name, rim) in [DRIVER, VBIOS].into_iter().zip(&NvForge::hopper().rims) {
            write(&rims, &format!("{name}.xml"), rim.text().as_bytes());
        }
        config.collateral.rims = vec![rims];
        let digest = veriquote_forge::hex(&sha256(&[token.as_bytes()]));
        let named = json!({ "name": "test", "sha256": digest });
        config.admin.tokens = vec![serde_json::from_value(named).expect("a token")];
    });
    let bearer = format!("Bearer {token}");
    for (id, rules) in [("one-gpu", json!({ "gpus": 1 })), ("two-gpus", json!({ "gpus": 2 }))] {
        let headers =
            [("Authorization", &*bearer), ("If-None-Match", "*"), ("Content-Type", "application/json")];
        let text = json!({ "nvidia": rules }).to_string();
        let answer = server.request("PUT", &format!("/v2/policies/{id}"), &headers, &text);
        assert!(answer.status < 300, "{}", answer.body);
    }
    let mut request = v1("nvgpu", &collected(&hopper(NONCE)), Some(&NONCE));
    request["policy_ids"] = json!(["one-gpu"]);
    let answer = server.post("/v1/attestation", &request);
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(server.verified(&answer.body)["evaluation-reports"][0]["policy-id"], "one-gpu");
    // A module is asked of devices as it is of quotes, alone and with a machine.
    let module = "package veriquote\nallow if input.claims.devices[0].driver_version == \"1.2.3\"";
    let headers = [("Authorization", &*bearer), ("If-None-Match", "*"), ("Content-Type", "text/plain")];
    let answer = server.request("PUT", "/v2/policies/module", &headers, module);
    assert!(answer.status < 300, "{}", answer.body);
    let whole: [u8; 64] = [NONCE, [9; 32]].concat().try_into().expect("64 bytes");
    let mut machine = v1("acstdxnvgpu", &together(&td(whole), &hopper(NONCE)), Some(&whole));
    for request in [&mut request, &mut machine] {
        request["policy_ids"] = json!(["module"]);
        let answer = server.post("/v1/attestation", request);
        assert_eq!(answer.codes().1, "AS.POLICY.DENIED", "{}", answer.body);
        assert_eq!(answer.json()["check"]["id"], "service.rego", "{}", answer.body);
    }
    for ids in [json!(["one-gpu", "two-gpus"]), json!(["two-gpus", "one-gpu"])] {
        request["policy_ids"] = ids;
        let answer = server.post("/v1/attestation", &request);
        assert_eq!(answer.codes().1, "AS.POLICY.DENIED", "{}", answer.body);
    }
}

#[test]
fn manifests_are_served_and_read_through() {
    let far = server();
    let answer = far.get(&format!("/nvcc/certification/v1/rim/{}", DRIVER.to_lowercase()));
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/json"));
    let rim = answer.json();
    assert_eq!(rim["id"], DRIVER);
    let text = NvForge::hopper().rims[0].text();
    assert_eq!(rim["rim"], base64(text.as_bytes()));
    assert_eq!(rim["sha256"], veriquote_forge::hex(&sha256(&[text.as_bytes()])));
    assert_eq!(far.get("/nvcc/certification/v1/rim/ids").json()["ids"], json!([DRIVER, VBIOS]));
    assert_eq!(far.get("/nvcc/certification/v1/rim/NV_GPU_DRIVER_GH100_1").status, 404);
    for id in ["GPU", "NV_%2e%2e%2fa", "NV_a%00", "NV_a..b"] {
        assert_eq!(far.get(&format!("/nvcc/certification/v1/rim/{id}")).status, 400, "{id}");
    }
    // A service without manifests asks another one, once.
    let near = trusting(|config, _| {
        config.collateral.rim_upstreams = vec![far.url("/nvcc/certification")];
        config.collateral.allow_private = vec![[127, 0, 0, 1].into()];
    });
    let answer = near.post("/v1/attestation", &v1("nvgpu", &collected(&hopper(NONCE)), Some(&NONCE)));
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(near.get("/nvcc/certification/v1/rim/ids").json()["ids"], json!([DRIVER, VBIOS]));
    assert_eq!(near.get("/nvcc/certification/v1/rim/NV_GPU_DRIVER_GH100_1").status, 404);
    // One whose upstream does not answer cannot decide, which is no verdict on the evidence.
    let cut_off = trusting(|config, _| {
        config.collateral.rim_upstreams = vec!["http://127.0.0.1:1".to_owned()];
        config.collateral.allow_private = vec![[127, 0, 0, 1].into()];
    });
    let answer = cut_off.post("/v1/attestation", &v1("nvgpu", &collected(&hopper(NONCE)), Some(&NONCE)));
    assert_eq!(answer.codes().0, 503, "{}", answer.body);
}

#[test]
fn an_older_edition_does_not_replace_a_newer_one() {
    let folder = support::Folder::new();
    let mut newer = NvForge::hopper().rims[0].clone();
    newer.chain[0].fields.not_before = (veriquote_forge::NOW - 10 * veriquote_forge::DAY).into();
    let of = |name: &str, text: &str| {
        let inside = folder.path().join(name);
        fs::create_dir_all(&inside).expect("a folder");
        write(&inside, &format!("{DRIVER}.xml"), text.as_bytes());
        inside
    };
    let (first, second) = (of("a", &newer.text()), of("b", &NvForge::hopper().rims[0].text()));
    let server = trusting(|config, _| config.collateral.rims = vec![first, second]);
    let kept = server.get(&format!("/nvcc/certification/v1/rim/{DRIVER}")).json();
    assert_eq!(kept["rim"], base64(newer.text().as_bytes()));
}

#[test]
fn a_manifest_that_nvidia_did_not_sign_is_not_kept() {
    let genuine = &NvForge::hopper().rims[0];
    let text = genuine.text();
    // One digit of a golden measurement is another.
    let at = text.find("Hash0=\"").expect("a value") + 7;
    let digit = if &text[at..=at] == "0" { "1" } else { "0" };
    let changed = format!("{}{digit}{}", &text[..at], &text[at + 1..]);
    let kept = |text: &str| {
        let server = trusting(|config, folder| {
            config.collateral.rims = vec![write(folder, &format!("{DRIVER}.xml"), text.as_bytes())];
        });
        let status = server.get(&format!("/nvcc/certification/v1/rim/{DRIVER}")).status;
        (status, server.state.metrics().collateral_refused.get())
    };
    assert_eq!(kept(&text), (200, 0));
    assert_eq!(kept(&changed), (404, 1));
}

/// With these revocation lists of the service's own, by name.
fn keeping(lists: &[(&str, &NvCrl)], change: impl FnOnce(&mut Config, &std::path::Path)) -> TestServer {
    trusting(|config, folder| {
        let (rims, crls) = (folder.join("rims"), folder.join("crls"));
        fs::create_dir_all(&rims).expect("a folder");
        fs::create_dir_all(&crls).expect("a folder");
        for (name, rim) in [DRIVER, VBIOS].into_iter().zip(&NvForge::hopper().rims) {
            write(&rims, &format!("{name}.xml"), rim.text().as_bytes());
        }
        for (name, list) in lists {
            write(&crls, &format!("{name}.crl"), &list.der());
        }
        config.collateral.rims = vec![rims];
        config.collateral.nvidia_crls = vec![crls];
        change(config, folder);
    })
}

fn of_revocation(server: &TestServer, document: &Value) -> (Value, Value) {
    let data = json!({ "binding": "raw-exact", "raw": base64(&NONCE) });
    let body = json!({ "evidence": [{ "tee": "nvgpu", "format": "document", "data": outer(document),
                                      "runtime_data": data }] });
    let answer = server.post("/v2/appraise", &body);
    assert_eq!(answer.status, 200, "{}", answer.body);
    let made = answer.json()["evidence"][0]["policies"][0]["verification"].clone();
    let checks = made["checks"].as_array().expect("checks").clone();
    let check = checks.into_iter().find(|check| check["id"] == "service.revocation");
    (made, check.unwrap_or_default())
}

#[test]
fn lists_that_are_kept_stand_in() {
    let chain = NvForge::hopper().devices[0].chain.clone();
    let (root, family) = (NvCrl::of(&chain[4]), NvCrl::of(&chain[3]));
    let document = collected(&hopper(NONCE));
    let server = keeping(&[("l1-root", &root), ("l2-gh100", &family)], |_, _| {});
    let (made, check) = of_revocation(&server, &document);
    assert_eq!((&made["accepted"], &check["outcome"]), (&json!(true), &json!("passed")));
    assert_eq!(check["facts"], json!({ "used": ["l1-root", "l2-gh100"] }));
    let certificates = &made["claims"]["devices"][0]["certificates"];
    assert!(certificates.to_string().contains("good"), "{certificates}");

    // A list is used once a chain to the root shows who issued it, and is told from a forged one by that.
    let stranger = NvCrl::of(&NvForge::blackwell().devices[0].chain[3]);
    let evil = NvKey::new("evil");
    let forged = NvCrl { signer: evil.clone(), ..family.clone().revoking(&chain[2], 1) };
    let server_of_both = keeping(&[("l2-gb100", &stranger), ("l2-gh100", &forged)], |_, _| {});
    let refused = || server_of_both.state.metrics().collateral_refused.get();
    assert_eq!(refused(), 0, "nobody has shown who issued them");
    let (made, check) = of_revocation(&server_of_both, &document);
    assert_eq!((&made["accepted"], &check["outcome"], refused()), (&json!(true), &json!("skipped"), 1));
    assert_eq!(check["facts"], json!({ "missing": ["l2-gh100"], "issuer_not_known": ["l2-gb100"] }));
    let (_, check) = of_revocation(&server_of_both, &document);
    assert_eq!(check["facts"], json!({ "issuer_not_known": ["l2-gb100"] }), "it is forgotten");
    let keeper = server_of_both.state.library().keeper();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let importing = |name: &str, list: &NvCrl| {
        let path = write(server_of_both.folder.path(), &format!("{name}.crl"), &list.der());
        let now = veriquote::UnixTime(veriquote_forge::NOW);
        let count = runtime.block_on(import_nvidia_crls(keeper, &path, now)).expect("a list");
        (count.kept, count.refused)
    };
    assert_eq!(importing("l2-gh100", &forged), (0, 1), "by now it is known who issues that list");
    assert_eq!(importing("l2-gh100", &family), (1, 0));
    let mut newer = forged.clone();
    newer.fields.this_update = (veriquote_forge::NOW - 1).into();
    assert_eq!(importing("l2-gh100", &newer), (0, 1));
    let mut of_nobody = NvCrl { signer: evil, ..NvCrl::of(&NvCertificate::root("Nobody")) };
    of_nobody.fields.this_update = (veriquote_forge::NOW - 1).into();
    assert_eq!(importing("l2-gh100", &of_nobody), (0, 1), "it would take the place of one that is known");
    let (_, check) = of_revocation(&server_of_both, &document);
    assert_eq!(check["facts"], json!({ "used": ["l2-gh100"], "issuer_not_known": ["l2-gb100"] }));

    // What they revoke is refused, and none of it passes for lack of a list of the client's.
    let revoking = family.clone().revoking(&chain[2], 1);
    let (made, _) = of_revocation(&keeping(&[("l2-gh100", &revoking)], |_, _| {}), &document);
    assert_eq!(made["error"]["code"], "x509.revoked");

    // One that has lapsed is named, and not used.
    let mut lapsed = revoking;
    lapsed.fields.next_update = Some((veriquote_forge::NOW - 1).into());
    let (made, check) = of_revocation(&keeping(&[("l2-gh100", &lapsed)], |_, _| {}), &document);
    assert_eq!((&made["accepted"], &check["outcome"]), (&json!(true), &json!("skipped")));
    assert_eq!(check["facts"], json!({ "lapsed": ["l2-gh100"] }));

    // Without any, the result says that nothing was asked.
    let none = keeping(&[], |_, _| {});
    let (_, check) = of_revocation(&none, &document);
    assert_eq!((&check["outcome"], &check["facts"]), (&json!("skipped"), &json!({})));

    // Lists of the client's are the only ones then.
    let mut brought = json!({ "device_evidence_list": document.clone() });
    brought["crls"] = json!([base64(&root.der())]);
    let (made, check) = of_revocation(&server, &brought);
    assert_eq!((&made["accepted"], &check), (&json!(true), &Value::Null));

    // An upstream that does not answer is named; a policy that wants to know refuses.
    let cut_off = keeping(&[], |config, _| {
        config.collateral.nvidia_crl_upstreams = vec!["http://127.0.0.1:1".to_owned()];
        config.collateral.allow_private = vec![[127, 0, 0, 1].into()];
    });
    let (_, check) = of_revocation(&cut_off, &document);
    assert_eq!(check["facts"], json!({ "missing": ["l1-root", "l2-gb100", "l2-gh100"] }));
}

/// The devices' evidence, with these responses.
fn with_ocsp(responses: &[Ocsp]) -> Value {
    let mut brought = json!({ "device_evidence_list": collected(&hopper(NONCE)) });
    if !responses.is_empty() {
        brought["ocsp"] = responses.iter().map(|it| base64(&it.der())).collect();
    }
    brought
}

#[test]
fn responses_that_were_verified_stand_in_until_they_end() {
    let server = keeping(&[], |_, _| {});
    let forge = NvForge::hopper();
    let chain = &forge.devices[0].chain;
    let signers = &forge.rims[0].chain;
    let about = |number: usize| Ocsp::good(&chain[number], &chain[number + 1]);
    let ask = |responses: &[Ocsp]| {
        let (made, check) = of_revocation(&server, &with_ocsp(responses));
        (made["accepted"] == true, made["error"]["code"].clone(), check["facts"]["ocsp"].clone())
    };
    let nothing = (true, Value::Null, Value::Null);
    assert_eq!(ask(&[]), nothing);

    // One that is not authentic, or is about another, is not kept.
    let forged = Ocsp { signature: Some(about(1).responder.key.sign_der(b"something else")), ..about(1) };
    assert_eq!(ask(&[forged]).1, "ocsp.signature");
    let of_another = Ocsp { serial: vec![1; 8], ..about(1) };
    assert_eq!((ask(&[of_another]), ask(&[])), (nothing.clone(), nothing.clone()));

    // One that was verified is, of devices and of the signers of manifests.
    let of_signer = Ocsp::good(&signers[0], &signers[1]);
    assert_eq!(ask(&[about(1), about(2), of_signer]), nothing);
    assert_eq!(ask(&[]), (true, Value::Null, json!(3)));
    let (made, check) = of_revocation(&server, &with_ocsp(&[]));
    assert_eq!(check["outcome"], "passed");
    let states = made["claims"]["devices"][0]["certificates"].to_string();
    assert!(states.contains("good") && states.contains("not_known"), "{states}");
    // Beside lists or responses of the client's none is added.
    assert_eq!(ask(&[about(3)]), nothing);
    assert_eq!(ask(&[]), (true, Value::Null, json!(4)));

    // At its end it is over.
    let ders: Vec<Vec<u8>> = chain.iter().map(NvCertificate::der).collect();
    let at = |seconds: i64| {
        let now = veriquote::UnixTime(veriquote_forge::NOW + seconds);
        server.state.library().answers_about(std::slice::from_ref(&ders), (Which::All, &[]), now).len()
    };
    assert_eq!((at(0), at(86_400), at(86_401)), (3, 3, 0));
}

#[test]
fn a_revocation_is_not_hidden_by_an_older_response() {
    let server = keeping(&[], |_, _| {});
    let chain = NvForge::hopper().devices[0].chain.clone();
    let good = |ago: i64| {
        let at = veriquote_forge::NOW - ago;
        Ocsp { this_update: at, produced_at: at, ..Ocsp::good(&chain[1], &chain[2]) }
    };
    let revoked = |ago: i64| Ocsp { status: OcspStatus::Revoked(6), ..good(ago) };
    let ask = |responses: &[Ocsp]| {
        let (made, _) = of_revocation(&server, &with_ocsp(responses));
        made["error"]["code"].as_str().unwrap_or("accepted").to_owned()
    };
    assert_eq!(ask(&[good(60)]), "accepted");
    assert_eq!(ask(&[revoked(30)]), "x509.revoked");
    for hiding in [vec![], vec![good(60)], vec![good(30)], vec![good(60), good(50), good(40), good(31)]] {
        assert!(["x509.revoked", "limit.count"].contains(&&*ask(&hiding)), "{}", hiding.len());
    }
    // One that says to be newer counts only if it is authentic.
    let forged = Ocsp { signature: Some(vec![0x30, 0]), ..good(10) };
    assert_eq!(ask(&[forged]), "ocsp.signature");
    assert_eq!(ask(&[]), "x509.revoked");
    // A hold may end.
    assert_eq!(ask(&[good(20)]), "accepted");
    assert_eq!((ask(&[]), ask(&[good(60)])), ("accepted".into(), "accepted".into()));
    assert_eq!(ask(&[revoked(30)]), "x509.revoked", "what a client brings is heard");
    assert_eq!(ask(&[]), "accepted", "and is older than what is kept");
}

#[test]
fn manifests_show_who_issues_lists_about_their_signers() {
    let signers = NvForge::hopper().rims[0].chain.clone();
    let list = NvCrl::of(&signers[2]);
    let document = collected(&hopper(NONCE));
    let used = |server: &TestServer| of_revocation(server, &document).1["facts"]["used"].clone();
    let imported = keeping(&[("rims", &list)], |_, _| {});
    assert_eq!(used(&imported), json!(["rims"]));
    // Those that were kept before the start as well.
    let server = trusting(|config, folder| {
        config.collateral.nvidia_crls = vec![write(folder, "rims.crl", &list.der())];
    });
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    for name in [DRIVER, VBIOS] {
        let key = format!("rim/{name}");
        let kept =
            runtime.block_on(imported.state.store().document(&key)).expect("a store").expect("a manifest");
        assert!(runtime.block_on(server.state.store().keep_document(&key, &kept, None)).expect("a store"));
    }
    assert_eq!(used(&server), json!(["rims"]));
    // What they revoke is refused.
    let revoking = list.revoking(&signers[1], 1);
    let (made, _) = of_revocation(&keeping(&[("rims", &revoking)], |_, _| {}), &document);
    assert_eq!(made["error"]["code"], "x509.revoked");
}
