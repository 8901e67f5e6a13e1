//! Reading files: the errors of the file system in the words of the contract.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

use veriquote_facade::{Blob, Problem};

/// The largest file that is read at all; what the core accepts of each kind is less.
const FILE_BYTES: u64 = 64 * 1024 * 1024;

/// Reads a whole file, or standard input for `-`; `part` names the flag in errors.
///
/// # Errors
/// A misuse that names the flag and the file.
pub fn read(path: &Path, part: &str) -> Result<Blob, Problem> {
    let unreadable = |reason: &str, help: &str| {
        Err(Problem::misuse(part, format!("cannot read `{}`: {reason}", path.display()), help))
    };
    let mut bytes = Vec::new();
    let result = if path == Path::new("-") {
        io::stdin().lock().take(FILE_BYTES + 1).read_to_end(&mut bytes)
    } else {
        match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => {
                return unreadable("it is a directory", "name the file itself; for many quotes use --batch");
            }
            _ => File::open(path).and_then(|file| file.take(FILE_BYTES + 1).read_to_end(&mut bytes)),
        }
    };
    if let Err(error) = result {
        return unreadable(&reason(&error), "check the path and its permissions");
    }
    if bytes.len() as u64 > FILE_BYTES {
        return unreadable("it is larger than 64 MiB", "check that the right file was passed");
    }
    if bytes.is_empty() {
        return unreadable("it is empty", "check how the file was made");
    }
    Ok(Blob(bytes))
}

/// The operating system's words, without its number.
pub fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    let words = text.split(" (os error").next().unwrap_or(&text);
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}
