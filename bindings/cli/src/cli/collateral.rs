//! The flags of `collateral`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use veriquote::Fmspc;

use crate::fetch::{Api, Ca, Evaluation, Tee};

/// `collateral`
#[derive(Debug, Subcommand)]
pub enum Collateral {
    /// Show what is in a collateral file and when each part goes stale, without trusting it.
    #[command(after_help = "\
Examples:
  veriquote collateral show collateral.json
  veriquote collateral show collateral.json --json | jq .expiries")]
    Show {
        /// The collateral file.
        file: PathBuf,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Fetch the collateral of a quote's platform from Intel's service or a caching one.
    Fetch(Fetch),
}

/// `collateral fetch`
#[derive(Debug, Args)]
#[command(after_help = "\
All that is fetched is signed by Intel and is verified when it is used, so any mirror will do. For a
quote without its PCK certificate chain (certification data 1 to 4) the chain is fetched as well: 1 to 3
need the caching service of the quote's platform.

Examples:
  veriquote collateral fetch --quote quote.bin -o collateral.json
  veriquote collateral fetch --quote quote.bin --pccs https://pccs.example:8081 -o collateral.json
  veriquote collateral fetch --quote quote.bin --pccs https://localhost:8081 --tls-ca pccs.crt -o c.json
  veriquote collateral fetch --quote quote.bin --evaluation early -o early.json
  veriquote collateral fetch --tee tdx --fmspc 00806f050000 --ca platform -o collateral.json")]
pub struct Fetch {
    /// The quote whose platform is meant.
    #[arg(
        long,
        value_name = "FILE",
        required_unless_present = "fmspc",
        conflicts_with_all = ["fmspc", "tee", "ca"]
    )]
    pub quote: Option<PathBuf>,
    /// The platform family, instead of a quote.
    #[arg(long, value_name = "HEX", value_parser = fmspc, requires_all = ["tee", "ca"])]
    pub fmspc: Option<Fmspc>,
    /// sgx or tdx, with --fmspc.
    #[arg(long, requires = "fmspc", hide_possible_values = true, value_name = "sgx|tdx")]
    pub tee: Option<Tee>,
    /// Who issued the PCK certificate, with --fmspc.
    #[arg(long, requires = "fmspc", hide_possible_values = true, value_name = "platform|processor")]
    pub ca: Option<Ca>,
    /// The service: its address, with or without /sgx/certification/v4.
    #[arg(long, value_name = "URL", default_value = "https://api.trustedservices.intel.com")]
    pub pccs: String,
    /// Version of the service's API. Default: as the address says, or v4.
    #[arg(long, value_name = "v3|v4", hide_possible_values = true)]
    pub api: Option<Api>,
    /// Where to write the collateral; `-` for standard output.
    #[arg(long, short, value_name = "FILE")]
    pub output: PathBuf,
    /// Which TCB evaluation: early, standard, or its number.
    #[arg(long, value_name = "early|standard|N")]
    pub evaluation: Option<Evaluation>,
    /// Also fetch the identity of the quote verification enclave.
    #[arg(long)]
    pub qve: bool,
    /// Where to get the root's revocation list, instead of the service's or Intel's address.
    #[arg(long, value_name = "URL")]
    pub root_crl_url: Option<String>,
    /// Attempts after the first one.
    #[arg(long, value_name = "N", default_value_t = 4)]
    pub retries: u32,
    /// Longest time for one request, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub timeout: u64,
    /// Pause before the first retry, in milliseconds; doubles each time.
    #[arg(long, value_name = "MS", default_value_t = 500, hide = true)]
    pub retry_pause: u64,
    /// Trust these certificates (PEM) for https instead of the system's.
    #[arg(long, value_name = "PEM")]
    pub tls_ca: Option<PathBuf>,
    /// Accept any certificate for https. What is fetched is signed by Intel all the same, but who
    /// listens learns which platform you ask for.
    #[arg(long, conflicts_with = "tls_ca")]
    pub danger_accept_any_tls_certificate: bool,
}

fn fmspc(text: &str) -> Result<Fmspc, String> {
    veriquote::Bytes::from_hex(text).map(Fmspc).ok_or_else(|| "expected 12 hex digits".to_owned())
}
