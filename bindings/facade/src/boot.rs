//! What a replayed event log tells of the boot, each claim with how well it is proven.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use veriquote::bytes::to_hex;
use veriquote::crypto::{CryptoProvider, HashAlgorithm};
use veriquote::measured_boot::{Authority, BootState, DigestBound, Grade, Section, SecureBoot};

use crate::one_of::OneOf;
use crate::problem::Problem;

/// What is known of a boot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct BootStateClaims {
    /// Secure Boot; absent where PCR 7 does not prove it.
    pub secure_boot: Option<SecureBootClaims>,
    /// Why nothing can be told of Secure Boot.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub secure_boot_unknown: Option<Problem>,
    /// The version that the firmware gives itself.
    pub firmware_version: Option<String>,
    /// What may have been a command line of a kernel, in order.
    pub command_lines: Vec<String>,
    /// Events among the boot loader's that are of no known text: a command line could hide there.
    pub opaque_texts: u64,
    /// Sections of a unified kernel image.
    pub sections: Vec<SectionClaims>,
    /// The firmware handed over to an operating system.
    pub left_boot_services: Option<bool>,
    /// How well each claim is proven.
    pub grades: BTreeMap<String, OneOf<Grade>>,
}

/// Secure Boot, from PCR 7.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SecureBootClaims {
    /// It was on.
    pub enabled: bool,
    /// The firmware was in UEFI debug mode.
    pub debug_mode: bool,
    /// Protection against direct memory access was off.
    pub dma_protection_disabled: bool,
    /// shim was told to run anything.
    pub shim_validation_disabled: bool,
    /// Entries of the database of what may run.
    pub db: u64,
    /// Entries of the database of what may not.
    pub dbx: u64,
    /// What allowed each image that ran.
    pub authorities: Vec<AuthorityClaims>,
}

/// What allowed an image to run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AuthorityClaims {
    /// The variable that it comes from, such as `db` or `MokList`.
    pub variable: String,
    /// SHA-256 of the certificate or value.
    pub sha256: String,
}

/// A section of a unified kernel image.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SectionClaims {
    /// Its name, such as `.linux`.
    pub name: String,
    /// The digest of its content.
    pub digest: Option<String>,
}

impl BootStateClaims {
    pub(crate) fn of(state: &BootState<'_>, provider: &dyn CryptoProvider) -> Self {
        let grade = |name: &str, grade: Grade| (name.to_owned(), OneOf(grade));
        Self {
            secure_boot: state.secure_boot().ok().map(|it| SecureBootClaims::of(it, provider)),
            secure_boot_unknown: state.secure_boot().err().map(Problem::from),
            firmware_version: state.firmware_version().map(str::to_owned),
            command_lines: state.command_lines().map(str::to_owned).collect(),
            opaque_texts: count(state.opaque_texts().len()),
            sections: state.sections().iter().map(SectionClaims::from).collect(),
            left_boot_services: state.left_boot_services(),
            grades: [
                grade("secure_boot", Grade::DigestBound),
                grade("firmware_version", Grade::DigestBound),
                grade("command_lines", Grade::DigestBound),
                grade("sections.name", Grade::DigestBound),
                grade("sections.digest", Grade::ReplayBound),
                grade("left_boot_services", Grade::DigestBound),
                grade("events.digest", Grade::ReplayBound),
                grade("events.event_type", Grade::Hearsay),
            ]
            .into(),
        }
    }
}

impl SecureBootClaims {
    fn of(boot: &SecureBoot<'_>, provider: &dyn CryptoProvider) -> Self {
        let authority = |it: &DigestBound<Authority<'_>>| AuthorityClaims {
            variable: it.get().variable.display_name(),
            sha256: to_hex(provider.hash(HashAlgorithm::Sha256, &[it.get().data]).as_slice()),
        };
        Self {
            enabled: *boot.enabled.get(),
            debug_mode: boot.debug_mode,
            dma_protection_disabled: boot.dma_protection_disabled,
            shim_validation_disabled: boot.shim_validation_disabled,
            db: count(boot.db.get().len()),
            dbx: count(boot.dbx.get().len()),
            authorities: boot.authorities.iter().map(authority).collect(),
        }
    }
}

impl From<&Section<'_>> for SectionClaims {
    fn from(section: &Section<'_>) -> Self {
        Self {
            name: section.name.get().clone(),
            digest: section.content.as_ref().map(|digest| to_hex(digest.get())),
        }
    }
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
