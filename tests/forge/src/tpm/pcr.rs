//! PCR values, and the files in which tools carry them.

use std::collections::BTreeMap;

use super::attest::Selection;
use super::hash::PcrHash;

/// The values of all banks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PcrSet {
    banks: BTreeMap<PcrHash, Vec<Vec<u8>>>,
}

impl PcrSet {
    /// After a reset: zeros, ones in 17 to 22, the locality of the start in PCR 0.
    #[must_use]
    pub fn reset(banks: &[PcrHash], locality: u8) -> Self {
        let bank = |hash: PcrHash| {
            let fill = |pcr: u32| vec![if (17..=22).contains(&pcr) { 0xff } else { 0 }; hash.size()];
            let mut values: Vec<_> = (0..24).map(fill).collect();
            *values[0].last_mut().expect("not empty") = locality;
            values
        };
        Self { banks: banks.iter().map(|hash| (*hash, bank(*hash))).collect() }
    }

    /// The banks.
    #[must_use]
    pub fn banks(&self) -> Vec<PcrHash> {
        self.banks.keys().copied().collect()
    }

    /// One value.
    ///
    /// # Panics
    /// When there is no such bank.
    #[must_use]
    pub fn value(&self, bank: PcrHash, pcr: u32) -> &[u8] {
        &self.banks[&bank][pcr as usize]
    }

    /// Replaces one value.
    ///
    /// # Panics
    /// When there is no such bank.
    pub fn set(&mut self, bank: PcrHash, pcr: u32, value: Vec<u8>) {
        self.banks.get_mut(&bank).expect("a bank")[pcr as usize] = value;
    }

    /// TPM2_PCR_Extend of one bank.
    pub fn extend(&mut self, bank: PcrHash, pcr: u32, digest: &[u8]) {
        if let Some(values) = self.banks.get_mut(&bank) {
            values[pcr as usize] = bank.digest(&[&values[pcr as usize], digest]);
        }
    }

    /// The values of a selection, in its order.
    #[must_use]
    pub fn select(&self, selections: &[Selection]) -> Vec<&[u8]> {
        let mut values = Vec::new();
        for selection in selections {
            let bank = PcrHash::ALL.into_iter().find(|hash| hash.id() == selection.bank);
            let Some(bank) = bank.filter(|bank| self.banks.contains_key(bank)) else { continue };
            values.extend(selection.pcrs().into_iter().map(|pcr| self.value(bank, pcr)));
        }
        values
    }

    /// What `tpm2_quote --pcrs_format=values` writes: the bare values.
    #[must_use]
    pub fn values_file(&self, selections: &[Selection]) -> Vec<u8> {
        self.select(selections).concat()
    }

    /// What `tpm2_quote --pcrs_format=serialized` writes on a little-endian machine: TPML_PCR_SELECTION of
    /// 16 places, then a count of TPML_DIGEST of 8 places of 66 bytes each.
    #[must_use]
    pub fn serialized_file(&self, selections: &[Selection]) -> Vec<u8> {
        let mut out = (selections.len() as u32).to_le_bytes().to_vec();
        for selection in selections {
            out.extend(selection.bank.to_le_bytes());
            out.push(selection.bitmap.len() as u8);
            let mut bitmap = selection.bitmap.clone();
            bitmap.resize(5, 0);
            out.extend(bitmap);
        }
        out.resize(4 + 16 * 8, 0);
        let values = self.select(selections);
        let lists: Vec<_> = values.chunks(8).collect();
        out.extend((lists.len() as u32).to_le_bytes());
        for list in lists {
            out.extend((list.len() as u32).to_le_bytes());
            for place in 0..8 {
                let value = list.get(place).copied().unwrap_or_default();
                out.extend((value.len() as u16).to_le_bytes());
                out.extend(value);
                out.resize(out.len() + 64 - value.len(), 0);
            }
        }
        out
    }

    /// `{"sha256": {"0": "hex", …}, …}`: all values by bank and index.
    #[must_use]
    pub fn json(&self) -> String {
        let bank = |(hash, values): (&PcrHash, &Vec<Vec<u8>>)| {
            let values = values.iter().enumerate();
            let members: Vec<_> =
                values.map(|(pcr, value)| format!("\"{pcr}\":\"{}\"", crate::hex(value))).collect();
            format!("\"{}\":{{{}}}", hash.name(), members.join(","))
        };
        format!("{{{}}}", self.banks.iter().map(bank).collect::<Vec<_>>().join(","))
    }
}
