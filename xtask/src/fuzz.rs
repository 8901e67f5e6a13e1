//! `fuzz`: libFuzzer on the stable compiler, every target for a while.

use std::{
    fs,
    path::Path,
    slice,
    sync::{Mutex, MutexGuard, PoisonError},
    thread,
};

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
    let seconds = options.seconds;
    stages.run("fuzz", || fuzz(project, |_| seconds, &options.targets));
}

/// The targets that stand for the main job, which have the whole of CI's time; the many others have a
/// quarter of it.
const WHOLE: [&str; 6] = ["certificate", "collateral", "crl", "document", "quote", "verify"];

pub(crate) fn stage(project: &Project, stages: &mut Stages, seconds: u32) {
    let some = seconds.div_ceil(4);
    let time = |name: &str| if WHOLE.contains(&name) { seconds } else { some };
    stages.run(&format!("fuzz, {seconds} or {some} s each"), || fuzz(project, time, &[]));
}

fn fuzz(project: &Project, seconds: impl Fn(&str) -> u32 + Sync, only: &[String]) -> Result<String, Failure> {
    debian::compilers()?;
    let folder = project.root.join("fuzz");
    let mut targets = targets(&folder.join("fuzz_targets"))?;
    if let Some(unknown) = only.iter().find(|name| !targets.contains(name)) {
        return Err(Failure::new(
            format!("no fuzz target `{unknown}`"),
            format!("there are {}", targets.join(", ")),
        ));
    }
    targets.retain(|name| only.is_empty() || only.contains(name));

    let output = project.target.join("fuzz");
    let seeds = output.join("seeds");
    let mut writer = Step::cargo()
        .args(["run", "--quiet", "--bin", "seeds", "--"])
        .arg(&seeds)
        .env("CARGO_TARGET_DIR", &project.target)
        .dir(&folder);
    if let Some(vectors) = &project.vectors {
        writer = writer.env("VERIQUOTE_VECTORS", vectors);
    }
    writer.run()?;

    let host = host()?;
    // With a named target, build scripts and macros are built without the coverage flags.
    Step::cargo()
        .args(["build", "--release", "--features", "libfuzzer", "--target", &host])
        .args(targets.iter().map(|name| format!("--bin={name}")))
        .env("RUSTFLAGS", FLAGS)
        .env("CARGO_TARGET_DIR", &output)
        .dir(&folder)
        .run()?;
    let programs = output.join(&host).join("release");

    // One target uses one core: as many side by side as there are.
    let queue = Mutex::new(targets.iter());
    let broken = Mutex::new(Vec::new());
    let lanes = thread::available_parallelism().map_or(1, usize::from);
    println!("    {} targets, {lanes} at a time", targets.len());
    thread::scope(|scope| {
        for _ in 0..lanes {
            scope.spawn(|| {
                while let Some(name) = next(&queue) {
                    let seconds = seconds(name);
                    match fuzz_one(name, &programs, &folder, &seeds, seconds) {
                        Ok(()) => println!("    {name}: nothing found in {seconds} s"),
                        Err(failure) => {
                            println!("    {name}: {failure}");
                            lock(&broken).push(name.as_str());
                        }
                    }
                }
            });
        }
    });
    let broken = broken.into_inner().unwrap_or_else(PoisonError::into_inner);
    println!("    fuzz: {} passed, {} failed", targets.len() - broken.len(), broken.len());
    if broken.is_empty() {
        return Ok(format!("{} passed, 0 failed: {}", targets.len(), targets.join(", ")));
    }
    Err(Failure::new(
        format!("{} of {} fuzz targets: {}", broken.len(), targets.len(), broken.join(", ")),
        "the inputs are in fuzz/artifacts; make a unit test of each, see it fail, then mend",
    ))
}

fn fuzz_one(name: &str, programs: &Path, folder: &Path, seeds: &Path, seconds: u32) -> Result<(), Failure> {
    let corpus = folder.join("corpus").join(name);
    let artifacts = folder.join("artifacts").join(name);
    fs::create_dir_all(&corpus)?;
    fs::create_dir_all(&artifacts)?;
    Step::new(programs.join(name))
        .arg(&corpus)
        .arg(seeds.join(name))
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-artifact_prefix={}/", artifacts.display()))
        .args(["-timeout=10", "-rss_limit_mb=1024", "-verbosity=0"])
        .read()
        .map(|_| ())
}

fn next<'a>(queue: &Mutex<slice::Iter<'a, String>>) -> Option<&'a String> {
    lock(queue).next()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn targets(folder: &Path) -> Result<Vec<String>, Failure> {
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    const MANIFEST: &str = include_str!("../../fuzz/Cargo.toml");
    const README: &str = include_str!("../../fuzz/README.md");

    /// Every target is a program and has a place in a row of the README, and nothing else has.
    #[test]
    fn every_target_is_described() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../fuzz/fuzz_targets");
        let files: BTreeSet<String> = super::targets(folder.as_ref()).expect("targets").into_iter().collect();
        let programs = MANIFEST.split("[[bin]]\nname = \"").skip(1);
        let programs: BTreeSet<String> =
            programs.filter_map(|rest| rest.split_once('"')).map(|(name, _)| name.to_owned()).collect();
        let cells = README.lines().filter_map(|line| line.strip_prefix("| `")?.split_once(" |"));
        let described: BTreeSet<String> =
            cells.flat_map(|(names, _)| names.split(", ")).map(|name| name.replace('`', "")).collect();
        assert!(files.len() > 30, "{files:?}");
        assert_eq!(described, files);
        assert_eq!(programs.into_iter().filter(|name| name != "seeds").collect::<BTreeSet<_>>(), files);
    }
}
