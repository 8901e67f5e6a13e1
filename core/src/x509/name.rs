//! Distinguished names (RFC 5280, section 4.1.2.4).

use super::der::{Der, Element, tag};
use super::oid;
use crate::error::{Code, Error};

/// Checks that `name` is a Name in DER; gives its common name where it has exactly one that is text.
///
/// Names are compared as they arrived, byte for byte; the common name is for roles and for people.
pub(crate) fn read<'a>(name: &Element<'a>, part: &'static str) -> Result<Option<&'a str>, Error> {
    let mut common_name = CommonName::None;
    let mut relative_names = name.inside();
    while !relative_names.is_empty() {
        let mut attributes = relative_names.enter(tag::SET, part)?;
        let mut previous: Option<&[u8]> = None;
        while !attributes.is_empty() {
            let attribute = attributes.expect(tag::SEQUENCE, part)?;
            if previous.is_some_and(|previous| previous >= attribute.der) {
                // A SET OF is sorted in DER (X.690, section 11.6).
                return Err(attribute.error(part));
            }
            previous = Some(attribute.der);
            let mut fields = attribute.inside();
            let kind = fields.expect(tag::OBJECT_IDENTIFIER, part)?.oid(part)?;
            let value = fields.any(part)?;
            let text = text(&value, part)?;
            fields.finish(part)?;
            if kind == oid::COMMON_NAME {
                common_name = match common_name {
                    CommonName::None => CommonName::One(text),
                    CommonName::One(_) | CommonName::Several => CommonName::Several,
                };
            }
        }
        if previous.is_none() {
            return Err(attributes_missing(&attributes, part));
        }
    }
    Ok(match common_name {
        CommonName::One(text) => text,
        CommonName::None | CommonName::Several => None,
    })
}

enum CommonName<'a> {
    None,
    One(Option<&'a str>),
    Several,
}

/// The text of a directory string; `None` for kinds that are not ASCII or UTF-8.
fn text<'a>(value: &Element<'a>, part: &'static str) -> Result<Option<&'a str>, Error> {
    let valid = match value.tag {
        tag::UTF8_STRING => true,
        tag::PRINTABLE_STRING => value.value.iter().all(|byte| is_printable(*byte)),
        tag::IA5_STRING => value.value.is_ascii(),
        _ => return Ok(None),
    };
    match core::str::from_utf8(value.value) {
        Ok(text) if valid => Ok(Some(text)),
        _ => Err(value.error(part)),
    }
}

/// The characters of PrintableString (X.680, section 41.4), and `*`, `@`, `_`, `&`, which real issuers write.
fn is_printable(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b" '()+,-./:=?*@_&".contains(&byte)
}

fn attributes_missing(attributes: &Der<'_>, part: &'static str) -> Error {
    Error::new(Code::X509Der, part).at(attributes.offset())
}
