//! `web`: the page, built on the packed npm package, served on loopback, tested in Chromium.

use std::{fs, path::PathBuf};

use clap::Args;

use crate::{
    failure::Failure,
    js,
    project::{Program, Project},
    setup::debian,
    stages::Stages,
    step::Step,
};

#[derive(Args)]
pub(crate) struct Options {
    /// Run its tests in Chromium.
    #[arg(long)]
    test: bool,
    /// Serve it on loopback when it is built.
    #[arg(long)]
    serve: bool,
    /// The port to serve it on.
    #[arg(long, default_value_t = 4173)]
    port: u16,
    /// Take the npm package that `cargo xtask js` made last.
    #[arg(long)]
    no_package: bool,
}

/// Stages that `test` has of these.
pub(crate) const STAGES: usize = 3;

pub(crate) fn run(project: &Project, stages: &mut Stages, options: &Options) {
    let page = Page::of(project);
    stages.announce(1 + usize::from(!options.no_package) + if options.test { STAGES - 1 } else { 0 });
    if !options.no_package && !js::package(project, stages) {
        return;
    }
    let is_built = stages.run("web page", || {
        js::answers(project)?;
        page.build(project)
    });
    if is_built && options.test {
        page.tests(stages);
    }
    if is_built && options.serve {
        stages.run("serve", || page.node("build/serve.mjs").args(["dist", &options.port.to_string()]).run());
    }
}

/// After those of `js`, whose package and answers these use.
pub(crate) fn stage(project: &Project, stages: &mut Stages) {
    let page = Page::of(project);
    if stages.run("web page", || page.build(project)) {
        page.tests(stages);
    } else {
        for name in ["web page in Chromium", "web page in the service"] {
            stages.skip(name, "the page was not built");
        }
    }
}

struct Page {
    root: PathBuf,
    home: PathBuf,
    tarball: PathBuf,
    answers: PathBuf,
}

impl Page {
    fn of(project: &Project) -> Self {
        let js = project.target.join("js");
        Self {
            root: project.root.clone(),
            home: project.root.join("web-demo"),
            tarball: js.join("veriquote.tgz"),
            answers: js.join("answers.jsonl"),
        }
    }

    fn node(&self, script: &str) -> Step {
        Step::new("node").arg(script).dir(&self.home)
    }

    /// Samples of the forge, packages of npm, types, and the page into `web-demo/dist`.
    fn build(&self, project: &Project) -> Result<String, Failure> {
        project
            .program("veriquote-conformance", Program::Bin("write-samples"))?
            .arg(&self.answers)
            .arg(self.home.join("public/samples"))
            .run()?;
        // npm takes a package of the same version for the same package.
        let stale = self.home.join("node_modules/veriquote");
        if stale.is_dir() {
            fs::remove_dir_all(stale)?;
        }
        Step::new("npm")
            .args(["install", "--silent", "--no-save", "--no-package-lock", "--ignore-scripts"])
            .args(["--no-audit", "--no-fund"])
            .arg(&self.tarball)
            .dir(&self.home)
            .help("install Node.js 20.19 or later with npm; check that the package registry can be reached")
            .run()?;
        Step::new("npm").args(["run", "--silent", "build"]).dir(&self.home).run()?;
        Ok(format!("built: {}", self.home.join("dist").display()))
    }

    fn tests(&self, stages: &mut Stages) {
        stages.run("web page in Chromium", || self.in_chromium());
        stages.run("web page in the service", || {
            Step::cargo()
                // With the other tests' features, so that only the service is compiled once more.
                .args(["test", "--quiet", "--workspace"])
                .args(["--features", "veriquote-server/web", "--test", "web"])
                .env("CARGO_INCREMENTAL", "0")
                .dir(&self.root)
                .run()
        });
    }

    fn in_chromium(&self) -> Result<String, Failure> {
        debian::install_unless_on_path("chromium", &["chromium"])?;
        let mut said = Vec::new();
        self.node("node_modules/@playwright/test/cli.js")
            .arg("test")
            .env("VERIQUOTE_ANSWERS", &self.answers)
            .help("pictures of the pages are in web-demo/screenshots; one test alone: `npx playwright test -g NAME`")
            .watch(|line| {
                let line = line.trim();
                if line.starts_with("measured:") || line.ends_with("passed") || line.contains(" passed (") {
                    said.push(line.to_owned());
                }
            })?;
        Ok(said.join("\n"))
    }
}
