//! What surrounds the service: TLS and certificates of clients, limits, numbers, the audit log, the page.

mod support;

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair};
use serde_json::json;
use support::{TestServer, hex_sha256, v1, write};
use ureq::tls::{Certificate, ClientCert, PrivateKey, RootCerts, TlsConfig};
use veriquote_forge::{Forge, NOW};
use veriquote_server::config::{AdminCertificate, AdminToken, OidcConfig};
use veriquote_server::operations::audit::{Watched, closed_files, verify, verify_all};

const TOKEN: &str = "a-token-of-many-random-bits";

/// An authority with what it certified: certificate and key in PEM, and the certificate's digest.
struct Authority(CertifiedIssuer<'static, KeyPair>);

struct Certified {
    chain: String,
    key: String,
    sha256: String,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    fn pem(&self) -> String {
        self.0.pem()
    }

    fn certify(&self, usage: ExtendedKeyUsagePurpose) -> Certified {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        params.extended_key_usages = vec![usage];
        let certificate = params.signed_by(&key, &self.0).unwrap();
        Certified {
            chain: certificate.pem(),
            key: key.serialize_pem(),
            sha256: hex_sha256(certificate.der()),
        }
    }
}

fn client(root: &str, shown: Option<&Certified>) -> ureq::Agent {
    let shown = shown.map(|shown| {
        let certificate = Certificate::from_pem(shown.chain.as_bytes()).unwrap();
        ClientCert::new_with_certs(&[certificate], PrivateKey::from_pem(shown.key.as_bytes()).unwrap())
    });
    let root = Certificate::from_pem(root.as_bytes()).unwrap();
    let tls = TlsConfig::builder()
        .root_certs(RootCerts::Specific(Arc::new(vec![root])))
        .client_cert(shown)
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .build();
    ureq::Agent::config_builder().tls_config(tls).http_status_as_error(false).build().new_agent()
}

fn status(agent: &ureq::Agent, server: &TestServer, path: &str) -> Result<u16, ureq::Error> {
    let url = format!("https://localhost:{}{path}", server.address.port());
    agent.get(url).call().map(|answer| answer.status().as_u16())
}

#[test]
fn administrators_come_in_by_their_certificate_and_by_no_other() {
    let (servers, admins, strangers) = (Authority::new(), Authority::new(), Authority::new());
    let own = servers.certify(ExtendedKeyUsagePurpose::ServerAuth);
    let admin = admins.certify(ExtendedKeyUsagePurpose::ClientAuth);
    let colleague = admins.certify(ExtendedKeyUsagePurpose::ClientAuth);
    let stranger = strangers.certify(ExtendedKeyUsagePurpose::ClientAuth);
    let server = TestServer::start(|config, folder| {
        config.tls.certificate = Some(write(folder, "tls.pem", own.chain.as_bytes()));
        config.tls.key = Some(write(folder, "tls.key", own.key.as_bytes()));
        config.tls.client_ca = Some(write(folder, "admins.pem", admins.pem().as_bytes()));
        config.admin.certificates =
            vec![AdminCertificate { name: "ada".into(), sha256: admin.sha256.clone() }];
        config.keys.reload_seconds = 1;
    });
    let root = servers.pem();
    assert_eq!(status(&client(&root, None), &server, "/jwks.json").unwrap(), 200, "anyone may attest");
    for (shown, expected) in [(None, 401), (Some(&admin), 200), (Some(&colleague), 401)] {
        assert_eq!(status(&client(&root, shown), &server, "/v2/policies").unwrap(), expected);
    }
    // A certificate of another authority does not come so far as a request.
    assert!(status(&client(&root, Some(&stranger)), &server, "/jwks.json").is_err());
    assert!(
        status(&client(&strangers.pem(), None), &server, "/jwks.json").is_err(),
        "nor does a wrong server"
    );

    // A renewed certificate is shown without a restart, and one that cannot be read changes nothing.
    let others = Authority::new();
    let renewed = others.certify(ExtendedKeyUsagePurpose::ServerAuth);
    write(server.folder.path(), "tls.pem", b"nonsense");
    std::thread::sleep(Duration::from_millis(1_500));
    assert_eq!(status(&client(&root, None), &server, "/healthz").unwrap(), 200);
    write(server.folder.path(), "tls.key", renewed.key.as_bytes());
    write(server.folder.path(), "tls.pem", renewed.chain.as_bytes());
    let begun = Instant::now();
    while status(&client(&others.pem(), None), &server, "/healthz").is_err() {
        assert!(begun.elapsed() < Duration::from_secs(10), "the new certificate is shown");
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// One service is the issuer that another one asks: its tokens are as good as anybody's.
#[test]
fn administrators_come_in_by_a_token_of_the_issuer_that_is_named() {
    let forge = Forge::tdx4();
    let issuer = TestServer::for_platform_with(&forge, |config| {
        config.token.v1_audience = Some("veriquote-admin".to_owned());
    });
    let token = issuer.post("/v1/attestation", &v1("tdx", &forge.build())).body;
    let subject = support::payload(&token)["sub"].as_str().unwrap().to_owned();
    let server_at = |now: i64, change: &dyn Fn(&mut OidcConfig)| {
        TestServer::start_at(now, |config, _| {
            let mut oidc = OidcConfig {
                issuer: support::ISSUER.to_owned(),
                audience: "veriquote-admin".to_owned(),
                jwks_url: issuer.url("/jwks.json"),
                subjects: vec!["somebody".to_owned(), subject.clone()],
            };
            change(&mut oidc);
            config.admin.oidc = Some(oidc);
            config.collateral.allow_private = vec![[127, 0, 0, 1].into()];
        })
    };
    let server = |change: &dyn Fn(&mut OidcConfig)| server_at(NOW, change);
    let ask = |server: &TestServer, token: &str| {
        server.get_with("/v2/policies", &[("Authorization", &format!("Bearer {token}"))]).status
    };
    let named = server(&|_| {});
    assert_eq!(ask(&named, &token), 200);
    // Clocks may differ, but not by much.
    assert_eq!(ask(&server_at(NOW - 40, &|_| {}), &token), 200);
    assert_eq!(ask(&server_at(NOW - 100, &|_| {}), &token), 401);
    let (signed, _) = token.rsplit_once('.').unwrap();
    assert_eq!(ask(&named, &format!("{signed}.{}", "A".repeat(86))), 401);
    assert_eq!(ask(&named, "a.b.c"), 401);
    for (what, change) in [
        ("issuer", (&|oidc: &mut OidcConfig| oidc.issuer.push('/')) as &dyn Fn(&mut OidcConfig)),
        ("audience", &|oidc: &mut OidcConfig| oidc.audience = "another service".to_owned()),
        ("subject", &|oidc: &mut OidcConfig| oidc.subjects = vec!["somebody".to_owned()]),
        ("keys", &|oidc: &mut OidcConfig| oidc.jwks_url = "http://127.0.0.1:9/jwks.json".to_owned()),
    ] {
        assert_eq!(ask(&server(change), &token), 401, "another {what}");
    }
    // Private addresses are for those that the configuration names.
    let closed = TestServer::start(|config, _| {
        config.admin.oidc = Some(OidcConfig {
            issuer: support::ISSUER.to_owned(),
            audience: "veriquote-admin".to_owned(),
            jwks_url: issuer.url("/jwks.json"),
            subjects: vec![subject.clone()],
        });
    });
    assert_eq!(ask(&closed, &token), 401);
}

#[test]
fn a_handshake_that_does_not_come_ends() {
    let servers = Authority::new();
    let own = servers.certify(ExtendedKeyUsagePurpose::ServerAuth);
    let server = TestServer::start(|config, folder| {
        config.tls.certificate = Some(write(folder, "tls.pem", own.chain.as_bytes()));
        config.tls.key = Some(write(folder, "tls.key", own.key.as_bytes()));
        config.limits.header_seconds = 1;
        config.limits.connections = 1;
    });
    let begun = Instant::now();
    let mut silent = TcpStream::connect(server.address).unwrap();
    assert_eq!(status(&client(&servers.pem(), None), &server, "/healthz").unwrap(), 200);
    assert!(begun.elapsed() > Duration::from_millis(900), "the only place was taken");
    silent.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    assert_eq!(silent.read(&mut [0; 1]).unwrap(), 0);
    let mut plain = TcpStream::connect(server.address).unwrap();
    plain.write_all(b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    let _ = plain.read_to_end(&mut answer);
    assert!(!answer.starts_with(b"HTTP"), "no answer without TLS");
}

#[test]
fn an_answer_that_nobody_takes_ends_the_connection() {
    let server = TestServer::start(|config, _| config.limits.request_seconds = 1);
    let connections = || server.state.metrics().connections.get();
    let begun = Instant::now();
    let mut greedy = TcpStream::connect(server.address).unwrap();
    greedy.set_write_timeout(Some(Duration::from_secs(1))).unwrap();
    let request = b"GET /openapi.json HTTP/1.1\r\nHost: a\r\n\r\n";
    // More answers than the buffers of both ends hold.
    let _ = (0..2_000).try_for_each(|_| greedy.write_all(request));
    while connections() == 0 {
        assert!(begun.elapsed() < Duration::from_secs(10), "it was never open");
        std::thread::yield_now();
    }
    while connections() > 0 {
        assert!(begun.elapsed() < Duration::from_secs(10), "it is still open");
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(begun.elapsed() > Duration::from_millis(900), "it was given its time");
    assert_eq!(server.get("/healthz").status, 200);
}

#[test]
fn one_client_does_not_take_the_place_of_others() {
    let server = TestServer::start(|config, _| {
        config.client.requests_per_second = 1;
        config.client.burst = 5;
        config.client.trusted_proxies = vec![[127, 0, 0, 1].into()];
    });
    let ask = |client: &str| server.get_with("/jwks.json", &[("X-Forwarded-For", client)]);
    let mut statuses: Vec<u16> = (0..6).map(|_| ask("192.0.2.1").status).collect();
    assert_eq!(statuses.pop(), Some(429));
    assert_eq!(statuses, [200; 5]);
    let refused = ask("192.0.2.1");
    assert_eq!(refused.header("retry-after"), "1");
    assert_eq!(refused.codes().1, "AS.SERVICE.RATE_LIMITED");
    assert_eq!(refused.json()["retryable"], true);
    assert_eq!(ask("192.0.2.2").status, 200);
    assert_eq!(server.get_with("/healthz", &[("X-Forwarded-For", "192.0.2.1")]).status, 200);
    std::thread::sleep(Duration::from_millis(1_100));
    assert_eq!(ask("192.0.2.1").status, 200);
}

#[test]
fn numbers_are_for_administrators_and_hold_nothing_of_a_client_s_choice() {
    let forge = Forge::tdx4();
    let server = TestServer::for_platform_with(&forge, |config| {
        config.admin.tokens =
            vec![AdminToken { name: "prometheus".into(), sha256: hex_sha256(TOKEN.as_bytes()) }];
    });
    assert_eq!(server.get("/metrics").status, 401);
    let issued = server.post("/v1/attestation", &v1("tdx", &forge.build()));
    assert_eq!(issued.status, 200, "{}", issued.body);
    assert_eq!(server.post("/v1/attestation", &json!({})).status, 400);
    assert_eq!(server.get("/a/path/nobody/knows").status, 404);
    assert_eq!(server.request("BREW", "/jwks.json", &[], "").status, 405);
    let metrics = server.get_with("/metrics", &[("Authorization", &format!("Bearer {TOKEN}"))]);
    assert_eq!(metrics.status, 200);
    assert!(metrics.header("content-type").starts_with("application/openmetrics-text; version=1.0.0"));
    for line in [
        "veriquote_tokens_total{tee=\"tdx\"} 1",
        "veriquote_refusals_total{code=\"AS.REQUEST.INVALID_ARGUMENT\"} 1",
        "veriquote_requests_total{method=\"POST\",route=\"/v1/attestation\",status=\"200\"} 1",
        "veriquote_requests_total{method=\"GET\",route=\"none\",status=\"404\"} 1",
        "veriquote_requests_total{method=\"other\",route=\"/jwks.json\",status=\"405\"} 1",
        "veriquote_collateral_lapsed 0",
        "veriquote_keys_published 1",
        "# EOF",
    ] {
        assert!(metrics.body.lines().any(|it| it == line), "{line}\n{}", metrics.body);
    }
    assert!(
        metrics.body.contains("veriquote_request_seconds_bucket{le=\"0.001\",route=\"/v1/attestation\"}")
    );
    assert!(!metrics.body.contains("nobody"));
}

#[test]
fn readiness_tells_when_collateral_lapses() {
    let forge = Forge::tdx4();
    let server = TestServer::for_platform(&forge);
    let ready = server.get("/readyz").json();
    assert_eq!((&ready["ready"], &ready["fresh"]), (&json!(true), &json!(true)), "{ready}");
    let documents = ready["collateral"].as_array().unwrap();
    assert!(documents.iter().all(|it| it["next_update"].is_string() && it["lapsed"] == false), "{ready}");

    let forged = forge.build();
    let late = |strict: bool| {
        TestServer::start_at(veriquote_forge::NOW + 400 * 86_400, |config, folder| {
            config.trust.roots = vec![write(folder, "root.pem", forged.root_pem.as_bytes())];
            let collateral = forged.collateral_json();
            config.collateral.import = vec![write(folder, "collateral.json", collateral.as_bytes())];
            config.ready.fresh_collateral = strict;
        })
    };
    for (strict, status) in [(false, 200), (true, 503)] {
        let ready = late(strict).get("/readyz");
        assert_eq!((ready.status, ready.json()["fresh"].as_bool()), (status, Some(false)), "{}", ready.body);
    }
}

fn audit_log(server: &TestServer) -> PathBuf {
    server.folder.path().join("data/audit.jsonl")
}

#[test]
fn the_audit_log_says_what_was_issued_and_changed() {
    let forge = Forge::tdx4();
    let server = TestServer::for_platform_with(&forge, |config| {
        config.admin.tokens = vec![AdminToken { name: "ci".into(), sha256: hex_sha256(TOKEN.as_bytes()) }];
    });
    let issued = server.post("/v1/attestation", &v1("tdx", &forge.build()));
    assert_eq!(issued.status, 200);
    let bearer = format!("Bearer {TOKEN}");
    let headers = [("Authorization", bearer.as_str()), ("If-None-Match", "*")];
    let policy = json!({ "tdx": { "debug": "forbid", "migratable": "allow" } }).to_string();
    let made = server.request("PUT", "/v2/policies/prod", &headers, &policy);
    assert_eq!(made.status, 201, "{}", made.body);
    assert_eq!(server.post("/v1/attestation", &json!({})).status, 400);

    let text = fs::read_to_string(audit_log(&server)).unwrap();
    let entries: Vec<serde_json::Value> = text
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["entry"].clone())
        .collect();
    let of = |event: &str| entries.iter().filter(|entry| entry["event"] == event).collect::<Vec<_>>();
    let [token] = of("token.issued")[..] else { panic!("{text}") };
    let payload = server.verified(&issued.body);
    for member in ["jti", "sub"] {
        assert_eq!(token[member], payload[member], "{member}");
    }
    assert_eq!(token["policies"][0]["id"], "strict");
    assert_eq!(token["policies"][0]["hash"], payload["evaluation-reports"][0]["policy-hash"]);
    let [change] = of("policy.changed")[..] else { panic!("{text}") };
    assert_eq!(
        (&change["admin"], &change["id"], &change["hash"]),
        (&json!("ci"), &json!("prod"), &made.json()["hash"])
    );
    assert_eq!(of("service.started").len(), 1);
    // Neither evidence nor tokens.
    assert!(!text.contains(issued.body.split('.').nth(2).unwrap()) && !text.contains("AAAA"), "{text}");

    let head = server.get("/readyz").json()["audit"]["hash"].as_str().unwrap().to_owned();
    let mut watched = Watched::for_hash(Some(&head));
    let found = verify(&mut fs::File::open(audit_log(&server)).unwrap(), None, &mut watched).unwrap();
    assert!(found.entries >= 3 && !watched.is_missing());
}

/// Of these events, in the order of the log.
fn entries_of(server: &TestServer, events: &[&str]) -> Vec<serde_json::Value> {
    let text = fs::read_to_string(audit_log(server)).unwrap();
    let entry = |line| serde_json::from_str::<serde_json::Value>(line).unwrap()["entry"].clone();
    text.lines().map(entry).filter(|it| events.contains(&it["event"].as_str().unwrap())).collect()
}

#[test]
fn nothing_is_changed_that_is_not_in_the_log_before() {
    let server = TestServer::start(|config, _| {
        config.admin.tokens = vec![AdminToken { name: "ci".into(), sha256: hex_sha256(TOKEN.as_bytes()) }];
    });
    let bearer = format!("Bearer {TOKEN}");
    let policy = json!({ "tdx": { "debug": "forbid" } }).to_string();
    let put = |id: &str| {
        let headers = [("Authorization", bearer.as_str()), ("If-None-Match", "*")];
        server.request("PUT", &format!("/v2/policies/{id}"), &headers, &policy)
    };
    // Whoever comes too late has changed nothing, and the log says so.
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| put("contended"));
        }
    });
    let changed = entries_of(&server, &["policy.changed"]);
    let failed = entries_of(&server, &["change.failed"]);
    assert_eq!(changed.len() - failed.len(), 1, "{changed:?} {failed:?}");
    let numbers: Vec<_> = changed.iter().map(|entry| &entry["number"]).collect();
    assert!(failed.iter().all(|entry| numbers.contains(&&entry["of"])));

    // A store that fails when the log has the change.
    let database = server.folder.path().join("data/veriquote.db");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        sqlx::any::install_default_drivers();
        let pool = sqlx::AnyPool::connect(&format!("sqlite:{}", database.display())).await.unwrap();
        let trigger = "CREATE TRIGGER no BEFORE INSERT ON policy BEGIN SELECT RAISE(ABORT, 'no'); END";
        sqlx::query(trigger).execute(&pool).await.unwrap();
    });
    assert_eq!(put("unlucky").codes().1, "AS.DEPENDENCY.UNAVAILABLE");
    let tail = entries_of(&server, &["policy.changed", "change.failed"]);
    let [.., change, failure] = &tail[..] else { panic!("{tail:?}") };
    assert_eq!((&change["event"], &change["id"]), (&json!("policy.changed"), &json!("unlucky")));
    assert_eq!((&failure["event"], &failure["of"]), (&json!("change.failed"), &change["number"]));
}

#[test]
fn the_audit_log_goes_on_in_the_next_file() {
    let forge = Forge::tdx4();
    let server = TestServer::for_platform_with(&forge, |config| config.audit.rotate_bytes = 65_536);
    let request = v1("tdx", &forge.build());
    let path = audit_log(&server);
    let begun = Instant::now();
    let mut issued = 0;
    while closed_files(&path).unwrap().is_empty() {
        assert_eq!(server.post("/v1/attestation", &request).status, 200);
        issued += 1;
        assert!(begun.elapsed() < Duration::from_secs(60), "after {issued} tokens");
    }
    assert_eq!(server.post("/v1/attestation", &request).status, 200);
    issued += 1;
    let head = server.get("/readyz").json()["audit"].clone();
    let mut watched = Watched::for_hash(head["hash"].as_str());
    let found = verify_all(&path, &mut watched).unwrap();
    assert_eq!((found.first, Some(found.entries)), (1, head["entries"].as_u64()));
    assert!(!watched.is_missing());
    let tokens = |file: &PathBuf| fs::read_to_string(file).unwrap().matches("token.issued").count();
    let files: Vec<PathBuf> = closed_files(&path).unwrap().into_iter().chain([path]).collect();
    assert_eq!(files.iter().map(tokens).sum::<usize>(), issued, "each in one of the files");
}

#[test]
fn without_its_audit_log_the_service_does_not_start() {
    let server = TestServer::start(|_, _| {});
    assert_eq!(server.get("/healthz").status, 200, "it has begun");
    let text = fs::read_to_string(audit_log(&server)).unwrap();
    let folder = support::Folder::new();
    let path = write(
        folder.path(),
        "audit.jsonl",
        text.replacen("service.started", "service.startet", 1).as_bytes(),
    );
    let broken = veriquote_server::operations::Audit::open(&path, veriquote::UnixTime(0)).unwrap_err();
    assert!(broken.contains("line 1"), "{broken}");
    let taken = veriquote_server::operations::Audit::open(&audit_log(&server), veriquote::UnixTime(0));
    assert!(taken.unwrap_err().contains("another process"));
}

#[test]
fn what_tokens_and_refusals_name_is_there() {
    let forge = Forge::tdx4();
    let server = TestServer::for_platform(&forge);
    let issued = server.post("/v1/attestation", &v1("tdx", &forge.build()));
    let profile = support::payload(&issued.body)["eat_profile"].as_str().unwrap().to_owned();
    let page = server.get(profile.strip_prefix(support::ISSUER).unwrap());
    assert_eq!(page.status, 200);
    assert!(page.body.contains("x-att"), "the claims are told");
    let refused = server.get("/nowhere").json();
    let page = server.get(refused["type"].as_str().unwrap().strip_prefix(support::ISSUER).unwrap());
    assert_eq!(page.status, 200);
    assert!(page.body.starts_with("AS.REQUEST.NOT_FOUND\n"), "{}", page.body);
    assert_eq!(server.get("/errors/none").status, 404);
}

#[test]
fn the_page_is_whole_in_itself() {
    let server = TestServer::start(|_, _| {});
    for (path, media_type) in
        [("/api", "text/html"), ("/api.js", "text/javascript"), ("/api.css", "text/css")]
    {
        let part = server.get(path);
        assert_eq!(part.status, 200);
        assert!(part.header("content-type").starts_with(media_type), "{path}");
        let policy = part.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
        assert!(!part.body.contains("http://") && !part.body.contains("https://"), "{path} asks nobody else");
        assert!(!part.body.contains("style=") && !part.body.contains("innerHTML"), "{path}");
        assert!(!part.body.contains(" onclick") && !part.body.contains("<script>"), "{path}");
    }
}
