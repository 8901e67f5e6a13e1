//! What a replay proves of the data of an event.

use alloc::vec::Vec;

use super::events::EventType;
use super::quirks::{Quirk, Quirks};
use super::tcg::Event;
use crate::bytes::constant_time_eq;
use crate::crypto::{CryptoProvider, HashAlgorithm};

/// What a replay proves about the data of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Proof<'a> {
    /// These bytes, the data or the part of them that this type of event measures, hash to the
    /// measured digest. What stands around them, such as GRUB's `kernel_cmdline: `, is not covered.
    Data(&'a [u8]),
    /// These bytes are UTF-16 of ASCII text, and the text with one NUL hashes to the measured digest:
    /// how systemd-stub measures the name of a section.
    Recoded(&'a [u8]),
    /// The digest is of something that the log does not carry, such as the code of an application:
    /// compare the digest with a reference value. The data are words of the writer of the log.
    Opaque,
    /// This type of event measures its own data, but the data do not hash to the measured digest: the
    /// data were changed, or firmware deviates from the specification. Do not believe them.
    Contradicted,
    /// No register that was compared holds this event: `EV_NO_ACTION`, MRTD, or a register left out.
    Unmeasured,
}

/// Finds the bytes of the event that its digest covers (PFP 1.06, section 10.4.1).
///
/// The type only decides which spans are tried: whichever hashes to the digest is authentic whatever
/// the type claims.
pub(super) fn prove<'a>(
    provider: &dyn CryptoProvider,
    event: &Event<'a>,
    algorithm: HashAlgorithm,
    digest: &[u8],
    quirks: Quirks,
) -> (Proof<'a>, Option<Quirk>) {
    let data = event.unauthenticated_data();
    let hashes_to = |span: &[u8]| constant_time_eq(provider.hash(algorithm, &[span]).as_slice(), digest);
    let whole = hashes_to(data);
    let (first, second) = match event.unauthenticated_type() {
        EventType::EfiVariableBoot if whole => {
            let quirk = Quirk::VariableBootWhole;
            return if quirks.has(quirk) {
                (Proof::Data(data), Some(quirk))
            } else {
                (Proof::Contradicted, None)
            };
        }
        _ if whole => return (Proof::Data(data), None),
        EventType::EfiVariableAuthority
            if quirks.has(Quirk::AuthorityLastByte)
                && data.split_last().is_some_and(|(_, all_but_last)| hashes_to(all_but_last)) =>
        {
            let proven = data.split_last().map_or(data, |(_, all_but_last)| all_but_last);
            return (Proof::Data(proven), Some(Quirk::AuthorityLastByte));
        }
        EventType::Separator
        | EventType::Action
        | EventType::SCrtmVersion
        | EventType::NonhostInfo
        | EventType::EfiAction
        | EventType::EfiGptEvent
        | EventType::EfiGptEvent2
        | EventType::EfiVariableDriverConfig
        | EventType::EfiVariableAuthority
        | EventType::EfiVariableBoot2 => return (Proof::Contradicted, None),
        EventType::EfiVariableBoot => (variable_data(data), None),
        EventType::EventTag => (data.get(8..), None),
        EventType::Ipl => {
            let text = data.strip_suffix(&[0]).unwrap_or(data);
            if let Some(label) = GRUB_LABELS.iter().find(|label| text.starts_with(label)) {
                let command = text.get(label.len()..).filter(|command| hashes_to(command));
                // The label says what was hashed, and it was not.
                return (command.map_or(Proof::Contradicted, Proof::Data), None);
            }
            if let Some(span) = legacy_grub(data, hashes_to) {
                let quirk = Quirk::GrubLegacyPrefix;
                return if quirks.has(quirk) {
                    (Proof::Data(span), Some(quirk))
                } else {
                    (Proof::Opaque, None)
                };
            }
            if let Some(name) = ascii_of_utf16(data)
                && constant_time_eq(provider.hash(algorithm, &[name.as_slice(), &[0]]).as_slice(), digest)
            {
                return (Proof::Recoded(data), None);
            }
            (Some(text), data.strip_suffix(&[0, 0]))
        }
        _ => return (Proof::Opaque, None),
    };
    let found = [first, second].into_iter().flatten().find(|span| hashes_to(span));
    (found.map_or(Proof::Opaque, Proof::Data), None)
}

/// Red Hat's GRUB before version 2.02: commands with their NUL, the kernel's command line without.
fn legacy_grub(data: &[u8], hashes_to: impl Fn(&[u8]) -> bool) -> Option<&[u8]> {
    let span = LEGACY_GRUB_LABELS.iter().find_map(|label| data.strip_prefix(*label))?;
    let without = span.strip_suffix(&[0]).unwrap_or(span);
    [span, without].into_iter().find(|span| hashes_to(span))
}

/// The ASCII text that UTF-16 (little-endian, with or without a NUL at its end) stands for; sections have
/// names of a few letters.
fn ascii_of_utf16(data: &[u8]) -> Option<Vec<u8>> {
    let data = data.strip_suffix(&[0, 0]).unwrap_or(data);
    let (units, rest) = data.as_chunks::<2>();
    if units.is_empty() || units.len() > 64 || !rest.is_empty() {
        return None;
    }
    units.iter().map(|[low, high]| (*high == 0 && low.is_ascii_graphic()).then_some(*low)).collect()
}

/// The value of a `UEFI_VARIABLE_DATA`: guid 16, name length in UTF-16 units 8, data length 8, name, data.
pub(super) fn variable_data(data: &[u8]) -> Option<&[u8]> {
    let (header, rest) = data.split_at_checked(32)?;
    let name_units = u64::from_le_bytes(header.get(16..24)?.try_into().ok()?);
    let size = u64::from_le_bytes(header.get(24..32)?.try_into().ok()?);
    let name_size = usize::try_from(name_units.checked_mul(2)?).ok()?;
    let value = rest.get(name_size..)?;
    (usize::try_from(size).ok()? == value.len()).then_some(value)
}

/// What GRUB writes before the text that it measures into PCR 8 or RTMR2.
const GRUB_LABELS: [&[u8]; 3] = [b"grub_cmd: ", b"kernel_cmdline: ", b"module_cmdline: "];

const LEGACY_GRUB_LABELS: [&[u8]; 2] = [b"grub_cmd ", b"grub_kernel_cmdline "];
