//! Certificates, revocation lists and OCSP responses on P-384.

use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384};

use super::key::NvKey;
use crate::certificate::{Certificate, Extension, Name, pem};
use crate::crl::{Crl, RevokedEntry};
use crate::der::{DerTime, bits, boolean, constructed, integer, integer_octets, octets, oid, sequence, tlv};
use crate::key::Key;
use crate::time::{DAY, NOW};

const ECDSA_WITH_SHA384: &str = "1.2.840.10045.4.3.3";

/// A certificate before it is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NvCertificate {
    /// Its fields.
    pub fields: Certificate,
    /// The subject's key.
    pub key: NvKey,
    /// Who signs.
    pub signer: NvKey,
}

/// OID of the extended key usage.
pub const EXTENDED_KEY_USAGE: &str = "2.5.29.37";
/// OID of Hopper's and the switches' firmware identifier.
pub const COMPOSITE_DEVICE_ID: &str = "2.23.133.5.4.1";
/// OID of Blackwell's firmware identifier.
pub const TCB_INFO: &str = "2.23.133.5.4.1.1";

/// A name of NVIDIA's: common name and organisation.
#[must_use]
pub fn name(common_name: &str) -> Name {
    let utf8 = |oid: &str, text: &str| (oid.to_owned(), 0x0c, text.to_owned());
    Name { attributes: vec![utf8("2.5.4.3", common_name), utf8("2.5.4.10", "NVIDIA Corporation")] }
}

impl NvCertificate {
    fn new(subject: Name, issuer: Name, key: NvKey, signer: NvKey) -> Self {
        // The P-256 key of the same label is never used: key and signature are replaced.
        let unused =
            Certificate::leaf("", Key::new(&key.label), &Certificate::root(Key::new(""), 0, 0), 0, 0);
        let mut fields = Certificate {
            inner_algorithm: ECDSA_WITH_SHA384.to_owned(),
            outer_algorithm: ECDSA_WITH_SHA384.to_owned(),
            issuer,
            subject,
            not_before: DerTime::Generalized(NOW - 2000 * DAY),
            not_after: DerTime::Raw(tlv(0x18, b"99991231235959Z")),
            spki: Some(key.spki()),
            extensions: Vec::new(),
            ..unused
        };
        fields.put(Extension::new(
            Extension::AUTHORITY_KEY,
            false,
            sequence(&[tlv(0x80, &signer.identifier())]),
        ));
        fields.put(Extension::new(Extension::SUBJECT_KEY, false, octets(&key.identifier())));
        Self { fields, key, signer }
    }

    /// A self-signed root.
    #[must_use]
    pub fn root(common_name: &str) -> Self {
        let key = NvKey::new(common_name);
        let mut it = Self::new(name(common_name), name(common_name), key.clone(), key);
        it.fields.put(Extension::basic_constraints(true, None));
        it.fields.put(Extension::key_usage(1, 0x06));
        it
    }

    /// An authority under `issuer`.
    #[must_use]
    pub fn authority(common_name: &str, issuer: &Self) -> Self {
        let key = NvKey::new(common_name);
        let mut it = Self::new(name(common_name), issuer.fields.subject.clone(), key, issuer.key.clone());
        it.fields.put(Extension::basic_constraints(true, None));
        it.fields.put(Extension::key_usage(1, 0x06));
        it
    }

    /// A leaf under `issuer`, with a key of its own label.
    #[must_use]
    pub fn leaf(common_name: &str, label: &str, issuer: &Self) -> Self {
        let key = NvKey::new(label);
        let mut it = Self::new(name(common_name), issuer.fields.subject.clone(), key, issuer.key.clone());
        it.fields.put(Extension::key_usage(7, 0x80));
        it
    }

    /// One that may answer OCSP requests for `issuer`.
    #[must_use]
    pub fn responder(issuer: &Self) -> Self {
        let mut it = Self::leaf("OCSP Responder", "ocsp responder", issuer);
        it.fields.put(Extension::new(EXTENDED_KEY_USAGE, false, sequence(&[oid("1.3.6.1.5.5.7.3.9")])));
        it.fields.put(Extension::new("1.3.6.1.5.5.7.48.1.5", false, vec![5, 0]));
        it
    }

    /// The same with another end of validity.
    #[must_use]
    pub fn valid(mut self, from: i64, until: i64) -> Self {
        self.fields.not_before = from.into();
        self.fields.not_after = until.into();
        self
    }

    /// The firmware identifier as Hopper and the switches carry it.
    #[must_use]
    pub fn with_composite_device_id(mut self, fwid: &[u8]) -> Self {
        let id = sequence(&[integer(1), NvKey::new("device id").spki(), fwid_of(fwid)]);
        self.fields.put(Extension::new(COMPOSITE_DEVICE_ID, false, id));
        self
    }

    /// The firmware identifier as Blackwell carries it.
    #[must_use]
    pub fn with_tcb_info(mut self, fwid: &[u8]) -> Self {
        let info = sequence(&[
            tlv(0x80, b"NVIDIA"),
            tlv(0x81, b"GB100 A01 GSP"),
            tlv(0x82, b"01"),
            tlv(0x83, &[0]),
            tlv(0x84, &[0]),
            tlv(0x85, &[0]),
            constructed(0xa6, &[fwid_of(fwid), fwid_of(&[0x11; 48])]),
        ]);
        self.fields.put(Extension::new(TCB_INFO, false, info));
        self
    }

    /// The signed certificate.
    #[must_use]
    pub fn der(&self) -> Vec<u8> {
        let mut fields = self.fields.clone();
        if fields.signature.is_none() {
            fields.signature = Some(self.signer.sign_der(&fields.tbs()));
        }
        fields.der()
    }

    /// The signed certificate in PEM.
    #[must_use]
    pub fn pem(&self) -> String {
        pem("CERTIFICATE", &self.der())
    }
}

fn fwid_of(digest: &[u8]) -> Vec<u8> {
    sequence(&[oid("2.16.840.1.101.3.4.2.2"), octets(digest)])
}

/// A revocation list before it is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NvCrl {
    /// Its fields.
    pub fields: Crl,
    /// Who signs.
    pub signer: NvKey,
}

impl NvCrl {
    /// An empty list of `issuer`, signed with SHA-256 as NVIDIA's are.
    #[must_use]
    pub fn of(issuer: &NvCertificate) -> Self {
        let mut fields = Crl::of(&issuer.fields, NOW - DAY, NOW + 365 * DAY);
        let id =
            Extension::new(Extension::AUTHORITY_KEY, false, sequence(&[tlv(0x80, &issuer.key.identifier())]));
        fields.without(Extension::AUTHORITY_KEY);
        fields.extensions.push(id);
        Self { fields, signer: issuer.key.clone() }
    }

    /// The same, naming a certificate, for this reason.
    #[must_use]
    pub fn revoking(mut self, certificate: &NvCertificate, reason: u8) -> Self {
        let mut entry = RevokedEntry::of(&certificate.fields, NOW - DAY);
        entry.extensions = vec![Extension::new("2.5.29.21", false, vec![0x0a, 1, reason])];
        self.fields.revoked.push(entry);
        self
    }

    /// The signed list.
    #[must_use]
    pub fn der(&self) -> Vec<u8> {
        let mut fields = self.fields.clone();
        if fields.signature.is_none() {
            fields.signature = Some(self.signer.sign_sha256_der(&fields.tbs()));
        }
        fields.der()
    }
}

/// What a responder says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OcspStatus {
    /// Good.
    Good,
    /// Revoked, for this reason.
    Revoked(u8),
    /// Unknown.
    Unknown,
}

/// An OCSP response before it is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ocsp {
    /// Who is asked about: issuer.
    pub issuer: NvCertificate,
    /// Who is asked about: content octets of the serial number.
    pub serial: Vec<u8>,
    /// OID of the hash in CertID.
    pub hash: &'static str,
    /// The answer.
    pub status: OcspStatus,
    /// When it was made.
    pub produced_at: i64,
    /// Since when it holds.
    pub this_update: i64,
    /// Until when it holds.
    pub next_update: Option<i64>,
    /// The nonce.
    pub nonce: Option<Vec<u8>>,
    /// Who answers.
    pub responder: NvCertificate,
    /// Names the responder by its key and not by its name.
    pub by_key: bool,
    /// Certificates in the response.
    pub certificates: Vec<NvCertificate>,
    /// A critical extension of the response that nobody knows.
    pub critical: bool,
    /// How often the answer is there.
    pub times: usize,
    /// Another signature than the responder's.
    pub signature: Option<Vec<u8>>,
}

/// SHA-1, SHA-256 and SHA-384 in CertID.
pub const CERT_ID_HASHES: [&str; 3] = ["1.3.14.3.2.26", "2.16.840.1.101.3.4.2.1", "2.16.840.1.101.3.4.2.2"];

impl Ocsp {
    /// That `subject` is good, said by a responder of its issuer.
    #[must_use]
    pub fn good(subject: &NvCertificate, issuer: &NvCertificate) -> Self {
        let responder = NvCertificate::responder(issuer);
        Self {
            issuer: issuer.clone(),
            serial: subject.fields.serial.clone(),
            hash: CERT_ID_HASHES[2],
            status: OcspStatus::Good,
            produced_at: NOW - 60,
            this_update: NOW - 60,
            next_update: Some(NOW + DAY),
            nonce: None,
            certificates: vec![responder.clone()],
            responder,
            by_key: false,
            critical: false,
            times: 1,
            signature: None,
        }
    }

    fn hashed(&self, bytes: &[u8]) -> Vec<u8> {
        match self.hash {
            "1.3.14.3.2.26" => Sha1::digest(bytes).to_vec(),
            "2.16.840.1.101.3.4.2.1" => Sha256::digest(bytes).to_vec(),
            _ => Sha384::digest(bytes).to_vec(),
        }
    }

    fn tbs(&self) -> Vec<u8> {
        let time = |at: i64| DerTime::Generalized(at).encode();
        let id = match self.by_key {
            false => constructed(0xa1, &[self.responder.fields.subject.encode()]),
            true => constructed(0xa2, &[octets(&Sha1::digest(self.responder.key.point()))]),
        };
        let cert_id = sequence(&[
            sequence(&[oid(self.hash), vec![5, 0]]),
            octets(&self.hashed(&self.issuer.fields.subject.encode())),
            octets(&self.hashed(&self.issuer.key.point())),
            integer_octets(&self.serial),
        ]);
        let status = match self.status {
            OcspStatus::Good => vec![0x80, 0],
            OcspStatus::Unknown => vec![0x82, 0],
            OcspStatus::Revoked(reason) => {
                let reason = constructed(0xa0, &[tlv(0x0a, &[reason])]);
                constructed(0xa1, &[time(NOW - DAY), reason])
            }
        };
        let mut answer = vec![cert_id, status, time(self.this_update)];
        answer.extend(self.next_update.map(|at| constructed(0xa0, &[time(at)])));
        let mut parts = vec![id, time(self.produced_at), sequence(&vec![sequence(&answer); self.times])];
        let mut extensions = Vec::new();
        if let Some(nonce) = &self.nonce {
            extensions.push(sequence(&[oid("1.3.6.1.5.5.7.48.1.2"), boolean(true), octets(&octets(nonce))]));
        }
        if self.critical {
            extensions.push(sequence(&[oid("1.2.3.4"), boolean(true), octets(&[5, 0])]));
        }
        if !extensions.is_empty() {
            parts.push(constructed(0xa1, &[sequence(&extensions)]));
        }
        sequence(&parts)
    }

    /// The signed response.
    #[must_use]
    pub fn der(&self) -> Vec<u8> {
        let tbs = self.tbs();
        let signature = self.signature.clone().unwrap_or_else(|| self.responder.key.sign_der(&tbs));
        let mut parts = vec![tbs, sequence(&[oid(ECDSA_WITH_SHA384)]), bits(&signature)];
        if !self.certificates.is_empty() {
            let certificates: Vec<_> = self.certificates.iter().map(NvCertificate::der).collect();
            parts.push(constructed(0xa0, &[sequence(&certificates)]));
        }
        let basic = sequence(&[oid("1.3.6.1.5.5.7.48.1.1"), octets(&sequence(&parts))]);
        sequence(&[tlv(0x0a, &[0]), constructed(0xa0, &[basic])])
    }
}
