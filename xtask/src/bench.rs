//! `bench`: criterion over the benches crate.

use clap::Args;

use crate::{project::Project, stages::Stages, step::Step};

#[derive(Args)]
pub(crate) struct Options {
    /// Arguments for criterion, such as a filter.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

pub(crate) fn run(project: &Project, stages: &mut Stages, options: &Options) {
    stages.run("benchmarks", || {
        let mut step = Step::cargo().args(["bench", "--package", "veriquote-benches"]).dir(&project.root);
        if let Some(vectors) = &project.vectors {
            step = step.env("VERIQUOTE_VECTORS", vectors);
        }
        if !options.arguments.is_empty() {
            step = step.arg("--").args(&options.arguments);
        }
        step.run()
    });
}
