//! TPMS_ATTEST (Part 2, 10.12.8): what a TPM signs about itself.

use super::hash::PcrHash;
use super::tpm2b;

/// One bank of TPML_PCR_SELECTION.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selection {
    /// Hash algorithm of the bank.
    pub bank: u16,
    /// The bitmap: PCR n is bit n % 8 of byte n / 8.
    pub bitmap: Vec<u8>,
}

impl Selection {
    /// These PCRs of a bank, in three bytes as PC clients have it.
    #[must_use]
    pub fn of(bank: PcrHash, pcrs: &[u32]) -> Self {
        let mut bitmap = vec![0; 3];
        for pcr in pcrs {
            bitmap[*pcr as usize / 8] |= 1 << (pcr % 8);
        }
        Self { bank: bank.id(), bitmap }
    }

    /// The PCRs, ascending.
    #[must_use]
    pub fn pcrs(&self) -> Vec<u32> {
        let all = 0..self.bitmap.len() as u32 * 8;
        all.filter(|pcr| self.bitmap[*pcr as usize / 8] & 1 << (pcr % 8) != 0).collect()
    }

    fn bytes(&self) -> Vec<u8> {
        [&self.bank.to_be_bytes()[..], &[self.bitmap.len() as u8], &self.bitmap].concat()
    }
}

/// TPMS_CLOCK_INFO.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClockInfo {
    /// Milliseconds.
    pub clock: u64,
    /// TPM Resets.
    pub reset_count: u32,
    /// TPM Restarts and Resumes since the last reset.
    pub restart_count: u32,
    /// 1: no greater clock was reported before.
    pub safe: u8,
}

/// The part that depends on the type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AttestBody {
    /// TPMS_QUOTE_INFO.
    Quote {
        /// Banks and PCRs.
        selections: Vec<Selection>,
        /// Digest of the selected values.
        digest: Vec<u8>,
    },
    /// TPMS_CERTIFY_INFO.
    Certify {
        /// Name of the certified object.
        name: Vec<u8>,
        /// Its qualified name.
        qualified_name: Vec<u8>,
    },
    /// TPMS_CREATION_INFO.
    Creation {
        /// Name of the created object.
        name: Vec<u8>,
        /// Digest of its creation data.
        creation_hash: Vec<u8>,
    },
    /// Any bytes.
    Raw(Vec<u8>),
}

/// A TPMS_ATTEST of which every field can be made wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attest {
    /// TPM_GENERATED_VALUE.
    pub magic: u32,
    /// TPMI_ST_ATTEST: 0x8018 is a quote.
    pub kind: u16,
    /// Qualified name of the signing key.
    pub qualified_signer: Vec<u8>,
    /// The challenge.
    pub extra_data: Vec<u8>,
    /// Clock and counters.
    pub clock: ClockInfo,
    /// Firmware.
    pub firmware_version: u64,
    /// The rest.
    pub body: AttestBody,
    /// What follows it.
    pub trailing: Vec<u8>,
}

impl Attest {
    /// A quote.
    #[must_use]
    pub fn quote(selections: Vec<Selection>, digest: Vec<u8>) -> Self {
        Self::new(0x8018, AttestBody::Quote { selections, digest })
    }

    fn new(kind: u16, body: AttestBody) -> Self {
        Self {
            magic: 0xff54_4347,
            kind,
            qualified_signer: Vec::new(),
            extra_data: Vec::new(),
            clock: ClockInfo { clock: 600_000, reset_count: 7, restart_count: 0, safe: 1 },
            firmware_version: 0x2019_1023_0016_3636,
            body,
            trailing: Vec::new(),
        }
    }

    /// The bytes that are signed.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let mut out = self.magic.to_be_bytes().to_vec();
        out.extend(self.kind.to_be_bytes());
        out.extend(tpm2b(&self.qualified_signer));
        out.extend(tpm2b(&self.extra_data));
        out.extend(self.clock.clock.to_be_bytes());
        out.extend(self.clock.reset_count.to_be_bytes());
        out.extend(self.clock.restart_count.to_be_bytes());
        out.push(self.clock.safe);
        out.extend(self.firmware_version.to_be_bytes());
        match &self.body {
            AttestBody::Quote { selections, digest } => {
                out.extend((selections.len() as u32).to_be_bytes());
                selections.iter().for_each(|selection| out.extend(selection.bytes()));
                out.extend(tpm2b(digest));
            }
            AttestBody::Certify { name, qualified_name: other }
            | AttestBody::Creation { name, creation_hash: other } => {
                out.extend(tpm2b(name));
                out.extend(tpm2b(other));
            }
            AttestBody::Raw(bytes) => out.extend(bytes),
        }
        out.extend(&self.trailing);
        out
    }
}

/// TPM2_Certify's attestation of an object.
#[must_use]
pub fn certified(name: Vec<u8>, qualified_name: Vec<u8>) -> Attest {
    Attest::new(0x8017, AttestBody::Certify { name, qualified_name })
}

/// TPM2_CertifyCreation's attestation of an object.
#[must_use]
pub fn created(name: Vec<u8>, creation_hash: Vec<u8>) -> Attest {
    Attest::new(0x801a, AttestBody::Creation { name, creation_hash })
}

/// TPMS_CREATION_DATA of a key that was made under this parent, without a look at registers.
#[must_use]
pub fn creation_data(parent_name: &[u8], parent_qualified_name: &[u8]) -> Vec<u8> {
    let mut out = 0_u32.to_be_bytes().to_vec();
    out.extend(tpm2b(&[]));
    out.push(1);
    out.extend(parent_name.get(..2).unwrap_or(&[0, 0x10]));
    out.extend(tpm2b(parent_name));
    out.extend(tpm2b(parent_qualified_name));
    out.extend(tpm2b(b"outside"));
    out
}
