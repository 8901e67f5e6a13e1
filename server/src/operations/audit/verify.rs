//! Reading an audit log: whether its chain holds.

use std::fmt;
use std::io::{BufRead as _, BufReader, Read};

use veriquote::bytes::to_hex;
use veriquote::json::{Node, Strictness, parse};

use super::{Hash, link};

/// How far a chain goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Entries.
    pub entries: u64,
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

/// Whether the chain holds, and how far it goes. A last line without its end is no part of it.
///
/// # Errors
/// The first line that breaks it.
pub fn verify(log: &mut impl Read, watched: &mut Watched) -> Result<Head, Broken> {
    let mut log = BufReader::new(log);
    let mut head = Head { entries: 0, hash: [0; 32], length: 0 };
    let mut line = Vec::new();
    loop {
        line.clear();
        let broken = |reason: String| Broken { line: head.entries + 1, reason };
        let read = log.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line);
        let read = read.map_err(|error| broken(error.to_string()))?;
        let Some(text) = line.strip_suffix(b"\n") else {
            let whole = u64::try_from(read).is_ok_and(|read| read < LONGEST_LINE);
            return if whole { Ok(head) } else { Err(broken("the line is too long".to_owned())) };
        };
        let hash = linked(text, &head).map_err(broken)?;
        head.entries += 1;
        head.hash = hash;
        watched.pass(&hash);
        head.length += u64::try_from(read).unwrap_or(0);
    }
}

fn linked(text: &[u8], before: &Head) -> Result<Hash, String> {
    let node = parse(text, Strictness::DOCUMENT).map_err(|error| error.to_string())?;
    let (Some(entry), Some(stated)) = (node.get("entry"), node.get("hash").and_then(Node::text)) else {
        return Err("it has no entry or no hash".to_owned());
    };
    let hash = link(&before.hash, entry.raw.as_bytes());
    if to_hex(&hash) != stated {
        return Err("the hash is not that of the chain up to here".to_owned());
    }
    if entry.get("number").and_then(Node::unsigned) != Some(before.entries + 1) {
        return Err(format!("the entry is not number {}", before.entries + 1));
    }
    // The line holds this and nothing else, so that nothing in it is without the chain's protection.
    let whole = format!("{{\"entry\":{},\"hash\":\"{stated}\"}}", entry.raw);
    if whole.as_bytes() == text { Ok(hash) } else { Err("the line holds more than its entry".to_owned()) }
}
