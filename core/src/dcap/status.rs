//! TCB statuses, as Intel names them.

use core::fmt;

/// What Intel says of a TCB level, or what a verifier concludes from several of them.
///
/// The order of the variants is that of Intel's documents, not a ranking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum TcbStatus {
    /// All is patched and configured.
    UpToDate,
    /// Patched, but enclaves must mitigate in software.
    SwHardeningNeeded,
    /// Patched, but the platform's configuration leaves it exposed.
    ConfigurationNeeded,
    /// Both of the above.
    ConfigurationAndSwHardeningNeeded,
    /// Security updates are missing.
    OutOfDate,
    /// Security updates are missing and the configuration leaves it exposed.
    OutOfDateConfigurationNeeded,
    /// The TD was launched on a TCB that is out of date; the platform has been updated since.
    TdRelaunchAdvised,
    /// The same, and the configuration leaves it exposed.
    TdRelaunchAdvisedConfigurationNeeded,
    /// Intel has revoked this level: never acceptable.
    Revoked,
    /// Below every level that Intel lists: never acceptable.
    NotSupported,
}

impl TcbStatus {
    /// Every status.
    pub const ALL: &'static [Self] = &[
        Self::UpToDate,
        Self::SwHardeningNeeded,
        Self::ConfigurationNeeded,
        Self::ConfigurationAndSwHardeningNeeded,
        Self::OutOfDate,
        Self::OutOfDateConfigurationNeeded,
        Self::TdRelaunchAdvised,
        Self::TdRelaunchAdvisedConfigurationNeeded,
        Self::Revoked,
        Self::NotSupported,
    ];

    /// Intel's spelling.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UpToDate => "UpToDate",
            Self::SwHardeningNeeded => "SWHardeningNeeded",
            Self::ConfigurationNeeded => "ConfigurationNeeded",
            Self::ConfigurationAndSwHardeningNeeded => "ConfigurationAndSWHardeningNeeded",
            Self::OutOfDate => "OutOfDate",
            Self::OutOfDateConfigurationNeeded => "OutOfDateConfigurationNeeded",
            Self::TdRelaunchAdvised => "TDRelaunchAdvised",
            Self::TdRelaunchAdvisedConfigurationNeeded => "TDRelaunchAdvisedConfigurationNeeded",
            Self::Revoked => "Revoked",
            Self::NotSupported => "NotSupported",
        }
    }

    /// The status that Intel spells `name`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|status| status.as_str() == name)
    }

    /// True for the statuses that no policy may accept.
    #[must_use]
    pub const fn is_terminal(self) -> bool {
        matches!(self, Self::Revoked | Self::NotSupported)
    }

    /// True when updates are missing.
    pub(crate) const fn is_out_of_date(self) -> bool {
        matches!(self, Self::OutOfDate | Self::OutOfDateConfigurationNeeded)
    }

    /// True when the configuration leaves the platform exposed.
    pub(crate) const fn needs_configuration(self) -> bool {
        matches!(
            self,
            Self::ConfigurationNeeded
                | Self::ConfigurationAndSwHardeningNeeded
                | Self::OutOfDateConfigurationNeeded
                | Self::TdRelaunchAdvisedConfigurationNeeded
        )
    }

    /// Statuses that a level of a platform may have in TCB info.
    pub(crate) fn of_platform_level(name: &str) -> Option<Self> {
        Self::from_name(name).filter(|status| {
            !matches!(
                status,
                Self::TdRelaunchAdvised | Self::TdRelaunchAdvisedConfigurationNeeded | Self::NotSupported
            )
        })
    }

    /// Statuses that a level of an enclave or TDX module may have.
    pub(crate) fn of_component_level(name: &str) -> Option<Self> {
        Self::from_name(name)
            .filter(|status| matches!(status, Self::UpToDate | Self::OutOfDate | Self::Revoked))
    }
}

impl fmt::Display for TcbStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
