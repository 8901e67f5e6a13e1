//! `vectors`: the committed cases, written by the forge.

use clap::Args;

use crate::{failure::Failure, project::Project, stages::Stages, step::Step};

#[derive(Args)]
pub(crate) struct Options {
    /// Write nothing; fail if what is committed differs.
    #[arg(long)]
    check: bool,
}

pub(crate) fn run(project: &Project, stages: &mut Stages, options: &Options) {
    stages.run("test vectors", || write(project, options.check));
}

fn write(project: &Project, check: bool) -> Result<(), Failure> {
    let mut step = Step::cargo()
        .args(["run", "--quiet", "--package", "veriquote-conformance", "--bin", "write-vectors", "--"])
        .arg(project.root.join("tests/vectors"))
        .dir(&project.root)
        .help("run `cargo xtask vectors` and look at what changed before committing it");
    if check {
        step = step.arg("--check");
    }
    step.run()
}
