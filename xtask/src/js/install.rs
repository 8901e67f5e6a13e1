//! The packed packages in clean projects, one for each runtime and bundler; and what the documents print.

use super::{Js, build::NATIVE};
use crate::{failure::Failure, project::Project};

pub(super) fn run(project: &Project, js: &Js) -> Result<(), Failure> {
    for script in ["tests/packaging/packaging.test.mjs", "tests/packaging/documents.test.mjs"] {
        let mut step = js
            .node_test(script)
            .env("VERIQUOTE_TARBALL", js.tarball("veriquote"))
            .env("VERIQUOTE_NODE_TARBALL", js.tarball("veriquote-node"))
            .env("VERIQUOTE_NATIVE_TARBALL", js.tarball(NATIVE))
            .env("VERIQUOTE_PROJECTS", js.home.join("projects"))
            .help("the failing project stays in target/js/projects, to be run by hand");
        if let Some(vectors) = &project.vectors {
            step = step.env("VERIQUOTE_VECTORS", vectors);
        }
        step.run()?;
    }
    Ok(())
}
