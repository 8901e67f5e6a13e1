//! Tools from npm, installed once per list of versions into the cache.

use std::path::PathBuf;

use crate::{failure::Failure, project::Project, step::Step};

/// Exact versions: what a test runs with is part of the test.
const TOOLS: [&str; 9] = [
    "@types/node@26.6.7",
    "binaryen@132.0.0",
    "bun@1.4.5",
    "deno@2.9.6",
    "esbuild@0.28.2",
    "playwright-core@1.65.1",
    "typescript@7.0.2",
    "vite@8.4.0",
    "workerd@1.20261117.1",
];

/// The folder that has them in its `node_modules`.
pub(super) fn npm(project: &Project) -> Result<PathBuf, Failure> {
    packages(project, "npm", &TOOLS)
}

/// A folder of this name in the cache that has these packages, at these versions, in its `node_modules`.
pub(crate) fn packages(project: &Project, name: &str, packages: &[&str]) -> Result<PathBuf, Failure> {
    let home = project.cache.join(name);
    let (list, done) = (packages.join("\n"), home.join("installed"));
    if std::fs::read_to_string(&done).is_ok_and(|installed| installed == list) {
        return Ok(home);
    }
    println!("    installing {} packages from npm (once)", packages.len());
    if home.is_dir() {
        std::fs::remove_dir_all(&home)?;
    }
    std::fs::create_dir_all(&home)?;
    std::fs::write(home.join("package.json"), "{\"private\":true}\n")?;
    // No tool's script runs: each has its program inside its package.
    Step::new("npm")
        .args(["install", "--silent", "--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund"])
        .args(packages)
        .dir(&home)
        .help("install Node.js 20.19 or later with npm; check that the package registry can be reached")
        .run()?;
    std::fs::write(done, list)?;
    Ok(home)
}
