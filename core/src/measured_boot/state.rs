//! What a replayed log says of a boot.
//!
//! Only events of explained registers are read, and of those only what their grade allows. What an event
//! type, a path or a description claims is never more than [`Hearsay`]: no digest covers it. So roles are
//! found by content wherever something hangs on them, such as a kernel's command line.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use super::events::EventType;
use super::grade::{DigestBound, Hearsay, ReplayBound};
use super::proof::Proof;
use super::proven::ProvenBy;
use super::quirks::{Quirk, Quirks};
use super::replay::{RegisterState, ReplayedEvent, ReplayedLog};
use super::secure_boot::{self, SecureBoot};
use super::tcg::LogKind;
use super::uefi::{Variable, utf16};
use crate::crypto::CryptoProvider;
use crate::error::{Code, Error};
use crate::fact::Fact;

/// What is known of a boot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BootState<'a> {
    pub(super) kind: LogKind,
    pub(super) proven: ProvenBy,
    pub(super) quirks: Quirks,
    pub(super) problems: Vec<Error>,
    pub(super) secure_boot: Result<SecureBoot<'a>, Error>,
    pub(super) digests: Vec<Measured<'a>>,
    pub(super) texts: Vec<Text>,
    pub(super) opaque_texts: Vec<Measured<'a>>,
    pub(super) sections: Vec<Section<'a>>,
    pub(super) left_boot_services: Option<DigestBound<bool>>,
    pub(super) firmware_version: Option<DigestBound<String>>,
    pub(super) variables: Vec<DigestBound<&'a [u8]>>,
    pub(super) partitions: Vec<DigestBound<&'a [u8]>>,
    pub(super) states: BTreeMap<u32, RegisterState>,
    pub(super) unmeasured_bank: bool,
    pub(super) sha1_only: bool,
}

/// One extend of an explained register.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Measured<'a> {
    /// Which record of the log.
    pub number: usize,
    /// The register, as in the log.
    pub register: u32,
    /// What it was extended with.
    pub digest: ReplayBound<&'a [u8]>,
    /// The log's data do not hash to it: only a reference value tells what it is.
    pub opaque: bool,
    /// What the log says that it is.
    pub event_type: Hearsay<EventType>,
    /// Words beside it: a path, a description.
    pub words: Hearsay<&'a [u8]>,
}

/// A text that a boot loader measured.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Text {
    /// The register, as in the log.
    pub register: u32,
    /// The text.
    pub text: DigestBound<String>,
}

/// A section of a unified kernel image: its name, then its content, in PCR 11.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Section<'a> {
    /// The name, such as `.linux`.
    pub name: DigestBound<String>,
    /// The digest of the content that was measured next; `None` when nothing followed.
    pub content: Option<ReplayBound<&'a [u8]>>,
}

impl<'a> BootState<'a> {
    /// Reads a replayed log.
    ///
    /// Never fails: what cannot be read is a problem, and [`BootState::require_sound`] or a policy
    /// refuses it.
    #[must_use]
    pub fn assess(log: &ReplayedLog<'a>, provider: &dyn CryptoProvider, allowed: Quirks) -> Self {
        let kind = log.kind();
        let mut state = Self {
            kind,
            proven: log.proven.clone(),
            quirks: log.quirks(),
            problems: Vec::new(),
            secure_boot: Err(Error::new(Code::BootUnverified, "secure_boot")),
            digests: Vec::new(),
            texts: Vec::new(),
            opaque_texts: Vec::new(),
            sections: Vec::new(),
            left_boot_services: None,
            firmware_version: None,
            variables: Vec::new(),
            partitions: Vec::new(),
            states: BTreeMap::new(),
            unmeasured_bank: false,
            sha1_only: log.registers().algorithm() == crate::crypto::HashAlgorithm::Sha1,
        };
        for report in log.reports() {
            // A register that one more bank could have covered is proven by the bank that is read.
            let elsewhere = report.algorithm != log.registers().algorithm();
            if elsewhere && report.state == RegisterState::NotQuoted {
                continue;
            }
            // The worst of all banks; the variants are in that order.
            let worst = state.states.entry(report.index).or_insert(report.state);
            *worst = (*worst).max(report.state);
        }
        #[cfg(feature = "tpm")]
        if log.has_unmeasured_bank() {
            state.unmeasured_bank = true;
            state.problems.push(Error::new(Code::BootBank, "event_log"));
        }
        let mut named = false;
        for event in log.events() {
            state.read(event, &mut named);
        }
        state.separators(log, provider, allowed);
        let mut quirks = state.quirks;
        state.secure_boot = if state.is_explained(secure_boot::register(kind)) {
            secure_boot::read(log, provider, allowed, &mut quirks)
        } else {
            Err(Error::new(Code::BootUnverified, "secure_boot")
                .with(Fact::number("register", secure_boot::register(kind).into())))
        };
        state.quirks = quirks;
        if let Err(error) = &state.secure_boot
            && error.code() != Code::BootUnverified
        {
            state.problems.push(error.clone());
        }
        state
    }

    /// Refuses a boot with a problem.
    ///
    /// # Errors
    /// The first problem.
    pub fn require_sound(&self) -> Result<(), Error> {
        self.problems.first().map_or(Ok(()), |problem| Err(problem.clone()))
    }

    fn read(&mut self, event: &ReplayedEvent<'a>, named: &mut bool) {
        let raw = event.event();
        let words = raw.unauthenticated_data();
        let event_type = raw.unauthenticated_type();
        let problem = |code| {
            Error::new(code, "event_log.event").at(raw.offset()).with(Fact::count("event", raw.number()))
        };
        if event_type == EventType::NoAction {
            let named = raw.unauthenticated_index() != 0 && raw.unauthenticated_index() != u32::MAX;
            let digest = raw.unauthenticated_digests().iter().any(|d| d.digest.iter().any(|byte| *byte != 0));
            let trust_point = raw.unauthenticated_index() == u32::MAX;
            // Firmware writes them for PCR 0; a measurement's form, or a digest, has no business here.
            if (digest && !trust_point) || (named && Variable::parse(words).is_ok()) {
                self.problems.push(problem(Code::BootNoAction));
            }
            return;
        }
        let Some((register, digest)) = event.measured() else { return };
        if event.proof() == Proof::Contradicted {
            let name = alloc::format!("{event_type}");
            self.problems.push(problem(Code::BootEvent).with(Fact::string("type", name)));
        }
        let measured = Measured {
            number: raw.number(),
            register,
            digest: ReplayBound::new(digest),
            opaque: matches!(event.proof(), Proof::Opaque | Proof::Contradicted),
            event_type: Hearsay::new(event_type),
            words: Hearsay::new(words),
        };
        self.digests.push(measured.clone());
        if register == self.register(11) {
            // A name's content is the very next extend, whatever the log calls it.
            match (event.proof(), self.sections.last_mut()) {
                (Proof::Recoded(name), _) => {
                    self.sections.push(Section { name: DigestBound::new(utf16(name)), content: None });
                    *named = true;
                }
                (_, Some(last)) if *named => {
                    last.content = Some(ReplayBound::new(digest));
                    *named = false;
                }
                _ => {}
            }
        }
        let data = event.data();
        if [8, 9, 12].iter().any(|pcr| register == self.register(*pcr)) {
            match data.and_then(text_of) {
                Some(text) => self.texts.push(Text { register, text: DigestBound::new(text) }),
                // A separator holds no text.
                None if data.is_some_and(|data| data.iter().all(|byte| *byte == 0)) => {}
                // The words beside it may be anybody's: whatever is not known by its digest may be a text.
                None => self.opaque_texts.push(measured),
            }
        }
        let Some(data) = data else { return };
        // What firmware alone measures counts in its own register, where nobody extends unseen later: the
        // type is hearsay.
        let crtm = if self.kind == LogKind::Ccel { 1 } else { 0 };
        let [settings, boot] = [1, 5].map(|pcr| register == self.register(pcr));
        match event_type {
            EventType::SCrtmVersion if register == crtm => {
                self.firmware_version = Some(DigestBound::new(utf16(data)));
            }
            EventType::EfiVariableBoot | EventType::EfiVariableBoot2 if settings => {
                self.variables.push(DigestBound::new(data));
            }
            EventType::EfiGptEvent | EventType::EfiGptEvent2 if boot => {
                self.partitions.push(DigestBound::new(data));
            }
            _ => {}
        }
        match data {
            b"Exit Boot Services Returned with Success" if boot => {
                self.left_boot_services = Some(DigestBound::new(true));
            }
            b"Exit Boot Services Returned with Failure" if boot => {
                self.left_boot_services = Some(DigestBound::new(false));
            }
            _ => {}
        }
    }

    /// One separator of zeros in each of PCR 0 to 7; whatever has a separator's digest says that it is one.
    fn separators(&mut self, log: &ReplayedLog<'a>, provider: &dyn CryptoProvider, allowed: Quirks) {
        let algorithm = log.registers().algorithm();
        let [zeros, ones] = [[0u8; 4], [0xff; 4]].map(|value| provider.hash(algorithm, &[&value]));
        let mut counts: BTreeMap<u32, usize> = BTreeMap::new();
        for event in log.events() {
            let Some((register, digest)) = event.measured() else { continue };
            let is_separator = digest == zeros.as_slice();
            let is_error = digest == ones.as_slice();
            let labelled = event.event().unauthenticated_type() == EventType::Separator;
            // Other values, such as Windows' `WBCL`, separate what comes after the firmware.
            let firmware = self.kind == LogKind::Ccel || register < 8;
            let problem = if is_error {
                Some("an error separator")
            } else if is_separator != labelled && (is_separator || firmware) {
                Some("mislabelled")
            } else {
                None
            };
            if let Some(problem) = problem {
                self.problems.push(
                    Error::new(Code::BootSeparator, "event_log.event")
                        .at(event.event().offset())
                        .with(Fact::number("register", register.into()))
                        .with(Fact::text("problem", problem)),
                );
            }
            if is_separator {
                let count = counts.entry(register).or_default();
                *count = count.saturating_add(1);
            }
        }
        let registers = if self.kind == LogKind::Ccel { 1..=2 } else { 0..=7 };
        for register in registers {
            if !self.is_explained(register) {
                continue;
            }
            let count = counts.get(&register).copied().unwrap_or_default();
            if count == 1 {
                continue;
            }
            // Old TDVF: one for each PCR that maps to the register, RTMR1's among RTMR0's.
            let folded = self.kind == LogKind::Ccel && (count == 0 || count == 2 || count == 5);
            if folded && allowed.has(Quirk::FoldedSeparators) {
                self.quirks = self.quirks.with(Quirk::FoldedSeparators);
                continue;
            }
            self.problems.push(
                Error::new(Code::BootSeparator, "event_log")
                    .with(Fact::number("register", register.into()))
                    .with(Fact::count("separators", count)),
            );
        }
    }

    fn is_explained(&self, register: u32) -> bool {
        self.states.get(&register) == Some(&RegisterState::Explained)
    }

    /// The register of a PCR: for CCEL by UEFI 2.10, table 38-3.
    pub(super) fn register(&self, pcr: u32) -> u32 {
        match (self.kind, pcr) {
            (LogKind::Tpm, _) => pcr,
            (LogKind::Ccel, 0) => 0,
            (LogKind::Ccel, 1 | 7) => 1,
            (LogKind::Ccel, 2..=6) => 2,
            (LogKind::Ccel, _) => 3,
        }
    }

    /// Whether the log was verified against exactly these RTMRs. A policy takes it for no other TD's.
    #[must_use]
    pub fn is_of_rtmrs(&self, rtmrs: &[[u8; 48]; 4]) -> bool {
        self.proven.is_rtmrs(rtmrs)
    }

    /// Whether the log was verified against exactly these registers. A policy takes it for no other
    /// quote's.
    #[cfg(feature = "tpm")]
    #[must_use]
    pub fn is_of_pcrs(&self, pcrs: &crate::tpm::PcrValues) -> bool {
        self.proven.is_pcrs(pcrs)
    }

    /// Whose registers the log names.
    #[must_use]
    pub const fn kind(&self) -> LogKind {
        self.kind
    }

    /// The quirks that reading the log needed.
    #[must_use]
    pub const fn quirks(&self) -> Quirks {
        self.quirks
    }

    /// What is wrong with the log, though its digests are proven.
    pub fn problems(&self) -> &[Error] {
        &self.problems
    }

    /// Secure Boot, or why nothing can be told of it.
    ///
    /// # Errors
    /// `boot.unverified`, `boot.secure_boot`, `boot.variable`, `boot.signature_list`, `boot.event`.
    pub const fn secure_boot(&self) -> Result<&SecureBoot<'a>, &Error> {
        self.secure_boot.as_ref()
    }

    /// What came of each register, the worst of all banks.
    #[must_use]
    pub const fn registers(&self) -> &BTreeMap<u32, RegisterState> {
        &self.states
    }

    /// Every extend of the explained registers, in order.
    #[must_use]
    pub fn measured(&self) -> &[Measured<'a>] {
        &self.digests
    }

    /// The texts that boot loaders measured (PCR 8, 9 and 12): commands and command lines, in order.
    #[must_use]
    pub fn texts(&self) -> &[Text] {
        &self.texts
    }

    /// Events beside them that are of no known text, such as files that GRUB measured: a command line could
    /// hide there. Only a digest tells what they are, never the words that the log has for them.
    #[must_use]
    pub fn opaque_texts(&self) -> &[Measured<'a>] {
        &self.opaque_texts
    }

    /// What may have been a kernel's command line, by content: texts that begin with a path, commands that
    /// load a kernel (without their first word), and every text of systemd-stub and the EFI stub.
    pub fn command_lines(&self) -> impl Iterator<Item = &str> {
        self.texts.iter().filter_map(|text| {
            // Nothing but command lines and names are text in PCR 9 and 12.
            let stub = self.kind == LogKind::Tpm && text.register != 8;
            if stub { Some(text.text.get().as_str()) } else { command_line(text.text.get()) }
        })
    }

    /// The sections of a unified kernel image.
    #[must_use]
    pub fn sections(&self) -> &[Section<'a>] {
        &self.sections
    }

    /// Whether the firmware handed over to an operating system, and if so successfully.
    #[must_use]
    pub const fn left_boot_services(&self) -> Option<bool> {
        match &self.left_boot_services {
            Some(left) => Some(*left.get()),
            None => None,
        }
    }

    /// The version that firmware gives itself.
    #[must_use]
    pub fn firmware_version(&self) -> Option<&str> {
        self.firmware_version.as_ref().map(|version| version.get().as_str())
    }

    /// Values of boot variables: `BootOrder`, `Boot0000`; which is which, the digest does not tell.
    #[must_use]
    pub fn boot_variables(&self) -> &[DigestBound<&'a [u8]>] {
        &self.variables
    }

    /// Partition tables.
    #[must_use]
    pub fn partitions(&self) -> &[DigestBound<&'a [u8]>] {
        &self.partitions
    }

    /// True when only SHA-1 proves all this.
    #[must_use]
    pub const fn is_sha1_only(&self) -> bool {
        self.sha1_only
    }
}

/// UTF-8, or UTF-16 as EFI programs measure it.
fn text_of(data: &[u8]) -> Option<String> {
    let trimmed = data.strip_suffix(&[0]).unwrap_or(data);
    if let Ok(text) = core::str::from_utf8(trimmed)
        && !text.contains('\0')
        && !text.is_empty()
    {
        return Some(text.into());
    }
    let (units, odd) = data.as_chunks::<2>();
    let units = units.strip_suffix(&[[0, 0]]).unwrap_or(units);
    if !odd.is_empty() || units.is_empty() {
        return None;
    }
    let text: Result<String, _> =
        char::decode_utf16(units.iter().map(|unit| u16::from_le_bytes(*unit))).collect();
    text.ok().filter(|text| !text.contains('\0'))
}

fn command_line(text: &str) -> Option<&str> {
    let (first, rest) = text.split_once(' ').unwrap_or((text, ""));
    match first {
        "linux" | "linux16" | "linuxefi" | "kernel" => Some(rest),
        _ if first.starts_with(['/', '(']) => Some(text),
        // In a CCEL, systemd-stub and the EFI stub share a register with GRUB, and measure no path.
        _ if text.contains('=') && !rest.is_empty() && !is_grub_command(first) => Some(text),
        _ => None,
    }
}

/// Commands of GRUB that appear in real logs and that no command line begins with.
fn is_grub_command(word: &str) -> bool {
    const COMMANDS: &[&str] = &[
        "set",
        "unset",
        "export",
        "load_env",
        "save_env",
        "insmod",
        "search",
        "if",
        "[",
        "test",
        "menuentry",
        "submenu",
        "setparams",
        "function",
        "initrd",
        "initrdefi",
        "initrd16",
        "echo",
        "terminal_output",
        "terminal_input",
        "loadfont",
        "gfxmode",
        "blscfg",
        "source",
        "configfile",
        "smbios",
        "regexp",
        "gptpriority",
        "recordfail",
        "increment",
        "cmp",
        "serial",
        "font",
        "play",
        "probe",
        "loopback",
    ];
    COMMANDS.contains(&word)
}
