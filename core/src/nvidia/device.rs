//! What kinds of devices there are.

use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::named::named;
use crate::x509::Certificate;

named! {
    /// An architecture whose evidence can be verified.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Architecture {
        /// GPUs of the GH100 family.
        Hopper = "HOPPER",
        /// GPUs of the GB100 family.
        Blackwell = "BLACKWELL",
        /// NVSwitch of the third generation.
        Ls10 = "LS10",
    }
}

named! {
    /// Which of two kinds of device it is.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum DeviceClass {
        /// A GPU.
        Gpu = "gpu",
        /// An NVSwitch.
        Switch = "nvswitch",
    }
}

impl Architecture {
    /// The architecture of that name, in whatever case.
    #[must_use]
    pub fn in_any_case(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|architecture| architecture.as_str().eq_ignore_ascii_case(name))
    }

    /// The kind of device.
    #[must_use]
    pub const fn class(self) -> DeviceClass {
        match self {
            Self::Hopper | Self::Blackwell => DeviceClass::Gpu,
            Self::Ls10 => DeviceClass::Switch,
        }
    }
}

/// The chip that a device's certificates are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Chip<'a> {
    pub(super) architecture: Architecture,
    /// As the leaf writes it: `GH100`, `GB100`, `LS_10`.
    pub(super) name: &'a str,
}

impl<'a> Chip<'a> {
    /// Read from the common name of a leaf: `GH100 A01 GSP FMC LF`, `LS_10 A01 FSP FMC LF`.
    pub(super) fn of_leaf(leaf: &Certificate<'a>) -> Result<Self, Error> {
        let name = leaf.subject_common_name().unwrap_or_default();
        let chip = name.strip_suffix(LEAF_SUFFIX).and_then(|name| name.split(' ').next());
        let architecture = chip.and_then(|chip| {
            let (family, number) = chip.split_at_checked(3)?;
            let is_number = number.len() == 2 && number.bytes().all(|digit| digit.is_ascii_digit());
            match family {
                "GH1" if is_number => Some(Architecture::Hopper),
                "GB1" if is_number => Some(Architecture::Blackwell),
                "LS_" if number == "10" => Some(Architecture::Ls10),
                _ => None,
            }
        });
        match (architecture, chip) {
            (Some(architecture), Some(name)) => Ok(Self { architecture, name }),
            _ => Err(Error::new(Code::NvidiaArch, "subject").with(Fact::string("actual", name.into()))),
        }
    }

    /// Whether the leaf's issuer is the boot ROM of the same chip.
    pub(super) fn check_issuer(&self, issuer: &Certificate<'_>) -> Result<(), Error> {
        let name = issuer.subject_common_name().unwrap_or_default();
        let same = name.strip_suffix(ISSUER_SUFFIX).and_then(|name| name.split(' ').next());
        if same == Some(self.name) {
            return Ok(());
        }
        Err(Error::new(Code::NvidiaArchMismatch, "subject")
            .with(Fact::string("expected", alloc::format!("{} …{ISSUER_SUFFIX}", self.name)))
            .with(Fact::string("actual", name.into())))
    }
}

/// What a leaf, made by the first mutable code, is called.
const LEAF_SUFFIX: &str = " FMC LF";
/// What the certificate of a boot ROM is called.
const ISSUER_SUFFIX: &str = " BROM";
