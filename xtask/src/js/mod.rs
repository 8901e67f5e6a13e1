//! `js`: the npm packages, built, measured, compared with Rust, and installed where people use them.

mod build;
mod conformance;
mod inline;
mod install;
mod size;
pub(crate) mod tools;

use std::path::PathBuf;

use clap::Args;

use crate::{failure::Failure, project::Project, setup::debian, stages::Stages, step::Step};

#[derive(Args)]
pub(crate) struct Options {
    /// Build and measure only.
    #[arg(long)]
    no_tests: bool,
    /// Also measure each set of features alone.
    #[arg(long)]
    features: bool,
    /// Build the N-API module as it is shipped, which takes some minutes more.
    #[arg(long)]
    release: bool,
}

/// Stages that `test` has of these.
pub(crate) const STAGES: usize = 6;

pub(crate) fn run(project: &Project, stages: &mut Stages, options: &Options) {
    stages.announce(match (options.no_tests, options.features) {
        (false, features) => STAGES + usize::from(features),
        (true, features) => 2 + usize::from(features),
    });
    let Some(js) = build(project, stages, options.release) else { return };
    stages.run("size of the modules", || size::check(project, &js));
    if options.features {
        stages.run("size by feature", || size::by_feature(project, &js));
    }
    if !options.no_tests {
        tests(project, &js, stages);
    }
}

/// The packages as they are published, tried in clean projects; gives their tarballs.
pub(crate) fn published(project: &Project, stages: &mut Stages, is_release: bool) -> Option<Vec<PathBuf>> {
    let js = build(project, stages, is_release)?;
    let tried = stages.run("npm packages in clean projects, documents as printed", || {
        debian::install_unless_on_path("chromium", &["chromium"])?;
        install::run(project, &js)
    });
    tried.then(|| ["veriquote", "veriquote-node", build::NATIVE].map(|name| js.tarball(name)).to_vec())
}

pub(crate) fn stage(project: &Project, stages: &mut Stages) {
    let Some(js) = build(project, stages, false) else { return };
    stages.run("size of the modules", || size::check(project, &js));
    tests(project, &js, stages);
}

/// The package of WebAssembly alone, for what is built on it.
pub(crate) fn package(project: &Project, stages: &mut Stages) -> bool {
    stages.run("npm package", || build::wasm_package(project, &Js::of(project)?))
}

/// Every case with Rust's answer, as lines of `target/js/answers.jsonl`.
pub(crate) fn answers(project: &Project) -> Result<PathBuf, Failure> {
    conformance::answers(project)
}

/// Where the packages are made.
struct Js {
    /// `node_modules` with the tools.
    tools: PathBuf,
    /// Packages and everything else that is made.
    home: PathBuf,
    root: PathBuf,
}

impl Js {
    fn of(project: &Project) -> Result<Self, Failure> {
        Ok(Self { tools: tools::npm(project)?, home: project.target.join("js"), root: project.root.clone() })
    }

    /// A script of the repository.
    fn node(&self, script: &str) -> Step {
        self.command("node").arg(self.root.join(script))
    }

    /// A test file of the repository; node's own runner wants file names.
    fn node_test(&self, script: &str) -> Step {
        self.command("node").args(["--test", "--test-reporter=spec"]).arg(self.root.join(script))
    }

    fn command(&self, program: &str) -> Step {
        Step::new(program).env("VERIQUOTE_TOOLS", &self.tools).dir(&self.root)
    }

    fn package(&self, name: &str) -> PathBuf {
        self.home.join("packages").join(name)
    }

    /// Where Node.js looks for the packages that those of [`Self::package`] depend on.
    fn native_package(&self, name: &str) -> PathBuf {
        self.home.join("packages/node_modules").join(name)
    }

    fn tarball(&self, name: &str) -> PathBuf {
        self.home.join(format!("{name}.tgz"))
    }
}

fn build(project: &Project, stages: &mut Stages, is_release: bool) -> Option<Js> {
    let mut js = None;
    stages.run("npm packages", || {
        let made = Js::of(project)?;
        build::packages(project, &made, is_release)?;
        js = Some(made);
        Ok::<_, Failure>(())
    });
    js
}

fn tests(project: &Project, js: &Js, stages: &mut Stages) {
    stages.run("every case in Node, Chromium and N-API", || {
        debian::install_unless_on_path("chromium", &["chromium"])?;
        conformance::run(project, js)
    });
    stages.run("JavaScript's own tests", || {
        for entry in ["veriquote/node.js", "veriquote-node/index.js"] {
            for tests in ["tests/js/api.test.mjs", "tests/js/async.test.mjs"] {
                js.node_test(tests).env("VERIQUOTE_PACKAGE", js.package(entry)).run()?;
            }
        }
        js.node_test("tests/js/not-loaded.test.mjs").env("VERIQUOTE_FOLDER", js.package("veriquote")).run()
    });
    stages.run("packages in clean projects, documents as printed", || install::run(project, js));
    stages.run("memory over many verifications", || {
        for entry in ["veriquote/node.js", "veriquote-node/index.js"] {
            for way in [["10000", "sync"], ["4000", "async"]] {
                js.command("node")
                    .arg("--expose-gc")
                    .arg(js.root.join("tests/js/memory.mjs"))
                    .arg(js.package(entry))
                    .args(way)
                    .run()?;
            }
        }
        Ok::<_, Failure>(())
    });
}
