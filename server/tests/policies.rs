//! Policies: who may change them, what a change leaves behind, and that all of them are asked.

mod support;

use serde_json::{Value, json};
use support::{Answer, TestServer, base64url, v1};
use veriquote_forge::{Body, Forge, hex, sha256};
use veriquote_server::config::AdminToken;

const TOKEN: &str = "a-token-of-many-random-bits";

fn server(forge: &Forge) -> TestServer {
    TestServer::for_platform_with(forge, |config| {
        config.admin.tokens = vec![
            AdminToken { name: "other".into(), sha256: hex(&sha256(&[b"another token"])) },
            AdminToken { name: "ci".into(), sha256: hex(&sha256(&[TOKEN.as_bytes()])) },
        ];
    })
}

fn call(server: &TestServer, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let bearer = format!("Bearer {TOKEN}");
    let mut all = vec![("Authorization", bearer.as_str()), ("Content-Type", "application/json")];
    all.extend(headers);
    server.request(method, path, &all, body)
}

fn create(server: &TestServer, id: &str, policy: &Value) -> Answer {
    call(server, "PUT", &format!("/v2/policies/{id}"), &[("If-None-Match", "*")], &policy.to_string())
}

fn mr_td(forge: &Forge) -> String {
    match &forge.quote.body {
        Body::Td(report, _) => hex(&report.mr_td),
        _ => unreachable!("a trust domain"),
    }
}

#[test]
fn only_administrators_come_in() {
    let server = server(&Forge::tdx4());
    let policy = json!({ "tdx": { "debug": "forbid" } }).to_string();
    for (method, path) in [
        ("GET", "/v2/policies"),
        ("GET", "/v2/policies/strict"),
        ("PUT", "/v2/policies/p"),
        ("DELETE", "/v2/policies/p"),
        ("GET", "/v2/policies/p/versions"),
        ("POST", "/v2/policies/p/evaluate"),
    ] {
        for authorization in ["", "Bearer", "Bearer wrong", "Basic YTpi", "Bearer another token of many"] {
            let headers = [("Authorization", authorization), ("If-None-Match", "*")];
            let refused = server.request(method, path, &headers, if method == "GET" { "" } else { &policy });
            assert_eq!(refused.status, 401, "{method} {path} {authorization:?}");
            assert_eq!(refused.json()["code"], "AS.AUTH.UNAUTHENTICATED");
            assert!(refused.header("www-authenticate").starts_with("Bearer"));
        }
    }
    let closed = TestServer::for_platform(&Forge::tdx4());
    assert_eq!(call(&closed, "GET", "/v2/policies", &[], "").status, 401, "no token is configured");
}

#[test]
fn a_change_names_the_version_that_it_changes() {
    let server = server(&Forge::tdx4());
    let first = json!({ "tdx": { "migratable": "allow" } });
    let second = json!({ "tdx": { "migratable": "forbid", "debug": "forbid" } }).to_string();
    let put = |headers: &[(&str, &str)], body: &str| call(&server, "PUT", "/v2/policies/p", headers, body);
    assert_eq!(put(&[], &first.to_string()).status, 428);
    assert_eq!(put(&[("If-Match", "\"1-x\"")], &first.to_string()).status, 412);
    let dry =
        call(&server, "PUT", "/v2/policies/p?dry_run=true", &[("If-None-Match", "*")], &first.to_string());
    assert_eq!((dry.status, dry.json()["version"].as_i64()), (200, Some(1)));
    assert_eq!(call(&server, "GET", "/v2/policies/p", &[], "").status, 404, "nothing was written");

    let made = create(&server, "p", &first);
    assert_eq!(made.status, 201, "{}", made.body);
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA384, first.to_string().as_bytes());
    assert_eq!(made.json()["hash"], hex(digest.as_ref()));
    // T17: it is there, and stays as it was.
    assert_eq!(create(&server, "p", &json!({ "tdx": { "debug": "allow" } })).status, 412);
    let got = call(&server, "GET", "/v2/policies/p", &[], "");
    assert_eq!((got.body.as_str(), got.header("etag")), (first.to_string().as_str(), made.header("etag")));
    let known = call(&server, "GET", "/v2/policies/p", &[("If-None-Match", got.header("etag"))], "");
    assert_eq!((known.status, known.body.as_str()), (304, ""));

    for tag in ["*", "\"1\"", "\"2-0\"", ""] {
        let refused = put(&[("If-Match", tag)], &second);
        assert_eq!(refused.status, 412, "{tag}");
    }
    let changed = put(&[("If-Match", got.header("etag"))], &second);
    assert_eq!((changed.status, changed.json()["version"].as_i64()), (200, Some(2)));
    assert_eq!(put(&[("If-Match", got.header("etag"))], &second).status, 412, "an old version");
    let old = call(&server, "GET", "/v2/policies/p?version=1", &[], "");
    assert_eq!(old.body, first.to_string());

    let gone = call(&server, "DELETE", "/v2/policies/p", &[("If-Match", changed.header("etag"))], "");
    assert_eq!(gone.status, 204, "{}", gone.body);
    assert_eq!(call(&server, "GET", "/v2/policies/p", &[], "").status, 404);
    let versions = call(&server, "GET", "/v2/policies/p/versions", &[], "").json();
    let numbers: Vec<_> =
        versions["versions"].as_array().unwrap().iter().map(|it| it["version"].clone()).collect();
    assert_eq!(numbers, [3, 2, 1]);
    assert_eq!(versions["versions"][0]["deleted"], true);
    assert_eq!(create(&server, "p", &first).json()["version"], 4, "a version never comes again");
}

#[test]
fn queries_and_paths_that_cannot_be_read_are_problems_too() {
    let server = server(&Forge::tdx4());
    for path in ["p?version=9223372036854775808", "p?version=x", "p?vrsion=1", "p?dry_run=null", "%ff"] {
        let refused = call(&server, "GET", &format!("/v2/policies/{path}"), &[], "");
        assert_eq!(
            (refused.status, refused.header("content-type")),
            (400, "application/problem+json"),
            "{path}"
        );
        assert_eq!(refused.json()["code"], "AS.REQUEST.INVALID_ARGUMENT", "{path}");
        assert!(!refused.json()["detail"].as_str().unwrap().is_empty(), "{path}");
    }
}

#[test]
fn of_many_changes_at_once_one_wins() {
    let server = server(&Forge::tdx4());
    let made = create(&server, "p", &json!({ "tdx": { "debug": "forbid" } }));
    let tag = made.header("etag").to_owned();
    let statuses = std::sync::Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for number in 0..8 {
            let (server, tag, statuses) = (&server, &tag, &statuses);
            scope.spawn(move || {
                let policy = json!({ "tcb": { "minimum_evaluation_number": number } }).to_string();
                let answer = call(server, "PUT", "/v2/policies/p", &[("If-Match", tag)], &policy);
                statuses.lock().unwrap().push(answer.status);
            });
        }
    });
    let mut statuses = statuses.into_inner().unwrap();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412, 412, 412, 412, 412, 412, 412]);
}

#[test]
fn what_is_no_policy_is_not_kept() {
    let server = server(&Forge::tdx4());
    for (policy, error) in [
        ("{}", "misuse.policy_empty"),
        ("{\"tdx\":{\"debg\":\"forbid\"}}", "misuse.policy"),
        ("{\"tdx\":{\"debug\":\"maybe\"}}", "misuse.policy"),
        ("{\"tdx\":{\"debug\":\"allow\",\"debug\":\"forbid\"}}", "json.duplicate_key"),
        ("{\"tdx\":{\"debug\":\"allow\"}", "json.syntax"),
        // What is no object of rules is a module of Rego, and this is none of ours.
        ("package policy\nallow if true", ""),
        ("package veriquote\nallow { true }", ""),
        ("[]", ""),
        ("", ""),
    ] {
        let refused = call(&server, "PUT", "/v2/policies/p", &[("If-None-Match", "*")], policy);
        assert_eq!(refused.codes(), (400, "AS.POLICY.INVALID".into(), error.into()), "{policy}");
    }
    let named = json!({ "name": "q", "tdx": { "debug": "forbid" } });
    assert_eq!(create(&server, "p", &named).json()["field"], "name");
    assert_eq!(create(&server, "q", &named).status, 201);
    // T16
    for id in ["..%2Fdefault", "a.rego", "a%00", &"a".repeat(300), "strict", "crypto-only", "default", "-a"] {
        let refused = create(&server, id, &json!({ "tdx": { "debug": "forbid" } }));
        assert_eq!(refused.status, 400, "{id}: {}", refused.body);
    }
}

#[test]
fn every_policy_of_a_request_is_asked() {
    let forge = Forge::tdx4();
    let server = server(&forge);
    let good = json!({ "tdx": { "mr_td": mr_td(&forge) } });
    let bad = json!({ "tdx": { "mr_td": "00".repeat(48) } });
    let made = create(&server, "good", &good).json();
    create(&server, "bad", &bad);
    let ask = |ids: Value| {
        let mut request = v1("tdx", &forge.build());
        request["policy_ids"] = ids;
        server.post("/v1/attestation", &request)
    };
    let claims = server.verified(&ask(json!(["good"])).body);
    assert_eq!(claims["evaluation-reports"], json!([{ "policy-id": "good", "policy-hash": made["hash"] }]));
    assert!(claims["sub"].as_str().unwrap().starts_with("att1:tdx:good:"));
    // T18: the second denies, in either order, and a policy named twice is asked once.
    for ids in [json!(["good", "bad"]), json!(["bad", "good"]), json!(["bad"])] {
        let refused = ask(ids);
        assert_eq!(refused.codes().1, "AS.POLICY.DENIED");
        assert_eq!(refused.json()["policy"], "bad");
        assert_eq!(refused.json()["findings"][0]["rule"], "tdx.mr_td");
    }
    let claims = server.verified(&ask(json!(["strict", "good", "good"])).body);
    let ids: Vec<_> =
        claims["evaluation-reports"].as_array().unwrap().iter().map(|it| it["policy-id"].clone()).collect();
    assert_eq!(ids, ["good", "strict"]);
    assert!(claims["sub"].as_str().unwrap().starts_with("att1:tdx:good~strict:"));
    // A change counts at once, and the hash follows it.
    let tag = call(&server, "GET", "/v2/policies/good", &[], "").header("etag").to_owned();
    call(&server, "PUT", "/v2/policies/good", &[("If-Match", &tag)], &bad.to_string());
    assert_eq!(ask(json!(["good"])).codes().1, "AS.POLICY.DENIED");
    let tag = call(&server, "GET", "/v2/policies/good", &[], "").header("etag").to_owned();
    call(&server, "DELETE", "/v2/policies/good", &[("If-Match", &tag)], "");
    assert_eq!(ask(json!(["good"])).codes().1, "AS.POLICY.NOT_FOUND");
}

#[test]
fn a_policy_is_tried_out_before_it_counts() {
    let forge = Forge::tdx4();
    let server = server(&forge);
    let evidence = json!([{
        "tee": "tdx", "format": "quote", "data": base64url(&forge.build().quote),
        "runtime_data": { "binding": "none" }
    }]);
    let evaluate = |body: Value| call(&server, "POST", "/v2/policies/p/evaluate", &[], &body.to_string());
    assert_eq!(evaluate(json!({ "evidence": evidence })).codes().1, "AS.POLICY.NOT_FOUND");
    for (mr_td, accepted) in [(mr_td(&forge), true), ("00".repeat(48), false)] {
        let result =
            evaluate(json!({ "policy": { "tdx": { "mr_td": mr_td } }, "evidence": evidence })).json();
        assert_eq!(result["accepted"], accepted, "{result}");
        assert_eq!(result["evidence"][0]["policies"][0]["id"], "p");
    }
    assert_eq!(call(&server, "GET", "/v2/policies/p", &[], "").status, 404, "nothing was kept");
    let wrong = evaluate(json!({ "policy": { "tdx": { "mr_tdd": "" } }, "evidence": evidence }));
    assert_eq!(wrong.codes().1, "AS.POLICY.INVALID");
}
