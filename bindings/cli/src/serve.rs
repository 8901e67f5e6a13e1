//! `serve` and `keygen`: the attestation service.

use std::path::Path;
use std::sync::Arc;

use serde_json::json;
use veriquote::UnixTime;
use veriquote_facade::Problem;
use veriquote_server::clock::{Clock, ShiftedClock, SystemClock};
use veriquote_server::config::{Config, Issuer, Source};
use veriquote_server::keys::{Algorithm, KeyRing, Passphrase};

use crate::cli::{Keygen, Serve};
use crate::exit::{Exit, fail, print_json};

/// Runs the service until the process is told to end.
pub fn serve(args: &Serve) -> Exit {
    match start(args) {
        Ok(()) => Exit::Accepted,
        Err(problem) => fail(&problem),
    }
}

fn start(args: &Serve) -> Result<(), Problem> {
    let mut config = load(args.config.as_deref())?;
    if let Some(listen) = args.listen {
        config.listen = listen;
    }
    if let Some(folder) = &args.data_dir {
        config.data_dir.clone_from(folder);
    }
    if let Some(issuer) = &args.issuer {
        config.issuer = Issuer::new(issuer).map_err(|message| wrong("issuer", message))?;
    }
    config.check().map_err(|error| wrong("config", error.to_string()))?;
    let passphrase = passphrase(&config)?;
    let clock: Arc<dyn Clock> = match args.danger_time {
        None => Arc::new(SystemClock),
        Some(_) if !config.listen.ip().is_loopback() => {
            return Err(wrong("danger-time", "another time is for this machine only: listen on 127.0.0.1"));
        }
        Some(time) => Arc::new(ShiftedClock::starting_at(time.0)),
    };
    if args.check {
        println!("the configuration holds");
        return Ok(());
    }
    veriquote_server::start_log(&config.log).map_err(|message| wrong("log", message))?;
    veriquote_server::run(config, passphrase, clock).map_err(|error| wrong("serve", error.to_string()))
}

/// Makes or withdraws a key.
pub fn keygen(args: &Keygen) -> Exit {
    match change_keys(args) {
        Ok(done) => {
            print_json(&done);
            Exit::Accepted
        }
        Err(problem) => fail(&problem),
    }
}

fn change_keys(args: &Keygen) -> Result<serde_json::Value, Problem> {
    let mut config = load(args.config.as_deref())?;
    if let Some(folder) = &args.data_dir {
        config.data_dir.clone_from(folder);
    }
    if let Some(name) = &args.algorithm {
        config.token.algorithm = name.parse::<Algorithm>().map_err(|message| wrong("algorithm", message))?;
    }
    config.check().map_err(|error| wrong("config", error.to_string()))?;
    let passphrase = passphrase(&config)?;
    let now = SystemClock.now();
    if let Some(kid) = &args.revoke {
        config.keys.generate = false;
        let ring =
            KeyRing::open(&config, passphrase, now).map_err(|error| wrong("keys", error.to_string()))?;
        ring.revoke(kid, now).map_err(|error| wrong("revoke", error.to_string()))?;
        return Ok(json!({ "kid": kid, "revoked_at": now.to_string() }));
    }
    let failed = |message: String| wrong("keygen", message);
    let activates_at = UnixTime(now.0.saturating_add(i64::from(args.activate_in)));
    let ring = KeyRing::read(&config, passphrase).map_err(|error| wrong("keys", error.to_string()))?;
    let (jwk, path) = ring.make(now, activates_at).map_err(|error| failed(error.to_string()))?;
    Ok(json!({
        "kid": jwk.kid(),
        "activates_at": activates_at.to_string(),
        "file": path.display().to_string(),
        "jwk": jwk,
    }))
}

fn load(file: Option<&Path>) -> Result<Config, Problem> {
    Config::load(Source { file }, std::env::vars()).map_err(|error| wrong("config", error.to_string()))
}

fn passphrase(config: &Config) -> Result<Passphrase, Problem> {
    Passphrase::find(config.keys.passphrase_file.as_deref())
        .map_err(|error| wrong("keys.passphrase_file", error.to_string()))
}

fn wrong(part: &str, message: impl Into<String>) -> Problem {
    Problem::misuse(part, message, "docs/operations.md describes the configuration")
}
