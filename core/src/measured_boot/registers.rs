//! Registers as a log extends them.

use alloc::collections::BTreeMap;

use super::events::DigestAlgorithm;
use super::tcg::{Event, LogKind};
use crate::crypto::{CryptoProvider, Digest, HashAlgorithm};
use crate::error::{Code, Error};
use crate::fact::Fact;

/// What the events of a log extend its registers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registers {
    kind: LogKind,
    algorithm: HashAlgorithm,
    values: BTreeMap<u32, Register>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Register {
    value: Digest,
    events: usize,
}

impl Registers {
    pub(super) const fn new(kind: LogKind, algorithm: HashAlgorithm) -> Self {
        Self { kind, algorithm, values: BTreeMap::new() }
    }

    /// Extends a register that events have extended already.
    #[cfg(feature = "tpm")]
    pub(super) fn extend_with(&mut self, provider: &dyn CryptoProvider, index: u32, digest: &[u8]) {
        if let Some(register) = self.values.get_mut(&index) {
            register.value = provider.hash(self.algorithm, &[register.value.as_slice(), digest]);
            register.events = register.events.saturating_add(1);
        }
    }

    pub(super) const fn kind(&self) -> LogKind {
        self.kind
    }

    /// The algorithm of the values.
    #[must_use]
    pub const fn algorithm(&self) -> HashAlgorithm {
        self.algorithm
    }

    /// The value of the register with this index, its initial value when no event extends it. For CCEL,
    /// RTMR `n` has index `n + 1`.
    #[must_use]
    pub fn value(&self, index: u32) -> Digest {
        match self.values.get(&index) {
            Some(register) => register.value,
            None => initial_value(self.kind, index, self.algorithm, None),
        }
    }

    /// How many events extend the register with this index.
    #[must_use]
    pub fn events(&self, index: u32) -> usize {
        self.values.get(&index).map_or(0, |register| register.events)
    }

    /// The registers that events extend, by index, with their values.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &Digest)> {
        self.values.iter().map(|(index, register)| (*index, &register.value))
    }

    pub(super) fn extend(
        &mut self,
        provider: &dyn CryptoProvider,
        event: &Event<'_>,
        locality: Option<u8>,
    ) -> Result<(), Error> {
        let Some(digest) = event.unauthenticated_digest(self.algorithm.into()) else {
            return Err(Error::new(Code::EventLogAlgorithm, "event_log.event.digests")
                .at(event.offset())
                .with(Fact::string("expected", alloc::format!("{}", DigestAlgorithm::from(self.algorithm))))
                .with(Fact::count("event", event.number())));
        };
        let index = event.unauthenticated_index();
        let register = self.values.entry(index).or_insert_with(|| Register {
            value: initial_value(self.kind, index, self.algorithm, locality),
            events: 0,
        });
        register.value = provider.hash(self.algorithm, &[register.value.as_slice(), digest]);
        register.events = register.events.saturating_add(1);
        Ok(())
    }
}

/// Registers start at zero, except the PCRs of a dynamic launch (all ones) and PCR 0 after a startup at
/// another locality (TPM 2.0 Part 1, section 34.4; PFP 1.06, section 10.4.5.3).
pub(super) fn initial_value(
    kind: LogKind,
    index: u32,
    algorithm: HashAlgorithm,
    locality: Option<u8>,
) -> Digest {
    let dynamic = kind == LogKind::Tpm && (17..=22).contains(&index);
    let value = Digest::repeated(if dynamic { 0xff } else { 0 }, algorithm);
    match (kind, index, locality, value.as_slice().split_last()) {
        (LogKind::Tpm, 0, Some(locality), Some((_, zeros))) => {
            Digest::new(&[zeros, &[locality]].concat()).unwrap_or(value)
        }
        _ => value,
    }
}

/// The locality that an `EV_NO_ACTION` event records: once, for PCR 0, before anything extends it.
pub(super) fn startup_locality(
    event: &Event<'_>,
    seen: Option<u8>,
    registers: &Registers,
) -> Result<Option<u8>, Error> {
    let Some(locality) = event.unauthenticated_data().strip_prefix(b"StartupLocality\0") else {
        return Ok(None);
    };
    match locality {
        [locality @ (0 | 3 | 4)]
            if event.unauthenticated_index() == 0 && seen.is_none() && registers.events(0) == 0 =>
        {
            Ok(Some(*locality))
        }
        _ => Err(Error::new(Code::EventLogLayout, "event_log.event.startup_locality")
            .at(event.offset())
            .with(Fact::count("event", event.number()))),
    }
}
