//! The documented service's token, and our own profile of the same shape.
//!
//! `tcb-status` is a JSON *string* that holds flat JSON: it is parsed with the same strictness, and what
//! is nested in it is refused.

use alloc::string::ToString as _;

use super::{dotted, registered};
use crate::appraisal::members::{Members, unexpected};
use crate::appraisal::{Appraisal, Environment, Tee};
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::json::{Node, Strictness, parse};

/// `tcb-status`, `evaluation-reports` and a profile: Trustee's simple token has no profile.
pub(super) fn fits(claims: &Node<'_>) -> bool {
    claims.get("tcb-status").is_some_and(|node| node.text().is_some())
        && claims.get("evaluation-reports").is_some()
        && claims.get("eat_profile").is_some()
        && claims.get("submods").is_none()
}

pub(super) fn read(claims: &Node<'_>) -> Result<Appraisal, Error> {
    let mut claims = Members::of(claims, "")?;
    let mut appraisal = registered::take(&mut claims)?;
    let profile = appraisal.profile.as_deref();
    claims.required("eat_profile", profile)?;
    let tee = claims.text("tee")?;
    let mut environment =
        Environment { tee: Some(Tee::from_name(claims.required("tee", tee)?)), ..Environment::default() };

    let status = claims.text("tcb-status")?;
    let status = claims.required("tcb-status", status)?.to_string();
    let node = parse(status.as_bytes(), Strictness::DOCUMENT).map_err(|error| error.inside("tcb-status"))?;
    if let Err((name, offset)) = dotted::is_flat(&node) {
        return Err(Error::new(Code::TokenClaim, alloc::format!("tcb-status.{name}"))
            .at(offset)
            .with(Fact::text("expected", "a string, a flag or a number")));
    }
    let mut flat = dotted::Flat::of(&node, "tcb-status")?;
    dotted::take(&mut flat, &mut environment)?;
    flat.keep_rest(&mut environment.unmapped);

    custom(&mut claims, &mut environment, &mut appraisal)?;
    environment.policies = registered::evaluation_reports(&mut claims)?;
    let debug = registered::debug(&mut claims)?;
    environment.debug = registered::agree("dbgstat".into(), debug, environment.debug)?;
    appraisal.nonces = claims.texts("eat_nonce")?.unwrap_or_default();
    registered::x_att(&mut claims, &mut environment, &mut appraisal)?;
    claims.keep_rest(&mut appraisal.unmapped);
    appraisal.environments.push(environment);
    Ok(appraisal)
}

/// `customized_claims{init_data, runtime_data}`; `null` says that there are none.
pub(super) fn custom(
    claims: &mut Members<'_, '_>,
    environment: &mut Environment,
    appraisal: &mut Appraisal,
) -> Result<(), Error> {
    let Some(node) = claims.node("customized_claims") else { return Ok(()) };
    if node.members().is_none() {
        return Err(unexpected("customized_claims", node, "an object"));
    }
    let mut custom = Members::of(node, "customized_claims")?;
    environment.runtime_data = custom.node("runtime_data").map(|node| node.raw.into());
    environment.init_data = custom.node("init_data").map(|node| node.raw.into());
    custom.keep_rest(&mut appraisal.unmapped);
    Ok(())
}
