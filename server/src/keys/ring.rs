//! All keys of the issuer: read from a folder, read again when it changes, replaced in time.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, RwLock};
use std::time::SystemTime;

use veriquote::UnixTime;

use super::schedule::state;
use super::{Algorithm, Jwk, KeyFile, KeyState, KeyTimes, Passphrase, SigningKey, Token};
use crate::config::Config;

/// The issuer's keys.
#[derive(Debug)]
pub struct KeyRing {
    folder: PathBuf,
    passphrase: Passphrase,
    algorithm: Algorithm,
    rsa_bits: u32,
    memory_kib: u32,
    publish: i64,
    rotate: i64,
    generate: bool,
    token: Option<Token>,
    keys: RwLock<Arc<Keys>>,
}

/// A snapshot of them.
#[derive(Debug, Default)]
struct Keys {
    files: BTreeMap<PathBuf, Loaded>,
    times: Vec<KeyTimes>,
}

#[derive(Clone, Debug)]
struct Loaded {
    seen: Seen,
    times: KeyTimes,
    key: Arc<SigningKey>,
}

/// What a change of a file changes.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Seen {
    modified: Option<SystemTime>,
    len: u64,
}

/// Keys that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RingError(String);

impl KeyRing {
    /// Reads the keys of the folder, and makes the first one if there is none and the configuration says so.
    ///
    /// # Errors
    /// Files that cannot be used; no key that signs.
    pub fn open(config: &Config, passphrase: Passphrase, now: UnixTime) -> Result<Self, RingError> {
        let ring = Self::read(config, passphrase)?;
        ring.maintain(now)?;
        if ring.signer(now).is_none() {
            return Err(RingError(format!(
                "{}: no key signs {} now, and keys.generate is off",
                ring.folder.display(),
                ring.algorithm
            )));
        }
        Ok(ring)
    }

    /// Reads the keys of the folder, and makes none.
    ///
    /// # Errors
    /// Files that cannot be used.
    pub fn read(config: &Config, passphrase: Passphrase) -> Result<Self, RingError> {
        let keys = &config.keys;
        let ring = Self {
            folder: config.keys_dir(),
            passphrase,
            algorithm: config.token.algorithm,
            rsa_bits: keys.rsa_bits,
            memory_kib: keys.kdf_memory_kib,
            publish: keys.publish_seconds.into(),
            rotate: keys.rotate_seconds.into(),
            generate: keys.generate,
            token: keys
                .pkcs11
                .as_ref()
                .map(Token::open)
                .transpose()
                .map_err(|error| RingError(error.to_string()))?,
            keys: RwLock::default(),
        };
        ring.reload()?;
        Ok(ring)
    }

    /// Reads the folder again. A file that cannot be used stands for what it said before, and keeps no other
    /// file from being read: above all not one that says that its key is revoked.
    ///
    /// # Errors
    /// The files that cannot be used.
    pub fn reload(&self) -> Result<(), RingError> {
        let before = self.snapshot();
        let mut files = BTreeMap::new();
        let mut failures = Vec::new();
        for path in self.paths()? {
            let known = before.files.get(&path);
            match self.load(&path, known) {
                Ok(loaded) => drop(files.insert(path, loaded)),
                Err(reason) => {
                    failures.push(format!("{}: {reason}", path.display()));
                    if let Some(known) = known {
                        files.insert(path, known.clone());
                    }
                }
            }
        }
        let times: Vec<KeyTimes> = files.values().map(|loaded| loaded.times.clone()).collect();
        for revoked in times.iter().filter(|times| times.revoked_at.is_some()) {
            let known = before.times.iter().find(|times| times.kid == revoked.kid);
            if known.is_some_and(|times| times.revoked_at.is_none()) {
                tracing::warn!(kid = revoked.kid, "key revoked");
            }
        }
        match self.keys.write() {
            Ok(mut keys) => *keys = Arc::new(Keys { files, times }),
            Err(_) => failures.push("the keys are locked for ever".to_owned()),
        }
        if failures.is_empty() { Ok(()) } else { Err(RingError(failures.join("\n"))) }
    }

    fn load(&self, path: &Path, known: Option<&Loaded>) -> Result<Loaded, String> {
        let metadata = path.metadata().map_err(|error| error.to_string())?;
        let seen = Seen { modified: metadata.modified().ok(), len: metadata.len() };
        if let Some(known) = known.filter(|known| known.seen == seen) {
            return Ok(known.clone());
        }
        let file = KeyFile::read(path).map_err(|error| error.reason().to_owned())?;
        let times = file.times();
        if path.file_stem().and_then(|stem| stem.to_str()) != Some(times.kid.as_str()) {
            return Err("the file has not the name of its key".to_owned());
        }
        Ok(Loaded { seen, times, key: Arc::new(file.open_with(&self.passphrase, self.token.as_ref())?) })
    }

    /// Makes the key that is due: the first one, or the one that follows the active one.
    ///
    /// # Errors
    /// A key that cannot be made or written.
    pub fn maintain(&self, now: UnixTime) -> Result<(), RingError> {
        if !self.generate {
            return Ok(());
        }
        let keys = self.snapshot();
        let of_algorithm = |times: &&KeyTimes| times.algorithm == self.algorithm;
        let state_of = |times: &KeyTimes| state(times, &keys.times, self.algorithm, now);
        let active = keys.times.iter().filter(of_algorithm).find(|times| state_of(times) == KeyState::Active);
        let next = keys.times.iter().filter(of_algorithm).any(|times| state_of(times) == KeyState::Next);
        let activates_at = match active {
            None => now,
            Some(active) => {
                let due = active.activates_at.0.saturating_add(self.rotate);
                if self.rotate == 0 || next || now.0 < due.saturating_sub(self.publish) {
                    return Ok(());
                }
                UnixTime(due.max(now.0.saturating_add(self.publish)))
            }
        };
        self.make(now, activates_at)?;
        self.reload()
    }

    /// Makes a key that signs from `activates_at` on, in the token if there is one; gives its file.
    ///
    /// # Errors
    /// A key that cannot be made or written.
    pub fn make(&self, now: UnixTime, activates_at: UnixTime) -> Result<(Jwk, PathBuf), RingError> {
        let failed = |error: &dyn fmt::Display| RingError(error.to_string());
        let key = match &self.token {
            None => SigningKey::generate(self.algorithm, self.rsa_bits),
            Some(token) => SigningKey::generate_in(token, self.algorithm, self.rsa_bits),
        };
        let key = key.map_err(|error| failed(&error))?;
        let file = KeyFile::seal(&key, now, activates_at, &self.passphrase, self.memory_kib)
            .map_err(|error| failed(&error))?;
        let path = file.write(&self.folder).map_err(|error| failed(&error))?;
        tracing::info!(kid = key.kid(), algorithm = %key.algorithm(), %activates_at, "key made");
        Ok((key.jwk().clone(), path))
    }

    /// The key that signs now.
    #[must_use]
    pub fn signer(&self, now: UnixTime) -> Option<Arc<SigningKey>> {
        let keys = self.snapshot();
        let is_active =
            |loaded: &&Loaded| state(&loaded.times, &keys.times, self.algorithm, now) == KeyState::Active;
        keys.files.values().find(is_active).map(|loaded| Arc::clone(&loaded.key))
    }

    /// What a key is at a time, among all that are known.
    #[must_use]
    pub fn state(&self, key: &KeyTimes, all: &[KeyTimes], now: UnixTime) -> KeyState {
        state(key, all, self.algorithm, now)
    }

    /// The public keys that relying parties are shown now, each with its state: the one that signs first.
    #[must_use]
    pub fn published(&self, now: UnixTime) -> Vec<(Jwk, KeyState)> {
        let keys = self.snapshot();
        let mut shown: Vec<(KeyState, UnixTime, &Loaded)> = keys
            .files
            .values()
            .map(|loaded| {
                (state(&loaded.times, &keys.times, self.algorithm, now), loaded.times.activates_at, loaded)
            })
            .filter(|(state, ..)| state.is_published())
            .collect();
        let rank = |state: KeyState| match state {
            KeyState::Active => 0,
            KeyState::Next => 1,
            _ => 2,
        };
        shown.sort_by_key(|(state, activates_at, loaded)| {
            (rank(*state), std::cmp::Reverse(*activates_at), loaded.key.kid().to_owned())
        });
        shown.into_iter().map(|(state, _, loaded)| (loaded.key.jwk().clone(), state)).collect()
    }

    /// Every key's id, algorithm and times with its state.
    #[must_use]
    pub fn all(&self, now: UnixTime) -> Vec<(KeyTimes, KeyState)> {
        let keys = self.snapshot();
        let state_of = |times: &KeyTimes| state(times, &keys.times, self.algorithm, now);
        keys.times.iter().map(|times| (times.clone(), state_of(times))).collect()
    }

    /// Algorithms of the published keys, that of new tokens first.
    #[must_use]
    pub fn algorithms(&self, now: UnixTime) -> Vec<Algorithm> {
        let mut algorithms = vec![self.algorithm];
        for (times, state) in self.all(now) {
            if state.is_published() && !algorithms.contains(&times.algorithm) {
                algorithms.push(times.algorithm);
            }
        }
        algorithms
    }

    /// Withdraws a key.
    ///
    /// # Errors
    /// When there is no such key, or it cannot be written.
    pub fn revoke(&self, kid: &str, now: UnixTime) -> Result<(), RingError> {
        let path = self.folder.join(format!("{kid}.json"));
        let keys = self.snapshot();
        if !keys.files.contains_key(&path) {
            return Err(RingError(format!("there is no key `{kid}`")));
        }
        let file = KeyFile::read(&path).map_err(|error| RingError(error.to_string()))?;
        let revoked = file.revoked(now, &self.passphrase, self.memory_kib).map_err(RingError)?;
        revoked.write(&self.folder).map_err(|error| RingError(error.to_string()))?;
        self.reload()
    }

    /// The files of the folder that can be read.
    ///
    /// # Errors
    /// A folder that cannot be read.
    pub fn files(&self) -> Result<Vec<KeyFile>, RingError> {
        // Those that cannot be are told by `reload`.
        Ok(self.paths()?.iter().filter_map(|path| KeyFile::read(path).ok()).collect())
    }

    /// Writes a file of another node into the folder, if it opens.
    ///
    /// # Errors
    /// Why it was not written.
    pub fn take(&self, file: &KeyFile) -> Result<(), String> {
        file.open_with(&self.passphrase, self.token.as_ref())?;
        file.write(&self.folder).map(drop).map_err(|error| error.to_string())
    }

    fn snapshot(&self) -> Arc<Keys> {
        self.keys.read().map(|keys| Arc::clone(&keys)).unwrap_or_default()
    }

    fn paths(&self) -> Result<Vec<PathBuf>, RingError> {
        let failed = |error: std::io::Error| RingError(format!("{}: {error}", self.folder.display()));
        if !self.folder.exists() {
            return Ok(Vec::new());
        }
        let mut paths = Vec::new();
        for entry in std::fs::read_dir(&self.folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            if is_key(&path) {
                paths.push(path);
            }
        }
        paths.sort();
        Ok(paths)
    }
}

/// Files that are being written begin with a point.
fn is_key(path: &Path) -> bool {
    let hidden = path.file_name().and_then(|name| name.to_str()).is_none_or(|name| name.starts_with('.'));
    !hidden && path.extension().is_some_and(|extension| extension == "json")
}

impl RingError {
    pub(crate) fn new(reason: String) -> Self {
        Self(reason)
    }
}

impl fmt::Display for RingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for RingError {}
