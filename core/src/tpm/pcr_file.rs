//! Files of PCR values that tools write beside a quote.
//!
//! tpm2-tools 4.1 and later write (`tpm2_quote --pcr`), as their C structures lie in memory:
//! ```text
//! u32 count | 16 × ( u16 hash | u8 sizeofSelect | u8[4] pcrSelect | padding 1 )      TPML_PCR_SELECTION
//! u32 lists | lists × ( u32 count | 8 × ( u16 size | u8[64] ) )                      TPML_DIGEST
//! ```
//! with numbers in the byte order of the machine; with `--pcrs_format=values` the bare values one after
//! another; with `--pcrs_format=marshaled` (5.8) the same structures in wire form, big-endian.

use alloc::vec::Vec;

use super::algorithm::AlgorithmId;
use super::attest::sized;
use super::pcr::{BankSelection, ClaimedPcrs, PcrSelection};
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::limits;
use crate::reader::Reader;

impl ClaimedPcrs {
    /// Reads a file of `tpm2_quote --pcr` or `tpm2_pcrread -o` in its forms `serialized` and `marshaled`,
    /// recognised by content, or `values`, for which `selection` says what they are values of: that of
    /// the quote.
    ///
    /// Nothing is believed: what the quote does not cover is left out when the values are bound to it.
    ///
    /// # Errors
    /// `tpm.pcr.layout`, `tpm.algorithm`, `limit.size`.
    pub fn from_file(bytes: &[u8], selection: &PcrSelection) -> Result<Self, Error> {
        check_size(bytes)?;
        if bytes.len() == length_of(selection) {
            return Self::from_values(bytes, selection);
        }
        match Self::from_serialized(bytes) {
            Ok(claimed) => Ok(claimed),
            Err(error) => Self::from_marshaled(bytes).map_err(|_| error),
        }
    }

    /// Bare values one after another, in the order of `selection`.
    ///
    /// # Errors
    /// `tpm.pcr.layout`, `tpm.algorithm`, `limit.size`.
    pub fn from_values(bytes: &[u8], selection: &PcrSelection) -> Result<Self, Error> {
        check_size(bytes)?;
        let mut reader = Reader::new(bytes);
        let mut claimed = Self::new();
        for (algorithm, index) in selection.iter() {
            let bank = algorithm.require_hash("pcrs")?;
            let value = reader.take(bank.digest_len(), "pcrs").map_err(layout)?;
            claimed.insert(bank, index, value)?;
        }
        reader.finish("pcrs").map_err(layout)?;
        Ok(claimed)
    }

    /// The structures of tpm2-tools as they lie in memory, little- or big-endian.
    ///
    /// # Errors
    /// `tpm.pcr.layout`, `tpm.algorithm`, `limit.size`.
    pub fn from_serialized(bytes: &[u8]) -> Result<Self, Error> {
        check_size(bytes)?;
        let order = match bytes {
            [1..=16, 0, 0, 0, ..] => ByteOrder::Little,
            [0, 0, 0, 1..=16, ..] => ByteOrder::Big,
            _ => return Err(wrong(0, "no count of banks")),
        };
        let mut reader = Reader::new(bytes);
        let count = order.u32(&mut reader)?;
        let mut banks = Vec::new();
        for slot in 0..16 {
            let algorithm = AlgorithmId(order.u16(&mut reader)?);
            let at = reader.offset();
            let [size, map @ .., _] = reader.array::<6>("pcrs").map_err(layout)?;
            if slot >= count {
                continue;
            }
            if !(1..=4).contains(&size) {
                return Err(wrong(at, "no size of a selection"));
            }
            let used = map.get(..usize::from(size)).unwrap_or_default();
            let bitmap = used.iter().rev().fold(0u32, |map, byte| map << 8 | u32::from(*byte));
            banks.push(BankSelection { algorithm, bitmap });
        }
        let lists = order.u32(&mut reader)?;
        let mut values: Vec<&[u8]> = Vec::new();
        for _ in 0..lists {
            let at = reader.offset();
            let count = order.u32(&mut reader)?;
            if count > 8 {
                return Err(wrong(at, "more digests than a list holds"));
            }
            for slot in 0..8 {
                let at = reader.offset();
                let size = order.u16(&mut reader)?;
                let buffer = reader.take(64, "pcrs").map_err(layout)?;
                if slot < count {
                    let value = buffer.get(..usize::from(size));
                    values.push(value.ok_or_else(|| wrong(at, "a digest is longer than its buffer"))?);
                }
            }
        }
        reader.finish("pcrs").map_err(layout)?;
        Self::from_lists(&PcrSelection::new(banks), &values)
    }

    /// The structures in wire form: a TPML_PCR_SELECTION, then TPML_DIGESTs with or without their count.
    ///
    /// # Errors
    /// `tpm.pcr.layout`, `tpm.algorithm`, `limit.size`.
    pub fn from_marshaled(bytes: &[u8]) -> Result<Self, Error> {
        check_size(bytes)?;
        let mut reader = Reader::new(bytes);
        let selection = PcrSelection::read(&mut reader, Code::TpmPcrLayout).map_err(layout)?;
        let mut counted = reader.clone();
        let with_count =
            counted.u32_be("pcrs").map_err(layout).and_then(|lists| digests(counted, Some(lists)));
        match with_count {
            Ok(values) => Self::from_lists(&selection, &values),
            Err(_) => Self::from_lists(&selection, &digests(reader, None)?),
        }
    }

    fn from_lists(selection: &PcrSelection, values: &[&[u8]]) -> Result<Self, Error> {
        let selected = selection.iter().count();
        if selected != values.len() {
            return Err(Error::new(Code::TpmPcrLayout, "pcrs")
                .with(Fact::text("problem", "not one value for each selected register"))
                .with(Fact::count("selected", selected))
                .with(Fact::count("values", values.len())));
        }
        let mut claimed = Self::new();
        for ((algorithm, index), value) in selection.iter().zip(values) {
            claimed.insert(algorithm.require_hash("pcrs")?, index, value)?;
        }
        Ok(claimed)
    }
}

/// `lists` TPML_DIGESTs, or as many as there are.
fn digests(mut reader: Reader<'_>, lists: Option<u32>) -> Result<Vec<&[u8]>, Error> {
    let mut values = Vec::new();
    let mut seen = 0u32;
    while lists.map_or(!reader.is_empty(), |lists| seen < lists) {
        let at = reader.offset();
        let count = reader.u32_be("pcrs").map_err(layout)?;
        if count > 8 {
            return Err(wrong(at, "more digests than a list holds"));
        }
        for _ in 0..count {
            values.push(sized(&mut reader, "pcrs").map_err(layout)?);
        }
        seen = seen.saturating_add(1);
    }
    reader.finish("pcrs").map_err(layout)?;
    Ok(values)
}

#[derive(Clone, Copy)]
enum ByteOrder {
    Little,
    Big,
}

impl ByteOrder {
    fn u16(self, reader: &mut Reader<'_>) -> Result<u16, Error> {
        match self {
            Self::Little => reader.u16_le("pcrs"),
            Self::Big => reader.u16_be("pcrs"),
        }
        .map_err(layout)
    }

    fn u32(self, reader: &mut Reader<'_>) -> Result<u32, Error> {
        match self {
            Self::Little => reader.u32_le("pcrs"),
            Self::Big => reader.u32_be("pcrs"),
        }
        .map_err(layout)
    }
}

/// Bytes of all selected values; never that of a file with structures, which has more.
fn length_of(selection: &PcrSelection) -> usize {
    let sizes = selection.iter().map(|(algorithm, _)| algorithm.hash().map_or(0, |bank| bank.digest_len()));
    sizes.fold(0, usize::saturating_add)
}

fn check_size(bytes: &[u8]) -> Result<(), Error> {
    if bytes.len() > limits::TPM_PCR_FILE_BYTES {
        return Err(Error::new(Code::LimitSize, "pcrs").with(Fact::count("size", bytes.len())));
    }
    Ok(())
}

fn layout(error: Error) -> Error {
    let outer = Error::new(Code::TpmPcrLayout, "pcrs");
    let outer = match error.offset() {
        Some(offset) => outer.at(offset),
        None => outer,
    };
    outer.with(Fact::text("problem", error.code().meaning()))
}

fn wrong(offset: usize, problem: &'static str) -> Error {
    Error::new(Code::TpmPcrLayout, "pcrs").at(offset).with(Fact::text("problem", problem))
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::*;
    use crate::crypto::HashAlgorithm;

    fn selection() -> PcrSelection {
        PcrSelection::new(vec![
            BankSelection { algorithm: AlgorithmId::SHA256, bitmap: 0b1001 },
            BankSelection { algorithm: AlgorithmId::SHA1, bitmap: 1 << 23 },
        ])
    }

    fn expected() -> ClaimedPcrs {
        let mut claimed = ClaimedPcrs::new();
        claimed.insert(HashAlgorithm::Sha256, 0, &[1; 32]).unwrap();
        claimed.insert(HashAlgorithm::Sha256, 3, &[2; 32]).unwrap();
        claimed.insert(HashAlgorithm::Sha1, 23, &[3; 20]).unwrap();
        claimed
    }

    /// The file of the C tools, big- or little-endian.
    fn serialized(big: bool) -> Vec<u8> {
        let u16 = |n: u16| if big { n.to_be_bytes() } else { n.to_le_bytes() };
        let u32 = |n: u32| if big { n.to_be_bytes() } else { n.to_le_bytes() };
        let mut file = u32(2).to_vec();
        for (algorithm, map) in [(0x0b, [9, 0, 0]), (4, [0, 0, 0x80])] {
            file.extend(u16(algorithm));
            file.push(3);
            file.extend(map);
            file.extend([0, 0]);
        }
        file.resize(4 + 16 * 8, 0);
        file.extend(u32(1));
        file.extend(u32(3));
        for (byte, len) in [(1, 32), (2, 32), (3, 20), (0, 0), (0, 0), (0, 0), (0, 0), (0, 0)] {
            file.extend(u16(len));
            let mut buffer = vec![byte; usize::from(len)];
            buffer.resize(64, 0);
            file.extend(buffer);
        }
        file
    }

    #[test]
    fn reads_every_form() {
        for big in [false, true] {
            assert_eq!(ClaimedPcrs::from_file(&serialized(big), &selection()), Ok(expected()));
        }
        let values = [&[1; 32][..], &[2; 32], &[3; 20]].concat();
        assert_eq!(ClaimedPcrs::from_file(&values, &selection()), Ok(expected()));
        let wire_selection = [0, 0, 0, 2, 0, 0x0b, 3, 9, 0, 0, 0, 4, 3, 0, 0, 0x80];
        let list = [&[0, 0, 0, 3, 0, 32][..], &[1; 32], &[0, 32], &[2; 32], &[0, 20], &[3; 20]].concat();
        let counted = [&wire_selection[..], &[0, 0, 0, 1], &list].concat();
        let bare = [&wire_selection[..], &list].concat();
        for file in [counted, bare] {
            assert_eq!(ClaimedPcrs::from_file(&file, &selection()), Ok(expected()));
        }
    }

    #[test]
    fn refuses_every_cut_and_every_lie() {
        let file = serialized(false);
        for len in 0..file.len() {
            let error = ClaimedPcrs::from_file(&file[..len], &PcrSelection::default());
            if len > 0 {
                assert_eq!(error.unwrap_err().code(), Code::TpmPcrLayout, "cut at {len}");
            }
        }
        for (at, byte) in [(0, 17), (0, 1), (6, 0), (6, 5), (7, 11), (136, 9), (136, 2), (140, 31), (140, 65)]
        {
            let mut bad = file.clone();
            bad[at] = byte;
            let error = ClaimedPcrs::from_serialized(&bad).unwrap_err();
            assert_eq!(error.code(), Code::TpmPcrLayout, "{at} {byte}");
        }
        let mut long = file;
        long.push(0);
        assert_eq!(ClaimedPcrs::from_serialized(&long).unwrap_err().code(), Code::TpmPcrLayout);
    }

    #[test]
    fn one_register_has_one_value_of_the_length_of_its_bank() {
        let mut claimed = expected();
        assert_eq!(claimed.insert(HashAlgorithm::Sha256, 0, &[1; 32]), Ok(()));
        for (bank, index, value) in [
            (HashAlgorithm::Sha256, 0, &[9; 32][..]),
            (HashAlgorithm::Sha256, 4, &[9; 31]),
            (HashAlgorithm::Sha256, 4, &[9; 33]),
            (HashAlgorithm::Sha1, 4, &[9; 32]),
            (HashAlgorithm::Sha1, 32, &[9; 20]),
        ] {
            assert_eq!(claimed.insert(bank, index, value).unwrap_err().code(), Code::TpmPcrLayout);
        }
    }
}
