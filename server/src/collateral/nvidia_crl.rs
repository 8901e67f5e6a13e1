//! Revocation lists of NVIDIA: kept by the names under which it publishes them, and used once somebody with a chain to
//! a trusted root is known to have issued them.

use std::future::Future;
use std::path::Path;

use veriquote::encoding::decode_der_or_text;
use veriquote::nvidia::issuers_of;
use veriquote::x509::Crl;
use veriquote::{Error, UnixTime, limits};
use veriquote_facade::Blob;

use super::genuine::{NotGenuine, Standing, certificates};
use super::import::{ImportCount, ImportError, files_of};
use super::issuers::in_pem;
use super::keep::Keeper;
use super::rim;
use super::upstream::Failure;
use super::{Chain, DocumentKey, Library, Missing, Shelved};
use crate::error::Result;
use crate::store::{StoreError, StoredDocument};
use crate::work::{Length, work};

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
    /// Those that no upstream gave, or gave genuine.
    pub missing: Vec<String>,
    /// Those whose issuer nobody has shown. They are not used.
    pub unknown: Vec<String>,
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

/// DER of a list.
pub(super) fn der(bytes: &[u8]) -> std::result::Result<Vec<u8>, String> {
    let der = decode_der_or_text(bytes, "X509 CRL").map_err(|error| error.to_string())?;
    Crl::parse(&der).map_err(|error| error.to_string())?;
    Ok(der)
}

/// Imports lists: files, or folders of `.crl`, `.der` and `.pem`; the file's name is the list's.
///
/// # Errors
/// The first file that is no list.
pub async fn import_nvidia_crls(
    keeper: &Keeper,
    path: &Path,
    now: UnixTime,
) -> std::result::Result<ImportCount, ImportError> {
    let mut count = ImportCount::default();
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
        let imported = keeper.import(&DocumentKey::NvidiaCrl(name), document, now).await;
        count.add(imported.map_err(|error: StoreError| failed(error.to_string()))?);
    }
    Ok(count)
}

/// A list that is in force and was not seen to be genuine yet.
struct Pending {
    name: CrlName,
    document: StoredDocument,
    standing: Found,
}

/// What was found of it.
enum Found {
    /// Nothing.
    IssuerNotKnown,
    /// Somebody with a chain to a trusted root issued it: PEM; empty for the root's own.
    Genuine(String),
    /// The authority that it names has not signed it.
    NotGenuine(NotGenuine, String),
}

impl Library {
    /// The lists of NVIDIA, at this time. `chains` are of devices, whose authorities may have issued some of them;
    /// they are asked for when there are lists that nobody has vouched for yet.
    ///
    /// # Errors
    /// The store's.
    pub async fn nvidia_crls(
        &self,
        now: UnixTime,
        chains: impl Future<Output = Result<Vec<Chain>>> + Send,
    ) -> Result<KeptCrls> {
        let documents = self.listing().await?;
        let mut names: Vec<String> =
            documents.iter().filter_map(|(key, _)| key.strip_prefix(PREFIX)).map(str::to_owned).collect();
        if self.reads_nvidia_crls_through() {
            names.extend(PUBLISHED.map(str::to_owned));
        }
        names.sort_unstable();
        names.dedup();
        let (mut kept, mut pending) = (KeptCrls::default(), Vec::new());
        for name in names.iter().take(limits::NVIDIA_REVOCATIONS).filter_map(|name| CrlName::new(name)) {
            match self.document(&DocumentKey::NvidiaCrl(name.clone())).await {
                Ok(Shelved { document, .. }) => {
                    if !Crl::parse(&document.body).is_ok_and(|crl| crl.window().contains(now)) {
                        kept.lapsed.push(name.0);
                    } else if self.keeper().issuers().is_genuine(&document.body) {
                        kept.current.push((name.0, Blob(document.body)));
                    } else {
                        pending.push(Pending { name, document, standing: Found::IssuerNotKnown });
                    }
                }
                Err(Missing::Store(error)) => return Err(error.into()),
                Err(_) => kept.missing.push(name.0),
            }
        }
        if !pending.is_empty() {
            self.read_manifests().await?;
            self.settle(&mut kept, pending, chains.await?, now).await?;
        }
        Ok(kept)
    }

    /// Has the manifests that are kept show their authorities, once: those that come later do so as they come.
    async fn read_manifests(&self) -> Result<()> {
        let issuers = self.keeper().issuers();
        if issuers.has_read_manifests() {
            return Ok(());
        }
        for (key, _) in self.listing().await?.iter().filter(|(key, _)| key.starts_with("rim/")) {
            if let Some(document) = self.store().document(key).await? {
                issuers.show(work(Length::Long, move || rim::authorities(&document.body)).await?);
            }
        }
        issuers.remember_manifests();
        Ok(())
    }

    /// Finds out whether lists are genuine, now that there are chains of devices; forgets those that are not.
    async fn settle(
        &self,
        kept: &mut KeptCrls,
        mut pending: Vec<Pending>,
        chains: Vec<Chain>,
        now: UnixTime,
    ) -> Result<()> {
        let keeper = self.keeper().clone();
        let look = move || {
            let chains = [chains, keeper.issuers().shown()].concat();
            for list in &mut pending {
                list.standing = find(&keeper, &list.document, &chains);
            }
            pending
        };
        let issuers = self.keeper().issuers();
        for Pending { name, document, standing } in work(Length::Long, look).await? {
            let key = DocumentKey::NvidiaCrl(name);
            let DocumentKey::NvidiaCrl(CrlName(name)) = &key else { continue };
            match standing {
                Found::IssuerNotKnown => kept.unknown.push(name.clone()),
                Found::Genuine(chain) => {
                    issuers.remember_genuine(&document.body);
                    if chain != document.issuer_chain {
                        issuers.learn(&key, &chain);
                        let learned = StoredDocument { issuer_chain: chain, ..document.clone() };
                        // Of another list that is there by now nothing is said.
                        self.keeper().keep(&key, &learned, Some(&document)).await?;
                    }
                    kept.current.push((name.clone(), Blob(document.body)));
                }
                Found::NotGenuine(reason, chain) => {
                    issuers.learn(&key, &chain);
                    let not_kept = self.keeper().refuse(&key, &document, reason);
                    self.keeper().forget(&key).await?;
                    self.remember_miss(&key.to_string(), now, &Failure::Failed(not_kept.to_string()));
                    kept.missing.push(name.clone());
                }
            }
        }
        kept.current.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        kept.missing.sort_unstable();
        Ok(())
    }
}

/// Who issued a list: a trusted root, whoever was found before, or an authority of one of these chains.
fn find(keeper: &Keeper, document: &StoredDocument, chains: &[Chain]) -> Found {
    let (examiner, issuers) = (keeper.examiner(), keeper.issuers());
    let Ok(crl) = Crl::parse(&document.body) else { return Found::IssuerNotKnown };
    if !issuers.is_of_others(&document.body) || !document.issuer_chain.is_empty() {
        let before = certificates(&document.issuer_chain).unwrap_or_default();
        match examiner.list(&document.body, &before) {
            Ok(Standing::Genuine) => return Found::Genuine(document.issuer_chain.clone()),
            // Who was found before is not trusted any more.
            Err(error) if is_of_chain(&error) => {}
            Err(error) => return Found::NotGenuine(error.into(), String::new()),
            Ok(Standing::IssuerNotKnown) => issuers.remember_of_others(&document.body),
        }
    }
    for chain in chains.iter().filter_map(|chain| issuers_of(&crl, chain)) {
        match examiner.list(&document.body, chain) {
            Ok(Standing::Genuine) => return Found::Genuine(in_pem(chain)),
            // The evidence is refused for that as well.
            Err(error) if is_of_chain(&error) => {}
            Err(error) => return Found::NotGenuine(error.into(), in_pem(chain)),
            Ok(Standing::IssuerNotKnown) => {}
        }
    }
    Found::IssuerNotKnown
}

/// Whether it is the chain that is wrong, and not the list.
fn is_of_chain(error: &Error) -> bool {
    error.part().starts_with("chain")
}

#[cfg(test)]
mod tests {
    use super::CrlName;

    #[test]
    fn a_list_that_ends_like_a_space_is_whole() {
        // The last byte of a signature is any byte.
        let forge = veriquote_forge::nvidia::NvForge::hopper();
        let list = veriquote_forge::nvidia::NvCrl::of(&forge.devices[0].chain[3]);
        for number in 0..2_000 {
            let mut list = list.clone();
            list.fields.this_update = (veriquote_forge::NOW - number).into();
            let bytes = list.der();
            if bytes.last().is_some_and(u8::is_ascii_whitespace) {
                assert_eq!(super::der(&bytes).as_ref(), Ok(&bytes));
                return;
            }
        }
        panic!("no list ends so");
    }

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
