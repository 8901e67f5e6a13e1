//! The audit log: what was issued, changed and refused to whom, each entry chained to the one before it.
//!
//! A line is `{"entry":{…},"hash":"…"}`. The hash is SHA-256 over the hash before it (32 zero bytes at the
//! beginning) and over the entry's text as it stands in the line, so that whoever changes, adds or takes out
//! a line in the middle must write all that follow anew. What was cut off at the end is told by a head that
//! was noted elsewhere.

pub mod record;
mod verify;

use std::fs::{File, OpenOptions};
use std::io::{self, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use aws_lc_rs::digest::{Context, SHA256};
use serde_json::{Map, Value};
use veriquote::UnixTime;
use veriquote::bytes::to_hex;

pub use verify::{Broken, Head, Watched, verify};

/// A hash of the chain.
pub type Hash = [u8; 32];

/// The log, open for more.
#[derive(Debug)]
pub struct Audit {
    path: PathBuf,
    state: Mutex<Open>,
}

#[derive(Debug)]
struct Open {
    file: File,
    length: u64,
    entries: u64,
    hash: Hash,
    unsynced: bool,
}

/// How far an entry must have come before its request is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// To the system: it outlives this process.
    Written,
    /// To the disk: it outlives the machine.
    Synced,
}

/// What one entry says beside its number and time.
#[derive(Clone, Debug)]
pub struct Entry {
    event: &'static str,
    members: Map<String, Value>,
}

impl Entry {
    /// Of an event.
    #[must_use]
    pub fn of(event: &'static str) -> Self {
        Self { event, members: Map::new() }
    }

    /// With a member. Never evidence, tokens or secrets: their digests and names.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.members.insert(name.to_owned(), value.into());
        self
    }
}

impl Audit {
    /// Opens a log, whose chain must hold. A last line that was never finished is cut off, which the log says.
    ///
    /// # Errors
    /// A file that cannot be written, or whose chain is broken.
    pub fn open(path: &Path, now: UnixTime) -> Result<Self, String> {
        let told = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path).map_err(|error| told(&error))?;
        // Two processes that write one chain would break it.
        file.try_lock().map_err(|_| told(&"another process writes this log"))?;
        let head = verify(&mut file, &mut Watched::default()).map_err(|broken| told(&broken))?;
        let length = file.metadata().map_err(|error| told(&error))?.len();
        let torn = length - head.length;
        file.set_len(head.length).map_err(|error| told(&error))?;
        file.seek(SeekFrom::End(0)).map_err(|error| told(&error))?;
        let open =
            Open { file, length: head.length, entries: head.entries, hash: head.hash, unsynced: false };
        let audit = Self { path: path.to_owned(), state: Mutex::new(open) };
        if torn > 0 {
            let entry = Entry::of("log.repaired").with("bytes_cut", torn);
            audit.add(entry, now, Durability::Synced).map_err(|error| told(&error))?;
        }
        Ok(audit)
    }

    /// Adds an entry.
    ///
    /// # Errors
    /// When it could not be written: the log stays as it was.
    pub fn add(&self, entry: Entry, now: UnixTime, durability: Durability) -> io::Result<()> {
        let mut open = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let mut object = Map::new();
        object.insert("number".to_owned(), (open.entries + 1).into());
        object.insert("time".to_owned(), now.to_string().into());
        object.insert("event".to_owned(), entry.event.into());
        object.extend(entry.members);
        let text = Value::Object(object).to_string();
        let hash = link(&open.hash, text.as_bytes());
        let line = format!("{{\"entry\":{text},\"hash\":\"{}\"}}\n", to_hex(&hash));
        if let Err(error) = open.file.write_all(line.as_bytes()) {
            // Half a line would break the chain for everything after it.
            let length = open.length;
            open.file.set_len(length)?;
            open.file.seek(SeekFrom::Start(length))?;
            return Err(error);
        }
        open.length += u64::try_from(line.len()).unwrap_or(0);
        open.entries += 1;
        open.hash = hash;
        open.unsynced = true;
        if durability == Durability::Synced {
            open.file.sync_data()?;
            open.unsynced = false;
        }
        Ok(())
    }

    /// How many entries there are, and the hash of the last.
    #[must_use]
    pub fn head(&self) -> (u64, Hash) {
        let open = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        (open.entries, open.hash)
    }

    /// Brings what was written to the disk.
    ///
    /// # Errors
    /// Those of the system.
    pub fn sync(&self) -> io::Result<()> {
        let file = {
            let mut open = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            if !std::mem::take(&mut open.unsynced) {
                return Ok(());
            }
            open.file.try_clone()?
        };
        // Not under the lock: others go on writing.
        file.sync_data()
    }

    /// Its file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// The hash after one entry more.
fn link(before: &Hash, entry: &[u8]) -> Hash {
    let mut context = Context::new(&SHA256);
    context.update(before);
    context.update(entry);
    let mut hash = [0; 32];
    hash.copy_from_slice(context.finish().as_ref());
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Gone(PathBuf);

    impl Drop for Gone {
        fn drop(&mut self) {
            let _ = std::fs::remove_file(&self.0);
        }
    }

    fn file(name: &str) -> Gone {
        let path = std::env::temp_dir().join(format!("veriquote-audit-{}-{name}", std::process::id()));
        let _ = std::fs::remove_file(&path);
        Gone(path)
    }

    fn written(path: &Path) -> Hash {
        let audit = Audit::open(path, UnixTime(0)).unwrap();
        for number in 0..3 {
            let entry = Entry::of("policy.changed").with("id", "p").with("version", number);
            audit.add(entry, UnixTime(number), Durability::Written).unwrap();
        }
        assert_eq!(audit.head().0, 3);
        audit.head().1
    }

    #[test]
    fn the_chain_goes_on_where_it_ended() {
        let file = file("on");
        let first = written(&file.0);
        let audit = Audit::open(&file.0, UnixTime(0)).unwrap();
        assert_eq!(audit.head(), (3, first));
        assert!(Audit::open(&file.0, UnixTime(0)).is_err(), "one process writes it");
        audit.add(Entry::of("token.issued"), UnixTime(9), Durability::Synced).unwrap();
        drop(audit);
        let head = verify(&mut File::open(&file.0).unwrap(), &mut Watched::default()).unwrap();
        assert_eq!((head.entries, head.hash == first), (4, false));
    }

    #[test]
    fn a_line_that_was_never_finished_is_cut_off_and_told() {
        let file = file("torn");
        written(&file.0);
        let mut text = std::fs::read(&file.0).unwrap();
        text.extend(b"{\"entry\":{\"num");
        std::fs::write(&file.0, &text).unwrap();
        let audit = Audit::open(&file.0, UnixTime(5)).unwrap();
        assert_eq!(audit.head().0, 4);
        let text = std::fs::read_to_string(&file.0).unwrap();
        assert!(text.lines().last().unwrap().contains("\"event\":\"log.repaired\""), "{text}");
        assert!(text.lines().last().unwrap().contains("\"bytes_cut\":14"), "{text}");
    }

    #[test]
    fn whatever_is_changed_breaks_the_chain() {
        let file = file("changed");
        written(&file.0);
        let text = std::fs::read_to_string(&file.0).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        let [a, b, c] = lines.as_slice() else { panic!("{text}") };
        for (changed, line) in [
            (text.replacen("\"version\":1", "\"version\":7", 1), 2),
            (format!("{a}\n{c}\n"), 2),
            (format!("{b}\n{a}\n{c}\n"), 1),
            (format!("{a}\n{a}\n{b}\n{c}\n"), 2),
            (format!("{b}\n{c}\n"), 1),
            (format!("{a}\n\n{b}\n"), 2),
            (format!("{a}\n{}\n", b.replace("\"hash\"", "\"more\":1,\"hash\"")), 2),
            (format!("{a}\n{}\n", b.replace("{\"entry\"", "{ \"entry\"")), 2),
        ] {
            std::fs::write(&file.0, &changed).unwrap();
            let broken = verify(&mut File::open(&file.0).unwrap(), &mut Watched::default()).unwrap_err();
            assert_eq!(broken.line, line, "{changed}");
            assert!(Audit::open(&file.0, UnixTime(0)).is_err());
        }
        // What is missing at the end is told by a head that was noted elsewhere, and by nothing else.
        std::fs::write(&file.0, format!("{a}\n{b}\n")).unwrap();
        assert_eq!(verify(&mut File::open(&file.0).unwrap(), &mut Watched::default()).unwrap().entries, 2);
    }
}
