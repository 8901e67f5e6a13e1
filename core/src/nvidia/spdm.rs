//! Attestation reports: an SPDM 1.1 GET_MEASUREMENTS request and its MEASUREMENTS response, back to back
//! (DMTF DSP0274 1.1, section 10.11).
//!
//! ```text
//! request  = 11 e0 | attributes 01 | operation ff | nonce [32] | slot 00
//! response = 11 60 00 00 | u8 blocks | u24 record length | blocks | nonce [32]
//!            | u16 opaque length | opaque data | signature r ‖ s [96]
//! block    = u8 index | specification 01 | u16 size | u8 type | u16 value size | value
//! ```
//!
//! Integers are little-endian. The device signs everything before the signature, as it is sent: SPDM 1.1 puts
//! no context in front.

use alloc::vec::Vec;

use super::opaque::OpaqueData;
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::limits;
use crate::reader::Reader;

/// A parsed report. Not authentic: nobody has looked at its signature.
#[derive(Clone, Debug)]
pub struct Report<'a> {
    nonce: [u8; 32],
    blocks: Vec<MeasurementBlock<'a>>,
    opaque: OpaqueData<'a>,
    raw: &'a [u8],
    signed: &'a [u8],
    signature: &'a [u8],
}

/// One measurement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MeasurementBlock<'a> {
    /// Its number, from 1.
    pub index: u8,
    /// DMTFSpecMeasurementValueType: what is measured, and in bit 7 whether the value is a digest (0) or raw.
    pub value_type: u8,
    /// The measured value.
    pub value: &'a [u8],
}

impl MeasurementBlock<'_> {
    /// Whether the value is a digest, and not raw bits.
    #[must_use]
    pub const fn is_digest(&self) -> bool {
        self.value_type & 0x80 == 0
    }
}

/// What is done with bytes after the signature.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Trailing {
    /// They are refused.
    #[default]
    Refuse,
    /// Zeros are allowed: some collectors pass on the whole buffer of the driver.
    AllowZeros,
}

impl<'a> Report<'a> {
    /// Parses a whole report.
    ///
    /// # Errors
    /// `nvidia.spdm.request`, `nvidia.spdm.response`, `nvidia.spdm.layout`, `nvidia.opaque.layout`,
    /// `input.truncated`, `input.trailing_data`, `limit.size`, `limit.count`.
    pub fn parse(bytes: &'a [u8], trailing: Trailing) -> Result<Self, Error> {
        Self::read(bytes, trailing).map_err(|error| error.inside("report"))
    }

    fn read(bytes: &'a [u8], trailing: Trailing) -> Result<Self, Error> {
        if bytes.len() > limits::NVIDIA_REPORT_BYTES {
            return Err(Error::new(Code::LimitSize, "")
                .with(Fact::count("size", bytes.len()))
                .with(Fact::count("limit", limits::NVIDIA_REPORT_BYTES)));
        }
        let mut reader = Reader::new(bytes);
        let nonce = read_request(&mut reader)?;
        let blocks = read_measurements(&mut reader)?;
        let _responder_nonce: [u8; 32] = reader.array("response.nonce")?;
        let opaque_length = reader.u16_le("response.opaque_length")?;
        let opaque = OpaqueData::read(reader.sub(usize::from(opaque_length), "response.opaque_data")?)?;
        let signed = bytes.get(..reader.offset()).unwrap_or_default();
        let signature = reader.take(SIGNATURE_LEN, "response.signature")?;
        let raw = bytes.get(..reader.offset()).unwrap_or_default();
        match trailing {
            Trailing::AllowZeros if reader.rest().iter().all(|byte| *byte == 0) => {}
            _ => reader.finish("response")?,
        }
        Ok(Self { nonce, blocks, opaque, raw, signed, signature })
    }

    /// The challenge that the request carried.
    #[must_use]
    pub const fn unauthenticated_nonce(&self) -> &[u8; 32] {
        &self.nonce
    }

    /// The measurements, by ascending index.
    #[must_use]
    pub fn unauthenticated_blocks(&self) -> &[MeasurementBlock<'a>] {
        &self.blocks
    }

    /// The opaque data.
    #[must_use]
    pub const fn unauthenticated_opaque(&self) -> &OpaqueData<'a> {
        &self.opaque
    }

    /// The whole report, without what follows it.
    #[must_use]
    pub const fn raw(&self) -> &'a [u8] {
        self.raw
    }

    /// What the device signed: request and response up to the signature, as they arrived.
    #[must_use]
    pub const fn signed(&self) -> &'a [u8] {
        self.signed
    }

    /// The signature: `r ‖ s`.
    #[must_use]
    pub const fn signature(&self) -> &'a [u8] {
        self.signature
    }
}

/// The request: every bit of it is known but the nonce.
fn read_request(reader: &mut Reader<'_>) -> Result<[u8; 32], Error> {
    let refuse = |field: &'static str, offset: usize, expected: u8, actual: u8| {
        Error::new(Code::NvidiaSpdmRequest, field)
            .at(offset)
            .with(Fact::number("expected", expected.into()))
            .with(Fact::number("actual", actual.into()))
    };
    for (field, expected) in [
        ("request.version", SPDM_1_1),
        ("request.code", GET_MEASUREMENTS),
        ("request.attributes", SIGNATURE_REQUESTED),
        ("request.operation", ALL_MEASUREMENTS),
    ] {
        let offset = reader.offset();
        let actual = reader.u8(field)?;
        if actual != expected {
            return Err(refuse(field, offset, expected, actual));
        }
    }
    let nonce = reader.array("request.nonce")?;
    let offset = reader.offset();
    match reader.u8("request.slot")? {
        0 => Ok(nonce),
        slot => Err(refuse("request.slot", offset, 0, slot)),
    }
}

/// The response up to its nonce.
fn read_measurements<'a>(reader: &mut Reader<'a>) -> Result<Vec<MeasurementBlock<'a>>, Error> {
    for (field, expected) in [
        ("response.version", SPDM_1_1),
        ("response.code", MEASUREMENTS),
        ("response.param1", 0),
        ("response.param2", 0),
    ] {
        let offset = reader.offset();
        let actual = reader.u8(field)?;
        if actual != expected {
            return Err(Error::new(Code::NvidiaSpdmResponse, field)
                .at(offset)
                .with(Fact::number("expected", expected.into()))
                .with(Fact::number("actual", actual.into())));
        }
    }
    let offset = reader.offset();
    let count = reader.u8("response.blocks")?;
    if count == 0 {
        return Err(Error::new(Code::NvidiaSpdmLayout, "response.blocks").at(offset));
    }
    let [low, middle, high] = reader.array("response.record_length")?;
    let length = crate::reader::length(u32::from_le_bytes([low, middle, high, 0]));
    let mut record = reader.sub(length, "response.record")?;
    let mut blocks: Vec<MeasurementBlock<'a>> = Vec::with_capacity(usize::from(count));
    for _ in 0..count {
        let offset = record.offset();
        let block = read_block(&mut record)?;
        if blocks.last().map_or(0, |previous| previous.index) >= block.index {
            return Err(layout("block.index", offset, "indices start at 1 and rise"));
        }
        blocks.push(block);
    }
    if !record.is_empty() {
        let problem = "the record is longer than its blocks";
        return Err(layout("response.record_length", record.offset(), problem));
    }
    Ok(blocks)
}

fn read_block<'a>(record: &mut Reader<'a>) -> Result<MeasurementBlock<'a>, Error> {
    // A record that is shorter than its blocks says so of its length, and not of the input.
    let short = |error: Error| {
        let offset = error.offset().unwrap_or_default();
        layout("response.record_length", offset, "the record is shorter than its blocks")
    };
    let index = record.u8("block.index").map_err(short)?;
    let offset = record.offset();
    if record.u8("block.specification").map_err(short)? != DMTF {
        return Err(layout("block.specification", offset, "only measurements of the DMTF form are known"));
    }
    let size_offset = record.offset();
    let size = record.u16_le("block.size").map_err(short)?;
    let mut measurement = record.sub(usize::from(size), "block.value").map_err(short)?;
    let unequal = |_| layout("block.size", size_offset, "the sizes of block and value disagree");
    let value_type = measurement.u8("block.value_type").map_err(unequal)?;
    let value_size = measurement.u16_le("block.value_size").map_err(unequal)?;
    let value = measurement.take(usize::from(value_size), "block.value").map_err(unequal)?;
    measurement.finish("block.value").map_err(unequal)?;
    Ok(MeasurementBlock { index, value_type, value })
}

fn layout(part: &'static str, offset: usize, problem: &'static str) -> Error {
    Error::new(Code::NvidiaSpdmLayout, part).at(offset).with(Fact::text("problem", problem))
}

/// An ECDSA signature on P-384.
const SIGNATURE_LEN: usize = 96;
const SPDM_1_1: u8 = 0x11;
const GET_MEASUREMENTS: u8 = 0xe0;
const MEASUREMENTS: u8 = 0x60;
const SIGNATURE_REQUESTED: u8 = 0x01;
const ALL_MEASUREMENTS: u8 = 0xff;
/// MeasurementSpecification: bit 0, DMTF.
const DMTF: u8 = 0x01;

#[cfg(test)]
pub(super) mod tests {
    use alloc::vec;

    use super::*;

    /// A report of two measurements, made by hand.
    pub(in crate::nvidia) fn made(opaque: &[u8]) -> Vec<u8> {
        let mut report = vec![0x11, 0xe0, 1, 0xff];
        report.extend([7; 32]);
        report.push(0);
        report.extend([0x11, 0x60, 0, 0, 2, 110, 0, 0]);
        for index in [1, 2] {
            report.extend([index, 1, 51, 0, 1, 48, 0]);
            report.extend([index + 0x20; 48]);
        }
        report.extend([9; 32]);
        report.extend(u16::try_from(opaque.len()).unwrap().to_le_bytes());
        report.extend(opaque);
        report.extend([0x5a; 96]);
        report
    }

    const OPAQUE: &[u8] = &[3, 0, 2, 0, b'5', 0, 200, 0, 1, 0, 0xee];

    fn refused(report: &[u8]) -> (Code, alloc::string::String, Option<usize>) {
        let error = Report::parse(report, Trailing::Refuse).unwrap_err();
        (error.code(), error.part().into(), error.offset())
    }

    #[test]
    fn a_whole_report_is_read() {
        let bytes = made(OPAQUE);
        let report = Report::parse(&bytes, Trailing::Refuse).unwrap();
        assert_eq!(report.unauthenticated_nonce(), &[7; 32]);
        let blocks = report.unauthenticated_blocks();
        assert_eq!(
            blocks.iter().map(|block| (block.index, block.value[0])).collect::<Vec<_>>(),
            [(1, 0x21), (2, 0x22)]
        );
        assert!(blocks.iter().all(MeasurementBlock::is_digest));
        assert_eq!(report.signed(), &bytes[..bytes.len() - 96]);
        assert_eq!(report.signature(), &[0x5a; 96]);
        assert_eq!(report.unauthenticated_opaque().get(200), Some(&[0xee][..]), "an unknown type is kept");
    }

    #[test]
    fn a_report_cut_anywhere_is_refused() {
        let bytes = made(OPAQUE);
        for len in 0..bytes.len() {
            assert!(Report::parse(&bytes[..len], Trailing::AllowZeros).is_err(), "cut at {len}");
        }
    }

    #[test]
    fn zeros_may_follow_only_where_they_are_allowed() {
        let mut bytes = made(OPAQUE);
        bytes.push(0);
        assert_eq!(refused(&bytes).0, Code::InputTrailingData);
        assert!(Report::parse(&bytes, Trailing::AllowZeros).is_ok());
        bytes.push(1);
        let error = Report::parse(&bytes, Trailing::AllowZeros).unwrap_err();
        assert_eq!(error.code(), Code::InputTrailingData);
    }

    #[test]
    fn every_fixed_byte_is_held_to_its_value() {
        let bytes = made(OPAQUE);
        for (offset, code) in [
            (0, Code::NvidiaSpdmRequest),
            (1, Code::NvidiaSpdmRequest),
            (2, Code::NvidiaSpdmRequest),
            (3, Code::NvidiaSpdmRequest),
            (36, Code::NvidiaSpdmRequest),
            (37, Code::NvidiaSpdmResponse),
            (38, Code::NvidiaSpdmResponse),
            (39, Code::NvidiaSpdmResponse),
            (40, Code::NvidiaSpdmResponse),
        ] {
            for bit in 0..8 {
                let mut changed = bytes.clone();
                changed[offset] ^= 1 << bit;
                let (actual, _, at) = refused(&changed);
                assert_eq!((actual, at), (code, Some(offset)));
            }
        }
    }

    #[test]
    fn blocks_fill_the_record_exactly_and_rise() {
        let bytes = made(OPAQUE);
        let change = |edits: &[(usize, u8)]| {
            let mut changed = bytes.clone();
            for (offset, value) in edits {
                changed[*offset] = *value;
            }
            refused(&changed)
        };
        let layout = |part: &str| (Code::NvidiaSpdmLayout, alloc::format!("report.{part}"));
        let code = |edits: &[(usize, u8)]| {
            let (code, part, _) = change(edits);
            (code, part)
        };
        // 41 count, 42..45 record length, 45 first block, 100 second block.
        assert_eq!(code(&[(41, 0)]), layout("response.blocks"));
        assert_eq!(code(&[(41, 1)]), layout("response.record_length"));
        assert_eq!(code(&[(41, 3)]), layout("response.record_length"));
        assert_eq!(code(&[(42, 109)]), layout("response.record_length"));
        assert_eq!(code(&[(42, 111)]), layout("response.record_length"));
        assert_eq!(code(&[(42, 0xff), (43, 0xff), (44, 0xff)]).0, Code::InputTruncated);
        assert_eq!(code(&[(45, 0)]), layout("block.index"));
        assert_eq!(code(&[(100, 1)]), layout("block.index"));
        assert_eq!(code(&[(45, 3)]), layout("block.index"));
        assert_eq!(code(&[(46, 0)]), layout("block.specification"));
        assert_eq!(code(&[(46, 2)]), layout("block.specification"));
        assert_eq!(code(&[(50, 47)]), layout("block.size"));
        assert_eq!(code(&[(50, 49)]), layout("block.size"));
        let mut raw = bytes.clone();
        raw[49] = 0x81;
        let report = Report::parse(&raw, Trailing::Refuse).unwrap();
        assert!(!report.unauthenticated_blocks()[0].is_digest());
    }

    #[test]
    fn a_report_larger_than_any_is_refused_before_it_is_read() {
        let bytes = vec![0x11; limits::NVIDIA_REPORT_BYTES + 1];
        assert_eq!(refused(&bytes).0, Code::LimitSize);
    }
}
