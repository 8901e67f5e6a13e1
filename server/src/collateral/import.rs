//! Takes collateral files apart into documents.

use std::fmt;
use std::path::{Path, PathBuf};

use veriquote::UnixTime;
use veriquote::bytes::to_hex;
use veriquote::dcap::{Collateral, SignedDocument};
use veriquote::encoding::decode_der_or_text;
use veriquote::json::{Node, Strictness, parse};
use veriquote_facade::{Inspection, inspect};

use super::keep::{Imported, Keeper};
use super::{Api, Ca, DocumentKey, Evaluation, Tee, rim};
use crate::store::{StoreError, StoredDocument};

/// A file that was not imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportError {
    /// Which.
    pub path: PathBuf,
    /// Why.
    pub reason: String,
}

/// A document with what decides whether it is newer than another one.
struct Found {
    key: DocumentKey,
    document: StoredDocument,
}

/// What became of imported documents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImportCount {
    /// They are kept.
    pub kept: usize,
    /// They are not genuine: the log has the reason of each.
    pub refused: usize,
}

impl ImportCount {
    pub(super) fn add(&mut self, imported: Imported) {
        match imported {
            Imported::Kept => self.kept = self.kept.saturating_add(1),
            Imported::Known => {}
            Imported::Refused => self.refused = self.refused.saturating_add(1),
        }
    }
}

/// Imports a file, or every `.json` file of a folder.
///
/// # Errors
/// The first file that is no collateral.
pub async fn import(keeper: &Keeper, path: &Path, now: UnixTime) -> Result<ImportCount, ImportError> {
    let mut count = ImportCount::default();
    for file in files(path)? {
        let failed = |reason: String| ImportError { path: file.clone(), reason };
        let text = std::fs::read(&file).map_err(|error| failed(error.to_string()))?;
        let found = take_apart(&text, &file, now).map_err(failed)?;
        for Found { key, document } in found {
            let imported = keeper.import(&key, document, now).await;
            count.add(imported.map_err(|error: StoreError| failed(error.to_string()))?);
        }
    }
    Ok(count)
}

fn files(path: &Path) -> Result<Vec<PathBuf>, ImportError> {
    files_of(path, &["json"])
}

/// The file, or those of a folder that have one of these endings.
pub(super) fn files_of(path: &Path, endings: &[&str]) -> Result<Vec<PathBuf>, ImportError> {
    let failed = |error: std::io::Error| ImportError { path: path.to_owned(), reason: error.to_string() };
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    for entry in std::fs::read_dir(path).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|extension| endings.iter().any(|ending| extension == *ending)) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn take_apart(text: &[u8], path: &Path, now: UnixTime) -> Result<Vec<Found>, String> {
    let collateral = Collateral::from_json(text).map_err(|error| error.to_string())?;
    let source = path.display().to_string();
    let document = |body: Vec<u8>, media_type: &str, issuer_chain: &str| StoredDocument {
        body,
        media_type: media_type.to_owned(),
        issuer_chain: issuer_chain.to_owned(),
        headers: String::new(),
        fetched_at: now,
        source: source.clone(),
    };
    let signed = |signed: &SignedDocument, name: &str| {
        let body = format!("{{\"{name}\":{},\"signature\":\"{}\"}}", signed.text, to_hex(&signed.signature));
        document(body.into_bytes(), "application/json", &signed.issuer_chain)
    };
    let info = parse(collateral.tcb_info.text.as_bytes(), Strictness::DOCUMENT)
        .map_err(|error| error.to_string())?;
    let (tee, api) = kind(&info)?;
    let fmspc = info.get("fmspc").and_then(Node::text).unwrap_or_default().to_ascii_lowercase();
    if fmspc.len() != 12 {
        return Err("the TCB info names no platform family".to_owned());
    }
    let crl = |bytes: &[u8]| decode_der_or_text(bytes, "X509 CRL").map_err(|error| error.to_string());
    let pck_crl = crl(&collateral.pck_crl)?;
    let crl_type = "application/pkix-crl";
    let evaluation = Evaluation::Standard;
    let mut found = vec![
        // The root's list first: the others are held against it.
        Found {
            key: DocumentKey::RootCaCrl,
            document: document(crl(&collateral.root_ca_crl)?, crl_type, ""),
        },
        Found {
            key: DocumentKey::TcbInfo { api, tee, fmspc, evaluation },
            document: signed(&collateral.tcb_info, "tcbInfo"),
        },
        Found {
            key: DocumentKey::PckCrl { ca: authority(&pck_crl)? },
            document: document(pck_crl, crl_type, &collateral.pck_crl_issuer_chain),
        },
    ];
    // Identities are the same documents in both versions of the API; TCB info is not.
    let apis = if tee == Tee::Sgx { vec![Api::V3, Api::V4] } else { vec![api] };
    for api in apis {
        found.push(Found {
            key: DocumentKey::QeIdentity { api, tee, evaluation },
            document: signed(&collateral.qe_identity, "enclaveIdentity"),
        });
        if let Some(qve) = &collateral.qve_identity {
            found.push(Found {
                key: DocumentKey::QveIdentity { api, evaluation },
                document: signed(qve, "enclaveIdentity"),
            });
        }
    }
    Ok(found)
}

/// TCB info of version 2 has no `id`: it is of API version 3, which knows enclaves only.
fn kind(info: &Node<'_>) -> Result<(Tee, Api), String> {
    match (info.get("version").and_then(Node::unsigned), info.get("id").and_then(Node::text)) {
        (Some(2), None | Some("SGX")) => Ok((Tee::Sgx, Api::V3)),
        (Some(3), Some("SGX")) => Ok((Tee::Sgx, Api::V4)),
        (Some(3), Some("TDX")) => Ok((Tee::Tdx, Api::V4)),
        _ => Err("the TCB info has a version that is not known".to_owned()),
    }
}

fn authority(crl: &[u8]) -> Result<Ca, String> {
    match inspect(crl) {
        Ok(Inspection::Crl(view)) => {
            let issuer = view.issuer.unwrap_or_default();
            Ok(if issuer.contains("Processor") { Ca::Processor } else { Ca::Platform })
        }
        Ok(_) => Err("the PCK authority's list is something else".to_owned()),
        Err(problem) => Err(problem.message),
    }
}

/// Whether a document was issued later than another one, or at the same time and fetched later.
pub(super) fn is_newer(document: &StoredDocument, before: &StoredDocument) -> bool {
    (issued(document), document.fetched_at) >= (issued(before), before.fetched_at)
}

/// Whether a document says that it will be issued: more than a day from now, since clocks differ.
pub(super) fn is_of_the_future(document: &StoredDocument, now: UnixTime) -> bool {
    issued(document).is_some_and(|issued| issued > now.saturating_add(86_400).to_string())
}

/// When a document was issued, as it says itself. Times of RFC 3339 in UTC are ordered as their texts.
fn issued(document: &StoredDocument) -> Option<String> {
    match inspect(&document.body) {
        Ok(Inspection::Crl(view)) => Some(view.this_update),
        _ if document.body.starts_with(b"{") && rim::issued(&document.body).is_some() => {
            rim::issued(&document.body).map(|time| time.to_string())
        }
        Ok(Inspection::TcbInfo(view) | Inspection::EnclaveIdentity(view)) => {
            view.members.get("issueDate").and_then(|date| date.as_str()).map(str::to_owned)
        }
        _ => None,
    }
}

impl fmt::Display for ImportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path.display(), self.reason)
    }
}

impl std::error::Error for ImportError {}
