//! `PutMessage`: a machine reports, and is held against its baseline.

use std::sync::Arc;

use serde_json::{Value, json};
use veriquote::Policy;
use veriquote::bytes::from_hex;
use veriquote::policy::{PcrRule, Verdict as Ruling};
use veriquote::tpm::{AlgorithmId, ContinuityKind};
use veriquote_facade::{Blob, Time, TpmClaims, TpmRequest, Verification};

use super::Caller;
use super::answer::{Answer, Refusal, members};
use super::enrol::{millis, take_nonce};
use super::events::{self, Deviation};
use super::parameters::Parameters;
use super::record::{Baseline, Machine, ProgramList, Verdict, status};
use super::report::{Report, learn, policy as configured, verify};
use crate::State;
use crate::challenge::ChallengeError;
use crate::config::Programs;

/// `PutMessage`.
pub(super) async fn put(state: &State, caller: &Caller, parameters: &Parameters) -> Answer {
    let uuid = parameters.uuid()?;
    let report = Arc::new(Report::read(parameters.required("FileData")?)?);
    let mut machine = Machine::get(state.store(), uuid, &caller.account).await?;
    let Some(ak_name) = machine.ak_name.clone() else {
        let message = "this machine has not enrolled: call GenerateNonce and GenerateAikcert first";
        return Err(Refusal::new(axum::http::StatusCode::CONFLICT, "Instance.NotEnrolled", message));
    };
    if report.ima_from != 0
        && (report.ima_from != machine.record.next_ima || machine.record.continuation.is_none())
    {
        // Nothing was looked at, and the nonce is still good.
        return Ok(told(&undecided("ima.from"), &undecided("ima.from"), continued_at(&machine)));
    }
    let nonce = nonce(state, &machine, &report, &ak_name).await?;
    let mut request = report.request(Time(state.now()), Some(&nonce));
    let options = &mut request.options;
    options.ak_name = Some(ak_name);
    options.continuation_key = Some(state.instances().continuation_key.to_string());
    options.previous = machine.record.clock;
    if report.ima_from != 0 {
        options.ima_from = Some(report.ima_from);
        let sealed = machine.record.continuation.clone();
        options.continuation = sealed.map(|sealed| Blob(sealed.into_bytes()));
    }
    let policy = policy(state, &machine).await?;
    let (verification, deviations) = verify(state, request.clone(), policy, &report).await?;
    judge(state, &mut machine, (&verification, &deviations), &report, request).await
}

/// What the quote must have signed: a nonce of `GenerateNonce` for this key, or of a challenge.
async fn nonce(state: &State, machine: &Machine, report: &Report, ak_name: &str) -> Result<Vec<u8>, Refusal> {
    let refused =
        |message: &str| Refusal::new(axum::http::StatusCode::BAD_REQUEST, "Nonce.NotFound", message);
    if let Some(challenge) = &report.challenge {
        let challenge = state.challenger().check(challenge, state.now()).map_err(|error| {
            refused(match error {
                ChallengeError::Expired => "the time of the challenge is over",
                ChallengeError::NotOurs => "the challenge is not one of this service",
            })
        })?;
        // Whether it was made for one answer or not: a report is one.
        if !state.store().use_challenge(&challenge.id, challenge.expires_at).await? {
            return Err(refused("the challenge was answered before"));
        }
        return Ok(challenge.nonce.to_vec());
    }
    let kept = take_nonce(state, machine).await?.filter(|kept| kept.ak_name == ak_name);
    let nonce = kept.and_then(|kept| from_hex(kept.nonce.as_bytes()).ok());
    nonce.ok_or_else(|| {
        refused("no nonce of GenerateNonce is open for this machine, and it answers no challenge")
    })
}

/// The configured policy, with the machine's baseline.
async fn policy(state: &State, machine: &Machine) -> Result<Policy, Refusal> {
    let config = &state.config().instances;
    let mut policy = configured(state).await?;
    let bank = AlgorithmId::from_name(&config.bank).and_then(AlgorithmId::hash);
    if let Some(bank) = bank {
        policy.tpm.required_pcrs.extend(config.registers.iter().map(|register| (bank, *register)));
    }
    with_baseline(&mut policy, machine, config.programs)?;
    Ok(policy)
}

/// Adds what a machine's registers must hold, and what it may run.
pub(super) fn with_baseline(
    policy: &mut Policy,
    machine: &Machine,
    programs: Programs,
) -> Result<(), Refusal> {
    if let Some(baseline) = &machine.record.baseline
        && let Some(bank) = AlgorithmId::from_name(&baseline.bank).and_then(AlgorithmId::hash)
    {
        for (index, good) in &baseline.good {
            let values = good.iter().filter_map(|hex| from_hex(hex.as_bytes()).ok()).collect();
            policy.tpm.pcrs.push(PcrRule { bank, index: *index, values });
        }
    }
    // Where the policy has a list, or has come to be all that counts, no list of a machine takes its place.
    if let Some(list) = &machine.record.program_list
        && programs == Programs::FirstReport
        && policy.ima.allow.is_none()
    {
        let document = json!({ "ima": { "allow": list.allow } }).to_string();
        let listed = Policy::from_json(document.as_bytes()).map_err(crate::error::ApiError::internal)?;
        policy.ima.allow = listed.ima.allow;
    }
    Ok(())
}

/// Draws the conclusions, and writes them down before anybody is told.
async fn judge(
    state: &State,
    machine: &mut Machine,
    (verification, deviations): (&Verification, &[Deviation]),
    report: &Report,
    request: TpmRequest,
) -> Answer {
    // Reports of one machine follow each other, though the clock counts in seconds.
    let now = millis(state.now()).max(machine.record.modified_at.saturating_add(1));
    let record = &mut machine.record;
    record.modified_at = now;
    let claims =
        verification.claims.as_ref().and_then(|claims| claims.tpm()).filter(|_| verification.verified);
    let Some(claims) = claims else {
        let code = verification.error.as_ref().map_or("internal", |problem| problem.code.as_str());
        if code == "ima.continuation.boot" {
            // It started again since its last report: the list begins anew.
            (record.continuation, record.next_ima) = (None, 0);
            machine.keep(state.store()).await?;
            return Ok(told(&undecided(code), &undecided(code), 0));
        }
        record.system = Verdict::untrusted(code);
        let part = verification.error.as_ref().map_or("", |problem| problem.part.as_str());
        let deviation = Deviation::of_evidence(code, part);
        machine.keep(state.store()).await?;
        events::note(state, machine, &[deviation], now).await?;
        let verdict = machine.record.system.clone();
        return Ok(told(&verdict, &machine.record.programs.clone(), continued_at(machine)));
    };
    let of_boot = deviations.iter().find(|deviation| deviation.affiliation == events::SYSTEM);
    let of_programs = deviations.iter().find(|deviation| deviation.affiliation == events::PROGRAM);
    let went_back = claims.clock.continuity == Some(ContinuityKind::WentBack.into());
    if !went_back {
        record.clock = Some(claims.clock.reading);
    }
    record.reported_at = now;
    record.registers = registers(claims, &state.config().instances.bank);
    record.system = match of_boot {
        None => Verdict::trusted(),
        Some(deviation) => Verdict::untrusted(&deviation.item),
    };
    if verification.accepted && record.baseline.is_none() {
        record.baseline = Some(first_boot(state, claims, now).await?);
    }
    let is_listed = verification.appraisal.as_ref().is_some_and(|appraisal| {
        appraisal.findings.iter().any(|it| it.rule == "ima.allow" && it.outcome == Ruling::Satisfied)
    });
    if verification.accepted
        && record.program_list.is_none()
        && state.config().instances.programs == Programs::FirstReport
        && report.ima_from == 0
        && let Some(allow) = learn(state, request).await?
    {
        let id = state.store().next_number("whitelist").await?;
        record.program_list =
            Some(ProgramList { id, name: format!("first report of {}", machine.uuid), allow });
    }
    record.programs = match (of_programs, &claims.ima) {
        (Some(deviation), _) => Verdict::untrusted(&deviation.item),
        (None, None) => Verdict { status: status::UNMEASURED, code: "NoProgramMeasurement".to_owned() },
        (None, Some(_)) if is_listed || record.program_list.is_some() => Verdict::trusted(),
        (None, Some(_)) => Verdict { status: status::UNMEASURED, code: "NoProgramWhiteList".to_owned() },
    };
    if let Some(ima) = &claims.ima {
        match &ima.continuation {
            Some(sealed) if verification.accepted => {
                (record.continuation, record.next_ima) = (Some(sealed.clone()), ima.next);
            }
            // Of a list that was not accepted nothing is remembered: it is to be sent again.
            _ if report.ima_from == 0 => (record.continuation, record.next_ima) = (None, 0),
            _ => {}
        }
    }
    let has_list = claims.ima.is_some();
    machine.keep(state.store()).await?;
    events::note(state, machine, deviations, now).await?;
    events::settle(state, machine, has_list, now).await?;
    tracing::info!(
        uuid = machine.uuid,
        system = machine.record.system.code,
        programs = machine.record.programs.code,
        "a machine reported"
    );
    Ok(told(&machine.record.system, &machine.record.programs, continued_at(machine)))
}

/// The baseline: what the first boot measured.
async fn first_boot(state: &State, claims: &TpmClaims, now: i64) -> Result<Baseline, Refusal> {
    let config = &state.config().instances;
    let found = registers(claims, &config.bank);
    let good = found.into_iter().filter(|(index, _)| config.registers.contains(index));
    Ok(Baseline {
        id: state.store().next_number("whitelist").await?,
        created_at: now,
        modified_at: now,
        bank: config.bank.clone(),
        good: good.map(|(index, value)| (index, vec![value])).collect(),
        obsolete: Default::default(),
    })
}

fn registers(claims: &TpmClaims, bank: &str) -> std::collections::BTreeMap<u8, String> {
    claims.pcrs.as_ref().and_then(|banks| banks.get(bank)).cloned().unwrap_or_default()
}

fn continued_at(machine: &Machine) -> u64 {
    if machine.record.continuation.is_some() { machine.record.next_ima } else { 0 }
}

fn undecided(code: &str) -> Verdict {
    Verdict { status: status::UNDECIDED, code: code.to_owned() }
}

fn told(system: &Verdict, programs: &Verdict, next: u64) -> serde_json::Map<String, Value> {
    let verdict = |verdict: &Verdict| json!({ "code": verdict.code, "status": verdict.status });
    // Kernel modules are measured into the same list as programs.
    members([(
        "data",
        json!({
            "nextClientIMAIndex": next,
            "systemVerificationResult": verdict(system),
            "programVerificationResult": verdict(programs),
            "kmoduleVerificationResult": verdict(programs),
            "policyProcResult": { "code": "None", "procData": "" },
        }),
    )])
}
