//! Logs beside a quote: what they say, as far as the quoted registers prove it.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use veriquote::bytes::to_hex;
use veriquote::crypto::HashAlgorithm;
use veriquote::measured_boot::ima::{
    AggregateKind, BootIdentity, Continuation, IMA_PCR, IMA_RULES, ImaList, ReplayedIma,
};
use veriquote::measured_boot::{
    BootState, EventLog, Limits, LogFormat, LogKind, PCR_RULE, Quirk, Quirks, RegisterReport, RegisterState,
    SOUND_RULE, explain, sentence,
};
use veriquote::policy::Policy;
use veriquote::tpm::{AlgorithmId, BoundQuote, RESETTABLE};
use veriquote::{Error, Failure, OutcomeKind, limits};

use super::notes::Notes;
use super::request::{TpmOptions, TpmRequest};
use super::verify::decoded;
use crate::boot::BootStateClaims;
use crate::check::CheckLine;
use crate::event_log::{EventClaims, EventLogClaims};
use crate::one_of::OneOf;
use crate::options::hex;
use crate::problem::Problem;
use crate::verification::NotChecked;

/// A replayed event log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct BootClaims {
    /// How its records are written.
    pub format: OneOf<LogFormat>,
    /// Every register of every bank that log and quote share.
    pub registers: Vec<RegisterClaims>,
    /// Deviations of the firmware that the replay needed.
    pub quirks: Vec<OneOf<Quirk>>,
    /// What of the log contradicts itself or the specification, though it replays.
    pub problems: Vec<Problem>,
    /// What all this tells of the boot.
    pub state: BootStateClaims,
    /// Every event, with what is proven of it.
    pub events: Vec<EventClaims>,
}

/// Whether the log explains a register.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RegisterClaims {
    /// The bank.
    pub bank: String,
    /// The register.
    pub pcr: u32,
    /// How many events of the log extend it.
    pub events: u64,
    /// `explained`, `unused`, `opaque` (something else extended it), `diverges`, `not_quoted`, or
    /// `not_logged` (the log has no digests of this bank).
    pub state: OneOf<RegisterState>,
}

/// A replayed IMA list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ImaClaims {
    /// Number of the first entry of this list, counted from the boot.
    pub first: u64,
    /// Number of the entry to begin with the next time.
    pub next: u64,
    /// Entries that PCR 10 proves.
    pub verified: u64,
    /// Entries after them, which were made after the quote and are not proven: send them again.
    pub unverified: u64,
    /// Files that were changed while they were measured, or open for writing.
    pub violations: u64,
    /// Entries of other registers, which are not proven.
    pub foreign: u64,
    /// The kernel fills larger banks with the SHA-1 hash and zeros (before Linux 5.8).
    pub zero_padded: bool,
    /// What the first entry says of the boot: `matches`, `differs`, `not_quoted`, `zero`, `absent`, or
    /// `earlier` when an earlier list held it.
    pub boot_aggregate: OneOf<AggregateKind>,
    /// Further entries of that name, as after kexec.
    pub further_aggregates: u64,
    /// The token to continue with, when `options.continuation_key` was given and the policy accepted: hex.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub continuation: Option<String>,
}

/// The quirks by their names.
pub(super) fn quirks(options: &TpmOptions) -> Result<Vec<Quirk>, Problem> {
    let one = |name: &String| {
        Quirk::from_name(name).ok_or_else(|| {
            let known: Vec<&str> = Quirk::ALL.iter().map(|quirk| quirk.as_str()).collect();
            let help = format!("known: {}", known.join(", "));
            Problem::misuse("options.quirks", format!("`{name}` is no known deviation"), help)
        })
    };
    options.quirks.iter().map(one).collect()
}

/// What is proven of the boot, as the core has it and as data.
pub(super) struct Boot<'l> {
    pub(super) state: BootState<'l>,
    pub(super) claims: BootClaims,
    log: EventLog<'l>,
    unexplained: Vec<(HashAlgorithm, u32)>,
}

/// The decoded bytes of a log.
pub(super) fn event_log_bytes<'r>(
    request: &'r TpmRequest,
    notes: &mut Notes,
) -> Result<Option<Cow<'r, [u8]>>, Problem> {
    let Some(log) = &request.event_log else { return Ok(None) };
    notes.read(&PCR_RULE, decoded(&log.0).map_err(|error| error.inside("event_log"))).map(Some)
}

/// Replays the event log into the quoted registers. What it does not explain, and where it contradicts
/// itself, is told in the ledger; what follows from that is the policy's to say.
pub(super) fn boot<'l>(
    bytes: &'l [u8],
    bound: &BoundQuote<'_>,
    policy: &Policy,
    has_list: bool,
    notes: &mut Notes,
) -> Result<Boot<'l>, Problem> {
    let quirks: Quirks = policy.boot.quirks.iter().copied().collect();
    let log = notes.read(&PCR_RULE, EventLog::parse(bytes, LogKind::Tpm, &Limits::default()))?;
    let replayed = log.verify_pcrs(bound.provider(), bound.pcrs(), quirks);
    let replayed = notes.settle_by(&PCR_RULE, replayed)?;
    let by_others = |register: u32| {
        policy.boot.opaque_registers.contains(&register)
            || (has_list && register == u32::from(IMA_PCR))
            || RESETTABLE.iter().any(|known| u32::from(*known) == register)
    };
    for check in replayed.checks() {
        let mut line = CheckLine::from(check);
        let register = line.facts.get("pcr").and_then(serde_json::Value::as_u64);
        let register = register.and_then(|register| u32::try_from(register).ok());
        if line.outcome == OutcomeKind::Failed && register.is_some_and(by_others) {
            line.outcome = OutcomeKind::Skipped.into();
            line.reason = Some("others extend this register".into());
        }
        notes.lines.push(line);
    }
    let unexplained =
        replayed.reports().iter().filter(|report| report.state.is_unexplained() && !by_others(report.index));
    let unexplained = unexplained.map(|report| (report.algorithm, report.index)).collect();
    let state = BootState::assess(&replayed, bound.provider(), quirks);
    for problem in state.problems() {
        if policy.boot.tolerates(problem) {
            notes.skipped(&SOUND_RULE, problem, "the policy puts up with it");
        } else {
            notes.failed(&SOUND_RULE, problem);
        }
    }
    if state.problems().is_empty() {
        notes.passed(&SOUND_RULE);
    }
    let claims = BootClaims {
        format: log.format().into(),
        registers: replayed.reports().iter().map(RegisterClaims::from).collect(),
        problems: state.problems().iter().map(Problem::from).collect(),
        state: BootStateClaims::of(&state, bound.provider()),
        quirks: state.quirks().iter().map(OneOf).collect(),
        events: EventLogClaims::from(&replayed).events,
    };
    Ok(Boot { state, claims, log, unexplained })
}

/// What small edit of the log would match each register that it does not explain: hints, which prove nothing.
pub(super) fn explanations(boot: &Boot<'_>, bound: &BoundQuote<'_>) -> Vec<serde_json::Value> {
    let logged = boot.unexplained.iter().filter(|(bank, _)| boot.log.has_algorithm((*bank).into()));
    let strongest = logged.clone().map(|(bank, _)| *bank).max_by_key(|bank| bank.digest_len());
    let of_strongest = logged.filter(|(bank, _)| Some(*bank) == strongest).take(limits::EXPLAIN_REGISTERS);
    let sentences = of_strongest.filter_map(|(bank, register)| {
        let quoted = bound.pcrs().get(*bank, u8::try_from(*register).ok()?)?;
        let found = explain(&boot.log, bound.provider(), *bank, *register, quoted);
        Some(serde_json::Value::from(sentence(found.as_ref(), *register)))
    });
    sentences.collect()
}

impl From<&RegisterReport> for RegisterClaims {
    fn from(report: &RegisterReport) -> Self {
        Self {
            bank: AlgorithmId::from(report.algorithm).to_string(),
            pcr: report.index,
            events: u64::try_from(report.events).unwrap_or(u64::MAX),
            state: report.state.into(),
        }
    }
}

/// What is proven of the list, as the core has it and as data.
pub(super) struct Ima<'l> {
    pub(super) replayed: ReplayedIma<'l>,
    pub(super) claims: ImaClaims,
}

/// The decoded bytes of a list.
pub(super) fn list_of<'r>(
    request: &'r TpmRequest,
    notes: &mut Notes,
) -> Result<Option<Cow<'r, [u8]>>, Problem> {
    let Some(list) = &request.ima_log else { return Ok(None) };
    notes.read(&IMA_RULES[1], list_bytes(&list.0).map_err(|error| error.inside("ima"))).map(Some)
}

/// Replays the IMA list into the quoted PCR 10.
pub(super) fn ima<'l>(
    bytes: Option<&'l [u8]>,
    bound: &BoundQuote<'_>,
    request: &TpmRequest,
    notes: &mut Notes,
) -> Result<Option<Ima<'l>>, Problem> {
    let options = &request.options;
    let key =
        options.continuation_key.as_deref().map(|it| hex(it, "options.continuation_key")).transpose()?;
    let clock = bound.clock();
    let identity = || BootIdentity {
        ak_name: bound.quote().ak_identity().to_vec(),
        reset_count: clock.reset_count,
        restart_count: clock.restart_count,
    };
    let earlier = match (&options.continuation, &key) {
        (None, _) => None,
        (Some(_), None) => {
            return Err(Problem::misuse(
                "options.continuation_key",
                "a continuation token was given without the key that seals it",
                "give the secret with which the token was made",
            ));
        }
        (Some(token), Some(key)) => {
            let token = decoded(&token.0).map_err(|error| error.inside("continuation"));
            let token = notes.read(&IMA_RULES[1], token)?;
            Some(notes.read(&IMA_RULES[1], Continuation::open(&token, key, &identity()))?)
        }
    };
    let first = earlier.as_ref().map_or(0, Continuation::index);
    if let Some(from) = options.ima_from
        && from != first
    {
        return Err(Problem::misuse(
            "options.ima_from",
            format!("the list begins with entry {from}, but the verification continues with entry {first}"),
            "send the entries from that one on, or start again without a token",
        ));
    }
    let Some(bytes) = bytes else { return Ok(None) };
    let replayed = notes.settle_by(&IMA_RULES[1], replay(bytes, bound, earlier.as_ref()))?;
    notes.extend(replayed.checks());
    let after = Continuation::after(&replayed, identity());
    let token = key.as_deref().map(|key| after.seal(key)).transpose()?;
    let claims = ImaClaims {
        first: replayed.first(),
        next: after.index(),
        verified: replayed.verified(),
        unverified: replayed.unverified(),
        violations: replayed.violations(),
        foreign: replayed.foreign(),
        zero_padded: replayed.is_zero_padded(),
        boot_aggregate: replayed.aggregate().kind().into(),
        further_aggregates: replayed.more_aggregates(),
        continuation: token.as_deref().map(to_hex),
    };
    Ok(Some(Ima { replayed, claims }))
}

fn replay<'l>(
    bytes: &'l [u8],
    bound: &BoundQuote<'_>,
    earlier: Option<&Continuation>,
) -> Result<ReplayedIma<'l>, Failure> {
    let list = ImaList::detect(bytes)?;
    list.verify(bound.provider(), bound.pcrs(), earlier)
}

/// A list as text begins with the number of a register and a space; anything else printable encodes a
/// binary one.
fn list_bytes(bytes: &[u8]) -> Result<Cow<'_, [u8]>, Error> {
    let digits = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if (1..=2).contains(&digits) && bytes.get(digits) == Some(&b' ') {
        return Ok(Cow::Borrowed(bytes));
    }
    decoded(bytes)
}

/// What was not looked at, for want of a log.
pub(super) fn left_open(request: &TpmRequest) -> Vec<NotChecked> {
    let mut open = Vec::new();
    if request.event_log.is_none() {
        open.push(NotChecked::new(
            "event_log",
            "what the registers of the boot stand for is not explained; give the event log",
        ));
    }
    if request.ima_log.is_none() {
        open.push(NotChecked::new(
            "ima",
            "which programs ran is not told; give the measurement list of the kernel",
        ));
    }
    open.extend(request.options.opaque.iter().map(|pcr| {
        NotChecked::new(
            format!("pcr{pcr}"),
            "you named it as extended by others, so the log need not explain it",
        )
    }));
    open
}
