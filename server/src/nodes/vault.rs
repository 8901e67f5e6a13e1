//! Secrets in the store, sealed.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::keys::{Passphrase, Sealed};
use crate::store::Store;

/// Secrets that are made once, by whichever node comes first.
#[derive(Clone, Debug)]
pub struct Vault {
    store: Arc<dyn Store>,
    passphrase: Passphrase,
    memory_kib: u32,
}

/// A secret that cannot be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VaultError(String);

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    format: String,
    sealed: Sealed,
}

const FORMAT: &str = "veriquote-secret-1";

impl Vault {
    /// Over this store.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, passphrase: Passphrase, memory_kib: u32) -> Self {
        Self { store, passphrase, memory_kib }
    }

    /// The secret of this name, which `make` makes if there is none.
    ///
    /// # Errors
    /// A store that does not answer, a secret that another passphrase sealed.
    pub async fn secret<E: fmt::Display>(
        &self,
        name: &str,
        make: impl FnOnce() -> Result<Vec<u8>, E>,
    ) -> Result<Zeroizing<Vec<u8>>, VaultError> {
        let failed = |reason: &dyn fmt::Display| VaultError(format!("secret `{name}`: {reason}"));
        if self.store.secret(name).await.map_err(|error| failed(&error))?.is_none() {
            let made = Zeroizing::new(make().map_err(|error| failed(&error))?);
            let (passphrase, memory, bound) = (self.passphrase.clone(), self.memory_kib, bound(name));
            let seal = move || Sealed::seal(&made, &bound, &passphrase, memory);
            let sealed = tokio::task::spawn_blocking(seal).await.map_err(|error| failed(&error))?;
            let kept = Kept { format: FORMAT.to_owned(), sealed: sealed.map_err(|error| failed(&error))? };
            let text = serde_json::to_string(&kept).map_err(|error| failed(&error))?;
            // Whoever comes second takes what the first one made.
            self.store.add_secret(name, &text).await.map_err(|error| failed(&error))?;
        }
        let text = self.store.secret(name).await.map_err(|error| failed(&error))?;
        let text = text.ok_or_else(|| failed(&"it is gone"))?;
        let kept: Kept = serde_json::from_str(&text).map_err(|error| failed(&error))?;
        if kept.format != FORMAT {
            return Err(failed(&"this format is not known"));
        }
        let (passphrase, bound) = (self.passphrase.clone(), bound(name));
        let open = move || kept.sealed.open(&bound, &passphrase);
        let opened = tokio::task::spawn_blocking(open).await.map_err(|error| failed(&error))?;
        opened.map_err(|error| failed(&error))
    }
}

/// No secret opens under the name of another.
fn bound(name: &str) -> Vec<u8> {
    format!("{FORMAT}\n{name}").into_bytes()
}

impl fmt::Display for VaultError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for VaultError {}
