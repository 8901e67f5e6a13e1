//! `tpm challenge`, and the evidence of attestation keys that `verify tpm` takes.

use std::path::Path;

use veriquote::bytes::{from_hex, to_hex};
use veriquote::crypto::RustCrypto;
use veriquote_facade::{
    ActivatedKey, AkEvidence, AttestedKey, Blob, DcapOptions, DcapRequest, Document, EndorsementKey, Problem,
    TeeBoundKey, Time, TpmChallenge, TpmChallengeRequest, make_tpm_challenge,
};

use crate::cli::{Challenge, Endorsement, KeyEvidence};
use crate::exit::{Exit, fail, print, print_json};
use crate::flags::in_flags;
use crate::input::{self, all, document, optional};
use crate::render::{Canvas, DIM, GOOD, HEAD};
use crate::verify::now;

/// Wraps a secret, and writes what is sent and what is kept.
pub fn challenge(args: &Challenge) -> Exit {
    let made = request(args).map(|request| make_tpm_challenge(&RustCrypto, &request));
    let mut made = made.unwrap_or_else(|problem| TpmChallenge { error: Some(problem), ..Default::default() });
    made.error = made.error.take().map(in_flags).or_else(|| write(args, &made).err());
    // What is kept is in its file, and nowhere else.
    made.challenge = None;
    if args.json {
        print_json(&made);
    }
    match &made.error {
        Some(problem) if args.json => Exit::of_problem(problem),
        Some(problem) => fail(problem),
        None => {
            if !args.json {
                print(draw(args, &made));
            }
            Exit::Accepted
        }
    }
}

fn request(args: &Challenge) -> Result<TpmChallengeRequest, Problem> {
    let mut random = [0; 32 + 128];
    let source = rustls::crypto::CryptoProvider::get_default().map(|provider| provider.secure_random);
    let source = source.unwrap_or_else(|| rustls::crypto::aws_lc_rs::default_provider().secure_random);
    source.fill(&mut random).map_err(|_| {
        Problem::misuse("--challenge", "this machine has no randomness to give", "try again on another")
    })?;
    let (secret, entropy) = random.split_at(32);
    Ok(TpmChallengeRequest {
        ek: endorsement(&args.endorsement)?,
        ak: input::read(&args.ak, "--ak")?,
        at: args.at.unwrap_or_else(now),
        roots: all(&args.root, "--root")?,
        crls: all(&args.crl, "--crl")?,
        secret: to_hex(secret),
        entropy: to_hex(entropy),
    })
}

fn endorsement(args: &Endorsement) -> Result<EndorsementKey, Problem> {
    Ok(EndorsementKey {
        certificate: optional(args.ek_cert.as_deref(), "--ek-cert")?,
        intermediates: optional(args.ek_chain.as_deref(), "--ek-chain")?,
        public: optional(args.ek.as_deref(), "--ek")?,
    })
}

fn write(args: &Challenge, made: &TpmChallenge) -> Result<(), Problem> {
    let credential = made.credential.as_deref().and_then(|digits| from_hex(digits.as_bytes()).ok());
    let kept = serde_json::to_vec_pretty(&made.challenge).unwrap_or_default();
    put(&args.credential, &credential.unwrap_or_default(), "--credential")?;
    put_secret(&args.challenge, &kept)
}

fn put(path: &Path, bytes: &[u8], flag: &str) -> Result<(), Problem> {
    std::fs::write(path, bytes).map_err(|error| unwritable(path, &error, flag))
}

/// A file that its owner alone may read.
fn put_secret(path: &Path, bytes: &[u8]) -> Result<(), Problem> {
    use std::io::Write as _;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(path).and_then(|mut file| file.write_all(bytes));
    written.map_err(|error| unwritable(path, &error, "--challenge"))
}

fn unwritable(path: &Path, error: &std::io::Error, flag: &str) -> Problem {
    Problem::misuse(flag, format!("{}: {error}", path.display()), "name a file that can be written")
}

fn draw(args: &Challenge, made: &TpmChallenge) -> Canvas {
    let mut canvas = Canvas::new();
    canvas.line(&[(HEAD, "veriquote"), (DIM, " · "), ("", "TPM challenge")]);
    let ek = made.ek.clone().unwrap_or_default();
    let vouched = if ek.certified { "certified" } else { "pinned by you" };
    canvas.line(&[(GOOD, "endorsement key  "), ("", &ek.kind), (DIM, ", "), ("", vouched)]);
    let maker = [ek.manufacturer, ek.model, ek.version].map(Option::unwrap_or_default).join(" ");
    if !maker.trim().is_empty() {
        canvas.line(&[("", "TPM              "), ("", &maker)]);
    }
    canvas.line(&[("", "send             "), ("", &args.credential.display().to_string())]);
    canvas.line(&[("", "keep, secret     "), ("", &args.challenge.display().to_string())]);
    canvas
}

/// The evidence that the flags name.
pub fn evidence(args: &KeyEvidence, at: Time) -> Result<Option<AkEvidence>, Problem> {
    if let (Some(challenge), Some(answer)) = (&args.challenge, &args.answer) {
        let Blob(text) = input::read(challenge, "--challenge")?;
        let challenge = serde_json::from_slice(&text).map_err(|error| {
            Problem::misuse("--challenge", error.to_string(), "pass the file that `tpm challenge` wrote")
        })?;
        let Blob(answer) = input::read(answer, "--answer")?;
        let ek = endorsement(&args.endorsement)?;
        let evidence = ActivatedKey { ek, challenge, answer: to_hex(&answer) };
        return Ok(Some(AkEvidence::Activated(Box::new(evidence))));
    }
    if let (Some(certification), Some(signature), Some(signer)) =
        (&args.certification, &args.certification_signature, &args.signer)
    {
        let evidence = AttestedKey {
            certification: input::read(certification, "--certification")?,
            signature: input::read(signature, "--certification-signature")?,
            signer: input::read(signer, "--signer")?,
            signer_name: args.signer_name.clone(),
            signer_chain: optional(args.signer_chain.as_deref(), "--signer-chain")?,
            creation_data: optional(args.creation_data.as_deref(), "--creation-data")?,
            nonce: args.certification_nonce.clone(),
            danger_no_nonce: args.danger_no_certification_nonce,
        };
        return Ok(Some(AkEvidence::Attested(Box::new(evidence))));
    }
    let Some(report) = &args.hcl_report else { return no_evidence(args) };
    let evidence = TeeBoundKey {
        hcl_report: input::read(report, "--hcl-report")?,
        tdx: td(args, at)?,
        accepted_report_data: args.accepted_report_data.clone(),
    };
    Ok(Some(AkEvidence::TeeBound(Box::new(evidence))))
}

/// An endorsement key without a challenge proves nothing of the attestation key.
fn no_evidence(args: &KeyEvidence) -> Result<Option<AkEvidence>, Problem> {
    let Endorsement { ek_cert, ek_chain, ek } = &args.endorsement;
    if ek_cert.is_some() || ek_chain.is_some() || ek.is_some() {
        return Err(Problem::misuse(
            "--challenge",
            "an endorsement key was given without a challenge that its TPM answered",
            "make one with `veriquote tpm challenge`, and pass --challenge and --answer",
        ));
    }
    Ok(None)
}

fn td(args: &KeyEvidence, at: Time) -> Result<Option<DcapRequest>, Problem> {
    let (Some(quote), Some(collateral)) = (&args.td_quote, &args.td_collateral) else { return Ok(None) };
    let Blob(collateral) = input::read(collateral, "--td-collateral")?;
    let policy = document(args.td_policy.as_deref(), "--td-policy")?;
    Ok(Some(DcapRequest {
        quote: input::read(quote, "--td-quote")?,
        collateral: vec![Document(collateral)],
        event_log: None,
        qve: None,
        options: DcapOptions { roots: all(&args.td_root, "--td-root")?, policy, ..DcapOptions::at(at) },
    }))
}
