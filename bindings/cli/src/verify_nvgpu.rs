//! `verify nvgpu`: GPUs and switches of NVIDIA.

use std::path::{Path, PathBuf};

use veriquote_facade::{Blob, Document, NvgpuOptions, NvgpuRequest, Problem, Verification, verify_nvgpu};

use crate::cli::Nvgpu;
use crate::exit::{Exit, fail, print, print_json};
use crate::flags::in_flags;
use crate::input;
use crate::render::{self, Canvas};
use crate::verify::{file_name, now, provider};

/// Verifies devices.
pub fn nvgpu(args: &Nvgpu) -> Exit {
    let request = match request(args) {
        Ok(request) => request,
        Err(problem) => {
            let problem = in_flags(problem);
            if args.json {
                print_json(&Verification::failed("nvgpu", problem, Vec::new()));
            } else {
                fail(&problem);
            }
            return Exit::Misuse;
        }
    };
    let mut result = verify_nvgpu(provider(args.crypto), &request);
    result.error = result.error.map(in_flags);
    let exit = Exit::of(&result);
    if args.json {
        if args.quiet {
            result.checks.clear();
        }
        print_json(&result);
    } else {
        let mut canvas = Canvas::new();
        render::verification(&mut canvas, &file_name(&args.evidence), &result, !args.quiet);
        print(canvas);
    }
    exit
}

fn request(args: &Nvgpu) -> Result<NvgpuRequest, Problem> {
    let all = |paths: &[PathBuf], flag: &str| -> Result<Vec<Blob>, Problem> {
        paths.iter().map(|path| input::read(path, flag)).collect()
    };
    let document = |path: &Path, flag: &str| input::read(path, flag).map(|Blob(bytes)| Document(bytes));
    let rims = args.rim.iter().map(|path| document(path, "--rim")).collect::<Result<_, _>>()?;
    Ok(NvgpuRequest {
        evidence: evidence(args)?,
        rims,
        options: NvgpuOptions {
            at: args.at.unwrap_or_else(now),
            nonce: args.nonce.clone(),
            switch_nonce: args.switch_nonce.clone(),
            crls: all(&args.crl, "--crl")?,
            ocsp: all(&args.ocsp, "--ocsp")?,
            ocsp_nonce: args.ocsp_nonce.clone(),
            accept_certificate_hold: args.accept_certificate_hold,
            allow_padding: args.allow_padding,
            roots: all(&args.root, "--root")?,
            rim_roots: all(&args.rim_root, "--rim-root")?,
            policy: args.policy.as_deref().map(|path| document(path, "--policy")).transpose()?,
            crypto_only: args.crypto_only,
        },
    })
}

/// The collector's JSON; or one report, to which its certificates are joined.
fn evidence(args: &Nvgpu) -> Result<Document, Problem> {
    let Blob(evidence) = input::read(&args.evidence, "--evidence")?;
    let Some(chain) = &args.chain else { return Ok(Document(evidence)) };
    let text = |bytes: Vec<u8>| match String::from_utf8(bytes) {
        Ok(text) => text.trim().to_owned(),
        Err(binary) => veriquote::bytes::to_hex(binary.as_bytes()),
    };
    let Blob(chain) = input::read(chain, "--chain")?;
    let joined = serde_json::json!({ "report": text(evidence), "certificate_chain": text(chain) });
    Ok(Document(joined.to_string().into_bytes()))
}
