//! `VerifyMessage`: a report of any machine, of which nothing is remembered.

use std::sync::Arc;

use serde_json::{Value, json};
use veriquote::bytes::to_hex;
use veriquote::tpm::{Name, PublicArea};
use veriquote_facade::{Blob, Time, Verification};

use super::Caller;
use super::answer::{Answer, Refusal, members};
use super::events::{Deviation, PROGRAM};
use super::parameters::Parameters;
use super::put::with_baseline;
use super::record::{Machine, Verdict, status};
use super::report::{Report, policy, verify};
use super::roots_for;
use crate::State;
use crate::store::StoredInstance;

/// `VerifyMessage`. A report that answers no challenge of `/v2/challenge` may be of any age, which the strict
/// policy refuses. `caller` is nobody where the request is not signed: no machine is his.
pub(super) async fn verify_message(
    state: &State,
    caller: Option<&Caller>,
    parameters: &Parameters,
) -> Answer {
    let report = Arc::new(Report::read(parameters.required("FileData")?)?);
    let nonce = match &report.challenge {
        None => None,
        Some(challenge) => {
            let wrong =
                |_| Refusal::parameter("FileData", "the challenge is not one of this service, or too old");
            let challenge = state.challenger().check(challenge, state.now()).map_err(wrong)?;
            let used = challenge.one_time
                && !state.store().use_challenge(&challenge.id, challenge.expires_at).await?;
            if used {
                return Err(Refusal::parameter("FileData", "the challenge was answered before"));
            }
            Some(challenge.nonce)
        }
    };
    let mut request = report.request(Time(state.now()), nonce.as_ref().map(<[u8; 32]>::as_slice));
    let known = known_machine(state, caller, &report).await?;
    match (&report.evidence.ak_chain, &known) {
        (_, Some((name, _))) => request.options.ak_name = Some(name.clone()),
        (Some(chain), None) => {
            request.options.roots = roots_for(state, &report.evidence.ak).await?;
            request.options.ak_chain = Some(Blob(chain.clone().into_bytes()));
        }
        (None, None) => {
            let message =
                "the attestation key has no certificate, and no machine of yours has enrolled with it";
            return Err(Refusal::parameter("FileData", message));
        }
    }
    let mut policy = policy(state).await?;
    let machine = known.and_then(|(_, machine)| machine);
    if let Some(machine) = &machine {
        with_baseline(&mut policy, machine, state.config().instances.programs)?;
    }
    let (verification, deviations) = verify(state, request, policy, &report).await?;
    let (programs, boot): (Vec<_>, Vec<_>) =
        deviations.into_iter().partition(|deviation| deviation.affiliation == PROGRAM);
    let claims = verification.claims.as_ref().and_then(|claims| claims.tpm());
    let has_list = verification.verified && claims.is_some_and(|claims| claims.ima.is_some());
    let of_boot = verdict(&verification, &boot, true);
    let of_programs = verdict(&verification, &programs, has_list);
    Ok(members([(
        "Data",
        json!({
            "PcrVerificationResult": told(&of_boot, &boot, machine.as_ref()),
            "ImaVerificationResult": told(&of_programs, &programs, machine.as_ref()),
        }),
    )]))
}

/// The Name of a key that is trusted without a certificate, with the caller's machine that enrolled with it.
async fn known_machine(
    state: &State,
    caller: Option<&Caller>,
    report: &Report,
) -> Result<Option<(String, Option<Machine>)>, Refusal> {
    let area = PublicArea::parse(&report.evidence.ak);
    let name = area.and_then(|area| Name::of(&area, state.provider().as_ref()));
    let name = name.map_err(|error| Refusal::parameter("FileData", format_args!("ak: {error}")))?;
    let hex = to_hex(name.as_slice());
    let enrolled = match caller {
        Some(caller) => state.store().instances_of_key(&hex, &caller.account).await?,
        None => Vec::new(),
    };
    match <[StoredInstance; 1]>::try_from(enrolled) {
        Ok([one]) => return Ok(Some((hex, Some(Machine::of(one)?)))),
        Err(none) if none.is_empty() => {}
        // Which of their first boots is the right one, nobody here can tell.
        Err(_) => {
            let message =
                "several machines of this account were enrolled with this key: unregister all but one";
            return Err(Refusal::parameter("FileData", message));
        }
    }
    let pinned = state.trust().tpm_ak_names.iter().any(|known| name.matches(known));
    Ok(pinned.then_some((hex, None)))
}

fn verdict(verification: &Verification, deviations: &[Deviation], measured: bool) -> Verdict {
    match (&verification.error, deviations.first()) {
        (Some(problem), _) if !verification.verified => Verdict::untrusted(&problem.code),
        (_, Some(deviation)) => Verdict::untrusted(&deviation.item),
        (_, None) if measured => Verdict::trusted(),
        (_, None) => Verdict { status: status::UNMEASURED, code: "Unmeasured".to_owned() },
    }
}

/// What was good once is obsolete; everything else is not trusted.
fn told(verdict: &Verdict, deviations: &[Deviation], machine: Option<&Machine>) -> Value {
    let was_good = |deviation: &Deviation| {
        let baseline = machine.and_then(|machine| machine.record.baseline.as_ref());
        let index = u8::try_from(deviation.kind).ok();
        let once = baseline.zip(index).and_then(|(baseline, index)| baseline.obsolete.get(&index));
        once.is_some_and(|once| once.contains(&deviation.suspect))
    };
    let (obsolete, untrusted): (Vec<_>, Vec<_>) = deviations.iter().partition(|it| was_good(it));
    let names = |deviations: Vec<&Deviation>| -> Vec<String> {
        deviations.into_iter().map(|it| format!("{} {}", it.item, it.suspect)).collect()
    };
    json!({
        "Code": verdict.code,
        "Status": verdict.status,
        "TcbObsolete": names(obsolete),
        "Untrusted": names(untrusted),
    })
}
