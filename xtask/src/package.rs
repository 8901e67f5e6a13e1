//! `package`: what is published, made for this machine into `dist/`, each installed as its users do.

use std::{fs, path::Path};

use clap::Args;

use crate::{failure::Failure, js, project::Project, python, stages::Stages, step::Step};

#[derive(Args)]
pub(crate) struct Options {
    /// Native modules as tests have them, which are slow: to try the packages without release builds.
    #[arg(long)]
    dev: bool,
}

pub(crate) fn run(project: &Project, stages: &mut Stages, options: &Options) {
    stages.announce(7);
    let npm = js::published(project, stages, !options.dev);
    let python = python::package(project, stages, !options.dev);
    let (Some(npm), Some(python)) = (npm, python) else {
        return stages.skip("dist", "something that belongs there was not made");
    };
    stages.run("dist", || {
        let dist = project.root.join("dist");
        if dist.is_dir() {
            fs::remove_dir_all(&dist)?;
        }
        fs::create_dir_all(&dist)?;
        for tarball in npm {
            fs::copy(&tarball, dist.join(published(&tarball)?))?;
        }
        for file in python {
            fs::copy(&file, dist.join(file.file_name().unwrap_or_default()))?;
        }
        listing(&dist)
    });
}

/// The name that npm gives a tarball: that of the package, and its version.
fn published(tarball: &Path) -> Result<String, Failure> {
    let manifest = Step::new("tar").arg("xzOf").arg(tarball).arg("package/package.json").read()?;
    let script =
        "const { name, version } = JSON.parse(process.argv[1]); console.log(`${name}-${version}.tgz`)";
    Ok(Step::new("node").args(["-e", script, &manifest]).read()?.trim().to_owned())
}

fn listing(dist: &Path) -> Result<String, Failure> {
    let mut lines = Vec::new();
    for entry in fs::read_dir(dist)? {
        let entry = entry?;
        lines.push(format!(
            "{} ({} KiB)",
            entry.file_name().display(),
            entry.metadata()?.len().div_ceil(1024)
        ));
    }
    lines.sort_unstable();
    Ok(lines.join("\n"))
}
