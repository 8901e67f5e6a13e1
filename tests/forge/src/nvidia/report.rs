//! Attestation reports of which every field can be made wrong.

use super::key::NvKey;

/// One measurement block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// Index.
    pub index: u8,
    /// MeasurementSpecification.
    pub specification: u8,
    /// Another size than that of the measurement.
    pub size: Option<u16>,
    /// DMTFSpecMeasurementValueType.
    pub value_type: u8,
    /// Another size than that of the value.
    pub value_size: Option<u16>,
    /// The value.
    pub value: Vec<u8>,
}

/// A report before it is signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NvReport {
    /// Version, code and two parameters of the request.
    pub request: [u8; 4],
    /// The challenge.
    pub nonce: [u8; 32],
    /// The slot.
    pub slot: u8,
    /// Version, code and two parameters of the response.
    pub response: [u8; 4],
    /// Another number of blocks.
    pub count: Option<u8>,
    /// Another length of the record.
    pub record_length: Option<u32>,
    /// The blocks.
    pub blocks: Vec<Block>,
    /// Fields of the opaque data.
    pub opaque: Vec<(u16, Vec<u8>)>,
    /// What follows the last field.
    pub opaque_tail: Vec<u8>,
    /// Another length of the opaque data.
    pub opaque_length: Option<u16>,
    /// Another signature.
    pub signature: Option<Vec<u8>>,
    /// What follows the signature.
    pub trailing: Vec<u8>,
}

impl NvReport {
    /// A report of these measurements.
    #[must_use]
    pub fn new(nonce: [u8; 32], values: &[[u8; 48]], opaque: Vec<(u16, Vec<u8>)>) -> Self {
        let block = |(number, value): (usize, &[u8; 48])| Block {
            index: u8::try_from(number + 1).expect("under 255 measurements"),
            specification: 1,
            size: None,
            value_type: 1,
            value_size: None,
            value: value.to_vec(),
        };
        Self {
            request: [0x11, 0xe0, 1, 0xff],
            nonce,
            slot: 0,
            response: [0x11, 0x60, 0, 0],
            count: None,
            record_length: None,
            blocks: values.iter().enumerate().map(block).collect(),
            opaque,
            opaque_tail: Vec::new(),
            opaque_length: None,
            signature: None,
            trailing: Vec::new(),
        }
    }

    /// Replaces a field of the opaque data, or adds it.
    pub fn put(&mut self, kind: u16, data: &[u8]) {
        match self.opaque.iter_mut().find(|(other, _)| *other == kind) {
            Some((_, other)) => *other = data.to_vec(),
            None => self.opaque.push((kind, data.to_vec())),
        }
    }

    /// Leaves a field of the opaque data out.
    pub fn without(&mut self, kind: u16) {
        self.opaque.retain(|(other, _)| *other != kind);
    }

    /// What is signed.
    #[must_use]
    pub fn unsigned(&self) -> Vec<u8> {
        let mut record = Vec::new();
        for block in &self.blocks {
            let len = u16::try_from(block.value.len()).expect("a short value");
            record.extend([block.index, block.specification]);
            record.extend(block.size.unwrap_or(len + 3).to_le_bytes());
            record.push(block.value_type);
            record.extend(block.value_size.unwrap_or(len).to_le_bytes());
            record.extend(&block.value);
        }
        let mut opaque = Vec::new();
        for (kind, data) in &self.opaque {
            opaque.extend(kind.to_le_bytes());
            opaque.extend(u16::try_from(data.len()).expect("a short field").to_le_bytes());
            opaque.extend(data);
        }
        opaque.extend(&self.opaque_tail);
        let mut out = self.request.to_vec();
        out.extend(self.nonce);
        out.push(self.slot);
        out.extend(self.response);
        out.push(self.count.unwrap_or_else(|| u8::try_from(self.blocks.len()).expect("few blocks")));
        let length = u32::try_from(record.len()).expect("a short record");
        out.extend(&self.record_length.unwrap_or(length).to_le_bytes()[..3]);
        out.extend(record);
        out.extend([0x5c; 32]);
        let length = u16::try_from(opaque.len()).expect("short data");
        out.extend(self.opaque_length.unwrap_or(length).to_le_bytes());
        out.extend(opaque);
        out
    }

    /// The report, signed by `key`.
    #[must_use]
    pub fn bytes(&self, key: &NvKey) -> Vec<u8> {
        let mut out = self.unsigned();
        let signature = self.signature.clone().unwrap_or_else(|| key.sign(&out));
        out.extend(signature);
        out.extend(&self.trailing);
        out
    }
}
