//! Names of event types and digest algorithms.

use core::fmt;

use crate::crypto::HashAlgorithm;

macro_rules! event_types {
    ($( $variant:ident = $value:literal, $name:literal; )+) => {
        /// What firmware says an event is (PFP 1.06, section 10.4.1). Never covered by a digest.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum EventType {
            $( #[doc = concat!("`", $name, "`")] $variant, )+
            /// A type that this release has no name for.
            Other(u32),
        }

        impl EventType {
            /// The type with this number.
            #[must_use]
            pub const fn new(value: u32) -> Self {
                match value { $( $value => Self::$variant, )+ other => Self::Other(other) }
            }

            /// The number on the wire.
            #[must_use]
            pub const fn value(self) -> u32 {
                match self { $( Self::$variant => $value, )+ Self::Other(value) => value }
            }

            /// The name in the specification, where there is one.
            #[must_use]
            pub const fn name(self) -> Option<&'static str> {
                match self { $( Self::$variant => Some($name), )+ Self::Other(_) => None }
            }
        }
    };
}

event_types! {
    PrebootCert = 0x0000_0000, "EV_PREBOOT_CERT";
    PostCode = 0x0000_0001, "EV_POST_CODE";
    NoAction = 0x0000_0003, "EV_NO_ACTION";
    Separator = 0x0000_0004, "EV_SEPARATOR";
    Action = 0x0000_0005, "EV_ACTION";
    EventTag = 0x0000_0006, "EV_EVENT_TAG";
    SCrtmContents = 0x0000_0007, "EV_S_CRTM_CONTENTS";
    SCrtmVersion = 0x0000_0008, "EV_S_CRTM_VERSION";
    CpuMicrocode = 0x0000_0009, "EV_CPU_MICROCODE";
    PlatformConfigFlags = 0x0000_000a, "EV_PLATFORM_CONFIG_FLAGS";
    TableOfDevices = 0x0000_000b, "EV_TABLE_OF_DEVICES";
    CompactHash = 0x0000_000c, "EV_COMPACT_HASH";
    Ipl = 0x0000_000d, "EV_IPL";
    IplPartitionData = 0x0000_000e, "EV_IPL_PARTITION_DATA";
    NonhostCode = 0x0000_000f, "EV_NONHOST_CODE";
    NonhostConfig = 0x0000_0010, "EV_NONHOST_CONFIG";
    NonhostInfo = 0x0000_0011, "EV_NONHOST_INFO";
    OmitBootDeviceEvents = 0x0000_0012, "EV_OMIT_BOOT_DEVICE_EVENTS";
    PostCode2 = 0x0000_0013, "EV_POST_CODE2";
    EfiVariableDriverConfig = 0x8000_0001, "EV_EFI_VARIABLE_DRIVER_CONFIG";
    EfiVariableBoot = 0x8000_0002, "EV_EFI_VARIABLE_BOOT";
    EfiBootServicesApplication = 0x8000_0003, "EV_EFI_BOOT_SERVICES_APPLICATION";
    EfiBootServicesDriver = 0x8000_0004, "EV_EFI_BOOT_SERVICES_DRIVER";
    EfiRuntimeServicesDriver = 0x8000_0005, "EV_EFI_RUNTIME_SERVICES_DRIVER";
    EfiGptEvent = 0x8000_0006, "EV_EFI_GPT_EVENT";
    EfiAction = 0x8000_0007, "EV_EFI_ACTION";
    EfiPlatformFirmwareBlob = 0x8000_0008, "EV_EFI_PLATFORM_FIRMWARE_BLOB";
    EfiHandoffTables = 0x8000_0009, "EV_EFI_HANDOFF_TABLES";
    EfiPlatformFirmwareBlob2 = 0x8000_000a, "EV_EFI_PLATFORM_FIRMWARE_BLOB2";
    EfiHandoffTables2 = 0x8000_000b, "EV_EFI_HANDOFF_TABLES2";
    EfiVariableBoot2 = 0x8000_000c, "EV_EFI_VARIABLE_BOOT2";
    EfiGptEvent2 = 0x8000_000d, "EV_EFI_GPT_EVENT2";
    EfiHcrtmEvent = 0x8000_0010, "EV_EFI_HCRTM_EVENT";
    EfiVariableAuthority = 0x8000_00e0, "EV_EFI_VARIABLE_AUTHORITY";
    EfiSpdmFirmwareBlob = 0x8000_00e1, "EV_EFI_SPDM_FIRMWARE_BLOB";
    EfiSpdmFirmwareConfig = 0x8000_00e2, "EV_EFI_SPDM_FIRMWARE_CONFIG";
    EfiSpdmDevicePolicy = 0x8000_00e3, "EV_EFI_SPDM_DEVICE_POLICY";
    EfiSpdmDeviceAuthority = 0x8000_00e4, "EV_EFI_SPDM_DEVICE_AUTHORITY";
}

impl fmt::Display for EventType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "0x{:08x}", self.value()),
        }
    }
}

/// A digest algorithm by its TCG registry number (TCG Algorithm Registry, table 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum DigestAlgorithm {
    /// `TPM_ALG_SHA1`, 0x0004.
    Sha1,
    /// `TPM_ALG_SHA256`, 0x000B.
    Sha256,
    /// `TPM_ALG_SHA384`, 0x000C.
    Sha384,
    /// `TPM_ALG_SHA512`, 0x000D.
    Sha512,
    /// `TPM_ALG_SM3_256`, 0x0012: carried, not replayed.
    Sm3,
    /// Another algorithm: carried with the size that the log declares, not replayed.
    Other(u16),
}

impl DigestAlgorithm {
    /// The algorithm with this number.
    #[must_use]
    pub const fn new(id: u16) -> Self {
        match id {
            0x0004 => Self::Sha1,
            0x000b => Self::Sha256,
            0x000c => Self::Sha384,
            0x000d => Self::Sha512,
            0x0012 => Self::Sm3,
            other => Self::Other(other),
        }
    }

    /// The number on the wire.
    #[must_use]
    pub const fn id(self) -> u16 {
        match self {
            Self::Sha1 => 0x0004,
            Self::Sha256 => 0x000b,
            Self::Sha384 => 0x000c,
            Self::Sha512 => 0x000d,
            Self::Sm3 => 0x0012,
            Self::Other(id) => id,
        }
    }

    /// Bytes of a digest, where the algorithm is known.
    #[must_use]
    pub const fn digest_len(self) -> Option<usize> {
        match self {
            Self::Sm3 => Some(32),
            Self::Other(_) => None,
            Self::Sha1 => Some(20),
            Self::Sha256 => Some(32),
            Self::Sha384 => Some(48),
            Self::Sha512 => Some(64),
        }
    }
}

impl From<HashAlgorithm> for DigestAlgorithm {
    fn from(algorithm: HashAlgorithm) -> Self {
        match algorithm {
            HashAlgorithm::Sha1 => Self::Sha1,
            HashAlgorithm::Sha256 => Self::Sha256,
            HashAlgorithm::Sha384 => Self::Sha384,
            HashAlgorithm::Sha512 => Self::Sha512,
            #[cfg(feature = "sm2")]
            HashAlgorithm::Sm3 => Self::Sm3,
        }
    }
}

impl fmt::Display for DigestAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sha1 => f.write_str("sha1"),
            Self::Sha256 => f.write_str("sha256"),
            Self::Sha384 => f.write_str("sha384"),
            Self::Sha512 => f.write_str("sha512"),
            Self::Sm3 => f.write_str("sm3_256"),
            Self::Other(id) => write!(f, "0x{id:04x}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn numbers_and_names_go_both_ways() {
        for value in (0..=0x20).chain(0x8000_0000..=0x8000_00ff) {
            let event_type = EventType::new(value);
            assert_eq!(event_type.value(), value);
            assert_eq!(event_type.name().is_none(), matches!(event_type, EventType::Other(_)), "{value:x}");
        }
        assert_eq!(EventType::new(4).to_string(), "EV_SEPARATOR");
        assert_eq!(EventType::new(0x8401).to_string(), "0x00008401");
        for id in 0..=0x30 {
            assert_eq!(DigestAlgorithm::new(id).id(), id);
        }
        for hash in [HashAlgorithm::Sha1, HashAlgorithm::Sha256, HashAlgorithm::Sha384, HashAlgorithm::Sha512]
        {
            assert_eq!(DigestAlgorithm::from(hash).digest_len(), Some(hash.digest_len()));
        }
    }
}
