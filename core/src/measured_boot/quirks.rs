//! Deviations of real firmware and boot loaders from the specification, by name.

use crate::named::named;

named! {
    /// A deviation that a caller may put up with. A result lists those that it needed.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    #[non_exhaustive]
    pub enum Quirk {
        /// `EV_EFI_VARIABLE_BOOT` whose digest is over the whole structure, not over the value alone.
        VariableBootWhole = "variable_boot_whole",
        /// GRUB of Red Hat: labels `grub_cmd ` and `grub_kernel_cmdline `, and commands hashed with their NUL.
        GrubLegacyPrefix = "grub_legacy_prefix",
        /// Firmware that measures leaving boot services without logging it: PCR 5 matches with those events
        /// put at the end.
        ExitBootServicesMissing = "exit_boot_services_missing",
        /// An authority that is a certificate without the owner's GUID before it, or empty.
        AuthorityWithoutGuid = "authority_without_guid",
        /// An authority measured by an old shim: a few bytes follow the value, and the hash leaves out the
        /// last of them.
        AuthorityLastByte = "authority_last_byte",
        /// Events of types that no specification names in PCR 7.
        VendorEventType = "vendor_event_type",
        /// A CCEL whose firmware folded the separators of several PCRs into one register.
        FoldedSeparators = "folded_separators",
    }
}

impl Quirk {
    const fn bit(self) -> u32 {
        match self {
            Self::VariableBootWhole => 1,
            Self::GrubLegacyPrefix => 2,
            Self::ExitBootServicesMissing => 4,
            Self::AuthorityWithoutGuid => 8,
            Self::AuthorityLastByte => 64,
            Self::VendorEventType => 16,
            Self::FoldedSeparators => 32,
        }
    }
}

/// A set of quirks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Quirks(u32);

impl Quirks {
    /// What the specification says, and nothing else.
    pub const NONE: Self = Self(0);

    /// Every known quirk: for looking at a log.
    #[must_use]
    pub fn all() -> Self {
        Quirk::ALL.iter().copied().collect()
    }

    /// This set and one more.
    #[must_use]
    pub const fn with(self, quirk: Quirk) -> Self {
        Self(self.0 | quirk.bit())
    }

    /// True when the set holds it.
    #[must_use]
    pub const fn has(self, quirk: Quirk) -> bool {
        self.0 & quirk.bit() != 0
    }

    /// The quirks of the set.
    pub fn iter(self) -> impl Iterator<Item = Quirk> {
        Quirk::ALL.iter().copied().filter(move |quirk| self.has(*quirk))
    }
}

impl FromIterator<Quirk> for Quirks {
    fn from_iter<I: IntoIterator<Item = Quirk>>(quirks: I) -> Self {
        quirks.into_iter().fold(Self::NONE, Self::with)
    }
}
