//! Certificates of endorsement and attestation keys (TCG EK Credential Profile 2.5, AK profile).

use super::ak::AkKey;
use crate::certificate::{Certificate, Extension, Name};
use crate::der::{DerTime, constructed, oid, sequence, tlv};
use crate::key::Key;

/// tcg-kp-EKCertificate.
pub const EK_EKU: &str = "2.23.133.8.1";
/// tcg-kp-AIKCertificate.
pub const AK_EKU: &str = "2.23.133.8.3";

const SUBJECT_ALTERNATIVE_NAME: &str = "2.5.29.17";
const EXTENDED_KEY_USAGE: &str = "2.5.29.37";

/// How the three attributes of a TPM are put into its directory name: real certificates have both forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TcgName {
    /// In one relative name.
    One,
    /// Each in its own.
    Several,
}

/// The subject alternative name of a TPM: manufacturer `id:56455249`, model `forge`, version `id:00010002`.
#[must_use]
pub fn tcg_san(form: TcgName, critical: bool) -> Extension {
    let attribute =
        |kind: &str, text: &str| sequence(&[oid(&format!("2.23.133.2.{kind}")), tlv(0x0c, text.as_bytes())]);
    let attributes = [attribute("1", "id:56455249"), attribute("2", "forge"), attribute("3", "id:00010002")];
    let name = match form {
        TcgName::One => sequence(&[constructed(0x31, &attributes)]),
        TcgName::Several => {
            sequence(&attributes.map(|attribute| constructed(0x31, std::slice::from_ref(&attribute))))
        }
    };
    Extension::new(SUBJECT_ALTERNATIVE_NAME, critical, sequence(&[constructed(0xa4, &[name])]))
}

/// Extended key usage.
#[must_use]
pub fn eku(purposes: &[&str]) -> Extension {
    let list: Vec<_> = purposes.iter().map(|purpose| oid(purpose)).collect();
    Extension::new(EXTENDED_KEY_USAGE, false, sequence(&list))
}

/// A root that certifies TPM keys.
#[must_use]
pub fn privacy_ca(from: i64, until: i64) -> Certificate {
    let mut root = Certificate::root(Key::new("privacy ca"), from, until);
    let utf8 = |kind: &str, text: &str| (kind.to_owned(), 0x0c, text.to_owned());
    root.subject = Name { attributes: vec![utf8("2.5.4.3", "Forge Privacy CA"), utf8("2.5.4.10", "Forge")] };
    root.issuer = root.subject.clone();
    root
}

/// A certificate of an attestation or endorsement key, without a subject: the TPM is named by the critical
/// alternative name.
#[must_use]
pub fn ak_certificate(
    key: &AkKey,
    purpose: &str,
    issuer: &Certificate,
    from: i64,
    until: i64,
) -> Certificate {
    let mut leaf = Certificate::leaf("", Key::new(format!("{key:?}")), issuer, from, until);
    leaf.subject = Name { attributes: Vec::new() };
    leaf.spki = Some(key.spki());
    leaf.not_after = DerTime::Rfc5280(until);
    leaf.put(match (purpose, key) {
        (EK_EKU, AkKey::Rsa(_)) => Extension::key_usage(5, 0x20),
        (EK_EKU, _) => Extension::key_usage(3, 0x08),
        _ => Extension::key_usage(7, 0x80),
    });
    leaf.put(tcg_san(TcgName::One, true));
    leaf.put(eku(&[purpose]));
    leaf
}
