//! `setup`: what the other commands need, each part only if it is missing.

pub(crate) mod debian;
pub(crate) mod tools;

use crate::{bare, project::Project, stages::Stages};

pub(crate) fn run(project: &Project, stages: &mut Stages) {
    stages.announce(6);
    stages.run("system packages", debian::compilers);
    stages.run("software TPM", debian::software_tpm);
    stages.run("database and token for tests", debian::service_parts);
    stages.run("cargo-deny", || tools::cargo_deny(project).map(|path| path.display().to_string()));
    for triple in [bare::WASM, bare::THUMB] {
        stages.run(&format!("libraries for {triple}"), || {
            bare::prepare(project, triple).map(|bare| bare.describe())
        });
    }
}
