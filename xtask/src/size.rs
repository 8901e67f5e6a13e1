//! `size`: how large the core is in wasm32, as a module that really calls it.

use crate::{
    bare::{self, WASM},
    failure::Failure,
    project::Project,
    stages::Stages,
    step::{Step, on_path},
};

pub(crate) fn run(project: &Project, stages: &mut Stages) {
    stages.announce(1);
    stages.run("size of the core in wasm32", || report(project));
}

fn report(project: &Project) -> Result<String, Failure> {
    let bare = bare::prepare(project, WASM)?;
    bare.cargo("rustc")
        .args(["--release", "--lib", "--crate-type", "cdylib"])
        .dir(&project.root.join("tests/no_std"))
        .run()?;
    let module = bare.target().join("release/veriquote_no_std.wasm");
    let raw = std::fs::metadata(&module)?.len();
    let mut text = format!("raw {} KB", raw.div_ceil(1000));
    if on_path("gzip") {
        let size = Step::new("sh").args(["-c", "gzip -9 -c \"$0\" | wc -c"]).arg(&module).read()?;
        let size: u64 = size.trim().parse().unwrap_or(raw);
        text = format!("{text}, gzip {} KB", size.div_ceil(1000));
    }
    Ok(format!("{text}, opt-level z, LTO, not yet through wasm-opt: {}", module.display()))
}
