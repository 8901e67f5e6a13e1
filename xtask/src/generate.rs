//! `gen`: documents and schema that are written from the source.

use clap::Args;

use crate::{project::Project, stages::Stages, step::Step};

#[derive(Args)]
pub(crate) struct Options {
    /// Write nothing; fail if what is committed differs.
    #[arg(long)]
    check: bool,
}

pub(crate) fn run(project: &Project, stages: &mut Stages, options: &Options) {
    stages.announce(1);
    stage(project, stages, options.check);
}

pub(crate) fn stage(project: &Project, stages: &mut Stages, check: bool) {
    stages.run(if check { "generated files are current" } else { "generated files" }, || {
        let mut step = Step::cargo()
            .args(["run", "--quiet", "--package", "veriquote-gen", "--"])
            .arg(&project.root)
            .dir(&project.root)
            .help("run `cargo xtask gen` and commit what it writes");
        if check {
            step = step.arg("--check");
        }
        step.run()
    });
}
