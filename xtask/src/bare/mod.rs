//! Compilers for targets without an operating system.
//!
//! Rustup's own libraries where they are, or may be added; otherwise a private sysroot built with the
//! compiler and the library source that Debian packages for its browsers.

mod sysroot;

use std::{env, ffi::OsString, path::PathBuf};

use crate::{
    failure::Failure,
    project::Project,
    setup::debian,
    step::{Step, on_path},
};

/// The browser's target.
pub(crate) const WASM: &str = "wasm32-unknown-unknown";

/// A 32-bit microcontroller: no operating system, no 64-bit atomics.
pub(crate) const THUMB: &str = "thumbv7em-none-eabi";

/// A compiler that can build for one bare target.
pub(crate) struct Bare {
    triple: &'static str,
    envs: Vec<(String, OsString)>,
    target: PathBuf,
    source: String,
    is_small: bool,
}

impl Bare {
    /// A cargo command for this target with its own output folder.
    pub(crate) fn cargo(&self, command: &str) -> Step {
        Step::cargo()
            .args([command, "--target", self.triple])
            .envs(&self.envs)
            .env("CARGO_TARGET_DIR", &self.target)
            .help("the core must build without std; the first error above names what pulled it in")
    }

    pub(crate) fn target(&self) -> PathBuf {
        self.target.join(self.triple)
    }

    /// True when its libraries were made for size.
    pub(crate) const fn is_small(&self) -> bool {
        self.is_small
    }

    pub(crate) fn describe(&self) -> String {
        self.source.clone()
    }
}

/// Finds or makes the libraries for `triple`.
pub(crate) fn prepare(project: &Project, triple: &'static str) -> Result<Bare, Failure> {
    let target = project.target_for(triple);
    let mut bare = Bare { triple, envs: Vec::new(), target, source: String::new(), is_small: false };
    if on_path("rustup") {
        if rustup_has(triple) {
            bare.source = format!("rustup's {triple}");
            return Ok(bare);
        }
        if env::var_os("RUSTUP_AUTO_INSTALL").is_some_and(|value| value == "0") {
            println!("    RUSTUP_AUTO_INSTALL=0: rustup may not download here");
        } else if rustup_add(triple) {
            bare.source = format!("rustup's {triple}, just added");
            return Ok(bare);
        }
    }
    if !debian::available() {
        return Err(Failure::new(
            format!("no libraries for {triple}"),
            format!("run `rustup target add {triple}`"),
        ));
    }
    let sysroot = sysroot::prepare(project, triple)?;
    bare.envs = vec![
        ("RUSTC".into(), sysroot.rustc.into_os_string()),
        ("RUSTDOC".into(), sysroot.rustdoc.into_os_string()),
    ];
    if !sysroot.flags.is_empty() {
        // What is linked must agree with the libraries about panics; the flag has no stable name yet.
        bare.envs.push(("RUSTC_BOOTSTRAP".into(), "1".into()));
        bare.envs.push(("RUSTFLAGS".into(), sysroot.flags.join(" ").into()));
    }
    bare.source = format!("{triple} built with Debian's {}", sysroot.version);
    bare.is_small = !sysroot.flags.is_empty();
    Ok(bare)
}

fn rustup_has(triple: &str) -> bool {
    Step::new("rustup")
        .args(["target", "list", "--installed"])
        .read()
        .is_ok_and(|list| list.lines().any(|line| line.trim() == triple))
}

fn rustup_add(triple: &str) -> bool {
    let step =
        if on_path("timeout") { Step::new("timeout").args(["180", "rustup"]) } else { Step::new("rustup") };
    step.args(["target", "add", triple]).run().inspect_err(|failure| println!("    {failure}")).is_ok()
}
