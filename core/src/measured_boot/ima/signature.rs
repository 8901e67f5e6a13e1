//! Signatures of files, as IMA keeps them in `security.ima` and repeats them in the list.
//!
//! ```text
//! u8 type (3 digital signature, 6 fs-verity) | u8 version (2, 3) | u8 hash | keyid[4] | u16be size | sig[size]
//! ```
//!
//! Version 2 signs the file's digest itself; version 3 signs the digest of `type | hash | digest`. The key
//! id is the end of the certificate's subject key identifier: a hint which key to try, not a proof.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::template::FileDigest;
use super::verify::VerifiedEntry;
use crate::crypto::ecdsa_der::ecdsa_der_to_fixed;
use crate::crypto::{
    CryptoProvider, Curve, Digest, HashAlgorithm, KeyKind, SignatureAlgorithm, SubjectPublicKeyInfo,
    VerifyingKey,
};
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::limits;
use crate::reader::Reader;
use crate::x509::Certificate;

/// What came of the signature of one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FileSignature {
    /// A given key signed the digest that was measured.
    Valid {
        /// Which key.
        key_id: [u8; 4],
    },
    /// The list shows no signature, which is not the same as a bad one.
    Missing,
    /// Made with a key that was not given.
    UnknownKey {
        /// Which key.
        key_id: [u8; 4],
    },
    /// It is no signature of this digest by the key that it names.
    Invalid,
    /// Of a form or hash function that is not verified here.
    Unsupported,
}

impl FileSignature {
    /// A name in lower case.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Valid { .. } => "valid",
            Self::Missing => "missing",
            Self::UnknownKey { .. } => "unknown_key",
            Self::Invalid => "invalid",
            Self::Unsupported => "unsupported",
        }
    }
}

/// Keys that may sign files.
#[derive(Debug, Default)]
pub struct ImaKeys {
    keys: Vec<ImaKey>,
}

/// A key that may sign files, with its id.
#[derive(Debug)]
pub struct ImaKey {
    id: [u8; 4],
    spki: Vec<u8>,
    kind: KeyKind,
    loaded: Vec<(HashAlgorithm, Box<dyn VerifyingKey>)>,
}

impl ImaKeys {
    /// No keys.
    #[must_use]
    pub const fn new() -> Self {
        Self { keys: Vec::new() }
    }

    /// Adds the key of a certificate, DER. Only its key is used: neither issuer nor dates are checked,
    /// since giving it here is what makes it trusted.
    ///
    /// # Errors
    /// `x509.der`, `x509.algorithm`, `limit.count`.
    pub fn add_certificate(&mut self, der: &[u8], provider: &dyn CryptoProvider) -> Result<(), Error> {
        let certificate = Certificate::parse(der)?;
        let spki = certificate.spki();
        let id = certificate.subject_key_id().and_then(last_four);
        self.add(id, spki.raw(), provider)
    }

    /// Adds a bare key, the DER of a SubjectPublicKeyInfo; its id is that of its SHA-1 digest
    /// (RFC 5280, section 4.2.1.2, method 1).
    ///
    /// # Errors
    /// `x509.der`, `x509.algorithm`, `limit.count`.
    pub fn add_key(&mut self, spki: &[u8], provider: &dyn CryptoProvider) -> Result<(), Error> {
        self.add(None, spki, provider)
    }

    fn add(&mut self, id: Option<[u8; 4]>, raw: &[u8], provider: &dyn CryptoProvider) -> Result<(), Error> {
        if self.keys.len() >= limits::IMA_KEYS {
            return Err(
                Error::new(Code::LimitCount, "ima_keys").with(Fact::count("maximum", limits::IMA_KEYS))
            );
        }
        let spki = SubjectPublicKeyInfo::parse(raw)?;
        let id = match id {
            Some(id) => id,
            None => last_four(provider.hash(HashAlgorithm::Sha1, &[spki.key_bits()]).as_slice())
                .ok_or_else(|| Error::new(Code::X509Der, "ima_keys"))?,
        };
        let loaded =
            [HashAlgorithm::Sha1, HashAlgorithm::Sha256, HashAlgorithm::Sha384, HashAlgorithm::Sha512]
                .into_iter()
                .filter_map(|hash| {
                    Some((hash, provider.load_key(algorithm(spki.kind(), hash)?, spki.key()).ok()?))
                })
                .collect();
        self.keys.push(ImaKey { id, spki: raw.to_vec(), kind: spki.kind(), loaded });
        Ok(())
    }

    /// Each key with its id and its SubjectPublicKeyInfo.
    pub fn iter(&self) -> impl Iterator<Item = ([u8; 4], &[u8])> {
        self.keys.iter().map(|key| (key.id, key.spki.as_slice()))
    }

    /// How many keys there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Checks the signature of an entry over the digest of the same entry.
    #[must_use]
    pub fn check(&self, entry: &VerifiedEntry<'_>) -> FileSignature {
        match (entry.signature(), entry.digest()) {
            (Some(attribute), Some(digest)) => self.check_attribute(attribute, &digest),
            _ => FileSignature::Missing,
        }
    }

    fn check_attribute(&self, attribute: &[u8], digest: &FileDigest<'_>) -> FileSignature {
        let Some(parsed) = Attribute::read(attribute) else { return FileSignature::Unsupported };
        let (Some(hash), Some(named)) = (hash_by_number(parsed.hash), digest.hash()) else {
            return FileSignature::Unsupported;
        };
        if hash != named || digest.verity != (parsed.kind == VERITY_SIGNATURE) {
            return FileSignature::Invalid;
        }
        let mut known = false;
        for key in self.keys.iter().filter(|key| key.id == parsed.key_id) {
            known = true;
            if key.verifies(&parsed, hash, digest.digest) {
                return FileSignature::Valid { key_id: key.id };
            }
        }
        if known { FileSignature::Invalid } else { FileSignature::UnknownKey { key_id: parsed.key_id } }
    }
}

impl ImaKey {
    fn verifies(&self, parsed: &Attribute<'_>, hash: HashAlgorithm, digest: &[u8]) -> bool {
        let Some((_, key)) = self.loaded.iter().find(|(algorithm, _)| *algorithm == hash) else {
            return false;
        };
        let signature = match self.kind.curve() {
            None => Some(parsed.signature.to_vec()),
            Some(Curve::P256) => ecdsa_der_to_fixed::<64>(parsed.signature).map(Vec::from),
            Some(Curve::P384) => ecdsa_der_to_fixed::<96>(parsed.signature).map(Vec::from),
            Some(_) => ecdsa_der_to_fixed::<132>(parsed.signature).map(Vec::from),
        };
        let Some(signature) = signature else { return false };
        if parsed.version == 2 {
            Digest::new(digest).is_some_and(|digest| key.verify_digest(&digest, &signature).is_ok())
        } else {
            key.verify(&[&[parsed.kind, parsed.hash], digest].concat(), &signature).is_ok()
        }
    }
}

/// `struct signature_v2_hdr`.
struct Attribute<'a> {
    kind: u8,
    version: u8,
    hash: u8,
    key_id: [u8; 4],
    signature: &'a [u8],
}

impl<'a> Attribute<'a> {
    fn read(bytes: &'a [u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        let kind = reader.u8("type").ok()?;
        let version = reader.u8("version").ok()?;
        let known = matches!((kind, version), (DIGITAL_SIGNATURE, 2 | 3) | (VERITY_SIGNATURE, 3));
        let hash = reader.u8("hash").ok()?;
        let key_id = reader.array("key_id").ok()?;
        let size = reader.u16_be("size").ok()?;
        let signature = reader.take(usize::from(size), "signature").ok()?;
        reader.finish("signature").ok()?;
        known.then_some(Self { kind, version, hash, key_id, signature })
    }
}

const fn algorithm(kind: KeyKind, hash: HashAlgorithm) -> Option<SignatureAlgorithm> {
    match (kind, kind.curve()) {
        (_, Some(curve)) => Some(SignatureAlgorithm::Ecdsa(curve, hash)),
        (KeyKind::Rsa, None) => Some(SignatureAlgorithm::RsaPkcs1(hash)),
        _ => None,
    }
}

/// `enum hash_algo` of the kernel's `uapi/linux/hash_info.h`.
const fn hash_by_number(number: u8) -> Option<HashAlgorithm> {
    match number {
        2 => Some(HashAlgorithm::Sha1),
        4 => Some(HashAlgorithm::Sha256),
        5 => Some(HashAlgorithm::Sha384),
        6 => Some(HashAlgorithm::Sha512),
        _ => None,
    }
}

fn last_four(bytes: &[u8]) -> Option<[u8; 4]> {
    bytes.last_chunk().copied()
}

/// `EVM_IMA_XATTR_DIGSIG`.
const DIGITAL_SIGNATURE: u8 = 3;
/// `IMA_VERITY_DIGSIG`.
const VERITY_SIGNATURE: u8 = 6;
