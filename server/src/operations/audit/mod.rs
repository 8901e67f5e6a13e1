//! The audit log: what was issued, changed and refused to whom, each entry chained to the one before it.
//!
//! A line is `{"entry":{…},"hash":"…"}`. The hash is SHA-256 over the hash before it (32 zero bytes at the
//! beginning) and over the entry's text as it stands in the line, so that whoever changes, adds or takes out
//! a line in the middle must write all that follow anew. What was cut off at the end is told by a head that
//! was noted elsewhere.

mod files;
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

pub use files::{BrokenFile, closed_files, verify_all};
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
    /// Number of the file's first entry, and when it was written.
    first: u64,
    begun_at: Option<UnixTime>,
    entries: u64,
    hash: Hash,
    unsynced: bool,
}

/// When a file is closed and the next one begun; 0: never.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rotation {
    /// At this length.
    pub bytes: u64,
    /// At this age.
    pub seconds: u64,
}

/// The event of an entry that continues another file, and its member with the hash there.
const CONTINUED: &str = "log.continued";
const BEFORE: &str = "before";

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
    /// Opens a log, whose chain must hold: that of the file that is written, and that it continues the one that
    /// was closed last. A last line that was never finished is cut off, which the log says.
    ///
    /// # Errors
    /// A file that cannot be written, or whose chain is broken.
    pub fn open(path: &Path, now: UnixTime) -> Result<Self, String> {
        let told = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
        let mut file = create(path).map_err(|error| told(&error))?;
        // Two processes that write one chain would break it.
        file.try_lock().map_err(|_| told(&"another process writes this log"))?;
        let last = closed_files(path).map_err(|error| told(&error))?.pop();
        let before = last.map(|last| {
            let told = |error: &dyn std::fmt::Display| format!("{}: {error}", last.display());
            let mut closed = File::open(&last).map_err(|error| told(&error))?;
            verify(&mut closed, None, &mut Watched::default()).map_err(|broken| told(&broken))
        });
        let before = before.transpose()?;
        let head = verify(&mut file, before.as_ref(), &mut Watched::default());
        let head = head.map_err(|broken| told(&broken))?;
        let length = file.metadata().map_err(|error| told(&error))?.len();
        let torn = length - head.length;
        file.set_len(head.length).map_err(|error| told(&error))?;
        file.seek(SeekFrom::End(0)).map_err(|error| told(&error))?;
        let open = Open {
            file,
            length: head.length,
            first: head.first,
            begun_at: head.begun_at,
            entries: head.entries,
            hash: head.hash,
            unsynced: false,
        };
        let audit = Self { path: path.to_owned(), state: Mutex::new(open) };
        if head.lines == 0
            && let Some(before) = before
        {
            // It ended after a file was closed, and before the next one was in its place.
            let entry = continued(&before.hash);
            audit.add(entry, now, Durability::Synced).map_err(|error| told(&error))?;
        }
        if torn > 0 {
            let entry = Entry::of("log.repaired").with("bytes_cut", torn);
            audit.add(entry, now, Durability::Synced).map_err(|error| told(&error))?;
        }
        Ok(audit)
    }

    /// Closes the file and begins the next, where it is time for that.
    ///
    /// # Errors
    /// Those of the system: the log goes on in the file that it is in.
    pub fn rotate(&self, rotation: Rotation, now: UnixTime) -> io::Result<()> {
        let mut open = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let age = open.begun_at.map_or(0, |begun| u64::try_from(now.since(begun)).unwrap_or(0));
        let is_long = rotation.bytes > 0 && open.length >= rotation.bytes;
        let is_old = rotation.seconds > 0 && age >= rotation.seconds;
        if !is_long && !is_old {
            return Ok(());
        }
        open.file.sync_data()?;
        let coming = files::coming(&self.path);
        // One of an attempt that failed.
        let _ = std::fs::remove_file(&coming);
        let file = create(&coming)?;
        file.try_lock().map_err(io::Error::from)?;
        let (entries, hash) = (open.entries, open.hash);
        let (length, first, unsynced) = (0, entries + 1, false);
        let mut next = Open { file, length, first, begun_at: None, entries, hash, unsynced };
        next.write(continued(&hash), now)?;
        next.file.sync_data()?;
        let closed = files::closed(&self.path, open.first);
        if closed.try_exists()? {
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, closed.display().to_string()));
        }
        std::fs::rename(&self.path, &closed)?;
        if let Err(error) = std::fs::rename(&coming, &self.path) {
            std::fs::rename(&closed, &self.path)?;
            return Err(error);
        }
        *open = next;
        // What is written from now on is found under this name after a power cut, too.
        files::sync_folder(&self.path)
    }

    /// Adds an entry; its number.
    ///
    /// # Errors
    /// When it could not be written, and the log stays as it was, or not brought to the disk.
    pub fn add(&self, entry: Entry, now: UnixTime, durability: Durability) -> io::Result<u64> {
        let (number, file) = {
            let mut open = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            let number = open.write(entry, now)?;
            let file = (durability == Durability::Synced).then(|| open.file.try_clone()).transpose()?;
            (number, file)
        };
        // Not under the lock: others go on writing.
        file.map_or(Ok(()), |file| file.sync_data())?;
        Ok(number)
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
        let synced = file.sync_data();
        if synced.is_err() {
            self.state.lock().unwrap_or_else(PoisonError::into_inner).unsynced = true;
        }
        synced
    }

    /// Its file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Open {
    fn write(&mut self, entry: Entry, now: UnixTime) -> io::Result<u64> {
        let mut object = Map::new();
        object.insert("number".to_owned(), (self.entries + 1).into());
        object.insert("time".to_owned(), now.to_string().into());
        object.insert("event".to_owned(), entry.event.into());
        object.extend(entry.members);
        let text = Value::Object(object).to_string();
        let hash = link(&self.hash, text.as_bytes());
        let line = format!("{{\"entry\":{text},\"hash\":\"{}\"}}\n", to_hex(&hash));
        if let Err(error) = self.file.write_all(line.as_bytes()) {
            // Half a line would break the chain for everything after it.
            self.file.set_len(self.length)?;
            self.file.seek(SeekFrom::Start(self.length))?;
            return Err(error);
        }
        self.length += u64::try_from(line.len()).unwrap_or(0);
        self.begun_at.get_or_insert(now);
        self.entries += 1;
        self.hash = hash;
        self.unsynced = true;
        Ok(self.entries)
    }
}

fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn continued(before: &Hash) -> Entry {
    Entry::of(CONTINUED).with(BEFORE, to_hex(before))
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
        let head = verify(&mut File::open(&file.0).unwrap(), None, &mut Watched::default()).unwrap();
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
    fn a_log_of_several_files_is_one_chain() {
        let folder = std::env::temp_dir().join(format!("veriquote-audit-{}-files", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir(&folder).unwrap();
        let folder = Folder(folder);
        let path = folder.0.join("audit.jsonl");
        let add = |audit: &Audit, at: i64| {
            audit.add(Entry::of("token.issued").with("jti", at), UnixTime(at), Durability::Written).unwrap();
        };
        let by_age = Rotation { seconds: 100, ..Rotation::default() };
        let audit = Audit::open(&path, UnixTime(0)).unwrap();
        audit.rotate(Rotation { seconds: 1, bytes: 1 }, UnixTime(9_999)).unwrap();
        assert_eq!(closed_files(&path).unwrap().len(), 0, "there is nothing to close");
        add(&audit, 0);
        add(&audit, 50);
        audit.rotate(by_age, UnixTime(99)).unwrap();
        assert_eq!(closed_files(&path).unwrap().len(), 0, "it is not old enough");
        let at_close = audit.head();
        audit.rotate(by_age, UnixTime(100)).unwrap();
        assert_eq!(audit.head().0, 3, "two, and the one that goes on");
        add(&audit, 101);
        assert!(Audit::open(&path, UnixTime(102)).is_err(), "it is still one process's");
        drop(audit);
        // After a start it knows how old the file is.
        let audit = Audit::open(&path, UnixTime(150)).unwrap();
        audit.rotate(by_age, UnixTime(199)).unwrap();
        assert_eq!(closed_files(&path).unwrap().len(), 1);
        audit.rotate(Rotation { bytes: 300, ..Rotation::default() }, UnixTime(199)).unwrap();
        add(&audit, 200);
        drop(audit);
        let closed = closed_files(&path).unwrap();
        let names: Vec<_> = closed.iter().map(|file| file.file_name().unwrap().to_owned()).collect();
        assert_eq!(names, ["audit.jsonl.000000000001", "audit.jsonl.000000000003"]);
        let all = |noted: Option<&str>| {
            let mut watched = Watched::for_hash(noted);
            (verify_all(&path, &mut watched), watched.is_missing())
        };
        let noted = to_hex(&at_close.1);
        let (head, missing) = all(Some(&noted));
        let head = head.unwrap();
        assert_eq!((head.first, head.entries, missing), (1, 6, false));
        // Any file by itself, which says where it begins.
        let alone = verify(&mut File::open(&path).unwrap(), None, &mut Watched::default()).unwrap();
        assert_eq!((alone.first, alone.entries, alone.hash), (5, 6, head.hash));
        // One in the middle that is gone, changed, or cut off.
        let middle = std::fs::read(&closed[1]).unwrap();
        std::fs::remove_file(&closed[1]).unwrap();
        assert_eq!(all(None).0.unwrap_err().file, path);
        assert!(Audit::open(&path, UnixTime(300)).is_err());
        for changed in [&middle[..middle.len() - 1], &[&middle[..], b"{"].concat()] {
            std::fs::write(&closed[1], changed).unwrap();
            assert_eq!(all(None).0.unwrap_err().file, closed[1]);
        }
        let whole_line = middle[..middle.len() - 1].iter().rposition(|byte| *byte == b'\n').unwrap() + 1;
        std::fs::write(&closed[1], &middle[..whole_line]).unwrap();
        assert_eq!(all(None).0.unwrap_err().file, path, "its end is missing");
        std::fs::write(&closed[1], &middle).unwrap();
        // The oldest may be elsewhere: then the chain says where it begins. What was before is noted in it.
        std::fs::remove_file(&closed[0]).unwrap();
        let (head, missing) = all(Some(&noted));
        assert_eq!((head.unwrap().first, missing), (3, false));
        assert!(all(Some(&"00".repeat(32))).1);
        // It ended between the two names: the next start goes on.
        std::fs::remove_file(&path).unwrap();
        std::fs::write(files::coming(&path), b"{\"entry\":{").unwrap();
        let audit = Audit::open(&path, UnixTime(400)).unwrap();
        add(&audit, 401);
        audit.rotate(Rotation { bytes: 1, ..Rotation::default() }, UnixTime(402)).unwrap();
        drop(audit);
        assert_eq!(all(None).0.unwrap().entries, 7);
        assert!(Audit::open(&path, UnixTime(500)).is_ok());
    }

    #[test]
    fn a_log_is_verified_while_it_is_written() {
        let folder = std::env::temp_dir().join(format!("veriquote-audit-{}-meanwhile", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir(&folder).unwrap();
        let folder = Folder(folder);
        let path = folder.0.join("audit.jsonl");
        let audit = Audit::open(&path, UnixTime(0)).unwrap();
        std::thread::scope(|scope| {
            let writer = scope.spawn(|| {
                for number in 0..40 {
                    audit.add(Entry::of("token.issued"), UnixTime(number), Durability::Written).unwrap();
                    audit.rotate(Rotation { bytes: 1, seconds: 0 }, UnixTime(number)).unwrap();
                }
            });
            let mut last = 0;
            while !writer.is_finished() {
                match verify_all(&path, &mut Watched::default()) {
                    Ok(head) => {
                        assert!(head.entries >= last);
                        last = head.entries;
                    }
                    // Between its old name and its new one.
                    Err(error) => assert_eq!(error.broken.line, 0, "{error:?}"),
                }
            }
        });
        assert_eq!(verify_all(&path, &mut Watched::default()).unwrap().entries, 80);
    }

    struct Folder(PathBuf);

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
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
            let broken =
                verify(&mut File::open(&file.0).unwrap(), None, &mut Watched::default()).unwrap_err();
            assert_eq!(broken.line, line, "{changed}");
            assert!(Audit::open(&file.0, UnixTime(0)).is_err());
        }
        // What is missing at the end is told by a head that was noted elsewhere, and by nothing else.
        std::fs::write(&file.0, format!("{a}\n{b}\n")).unwrap();
        assert_eq!(
            verify(&mut File::open(&file.0).unwrap(), None, &mut Watched::default()).unwrap().entries,
            2
        );
    }
}
