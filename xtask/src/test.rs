//! `test`: every check that CI runs, in an order that fails early and builds little twice.

use std::collections::BTreeMap;

use clap::Args;

use crate::{
    differential,
    failure::Failure,
    features, fuzz, generate, interop, js, no_std,
    project::{self, Project},
    python,
    setup::{debian, tools},
    stages::Stages,
    step::Step,
    wasm, web,
};

#[derive(Args)]
pub(crate) struct Options {
    /// Seconds for each fuzz target.
    #[arg(long, default_value_t = 12)]
    fuzz_seconds: u32,
    /// Leave out the fuzz targets (refused in CI).
    #[arg(long)]
    no_fuzz: bool,
    /// Leave out what needs other compilers than this machine's: no_std, wasm32, fuzz (refused in CI).
    #[arg(long)]
    native_only: bool,
}

pub(crate) fn run(project: &Project, stages: &mut Stages, options: &Options) {
    if project::is_ci() && (options.no_fuzz || options.native_only) {
        stages.run("options", || {
            Err::<(), _>(Failure::new("CI runs every stage", "leave out --no-fuzz and --native-only"))
        });
        return;
    }
    stages.announce(16 + python::STAGES + js::STAGES + interop::STAGES + web::STAGES);
    stages.run("system packages", debian::compilers);
    // Without it the tests that drive it say so and pass, but for CI.
    if debian::available() || project::is_ci() {
        stages.run("software TPM", debian::software_tpm);
        stages.run("database and token for tests", debian::service_parts);
    } else {
        stages
            .skip("database and token for tests", "no Debian packages here: install postgresql and softhsm2");
        stages
            .skip("software TPM", "no Debian packages here: install swtpm and tpm2-tools for the live tests");
    }
    stages.run("format", || cargo(project, &["fmt", "--all", "--check"]).help("run `cargo fmt --all`").run());
    stages.run("lints", || {
        cargo(project, &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]).run()
    });
    features::stage(project, stages);
    stages.run("licences, bans, sources", || deny(project));
    match advisory_database() {
        Some(database) => {
            stages.run("advisories", || advisories(project, &database));
        }
        None => stages.skip("advisories", "no advisory database at hand; `cargo deny fetch db` gets one"),
    }
    stages.run("documentation", || {
        cargo(project, &["doc", "--workspace", "--no-deps", "--document-private-items"])
            .env("RUSTDOCFLAGS", "-Dwarnings")
            .run()
    });
    generate::stage(project, stages, true);
    stages.run("tests", || tests(project));
    differential::stage(project, stages);
    interop::stages(project, stages);
    python::stages(project, stages, &[]);
    if options.native_only {
        for name in ["no_std program", "core for wasm32", "npm packages", "web page", "fuzz"] {
            stages.skip(name, "--native-only");
        }
        return;
    }
    no_std::stage(project, stages);
    wasm::stage(project, stages);
    js::stage(project, stages);
    web::stage(project, stages);
    if options.no_fuzz {
        stages.skip("fuzz", "--no-fuzz");
    } else {
        fuzz::stage(project, stages, options.fuzz_seconds);
    }
}

/// A cargo command over the workspace; incremental output would only grow the cache of a clean run.
fn cargo(project: &Project, arguments: &[&str]) -> Step {
    let step = Step::cargo().args(arguments).env("CARGO_INCREMENTAL", "0").dir(&project.root);
    match &project.vectors {
        Some(vectors) => step.env("VERIQUOTE_VECTORS", vectors),
        None => step,
    }
}

/// Every test of the workspace; cargo's own closing lines, added up.
fn tests(project: &Project) -> Result<String, Failure> {
    let mut total = Tally::default();
    let record = project.target.join("tmp/skipped-tests");
    std::fs::create_dir_all(project.target.join("tmp"))?;
    std::fs::write(&record, "")?;
    cargo(project, &["test", "--workspace", "--no-fail-fast"])
        .env("VERIQUOTE_SKIPPED", &record)
        .help("run the named test alone: `cargo test --package CRATE NAME`")
        .watch(|line| total.add(line))?;
    project.tests_are_built();
    let vectors = match &project.vectors {
        Some(folder) => format!("with the public cases of {}", folder.display()),
        None => "without the public cases: VERIQUOTE_VECTORS names no folder that is here".into(),
    };
    let skipped = skipped(&std::fs::read_to_string(&record)?);
    Ok(format!("{total}, {vectors}{skipped}"))
}

/// Tests that had nothing to run on, by reason: a line for each of `veriquote_recorded::skipped`.
fn skipped(record: &str) -> String {
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, reason) in record.lines().filter_map(|line| line.split_once('\t')) {
        *reasons.entry(reason).or_default() += 1;
    }
    reasons.iter().map(|(reason, count)| format!("\n{count} did nothing: {reason}")).collect()
}

fn deny(project: &Project) -> Result<(), Failure> {
    let program = tools::cargo_deny(project)?;
    Step::new(program)
        .args(["--all-features", "check", "--hide-inclusion-graph", "licenses", "bans", "sources"])
        .dir(&project.root)
        .help("deny.toml says what is allowed and why; change it only with a reason beside it")
        .run()
}

fn advisories(project: &Project, database: &std::path::Path) -> Result<(), Failure> {
    println!("    database: {}", database.display());
    let program = tools::cargo_deny(project)?;
    Step::new(program)
        .args(["--offline", "--all-features", "check", "advisories"])
        .dir(&project.root)
        .help("update the dependency, or add the advisory to deny.toml with the reason why it does not reach us")
        .run()
}

/// Where `cargo deny fetch db` keeps it.
fn advisory_database() -> Option<std::path::PathBuf> {
    let home = std::env::var_os("CARGO_HOME")
        .map(std::path::PathBuf::from)
        .or_else(|| std::env::var_os("HOME").map(|home| std::path::Path::new(&home).join(".cargo")))?;
    let folder = home.join("advisory-dbs");
    std::fs::read_dir(&folder).ok()?.next().is_some().then_some(folder)
}

/// Cargo prints one closing line for each test binary; this is their sum.
#[derive(Default)]
struct Tally {
    binaries: u64,
    passed: u64,
    failed: u64,
    ignored: u64,
}

impl Tally {
    fn add(&mut self, line: &str) {
        let Some(rest) = line.strip_prefix("test result: ") else { return };
        self.binaries += 1;
        for part in rest.split([';', '.']) {
            let mut words = part.split_whitespace();
            if let (Some(Ok(count)), Some(word)) = (words.next().map(str::parse::<u64>), words.next()) {
                match word {
                    "passed" => self.passed += count,
                    "failed" => self.failed += count,
                    "ignored" => self.ignored += count,
                    _ => {}
                }
            }
        }
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { binaries, passed, failed, ignored } = self;
        write!(f, "{passed} passed, {failed} failed, {ignored} ignored in {binaries} test binaries")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn skipped_tests_are_counted_by_reason() {
        assert_eq!(skipped(""), "");
        let record = "one\tno TPM\ntwo\tno PostgreSQL\nthree\tno TPM\n";
        assert_eq!(skipped(record), "\n1 did nothing: no PostgreSQL\n2 did nothing: no TPM");
    }

    #[test]
    fn closing_lines_add_up() {
        let mut total = Tally::default();
        total.add(
            "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.50s",
        );
        total.add("running 3 tests");
        total.add("test result: FAILED. 2 passed; 3 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.01s");
        assert_eq!(total.to_string(), "14 passed, 3 failed, 1 ignored in 2 test binaries");
    }
}
