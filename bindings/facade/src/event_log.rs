//! A replayed event log as data.

use serde::{Deserialize, Serialize};
#[cfg(feature = "tpm")]
use veriquote::measured_boot::EventLog;
use veriquote::measured_boot::{Event, Proof, ReplayedLog};

use crate::one_of::{EventProof, OneOf};

/// Events of a log that replays to the registers of an authentic report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct EventLogClaims {
    /// Every event in the order of the log.
    pub events: Vec<EventClaims>,
}

/// One event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct EventClaims {
    /// Its place in the log.
    pub number: u64,
    /// Index of the register that it extends, as the log has it: for a CCEL 1 is RTMR0.
    pub index: u32,
    /// Its type.
    pub event_type: String,
    /// Its digest in the bank that was compared; in the strongest one, when nothing was replayed.
    pub digest: Option<String>,
    /// What the replay proves of its data.
    pub proof: OneOf<EventProof>,
    /// Its data as far as they are text.
    pub text: Option<String>,
}

/// The longest text that is shown of an event.
const TEXT_CHARS: usize = 200;

impl From<&ReplayedLog<'_>> for EventLogClaims {
    fn from(log: &ReplayedLog<'_>) -> Self {
        let events = log.events().iter().map(|replayed| {
            let (proof, data) = match replayed.proof() {
                Proof::Data(data) | Proof::Recoded(data) => (EventProof::Data, Some(data)),
                Proof::Opaque => (EventProof::Opaque, None),
                Proof::Contradicted => (EventProof::Contradicted, None),
                _ => (EventProof::Unmeasured, None),
            };
            EventClaims {
                digest: replayed.measured().map(|(_, digest)| veriquote::bytes::to_hex(digest)),
                ..EventClaims::new(replayed.event(), proof, data)
            }
        });
        Self { events: events.collect() }
    }
}

impl EventLogClaims {
    /// The events of a log that was not replayed.
    #[cfg(feature = "tpm")]
    pub(crate) fn unauthenticated(log: &EventLog<'_>) -> Self {
        let events = log.unauthenticated_events().iter().map(|event| {
            EventClaims::new(event, EventProof::Unauthenticated, Some(event.unauthenticated_data()))
        });
        Self { events: events.collect() }
    }
}

impl EventClaims {
    fn new(event: &Event<'_>, proof: EventProof, data: Option<&[u8]>) -> Self {
        let event_type = event.unauthenticated_type();
        Self {
            number: u64::try_from(event.number()).unwrap_or(u64::MAX),
            index: event.unauthenticated_index(),
            event_type: event_type.name().map_or_else(|| event_type.value().to_string(), str::to_owned),
            digest: event
                .unauthenticated_digests()
                .iter()
                .max_by_key(|digest| digest.digest.len())
                .map(|digest| veriquote::bytes::to_hex(digest.digest)),
            proof: proof.into(),
            text: data.and_then(text),
        }
    }
}

/// Data that are text in UTF-8 or UTF-16, without the zeros at their end.
fn text(data: &[u8]) -> Option<String> {
    let is_text = |text: &str| !text.is_empty() && text.chars().all(|c| !c.is_control() || c.is_whitespace());
    let end = data.len() - data.iter().rev().take_while(|byte| **byte == 0).count();
    let utf8 = core::str::from_utf8(data.get(..end)?).ok().filter(|text| is_text(text)).map(str::to_owned);
    let text = utf8.or_else(|| {
        let units: Vec<u16> =
            data.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
        let text = String::from_utf16(&units).ok()?;
        Some(text.trim_end_matches('\0').to_owned()).filter(|text| is_text(text) && text.is_ascii())
    })?;
    Some(text.chars().take(TEXT_CHARS).collect())
}
