//! A service in this process on a free port of this machine, with a forged platform to attest.
#![expect(dead_code, reason = "each test file uses a part of it")]

pub mod postgres;
pub mod rpc;

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::JoinHandle;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use tokio::sync::oneshot;
use veriquote::UnixTime;
use veriquote_forge::{Forge, Forged, NOW};
use veriquote_server::clock::ShiftedClock;
use veriquote_server::config::{Config, Issuer};
use veriquote_server::keys::Passphrase;
use veriquote_server::{Server, State};

pub const ISSUER: &str = "https://attest.example";
pub const PASSPHRASE: &str = "correct horse battery staple";

/// A folder that is gone at the end.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("veriquote-server-{}-{number}", std::process::id()));
        fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A running service.
pub struct TestServer {
    pub address: SocketAddr,
    pub folder: Folder,
    pub state: State,
    end: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: ureq::http::HeaderMap,
    pub body: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("text"))
    }

    /// The service's code, and the facade's where there is one.
    pub fn codes(&self) -> (u16, String, String) {
        let body = self.json();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        (self.status, text(&body["code"]), text(&body["error"]["code"]))
    }
}

impl TestServer {
    /// With the forged platform's root and collateral.
    pub fn for_platform(forge: &Forge) -> Self {
        Self::for_platform_with(forge, |_| {})
    }

    pub fn for_platform_with(forge: &Forge, change: impl FnOnce(&mut Config)) -> Self {
        let forged = forge.build();
        Self::start(|config, folder| {
            config.trust.roots = vec![write(folder, "root.pem", forged.root_pem.as_bytes())];
            config.collateral.import =
                vec![write(folder, "collateral.json", forged.collateral_json().as_bytes())];
            change(config);
        })
    }

    /// It is [`NOW`], unless the platform has another time.
    pub fn start(change: impl FnOnce(&mut Config, &Path)) -> Self {
        Self::start_at(NOW, change)
    }

    pub fn start_at(now: i64, change: impl FnOnce(&mut Config, &Path)) -> Self {
        let folder = Folder::new();
        let mut config = Config {
            listen: ([127, 0, 0, 1], 0).into(),
            issuer: Issuer::new(ISSUER).expect("an issuer"),
            data_dir: folder.path().join("data"),
            ..Config::default()
        };
        config.keys.kdf_memory_kib = 8_192;
        // Tests are one client that asks often.
        config.client.requests_per_second = 0;
        config.policy.rego.worker = vec![env!("CARGO_BIN_EXE_veriquote-policy-worker").to_owned()];
        // Any algorithm does where keys are not what is tested, and these are made at once.
        config.token.algorithm = veriquote_server::keys::Algorithm::Es256;
        change(&mut config, folder.path());
        let (ready, started) = std::sync::mpsc::channel();
        let (end, ended) = oneshot::channel::<()>();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(2)
                .enable_all()
                .build()
                .expect("a runtime");
            runtime.block_on(async {
                let clock = Arc::new(ShiftedClock::starting_at(UnixTime(now)));
                let passphrase = Passphrase::new(PASSPHRASE.as_bytes()).expect("a passphrase");
                let state = State::open_with(config, passphrase, clock, None).await.expect("a state");
                let server = Server::bind(state.clone()).await.expect("a port");
                ready.send((server.address().expect("an address"), state)).expect("somebody waits");
                server.run(async { drop(ended.await) }).await;
            });
        });
        let (address, state) = started.recv().expect("the service starts");
        Self { address, folder, state, end: Some(end), thread: Some(thread) }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub fn get(&self, path: &str) -> Answer {
        self.get_with(path, &[])
    }

    pub fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = agent().get(self.url(path));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        read(request.call())
    }

    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.post_text(path, &body.to_string(), &[("Content-Type", "application/json")])
    }

    pub fn post_text(&self, path: &str, body: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = agent().post(self.url(path));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        read(request.send(body))
    }

    pub fn request(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut request = ureq::http::Request::builder().method(method).uri(self.url(path));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        read(agent().run(request.body(body.to_owned()).expect("a request")))
    }

    /// The payload of a token, whose signature the facade has verified against the service's own keys.
    pub fn verified(&self, token: &str) -> Value {
        let jwks = self.get("/jwks.json").body;
        let result = verify_token(token, &jwks, ISSUER, None, self.state.now().0 + 1);
        assert_eq!(result["accepted"], true, "{result:#}");
        payload(token)
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        drop(self.end.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .allow_non_standard_methods(true)
        .build()
        .new_agent()
}

fn read(answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Answer {
    let mut answer = answer.expect("an answer");
    Answer {
        status: answer.status().as_u16(),
        headers: answer.headers().clone(),
        body: String::from_utf8_lossy(&answer.body_mut().read_to_vec().expect("a body")).into_owned(),
    }
}

/// The facade's verdict on a token.
pub fn verify_token(token: &str, jwks: &str, issuer: &str, audience: Option<&str>, at: i64) -> Value {
    let audience = audience.map_or(json!("not_checked"), |audience| json!({ "is": audience }));
    let request = json!({
        "token": token,
        "jwks": jwks,
        "options": {
            "at": at,
            "expect": {
                "algorithms": "of_key", "typ": { "is": "JWT" }, "issuer": { "is": issuer },
                "audience": audience, "subject": "not_checked", "nonce": "not_checked",
                "profile": "not_checked", "expiry": "required", "max_age": "not_checked",
                "max_lifetime": "not_checked", "leeway": 0,
                "required_claims": ["sub", "jti", "iat", "nbf"]
            }
        }
    });
    let result = veriquote_facade::verify_token_json(Arc::new(veriquote_aws_lc::AwsLc), &request.to_string());
    serde_json::from_str(&result).expect("JSON")
}

pub fn write(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, bytes).expect("a file");
    path
}

/// Base64url without padding.
pub fn outer(document: &Value) -> String {
    URL_SAFE_NO_PAD.encode(document.to_string())
}

pub fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

pub fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A request of `/v1` with a forged quote.
pub fn v1(tee: &str, forged: &Forged) -> Value {
    json!({ "tee": tee, "evidence": outer(&json!({ "quote": base64(&forged.quote) })) })
}

/// The payload of a token, unauthenticated.
pub fn payload(token: &str) -> Value {
    let part = token.split('.').nth(1).expect("three parts");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).expect("base64url")).expect("JSON")
}

/// The header of a token, unauthenticated.
pub fn header(token: &str) -> Value {
    let part = token.split('.').next().expect("three parts");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).expect("base64url")).expect("JSON")
}

/// SHA-256 in hex.
pub fn hex_sha256(bytes: &[u8]) -> String {
    veriquote_forge::hex(&veriquote_forge::sha256(&[bytes]))
}
