//! `serve` and `keygen`: the command around the service.
#![cfg(all(feature = "serve", unix))]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("veriquote-cli-serve-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn veriquote(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_veriquote"));
    command
        .env("VERIQUOTE_KEY_PASSPHRASE", "correct horse battery")
        .env("VERIQUOTE_SERVER_KEYS__KDF_MEMORY_KIB", "8192")
        .env("VERIQUOTE_SERVER_TOKEN__ALGORITHM", "ES256")
        .env("VERIQUOTE_SERVER_DATA_DIR", folder.join("data"));
    command
}

fn run(command: &mut Command) -> Output {
    command.output().expect("it runs")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[&output.stdout[..], &output.stderr].concat()).into_owned()
}

#[test]
fn a_configuration_is_checked() {
    let folder = Folder::new("check");
    let good = run(veriquote(&folder.0).args(["serve", "--check"]));
    assert_eq!(good.status.code(), Some(0), "{}", said(&good));
    for (variable, value, word) in [
        ("VERIQUOTE_SERVER_ISSUER", "http://attest.example.com", "https"),
        ("VERIQUOTE_SERVER_LIMITS__BODY_BYTES", "1", "body_bytes"),
        ("VERIQUOTE_SERVER_NOPE", "1", "nope"),
        ("VERIQUOTE_KEY_PASSPHRASE", "short", "12"),
    ] {
        let bad = run(veriquote(&folder.0).args(["serve", "--check"]).env(variable, value));
        assert_eq!(bad.status.code(), Some(2), "{variable}");
        assert!(said(&bad).contains(word), "{variable}: {}", said(&bad));
    }
    let none = run(veriquote(&folder.0).args(["serve", "--check"]).env_remove("VERIQUOTE_KEY_PASSPHRASE"));
    assert_eq!(none.status.code(), Some(2));
    assert!(said(&none).contains("VERIQUOTE_KEY_PASSPHRASE"), "{}", said(&none));
    let elsewhere = ["serve", "--check", "--danger-time", "2026-01-15T00:00:00Z"];
    let bad = run(veriquote(&folder.0)
        .args(elsewhere)
        .env("VERIQUOTE_SERVER_ISSUER", "https://attest.example")
        .env("VERIQUOTE_SERVER_LISTEN", "0.0.0.0:0"));
    assert_eq!(bad.status.code(), Some(2), "{}", said(&bad));
}

/// The service, and the address that its log names.
fn start(folder: &Path) -> (Child, String) {
    let mut child = veriquote(folder)
        .args(["serve", "--listen", "127.0.0.1:0"])
        .env("VERIQUOTE_SERVER_KEYS__RELOAD_SECONDS", "1")
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut lines = BufReader::new(child.stderr.take().expect("its log")).lines();
    let address = lines.find_map(|line| {
        let line: serde_json::Value = serde_json::from_str(&line.ok()?).ok()?;
        (line["message"] == "listening").then(|| line["address"].as_str().unwrap_or_default().to_owned())
    });
    std::thread::spawn(move || lines.for_each(drop));
    (child, address.expect("an address"))
}

fn get(address: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).expect("a connection");
    write!(stream, "GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").expect("a request");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    answer
}

fn kids(address: &str) -> Vec<String> {
    let answer = get(address, "/jwks.json");
    let body = answer.split("\r\n\r\n").nth(1).expect("a body");
    let set: serde_json::Value = serde_json::from_str(body).expect("JSON");
    set["keys"]
        .as_array()
        .expect("keys")
        .iter()
        .map(|key| key["kid"].as_str().unwrap_or_default().to_owned())
        .collect()
}

fn wait_for(holds: impl Fn() -> bool) {
    let started = std::time::Instant::now();
    while !holds() {
        assert!(started.elapsed() < std::time::Duration::from_secs(20), "it does not come");
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
}

#[test]
fn keys_come_and_go_under_a_running_service() {
    let folder = Folder::new("keys");
    let (mut service, address) = start(&folder.0);
    let [first] = kids(&address).try_into().expect("one key");
    let made = run(veriquote(&folder.0).args(["keygen", "--activate-in", "3600"]));
    assert_eq!(made.status.code(), Some(0), "{}", said(&made));
    let made: serde_json::Value = serde_json::from_slice(&made.stdout).expect("JSON");
    let next = made["kid"].as_str().expect("an id").to_owned();
    assert!(made["jwk"]["d"].is_null(), "only the public half is shown");
    wait_for(|| kids(&address) == [first.clone(), next.clone()]);
    let withdrawn = run(veriquote(&folder.0).args(["keygen", "--revoke", &next]));
    assert_eq!(withdrawn.status.code(), Some(0), "{}", said(&withdrawn));
    wait_for(|| kids(&address) == [first.clone()]);
    let unknown = run(veriquote(&folder.0).args(["keygen", "--revoke", "nobody"]));
    assert_eq!(unknown.status.code(), Some(2));

    // Told to end, it ends by itself.
    let told = run(Command::new("kill").args(["-TERM", &service.id().to_string()]));
    assert!(told.status.success());
    assert_eq!(service.wait().expect("an end").code(), Some(0));
}
