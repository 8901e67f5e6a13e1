//! Google Confidential Space and Google Cloud Attestation.

use super::{dotted, registered};
use crate::appraisal::members::Members;
use crate::appraisal::{Appraisal, Environment, Tee, Value};
use crate::error::Error;
use crate::json::Node;

/// A hardware model of Google's beside the instance's description; the issuer is for the caller to expect.
pub(super) fn fits(claims: &Node<'_>) -> bool {
    let model = claims.get("hwmodel").and_then(Node::text).is_some_and(|model| model.starts_with("GCP_"));
    model && claims.get("submods").is_some_and(|submods| submods.get("gce").is_some())
}

pub(super) fn read(claims: &Node<'_>) -> Result<Appraisal, Error> {
    let mut claims = Members::of(claims, "")?;
    let mut appraisal = registered::take(&mut claims)?;
    let model = claims.text("hwmodel")?;
    let model = claims.required("hwmodel", model)?;
    let mut environment = Environment {
        tee: Some(match model {
            "GCP_INTEL_TDX" => Tee::Tdx,
            "GCP_AMD_SEV_SNP" => Tee::SevSnp,
            "GCP_AMD_SEV" | "GCP_AMD_SEV_ES" => Tee::Sev,
            other => Tee::Other(other.into()),
        }),
        hardware_model: Some(model.into()),
        debug: registered::debug(&mut claims)?,
        secure_boot: claims.flag("secboot")?,
        ..Environment::default()
    };
    appraisal.nonces = claims.texts("eat_nonce")?.unwrap_or_default();
    for name in ["swname", "swversion"] {
        for text in claims.texts(name)?.unwrap_or_default() {
            environment.measure(name, Value::Text(text));
        }
    }
    if let Some(submods) = claims.node("submods") {
        let mut flat = dotted::Flat::of(submods, "submods")?;
        for path in [
            "container.image_digest",
            "container.image_id",
            "container.image_reference",
            "gce.project_id",
            "gce.project_number",
            "gce.zone",
            "gce.instance_id",
            "gce.instance_name",
        ] {
            if let Some(text) = flat.text(path)? {
                environment.measure(path, Value::Text(text));
            }
        }
        flat.keep_rest(&mut environment.unmapped);
    }
    claims.keep_rest(&mut appraisal.unmapped);
    appraisal.environments.push(environment);
    Ok(appraisal)
}
