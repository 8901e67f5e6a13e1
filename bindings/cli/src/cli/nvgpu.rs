//! The flags of `verify nvgpu`.

use std::path::PathBuf;

use clap::Args;
use veriquote_facade::Time;

use super::output::Output;

/// `verify nvgpu`
#[derive(Debug, Args)]
#[command(after_help = "\
Evidence is what a collector wrote: nvattest, NVIDIA's SDK in Python, Confidential Containers and others;
docs/nvidia.md shows the forms. Without --policy the strict policy applies: every manifest is there, every
measurement matches, the firmware is named. The result names the manifests that are missing; NVIDIA's
service serves them by that name.

Examples:
  veriquote verify nvgpu --evidence evidence.json --nonce 00ff… --rim driver.xml --rim vbios.xml
  veriquote verify nvgpu --evidence report.bin --chain chain.pem --nonce 00ff… --rim driver.xml \\
      --rim vbios.xml --crl l1-root.crl --crl l2-gh100.crl
  veriquote verify nvgpu --evidence evidence.json --nonce 00ff… --json | jq .claims.devices[].missing")]
pub struct Nvgpu {
    /// The evidence; `-` for standard input.
    #[arg(long, value_name = "FILE")]
    pub evidence: PathBuf,
    /// Certificates of the device, leaf first, when --evidence is a report alone.
    #[arg(long, value_name = "PEM")]
    pub chain: Option<PathBuf>,
    /// The challenge that you gave out: 32 bytes.
    #[arg(long, value_name = "HEX")]
    pub nonce: String,
    /// The challenge of the switches, where that is another one.
    #[arg(long, value_name = "HEX")]
    pub switch_nonce: Option<String>,
    /// Reference integrity manifest, or the answer of NVIDIA's service that holds one. May be given several
    /// times, in any order.
    #[arg(long, value_name = "FILE")]
    pub rim: Vec<PathBuf>,
    /// Revocation list. May be given several times.
    #[arg(long, value_name = "FILE")]
    pub crl: Vec<PathBuf>,
    /// OCSP response. May be given several times.
    #[arg(long, value_name = "FILE")]
    pub ocsp: Vec<PathBuf>,
    /// The nonce of the OCSP requests.
    #[arg(long, value_name = "HEX", requires = "ocsp")]
    pub ocsp_nonce: Option<String>,
    /// Accept certificates that their issuer has put on hold.
    #[arg(long)]
    pub accept_certificate_hold: bool,
    /// Accept zeros after a report.
    #[arg(long)]
    pub allow_padding: bool,
    /// Root of devices to trust in place of NVIDIA's. May be given several times.
    #[arg(long, value_name = "PEM")]
    pub root: Vec<PathBuf>,
    /// Root of manifests to trust in place of NVIDIA's. May be given several times.
    #[arg(long, value_name = "PEM")]
    pub rim_root: Vec<PathBuf>,
    /// Policy document (JSON). Default: the strict policy.
    #[arg(long, value_name = "FILE", conflicts_with = "crypto_only")]
    pub policy: Option<PathBuf>,
    /// Accept whatever is authentic: no appraisal. The result says so.
    #[arg(long)]
    pub crypto_only: bool,
    /// Verify as of this time: RFC 3339 or Unix seconds. Default: now.
    #[arg(long, value_name = "TIME")]
    pub at: Option<Time>,
    /// What is told of it.
    #[command(flatten)]
    pub output: Output,
}
