//! The vector folder in every engine: the same bytes as in Rust.

use std::path::PathBuf;

use super::Js;
use crate::{failure::Failure, project::Project, step::Step};

pub(super) fn run(project: &Project, js: &Js) -> Result<String, Failure> {
    let answers = answers(project)?;
    let mut said = Vec::new();
    for (engine, script, package) in [
        ("Node", "tests/js/conformance-node.mjs", "veriquote/node.js"),
        ("Chromium", "tests/js/conformance-chromium.mjs", "veriquote"),
        ("N-API", "tests/js/conformance-node.mjs", "veriquote-node/index.js"),
    ] {
        let mut last = String::new();
        js.node(script)
            .arg(js.package(package))
            .arg(&answers)
            .help("a difference is a bug of the binding: it converts, and decides nothing")
            .watch(|line| line.clone_into(&mut last))?;
        said.push(format!("{engine}: {last}"));
    }
    Ok(said.join("\n"))
}

/// Every case with Rust's answer.
pub(super) fn answers(project: &Project) -> Result<PathBuf, Failure> {
    let answers = project.target.join("js/answers.jsonl");
    Step::cargo()
        .args(["run", "--quiet", "--package", "veriquote-conformance", "--bin", "write-answers", "--"])
        .arg(project.root.join("tests/vectors"))
        .arg(&answers)
        .env("CARGO_INCREMENTAL", "0")
        .dir(&project.root)
        .run()?;
    Ok(answers)
}
