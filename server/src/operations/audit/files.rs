//! The files of one log: the one that is written, and those that were closed before it.
//!
//! A closed file is named after the number of its first entry: `audit.jsonl.000000000001`. The next one begins
//! with an entry `log.continued` that has the hash before it, so that each file can be verified by itself and
//! all of them as one chain.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use super::{Broken, Head, Watched, verify};

/// The name of a closed file whose first entry has this number.
pub(super) fn closed(path: &Path, first: u64) -> PathBuf {
    beside(path, &format!("{first:012}"))
}

/// The file that the next one is begun in.
pub(super) fn coming(path: &Path) -> PathBuf {
    beside(path, "new")
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name.push(ending);
    path.with_file_name(name)
}

/// The closed files beside the one that is written, in the order of their entries.
///
/// # Errors
/// A folder that cannot be read.
pub fn closed_files(path: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for file in std::fs::read_dir(folder_of(path))? {
        let file = path.with_file_name(file?.file_name());
        let number = file.extension().and_then(|it| it.to_str()).and_then(|it| it.parse::<u64>().ok());
        if let Some(first) = number.filter(|first| closed(path, *first) == file) {
            found.push((first, file));
        }
    }
    found.sort();
    Ok(found.into_iter().map(|(_, file)| file).collect())
}

/// Brings the names in a file's folder to the disk.
pub(super) fn sync_folder(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    File::open(folder_of(path))?.sync_all()?;
    Ok(())
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A chain that breaks, and in which file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokenFile {
    /// The file.
    pub file: PathBuf,
    /// Where in it.
    pub broken: Broken,
}

/// Whether closed files and the one that is written are one chain, and how far it goes. The oldest may begin
/// later than with the first entry, where older ones were put elsewhere. The log may be written meanwhile.
///
/// # Errors
/// Where it breaks; a file that cannot be read breaks at line 0.
pub fn verify_all(path: &Path, watched: &mut Watched) -> Result<Head, BrokenFile> {
    let list = || closed_files(path).map_err(|error| unread(path, &error));
    let mut closed = list()?;
    loop {
        let verified = verify_these(&closed, path, watched);
        let now = list()?;
        // A file that was closed meanwhile is one that was missed.
        if verified.is_ok() || now == closed {
            return verified;
        }
        closed = now;
    }
}

fn verify_these(closed: &[PathBuf], path: &Path, watched: &mut Watched) -> Result<Head, BrokenFile> {
    let mut head: Option<Head> = None;
    for file in closed.iter().map(PathBuf::as_path).chain([path]) {
        let mut log = File::open(file).map_err(|error| unread(file, &error))?;
        let told = |broken| BrokenFile { file: file.to_owned(), broken };
        let end = log.metadata().map_err(|error| unread(file, &error))?.len();
        let next = verify(&mut log, head.as_ref(), watched).map_err(told)?;
        if file != path && next.length != end {
            let reason = "a file that was closed ends in the middle of a line".to_owned();
            return Err(told(Broken { line: next.lines + 1, reason }));
        }
        let first = head.map_or(next.first, |head| head.first);
        head = Some(Head { first, ..next });
    }
    head.ok_or_else(|| unread(path, &io::ErrorKind::NotFound.into()))
}

fn unread(file: &Path, error: &io::Error) -> BrokenFile {
    BrokenFile { file: file.to_owned(), broken: Broken { line: 0, reason: error.to_string() } }
}
