//! Which beginning of a list the quoted register proves.

use alloc::vec::Vec;

use super::list::{Entries, ImaEntry, ImaList};
use super::template::{FileDigest, Template};
use super::token::{Before, Continuation};
use crate::bytes::constant_time_eq;
use crate::check::{Check, Failure, Rule, Trace};
use crate::crypto::{CryptoProvider, Digest, HashAlgorithm};
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::limits;
use crate::named::named;
use crate::tpm::PcrValues;

/// The register that IMA extends unless a kernel was built otherwise.
pub const IMA_PCR: u8 = 10;

/// The rules of [`ImaList::verify`], in the order in which they are applied.
pub static IMA_RULES: [Rule; 3] = [
    Rule {
        id: "ima.template_hash",
        title: "every proven entry hashes to its template hash",
        spec: "Linux IMA-templates",
    },
    Rule {
        id: "ima.replay",
        title: "a beginning of the list gives the quoted register",
        spec: "Linux IMA-templates; TPM 2.0 Part 1, 17.1",
    },
    Rule {
        id: "ima.boot_aggregate",
        title: "the first entry is over the quoted registers of this boot",
        spec: "Linux ima_calc_boot_aggregate",
    },
];

/// What the first entry says of the boot before IMA.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Aggregate {
    /// It is the hash of PCR 0 to this one, as quoted.
    Matches(u8),
    /// It is not.
    Differs,
    /// The quote does not cover PCR 0 to 7 in the bank of its algorithm, so nobody can tell.
    NotQuoted,
    /// It is all zero: the kernel found no TPM when IMA started.
    Zero,
    /// The list does not begin with one.
    Absent,
    /// The list continues an earlier one, which held it.
    Earlier,
}

impl Aggregate {
    /// Which of them, whatever else it holds.
    #[must_use]
    pub const fn kind(self) -> AggregateKind {
        match self {
            Self::Matches(_) => AggregateKind::Matches,
            Self::Differs => AggregateKind::Differs,
            Self::NotQuoted => AggregateKind::NotQuoted,
            Self::Zero => AggregateKind::Zero,
            Self::Absent => AggregateKind::Absent,
            Self::Earlier => AggregateKind::Earlier,
        }
    }

    /// The stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.kind().as_str()
    }
}

named! {
    /// What the first entry says of the boot, without the register up to which it does.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum AggregateKind {
        /// It is the hash of the quoted registers.
        Matches = "matches",
        /// It is not.
        Differs = "differs",
        /// The quote does not cover them.
        NotQuoted = "not_quoted",
        /// The kernel found no TPM.
        Zero = "zero",
        /// The list does not begin with one.
        Absent = "absent",
        /// An earlier list held it.
        Earlier = "earlier",
    }
}

/// A list of which a beginning is proven by an authentic quote.
#[derive(Clone, Debug)]
pub struct ReplayedIma<'a> {
    list: ImaList<'a>,
    pcrs: PcrValues,
    first: u64,
    verified: u64,
    unverified: u64,
    values: Vec<(HashAlgorithm, Digest)>,
    zero_padded: bool,
    violations: u64,
    aggregate: Aggregate,
    before: Before,
    more_aggregates: u64,
    foreign: u64,
    keys: Vec<Vec<u8>>,
    checks: Vec<Check>,
}

impl<'a> ImaList<'a> {
    /// Finds how many entries the quoted PCR 10 proves, in every bank that the quote covers.
    ///
    /// A kernel may append entries between making the quote and handing over the list: those after the
    /// proven ones are counted and never handed out. `earlier` continues where an earlier list ended; the
    /// list then holds only what came since.
    ///
    /// Kernels before 5.8 extend the larger banks with the SHA-1 hash filled up with zeros: found out once
    /// for the whole list, never entry by entry.
    ///
    /// # Errors
    /// `ima.replay`, `ima.template_hash`, `ima.layout`, `input.truncated`; `boot.unverified` when the quote
    /// does not cover PCR 10.
    pub fn verify(
        &self,
        provider: &dyn CryptoProvider,
        pcrs: &PcrValues,
        earlier: Option<&Continuation>,
    ) -> Result<ReplayedIma<'a>, Failure> {
        let mut trace = Trace::new();
        let quoted: Vec<(HashAlgorithm, &[u8])> =
            pcrs.banks().filter_map(|bank| pcrs.get(bank, IMA_PCR).map(|value| (bank, value))).collect();
        if quoted.is_empty() {
            let fact = Fact::number("pcr", IMA_PCR.into());
            return Err(Error::new(Code::BootUnverified, "ima").with(fact).into());
        }
        let start = |bank| match earlier {
            None => Ok(Digest::repeated(0, bank)),
            Some(token) => token.value(bank).ok_or_else(|| {
                Error::new(Code::ImaContinuationBoot, "ima").with(Fact::text("problem", "another bank"))
            }),
        };
        let mut chains = Vec::with_capacity(quoted.len());
        for (bank, value) in &quoted {
            chains.push(Chain { bank: *bank, value: start(*bank)?, quoted: value });
        }
        let known_padding = earlier.and_then(Continuation::zero_padded);
        let attempts = [false, true].into_iter().filter(|padded| {
            let possible = !padded || self.hash() == HashAlgorithm::Sha1;
            possible && known_padding.is_none_or(|known| known == *padded)
        });
        let first = earlier.map_or(0, Continuation::index);
        let mut total = 0;
        for padded in attempts {
            let walk = self.walk(provider, chains.clone(), padded);
            let walk = match walk {
                Ok(walk) => walk,
                Err(error) => {
                    if error.code() == Code::ImaTemplateHash {
                        trace.failed(&IMA_RULES[0], &error);
                    }
                    return Err(trace.fail(error));
                }
            };
            total = walk.total;
            let Some(verified) = walk.matched else { continue };
            trace.passed(&IMA_RULES[0], [Fact::number("entries", verified)]);
            trace.passed(
                &IMA_RULES[1],
                [
                    Fact::number("verified", verified),
                    Fact::number("unverified", total.saturating_sub(verified)),
                    Fact::flag("zero_padded", padded),
                ],
            );
            let mut replayed = ReplayedIma {
                list: *self,
                pcrs: pcrs.clone(),
                first,
                verified,
                unverified: total.saturating_sub(verified),
                values: walk.chains.iter().map(|chain| (chain.bank, chain.value)).collect(),
                // An empty piece, or one that ends at once, tells nothing of the padding.
                zero_padded: padded,
                violations: walk.violations,
                aggregate: if first > 0 { Aggregate::Earlier } else { Aggregate::Absent },
                before: earlier.map_or(Before::NOTHING, Continuation::before),
                more_aggregates: 0,
                foreign: walk.foreign,
                keys: earlier.map(|token| token.keys().to_vec()).unwrap_or_default(),
                checks: Vec::new(),
            };
            replayed.survey(provider, pcrs)?;
            let fact = [Fact::text("boot_aggregate", replayed.aggregate.as_str())];
            match replayed.aggregate {
                Aggregate::Matches(_) => trace.passed(&IMA_RULES[2], fact),
                Aggregate::Differs | Aggregate::Zero | Aggregate::Absent => trace.unmet(&IMA_RULES[2], fact),
                Aggregate::NotQuoted => {
                    trace.skipped(&IMA_RULES[2], "the quote does not cover PCR 0 to 7 in its bank");
                }
                Aggregate::Earlier => trace.skipped(&IMA_RULES[2], "an earlier list held it"),
            }
            replayed.checks = trace.into_checks();
            return Ok(replayed);
        }
        let error = Error::new(Code::ImaReplay, "ima")
            .with(Fact::number("entries", total))
            .with(Fact::string("bank", alloc::format!("{:?}", quoted.first().map(|(bank, _)| *bank))))
            .with(Fact::bytes("expected", quoted.first().map(|(_, value)| *value).unwrap_or_default()));
        trace.failed(&IMA_RULES[1], &error);
        Err(trace.fail(error))
    }

    /// What the whole list extends PCR 10 to, whoever may have written it.
    ///
    /// # Errors
    /// `ima.layout`, `input.truncated`. A wrong template hash is no error here.
    pub fn unauthenticated_replay(
        &self,
        provider: &dyn CryptoProvider,
        bank: HashAlgorithm,
        zero_padded: bool,
    ) -> Result<Digest, Error> {
        let mut chain = Chain { bank, value: Digest::repeated(0, bank), quoted: &[] };
        let mut entries = self.unauthenticated_entries();
        while let Some(entry) = entries.next()? {
            if entry.unauthenticated_pcr() == u32::from(IMA_PCR) {
                chain.extend(provider, &entry, None, zero_padded);
            }
        }
        Ok(chain.value)
    }

    fn walk<'q>(
        &self,
        provider: &dyn CryptoProvider,
        mut chains: Vec<Chain<'q>>,
        padded: bool,
    ) -> Result<Walk<'q>, Error> {
        let mut entries = self.unauthenticated_entries();
        let (mut matched, mut total, mut violations, mut foreign) = (None, 0u64, 0u64, 0u64);
        loop {
            // Before each entry: whether what came so far is what was quoted.
            if matched.is_none() && chains.iter().all(Chain::is_quoted) {
                matched = Some(total);
            }
            let Some(entry) = entries.next()? else { break };
            total = total.saturating_add(1);
            if matched.is_some() {
                continue;
            }
            if entry.unauthenticated_pcr() != u32::from(IMA_PCR) {
                // Another register's chain: proven by nothing here.
                foreign = foreign.saturating_add(1);
                continue;
            }
            if entry.is_violation() {
                violations = violations.saturating_add(1);
                for chain in &mut chains {
                    chain.extend(provider, &entry, None, padded);
                }
                continue;
            }
            let hash = entry.template_hash(provider, self.hash());
            if !constant_time_eq(hash.as_slice(), entry.unauthenticated_template_hash()) {
                return Err(Error::new(Code::ImaTemplateHash, "ima.entry.template_hash")
                    .at(entry.offset())
                    .with(Fact::number("entry", entry.number()))
                    .with(Fact::bytes("expected", entry.unauthenticated_template_hash()))
                    .with(Fact::bytes("actual", hash.as_slice())));
            }
            for chain in &mut chains {
                chain.extend(provider, &entry, Some((self.hash(), hash)), padded);
            }
        }
        Ok(Walk { chains, matched, total, violations, foreign })
    }
}

struct Walk<'q> {
    chains: Vec<Chain<'q>>,
    matched: Option<u64>,
    total: u64,
    violations: u64,
    foreign: u64,
}

#[derive(Clone)]
struct Chain<'q> {
    bank: HashAlgorithm,
    value: Digest,
    quoted: &'q [u8],
}

impl Chain<'_> {
    fn is_quoted(&self) -> bool {
        constant_time_eq(self.value.as_slice(), self.quoted)
    }

    /// `known` is the template hash, where it was computed already.
    fn extend(
        &mut self,
        provider: &dyn CryptoProvider,
        entry: &ImaEntry<'_>,
        known: Option<(HashAlgorithm, Digest)>,
        padded: bool,
    ) {
        let padded = padded && self.bank != HashAlgorithm::Sha1;
        let wanted = if padded { HashAlgorithm::Sha1 } else { self.bank };
        let digest = if entry.is_violation() {
            Digest::repeated(0xff, wanted)
        } else {
            match known {
                Some((algorithm, digest)) if algorithm == wanted => digest,
                _ => entry.template_hash(provider, wanted),
            }
        };
        let filling = self.bank.digest_len().saturating_sub(digest.as_slice().len());
        let filling = ZEROS.get(..filling).unwrap_or_default();
        self.value = provider.hash(self.bank, &[self.value.as_slice(), digest.as_slice(), filling]);
    }
}

impl<'a> ReplayedIma<'a> {
    /// Whether the list was verified against exactly these registers. A policy takes it for no other
    /// quote's.
    #[must_use]
    pub fn is_of_pcrs(&self, pcrs: &PcrValues) -> bool {
        self.pcrs == *pcrs
    }

    /// Number of the first entry of this piece of the list, counted from the boot.
    #[must_use]
    pub const fn first(&self) -> u64 {
        self.first
    }

    /// How many entries of this piece are proven. The next piece starts at `first + verified`.
    #[must_use]
    pub const fn verified(&self) -> u64 {
        self.verified
    }

    /// How many entries came after them: made after the quote, to be sent again.
    #[must_use]
    pub const fn unverified(&self) -> u64 {
        self.unverified
    }

    /// How many proven entries are violations: files that were changed while they were measured. Their
    /// names are nobody's word but the list's.
    #[must_use]
    pub const fn violations(&self) -> u64 {
        self.violations
    }

    /// Entries that name another register, and so are proven by nothing.
    #[must_use]
    pub const fn foreign(&self) -> u64 {
        self.foreign
    }

    /// True when the kernel fills larger banks with SHA-1 hashes and zeros.
    #[must_use]
    pub const fn is_zero_padded(&self) -> bool {
        self.zero_padded
    }

    /// What the first entry says of the boot before IMA.
    #[must_use]
    pub const fn aggregate(&self) -> Aggregate {
        self.aggregate
    }

    /// As [`ReplayedIma::aggregate`], but of a continued list what its beginning said.
    #[must_use]
    pub const fn first_aggregate(&self) -> Aggregate {
        match self.aggregate {
            Aggregate::Earlier => self.before.aggregate,
            here => here,
        }
    }

    /// Violations among the entries before a continued list.
    #[must_use]
    pub const fn earlier_violations(&self) -> u64 {
        self.before.violations
    }

    /// [`ReplayedIma::more_aggregates`] of the entries before a continued list.
    #[must_use]
    pub const fn earlier_more_aggregates(&self) -> u64 {
        self.before.more_aggregates
    }

    pub(super) const fn so_far(&self) -> Before {
        Before {
            aggregate: self.first_aggregate(),
            violations: self.before.violations.saturating_add(self.violations),
            more_aggregates: self.before.more_aggregates.saturating_add(self.more_aggregates),
        }
    }

    /// How many more entries are named `boot_aggregate`: a kernel that was started by `kexec` carries the
    /// list of the one before it.
    #[must_use]
    pub const fn more_aggregates(&self) -> u64 {
        self.more_aggregates
    }

    /// PCR 10 after the proven entries, in every compared bank.
    #[must_use]
    pub fn values(&self) -> &[(HashAlgorithm, Digest)] {
        &self.values
    }

    /// The keys (DER certificates) that proven `ima-buf` entries say were loaded into `.ima`.
    #[must_use]
    pub fn learned_keys(&self) -> &[Vec<u8>] {
        &self.keys
    }

    /// One check for each of [`IMA_RULES`].
    #[must_use]
    pub fn checks(&self) -> &[Check] {
        &self.checks
    }

    /// The proven entries, in order.
    #[must_use]
    pub const fn entries(&self) -> VerifiedEntries<'a> {
        VerifiedEntries { entries: self.list.unauthenticated_entries(), left: self.verified }
    }

    /// What the proven entries say of the boot and of keys.
    fn survey(&mut self, provider: &dyn CryptoProvider, pcrs: &PcrValues) -> Result<(), Error> {
        let mut entries = self.entries();
        let mut is_first = self.first == 0;
        while let Some(entry) = entries.next()? {
            if entry.path() == Some(b"boot_aggregate") {
                if is_first {
                    self.aggregate = aggregate_of(provider, &entry, pcrs);
                } else {
                    self.more_aggregates = self.more_aggregates.saturating_add(1);
                }
            }
            is_first = false;
            if let Some(key) = entry.key(provider)
                && !self.keys.iter().any(|known| known == key)
            {
                if self.keys.len() >= limits::IMA_KEYS {
                    return Err(
                        Error::new(Code::LimitCount, "ima.keys").with(Fact::count("limit", limits::IMA_KEYS))
                    );
                }
                self.keys.push(key.to_vec());
            }
        }
        Ok(())
    }
}

fn aggregate_of(provider: &dyn CryptoProvider, entry: &VerifiedEntry<'_>, pcrs: &PcrValues) -> Aggregate {
    let Some(digest) = entry.digest() else { return Aggregate::Differs };
    if digest.is_zero() {
        return Aggregate::Zero;
    }
    let Some(bank) = digest.hash() else { return Aggregate::NotQuoted };
    let mut values: Vec<&[u8]> = Vec::with_capacity(10);
    for index in 0..10 {
        let Some(value) = pcrs.get(bank, index) else { break };
        values.push(value);
    }
    let over = |count: usize| {
        let values = values.get(..count)?;
        Some(constant_time_eq(provider.hash(bank, values).as_slice(), digest.digest))
    };
    match (over(8), over(10)) {
        (Some(true), _) => Aggregate::Matches(7),
        (_, Some(true)) => Aggregate::Matches(9),
        // Without PCR 8 and 9, an aggregate over 0 to 9 cannot be told from a wrong one.
        (None, _) | (Some(false), None) => Aggregate::NotQuoted,
        (Some(false), Some(false)) => Aggregate::Differs,
    }
}

/// Reads the proven entries of a list.
#[derive(Clone, Debug)]
pub struct VerifiedEntries<'a> {
    entries: Entries<'a>,
    left: u64,
}

impl VerifiedEntries<'_> {
    /// The next proven entry. Entries of other registers are left out.
    ///
    /// # Errors
    /// None in practice: the list was read to its end before.
    #[expect(clippy::should_implement_trait, reason = "entries borrow from the reader")]
    pub fn next(&mut self) -> Result<Option<VerifiedEntry<'_>>, Error> {
        while self.left > 0 {
            self.left = self.left.saturating_sub(1);
            // Asked before, because an entry borrows from its reader.
            if self.entries.peek_pcr() == Some(IMA_PCR.into()) {
                return Ok(self.entries.next()?.map(VerifiedEntry));
            }
            self.entries.next()?;
        }
        Ok(None)
    }
}

/// An entry that the quoted register proves.
#[derive(Clone, Copy, Debug)]
pub struct VerifiedEntry<'e>(ImaEntry<'e>);

impl<'e> VerifiedEntry<'e> {
    /// Which entry of this piece it is, from 0.
    #[must_use]
    pub const fn number(&self) -> u64 {
        self.0.number()
    }

    /// True for a violation: that one happened is proven, and nothing else of the entry.
    #[must_use]
    pub fn is_violation(&self) -> bool {
        self.0.is_violation()
    }

    /// The entry as it stands in the list. Of a violation, nothing in it is proven; neither is the name of
    /// the template, which no hash covers.
    #[must_use]
    pub const fn unauthenticated(&self) -> &ImaEntry<'e> {
        &self.0
    }

    /// The digest of the file; `None` for violations and unknown templates.
    #[must_use]
    pub fn digest(&self) -> Option<FileDigest<'e>> {
        self.0.unauthenticated_digest().filter(|_| !self.is_violation())
    }

    /// The path under which the kernel opened it; `None` for violations and unknown templates.
    #[must_use]
    pub fn path(&self) -> Option<&'e [u8]> {
        self.0.unauthenticated_path().filter(|_| !self.is_violation())
    }

    /// The file's signature as the kernel read it, not yet verified.
    #[must_use]
    pub fn signature(&self) -> Option<&'e [u8]> {
        self.0.unauthenticated_signature().filter(|_| !self.is_violation())
    }

    /// The measured buffer, if it hashes to the digest of the entry.
    #[must_use]
    pub fn buffer(&self, provider: &dyn CryptoProvider) -> Option<&'e [u8]> {
        let buffer = self.0.unauthenticated_buffer()?;
        let digest = self.digest()?;
        let actual = provider.hash(digest.hash()?, &[buffer]);
        constant_time_eq(actual.as_slice(), digest.digest).then_some(buffer)
    }

    /// The key that the kernel says it loaded into `.ima`.
    fn key(&self, provider: &dyn CryptoProvider) -> Option<&'e [u8]> {
        let is_buffer = matches!(self.0.template, Template::Fields(fields) if fields == b"d-ng|n-ng|buf");
        let named = is_buffer && self.path() == Some(b".ima");
        if named { self.buffer(provider) } else { None }
    }
}

const ZEROS: [u8; 64] = [0; 64];
