//! Templates: which fields an entry has.

use crate::crypto::HashAlgorithm;

/// The template of an entry. A name that no kernel has keeps its data, of which nothing is understood.
///
/// The name is not measured: whoever hands out the list chooses it. All known templates begin with the
/// digest and the path, so another known name makes no other digest or path of an entry. It can make a
/// signature of a buffer, and the other way round: a policy takes a buffer that begins as a signature does for
/// a file without one. A name that lists its own
/// fields (`ima_template_fmt=`) would let a file's extended attribute pass for its digest, and is therefore
/// one of those that are not understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Template<'e> {
    /// `ima`: a SHA-1 or MD5 digest of 20 bytes and a path, hashed with the path padded to 256 bytes.
    Ima,
    /// Fields with lengths, in the order of this list of their ids.
    Fields(&'static [u8]),
    /// Another name.
    Unknown(&'e [u8]),
}

impl<'e> Template<'e> {
    /// The template of that name.
    #[must_use]
    pub fn from_name(name: &'e [u8]) -> Self {
        let fields: &'static [u8] = match name {
            b"ima" => return Self::Ima,
            b"ima-ng" => b"d-ng|n-ng",
            b"ima-ngv2" => b"d-ngv2|n-ng",
            b"ima-sig" => b"d-ng|n-ng|sig",
            b"ima-sigv2" => b"d-ngv2|n-ng|sig",
            b"ima-buf" => b"d-ng|n-ng|buf",
            b"ima-modsig" => b"d-ng|n-ng|sig|d-modsig|modsig",
            b"evm-sig" => b"d-ng|n-ng|evmsig|xattrnames|xattrlengths|xattrvalues|iuid|igid|imode",
            other => return Self::Unknown(other),
        };
        Self::Fields(fields)
    }

    /// The ids of the fields, in order.
    pub fn fields(self) -> impl Iterator<Item = &'static [u8]> {
        let ids: &'static [u8] = if let Self::Fields(ids) = self { ids } else { b"" };
        ids.split(|byte| *byte == b'|').filter(|id| !id.is_empty())
    }
}

/// The digest of a file, as a field gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FileDigest<'e> {
    /// True for an fs-verity digest (`verity:`), false for one of the file's content.
    pub verity: bool,
    /// The name of the algorithm: attacker's text for one that nobody knows.
    pub algorithm: &'e [u8],
    /// The digest.
    pub digest: &'e [u8],
}

impl<'e> FileDigest<'e> {
    /// `alg:` NUL digest, or `ima:alg:` NUL digest, or `verity:alg:` NUL digest.
    pub(super) fn read(field: &'e [u8]) -> Option<Self> {
        let nul = field.iter().position(|byte| *byte == 0)?;
        let (label, digest) = (field.get(..nul)?, field.get(nul.checked_add(1)?..)?);
        let label = label.strip_suffix(b":")?;
        let (verity, algorithm) = match label.iter().position(|byte| *byte == b':') {
            None => (false, label),
            Some(colon) => {
                let verity = match label.get(..colon)? {
                    b"ima" => false,
                    b"verity" => true,
                    _ => return None,
                };
                (verity, label.get(colon.checked_add(1)?..)?)
            }
        };
        let known = hash_named(algorithm).map(HashAlgorithm::digest_len);
        known.is_none_or(|len| len == digest.len()).then_some(Self { verity, algorithm, digest })
    }

    /// The algorithm, where this release knows it.
    #[must_use]
    pub fn hash(&self) -> Option<HashAlgorithm> {
        hash_named(self.algorithm)
    }

    /// True when every byte is zero, as in violations.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.digest.iter().all(|byte| *byte == 0)
    }
}

fn hash_named(name: &[u8]) -> Option<HashAlgorithm> {
    match name {
        b"sha1" => Some(HashAlgorithm::Sha1),
        b"sha256" => Some(HashAlgorithm::Sha256),
        b"sha384" => Some(HashAlgorithm::Sha384),
        b"sha512" => Some(HashAlgorithm::Sha512),
        _ => None,
    }
}
