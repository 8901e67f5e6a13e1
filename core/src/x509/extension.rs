//! Extensions of certificates, CRLs and CRL entries (RFC 5280, section 4.2).

use alloc::vec::Vec;

use super::der::{Der, Element, tag};
use super::oid;
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::limits;

/// One extension, as it arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extension<'a> {
    /// The content of the OBJECT IDENTIFIER that names it; see [`oid`].
    pub oid: &'a [u8],
    /// Whether a reader that does not know it must refuse the whole.
    pub critical: bool,
    /// The DER inside the OCTET STRING.
    pub value: &'a [u8],
    /// Offset of `value` in the certificate or CRL.
    pub offset: usize,
}

/// BasicConstraints (section 4.2.1.9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BasicConstraints {
    /// Whether the subject is an authority that issues certificates.
    pub ca: bool,
    /// How many authorities that are not self-issued may stand between it and the leaf.
    pub path_len: Option<u32>,
}

/// KeyUsage (section 4.2.1.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyUsage {
    bits: u16,
}

impl KeyUsage {
    /// Bit `number` of the named bit list, counted from 0 (`digitalSignature`) to 8 (`decipherOnly`).
    #[must_use]
    pub const fn bit(self, number: u32) -> bool {
        self.bits.unbounded_shr(number) & 1 == 1
    }

    /// `digitalSignature`: signs data other than certificates and CRLs.
    #[must_use]
    pub const fn digital_signature(self) -> bool {
        self.bit(0)
    }

    /// `keyCertSign`: signs certificates.
    #[must_use]
    pub const fn key_cert_sign(self) -> bool {
        self.bit(5)
    }

    /// `cRLSign`: signs revocation lists.
    #[must_use]
    pub const fn crl_sign(self) -> bool {
        self.bit(6)
    }
}

/// The extensions of one certificate, CRL or entry; none is there twice.
#[derive(Clone, Debug, Default)]
pub(crate) struct Extensions<'a> {
    list: Vec<Extension<'a>>,
}

impl<'a> Extensions<'a> {
    /// Reads `SEQUENCE SIZE (1..MAX) OF Extension`; `code` is that of a broken rule.
    pub(crate) fn read(sequence: &Element<'a>, rule: Code, part: &'static str) -> Result<Self, Error> {
        let mut items = sequence.inside();
        let mut list: Vec<Extension<'a>> = Vec::new();
        while !items.is_empty() {
            let item = items.expect(tag::SEQUENCE, part)?;
            let extension = Extension::read(&item, part)?;
            if list.len() >= limits::EXTENSIONS {
                return Err(Error::new(Code::LimitCount, part).at(item.offset));
            }
            if list.iter().any(|earlier| earlier.oid == extension.oid) {
                return Err(Error::new(rule, part)
                    .at(item.offset)
                    .with(Fact::text("problem", "an extension is there twice"))
                    .with(Fact::bytes("oid", extension.oid)));
            }
            list.push(extension);
        }
        if list.is_empty() { Err(sequence.error(part)) } else { Ok(Self { list }) }
    }

    pub(crate) fn get(&self, oid: &[u8]) -> Option<Extension<'a>> {
        self.list.iter().find(|extension| extension.oid == oid).copied()
    }

    pub(crate) fn as_slice(&self) -> &[Extension<'a>] {
        &self.list
    }

    /// Refuses critical extensions that are not in one of the lists.
    pub(crate) fn refuse_unknown_critical(
        &self,
        known: [&[&[u8]]; 2],
        rule: Code,
        part: &'static str,
    ) -> Result<(), Error> {
        let unknown = self
            .list
            .iter()
            .find(|extension| extension.critical && !known.iter().any(|oids| oids.contains(&extension.oid)));
        match unknown {
            None => Ok(()),
            Some(extension) => Err(Error::new(rule, part)
                .at(extension.offset)
                .with(Fact::text("problem", "a critical extension is not known"))
                .with(Fact::bytes("oid", extension.oid))),
        }
    }
}

impl<'a> Extension<'a> {
    /// Reads one Extension.
    pub(crate) fn read(item: &Element<'a>, part: &'static str) -> Result<Self, Error> {
        let mut fields = item.inside();
        let oid = fields.expect(tag::OBJECT_IDENTIFIER, part)?.oid(part)?;
        let critical = match fields.optional(tag::BOOLEAN, part)? {
            None => false,
            // FALSE is the default, and DER leaves defaults out (X.690, section 11.5).
            Some(flag) => flag.boolean(part)?.then_some(true).ok_or_else(|| flag.error(part))?,
        };
        let value = fields.expect(tag::OCTET_STRING, part)?;
        fields.finish(part)?;
        Ok(Self { oid, critical, value: value.value, offset: value.value_offset })
    }

    /// The value as one element of this tag.
    pub(crate) fn element(&self, tag: u8, code: Code, part: &'static str) -> Result<Element<'a>, Error> {
        Der::whole(self.value, self.offset, code, tag, part)
    }

    pub(crate) fn basic_constraints(&self) -> Result<BasicConstraints, Error> {
        const PART: &str = "extensions.basic_constraints";
        let mut fields = self.element(tag::SEQUENCE, Code::X509Der, PART)?.inside();
        let ca = match fields.optional(tag::BOOLEAN, PART)? {
            None => false,
            Some(flag) => flag.boolean(PART)?.then_some(true).ok_or_else(|| flag.error(PART))?,
        };
        let path_len = match fields.optional(tag::INTEGER, PART)? {
            None => None,
            Some(number) => {
                let digits = number.unsigned(PART)?;
                if digits.len() > 4 {
                    return Err(number.error(PART));
                }
                Some(digits.iter().fold(0u32, |value, digit| (value << 8) | u32::from(*digit)))
            }
        };
        fields.finish(PART)?;
        Ok(BasicConstraints { ca, path_len })
    }

    pub(crate) fn key_usage(&self) -> Result<KeyUsage, Error> {
        const PART: &str = "extensions.key_usage";
        let element = self.element(tag::BIT_STRING, Code::X509Der, PART)?;
        let (unused, first, second) = match element.value {
            [unused @ 0..=7, first] => (*unused, *first, 0),
            [unused @ 0..=7, first, second] => (*unused, *first, *second),
            _ => return Err(element.error(PART)),
        };
        let last = element.value.last().copied().unwrap_or_default();
        // A named bit list ends with its last set bit, and unused bits are zero (X.690, section 11.2).
        if last.trailing_zeros() != u32::from(unused) {
            return Err(element.error(PART));
        }
        Ok(KeyUsage { bits: u16::from_be_bytes([second.reverse_bits(), first.reverse_bits()]) })
    }

    pub(crate) fn subject_key_id(&self) -> Result<&'a [u8], Error> {
        const PART: &str = "extensions.subject_key_identifier";
        let element = self.element(tag::OCTET_STRING, Code::X509Der, PART)?;
        not_empty(element.value, Code::X509Extension, PART)
    }

    /// The key identifier of AuthorityKeyIdentifier, where it has one (section 4.2.1.1).
    pub(crate) fn authority_key_id(&self, der: Code, rule: Code) -> Result<Option<&'a [u8]>, Error> {
        const PART: &str = "extensions.authority_key_identifier";
        let mut fields = self.element(tag::SEQUENCE, der, PART)?.inside();
        let key_id = fields.optional(tag::PRIMITIVE_0, PART)?;
        let issuer = fields.optional(tag::CONTEXT_1, PART)?;
        let serial = fields.optional(tag::PRIMITIVE_2, PART)?;
        fields.finish(PART)?;
        if let Some(issuer) = issuer
            && serial.is_none()
        {
            return Err(issuer.error(PART));
        }
        if let Some(serial) = serial {
            serial.integer(PART)?;
            if issuer.is_none() {
                return Err(serial.error(PART));
            }
        }
        key_id.map(|id| not_empty(id.value, rule, PART)).transpose()
    }
}

/// An empty identifier would equal another empty one and so say that any key is the issuer's.
fn not_empty<'a>(id: &'a [u8], rule: Code, part: &'static str) -> Result<&'a [u8], Error> {
    if id.is_empty() {
        return Err(Error::new(rule, part).with(Fact::text("problem", "the key identifier is empty")));
    }
    Ok(id)
}

/// The certificate extensions that this module reads and enforces wherever they matter.
pub(crate) const KNOWN_IN_CERTIFICATES: &[&[u8]] = &[oid::BASIC_CONSTRAINTS, oid::KEY_USAGE];
