//! The command line: every flag, with its words for people. A module for each command.

mod attest;
mod binding;
mod collateral;
mod composite;
mod dcap;
mod inspect;
mod nvgpu;
mod output;
mod policy;
#[cfg(feature = "serve")]
mod serve;
mod token;
mod tpm;
mod tpm_key;
mod values;

use clap::{ColorChoice, Parser, Subcommand};

pub use attest::Attest;
pub use binding::{Binding, BoundData};
pub use collateral::{Collateral, Fetch};
pub use composite::Composite;
pub use dcap::{Dcap, ProfileName};
pub use inspect::Inspect;
pub use nvgpu::Nvgpu;
pub use output::{CryptoName, Output};
pub use policy::PolicyCommand;
#[cfg(feature = "serve")]
pub use serve::{Audit, Keygen, Serve};
pub use token::Token;
pub use tpm::Tpm;
pub use tpm_key::{Challenge, Endorsement, KeyEvidence, TpmCommand};

/// Inspect and verify hardware attestation.
#[derive(Debug, Parser)]
#[command(
    name = "veriquote",
    version,
    max_term_width = 100,
    arg_required_else_help = true,
    after_help = "\
Exit code: 0 authentic and accepted · 1 not authentic · 3 authentic, but the policy rejects it ·
           2 wrong usage or unreadable file

Examples:
  veriquote inspect quote.bin
  veriquote collateral fetch --quote quote.bin -o collateral.json
  veriquote verify dcap --quote quote.bin --collateral collateral.json
  veriquote verify dcap --quote quote.bin --collateral collateral.json --json | jq .claims.tcb
  veriquote verify tpm --quote quote.msg --signature quote.sig --ak ak.pub --nonce 00ff… --pcrs quote.pcrs

Files may be binary, hex, base64, base64url or PEM: their content tells. `-` is standard input."
)]
pub struct Cli {
    /// When to use colours; `auto` also respects NO_COLOR.
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", hide_possible_values = true)]
    pub color: ColorChoice,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show what is in a file, without trusting any of it.
    Inspect(Inspect),
    /// Verify evidence.
    #[command(subcommand)]
    Verify(Verify),
    /// Make policies.
    #[command(subcommand)]
    Policy(PolicyCommand),
    /// Fetch or show the collateral that verification needs.
    #[command(subcommand)]
    Collateral(Collateral),
    /// Enrol machines with a TPM.
    #[command(subcommand)]
    Tpm(TpmCommand),
    /// Compute report data, or find out how data are bound in them.
    #[command(subcommand)]
    Binding(Binding),
    /// Send evidence to an attestation service, and write the token that it gives.
    Attest(Attest),
    /// Run the attestation service.
    #[cfg(feature = "serve")]
    Serve(Serve),
    /// Make or withdraw a key of the attestation service.
    #[cfg(feature = "serve")]
    Keygen(Keygen),
    /// The attestation service's audit log.
    #[cfg(feature = "serve")]
    #[command(subcommand)]
    Audit(Audit),
    /// Run policies in Rego for the attestation service, which starts this itself.
    #[cfg(feature = "serve")]
    #[command(
        hide = true,
        after_help = "\
Examples:
  veriquote policy-worker 256"
    )]
    PolicyWorker {
        /// Memory that it may have, in MiB.
        memory_mib: u32,
    },
    /// Print a completion script for a shell.
    #[command(after_help = "\
Examples:
  veriquote completions bash > ~/.local/share/bash-completion/completions/veriquote
  veriquote completions zsh > \"${fpath[1]}/_veriquote\"
  veriquote completions fish > ~/.config/fish/completions/veriquote.fish")]
    Completions {
        /// Which shell.
        shell: clap_complete::Shell,
    },
}

/// `verify`
#[derive(Debug, Subcommand)]
pub enum Verify {
    /// Verify an Intel SGX or TDX quote (DCAP).
    Dcap(Box<Dcap>),
    /// Verify a TPM 2.0 quote.
    Tpm(Box<Tpm>),
    /// Verify NVIDIA GPUs and NVSwitches.
    Nvgpu(Box<Nvgpu>),
    /// Verify a machine together with its GPUs.
    Composite(Composite),
    /// Verify an attestation token (JWT).
    Token(Box<Token>),
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_subcommand_has_examples() {
        fn walk(command: &clap::Command, path: &str) {
            for sub in command.get_subcommands() {
                let path = format!("{path} {}", sub.get_name());
                if sub.has_subcommands() {
                    walk(sub, &path);
                } else {
                    let help = sub.get_after_help().map(ToString::to_string).unwrap_or_default();
                    assert!(help.contains("Examples:\n"), "{path} has no examples");
                }
            }
        }
        walk(&Cli::command(), "veriquote");
    }
}
