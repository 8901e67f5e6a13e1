//! Policies in Rego: what they decide, what they may not do, and reference values.

mod support;

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use support::{Answer, TestServer, base64url, hex_sha256, v1};
use veriquote_forge::{Body, Forge, hex};
use veriquote_server::config::AdminToken;

const TOKEN: &str = "a-token-of-many-random-bits";

fn server(forge: &Forge) -> TestServer {
    TestServer::for_platform_with(forge, |config| {
        config.admin.tokens = vec![AdminToken { name: "ci".into(), sha256: hex_sha256(TOKEN.as_bytes()) }];
    })
}

fn call(server: &TestServer, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let bearer = format!("Bearer {TOKEN}");
    let mut all = vec![("Authorization", bearer.as_str())];
    all.extend(headers);
    server.request(method, path, &all, body)
}

fn put(server: &TestServer, id: &str, module: &str) -> Answer {
    let headers = [("If-None-Match", "*"), ("Content-Type", "text/plain")];
    call(server, "PUT", &format!("/v2/policies/{id}"), &headers, &format!("package veriquote\n{module}"))
}

fn put_values(server: &TestServer, id: &str, set: &Value) -> Answer {
    let headers = [("If-None-Match", "*"), ("Content-Type", "application/json")];
    call(server, "PUT", &format!("/v2/reference-values/{id}"), &headers, &set.to_string())
}

fn attest(server: &TestServer, forge: &Forge, policies: &[&str]) -> Answer {
    let mut request = v1("tdx", &forge.build());
    request["policy_ids"] = json!(policies);
    server.post("/v1/attestation", &request)
}

fn mr_td(forge: &Forge) -> String {
    match &forge.quote.body {
        Body::Td(report, _) => hex(&report.mr_td),
        _ => unreachable!("a trust domain"),
    }
}

#[test]
fn a_module_decides_beside_the_rules() {
    let forge = Forge::tdx4();
    let server = server(&forge);
    let module = format!("allow if input.claims.report.mr_td == \"{}\"", mr_td(&forge));
    let made = put(&server, "ours", &module);
    assert_eq!(made.status, 201, "{}", made.body);
    let got = call(&server, "GET", "/v2/policies/ours", &[], "");
    assert_eq!(got.header("content-type"), "text/plain; charset=utf-8");
    assert_eq!(got.body, format!("package veriquote\n{module}"), "byte for byte");

    let issued = attest(&server, &forge, &["ours"]);
    assert_eq!(issued.status, 200, "{}", issued.body);
    let report = &server.verified(&issued.body)["evaluation-reports"][0];
    assert_eq!((&report["policy-id"], &report["policy-hash"]), (&json!("ours"), &made.json()["hash"]));

    put(
        &server,
        "others",
        "allow if input.claims.report.mr_td == \"00\"\ndeny contains \"not this image\" if input.tee == \"x\"",
    );
    let denied = attest(&server, &forge, &["others"]);
    assert_eq!((denied.status, denied.codes().1.as_str()), (403, "AS.POLICY.DENIED"), "{}", denied.body);
    assert_eq!(denied.json()["policy"], "others");
    assert_eq!(denied.json()["findings"][0]["rule"], "rego");
    assert_eq!(denied.json()["check"]["id"], "service.rego");
    for order in [["ours", "others"], ["others", "ours"]] {
        assert_eq!(attest(&server, &forge, &order).status, 403, "all of them must accept");
    }
    put(&server, "told", "allow := true\ndeny contains \"no advisories here\" if input.evidence == \"dcap\"");
    let denied = attest(&server, &forge, &["told"]);
    assert_eq!(denied.json()["error"]["message"], "no advisories here", "{}", denied.body);
}

#[test]
fn a_module_does_not_weaken_by_what_it_leaves_out() {
    let mut forge = Forge::tdx4();
    if let Body::Td(report, _) = &mut forge.quote.body {
        report.td_attributes[0] |= 1;
    }
    let server = server(&forge);
    put(&server, "lax", "allow := true");
    let denied = attest(&server, &forge, &["lax"]);
    assert_eq!((denied.status, denied.codes().1.as_str()), (403, "AS.POLICY.DENIED"), "{}", denied.body);
    let stated = "rules := {\"tdx\": {\"debug\": \"allow\", \"sept_ve_disable\": \"allow\"}}\nallow := true";
    put(&server, "stated", stated);
    assert_eq!(attest(&server, &forge, &["stated"]).status, 200, "only by a rule that says so");
    let wrong = put(&server, "wrong", "rules := {\"tdx\": {\"debugg\": \"allow\"}}\nallow := true");
    assert_eq!((wrong.status, wrong.codes().1.as_str()), (400, "AS.POLICY.INVALID"), "{}", wrong.body);
}

#[test]
fn a_module_that_is_none_is_refused_with_its_place() {
    let server = server(&Forge::tdx4());
    for (module, words) in [
        ("allow if {", "policy.rego"),
        ("other := true", "no rule `allow`"),
        ("allow := true\nreferences := [\"nowhere\"]", "nowhere"),
    ] {
        let refused = put(&server, "p", module);
        assert!(refused.status == 400 || refused.status == 422, "{}", refused.body);
        assert!(refused.json()["detail"].as_str().unwrap().contains(words), "{}", refused.body);
    }
    let headers = [("If-None-Match", "*"), ("Content-Type", "text/plain")];
    let refused = call(&server, "PUT", "/v2/policies/p", &headers, "package other\nallow := true");
    assert_eq!((refused.status, refused.codes().1.as_str()), (400, "AS.POLICY.INVALID"), "{}", refused.body);
    assert_eq!(call(&server, "GET", "/v2/policies/p", &[], "").status, 404);
}

/// T19, and what an interpreter alone does not stop: one built-in function that asks for all the memory there is.
#[test]
fn a_module_has_so_much_time_and_memory_and_no_more() {
    let forge = Forge::tdx4();
    let server = server(&forge);
    let endless = "allow if count([1 | some i in numbers.range(1, 3000); some j in numbers.range(1, 3000); \
                   i + j < 0]) == 0";
    let doubling = "s0 := concat(\"\", [x | some i in numbers.range(1, 1000); x := input.evidence])\n\
                    s1 := replace(s0, \"dcap\", s0)\ns2 := replace(s1, \"dcap\", s0)\n\
                    s3 := replace(s2, \"dcap\", s0)\nallow if count(s3) > 0";
    for (id, module) in [
        ("endless", endless),
        ("huge", "allow if count(numbers.range(1, 100000000000 * input.now)) > 0"),
        ("large", "allow if count(numbers.range(1, 60000000 + (0 * input.now))) > 0"),
        ("doubling", doubling),
    ] {
        assert_eq!(put(&server, id, module).status, 201, "{id}");
        let begun = Instant::now();
        let refused = attest(&server, &forge, &[id]);
        assert_eq!(
            (refused.status, refused.codes().1.as_str()),
            (422, "AS.POLICY.FAILED"),
            "{id}: {}",
            refused.body
        );
        assert!(begun.elapsed() < Duration::from_secs(4), "{id}: {:?}", begun.elapsed());
        assert_eq!(attest(&server, &forge, &[]).status, 200, "{id}: the service goes on");
    }
    put(&server, "fine", "allow := true");
    assert_eq!(attest(&server, &forge, &["fine"]).status, 200, "and so do other modules");
    let many: Vec<_> = std::thread::scope(|scope| {
        let ask = || attest(&server, &forge, &["endless"]).status;
        let asked: Vec<_> = (0..12).map(|_| scope.spawn(ask)).collect();
        asked.into_iter().map(|asked| asked.join().unwrap()).collect()
    });
    assert_eq!(many, [422; 12]);
    assert_eq!(attest(&server, &forge, &["fine"]).status, 200);
}

#[test]
fn nothing_outside_can_be_reached() {
    let forge = Forge::tdx4();
    let server = server(&forge);
    for (number, call) in [
        "http.send({\"method\": \"get\", \"url\": \"http://127.0.0.1/\"}).status_code == 200",
        "opa.runtime().env",
    ]
    .into_iter()
    .enumerate()
    {
        let id = format!("out{number}");
        let made = put(&server, &id, &format!("allow if {call}"));
        if made.status == 201 {
            let refused = attest(&server, &forge, &[&id]);
            assert_eq!(
                (refused.status, refused.codes().1.as_str()),
                (422, "AS.POLICY.FAILED"),
                "{}",
                refused.body
            );
        } else {
            assert_eq!(made.status, 400, "{}", made.body);
        }
    }
}

#[test]
fn reference_values_are_shared_by_policies() {
    let forge = Forge::tdx4();
    let server = server(&forge);
    let rules = json!({ "tdx": { "mr_td": { "reference": "images" } } }).to_string();
    let headers = [("If-None-Match", "*"), ("Content-Type", "application/json")];
    let early = call(&server, "PUT", "/v2/policies/rules", &headers, &rules);
    assert_eq!((early.status, early.codes().1.as_str()), (422, "AS.POLICY.FAILED"), "{}", early.body);

    let set = json!({ "values": [mr_td(&forge)], "provenance": "build 7" });
    let dry = call(&server, "PUT", "/v2/reference-values/images?dry_run=true", &headers, &set.to_string());
    assert_eq!(dry.status, 200, "{}", dry.body);
    assert_eq!(call(&server, "GET", "/v2/reference-values/images", &[], "").status, 404);
    let made = put_values(&server, "images", &set);
    assert_eq!(made.status, 201, "{}", made.body);
    assert_eq!(put_values(&server, "images", &set).status, 412);
    assert_eq!(call(&server, "PUT", "/v2/policies/rules", &headers, &rules).status, 201);
    let module =
        "references := [\"images\"]\nallow if input.claims.report.mr_td in data.reference_values.images";
    assert_eq!(put(&server, "module", module).status, 201);
    let issued = attest(&server, &forge, &["rules", "module"]);
    assert_eq!(issued.status, 200, "{}", issued.body);
    let before = server.verified(&issued.body)["evaluation-reports"].clone();

    // Other values, another hash in the token: a relying party sees what was asked.
    let more = json!({ "values": ["00".repeat(48), mr_td(&forge)] }).to_string();
    let changed = call(
        &server,
        "PUT",
        "/v2/reference-values/images",
        &[("If-Match", made.header("etag")), ("Content-Type", "application/json")],
        &more,
    );
    assert_eq!((changed.status, changed.json()["version"].as_i64()), (200, Some(2)), "{}", changed.body);
    let after =
        server.verified(&attest(&server, &forge, &["rules", "module"]).body)["evaluation-reports"].clone();
    for (before, after) in before.as_array().unwrap().iter().zip(after.as_array().unwrap()) {
        assert_eq!(before["policy-id"], after["policy-id"]);
        assert_ne!(before["policy-hash"], after["policy-hash"]);
    }
    let gone =
        call(&server, "DELETE", "/v2/reference-values/images", &[("If-Match", changed.header("etag"))], "");
    assert_eq!(gone.status, 204, "{}", gone.body);
    for id in ["rules", "module"] {
        let refused = attest(&server, &forge, &[id]);
        assert_eq!(
            (refused.status, refused.codes().1.as_str()),
            (422, "AS.POLICY.FAILED"),
            "{}",
            refused.body
        );
    }
    let listed = call(&server, "GET", "/v2/policies", &[], "").json();
    assert_eq!(listed["policies"].as_array().unwrap().len(), 2, "values are no policies: {listed}");

    let lapsed = json!({ "values": [mr_td(&forge)], "expires_at": "2020-01-02T03:04:05Z" });
    assert_eq!(
        call(&server, "PUT", "/v2/reference-values/images", &headers, &lapsed.to_string()).status,
        201
    );
    let refused = attest(&server, &forge, &["rules"]);
    assert!(refused.json()["detail"].as_str().unwrap().contains("no longer in force"), "{}", refused.body);
    let closed = server.request("GET", "/v2/reference-values", &[], "");
    assert_eq!(closed.status, 401);
}

#[test]
fn a_module_can_be_tried_before_it_is_kept() {
    let forge = Forge::tdx4();
    let server = server(&forge);
    let request = |module: &str| {
        json!({
            "policy": format!("package veriquote\n{module}"),
            "evidence": [{ "tee": "tdx", "format": "quote", "data": base64url(&forge.build().quote),
                           "runtime_data": { "binding": "none" } }]
        })
        .to_string()
    };
    let headers = [("Content-Type", "application/json")];
    for (module, accepted) in
        [("allow if input.claims.tee == \"tdx\"", true), ("allow if input.claims.tee == \"sgx\"", false)]
    {
        let tried = call(&server, "POST", "/v2/policies/p/evaluate", &headers, &request(module));
        assert_eq!(
            (tried.status, tried.json()["accepted"].as_bool()),
            (200, Some(accepted)),
            "{}",
            tried.body
        );
    }
    assert_eq!(call(&server, "GET", "/v2/policies/p", &[], "").status, 404);
}
