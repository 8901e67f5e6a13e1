//! EAT attestation results (draft-ietf-rats-ear): dotted names as deployed, underscores since draft 03.

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use super::{device, dotted, plain, registered};
use crate::appraisal::members::{Members, contradiction, unexpected};
use crate::appraisal::{Appraisal, Environment, PolicyResult, RawClaim, Tee, Tier, TrustVector, Verifier};
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::json::Node;
use crate::limits;

/// What the claims are called.
pub(super) struct Names {
    pub profiles: &'static [&'static str],
    pub status: &'static str,
    pub vector: &'static str,
    pub policies: &'static str,
    pub verifier: &'static str,
    pub evidence: &'static str,
    pub evidence_is_dotted: bool,
}

/// As Veraison and Confidential Containers write them.
pub(super) const DOTTED: Names = Names {
    profiles: &[VERAISON, TRUSTEE],
    status: "ear.status",
    vector: "ear.trustworthiness-vector",
    policies: "ear.appraisal-policy-id",
    verifier: "ear.verifier-id",
    evidence: "ear.veraison.annotated-evidence",
    evidence_is_dotted: true,
};

/// Draft 04.
pub(super) const DRAFT: Names = Names {
    profiles: &[DRAFT_04],
    status: "ear_status",
    vector: "ear_trustworthiness_vector",
    policies: "ear_appraisal_policy_ids",
    verifier: "ear_verifier_id",
    evidence: "ear_attester_claims",
    evidence_is_dotted: false,
};

/// Veraison's profile.
pub(crate) const VERAISON: &str = "tag:github.com,2023:veraison/ear";
/// Confidential Containers' profile.
pub(crate) const TRUSTEE: &str = "tag:github.com,2024:confidential-containers/Trustee";
/// The draft's profile.
pub(crate) const DRAFT_04: &str = "tag:ietf.org,2026:rats/ear#04";

pub(super) fn fits_dotted(claims: &Node<'_>) -> bool {
    fits(claims, &DOTTED)
}

pub(super) fn fits_draft(claims: &Node<'_>) -> bool {
    fits(claims, &DRAFT)
}

fn fits(claims: &Node<'_>, names: &Names) -> bool {
    let profile = claims.get("eat_profile").and_then(Node::text);
    profile.is_some_and(|profile| names.profiles.contains(&profile)) && claims.get("submods").is_some()
}

pub(super) fn read(claims: &Node<'_>, names: &Names) -> Result<Appraisal, Error> {
    let mut claims = Members::of(claims, "")?;
    let mut appraisal = registered::take(&mut claims)?;
    let profile = claims.required("eat_profile", appraisal.profile.as_deref())?;
    if !names.profiles.contains(&profile) {
        return Err(registered::malformed("eat_profile".into(), "a profile of this dialect", profile));
    }
    if let Some(mut verifier) = claims.object(names.verifier)? {
        appraisal.verifier = Some(Verifier {
            developer: verifier.text("developer")?.map(Into::into),
            build: verifier.text("build")?.map(Into::into),
        });
        verifier.keep_rest(&mut appraisal.unmapped);
    }
    appraisal.nonces = claims.texts("eat_nonce")?.unwrap_or_default();
    appraisal.status = tier(&mut claims, names)?;
    let submods = claims.object("submods")?;
    let submods = claims.required("submods", submods)?;
    submodules(submods, names, 1, "", &mut appraisal)?;
    let worst = appraisal.environments.iter().filter_map(|environment| environment.status).max();
    if let (Some(stated), Some(worst)) = (appraisal.status, worst)
        && stated < worst
    {
        return Err(contradiction(names.status, stated.as_str(), worst.as_str()));
    }
    claims.keep_rest(&mut appraisal.unmapped);
    Ok(appraisal)
}

/// The submodules of one level, and of those inside them.
fn submodules(
    mut submods: Members<'_, '_>,
    names: &Names,
    depth: usize,
    outer: &str,
    appraisal: &mut Appraisal,
) -> Result<(), Error> {
    if depth > limits::TOKEN_SUBMODULE_DEPTH {
        return Err(Error::new(Code::LimitDepth, submods.path(""))
            .with(Fact::count("maximum", limits::TOKEN_SUBMODULE_DEPTH)));
    }
    let all: Vec<&str> = submods.names().collect();
    for name in all {
        if appraisal.environments.len() >= limits::TOKEN_ENVIRONMENTS {
            return Err(Error::new(Code::LimitCount, "submods")
                .with(Fact::count("maximum", limits::TOKEN_ENVIRONMENTS)));
        }
        let path = submods.path(name);
        let Some(node) = submods.node(name) else { continue };
        if node.items().is_some() {
            // RFC 9711 §4.2.18: `["JWT", …]` or `["DIGEST", …]`. Its signature was not checked with this one's.
            return Err(Error::new(Code::TokenSubmodule, path)
                .at(node.offset)
                .with(Fact::text("actual", "a nested token")));
        }
        // Names of nested parts are joined with it: `a/b` would be two things.
        if name.contains('/') {
            return Err(registered::malformed(path, "a name without `/`", name));
        }
        let mut submod = Members::of(node, path)?;
        let name: String = if outer.is_empty() { name.into() } else { alloc::format!("{outer}/{name}") };
        let nested = submod.object("submods")?;
        let environment = submodule(submod, names, &name)?;
        appraisal.environments.push(environment);
        if let Some(nested) = nested {
            submodules(nested, names, depth.saturating_add(1), &name, appraisal)?;
        }
    }
    Ok(())
}

fn submodule(mut submod: Members<'_, '_>, names: &Names, name: &str) -> Result<Environment, Error> {
    let mut environment = Environment { name: Some(name.into()), ..Environment::default() };
    let last = name.rsplit('/').next().unwrap_or(name);
    let status = tier(&mut submod, names)?;
    let status = submod.required(names.status, status)?;
    environment.status = Some(status);
    if let Some(vector) = submod.object(names.vector)? {
        let path = submod.path(names.vector);
        let vector = trust_vector(vector)?;
        let worst = vector.worst();
        // A status may be worse than the vector, as a policy decides; never better.
        if status < worst {
            return Err(contradiction(path, status.as_str(), worst.as_str()));
        }
        environment.vector = Some(vector);
    }
    environment.nonces = submod.texts("eat_nonce")?.unwrap_or_default();
    for id in submod.texts(names.policies)?.unwrap_or_default() {
        environment.policies.push(policy(&id));
    }
    // The words of a TPM and of devices are read where it is one: others use them for what is beside a trust
    // domain.
    environment.tee = if last == "tpm" { Some(Tee::Tpm) } else { None };
    if names.evidence_is_dotted {
        if let Some(node) = submod.node(names.evidence) {
            annotated(node, submod.path(names.evidence), &mut environment)?;
        }
    } else {
        if let Some(mut evidence) = submod.object(names.evidence)? {
            environment.hardware_model = evidence.text("hwmodel")?.map(Into::into);
            environment.init_data_digest = evidence.hex("init_data")?;
            environment.runtime_data = evidence.node("attester_runtime_data").map(|node| node.raw.into());
            environment.init_data = evidence.node("attester_init_data").map(|node| node.raw.into());
            let named = environment.tee.clone();
            environment.tee = named.or_else(|| device::of_name(last));
            device::take_plain(&mut evidence, &mut environment)?;
            plain::take(&mut evidence, &mut environment)?;
            evidence.keep_rest(&mut environment.unmapped);
        }
        // Names of the draft's own attesters; those of dotted EARs are the deployment's.
        let of_name = match last {
            "tdx" => Some(Tee::Tdx),
            "sgx" => Some(Tee::Sgx),
            other => device::of_name(other),
        };
        agree_on_tee(submod.path(names.evidence), &mut environment, of_name)?;
    }
    let sample = matches!(&*last.to_ascii_lowercase(), "sample" | "sampledevice").then_some(Tee::Sample);
    agree_on_tee(submod.path(names.evidence), &mut environment, sample)?;
    let debug = registered::debug(&mut submod)?;
    environment.debug = registered::agree(submod.path("dbgstat"), debug, environment.debug)?;
    att(&mut submod, &mut environment)?;
    submod.keep_rest(&mut environment.unmapped);
    Ok(environment)
}

/// A part is what its name says, or what its evidence is; not two things.
fn agree_on_tee(path: String, environment: &mut Environment, of_name: Option<Tee>) -> Result<(), Error> {
    match (&environment.tee, of_name) {
        (Some(found), Some(named)) if *found != named => {
            Err(contradiction(path, named.as_str(), found.as_str()))
        }
        (None, named) => {
            environment.tee = named;
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Our own additions to a submodule.
fn att(submod: &mut Members<'_, '_>, environment: &mut Environment) -> Result<(), Error> {
    let mut whole = Appraisal::default();
    // The token's verifier has a claim of its own in an EAR: one that is stated here is kept as it is.
    let verifier = submod.peek("x-att").and_then(|att| att.get("verifier")).map(|node| node.raw.to_string());
    registered::x_att(submod, environment, &mut whole)?;
    if let Some(json) = verifier.filter(|_| whole.verifier.is_some()) {
        environment.unmapped.push(RawClaim { path: submod.path("x-att.verifier"), json });
    }
    environment.unmapped.extend(whole.unmapped);
    Ok(())
}

fn annotated(node: &Node<'_>, path: String, environment: &mut Environment) -> Result<(), Error> {
    if node.members().is_none() {
        return Err(unexpected(&path, node, "an object"));
    }
    // Structured data of the caller are no evidence: they are kept whole, not flattened.
    let raw = |name: &str| node.get(name).map(|node| node.raw.to_string());
    environment.runtime_data = raw("runtime_data_claims");
    environment.init_data = raw("init_data_claims");
    let mut flat = dotted::Flat::of(node, path)?;
    flat.drop_below("runtime_data_claims");
    flat.drop_below("init_data_claims");
    dotted::take(&mut flat, environment)?;
    if environment.tee.is_none() && flat.has_below("cca.") {
        environment.tee = Some(Tee::ArmCca);
    }
    flat.keep_rest(&mut environment.unmapped);
    Ok(())
}

/// The status: a name of the draft's four.
fn tier(claims: &mut Members<'_, '_>, names: &Names) -> Result<Option<Tier>, Error> {
    let Some(text) = claims.text(names.status)? else { return Ok(None) };
    Tier::from_name(text)
        .map(Some)
        .ok_or_else(|| registered::malformed(claims.path(names.status), "a status of the draft", text))
}

/// Only aspects of AR4SI, only signed bytes: a wider number wraps in verifiers that cast it.
fn trust_vector(mut members: Members<'_, '_>) -> Result<TrustVector, Error> {
    let mut vector = TrustVector::default();
    let names: Vec<&str> = members.names().collect();
    for name in names {
        let path = members.path(name);
        let Some(node) = members.node(name) else { continue };
        let value = node.integer().and_then(|value| i8::try_from(value).ok());
        let value = value.ok_or_else(|| unexpected(&path, node, "an integer from -128 to 127"))?;
        if !vector.set(name, value) {
            return Err(unexpected(&path, node, "an aspect of AR4SI"));
        }
    }
    Ok(vector)
}

/// `id`, or our own `id@sha384:hex`.
fn policy(text: &str) -> PolicyResult {
    let (id, hash) = match text.split_once("@sha384:") {
        Some((id, hex)) if hex.len() == 96 => (id, crate::bytes::from_hex(hex.as_bytes()).ok()),
        _ => (text, None),
    };
    let id = if hash.is_some() { id } else { text };
    PolicyResult { id: id.into(), version: None, hash, matched: None, detail: None }
}
