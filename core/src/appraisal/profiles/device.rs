//! NVIDIA devices under NVIDIA's own names, in every profile.

use alloc::string::String;
use alloc::vec::Vec;

use crate::appraisal::{Environment, Tee, Value};
use crate::jcs::Json;
use crate::json::{self, Node, Strictness};

/// What stays when a token is short of room, and what `compact` has.
const KEPT: [&str; 7] = [
    "hwmodel",
    "ueid",
    "measres",
    "eat_nonce",
    "x-nvidia-gpu-driver-version",
    "x-nvidia-gpu-vbios-version",
    "x-nvidia-switch-bios-version",
];

/// How much of a device is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Detail {
    Whole,
    Kept,
}

/// Whether the environment is a device of NVIDIA.
pub(super) fn is_device(environment: &Environment) -> bool {
    matches!(environment.tee, Some(Tee::NvidiaGpu | Tee::NvidiaSwitch))
}

/// The claims as they are, but for `dbgstat`, which has a place of its own where it is known.
pub(super) fn claims(environment: &Environment, detail: Detail) -> Json {
    let mut claims = Json::object();
    let mut set = |name: &str, value: Json| {
        if detail == Detail::Whole || KEPT.contains(&name) {
            claims.set(name, value);
        }
    };
    if let Some(model) = &environment.hardware_model {
        set("hwmodel", Json::text(model.clone()));
    }
    if let Some(flag) = environment.secure_boot {
        set("secboot", Json::Bool(flag));
    }
    for measurement in &environment.measurements {
        let value = match &measurement.value {
            Value::Flag(flag) => Json::Bool(*flag),
            Value::Number(number) => Json::Integer(i64::try_from(*number).unwrap_or(i64::MAX)),
            Value::Text(text) => Json::text(text.clone()),
            Value::Bytes(bytes) => Json::text(crate::bytes::to_hex(bytes)),
        };
        set(&measurement.name, value);
    }
    for claim in &environment.unmapped {
        set(&claim.path, Json::Canonical(claim.json.clone()));
    }
    claims
}

/// `nvgpu.0.NAME`, and so on into what is nested: only strings, flags and numbers.
pub(super) fn flat(environment: &Environment, detail: Detail) -> Vec<(String, Json)> {
    let name = environment.name.as_deref().unwrap_or_default();
    let number = name.rsplit('_').next().unwrap_or_default();
    let tee = environment.tee.as_ref().map_or("", Tee::as_str);
    let mut leaves = Vec::new();
    let text = claims(environment, detail).write();
    // What was written just now is read again.
    if let Ok(node) = json::parse(text.as_bytes(), Strictness::DOCUMENT) {
        flatten(&alloc::format!("{tee}.{number}"), &node, &mut leaves);
    }
    leaves
}

fn flatten(path: &str, node: &Node<'_>, leaves: &mut Vec<(String, Json)>) {
    match &node.value {
        json::Value::Null => {}
        json::Value::Object(members) => {
            for member in members {
                flatten(&alloc::format!("{path}.{}", member.name), &member.node, leaves);
            }
        }
        json::Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                flatten(&alloc::format!("{path}.{index}"), item, leaves);
            }
        }
        json::Value::Bool(_) | json::Value::Number(_) | json::Value::String(_) => {
            leaves.push((path.into(), Json::Canonical(node.raw.into())));
        }
    }
}
