//! TCB statuses, as Intel names them.

use crate::named::named;

named! {
    /// What Intel says of a TCB level, or what a verifier concludes from several of them.
    ///
    /// The order of the variants is that of Intel's documents, not a ranking.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    #[non_exhaustive]
    pub enum TcbStatus {
        /// All is patched and configured.
        UpToDate = "UpToDate",
        /// Patched, but enclaves must mitigate in software.
        SwHardeningNeeded = "SWHardeningNeeded",
        /// Patched, but the platform's configuration leaves it exposed.
        ConfigurationNeeded = "ConfigurationNeeded",
        /// Both of the above.
        ConfigurationAndSwHardeningNeeded = "ConfigurationAndSWHardeningNeeded",
        /// Security updates are missing.
        OutOfDate = "OutOfDate",
        /// Security updates are missing and the configuration leaves it exposed.
        OutOfDateConfigurationNeeded = "OutOfDateConfigurationNeeded",
        /// The TD was launched on a TCB that is out of date; the platform has been updated since.
        TdRelaunchAdvised = "TDRelaunchAdvised",
        /// The same, and the configuration leaves it exposed.
        TdRelaunchAdvisedConfigurationNeeded = "TDRelaunchAdvisedConfigurationNeeded",
        /// Intel has revoked this level: never acceptable.
        Revoked = "Revoked",
        /// Below every level that Intel lists: never acceptable.
        NotSupported = "NotSupported",
    }
}

impl TcbStatus {
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
