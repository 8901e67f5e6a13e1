//! Reading an audit log: whether its chain holds.

use std::fmt;
use std::io::{BufRead as _, BufReader, Read};

use veriquote::UnixTime;
use veriquote::bytes::{from_hex, to_hex};
use veriquote::json::{Node, Strictness, parse};

use super::{BEFORE, CONTINUED, Hash, link};

/// How far a chain goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Number of the first entry that was read: 1, or later where the files before it are elsewhere.
    pub first: u64,
    /// Number of the last.
    pub entries: u64,
    /// Lines of this file.
    pub lines: u64,
    /// When its first entry was written.
    pub begun_at: Option<UnixTime>,
    /// Hash of the last; zeros where there is none.
    pub hash: Hash,
    /// Bytes up to the end of the last whole line.
    pub length: u64,
}

/// A hash that was noted before, and is looked for on the way.
#[derive(Clone, Debug, Default)]
pub struct Watched {
    noted: Option<String>,
    found: bool,
}

impl Watched {
    /// None, or the one in this hex.
    #[must_use]
    pub fn for_hash(noted: Option<&str>) -> Self {
        Self { noted: noted.map(str::to_ascii_lowercase), found: false }
    }

    /// It was looked for, and was not in the chain.
    #[must_use]
    pub const fn is_missing(&self) -> bool {
        self.noted.is_some() && !self.found
    }

    fn pass(&mut self, hash: &Hash) {
        self.found |= self.noted.as_ref().is_some_and(|noted| *noted == to_hex(hash));
    }
}

/// Where a chain breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The line, counted from 1.
    pub line: u64,
    /// Why.
    pub reason: String,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.reason)
    }
}

impl std::error::Error for Broken {}

/// No entry is longer.
const LONGEST_LINE: u64 = 64 * 1024;

impl Head {
    /// Where every log begins.
    const BEGINNING: Self = Self { first: 1, entries: 0, lines: 0, begun_at: None, hash: [0; 32], length: 0 };
}

/// Whether the chain holds, and how far it goes. `before` is the head of the file before this one; without it
/// a file that continues another is taken at its word about that. A last line without its end is no part of it.
///
/// # Errors
/// The first line that breaks it.
pub fn verify(log: &mut impl Read, before: Option<&Head>, watched: &mut Watched) -> Result<Head, Broken> {
    let mut log = BufReader::new(log);
    let mut head = match before {
        Some(before) => Head { first: before.entries + 1, lines: 0, begun_at: None, length: 0, ..*before },
        None => Head::BEGINNING,
    };
    let mut line = Vec::new();
    loop {
        line.clear();
        let broken = |reason: String| Broken { line: head.lines + 1, reason };
        let read = log.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line);
        let read = read.map_err(|error| broken(error.to_string()))?;
        let Some(text) = line.strip_suffix(b"\n") else {
            let whole = u64::try_from(read).is_ok_and(|read| read < LONGEST_LINE);
            return if whole { Ok(head) } else { Err(broken("the line is too long".to_owned())) };
        };
        let line = Line::read(text).map_err(broken)?;
        if head.lines == 0 {
            head.begun_at = line.time;
            if let Some((entries, hash)) = line.continues.filter(|_| before.is_none()) {
                (head.first, head.entries, head.hash) = (entries + 1, entries, hash);
                // The last entry of the file before is in the chain as well.
                watched.pass(&hash);
            }
        }
        let hash = line.linked(&head).map_err(broken)?;
        head.lines += 1;
        head.entries += 1;
        head.hash = hash;
        watched.pass(&hash);
        head.length += u64::try_from(read).unwrap_or(0);
    }
}

/// A line, read and not yet linked.
struct Line<'l> {
    entry: &'l str,
    number: Option<u64>,
    time: Option<UnixTime>,
    hash: &'l str,
    /// Of an entry that continues another file: the number of the last entry there, and its hash.
    continues: Option<(u64, Hash)>,
    whole: &'l [u8],
}

impl<'l> Line<'l> {
    fn read(text: &'l [u8]) -> Result<Self, String> {
        let node = parse(text, Strictness::DOCUMENT).map_err(|error| error.to_string())?;
        let (Some(entry), Some(hash)) = (node.get("entry"), node.get("hash")) else {
            return Err("it has no entry or no hash".to_owned());
        };
        let member = |name: &str| entry.get(name).and_then(Node::text);
        let number = entry.get("number").and_then(Node::unsigned);
        let before = member(BEFORE).filter(|_| member("event") == Some(CONTINUED));
        let before = before.and_then(|hex| from_hex(hex.as_bytes()).ok()?.try_into().ok());
        Ok(Self {
            entry: entry.raw,
            number,
            time: member("time").and_then(UnixTime::parse_rfc3339_utc),
            hash: hash.raw.trim_matches('"'),
            continues: number.and_then(|number| number.checked_sub(1)).zip(before),
            whole: text,
        })
    }

    fn linked(&self, before: &Head) -> Result<Hash, String> {
        let hash = link(&before.hash, self.entry.as_bytes());
        if to_hex(&hash) != self.hash {
            return Err("the hash is not that of the chain up to here".to_owned());
        }
        if self.number != Some(before.entries + 1) {
            return Err(format!("the entry is not number {}", before.entries + 1));
        }
        // The line holds this and nothing else, so that nothing in it is without the chain's protection.
        let whole = format!("{{\"entry\":{},\"hash\":\"{}\"}}", self.entry, self.hash);
        if whole.as_bytes() == self.whole {
            Ok(hash)
        } else {
            Err("the line holds more than its entry".to_owned())
        }
    }
}
