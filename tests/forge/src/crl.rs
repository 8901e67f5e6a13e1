//! Certificate revocation lists of which every field can be made wrong.

use crate::certificate::{Certificate, ECDSA_WITH_SHA256, Extension, Name};
use crate::der::{DerTime, bits, constructed, integer, integer_octets, oid, sequence};
use crate::key::Key;

/// One revoked certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevokedEntry {
    /// Content octets of its serial number.
    pub serial: Vec<u8>,
    /// When.
    pub date: DerTime,
    /// Entry extensions.
    pub extensions: Vec<Extension>,
}

impl RevokedEntry {
    /// Revokes `certificate` at `date`, for key compromise.
    #[must_use]
    pub fn of(certificate: &Certificate, date: i64) -> Self {
        Self {
            serial: certificate.serial.clone(),
            date: date.into(),
            extensions: vec![Extension::new("2.5.29.21", false, vec![0x0a, 1, 1])],
        }
    }
}

/// A revocation list before it is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crl {
    /// The version number as encoded: 1 means v2.
    pub version: Option<i64>,
    /// OID of the algorithm inside the signed part.
    pub inner_algorithm: String,
    /// OID of the algorithm beside the signature.
    pub outer_algorithm: String,
    /// Issuer.
    pub issuer: Name,
    /// When it was issued.
    pub this_update: DerTime,
    /// When the next comes; `None` leaves it out.
    pub next_update: Option<DerTime>,
    /// Revoked certificates.
    pub revoked: Vec<RevokedEntry>,
    /// Extensions in order.
    pub extensions: Vec<Extension>,
    /// Who signs.
    pub signer: Key,
    /// Another signature (content of the bit string) than the signer's.
    pub signature: Option<Vec<u8>>,
}

impl Crl {
    /// OID of the CRL number.
    pub const NUMBER: &str = "2.5.29.20";

    /// An empty list of `issuer`.
    #[must_use]
    pub fn of(issuer: &Certificate, from: i64, until: i64) -> Self {
        Self {
            version: Some(1),
            inner_algorithm: ECDSA_WITH_SHA256.to_owned(),
            outer_algorithm: ECDSA_WITH_SHA256.to_owned(),
            issuer: issuer.subject.clone(),
            this_update: from.into(),
            next_update: Some(until.into()),
            revoked: Vec::new(),
            extensions: vec![
                Extension::new(Self::NUMBER, false, integer(1)),
                Extension::authority_key(&issuer.key),
            ],
            signer: issuer.key.clone(),
            signature: None,
        }
    }

    /// Leaves the extension of this OID out.
    pub fn without(&mut self, oid: &str) {
        self.extensions.retain(|extension| extension.oid != oid);
    }

    /// The part that is signed.
    #[must_use]
    pub fn tbs(&self) -> Vec<u8> {
        let mut parts = Vec::new();
        parts.extend(self.version.map(integer));
        parts.push(sequence(&[oid(&self.inner_algorithm)]));
        parts.push(self.issuer.encode());
        parts.push(self.this_update.encode());
        parts.extend(self.next_update.as_ref().map(DerTime::encode));
        if !self.revoked.is_empty() {
            let entries: Vec<_> = self
                .revoked
                .iter()
                .map(|entry| {
                    let mut parts = vec![integer_octets(&entry.serial), entry.date.encode()];
                    if !entry.extensions.is_empty() {
                        let list: Vec<_> = entry.extensions.iter().map(Extension::encode).collect();
                        parts.push(sequence(&list));
                    }
                    sequence(&parts)
                })
                .collect();
            parts.push(sequence(&entries));
        }
        if !self.extensions.is_empty() {
            let list: Vec<_> = self.extensions.iter().map(Extension::encode).collect();
            parts.push(constructed(0xa0, &[sequence(&list)]));
        }
        sequence(&parts)
    }

    /// The signed list.
    #[must_use]
    pub fn der(&self) -> Vec<u8> {
        let tbs = self.tbs();
        let signature = self.signature.clone().unwrap_or_else(|| self.signer.sign_der(&tbs));
        sequence(&[tbs, sequence(&[oid(&self.outer_algorithm)]), bits(&signature)])
    }
}
