//! Revocation lists of NVIDIA: kept by the names under which it publishes them.

use std::path::Path;

use veriquote::encoding::decode_der_or_text;
use veriquote::x509::Crl;
use veriquote::{UnixTime, limits};
use veriquote_facade::Blob;

use super::import::{ImportError, files_of, keep_newer};
use super::{DocumentKey, Library, Missing};
use crate::store::{Store, StoreError, StoredDocument};

/// Names a list, such as `l2-gh100`: in lower case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CrlName(String);

/// The lists that NVIDIA publishes: of its root, and of its families of devices. Upstreams are asked for these.
const PUBLISHED: [&str; 3] = ["l1-root", "l2-gb100", "l2-gh100"];

/// Before the name of a list in the store.
const PREFIX: &str = "nvcrl/";

/// The lists that are at hand.
#[derive(Clone, Debug, Default)]
pub struct KeptCrls {
    /// Those that are in force: name and DER.
    pub current: Vec<(String, Blob)>,
    /// Those that are no longer, or not yet. They are not used.
    pub lapsed: Vec<String>,
    /// Those that no upstream gave.
    pub missing: Vec<String>,
}

impl CrlName {
    /// The name, if it can be one: letters, digits, `-` and `_`, at most 64.
    #[must_use]
    pub fn new(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        let allowed = |c: u8| c.is_ascii_alphanumeric() || b"_-".contains(&c);
        ((1..=64).contains(&name.len()) && name.bytes().all(allowed)).then_some(Self(name))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// DER of a list: whose it is and whether its signature holds is found with each device.
pub(super) fn der(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let der = decode_der_or_text(bytes.trim_ascii(), "X509 CRL").map_err(|error| error.to_string())?;
    Crl::parse(&der).map_err(|error| error.to_string())?;
    Ok(der)
}

/// Imports lists: files, or folders of `.crl`, `.der` and `.pem`; the file's name is the list's. How many were new or
/// newer.
///
/// # Errors
/// The first file that is no list.
pub async fn import_nvidia_crls(store: &dyn Store, path: &Path, now: UnixTime) -> Result<usize, ImportError> {
    let mut count = 0;
    for file in files_of(path, &["crl", "der", "pem"])? {
        let failed = |reason: String| ImportError { path: file.clone(), reason };
        let bytes = std::fs::read(&file).map_err(|error| failed(error.to_string()))?;
        let name = file.file_stem().and_then(|stem| stem.to_str()).and_then(CrlName::new);
        let name =
            name.ok_or_else(|| failed("the file's name is not a list's, such as l1-root.crl".into()))?;
        let document = StoredDocument {
            body: der(&bytes).map_err(failed)?,
            media_type: "application/pkix-crl".to_owned(),
            issuer_chain: String::new(),
            headers: String::new(),
            fetched_at: now,
            source: file.display().to_string(),
        };
        let stored = |error: StoreError| failed(error.to_string());
        count +=
            usize::from(keep_newer(store, &DocumentKey::NvidiaCrl(name), &document).await.map_err(stored)?);
    }
    Ok(count)
}

impl Library {
    /// The lists of NVIDIA, at this time.
    ///
    /// # Errors
    /// The store's.
    pub async fn nvidia_crls(&self, now: UnixTime) -> Result<KeptCrls, StoreError> {
        let documents = self.store().documents().await?;
        let mut names: Vec<String> =
            documents.iter().filter_map(|(key, _)| key.strip_prefix(PREFIX)).map(str::to_owned).collect();
        if self.reads_nvidia_crls_through() {
            names.extend(PUBLISHED.map(str::to_owned));
        }
        names.sort_unstable();
        names.dedup();
        let mut kept = KeptCrls::default();
        for name in names.into_iter().take(limits::NVIDIA_REVOCATIONS) {
            let Some(key) = CrlName::new(&name).map(DocumentKey::NvidiaCrl) else { continue };
            match self.document(&key).await {
                Ok(shelved) => {
                    let der = shelved.document.body;
                    let in_force = Crl::parse(&der).is_ok_and(|crl| crl.window().contains(now));
                    if in_force {
                        kept.current.push((name, Blob(der)));
                    } else {
                        kept.lapsed.push(name);
                    }
                }
                Err(Missing::Store(error)) => return Err(error),
                Err(_) => kept.missing.push(name),
            }
        }
        Ok(kept)
    }
}

#[cfg(test)]
mod tests {
    use super::CrlName;

    #[test]
    fn a_name_is_no_path() {
        assert_eq!(
            CrlName::new("L2-GH100").map(|name| name.as_str().to_owned()),
            Some("l2-gh100".to_owned())
        );
        for name in ["", "../a", "a/b", "a.crl", "a%2f", "a?b", &"a".repeat(65)] {
            assert!(CrlName::new(name).is_none(), "{name}");
        }
    }
}
