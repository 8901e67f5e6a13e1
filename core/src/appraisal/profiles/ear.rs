//! Profiles `ear` (draft 04) and `ear-dotted`: one submodule per environment, with status and vector.

use alloc::collections::BTreeMap;
use alloc::string::{String, ToString as _};

use super::{Omission, aliyun, detail, device, is_header, registered, tpm_value, verifier, x_att};
use crate::appraisal::claims::Claims;
use crate::appraisal::names::{Field, SGX, TD_FLAGS_PLAIN, TDX, tpm_plain};
use crate::appraisal::readers::ear::{DRAFT_04, VERAISON};
use crate::appraisal::{Environment, Tee, Value};
use crate::bytes::to_hex;
use crate::jcs::Json;

/// What the claims are called.
pub(super) struct Names {
    profile: &'static str,
    status: &'static str,
    vector: &'static str,
    policies: &'static str,
    verifier: &'static str,
    evidence: &'static str,
    style: Style,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Plain,
    Dotted,
}

pub(super) const DRAFT: Names = Names {
    profile: DRAFT_04,
    status: "ear_status",
    vector: "ear_trustworthiness_vector",
    policies: "ear_appraisal_policy_ids",
    verifier: "ear_verifier_id",
    evidence: "ear_attester_claims",
    style: Style::Plain,
};

pub(super) const DOTTED: Names = Names {
    profile: VERAISON,
    status: "ear.status",
    vector: "ear.trustworthiness-vector",
    policies: "ear.appraisal-policy-id",
    verifier: "ear.verifier-id",
    evidence: "ear.veraison.annotated-evidence",
    style: Style::Dotted,
};

pub(super) fn write(claims: &Claims, omitted: &[Omission], names: &Names) -> Json {
    let appraisal = &claims.appraisal;
    let mut payload = registered(appraisal);
    payload.set("eat_profile", Json::text(names.profile));
    // Where every environment answers the same challenge, the token does: relying parties look at the root.
    if let Some((first, rest)) = appraisal.environments.split_first()
        && rest.iter().all(|environment| environment.nonces == first.nonces)
    {
        set_nonces(&mut payload, &first.nonces);
    }
    if let Some(verifier) = verifier(appraisal) {
        payload.set(names.verifier, verifier);
    }
    if let (Style::Plain, Some(status)) = (names.style, appraisal.status) {
        payload.set(names.status, Json::text(status.as_str()));
    }
    if let Some(bond) = &claims.bond {
        match names.style {
            Style::Plain => {
                let mut att = Json::object();
                att.set("x-att", bond.clone());
                payload.set("ear_verifier_claims", att);
            }
            Style::Dotted => {
                let mut att = Json::object();
                att.set("composite", bond.clone());
                payload.set("x-att", att);
            }
        }
    }
    let mut submods = Json::object();
    for environment in &appraisal.environments {
        let tee = environment.tee.as_ref().map_or("", Tee::as_str);
        let name = environment.name.clone().unwrap_or_else(|| tee.to_string());
        submods.set(name, submodule(claims, environment, omitted, names));
    }
    payload.set("submods", submods);
    payload
}

fn submodule(claims: &Claims, environment: &Environment, omitted: &[Omission], names: &Names) -> Json {
    let mut submod = Json::object();
    if let Some(status) = environment.status {
        submod.set(names.status, Json::text(status.as_str()));
    }
    if let Some(vector) = &environment.vector {
        let mut object = Json::object();
        for (aspect, value) in vector.stated() {
            object.set(aspect, Json::Integer(value.into()));
        }
        submod.set(names.vector, object);
    }
    let policies = environment.policies.iter().map(|policy| match &policy.hash {
        Some(hash) => alloc::format!("{}@sha384:{}", policy.id, to_hex(hash)),
        None => policy.id.clone(),
    });
    match names.style {
        Style::Plain => submod.set(names.policies, Json::Array(policies.map(Json::Text).collect())),
        // One string in the deployed form.
        Style::Dotted => {
            if let Some(first) = policies.into_iter().next() {
                submod.set(names.policies, Json::Text(first));
            }
        }
    }
    set_nonces(&mut submod, &environment.nonces);
    if let Some(debug) = environment.debug {
        submod.set("dbgstat", Json::text(debug.as_str()));
    }
    let runtime = environment.runtime_data.clone().filter(|_| !omitted.contains(&Omission::RuntimeData));
    let evidence = match names.style {
        Style::Plain => plain(environment, omitted, runtime),
        Style::Dotted => nested(environment, omitted, runtime),
    };
    submod.set(names.evidence, evidence);
    submod.set("x-att", x_att(claims, environment, omitted));
    submod
}

fn set_nonces(claims: &mut Json, nonces: &[String]) {
    match nonces {
        [] => {}
        [one] => claims.set("eat_nonce", Json::text(one.clone())),
        many => claims.set("eat_nonce", Json::Array(many.iter().cloned().map(Json::Text).collect())),
    }
}

/// The report under plain names, with the platform's TCB.
fn plain(environment: &Environment, omitted: &[Omission], runtime: Option<String>) -> Json {
    if device::is_device(environment) {
        let mut evidence = device::claims(environment, detail(omitted));
        if let Some(runtime) = runtime {
            evidence.set("attester_runtime_data", Json::Canonical(runtime));
        }
        return evidence;
    }
    let mut evidence = Json::object();
    let (start, fields): (_, &[Field]) = match environment.tee {
        Some(Tee::Sgx) => ("sgx_", SGX),
        Some(Tee::Tpm) => ("tpm_", &[]),
        _ => ("tdx_", TDX),
    };
    for field in fields {
        if is_header(field.name) && omitted.contains(&Omission::QuoteHeader) {
            continue;
        }
        if let Some(value) = environment.measurement(field.name) {
            evidence.set(field.plain, plain_value(value));
        }
    }
    for measurement in &environment.measurements {
        if environment.tee == Some(Tee::Tpm) {
            evidence.set(tpm_plain(&measurement.name), tpm_value(&measurement.value));
        } else if let Some(flag) = measurement.name.strip_prefix("td_attributes.") {
            evidence.set(alloc::format!("{TD_FLAGS_PLAIN}{flag}"), plain_value(&measurement.value));
        }
    }
    if let Some(report_data) = &environment.report_data {
        evidence.set(alloc::format!("{start}report_data"), Json::text(to_hex(report_data)));
    }
    if let Some(digest) = &environment.init_data_digest {
        evidence.set("init_data", Json::text(to_hex(digest)));
    }
    if let Some(status) = &environment.tcb.status {
        evidence.set("attester_tcb_status", Json::text(status.clone()));
    }
    if let Some(date) = environment.tcb.date {
        evidence.set("attester_tcb_date", Json::text(date.to_string()));
    }
    if let Some(advisories) = &environment.tcb.advisories {
        let advisories = advisories.iter().cloned().map(Json::Text).collect();
        evidence.set("attester_advisory_ids", Json::Array(advisories));
    }
    if let Some(runtime) = runtime {
        evidence.set("attester_runtime_data", Json::Canonical(runtime));
    }
    if let Some(init) = &environment.init_data {
        evidence.set("attester_init_data", Json::Canonical(init.clone()));
    }
    evidence
}

fn plain_value(value: &Value) -> Json {
    match value {
        Value::Bytes(bytes) => Json::text(to_hex(bytes)),
        // Every number of a report has 16 bits.
        Value::Number(number) => Json::Integer(i64::try_from(*number).unwrap_or(i64::MAX)),
        Value::Flag(flag) => Json::Bool(*flag),
        Value::Text(text) => Json::text(text.clone()),
    }
}

/// The dotted names, nested at their dots.
fn nested(environment: &Environment, omitted: &[Omission], runtime: Option<String>) -> Json {
    let mut evidence = Json::object();
    if let Json::Object(flat) = aliyun::whole(environment, omitted) {
        for (path, value) in flat {
            insert(&mut evidence, &path, value);
        }
    }
    if let Some(runtime) = runtime {
        evidence.set("runtime_data_claims", Json::Canonical(runtime));
    }
    if let Some(init) = &environment.init_data {
        evidence.set("init_data_claims", Json::Canonical(init.clone()));
    }
    evidence
}

fn insert(into: &mut Json, path: &str, value: Json) {
    match path.split_once('.') {
        None => into.set(path, value),
        Some((first, rest)) => {
            if let Json::Object(members) = into {
                let inner = members.entry(first.into()).or_insert_with(|| Json::Object(BTreeMap::new()));
                insert(inner, rest, value);
            }
        }
    }
}
