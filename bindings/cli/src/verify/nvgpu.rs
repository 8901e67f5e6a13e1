//! `verify nvgpu`: GPUs and switches of NVIDIA.

use veriquote_facade::{Document, EvidenceKind, NvgpuOptions, NvgpuRequest, Problem, verify_nvgpu};

use super::{now, provider, tell};
use crate::cli::Nvgpu;
use crate::exit::Exit;
use crate::flags::with_flags;
use crate::input::{self, all, document, documents};

/// Verifies devices.
pub fn nvgpu(args: &Nvgpu) -> Exit {
    let result = request(args).map(|request| verify_nvgpu(provider(args.output.crypto), &request));
    tell(EvidenceKind::Nvgpu, &args.evidence, &args.output, with_flags(result))
}

fn request(args: &Nvgpu) -> Result<NvgpuRequest, Problem> {
    Ok(NvgpuRequest {
        evidence: evidence(args)?,
        rims: documents(&args.rim, "--rim")?,
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
            policy: document(args.policy.as_deref(), "--policy")?,
            crypto_only: args.crypto_only,
        },
    })
}

/// The collector's JSON; or one report, to which its certificates are joined.
fn evidence(args: &Nvgpu) -> Result<Document, Problem> {
    let evidence = input::read(&args.evidence, "--evidence")?;
    let Some(chain) = &args.chain else { return Ok(Document(evidence.0)) };
    let chain = input::text_or_hex(input::read(chain, "--chain")?);
    let report = input::text_or_hex(evidence);
    let joined = serde_json::json!({ "report": report.trim(), "certificate_chain": chain.trim() });
    Ok(Document(joined.to_string().into_bytes()))
}
