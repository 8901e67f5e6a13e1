//! A private sysroot: Debian's compiler, its host libraries, and the bare target's built once from source.

use std::{
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    path::{Path, PathBuf},
};

use super::{THUMB, WASM};
use crate::{failure::Failure, project::Project, setup::debian, step::Step};

const RUSTC: &str = "/usr/bin/rustc";

/// The wrappers that cargo calls in place of the compiler, and the flags that go with the libraries.
pub(super) struct Sysroot {
    pub(super) rustc: PathBuf,
    pub(super) rustdoc: PathBuf,
    pub(super) version: String,
    pub(super) flags: &'static [&'static str],
}

/// For the browser, libraries made for size: sorting and searching as small code, and a panic stops the module
/// at once. Nobody could read its message: there is no place to print to.
const SMALL: &[&str] = &["-Zunstable-options", "-Cpanic=immediate-abort"];

/// Builds the sysroot, or takes it from the cache, which is keyed by the compiler's version.
pub(super) fn prepare(project: &Project, triple: &str) -> Result<Sysroot, Failure> {
    debian::install(&["rustc-web", "rust-web-src"])?;
    let version = Step::new(RUSTC).arg("--version").read()?.trim().to_owned();
    let (key, version) = short(&version);
    let (flags, name): (_, &str) = if triple == WASM { (SMALL, "wasm32-small") } else { (&[], triple) };
    let home = project.cache.join("sysroot").join(key).join(name);
    let sysroot = Sysroot { rustc: home.join("rustc"), rustdoc: home.join("rustdoc"), version, flags };
    if home.is_dir() {
        let Err(failure) = try_out(project, triple, &sysroot) else { return Ok(sysroot) };
        println!("    the cached {triple} libraries do not serve any more: {failure}");
        fs::remove_dir_all(&home)?;
    }
    println!("    building the {triple} libraries with {} (once; about a minute)", sysroot.version);
    build(project, triple, flags, &home)?;
    try_out(project, triple, &sysroot)?;
    Ok(sysroot)
}

/// Compiles and links the smallest program: a cache may have come from another machine or toolchain.
fn try_out(project: &Project, triple: &str, sysroot: &Sysroot) -> Result<(), Failure> {
    let work = project.target_for(triple).join("try");
    fs::create_dir_all(&work)?;
    let program = if triple == THUMB {
        "#![no_std]\n#![no_main]\n\
         #[panic_handler]\nfn panic(_: &core::panic::PanicInfo<'_>) -> ! { loop {} }\n"
    } else {
        "fn main() {}\n"
    };
    fs::write(work.join("program.rs"), program)?;
    Step::new(&sysroot.rustc)
        .args(["--target", triple, "--edition", "2024", "-Cpanic=abort", "-o", "program", "program.rs"])
        .args(sysroot.flags)
        .env("RUSTC_BOOTSTRAP", "1")
        .dir(&work)
        .help("remove the sysroot folder in the user's cache and run this again, or run `rustup target add`")
        .read()
        .map(drop)
}

/// `rustc 1.96.0 (ac68faa20 2026-05-25) (built …)` as a folder's name and as people say it.
fn short(version: &str) -> (String, String) {
    let mut words = version.split_whitespace().map(|word| word.trim_matches(['(', ')']));
    let (name, number, commit) = (words.next(), words.next(), words.next());
    let [name, number, commit] = [name, number, commit].map(Option::unwrap_or_default);
    (format!("{name}-{number}-{commit}"), format!("{name} {number}"))
}

fn build(project: &Project, triple: &str, flags: &[&str], home: &Path) -> Result<(), Failure> {
    let work = project.target.join("sysroot").join(triple);
    let fresh = home.with_extension(format!("veriquote-tmp-{}", std::process::id()));
    fs::create_dir_all(work.join("src"))?;
    let is_small = triple == WASM;
    let manifest = "[package]\nname = \"sysroot\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[workspace]\n\
                    [profile.release]\npanic = \"abort\"\n";
    let level = if is_small { "opt-level = \"z\"\n" } else { "" };
    fs::write(work.join("Cargo.toml"), format!("{manifest}{level}"))?;
    fs::write(work.join("src/lib.rs"), "#![no_std]\n")?;
    let libraries = if triple == THUMB { "core,alloc" } else { "std,panic_abort,proc_macro,test" };
    Step::cargo()
        .args(["build", "--release", "--quiet", "--target", triple])
        .arg(format!("-Zbuild-std={libraries}"))
        .args(is_small.then_some("-Zbuild-std-features=optimize_for_size"))
        .env("RUSTC", RUSTC)
        // Debian's stable compiler with Debian's source of the same version.
        .env("RUSTC_BOOTSTRAP", "1")
        .env("RUSTFLAGS", [&["-Cembed-bitcode=yes"], flags].concat().join(" "))
        .env("CARGO_TARGET_DIR", work.join("target"))
        .dir(&work)
        .help("check that Debian's rustc-web and rust-web-src have one version, or run `rustup target add`")
        .run()?;

    let rustlib = fresh.join("lib/rustlib");
    let library = rustlib.join(triple).join("lib");
    fs::create_dir_all(&library)?;
    for entry in fs::read_dir(work.join("target").join(triple).join("release/deps"))? {
        let path = entry?.path();
        if let (Some(name), Some("rlib")) = (path.file_name(), path.extension().and_then(|e| e.to_str())) {
            fs::copy(&path, library.join(name))?;
        }
    }
    let host = rustlib.join(host_triple(RUSTC)?);
    fs::create_dir_all(host.join("bin"))?;
    symlink(sysroot_of(RUSTC)?.join("lib/rustlib").join(host_triple(RUSTC)?).join("lib"), host.join("lib"))?;
    symlink(linker()?, host.join("bin/rust-lld"))?;
    for tool in ["rustc", "rustdoc"] {
        let path = fresh.join(tool);
        // Where the wrapper is, the libraries are: a cache may be moved.
        fs::write(&path, format!("#!/bin/sh\nexec /usr/bin/{tool} --sysroot \"${{0%/*}}\" \"$@\"\n"))?;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755))?;
    }
    // Complete or absent: a run that is stopped half-way leaves nothing that looks finished.
    fs::rename(&fresh, home)?;
    fs::remove_dir_all(&work)?;
    Ok(())
}

/// Rustup's linker if it is there, else Debian's.
fn linker() -> Result<PathBuf, Failure> {
    let bundled = sysroot_of("rustc")?.join("lib/rustlib").join(host_triple("rustc")?).join("bin/rust-lld");
    if bundled.is_file() {
        return Ok(bundled);
    }
    debian::install(&["lld-22"])?;
    Ok(PathBuf::from("/usr/bin/lld-22"))
}

fn sysroot_of(rustc: &str) -> Result<PathBuf, Failure> {
    Ok(PathBuf::from(Step::new(rustc).args(["--print", "sysroot"]).read()?.trim()))
}

fn host_triple(rustc: &str) -> Result<String, Failure> {
    let text = Step::new(rustc).arg("-vV").read()?;
    text.lines()
        .find_map(|line| line.strip_prefix("host: "))
        .map(str::to_owned)
        .ok_or_else(|| Failure::new(format!("`{rustc} -vV` names no host"), "reinstall the compiler"))
}

#[cfg(test)]
mod tests {
    use super::short;

    #[test]
    fn versions_key_the_cache() {
        let (key, said) = short("rustc 1.96.0 (ac68faa20 2026-05-25) (built from a source tarball)");
        assert_eq!((key.as_str(), said.as_str()), ("rustc-1.96.0-ac68faa20", "rustc 1.96.0"));
    }
}
