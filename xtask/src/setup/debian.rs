//! System packages, by Debian's own tools; a clear word elsewhere.

use std::io::IsTerminal;

use crate::{
    failure::Failure,
    step::{Step, on_path},
};

/// The compilers that build scripts call: C for AWS-LC, C++ for the fuzzer's run time.
pub(crate) fn compilers() -> Result<String, Failure> {
    let missing: Vec<&str> = [("cc", "gcc libc6-dev"), ("c++", "g++")]
        .into_iter()
        .filter(|(tool, _)| !on_path(tool))
        .map(|(_, package)| package)
        .collect();
    if missing.is_empty() {
        return Ok("C and C++ compilers are here".into());
    }
    install(&missing.iter().flat_map(|packages| packages.split(' ')).collect::<Vec<_>>())?;
    Ok(format!("installed {}", missing.join(" ")))
}

/// A software TPM and the tools that drive it, for the tests that want real quotes.
pub(crate) fn software_tpm() -> Result<String, Failure> {
    if ["swtpm", "swtpm_ioctl", "tpm2_quote"].into_iter().all(on_path) {
        return Ok("swtpm and tpm2-tools are here".into());
    }
    install(&["swtpm", "swtpm-tools", "tpm2-tools"])?;
    Ok("installed swtpm, swtpm-tools and tpm2-tools".into())
}

/// PostgreSQL and a token of PKCS #11 in software, which tests of the service start for themselves.
pub(crate) fn service_parts() -> Result<String, Failure> {
    let packages = ["postgresql", "softhsm2"];
    install(&packages)?;
    Ok(format!("{} are here", packages.join(" and ")))
}

/// Installs `packages` where there is no program of this name yet.
pub(crate) fn install_unless_on_path(program: &str, packages: &[&str]) -> Result<(), Failure> {
    if on_path(program) { Ok(()) } else { install(packages) }
}

/// Installs those of `packages` that are missing.
pub(crate) fn install(packages: &[&str]) -> Result<(), Failure> {
    let missing: Vec<&str> = packages.iter().copied().filter(|package| !installed(package)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let by_hand = format!("install these packages by hand and run again: {}", missing.join(" "));
    if !on_path("apt-get") {
        return Err(Failure::new("this system has no apt-get", by_hand));
    }
    let prefix = privileges(&by_hand)?;
    apt(&prefix, &by_hand, &["update", "-qq"])?;
    let mut arguments = vec!["install", "-y", "-qq", "--no-install-recommends"];
    arguments.extend(missing);
    apt(&prefix, &by_hand, &arguments)
}

/// Whether this is a system whose packages we know.
pub(crate) fn available() -> bool {
    on_path("apt-get") && on_path("dpkg-query")
}

fn installed(package: &str) -> bool {
    Step::new("dpkg-query")
        .args(["-W", "-f", "${Status}", package])
        .read()
        .is_ok_and(|status| status.ends_with("ok installed"))
}

fn apt(prefix: &[&str], by_hand: &str, arguments: &[&str]) -> Result<(), Failure> {
    let mut words = prefix.iter().copied().chain(["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]);
    let first = words.next().unwrap_or("env");
    Step::new(first).args(words).args(arguments).help(by_hand).run()
}

/// How to become root: not at all, by sudo, or by sudo that must not ask where nobody can answer.
fn privileges(by_hand: &str) -> Result<Vec<&'static str>, Failure> {
    let root = Step::new("id").arg("-u").read().is_ok_and(|id| id.trim() == "0");
    match (root, on_path("sudo"), std::io::stdin().is_terminal()) {
        (true, _, _) => Ok(Vec::new()),
        (false, true, true) => Ok(vec!["sudo"]),
        (false, true, false) => Ok(vec!["sudo", "-n"]),
        (false, false, _) => Err(Failure::new("packages need root, and there is no sudo", by_hand)),
    }
}
