//! `POST /v1/attestation`: the documented contract, and everything that must not get a token.

mod support;

use serde_json::{Value, json};
use support::{Answer, ISSUER, TestServer, base64, base64url, header, outer, payload, v1};
use veriquote_forge::{Forge, NOW};
use veriquote_server::keys::Algorithm;

fn report_data(data: &[u8]) -> [u8; 64] {
    let mut field = [0; 64];
    field[..data.len()].copy_from_slice(data);
    field
}

/// A platform whose TD has these report data.
fn tdx_with(field: [u8; 64]) -> Forge {
    let mut forge = Forge::tdx4();
    match &mut forge.quote.body {
        veriquote_forge::Body::Td(report, _) => report.report_data = field,
        _ => unreachable!("a trust domain"),
    }
    forge
}

#[test]
fn evidence_becomes_the_documented_token() {
    let forge = Forge::tdx4();
    let server = TestServer::for_platform_with(&forge, |config| config.token.algorithm = Algorithm::Rs256);
    let request = v1("tdx", &forge.build());
    // As curl sends it.
    let answer = server.post_text(
        "/v1/attestation",
        &request.to_string(),
        &[("Content-Type", "application/x-www-form-urlencoded"), ("Accept", "*/*")],
    );
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.header("content-type"), "text/plain; charset=utf-8");
    assert_eq!(answer.header("cache-control"), "no-store");
    let token = answer.body;
    assert_eq!(token.split('.').count(), 3, "the bare token");
    let head = header(&token);
    let names: Vec<&str> = head.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, ["alg", "kid", "typ"]);
    assert_eq!((&head["alg"], &head["typ"]), (&json!("RS256"), &json!("JWT")));
    let claims = server.verified(&token);
    for name in [
        "aud",
        "customized_claims",
        "eat_profile",
        "evaluation-reports",
        "exp",
        "iat",
        "iss",
        "jti",
        "nbf",
        "tcb-status",
        "tee",
    ] {
        assert!(!claims[name].is_null(), "{name}");
    }
    assert_eq!((&claims["iss"], &claims["aud"]), (&json!(ISSUER), &json!(ISSUER)));
    assert_eq!(claims["tee"], "tdx");
    let iat = claims["iat"].as_i64().unwrap();
    assert!((NOW..NOW + 60).contains(&iat));
    assert_eq!(claims["nbf"], iat);
    assert_eq!(claims["exp"].as_i64().unwrap() - iat, 21_600);
    assert_eq!(claims["customized_claims"], json!({ "init_data": null, "runtime_data": null }));
    assert_eq!(claims["x-att"]["binding"], json!({ "mode": "none" }));
    let status: Value = serde_json::from_str(claims["tcb-status"].as_str().unwrap()).unwrap();
    assert_eq!(status["tdx.quote.header.tee_type"], "81000000");
    assert!(status["tdx.quote.body.mr_td"].as_str().unwrap().len() == 96);
    assert_eq!(status["tdx.td_attributes.debug"], false);
    assert!(claims["sub"].as_str().unwrap().starts_with("att1:tdx:strict:"));
    let [report] = claims["evaluation-reports"].as_array().unwrap().as_slice() else { panic!("one") };
    assert_eq!(report["policy-id"], "strict");
    assert_eq!(report["policy-hash"].as_str().unwrap().len(), 96);
}

#[test]
fn the_documented_default_policy_is_a_matter_of_configuration() {
    let forge = Forge::tdx4();
    let server =
        TestServer::for_platform_with(&forge, |config| config.policy.default = "crypto-only".to_owned());
    for ids in [json!([]), json!(["default"]), json!(["crypto-only"]), json!(null)] {
        let mut request = v1("tdx", &forge.build());
        request["policy_ids"] = ids;
        let claims = server.verified(&server.post("/v1/attestation", &request).body);
        assert_eq!(claims["evaluation-reports"], json!([{ "policy-id": "default", "policy-hash": null }]));
        assert_eq!(claims["x-att"]["policy"], "crypto-only");
        assert!(claims["sub"].as_str().unwrap().starts_with("att1:tdx:crypto-only:"));
    }
}

#[test]
fn enclaves_of_every_version_get_tokens() {
    for (name, forge) in Forge::all() {
        let tee = if name.starts_with("sgx") { "sgx" } else { "tdx" };
        let server = TestServer::for_platform(&forge);
        let answer = server.post("/v1/attestation", &v1(tee, &forge.build()));
        assert_eq!(answer.status, 200, "{name}: {}", answer.body);
        assert_eq!(server.verified(&answer.body)["tee"], tee, "{name}");
        let other = if tee == "sgx" { "tdx" } else { "sgx" };
        let refused = server.post("/v1/attestation", &v1(other, &forge.build()));
        assert_eq!(refused.status, 400, "{name} is no {other}");
        assert_eq!(refused.json()["field"], "tee");
    }
}

#[test]
fn the_client_chooses_the_form() {
    let forge = Forge::tdx4();
    let server = TestServer::for_platform(&forge);
    let request = v1("tdx", &forge.build()).to_string();
    let ask = |accept: &str| server.post_text("/v1/attestation", &request, &[("Accept", accept)]);
    let json = ask("application/json");
    assert_eq!(json.header("content-type"), "application/json");
    assert_eq!(server.verified(json.json()["token"].as_str().unwrap())["tee"], "tdx");
    let axios = ask("application/json, text/plain, */*");
    assert_eq!(
        axios.header("content-type"),
        "text/plain; charset=utf-8",
        "what the documented service answers"
    );
    let jwt = ask("application/jwt");
    assert_eq!((jwt.header("content-type"), jwt.header("vary")), ("application/jwt", "Accept"));
    for (profile, status) in
        [("tag:ietf.org,2026:rats/ear#04", "ear_status"), ("tag:github.com,2023:veraison/ear", "ear.status")]
    {
        let ear = ask(&format!("application/eat-jwt; eat_profile=\"{profile}\""));
        assert_eq!(ear.header("content-type"), format!("application/eat-jwt; eat_profile=\"{profile}\""));
        let claims = server.verified(&ear.body);
        assert_eq!(claims["eat_profile"], profile);
        assert!(!claims["submods"]["tdx"][status].is_null(), "{claims}");
    }
    for accept in ["image/png", "text/plain;q=0", "application/eat-jwt; eat_profile=\"tag:other\""] {
        let refused = ask(accept);
        assert_eq!(
            (refused.status, refused.json()["code"].as_str()),
            (406, Some("AS.REQUEST.NOT_ACCEPTABLE"))
        );
    }
}

fn bound(server: &TestServer, forge: &Forge, runtime_data: &Value) -> Answer {
    let mut request = v1("tdx", &forge.build());
    request["runtime_data"] = runtime_data.clone();
    server.post("/v1/attestation", &request)
}

#[test]
fn report_data_bind_what_was_given() {
    let sha384 = |data: &[u8]| {
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA384, data);
        report_data(digest.as_ref())
    };
    let long = vec![7; 200];
    let structured = json!({ "b": [1, 2], "a": "é" });
    for (field, runtime_data, mode, shown) in [
        (report_data(b"aaa\n"), json!({ "raw": "YWFhCg==" }), "raw-pad64", json!({ "raw": "YWFhCg==" })),
        (report_data(b"aaa\n"), json!({ "raw": "YWFhCg" }), "raw-pad64", json!({ "raw": "YWFhCg==" })),
        (
            report_data(&[0xff; 64]),
            json!({ "raw": base64url(&[0xff; 64]) }),
            "raw-pad64",
            json!({ "raw": base64(&[0xff; 64]) }),
        ),
        (sha384(b"aaa\n"), json!({ "raw": "YWFhCg==" }), "sha384-pad64", json!({ "raw": "YWFhCg==" })),
        (sha384(&long), json!({ "raw": base64(&long) }), "sha384-pad64", json!({ "raw": base64(&long) })),
        (
            sha384("{\"a\":\"é\",\"b\":[1,2]}".as_bytes()),
            json!({ "structured": structured }),
            "sha384-jcs-pad64",
            structured.clone(),
        ),
        (
            report_data(b"aaa\n"),
            json!({ "raw": "YWFhCg==", "binding": "raw-pad64" }),
            "raw-pad64",
            json!({ "raw": "YWFhCg==" }),
        ),
    ] {
        let forge = tdx_with(field);
        let server = TestServer::for_platform(&forge);
        let answer = bound(&server, &forge, &runtime_data);
        assert_eq!(answer.status, 200, "{runtime_data}: {}", answer.body);
        let claims = server.verified(&answer.body);
        assert_eq!(claims["x-att"]["binding"], json!({ "mode": mode, "matched": true }));
        assert_eq!(claims["customized_claims"]["runtime_data"], shown);
    }
}

#[test]
fn nothing_is_cut_and_no_prefix_matches() {
    let mut tail = report_data(b"aaa");
    tail[40] = 1;
    let full = [0x61; 64];
    let mut longer = full.to_vec();
    longer.push(0x61);
    for (field, data, binding, status, code) in [
        // T1: one byte too many, of which the first 64 are the report data.
        (full, longer.clone(), None, 400, "AS.REQUEST.INVALID_ARGUMENT"),
        (full, longer, Some("raw-pad64"), 400, "AS.REQUEST.INVALID_ARGUMENT"),
        // T2: the start fits, and something follows.
        (tail, b"aaa".to_vec(), None, 422, "AS.EVIDENCE.BINDING_MISMATCH"),
        (tail, b"aaa".to_vec(), Some("raw-exact"), 422, "AS.EVIDENCE.BINDING_MISMATCH"),
        (report_data(b"aaa"), b"aab".to_vec(), None, 422, "AS.EVIDENCE.BINDING_MISMATCH"),
        // Bound, and by another mode than the one that was named.
        (report_data(b"aaa"), b"aaa".to_vec(), Some("sha512"), 422, "AS.EVIDENCE.BINDING_MISMATCH"),
        // A field of zeros binds nothing, not even zeros.
        ([0; 64], vec![0; 64], None, 422, "AS.EVIDENCE.BINDING_MISMATCH"),
        (report_data(b"aaa"), Vec::new(), None, 400, "AS.REQUEST.INVALID_ARGUMENT"),
    ] {
        let forge = tdx_with(field);
        let server = TestServer::for_platform(&forge);
        let mut runtime_data = json!({ "raw": base64(&data) });
        if let Some(binding) = binding {
            runtime_data["binding"] = json!(binding);
        }
        let refused = bound(&server, &forge, &runtime_data);
        assert_eq!((refused.status, refused.json()["code"].as_str()), (status, Some(code)), "{runtime_data}");
        let body = refused.json();
        assert_eq!(body["field"], "runtime_data.raw");
        assert_eq!(body["check"]["id"], "service.binding");
        assert_eq!(body["trace"].as_array().unwrap().last(), Some(&body["check"]));
    }
}

#[test]
fn evidence_that_is_not_authentic_gets_no_token() {
    let good = Forge::tdx4();
    let server = TestServer::for_platform(&good);
    let forged = good.build();
    let post = |quote: &[u8]| {
        let evidence = outer(&json!({ "quote": base64(quote) }));
        server.post("/v1/attestation", &json!({ "tee": "tdx", "evidence": evidence }))
    };
    // One bit of MRTD.
    let mut changed = forged.quote.clone();
    changed[48 + 136] ^= 1;
    let refused = post(&changed);
    assert_eq!(refused.codes(), (422, "AS.EVIDENCE.INVALID_QUOTE".into(), "dcap.quote.signature".into()));
    let body = refused.json();
    assert_eq!(body["error"]["kind"], "untrusted");
    assert!(!body["error"]["help"].as_str().unwrap().is_empty());
    assert_eq!(body["check"]["outcome"], "failed");
    assert_eq!(body["trace"].as_array().unwrap().last(), Some(&body["check"]));
    assert!(body["trace"].as_array().unwrap().len() > 5, "how far it came");
    // Cut off, something behind it, nothing.
    for quote in [&forged.quote[..200], &[], &[0; 2_000]] {
        let refused = post(quote);
        assert!((400..=422).contains(&refused.status), "{}", refused.body);
        assert!(refused.json()["code"].as_str().unwrap().starts_with("AS.EVIDENCE."), "{}", refused.body);
    }
    // Another's platform: Intel's root is not the one that the service trusts.
    let mut other = Forge::tdx4();
    other.root.key = veriquote_forge::Key::new("another root");
    assert_ne!(post(&other.build().quote).status, 200);
}

#[test]
fn a_policy_says_no_with_its_reasons() {
    let mut debug = Forge::tdx4();
    match &mut debug.quote.body {
        veriquote_forge::Body::Td(report, _) => report.td_attributes[0] |= 1,
        _ => unreachable!("a trust domain"),
    }
    let server = TestServer::for_platform(&debug);
    let refused = server.post("/v1/attestation", &v1("tdx", &debug.build()));
    assert_eq!(refused.codes(), (403, "AS.POLICY.DENIED".into(), "policy.rejected".into()));
    let body = refused.json();
    assert_eq!(body["policy"], "strict");
    let broken: Vec<&str> = body["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| finding["rule"].as_str().unwrap())
        .collect();
    assert_eq!(broken, ["tdx.debug"]);
}

#[test]
fn a_policy_that_is_not_there_is_an_error() {
    let forge = Forge::tdx4();
    let server = TestServer::for_platform(&forge);
    for ids in [json!(["prod"]), json!(["strict", "prod"]), json!(["prod", "strict"])] {
        let mut request = v1("tdx", &forge.build());
        request["policy_ids"] = ids;
        let refused = server.post("/v1/attestation", &request);
        assert_eq!(refused.codes().0, 422);
        assert_eq!(refused.codes().1, "AS.POLICY.NOT_FOUND");
    }
}

#[test]
fn several_policies_are_asked_once_each() {
    let forge = Forge::tdx4();
    let server = TestServer::for_platform(&forge);
    let mut tokens = Vec::new();
    for ids in [json!(["strict", "crypto-only", "strict"]), json!(["crypto-only", "strict"])] {
        let mut request = v1("tdx", &forge.build());
        request["policy_ids"] = ids;
        let answer = server.post("/v1/attestation", &request);
        assert_eq!(answer.status, 200, "{}", answer.body);
        tokens.push(server.verified(&answer.body));
    }
    let ids = |claims: &Value| -> Vec<Value> {
        claims["evaluation-reports"].as_array().unwrap().iter().map(|it| it["policy-id"].clone()).collect()
    };
    assert_eq!(ids(&tokens[0]), ["default", "strict"]);
    assert_eq!(ids(&tokens[0]), ids(&tokens[1]));
    assert_eq!(tokens[0]["sub"], tokens[1]["sub"]);
    assert!(tokens[0]["x-att"]["policy"].is_null(), "a policy was asked");
}

#[test]
fn collateral_is_there_and_in_force_or_there_is_no_token() {
    let forge = Forge::tdx4();
    let forged = forge.build();
    // None at hand.
    let bare = TestServer::start(|config, folder| {
        config.trust.roots = vec![support::write(folder, "root.pem", forged.root_pem.as_bytes())];
    });
    let refused = bare.post("/v1/attestation", &v1("tdx", &forged));
    assert_eq!(refused.codes().1, "AS.DEPENDENCY.UNAVAILABLE");
    assert_eq!((refused.status, refused.json()["retryable"].as_bool()), (503, Some(true)));
    // The client brings it, as an object or as a text.
    let collateral: Value = serde_json::from_str(&forged.collateral_json()).unwrap();
    for given in [collateral.clone(), json!(forged.collateral_json())] {
        let evidence = outer(&json!({ "quote": base64(&forged.quote), "collateral": given }));
        let answer = bare.post("/v1/attestation", &json!({ "tee": "tdx", "evidence": evidence }));
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
    // What it brings must be in force; so must what the service has.
    let late = NOW + 60 * 86_400;
    let stale = TestServer::start_at(late, |config, folder| {
        config.trust.roots = vec![support::write(folder, "root.pem", forged.root_pem.as_bytes())];
        config.collateral.import =
            vec![support::write(folder, "collateral.json", forged.collateral_json().as_bytes())];
    });
    let refused = stale.post("/v1/attestation", &v1("tdx", &forged));
    assert_eq!((refused.codes().0, refused.codes().1.as_str()), (503, "AS.DEPENDENCY.UNAVAILABLE"));
    assert_eq!(refused.json()["error"]["kind"], "stale");
    let evidence = outer(&json!({ "quote": base64(&forged.quote), "collateral": collateral }));
    let refused = stale.post("/v1/attestation", &json!({ "tee": "tdx", "evidence": evidence }));
    assert_eq!((refused.codes().0, refused.codes().1.as_str()), (409, "AS.EVIDENCE.VERIFICATION_FAILED"));
    // T45: a clock that is late is noticed as well.
    let early = TestServer::start_at(NOW - 20 * 86_400, |config, folder| {
        config.trust.roots = vec![support::write(folder, "root.pem", forged.root_pem.as_bytes())];
        config.collateral.import =
            vec![support::write(folder, "collateral.json", forged.collateral_json().as_bytes())];
    });
    assert_eq!(early.post("/v1/attestation", &v1("tdx", &forged)).status, 503);
}

#[test]
fn a_token_does_not_outlive_its_collateral() {
    let ends: [fn(&mut Forge); 4] = [
        |forge| forge.tcb_info.next_update = NOW + 600,
        |forge| forge.pck_crl.next_update = Some((NOW + 600).into()),
        |forge| forge.root_crl.next_update = Some((NOW + 600).into()),
        |forge| forge.pck.not_after = (NOW + 600).into(),
    ];
    for (number, end) in ends.iter().enumerate() {
        let mut forge = Forge::tdx4();
        end(&mut forge);
        let server = TestServer::for_platform(&forge);
        let claims = server.verified(&server.post("/v1/attestation", &v1("tdx", &forge.build())).body);
        assert_eq!(claims["exp"], NOW + 600, "{number}");
    }
}

#[test]
fn what_the_attester_says_of_itself_is_no_claim() {
    // T12
    let structured = json!({ "iss": "https://evil.example", "sub": "root", "email": "a@b" });
    let text = "{\"email\":\"a@b\",\"iss\":\"https://evil.example\",\"sub\":\"root\"}";
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA384, text.as_bytes());
    let forge = tdx_with(report_data(digest.as_ref()));
    let server = TestServer::for_platform(&forge);
    let answer = bound(&server, &forge, &json!({ "structured": structured }));
    let claims = server.verified(&answer.body);
    assert_eq!(claims["iss"], ISSUER);
    assert!(claims["email"].is_null());
    assert_eq!(claims["customized_claims"]["runtime_data"], structured);
    assert_ne!(payload(&answer.body)["sub"], "root");
}

#[test]
fn an_event_log_is_replayed_or_refused() {
    let forge = Forge::tdx4();
    let server = TestServer::for_platform(&forge);
    let quote = base64(&forge.build().quote);
    let evidence = outer(&json!({ "quote": quote, "cc_eventlog": base64(&[1, 2, 3]), "aa_eventlog": null }));
    let refused = server.post("/v1/attestation", &json!({ "tee": "tdx", "evidence": evidence }));
    assert!([400, 422].contains(&refused.status), "{}", refused.body);
    let evidence = outer(&json!({ "quote": quote, "cc_eventlog": null, "aa_eventlog": "INIT sha384/0" }));
    let answer = server.post("/v1/attestation", &json!({ "tee": "tdx", "evidence": evidence }));
    assert_eq!(answer.status, 200, "a log that no claim comes from is left alone");
}

#[test]
fn what_lies_ready_is_judged_at_each_time() {
    // The same service before and after its collateral lapses: the second time is not the first one's verdict.
    let mut forge = Forge::tdx4();
    forge.tcb_info.next_update = NOW + 6;
    let server = TestServer::for_platform(&forge);
    let request = v1("tdx", &forge.build());
    assert_eq!(server.post("/v1/attestation", &request).status, 200);
    while server.state.now().0 <= NOW + 6 {
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    let refused = server.post("/v1/attestation", &request);
    assert_eq!(refused.codes(), (503, "AS.DEPENDENCY.UNAVAILABLE".into(), "dcap.tcb_info.stale".into()));
    // Nor is a policy's verdict another policy's.
    let forge = Forge::tdx4();
    let server = TestServer::for_platform(&forge);
    let mut debug = Forge::tdx4();
    if let veriquote_forge::Body::Td(report, _) = &mut debug.quote.body {
        report.td_attributes[0] |= 1;
    }
    for _ in 0..2 {
        for (ids, status) in [(json!(["crypto-only"]), 200), (json!(["strict"]), 403)] {
            let mut request = v1("tdx", &debug.build());
            request["policy_ids"] = ids;
            assert_eq!(server.post("/v1/attestation", &request).status, status);
        }
    }
}
