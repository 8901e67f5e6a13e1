//! `differential`: the same tokens and manifests for us and for other implementations, each installed once, at one version.

use std::path::PathBuf;

use crate::{failure::Failure, project::Project, stages::Stages, step::Step};

/// As in `tests/differential/disagreements.json`.
const PYJWT: [&str; 2] = ["PyJWT==2.15.1", "cryptography==50.0.2"];
const JOSE: &str = "jose@6.2.18";
/// As in `tests/differential/c14n.json`.
const LXML: [&str; 1] = ["lxml==6.1.3"];

pub(crate) fn stage(project: &Project, stages: &mut Stages) {
    stages.run("tokens beside jsonwebtoken, PyJWT and jose", || {
        Step::cargo()
            .args(["test", "--package", "veriquote-conformance", "--test", "differential"])
            .env("VERIQUOTE_PYJWT", python(project, &PYJWT)?)
            .env("VERIQUOTE_JOSE", node(project)?)
            .env("CARGO_INCREMENTAL", "0")
            .dir(&project.root)
            .help("a new class belongs into tests/differential/disagreements.json, with who is right and why")
            .run()
    });
    stages.run("canonical XML beside lxml", || {
        let step = Step::cargo()
            .args(["test", "--package", "veriquote-conformance", "--test", "c14n"])
            .env("VERIQUOTE_LXML", python(project, &LXML)?)
            .env("CARGO_INCREMENTAL", "0")
            .dir(&project.root)
            .help("a new class belongs into tests/differential/c14n.json, with who is right and why");
        match &project.vectors {
            Some(vectors) => step.env("VERIQUOTE_VECTORS", vectors).run(),
            None => step.run(),
        }
    });
}

/// A Python that has these packages; the first gives the folder its name.
fn python(project: &Project, packages: &[&str]) -> Result<PathBuf, Failure> {
    let home = project.target.join("differential").join(packages[0]);
    let (python, done) = (home.join("bin/python"), home.join("done"));
    if !done.is_file() {
        Step::new("python3")
            .args(["-m", "venv", "--clear"])
            .arg(&home)
            .help("install Python 3 with its venv module (Debian: python3-venv)")
            .run()?;
        Step::new(&python)
            .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
            .args(packages)
            .help("check that the package index can be reached")
            .run()?;
        std::fs::write(done, "")?;
    }
    Ok(python)
}

/// A folder whose `node_modules` have jose.
fn node(project: &Project) -> Result<PathBuf, Failure> {
    let home = project.target.join("differential").join(JOSE);
    if !home.join("node_modules/jose").is_dir() {
        std::fs::create_dir_all(&home)?;
        std::fs::write(home.join("package.json"), "{\"private\":true}\n")?;
        Step::new("npm")
            .args(["install", "--silent", "--no-package-lock", "--ignore-scripts", JOSE])
            .dir(&home)
            .help("install Node.js 20 or later; check that the package registry can be reached")
            .run()?;
    }
    Ok(home)
}
