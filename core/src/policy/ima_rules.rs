//! What is acceptable in a measurement list, as data.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec::Vec;

use super::rules::Stance;
use crate::bytes::from_hex;
use crate::error::{Code, Error};
use crate::fact::Fact;

/// Rules about the list of what a kernel measured while running.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ImaRules {
    /// A list came with the quote, and the quoted register proves it.
    pub list: Stance,
    /// When given: every measured file and buffer must be one of these.
    pub allow: Option<FileList>,
    /// Files below these paths need not be listed or signed. Whoever can mount a file system can give any
    /// file such a path.
    pub excluded_paths: Vec<String>,
    /// A file was open for writing while it was measured, or the other way round.
    pub violations: Stance,
    /// The list begins with the digest of the quoted boot registers.
    pub boot_aggregate: Stance,
    /// The list holds more than one such entry, as after a kexec.
    pub repeated_boot_aggregate: Stance,
    /// Every file has a valid signature.
    pub signatures: Stance,
    /// The keys that sign files, each the DER of a certificate or of a SubjectPublicKeyInfo.
    pub keys: Vec<Vec<u8>>,
    /// Keys that the list itself shows being put on the kernel's keyring count as well.
    pub learned_keys: Stance,
    /// Only SHA-1 binds the list.
    pub sha1_only: Stance,
    /// Entries came after the last one that the quote proves.
    pub unproven_entries: Stance,
    /// Entries came, and the register proves none of them though it did prove earlier ones.
    pub stands_still: Stance,
    /// Entries whose template is not understood.
    pub unknown_templates: Stance,
    /// Entries say that they were extended into another register.
    pub other_registers: Stance,
}

impl ImaRules {
    /// Nothing that weakens the list; asks for no list and no reference values, and says so.
    #[must_use]
    pub const fn strict() -> Self {
        Self {
            list: Stance::Allow,
            allow: None,
            excluded_paths: Vec::new(),
            violations: Stance::Forbid,
            boot_aggregate: Stance::Require,
            repeated_boot_aggregate: Stance::Forbid,
            signatures: Stance::Allow,
            keys: Vec::new(),
            learned_keys: Stance::Forbid,
            sha1_only: Stance::Forbid,
            unproven_entries: Stance::Allow,
            stands_still: Stance::Forbid,
            unknown_templates: Stance::Forbid,
            other_registers: Stance::Forbid,
        }
    }
}

/// Digests of known files, each at any path or only at some.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileList {
    by_algorithm: BTreeMap<Vec<u8>, Digests>,
}

/// Paths of each digest; none means any.
type Digests = BTreeMap<Vec<u8>, BTreeSet<Vec<u8>>>;

impl FileList {
    /// Nothing is listed.
    #[must_use]
    pub const fn new() -> Self {
        Self { by_algorithm: BTreeMap::new() }
    }

    /// Lists a digest; with no paths it counts at any path, which is safer to rely on than it looks: a
    /// path is only a name that the machine gave.
    pub fn insert(&mut self, algorithm: &str, digest: Vec<u8>, paths: Vec<Vec<u8>>) {
        let digests = self.by_algorithm.entry(algorithm.as_bytes().to_vec()).or_default();
        match digests.get_mut(&digest) {
            // Listed without a path once is listed everywhere.
            Some(known) if known.is_empty() || paths.is_empty() => known.clear(),
            Some(known) => known.extend(paths),
            None => drop(digests.insert(digest, paths.into_iter().collect())),
        }
    }

    /// Reads what `sha256sum` and its siblings print: a line `HEX  PATH` for each file. Paths are left
    /// out of account.
    ///
    /// ```
    /// # use veriquote::policy::FileList;
    /// let printed = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08  /usr/bin/tool\n";
    /// let list = FileList::from_checksums(printed)?;
    /// assert!(list.iter().all(|(algorithm, digest, _)| algorithm == b"sha256" && digest.len() == 32));
    /// assert_eq!(FileList::from_checksums("tool\n").unwrap_err().offset(), Some(0));
    /// # Ok::<(), veriquote::Error>(())
    /// ```
    ///
    /// # Errors
    /// `misuse.policy` with the offset of the first line that is none.
    pub fn from_checksums(text: &str) -> Result<Self, Error> {
        let mut list = Self::new();
        let mut at = 0usize;
        for line in text.split_inclusive('\n') {
            let start = at;
            at = at.saturating_add(line.len());
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let hex = line.split_ascii_whitespace().next().unwrap_or_default();
            let digest = from_hex(hex.as_bytes()).ok();
            let digest = digest.and_then(|digest| Some((algorithm_of_width(digest.len())?, digest)));
            let (algorithm, digest) = digest.ok_or_else(|| {
                let expected = Fact::text("expected", "lines of a digest in hex and a file's name");
                Error::new(Code::MisusePolicy, "ima.allow").at(start).with(expected)
            })?;
            list.insert(algorithm, digest, Vec::new());
        }
        Ok(list)
    }

    /// Whether the digest is listed for this path.
    #[must_use]
    pub fn contains(&self, algorithm: &[u8], digest: &[u8], path: &[u8]) -> bool {
        let paths = self.by_algorithm.get(algorithm).and_then(|digests| digests.get(digest));
        paths.is_some_and(|paths| paths.is_empty() || paths.contains(path))
    }

    /// Every digest with its function's name and its paths.
    pub fn iter(&self) -> impl Iterator<Item = (&[u8], &[u8], &BTreeSet<Vec<u8>>)> {
        self.by_algorithm.iter().flat_map(|(algorithm, digests)| {
            digests.iter().map(|(digest, paths)| (algorithm.as_slice(), digest.as_slice(), paths))
        })
    }

    /// How many digests are listed.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_algorithm.values().map(BTreeMap::len).sum()
    }

    /// Whether none is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

const fn algorithm_of_width(width: usize) -> Option<&'static str> {
    match width {
        20 => Some("sha1"),
        32 => Some("sha256"),
        48 => Some("sha384"),
        64 => Some("sha512"),
        _ => None,
    }
}
