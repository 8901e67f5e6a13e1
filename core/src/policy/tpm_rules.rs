//! Rules about TPM quotes, as data.

use alloc::vec::Vec;

use super::Stance;
use crate::crypto::HashAlgorithm;
use crate::tpm::{AkRoute, Name, Scheme};

/// Rules about TPM quotes: who signed, what the registers hold, what the clock says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TpmRules {
    /// Why the attestation key is trusted: one of these routes.
    pub ak_routes: Vec<AkRoute>,
    /// The attestation key's public area was seen, and its attributes checked.
    pub ak_attributes_checked: Stance,
    /// When given: the attestation key has one of these Names.
    pub ak_names: Option<Vec<Name>>,
    /// When given: the quote is signed by one of these schemes.
    pub signature_schemes: Option<Vec<Scheme>>,
    /// The quote answers a challenge.
    pub fresh: Stance,
    /// Registers that the quote must cover, each by bank and index.
    pub required_pcrs: Vec<(HashAlgorithm, u8)>,
    /// Reference values.
    pub pcrs: Vec<PcrRule>,
    /// A quoted bank whose firmware registers were never extended (CVE-2021-42299).
    pub unmeasured_banks: Stance,
    /// The TPM says that its clock was not reported greater before.
    pub clock_safe: Stance,
    /// Clock or counters went back since the earlier quote that the caller told of.
    pub clock_went_back: Stance,
    /// It is the same boot as that of the earlier quote that the caller told of, suspended in between or not.
    pub same_boot: Stance,
    /// The machine was suspended since that quote: to memory, from which registers come back (or are lost, with
    /// CVE-2018-6622), or to disk, after which they were made anew. Without an earlier quote: since its reset,
    /// where the counters are clear.
    pub resumed: Stance,
    /// When given: the firmware's version, in the vendor's form, is one of these. Needs counters that are
    /// not obfuscated.
    pub firmware_versions: Option<Vec<u64>>,
}

/// What a register must hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PcrRule {
    /// The bank.
    pub bank: HashAlgorithm,
    /// The index. Registers that software resets at will meet no rule.
    pub index: u8,
    /// One of these must be found.
    pub values: Vec<Vec<u8>>,
}

impl TpmRules {
    /// The default everywhere: any reason to trust the key but a bare one, an answered challenge, measured
    /// banks. Asks nothing about the values of registers, and says so in the findings.
    #[must_use]
    pub fn strict() -> Self {
        Self {
            ak_routes: AkRoute::ALL.iter().copied().filter(|route| *route != AkRoute::BareKey).collect(),
            ak_attributes_checked: Stance::Allow,
            ak_names: None,
            signature_schemes: None,
            fresh: Stance::Require,
            required_pcrs: Vec::new(),
            pcrs: Vec::new(),
            unmeasured_banks: Stance::Forbid,
            clock_safe: Stance::Allow,
            clock_went_back: Stance::Forbid,
            same_boot: Stance::Allow,
            resumed: Stance::Allow,
            firmware_versions: None,
        }
    }
}
