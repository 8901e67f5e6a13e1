//! Cargo tools, installed once per version into the cache.

use std::path::PathBuf;

use crate::{failure::Failure, project::Project, step::Step};

const CARGO_DENY: &str = "0.20.2";

/// The path of `cargo-deny`.
pub(crate) fn cargo_deny(project: &Project) -> Result<PathBuf, Failure> {
    // Its own features only fetch things, which the checks that we run do not need.
    install(project, "cargo-deny", CARGO_DENY, &["--locked", "--no-default-features"])
}

fn install(project: &Project, name: &str, version: &str, options: &[&str]) -> Result<PathBuf, Failure> {
    let home = project.cache.join("tools").join(format!("{name}-{version}"));
    let program = home.join("bin").join(name);
    if program.is_file() {
        return Ok(program);
    }
    println!("    installing {name} {version} (once; some minutes)");
    Step::cargo()
        .args(["install", name, "--version", &format!("={version}"), "--root"])
        .arg(&home)
        .args(options)
        // A tool that runs for a second need not be optimised for minutes.
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1")
        .env("CARGO_PROFILE_RELEASE_LTO", "off")
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
        .env("CARGO_PROFILE_RELEASE_DEBUG", "0")
        .env("CARGO_RESOLVER_INCOMPATIBLE_RUST_VERSIONS", "fallback")
        .env("CARGO_TARGET_DIR", project.target.join("tools"))
        .help("check that the crate registry can be reached, then run `cargo xtask setup`")
        .run()?;
    Ok(program)
}
