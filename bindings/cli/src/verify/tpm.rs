//! `verify tpm`: one quote of a TPM.

use std::io::Write as _;
use std::path::Path;

use serde_json::Value;
use veriquote_facade::{
    Blob, ClockReading, EvidenceKind, Problem, TpmOptions, TpmRequest, learn_tpm_policy, verify_tpm,
};

use super::{now, provider, tell};
use crate::cli::Tpm;
use crate::exit::{Exit, fail, print_json};
use crate::flags::{in_flags, with_flags};
use crate::input::{self, all, document, optional};

/// Verifies one quote.
pub fn tpm(args: &Tpm) -> Exit {
    let result = request(args).map(|request| verify_tpm(provider(args.output.crypto), &request));
    tell(EvidenceKind::Tpm, &args.quote, &args.output, with_flags(result))
}

/// Prints a policy that accepts a boot like this one.
pub fn learn(name: &str, args: &Tpm) -> Exit {
    let learned =
        request(args).and_then(|request| learn_tpm_policy(provider(args.output.crypto), &request, name));
    match learned {
        Ok(text) => {
            let _ = std::io::stdout().write_all(text.as_bytes());
            Exit::Accepted
        }
        Err(problem) => {
            let problem = in_flags(problem);
            if args.output.json {
                print_json(&serde_json::json!({ "error": problem }));
                return Exit::of_problem(&problem);
            }
            fail(&problem)
        }
    }
}

fn request(args: &Tpm) -> Result<TpmRequest, Problem> {
    Ok(TpmRequest {
        quote: input::read(&args.quote, "--quote")?,
        signature: input::read(&args.signature, "--signature")?,
        ak: optional(args.ak.as_deref(), "--ak")?,
        ak_evidence: crate::tpm_key::evidence(&args.evidence, args.at.unwrap_or_else(now))?,
        pcrs: document(args.pcrs.as_deref(), "--pcrs")?,
        event_log: optional(args.event_log.as_deref(), "--event-log")?,
        ima_log: optional(args.ima_log.as_deref(), "--ima-log")?,
        options: TpmOptions {
            at: args.at.unwrap_or_else(now),
            nonce: args.nonce.clone(),
            danger_no_nonce: args.danger_no_nonce,
            ak_name: args.ak_name.clone(),
            ak_parent: args.ak_parent.clone(),
            ak_chain: optional(args.ak_chain.as_deref(), "--ak-chain")?,
            roots: all(&args.root, "--root")?,
            crls: all(&args.crl, "--crl")?,
            allow_missing_purpose: args.allow_missing_purpose,
            signature_scheme: args.signature_scheme.clone(),
            policy: document(args.policy.as_deref(), "--policy")?,
            crypto_only: args.crypto_only,
            allow_sha1: args.allow_sha1,
            quirks: args.quirk.clone(),
            opaque: args.opaque.clone(),
            continuation: args.continuation.as_deref().map(continuation).transpose()?,
            continuation_key: optional(args.continuation_key.as_deref(), "--continuation-key")?
                .map(|Blob(text)| String::from_utf8_lossy(text.trim_ascii()).into_owned()),
            ima_from: args.ima_from,
            previous: args.previous.as_deref().map(previous).transpose()?,
        },
    })
}

/// The token of an earlier result, or a token alone.
fn continuation(path: &Path) -> Result<Blob, Problem> {
    let blob = input::read(path, "--continuation")?;
    let result = serde_json::from_slice::<Value>(&blob.0).ok();
    let token = result.as_ref().and_then(|result| result.pointer("/claims/ima/continuation")?.as_str());
    Ok(token.map_or(blob, Blob::from))
}

/// Clock and counters of an earlier result, or a reading alone.
fn previous(path: &Path) -> Result<ClockReading, Problem> {
    let Blob(text) = input::read(path, "--previous")?;
    let wrong = |message: String| {
        Problem::misuse("--previous", message, "pass what `verify tpm --json` printed for the last quote")
    };
    let mut value: Value = serde_json::from_slice(&text).map_err(|error| wrong(error.to_string()))?;
    if let Some(reading) = value.pointer_mut("/claims/clock/reading") {
        value = reading.take();
    }
    serde_json::from_value(value).map_err(|error| wrong(format!("no reading of a clock: {error}")))
}
