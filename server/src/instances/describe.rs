//! What is known of a machine: `DescribeInstance`, `DescribeBoot`.

use serde_json::{Map, Value, json};

use super::Caller;
use super::answer::{Answer, Refusal, members};
use super::enrol::millis;
use super::events::{OPEN, PROGRAM, SYSTEM};
use super::parameters::Parameters;
use super::record::{Machine, Verdict, status};
use crate::State;

/// Where something does not exist: a white list's id.
const NONE: i64 = -1;

/// `DescribeInstance`.
pub(super) async fn instance(state: &State, caller: &Caller, parameters: &Parameters) -> Answer {
    let machine = Machine::get(state.store(), parameters.uuid()?, &caller.account).await?;
    let record = &machine.record;
    let count = |affiliation| state.store().count_events(&machine.uuid, affiliation, OPEN);
    let (of_boot, of_programs) = (count(SYSTEM).await?, count(PROGRAM).await?);
    let config = &state.config().instances;
    let silent = millis(state.now()).saturating_sub(record.reported_at);
    let within = |seconds: u32| record.reported_at > 0 && silent <= i64::from(seconds) * 1_000;
    // Who is silent for long is not measured, and an old verdict says nothing.
    let lasting = |verdict: &Verdict| {
        let lasts = within(config.unmeasured_seconds) || verdict.status == status::UNTRUSTED;
        if lasts { verdict.status } else { status::UNMEASURED }
    };
    let registers: Map<String, Value> =
        record.registers.iter().map(|(index, value)| (format!("pcr{index}"), value.clone().into())).collect();
    let list = record.program_list.as_ref();
    Ok(members([
        ("PropertyUuid", machine.uuid.clone().into()),
        ("PropertyName", record.name.clone().into()),
        ("PropertyPrivateIp", record.private_ip.clone().into()),
        ("PropertyPublicIp", record.public_ip.clone().into()),
        ("PropertyAffiliation", record.affiliation.into()),
        ("OnlineStatus", i64::from(within(config.online_seconds)).into()),
        ("GmtCreate", record.created_at.into()),
        ("GmtModified", record.modified_at.into()),
        ("GmtRecentReport", record.reported_at.into()),
        ("SystemTrustStatus", lasting(&record.system).into()),
        ("SystemTrustDetail", Value::Object(registers).to_string().into()),
        ("SystemExceptionNum", of_boot.into()),
        ("SystemWhiteListId", record.baseline.as_ref().map_or(NONE, |baseline| baseline.id).into()),
        ("ProgramTrustStatus", lasting(&record.programs).into()),
        ("ProgramTrustDetail", json!({ "code": record.programs.code }).to_string().into()),
        ("ProgramExceptionNum", of_programs.into()),
        ("ProgramWhiteListId", list.map_or(NONE, |list| list.id).into()),
        ("ProgramWhiteListName", list.map_or("", |list| list.name.as_str()).into()),
        ("Extensions", record.extensions.clone().into()),
    ]))
}

/// `DescribeBoot`: the baseline.
pub(super) async fn boot(state: &State, caller: &Caller, parameters: &Parameters) -> Answer {
    let machine = Machine::get(state.store(), parameters.uuid()?, &caller.account).await?;
    let Some(baseline) = &machine.record.baseline else {
        let message = "this machine has no baseline: no boot of it was accepted yet";
        return Err(Refusal::new(axum::http::StatusCode::NOT_FOUND, "Boot.NotFound", message));
    };
    let detail: Map<String, Value> =
        baseline.good.iter().map(|(index, good)| (format!("pcr{index}"), good.clone().into())).collect();
    let detail = json!({ "bank": baseline.bank, "registers": detail });
    Ok(members([
        ("Id", baseline.id.into()),
        ("WhiteListAffiliation", SYSTEM.into()),
        ("WhiteListDetail", detail.to_string().into()),
        ("GmtCreate", baseline.created_at.to_string().into()),
        ("GmtModified", baseline.modified_at.to_string().into()),
    ]))
}
