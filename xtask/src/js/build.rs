//! From crates to packages: `veriquote` with its two modules, `veriquote-node` with the one of this machine.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{Js, inline};
use crate::{
    bare::{self, Bare, WASM},
    failure::Failure,
    project::Project,
    setup::tools,
    step::Step,
};

/// What the module may use: all that browsers, Node 20, Deno, Bun and workerd have.
const FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// Measured: a higher level sorts functions by use and compresses worse. By name, functions that are made from
/// one generic function are neighbours, which compresses 4 % better. For what is inlined see [`inline`].
const PASSES: [&str; 3] = ["-O2", "--skip-pass=reorder-functions", "--reorder-functions-by-name"];

pub(super) fn packages(project: &Project, js: &Js, is_release: bool) -> Result<(), Failure> {
    wasm_package(project, js)?;
    let node = sources(project, js, "veriquote-node")?;
    let native = native(project, js, is_release)?;
    pack(js, &node, "veriquote-node")?;
    // The name of its tarball is the same everywhere.
    pack(js, &js.native_package(&native), NATIVE)
}

/// The package of WebAssembly alone.
pub(super) fn wasm_package(project: &Project, js: &Js) -> Result<(), Failure> {
    let wasm = sources(project, js, "veriquote")?;
    let bare = bare::prepare(project, WASM)?;
    // The small ones first: the large one's crates are the ones to keep for the next run.
    let modules =
        [("jwt", Part::Features("jwt")), ("dcap", Part::Features("dcap")), ("veriquote", Part::Whole)];
    for (name, part) in modules {
        let module = compile(project, &bare, part)?;
        bind(project, js, &module, name, &wasm.join("wasm"))?;
    }
    pack(js, &wasm, "veriquote")
}

/// The folder of a package, with all of it that is not compiled.
fn sources(project: &Project, js: &Js, name: &str) -> Result<PathBuf, Failure> {
    let folder = js.package(name);
    if folder.is_dir() {
        fs::remove_dir_all(&folder)?;
    }
    let home = project.root.join("bindings/js");
    copy(&home.join(name), &folder)?;
    for shared in ["shared", "types"] {
        copy(&home.join(shared), &folder.join(shared))?;
    }
    licences(project, &folder)?;
    Ok(folder)
}

/// What a module is made of.
#[derive(Clone, Copy)]
pub(super) enum Part<'a> {
    /// The library with every feature.
    Whole,
    /// The library with these features alone.
    Features(&'a str),
    /// An example of the crate, which is never shipped.
    Example(&'a str),
}

/// The module, as the compiler leaves it.
pub(super) fn compile(project: &Project, bare: &Bare, part: Part<'_>) -> Result<PathBuf, Failure> {
    let step = bare
        .cargo("build")
        .args(["--package", "veriquote-wasm", "--profile", "wasm", "--quiet"])
        .dir(&project.root)
        .help("the facade must build for wasm32; the first error above names what does not");
    let (step, made) = match part {
        Part::Whole => (step, "veriquote_wasm.wasm".to_owned()),
        Part::Features(features) => {
            (step.args(["--no-default-features", "--features", features]), "veriquote_wasm.wasm".to_owned())
        }
        Part::Example(name) => {
            // The library stays out: an example uses nothing of it.
            (
                step.args(["--no-default-features", "--features", "jwt", "--example", name]),
                format!("examples/{name}.wasm"),
            )
        }
    };
    step.run()?;
    Ok(bare.target().join("wasm").join(made))
}

/// The module and its glue as `NAME.wasm` and `NAME.js`.
pub(super) fn bind(project: &Project, js: &Js, module: &Path, name: &str, out: &Path) -> Result<(), Failure> {
    let bound = js.home.join("bound");
    Step::new(tools::wasm_bindgen(project)?)
        .args(["--target", "web", "--no-typescript", "--omit-default-module-path"])
        .args(["--remove-producers-section", "--out-name", name, "--out-dir"])
        .args([&bound, module])
        .run()?;
    fs::create_dir_all(out)?;
    fs::copy(bound.join(format!("{name}.js")), out.join(format!("{name}.js")))?;
    let module = bound.join(format!("{name}_bg.wasm"));
    let wasm_opt = js.tools.join("node_modules/binaryen/bin/wasm-opt");
    let inlining = inline::options(&wasm_opt, &module)?;
    Step::new("node")
        .arg(wasm_opt)
        .args(inlining)
        .args(PASSES)
        .args(FEATURES)
        .arg(module)
        .arg("-o")
        .arg(out.join(format!("{name}.wasm")))
        .run()
}

/// The package of the native module for this machine, where `veriquote-node` finds it; gives its name.
fn native(project: &Project, js: &Js, is_release: bool) -> Result<String, Failure> {
    let mut step = Step::cargo()
        .args(["build", "--package", "veriquote-node", "--quiet"])
        .env("CARGO_INCREMENTAL", "0")
        .dir(&project.root);
    if is_release {
        step = step.arg("--release");
    }
    step.run()?;
    let built = project.target.join(if is_release { "release" } else { "debug" });
    let library = if cfg!(target_os = "macos") { "libveriquote_node.dylib" } else { "libveriquote_node.so" };
    let script = "import('./platform.js').then(({ platform }) => console.log(platform(), process.platform, process.arch))";
    let said = Step::new("node").args(["-e", script]).dir(&js.package("veriquote-node")).read()?;
    let [platform, os, cpu] = said.split_whitespace().collect::<Vec<_>>()[..] else {
        return Err(Failure::new("Node.js does not say what it runs on", "look at what it says"));
    };
    let name = format!("veriquote-node-{platform}");
    let folder = js.native_package(&name);
    if folder.is_dir() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    fs::copy(built.join(library), folder.join("veriquote.node"))?;
    let libc = match platform.rsplit('-').next() {
        Some("gnu") => "\n  \"libc\": [\"glibc\"],",
        Some("musl") => "\n  \"libc\": [\"musl\"],",
        _ => "",
    };
    let version = env!("CARGO_PKG_VERSION");
    let manifest = format!(
        "{{\n  \"name\": \"{name}\",\n  \"version\": \"{version}\",\n  \"description\": \"The native module of \
         veriquote-node for {platform}.\",\n  \"license\": \"(Apache-2.0 OR MIT)\",\n  \"os\": [\"{os}\"],\n  \
         \"cpu\": [\"{cpu}\"],{libc}\n  \"main\": \"veriquote.node\",\n  \"files\": [\"veriquote.node\"]\n}}\n"
    );
    fs::write(folder.join("package.json"), manifest)?;
    fs::write(
        folder.join("README.md"),
        format!(
            "# {name}\n\nThe native module of `veriquote-node` for {platform}. Install `veriquote-node`.\n"
        ),
    )?;
    licences(project, &folder)?;
    Ok(name)
}

fn licences(project: &Project, folder: &Path) -> Result<(), Failure> {
    for licence in ["LICENSE-APACHE", "LICENSE-MIT"] {
        fs::copy(project.root.join(licence), folder.join(licence))?;
    }
    Ok(())
}

/// `NAME.tgz`, as it would be published.
fn pack(js: &Js, folder: &Path, name: &str) -> Result<(), Failure> {
    let packed = Step::new("npm")
        .args(["pack", "--silent", "--ignore-scripts", "--pack-destination"])
        .arg(&js.home)
        .dir(folder)
        .read()?;
    fs::rename(js.home.join(packed.trim()), js.tarball(name))?;
    Ok(())
}

/// The package of the native module, whatever its platform is called.
pub(super) const NATIVE: &str = "veriquote-node-native";

fn copy(from: &Path, to: &Path) -> Result<(), Failure> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let path = entry?.path();
        let target = to.join(path.file_name().unwrap_or_default());
        if path.is_dir() {
            copy(&path, &target)?;
        } else {
            fs::copy(&path, &target)?;
        }
    }
    Ok(())
}
