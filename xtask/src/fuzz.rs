//! `fuzz`: libFuzzer on the stable compiler, every target for a while.

use std::{fs, path::PathBuf};

use clap::Args;

use crate::{failure::Failure, project::Project, setup::debian, stages::Stages, step::Step};

/// Coverage that libFuzzer reads, through LLVM's own pass: no nightly needed.
const FLAGS: &str = "--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares";

#[derive(Args)]
pub(crate) struct Options {
    /// How long each target runs.
    #[arg(long, default_value_t = 60)]
    seconds: u32,
    /// Only these targets.
    targets: Vec<String>,
}

pub(crate) fn run(project: &Project, stages: &mut Stages, options: &Options) {
    stages.run("fuzz", || fuzz(project, options.seconds, &options.targets));
}

pub(crate) fn stage(project: &Project, stages: &mut Stages, seconds: u32) {
    stages.run(&format!("fuzz, {seconds} s each"), || fuzz(project, seconds, &[]));
}

fn fuzz(project: &Project, seconds: u32, only: &[String]) -> Result<String, Failure> {
    debian::compilers()?;
    let folder = project.root.join("fuzz");
    let output = project.target.join("fuzz");
    let host = host()?;
    // With a named target, build scripts and macros are built without the coverage flags.
    Step::cargo()
        .args(["build", "--release", "--bins", "--target", &host])
        .env("RUSTFLAGS", FLAGS)
        .env("CARGO_TARGET_DIR", &output)
        .dir(&folder)
        .run()?;
    let mut targets = targets(&folder.join("fuzz_targets"))?;
    if let Some(unknown) = only.iter().find(|name| !targets.contains(name)) {
        return Err(Failure::new(
            format!("no fuzz target `{unknown}`"),
            format!("there are {}", targets.join(", ")),
        ));
    }
    targets.retain(|name| only.is_empty() || only.contains(name));
    for name in &targets {
        let corpus = output.join("corpus").join(name);
        fs::create_dir_all(&corpus)?;
        let artifacts = output.join("artifacts").join(name);
        fs::create_dir_all(&artifacts)?;
        let seeds = seeds(project, name);
        Step::new(output.join(&host).join("release").join(name))
            .arg(&corpus)
            .args(seeds.iter().filter(|folder| folder.is_dir()))
            .arg(format!("-max_total_time={seconds}"))
            .arg(format!("-artifact_prefix={}/", artifacts.display()))
            .args([
                "-timeout=10",
                "-rss_limit_mb=2048",
                "-max_len=65536",
                "-print_final_stats=0",
                "-verbosity=0",
            ])
            .help("the input that broke it is in the artifact folder above; turn it into a test, then mend")
            .run()?;
        println!("    {name}: nothing found in {seconds} s");
    }
    Ok(format!("{} targets: {}", targets.len(), targets.join(", ")))
}

/// Committed seeds of a target, and the public cases of the same name where they are at hand.
fn seeds(project: &Project, name: &str) -> Vec<PathBuf> {
    vec![project.root.join("fuzz/seeds").join(name)]
}

fn targets(folder: &std::path::Path) -> Result<Vec<String>, Failure> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "rs")
            && let Some(name) = path.file_stem()
        {
            names.push(name.to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}

fn host() -> Result<String, Failure> {
    let text = Step::new("rustc").arg("-vV").read()?;
    text.lines()
        .find_map(|line| line.strip_prefix("host: "))
        .map(str::to_owned)
        .ok_or_else(|| Failure::new("`rustc -vV` names no host", "reinstall the compiler"))
}
