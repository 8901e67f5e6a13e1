//! Comparing a TPM's log with the PCR values of an authentic quote.

use super::proven::ProvenBy;
use super::quirks::{Quirk, Quirks};
use super::registers::{Registers, initial_value};
use super::replay::{RegisterReport, RegisterState, ReplayedLog};
use super::tcg::{EventLog, LogKind};
use crate::bytes::constant_time_eq;
use crate::check::{Failure, Rule, Trace};
use crate::crypto::{CryptoProvider, HashAlgorithm};
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::tpm::PcrValues;

/// The rule of [`EventLog::verify_pcrs`], applied to each register of each bank.
pub static PCR_RULE: Rule = Rule {
    id: "eventlog.pcr",
    title: "the event log explains a quoted register",
    spec: "TCG PFP 1.06, 10.2; TPM 2.0 Part 1, 17.1",
};

/// A log whose digests are proven may still contradict itself.
pub static SOUND_RULE: Rule = Rule {
    id: "boot.sound",
    title: "the proven events are a boot: their data, order and separators are consistent",
    spec: "TCG PFP 1.06, 3.3 and 10.4",
};

impl<'a> EventLog<'a> {
    /// Replays the log into every bank that both the log and the quote have, and compares register by
    /// register. What the quote covers in a bank of which the log's header declares no digests is
    /// [`RegisterState::NotLogged`].
    ///
    /// A register that the log does not explain is no error here, since operating systems extend
    /// registers without writing to this log: its events are merely [`Unmeasured`](super::Proof), and
    /// [`ReplayedLog::reports`] says so. [`ReplayedLog::require_explained`] or a policy turns it into a
    /// refusal. A register counts as explained when all compared banks agree.
    ///
    /// Events are graded with one bank: of those that were compared, one better than SHA-1 if there is
    /// any, then the one of which the quote covers most registers, then the strongest.
    ///
    /// # Errors
    /// `eventlog.algorithm` when log and quote have no bank in common, `eventlog.layout` for a startup
    /// locality that firmware cannot have recorded, `misuse.options` for a CCEL.
    pub fn verify_pcrs(
        &self,
        provider: &dyn CryptoProvider,
        pcrs: &PcrValues,
        quirks: Quirks,
    ) -> Result<ReplayedLog<'a>, Failure> {
        if self.kind() != LogKind::Tpm {
            let fact = Fact::text("expected", "a TPM's log");
            return Err(Error::new(Code::MisuseOptions, "event_log.kind").with(fact).into());
        }
        let mut trace = Trace::new();
        let mut used = Quirks::NONE;
        let mut reports = alloc::vec::Vec::new();
        let mut graded: Option<(usize, Registers)> = None;
        for bank in pcrs.banks().filter(|bank| self.has_algorithm((*bank).into())) {
            let mut registers = self.replay(provider, bank)?;
            let mut covered = 0usize;
            for index in 0..=LogKind::Tpm.last_index() {
                let quoted = u8::try_from(index).ok().and_then(|index| pcrs.get(bank, index));
                let state = match quoted {
                    None if registers.events(index) == 0 => continue,
                    None => RegisterState::NotQuoted,
                    Some(value) => {
                        covered = covered.saturating_add(1);
                        compare(provider, &mut registers, index, value, quirks, &mut used)
                    }
                };
                let events = registers.events(index);
                reports.push(RegisterReport { algorithm: bank, index, events, state });
            }
            // Banks come in ascending order of strength, SHA-1 first.
            let better = graded
                .as_ref()
                .is_none_or(|(most, before)| before.algorithm() == HashAlgorithm::Sha1 || covered >= *most);
            if better {
                graded = Some((covered, registers));
            }
        }
        let Some((_, registers)) = graded else {
            let banks: alloc::vec::Vec<_> = pcrs.banks().map(|bank| alloc::format!("{bank:?}")).collect();
            return Err(Error::new(Code::EventLogAlgorithm, "event_log.header.algorithms")
                .with(Fact::string("quoted", banks.join(" ").to_ascii_lowercase()))
                .into());
        };
        let banks = pcrs.banks().filter(|bank| !self.has_algorithm((*bank).into()));
        reports.extend(banks.flat_map(|bank| not_logged(bank, pcrs, &registers)));
        agree(&mut reports);
        for report in &reports {
            let facts = [
                Fact::string("bank", alloc::format!("{:?}", report.algorithm).to_ascii_lowercase()),
                Fact::number("pcr", report.index.into()),
                Fact::count("events", report.events),
                Fact::text("state", report.state.as_str()),
            ];
            match report.state {
                RegisterState::Explained | RegisterState::Unused => trace.passed(&PCR_RULE, facts),
                RegisterState::NotQuoted => {
                    trace.skipped(&PCR_RULE, "the quote does not cover this register")
                }
                RegisterState::NotLogged | RegisterState::Opaque | RegisterState::Diverges => {
                    trace.unmet(&PCR_RULE, facts);
                }
            }
        }
        let algorithm = registers.algorithm();
        let events = self.prove_events(provider, algorithm, quirks, |index| {
            reports.iter().any(|report| {
                (report.algorithm, report.index, report.state) == (algorithm, index, RegisterState::Explained)
            })
        });
        let used = used.iter().chain(events.iter().filter_map(super::ReplayedEvent::quirk)).collect();
        let proven = ProvenBy::Pcrs(pcrs.clone());
        Ok(ReplayedLog { events, registers, reports, quirks: used, proven, checks: trace.into_checks() })
    }
}

impl ReplayedLog<'_> {
    /// Refuses a log that leaves a quoted register unexplained. `opaque` names the registers that others
    /// extend, such as PCR 10 for IMA and PCR 11 for systemd.
    ///
    /// # Errors
    /// `eventlog.replay`, with the first such register in its facts.
    pub fn require_explained(&self, opaque: &[u32]) -> Result<(), Error> {
        let mut reports = self.reports().iter();
        let bad = reports.find(|report| report.state.is_unexplained() && !opaque.contains(&report.index));
        match bad {
            None => Ok(()),
            Some(report) => Err(Error::new(Code::EventLogReplay, "event_log")
                .with(Fact::string("register", alloc::format!("pcr{}", report.index)))
                .with(Fact::text("state", report.state.as_str()))
                .with(Fact::count("events", report.events))
                .with(Fact::bytes("actual", self.registers().value(report.index).as_slice()))),
        }
    }

    /// True when no register that firmware must extend (PCR 0 to 7) was ever extended in some quoted
    /// bank: firmware left the bank to whoever comes later (CVE-2021-42299).
    #[must_use]
    pub fn has_unmeasured_bank(&self) -> bool {
        // Where the log has nothing of the bank, its values alone tell.
        let unlogged = |bank: HashAlgorithm| {
            self.reports()
                .iter()
                .any(|report| (report.algorithm, report.state) == (bank, RegisterState::NotLogged))
        };
        if let ProvenBy::Pcrs(pcrs) = &self.proven
            && pcrs.unmeasured_banks().any(unlogged)
        {
            return true;
        }
        let banks =
            [HashAlgorithm::Sha1, HashAlgorithm::Sha256, HashAlgorithm::Sha384, HashAlgorithm::Sha512];
        banks.into_iter().any(|bank| {
            let mut firmware =
                self.reports().iter().filter(|r| r.algorithm == bank && r.index < 8).peekable();
            firmware.peek().is_some() && firmware.all(|report| report.state == RegisterState::Unused)
        })
    }
}

/// What the quote covers in a bank of which the log has nothing. `logged` are the registers of a bank that it
/// has: where neither tells of an extend, there was none.
fn not_logged<'r>(
    bank: HashAlgorithm,
    pcrs: &'r PcrValues,
    logged: &'r Registers,
) -> impl Iterator<Item = RegisterReport> + use<'r> {
    let covered = pcrs.iter().filter(move |(covered, ..)| *covered == bank);
    covered.map(move |(algorithm, index, value)| {
        let index = u32::from(index);
        let fresh = is_fresh(bank, index, value) && logged.events(index) == 0;
        let state = if fresh { RegisterState::Unused } else { RegisterState::NotLogged };
        RegisterReport { algorithm, index, events: 0, state }
    })
}

/// The value is the one that the register starts with. PCR 17 to 22 start at zero where no dynamic launch is
/// possible.
fn is_fresh(bank: HashAlgorithm, index: u32, value: &[u8]) -> bool {
    let fresh = initial_value(LogKind::Tpm, index, bank, None);
    constant_time_eq(fresh.as_slice(), value) || value.iter().all(|byte| *byte == 0)
}

fn compare(
    provider: &dyn CryptoProvider,
    registers: &mut Registers,
    index: u32,
    quoted: &[u8],
    quirks: Quirks,
    used: &mut Quirks,
) -> RegisterState {
    let bank = registers.algorithm();
    if registers.events(index) == 0 {
        return if is_fresh(bank, index, quoted) { RegisterState::Unused } else { RegisterState::Opaque };
    }
    if constant_time_eq(registers.value(index).as_slice(), quoted) {
        return RegisterState::Explained;
    }
    if index == 5 && quirks.has(Quirk::ExitBootServicesMissing) {
        for result in EXIT_BOOT_SERVICES {
            let mut longer = registers.clone();
            for text in result {
                longer.extend_with(provider, index, provider.hash(bank, &[text]).as_slice());
            }
            if constant_time_eq(longer.value(index).as_slice(), quoted) {
                *registers = longer;
                *used = used.with(Quirk::ExitBootServicesMissing);
                return RegisterState::Explained;
            }
        }
    }
    RegisterState::Diverges
}

/// A register of which one bank diverges is explained by none.
fn agree(reports: &mut [RegisterReport]) {
    let diverging: alloc::vec::Vec<u32> = reports
        .iter()
        .filter(|report| report.state == RegisterState::Diverges)
        .map(|report| report.index)
        .collect();
    for report in reports {
        if report.state == RegisterState::Explained && diverging.contains(&report.index) {
            report.state = RegisterState::Diverges;
        }
    }
}

/// What firmware measures into PCR 5 when an operating system leaves boot services (PFP 1.06, 3.3.4.6).
pub(super) const EXIT_BOOT_SERVICES: [[&[u8]; 2]; 2] = [
    [b"Exit Boot Services Invocation", b"Exit Boot Services Returned with Success"],
    [b"Exit Boot Services Invocation", b"Exit Boot Services Returned with Failure"],
];
