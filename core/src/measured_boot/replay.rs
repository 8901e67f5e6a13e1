//! Replaying a log: `register = H(register ‖ digest)` for every event that extends it.

use alloc::vec::Vec;

use super::events::DigestAlgorithm;
use super::proof::{Proof, prove};
use super::proven::ProvenBy;
use super::quirks::{Quirk, Quirks};
use super::registers::{Registers, startup_locality};
use super::tcg::{Event, EventLog, LogKind};
use crate::bytes::constant_time_eq;
use crate::check::{Check, Failure, Rule, Trace};
use crate::crypto::{CryptoProvider, HashAlgorithm};
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::named::named;

/// A log whose extending events give exactly the registers of a quote.
///
/// The digests and their order within each register are authentic if those registers are. Of the other
/// content, only what a digest covers is: see [`Proof`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplayedLog<'a> {
    pub(super) events: Vec<ReplayedEvent<'a>>,
    pub(super) registers: Registers,
    pub(super) reports: Vec<RegisterReport>,
    pub(super) quirks: Quirks,
    pub(super) proven: ProvenBy,
    pub(super) checks: Vec<Check>,
}

/// What came of comparing one register of one bank.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RegisterReport {
    /// The bank.
    pub algorithm: HashAlgorithm,
    /// The index, as in the log: for CCEL, RTMR `n` has index `n + 1`.
    pub index: u32,
    /// How many events of the log extend it.
    pub events: usize,
    /// What came of it.
    pub state: RegisterState,
}

named! {
    /// Whether a log explains a register.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    #[non_exhaustive]
    pub enum RegisterState {
        /// Its events give exactly the quoted value.
        Explained = "explained",
        /// No event extends it, and the quoted value is the one that it starts with.
        Unused = "unused",
        /// The log names it, but the quote does not cover it: nothing of it is proven.
        NotQuoted = "not_quoted",
        /// The quote covers it in a bank of which the log has no digests: nothing of it is explained.
        NotLogged = "not_logged",
        /// No event extends it, but something else did: the log says nothing of what.
        Opaque = "opaque",
        /// Its events give another value than the quoted one: none of them is proven.
        Diverges = "diverges",
    }
}

impl RegisterState {
    /// The log leaves a quoted value without an explanation.
    #[must_use]
    pub const fn is_unexplained(self) -> bool {
        matches!(self, Self::NotLogged | Self::Opaque | Self::Diverges)
    }
}

/// An event of a replayed log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplayedEvent<'a> {
    event: Event<'a>,
    digest: &'a [u8],
    proof: Proof<'a>,
    quirk: Option<Quirk>,
}

/// The rules of [`EventLog::verify_rtmrs`], one for each register.
pub static RTMR_RULES: [Rule; 4] = [
    Rule { id: "eventlog.rtmr0", title: "the event log explains RTMR0", spec: SPEC },
    Rule { id: "eventlog.rtmr1", title: "the event log explains RTMR1", spec: SPEC },
    Rule { id: "eventlog.rtmr2", title: "the event log explains RTMR2", spec: SPEC },
    Rule { id: "eventlog.rtmr3", title: "the event log explains RTMR3", spec: SPEC },
];

impl<'a> EventLog<'a> {
    /// Replays every event with its digest of `algorithm`.
    ///
    /// # Errors
    /// `eventlog.algorithm` when the header or an extending event lacks the algorithm;
    /// `eventlog.layout` for a startup locality that firmware cannot have recorded.
    pub fn replay(
        &self,
        provider: &dyn CryptoProvider,
        algorithm: HashAlgorithm,
    ) -> Result<Registers, Error> {
        let mut registers = Registers::new(self.kind(), algorithm);
        if !self.has_algorithm(algorithm.into()) {
            let declared = self.unauthenticated_spec_id().algorithms.iter();
            let declared: Vec<_> = declared.map(|(algorithm, _)| alloc::format!("{algorithm}")).collect();
            return Err(Error::new(Code::EventLogAlgorithm, "event_log.header.algorithms")
                .with(Fact::string("expected", alloc::format!("{}", DigestAlgorithm::from(algorithm))))
                .with(Fact::string("actual", declared.join(" "))));
        }
        let mut locality = None;
        for event in self.unauthenticated_events() {
            if event.extends(self.kind()) {
                registers.extend(provider, event, locality)?;
            } else if self.kind() == LogKind::Tpm {
                locality = startup_locality(event, locality, &registers)?.or(locality);
            }
        }
        Ok(registers)
    }

    /// Proves that the log explains all four RTMRs of a quote, in order. A register without events must
    /// hold its initial zeros. Events are graded by the specification but for `quirks`; those that were needed
    /// are in [`ReplayedLog::quirks`].
    ///
    /// `expected` must come from an authentic quote, or the result means nothing.
    ///
    /// # Errors
    /// `eventlog.replay` with the first diverging register in its facts, or those of
    /// [`EventLog::replay`]; `misuse.options` for a log that is not a CCEL.
    pub fn verify_rtmrs(
        &self,
        provider: &dyn CryptoProvider,
        expected: &[[u8; 48]; 4],
        quirks: Quirks,
    ) -> Result<ReplayedLog<'a>, Failure> {
        self.verify(provider, expected, quirks, Scope::AllRtmrs)
    }

    /// As [`EventLog::verify_rtmrs`], but leaves out RTMR3, which guests extend at run time without
    /// writing to the CCEL. Its check is recorded as skipped, and events that name it stay
    /// [`Proof::Unmeasured`].
    ///
    /// # Errors
    /// Those of [`EventLog::verify_rtmrs`].
    pub fn verify_boot_rtmrs(
        &self,
        provider: &dyn CryptoProvider,
        expected: &[[u8; 48]; 4],
        quirks: Quirks,
    ) -> Result<ReplayedLog<'a>, Failure> {
        self.verify(provider, expected, quirks, Scope::BootRtmrs)
    }

    fn verify(
        &self,
        provider: &dyn CryptoProvider,
        expected: &[[u8; 48]; 4],
        quirks: Quirks,
        scope: Scope,
    ) -> Result<ReplayedLog<'a>, Failure> {
        if self.kind() != LogKind::Ccel {
            return Err(Error::new(Code::MisuseOptions, "event_log.kind")
                .with(Fact::text("expected", "a CCEL"))
                .into());
        }
        let registers = self.replay(provider, HashAlgorithm::Sha384)?;
        let mut trace = Trace::new();
        for ((index, rule), expected) in (1u32..).zip(&RTMR_RULES).zip(expected) {
            if !scope.covers(index) {
                trace.skipped(rule, "the caller leaves RTMR3 to run-time measurements");
                continue;
            }
            let actual = registers.value(index);
            let events = registers.events(index);
            if constant_time_eq(actual.as_slice(), expected) {
                trace.passed(rule, [Fact::count("events", events), Fact::bytes("value", actual.as_slice())]);
                continue;
            }
            let mut error = Error::new(Code::EventLogReplay, "event_log")
                .with(Fact::string("register", alloc::format!("rtmr{}", index.saturating_sub(1))))
                .with(Fact::count("events", events))
                .with(Fact::bytes("expected", *expected))
                .with(Fact::bytes("actual", actual.as_slice()));
            if let Some(count) = self.prefix_that_gives(provider, index, expected) {
                error = error.with(Fact::count("matches_after_events", count));
            }
            trace.failed(rule, &error);
            return Err(trace.fail(error));
        }
        let reports = (1..=4).filter(|index| scope.covers(*index)).map(|index| RegisterReport {
            algorithm: HashAlgorithm::Sha384,
            index,
            events: registers.events(index),
            state: if registers.events(index) == 0 {
                RegisterState::Unused
            } else {
                RegisterState::Explained
            },
        });
        let reports = reports.collect();
        let events = self.prove_events(provider, HashAlgorithm::Sha384, quirks, |index| scope.covers(index));
        let quirks = events.iter().filter_map(|event| event.quirk).collect();
        let proven = ProvenBy::Rtmrs(*expected);
        Ok(ReplayedLog { events, registers, reports, quirks, proven, checks: trace.into_checks() })
    }

    /// Grades every event; `covered` tells which registers were found to be explained.
    pub(super) fn prove_events(
        &self,
        provider: &dyn CryptoProvider,
        algorithm: HashAlgorithm,
        quirks: Quirks,
        covered: impl Fn(u32) -> bool,
    ) -> Vec<ReplayedEvent<'a>> {
        let events = self.unauthenticated_events().iter();
        let events = events.map(|event| {
            let digest = event.unauthenticated_digest(algorithm.into()).unwrap_or_default();
            let covered = event.extends(self.kind()) && covered(event.unauthenticated_index());
            let (proof, quirk) = if covered {
                prove(provider, event, algorithm, digest, quirks)
            } else {
                (Proof::Unmeasured, None)
            };
            ReplayedEvent { event: event.clone(), digest, proof, quirk }
        });
        events.collect()
    }

    /// How many events of a register give `expected`, when the log goes on after the quote was made.
    fn prefix_that_gives(&self, provider: &dyn CryptoProvider, index: u32, expected: &[u8]) -> Option<usize> {
        let mut registers = Registers::new(self.kind(), HashAlgorithm::Sha384);
        let events = self.unauthenticated_events().iter();
        let mut events = events.filter(|e| e.unauthenticated_index() == index && e.extends(self.kind()));
        loop {
            if registers.value(index).as_slice() == expected {
                return Some(registers.events(index));
            }
            registers.extend(provider, events.next()?, None).ok()?;
        }
    }
}

impl<'a> ReplayedLog<'a> {
    /// Every event, in order.
    #[must_use]
    pub fn events(&self) -> &[ReplayedEvent<'a>] {
        &self.events
    }

    /// The registers, equal to those of the quote wherever the checks say so.
    #[must_use]
    pub const fn registers(&self) -> &Registers {
        &self.registers
    }

    /// Whose registers the indices name.
    #[must_use]
    pub const fn kind(&self) -> LogKind {
        self.registers.kind()
    }

    /// Every compared register of every compared bank, and those that the quote leaves out.
    #[must_use]
    pub fn reports(&self) -> &[RegisterReport] {
        &self.reports
    }

    /// What came of the register in the bank of [`ReplayedLog::registers`].
    #[must_use]
    pub fn state(&self, index: u32) -> Option<RegisterState> {
        let algorithm = self.registers.algorithm();
        let found = self.reports.iter().find(|r| r.index == index && r.algorithm == algorithm);
        found.map(|report| report.state)
    }

    /// The quirks that the replay needed.
    #[must_use]
    pub const fn quirks(&self) -> Quirks {
        self.quirks
    }

    /// One check for each compared register.
    #[must_use]
    pub fn checks(&self) -> &[Check] {
        &self.checks
    }
}

impl<'a> ReplayedEvent<'a> {
    /// The event as it stands in the log.
    #[must_use]
    pub const fn event(&self) -> &Event<'a> {
        &self.event
    }

    /// The register that it extended and the digest that it extended it with, both authentic; `None`
    /// when no compared register holds the event.
    #[must_use]
    pub fn measured(&self) -> Option<(u32, &'a [u8])> {
        match self.proof {
            Proof::Unmeasured => None,
            _ => Some((self.event.unauthenticated_index(), self.digest)),
        }
    }

    /// What the replay proves about the data.
    #[must_use]
    pub const fn proof(&self) -> Proof<'a> {
        self.proof
    }

    /// The quirk that this grade needed.
    #[must_use]
    pub const fn quirk(&self) -> Option<Quirk> {
        self.quirk
    }

    /// The authentic bytes: those that hash to the measured digest.
    #[must_use]
    pub const fn data(&self) -> Option<&'a [u8]> {
        match self.proof {
            Proof::Data(data) => Some(data),
            Proof::Recoded(_) | Proof::Opaque | Proof::Contradicted | Proof::Unmeasured => None,
        }
    }
}

#[derive(Clone, Copy)]
enum Scope {
    AllRtmrs,
    BootRtmrs,
}

impl Scope {
    fn covers(self, index: u32) -> bool {
        match self {
            Self::AllRtmrs => true,
            Self::BootRtmrs => index < 4,
        }
    }
}

const SPEC: &str = "TCG PFP 1.06, 10.2; UEFI 2.10, 38.4.1";
