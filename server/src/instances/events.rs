//! Deviations: what of a report is not as it should be, and what people decide about it.

use std::collections::BTreeMap;

use aws_lc_rs::digest::{SHA256, digest};
use serde_json::{Value, json};
use veriquote::bytes::to_hex;
use veriquote::measured_boot::ima::ImaList;
use veriquote::policy::Verdict;
use veriquote_facade::{Finding, Verification};

use super::Caller;
use super::answer::{Answer, Refusal, members};
use super::enrol::millis;
use super::parameters::Parameters;
use super::record::Machine;
use super::report::Report;
use crate::operations::audit::{Entry, record};
use crate::store::{EventFilter, StoredEvent};
use crate::{State, random};

/// Of the boot.
pub const SYSTEM: i64 = 1;
/// Of what runs.
pub const PROGRAM: i64 = 2;
/// Of the evidence itself.
pub const EVIDENCE: i64 = 3;

/// Nobody decided.
pub const OPEN: i64 = 0;
/// Somebody saw it.
pub const IGNORED: i64 = 1;
/// What was found is good from now on.
pub const TRUSTED: i64 = 2;
/// It did not come again.
pub const GONE: i64 = 3;

/// The kind of a deviation that is of no register.
const NO_REGISTER: i64 = 100;

/// A deviation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deviation {
    /// Of what.
    pub affiliation: i64,
    /// The register, or [`NO_REGISTER`].
    pub kind: i64,
    /// What deviates: `tpm.pcrs.sha256.4`, the rule, or the code of an error.
    pub item: String,
    /// What was found.
    pub suspect: String,
    /// What was expected.
    pub expected: String,
}

impl Deviation {
    /// Evidence that is not authentic.
    #[must_use]
    pub fn of_evidence(code: &str, part: &str) -> Self {
        Self {
            affiliation: EVIDENCE,
            kind: NO_REGISTER,
            item: code.to_owned(),
            suspect: part.to_owned(),
            expected: String::new(),
        }
    }
}

/// The rules that a report breaks.
#[must_use]
pub fn deviations(verification: &Verification, report: &Report) -> Vec<Deviation> {
    let findings = verification.appraisal.as_ref().map(|appraisal| appraisal.findings.as_slice());
    let violated = findings.unwrap_or_default().iter().filter(|finding| finding.outcome == Verdict::Violated);
    violated.flat_map(|finding| of_finding(finding, report)).collect()
}

fn of_finding(finding: &Finding, report: &Report) -> Vec<Deviation> {
    let text = |name: &str| match finding.facts.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    };
    if finding.rule == "tpm.pcrs" {
        let register = finding.facts.get("pcr").and_then(Value::as_i64).unwrap_or(NO_REGISTER);
        return vec![Deviation {
            affiliation: SYSTEM,
            kind: register,
            item: format!("tpm.pcrs.{}.{register}", text("bank")),
            suspect: text("actual"),
            expected: text("expected"),
        }];
    }
    let affiliation = if finding.rule.starts_with("ima.") { PROGRAM } else { SYSTEM };
    let one = |suspect: String| Deviation {
        affiliation,
        kind: NO_REGISTER,
        item: finding.rule.clone().into_owned(),
        suspect,
        expected: String::new(),
    };
    if finding.rule == "ima.allow" {
        let entries: Vec<&str> = match finding.facts.get("entry") {
            Some(Value::Array(entries)) => entries.iter().filter_map(Value::as_str).collect(),
            Some(Value::String(entry)) => vec![entry.as_str()],
            _ => Vec::new(),
        };
        let files: Vec<Deviation> = files(&entries, report).into_iter().map(one).collect();
        if !files.is_empty() {
            return files;
        }
    }
    let mut facts = Value::Object(finding.facts.clone()).to_string();
    if facts.len() > 500 {
        facts = format!("SHA-256 of the facts: {}", to_hex(digest(&SHA256, facts.as_bytes()).as_ref()));
    }
    vec![one(facts)]
}

/// `sha256:hex path` of each entry that a finding names by its number and path: the list is read once.
fn files(entries: &[&str], report: &Report) -> Vec<String> {
    let named: Vec<(Option<u64>, &str)> = entries
        .iter()
        .map(|entry| entry.split_once(' ').unwrap_or((entry, "")))
        .map(|(number, path)| (number.parse().ok(), path))
        .collect();
    let mut digests: BTreeMap<u64, String> = BTreeMap::new();
    let last = named.iter().filter_map(|(number, _)| *number).max();
    let log = report.evidence.ima_log.as_deref().and_then(|log| ImaList::detect(log).ok());
    if let (Some(last), Some(list)) = (last, log) {
        let mut list = list.unauthenticated_entries();
        let mut at = report.ima_from;
        while at <= last
            && let Ok(Some(entry)) = list.next()
        {
            if named.iter().any(|(number, _)| *number == Some(at))
                && let Some(digest) = entry.unauthenticated_digest()
            {
                let algorithm = String::from_utf8_lossy(digest.algorithm).into_owned();
                digests.insert(at, format!("{algorithm}:{}", to_hex(digest.digest)));
            }
            at = at.saturating_add(1);
        }
    }
    let digest =
        |number: Option<u64>| number.and_then(|number| digests.get(&number)).map_or("?", String::as_str);
    named.iter().map(|(number, path)| format!("{} {path}", digest(*number))).collect()
}

/// Most deviations that are remembered of a machine: whoever holds its key could report another one each time.
const MOST_OF_MACHINE: i64 = 1_000;

/// Writes deviations down; those beyond what is remembered of a machine are in the log alone.
pub async fn note(
    state: &State,
    machine: &Machine,
    deviations: &[Deviation],
    now: i64,
) -> Result<(), Refusal> {
    for deviation in deviations {
        let event = StoredEvent {
            id: random::uuid()?,
            uuid: machine.uuid.clone(),
            account: machine.account.clone(),
            affiliation: deviation.affiliation,
            kind: deviation.kind,
            item: deviation.item.clone(),
            level: if deviation.affiliation == PROGRAM { 2 } else { 3 },
            status: OPEN,
            suspect: deviation.suspect.clone(),
            expected: deviation.expected.clone(),
            times: 1,
            created_at: now,
            modified_at: now,
            handled_at: 0,
            handle_type: 0,
            property_name: machine.record.name.clone(),
            private_ip: machine.record.private_ip.clone(),
            public_ip: machine.record.public_ip.clone(),
        };
        if !state.store().note_event(&event, MOST_OF_MACHINE).await? {
            tracing::warn!(uuid = machine.uuid, item = event.item, "a deviation too many of one machine");
        }
    }
    Ok(())
}

/// Whatever an authentic report does not show any more is gone.
pub async fn settle(state: &State, machine: &Machine, has_list: bool, now: i64) -> Result<(), Refusal> {
    let of_programs = has_list.then_some(PROGRAM);
    for affiliation in [SYSTEM, EVIDENCE].into_iter().chain(of_programs) {
        state.store().close_events(&machine.uuid, affiliation, now, GONE).await?;
    }
    Ok(())
}

/// `DescribeEvents`.
pub(super) async fn describe(state: &State, caller: &Caller, parameters: &Parameters) -> Answer {
    let page = parameters.number("CurrentPage")?.unwrap_or(1);
    let size = parameters.number("PageSize")?.unwrap_or(20);
    if !(1..=100_000).contains(&page) || !(1..=100).contains(&size) {
        return Err(Refusal::parameter("PageSize", "from 1 to 100, and CurrentPage from 1"));
    }
    let mut filter = EventFilter::default();
    let numbers = [
        "EventAffiliation",
        "EventType",
        "EventLevel",
        "EventStatus",
        "HandleType",
        "CreateStartDate",
        "CreateEndDate",
        "HandleStartDate",
        "HandleEndDate",
    ];
    for (place, name) in filter.numbers.iter_mut().zip(numbers) {
        *place = parameters.number(name)?;
    }
    let texts =
        ["PropertyUuid", "PropertyName", "PropertyPrivateIp", "PropertyPublicIp", "Suspect", "SuspectSig"];
    for (place, name) in filter.texts.iter_mut().zip(texts) {
        *place = parameters.get(name).map(str::to_owned);
    }
    let (events, total) = state.store().events(&caller.account, &filter, (page - 1) * size, size).await?;
    let items: Vec<Value> = events.iter().map(item).collect();
    Ok(members([
        ("CurrentPage", page.into()),
        ("PageSize", size.into()),
        ("TotalCount", total.into()),
        ("Items", items.into()),
    ]))
}

fn item(event: &StoredEvent) -> Value {
    json!({
        "EventUuid": event.id,
        "EventAffiliation": event.affiliation.to_string(),
        "EventType": event.kind.to_string(),
        "EventLevel": event.level.to_string(),
        "EventStatus": event.status.to_string(),
        "HandleType": event.handle_type.to_string(),
        "Accumulation": event.times.to_string(),
        "Suspect": event.suspect,
        "SuspectSig": event.item,
        "SuspectWhiteList": event.expected,
        "GmtCreate": event.created_at,
        "GmtModified": event.modified_at,
        "GmtHandle": event.handled_at,
        "PropertyUuid": event.uuid,
        "PropertyName": event.property_name,
        "PropertyPrivateIp": event.private_ip,
        "PropertyPublicIp": event.public_ip,
    })
}

/// `IgnoreEvents`: seen, and left as it is.
pub(super) async fn ignore(state: &State, caller: &Caller, parameters: &Parameters) -> Answer {
    let style = style(parameters)?;
    for event in named(state, caller, parameters).await? {
        if event.status != OPEN {
            continue;
        }
        let entry = decision("instance.deviation_ignored", caller, &event);
        let store = state.clone();
        record::decided(state, entry, async move { handle(&store, &event, IGNORED, style).await }).await?;
    }
    Ok(members([("Data", "true".into())]))
}

/// `TrustEvents`: what was found is good from now on. `HandleStyle` 1 (the default): in the place of what was
/// good before; 2: beside it.
pub(super) async fn trust(state: &State, caller: &Caller, parameters: &Parameters) -> Answer {
    let style = style(parameters)?;
    let events = named(state, caller, parameters).await?;
    // All of them can be trusted, or none is.
    let refused = events.iter().find(|event| !can_be_trusted(event));
    if let Some(event) = refused {
        return Err(Refusal::parameter(
            "EventUuids",
            format_args!(
                "{}: only a deviation from a white list can be trusted; change the policy",
                event.id
            ),
        ));
    }
    for event in events {
        if event.status == TRUSTED {
            continue;
        }
        let mut machine = Machine::get(state.store(), &event.uuid, &caller.account).await?;
        let now = millis(state.now());
        if event.affiliation == SYSTEM {
            trust_register(&mut machine, &event, style, now)?;
        } else {
            trust_file(&mut machine, &event)?;
        }
        machine.record.modified_at = now;
        let entry = decision("instance.deviation_trusted", caller, &event);
        let store = state.clone();
        let trusting = async move {
            machine.keep(store.store()).await?;
            handle(&store, &event, TRUSTED, style).await
        };
        record::decided(state, entry, trusting).await?;
    }
    Ok(members([("Data", "true".into())]))
}

/// What the audit log says of what people decide.
fn decision(what: &'static str, caller: &Caller, event: &StoredEvent) -> Entry {
    let entry = Entry::of(what).with("instance", event.uuid.as_str()).with("event", event.id.as_str());
    entry.with("item", event.item.as_str()).with("by", caller.key_id.as_str())
}

fn can_be_trusted(event: &StoredEvent) -> bool {
    let is_value = event.suspect.len() >= 40 && event.suspect.bytes().all(|byte| byte.is_ascii_hexdigit());
    match event.affiliation {
        SYSTEM => event.item.starts_with("tpm.pcrs.") && is_value,
        PROGRAM => event.item == "ima.allow" && !event.suspect.starts_with('?'),
        _ => false,
    }
}

fn trust_register(machine: &mut Machine, event: &StoredEvent, style: i64, now: i64) -> Result<(), Refusal> {
    let index = u8::try_from(event.kind).ok();
    let baseline = machine.record.baseline.as_mut().zip(index);
    let (baseline, index) =
        baseline.ok_or_else(|| Refusal::parameter("EventUuids", "this machine has no baseline"))?;
    let good = baseline.good.entry(index).or_default();
    let obsolete = baseline.obsolete.entry(index).or_default();
    if style != ADD {
        obsolete.append(good);
    }
    obsolete.retain(|value| *value != event.suspect);
    if !good.contains(&event.suspect) {
        good.push(event.suspect.clone());
    }
    if good.len() > MOST_VALUES {
        return Err(Refusal::parameter("EventUuids", "too many values are good for this register already"));
    }
    // The oldest are forgotten.
    let surplus = obsolete.len().saturating_sub(MOST_VALUES);
    obsolete.drain(..surplus);
    baseline.modified_at = now;
    Ok(())
}

fn trust_file(machine: &mut Machine, event: &StoredEvent) -> Result<(), Refusal> {
    let list = machine.record.program_list.as_mut();
    let list = list.ok_or_else(|| {
        Refusal::parameter("EventUuids", "this machine has no list of programs; change the policy")
    })?;
    let digest = event.suspect.split(' ').next().unwrap_or_default();
    let digest = Value::from(digest);
    if !list.allow.contains(&digest) {
        list.allow.push(digest);
    }
    Ok(())
}

/// `HandleStyle`: a value beside those that are good.
const ADD: i64 = 2;

/// Most values of one register.
const MOST_VALUES: usize = 64;

/// Most events of one call.
const MOST_EVENTS: usize = 100;

fn style(parameters: &Parameters) -> Result<i64, Refusal> {
    match parameters.number("HandleStyle")?.unwrap_or(1) {
        style @ (1 | ADD) => Ok(style),
        _ => Err(Refusal::parameter("HandleStyle", "1 (instead) or 2 (beside)")),
    }
}

/// The events of `EventUuids`: a JSON list, or ids with commas between.
async fn named(state: &State, caller: &Caller, parameters: &Parameters) -> Result<Vec<StoredEvent>, Refusal> {
    let ids = list(parameters.required("EventUuids")?, "EventUuids")?;
    let mut events = Vec::with_capacity(ids.len());
    for id in &ids {
        let event = state.store().event(id, &caller.account).await?;
        let none = || {
            Refusal::new(
                axum::http::StatusCode::NOT_FOUND,
                "Event.NotFound",
                format!("there is no event {id}"),
            )
        };
        events.push(event.ok_or_else(none)?);
    }
    Ok(events)
}

/// A JSON list of texts, or texts with commas between.
pub(super) fn list(text: &str, name: &str) -> Result<Vec<String>, Refusal> {
    let ids: Vec<String> = if text.starts_with('[') {
        serde_json::from_str(text)
            .map_err(|_| Refusal::parameter(name, "a JSON list of strings is expected"))?
    } else {
        text.split(',').map(|id| id.trim().to_owned()).collect()
    };
    if ids.is_empty() || ids.len() > MOST_EVENTS {
        return Err(Refusal::parameter(name, format_args!("from 1 to {MOST_EVENTS} are expected")));
    }
    Ok(ids)
}

async fn handle(state: &State, event: &StoredEvent, to: i64, style: i64) -> Result<(), Refusal> {
    let handled =
        StoredEvent { status: to, handled_at: millis(state.now()), handle_type: style, ..event.clone() };
    if !state.store().handle_event(&handled, event.status).await? {
        return Err(Refusal::conflict());
    }
    Ok(())
}
