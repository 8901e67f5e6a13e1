//! Structures of UEFI inside events.
//!
//! ```text
//! UEFI_VARIABLE_DATA = guid | u64 name length in units of 2 | u64 data length | name | data
//! EFI_SIGNATURE_LIST = guid type | u32 list size | u32 header size | u32 signature size
//!                      | header | (guid owner | data)*
//! ```
//! Little-endian (PFP 1.06, section 10.2.6; UEFI 2.10, section 32.4.1).

use alloc::string::String;
use alloc::vec::Vec;

use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::reader::{Reader, length};

/// A GUID as it stands in memory.
pub type Guid = [u8; 16];

/// A UEFI variable, as an event carries it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Variable<'a> {
    /// The vendor's GUID.
    pub guid: Guid,
    /// The name, UTF-16 in little-endian bytes.
    pub name: &'a [u8],
    /// The value.
    pub data: &'a [u8],
}

impl<'a> Variable<'a> {
    /// Reads a `UEFI_VARIABLE_DATA` to its end.
    ///
    /// # Errors
    /// `boot.variable`.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Error> {
        let (variable, reader) = Self::parse_prefix(bytes)?;
        reader.finish("variable").map_err(|error| malformed(Code::BootVariable, &error))?;
        Ok(variable)
    }

    /// Reads a `UEFI_VARIABLE_DATA` that something may follow.
    pub(super) fn parse_prefix(bytes: &'a [u8]) -> Result<(Self, Reader<'a>), Error> {
        let mut reader = Reader::new(bytes);
        let mut read = || -> Result<Self, Error> {
            let guid = reader.array("guid")?;
            // What the error says was needed is the same number where addresses have 32 bits.
            let size = |value: u64| u32::try_from(value).unwrap_or(u32::MAX);
            let bytes = |size: u32| usize::try_from(size).unwrap_or(usize::MAX);
            let name = size(reader.u64_le("name_length")?).saturating_mul(2);
            let data = size(reader.u64_le("data_length")?);
            let name = reader.take(bytes(name), "name")?;
            Ok(Self { guid, name, data: reader.take(bytes(data), "data")? })
        };
        let variable = read().map_err(|error| malformed(Code::BootVariable, &error))?;
        Ok((variable, reader))
    }

    /// True when the name is this ASCII text.
    #[must_use]
    pub fn is_named(&self, name: &str) -> bool {
        let units = self.name.as_chunks::<2>().0;
        let wanted = name.bytes().map(|byte| [byte, 0]);
        units.iter().copied().eq(wanted)
    }

    /// The name, to be shown.
    #[must_use]
    pub fn display_name(&self) -> String {
        utf16(self.name)
    }
}

/// Text of UTF-16 in little-endian bytes, to be shown.
pub(super) fn utf16(bytes: &[u8]) -> String {
    let units = bytes.as_chunks::<2>().0.iter().map(|unit| u16::from_le_bytes(*unit));
    char::decode_utf16(units.take_while(|unit| *unit != 0))
        .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}

/// One entry of a Secure Boot database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Signature<'a> {
    /// What `data` is: a certificate, a hash.
    pub kind: Guid,
    /// Who put it there.
    pub owner: Guid,
    /// The certificate (DER) or hash.
    pub data: &'a [u8],
}

impl Signature<'_> {
    /// True for a SHA-256 hash of an image.
    #[must_use]
    pub fn is_sha256(&self) -> bool {
        self.kind == SHA256 && self.data.len() == 32
    }

    /// True for a certificate.
    #[must_use]
    pub fn is_x509(&self) -> bool {
        self.kind == X509
    }
}

/// Reads the `EFI_SIGNATURE_LIST`s of a database variable.
///
/// # Errors
/// `boot.signature_list`.
pub fn signature_lists(bytes: &[u8]) -> Result<Vec<Signature<'_>>, Error> {
    read_lists(bytes).map_err(|error| malformed(Code::BootSignatureList, &error))
}

fn read_lists(bytes: &[u8]) -> Result<Vec<Signature<'_>>, Error> {
    let mut reader = Reader::new(bytes);
    let mut signatures = Vec::new();
    while !reader.is_empty() {
        let at = reader.offset();
        let bad = |field| Error::new(Code::BootSignatureList, field).at(at);
        let kind = reader.array("type")?;
        let list_size = length(reader.u32_le("list_size")?);
        let header_size = length(reader.u32_le("header_size")?);
        let size = length(reader.u32_le("signature_size")?);
        let body = list_size.checked_sub(28).and_then(|rest| rest.checked_sub(header_size));
        let body = body.ok_or_else(|| bad("list_size"))?;
        // An owner and at least one byte; every turn of the loop below takes that much.
        let data_size = size.checked_sub(16).filter(|data| *data > 0).ok_or_else(|| bad("signature_size"))?;
        if !body.is_multiple_of(size) {
            return Err(bad("signature_size"));
        }
        reader.take(header_size, "header")?;
        let mut entries = reader.sub(body, "signatures")?;
        while !entries.is_empty() {
            let owner = entries.array("owner")?;
            signatures.push(Signature { kind, owner, data: entries.take(data_size, "data")? });
        }
    }
    Ok(signatures)
}

fn malformed(code: Code, error: &Error) -> Error {
    let mut whole = Error::new(code, String::from(error.part()));
    if let Some(offset) = error.offset() {
        whole = whole.at(offset);
    }
    for fact in error.facts() {
        whole = whole.with(Fact::clone(fact));
    }
    whole
}

/// `EFI_CERT_SHA256_GUID`, c1c41626-504c-4092-aca9-41f936934328.
const SHA256: Guid =
    [0x26, 0x16, 0xc4, 0xc1, 0x4c, 0x50, 0x92, 0x40, 0xac, 0xa9, 0x41, 0xf9, 0x36, 0x93, 0x43, 0x28];

/// `EFI_CERT_X509_GUID`, a5c059a1-94e4-4aa7-87b5-ab155c2bf072.
const X509: Guid =
    [0xa1, 0x59, 0xc0, 0xa5, 0xe4, 0x94, 0xa7, 0x4a, 0x87, 0xb5, 0xab, 0x15, 0x5c, 0x2b, 0xf0, 0x72];
