//! Secure Boot: whether it was on, by which databases, and which authorities were used.
//!
//! All of it is digest-bound: the name and the value of a variable are hashed together. Where a variable
//! stands, before or after the separator, tells a database from an authority; the event type does not.

use alloc::vec::Vec;

use super::events::EventType;
use super::grade::{DigestBound, ReplayBound};
use super::proof::Proof;
use super::quirks::{Quirk, Quirks};
use super::replay::ReplayedLog;
use super::tcg::LogKind;
use super::uefi::{Signature, Variable, signature_lists};
use crate::crypto::CryptoProvider;
use crate::error::{Code, Error};
use crate::fact::Fact;

/// What PCR 7 proves.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SecureBoot<'a> {
    /// The variable `SecureBoot` was 1.
    pub enabled: DigestBound<bool>,
    /// The platform key.
    pub pk: DigestBound<Vec<Signature<'a>>>,
    /// Keys that may change the databases.
    pub kek: DigestBound<Vec<Signature<'a>>>,
    /// What may run.
    pub db: DigestBound<Vec<Signature<'a>>>,
    /// What may not.
    pub dbx: DigestBound<Vec<Signature<'a>>>,
    /// What allowed each image that ran after the separator, in order.
    pub authorities: Vec<DigestBound<Authority<'a>>>,
    /// What allowed images before the separator: drivers of the firmware.
    pub early_authorities: Vec<DigestBound<Authority<'a>>>,
    /// "UEFI Debug Mode" was measured.
    pub debug_mode: bool,
    /// "DMA Protection Disabled" was measured.
    pub dma_protection_disabled: bool,
    /// shim was told to run anything (`MokSBState`): Secure Boot ended with it.
    pub shim_validation_disabled: bool,
    /// Measurements of the register whose data the log does not have: an authority may be among them.
    pub opaque: Vec<ReplayBound<&'a [u8]>>,
}

/// What allowed an image to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Authority<'a> {
    /// The variable it comes from: `db`, or shim's `Shim`, `MokList`, `SbatLevel` and others.
    pub variable: Variable<'a>,
    /// The certificate or hash, without its owner; the whole value where shim measures no owner.
    pub data: &'a [u8],
}

impl Authority<'_> {
    /// True for values that shim measures beside authorities: what revokes, not what allows.
    #[must_use]
    pub fn is_state(&self) -> bool {
        self.variable.guid == SHIM
            && ["SbatLevel", "MokListTrusted", "MokSBState", "MokListXRT", "MokListX"]
                .iter()
                .any(|name| self.variable.is_named(name))
    }

    /// `MokSBState` is one byte, 1 where a user turned validation off; anything but 0 counts so.
    fn disables_shim(&self) -> bool {
        let variable = &self.variable;
        variable.guid == SHIM && variable.is_named("MokSBState") && !matches!(variable.data, [] | [0])
    }
}

/// Which register holds Secure Boot's events.
pub(super) const fn register(kind: LogKind) -> u32 {
    match kind {
        LogKind::Ccel => 1,
        LogKind::Tpm => 7,
    }
}

pub(super) fn read<'a>(
    log: &ReplayedLog<'a>,
    provider: &dyn CryptoProvider,
    allowed: Quirks,
    used: &mut Quirks,
) -> Result<SecureBoot<'a>, Error> {
    let kind = log.kind();
    let hash = |text: &[u8]| provider.hash(log.registers().algorithm(), &[text]);
    let separator = hash(&[0; 4]);
    // What these say, their digests say already: no label or data can hide them.
    let debug_text = hash(b"UEFI Debug Mode");
    let dma_text = hash(b"DMA Protection Disabled");
    let mut opaque = Vec::new();
    let mut names: [Option<Variable<'a>>; 5] = [None; 5];
    let (mut authorities, mut early) = (Vec::new(), Vec::new());
    let (mut debug_mode, mut dma_protection_disabled) = (false, false);
    let mut separators = 0usize;
    for event in log.events() {
        let Some((register_of, digest)) = event.measured() else { continue };
        if register_of != register(kind) {
            continue;
        }
        let raw = event.event();
        let fail = |code, problem| {
            Error::new(code, "secure_boot")
                .at(raw.offset())
                .with(Fact::count("event", raw.number()))
                .with(Fact::text("problem", problem))
        };
        if digest == separator.as_slice() {
            separators = separators.saturating_add(1);
            continue;
        }
        debug_mode |= digest == debug_text.as_slice();
        dma_protection_disabled |= digest == dma_text.as_slice();
        let event_type = raw.unauthenticated_type();
        let Some(data) = event.data() else {
            opaque.push(ReplayBound::new(digest));
            if kind == LogKind::Ccel && !claims_variable(event_type) {
                continue; // RTMR0 holds the firmware's configuration as well.
            }
            let vendor = event_type.name().is_none() && event.proof() == Proof::Opaque;
            if vendor && allowed.has(Quirk::VendorEventType) {
                *used = used.with(Quirk::VendorEventType);
                continue;
            }
            return Err(fail(Code::BootEvent, "an event whose data do not prove what was measured"));
        };
        // Old shims log a few bytes after the value, and hash all of them but the last.
        let padded = event.quirk() == Some(Quirk::AuthorityLastByte);
        let variable = match Variable::parse_prefix(data) {
            Ok((variable, rest)) if padded || rest.is_empty() => Ok(variable),
            // Whatever begins as a variable is one, or nothing can be said of it.
            Ok((variable, _)) if !variable.name.is_empty() => Variable::parse(data),
            _ if claims_variable(event_type) => Variable::parse(data),
            _ => continue,
        };
        // Whatever hashes to its digest and is a variable by its form is read as one.
        let variable = variable.map_err(|error| error.with(Fact::count("event", raw.number())))?;
        let database = is_database(&variable);
        let is_authority = event_type == EventType::EfiVariableAuthority;
        let list = match database {
            Some(_) if !claims_variable(event_type) && (separators == 0 || !is_db(&variable)) => {
                return Err(fail(Code::BootSecureBoot, "a variable under another event type"));
            }
            Some(index) if separators == 0 && !is_authority => {
                match names.get_mut(index) {
                    Some(slot @ None) => *slot = Some(variable),
                    _ => return Err(fail(Code::BootSecureBoot, "a variable twice")),
                }
                continue;
            }
            // Only `db` allows images; a list of signatures, which the database itself is, is no authority.
            Some(_) if !is_db(&variable) || !is_authority => {
                return Err(fail(Code::BootSecureBoot, "a database after the separator"));
            }
            // Boot order, modes and further databases of the firmware allow nothing.
            None if !is_authority && [GLOBAL, SECURITY].contains(&variable.guid) => continue,
            _ if separators == 0 => &mut early,
            _ => &mut authorities,
        };
        let authority = authority(variable, allowed, used)
            .ok_or_else(|| fail(Code::BootVariable, "an authority without its owner"))?;
        list.push(DigestBound::new(authority));
    }
    let missing =
        |problem| Error::new(Code::BootSecureBoot, "secure_boot").with(Fact::text("problem", problem));
    let [Some(state), Some(pk), Some(kek), Some(db), Some(dbx)] = names else {
        return Err(missing("SecureBoot, PK, KEK, db and dbx must all be measured before the separator"));
    };
    if separators == 0 {
        return Err(missing("no separator"));
    }
    if separators > 1 && !(kind == LogKind::Ccel && allowed.has(Quirk::FoldedSeparators)) {
        return Err(missing("more than one separator"));
    }
    let enabled = match state.data {
        [0] => false,
        [1] => true,
        // Firmware without Secure Boot may leave the variable empty.
        [] => false,
        _ => return Err(missing("SecureBoot is neither 0 nor 1")),
    };
    let lists = |variable: &Variable<'a>| signature_lists(variable.data).map(DigestBound::new);
    let secure_boot = SecureBoot {
        enabled: DigestBound::new(enabled),
        pk: lists(&pk)?,
        kek: lists(&kek)?,
        db: lists(&db)?,
        dbx: lists(&dbx)?,
        debug_mode,
        dma_protection_disabled,
        shim_validation_disabled: authorities.iter().chain(&early).any(|it| it.get().disables_shim()),
        opaque,
        authorities,
        early_authorities: early,
    };
    if enabled {
        let empty = |list: &DigestBound<Vec<Signature<'a>>>| list.get().is_empty();
        if empty(&secure_boot.pk) || empty(&secure_boot.kek) || empty(&secure_boot.db) {
            return Err(missing("Secure Boot is on without PK, KEK or db"));
        }
        if !secure_boot.authorities.iter().any(|authority| !authority.get().is_state()) {
            return Err(missing("Secure Boot is on, but nothing was allowed by an authority"));
        }
    }
    Ok(secure_boot)
}

const fn claims_variable(event_type: EventType) -> bool {
    matches!(event_type, EventType::EfiVariableDriverConfig | EventType::EfiVariableAuthority)
}

fn is_db(variable: &Variable<'_>) -> bool {
    variable.guid == SECURITY && variable.is_named("db")
}

/// Which of the five it is, by name and GUID.
fn is_database(variable: &Variable<'_>) -> Option<usize> {
    const NAMES: [(&str, [u8; 16]); 5] =
        [("SecureBoot", GLOBAL), ("PK", GLOBAL), ("KEK", GLOBAL), ("db", SECURITY), ("dbx", SECURITY)];
    NAMES.iter().position(|(name, guid)| variable.guid == *guid && variable.is_named(name))
}

/// `EFI_SIGNATURE_DATA` is an owner's GUID and data; shim measures its own certificate without owner.
fn authority<'a>(variable: Variable<'a>, allowed: Quirks, used: &mut Quirks) -> Option<Authority<'a>> {
    let is_certificate = |data: &[u8]| matches!(data, [0x30, 0x81..=0x84, ..]);
    let data = variable.data;
    let owned = data.get(16..).filter(|rest| !rest.is_empty());
    if variable.guid == SHIM {
        let data = owned.filter(|owned| !is_certificate(data) && is_certificate(owned)).unwrap_or(data);
        return Some(Authority { variable, data });
    }
    if let Some(owned) = owned.filter(|_| !is_certificate(data)) {
        return Some(Authority { variable, data: owned });
    }
    let quirk = Quirk::AuthorityWithoutGuid;
    if !allowed.has(quirk) {
        return None;
    }
    *used = used.with(quirk);
    Some(Authority { variable, data })
}

/// `EFI_GLOBAL_VARIABLE`, 8be4df61-93ca-11d2-aa0d-00e098032b8c.
const GLOBAL: [u8; 16] =
    [0x61, 0xdf, 0xe4, 0x8b, 0xca, 0x93, 0xd2, 0x11, 0xaa, 0x0d, 0x00, 0xe0, 0x98, 0x03, 0x2b, 0x8c];

/// `EFI_IMAGE_SECURITY_DATABASE_GUID`, d719b2cb-3d3a-4596-a3bc-dad00e67656f.
const SECURITY: [u8; 16] =
    [0xcb, 0xb2, 0x19, 0xd7, 0x3a, 0x3d, 0x96, 0x45, 0xa3, 0xbc, 0xda, 0xd0, 0x0e, 0x67, 0x65, 0x6f];

/// shim's vendor GUID, 605dab50-e046-4300-abb6-3dd810dd8b23.
const SHIM: [u8; 16] =
    [0x50, 0xab, 0x5d, 0x60, 0x46, 0xe0, 0x00, 0x43, 0xab, 0xb6, 0x3d, 0xd8, 0x10, 0xdd, 0x8b, 0x23];
