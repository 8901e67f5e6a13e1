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
            // Whether it builds is the question; the size and speed of the result are not looked at.
            bare.cargo("build")
                .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1")
                .args(["--package", "veriquote", "--release"])
                .args(features)
                .dir(&project.root)
                .run()?;
        }
        Ok(bare.describe())
    });
}
