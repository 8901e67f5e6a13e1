//! The collateral service: original bytes, chains in headers, and upstreams that may fail.

mod support;

use std::collections::{HashMap, HashSet};
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use support::{Answer, TestServer, base64, outer, v1};
use veriquote_forge::{Certificate, Forge, Identity, Key, NOW, RevokedEntry, hex};

const DAY: i64 = 86_400;

fn with_qve(mut forge: Forge) -> Forge {
    forge.qve_identity = Some(Identity { id: "QVE".into(), ..Identity::qe() });
    forge
}

fn decoded(value: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = value.as_bytes();
    while let [first, tail @ ..] = rest {
        if *first == b'%' {
            bytes.push(u8::from_str_radix(std::str::from_utf8(&tail[..2]).unwrap(), 16).unwrap());
            rest = &tail[2..];
        } else {
            bytes.push(*first);
            rest = tail;
        }
    }
    String::from_utf8(bytes).unwrap()
}

#[test]
fn imported_documents_are_given_byte_for_byte() {
    for (tee, api, chain_name, forge) in [
        ("tdx", "v4", "TCB-Info-Issuer-Chain", Forge::tdx4()),
        ("sgx", "v4", "TCB-Info-Issuer-Chain", with_qve(Forge::sgx4())),
        ("sgx", "v3", "SGX-TCB-Info-Issuer-Chain", {
            let mut forge = with_qve(Forge::sgx3());
            forge.tcb_info = forge.tcb_info.into_v2();
            forge
        }),
    ] {
        let server = TestServer::for_platform(&forge);
        let collateral = forge.build().collateral;
        let fmspc = hex(&forge.tcb_info.fmspc);
        for fmspc in [fmspc.to_ascii_uppercase(), fmspc.clone()] {
            let answer = server.get(&format!("/{tee}/certification/{api}/tcb?fmspc={fmspc}&AcsHost=a"));
            assert_eq!(answer.status, 200, "{tee} {api}: {}", answer.body);
            let signature = hex(&collateral.tcb_info_signature);
            let body = format!("{{\"tcbInfo\":{},\"signature\":\"{signature}\"}}", collateral.tcb_info);
            assert_eq!(answer.body, body);
            assert_eq!(answer.header("content-type"), "application/json");
            assert_eq!(decoded(answer.header(chain_name)), collateral.tcb_info_issuer_chain);
            assert!(answer.header("age").parse::<u32>().unwrap() < 60);
        }
        let answer = server.get(&format!("/{tee}/certification/{api}/qe/identity"));
        assert!(answer.body.contains(&collateral.qe_identity));
        assert_eq!(
            decoded(answer.header("SGX-Enclave-Identity-Issuer-Chain")),
            collateral.qe_identity_issuer_chain
        );
        if tee == "sgx" {
            // Identities are the same documents in both versions.
            for api in ["v3", "v4"] {
                let answer = server.get(&format!("/sgx/certification/{api}/qve/identity"));
                assert!(answer.body.contains(&collateral.qve.as_ref().unwrap().identity));
                assert_eq!(server.get(&format!("/sgx/certification/{api}/qe/identity")).status, 200);
            }
        }
        let path = format!("/sgx/certification/{api}/pckcrl?ca=platform");
        let answer = server.get(&path);
        assert_eq!(answer.body, hex(&collateral.pck_crl));
        assert_eq!(decoded(answer.header("SGX-PCK-CRL-Issuer-Chain")), collateral.pck_crl_issuer_chain);
        let pem = server.get(&format!("{path}&encoding=pem"));
        assert!(pem.body.starts_with("-----BEGIN X509 CRL-----\n"));
        assert_eq!(
            server.get(&format!("{path}&encoding=der")).header("content-type"),
            "application/pkix-crl"
        );
        assert_eq!(
            server.get(&format!("/sgx/certification/{api}/rootcacrl")).body,
            hex(&collateral.root_ca_crl)
        );
    }
}

#[test]
fn what_is_asked_wrongly_or_is_not_there_is_said() {
    let server = TestServer::for_platform(&Forge::tdx4());
    for (path, status, field) in [
        ("/tdx/certification/v4/tcb", 400, Some("fmspc")),
        ("/tdx/certification/v4/tcb?fmspc=", 400, Some("fmspc")),
        ("/tdx/certification/v4/tcb?fmspc=../../etc/pa", 400, Some("fmspc")),
        ("/tdx/certification/v4/tcb?fmspc=000000000000&fmspc=111111111111", 400, Some("fmspc")),
        ("/tdx/certification/v4/tcb?fmspc=000000000000", 404, None),
        ("/tdx/certification/v4/qe/identity?update=late", 400, Some("update")),
        ("/tdx/certification/v4/qe/identity?update=early&tcbEvaluationDataNumber=17", 400, Some("update")),
        ("/tdx/certification/v4/qe/identity?tcbEvaluationDataNumber=x", 400, Some("tcbEvaluationDataNumber")),
        ("/tdx/certification/v4/qe/identity?tcbEvaluationDataNumber=17", 404, None),
        ("/sgx/certification/v4/pckcrl", 400, Some("ca")),
        ("/sgx/certification/v4/pckcrl?ca=other", 400, Some("ca")),
        ("/sgx/certification/v4/pckcrl?ca=processor", 404, None),
        ("/sgx/certification/v4/rootcacrl?encoding=xer", 400, Some("encoding")),
        ("/sgx/certification/v4/pckcert", 400, Some("cpusvn")),
        ("/sgx/certification/v5/tcb?fmspc=000000000000", 404, None),
        ("/tdx/certification/v3/tcb?fmspc=000000000000", 404, None),
    ] {
        let refused = server.get(path);
        assert_eq!((refused.status, refused.json()["field"].as_str()), (status, field), "{path}");
    }
}

/// A caching service of its own: fixed answers by path, in the form of HTTP.
struct Upstream {
    address: SocketAddr,
    answers: Arc<Mutex<HashMap<String, Vec<u8>>>>,
    /// Paths, in lower case, that are answered a second later.
    delayed: Arc<Mutex<HashSet<String>>>,
    asked: Arc<AtomicUsize>,
}

impl Upstream {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let answers: Arc<Mutex<HashMap<String, Vec<u8>>>> = Arc::default();
        let asked = Arc::new(AtomicUsize::new(0));
        let delayed: Arc<Mutex<HashSet<String>>> = Arc::default();
        let (table, late, count) = (Arc::clone(&answers), Arc::clone(&delayed), Arc::clone(&asked));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                count.fetch_add(1, Ordering::SeqCst);
                let (table, late) = (Arc::clone(&table), Arc::clone(&late));
                std::thread::spawn(move || answer(stream, &table, &late));
            }
        });
        Self { address, answers, delayed, asked }
    }

    fn of(forge: &Forge) -> Self {
        let upstream = Self::start();
        upstream.has(forge);
        upstream
    }

    fn url(&self) -> String {
        format!("http://{}/cache/sgx/certification/v4/", self.address)
    }

    fn set(&self, path: &str, answer: Vec<u8>) {
        self.answers.lock().unwrap().insert(format!("/cache{path}"), answer);
    }

    /// The documents of a platform.
    fn has(&self, forge: &Forge) {
        let collateral = forge.build().collateral;
        let fmspc = hex(&forge.tcb_info.fmspc).to_ascii_uppercase();
        let signed = |name: &str, text: &str, signature: &[u8]| {
            format!("{{\"{name}\":{text},\"signature\":\"{}\"}}", hex(signature))
        };
        let tcb_info = signed("tcbInfo", &collateral.tcb_info, &collateral.tcb_info_signature);
        let identity = signed("enclaveIdentity", &collateral.qe_identity, &collateral.qe_identity_signature);
        let encoded = |pem: &str| pem.bytes().map(|byte| format!("%{byte:02x}")).collect::<String>();
        for (path, header, chain, body) in [
            (
                format!("/tdx/certification/v4/tcb?fmspc={fmspc}"),
                "TCB-Info-Issuer-Chain",
                &collateral.tcb_info_issuer_chain,
                tcb_info.into_bytes(),
            ),
            (
                "/tdx/certification/v4/qe/identity".into(),
                "SGX-Enclave-Identity-Issuer-Chain",
                &collateral.qe_identity_issuer_chain,
                identity.into_bytes(),
            ),
            (
                "/sgx/certification/v4/pckcrl?ca=platform&encoding=der".into(),
                "SGX-PCK-CRL-Issuer-Chain",
                &collateral.pck_crl_issuer_chain,
                collateral.pck_crl.clone(),
            ),
            (
                "/sgx/certification/v4/rootcacrl".into(),
                "X-None",
                &String::new(),
                hex(&collateral.root_ca_crl).into_bytes(),
            ),
        ] {
            self.set(&path, ok(&format!("{header}: {}\r\n", encoded(chain)), &body));
        }
    }
}

fn ok(headers: &str, body: &[u8]) -> Vec<u8> {
    let head =
        format!("HTTP/1.1 200 OK\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

fn answer(mut stream: TcpStream, table: &Mutex<HashMap<String, Vec<u8>>>, late: &Mutex<HashSet<String>>) {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|count| count == 1) {
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let path = head.split(' ').nth(1).unwrap_or_default();
    if late.lock().unwrap().contains(&path.to_ascii_lowercase()) {
        std::thread::sleep(std::time::Duration::from_secs(1));
    }
    let known = table.lock().unwrap().get(path).cloned();
    let missing = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_vec();
    let _ = stream.write_all(&known.unwrap_or(missing));
}

fn reading_from(upstreams: &[&Upstream], now: i64, forge: &Forge, allowed: bool) -> TestServer {
    let root = forge.build().root_pem;
    TestServer::start_at(now, |config, folder| {
        config.trust.roots = vec![support::write(folder, "root.pem", root.as_bytes())];
        config.collateral.upstreams = upstreams.iter().map(|upstream| upstream.url()).collect();
        config.collateral.timeout_seconds = 2;
        if allowed {
            config.collateral.allow_private = vec!["127.0.0.1".parse().unwrap()];
        }
    })
}

fn tcb_path(forge: &Forge) -> String {
    format!("/tdx/certification/v4/tcb?fmspc={}", hex(&forge.tcb_info.fmspc).to_ascii_uppercase())
}

#[test]
fn what_is_not_there_is_fetched_and_kept() {
    let forge = Forge::tdx4();
    let upstream = Upstream::of(&forge);
    let server = reading_from(&[&upstream], NOW, &forge, true);
    let answer = server.post("/v1/attestation", &v1("tdx", &forge.build()));
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(upstream.asked.load(Ordering::SeqCst), 4, "TCB info, identity, two lists");
    assert_eq!(server.post("/v1/attestation", &v1("tdx", &forge.build())).status, 200);
    let tcb = server.get(&tcb_path(&forge));
    assert_eq!(decoded(tcb.header("TCB-Info-Issuer-Chain")), forge.build().collateral.tcb_info_issuer_chain);
    assert_eq!(upstream.asked.load(Ordering::SeqCst), 4, "nothing twice");
}

#[test]
fn many_who_ask_at_once_are_one_request() {
    let forge = Forge::tdx4();
    let upstream = Upstream::of(&forge);
    let server = reading_from(&[&upstream], NOW, &forge, true);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| assert_eq!(server.get(&tcb_path(&forge)).status, 200));
        }
    });
    assert_eq!(upstream.asked.load(Ordering::SeqCst), 1);
    // Nor is a service asked again and again for what it has not.
    for _ in 0..4 {
        assert_eq!(server.get("/tdx/certification/v4/tcb?fmspc=000000000000").status, 404);
    }
    assert_eq!(upstream.asked.load(Ordering::SeqCst), 2);
}

#[test]
fn the_next_upstream_is_asked_when_one_fails() {
    let forge = Forge::tdx4();
    let good = Upstream::of(&forge);
    for broken in [
        b"HTTP/1.1 500 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_vec(),
        b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_vec(),
        ok("TCB-Info-Issuer-Chain: a\r\n", b"{}"),
        ok("", b"not JSON"),
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\nConnection: close\r\n\r\n{".to_vec(),
        Vec::new(),
    ] {
        let bad = Upstream::start();
        bad.set(&tcb_path(&forge), broken.clone());
        let server = reading_from(&[&bad, &good], NOW, &forge, true);
        assert_eq!(server.get(&tcb_path(&forge)).status, 200, "{}", String::from_utf8_lossy(&broken));
        let alone = reading_from(&[&bad], NOW, &forge, true);
        let refused = alone.get(&tcb_path(&forge));
        assert_eq!(refused.codes().1, "AS.DEPENDENCY.UNAVAILABLE", "{}", refused.body);
    }
}

#[test]
fn another_platforms_document_is_not_kept() {
    let forge = Forge::tdx4();
    let mut other = Forge::tdx4();
    other.tcb_info.fmspc = vec![9; 6];
    let upstream = Upstream::of(&other);
    let body = upstream.answers.lock().unwrap()[&format!("/cache{}", tcb_path(&other))].clone();
    upstream.set(&tcb_path(&forge), body);
    let server = reading_from(&[&upstream], NOW, &forge, true);
    assert_eq!(server.get(&tcb_path(&forge)).status, 503);
    assert_eq!(server.get(&tcb_path(&other)).status, 200);
}

#[test]
fn private_addresses_are_not_asked_unless_they_are_named() {
    let forge = Forge::tdx4();
    let upstream = Upstream::of(&forge);
    let server = reading_from(&[&upstream], NOW, &forge, false);
    assert_eq!(server.get(&tcb_path(&forge)).status, 503);
    assert_eq!(upstream.asked.load(Ordering::SeqCst), 0);
}

/// A service with imported documents that came `age` seconds ago, and an upstream.
fn aged(forge: &Forge, upstream: &Upstream, age: i64) -> TestServer {
    let forged = forge.build();
    let server = TestServer::start(|config, folder| {
        config.trust.roots = vec![support::write(folder, "root.pem", forged.root_pem.as_bytes())];
        config.collateral.upstreams = vec![upstream.url()];
        config.collateral.allow_private = vec!["127.0.0.1".parse().unwrap()];
        config.collateral.refresh_seconds = 3_600;
        config.collateral.stale_if_error_seconds = 86_400;
    });
    let path = support::write(server.folder.path(), "collateral.json", forged.collateral_json().as_bytes());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let then = veriquote::UnixTime(NOW - age);
    runtime
        .block_on(veriquote_server::collateral::import(server.state.library().keeper(), &path, then))
        .unwrap();
    server
}

#[test]
fn old_documents_are_fetched_again_or_given_as_old() {
    let forge = Forge::tdx4();
    let none = Upstream::start();
    let none_path = tcb_path(&forge);
    none.set(&none_path, b"HTTP/1.1 503 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_vec());

    // Fresh: nobody is asked.
    let fresh = aged(&forge, &none, 1_800);
    let answer = fresh.get(&none_path);
    assert_eq!((answer.status, answer.header("warning")), (200, ""));
    assert!((1_800..1_900).contains(&answer.header("age").parse::<i64>().unwrap()));
    assert_eq!(none.asked.load(Ordering::SeqCst), 0);

    // Old, and no upstream answers: given, with its age and a warning. The next does not wait again.
    let old = aged(&forge, &none, 7_200);
    for _ in 0..3 {
        let answer = old.get(&none_path);
        assert_eq!((answer.status, answer.header("warning")), (200, "110 - \"Response is Stale\""));
        assert!((7_200..7_300).contains(&answer.header("age").parse::<i64>().unwrap()));
    }
    assert_eq!(none.asked.load(Ordering::SeqCst), 1);

    // Older than that: not given.
    assert_eq!(aged(&forge, &none, 3 * DAY).get(&none_path).status, 503);

    // Old, and an upstream has a newer one.
    let mut newer = Forge::tdx4();
    newer.tcb_info.issue_date += 60;
    newer.tcb_info.evaluation_number += 1;
    let upstream = Upstream::of(&newer);
    let server = aged(&forge, &upstream, 7_200);
    let answer = server.get(&tcb_path(&forge));
    assert_eq!((answer.header("age"), answer.header("warning")), ("0", ""));
    assert!(answer.body.contains(&newer.build().collateral.tcb_info));

    // And one that has an older one does not turn the clock back.
    let mut older = Forge::tdx4();
    older.tcb_info.issue_date -= DAY;
    let server = aged(&forge, &Upstream::of(&older), 7_200);
    let answer = server.get(&tcb_path(&forge));
    assert!(answer.body.contains(&forge.build().collateral.tcb_info));
    assert_eq!(answer.header("warning"), "110 - \"Response is Stale\"");
    assert_eq!(aged(&forge, &Upstream::of(&older), 3 * DAY).get(&tcb_path(&forge)).status, 503);

    // One that claims to be of the future would stand in the way of all that come.
    let mut future = Forge::tdx4();
    (future.tcb_info.issue_date, future.tcb_info.next_update) = (NOW + 2 * DAY, NOW + 20 * DAY);
    let server = aged(&forge, &Upstream::of(&future), 7_200);
    assert!(server.get(&tcb_path(&forge)).body.contains(&forge.build().collateral.tcb_info));
}

#[test]
fn strangers_keys_do_not_hold_up_what_is_known() {
    let forge = Forge::tdx4();
    let slow = Upstream::of(&forge);
    let server = aged(&forge, &slow, 7_200);
    let delayed = Arc::clone(&slow.delayed);
    std::thread::scope(|scope| {
        // Four keys that nobody knows, each of which takes a second to be refused.
        for number in 0..4 {
            let path = format!("/tdx/certification/v4/tcb?fmspc=00000000000{number}");
            delayed.lock().unwrap().insert(format!("/cache{}", path.to_ascii_lowercase()));
            let server = &server;
            scope.spawn(move || assert_eq!(server.get(&path).status, 404));
        }
        while slow.asked.load(Ordering::SeqCst) < 4 {
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        let begun = std::time::Instant::now();
        assert_eq!(server.get(&tcb_path(&forge)).header("age"), "0", "it was fetched again");
        assert!(begun.elapsed() < std::time::Duration::from_millis(700), "{:?}", begun.elapsed());
    });
}

#[test]
fn pck_certificates_are_read_through() {
    let forge = Forge::tdx4();
    let upstream = Upstream::start();
    let pck = veriquote_forge::pem("CERTIFICATE", &forge.pck_certificate().der());
    let encoded: String =
        forge.build().collateral.pck_crl_issuer_chain.bytes().map(|byte| format!("%{byte:02x}")).collect();
    let query = format!("cpusvn={}&pcesvn=0B00&pceid=0000&qeid={}", "AB".repeat(16), "CD".repeat(16));
    let headers = format!(
        "SGX-PCK-Certificate-Issuer-Chain: {encoded}\r\nSGX-TCBm: 0102\r\nSGX-FMSPC: 90C06F000000\r\nSGX-PCK-Certificate-CA-Type: platform\r\nSet-Cookie: a=b\r\n"
    );
    upstream.set(&format!("/sgx/certification/v4/pckcert?{query}"), ok(&headers, pck.as_bytes()));
    let path = format!("/sgx/certification/v4/pckcert?{}", query.to_ascii_lowercase());
    let lies = Upstream::start();
    let mut forged = Forge::tdx4();
    forged.pck.signer = Key::new("evil");
    let forged = veriquote_forge::pem("CERTIFICATE", &forged.pck_certificate().der());
    lies.set(&format!("/sgx/certification/v4/pckcert?{query}"), ok(&headers, forged.as_bytes()));
    let alone = reading_from(&[&lies], NOW, &forge, true);
    assert_eq!((alone.get(&path).status, refused(&alone), keys(&alone)), (503, 1, Vec::new()));
    let server = reading_from(&[&lies, &upstream], NOW, &forge, true);
    let answer: Answer = server.get(&path);
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.body, pck);
    assert_eq!((answer.header("SGX-TCBm"), answer.header("set-cookie")), ("0102", ""));
    // Their keys name machines, and strangers ask for many: nobody is told of them.
    assert_eq!(server.get("/sgx/certification/v4/rootcacrl").status, 404);
    assert!(keys(&server).iter().any(|key| key.starts_with("pckcert/")));
    let ready = server.get("/readyz");
    assert_eq!((ready.status, ready.json()["collateral"].clone()), (200, json!([])), "{}", ready.body);
    assert_eq!(
        decoded(answer.header("SGX-PCK-Certificate-Issuer-Chain")),
        forge.build().collateral.pck_crl_issuer_chain
    );
}

/// How many documents were refused.
fn refused(server: &TestServer) -> u64 {
    server.state.metrics().collateral_refused.get()
}

/// Has somebody else sign.
type Change = fn(&mut Forge, Key);

#[test]
fn what_is_not_genuine_is_not_kept() {
    let evil = || Key::new("evil");
    let changes: [(&str, Change); 5] = [
        ("/tdx/certification/v4/tcb", |it, key| it.tcb_info_signer = key),
        ("/tdx/certification/v4/qe/identity", |it, key| it.identity_signer = key),
        ("/sgx/certification/v4/pckcrl?ca=platform", |it, key| it.pck_crl.signer = key),
        ("/sgx/certification/v4/rootcacrl", |it, key| it.root_crl.signer = key),
        // Under another root whole.
        ("/tdx/certification/v4/tcb", |it, key| {
            it.root = Certificate::root(key.clone(), NOW - DAY, NOW + DAY);
            it.tcb_signing = Certificate::leaf("Intel SGX TCB Signing", key, &it.root, NOW - DAY, NOW + DAY);
        }),
    ];
    let forge = Forge::tdx4();
    for (path, change) in changes {
        let mut forged = Forge::tdx4();
        change(&mut forged, evil());
        // It says that it is newer, so that it would stand in the way of genuine ones.
        forged.tcb_info.issue_date += 60;
        forged.identity.issue_date += 60;
        let query = path.ends_with("tcb").then(|| format!("?fmspc={}", hex(&forge.tcb_info.fmspc)));
        let path = format!("{path}{}", query.unwrap_or_default());

        let lies = Upstream::of(&forged);
        let alone = reading_from(&[&lies], NOW, &forge, true);
        assert_eq!(alone.get(&path).codes(), (503, "AS.DEPENDENCY.UNAVAILABLE".into(), String::new()));
        assert_eq!((refused(&alone), keys(&alone)), (1, Vec::new()), "{path}");

        // The next upstream is asked.
        let honest = Upstream::of(&forge);
        let both = reading_from(&[&lies, &honest], NOW, &forge, true);
        assert_eq!(both.get(&path).status, 200, "{path}");
        assert_eq!(refused(&both), 1);

        // What was kept stays, and is told as old.
        let kept = aged(&forge, &lies, 7_200);
        let answer = kept.get(&path);
        assert_eq!((answer.status, answer.header("warning")), (200, "110 - \"Response is Stale\""), "{path}");
        assert_eq!(refused(&kept), 1);
    }
}

/// The keys of what is kept.
fn keys(server: &TestServer) -> Vec<String> {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let documents = runtime.block_on(server.state.store().documents("-")).unwrap();
    documents.into_iter().map(|(key, _)| key).collect()
}

#[test]
fn what_an_older_release_kept_stands_in_nothings_way() {
    // A document that nobody signed, of tomorrow morning, under the key of a genuine one.
    let forge = Forge::tdx4();
    let server = aged(&forge, &Upstream::of(&forge), 7_200);
    let key = format!("tdx/v4/tcb/{}", hex(&forge.tcb_info.fmspc));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut document = runtime.block_on(server.state.store().document(&key)).unwrap().unwrap();
    let mut forged = Forge::tdx4();
    forged.tcb_info.issue_date += DAY / 2;
    forged.tcb_info_signer = Key::new("evil");
    let given = forged.build().collateral;
    let signature = hex(&given.tcb_info_signature);
    document.body = format!("{{\"tcbInfo\":{},\"signature\":\"{signature}\"}}", given.tcb_info).into_bytes();
    let before = Some(document.fetched_at);
    assert!(runtime.block_on(server.state.store().keep_document(&key, &document, before)).unwrap());
    let answer = server.get(&tcb_path(&forge));
    assert!(answer.body.contains(&forge.build().collateral.tcb_info), "{}", answer.body);
    assert_eq!((answer.header("age"), refused(&server)), ("0", 0));
}

#[test]
fn imported_documents_are_genuine_or_refused_one_by_one() {
    let forge = Forge::tdx4();
    let mut forged = Forge::tdx4();
    forged.tcb_info_signer = Key::new("evil");
    let server = TestServer::start(|config, folder| {
        let root = forge.build().root_pem;
        config.trust.roots = vec![support::write(folder, "root.pem", root.as_bytes())];
        let json = forged.build().collateral_json();
        config.collateral.import = vec![support::write(folder, "collateral.json", json.as_bytes())];
    });
    assert_eq!(server.get(&tcb_path(&forge)).status, 404);
    assert_eq!(keys(&server), ["pckcrl/platform", "rootcacrl", "tdx/v4/qe/identity"]);
    assert_eq!(refused(&server), 1);
    // And over what is kept.
    let genuine = aged(&forge, &Upstream::start(), 60);
    forged.tcb_info.issue_date += 60;
    let json = forged.build().collateral_json();
    let path = support::write(genuine.folder.path(), "forged.json", json.as_bytes());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let importing = veriquote_server::collateral::import(
        genuine.state.library().keeper(),
        &path,
        veriquote::UnixTime(NOW),
    );
    let count = runtime.block_on(importing).unwrap();
    assert_eq!((count.kept, count.refused), (3, 1));
    assert!(genuine.get(&tcb_path(&forge)).body.contains(&forge.build().collateral.tcb_info));
}

#[test]
fn a_revoked_signer_brings_nothing_new() {
    let mut forge = Forge::tdx4();
    forge.root_crl.revoked = vec![RevokedEntry::of(&forge.tcb_signing, NOW - DAY)];
    let upstream = Upstream::of(&forge);
    let server = reading_from(&[&upstream], NOW, &forge, true);
    assert_eq!(server.get("/sgx/certification/v4/rootcacrl").status, 200);
    assert_eq!(server.get(&tcb_path(&forge)).status, 503);
    assert_eq!((keys(&server), refused(&server)), (vec!["rootcacrl".to_owned()], 1));
}

#[test]
fn an_upstream_cannot_vouch_for_itself() {
    // It serves collateral that another key has signed: nothing of it is kept, and nothing is verified with less.
    let forge = Forge::tdx4();
    let mut evil = Forge::tdx4();
    evil.tcb_info_signer = Key::new("evil");
    let upstream = Upstream::of(&evil);
    let server = reading_from(&[&upstream], NOW, &forge, true);
    let missing = server.post("/v1/attestation", &v1("tdx", &forge.build()));
    assert_eq!(missing.codes().1, "AS.DEPENDENCY.UNAVAILABLE", "{}", missing.body);
    let collateral: Value = serde_json::from_str(&forge.build().collateral_json()).unwrap();
    let evidence = outer(&json!({ "quote": base64(&forge.build().quote), "collateral": collateral }));
    let answer = server.post("/v1/attestation", &json!({ "tee": "tdx", "evidence": evidence }));
    assert_eq!(answer.status, 200, "what the client brings is judged by itself");
}
