//! Keys in a token: SoftHSM 2 of Debian, with its token in a temporary folder.

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use support::{Folder, TestServer, v1, write};
use veriquote_forge::{Forge, NOW};
use veriquote_server::config::{Config, Pkcs11Config};
use veriquote_server::keys::Algorithm;

const PIN: &str = "a PIN of many characters";

fn module() -> Option<PathBuf> {
    let folders =
        ["/usr/lib/softhsm", "/usr/lib/x86_64-linux-gnu/softhsm", "/usr/lib/aarch64-linux-gnu/softhsm"];
    folders.iter().map(|folder| Path::new(folder).join("libsofthsm2.so")).find(|path| path.exists())
}

/// A token by this label; the configuration of SoftHSM is found by its variable of the environment.
fn make_token(label: &str) {
    let made = Command::new("softhsm2-util")
        .args(["--init-token", "--free", "--label", label, "--so-pin", "an officer's PIN", "--pin", PIN])
        .output()
        .expect("softhsm2-util runs");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
}

fn with_token(config: &mut Config, module: &Path, label: &str, algorithm: Algorithm) {
    config.token.algorithm = algorithm;
    config.keys.pkcs11 = Some(Pkcs11Config {
        module: module.to_owned(),
        token: label.to_owned(),
        pin: Some(PIN.to_owned().into()),
        pin_file: None,
    });
}

fn server(module: &Path, label: &str, algorithm: Algorithm, data: &Path) -> TestServer {
    let forged = Forge::tdx4().build();
    TestServer::start(|config, folder| {
        config.trust.roots = vec![write(folder, "root.pem", forged.root_pem.as_bytes())];
        config.collateral.import =
            vec![write(folder, "collateral.json", forged.collateral_json().as_bytes())];
        config.data_dir = data.to_owned();
        with_token(config, module, label, algorithm);
    })
}

/// One test, because SoftHSM has one configuration in a process.
#[test]
fn keys_are_made_and_used_in_the_token() {
    let (Some(folder), Some(module)) = (std::env::var_os("SOFTHSM2_CONF"), module()) else {
        return again_with_a_token();
    };
    drop(folder);
    for (label, algorithm, kty) in [("ours", Algorithm::Rs256, "RSA"), ("ours-too", Algorithm::Es256, "EC")] {
        make_token(label);
        let data = Folder::new();
        let request = v1("tdx", &Forge::tdx4().build());
        let first = server(&module, label, algorithm, data.path());
        let answer = first.post("/v1/attestation", &request);
        assert_eq!(answer.status, 200, "{}", answer.body);
        first.verified(&answer.body);
        let keys: Value = first.get("/jwks.json").json();
        assert_eq!((&keys["keys"][0]["kty"], keys["keys"].as_array().unwrap().len()), (&kty.into(), 1));
        let kid = keys["keys"][0]["kid"].as_str().unwrap().to_owned();
        drop(first);
        // The file holds no key: it is as short as the name of one.
        let file = fs::read_to_string(data.path().join(format!("keys/{kid}.json"))).unwrap();
        let file: Value = serde_json::from_str(&file).unwrap();
        assert_eq!(file["sealed"]["text"].as_str().map(str::len), Some((7 + 16 + 16) * 4 / 3), "{file}");
        // The same key signs after a start.
        let second = server(&module, label, algorithm, data.path());
        assert_eq!(second.get("/jwks.json").json()["keys"][0]["kid"], kid.as_str());
        second.verified(&second.post("/v1/attestation", &request).body);
        // Withdrawn, another one is made.
        second.state.keys().revoke(&kid, second.state.now()).unwrap();
        second.state.keys().maintain(second.state.now()).unwrap();
        let now = second.get("/jwks.json").json();
        assert_eq!(now["keys"].as_array().unwrap().len(), 1);
        assert_ne!(now["keys"][0]["kid"], kid.as_str());
        second.verified(&second.post("/v1/attestation", &request).body);
        drop(second);
        // Without the token, or with a wrong PIN, the service does not start; the PIN is in no message.
        let refused = |change: &dyn Fn(&mut Config)| {
            let mut config = Config { data_dir: data.path().to_owned(), ..Config::default() };
            config.listen = ([127, 0, 0, 1], 0).into();
            with_token(&mut config, &module, label, algorithm);
            change(&mut config);
            let passphrase = veriquote_server::keys::Passphrase::new(support::PASSPHRASE.as_bytes()).unwrap();
            let runtime = tokio::runtime::Runtime::new().unwrap();
            let clock = std::sync::Arc::new(veriquote_server::clock::ShiftedClock::starting_at(
                veriquote::UnixTime(NOW),
            ));
            let opened = veriquote_server::State::open_with(config, passphrase, clock, None);
            runtime.block_on(opened).unwrap_err().to_string()
        };
        let message = refused(&|config| config.keys.pkcs11 = None);
        assert!(message.contains("keys.pkcs11 names none"), "{message}");
        let message = refused(&|config| {
            config.keys.pkcs11.as_mut().unwrap().pin = Some("a wrong PIN of some length".to_owned().into());
        });
        assert!(message.contains("token") && !message.contains("wrong PIN of"), "{message}");
        let message = refused(&|config| config.keys.pkcs11.as_mut().unwrap().token = "nobody's".into());
        assert!(message.contains("0 tokens"), "{message}");
    }
}

/// SoftHSM reads its configuration's place from the environment, which a process must not change while it runs:
/// the test runs once more as a child that has it.
fn again_with_a_token() {
    if module().is_none() {
        assert!(std::env::var_os("CI").is_none(), "no SoftHSM is installed");
        veriquote_recorded::skipped("no SoftHSM; `cargo xtask setup` installs it");
        return;
    }
    let folder = Folder::new();
    let tokens = folder.path().join("tokens");
    fs::create_dir(&tokens).unwrap();
    let text = format!(
        "directories.tokendir = {}\nobjectstore.backend = file\nlog.level = ERROR\n",
        tokens.display()
    );
    let configuration = write(folder.path(), "softhsm2.conf", text.as_bytes());
    let status = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "keys_are_made_and_used_in_the_token", "--nocapture"])
        .env("SOFTHSM2_CONF", configuration)
        .status()
        .unwrap();
    assert!(status.success());
}
