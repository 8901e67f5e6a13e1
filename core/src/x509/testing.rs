//! Makes certificates and lists for the tests of this module, well-formed or not.

use alloc::vec;
use alloc::vec::Vec;

use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{DerSignature, SigningKey};

/// Tag, length and content.
pub(crate) fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let mut out = vec![tag];
    match length {
        0..=0x7f => out.push(u8::try_from(length).unwrap()),
        0x80..=0xff => out.extend([0x81, u8::try_from(length).unwrap()]),
        0x100..=0xffff => {
            out.push(0x82);
            out.extend(u16::try_from(length).unwrap().to_be_bytes());
        }
        _ => {
            out.push(0x83);
            out.extend(&u32::try_from(length).unwrap().to_be_bytes()[1..]);
        }
    }
    out.extend_from_slice(content);
    out
}

pub(crate) fn seq(parts: &[&[u8]]) -> Vec<u8> {
    tlv(0x30, &parts.concat())
}

pub(crate) fn name(common_name: &str) -> Vec<u8> {
    name_of(&[(0x0c, common_name.as_bytes())])
}

/// A Name of common names in these string types.
pub(crate) fn name_of(common_names: &[(u8, &[u8])]) -> Vec<u8> {
    let sets: Vec<Vec<u8>> = common_names
        .iter()
        .map(|(tag, text)| tlv(0x31, &seq(&[&tlv(6, super::oid::COMMON_NAME), &tlv(*tag, text)])))
        .collect();
    tlv(0x30, &sets.concat())
}

pub(crate) fn utc(text: &str) -> Vec<u8> {
    tlv(0x17, text.as_bytes())
}

pub(crate) fn generalized(text: &str) -> Vec<u8> {
    tlv(0x18, text.as_bytes())
}

pub(crate) fn extension(oid: &[u8], critical: bool, value: &[u8]) -> Vec<u8> {
    let flag: &[u8] = if critical { &[1, 1, 0xff] } else { &[] };
    seq(&[&tlv(6, oid), flag, &tlv(4, value)])
}

pub(crate) fn key(seed: u8) -> SigningKey {
    SigningKey::from_slice(&[seed; 32]).unwrap()
}

pub(crate) fn spki(key: &SigningKey) -> Vec<u8> {
    let point = key.verifying_key().to_sec1_point(false);
    let algorithm = seq(&[
        &tlv(6, &[0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1]),
        &tlv(6, &[0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7]),
    ]);
    seq(&[&algorithm, &tlv(3, &[&[0], point.as_bytes()].concat())])
}

pub(crate) fn ecdsa_sha256() -> Vec<u8> {
    seq(&[&tlv(6, super::oid::ECDSA_SHA256)])
}

pub(crate) fn sign(tbs: &[u8], algorithm: &[u8], signer: &SigningKey) -> Vec<u8> {
    let signature: DerSignature = signer.sign(tbs);
    seq(&[tbs, algorithm, &tlv(3, &[&[0], signature.as_bytes()].concat())])
}

/// A certificate in parts; a test changes one and signs.
#[derive(Clone)]
pub(crate) struct Cert {
    pub version: Vec<u8>,
    pub serial: Vec<u8>,
    pub inner_algorithm: Vec<u8>,
    pub outer_algorithm: Vec<u8>,
    pub issuer: Vec<u8>,
    pub not_before: Vec<u8>,
    pub not_after: Vec<u8>,
    pub subject: Vec<u8>,
    pub spki: Vec<u8>,
    /// Between the key and the extensions.
    pub unique_ids: Vec<u8>,
    pub extensions: Vec<Vec<u8>>,
}

impl Cert {
    /// A leaf of 2020 to 2040.
    pub(crate) fn leaf(issuer: &str, issuer_seed: u8, subject: &str, seed: u8) -> Self {
        use super::oid;
        Self {
            version: tlv(0xa0, &[2, 1, 2]),
            serial: vec![seed],
            inner_algorithm: ecdsa_sha256(),
            outer_algorithm: ecdsa_sha256(),
            issuer: name(issuer),
            not_before: utc("200101000000Z"),
            not_after: utc("400101000000Z"),
            subject: name(subject),
            spki: spki(&key(seed)),
            unique_ids: vec![],
            extensions: vec![
                extension(oid::BASIC_CONSTRAINTS, true, &seq(&[])),
                extension(oid::KEY_USAGE, true, &[3, 2, 7, 0x80]),
                extension(oid::SUBJECT_KEY_ID, false, &tlv(4, &[seed; 4])),
                extension(oid::AUTHORITY_KEY_ID, false, &seq(&[&tlv(0x80, &[issuer_seed; 4])])),
            ],
        }
    }

    /// An authority that may sign certificates and lists.
    pub(crate) fn authority(issuer: &str, issuer_seed: u8, subject: &str, seed: u8) -> Self {
        use super::oid;
        Self::leaf(issuer, issuer_seed, subject, seed)
            .with(oid::BASIC_CONSTRAINTS, true, &seq(&[&[1, 1, 0xff]]))
            .with(oid::KEY_USAGE, true, &[3, 2, 1, 0x06])
    }

    /// With this extension in place of the one of the same kind.
    pub(crate) fn with(mut self, oid: &[u8], critical: bool, value: &[u8]) -> Self {
        self = self.without(oid);
        self.extensions.push(extension(oid, critical, value));
        self
    }

    pub(crate) fn without(mut self, oid: &[u8]) -> Self {
        let start = tlv(6, oid);
        self.extensions.retain(|e| !e.get(2..).is_some_and(|rest| rest.starts_with(&start)));
        self
    }

    pub(crate) fn tbs(&self) -> Vec<u8> {
        let extensions = match self.extensions.len() {
            0 => vec![],
            _ => tlv(0xa3, &tlv(0x30, &self.extensions.concat())),
        };
        seq(&[
            &self.version,
            &tlv(2, &self.serial),
            &self.inner_algorithm,
            &self.issuer,
            &seq(&[&self.not_before, &self.not_after]),
            &self.subject,
            &self.spki,
            &self.unique_ids,
            &extensions,
        ])
    }

    pub(crate) fn sign(&self, signer_seed: u8) -> Vec<u8> {
        sign(&self.tbs(), &self.outer_algorithm, &key(signer_seed))
    }
}

/// A list in parts.
#[derive(Clone)]
pub(crate) struct List {
    pub version: Vec<u8>,
    pub issuer: Vec<u8>,
    pub this_update: Vec<u8>,
    pub next_update: Vec<u8>,
    pub entries: Vec<Vec<u8>>,
    pub extensions: Vec<Vec<u8>>,
}

impl List {
    /// Of 2025 to 2027, with a number and a key identifier.
    pub(crate) fn new(issuer: &str, issuer_seed: u8) -> Self {
        use super::oid;
        Self {
            version: vec![2, 1, 1],
            issuer: name(issuer),
            this_update: utc("250101000000Z"),
            next_update: utc("270101000000Z"),
            entries: vec![],
            extensions: vec![
                extension(oid::CRL_NUMBER, false, &[2, 1, 7]),
                extension(oid::AUTHORITY_KEY_ID, false, &seq(&[&tlv(0x80, &[issuer_seed; 4])])),
            ],
        }
    }

    pub(crate) fn revoking(mut self, serial: &[u8], extensions: &[Vec<u8>]) -> Self {
        let date = utc("250601000000Z");
        let extensions = if extensions.is_empty() { vec![] } else { tlv(0x30, &extensions.concat()) };
        self.entries.push(seq(&[&tlv(2, serial), &date, &extensions]));
        self
    }

    pub(crate) fn with(mut self, oid: &[u8], critical: bool, value: &[u8]) -> Self {
        self.extensions.push(extension(oid, critical, value));
        self
    }

    pub(crate) fn sign(&self, signer_seed: u8) -> Vec<u8> {
        let entries = match self.entries.len() {
            0 => vec![],
            _ => tlv(0x30, &self.entries.concat()),
        };
        let extensions = match self.extensions.len() {
            0 => vec![],
            _ => tlv(0xa0, &tlv(0x30, &self.extensions.concat())),
        };
        let tbs = seq(&[
            &self.version,
            &ecdsa_sha256(),
            &self.issuer,
            &self.this_update,
            &self.next_update,
            &entries,
            &extensions,
        ]);
        sign(&tbs, &ecdsa_sha256(), &key(signer_seed))
    }
}

/// A list of `count` entries that costs little to make.
pub(crate) fn long_list(count: u32) -> Vec<u8> {
    let mut list = List::new("Root", 1);
    let date = utc("250601000000Z");
    let reason = tlv(0x30, &extension(super::oid::CRL_REASON, false, &[0x0a, 1, 1]));
    list.entries = (0..count)
        .map(|n| {
            seq(&[
                &tlv(2, &[&[0x40], &n.wrapping_mul(2_654_435_761).to_be_bytes()[..]].concat()),
                &date,
                &reason,
            ])
        })
        .collect();
    list.sign(1)
}
