//! Evidence that others recorded, which is not part of the repository, and what becomes of tests without it.

use std::env;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// A path inside the folder of recorded evidence: `VERIQUOTE_VECTORS`, or `../shared/vectors` beside the
/// workspace. `None` where there is no such folder: the test has nothing to say, and is [`skipped`].
///
/// # Panics
/// Where `VERIQUOTE_VECTORS` names a folder that has no such path: who names one wants its tests.
#[must_use]
pub fn recorded(inside: &str) -> Option<PathBuf> {
    let named = env::var_os("VERIQUOTE_VECTORS").map(PathBuf::from);
    let found = find(
        inside,
        named.as_deref(),
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/vectors"),
    );
    found.unwrap_or_else(|missing| panic!("{missing}")).map_or_else(
        |absent| {
            skipped(&absent);
            None
        },
        Some,
    )
}

/// The path; why there is none; or, as an error, that it ought to be there.
fn find(inside: &str, named: Option<&Path>, beside: &Path) -> Result<Result<PathBuf, String>, String> {
    let root = named.unwrap_or(beside);
    let path = root.join(inside);
    if path.exists() {
        return Ok(Ok(path));
    }
    if named.is_some() && root.is_dir() {
        return Err(format!("VERIQUOTE_VECTORS is {}, and {inside} is not in it", root.display()));
    }
    Ok(Err(format!("no recorded evidence at {}; set VERIQUOTE_VECTORS", root.display())))
}

/// Says that the test of this thread does nothing, and why: on standard error, which is seen of tests that are
/// run alone, and in the file that `VERIQUOTE_SKIPPED` names, by which `cargo xtask test` counts them.
pub fn skipped(why: &str) {
    eprintln!("SKIPPED: {why}");
    let Some(file) = env::var_os("VERIQUOTE_SKIPPED") else { return };
    let name = std::thread::current().name().unwrap_or_default().to_owned();
    let written = OpenOptions::new().create(true).append(true).open(&file);
    let written = written.and_then(|mut file| file.write_all(format!("{name}\t{why}\n").as_bytes()));
    written.unwrap_or_else(|error| panic!("VERIQUOTE_SKIPPED: {error}"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_named_folder_has_to_have_what_is_asked_for() {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let nowhere = here.join("nowhere");
        assert_eq!(find("src", Some(here), &nowhere), Ok(Ok(here.join("src"))));
        assert_eq!(find("src", None, here), Ok(Ok(here.join("src"))));
        assert!(find("none", Some(here), &nowhere).is_err());
        assert!(matches!(find("none", None, here), Ok(Err(_))), "beside the workspace may lie anything");
        assert!(matches!(find("src", Some(&nowhere), here), Ok(Err(_))));
    }
}
