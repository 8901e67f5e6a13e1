//! Explaining a register that a log does not: which small edit of the log would match.
//!
//! Work is bounded: every edit is tried once for each event, never two together, and not at all in a
//! register of more than [`limits::EXPLAIN_EVENTS`] events; what remains grows with the log alone. An explanation is a hint for people, and proves nothing.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::events::DigestAlgorithm;
use super::registers::initial_value;
use super::tcg::{Event, EventLog, LogKind};
use crate::bytes::constant_time_eq;
use crate::crypto::{CryptoProvider, Digest, HashAlgorithm};
use crate::limits;

/// An edit of a log after which a register matches.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Explanation {
    /// It matches as it is.
    Matches,
    /// Only so many of its events were measured when the quote was made.
    Prefix(usize),
    /// Without this event of the log.
    Drop(usize),
    /// With these two events of the log the other way round.
    Swap(usize, usize),
    /// With this event twice.
    Repeat(usize),
    /// With a known measurement put at the end.
    Append(&'static str),
    /// With a separator put after so many of its events.
    Separator(usize),
    /// With this locality recorded at startup.
    Locality(u8),
    /// With `EV_EFI_VARIABLE_BOOT` hashed over the whole structure, or over the value alone.
    VariableBoot {
        /// Over the whole structure.
        whole: bool,
    },
    /// With the digests of another bank, filled up with zeros.
    PaddedBank(HashAlgorithm),
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Matches => f.write_str("the register matches"),
            Self::Prefix(count) => {
                write!(
                    f,
                    "the register matches after its first {count} events: the log went on after the quote"
                )
            }
            Self::Drop(event) => {
                write!(f, "the register matches without event {event}: it was never measured")
            }
            Self::Swap(first, second) => {
                write!(f, "the register matches with events {first} and {second} in the other order")
            }
            Self::Repeat(event) => write!(f, "the register matches if event {event} was measured twice"),
            Self::Append(what) => write!(f, "the register matches if `{what}` is appended"),
            Self::Separator(count) => {
                write!(f, "the register matches with a separator after its first {count} events")
            }
            Self::Locality(locality) => {
                write!(f, "the register matches if the TPM was started at locality {locality}")
            }
            Self::VariableBoot { whole: true } => {
                f.write_str("the register matches if boot variables are hashed as whole structures")
            }
            Self::VariableBoot { whole: false } => {
                f.write_str("the register matches if boot variables are hashed by their values alone")
            }
            Self::PaddedBank(bank) => {
                let bank = DigestAlgorithm::from(*bank);
                write!(f, "the register matches if it was extended with {bank} digests filled up with zeros")
            }
        }
    }
}

/// Searches the small edits that make register `index` of `log` give `quoted`; `None` when none does.
#[must_use]
pub fn explain(
    log: &EventLog<'_>,
    provider: &dyn CryptoProvider,
    algorithm: HashAlgorithm,
    index: u32,
    quoted: &[u8],
) -> Option<Explanation> {
    let events: Vec<&Event<'_>> = log
        .unauthenticated_events()
        .iter()
        .filter(|event| event.unauthenticated_index() == index && event.extends(log.kind()))
        .collect();
    let digests: Option<Vec<&[u8]>> =
        events.iter().map(|event| event.unauthenticated_digest(algorithm.into())).collect();
    let digests = digests?;
    let recorded = log.unauthenticated_events().iter().find_map(recorded_locality);
    let start = |locality| initial_value(log.kind(), index, algorithm, locality);
    let search = Search { provider, algorithm, quoted, start: start(recorded) };
    if search.gives(digests.iter().copied()) {
        return Some(Explanation::Matches);
    }
    if log.kind() == LogKind::Tpm && index == 0 {
        for locality in [0, 3, 4] {
            let other = Search { start: start(Some(locality)), ..search };
            if other.gives(digests.iter().copied()) {
                return Some(Explanation::Locality(locality));
            }
        }
    }
    search
        .appended(&digests)
        .or_else(|| search.prefix(&digests))
        .or_else(|| search.variables(&events, &digests))
        .or_else(|| search.padded(&events))
        .or_else(|| {
            let few = digests.len() <= limits::EXPLAIN_EVENTS;
            few.then(|| search.edited(&events, &digests)).flatten()
        })
}

#[derive(Clone, Copy)]
struct Search<'s> {
    provider: &'s dyn CryptoProvider,
    algorithm: HashAlgorithm,
    quoted: &'s [u8],
    start: Digest,
}

impl Search<'_> {
    fn extend(&self, value: Digest, digest: &[u8]) -> Digest {
        self.provider.hash(self.algorithm, &[value.as_slice(), digest])
    }

    fn is_quoted(&self, value: &Digest) -> bool {
        constant_time_eq(value.as_slice(), self.quoted)
    }

    fn gives<'d>(&self, digests: impl Iterator<Item = &'d [u8]>) -> bool {
        self.is_quoted(&digests.fold(self.start, |value, digest| self.extend(value, digest)))
    }

    fn hash(&self, text: &[u8]) -> Digest {
        self.provider.hash(self.algorithm, &[text])
    }

    /// One or two known measurements at the end.
    fn appended(&self, digests: &[&[u8]]) -> Option<Explanation> {
        let value = digests.iter().fold(self.start, |value, digest| self.extend(value, digest));
        for (what, texts) in APPENDED {
            let value =
                texts.iter().fold(value, |value, text| self.extend(value, self.hash(text).as_slice()));
            if self.is_quoted(&value) {
                return Some(Explanation::Append(what));
            }
        }
        None
    }

    fn prefix(&self, digests: &[&[u8]]) -> Option<Explanation> {
        let mut value = self.start;
        for (count, digest) in digests.iter().enumerate() {
            if self.is_quoted(&value) {
                return Some(Explanation::Prefix(count));
            }
            value = self.extend(value, digest);
        }
        None
    }

    /// One event dropped, swapped with the next or repeated, or a separator put in.
    fn edited(&self, events: &[&Event<'_>], digests: &[&[u8]]) -> Option<Explanation> {
        let separator = self.hash(&[0; 4]);
        let number = |at: usize| events.get(at).map_or(0, |event| event.number());
        let mut value = self.start;
        for (at, digest) in digests.iter().enumerate() {
            let (_, rest) = digests.split_at_checked(at.saturating_add(1)).unwrap_or_default();
            let go = |value: Digest| rest.iter().fold(value, |value, digest| self.extend(value, digest));
            if self.is_quoted(&go(value)) {
                return Some(Explanation::Drop(number(at)));
            }
            if let Some((next, after)) = rest.split_first() {
                let swapped = self.extend(self.extend(value, next), digest);
                if self.is_quoted(&after.iter().fold(swapped, |value, digest| self.extend(value, digest))) {
                    return Some(Explanation::Swap(number(at), number(at.saturating_add(1))));
                }
            }
            let parted = self.extend(self.extend(value, separator.as_slice()), digest);
            if self.is_quoted(&go(parted)) {
                return Some(Explanation::Separator(at));
            }
            value = self.extend(value, digest);
            if self.is_quoted(&go(self.extend(value, digest))) {
                return Some(Explanation::Repeat(number(at)));
            }
        }
        None
    }

    fn variables(&self, events: &[&Event<'_>], digests: &[&[u8]]) -> Option<Explanation> {
        for whole in [true, false] {
            let recomputed: Vec<Digest> = events
                .iter()
                .zip(digests)
                .map(|(event, digest)| {
                    let data = event.unauthenticated_data();
                    let span = if whole { Some(data) } else { super::proof::variable_data(data) };
                    let is_variable = event.unauthenticated_type() == super::EventType::EfiVariableBoot;
                    let span = span.filter(|_| is_variable);
                    span.map_or_else(|| Digest::new(digest).unwrap_or(self.start), |span| self.hash(span))
                })
                .collect();
            if self.gives(recomputed.iter().map(Digest::as_slice)) {
                return Some(Explanation::VariableBoot { whole });
            }
        }
        None
    }

    fn padded(&self, events: &[&Event<'_>]) -> Option<Explanation> {
        for bank in [HashAlgorithm::Sha1, HashAlgorithm::Sha256] {
            let Some(filling) = self.algorithm.digest_len().checked_sub(bank.digest_len()) else { continue };
            let filling = alloc::vec![0; filling];
            let digests: Option<Vec<Vec<u8>>> = events
                .iter()
                .map(|event| Some([event.unauthenticated_digest(bank.into())?, &filling[..]].concat()))
                .collect();
            if filling.is_empty() {
                continue;
            }
            if digests.is_some_and(|digests| self.gives(digests.iter().map(Vec::as_slice))) {
                return Some(Explanation::PaddedBank(bank));
            }
        }
        None
    }
}

fn recorded_locality(event: &Event<'_>) -> Option<u8> {
    match event.unauthenticated_data().strip_prefix(b"StartupLocality\0") {
        Some([locality]) if event.unauthenticated_type() == super::EventType::NoAction => Some(*locality),
        _ => None,
    }
}

/// The explanation of a register in one sentence, or that there is none.
#[must_use]
pub fn sentence(explanation: Option<&Explanation>, index: u32) -> String {
    match explanation {
        Some(found) => alloc::format!("PCR {index}: {found}"),
        None => alloc::format!("PCR {index}: no small edit of the log gives the quoted value"),
    }
}

/// What is often measured without standing in the firmware's log.
const APPENDED: &[(&str, &[&[u8]])] = &[
    (
        "Exit Boot Services Invocation, Exit Boot Services Returned with Success",
        &[b"Exit Boot Services Invocation", b"Exit Boot Services Returned with Success"],
    ),
    (
        "Exit Boot Services Invocation, Exit Boot Services Returned with Failure",
        &[b"Exit Boot Services Invocation", b"Exit Boot Services Returned with Failure"],
    ),
    ("Exit Boot Services Returned with Success", &[b"Exit Boot Services Returned with Success"]),
    ("separator", &[&[0; 4]]),
    ("enter-initrd", &[b"enter-initrd"]),
    ("enter-initrd, leave-initrd", &[b"enter-initrd", b"leave-initrd"]),
    ("enter-initrd, leave-initrd, sysinit", &[b"enter-initrd", b"leave-initrd", b"sysinit"]),
    ("enter-initrd, leave-initrd, sysinit, ready", &[b"enter-initrd", b"leave-initrd", b"sysinit", b"ready"]),
    ("sysinit, ready", &[b"sysinit", b"ready"]),
    ("nvpcr-separator", &[b"nvpcr-separator"]),
];
