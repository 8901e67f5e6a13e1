//! What a caller trusts and accepts, as every request gives it: roots, revocation lists, the policy.

use veriquote::TrustAnchors;
#[cfg(feature = "tpm")]
use veriquote::encoding::decode_der_or_text;
#[cfg(feature = "dcap")]
use veriquote::policy::Policy;

use crate::blob::Blob;
#[cfg(feature = "dcap")]
use crate::document::Document;
use crate::problem::Problem;

/// The roots of `part`; `None` where the caller gave none.
pub(crate) fn anchors(roots: &[Blob], part: &str) -> Result<Option<TrustAnchors>, Problem> {
    if roots.is_empty() {
        return Ok(None);
    }
    let of_one = |(index, root): (usize, &Blob)| {
        TrustAnchors::from_certificates(&root.0).map_err(|error| error.inside(&format!("{part}[{index}]")))
    };
    Ok(Some(roots.iter().enumerate().map(of_one).collect::<Result<_, _>>()?))
}

/// The documents of `part`, decoded where they are text with this label.
#[cfg(feature = "tpm")]
pub(crate) fn ders(blobs: &[Blob], label: &str, part: &str) -> Result<Vec<Vec<u8>>, Problem> {
    let decode = |(index, blob): (usize, &Blob)| {
        let der = decode_der_or_text(&blob.0, label);
        Ok(der.map_err(|error| error.inside(&format!("{part}[{index}]")))?)
    };
    blobs.iter().enumerate().map(decode).collect()
}

/// The strict policy, the caller's, or none by name.
#[cfg(feature = "dcap")]
pub(crate) fn policy(document: Option<&Document>, crypto_only: bool) -> Result<Policy, Problem> {
    match (document, crypto_only) {
        (Some(_), true) => Err(Problem::misuse(
            "options.policy",
            "policy and crypto_only exclude each other",
            "leave crypto_only out",
        )),
        (Some(document), false) => Ok(Policy::from_json(&document.0)?),
        (None, true) => Ok(Policy::crypto_only()),
        (None, false) => Ok(Policy::strict()),
    }
}
