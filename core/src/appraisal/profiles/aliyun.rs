//! Profiles `aliyun` and `compact`: the documented service's claims with `x-att` beside them.
//!
//! `aliyun` has every claim of the service's own tokens, in their form: `tcb-status` is a string that holds
//! flat JSON, hex is in the order of the quote. `compact` has the same claims without the report, except
//! the measurements that policies are written about.

use alloc::string::String;
use alloc::vec::Vec;

use super::{Omission, detail, device, dotted_value, is_header, registered, tpm_value, verifier, x_att};
use crate::appraisal::claims::Claims;
use crate::appraisal::names::{SGX, TD_FLAGS_DOTTED, TDX, tpm_dotted};
use crate::appraisal::{DebugStatus, Environment, PolicyResult, Tee};
use crate::bytes::to_hex;
use crate::jcs::Json;

/// How much of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Report {
    /// All of it, in `tcb-status`.
    Whole,
    /// What policies compare, in `measured`.
    Measurements,
}

/// What `compact` keeps.
const KEPT: [&str; 9] =
    ["mr_td", "rtmr0", "rtmr1", "rtmr2", "rtmr3", "mr_enclave", "mr_signer", "isv_prod_id", "isv_svn"];

pub(super) fn write(claims: &Claims, omitted: &[Omission], report: Report) -> Json {
    let appraisal = &claims.appraisal;
    let mut payload = registered(appraisal);
    if let Some(profile) = &appraisal.profile {
        payload.set("eat_profile", Json::text(profile.clone()));
    }
    let Some(environment) = appraisal.environments.first() else { return payload };
    let tee = claims.together.unwrap_or_else(|| environment.tee.as_ref().map_or("", Tee::as_str));
    payload.set("tee", Json::text(tee));
    // Of several, the worst: what one does not say, the token does not.
    let all = || appraisal.environments.iter().map(|environment| environment.debug);
    let debug = all()
        .find(|debug| debug.is_some_and(DebugStatus::is_on))
        .unwrap_or_else(|| if all().all(|debug| debug.is_some()) { environment.debug } else { None });
    if let Some(debug) = debug {
        payload.set("dbgstat", Json::text(debug.as_str()));
    }
    match &*environment.nonces {
        [] => {}
        [one] => payload.set("eat_nonce", Json::text(one.clone())),
        many => payload.set("eat_nonce", Json::Array(many.iter().cloned().map(Json::Text).collect())),
    }
    payload.set("evaluation-reports", reports(&appraisal.environments));
    match report {
        Report::Whole => {
            let mut status = Json::object();
            for environment in &appraisal.environments {
                status.extend(whole(environment, omitted));
            }
            payload.set("tcb-status", Json::Text(status.write()));
            payload.set("customized_claims", custom(environment, omitted));
        }
        Report::Measurements => {
            let mut all = Json::object();
            for environment in &appraisal.environments {
                all.extend(measured(environment));
            }
            payload.set("measured", all);
        }
    }
    let mut att = x_att(claims, environment, omitted);
    if let Some(verifier) = verifier(appraisal) {
        att.set("verifier", verifier);
    }
    if let Some(bond) = &claims.bond {
        att.set("composite", bond.clone());
    }
    payload.set("x-att", att);
    payload
}

/// `[{policy-hash, policy-id}]`, the hash `null` where there is none: of all environments, each once.
fn reports(environments: &[Environment]) -> Json {
    let mut policies: Vec<&PolicyResult> = Vec::new();
    for policy in environments.iter().flat_map(|environment| &environment.policies) {
        if !policies.contains(&policy) {
            policies.push(policy);
        }
    }
    let reports = policies.into_iter().map(|policy| {
        let mut report = Json::object();
        report.set("policy-id", Json::text(policy.id.clone()));
        report.set("policy-hash", policy.hash.as_ref().map_or(Json::Null, |hash| Json::Text(to_hex(hash))));
        report
    });
    Json::Array(reports.collect())
}

fn custom(environment: &Environment, omitted: &[Omission]) -> Json {
    let mut custom = Json::object();
    let or_null = |text: &Option<String>| text.clone().map_or(Json::Null, Json::Canonical);
    custom.set("init_data", or_null(&environment.init_data));
    let runtime = if omitted.contains(&Omission::RuntimeData) { &None } else { &environment.runtime_data };
    custom.set("runtime_data", or_null(runtime));
    custom
}

/// The whole report under the dotted names.
pub(super) fn whole(environment: &Environment, omitted: &[Omission]) -> Json {
    let mut status = Json::object();
    if device::is_device(environment) {
        for (name, value) in device::flat(environment, detail(omitted)) {
            status.set(name, value);
        }
        return status;
    }
    if environment.tee == Some(Tee::Tpm) {
        for measurement in &environment.measurements {
            status.set(tpm_dotted(&measurement.name), tpm_value(&measurement.value));
        }
        if let Some(extra_data) = &environment.report_data {
            status.set("report_data", Json::text(to_hex(extra_data)));
        }
        return status;
    }
    for field in TDX.iter().chain(SGX).filter(|field| belongs(field.dotted, environment)) {
        if is_header(field.name) && omitted.contains(&Omission::QuoteHeader) {
            continue;
        }
        if let Some(value) = environment.measurement(field.name) {
            status.set(field.dotted, dotted_value(value));
        }
    }
    for measurement in &environment.measurements {
        if let Some(flag) = measurement.name.strip_prefix("td_attributes.") {
            status.set(alloc::format!("{TD_FLAGS_DOTTED}{flag}"), dotted_value(&measurement.value));
        }
    }
    if let Some(digest) = &environment.init_data_digest {
        status.set("init_data", Json::text(to_hex(digest)));
    }
    if let Some(report_data) = &environment.report_data {
        let hex = to_hex(report_data);
        let copy = if environment.tee == Some(Tee::Sgx) { "sgx.body" } else { "tdx.quote.body" };
        status.set(alloc::format!("{copy}.report_data"), Json::text(hex.clone()));
        status.set("report_data", Json::Text(hex));
    }
    status
}

/// Some fields have one name in both reports.
fn belongs(dotted: &str, environment: &Environment) -> bool {
    let start = if environment.tee == Some(Tee::Sgx) { "sgx." } else { "tdx." };
    dotted.starts_with(start)
}

fn measured(environment: &Environment) -> Json {
    let mut measured = Json::object();
    if device::is_device(environment) {
        for (name, value) in device::flat(environment, device::Detail::Kept) {
            measured.set(name, value);
        }
        return measured;
    }
    if environment.tee == Some(Tee::Tpm) {
        let kept = |name: &str| name == "ak.name" || name.starts_with("pcr.");
        for measurement in environment.measurements.iter().filter(|measurement| kept(&measurement.name)) {
            measured.set(tpm_dotted(&measurement.name), tpm_value(&measurement.value));
        }
    }
    for field in TDX.iter().chain(SGX).filter(|field| KEPT.contains(&field.name)) {
        if let Some(value) =
            environment.measurement(field.name).filter(|_| belongs(field.dotted, environment))
        {
            measured.set(field.dotted, dotted_value(value));
        }
    }
    if let Some(report_data) = &environment.report_data {
        measured.set("report_data", Json::text(to_hex(report_data)));
    }
    measured
}
