//! The claims that RFC 7519 and RFC 9711 register, and our own profile `compact`, which has little else.

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use super::dotted;
use crate::appraisal::members::{Members, contradiction, unexpected};
use crate::appraisal::names::tcb_status;
use crate::appraisal::{Appraisal, Binding, DebugStatus, Environment, PolicyResult, Tee};
use crate::bytes::from_hex;
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::json::Node;
use crate::time::UnixTime;

/// Takes `iss`, `aud`, `sub`, `jti`, `iat`, `nbf`, `exp`, `eat_profile`, `intuse`.
pub(super) fn take(claims: &mut Members<'_, '_>) -> Result<Appraisal, Error> {
    let mut appraisal = Appraisal {
        issuer: claims.text("iss")?.map(Into::into),
        audience: claims.texts("aud")?.unwrap_or_default(),
        subject: claims.text("sub")?.map(Into::into),
        token_id: claims.text("jti")?.map(Into::into),
        profile: claims.text("eat_profile")?.map(Into::into),
        intended_use: claims.text("intuse")?.map(Into::into),
        ..Appraisal::default()
    };
    appraisal.times.issued_at = claims.time("iat")?;
    appraisal.times.not_before = claims.time("nbf")?;
    appraisal.times.expires_at = claims.time("exp")?;
    Ok(appraisal)
}

/// Takes `dbgstat` of RFC 9711.
pub(super) fn debug(claims: &mut Members<'_, '_>) -> Result<Option<DebugStatus>, Error> {
    let Some(text) = claims.text("dbgstat")? else { return Ok(None) };
    DebugStatus::from_name(text)
        .map(Some)
        .ok_or_else(|| malformed(claims.path("dbgstat"), "a debug status of RFC 9711", text))
}

/// `token.claim`: a string that is not one of those that may stand there.
pub(super) fn malformed(path: String, expected: &'static str, actual: &str) -> Error {
    Error::new(Code::TokenClaim, path)
        .with(Fact::text("expected", expected))
        .with(Fact::string("actual", actual.chars().take(64).collect()))
}

/// What two claims say of debugging: the one that says it, or the first when they agree.
pub(super) fn agree(
    path: String,
    one: Option<DebugStatus>,
    other: Option<DebugStatus>,
) -> Result<Option<DebugStatus>, Error> {
    match (one, other) {
        (Some(one), Some(other)) if one.is_on() != other.is_on() => {
            Err(contradiction(path, one.as_str(), other.as_str()))
        }
        (one, other) => Ok(one.or(other)),
    }
}

/// Takes `evaluation-reports`: `[{policy-id, policy-hash, evaluation-result?}]`.
pub(super) fn evaluation_reports(claims: &mut Members<'_, '_>) -> Result<Vec<PolicyResult>, Error> {
    let path = claims.path("evaluation-reports");
    let mut policies = Vec::new();
    for (index, item) in claims.items("evaluation-reports")?.unwrap_or_default().iter().enumerate() {
        let mut report = Members::of(item, alloc::format!("{path}.{index}"))?;
        let id = report.text("policy-id")?;
        let mut policy = PolicyResult {
            id: report.required("policy-id", id)?.to_string(),
            version: None,
            hash: report.hex("policy-hash")?,
            // The service lists a policy only when the evidence met it; it says so nowhere.
            matched: None,
            detail: report.text("evaluation-result")?.map(Into::into),
        };
        // The services' `null` says no more than absence does.
        report.node("policy-hash");
        if let Some(extra) = report.untaken().next() {
            return Err(unexpected(&report.path(&extra.name), &extra.node, "no such member"));
        }
        if let Some(detail) = &policy.detail {
            let result = crate::json::parse(detail.as_bytes(), crate::json::Strictness::DOCUMENT)
                .map_err(|error| error.inside(&report.path("evaluation-result")))?;
            policy.matched = match result.get("allow") {
                None => None,
                Some(allow) => Some(allow.flag().ok_or_else(|| {
                    unexpected(&report.path("evaluation-result.allow"), allow, "true or false")
                })?),
            };
        }
        policies.push(policy);
    }
    Ok(policies)
}

/// Takes our own `x-att`: binding, TCB and the evidence's digest; the rest is kept.
pub(super) fn x_att(
    claims: &mut Members<'_, '_>,
    environment: &mut Environment,
    appraisal: &mut Appraisal,
) -> Result<(), Error> {
    let Some(mut att) = claims.object("x-att")? else { return Ok(()) };
    if let Some(mut binding) = att.object("binding")? {
        let mode = binding.text("mode")?;
        environment.binding = Some(Binding {
            mode: binding.required("mode", mode)?.to_string(),
            matched: binding.flag("matched")?,
            fresh: binding.text("fresh")?.map(Into::into),
        });
        binding.keep_rest(&mut appraisal.unmapped);
    }
    if let Some(mut tcb) = att.object("tcb")? {
        let known = &mut environment.tcb;
        let status = tcb.text("status")?.map(|status| String::from(tcb_status(status)));
        same(&tcb, "status", &mut known.status, status)?;
        let date = date(&mut tcb, "date")?;
        same(&tcb, "date", &mut known.date, date)?;
        let advisories = tcb.texts("advisories")?;
        same(&tcb, "advisories", &mut known.advisories, advisories)?;
        let fmspc = tcb.hex("fmspc")?;
        same(&tcb, "fmspc", &mut known.fmspc, fmspc)?;
        let number = tcb.unsigned("eval")?;
        same(&tcb, "eval", &mut known.evaluation_number, number)?;
        tcb.keep_rest(&mut appraisal.unmapped);
    }
    if let Some(mut verifier) = att.object("verifier")? {
        appraisal.verifier = Some(crate::appraisal::Verifier {
            developer: verifier.text("developer")?.map(Into::into),
            build: verifier.text("build")?.map(Into::into),
        });
        verifier.keep_rest(&mut appraisal.unmapped);
    }
    environment.evidence = att.text("evidence")?.map(Into::into);
    att.keep_rest(&mut appraisal.unmapped);
    Ok(())
}

/// Keeps what is known already, and refuses another value beside it.
fn same<T: PartialEq + core::fmt::Debug>(
    claims: &Members<'_, '_>,
    name: &str,
    known: &mut Option<T>,
    stated: Option<T>,
) -> Result<(), Error> {
    match (&*known, stated) {
        (Some(one), Some(other)) if *one != other => {
            Err(contradiction(claims.path(name), alloc::format!("{one:?}"), alloc::format!("{other:?}")))
        }
        (None, stated) => {
            *known = stated;
            Ok(())
        }
        _ => Ok(()),
    }
}

/// A date of RFC 3339.
pub(super) fn date(claims: &mut Members<'_, '_>, name: &str) -> Result<Option<UnixTime>, Error> {
    let path = claims.path(name);
    match claims.text(name)? {
        None => Ok(None),
        Some(text) => UnixTime::parse_rfc3339_utc(text)
            .map(Some)
            .ok_or_else(|| malformed(path, "a date of RFC 3339 in UTC", text)),
    }
}

/// Our profile `compact`: `x-att` and no report.
pub(super) fn fits_compact(claims: &Node<'_>) -> bool {
    let has = |name| claims.get(name).is_some();
    has("x-att") && has("eat_profile") && has("tee") && !has("tcb-status") && !has("submods")
}

pub(super) fn read_compact(claims: &Node<'_>) -> Result<Appraisal, Error> {
    let mut claims = Members::of(claims, "")?;
    let mut appraisal = take(&mut claims)?;
    let tee = claims.text("tee")?;
    let mut environment =
        Environment { tee: Some(Tee::from_name(claims.required("tee", tee)?)), ..Environment::default() };
    appraisal.nonces = claims.texts("eat_nonce")?.unwrap_or_default();
    environment.policies = evaluation_reports(&mut claims)?;
    // What the size leaves room for, under the dotted names.
    if let Some(node) = claims.node("measured") {
        let mut flat = dotted::Flat::of(node, "measured")?;
        dotted::take(&mut flat, &mut environment)?;
        flat.keep_rest(&mut appraisal.unmapped);
    }
    let debug = debug(&mut claims)?;
    environment.debug = agree("dbgstat".into(), debug, environment.debug)?;
    x_att(&mut claims, &mut environment, &mut appraisal)?;
    claims.keep_rest(&mut appraisal.unmapped);
    appraisal.environments.push(environment);
    Ok(appraisal)
}

/// Base64url SHA-256 or hex, as services write hashes of policies.
pub(super) fn hash(text: &str) -> Option<Vec<u8>> {
    use base64::Engine as _;
    if text.len() == 64 || text.len() == 96 {
        return from_hex(text.as_bytes()).ok();
    }
    base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text).ok().filter(|hash| hash.len() == 32)
}
