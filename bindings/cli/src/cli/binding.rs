//! The flags of `binding`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// `binding`
#[derive(Debug, Subcommand)]
pub enum Binding {
    /// Tell which convention binds the data, and which common mistake almost does.
    #[command(after_help = "\
Exit code: 0 a mode binds the data · 1 none does, whatever mistake explains it.

Examples:
  veriquote binding detect --report-data 00ff… --data nonce.bin
  veriquote binding detect --report-data 00ff… --data runtime.json --json
  veriquote binding detect --report-data 00ff… --data held.bin --nonce-value val.bin --nonce-iat iat.bin")]
    Detect(Detect),
    /// Compute the report data of a mode.
    #[command(after_help = "\
Modes: raw-exact raw-pad64 sha256-first32 sha384-pad64 sha384-jcs-pad64 sha512 ita-sha512
       ita-sha256-first32 x509-der-sha256 tpm-extradata; docs/bindings.md says what each does.

Examples:
  veriquote binding compute --mode sha384-jcs-pad64 --data runtime.json
  printf nonce | veriquote binding compute --mode raw-pad64 --data -")]
    Compute(Compute),
}

/// `binding detect`
#[derive(Debug, Args)]
pub struct Detect {
    /// The report data, in hex.
    #[arg(long, value_name = "HEX")]
    pub report_data: String,
    /// The data.
    #[command(flatten)]
    pub bound: BoundData,
}

/// `binding compute`
#[derive(Debug, Args)]
pub struct Compute {
    /// The mode.
    #[arg(long, value_name = "MODE")]
    pub mode: String,
    /// The data.
    #[command(flatten)]
    pub bound: BoundData,
}

/// Data that report data bind. They are taken as the bytes that the file holds: nothing is decoded.
#[derive(Debug, Args)]
pub struct BoundData {
    /// The data, byte for byte; `-` is standard input.
    #[arg(long, value_name = "FILE")]
    pub data: PathBuf,
    /// `val` of a verifier's nonce, decoded.
    #[arg(long, value_name = "FILE", requires = "nonce_iat")]
    pub nonce_value: Option<PathBuf>,
    /// `iat` of a verifier's nonce, decoded.
    #[arg(long, value_name = "FILE", requires = "nonce_value")]
    pub nonce_iat: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}
