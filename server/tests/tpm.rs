//! Tokens for machines with a TPM.

mod support;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use support::{TestServer, base64, base64url};
use veriquote_forge::hex;
use veriquote_forge::tpm::{TpmForge, TpmForged};
use veriquote_server::config::AdminToken;

fn server(forge: &TpmForge) -> TestServer {
    let root = forge.build().root;
    TestServer::start(|config, folder| {
        config.trust.tpm_roots = vec![support::write(folder, "tpm-root.pem", root.as_bytes())];
    })
}

fn document(forged: &TpmForged) -> Value {
    json!({
        "quote": base64(&forged.attest), "signature": base64(&forged.signature), "ak": base64(&forged.public),
        "ak_chain": forged.chain, "pcrs": base64(&forged.pcrs),
    })
}

fn v2(document: &Value, challenge: Option<&str>, data: &[u8]) -> Value {
    let mut request = json!({
        "aud": "https://rp.example",
        "evidence": [{
            "tee": "tpm", "format": "document", "data": base64url(document.to_string().as_bytes()),
            "runtime_data": { "raw": base64(data), "binding": "tpm-extradata" }
        }]
    });
    if let Some(challenge) = challenge {
        request["challenge"] = json!(challenge);
    }
    request
}

/// A machine that answers a challenge of the service.
fn answered(server: &TestServer, forge: &TpmForge) -> (String, TpmForge) {
    let answer = server.post("/v2/challenge", &json!({})).json();
    let nonce = URL_SAFE_NO_PAD.decode(answer["nonce"].as_str().unwrap()).unwrap();
    let forge = TpmForge { nonce, ..forge.clone() };
    (answer["challenge"].as_str().unwrap().to_owned(), forge)
}

#[test]
fn a_machine_that_answers_gets_a_token() {
    for (name, forge) in TpmForge::all() {
        // SHA-1 is not accepted here.
        if name == "sha1" {
            continue;
        }
        let server = server(&forge);
        for with_logs in [false, true] {
            let (challenge, forge) = answered(&server, &forge);
            let forged = forge.build();
            let mut document = document(&forged);
            if with_logs {
                document["event_log"] = json!(base64(&forged.event_log));
                document["ima_log"] = json!(base64(&forged.ima_log));
            }
            let request = v2(&document, Some(&challenge), &forge.nonce);
            let answer = server.post("/v2/attestation", &request);
            assert_eq!(answer.status, 200, "{name} {with_logs}: {}", answer.body);
            let claims = server.verified(answer.json()["token"].as_str().unwrap());
            assert_eq!(claims["tee"], "tpm");
            assert_eq!(claims["eat_nonce"], base64url(&forge.nonce));
            let status: Value = serde_json::from_str(claims["tcb-status"].as_str().unwrap()).unwrap();
            assert_eq!(status["report_data"], hex(&forge.nonce));
            assert_eq!(status["tpm.ak.route"], "certificate");
            assert_eq!(status["tpm.pcr.sha256.7"].as_str().map(str::len), Some(64), "{status}");
            assert!(claims["sub"].as_str().unwrap().starts_with("att1:tpm:strict:"));
            let again = server.post("/v2/attestation", &request);
            assert_eq!(again.status, 401, "{name}: {}", again.body);
        }
    }
}

#[test]
fn a_quote_of_another_day_is_not_fresh() {
    let forge = TpmForge::p256();
    let server = server(&forge);
    let forged = forge.build();
    // The documented endpoint has no challenge: whatever the quote binds, it may be of any age.
    let evidence = base64url(document(&forged).to_string().as_bytes());
    let mut request = json!({
        "tee": "tpm", "evidence": evidence, "runtime_data": { "raw": base64(&forge.nonce) }
    });
    let refused = server.post("/v1/attestation", &request);
    assert_eq!(refused.codes(), (403, "AS.POLICY.DENIED".into(), "policy.rejected".into()));
    assert_eq!(refused.json()["findings"][0]["rule"], "tpm.fresh");
    // A policy may allow that, and then the data are still to be bound.
    request["policy_ids"] = json!(["crypto-only"]);
    let claims = server.verified(&server.post("/v1/attestation", &request).body);
    assert_eq!(claims["x-att"]["binding"], json!({ "mode": "tpm-extradata", "matched": true }));
    assert!(claims["eat_nonce"].is_null());
    for (data, status) in
        [(&b"another challenge"[..], 422), (&[&forge.nonce[..], b"x"].concat(), 422), (b"", 400)]
    {
        request["runtime_data"]["raw"] = json!(base64(data));
        let refused = server.post("/v1/attestation", &request);
        assert_eq!(refused.status, status, "{}", refused.body);
        assert_eq!(refused.json()["check"]["id"], "service.binding");
    }
    // Neither does an old quote answer a new challenge.
    let (challenge, new) = answered(&server, &forge);
    let refused = server.post("/v2/attestation", &v2(&document(&forged), Some(&challenge), &new.nonce));
    assert_eq!(refused.codes(), (422, "AS.EVIDENCE.BINDING_MISMATCH".into(), "tpm.nonce".into()));
    let good = new.build();
    assert_eq!(
        server.post("/v2/attestation", &v2(&document(&good), Some(&challenge), &new.nonce)).status,
        200
    );
}

#[test]
fn a_key_that_nobody_vouches_for_signs_nothing() {
    let forge = TpmForge::p256();
    let ours = server(&forge);
    let (challenge, forge) = answered(&ours, &forge);
    let forged = forge.build();
    let ask = |server: &TestServer, document: &Value, challenge: &str| {
        let refused = server.post("/v2/attestation", &v2(document, Some(challenge), &forge.nonce));
        (refused.status, refused.codes().1, refused.codes().2)
    };
    let not_authentic = "AS.EVIDENCE.VERIFICATION_FAILED";
    // No certificate, and no Name that is known; also where nothing but authenticity is asked.
    let mut bare = document(&forged);
    bare.as_object_mut().unwrap().remove("ak_chain");
    assert_eq!(ask(&ours, &bare, &challenge), (422, not_authentic.into(), String::new()));
    let mut open = v2(&bare, Some(&challenge), &forge.nonce);
    open["policies"] = json!({ "tpm": ["crypto-only"] });
    assert_eq!(ours.post("/v2/attestation", &open).status, 422);
    // Another authority's certificate.
    let mut other = forge.clone();
    other.authority.key = veriquote_forge::Key::new("another authority");
    let other = other.clone().with_key(other.key);
    let mut foreign = document(&forged);
    foreign["ak_chain"] = json!(other.build().chain);
    assert_eq!(ask(&ours, &foreign, &challenge).0, 422);
    // A service that trusts nobody.
    let nobody = TestServer::start(|_, _| {});
    let (theirs, _) = answered(&nobody, &forge);
    let refused = nobody.post("/v2/appraise", &v2(&document(&forged), Some(&theirs), &forge.nonce));
    assert_eq!(refused.status, 422, "the nonce is not of this service: {}", refused.body);
    // None of that used the challenge up.
    assert_eq!(ask(&ours, &document(&forged), &challenge).0, 200);
}

#[test]
fn a_key_can_be_known_by_its_name() {
    let forge = TpmForge::p256();
    let forged = forge.build();
    let area = veriquote::tpm::PublicArea::parse(&forged.public).unwrap();
    let name = veriquote::tpm::Name::of(&area, &veriquote::crypto::RustCrypto).unwrap();
    let server = TestServer::start(|config, _| {
        config.trust.tpm_ak_names = vec![hex(name.as_slice())];
    });
    let (challenge, forge) = answered(&server, &forge);
    let mut document = document(&forge.build());
    document.as_object_mut().unwrap().remove("ak_chain");
    let answer = server.post("/v2/attestation", &v2(&document, Some(&challenge), &forge.nonce));
    assert_eq!(answer.status, 200, "{}", answer.body);
    let claims = server.verified(answer.json()["token"].as_str().unwrap());
    let status: Value = serde_json::from_str(claims["tcb-status"].as_str().unwrap()).unwrap();
    assert_eq!(status["tpm.ak.route"], "pinned");
    assert_eq!(status["tpm.ak.name"], hex(name.as_slice()));
    // Another key of the same kind is not it.
    let other =
        TpmForge::p256().with_key(veriquote_forge::tpm::AkKey::P256(veriquote_forge::Key::new("other")));
    let (challenge, other) = answered(&server, &other);
    let mut document = self::document(&other.build());
    document.as_object_mut().unwrap().remove("ak_chain");
    let refused = server.post("/v2/attestation", &v2(&document, Some(&challenge), &other.nonce));
    assert_eq!((refused.status, refused.json()["field"].as_str()), (422, Some("evidence.ak")));
}

#[test]
fn an_appraisal_of_a_machine_has_its_claims() {
    let forge = TpmForge::p256();
    let server = server(&forge);
    let (challenge, forge) = answered(&server, &forge);
    let mut forged = forge.build();
    let asked = |forged: &TpmForged| v2(&document(forged), Some(&challenge), &forge.nonce);
    // Registers that the quote does not prove.
    let good = forged.pcrs.clone();
    // A selection of 132 bytes, two counts, a size, and the first register.
    forged.pcrs[132 + 4 + 4 + 2] ^= 1;
    let result = server.post("/v2/appraise", &asked(&forged)).json();
    assert_eq!(result["accepted"], false, "{result}");
    assert_eq!(result["evidence"][0]["binding"]["matched"], Value::Null);
    forged.pcrs = good;
    let result = server.post("/v2/appraise", &asked(&forged)).json();
    assert_eq!(result["accepted"], true, "{result}");
    let verification = &result["evidence"][0]["policies"][0]["verification"];
    assert_eq!(verification["evidence"], "tpm");
    assert!(verification["claims"]["pcrs"]["sha256"]["7"].is_string(), "{verification}");
    assert_eq!(server.post("/v2/appraise", &asked(&forged)).status, 401, "answered once");
}

#[test]
fn several_policies_must_all_accept_a_machine() {
    const TOKEN: &str = "a-token-of-many-random-bits";
    let forge = TpmForge::p256();
    let root = forge.build().root;
    let server = TestServer::start(|config, folder| {
        config.trust.tpm_roots = vec![support::write(folder, "tpm-root.pem", root.as_bytes())];
        let sha256 = hex(&veriquote_forge::sha256(&[TOKEN.as_bytes()]));
        config.admin.tokens = vec![AdminToken { name: "ci".into(), sha256 }];
    });
    let create = |id: &str, policy: &str| {
        let bearer = format!("Bearer {TOKEN}");
        let headers =
            [("Authorization", &*bearer), ("If-None-Match", "*"), ("Content-Type", "application/json")];
        let made = server.request("PUT", &format!("/v2/policies/{id}"), &headers, policy);
        assert_eq!(made.status, 201, "{}", made.body);
    };
    create("ecdsa", r#"{"tpm":{"signature_schemes":["ecdsa-sha256"]}}"#);
    create("rsa", r#"{"tpm":{"signature_schemes":["rsassa-sha256"]}}"#);
    create("module", "package veriquote\nallow if input.claims.pcrs.sha256[\"7\"] != \"\"");
    let ask = |path: &str, ids: &[&str]| {
        let (challenge, forge) = answered(&server, &forge);
        let mut request = v2(&document(&forge.build()), Some(&challenge), &forge.nonce);
        request["policies"] = json!({ "tpm": ids });
        server.post(path, &request)
    };
    let answer = ask("/v2/attestation", &["strict", "module", "ecdsa"]);
    assert_eq!(answer.status, 200, "{}", answer.body);
    let claims = server.verified(answer.json()["token"].as_str().unwrap());
    let reports = claims["evaluation-reports"].as_array().unwrap();
    let ids: Vec<_> = reports.iter().map(|report| report["policy-id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["ecdsa", "module", "strict"]);
    assert!(claims["sub"].as_str().unwrap().starts_with("att1:tpm:ecdsa~module~strict:"));
    for ids in [["rsa", "strict"], ["ecdsa", "rsa"]] {
        let refused = ask("/v2/attestation", &ids);
        assert_eq!(refused.codes(), (403, "AS.POLICY.DENIED".into(), "policy.rejected".into()));
        assert_eq!(refused.json()["policy"], "rsa");
        let result = ask("/v2/appraise", &ids).json();
        assert_eq!(result["accepted"], false, "{result}");
        let rulings = result["evidence"][0]["policies"].as_array().unwrap();
        let accepted: Vec<_> = rulings
            .iter()
            .map(|it| (it["id"].as_str().unwrap(), it["verification"]["accepted"].as_bool().unwrap()))
            .collect();
        assert_eq!(accepted.len(), 2);
        assert!(accepted.iter().all(|(id, accepted)| *accepted == (*id != "rsa")), "{accepted:?}");
    }
    // The documented endpoint: one that allows any age does not speak for the one that does not.
    let evidence = base64url(document(&forge.build()).to_string().as_bytes());
    let request = json!({ "tee": "tpm", "evidence": evidence, "policy_ids": ["crypto-only", "strict"] });
    let refused = server.post("/v1/attestation", &request);
    assert_eq!((refused.status, refused.json()["policy"].as_str()), (403, Some("strict")));
    let unknown = ask("/v2/attestation", &["strict", "nobody"]);
    assert_eq!(unknown.codes().1, "AS.POLICY.NOT_FOUND");
}

#[test]
fn a_document_of_a_tpm_has_its_members() {
    let forge = TpmForge::p256();
    let server = server(&forge);
    let good = document(&forge.build());
    for member in ["quote", "signature", "ak", "pcrs"] {
        let mut document = good.clone();
        document.as_object_mut().unwrap().remove(member);
        let evidence = base64url(document.to_string().as_bytes());
        let refused = server.post("/v1/attestation", &json!({ "tee": "tpm", "evidence": evidence }));
        assert_eq!(
            (refused.status, refused.json()["field"].as_str()),
            (400, Some(&*format!("evidence.{member}")))
        );
    }
    let mut document = good.clone();
    document["pcrs"] = json!({ "sha256": { "0": "00", "0x1": "00" } });
    let evidence = base64url(document.to_string().as_bytes());
    let refused = server.post("/v1/attestation", &json!({ "tee": "tpm", "evidence": evidence }));
    assert_eq!(refused.status, 400, "{}", refused.body);
    let quote = json!({
        "aud": "a", "evidence": [{ "tee": "tpm", "format": "quote", "data": "AA", "runtime_data": { "binding": "none" } }]
    });
    assert_eq!(server.post("/v2/attestation", &quote).json()["field"], "evidence[0].format");
}
