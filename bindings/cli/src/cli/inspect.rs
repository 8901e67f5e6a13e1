//! The flags of `inspect`.

use std::path::PathBuf;

use clap::Args;

/// `inspect`
#[derive(Debug, Args)]
#[command(after_help = "\
Knows quotes, certificates and chains, revocation lists, collateral files, the JSON bodies that
Intel's service serves, event logs, IMA lists, attestations and public areas of TPMs, evidence and reference
manifests of NVIDIA devices, tokens, NVIDIA's bundles of tokens, and JWK sets.
Nothing is verified: what is shown is what the file says.

Examples:
  veriquote inspect quote.bin
  veriquote inspect collateral.json
  veriquote inspect pck_chain.pem --json
  veriquote inspect /sys/firmware/acpi/tables/data/CCEL
  base64 -d < quote.b64 | veriquote inspect -")]
pub struct Inspect {
    /// The file; `-` for standard input.
    pub file: PathBuf,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}
