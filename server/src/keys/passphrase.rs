//! The passphrase that seals the issuer's keys.

use std::fmt;
use std::path::Path;

use zeroize::Zeroizing;

/// Fewer characters can be guessed.
const SHORTEST: usize = 12;

/// The variable of the environment that has it.
const VARIABLE: &str = "VERIQUOTE_KEY_PASSPHRASE";

/// A passphrase. It is wiped when it is dropped, and never shown.
#[derive(Clone)]
pub struct Passphrase(Zeroizing<Vec<u8>>);

/// There is none, or none that can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PassphraseError(String);

impl Passphrase {
    /// Takes a passphrase.
    ///
    /// # Errors
    /// When it is too short.
    pub fn new(text: &[u8]) -> Result<Self, PassphraseError> {
        let text = text.trim_ascii_end();
        if text.len() < SHORTEST {
            return Err(PassphraseError(format!("the passphrase has fewer than {SHORTEST} characters")));
        }
        Ok(Self(Zeroizing::new(text.to_vec())))
    }

    /// That of the environment, or else of the file.
    ///
    /// # Errors
    /// When there is none, or none that can be used.
    pub fn find(file: Option<&Path>) -> Result<Self, PassphraseError> {
        if let Ok(text) = std::env::var(VARIABLE) {
            return Self::new(Zeroizing::new(text).as_bytes());
        }
        let Some(path) = file else {
            return Err(PassphraseError(format!(
                "no passphrase seals the issuer's keys: set {VARIABLE}, or keys.passphrase_file"
            )));
        };
        let text =
            std::fs::read(path).map_err(|error| PassphraseError(format!("{}: {error}", path.display())))?;
        Self::new(&Zeroizing::new(text))
            .map_err(|PassphraseError(message)| PassphraseError(format!("{}: {message}", path.display())))
    }

    pub(super) fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passphrase(…)")
    }
}

impl fmt::Display for PassphraseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for PassphraseError {}
