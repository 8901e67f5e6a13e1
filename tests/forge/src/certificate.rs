//! X.509 certificates of which every field can be made wrong.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::der::{DerTime, bits, boolean, constructed, integer, integer_octets, octets, oid, sequence, tlv};
use crate::key::Key;
use crate::sha256;

pub(crate) const ECDSA_WITH_SHA256: &str = "1.2.840.10045.4.3.2";

/// A distinguished name: attribute type, string tag and text, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// One relative name per entry: OID, DER string tag (12 UTF8String, 19 PrintableString), text.
    pub attributes: Vec<(String, u8, String)>,
}

impl Name {
    /// Intel's form of name around a common name.
    #[must_use]
    pub fn intel(common_name: &str) -> Self {
        let utf8 = |oid: &str, text: &str| (oid.to_owned(), 0x0c, text.to_owned());
        Self {
            attributes: vec![
                utf8("2.5.4.3", common_name),
                utf8("2.5.4.10", "Intel Corporation"),
                utf8("2.5.4.7", "Santa Clara"),
                utf8("2.5.4.8", "CA"),
                ("2.5.4.6".to_owned(), 0x13, "US".to_owned()),
            ],
        }
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let parts: Vec<_> = self
            .attributes
            .iter()
            .map(|(kind, tag, text)| constructed(0x31, &[sequence(&[oid(kind), tlv(*tag, text.as_bytes())])]))
            .collect();
        sequence(&parts)
    }
}

/// An extension of a certificate or revocation list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extension {
    /// Dotted OID.
    pub oid: String,
    /// Whether it must be understood.
    pub critical: bool,
    /// The DER inside the octet string.
    pub value: Vec<u8>,
}

impl Extension {
    /// OID of the authority key identifier.
    pub const AUTHORITY_KEY: &str = "2.5.29.35";
    /// OID of the basic constraints.
    pub const BASIC_CONSTRAINTS: &str = "2.5.29.19";
    /// OID of the CRL distribution points.
    pub const CRL_POINTS: &str = "2.5.29.31";
    /// OID of the key usage.
    pub const KEY_USAGE: &str = "2.5.29.15";
    /// OID of the subject key identifier.
    pub const SUBJECT_KEY: &str = "2.5.29.14";
    /// OID of Intel's SGX extension.
    pub const SGX: &str = "1.2.840.113741.1.13.1";

    /// An extension.
    #[must_use]
    pub fn new(oid: &str, critical: bool, value: Vec<u8>) -> Self {
        Self { oid: oid.to_owned(), critical, value }
    }

    /// Authority key identifier.
    #[must_use]
    pub fn authority_key(issuer: &Key) -> Self {
        Self::new(Self::AUTHORITY_KEY, false, sequence(&[tlv(0x80, &issuer.identifier())]))
    }

    /// Subject key identifier.
    #[must_use]
    pub fn subject_key(key: &Key) -> Self {
        Self::new(Self::SUBJECT_KEY, false, octets(&key.identifier()))
    }

    /// CRL distribution points with one address.
    #[must_use]
    pub fn crl_points(address: &str) -> Self {
        let name = constructed(0xa0, &[constructed(0xa0, &[tlv(0x86, address.as_bytes())])]);
        Self::new(Self::CRL_POINTS, false, sequence(&[sequence(&[name])]))
    }

    /// Key usage from its first byte, with that many unused bits.
    #[must_use]
    pub fn key_usage(unused: u8, usage: u8) -> Self {
        Self::new(Self::KEY_USAGE, true, tlv(0x03, &[unused, usage]))
    }

    /// Basic constraints.
    #[must_use]
    pub fn basic_constraints(ca: bool, path_len: Option<i64>) -> Self {
        let mut parts = Vec::new();
        if ca {
            parts.push(boolean(true));
        }
        parts.extend(path_len.map(integer));
        Self::new(Self::BASIC_CONSTRAINTS, true, sequence(&parts))
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut parts = vec![oid(&self.oid)];
        if self.critical {
            parts.push(boolean(true));
        }
        parts.push(octets(&self.value));
        sequence(&parts)
    }
}

/// A certificate before it is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// The version number as encoded: 2 means v3. `None` leaves it out.
    pub version: Option<i64>,
    /// Content octets of the serial number.
    pub serial: Vec<u8>,
    /// OID of the algorithm inside the signed part.
    pub inner_algorithm: String,
    /// OID of the algorithm beside the signature.
    pub outer_algorithm: String,
    /// Issuer.
    pub issuer: Name,
    /// Subject.
    pub subject: Name,
    /// Start of validity.
    pub not_before: DerTime,
    /// End of validity.
    pub not_after: DerTime,
    /// The subject's key.
    pub key: Key,
    /// Another SubjectPublicKeyInfo than that of `key`.
    pub spki: Option<Vec<u8>>,
    /// Extensions in order.
    pub extensions: Vec<Extension>,
    /// Who signs.
    pub signer: Key,
    /// Another signature (content of the bit string) than the signer's.
    pub signature: Option<Vec<u8>>,
}

impl Certificate {
    fn new(subject: Name, issuer: Name, key: Key, signer: Key, from: i64, until: i64) -> Self {
        let mut serial = sha256(&[b"serial ", key.label.as_bytes()])[..20].to_vec();
        serial[0] = serial[0] & 0x3f | 0x40;
        let extensions = vec![
            Extension::authority_key(&signer),
            Extension::crl_points("https://example.invalid/crl.der"),
            Extension::subject_key(&key),
        ];
        Self {
            version: Some(2),
            serial,
            inner_algorithm: ECDSA_WITH_SHA256.to_owned(),
            outer_algorithm: ECDSA_WITH_SHA256.to_owned(),
            issuer,
            subject,
            not_before: from.into(),
            not_after: until.into(),
            key,
            spki: None,
            extensions,
            signer,
            signature: None,
        }
    }

    /// A self-signed root with Intel's name and usage.
    #[must_use]
    pub fn root(key: Key, from: i64, until: i64) -> Self {
        let name = Name::intel("Intel SGX Root CA");
        let mut it = Self::new(name.clone(), name, key.clone(), key, from, until);
        it.extensions.push(Extension::key_usage(1, 0x06));
        it.extensions.push(Extension::basic_constraints(true, Some(1)));
        it
    }

    /// An authority under `issuer` that signs leaves only.
    #[must_use]
    pub fn authority(common_name: &str, key: Key, issuer: &Self, from: i64, until: i64) -> Self {
        let subject = Name::intel(common_name);
        let mut it = Self::new(subject, issuer.subject.clone(), key, issuer.key.clone(), from, until);
        it.extensions.push(Extension::key_usage(1, 0x06));
        it.extensions.push(Extension::basic_constraints(true, Some(0)));
        it
    }

    /// An end entity under `issuer`.
    #[must_use]
    pub fn leaf(common_name: &str, key: Key, issuer: &Self, from: i64, until: i64) -> Self {
        let subject = Name::intel(common_name);
        let mut it = Self::new(subject, issuer.subject.clone(), key, issuer.key.clone(), from, until);
        it.extensions.push(Extension::key_usage(6, 0xc0));
        it.extensions.push(Extension::basic_constraints(false, None));
        it
    }

    /// The extension of this OID.
    ///
    /// # Panics
    /// When there is none.
    pub fn extension(&mut self, oid: &str) -> &mut Extension {
        self.extensions.iter_mut().find(|extension| extension.oid == oid).expect("the extension is there")
    }

    /// Leaves the extension of this OID out.
    pub fn without(&mut self, oid: &str) {
        self.extensions.retain(|extension| extension.oid != oid);
    }

    /// Replaces the extension of the same OID, or adds it.
    pub fn put(&mut self, extension: Extension) {
        match self.extensions.iter_mut().find(|other| other.oid == extension.oid) {
            Some(other) => *other = extension,
            None => self.extensions.push(extension),
        }
    }

    /// The part that is signed.
    #[must_use]
    pub fn tbs(&self) -> Vec<u8> {
        let mut parts = Vec::new();
        parts.extend(self.version.map(|version| constructed(0xa0, &[integer(version)])));
        parts.push(integer_octets(&self.serial));
        parts.push(sequence(&[oid(&self.inner_algorithm)]));
        parts.push(self.issuer.encode());
        parts.push(sequence(&[self.not_before.encode(), self.not_after.encode()]));
        parts.push(self.subject.encode());
        parts.push(self.spki.clone().unwrap_or_else(|| self.key.spki()));
        if !self.extensions.is_empty() {
            let extensions: Vec<_> = self.extensions.iter().map(Extension::encode).collect();
            parts.push(constructed(0xa3, &[sequence(&extensions)]));
        }
        sequence(&parts)
    }

    /// The signed certificate.
    #[must_use]
    pub fn der(&self) -> Vec<u8> {
        let tbs = self.tbs();
        let signature = self.signature.clone().unwrap_or_else(|| self.signer.sign_der(&tbs));
        sequence(&[tbs, sequence(&[oid(&self.outer_algorithm)]), bits(&signature)])
    }
}

/// PEM with the usual 64 columns and a final line feed.
#[must_use]
pub fn pem(label: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let mut out = format!("-----BEGIN {label}-----\n");
    for line in text.as_bytes().chunks(64) {
        out.push_str(str::from_utf8(line).expect("base64 is ASCII"));
        out.push('\n');
    }
    out + &format!("-----END {label}-----\n")
}
