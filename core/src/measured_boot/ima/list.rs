//! Reading lists, one entry at a time.
//!
//! ```text
//! binary = u32 pcr | u8[H] template_hash | u32 length | name | body                 little-endian
//!   body = u8[20] digest | u32 length | path                                        template `ima`
//!        | u32 length | (u32 length | field)*                                       all others
//! ascii  = pcr hash name field field…                                               one line each
//! ```
//! H is 20 in `binary_runtime_measurements`, and the digest size in `…_<algorithm>`.

use alloc::vec::Vec;

use super::ascii;
use super::template::{FileDigest, Template};
use crate::crypto::{CryptoProvider, Digest, HashAlgorithm};
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::limits;
use crate::reader::{Reader, length};

/// How a list is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ImaFormat {
    /// `binary_runtime_measurements`.
    Binary,
    /// `ascii_runtime_measurements`.
    Ascii,
}

/// A list, not yet read. Nothing in it is authentic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImaList<'a> {
    bytes: &'a [u8],
    format: ImaFormat,
    hash: HashAlgorithm,
}

impl<'a> ImaList<'a> {
    /// A list as the kernel writes it; `hash` is the algorithm of its template hashes, SHA-1 unless the
    /// file's name says another.
    ///
    /// # Errors
    /// `limit.size`.
    pub fn new(bytes: &'a [u8], format: ImaFormat, hash: HashAlgorithm) -> Result<Self, Error> {
        if bytes.len() > limits::IMA_LIST_BYTES {
            return Err(Error::new(Code::LimitSize, "ima")
                .with(Fact::count("limit", limits::IMA_LIST_BYTES))
                .with(Fact::count("actual", bytes.len())));
        }
        Ok(Self { bytes, format, hash })
    }

    /// Tells format and hash from the first entry.
    ///
    /// # Errors
    /// `ima.layout` when no reading of the first entry makes sense, `limit.size`.
    pub fn detect(bytes: &'a [u8]) -> Result<Self, Error> {
        const HASHES: [HashAlgorithm; 4] =
            [HashAlgorithm::Sha1, HashAlgorithm::Sha256, HashAlgorithm::Sha384, HashAlgorithm::Sha512];
        let digits = |byte: &u8| byte.is_ascii_digit() || *byte == b' ';
        if bytes.first().is_some_and(digits) && bytes.get(1).is_some_and(digits) {
            let hash = ascii::hash_of(bytes)
                .ok_or_else(|| Error::new(Code::ImaLayout, "ima.entry.template_hash").at(0))?;
            return Self::new(bytes, ImaFormat::Ascii, hash);
        }
        if bytes.is_empty() {
            return Self::new(bytes, ImaFormat::Binary, HashAlgorithm::Sha1);
        }
        for hash in HASHES {
            let list = Self::new(bytes, ImaFormat::Binary, hash)?;
            let known = |entry: ImaEntry<'_>| !matches!(entry.template, Template::Unknown(_));
            if list.unauthenticated_entries().next().is_ok_and(|entry| entry.is_some_and(known)) {
                return Ok(list);
            }
        }
        Err(Error::new(Code::ImaLayout, "ima.entry.template").at(0))
    }

    /// How it is written.
    #[must_use]
    pub const fn format(&self) -> ImaFormat {
        self.format
    }

    /// The algorithm of the template hashes.
    #[must_use]
    pub const fn hash(&self) -> HashAlgorithm {
        self.hash
    }

    /// Every entry, as it stands there.
    #[must_use]
    pub const fn unauthenticated_entries(&self) -> Entries<'a> {
        Entries { list: *self, offset: 0, number: 0, scratch: Vec::new(), logged: None }
    }
}

/// Reads a list from its beginning. Not an `Iterator`: an entry of an ASCII list lives in a buffer that
/// the next one overwrites, so that no entry allocates.
#[derive(Clone, Debug)]
pub struct Entries<'a> {
    list: ImaList<'a>,
    offset: usize,
    number: u64,
    scratch: Vec<u8>,
    logged: Option<Digest>,
}

/// An entry as it stands in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImaEntry<'e> {
    pub(super) number: u64,
    pub(super) offset: usize,
    pub(super) pcr: u32,
    pub(super) logged: &'e [u8],
    pub(super) template: Template<'e>,
    pub(super) data: &'e [u8],
}

impl Entries<'_> {
    /// The register that the next entry names, if it can be read.
    pub(super) fn peek_pcr(&self) -> Option<u32> {
        let rest = self.list.bytes.get(self.offset..)?;
        match self.list.format {
            ImaFormat::Binary => rest.first_chunk().map(|bytes| u32::from_le_bytes(*bytes)),
            ImaFormat::Ascii => ascii::pcr_of(rest),
        }
    }

    /// The next entry, or `None` at the end of the list.
    ///
    /// # Errors
    /// `ima.layout`, `input.truncated`, `input.encoding`.
    #[expect(clippy::should_implement_trait, reason = "entries borrow from the reader")]
    pub fn next(&mut self) -> Result<Option<ImaEntry<'_>>, Error> {
        let rest = self.list.bytes.get(self.offset..).unwrap_or_default();
        if rest.is_empty() {
            return Ok(None);
        }
        let number = self.number;
        self.number = number.saturating_add(1);
        let offset = self.offset;
        let inside = |error: Error| error.inside("ima.entry").with(Fact::number("entry", number));
        match self.list.format {
            ImaFormat::Binary => {
                let mut reader = Reader::at(rest, offset);
                let entry = read(&mut reader, self.list.hash, number).map_err(inside)?;
                self.offset = reader.offset();
                Ok(Some(entry))
            }
            ImaFormat::Ascii => {
                let end = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
                let line = rest.get(..end).unwrap_or_default();
                self.offset = offset.saturating_add(end).saturating_add(1);
                let parsed = ascii::read(line, self.list.hash, &mut self.scratch)
                    .map_err(|error| inside(error.shifted(offset)))?;
                self.logged = Some(parsed.logged);
                let entry = ImaEntry {
                    number,
                    offset,
                    pcr: parsed.pcr,
                    logged: self.logged.as_ref().map_or(&[], Digest::as_slice),
                    template: Template::from_name(parsed.name),
                    data: &self.scratch,
                };
                // The data are made of the line, so that an offset into them would point nowhere.
                entry.check_fields().map_err(|error| inside(error.at(offset)))?;
                Ok(Some(entry))
            }
        }
    }
}

fn read<'a>(reader: &mut Reader<'a>, hash: HashAlgorithm, number: u64) -> Result<ImaEntry<'a>, Error> {
    let offset = reader.offset();
    let pcr = reader.u32_le("pcr")?;
    if pcr > 23 {
        let fact = Fact::number("actual", pcr.into());
        return Err(Error::new(Code::ImaLayout, "pcr").at(offset).with(fact));
    }
    let logged = reader.take(hash.digest_len(), "template_hash")?;
    let at = reader.offset();
    let size = length(reader.u32_le("template.length")?);
    if size == 0 || size > LONGEST_NAME {
        return Err(Error::new(Code::ImaLayout, "template.length").at(at).with(Fact::count("actual", size)));
    }
    let template = Template::from_name(reader.take(size, "template")?);
    let data = if template == Template::Ima {
        let start = reader.rest();
        reader.take(20, "digest")?;
        let at = reader.offset();
        let size = length(reader.u32_le("path.length")?);
        if size > LONGEST_NAME {
            return Err(Error::new(Code::ImaLayout, "path.length").at(at).with(Fact::count("actual", size)));
        }
        reader.take(size, "path")?;
        start.get(..size.saturating_add(24)).unwrap_or_default()
    } else {
        let size = length(reader.u32_le("data.length")?);
        reader.take(size, "data")?
    };
    let entry = ImaEntry { number, offset, pcr, logged, template, data };
    entry.check_fields().map_err(|error| error.shifted(reader.offset().saturating_sub(data.len())))?;
    Ok(entry)
}

impl<'e> ImaEntry<'e> {
    /// Which entry it is, from 0.
    #[must_use]
    pub const fn number(&self) -> u64 {
        self.number
    }

    /// Where it starts in the list.
    #[must_use]
    pub const fn offset(&self) -> usize {
        self.offset
    }

    /// The register that it says it extended.
    #[must_use]
    pub const fn unauthenticated_pcr(&self) -> u32 {
        self.pcr
    }

    /// The template.
    #[must_use]
    pub const fn unauthenticated_template(&self) -> Template<'e> {
        self.template
    }

    /// The template hash that the list gives.
    #[must_use]
    pub const fn unauthenticated_template_hash(&self) -> &'e [u8] {
        self.logged
    }

    /// True when the list says that the file was changed while it was measured: a hash of zeros.
    #[must_use]
    pub fn is_violation(&self) -> bool {
        self.logged.iter().all(|byte| *byte == 0)
    }

    /// The field with this id, such as `n-ng`.
    #[must_use]
    pub fn unauthenticated_field(&self, id: &[u8]) -> Option<&'e [u8]> {
        let mut reader = Reader::new(self.data);
        for field in self.template.fields() {
            let size = length(reader.u32_le("").ok()?);
            let content = reader.take(size, "").ok()?;
            if field == id {
                return Some(content);
            }
        }
        None
    }

    /// The digest of the file.
    #[must_use]
    pub fn unauthenticated_digest(&self) -> Option<FileDigest<'e>> {
        if self.template == Template::Ima {
            let digest = self.data.get(..20)?;
            return Some(FileDigest { verity: false, algorithm: b"sha1", digest });
        }
        let field = self.unauthenticated_field(b"d-ng").or_else(|| self.unauthenticated_field(b"d-ngv2"));
        FileDigest::read(field?)
    }

    /// The path, or the name of what was measured: bytes that are not always UTF-8.
    #[must_use]
    pub fn unauthenticated_path(&self) -> Option<&'e [u8]> {
        if self.template == Template::Ima {
            return self.data.get(24..);
        }
        let path = self.unauthenticated_field(b"n-ng")?;
        Some(path.strip_suffix(&[0]).unwrap_or(path))
    }

    /// The signature of the file, as its extended attribute `security.ima`; `None` when there is none.
    #[must_use]
    pub fn unauthenticated_signature(&self) -> Option<&'e [u8]> {
        self.unauthenticated_field(b"sig").filter(|signature| !signature.is_empty())
    }

    /// The buffer of an `ima-buf` entry.
    #[must_use]
    pub fn unauthenticated_buffer(&self) -> Option<&'e [u8]> {
        self.unauthenticated_field(b"buf")
    }

    /// What the kernel hashes of the entry.
    #[must_use]
    pub fn template_hash(&self, provider: &dyn CryptoProvider, algorithm: HashAlgorithm) -> Digest {
        if self.template != Template::Ima {
            return provider.hash(algorithm, &[self.data]);
        }
        let digest = self.data.get(..20).unwrap_or_default();
        let path = self.data.get(24..).unwrap_or_default();
        let padding = ZEROS.get(path.len()..).unwrap_or_default();
        provider.hash(algorithm, &[digest, path, padding])
    }

    /// The fields fill the data exactly, and a path or an algorithm ends with its NUL.
    fn check_fields(&self) -> Result<(), Error> {
        if self.template == Template::Ima && self.data.get(24..).is_some_and(|path| path.contains(&0)) {
            // The fields of another template could be read as a path otherwise: no name is measured.
            return Err(Error::new(Code::ImaLayout, "path").at(24));
        }
        let Template::Fields(_) = self.template else {
            return Ok(());
        };
        let mut reader = Reader::new(self.data);
        for id in self.template.fields() {
            let size = length(reader.u32_le("field.length")?);
            let at = reader.offset();
            let content = reader.take(size, "field")?;
            let good = match id {
                b"d-ng" | b"d-ngv2" => FileDigest::read(content).is_some(),
                b"n-ng" => content.iter().position(|byte| *byte == 0) == content.len().checked_sub(1),
                _ => true,
            };
            if !good {
                let id = alloc::string::String::from_utf8_lossy(id).into_owned();
                return Err(Error::new(Code::ImaLayout, "field").at(at).with(Fact::string("field", id)));
            }
        }
        reader.finish("data")
    }
}

/// `IMA_EVENT_NAME_LEN_MAX`, and more than any name of a template.
const LONGEST_NAME: usize = 255;

const ZEROS: [u8; 256] = [0; 256];
