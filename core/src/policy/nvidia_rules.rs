//! Rules about NVIDIA devices, as data.

use alloc::string::String;
use alloc::vec::Vec;

use super::Stance;
use crate::named::named;
use crate::nvidia::{Architecture, GpuMode};

/// Rules about GPUs and switches: which they are, what they measured, how they go together.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NvidiaRules {
    /// Every reference manifest that the devices need was given. `Forbid` cannot be asked.
    pub rims: Stance,
    /// Every measurement in force is one of its reference values.
    pub measurements: Stance,
    /// The report names the firmware that its key was certified for; drivers before 550 do not.
    pub firmware_id: Stance,
    /// For which certificates an issuer must have said that they are not revoked.
    pub revocation: RevocationDemand,
    /// When GPUs and switches must be one protected machine.
    pub topology: TopologyDemand,
    /// When given: the mode that the GPUs state is one of these.
    pub modes: Option<Vec<GpuMode>>,
    /// When given: every device is of one of these architectures.
    pub architectures: Option<Vec<Architecture>>,
    /// At least so many GPUs.
    pub minimum_gpus: Option<u32>,
    /// Exactly so many GPUs.
    pub gpus: Option<u32>,
    /// Exactly so many switches.
    pub switches: Option<u32>,
    /// When given: every GPU's driver is one of these.
    pub driver_versions: Option<Vec<String>>,
    /// When given: every GPU's driver is this version or a later one.
    pub minimum_driver_version: Option<String>,
    /// When given: every GPU's VBIOS, and every switch's BIOS, is one of these.
    pub vbios_versions: Option<Vec<String>>,
    /// When given: the serial number of every attestation key's certificate is one of these.
    pub serials: Option<Vec<Vec<u8>>>,
}

named! {
    /// For which certificates an issuer must have said that they are not revoked.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum RevocationDemand {
        /// For none: what is given is used.
        #[default]
        WhereGiven = "where_given",
        /// For authorities: NVIDIA publishes lists of them.
        Authorities = "authorities",
        /// For every certificate below the roots but the leaves of devices, which NVIDIA's responder does not know.
        Every = "every",
    }
}

named! {
    /// When GPUs and switches must be one protected machine: eight GPUs and four switches that name each other.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
    pub enum TopologyDemand {
        /// When a GPU is in protected PCIe mode, which trusts the switches, or GPUs and switches come together.
        #[default]
        WhereProtected = "where_protected",
        /// Always.
        Require = "require",
        /// Never.
        Ignore = "ignore",
    }
}

impl NvidiaRules {
    /// The default everywhere: all manifests are there and all measurements match, the firmware is named, and
    /// devices in protected PCIe mode come with all of their machine. Asks nothing about which devices or
    /// versions, and says so in the findings.
    #[must_use]
    pub const fn strict() -> Self {
        Self {
            rims: Stance::Require,
            measurements: Stance::Require,
            firmware_id: Stance::Require,
            revocation: RevocationDemand::WhereGiven,
            topology: TopologyDemand::WhereProtected,
            modes: None,
            architectures: None,
            minimum_gpus: None,
            gpus: None,
            switches: None,
            driver_versions: None,
            minimum_driver_version: None,
            vbios_versions: None,
            serials: None,
        }
    }
}
