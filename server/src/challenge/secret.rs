//! The secret that makes challenges ours: sealed as the keys are, shared by nodes that share a folder.

use std::path::{Path, PathBuf};
use std::{fmt, io};

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::keys::{Passphrase, Sealed, create_secret, read_secret};
use crate::random;

const FORMAT: &str = "veriquote-challenge-secret-1";
const BYTES: usize = 48;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SecretFile {
    format: String,
    sealed: Sealed,
}

/// There is no secret that can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretError(String);

/// Reads the secret, or makes one when there is none.
///
/// # Errors
/// A file that cannot be read, opened or written.
pub fn open_or_make(
    path: &Path,
    passphrase: &Passphrase,
    memory_kib: u32,
) -> Result<Zeroizing<Vec<u8>>, SecretError> {
    let path: PathBuf = path.to_owned();
    let failed = |reason: &dyn fmt::Display| SecretError(format!("{}: {reason}", path.display()));
    if !path.exists() {
        let secret = Zeroizing::new(random::bytes::<BYTES>().map_err(|error| failed(&error))?.to_vec());
        let sealed = Sealed::seal(&secret, FORMAT.as_bytes(), passphrase, memory_kib)
            .map_err(|error| failed(&error))?;
        let file = SecretFile { format: FORMAT.to_owned(), sealed };
        let text = serde_json::to_vec_pretty(&file).map_err(|error| failed(&error))?;
        match create_secret(&path, &text) {
            Ok(()) => return Ok(secret),
            // Another process was faster: its secret is everybody's.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(failed(&error)),
        }
    }
    let text = read_secret(&path).map_err(|error| failed(&error))?;
    let file: SecretFile = serde_json::from_slice(&text).map_err(|error| failed(&error))?;
    if file.format != FORMAT {
        return Err(failed(&"this format is not known"));
    }
    let secret = file.sealed.open(FORMAT.as_bytes(), passphrase).map_err(|error| failed(&error))?;
    if secret.len() != BYTES {
        return Err(failed(&"the secret has another length"));
    }
    Ok(secret)
}

impl fmt::Display for SecretError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for SecretError {}
