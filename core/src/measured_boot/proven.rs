//! Which registers prove a log: kept with it, so that it cannot pass for the log of another quote.

#[cfg(feature = "tpm")]
use crate::tpm::PcrValues;

/// The register values that a log was verified against.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ProvenBy {
    /// The RTMRs of a TD report.
    Rtmrs([[u8; 48]; 4]),
    /// Every register that a TPM quote covers, in every bank: a quote that covers more could hold a
    /// register that the log does not explain.
    #[cfg(feature = "tpm")]
    Pcrs(PcrValues),
}

impl ProvenBy {
    pub(super) fn is_rtmrs(&self, rtmrs: &[[u8; 48]; 4]) -> bool {
        matches!(self, Self::Rtmrs(own) if own == rtmrs)
    }

    #[cfg(feature = "tpm")]
    pub(super) fn is_pcrs(&self, pcrs: &PcrValues) -> bool {
        matches!(self, Self::Pcrs(own) if own == pcrs)
    }
}
