//! `collateral fetch`.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use veriquote::dcap::Verifier;
use veriquote_aws_lc::AwsLc;
use veriquote_facade::{PckReference, Problem};
use veriquote_http::{Client, Options, Reach, Trust};

use crate::cli::Fetch;
use crate::exit::{Exit, fail, print};
use crate::fetch::{
    self, Api, Ca, CollateralFile, Evaluation, Http, HttpError, Platform, Retries, Service, Tee, Wanted,
};
use crate::progress::Steps;
use crate::render::{Canvas, DIM, GOOD, WARN};
use crate::{input, verify};

/// Fetches and writes a collateral file.
pub fn fetch(args: &Fetch) -> Exit {
    match fetched(args) {
        Ok(exit) => exit,
        Err(problem) => fail(&problem),
    }
}

fn fetched(args: &Fetch) -> Result<Exit, Problem> {
    let service = Service::new(&args.pccs, args.api)
        .map_err(|message| Problem::misuse("--pccs", message, "such as https://pccs.example:8081"))?;
    let wanted = wanted(args)?;
    if wanted.tee() == Tee::Tdx && service.api() == Api::V3 {
        return Err(Problem::misuse(
            "--api",
            "version 3 of the API serves no TDX collateral",
            "use version 4 of the service",
        ));
    }
    let tls_ca = input::optional(args.tls_ca.as_deref(), "--tls-ca")?;
    let trust = match tls_ca {
        // What it serves is signed by Intel all the same.
        _ if args.danger_accept_any_tls_certificate => Trust::DangerAnyCertificate,
        Some(pem) => Trust::Roots(pem.0),
        None => Trust::System,
    };
    let timeout = Duration::from_secs(args.timeout);
    let client = Client::new(Options { timeout, trust, redirects: 3, reach: Reach::Anywhere })
        .map_err(|message| Problem::misuse("--tls-ca", message, "pass certificates as PEM"))?;
    let pause = Duration::from_millis(args.retry_pause);
    let http = Http::new(client, Retries { count: args.retries, pause });
    let steps = Steps::new();
    let result = fetch::fetch(&http, &service, &wanted, &steps);
    steps.finish();
    let file = result.map_err(|error| network_problem(&error, args))?;
    write(&args.output, &file)?;
    if args.output != Path::new("-") {
        let mut canvas = Canvas::new();
        canvas.line(&[
            (GOOD, "✓ fetched"),
            ("", &format!("  {}", args.output.display())),
            (DIM, &format!("  from {service}")),
        ]);
        tell_state(&mut canvas, &file)?;
        print(canvas);
    }
    Ok(Exit::Accepted)
}

/// Whether what was fetched verifies under Intel's root today, and until when. A service of one's own with
/// a root of one's own may well serve something else: this is told and is no failure.
fn tell_state(canvas: &mut Canvas, file: &CollateralFile) -> Result<(), Problem> {
    let text = serde_json::to_vec(file)?;
    let state = veriquote::dcap::Collateral::from_json(&text)
        .map_err(veriquote::Failure::from)
        .and_then(|collateral| Verifier::intel(Arc::new(AwsLc))?.prepare(&collateral, verify::now().0));
    match state {
        Ok(prepared) => {
            let number = prepared.summary().evaluation_number();
            canvas.field("verified", &format!("TCB evaluation {number}, signed by Intel"));
            canvas.field("valid until", &prepared.valid_until().to_string());
        }
        Err(failure) => {
            let words = format!("not under Intel's root today: {}", failure.error);
            canvas.field_styled("verified", WARN, &words);
        }
    }
    Ok(())
}

fn wanted(args: &Fetch) -> Result<Wanted, Problem> {
    let platform = match (&args.quote, args.fmspc, args.tee, args.ca) {
        (Some(path), ..) => of_quote(path)?,
        (None, Some(fmspc), Some(tee), Some(ca)) => Platform::Known { tee, fmspc, ca, leaf: None },
        _ => {
            return Err(Problem::misuse(
                "--quote",
                "no quote and no platform was given",
                "pass --quote FILE, or --fmspc, --tee and --ca",
            ));
        }
    };
    Ok(Wanted {
        platform,
        evaluation: args.evaluation.unwrap_or(Evaluation::Default),
        qve: args.qve,
        root_ca_crl_url: args.root_crl_url.clone(),
    })
}

fn of_quote(path: &Path) -> Result<Platform, Problem> {
    let quote = input::read(path, "--quote")?;
    let leaf = match veriquote_facade::pck_reference_of_quote(&quote)? {
        Some(PckReference::Query(query)) => return Ok(Platform::Asked(query)),
        Some(PckReference::Leaf(leaf)) => Some(leaf),
        None => None,
    };
    let platform = veriquote_facade::platform_of_quote(&quote)?;
    let tee = if platform.tee == veriquote::dcap::Tee::Tdx { Tee::Tdx } else { Tee::Sgx };
    let ca =
        if platform.ca == veriquote::dcap::PckAuthority::Processor { Ca::Processor } else { Ca::Platform };
    Ok(Platform::Known { tee, fmspc: platform.fmspc, ca, leaf })
}

fn network_problem(error: &HttpError, args: &Fetch) -> Problem {
    let times = if error.attempts > 1 { format!(" ({} attempts)", error.attempts) } else { String::new() };
    let message = format!("{}{times}: {}", error.reason, error.url);
    let help = match error.status {
        Some(400) if args.evaluation.is_some() => {
            "this service may not know the TCB evaluation you asked for; leave --evaluation out"
        }
        Some(401 | 404) if error.url.contains("/pckcert?") => {
            "the quote does not carry its PCK certificate: name the caching service of its platform with --pccs \
             (Intel's own asks for a subscription key), or pass the chain with `verify dcap --pck-chain`"
        }
        Some(404) => "check the address; a caching service may not know this platform: try Intel's own",
        Some(410) => "this TCB evaluation has been retired; ask for a newer one",
        Some(401 | 403 | 407) => "the service or a proxy asks for credentials",
        Some(429) => "the service limits requests; wait and try again",
        Some(500..) => "the service is in trouble; try again later, or another one",
        Some(_) => "check that the address is that of a PCS or PCCS",
        None if error.reason.contains("certificate") => {
            "trust the service's authority with --tls-ca PEM; a caching service with a self-signed certificate \
             needs --danger-accept-any-tls-certificate (all that it serves is signed by Intel)"
        }
        None => "check the address and the network; --pccs names another service",
    };
    Problem::misuse("--pccs", message, help)
}

/// Writes beside the target and renames, so that nobody ever reads half a file.
fn write(path: &Path, file: &CollateralFile) -> Result<(), Problem> {
    let mut text = serde_json::to_string_pretty(file)?;
    text.push('\n');
    if path == Path::new("-") {
        let _ = std::io::stdout().write_all(text.as_bytes());
        return Ok(());
    }
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".veriquote-tmp");
    let beside = path.with_file_name(name);
    fs::write(&beside, text).and_then(|()| fs::rename(&beside, path)).map_err(|error| {
        let _ = fs::remove_file(&beside);
        let reason = input::reason(&error);
        Problem::misuse(
            "--output",
            format!("cannot write `{}`: {reason}", path.display()),
            "check the folder",
        )
    })
}
