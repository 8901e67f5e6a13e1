//! What is attested, and whether it can be debugged.

use alloc::string::String;

use crate::named::named;

/// A kind of attested environment.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Tee {
    /// Intel TDX: a trust domain.
    Tdx,
    /// Intel SGX: an enclave.
    Sgx,
    /// AMD SEV without SNP.
    Sev,
    /// AMD SEV-SNP.
    SevSnp,
    /// A TPM or virtual TPM.
    Tpm,
    /// An NVIDIA GPU.
    NvidiaGpu,
    /// An NVIDIA switch.
    NvidiaSwitch,
    /// Arm CCA.
    ArmCca,
    /// Made for tests: it proves nothing.
    Sample,
    /// As the token writes it.
    Other(String),
}

impl Tee {
    /// A stable lower-case name; the token's own where we have none.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Tdx => "tdx",
            Self::Sgx => "sgx",
            Self::Sev => "sev",
            Self::SevSnp => "snp",
            Self::Tpm => "tpm",
            Self::NvidiaGpu => "nvgpu",
            Self::NvidiaSwitch => "nvswitch",
            Self::ArmCca => "cca",
            Self::Sample => "sample",
            Self::Other(name) => name,
        }
    }

    /// The kind of this name of ours.
    #[must_use]
    pub fn from_name(name: &str) -> Self {
        match name {
            "tdx" => Self::Tdx,
            "sgx" => Self::Sgx,
            "sev" => Self::Sev,
            "snp" => Self::SevSnp,
            "tpm" => Self::Tpm,
            "nvgpu" => Self::NvidiaGpu,
            "nvswitch" => Self::NvidiaSwitch,
            "cca" => Self::ArmCca,
            "sample" | "sampledevice" | "sample_device" => Self::Sample,
            other => Self::Other(other.into()),
        }
    }
}

named! {
    /// `dbgstat` of RFC 9711 §4.2.8; services that have a flag only give the first two.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum DebugStatus {
        /// It can be debugged.
        Enabled = "enabled",
        /// It cannot be debugged now.
        Disabled = "disabled",
        /// Not since it started.
        DisabledSinceBoot = "disabled-since-boot",
        /// Never again by its owner.
        DisabledPermanently = "disabled-permanently",
        /// Never again by anyone.
        DisabledFullyAndPermanently = "disabled-fully-and-permanently",
    }
}

impl DebugStatus {
    /// Whether it can be debugged.
    #[must_use]
    pub const fn is_on(self) -> bool {
        matches!(self, Self::Enabled)
    }

    /// Of a service that has a flag.
    #[must_use]
    pub const fn of_flag(debuggable: bool) -> Self {
        if debuggable { Self::Enabled } else { Self::Disabled }
    }
}
