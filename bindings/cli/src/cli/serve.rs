//! The flags of the attestation service: `serve`, `keygen` and `audit`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use veriquote_facade::Time;

/// `serve`
#[derive(Debug, Args)]
#[command(after_help = "\
The configuration is a TOML file; VERIQUOTE_SERVER_… of the environment replaces its values, and
flags replace both. The passphrase of the issuer's keys is VERIQUOTE_KEY_PASSPHRASE, or the file that
keys.passphrase_file names.

Examples:
  veriquote serve --check --config server.toml
  veriquote serve --config server.toml --issuer https://attest.example.com
  VERIQUOTE_SERVER_TOKEN__ALGORITHM=ES256 veriquote serve --listen 127.0.0.1:8080")]
pub struct Serve {
    /// Configuration (TOML).
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Where to listen.
    #[arg(long, value_name = "ADDR")]
    pub listen: Option<std::net::SocketAddr>,
    /// Folder of keys and database.
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// `iss` of every token: the address under which relying parties reach the service.
    #[arg(long, value_name = "URL")]
    pub issuer: Option<String>,
    /// Say what is wrong with the configuration, and end.
    #[arg(long)]
    pub check: bool,
    /// Start with another time than the system's: for demonstrations with forged evidence, on this machine
    /// only.
    #[arg(long, value_name = "TIME")]
    pub danger_time: Option<Time>,
}

/// `keygen`
#[derive(Debug, Args)]
#[command(after_help = "\
The key is sealed with the passphrase of the service, and read by it without a restart. Publish a key
at least a day before it signs, so that every relying party knows it by then.

Examples:
  veriquote keygen --config server.toml
  veriquote keygen --config server.toml --activate-in 86400
  veriquote keygen --config server.toml --revoke NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs")]
pub struct Keygen {
    /// The service's configuration (TOML).
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Folder of keys and database.
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// Algorithm instead of the configured one: RS256, PS256, ES256 or ES384.
    #[arg(long, value_name = "ALG")]
    pub algorithm: Option<String>,
    /// Seconds from now until the key signs.
    #[arg(long, value_name = "SECONDS", default_value_t = 86_400)]
    pub activate_in: u32,
    /// Withdraw the key of this id instead of making one. Tokens that it signed are refused from then on.
    #[arg(long, value_name = "KID", allow_hyphen_values = true)]
    pub revoke: Option<String>,
}

/// `audit`.
#[derive(Debug, Subcommand)]
pub enum Audit {
    /// Whether the chain of a log holds. Exit code 1: it does not.
    #[command(after_help = "\
Examples:
  veriquote audit verify /var/lib/veriquote/audit.jsonl
  veriquote audit verify audit.jsonl --head \"$(cat head-of-yesterday)\" --json")]
    Verify {
        /// The log. Files of it that were closed lie beside it and are read first.
        file: PathBuf,
        /// A hash that was noted from this log before, such as by `/readyz`: it must be in the chain.
        #[arg(long, value_name = "HEX")]
        head: Option<String>,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
}
