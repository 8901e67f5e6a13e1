//! Microsoft Azure Attestation: SGX enclaves, SEV-SNP and TDX virtual machines, and Azure virtual machines
//! whose vTPM is attested with the isolating TEE inside (`x-ms-isolation-tee`).

use alloc::string::ToString as _;

use super::{plain, registered};
use crate::appraisal::members::{Members, contradiction};
use crate::appraisal::{Appraisal, DebugStatus, Environment, PolicyResult, Tee, Value};
use crate::error::Error;
use crate::json::Node;

/// The type, or the names of tokens of 2020.
pub(super) fn fits(claims: &Node<'_>) -> bool {
    claims.get("x-ms-attestation-type").is_some() || claims.get("maa-policyHash").is_some()
}

pub(super) fn read(claims: &Node<'_>) -> Result<Appraisal, Error> {
    let mut claims = Members::of(claims, "")?;
    let mut appraisal = registered::take(&mut claims)?;
    appraisal.profile = appraisal.profile.take().or(claims.text("x-ms-ver")?.map(Into::into));
    let mut environment = machine(&mut claims)?;
    let isolation = claims.object("x-ms-isolation-tee")?;
    environment.policies = policy(&mut claims)?.into_iter().collect();
    if isolation.is_some() {
        environment.name = Some("azurevm".into());
    }
    claims.keep_rest(&mut environment.unmapped);
    appraisal.environments.push(environment);
    if let Some(mut isolation) = isolation {
        let mut inner = machine(&mut isolation)?;
        inner.name = Some("x-ms-isolation-tee".into());
        isolation.keep_rest(&mut inner.unmapped);
        appraisal.environments.push(inner);
    }
    Ok(appraisal)
}

fn machine(claims: &mut Members<'_, '_>) -> Result<Environment, Error> {
    let mut environment = Environment::default();
    let kind = claims.text("x-ms-attestation-type")?;
    let legacy = claims.text("tee")?;
    let kind = claims.required("x-ms-attestation-type", kind.or(legacy))?;
    environment.tee = Some(match kind {
        "sgx" => Tee::Sgx,
        "sevsnpvm" => Tee::SevSnp,
        "tdxvm" => Tee::Tdx,
        other => Tee::Other(other.into()),
    });
    if let Some(legacy) = legacy
        && legacy != kind
    {
        return Err(contradiction(claims.path("tee"), legacy, kind));
    }
    match environment.tee {
        Some(Tee::Sgx) => sgx(claims, &mut environment)?,
        Some(Tee::SevSnp) => snp(claims, &mut environment)?,
        Some(Tee::Tdx) => plain::take(claims, &mut environment)?,
        _ => virtual_machine(claims, &mut environment)?,
    }
    environment.secure_boot = claims.flag("secureboot")?;
    let runtime = claims.peek("x-ms-runtime");
    let nonce = runtime.and_then(|runtime| runtime.get("client-payload")).and_then(|it| it.get("nonce"));
    environment.nonces.extend(nonce.and_then(Node::text).map(Into::into));
    // Reprinted by the service: the bytes that were hashed cannot be had from it.
    environment.runtime_data = claims.node("x-ms-runtime").map(|node| node.raw.into());
    environment.init_data = claims.node("x-ms-inittime").map(|node| node.raw.into());
    Ok(environment)
}

/// Every value stands under the name of today, of 2020, or both; copies must agree.
fn sgx(claims: &mut Members<'_, '_>, environment: &mut Environment) -> Result<(), Error> {
    for (name, today, before) in [
        ("mr_enclave", "x-ms-sgx-mrenclave", "sgx-mrenclave"),
        ("mr_signer", "x-ms-sgx-mrsigner", "sgx-mrsigner"),
    ] {
        let (one, other) = (claims.hex(today)?, claims.hex(before)?);
        let value = one_of(claims, today, one, other)?;
        if let Some(value) = value {
            environment.measure(name, Value::Bytes(value));
        }
    }
    for (name, today, before) in
        [("isv_prod_id", "x-ms-sgx-product-id", "product-id"), ("isv_svn", "x-ms-sgx-svn", "svn")]
    {
        let (one, other) = (claims.unsigned(today)?, claims.unsigned(before)?);
        let value = one_of(claims, today, one, other)?;
        if let Some(value) = value {
            environment.measure(name, Value::Number(value));
        }
    }
    let (one, other) = (claims.flag("x-ms-sgx-is-debuggable")?, claims.flag("is-debuggable")?);
    environment.debug = one_of(claims, "x-ms-sgx-is-debuggable", one, other)?.map(DebugStatus::of_flag);
    plain::report_data(claims, environment, "x-ms-sgx-report-data")
}

fn one_of<T: PartialEq>(
    claims: &Members<'_, '_>,
    name: &str,
    one: Option<T>,
    other: Option<T>,
) -> Result<Option<T>, Error> {
    match (one, other) {
        (Some(one), Some(other)) if one != other => {
            Err(contradiction(claims.path(name), "the claim", "its copy under the name of 2020"))
        }
        (one, other) => Ok(one.or(other)),
    }
}

fn snp(claims: &mut Members<'_, '_>, environment: &mut Environment) -> Result<(), Error> {
    for (name, claim) in [
        ("launch_measurement", "launchmeasurement"),
        ("host_data", "hostdata"),
        ("id_key_digest", "idkeydigest"),
        ("author_key_digest", "authorkeydigest"),
        ("family_id", "familyId"),
        ("image_id", "imageId"),
        ("report_id", "reportid"),
    ] {
        if let Some(bytes) = claims.hex(&alloc::format!("x-ms-sevsnpvm-{claim}"))? {
            environment.measure(name, Value::Bytes(bytes));
        }
    }
    for (name, claim) in [
        ("vmpl", "vmpl"),
        ("guest_svn", "guestsvn"),
        ("tcb.bootloader", "bootloader-svn"),
        ("tcb.tee", "tee-svn"),
        ("tcb.snp", "snpfw-svn"),
        ("tcb.microcode", "microcode-svn"),
    ] {
        if let Some(number) = claims.unsigned(&alloc::format!("x-ms-sevsnpvm-{claim}"))? {
            environment.measure(name, Value::Number(number));
        }
    }
    for (name, claim) in [("migration_allowed", "migration-allowed"), ("smt_allowed", "smt-allowed")] {
        if let Some(flag) = claims.flag(&alloc::format!("x-ms-sevsnpvm-{claim}"))? {
            environment.measure(name, Value::Flag(flag));
        }
    }
    environment.debug = claims.flag("x-ms-sevsnpvm-is-debuggable")?.map(DebugStatus::of_flag);
    plain::report_data(claims, environment, "x-ms-sevsnpvm-reportdata")
}

/// A machine is debuggable when one of its debuggers is on; it is not when all are stated and off.
fn virtual_machine(claims: &mut Members<'_, '_>, environment: &mut Environment) -> Result<(), Error> {
    const DEBUGGERS: [&str; 3] = ["bootdebug", "kerneldebug", "hypervisordebug"];
    let mut all = Some(false);
    for debugger in DEBUGGERS {
        let claim = alloc::format!("x-ms-azurevm-{debugger}-enabled");
        let flag = claims.flag(&claim)?;
        if let Some(flag) = flag {
            environment.measure(alloc::format!("{debugger}_enabled"), Value::Flag(flag));
        }
        all = match (all, flag) {
            (Some(true), _) | (_, Some(true)) => Some(true),
            (Some(false), Some(false)) => Some(false),
            _ => None,
        };
    }
    if let Some(off) = claims.flag("x-ms-azurevm-debuggersdisabled")? {
        environment.measure("debuggers_disabled", Value::Flag(off));
        if off && all == Some(true) {
            let path = claims.path("x-ms-azurevm-debuggersdisabled");
            return Err(contradiction(path, "debuggers are disabled", "a debugger is enabled"));
        }
        all = if off { all } else { Some(true) };
    }
    environment.debug = all.map(DebugStatus::of_flag);
    Ok(())
}

/// A token exists only when the tenant's policy permitted it; the token does not say so.
fn policy(claims: &mut Members<'_, '_>) -> Result<Option<PolicyResult>, Error> {
    let (one, other) = (claims.text("x-ms-policy-hash")?, claims.text("maa-policyHash")?);
    let text = one_of(claims, "x-ms-policy-hash", one, other)?;
    let Some(text) = text else { return Ok(None) };
    let hash = registered::hash(text).ok_or_else(|| {
        registered::malformed(claims.path("x-ms-policy-hash"), "SHA-256 in base64url or hex", text)
    })?;
    let id = "azure-attestation".to_string();
    Ok(Some(PolicyResult { id, version: None, hash: Some(hash), matched: None, detail: None }))
}
