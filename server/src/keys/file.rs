//! Key files: what is not secret in clear, the private key sealed, both bound together.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use veriquote::UnixTime;

use super::{Algorithm, KeyTimes, Passphrase, SealError, Sealed, SigningError, SigningKey, Token};
use crate::random;

/// The name of this format and its version.
const FORMAT: &str = "veriquote-issuer-key-1";

/// The longest file that is read: an RSA-4096 key needs 4 KiB.
const LONGEST: u64 = 64 * 1024;

/// A key with its times, as a file has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyFile {
    head: Head,
    sealed: Sealed,
}

/// What is not secret; the seal breaks when any of it is changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    format: String,
    kid: String,
    algorithm: Algorithm,
    created_at: i64,
    activates_at: i64,
    revoked_at: Option<i64>,
}

/// A key file that cannot be used.
#[derive(Debug)]
pub struct KeyFileError {
    path: PathBuf,
    reason: String,
}

impl KeyFile {
    /// Seals a new key that signs from `activates_at` on.
    ///
    /// # Errors
    /// When it cannot be sealed.
    pub fn seal(
        key: &SigningKey,
        created_at: UnixTime,
        activates_at: UnixTime,
        passphrase: &Passphrase,
        memory_kib: u32,
    ) -> Result<Self, SealError> {
        let head = Head {
            format: FORMAT.to_owned(),
            kid: key.kid().to_owned(),
            algorithm: key.algorithm(),
            created_at: created_at.0,
            activates_at: activates_at.0,
            revoked_at: None,
        };
        let pkcs8 = key.secret().map_err(|SigningError { .. }| SealError::Format)?;
        let sealed = Sealed::seal(&pkcs8, &head.bytes(), passphrase, memory_kib)?;
        Ok(Self { head, sealed })
    }

    /// Opens the key.
    ///
    /// # Errors
    /// A wrong passphrase, a file that was changed, a key of another id than the file says.
    pub fn open(&self, passphrase: &Passphrase) -> Result<SigningKey, String> {
        self.open_with(passphrase, None)
    }

    /// The same of a key that may be in a token.
    ///
    /// # Errors
    /// As [`KeyFile::open`]; a token that does not have the key.
    pub fn open_with(&self, passphrase: &Passphrase, token: Option<&Token>) -> Result<SigningKey, String> {
        if self.head.format != FORMAT {
            return Err(format!("the format `{}` is not known", self.head.format));
        }
        let pkcs8 = self.sealed.open(&self.head.bytes(), passphrase).map_err(|error| error.to_string())?;
        let key = SigningKey::open(self.head.algorithm, &pkcs8, token).map_err(|error| error.to_string())?;
        if key.kid() != self.head.kid {
            return Err("the key has another id than its file".to_owned());
        }
        Ok(key)
    }

    /// The same key, withdrawn.
    ///
    /// # Errors
    /// As [`KeyFile::open`] and [`KeyFile::seal`].
    pub fn revoked(&self, at: UnixTime, passphrase: &Passphrase, memory_kib: u32) -> Result<Self, String> {
        // What it names in a token stays there: this is of the file alone.
        let pkcs8 = self.sealed.open(&self.head.bytes(), passphrase).map_err(|error| error.to_string())?;
        let head = Head { revoked_at: Some(at.0), ..self.head.clone() };
        let sealed =
            Sealed::seal(&pkcs8, &head.bytes(), passphrase, memory_kib).map_err(|error| error.to_string())?;
        Ok(Self { head, sealed })
    }

    /// Its times.
    #[must_use]
    pub fn times(&self) -> KeyTimes {
        KeyTimes {
            kid: self.head.kid.clone(),
            algorithm: self.head.algorithm,
            activates_at: UnixTime(self.head.activates_at),
            revoked_at: self.head.revoked_at.map(UnixTime),
        }
    }

    /// Reads a file that nobody but its owner may read.
    ///
    /// # Errors
    /// [`KeyFileError`].
    pub fn read(path: &Path) -> Result<Self, KeyFileError> {
        let failed = |reason: String| KeyFileError { path: path.to_owned(), reason };
        let text = read_secret(path).map_err(|error| failed(error.to_string()))?;
        serde_json::from_slice(&text).map_err(|error| failed(format!("it is no key file: {error}")))
    }

    /// Reads the text of a file.
    ///
    /// # Errors
    /// Why it is none.
    pub fn from_text(text: &str) -> Result<Self, String> {
        serde_json::from_str(text).map_err(|error| format!("it is no key file: {error}"))
    }

    /// The text of the file.
    ///
    /// # Errors
    /// Those of JSON.
    pub fn to_text(&self) -> Result<String, String> {
        serde_json::to_string_pretty(self).map_err(|error| error.to_string())
    }

    /// Writes it into `folder`, whole or not at all.
    ///
    /// # Errors
    /// [`KeyFileError`].
    pub fn write(&self, folder: &Path) -> Result<PathBuf, KeyFileError> {
        let path = folder.join(format!("{}.json", self.head.kid));
        let text = serde_json::to_vec_pretty(self)
            .map_err(|error| KeyFileError { path: path.clone(), reason: error.to_string() })?;
        write_secret(&path, &text)
            .map_err(|error| KeyFileError { path: path.clone(), reason: error.to_string() })?;
        Ok(path)
    }
}

impl Head {
    /// What the seal is bound to.
    fn bytes(&self) -> Vec<u8> {
        // A structure of texts and numbers always has a JSON text.
        serde_json::to_vec(self).unwrap_or_default()
    }
}

impl KeyFileError {
    /// Why, without the path.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

impl fmt::Display for KeyFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path.display(), self.reason)
    }
}

impl std::error::Error for KeyFileError {}

/// Writes a file with mode 0600 in the place of another one, whole or not at all.
///
/// # Errors
/// Those of the file system.
pub fn write_secret(path: &Path, bytes: &[u8]) -> io::Result<()> {
    write_private(path, bytes, |temporary| fs::rename(temporary, path))
}

/// The same for a file that must not be there yet: of several who make it at once, one succeeds.
///
/// # Errors
/// [`io::ErrorKind::AlreadyExists`], and those of the system.
pub fn create_secret(path: &Path, bytes: &[u8]) -> io::Result<()> {
    write_private(path, bytes, |temporary| {
        fs::hard_link(temporary, path)?;
        fs::remove_file(temporary)
    })
}

/// Reads a file that only its owner may use.
///
/// # Errors
/// Those of the system; a file that others may use, or of more than 64 KiB.
pub fn read_secret(path: &Path) -> io::Result<Vec<u8>> {
    let file = File::open(path)?;
    only_its_owners(&file)?;
    let mut text = Vec::new();
    file.take(LONGEST + 1).read_to_end(&mut text)?;
    if text.len() as u64 > LONGEST {
        return Err(io::Error::other(format!("it is longer than {LONGEST} bytes")));
    }
    Ok(text)
}

fn write_private(path: &Path, bytes: &[u8], name: impl FnOnce(&Path) -> io::Result<()>) -> io::Result<()> {
    let folder = path.parent().unwrap_or_else(|| Path::new("."));
    create_private_dir(folder)?;
    let unique = random::uuid().map_err(io::Error::other)?;
    let temporary = folder.join(format!(".{unique}.tmp"));
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(&temporary).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()?;
        name(&temporary)?;
        // The name is on disk when the folder is.
        File::open(folder)?.sync_all()
    });
    if written.is_err() {
        // What is left of it holds nothing that is not sealed.
        let _ = fs::remove_file(&temporary);
    }
    written
}

/// A folder of mode 0700, unless it is there.
fn create_private_dir(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

#[cfg(unix)]
fn only_its_owners(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = file.metadata()?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(io::Error::other(format!(
            "its mode is {:o}: others than its owner may use it",
            mode & 0o777
        )));
    }
    Ok(())
}

#[cfg(not(unix))]
fn only_its_owners(_: &File) -> io::Result<()> {
    Ok(())
}
