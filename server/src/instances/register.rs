//! Machines come and go: `RegisterMessage`, `UnregisterMessage`.

use axum::http::StatusCode;
use serde_json::Map;
use veriquote::json::{Strictness, parse};

use super::Caller;
use super::answer::{Answer, Refusal};
use super::enrol::millis;
use super::events::list;
use super::parameters::Parameters;
use super::record::Machine;
use crate::State;
use crate::operations::audit::{Entry, record};

/// `RegisterMessage`: says what a machine is called. What it has reported stays.
pub(super) async fn register(state: &State, caller: &Caller, parameters: &Parameters) -> Answer {
    let uuid = parameters.uuid()?;
    let extensions = parameters.text("Extensions", 4_096)?;
    if !extensions.is_empty() && parse(extensions.as_bytes(), Strictness::DOCUMENT).is_err() {
        return Err(Refusal::parameter("Extensions", "JSON is expected"));
    }
    let now = millis(state.now());
    let found = Machine::find(state.store(), uuid, &caller.account).await?;
    let mut machine = match found {
        Some(machine) => machine,
        None => {
            room(state, caller).await?;
            let mut machine = Machine::new(uuid, &caller.account);
            machine.record.created_at = now;
            machine
        }
    };
    let record = &mut machine.record;
    record.name = parameters.text("PropertyName", 256)?;
    record.private_ip = parameters.text("PropertyPrivateIp", 64)?;
    record.public_ip = parameters.text("PropertyPublicIp", 64)?;
    record.affiliation = parameters.number("PropertyAffiliation")?.unwrap_or(0);
    record.instance_id = parameters.text("InstanceId", 128)?;
    record.instance_type = parameters.text("InstanceType", 128)?;
    record.extensions = extensions;
    record.modified_at = now;
    machine.keep(state.store()).await?;
    Ok(Map::new())
}

/// Room for another machine.
async fn room(state: &State, caller: &Caller) -> Result<(), Refusal> {
    let most = state.config().instances.machines;
    if state.store().count_instances(&caller.account).await? < i64::from(most) {
        return Ok(());
    }
    let message = format!("this account has {most} machines, and no more are registered");
    Err(Refusal::new(StatusCode::FORBIDDEN, "Instance.TooMany", message))
}

/// `UnregisterMessage`: forgets machines, with their baselines, events and keys.
pub(super) async fn unregister(state: &State, caller: &Caller, parameters: &Parameters) -> Answer {
    let mut uuids = list(parameters.required("Properties")?, "Properties")?;
    uuids.sort_unstable();
    uuids.dedup();
    for uuid in &uuids {
        Machine::get(state.store(), uuid, &caller.account).await?;
    }
    for uuid in &uuids {
        let entry = Entry::of("instance.unregistered").with("instance", uuid.as_str());
        let (store, uuid, account) = (state.clone(), uuid.clone(), caller.account.clone());
        let forgetting = async move {
            if store.store().forget_instance(&uuid, &account).await? {
                return Ok(());
            }
            Err(Refusal::no_instance())
        };
        record::decided(state, entry.with("by", caller.key_id.as_str()), forgetting).await?;
    }
    Ok(Map::new())
}
