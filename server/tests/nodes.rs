//! Two nodes on one PostgreSQL: they are one service.

mod support;

use std::sync::Barrier;
use std::thread;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use support::postgres::Postgres;
use support::{TestServer, base64, base64url, write};
use veriquote_forge::{Body, Forge, NOW, hex, sha256};
use veriquote_server::config::{AdminToken, Config};

const TOKEN: &str = "a-token-of-many-random-bits";

fn node(url: &str, change: impl FnOnce(&mut Config)) -> TestServer {
    node_at(NOW, url, change)
}

fn node_at(now: i64, url: &str, change: impl FnOnce(&mut Config)) -> TestServer {
    let forged = Forge::tdx4().build();
    TestServer::start_at(now, |config, folder| {
        config.trust.roots = vec![write(folder, "root.pem", forged.root_pem.as_bytes())];
        config.collateral.import =
            vec![write(folder, "collateral.json", forged.collateral_json().as_bytes())];
        config.admin.tokens =
            vec![AdminToken { name: "ci".into(), sha256: hex(&sha256(&[TOKEN.as_bytes()])) }];
        config.store.url = Some(url.to_owned().into());
        config.store.connections = 8;
        config.keys.reload_seconds = 1;
        change(config);
    })
}

#[test]
fn a_node_without_its_database_lives_and_is_not_ready() {
    let Some(postgres) = Postgres::start() else { return };
    let server = node(&postgres.database("gone"), |config| config.store.connections = 2);
    let ready = server.get("/readyz");
    assert_eq!((ready.status, &ready.json()["store"]), (200, &json!(true)));
    let one_time = answered(&server, true);
    assert_eq!(server.post("/v2/attestation", &answered(&server, true)).status, 200);
    drop(postgres);
    // What was found a second ago is told once more.
    std::thread::sleep(std::time::Duration::from_millis(1_100));
    let ready = server.get("/readyz");
    assert_eq!((ready.status, &ready.json()["ready"]), (503, &json!(false)), "{}", ready.body);
    assert_eq!((&ready.json()["store"], &ready.json()["fresh"]), (&json!(false), &json!(false)));
    assert_eq!(server.get("/healthz").status, 200);
    // Whether the challenge was answered before cannot be known: there is no token.
    let refused = server.post("/v2/attestation", &one_time);
    assert_eq!(refused.codes().1, "AS.DEPENDENCY.UNAVAILABLE", "{}", refused.body);
    assert_eq!(refused.status, 503);
}

/// Both started at once, so that each would make the first key.
fn nodes(url: &str) -> [TestServer; 2] {
    let other = {
        let url = url.to_owned();
        thread::spawn(move || node(&url, |_| {}))
    };
    [node(url, |_| {}), other.join().expect("a node")]
}

/// A challenge of `server` and a request that answers it.
fn answered(server: &TestServer, one_time: bool) -> Value {
    let answer = server.post("/v2/challenge", &json!({ "one_time": one_time })).json();
    let nonce = URL_SAFE_NO_PAD.decode(answer["nonce"].as_str().unwrap()).unwrap();
    let mut forge = Forge::tdx4();
    if let Body::Td(report, _) = &mut forge.quote.body {
        report.report_data = [0; 64];
        report.report_data[..nonce.len()].copy_from_slice(&nonce);
    }
    json!({
        "aud": "https://rp.example",
        "challenge": answer["challenge"],
        "evidence": [{
            "tee": "tdx", "format": "quote", "data": base64url(&forge.build().quote),
            "runtime_data": { "raw": base64(&nonce), "binding": "raw-pad64" }
        }]
    })
}

fn kids(server: &TestServer) -> Vec<String> {
    let set = server.get("/jwks.json").json();
    let keys = set["keys"].as_array().unwrap();
    let mut kids: Vec<String> = keys.iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect();
    kids.sort();
    kids
}

#[test]
fn a_challenge_of_one_node_is_used_once_on_all() {
    let Some(postgres) = Postgres::start() else { return };
    let [first, second] = nodes(&postgres.database("challenges"));
    let stateless = answered(&first, false);
    for server in [&first, &second, &first] {
        let answer = server.post("/v2/attestation", &stateless);
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
    for round in 0..5 {
        let request = answered(if round % 2 == 0 { &first } else { &second }, true);
        let barrier = Barrier::new(16);
        let statuses: Vec<u16> = thread::scope(|scope| {
            let tries: Vec<_> = (0..16)
                .map(|number| {
                    let server = if number % 2 == 0 { &first } else { &second };
                    let (barrier, request) = (&barrier, &request);
                    scope.spawn(move || {
                        barrier.wait();
                        server.post("/v2/attestation", request).status
                    })
                })
                .collect();
            tries.into_iter().map(|attempt| attempt.join().unwrap()).collect()
        });
        let count = |status| statuses.iter().filter(|found| **found == status).count();
        assert_eq!((count(200), count(401)), (1, 15), "{statuses:?}");
    }
}

#[test]
fn keys_are_those_of_the_service() {
    let Some(postgres) = Postgres::start() else { return };
    let url = postgres.database("keys");
    let [first, second] = nodes(&url);
    let made = kids(&first);
    assert_eq!((made.len(), &made), (1, &kids(&second)), "one key was made, by one of them");
    // A token of one verifies with the keys of the other.
    let answer = first.post("/v2/attestation", &answered(&second, true));
    second.verified(answer.json()["token"].as_str().unwrap());
    // What one node withdraws is gone on all: also on one that starts later.
    first.state.keys().revoke(&made[0], first.state.now()).unwrap();
    let until = std::time::Instant::now() + std::time::Duration::from_secs(15);
    while kids(&second).contains(&made[0]) || kids(&second).is_empty() {
        assert!(std::time::Instant::now() < until, "{:?}", kids(&second));
        thread::sleep(std::time::Duration::from_millis(100));
    }
    // Every clock of a test begins when its node does.
    let third = node_at(first.state.now().0, &url, |_| {});
    let now = kids(&third);
    assert_eq!(now, kids(&second));
    assert_eq!(now.len(), 1, "and one took its place");
    assert_eq!(now, kids(&first));
    let answer = third.post("/v2/attestation", &answered(&first, true));
    second.verified(answer.json()["token"].as_str().unwrap());
}

#[test]
fn a_policy_is_everywhere_at_once() {
    let Some(postgres) = Postgres::start() else { return };
    let [first, second] = nodes(&postgres.database("policies"));
    let bearer = format!("Bearer {TOKEN}");
    let put = |server: &TestServer, condition: (&str, &str), policy: &Value| {
        let headers = [("Authorization", bearer.as_str()), condition];
        server.request("PUT", "/v2/policies/p", &headers, &policy.to_string())
    };
    let nobody = json!({ "tdx": { "mr_td": "00".repeat(48) } });
    let made = put(&first, ("If-None-Match", "*"), &nobody);
    assert_eq!(made.status, 201, "{}", made.body);
    assert_eq!(put(&second, ("If-None-Match", "*"), &nobody).status, 412);
    let mut request = answered(&second, false);
    request["policies"] = json!({ "tdx": ["p"] });
    assert_eq!(second.post("/v2/attestation", &request).status, 403);
    let anybody = json!({ "tdx": { "debug": "forbid" } });
    let changed = put(&second, ("If-Match", made.header("etag")), &anybody);
    assert_eq!(changed.status, 200, "{}", changed.body);
    assert_eq!(first.post("/v2/attestation", &request).status, 200);
}

#[test]
fn another_passphrase_is_another_service() {
    let Some(postgres) = Postgres::start() else { return };
    let url = postgres.database("passphrase");
    let first = node(&url, |_| {});
    let open = |passphrase: &str| {
        let mut config = first.state.config().clone();
        config.data_dir = first.folder.path().join("other");
        let passphrase = veriquote_server::keys::Passphrase::new(passphrase.as_bytes()).unwrap();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(veriquote_server::State::open(config, passphrase)).map(drop)
    };
    let refused = open("another passphrase").unwrap_err();
    assert!(refused.to_string().contains("passphrase"), "{refused}");
    assert!(!refused.to_string().contains("postgres://"));
    open(support::PASSPHRASE).unwrap();
}
