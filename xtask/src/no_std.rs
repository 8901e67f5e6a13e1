//! `no-std`: a whole program that uses the core, linked for a target that has no std to fall back on.

use crate::{
    bare::{self, THUMB},
    project::Project,
    stages::Stages,
};

pub(crate) fn run(project: &Project, stages: &mut Stages) {
    stages.announce(1);
    stage(project, stages);
}

pub(crate) fn stage(project: &Project, stages: &mut Stages) {
    stages.run("no_std program", || {
        let bare = bare::prepare(project, THUMB)?;
        bare.cargo("build").arg("--release").dir(&project.root.join("tests/no_std")).run()?;
        let program = bare.target().join("release/veriquote-no-std");
        let size = std::fs::metadata(&program)?.len();
        Ok(format!("linked with {}: {size} bytes", bare.describe()))
    });
}
