//! Reports under plain names: `tdx_mrtd`, `sgx_mrenclave`, as Intel Trust Authority, Azure and the EAR
//! drafts write them.

use super::{dotted, registered};
use crate::appraisal::members::{Members, contradiction};
use crate::appraisal::names::{self, Field, Form, SGX, TD_FLAGS, TD_FLAGS_PLAIN, TDX, TpmForm, tcb_status};
use crate::appraisal::{DebugStatus, Environment, Tee, Value};
use crate::bytes::constant_time_eq;
use crate::error::{Code, Error};
use crate::fact::Fact;

/// Takes everything that is known of Intel's reports and of the platform under them.
pub(super) fn take(claims: &mut Members<'_, '_>, environment: &mut Environment) -> Result<(), Error> {
    let has = |start: &str| claims.names().any(|name| name.starts_with(start));
    let seen = match (has("tdx_"), has("sgx_")) {
        (true, true) => return Err(contradiction(claims.path("tdx_"), "tdx", "sgx")),
        (true, false) => Some(Tee::Tdx),
        (false, true) => Some(Tee::Sgx),
        (false, false) => None,
    };
    if let (Some(stated), Some(seen)) = (&environment.tee, &seen)
        && stated != seen
    {
        return Err(contradiction(claims.path(seen.as_str()), stated.as_str(), seen.as_str()));
    }
    environment.tee = environment.tee.take().or(seen);
    fields(claims, environment, TDX)?;
    fields(claims, environment, SGX)?;
    if environment.tee == Some(Tee::Tpm) {
        tpm_values(claims, environment)?;
    }
    for (bit, name) in TD_FLAGS {
        let claim = alloc::format!("{TD_FLAGS_PLAIN}{name}");
        let flag = claims.flag(&claim)?;
        dotted::td_flag(environment, *bit, name, flag, &claims.path(&claim))?;
    }
    for claim in ["tdx_is_debuggable", "sgx_is_debuggable"] {
        let flag = claims.flag(claim)?.map(DebugStatus::of_flag);
        environment.debug = registered::agree(claims.path(claim), flag, environment.debug)?;
    }
    let stated = registered::debug(claims)?;
    environment.debug = registered::agree(claims.path("dbgstat"), stated, environment.debug)?;
    for claim in ["tdx_report_data", "sgx_report_data", "tdx_reportdata", "sgx_reportdata"] {
        report_data(claims, environment, claim)?;
    }
    platform(claims, environment)
}

/// Takes what our own profiles write of a TPM; other words stay as they are.
fn tpm_values(claims: &mut Members<'_, '_>, environment: &mut Environment) -> Result<(), Error> {
    for (name, form) in names::tpm() {
        let claim = names::tpm_plain(&name);
        let value = match form {
            TpmForm::Bytes => claims.hex(&claim)?.map(Value::Bytes),
            TpmForm::Flag => claims.flag(&claim)?.map(Value::Flag),
            TpmForm::Text => claims.text(&claim)?.map(|text| Value::Text(text.into())),
            TpmForm::Number => {
                let number = claims.unsigned(&claim)?;
                if number.is_some_and(|number| u32::try_from(number).is_err()) {
                    return Err(Error::new(Code::TokenClaim, claims.path(&claim))
                        .with(Fact::number("maximum", u32::MAX.into())));
                }
                number.map(Value::Number)
            }
        };
        if let Some(value) = value {
            environment.measure(name, value);
        }
    }
    // `extraData` is as long as the challenge was.
    const LONGEST: usize = 64;
    let Some(bytes) = claims.hex("tpm_report_data")? else { return Ok(()) };
    if bytes.len() > LONGEST {
        return Err(Error::new(Code::TokenClaim, claims.path("tpm_report_data"))
            .with(Fact::count("maximum", LONGEST))
            .with(Fact::count("actual", bytes.len())));
    }
    environment.report_data = Some(bytes);
    Ok(())
}

/// One copy of the report data; all copies are one.
pub(super) fn report_data(
    claims: &mut Members<'_, '_>,
    environment: &mut Environment,
    claim: &str,
) -> Result<(), Error> {
    const LEN: usize = 64;
    let Some(bytes) = claims.hex(claim)? else { return Ok(()) };
    if bytes.len() != LEN {
        return Err(Error::new(Code::TokenClaim, claims.path(claim))
            .with(Fact::count("expected", LEN))
            .with(Fact::count("actual", bytes.len())));
    }
    match &environment.report_data {
        Some(other) if !constant_time_eq(other, &bytes) => {
            let hex = crate::bytes::to_hex;
            Err(contradiction(claims.path(claim), hex(other), hex(&bytes)))
        }
        _ => {
            environment.report_data = Some(bytes);
            Ok(())
        }
    }
}

fn platform(claims: &mut Members<'_, '_>, environment: &mut Environment) -> Result<(), Error> {
    let tcb = &mut environment.tcb;
    tcb.status =
        claims.text("attester_tcb_status")?.map(|status| tcb_status(status).into()).or(tcb.status.take());
    tcb.date = registered::date(claims, "attester_tcb_date")?.or(tcb.date);
    tcb.advisories = claims.texts("attester_advisory_ids")?.or(tcb.advisories.take());
    Ok(())
}

fn fields(
    claims: &mut Members<'_, '_>,
    environment: &mut Environment,
    fields: &[Field],
) -> Result<(), Error> {
    for field in fields {
        let value = match field.form {
            Form::U16 => {
                let number = claims.unsigned(field.plain)?;
                if number.is_some_and(|number| number > u16::MAX.into()) {
                    return Err(Error::new(Code::TokenClaim, claims.path(field.plain))
                        .with(Fact::number("maximum", u16::MAX.into())));
                }
                number.map(Value::Number)
            }
            Form::Bytes(len) => {
                let bytes = claims.hex(field.plain)?;
                if let Some(bytes) = &bytes
                    && bytes.len() != len
                {
                    return Err(Error::new(Code::TokenClaim, claims.path(field.plain))
                        .with(Fact::count("expected", len))
                        .with(Fact::count("actual", bytes.len())));
                }
                bytes.map(Value::Bytes)
            }
        };
        if let Some(value) = value {
            environment.measure(field.name, value);
        }
    }
    Ok(())
}
