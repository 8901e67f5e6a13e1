//! Each feature of the core alone, without warnings; and the core on the oldest compiler that it promises.

use crate::{failure::Failure, project::Project, stages::Stages, step::Step};

/// The core as the manifests have it.
struct Core {
    rust_version: String,
    features: Vec<String>,
}

impl Core {
    fn read(project: &Project) -> Result<Self, Failure> {
        let read = |path: &str| std::fs::read_to_string(project.root.join(path));
        Self::of(&read("Cargo.toml")?, &read("core/Cargo.toml")?).ok_or_else(|| {
            Failure::new("no features, or no version", "look at Cargo.toml and core/Cargo.toml")
        })
    }

    fn of(workspace: &str, core: &str) -> Option<Self> {
        let version = workspace.lines().find_map(|line| line.strip_prefix("rust-version = "))?;
        let (_, features) = core.split_once("[features]\n")?;
        let features: Vec<String> = features
            .lines()
            .take_while(|line| !line.starts_with('['))
            .filter_map(|line| Some(line.split_once(" = ")?.0.to_owned()))
            .filter(|name| name != "default" && !name.starts_with('#'))
            .collect();
        (!features.is_empty()).then(|| Self { rust_version: version.trim_matches('"').to_owned(), features })
    }
}

/// The stage of `cargo xtask test`: what the lints compiled is used again.
pub(crate) fn stage(project: &Project, stages: &mut Stages) {
    stages.run("each feature alone", || {
        let core = Core::read(project)?;
        for feature in core.features.iter().map(String::as_str).chain([""]) {
            Step::cargo()
                .args(["clippy", "--package", "veriquote", "--lib", "--no-default-features"])
                .args(["--features", feature, "--", "-D", "warnings"])
                .env("CARGO_INCREMENTAL", "0")
                .dir(&project.root)
                .help("what the feature needs belongs to it: gate by need, in core/src/lib.rs")
                .run()?;
        }
        Ok(format!("{}, and none", core.features.join(", ")))
    });
}

/// `msrv`: the core with all features on the compiler that `rust-version` names, where rustup has it.
pub(crate) fn msrv(project: &Project, stages: &mut Stages) {
    stages.announce(1);
    stages.run("oldest compiler", || {
        let core = Core::read(project)?;
        let toolchain = format!("+{}", core.rust_version);
        let help = format!("rustup toolchain install {} --profile minimal", core.rust_version);
        Step::new("cargo")
            .arg(&toolchain)
            .args(["check", "--package", "veriquote", "--all-features", "--target-dir"])
            .arg(project.target.join("msrv"))
            .dir(&project.root)
            .help(&help)
            .run()?;
        Ok(format!("the core compiles with Rust {}", core.rust_version))
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn manifests_are_read() {
        let workspace = "[workspace.package]\nrust-version = \"1.90\"\n";
        let features = "[features]\ndefault = [\"b\"]\n# What = this is.\nb = []\na = [\"dep:a\"]\n\n";
        let core = Core::of(workspace, &format!("{features}[dependencies]\nc = \"1\"\n")).expect("the core");
        assert_eq!((core.rust_version.as_str(), core.features.join(" ")), ("1.90", "b a".to_owned()));
        assert!(Core::of(workspace, "[features]\n").is_none());
    }
}
