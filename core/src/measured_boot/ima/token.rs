//! Continuation tokens: where an earlier verification ended, sealed so that anybody may carry it.
//!
//! ```text
//! "VQIMA" | u8 version 2 | body | u8[32] HMAC-SHA-256 over all before it              big-endian
//! body = u16 length | AK name | u32 reset | u32 restart | u64 index
//!        | u8 padding (0 unknown, 1 none, 2 zeros) | u8 n | n × (u16 TPM algorithm | digest)
//!        | u16 n | n × (u32 length | key)
//!        | u8 aggregate (0 absent, 1 differs, 2 zero, 3 not quoted, 128 + last PCR)
//!        | u64 violations | u64 further aggregates
//! ```

use alloc::vec::Vec;

use super::verify::{Aggregate, ReplayedIma};
use crate::bytes::constant_time_eq;
use crate::crypto::{Digest, HashAlgorithm, wrap};
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::limits;
use crate::measured_boot::DigestAlgorithm;
use crate::reader::{Reader, length};
use crate::tpm::BoundQuote;

/// Which boot of which machine: what a quote signs of both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BootIdentity {
    /// The Name of the attestation key, or what else tells it from every other:
    /// [`AuthenticQuote::ak_identity`](crate::tpm::AuthenticQuote::ak_identity).
    pub ak_name: Vec<u8>,
    /// `resetCount` of the quote.
    pub reset_count: u32,
    /// `restartCount` of the quote: a resume may have reset registers, so it starts anew as well.
    pub restart_count: u32,
}

/// Where an earlier verification ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Continuation {
    boot: BootIdentity,
    index: u64,
    zero_padded: Option<bool>,
    values: Vec<(HashAlgorithm, Digest)>,
    keys: Vec<Vec<u8>>,
    before: Before,
}

/// What the entries before a continuation were like, for a policy to read again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Before {
    pub(super) aggregate: Aggregate,
    pub(super) violations: u64,
    pub(super) more_aggregates: u64,
}

impl Before {
    pub(super) const NOTHING: Self = Self { aggregate: Aggregate::Absent, violations: 0, more_aggregates: 0 };
}

impl BootIdentity {
    /// The boot that this quote is of.
    #[must_use]
    pub fn of(quote: &BoundQuote<'_>) -> Self {
        let clock = quote.clock();
        Self {
            ak_name: quote.quote().ak_identity().to_vec(),
            reset_count: clock.reset_count,
            restart_count: clock.restart_count,
        }
    }
}

impl Continuation {
    /// Where this verification ended. `boot` must come from the same authentic quote.
    ///
    /// Seal it only after a policy has accepted the list: of the entries so far, the next verification knows
    /// the boot aggregate, the violations and the further aggregates, and nothing of files, signatures or
    /// templates.
    #[must_use]
    pub fn after(replayed: &ReplayedIma<'_>, boot: BootIdentity) -> Self {
        let index = replayed.first().saturating_add(replayed.verified());
        Self {
            boot,
            index,
            zero_padded: (index > 0).then_some(replayed.is_zero_padded()),
            values: replayed.values().to_vec(),
            keys: replayed.learned_keys().to_vec(),
            before: replayed.so_far(),
        }
    }

    /// Number of the next entry to be sent.
    #[must_use]
    pub const fn index(&self) -> u64 {
        self.index
    }

    /// Keys that earlier entries taught.
    #[must_use]
    pub fn keys(&self) -> &[Vec<u8>] {
        &self.keys
    }

    pub(super) const fn before(&self) -> Before {
        self.before
    }

    pub(super) const fn zero_padded(&self) -> Option<bool> {
        self.zero_padded
    }

    pub(super) fn value(&self, bank: HashAlgorithm) -> Option<Digest> {
        self.values.iter().find(|(known, _)| *known == bank).map(|(_, value)| *value)
    }

    /// The token, for somebody else to keep. `key` is the caller's secret, at least 16 bytes.
    ///
    /// # Errors
    /// `misuse.options` for a short key, `limit.size` for more than a token may hold.
    pub fn seal(&self, key: &[u8]) -> Result<Vec<u8>, Error> {
        let too_large = || Error::new(Code::LimitSize, "continuation");
        let mut out = MAGIC.to_vec();
        out.extend(u16::try_from(self.boot.ak_name.len()).map_err(|_| too_large())?.to_be_bytes());
        out.extend(&self.boot.ak_name);
        out.extend(self.boot.reset_count.to_be_bytes());
        out.extend(self.boot.restart_count.to_be_bytes());
        out.extend(self.index.to_be_bytes());
        out.push(match self.zero_padded {
            None => 0,
            Some(false) => 1,
            Some(true) => 2,
        });
        out.push(u8::try_from(self.values.len()).map_err(|_| too_large())?);
        for (bank, value) in &self.values {
            out.extend(DigestAlgorithm::from(*bank).id().to_be_bytes());
            out.extend(value.as_slice());
        }
        out.extend(u16::try_from(self.keys.len()).map_err(|_| too_large())?.to_be_bytes());
        for learned in &self.keys {
            out.extend(u32::try_from(learned.len()).map_err(|_| too_large())?.to_be_bytes());
            out.extend(learned);
        }
        out.push(match self.before.aggregate {
            Aggregate::Absent | Aggregate::Earlier => 0,
            Aggregate::Differs => 1,
            Aggregate::Zero => 2,
            Aggregate::NotQuoted => 3,
            Aggregate::Matches(last) => MATCHES | last,
        });
        out.extend(self.before.violations.to_be_bytes());
        out.extend(self.before.more_aggregates.to_be_bytes());
        let tag = mac(key, &out)?;
        out.extend(tag.as_slice());
        if out.len() > limits::IMA_TOKEN_BYTES {
            return Err(too_large());
        }
        Ok(out)
    }

    /// Opens a token. It must be for the same attestation key and the same boot as the quote at hand.
    ///
    /// # Errors
    /// `ima.continuation` when it was not sealed with `key` or was altered, whatever else is wrong with
    /// it; `ima.continuation.boot` when it belongs to another key or boot; `misuse.options` for a short
    /// key.
    pub fn open(token: &[u8], key: &[u8], boot: &BootIdentity) -> Result<Self, Error> {
        let forged = || Error::new(Code::ImaContinuation, "continuation");
        if token.len() > limits::IMA_TOKEN_BYTES {
            return Err(forged());
        }
        let (body, tag) = token.split_last_chunk::<TAG>().ok_or_else(forged)?;
        if !constant_time_eq(mac(key, body)?.as_slice(), tag) {
            return Err(forged());
        }
        let opened = Self::read(body).map_err(|_| forged())?;
        if opened.boot != *boot {
            let problem = if opened.boot.ak_name == boot.ak_name { "another boot" } else { "another key" };
            return Err(Error::new(Code::ImaContinuationBoot, "continuation")
                .with(Fact::text("problem", problem))
                .with(Fact::number("index", opened.index)));
        }
        Ok(opened)
    }

    fn read(body: &[u8]) -> Result<Self, Error> {
        let bad = || Error::new(Code::ImaContinuation, "continuation");
        let mut reader = Reader::new(body);
        if reader.take(MAGIC.len(), "magic")? != MAGIC {
            return Err(bad());
        }
        let size = usize::from(reader.u16_be("ak_name")?);
        let boot = BootIdentity {
            ak_name: reader.take(size, "ak_name")?.to_vec(),
            reset_count: reader.u32_be("reset_count")?,
            restart_count: reader.u32_be("restart_count")?,
        };
        let index = reader.u64_be("index")?;
        let zero_padded = match reader.u8("padding")? {
            0 => None,
            1 => Some(false),
            2 => Some(true),
            _ => return Err(bad()),
        };
        let mut values = Vec::new();
        for _ in 0..reader.u8("banks")? {
            let bank = match DigestAlgorithm::new(reader.u16_be("bank")?) {
                DigestAlgorithm::Sha1 => HashAlgorithm::Sha1,
                DigestAlgorithm::Sha256 => HashAlgorithm::Sha256,
                DigestAlgorithm::Sha384 => HashAlgorithm::Sha384,
                DigestAlgorithm::Sha512 => HashAlgorithm::Sha512,
                _ => return Err(bad()),
            };
            values.push((bank, Digest::new(reader.take(bank.digest_len(), "value")?).ok_or_else(bad)?));
        }
        let mut keys = Vec::new();
        for _ in 0..reader.u16_be("keys")? {
            let size = length(reader.u32_be("key")?);
            keys.push(reader.take(size, "key")?.to_vec());
        }
        let aggregate = match reader.u8("aggregate")? {
            0 => Aggregate::Absent,
            1 => Aggregate::Differs,
            2 => Aggregate::Zero,
            3 => Aggregate::NotQuoted,
            known if known & MATCHES != 0 => Aggregate::Matches(known & !MATCHES),
            _ => return Err(bad()),
        };
        let before = Before {
            aggregate,
            violations: reader.u64_be("violations")?,
            more_aggregates: reader.u64_be("more_aggregates")?,
        };
        reader.finish("continuation")?;
        Ok(Self { boot, index, zero_padded, values, keys, before })
    }
}

fn mac(key: &[u8], body: &[u8]) -> Result<Digest, Error> {
    let short =
        || Error::new(Code::MisuseOptions, "continuation.key").with(Fact::count("minimum", SHORTEST_KEY));
    if key.len() < SHORTEST_KEY {
        return Err(short());
    }
    wrap::hmac(HashAlgorithm::Sha256, key, &[body]).ok_or_else(short)
}

/// Format and version.
const MAGIC: &[u8; 6] = b"VQIMA\x02";

/// Set with the last register of a boot aggregate that matches.
const MATCHES: u8 = 0x80;

/// Bytes of the tag.
const TAG: usize = 32;

/// Bytes of the shortest key that is worth guessing at.
const SHORTEST_KEY: usize = 16;
