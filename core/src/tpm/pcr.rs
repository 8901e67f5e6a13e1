//! PCR selections and PCR values (TPM 2.0 Library, Part 2, 10.6 and 10.9.7).
//!
//! A quote signs which registers it covers and one digest over their values; the values themselves come
//! beside it, unsigned. [`ClaimedPcrs`] is what came; [`PcrValues`] is what was proven, and only binding
//! claimed values to an authentic quote makes it.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use super::algorithm::AlgorithmId;
use crate::crypto::{Digest, HashAlgorithm};
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::limits;
use crate::reader::{Reader, length};

/// Registers that software resets at will (TCG PC Client Platform TPM Profile, 4.6.2): debug and
/// application. Their values say nothing about how a machine started.
pub const RESETTABLE: [u8; 2] = [16, 23];

/// One bank of a selection: `TPMS_PCR_SELECTION`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BankSelection {
    /// The hash function of the bank.
    pub algorithm: AlgorithmId,
    /// Bit `n` selects PCR `n`.
    pub bitmap: u32,
}

impl BankSelection {
    /// The selected registers, ascending.
    pub fn indices(self) -> impl Iterator<Item = u8> {
        (0u8..32).filter(move |index| self.selects(*index))
    }

    /// Whether it selects a register.
    #[must_use]
    pub const fn selects(self, index: u8) -> bool {
        index < 32 && self.bitmap >> index & 1 == 1
    }
}

/// Which registers of which banks: `TPML_PCR_SELECTION`, in its own order.
///
/// ```text
/// u32 count | count × ( u16 hash | u8 sizeofSelect | pcrSelect[sizeofSelect] )        big-endian
/// PCR n is bit n % 8 of byte n / 8
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PcrSelection {
    banks: Vec<BankSelection>,
}

impl PcrSelection {
    /// A selection of the caller's own.
    #[must_use]
    pub const fn new(banks: Vec<BankSelection>) -> Self {
        Self { banks }
    }

    pub(crate) fn read(reader: &mut Reader<'_>, code: Code) -> Result<Self, Error> {
        const PART: &str = "pcr_select";
        let at = reader.offset();
        let count = length(reader.u32_be(PART)?);
        if count > limits::TPM_PCR_BANKS {
            return Err(Error::new(code, PART)
                .at(at)
                .with(Fact::count("banks", count))
                .with(Fact::count("maximum", limits::TPM_PCR_BANKS)));
        }
        let mut banks = Vec::with_capacity(count);
        for _ in 0..count {
            let algorithm = AlgorithmId(reader.u16_be(PART)?);
            let at = reader.offset();
            let size = reader.u8(PART)?;
            if !(1..=4).contains(&size) {
                return Err(Error::new(code, PART)
                    .at(at)
                    .with(Fact::number("size_of_select", u64::from(size))));
            }
            let bytes = reader.take(usize::from(size), PART)?;
            let bitmap = bytes.iter().rev().fold(0u32, |map, byte| map << 8 | u32::from(*byte));
            banks.push(BankSelection { algorithm, bitmap });
        }
        Ok(Self { banks })
    }

    /// The banks, in the order of the structure, which is the order in which values are hashed.
    #[must_use]
    pub fn banks(&self) -> &[BankSelection] {
        &self.banks
    }

    /// Whether the bank of `algorithm` is selected with this register.
    #[must_use]
    pub fn selects(&self, algorithm: AlgorithmId, index: u8) -> bool {
        self.banks.iter().any(|bank| bank.algorithm == algorithm && bank.selects(index))
    }

    /// Every selected register with its bank, in hashing order.
    pub fn iter(&self) -> impl Iterator<Item = (AlgorithmId, u8)> {
        self.banks.iter().flat_map(|bank| bank.indices().map(|index| (bank.algorithm, index)))
    }

    /// A bank that stands there twice, if any.
    pub(crate) fn repeated_bank(&self) -> Option<AlgorithmId> {
        let mut seen = Vec::with_capacity(self.banks.len());
        self.banks.iter().map(|bank| bank.algorithm).find(|algorithm| {
            let repeated = seen.contains(algorithm);
            seen.push(*algorithm);
            repeated
        })
    }
}

/// PCR values as they came beside a quote: nobody vouches for them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClaimedPcrs {
    values: BTreeMap<(HashAlgorithm, u8), Digest>,
}

impl ClaimedPcrs {
    /// No values yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { values: BTreeMap::new() }
    }

    /// Adds one value.
    ///
    /// # Errors
    /// `tpm.pcr.layout` when the value is not as long as the bank's digests, the index is above 31, or
    /// there is another value for this register already.
    pub fn insert(&mut self, bank: HashAlgorithm, index: u8, value: &[u8]) -> Result<(), Error> {
        let wrong = |problem| {
            Error::new(Code::TpmPcrLayout, "pcrs")
                .with(Fact::string("bank", alloc::format!("{}", AlgorithmId::from(bank))))
                .with(Fact::number("pcr", u64::from(index)))
                .with(Fact::text("problem", problem))
        };
        // Values of another length could be cut and joined into the same hashed bytes.
        if value.len() != bank.digest_len() {
            return Err(wrong("the value is not as long as a digest of its bank"));
        }
        if index > 31 {
            return Err(wrong("there is no such register"));
        }
        let digest = Digest::new(value).ok_or_else(|| wrong("the value is too long"))?;
        match self.values.insert((bank, index), digest) {
            Some(earlier) if earlier != digest => Err(wrong("two values were given")),
            _ => Ok(()),
        }
    }

    /// The value of a register, as claimed.
    #[must_use]
    pub fn unauthenticated_get(&self, bank: HashAlgorithm, index: u8) -> Option<&[u8]> {
        self.values.get(&(bank, index)).map(Digest::as_slice)
    }

    /// Every value, by bank and index, as claimed.
    pub fn unauthenticated_iter(&self) -> impl Iterator<Item = (HashAlgorithm, u8, &[u8])> {
        self.values.iter().map(|((bank, index), digest)| (*bank, *index, digest.as_slice()))
    }

    /// How many values there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }
}

/// PCR values that an authentic quote covers: the digest that it signs is over exactly these.
///
/// Only [`AuthenticQuote::bind`](super::AuthenticQuote::bind) makes one. A register that was not selected
/// in the signed selection is not here, whatever came beside the quote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PcrValues {
    values: BTreeMap<(HashAlgorithm, u8), Digest>,
}

impl PcrValues {
    /// Only for the step that proved them.
    pub(super) const fn proven(values: BTreeMap<(HashAlgorithm, u8), Digest>) -> Self {
        Self { values }
    }

    /// Values as if a quote covered them, for unit tests of what reads them.
    #[cfg(test)]
    pub(crate) fn for_tests(values: &[(HashAlgorithm, u8, &[u8])]) -> Self {
        let digest = |value: &[u8]| Digest::new(value).unwrap();
        Self { values: values.iter().map(|(bank, index, v)| ((*bank, *index), digest(v))).collect() }
    }

    /// The value of PCR `index` in this bank; `None` when the quote does not cover it.
    #[must_use]
    pub fn get(&self, bank: HashAlgorithm, index: u8) -> Option<&[u8]> {
        self.values.get(&(bank, index)).map(Digest::as_slice)
    }

    /// Every value, by bank and index.
    pub fn iter(&self) -> impl Iterator<Item = (HashAlgorithm, u8, &[u8])> {
        self.values.iter().map(|((bank, index), digest)| (*bank, *index, digest.as_slice()))
    }

    /// The banks of which there is at least one value, ascending.
    pub fn banks(&self) -> impl Iterator<Item = HashAlgorithm> {
        let mut last = None;
        self.values.keys().filter_map(move |(bank, _)| {
            let new = last != Some(*bank);
            last = Some(*bank);
            new.then_some(*bank)
        })
    }

    /// How many values there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Banks whose quoted registers among PCR 0 to 7 all hold their reset value of zeros: firmware did
    /// not measure into them (CVE-2021-42299), and whoever booted could have.
    pub fn unmeasured_banks(&self) -> impl Iterator<Item = HashAlgorithm> {
        self.banks().filter(|bank| {
            let mut firmware = (0..8).filter_map(|index| self.get(*bank, index)).peekable();
            firmware.peek().is_some() && firmware.all(|value| value.iter().all(|byte| *byte == 0))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bank_is_unmeasured_when_all_its_firmware_registers_are_zero() {
        let (zero, one) = ([0; 32], [1; 32]);
        let unmeasured = |values: &[(HashAlgorithm, u8, &[u8])]| -> Vec<HashAlgorithm> {
            PcrValues::for_tests(values).unmeasured_banks().collect()
        };
        use HashAlgorithm::{Sha1, Sha256};
        assert_eq!(unmeasured(&[(Sha256, 0, &zero), (Sha256, 7, &zero)]), [Sha256]);
        assert_eq!(unmeasured(&[(Sha256, 0, &zero), (Sha256, 7, &one)]), []);
        // Registers above 7 are not the firmware's.
        assert_eq!(unmeasured(&[(Sha256, 8, &zero)]), []);
        assert_eq!(unmeasured(&[(Sha1, 0, &zero[..20]), (Sha256, 0, &one)]), [Sha1]);
    }

    #[test]
    fn a_selection_reads_its_bits_in_order() {
        let wire = [0, 0, 0, 2, 0, 0x0b, 3, 0x81, 0, 0x80, 0, 4, 1, 2];
        let mut reader = Reader::new(&wire);
        let selection = PcrSelection::read(&mut reader, Code::TpmAttestLayout).unwrap();
        let selected: Vec<_> = selection.iter().collect();
        let sha256 = |index| (AlgorithmId::SHA256, index);
        assert_eq!(selected, [sha256(0), sha256(7), sha256(23), (AlgorithmId::SHA1, 1)]);
        assert_eq!(selection.repeated_bank(), None);
        for (at, byte) in [(3, 17), (6, 0), (6, 5)] {
            let mut bad = wire;
            bad[at] = byte;
            let error = PcrSelection::read(&mut Reader::new(&bad), Code::TpmAttestLayout).unwrap_err();
            assert_eq!(error.code(), Code::TpmAttestLayout);
        }
        let mut twice = wire;
        twice[11] = 0x0b;
        let twice = PcrSelection::read(&mut Reader::new(&twice), Code::TpmAttestLayout).unwrap();
        assert_eq!(twice.repeated_bank(), Some(AlgorithmId::SHA256));
    }
}
