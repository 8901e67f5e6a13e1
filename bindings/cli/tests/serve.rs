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

/// A service, which ends with its test, also with one that fails.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The service, and the address that its log names.
fn start(folder: &Path) -> (Running, String) {
    start_with(folder, |command| command)
}

fn start_with(folder: &Path, change: impl FnOnce(&mut Command) -> &mut Command) -> (Running, String) {
    let mut command = veriquote(folder);
    let child =
        command.args(["serve", "--listen", "127.0.0.1:0"]).env("VERIQUOTE_SERVER_KEYS__RELOAD_SECONDS", "1");
    let mut service = Running(change(child).stderr(Stdio::piped()).spawn().expect("it starts"));
    let mut lines = BufReader::new(service.0.stderr.take().expect("its log")).lines();
    let address = lines.find_map(|line| {
        let line: serde_json::Value = serde_json::from_str(&line.ok()?).ok()?;
        (line["message"] == "listening").then(|| line["address"].as_str().unwrap_or_default().to_owned())
    });
    std::thread::spawn(move || lines.for_each(drop));
    (service, address.expect("an address"))
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
    // One id in 64 begins with a hyphen.
    let unknown = run(veriquote(&folder.0).args(["keygen", "--revoke", "-nobody"]));
    assert_eq!(unknown.status.code(), Some(2));
    assert!(!said(&unknown).contains("unexpected argument"), "{}", said(&unknown));

    // Told to end, it ends by itself.
    let told = run(Command::new("kill").args(["-TERM", &service.0.id().to_string()]));
    assert!(told.status.success());
    assert_eq!(service.0.wait().expect("an end").code(), Some(0));
}

#[test]
fn a_log_that_nobody_reads_ends_no_request() {
    let folder = Folder::new("log");
    let mut command = veriquote(&folder.0);
    command.args(["serve", "--listen", "127.0.0.1:0"]).stderr(Stdio::piped());
    let mut service = Running(command.spawn().expect("it starts"));
    let mut log = BufReader::new(service.0.stderr.take().expect("its log"));
    let address = loop {
        let mut line = String::new();
        assert!(log.read_line(&mut line).expect("a line") > 0, "it ended");
        let line: serde_json::Value = serde_json::from_str(&line).expect("JSON");
        if line["message"] == "listening" {
            break line["address"].as_str().expect("an address").to_owned();
        }
    };
    drop(log);
    for _ in 0..2 {
        assert!(get(&address, "/nowhere").starts_with("HTTP/1.1 404"), "a refusal, which is logged");
    }
}

#[test]
fn evidence_is_exchanged_for_a_token() {
    use veriquote_forge::{Body, Forge};
    let folder = Folder::new("attest");
    let platform = folder.0.join("platform");
    let forge = Forge::tdx4();
    forge.build().write(&platform).expect("a platform");
    let quoted = |name: &str| format!("[{:?}]", platform.join(name).display().to_string());
    let (service, address) = start_with(&folder.0, |command| {
        command
            .args(["--issuer", "https://attest.example", "--danger-time", "2026-01-15T00:00:00Z"])
            .env("VERIQUOTE_SERVER_TRUST__ROOTS", quoted("root.pem"))
            .env("VERIQUOTE_SERVER_COLLATERAL__IMPORT", quoted("collateral.json"))
    });
    let url = format!("http://{address}");
    let attest = |quote: &Path, more: &[&str]| {
        run(Command::new(env!("CARGO_BIN_EXE_veriquote"))
            .args(["attest", "--server", &url, "--quote"])
            .arg(quote)
            .args(more))
    };
    let (token, jwks) = (folder.0.join("token.jwt"), folder.0.join("jwks.json"));
    let (token_path, jwks_path) = (token.display().to_string(), jwks.display().to_string());
    let given = attest(&platform.join("quote.bin"), &["-o", &token_path, "--save-jwks", &jwks_path]);
    assert_eq!(given.status.code(), Some(0), "{}", said(&given));
    let verify = |audience: &str| {
        run(Command::new(env!("CARGO_BIN_EXE_veriquote"))
            .args(["verify", "token", "--token", &token_path, "--jwks", &jwks_path])
            .args(["--issuer", "https://attest.example", "--audience", audience])
            .args(["--at", "2026-01-15T00:01:00Z"]))
    };
    let verified = verify("https://attest.example");
    assert_eq!(verified.status.code(), Some(0), "{}", said(&verified));
    assert_ne!(verify("https://other.example").status.code(), Some(0));
    let printed = attest(&platform.join("quote.bin"), &[]);
    assert_eq!(String::from_utf8_lossy(&printed.stdout).trim().split('.').count(), 3);

    let quote = |name: &str, bytes: &[u8]| {
        let path = folder.0.join(name);
        std::fs::write(&path, bytes).expect("a quote");
        path
    };
    let mut changed = forge.build().quote;
    changed[48 + 136] ^= 1;
    let refused = attest(&quote("changed.bin", &changed), &[]);
    assert_eq!(refused.status.code(), Some(1), "{}", said(&refused));
    assert!(said(&refused).contains("dcap.quote.signature"), "{}", said(&refused));
    let mut debug = Forge::tdx4();
    if let Body::Td(report, _) = &mut debug.quote.body {
        report.td_attributes[0] |= 1;
    }
    let rejected = attest(&quote("debug.bin", &debug.build().quote), &[]);
    assert_eq!(rejected.status.code(), Some(3), "{}", said(&rejected));
    let unknown = attest(&platform.join("quote.bin"), &["--policy-id", "nobody"]);
    assert_eq!(unknown.status.code(), Some(2), "{}", said(&unknown));
    let data = quote("data.bin", b"other data");
    let unbound = attest(&platform.join("quote.bin"), &["--data", &data.display().to_string()]);
    assert_eq!(unbound.status.code(), Some(1), "{}", said(&unbound));
    drop(service);
    assert_eq!(attest(&platform.join("quote.bin"), &[]).status.code(), Some(2), "nobody answers");
}

#[test]
fn policies_in_rego_are_run_by_the_program_and_changes_are_audited() {
    const TOKEN: &str = "0123456789abcdef0123456789abcdef";
    let folder = Folder::new("rego");
    let platform = folder.0.join("platform");
    veriquote_forge::Forge::tdx4().build().write(&platform).expect("a platform");
    let quoted = |name: &str| format!("[{:?}]", platform.join(name).display().to_string());
    let digest = veriquote_forge::hex(&veriquote_forge::sha256(&[TOKEN.as_bytes()]));
    let (_service, address) = start_with(&folder.0, |command| {
        command
            .args(["--issuer", "https://attest.example", "--danger-time", "2026-01-15T00:00:00Z"])
            .env("VERIQUOTE_SERVER_TRUST__ROOTS", quoted("root.pem"))
            .env("VERIQUOTE_SERVER_COLLATERAL__IMPORT", quoted("collateral.json"))
            .env("VERIQUOTE_SERVER_ADMIN__TOKENS", format!("[{{ name = \"ci\", sha256 = \"{digest}\" }}]"))
    });
    let put = |id: &str, module: &str| {
        let mut stream = TcpStream::connect(&address).expect("a connection");
        let length = module.len();
        write!(
            stream,
            "PUT /v2/policies/{id} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nIf-None-Match: *\r\n\
             Authorization: Bearer {TOKEN}\r\nContent-Type: text/plain\r\nContent-Length: {length}\r\n\r\n{module}"
        )
        .expect("a request");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    };
    put("tdx", "package veriquote\nallow if input.claims.tee == \"tdx\"");
    put("sgx", "package veriquote\nallow if input.claims.tee == \"sgx\"");
    put("huge", "package veriquote\nallow if count(numbers.range(0, 99999999999 * input.now)) > 0");
    for (policy, code) in [("tdx", 0), ("sgx", 3), ("huge", 2), ("tdx", 0)] {
        let given = run(Command::new(env!("CARGO_BIN_EXE_veriquote"))
            .args(["attest", "--server", &format!("http://{address}"), "--policy-id", policy, "--quote"])
            .arg(platform.join("quote.bin")));
        assert_eq!(given.status.code(), Some(code), "{policy}: {}", said(&given));
    }

    let log = folder.0.join("data/audit.jsonl");
    let audit =
        |more: &[&str]| run(veriquote(&folder.0).args(["audit", "verify", "--json"]).arg(&log).args(more));
    let holds = audit(&[]);
    assert_eq!(holds.status.code(), Some(0), "{}", said(&holds));
    let found: serde_json::Value = serde_json::from_slice(&holds.stdout).expect("JSON");
    assert!(found["entries"].as_u64() >= Some(6) && found["first"] == 1, "{found}");
    let head = found["head"].as_str().expect("a hash").to_owned();
    assert_eq!(audit(&["--head", &head]).status.code(), Some(0));
    // Killed at once: nothing that was answered is missing.
    assert_eq!(audit(&["--head", &head]).status.code(), Some(0));
    let text = std::fs::read_to_string(&log).expect("a log");
    let last = text.lines().last().expect("a line").len() + 1;
    std::fs::write(&log, &text[..text.len() - last]).expect("a log");
    assert_eq!(audit(&[]).status.code(), Some(0), "what is cut off at the end is not seen");
    assert_eq!(audit(&["--head", &head]).status.code(), Some(1), "but by a head that was noted");
    std::fs::write(&log, text.replacen("\"ci\"", "\"me\"", 1)).expect("a log");
    let broken = audit(&[]);
    assert_eq!(broken.status.code(), Some(1), "{}", said(&broken));
    let told: serde_json::Value = serde_json::from_slice(&broken.stdout).expect("JSON");
    assert_eq!((told["file"].as_str(), told["line"].is_u64()), (log.to_str(), true), "{told}");
    assert_eq!(run(veriquote(&folder.0).args(["audit", "verify", "nowhere.jsonl"])).status.code(), Some(2));
    let refused = run(veriquote(&folder.0).args(["serve", "--listen", "127.0.0.1:0"]));
    assert_eq!(refused.status.code(), Some(2), "{}", said(&refused));
}
