//! The flags that every verification has: what is told of it, and which cryptography is used.

use clap::{Args, ValueEnum};

/// What is told of a verification.
#[derive(Debug, Args)]
pub struct Output {
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
    /// Leave out the single checks.
    #[arg(long, short)]
    pub quiet: bool,
    /// Which cryptography to use.
    #[arg(long, value_name = "aws-lc|rustcrypto", default_value = "aws-lc", hide = true)]
    pub crypto: CryptoName,
}

/// Names of cryptography providers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CryptoName {
    /// AWS-LC.
    AwsLc,
    /// RustCrypto.
    Rustcrypto,
}
