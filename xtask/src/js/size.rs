//! Sizes over the wire, and how large they may be.

use std::path::Path;

use super::{
    Js,
    build::{self, Part},
};
use crate::{
    bare::{self, WASM},
    failure::Failure,
    project::Project,
    step::Step,
};

/// Kilobytes of 1000 bytes after `gzip -9`. See bindings/js/README.md for what was aimed at, and what is in them.
const BUDGETS: [(&str, u64); 3] = [("veriquote", 582), ("dcap", 308), ("jwt", 258)];

/// What libraries that were not made for size (rustup's) may add, in percent.
const READY_MADE: u64 = 10;

/// What is measured, smallest first. The library's own features are with and without each other; before them, what
/// signatures and certificates weigh without the rest.
const MEASURED: [(&str, Part<'_>); 12] = [
    ("signatures alone", Part::Example("signatures")),
    ("signatures and chains of certificates alone", Part::Example("chains")),
    ("jwt: `veriquote/jwt`", Part::Features("jwt")),
    ("dcap: `veriquote/dcap`", Part::Features("dcap")),
    ("tpm", Part::Features("tpm")),
    ("inspect", Part::Features("inspect")),
    ("nvidia", Part::Features("nvidia")),
    ("jwt, dcap", Part::Features("jwt,dcap")),
    ("jwt, tpm", Part::Features("jwt,tpm")),
    ("jwt, dcap, tpm", Part::Features("jwt,dcap,tpm")),
    ("jwt, dcap, tpm, inspect", Part::Features("jwt,dcap,tpm,inspect")),
    ("all: jwt, dcap, tpm, inspect, nvidia", Part::Features("jwt,dcap,tpm,inspect,nvidia")),
];

/// Fails when a module is larger than it may be.
pub(super) fn check(project: &Project, js: &Js) -> Result<String, Failure> {
    let mut lines = Vec::new();
    let mut over = Vec::new();
    let is_small = bare::prepare(project, WASM)?.is_small();
    for (name, budget) in BUDGETS {
        let budget = if is_small { budget } else { budget + budget * READY_MADE / 100 };
        let size = Size::of(&js.package("veriquote").join(format!("wasm/{name}.wasm")))?;
        lines.push(format!("{name}.wasm: {size}; at most {budget} KB gzip"));
        if size.gzip > budget * 1000 {
            over.push(name);
        }
    }
    println!("    {}", lines.join("\n    "));
    if over.is_empty() {
        return Ok(lines.join("\n"));
    }
    Err(Failure::new(
        format!("larger than it may be: {}", over.join(", ")),
        "look for what grew with `cargo xtask js --no-tests --features`; raise a budget only with a reason",
    ))
}

/// One module for each part.
pub(super) fn by_feature(project: &Project, js: &Js) -> Result<String, Failure> {
    let bare = bare::prepare(project, WASM)?;
    let mut lines = Vec::new();
    for (name, part) in MEASURED {
        let module = build::compile(project, &bare, part)?;
        let out = js.home.join("sizes");
        build::bind(project, js, &module, "module", &out)?;
        lines.push(format!("| {name} | {} |", Size::of(&out.join("module.wasm"))?.row()));
    }
    Ok(format!("| features | raw KB | gzip KB | brotli KB |\n{}", lines.join("\n")))
}

struct Size {
    raw: u64,
    gzip: u64,
    brotli: u64,
}

impl Size {
    /// By Node's zlib, so that no other program is needed.
    fn of(module: &Path) -> Result<Self, Failure> {
        let script = "const z = require('zlib'), b = require('fs').readFileSync(process.argv[1]); \
                      console.log(b.length, z.gzipSync(b, { level: 9 }).length, z.brotliCompressSync(b).length)";
        let text = Step::new("node").args(["-e", script]).arg(module).read()?;
        let numbers: Vec<u64> = text.split_whitespace().filter_map(|number| number.parse().ok()).collect();
        match numbers.as_slice() {
            &[raw, gzip, brotli] => Ok(Self { raw, gzip, brotli }),
            _ => Err(Failure::new(format!("no sizes of {}", module.display()), "look at what Node.js says")),
        }
    }

    fn row(&self) -> String {
        format!("{} | {} | {}", self.raw / 1000, self.gzip / 1000, self.brotli / 1000)
    }
}

impl std::fmt::Display for Size {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { raw, gzip, brotli } = self;
        write!(f, "raw {} KB, gzip {} KB, brotli {} KB", raw / 1000, gzip / 1000, brotli / 1000)
    }
}
