//! The service itself: health, ids, bounds, and how it refuses.

mod support;

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::json;
use support::{TestServer, base64, outer};

fn server() -> TestServer {
    TestServer::start(|_, _| {})
}

#[test]
fn it_lives_and_is_ready() {
    let server = server();
    assert_eq!(server.get("/healthz").status, 200);
    let ready = server.get("/readyz");
    assert_eq!(ready.status, 200);
    let ready = ready.json();
    assert_eq!(ready["ready"], true);
    assert_eq!(ready["keys"][0]["state"], "active");
}

#[test]
fn every_request_has_an_id_of_the_service() {
    let server = server();
    let one = server.get_with("/healthz", &[("x-request-id", "mine")]);
    let other = server.get("/healthz");
    assert_eq!(one.header("x-request-id").len(), 36);
    assert_ne!(one.header("x-request-id"), other.header("x-request-id"));
    let refused = server.get("/nowhere");
    assert_eq!(refused.json()["instance"], format!("urn:uuid:{}", refused.header("x-request-id")));
}

#[test]
fn refusals_are_problem_details() {
    let server = server();
    let refused = server.get("/nowhere");
    assert_eq!(refused.status, 404);
    assert_eq!(refused.header("content-type"), "application/problem+json");
    assert_eq!(refused.header("cache-control"), "no-store");
    let body = refused.json();
    assert_eq!(body["type"], "https://attest.example/errors/request-not-found");
    assert_eq!(body["status"], 404);
    assert_eq!(body["retryable"], false);
    let refused = server.get("/v1/attestation");
    assert_eq!((refused.status, refused.header("allow")), (405, "POST"));
    assert_eq!(refused.json()["code"], "AS.REQUEST.METHOD_NOT_ALLOWED");
    assert_eq!(server.request("HEAD", "/nowhere", &[], "").body, "");
}

#[test]
fn a_body_is_json_and_nothing_else() {
    let server = server();
    let refusal = |body: &str, content_type: &str| {
        let refused = server.post_text("/v1/attestation", body, &[("Content-Type", content_type)]);
        let body = refused.json();
        (
            refused.status,
            body["code"].as_str().unwrap().to_owned(),
            body["detail"].as_str().unwrap().to_owned(),
        )
    };
    let form = "application/x-www-form-urlencoded";
    let (status, code, detail) = refusal("{\n  \"tee\": \"tdx\", // kind\n}", form);
    assert_eq!((status, code.as_str()), (400, "AS.REQUEST.INVALID_JSON"));
    assert_eq!(detail, "2:17: comments are not JSON");
    let (status, _, detail) = refusal("\u{feff}{}", form);
    assert_eq!(status, 400);
    assert!(detail.starts_with("1:1: the body begins with a byte order mark"), "{detail}");
    for (body, place) in
        [("", "1:1: "), ("{\"tee\":1,\"tee\":2}", "1:10: "), ("[1,]", "1:4: "), ("{} x", "1:4: ")]
    {
        let (status, code, detail) = refusal(body, "application/json");
        assert_eq!((status, code.as_str()), (400, "AS.REQUEST.INVALID_JSON"), "{body}");
        assert!(detail.starts_with(place), "{body}: {detail}");
    }
    let (status, code, _) = refusal("{}", "text/html");
    assert_eq!((status, code.as_str()), (415, "AS.REQUEST.UNSUPPORTED_MEDIA_TYPE"));
    let zipped = server.post_text(
        "/v1/attestation",
        "x",
        &[("Content-Type", "application/json"), ("Content-Encoding", "gzip")],
    );
    assert_eq!(zipped.codes().1, "AS.REQUEST.UNSUPPORTED_MEDIA_TYPE");
}

#[test]
fn members_are_the_ones_that_are_documented() {
    let server = server();
    let evidence = outer(&json!({ "quote": "AA==" }));
    for (body, field) in [
        (json!([]), None),
        (json!({ "evidence": evidence }), Some("tee")),
        (json!({ "tee": "tdx" }), Some("evidence")),
        (json!({ "tee": null, "evidence": evidence }), Some("tee")),
        (json!({ "tee": "tdx", "evidence": {} }), Some("evidence")),
        (json!({ "tee": "tdx", "evidence": evidence, "policy_id": [] }), Some("policy_id")),
        (json!({ "tee": "tdx", "evidence": evidence, "policy_ids": "a" }), Some("policy_ids")),
        (json!({ "tee": "tdx", "evidence": evidence, "policy_ids": [1] }), Some("policy_ids")),
        (json!({ "tee": "tdx", "evidence": evidence, "policy_ids": ["../default"] }), Some("policy_ids")),
        (
            json!({ "tee": "tdx", "evidence": evidence, "policy_ids": ["a", "b", "c", "d", "e", "f", "g", "h", "i"] }),
            Some("policy_ids"),
        ),
        (json!({ "tee": "tdx", "evidence": evidence, "runtime_data": {} }), Some("runtime_data")),
        (
            json!({ "tee": "tdx", "evidence": evidence, "runtime_data": { "raw": "YWFhCg==..." } }),
            Some("runtime_data.raw"),
        ),
        (
            json!({ "tee": "tdx", "evidence": evidence, "runtime_data": { "raw": "YQ", "binding": "none" } }),
            Some("runtime_data.binding"),
        ),
        (
            json!({ "tee": "tdx", "evidence": evidence, "runtime_data": { "raw": "YQ", "binding": "prefix" } }),
            Some("runtime_data.binding"),
        ),
        (
            json!({ "tee": "tdx", "evidence": evidence, "runtime_data": { "raw": "YQ", "structured": {} } }),
            Some("runtime_data"),
        ),
    ] {
        let refused = server.post("/v1/attestation", &body);
        let problem = refused.json();
        assert_eq!(
            (refused.status, problem["code"].as_str()),
            (400, Some("AS.REQUEST.INVALID_ARGUMENT")),
            "{body}"
        );
        assert_eq!(problem["field"].as_str(), field, "{body}");
    }
}

#[test]
fn only_kinds_of_evidence_that_are_verified_are_taken() {
    let server = server();
    let evidence = outer(&json!({ "quote": "AA==" }));
    for (tee, status) in [("snp", 400), ("TDX", 400), ("sample", 400), ("", 400)] {
        let refused = server.post("/v1/attestation", &json!({ "tee": tee, "evidence": evidence }));
        assert_eq!(refused.status, status, "{tee}");
        assert_eq!(refused.json()["code"], "AS.REQUEST.UNSUPPORTED_TEE", "{tee}");
    }
    let with_gpu = outer(&json!({ "quote": "AA==", "gpu_evidence": {} }));
    let refused = server.post("/v1/attestation", &json!({ "tee": "tdx", "evidence": with_gpu }));
    assert_eq!((refused.status, refused.json()["code"].as_str()), (422, Some("AS.REQUEST.UNSUPPORTED_TEE")));
}

#[test]
fn each_layer_of_the_evidence_has_its_encoding() {
    let server = server();
    let refusal = |evidence: &str| {
        let refused = server.post("/v1/attestation", &json!({ "tee": "tdx", "evidence": evidence }));
        let body = refused.json();
        (
            refused.status,
            body["code"].as_str().unwrap().to_owned(),
            body["field"].as_str().unwrap().to_owned(),
        )
    };
    let encoding = |field: &str| (400, "AS.EVIDENCE.INVALID_ENCODING".to_owned(), field.to_owned());
    let format = |field: &str| (400, "AS.EVIDENCE.INVALID_FORMAT".to_owned(), field.to_owned());
    // Padding, the other alphabet, and white space around the outer layer.
    let document = json!({ "quote": "AAA=" }).to_string();
    assert_eq!(refusal(&base64(document.as_bytes())), encoding("evidence"));
    assert_eq!(refusal("-_-+"), encoding("evidence"));
    assert_eq!(refusal("e30\n"), encoding("evidence"));
    // The inner layer is the other one.
    assert_eq!(refusal(&outer(&json!({ "quote": "-_-_" }))), encoding("evidence.quote"));
    assert_eq!(refusal(&outer(&json!({ "quote": "AAA" }))), encoding("evidence.quote"));
    assert_eq!(
        refusal(&outer(&json!({ "quote": "AAAA", "cc_eventlog": "_w==" }))),
        encoding("evidence.cc_eventlog")
    );
    // And is a document.
    let text = |text: &str| support::base64url(text.as_bytes());
    assert_eq!(refusal(&text("")), format("evidence"));
    assert_eq!(refusal(&text("{\"quote\":\"AAAA\",\"quote\":\"AAAA\"}")), format("evidence"));
    assert_eq!(refusal(&text("{\"quote\":\"AAAA\"} {}")), format("evidence"));
    assert_eq!(
        refusal(&outer(&json!({ "quote": "AAAA", "nope": 1 }))),
        (400, "AS.REQUEST.INVALID_ARGUMENT".to_owned(), "evidence.nope".to_owned())
    );
}

#[test]
fn what_is_too_large_is_not_read() {
    let server = TestServer::start(|config, _| config.limits.body_bytes = 4_096);
    let body = json!({ "tee": "tdx", "evidence": "A".repeat(8_192) });
    let refused = server.post("/v1/attestation", &body);
    assert_eq!((refused.status, refused.json()["code"].as_str()), (413, Some("AS.REQUEST.TOO_LARGE")));
    // Chunked, so that no length is said before.
    let mut stream = TcpStream::connect(server.address).unwrap();
    stream
        .write_all(b"POST /v1/attestation HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
        .unwrap();
    let chunk = [b"1000\r\n".as_slice(), &[b' '; 0x1000], b"\r\n"].concat();
    let _ = (0..16).try_for_each(|_| stream.write_all(&chunk));
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 413");
}

#[test]
fn who_is_slow_is_cut_off() {
    let server = TestServer::start(|config, _| {
        config.limits.request_seconds = 1;
        config.limits.header_seconds = 1;
    });
    let started = Instant::now();
    let mut body = TcpStream::connect(server.address).unwrap();
    body.write_all(b"POST /v1/attestation HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{").unwrap();
    let mut head = TcpStream::connect(server.address).unwrap();
    head.write_all(b"POST /v1/attestation HTTP/1.1\r\nHost: a\r\n").unwrap();
    let mut answer = [0; 12];
    body.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 408");
    let mut rest = Vec::new();
    head.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let _ = head.read_to_end(&mut rest);
    assert!(rest.is_empty() || rest.starts_with(b"HTTP/1.1 408"), "{}", String::from_utf8_lossy(&rest));
    assert!(started.elapsed() < Duration::from_secs(8));
}

#[test]
fn who_comes_when_there_is_no_room_is_told_to_come_back() {
    let server = TestServer::start(|config, _| config.limits.concurrent_requests = 1);
    let started = Instant::now();
    let mut slow = Vec::new();
    loop {
        // Once more each time: one that comes while the question below has the place is sent away itself.
        let mut stream = TcpStream::connect(server.address).unwrap();
        stream
            .write_all(b"POST /v1/attestation HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{")
            .unwrap();
        slow.push(stream);
        let refused = server.get("/jwks.json");
        if refused.status == 503 {
            assert_eq!(refused.header("retry-after"), "1");
            assert_eq!(refused.json()["code"], "AS.SERVICE.BUSY");
            assert_eq!(refused.json()["retryable"], true);
            break;
        }
        assert!(started.elapsed() < Duration::from_secs(5), "the slow request has the only place");
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(server.get("/healthz").status, 200, "health is told all the same");
}

#[test]
fn the_description_is_of_this_service() {
    let server = server();
    let answer = server.get("/openapi.json");
    assert_eq!(answer.header("content-type"), "application/json");
    let document = answer.json();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    assert_eq!(document["servers"][0]["url"], support::ISSUER);
    // Unknown members are refused, and the description says so.
    for name in ["V1Request", "V1RuntimeData", "V2Request", "V2Evidence", "V2RuntimeData", "ChallengeRequest"]
    {
        assert_eq!(document["components"]["schemas"][name]["additionalProperties"], false, "{name}");
    }
    let mut modes: Vec<_> =
        document["components"]["schemas"]["BindingMode"]["enum"].as_array().unwrap().clone();
    let mut known: Vec<serde_json::Value> =
        veriquote::binding::Mode::ALL.iter().map(|mode| mode.as_str().into()).collect();
    modes.sort_by_key(ToString::to_string);
    known.sort_by_key(ToString::to_string);
    assert_eq!(modes, known);
    // Every path is there: nothing that is described is unknown to the router.
    for (path, methods) in document["paths"].as_object().unwrap() {
        let path = path.replace("{api}", "v3").replace("{id}", "p");
        for method in methods.as_object().unwrap().keys().filter(|name| *name != "parameters") {
            let body = if method == "get" { "" } else { "{}" };
            let answer =
                server.request(&method.to_uppercase(), &path, &[("Content-Type", "application/json")], body);
            let code = answer.body.contains("AS.REQUEST.METHOD_NOT_ALLOWED")
                || answer.body.contains("there is nothing at this path");
            assert!(!code && answer.status != 500, "{method} {path}: {} {}", answer.status, answer.body);
        }
    }
}

#[test]
fn one_client_does_not_take_every_connection() {
    let server = TestServer::start(|config, _| {
        config.client.connections_at_once = 4;
        config.limits.header_seconds = 30;
    });
    let idle: Vec<TcpStream> = (0..8).map(|_| TcpStream::connect(server.address).unwrap()).collect();
    let is_closed = |mut stream: &TcpStream| {
        stream.set_read_timeout(Some(Duration::from_millis(500))).unwrap();
        // A closed connection ends; an open one has nothing to say.
        matches!(stream.read(&mut [0]), Ok(0))
            || stream.write_all(b"GET").and_then(|()| stream.flush()).is_err()
    };
    let closed = idle.iter().filter(|stream| is_closed(stream)).count();
    assert_eq!(closed, 4);
    assert_eq!(server.state.metrics().connections_refused.get(), 4);
    drop(idle);
    let begun = Instant::now();
    while TcpStream::connect(server.address)
        .and_then(|mut stream| {
            stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")?;
            let mut answer = Vec::new();
            stream.read_to_end(&mut answer)
        })
        .map_or(true, |count| count == 0)
    {
        assert!(begun.elapsed() < Duration::from_secs(5), "the share comes back");
        std::thread::sleep(Duration::from_millis(20));
    }
}
