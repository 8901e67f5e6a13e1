//! The firmware that a device's key was made for (TCG DICE Attestation Architecture 1.1, section 6).
//!
//! ```text
//! Hopper, LS10: CompositeDeviceID ::= SEQUENCE { version INTEGER, deviceID SubjectPublicKeyInfo, fwid FWID }
//! Blackwell:    DiceTcbInfo       ::= SEQUENCE { …, [6] IMPLICIT SEQUENCE OF FWID, … }
//! FWID                            ::= SEQUENCE { hashAlg OBJECT IDENTIFIER, digest OCTET STRING }
//! ```

use super::device::Architecture;
use crate::bytes::Bytes;
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::x509::der::{Element, tag};
use crate::x509::{Certificate, oid};

/// The firmware identifier of a leaf certificate.
///
/// # Errors
/// `nvidia.fwid.extension`; `nvidia.fwid` when both extensions are there and disagree;
/// `nvidia.arch.mismatch` when the extension is another architecture's.
pub(super) fn of_leaf(leaf: &Certificate<'_>, architecture: Architecture) -> Result<Bytes<48>, Error> {
    let composite = leaf.extension(oid::TCG_DICE_COMPOSITE_DEVICE_ID);
    let tcb_info = leaf.extension(oid::TCG_DICE_TCB_INFO);
    let read = |extension: Option<crate::x509::Extension<'_>>, read: Reads| {
        extension
            .map(|extension| {
                let element = extension.element(tag::SEQUENCE, Code::NvidiaFwidExtension, PART)?;
                read(&element)
            })
            .transpose()
    };
    match (read(composite, of_composite)?, read(tcb_info, of_tcb_info)?) {
        (None, None) => {
            Err(Error::new(Code::NvidiaFwidExtension, PART).with(Fact::text("problem", "missing")))
        }
        (Some(one), Some(other)) if one != other => {
            Err(Error::new(Code::NvidiaFwid, PART).with(Fact::text("problem", "two extensions disagree")))
        }
        (Some(_), None) if architecture == Architecture::Blackwell => Err(of_another(architecture)),
        (None, Some(_)) if architecture != Architecture::Blackwell => Err(of_another(architecture)),
        (Some(fwid), _) | (None, Some(fwid)) => Ok(fwid),
    }
}

type Reads = fn(&Element<'_>) -> Result<Bytes<48>, Error>;

fn of_another(architecture: Architecture) -> Error {
    Error::new(Code::NvidiaArchMismatch, PART)
        .with(Fact::text("problem", "the firmware identifier has the form of another architecture"))
        .with(Fact::text("expected", architecture.as_str()))
}

fn of_composite(sequence: &Element<'_>) -> Result<Bytes<48>, Error> {
    let mut fields = sequence.inside();
    fields.expect(tag::INTEGER, PART)?.integer(PART)?;
    fields.expect(tag::SEQUENCE, PART)?;
    let fwid = fwid(&fields.expect(tag::SEQUENCE, PART)?)?;
    fields.finish(PART)?;
    Ok(fwid)
}

fn of_tcb_info(sequence: &Element<'_>) -> Result<Bytes<48>, Error> {
    let mut fields = sequence.inside();
    let mut found = None;
    let mut previous = None;
    while !fields.is_empty() {
        let field = fields.any(PART)?;
        // [0] to [9], each at most once and in order; the high bits tell class and form.
        let number = field.tag & 0x1f;
        if field.tag & 0xc0 != 0x80 || number > LAST_FIELD || previous.is_some_and(|last| last >= number) {
            return Err(field.error(PART));
        }
        previous = Some(number);
        if field.tag == FWIDS {
            let mut fwids = field.inside();
            let first = fwid(&fwids.expect(tag::SEQUENCE, PART)?)?;
            while !fwids.is_empty() {
                fwid(&fwids.expect(tag::SEQUENCE, PART)?)?;
            }
            found = Some(first);
        }
    }
    found.ok_or_else(|| sequence.error(PART).with(Fact::text("problem", "there is no firmware identifier")))
}

fn fwid(sequence: &Element<'_>) -> Result<Bytes<48>, Error> {
    let mut fields = sequence.inside();
    let algorithm = fields.expect(tag::OBJECT_IDENTIFIER, PART)?;
    let digest = fields.expect(tag::OCTET_STRING, PART)?;
    fields.finish(PART)?;
    match (algorithm.oid(PART)?, <[u8; 48]>::try_from(digest.value)) {
        (oid::SHA384, Ok(digest)) => Ok(Bytes(digest)),
        _ => Err(sequence.error(PART).with(Fact::text("problem", "not a SHA-384 digest"))),
    }
}

const PART: &str = "extensions.fwid";
/// `[6]`, constructed.
const FWIDS: u8 = 0xa6;
const LAST_FIELD: u8 = 9;
