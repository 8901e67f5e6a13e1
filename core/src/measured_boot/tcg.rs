//! Parsing TCG event logs: crypto-agile ones, and those of TPM 1.2 firmware with SHA-1 alone.
//!
//! ```text
//! TCG_PCClientPCREvent  = u32 index | u32 type | u8[20] sha1 | u32 size | data
//!                         the first record of a crypto-agile log, every record of a SHA-1 log
//!   data                = "Spec ID Event03\0" | u32 class | u8 minor | u8 major | u8 errata | u8 uintn
//!                         | u32 n | n × (u16 algorithm | u16 size) | u8 m | vendor[m]
//! TCG_PCR_EVENT2        = u32 index | u32 type | u32 count | count × (u16 algorithm | digest)
//!                         | u32 size | data                                             all others
//! ```
//! Little-endian throughout (PFP 1.06, sections 10.2 and 10.4.5.1). The signature of the first record
//! alone tells the formats apart: SHA-1 logs may begin with another `EV_NO_ACTION`, or with none.

use alloc::vec::Vec;

use super::events::{DigestAlgorithm, EventType};
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::limits;
use crate::named::named;
use crate::reader::{Reader, length};

/// Whose registers the indices of a log name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum LogKind {
    /// A confidential guest's CCEL: index 0 is MRTD, which no event extends; 1 to 4 are RTMR0 to RTMR3.
    Ccel,
    /// A TPM's log: PCR 0 to 23.
    Tpm,
}

impl LogKind {
    /// The highest index that names a register.
    #[must_use]
    pub const fn last_index(self) -> u32 {
        match self {
            Self::Ccel => 4,
            Self::Tpm => 23,
        }
    }
}

named! {
    /// How the records of a log are written.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    #[non_exhaustive]
    pub enum LogFormat {
        /// A header that declares algorithms, then `TCG_PCR_EVENT2` records.
        CryptoAgile = "crypto_agile",
        /// `TCG_PCClientPCREvent` records with one SHA-1 digest each: TPM 1.2 firmware.
        Sha1 = "sha1",
    }
}

/// Bounds on a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes, padding included.
    pub bytes: usize,
    /// Records after the header.
    pub events: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: limits::EVENT_LOG_BYTES, events: limits::EVENT_LOG_EVENTS }
    }
}

/// A parsed log. Nothing in it is authentic until it is replayed into registers that a quote signs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventLog<'a> {
    kind: LogKind,
    format: LogFormat,
    spec_id: SpecId<'a>,
    events: Vec<Event<'a>>,
    end: usize,
}

/// The header of a log: which digests every event carries (PFP 1.06, section 10.4.5.1).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SpecId<'a> {
    /// 0 for client, 1 for server platforms.
    pub platform_class: u32,
    /// Version of the specification: major, minor, errata.
    pub version: [u8; 3],
    /// Algorithms and the size of their digests, in the order of the log.
    pub algorithms: Vec<(DigestAlgorithm, usize)>,
    /// Vendor information.
    pub vendor: &'a [u8],
}

/// One record of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event<'a> {
    number: usize,
    offset: usize,
    index: u32,
    event_type: EventType,
    digests: Vec<EventDigest<'a>>,
    data: &'a [u8],
}

/// One digest of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EventDigest<'a> {
    /// The algorithm.
    pub algorithm: DigestAlgorithm,
    /// The bytes, as many as the header declares.
    pub digest: &'a [u8],
}

impl<'a> EventLog<'a> {
    /// Parses a log to its end: the end of `bytes`, or padding that is all `0xFF` or all zero (CCEL
    /// data regions are larger than their log and filled up).
    ///
    /// # Errors
    /// `eventlog.layout`, `input.truncated`, `input.trailing_data`, `limit.size`, `limit.count`.
    pub fn parse(bytes: &'a [u8], kind: LogKind, limits: &Limits) -> Result<Self, Error> {
        Self::read(bytes, kind, limits).map_err(|error| error.inside("event_log"))
    }

    fn read(bytes: &'a [u8], kind: LogKind, limits: &Limits) -> Result<Self, Error> {
        if bytes.len() > limits.bytes {
            return Err(Error::new(Code::LimitSize, "")
                .with(Fact::count("limit", limits.bytes))
                .with(Fact::count("actual", bytes.len())));
        }
        let mut reader = Reader::new(bytes);
        let format = format_of(bytes, kind);
        let spec_id = match format {
            LogFormat::CryptoAgile => SpecId::read(&mut reader, kind)?,
            LogFormat::Sha1 => SpecId::sha1(),
        };
        let mut events = Vec::new();
        let padding = padding_start(bytes);
        while reader.offset() < padding {
            if events.len() >= limits.events {
                return Err(Error::new(Code::LimitCount, "events")
                    .at(reader.offset())
                    .with(Fact::count("limit", limits.events)));
            }
            // The header is record 0; a SHA-1 log has none, and its records count from 1 all the same.
            let number = events.len().saturating_add(1);
            let read = match format {
                LogFormat::CryptoAgile => Event::read(&mut reader, number, kind, &spec_id),
                LogFormat::Sha1 => Event::read_sha1(&mut reader, number, kind),
            };
            let event = read.map_err(|error| error.with(Fact::count("event", number)).inside("event"))?;
            events.push(event);
        }
        Ok(Self { kind, format, spec_id, events, end: reader.offset() })
    }

    /// Whose registers the indices name, as the caller said.
    #[must_use]
    pub const fn kind(&self) -> LogKind {
        self.kind
    }

    /// How the records are written.
    #[must_use]
    pub const fn format(&self) -> LogFormat {
        self.format
    }

    /// The header. No register covers it. A SHA-1 log has none: this then declares SHA-1 alone.
    #[must_use]
    pub const fn unauthenticated_spec_id(&self) -> &SpecId<'a> {
        &self.spec_id
    }

    /// The records after the header, in order.
    #[must_use]
    pub fn unauthenticated_events(&self) -> &[Event<'a>] {
        &self.events
    }

    /// Where the last record ends; padding follows.
    #[must_use]
    pub const fn end(&self) -> usize {
        self.end
    }

    /// True when the header declares this algorithm.
    #[must_use]
    pub fn has_algorithm(&self, algorithm: DigestAlgorithm) -> bool {
        self.spec_id.size_of(algorithm).is_some()
    }
}

impl<'a> SpecId<'a> {
    /// What a log without a header amounts to.
    fn sha1() -> Self {
        let algorithms = alloc::vec![(DigestAlgorithm::Sha1, 20)];
        Self { platform_class: 0, version: [0; 3], algorithms, vendor: &[] }
    }

    fn read(reader: &mut Reader<'a>, kind: LogKind) -> Result<Self, Error> {
        if reader.rest().starts_with(b"CCEL") {
            return Err(Error::new(Code::EventLogLayout, "header")
                .at(0)
                .with(Fact::text("found", "the ACPI table CCEL; pass the data region that it points to")));
        }
        let layout = |field, offset| Error::new(Code::EventLogLayout, field).at(offset).inside("header");
        let index = reader.u32_le("header.index")?;
        if index > kind.last_index() {
            return Err(layout("index", 0).with(Fact::number("actual", index.into())));
        }
        let event_type = EventType::new(reader.u32_le("header.type")?);
        if event_type != EventType::NoAction {
            return Err(layout("type", 4)
                .with(Fact::text("expected", "EV_NO_ACTION"))
                .with(Fact::string("actual", alloc::format!("{event_type}"))));
        }
        if reader.array::<20>("header.digest")? != [0; 20] {
            return Err(layout("digest", 8).with(Fact::text("expected", "zeros")));
        }
        let size = reader.u32_le("header.size")?;
        let mut data = reader.sub(length(size), "header.data")?;
        let start = data.offset();
        if !data.rest().starts_with(SIGNATURE) {
            return Err(layout("signature", start).with(Fact::text("expected", "Spec ID Event03")));
        }
        data.take(SIGNATURE.len(), "header.signature")?;
        let platform_class = data.u32_le("header.platform_class")?;
        let [minor, major, errata, _uintn_size] = data.array("header.version")?;
        let count_offset = data.offset();
        let count = data.u32_le("header.algorithms")?;
        if count == 0 {
            return Err(layout("algorithms", count_offset).with(Fact::number("actual", 0)));
        }
        if length(count) > limits::EVENT_LOG_ALGORITHMS {
            return Err(Error::new(Code::LimitCount, "header.algorithms")
                .at(count_offset)
                .with(Fact::count("limit", limits::EVENT_LOG_ALGORITHMS))
                .with(Fact::number("actual", count.into())));
        }
        let mut algorithms: Vec<(DigestAlgorithm, usize)> = Vec::new();
        for _ in 0..count {
            let offset = data.offset();
            let algorithm = DigestAlgorithm::new(data.u16_le("header.algorithm")?);
            let size = usize::from(data.u16_le("header.digest_size")?);
            let fits = match algorithm.digest_len() {
                Some(known) => known == size,
                None => (1..=LARGEST_DIGEST).contains(&size),
            };
            if !fits || algorithms.iter().any(|(seen, _)| *seen == algorithm) {
                return Err(layout("algorithm", offset)
                    .with(Fact::string("algorithm", alloc::format!("{algorithm}")))
                    .with(Fact::count("size", size))
                    .with(Fact::text("problem", if fits { "declared twice" } else { "wrong digest size" })));
            }
            algorithms.push((algorithm, size));
        }
        let vendor_size = data.u8("header.vendor_size")?;
        let vendor = data.take(usize::from(vendor_size), "header.vendor")?;
        data.finish("header")?;
        Ok(Self { platform_class, version: [major, minor, errata], algorithms, vendor })
    }

    fn size_of(&self, algorithm: DigestAlgorithm) -> Option<usize> {
        self.algorithms.iter().find(|(declared, _)| *declared == algorithm).map(|(_, size)| *size)
    }
}

impl<'a> Event<'a> {
    fn read(
        reader: &mut Reader<'a>,
        number: usize,
        kind: LogKind,
        spec_id: &SpecId<'a>,
    ) -> Result<Self, Error> {
        let offset = reader.offset();
        let (index, event_type) = index_and_type(reader, kind)?;
        let count_offset = reader.offset();
        let count = reader.u32_le("digests")?;
        if length(count) > spec_id.algorithms.len() {
            return Err(Error::new(Code::EventLogLayout, "digests")
                .at(count_offset)
                .with(Fact::count("declared", spec_id.algorithms.len()))
                .with(Fact::number("actual", count.into())));
        }
        let mut digests: Vec<EventDigest<'a>> = Vec::with_capacity(length(count));
        for _ in 0..count {
            let at = reader.offset();
            let algorithm = DigestAlgorithm::new(reader.u16_le("digest.algorithm")?);
            let size = spec_id.size_of(algorithm);
            let (Some(size), false) = (size, digests.iter().any(|seen| seen.algorithm == algorithm)) else {
                let problem = if size.is_some() { "given twice" } else { "not declared in the header" };
                return Err(Error::new(Code::EventLogLayout, "digest.algorithm")
                    .at(at)
                    .with(Fact::string("algorithm", alloc::format!("{algorithm}")))
                    .with(Fact::text("problem", problem)));
            };
            digests.push(EventDigest { algorithm, digest: reader.take(size, "digest")? });
        }
        let size = reader.u32_le("size")?;
        let data = reader.take(length(size), "data")?;
        Ok(Self { number, offset, index, event_type, digests, data })
    }

    fn read_sha1(reader: &mut Reader<'a>, number: usize, kind: LogKind) -> Result<Self, Error> {
        let offset = reader.offset();
        let (index, event_type) = index_and_type(reader, kind)?;
        let digest = EventDigest { algorithm: DigestAlgorithm::Sha1, digest: reader.take(20, "digest")? };
        let size = reader.u32_le("size")?;
        let data = reader.take(length(size), "data")?;
        Ok(Self { number, offset, index, event_type, digests: alloc::vec![digest], data })
    }

    /// Which record it is; the header is number 0.
    #[must_use]
    pub const fn number(&self) -> usize {
        self.number
    }

    /// Where the record starts in the log.
    #[must_use]
    pub const fn offset(&self) -> usize {
        self.offset
    }

    /// The register that it says it extended: a PCR, or for CCEL 0 for MRTD and `n + 1` for RTMR `n`.
    #[must_use]
    pub const fn unauthenticated_index(&self) -> u32 {
        self.index
    }

    /// What it says it is. No digest ever covers the type.
    #[must_use]
    pub const fn unauthenticated_type(&self) -> EventType {
        self.event_type
    }

    /// Its digests, in the order of the record.
    #[must_use]
    pub fn unauthenticated_digests(&self) -> &[EventDigest<'a>] {
        &self.digests
    }

    /// Its digest of one algorithm.
    #[must_use]
    pub fn unauthenticated_digest(&self, algorithm: DigestAlgorithm) -> Option<&'a [u8]> {
        self.digests.iter().find(|digest| digest.algorithm == algorithm).map(|digest| digest.digest)
    }

    /// Its data: anything that a writer of the log likes.
    #[must_use]
    pub const fn unauthenticated_data(&self) -> &'a [u8] {
        self.data
    }

    /// True when firmware extends a register with this event: all but `EV_NO_ACTION`, and not MRTD.
    #[must_use]
    pub fn extends(&self, kind: LogKind) -> bool {
        self.event_type != EventType::NoAction && !(kind == LogKind::Ccel && self.index == 0)
    }
}

/// Windows ends its logs with an `EV_NO_ACTION` for no register at all (its "trust point"); any other
/// event must name a register.
fn index_and_type(reader: &mut Reader<'_>, kind: LogKind) -> Result<(u32, EventType), Error> {
    let offset = reader.offset();
    let index = reader.u32_le("index")?;
    let event_type = EventType::new(reader.u32_le("type")?);
    let trust_point = kind == LogKind::Tpm && index == u32::MAX && event_type == EventType::NoAction;
    if index > kind.last_index() && !trust_point {
        return Err(Error::new(Code::EventLogLayout, "index")
            .at(offset)
            .with(Fact::number("last", kind.last_index().into()))
            .with(Fact::number("actual", index.into())));
    }
    Ok((index, event_type))
}

/// A CCEL is always crypto-agile. A TPM's log is when its first record carries the signature.
fn format_of(bytes: &[u8], kind: LogKind) -> LogFormat {
    let data = bytes.get(32..).unwrap_or_default();
    if kind == LogKind::Ccel || data.starts_with(SIGNATURE) || bytes.starts_with(b"CCEL") {
        LogFormat::CryptoAgile
    } else {
        LogFormat::Sha1
    }
}

/// Where the uniform filling at the end starts: found once, so that no log makes it a loop in a loop.
fn padding_start(bytes: &[u8]) -> usize {
    match bytes.last() {
        Some(fill @ (0x00 | 0xff)) => {
            bytes.iter().rposition(|byte| byte != fill).map_or(0, |last| last.saturating_add(1))
        }
        _ => bytes.len(),
    }
}

const SIGNATURE: &[u8; 16] = b"Spec ID Event03\0";

/// Bytes of the largest digest that a TPM knows (SHA-512 and SHA3-512).
const LARGEST_DIGEST: usize = 64;
