//! Trustee's simple token: `tcb-status` is JSON inside a string, or an object in tokens of 2023.

use alloc::string::ToString as _;

use super::{aliyun, dotted, registered};
use crate::appraisal::members::Members;
use crate::appraisal::{Appraisal, Environment, Tee};
use crate::error::Error;
use crate::json::{Node, Strictness, parse};

/// `tcb-status` and `evaluation-reports` without a profile.
pub(super) fn fits(claims: &Node<'_>) -> bool {
    claims.get("tcb-status").is_some()
        && claims.get("evaluation-reports").is_some()
        && claims.get("eat_profile").is_none()
        && claims.get("submods").is_none()
}

pub(super) fn read(claims: &Node<'_>) -> Result<Appraisal, Error> {
    let mut claims = Members::of(claims, "")?;
    let mut appraisal = registered::take(&mut claims)?;
    let mut environment =
        Environment { tee: claims.text("tee")?.map(Tee::from_name), ..Environment::default() };
    let status = claims.node("tcb-status");
    let status = claims.required("tcb-status", status)?;
    if let Some(text) = status.text() {
        let text = text.to_string();
        let node =
            parse(text.as_bytes(), Strictness::DOCUMENT).map_err(|error| error.inside("tcb-status"))?;
        evidence(&node, &mut environment)?;
    } else {
        evidence(status, &mut environment)?;
    }
    aliyun::custom(&mut claims, &mut environment, &mut appraisal)?;
    environment.policies = registered::evaluation_reports(&mut claims)?;
    claims.keep_rest(&mut appraisal.unmapped);
    appraisal.environments.push(environment);
    Ok(appraisal)
}

fn evidence(node: &Node<'_>, environment: &mut Environment) -> Result<(), Error> {
    let mut flat = dotted::Flat::of(node, "tcb-status")?;
    dotted::take(&mut flat, environment)?;
    flat.keep_rest(&mut environment.unmapped);
    Ok(())
}
