//! Intel Trust Authority: version 1 has one TEE's members at the root, version 2 an object per TEE.

use alloc::collections::BTreeMap;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use super::{nras, plain, registered};
use crate::appraisal::members::{Members, contradiction};
use crate::appraisal::{Appraisal, DebugStatus, Environment, PolicyResult, Tee};
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::json::Node;

/// Objects of version 2, and what they attest.
const TEES: &[(&str, Tee)] = &[
    ("tdx", Tee::Tdx),
    ("sgx", Tee::Sgx),
    ("sevsnp", Tee::SevSnp),
    ("tpm", Tee::Tpm),
    ("nvgpu", Tee::NvidiaGpu),
];

/// `verifier_instance_ids` is the service's own; the version says where the TEE's members stand.
pub(super) fn fits_v1(claims: &Node<'_>) -> bool {
    claims.get("verifier_instance_ids").is_some() && claims.get("attester_type").is_some()
}

pub(super) fn fits_v2(claims: &Node<'_>) -> bool {
    claims.get("verifier_instance_ids").is_some()
        && claims.get("attester_type").is_none()
        && TEES.iter().any(|(name, _)| claims.get(name).is_some_and(|node| node.members().is_some()))
}

pub(super) fn read_v1(claims: &Node<'_>) -> Result<Appraisal, Error> {
    let mut claims = Members::of(claims, "")?;
    let mut appraisal = common(&mut claims, "1.")?;
    let mut environment = Environment::default();
    attester(&mut claims, &mut environment, &mut appraisal)?;
    environment.policies = policies(&mut claims)?;
    claims.keep_rest(&mut appraisal.unmapped);
    appraisal.environments.push(environment);
    Ok(appraisal)
}

pub(super) fn read_v2(claims: &Node<'_>) -> Result<Appraisal, Error> {
    let mut claims = Members::of(claims, "")?;
    let mut appraisal = common(&mut claims, "2.")?;
    let debug = registered::debug(&mut claims)?;
    let policies = policies(&mut claims)?;
    for (name, tee) in TEES {
        let Some(mut members) = claims.object(name)? else { continue };
        let mut environment = Environment {
            name: Some((*name).into()),
            tee: Some(tee.clone()),
            policies: policies.clone(),
            ..Environment::default()
        };
        if *tee == Tee::NvidiaGpu {
            nras::gpu(&mut members, &mut environment, &mut appraisal.objections)?;
        }
        attester(&mut members, &mut environment, &mut appraisal)?;
        members.keep_rest(&mut environment.unmapped);
        appraisal.environments.push(environment);
    }
    if let Some(stated) = debug {
        debug_of_all(stated, &mut appraisal.environments)?;
    }
    claims.keep_rest(&mut appraisal.unmapped);
    Ok(appraisal)
}

/// The root's status speaks of all environments: one that can be debugged contradicts "disabled", and
/// "enabled" is true of at least one; where none says so, of each that is silent.
fn debug_of_all(stated: DebugStatus, environments: &mut [Environment]) -> Result<(), Error> {
    let on = |environment: &Environment| environment.debug.is_some_and(DebugStatus::is_on);
    if let Some(other) = environments.iter().find(|environment| on(environment) && !stated.is_on()) {
        let other = other.debug.map_or("", DebugStatus::as_str);
        return Err(contradiction("dbgstat", stated.as_str(), other));
    }
    if stated.is_on() && !environments.iter().any(on) {
        let mut silent = environments.iter_mut().filter(|environment| environment.debug.is_none()).peekable();
        if silent.peek().is_none() {
            return Err(contradiction("dbgstat", stated.as_str(), DebugStatus::Disabled.as_str()));
        }
        silent.for_each(|environment| environment.debug = Some(stated));
    } else if let [environment] = environments {
        environment.debug = environment.debug.or(Some(stated));
    }
    Ok(())
}

fn common(claims: &mut Members<'_, '_>, version: &'static str) -> Result<Appraisal, Error> {
    let appraisal = registered::take(claims)?;
    let stated = claims.peek("ver").and_then(Node::text);
    let stated = claims.required("ver", stated)?;
    if !stated.starts_with(version) {
        return Err(registered::malformed("ver".into(), "the version of this dialect", stated));
    }
    Ok(appraisal)
}

/// One TEE's members.
fn attester(
    claims: &mut Members<'_, '_>,
    environment: &mut Environment,
    appraisal: &mut Appraisal,
) -> Result<(), Error> {
    let kind = claims.text("attester_type")?;
    if let Some(kind) = kind {
        let tee = match kind {
            "TDX" => Tee::Tdx,
            "SGX" => Tee::Sgx,
            "SEVSNP" => Tee::SevSnp,
            "TPM" => Tee::Tpm,
            "NVGPU" => Tee::NvidiaGpu,
            other => Tee::Other(other.into()),
        };
        if let Some(known) = environment.tee.as_ref().filter(|known| **known != tee) {
            return Err(contradiction(claims.path("attester_type"), kind, known.as_str()));
        }
        environment.tee = Some(tee);
    }
    plain::take(claims, environment)?;
    // `attester_held_data` (SGX) and `attester_runtime_data`: base64 of what the report binds.
    let held = claims.node("attester_held_data");
    let runtime = claims.node("attester_runtime_data");
    if let (Some(held), Some(runtime)) = (held, runtime)
        && held.raw != runtime.raw
    {
        return Err(contradiction(claims.path("attester_runtime_data"), held.raw, runtime.raw));
    }
    environment.runtime_data = held.or(runtime).map(|node| node.raw.into());
    environment.init_data = claims.node("attester_user_data").map(|node| node.raw.into());
    // The nonce has a date and a signature of its own: it is read here and kept whole as well.
    let nonce = claims.peek("verifier_nonce").and_then(|nonce| nonce.get("val")).and_then(Node::text);
    match environment.name {
        None => appraisal.nonces.extend(nonce.map(Into::into)),
        Some(_) => environment.nonces.extend(nonce.map(Into::into)),
    }
    Ok(())
}

/// `policy_ids_matched` and `policy_ids_unmatched`: which policies of the request hold.
fn policies(claims: &mut Members<'_, '_>) -> Result<Vec<PolicyResult>, Error> {
    let mut policies: Vec<PolicyResult> = Vec::new();
    let mut known_ids: BTreeMap<String, bool> = BTreeMap::new();
    for (list, matched) in [("policy_ids_matched", true), ("policy_ids_unmatched", false)] {
        let path = claims.path(list);
        for (index, item) in claims.items(list)?.unwrap_or_default().iter().enumerate() {
            let mut policy = Members::of(item, alloc::format!("{path}.{index}"))?;
            let id = policy.text("id")?;
            let id = policy.required("id", id)?.to_string();
            if *known_ids.entry(id.clone()).or_insert(matched) != matched {
                return Err(contradiction(policy.path("id"), "matched", "unmatched"));
            }
            let hash = policy.text("hash")?;
            let known = hash.map(registered::hash);
            if known == Some(None) {
                return Err(Error::new(Code::TokenClaim, policy.path("hash"))
                    .with(Fact::text("expected", "a hash in hex or base64url")));
            }
            policies.push(PolicyResult {
                id,
                version: policy.text("version")?.map(Into::into),
                hash: known.flatten(),
                matched: Some(matched),
                detail: policy.untaken().next().map(|_| item.raw.into()),
            });
        }
    }
    Ok(policies)
}
