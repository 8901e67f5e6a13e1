//! The flags of `attest`.

use std::path::PathBuf;

use clap::Args;

use crate::fetch::Tee;

/// `attest`
#[derive(Debug, Args)]
#[command(after_help = "\
The token is written as it came. Who relies on it verifies it (`veriquote verify token`), with the
issuer's keys from the issuer's own address.

Exit code: 0 there is a token · 1 the evidence is not authentic · 3 a policy rejects it · 2 wrong usage,
or no answer

Examples:
  veriquote attest --server https://attest.example.com --quote quote.bin -o token.jwt
  veriquote attest --server https://attest.example.com --quote quote.bin --event-log CCEL \\
      --data nonce.bin --binding raw-pad64 --policy-id prod-tdx")]
pub struct Attest {
    /// The service's address.
    #[arg(long, value_name = "URL")]
    pub server: String,
    /// The quote.
    #[arg(long, value_name = "FILE")]
    pub quote: PathBuf,
    /// sgx or tdx. Default: as the quote says.
    #[arg(long, hide_possible_values = true, value_name = "sgx|tdx")]
    pub tee: Option<Tee>,
    /// The event log (CCEL) of the trust domain.
    #[arg(long, value_name = "FILE")]
    pub event_log: Option<PathBuf>,
    /// Collateral for services that have none of their own.
    #[arg(long, value_name = "FILE")]
    pub collateral: Option<PathBuf>,
    /// A policy of the service that must accept. May be given several times.
    #[arg(long, value_name = "ID")]
    pub policy_id: Vec<String>,
    /// The data that the report binds.
    #[arg(long, value_name = "FILE")]
    pub data: Option<PathBuf>,
    /// How they are bound; `veriquote binding compute --help` lists the modes.
    #[arg(long, value_name = "MODE", requires = "data")]
    pub binding: Option<String>,
    /// Where to write the token; `-` for standard output.
    #[arg(long, short, value_name = "FILE", default_value = "-")]
    pub output: PathBuf,
    /// Also save the service's keys: only as good as this connection is.
    #[arg(long, value_name = "FILE")]
    pub save_jwks: Option<PathBuf>,
    /// Longest time for one request, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub timeout: u64,
    /// Trust these certificates (PEM) for https instead of the system's.
    #[arg(long, value_name = "PEM")]
    pub tls_ca: Option<PathBuf>,
}
