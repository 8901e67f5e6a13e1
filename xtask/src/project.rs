//! Where things are.

use std::{
    env,
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
};

use crate::{failure::Failure, step::Step};

/// The folders that commands work in.
pub(crate) struct Project {
    /// The repository.
    pub(crate) root: PathBuf,
    /// Cargo's output for this machine.
    pub(crate) target: PathBuf,
    /// What is kept between runs and shared by clones: tools and compiled libraries.
    pub(crate) cache: PathBuf,
    /// Public evidence and collateral that are not part of the project, if they are at hand.
    pub(crate) vectors: Option<PathBuf>,
    tests_built: AtomicBool,
}

impl Project {
    pub(crate) fn find() -> Result<Self, Failure> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .parent()
            .map(Path::to_path_buf)
            .filter(|root| root.join("Cargo.toml").is_file())
            .ok_or_else(|| {
                Failure::new("the workspace is not where xtask was built", "run it by `cargo xtask`")
            })?;
        let target =
            env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |dir| root.join(dir));
        let cache = env::var_os("XDG_CACHE_HOME")
            .map(PathBuf::from)
            .or_else(|| env::var_os("HOME").map(|home| Path::new(&home).join(".cache")))
            .map_or_else(|| target.join("cache"), |cache| cache.join("veriquote"));
        let vectors =
            env::var_os("VERIQUOTE_VECTORS").map_or_else(|| root.join("../shared/vectors"), PathBuf::from);
        let vectors = vectors.canonicalize().ok().filter(|folder| folder.join("dcap").is_dir());
        Ok(Self { root, target, cache, vectors, tests_built: AtomicBool::new(false) })
    }

    /// All tests of the workspace were built by this command, and with them all its programs.
    pub(crate) fn tests_are_built(&self) {
        self.tests_built.store(true, Ordering::Relaxed);
    }

    /// A program of the workspace, built for debugging, as a step to add arguments to.
    pub(crate) fn program(&self, package: &str, program: Program) -> Result<Step, Failure> {
        Ok(Step::new(self.program_path(package, program)?).dir(&self.root))
    }

    /// Where a program of the workspace lies, once it is built. One that is built for itself has other
    /// features than with the tests of all crates, and everything below it is compiled once more: after those
    /// tests it is taken as they left it.
    pub(crate) fn program_path(&self, package: &str, program: Program) -> Result<PathBuf, Failure> {
        let (kind, name, folder) = match program {
            Program::Bin(name) => ("--bin", name, "debug"),
            Program::Example(name) => ("--example", name, "debug/examples"),
        };
        let path = self.target.join(folder).join(name);
        if !(self.tests_built.load(Ordering::Relaxed) && path.is_file()) {
            Step::cargo()
                .args(["build", "--quiet", "--package", package, kind, name])
                .env("CARGO_INCREMENTAL", "0")
                .dir(&self.root)
                .run()?;
        }
        Ok(path)
    }

    /// Output of one bare target, apart from the host's: the compiler may be another.
    pub(crate) fn target_for(&self, triple: &str) -> PathBuf {
        self.target.join("bare").join(triple)
    }
}

/// A program of a package.
#[derive(Clone, Copy)]
pub(crate) enum Program<'a> {
    /// One of its own.
    Bin(&'a str),
    /// One of its examples.
    Example(&'a str),
}

/// Whether this is a CI, where nothing may be left out.
pub(crate) fn is_ci() -> bool {
    env::var_os("CI").is_some_and(|value| !value.is_empty() && value != "false" && value != "0")
}
