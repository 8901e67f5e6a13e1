//! The folder of recorded and synthetic vectors, which is not part of this repository.

use std::fs;
use std::path::Path;

use serde_json::Value;

/// One folder with a quote, collateral and a verdict.
#[derive(Clone, Debug)]
pub struct Vector {
    /// The folder's name.
    pub id: String,
    /// The quote.
    pub quote: Vec<u8>,
    /// The collateral file.
    pub collateral: Vec<u8>,
    /// The trusted root; Intel's when there is none.
    pub root: Option<Vec<u8>>,
    /// When to verify.
    pub now: i64,
    /// The verdict of Intel's library.
    pub expected: Value,
}

/// Every vector below `name`, by its folder's name.
///
/// # Panics
/// When a folder is not complete.
#[must_use]
pub fn all(name: &str) -> Vec<Vector> {
    let Some(folder) = crate::vectors(name) else { return Vec::new() };
    let mut all: Vec<_> =
        fs::read_dir(folder).expect("a folder").map(|entry| load(&entry.expect("an entry").path())).collect();
    all.sort_by(|left, right| left.id.cmp(&right.id));
    all
}

fn load(folder: &Path) -> Vector {
    let read =
        |name: &str| fs::read(folder.join(name)).unwrap_or_else(|error| panic!("{folder:?} {name}: {error}"));
    let expected: Value = serde_json::from_slice(&read("expected.json")).expect("JSON");
    let time = expected.get("verified_at").or_else(|| expected.get("time"));
    Vector {
        id: folder.file_name().expect("a name").to_string_lossy().into_owned(),
        quote: read("quote.bin"),
        collateral: read("collateral.json"),
        root: fs::read(folder.join("root.pem")).ok(),
        now: time.and_then(Value::as_i64).expect("a time"),
        expected,
    }
}
