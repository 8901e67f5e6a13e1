//! NVIDIA devices as our own profiles write them: NVIDIA's names, `nvgpu.0.NAME` where names are dotted.

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use super::dotted::Flat;
use crate::appraisal::members::Members;
use crate::appraisal::{Environment, Tee, Value};
use crate::error::Error;
use crate::json::{Node, Value as Json};

/// Whether the environment is a device of NVIDIA.
fn is_device(environment: &Environment) -> bool {
    matches!(environment.tee, Some(Tee::NvidiaGpu | Tee::NvidiaSwitch))
}

/// `gpu_0`, `switch_1`, … of the composite EAR profile.
pub(super) fn of_name(name: &str) -> Option<Tee> {
    let (kind, number) = name.rsplit_once('_')?;
    let is_number = !number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit());
    match kind {
        "gpu" if is_number => Some(Tee::NvidiaGpu),
        "switch" if is_number => Some(Tee::NvidiaSwitch),
        _ => None,
    }
}

/// What a dotted name is of.
pub(super) fn of_path(path: &str) -> Option<(Tee, &str)> {
    let (kind, rest) = path.split_once('.')?;
    let (number, name) = rest.split_once('.')?;
    let is_number = !number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit());
    match kind {
        "nvgpu" if is_number => Some((Tee::NvidiaGpu, name)),
        "nvswitch" if is_number => Some((Tee::NvidiaSwitch, name)),
        _ => None,
    }
}

/// Takes strings, flags and numbers; what is nested is kept as it is.
pub(super) fn take_plain(claims: &mut Members<'_, '_>, environment: &mut Environment) -> Result<(), Error> {
    if !is_device(environment) {
        return Ok(());
    }
    environment.secure_boot = claims.flag("secboot")?.or(environment.secure_boot);
    let is_known = |name: &&str| {
        name.starts_with("x-nvidia-") || ["measres", "ueid", "oemid", "eat_nonce"].contains(name)
    };
    let names: Vec<&str> = claims.names().filter(is_known).collect();
    for name in names {
        if let Some(value) = claims.peek(name).and_then(value) {
            environment.measure(name.to_string(), value);
            claims.node(name);
        }
    }
    Ok(())
}

/// Takes the leaves of devices: in a device's own submodule under NVIDIA's names, otherwise under the dotted ones.
pub(super) fn take_flat(flat: &mut Flat<'_, '_>, environment: &mut Environment) {
    let own = environment.name.is_some() && is_device(environment);
    for path in flat.paths() {
        let Some((_, name)) = of_path(&path) else { continue };
        let Some(value) = flat.peek(&path).and_then(value) else { continue };
        match (own, name, value) {
            (true, "hwmodel", Value::Text(model)) => environment.hardware_model = Some(model),
            (true, "secboot", Value::Flag(flag)) => environment.secure_boot = Some(flag),
            (true, name, value) => environment.measure(String::from(name), value),
            (false, _, value) => environment.measure(path.clone(), value),
        }
        flat.take(&path);
    }
}

fn value(node: &Node<'_>) -> Option<Value> {
    match &node.value {
        Json::String(text) => Some(Value::Text(text.to_string())),
        Json::Bool(flag) => Some(Value::Flag(*flag)),
        Json::Number(_) => node.unsigned().map(Value::Number),
        Json::Null | Json::Array(_) | Json::Object(_) => None,
    }
}
