//! The issuer: discovery, keys, rotation, and endpoints that give nothing.

mod support;

use serde_json::{Value, json};
use support::{ISSUER, PASSPHRASE, TestServer, v1, verify_token};
use veriquote::UnixTime;
use veriquote_forge::{Forge, NOW};
use veriquote_server::keys::{Algorithm, KeyFile, Passphrase, SigningKey};

#[test]
fn discovery_is_the_documented_document() {
    let server = TestServer::start(|config, _| config.token.algorithm = Algorithm::Rs256);
    let answer = server.get_with("/.well-known/openid-configuration", &[("Host", "evil.example")]);
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("access-control-allow-origin"), "*");
    assert_eq!(answer.header("cache-control"), "public, max-age=300");
    // To the byte: members in the order of the alphabet.
    let expected = format!(
        "{{\"authorization_endpoint\":\"{ISSUER}/authorize\",\
         \"id_token_signing_alg_values_supported\":[\"RS256\"],\
         \"issuer\":\"{ISSUER}\",\
         \"jwks_uri\":\"{ISSUER}/jwks.json\",\
         \"response_types_supported\":[\"code\",\"code id_token\",\"id_token\",\"token id_token\"],\
         \"subject_types_supported\":[\"public\"],\
         \"token_endpoint\":\"{ISSUER}/token\",\
         \"userinfo_endpoint\":\"{ISSUER}/userinfo\"}}"
    );
    assert_eq!(answer.body, expected);
    let head = server.request("HEAD", "/.well-known/openid-configuration", &[], "");
    assert_eq!((head.status, head.body.as_str()), (200, ""));
    assert_eq!(head.header("etag"), answer.header("etag"));
    let preflight = server.request("OPTIONS", "/jwks.json", &[("Origin", "https://jwt.example")], "");
    assert_eq!((preflight.status, preflight.header("access-control-allow-origin")), (204, "*"));
}

#[test]
fn an_issuer_with_a_path_answers_below_it() {
    let issuer = "https://attest.example/tenants/a";
    let server = TestServer::start(|config, _| {
        config.issuer = veriquote_server::config::Issuer::new(issuer).unwrap();
    });
    let document = server.get("/tenants/a/.well-known/openid-configuration").json();
    assert_eq!(document["jwks_uri"], format!("{issuer}/jwks.json"));
    assert_eq!(server.get("/tenants/a/jwks.json").status, 200);
    assert_eq!(server.get("/jwks.json").status, 404);
}

#[test]
fn keys_are_public_and_nothing_more() {
    for (algorithm, members) in [
        (Algorithm::Rs256, "alg e kid kty n use"),
        (Algorithm::Ps256, "alg e kid kty n use"),
        (Algorithm::Es256, "alg crv kid kty use x y"),
        (Algorithm::Es384, "alg crv kid kty use x y"),
    ] {
        let server = TestServer::start(|config, _| config.token.algorithm = algorithm);
        let answer = server.get("/jwks.json");
        assert_eq!(answer.body, server.get("/.well-known/jwks.json").body);
        let set = answer.json();
        let [key] = set["keys"].as_array().unwrap().as_slice() else { panic!("one key") };
        let names: Vec<&str> = key.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(names.join(" "), members);
        assert_eq!(key["alg"], algorithm.as_str());
        assert_eq!(key["kid"].as_str().unwrap().len(), 43, "a thumbprint");
        let etag = answer.header("etag");
        let known = server.get_with("/jwks.json", &[("If-None-Match", etag)]);
        assert_eq!((known.status, known.body.as_str(), known.header("etag")), (304, "", etag));
        let unknown = server.get_with("/jwks.json", &[("If-None-Match", "\"other\"")]);
        assert_eq!(unknown.status, 200);
    }
}

#[test]
fn endpoints_that_discovery_names_refuse_as_oauth_says() {
    let server = TestServer::start(|_, _| {});
    for (path, status, error) in [
        ("/authorize", 400, "unsupported_response_type"),
        ("/token", 400, "unsupported_grant_type"),
        ("/userinfo", 401, "invalid_token"),
    ] {
        for method in ["GET", "POST"] {
            let refused = server.request(method, path, &[], "");
            assert_eq!(
                (refused.status, refused.json()["error"].as_str()),
                (status, Some(error)),
                "{method} {path}"
            );
            assert_eq!(refused.header("content-type"), "application/json");
            assert_eq!(refused.header("location"), "", "nobody is sent anywhere");
        }
        assert_eq!(server.request("HEAD", path, &[], "").status, status);
    }
    assert_eq!(server.get("/userinfo").header("www-authenticate"), "Bearer error=\"invalid_token\"");
}

fn passphrase() -> Passphrase {
    Passphrase::new(PASSPHRASE.as_bytes()).unwrap()
}

/// Puts a key into the service's folder, to sign from `activates_at` on; its id.
fn add_key(server: &TestServer, activates_at: i64) -> String {
    let key = SigningKey::generate(Algorithm::Es256, 2048).unwrap();
    let (now, then) = (UnixTime(NOW), UnixTime(activates_at));
    let file = KeyFile::seal(&key, now, then, &passphrase(), 8_192).unwrap();
    file.write(&server.state.config().keys_dir()).unwrap();
    key.kid().to_owned()
}

fn kids(server: &TestServer) -> Vec<String> {
    let set = server.get("/jwks.json").json();
    let kid = |key: &Value| key["kid"].as_str().unwrap().to_owned();
    set["keys"].as_array().unwrap().iter().map(kid).collect()
}

#[test]
fn keys_are_replaced_while_the_service_runs() {
    let forge = Forge::tdx4();
    let forged = forge.build();
    let server = TestServer::for_platform(&forge);
    let [first] = kids(&server).try_into().unwrap();
    let token = |server: &TestServer| server.post("/v1/attestation", &v1("tdx", &forged)).body;
    let old = token(&server);
    assert_eq!(support::header(&old), json!({ "alg": "ES256", "kid": first, "typ": "JWT" }));

    // Published before it signs.
    let next = add_key(&server, NOW + 1_000_000);
    server.state.keys().reload().unwrap();
    assert_eq!(kids(&server), [first.clone(), next]);
    assert_eq!(support::header(&token(&server))["kid"], *first);

    // It signs; what the one before it signed is still accepted.
    let second = add_key(&server, NOW + 1);
    server.state.keys().reload().unwrap();
    while server.state.now().0 < NOW + 1 {
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    let new = token(&server);
    assert_eq!(support::header(&new)["kid"], *second);
    server.verified(&old);
    server.verified(&new);

    // Withdrawn: gone at once, and its tokens with it; the one before it signs again.
    server.state.keys().revoke(&second, server.state.now()).unwrap();
    assert!(!kids(&server).contains(&second));
    let jwks = server.get("/jwks.json").body;
    let at = server.state.now().0 + 1;
    let verdict = verify_token(&new, &jwks, ISSUER, None, at);
    assert_eq!((&verdict["accepted"], &verdict["error"]["code"]), (&json!(false), &json!("jwt.key.unknown")));
    assert_eq!(verify_token(&old, &jwks, ISSUER, None, at)["accepted"], true);
    assert_eq!(support::header(&token(&server))["kid"], *first);
}

#[test]
fn key_files_are_sealed_and_only_their_owners() {
    use std::os::unix::fs::PermissionsExt as _;
    let server = TestServer::start(|_, _| {});
    let folder = server.state.config().keys_dir();
    let path = std::fs::read_dir(&folder).unwrap().next().unwrap().unwrap().path();
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(folder.metadata().unwrap().permissions().mode() & 0o777, 0o700);
    let file = KeyFile::read(&path).unwrap();
    assert!(file.open(&passphrase()).is_ok());
    assert!(file.open(&Passphrase::new(b"another passphrase").unwrap()).is_err());

    // What is in clear is bound to what is not: nobody activates or unrevokes a key with an editor.
    let text = std::fs::read_to_string(&path).unwrap();
    for (from, to) in [
        (format!("\"activates_at\": {NOW}"), format!("\"activates_at\": {}", NOW - 1)),
        ("\"revoked_at\": null".to_owned(), "\"revoked_at\": 1".to_owned()),
        ("\"algorithm\": \"ES256\"".to_owned(), "\"algorithm\": \"ES384\"".to_owned()),
    ] {
        let changed: KeyFile = serde_json::from_str(&text.replace(&from, &to)).unwrap();
        assert_ne!(changed, file, "{from}");
        assert!(changed.open(&passphrase()).is_err(), "{from}");
    }

    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
    assert!(KeyFile::read(&path).unwrap_err().to_string().contains("640"));
}

#[test]
fn a_broken_key_file_keeps_no_key_from_being_revoked() {
    let server = TestServer::start(|_, _| {});
    let [first] = kids(&server).try_into().unwrap();
    let second = add_key(&server, NOW - 1);
    server.state.keys().reload().unwrap();
    let folder = server.state.config().keys_dir();
    let file = KeyFile::read(&folder.join(format!("{second}.json"))).unwrap();
    file.revoked(UnixTime(NOW), &passphrase(), 8_192).unwrap().write(&folder).unwrap();
    support::write(&folder, "broken.json", b"{");
    assert!(server.state.keys().reload().is_err());
    assert_eq!(kids(&server), [first]);
}

#[test]
fn a_key_is_followed_in_time() {
    let server = TestServer::start(|config, _| {
        config.keys.publish_seconds = 3_600;
        config.keys.rotate_seconds = 86_400;
    });
    let keys = server.state.keys();
    keys.maintain(UnixTime(NOW + 82_000)).unwrap();
    assert_eq!(kids(&server).len(), 1, "not due yet");
    keys.maintain(UnixTime(NOW + 83_000)).unwrap();
    keys.maintain(UnixTime(NOW + 83_001)).unwrap();
    assert_eq!(kids(&server).len(), 2, "made once");
    let states =
        |now: i64| -> Vec<&str> { keys.all(UnixTime(now)).iter().map(|(_, state)| state.as_str()).collect() };
    let mut at_start = states(NOW + 83_001);
    at_start.sort_unstable();
    assert_eq!(at_start, ["active", "next"]);
    let mut then = states(NOW + 90_000);
    then.sort_unstable();
    assert_eq!(then, ["active", "retiring"]);
}
