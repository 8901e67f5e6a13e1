//! `/v2`: challenges, tokens for somebody, and appraisals.

mod support;

use std::sync::atomic::{AtomicUsize, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use support::{TestServer, base64, base64url, verify_token};
use veriquote_forge::{Forge, NOW};

const AUDIENCE: &str = "https://rp.example";

fn tdx_with(data: &[u8]) -> Forge {
    let mut forge = Forge::tdx4();
    if let veriquote_forge::Body::Td(report, _) = &mut forge.quote.body {
        report.report_data = [0; 64];
        report.report_data[..data.len()].copy_from_slice(data);
    }
    forge
}

fn request(forge: &Forge, runtime_data: Value) -> Value {
    json!({
        "aud": AUDIENCE,
        "evidence": [{
            "tee": "tdx", "format": "quote", "data": base64url(&forge.build().quote), "runtime_data": runtime_data
        }]
    })
}

/// A challenge and its nonce.
fn challenge(server: &TestServer, body: &Value) -> (String, Vec<u8>) {
    let answer = server.post("/v2/challenge", body);
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.header("cache-control"), "no-store");
    let answer = answer.json();
    assert_eq!(answer["expires_in"], 300);
    let nonce = URL_SAFE_NO_PAD.decode(answer["nonce"].as_str().unwrap()).unwrap();
    assert_eq!(nonce.len(), 32);
    (answer["challenge"].as_str().unwrap().to_owned(), nonce)
}

#[test]
fn a_challenge_is_answered_and_the_token_says_so() {
    let server = TestServer::for_platform(&Forge::tdx4());
    let (text, nonce) = challenge(&server, &json!({}));
    let forge = tdx_with(&nonce);
    let mut asked = request(&forge, json!({ "raw": base64(&nonce), "binding": "raw-pad64" }));
    asked["challenge"] = json!(text);
    let answer = server.post("/v2/attestation", &asked);
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.header("content-type"), "application/json");
    let token = answer.json()["token"].as_str().unwrap().to_owned();
    let claims = server.verified(&token);
    assert_eq!(claims["eat_nonce"], base64url(&nonce));
    assert_eq!(claims["aud"], AUDIENCE);
    assert_eq!(
        claims["x-att"]["binding"],
        json!({ "mode": "raw-pad64", "matched": true, "fresh": "eat_nonce" })
    );
    let jwks = server.get("/jwks.json").body;
    let verdict = |audience| verify_token(&token, &jwks, support::ISSUER, Some(audience), NOW + 5);
    assert_eq!(verdict(AUDIENCE)["accepted"], true);
    assert_eq!(verdict("https://other.example")["error"]["code"], "jwt.audience");

    // T14: once and not twice, as a token or as an appraisal.
    for path in ["/v2/attestation", "/v2/appraise"] {
        let again = server.post(path, &asked);
        assert_eq!(
            (again.status, again.json()["code"].as_str()),
            (401, Some("AS.CHALLENGE.INVALID_TOKEN")),
            "{path}"
        );
    }
    // N56: a challenge is no token.
    assert_eq!(verify_token(&text, &jwks, support::ISSUER, None, NOW + 5)["error"]["code"], "input.encoding");
}

#[test]
fn structured_data_hold_the_nonce_by_name() {
    let server = TestServer::for_platform(&Forge::tdx4());
    let (text, nonce) = challenge(&server, &json!({ "one_time": false }));
    let canonical = format!("{{\"key\":\"k\",\"nonce\":\"{}\"}}", base64url(&nonce));
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA384, canonical.as_bytes());
    let forge = tdx_with(digest.as_ref());
    let structured = json!({ "nonce": base64url(&nonce), "key": "k" });
    let mut asked = request(&forge, json!({ "structured": structured, "binding": "sha384-jcs-pad64" }));
    asked["challenge"] = json!(text);
    for _ in 0..2 {
        let answer = server.post("/v2/attestation", &asked);
        assert_eq!(answer.status, 200, "not a one-time challenge: {}", answer.body);
    }
}

#[test]
fn a_challenge_that_is_not_answered_counts_for_nothing() {
    let server = TestServer::for_platform(&Forge::tdx4());
    let (text, nonce) = challenge(&server, &json!({ "one_time": true }));
    let other = tdx_with(b"something else");
    let refusal = |challenge: &str, runtime_data: Value, forge: &Forge| {
        let mut asked = request(forge, runtime_data);
        asked["challenge"] = json!(challenge);
        let refused = server.post("/v2/attestation", &asked);
        (refused.status, refused.json()["code"].as_str().unwrap().to_owned())
    };
    let mismatch = (422, "AS.EVIDENCE.BINDING_MISMATCH".to_owned());
    // The nonce is claimed and not bound; bound are other data; nothing is bound.
    let claimed = json!({ "raw": base64(&nonce), "binding": "raw-pad64" });
    assert_eq!(refusal(&text, claimed.clone(), &other), mismatch);
    assert_eq!(
        refusal(&text, json!({ "raw": base64(b"something else"), "binding": "raw-pad64" }), &other),
        mismatch
    );
    assert_eq!(refusal(&text, json!({ "binding": "none" }), &other), mismatch);
    // T14: another secret, another algorithm, nonsense.
    let foreign = TestServer::for_platform(&Forge::tdx4());
    let (foreign, _) = challenge(&foreign, &json!({}));
    let invalid = (401, "AS.CHALLENGE.INVALID_TOKEN".to_owned());
    for text in [foreign.as_str(), "eyJhbGciOiJIUzI1NiJ9.e30.c2ln", "", "vqc1.."] {
        assert_eq!(refusal(text, claimed.clone(), &tdx_with(&nonce)), invalid, "{text}");
    }
    // None of that used it up.
    assert_eq!(refusal(&text, claimed.clone(), &Forge::sgx3()).0, 400);
    let mut asked = request(&tdx_with(&nonce), claimed);
    asked["challenge"] = json!(text);
    assert_eq!(server.post("/v2/attestation", &asked).status, 200);
}

#[test]
fn challenges_end() {
    let server =
        TestServer::for_platform_with(&Forge::tdx4(), |config| config.challenge.lifetime_seconds = 10);
    let answer = server.post("/v2/challenge", &json!({})).json();
    let text = answer["challenge"].as_str().unwrap();
    assert_eq!(answer["expires_in"], 10);
    let challenger = server.state.challenger();
    assert!(challenger.check(text, veriquote::UnixTime(NOW + 5)).is_ok());
    assert!(challenger.check(text, veriquote::UnixTime(NOW + 60)).is_err());
}

#[test]
fn of_many_who_answer_at_once_one_gets_a_token() {
    let server = TestServer::for_platform(&Forge::tdx4());
    let (text, nonce) = challenge(&server, &json!({}));
    let mut asked = request(&tdx_with(&nonce), json!({ "raw": base64(&nonce), "binding": "raw-pad64" }));
    asked["challenge"] = json!(text);
    let tokens = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..12 {
            scope.spawn(|| {
                let answer = server.post("/v2/attestation", &asked);
                match answer.status {
                    200 => drop(tokens.fetch_add(1, Ordering::Relaxed)),
                    status => assert_eq!(status, 401, "{}", answer.body),
                }
            });
        }
    });
    assert_eq!(tokens.into_inner(), 1);
}

#[test]
fn a_service_can_want_challenges() {
    let forge = Forge::tdx4();
    let server = TestServer::for_platform_with(&forge, |config| config.challenge.required = true);
    let none = json!({ "binding": "none" });
    for (path, body) in [
        ("/v1/attestation", support::v1("tdx", &forge.build())),
        ("/v2/attestation", request(&forge, none.clone())),
        ("/v2/appraise", request(&forge, none)),
    ] {
        assert_eq!(server.post(path, &body).codes().0, 401, "{path}");
    }
}

#[test]
fn nothing_has_a_default_that_weakens() {
    let forge = Forge::tdx4();
    let server = TestServer::for_platform(&forge);
    let good = request(&forge, json!({ "binding": "none" }));
    assert_eq!(server.post("/v2/attestation", &good).status, 200);
    let refused = |change: &dyn Fn(&mut Value), field: &str| {
        let mut asked = good.clone();
        change(&mut asked);
        let answer = server.post("/v2/attestation", &asked);
        assert_eq!((answer.status, answer.json()["field"].as_str()), (400, Some(field)), "{asked}");
    };
    let remove = |value: &mut Value, name: &str| drop(value.as_object_mut().unwrap().remove(name));
    refused(&|asked| remove(asked, "aud"), "aud");
    refused(&|asked| asked["aud"] = json!(""), "aud");
    refused(&|asked| remove(asked, "evidence"), "evidence");
    refused(&|asked| asked["evidence"] = json!([]), "evidence");
    refused(&|asked| asked["evidence"] = json!([good["evidence"][0], good["evidence"][0]]), "evidence");
    refused(&|asked| remove(&mut asked["evidence"][0], "runtime_data"), "evidence[0].runtime_data");
    refused(&|asked| remove(&mut asked["evidence"][0], "format"), "evidence[0].format");
    refused(&|asked| asked["evidence"][0]["format"] = json!("auto"), "evidence[0].format");
    refused(
        &|asked| asked["evidence"][0]["runtime_data"] = json!({ "raw": "YQ" }),
        "evidence[0].runtime_data.binding",
    );
    refused(&|asked| asked["profile"] = json!("other"), "profile");
    refused(&|asked| asked["policies"] = json!({ "gpu": ["strict"] }), "policies.gpu");
    refused(&|asked| asked["policies"] = json!({ "tdx": [] }), "policies.tdx");
    refused(&|asked| asked["lifetime_seconds"] = json!(1_000_000), "lifetime_seconds");
    refused(&|asked| asked["lifetime_seconds"] = json!(-1), "lifetime_seconds");
    refused(&|asked| asked["on_failure"] = json!("result"), "on_failure");
}

#[test]
fn every_profile_is_given_within_its_length() {
    let forge = Forge::tdx5_15();
    let server = TestServer::for_platform_with(&forge, |config| {
        config.token.audiences = vec![AUDIENCE.to_owned(), "sts.amazonaws.com".to_owned()];
    });
    let mut asked = request(&forge, json!({ "binding": "none" }));
    for profile in ["aliyun", "ear", "ear-dotted", "compact"] {
        asked["profile"] = json!(profile);
        asked["lifetime_seconds"] = json!(900);
        let answer = server.post("/v2/attestation", &asked).json();
        assert_eq!(answer["profile"], profile);
        let claims = server.verified(answer["token"].as_str().unwrap());
        assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 900);
    }
    asked["profile"] = json!("aliyun");
    asked["max_token_chars"] = json!(4_800);
    let answer = server.post("/v2/attestation", &asked).json();
    assert!(answer["token"].as_str().unwrap().len() <= 4_800);
    assert_eq!(answer["omitted"][0], "collateral");
    asked["max_token_chars"] = json!(1_000);
    let refused = server.post("/v2/attestation", &asked);
    assert_eq!(refused.codes(), (422, "AS.TOKEN.TOO_LONG".into(), "claims.size".into()));
    asked["aud"] = json!("https://other.example");
    assert_eq!(server.post("/v2/attestation", &asked).json()["field"], "aud");
}

#[test]
fn an_appraisal_tells_everything_and_signs_nothing() {
    let mut forge = tdx_with(b"data");
    let server = TestServer::for_platform(&forge);
    let bound = json!({ "raw": base64(b"data"), "binding": "raw-pad64" });
    let mut asked = request(&forge, bound.clone());
    asked["policies"] = json!({ "tdx": ["strict", "crypto-only"] });
    let answer = server.post("/v2/appraise", &asked);
    assert_eq!(answer.status, 200, "{}", answer.body);
    let result = answer.json();
    assert_eq!(result["accepted"], true);
    assert!(result["token"].is_null());
    let evidence = &result["evidence"][0];
    assert_eq!(evidence["binding"]["matched"], true);
    assert_eq!(evidence["policies"][1]["id"], "strict");
    assert_eq!(evidence["policies"][1]["verification"]["accepted"], true);
    assert!(evidence["policies"][1]["verification"]["checks"].as_array().unwrap().len() > 10);

    // Other data: authentic, accepted by every policy, and not accepted.
    let other = request(&forge, json!({ "raw": base64(b"dats"), "binding": "raw-pad64" }));
    let result = server.post("/v2/appraise", &other).json();
    assert_eq!(
        (&result["accepted"], &result["evidence"][0]["binding"]["matched"]),
        (&json!(false), &json!(false))
    );
    assert_eq!(result["evidence"][0]["binding"]["error"]["code"], "binding.report_data");

    // Refused by a policy, and the other one says yes.
    if let veriquote_forge::Body::Td(report, _) = &mut forge.quote.body {
        report.td_attributes[0] |= 1;
    }
    asked["evidence"][0]["data"] = json!(base64url(&forge.build().quote));
    let result = server.post("/v2/appraise", &asked).json();
    assert_eq!(result["accepted"], false);
    let policies = &result["evidence"][0]["policies"];
    assert_eq!(policies[0]["verification"]["accepted"], true);
    assert_eq!(policies[1]["verification"]["error"]["code"], "policy.rejected");

    // Not authentic.
    let mut quote = forge.build().quote;
    quote[200] ^= 1;
    asked["evidence"][0]["data"] = json!(base64url(&quote));
    let result = server.post("/v2/appraise", &asked).json();
    assert_eq!(result["accepted"], false);
    assert_eq!(result["evidence"][0]["policies"][0]["verification"]["error"]["code"], "dcap.quote.signature");
    assert_eq!(result["evidence"][0]["binding"]["matched"], json!(null), "nothing authentic binds anything");
}
