//! `cargo xtask`: everything around the code, with nothing to install by hand.
//!
//! Each command prints what it does, stage by stage with the time it took, and on failure the command
//! that failed and what to do about it.

mod bare;
mod bench;
mod demo;
#[cfg(test)]
mod deploy;
mod differential;
mod failure;
mod features;
mod fuzz;
mod generate;
mod interop;
mod js;
mod load;
mod no_std;
mod package;
mod project;
mod python;
mod service;
mod setup;
mod size;
mod stages;
mod step;
mod test;
mod vectors;
mod wasm;
mod web;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::{project::Project, stages::Stages};

/// Builds, checks and shows veriquote.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the benchmarks, beside the published `dcap-qvl` crate.
    Bench(bench::Options),
    /// Build the tool, forge a platform, verify it, and watch a changed one being refused.
    Demo(demo::Options),
    /// Run every fuzz target for a while, seeded with the committed cases.
    Fuzz(fuzz::Options),
    /// Write the generated documents and schema from the source; `--check` fails on a difference.
    Gen(generate::Options),
    /// Hold published clients against the service: collateral, tokens, and requests that nobody thought of.
    Interop,
    /// Build the npm packages, measure them, compare them with Rust, install them in clean projects.
    Js(js::Options),
    /// Measure tokens a second beside what one costs without a service, and what slow and huge requests do.
    Load(load::Options),
    /// Check the core with the oldest compiler that it promises, which rustup must have.
    Msrv,
    /// Link the core into a program for a bare target.
    NoStd,
    /// Make npm tarballs, wheel and source distribution for this machine into `dist/`, and install each.
    Package(package::Options),
    /// Build the Python wheel and test it: answers to every vector, types, threads, columns, Spark, documents.
    Python(python::Options),
    /// Install what the other commands need: system packages, cargo tools, bare-target libraries.
    Setup,
    /// Report the size of the core compiled for wasm32.
    Size,
    /// Run every check that CI runs, in CI's order.
    Test(test::Options),
    /// Write `tests/vectors` afresh from the forge; `--check` fails on a difference.
    Vectors(vectors::Options),
    /// Build the core for wasm32.
    Wasm,
    /// Build the web page; `--test` tries it in Chromium, `--serve` serves it on loopback.
    Web(web::Options),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let project = match Project::find() {
        Ok(project) => project,
        Err(failure) => {
            eprintln!("{failure}");
            return ExitCode::FAILURE;
        }
    };
    let mut stages = Stages::new();
    match arguments.command {
        Command::Bench(options) => bench::run(&project, &mut stages, &options),
        Command::Demo(options) => demo::run(&project, &mut stages, &options),
        Command::Fuzz(options) => fuzz::run(&project, &mut stages, &options),
        Command::Gen(options) => generate::run(&project, &mut stages, &options),
        Command::Interop => interop::run(&project, &mut stages),
        Command::Js(options) => js::run(&project, &mut stages, &options),
        Command::Load(options) => load::run(&project, &mut stages, &options),
        Command::Msrv => features::msrv(&project, &mut stages),
        Command::NoStd => no_std::run(&project, &mut stages),
        Command::Package(options) => package::run(&project, &mut stages, &options),
        Command::Python(options) => python::run(&project, &mut stages, &options),
        Command::Setup => setup::run(&project, &mut stages),
        Command::Size => size::run(&project, &mut stages),
        Command::Test(options) => test::run(&project, &mut stages, &options),
        Command::Vectors(options) => vectors::run(&project, &mut stages, &options),
        Command::Wasm => wasm::run(&project, &mut stages),
        Command::Web(options) => web::run(&project, &mut stages, &options),
    }
    stages.finish()
}
