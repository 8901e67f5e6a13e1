//! `wasm`: the core, with each set of features, for wasm32.

use crate::{
    bare::{self, WASM},
    project::Project,
    stages::Stages,
};

pub(crate) fn run(project: &Project, stages: &mut Stages) {
    stages.announce(1);
    stage(project, stages);
}

pub(crate) fn stage(project: &Project, stages: &mut Stages) {
    stages.run("core for wasm32", || {
        let bare = bare::prepare(project, WASM)?;
        for features in [&["--no-default-features"][..], &[], &["--all-features"]] {
            bare.cargo("build")
                .args(["--package", "veriquote", "--release"])
                .args(features)
                .dir(&project.root)
                .run()?;
        }
        Ok(bare.describe())
    });
}
