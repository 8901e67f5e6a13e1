//! The command `veriquote`: inspect and verify hardware attestation from the shell.
//!
//! It prints for people by default and the facade's JSON with `--json`. What is decided is decided by
//! the core; here are files, the clock, the network and the terminal.
#![forbid(unsafe_code)]

mod attest;
#[cfg(feature = "serve")]
mod audit;
mod batch;
mod binding;
mod cli;
mod collateral;
mod exit;
mod fetch;
mod flags;
mod input;
mod inspect;
mod progress;
mod render;
#[cfg(feature = "serve")]
mod serve;
mod tpm_key;
mod verify;

use std::io::Write as _;
use std::process::ExitCode;

use clap::{ColorChoice, CommandFactory as _, Parser as _};

use cli::{Cli, Collateral, Command, PolicyCommand, TpmCommand, Verify};
use exit::Exit;

/// A service allocates from many threads, and a token some hundreds of times.
#[cfg(feature = "serve")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    match cli.color {
        ColorChoice::Always => anstream::ColorChoice::Always.write_global(),
        ColorChoice::Never => anstream::ColorChoice::Never.write_global(),
        ColorChoice::Auto => {}
    }
    let exit = match cli.command {
        Command::Completions { shell } => completions(shell),
        Command::Inspect(args) => inspect::inspect(&args.file, args.json),
        Command::Verify(Verify::Dcap(args)) => verify::dcap(&args),
        Command::Verify(Verify::Tpm(args)) => verify::tpm(&args),
        Command::Verify(Verify::Composite(args)) => verify::composite(&args),
        Command::Verify(Verify::Nvgpu(args)) => verify::nvgpu(&args),
        Command::Verify(Verify::Token(args)) => verify::token(&args),
        Command::Tpm(TpmCommand::Challenge(args)) => tpm_key::challenge(&args),
        Command::Binding(command) => binding::run(&command),
        Command::Policy(PolicyCommand::Learn { name, tpm }) => verify::learn(&name, &tpm),
        Command::Collateral(Collateral::Fetch(args)) => collateral::fetch(&args),
        Command::Collateral(Collateral::Show { file, json }) => inspect::show_collateral(&file, json),
        Command::Attest(args) => attest::attest(&args),
        #[cfg(feature = "serve")]
        Command::Serve(args) => serve::serve(&args),
        #[cfg(feature = "serve")]
        Command::Keygen(args) => serve::keygen(&args),
        #[cfg(feature = "serve")]
        Command::Audit(cli::Audit::Verify { file, head, json }) => {
            audit::verify(&file, head.as_deref(), json)
        }
        #[cfg(feature = "serve")]
        Command::PolicyWorker { memory_mib } => return veriquote_server::rego::work(memory_mib),
    };
    ExitCode::from(exit.code())
}

fn completions(shell: clap_complete::Shell) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "veriquote", &mut script);
    // A closed pipe is the reader's choice and no failure.
    let _ = std::io::stdout().write_all(&script);
    Exit::Accepted
}
