//! `attest`: evidence to a service, its token back.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde::Deserialize;
use serde_json::{Value, json};
use veriquote::encoding::decode_binary_or_text;
use veriquote_facade::{Blob, Problem, platform_of_quote};
use veriquote_http::{Client, HttpError, Options, Reach, Trust};

use crate::cli::Attest;
use crate::exit::{Exit, fail};
use crate::input;

/// The longest token that is taken, and the longest set of keys.
const LONGEST: usize = 1024 * 1024;

/// Sends evidence and writes the token. The token is not verified here: who relies on it does that, with
/// keys that it has from the issuer itself.
pub fn attest(args: &Attest) -> Exit {
    match attested(args) {
        Ok(()) => Exit::Accepted,
        Err(refusal) => {
            let told = fail(&refusal.problem);
            refusal.exit.unwrap_or(told)
        }
    }
}

/// Why there is no token, and what the shell is told where the problem alone does not say it.
struct Refusal {
    exit: Option<Exit>,
    problem: Box<Problem>,
}

fn attested(args: &Attest) -> Result<(), Refusal> {
    let own = |problem: Problem| Refusal { exit: None, problem: Box::new(problem) };
    let server = args.server.trim_end_matches('/');
    if !server.starts_with("https://") && !server.starts_with("http://") {
        let help = "such as https://attest.example.com";
        return Err(own(Problem::misuse("--server", "an address begins with https://", help)));
    }
    let body = request(args).map_err(own)?;
    let tls_ca = input::optional(args.tls_ca.as_deref(), "--tls-ca").map_err(own)?;
    let options = Options {
        timeout: Duration::from_secs(args.timeout),
        trust: tls_ca.map_or(Trust::System, |pem| Trust::Roots(pem.0)),
        redirects: 3,
        reach: Reach::Anywhere,
    };
    let client = Client::new(options)
        .map_err(|message| own(Problem::misuse("--tls-ca", message, "pass certificates as PEM")))?;
    let url = format!("{server}/v1/attestation");
    let answer = client.post_json(&url, &body.to_string(), LONGEST);
    let answer = answer.map_err(|error| own(unreachable(&url, &error)))?;
    if answer.status != 200 {
        return Err(refused(answer.status, &answer.body));
    }
    let token = String::from_utf8_lossy(&answer.body).trim().to_owned();
    if token.split('.').count() != 3 {
        return Err(own(service("the service answered 200 without a token")));
    }
    write("--output", &args.output, &token).map_err(own)?;
    if let Some(path) = &args.save_jwks {
        let url = format!("{server}/jwks.json");
        let keys = client.get(&url, LONGEST).map_err(|error| own(unreachable(&url, &error)))?;
        write("--save-jwks", path, &String::from_utf8_lossy(&keys.body)).map_err(own)?;
    }
    Ok(())
}

/// The request of the documented service.
fn request(args: &Attest) -> Result<Value, Problem> {
    let quote = binary(&args.quote, "--quote")?;
    let tee = match args.tee {
        Some(tee) => tee.as_str().to_owned(),
        None => platform_of_quote(&Blob(quote.clone()))?.tee.as_str().to_owned(),
    };
    let mut document = json!({ "quote": STANDARD.encode(&quote) });
    if let Some(path) = &args.event_log {
        document["cc_eventlog"] = STANDARD.encode(binary(path, "--event-log")?).into();
    }
    if let Some(path) = &args.collateral {
        let text = input::read(path, "--collateral")?;
        document["collateral"] = String::from_utf8_lossy(&text.0).into_owned().into();
    }
    let mut request = json!({ "tee": tee, "evidence": URL_SAFE_NO_PAD.encode(document.to_string()) });
    if !args.policy_id.is_empty() {
        request["policy_ids"] = args.policy_id.clone().into();
    }
    if let Some(path) = &args.data {
        let data = input::read(path, "--data")?.0;
        let mut runtime_data = if args.binding.as_deref() == Some("sha384-jcs-pad64") {
            json!({ "structured": serde_json::from_slice::<Value>(&data)? })
        } else {
            json!({ "raw": STANDARD.encode(&data) })
        };
        if let Some(mode) = &args.binding {
            runtime_data["binding"] = mode.clone().into();
        }
        request["runtime_data"] = runtime_data;
    }
    Ok(request)
}

fn binary(path: &Path, part: &str) -> Result<Vec<u8>, Problem> {
    let given = input::read(path, part)?;
    Ok(decode_binary_or_text(&given.0).map_err(|error| error.inside(part))?.into_owned())
}

/// What the service says (RFC 9457); others than ours say nothing that could be read.
#[derive(Deserialize)]
struct ProblemDetails {
    detail: String,
    code: String,
    #[serde(default)]
    error: Option<Problem>,
}

fn refused(status: u16, answer: &[u8]) -> Refusal {
    let Ok(ProblemDetails { detail, code, error }) = serde_json::from_slice(answer) else {
        let text: String = String::from_utf8_lossy(answer).chars().take(200).collect();
        let problem = service(&format!("the service answered {status}: {}", text.escape_debug()));
        return Refusal { exit: None, problem: Box::new(problem) };
    };
    let exit = match code.as_str() {
        "AS.POLICY.DENIED" => Exit::Rejected,
        code if code.starts_with("AS.EVIDENCE.") => Exit::NotAuthentic,
        _ => Exit::Misuse,
    };
    let problem = error.unwrap_or_else(|| service(&format!("{code}: {detail}")));
    Refusal { exit: Some(exit), problem: Box::new(problem) }
}

fn service(message: &str) -> Problem {
    Problem::misuse("--server", message, "docs/api.md says what the service takes")
}

fn unreachable(url: &str, error: &HttpError) -> Problem {
    let message = format!("{url}: {}", error.reason);
    Problem::misuse("--server", message, "check the address and the network")
}

fn write(flag: &str, path: &Path, text: &str) -> Result<(), Problem> {
    let written =
        if path == Path::new("-") { writeln!(std::io::stdout(), "{text}") } else { fs::write(path, text) };
    written.map_err(|error| {
        Problem::misuse(flag, format!("cannot write `{}`: {error}", path.display()), "check the path")
    })
}
