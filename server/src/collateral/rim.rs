//! Reference integrity manifests of NVIDIA: kept in the form in which its service answers.
//!
//! ```text
//! {"id": "NV_GPU_DRIVER_GH100_550.90.07", "rim": base64 of the XML, "sha256": hex}
//! ```

use std::path::Path;

use serde::Serialize;
use veriquote::UnixTime;
use veriquote::bytes::to_hex;
use veriquote::nvidia::{Rim, UnauthenticatedRim};
use veriquote::x509::Certificate;
use veriquote_aws_lc::AwsLc;

use super::import::{ImportCount, ImportError, files_of};
use super::keep::Keeper;
use super::{Chain, DocumentKey, RimId};
use crate::encoding::to_base64;
use crate::store::{StoreError, StoredDocument};

#[derive(Serialize)]
struct Answer<'a> {
    id: &'a str,
    rim: String,
    sha256: String,
}

/// Whether an answer holds the manifest of this name: its form.
pub(super) fn check(answer: &[u8], id: &RimId) -> Result<(), String> {
    let rim = Rim::from_bytes(answer, &AwsLc).map_err(|error| error.to_string())?;
    if rim.id().and_then(RimId::new).as_ref() != Some(id) {
        return Err("the answer is a manifest of another name".to_owned());
    }
    let read = UnauthenticatedRim::parse(rim.unauthenticated_xml());
    read.map(drop).map_err(|error| error.to_string())
}

/// The first day of the signer's certificate, which tells editions of one manifest apart.
pub(super) fn issued(answer: &[u8]) -> Option<UnixTime> {
    let rim = Rim::from_bytes(answer, &AwsLc).ok()?;
    let read = UnauthenticatedRim::parse(rim.unauthenticated_xml()).ok()?;
    let signer = Certificate::parse(read.certificates.first()?).ok()?;
    Some(signer.validity().not_before)
}

/// The certificates above the signer's.
pub(super) fn authorities(answer: &[u8]) -> Chain {
    chain_of_rim(answer).into_iter().skip(1).collect()
}

/// The signer's chain of a manifest that nobody has verified; empty where there is none.
#[must_use]
pub fn chain_of_rim(answer: &[u8]) -> Chain {
    let read = || {
        let rim = Rim::from_bytes(answer, &AwsLc).ok()?;
        UnauthenticatedRim::parse(rim.unauthenticated_xml()).ok()
    };
    read().map(|read| read.certificates).unwrap_or_default()
}

/// Imports manifests: files, or folders of `.xml`, `.swidtag` and `.json`.
///
/// An answer of NVIDIA's service has its name inside. Of XML the file's name is the manifest's, for nothing in
/// a manifest says it.
///
/// # Errors
/// The first file that is no manifest.
pub async fn import_rims(keeper: &Keeper, path: &Path, now: UnixTime) -> Result<ImportCount, ImportError> {
    let mut count = ImportCount::default();
    for file in files_of(path, &["xml", "swidtag", "json"])? {
        let failed = |reason: String| ImportError { path: file.clone(), reason };
        let bytes = std::fs::read(&file).map_err(|error| failed(error.to_string()))?;
        let (id, body) = answer(&bytes, &file).map_err(failed)?;
        let document = StoredDocument {
            body,
            media_type: "application/json".to_owned(),
            issuer_chain: String::new(),
            headers: String::new(),
            fetched_at: now,
            source: file.display().to_string(),
        };
        let imported = keeper.import(&DocumentKey::Rim(id), document, now).await;
        count.add(imported.map_err(|error: StoreError| failed(error.to_string()))?);
    }
    Ok(count)
}

/// The manifest's name, and it as an answer.
fn answer(bytes: &[u8], file: &Path) -> Result<(RimId, Vec<u8>), String> {
    let rim = Rim::from_bytes(bytes, &AwsLc).map_err(|error| error.to_string())?;
    let (id, body) = match rim.id() {
        Some(id) => (RimId::new(id), bytes.to_vec()),
        None => {
            let id = file.file_stem().and_then(|stem| stem.to_str()).and_then(RimId::new);
            let xml = rim.unauthenticated_xml();
            let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, xml);
            let name = id.as_ref().map(RimId::as_str).unwrap_or_default();
            let answer = Answer { id: name, rim: to_base64(xml), sha256: to_hex(digest.as_ref()) };
            let body = serde_json::to_vec(&answer).map_err(|error| error.to_string())?;
            (id, body)
        }
    };
    let id = id.ok_or("the file's name is not a manifest's, such as NV_GPU_DRIVER_GH100_550.90.07.xml")?;
    check(&body, &id)?;
    Ok((id, body))
}

#[cfg(test)]
mod tests {
    use super::RimId;

    #[test]
    fn a_name_is_no_path() {
        for name in ["NV_GPU_DRIVER_GH100_550.90.07", "nv_gpu_vbios_1010_0200_882_96009F0001"] {
            assert!(RimId::new(name).is_some_and(|id| id.as_str() == name.to_ascii_uppercase()), "{name}");
        }
        let long = format!("NV_{}", "A".repeat(126));
        for name in
            ["", "NV", "GPU", "NV_../a", "NV_a/b", "NV_a%2fb", "NV_a?b", "NV_a..b", "NV_\u{e9}", &long]
        {
            assert!(RimId::new(name).is_none(), "{name}");
        }
    }
}
