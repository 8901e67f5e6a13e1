//! Cargo tools, installed once per version into the cache.

use std::path::PathBuf;

use crate::{failure::Failure, project::Project, step::Step};

const CARGO_DENY: &str = "0.20.2";

/// The path of `cargo-deny`.
pub(crate) fn cargo_deny(project: &Project) -> Result<PathBuf, Failure> {
    // Its own features only fetch things, which the checks that we run do not need.
    install(project, "cargo-deny", CARGO_DENY, &["--locked", "--no-default-features"])
}

/// The path of `wasm-bindgen`, of the version that the library has: the two must be one.
pub(crate) fn wasm_bindgen(project: &Project) -> Result<PathBuf, Failure> {
    let lock = std::fs::read_to_string(project.root.join("Cargo.lock"))?;
    let version = locked(&lock, "wasm-bindgen")
        .ok_or_else(|| Failure::new("Cargo.lock has no wasm-bindgen", "run `cargo check` and try again"))?;
    install_program(project, "wasm-bindgen-cli", "wasm-bindgen", version, &["--no-default-features"])
}

/// The version of a package in a lock file.
fn locked<'l>(lock: &'l str, name: &str) -> Option<&'l str> {
    let (_, rest) = lock.split_once(&format!("\nname = \"{name}\"\nversion = \""))?;
    Some(rest.split_once('"')?.0)
}

fn install(project: &Project, name: &str, version: &str, options: &[&str]) -> Result<PathBuf, Failure> {
    install_program(project, name, name, version, options)
}

fn install_program(
    project: &Project,
    name: &str,
    program: &str,
    version: &str,
    options: &[&str],
) -> Result<PathBuf, Failure> {
    let home = project.cache.join("tools").join(format!("{name}-{version}"));
    let program = home.join("bin").join(program);
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

#[cfg(test)]
mod tests {
    use super::locked;

    #[test]
    fn a_lock_file_names_versions() {
        let lock = "[[package]]\nname = \"wasm-bindgen-macro\"\nversion = \"1.0.0\"\n\n[[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n";
        assert_eq!(locked(lock, "wasm-bindgen"), Some("0.2.130"));
        assert_eq!(locked(lock, "wasm"), None);
    }
}
