//! The embedded page: its files with the headers that it is made for, and nothing of the service changed.
#![cfg(feature = "web")]

mod support;

use support::TestServer;

fn server() -> TestServer {
    TestServer::start(|_, _| {})
}

/// The address of the first file that the page names with this ending.
fn named(page: &str, ending: &str) -> String {
    let end = page.find(ending).expect(ending) + ending.len();
    let start = page[..end].rfind("\"./").expect("an address") + 2;
    page[start..end].to_owned()
}

#[test]
fn the_page_comes_with_its_policy() {
    let server = server();
    let page = server.get("/");
    assert_eq!(page.status, 200);
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    let policy = page.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'; script-src 'self' 'wasm-unsafe-eval';"), "{policy}");
    assert!(!policy.contains("unsafe-inline"), "{policy}");
    assert_eq!(page.header("x-content-type-options"), "nosniff");
    assert_eq!(page.header("cache-control"), "no-cache");
    let script = server.get(&named(&page.body, ".js"));
    assert_eq!((script.status, script.header("content-type")), (200, "text/javascript; charset=utf-8"));
    assert_eq!(script.header("cache-control"), "public, max-age=31536000, immutable");
    let samples = server.get("/samples/index.json").json();
    assert!(samples.as_array().is_some_and(|list| list.len() > 20), "{samples}");
    assert_eq!(server.get("/sw.js").status, 200);
}

#[test]
fn what_the_client_has_is_not_sent_again() {
    let server = server();
    let page = server.get("/");
    let again = server.get_with("/", &[("If-None-Match", page.header("etag"))]);
    assert_eq!((again.status, again.body.as_str()), (304, ""));
    assert_eq!(server.get_with("/", &[("If-None-Match", "\"other\"")]).status, 200);
}

#[test]
fn it_is_compressed_as_the_client_takes_it() {
    let server = server();
    let script = named(&server.get("/").body, ".js");
    let encoding = |accepted: &str| {
        let answer = server.request("HEAD", &script, &[("Accept-Encoding", accepted)], "");
        assert_eq!((answer.status, answer.header("vary")), (200, "accept-encoding"), "{accepted}");
        answer.headers.get("content-encoding").map(|value| value.to_str().unwrap().to_owned())
    };
    assert_eq!(encoding("gzip, deflate").as_deref(), Some("gzip"));
    assert_eq!(encoding("gzip, deflate, br").as_deref(), Some("br"));
    assert_eq!(encoding("br;q=0, gzip").as_deref(), Some("gzip"));
    assert_eq!(encoding("identity"), None);
}

#[test]
fn the_service_is_as_it_was() {
    let server = server();
    for path in
        ["/nowhere", "/index.html", "/index.html.gz", "/assets/", "/../Cargo.toml", "/samples/none.json"]
    {
        let refused = server.get(path);
        assert_eq!(refused.status, 404, "{path}");
        assert_eq!(refused.header("content-type"), "application/problem+json", "{path}");
    }
    assert_eq!(server.get("/healthz").status, 200);
    assert_eq!(server.request("POST", "/", &[], "").status, 405);
}
