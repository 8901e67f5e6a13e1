//! The vector folder in every engine: the same bytes as in Rust.

use std::path::PathBuf;

use super::Js;
use crate::{
    failure::Failure,
    project::{Program, Project},
};

pub(super) fn run(project: &Project, js: &Js) -> Result<String, Failure> {
    let answers = answers(project)?;
    // Two processors, with about as much to do.
    let run = |engine: &str, script: &str, package: &str, least: &str| {
        let mut last = String::new();
        js.node(script)
            .arg(js.package(package))
            .arg(&answers)
            .arg(least)
            .help("a difference is a bug of the binding: it converts, and decides nothing")
            .watch(|line| line.clone_into(&mut last))?;
        Ok::<_, Failure>(format!("{engine}: {last}"))
    };
    let [node, chromium] = ["tests/js/conformance-node.mjs", "tests/js/conformance-chromium.mjs"];
    std::thread::scope(|scope| {
        let browser = scope.spawn(|| {
            [
                run("Chromium", chromium, "veriquote", "1000"),
                run("N-API", node, "veriquote-node/index.js", "1000"),
            ]
        });
        let mut said = vec![
            run("Node", node, "veriquote/node.js", "1000"),
            run("Node, quotes alone", node, "veriquote/dcap/node.js", "500"),
            run("Node, tokens alone", node, "veriquote/jwt/node.js", "300"),
        ];
        said.extend(
            browser.join().map_err(|_| Failure::new("the thread of Chromium broke off", "see above"))?,
        );
        Ok(said.into_iter().collect::<Result<Vec<_>, _>>()?.join("\n"))
    })
}

/// Every case with Rust's answer.
pub(super) fn answers(project: &Project) -> Result<PathBuf, Failure> {
    let answers = project.target.join("js/answers.jsonl");
    project
        .program("veriquote-conformance", Program::Bin("write-answers"))?
        .arg(project.root.join("tests/vectors"))
        .arg(&answers)
        .run()?;
    Ok(answers)
}
