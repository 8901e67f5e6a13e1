//! Reading files: the errors of the file system in the words of the contract.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use veriquote_facade::{Blob, Document, Problem};

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

/// What a member of a JSON request takes for the content of a file: its text, or the hex of what is none.
pub fn text_or_hex(Blob(bytes): Blob) -> String {
    String::from_utf8(bytes).unwrap_or_else(|binary| veriquote::bytes::to_hex(binary.as_bytes()))
}

/// Reads the file of a flag, where the flag was given.
///
/// # Errors
/// Those of [`read`].
pub fn optional(path: Option<&Path>, part: &str) -> Result<Option<Blob>, Problem> {
    path.map(|path| read(path, part)).transpose()
}

/// Reads the files of a flag that may be given several times, in the order of the command line.
///
/// # Errors
/// Those of [`read`], of the first that cannot be read.
pub fn all(paths: &[PathBuf], part: &str) -> Result<Vec<Blob>, Problem> {
    paths.iter().map(|path| read(path, part)).collect()
}

/// Like [`optional`], for a file that holds a document.
///
/// # Errors
/// Those of [`read`].
pub fn document(path: Option<&Path>, part: &str) -> Result<Option<Document>, Problem> {
    Ok(optional(path, part)?.map(|Blob(bytes)| Document(bytes)))
}

/// Like [`all`], for files that hold documents.
///
/// # Errors
/// Those of [`read`], of the first that cannot be read.
pub fn documents(paths: &[PathBuf], part: &str) -> Result<Vec<Document>, Problem> {
    Ok(all(paths, part)?.into_iter().map(|Blob(bytes)| Document(bytes)).collect())
}

/// The operating system's words, without its number.
pub fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    let words = text.split(" (os error").next().unwrap_or(&text);
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}
