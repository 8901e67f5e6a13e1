//! What an attestation token says, as data: one shape for every service.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use veriquote::appraisal::{
    Appraisal, DebugStatus, Dialect, Environment, NrasBundle, OwnToken, ReadOptions, SampleTee,
    SignedFailure, Tier, Value as MeasuredValue, appraise_unauthenticated,
};
use veriquote::bytes::to_hex;
use veriquote::crypto::CryptoProvider;
use veriquote::jwt::Token;

use crate::blob::Blob;
use crate::document::Document;
use crate::one_of::OneOf;
use crate::problem::Problem;
use crate::read::read_request;

/// What a token says. `null` is what it does not say; bytes are lower-case hex.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TokenAppraisal {
    /// Whose claims these are.
    pub dialect: OneOf<Dialect>,
    /// `iss`.
    pub issuer: Option<String>,
    /// `aud`.
    pub audience: Vec<String>,
    /// `sub`.
    pub subject: Option<String>,
    /// `eat_profile`, or the version of the claims.
    pub profile: Option<String>,
    /// `jti`.
    pub token_id: Option<String>,
    /// `intuse`.
    pub intended_use: Option<String>,
    /// `iat`, in RFC 3339.
    pub issued_at: Option<String>,
    /// `nbf`.
    pub not_before: Option<String>,
    /// `exp`.
    pub expires_at: Option<String>,
    /// Who appraised: the developer.
    pub verifier_developer: Option<String>,
    /// Who appraised: the build.
    pub verifier_build: Option<String>,
    /// The verdict over all environments.
    pub status: Option<OneOf<Tier>>,
    /// The worst verdict that is stated anywhere.
    pub worst_status: Option<OneOf<Tier>>,
    /// Whether anything attested can be debugged; `null` when the token does not say.
    pub debuggable: Option<bool>,
    /// Nonces of the whole.
    pub nonces: Vec<String>,
    /// The attested environments.
    pub environments: Vec<TokenEnvironment>,
    /// Claims of the whole that have no member here: dotted path and JSON text.
    pub unmapped: Vec<TokenClaim>,
    /// Why it must not be accepted, where a reader was asked to show it all the same.
    pub objections: Vec<Problem>,
}

/// One attested environment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TokenEnvironment {
    /// Name of the submodule.
    pub name: Option<String>,
    /// What it is, such as `tdx`.
    pub tee: Option<String>,
    /// Model of the hardware.
    pub hardware_model: Option<String>,
    /// `dbgstat` of RFC 9711.
    pub debug: Option<OneOf<DebugStatus>>,
    /// Whether it started with secure boot.
    pub secure_boot: Option<bool>,
    /// What was measured or configured, by name: hex, number, flag or text.
    pub measurements: Map<String, Value>,
    /// The report data.
    pub report_data: Option<String>,
    /// The data bound by the report data, as JSON text; `null` in it says that there are none.
    pub runtime_data: Option<String>,
    /// The data bound at launch, as JSON text.
    pub init_data: Option<String>,
    /// Their digest, as the report has it.
    pub init_data_digest: Option<String>,
    /// How the verifier found the report data bound.
    pub binding: Option<TokenBinding>,
    /// Nonces of this environment.
    pub nonces: Vec<String>,
    /// State of the trusted computing base.
    pub tcb: TokenTcb,
    /// The verdict.
    pub status: Option<OneOf<Tier>>,
    /// The verdict by aspect.
    pub vector: Option<Map<String, Value>>,
    /// What policies made of it.
    pub policies: Vec<TokenPolicy>,
    /// Digest of the evidence.
    pub evidence: Option<String>,
    /// What its own token says of itself, in a detached bundle.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub token: Option<OwnTokenClaims>,
    /// Claims that have no member here.
    pub unmapped: Vec<TokenClaim>,
}

/// The registered claims of an environment's own token.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct OwnTokenClaims {
    /// `iss`.
    pub issuer: Option<String>,
    /// `sub`.
    pub subject: Option<String>,
    /// `aud`.
    pub audience: Vec<String>,
    /// `jti`.
    pub token_id: Option<String>,
    /// `eat_profile`.
    pub profile: Option<String>,
    /// `iat`.
    pub issued_at: Option<String>,
    /// `nbf`.
    pub not_before: Option<String>,
    /// `exp`.
    pub expires_at: Option<String>,
}

/// How report data were found bound.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TokenBinding {
    /// The mode.
    pub mode: String,
    /// Whether it holds.
    pub matched: Option<bool>,
    /// Which claim makes it fresh.
    pub fresh: Option<String>,
}

/// State of the trusted computing base, as the token states it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TokenTcb {
    /// The status, in Intel's spelling where it is Intel's.
    pub status: Option<String>,
    /// Up to which date of fixes it goes.
    pub date: Option<String>,
    /// Advisories; empty when the token says that there are none.
    pub advisories: Option<Vec<String>>,
    /// Number of the TCB evaluation.
    pub evaluation_number: Option<u64>,
    /// Family of the platform.
    pub fmspc: Option<String>,
}

/// What one policy made of the evidence.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TokenPolicy {
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: Option<String>,
    /// Hash of its text.
    pub hash: Option<String>,
    /// Whether it was met.
    pub matched: Option<bool>,
    /// What it says beyond that.
    pub detail: Option<String>,
}

/// A claim as it was written.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TokenClaim {
    /// Dotted path from the root.
    pub path: String,
    /// Its JSON text.
    pub json: String,
}

/// A token to be shown: exactly one of `token`, `claims` and `bundle`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ShowTokenRequest {
    /// A compact token.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub token: Option<Blob>,
    /// Claims alone.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub claims: Option<Document>,
    /// A detached bundle of NVIDIA's service.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub bundle: Option<Document>,
    /// Whose claims they must be; recognised when absent.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub dialect: Option<String>,
    /// Also show what a relying party must not accept: signed failures and sample TEEs.
    #[serde(default)]
    pub show_refused: bool,
}

/// What a token says of which nothing was verified.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct UnauthenticatedAppraisal {
    /// Always `false`.
    pub authenticated: bool,
    /// What the bytes say, whoever wrote them.
    pub unauthenticated: Option<TokenAppraisal>,
    /// Why it cannot be understood.
    pub error: Option<Problem>,
}

/// Reads a token without verifying anything of it: to be shown, never to be relied on.
#[must_use]
pub fn show_token(provider: &dyn CryptoProvider, request: &ShowTokenRequest) -> UnauthenticatedAppraisal {
    match show(provider, request) {
        Ok(appraisal) => UnauthenticatedAppraisal { unauthenticated: Some(appraisal), ..Default::default() },
        Err(problem) => UnauthenticatedAppraisal { error: Some(problem), ..Default::default() },
    }
}

/// [`show_token`]: a [`ShowTokenRequest`] as JSON in, an [`UnauthenticatedAppraisal`] as JSON out.
#[must_use]
pub fn show_token_json(provider: &dyn CryptoProvider, request: &str) -> String {
    let result = match read_request::<ShowTokenRequest>(request) {
        Ok(request) => show_token(provider, &request),
        Err(error) => UnauthenticatedAppraisal { error: Some(error), ..Default::default() },
    };
    serde_json::to_string(&result).unwrap_or_default()
}

fn show(provider: &dyn CryptoProvider, request: &ShowTokenRequest) -> Result<TokenAppraisal, Problem> {
    let options = read_options(request.dialect.as_deref(), request.show_refused)?;
    let appraisal = match (&request.token, &request.claims, &request.bundle) {
        (Some(token), None, None) => {
            let token = Token::parse(token.0.trim_ascii())?;
            appraise_unauthenticated(&token.unauthenticated_parts().payload, options)?
        }
        (None, Some(claims), None) => appraise_unauthenticated(&claims.0, options)?,
        (None, None, Some(bundle)) => {
            NrasBundle::parse(&bundle.0)?.appraise_unauthenticated(provider, options)?
        }
        _ => {
            return Err(Problem::misuse(
                "options",
                "give exactly one of `token`, `claims` and `bundle`",
                "a bundle is NVIDIA's `[[\"JWT\", token], {name: token}]`",
            ));
        }
    };
    Ok(appraisal.unauthenticated().into())
}

/// The core's options of these of the facade.
///
/// # Errors
/// A misuse for a dialect that is not known.
pub fn read_options(dialect: Option<&str>, show_refused: bool) -> Result<ReadOptions, Problem> {
    let dialect = dialect
        .map(|name| {
            Dialect::from_name(name).ok_or_else(|| {
                let known: Vec<&str> = Dialect::ALL.iter().map(|dialect| dialect.as_str()).collect();
                Problem::misuse("options.dialect", "this dialect is not known", known.join(", "))
            })
        })
        .transpose()?;
    Ok(if show_refused {
        ReadOptions { dialect, ..ReadOptions::SHOW }
    } else {
        ReadOptions { dialect, signed_failure: SignedFailure::Refuse, sample_tee: SampleTee::Refuse }
    })
}

impl From<&Appraisal> for TokenAppraisal {
    fn from(appraisal: &Appraisal) -> Self {
        let time = |time: Option<veriquote::UnixTime>| time.map(|time| time.to_string());
        let verifier = appraisal.verifier.clone().unwrap_or_default();
        Self {
            dialect: appraisal.dialect.into(),
            issuer: appraisal.issuer.clone(),
            audience: appraisal.audience.clone(),
            subject: appraisal.subject.clone(),
            profile: appraisal.profile.clone(),
            token_id: appraisal.token_id.clone(),
            intended_use: appraisal.intended_use.clone(),
            issued_at: time(appraisal.times.issued_at),
            not_before: time(appraisal.times.not_before),
            expires_at: time(appraisal.times.expires_at),
            verifier_developer: verifier.developer,
            verifier_build: verifier.build,
            status: appraisal.status.map(OneOf),
            worst_status: appraisal.worst_status().map(OneOf),
            debuggable: appraisal.debuggable(),
            nonces: appraisal.nonces.clone(),
            environments: appraisal.environments.iter().map(Into::into).collect(),
            unmapped: appraisal.unmapped.iter().map(Into::into).collect(),
            objections: appraisal.objections.iter().map(Into::into).collect(),
        }
    }
}

impl From<&Environment> for TokenEnvironment {
    fn from(environment: &Environment) -> Self {
        let mut measurements = Map::new();
        for measurement in &environment.measurements {
            let value = match &measurement.value {
                MeasuredValue::Bytes(bytes) => to_hex(bytes).into(),
                MeasuredValue::Number(number) => (*number).into(),
                MeasuredValue::Flag(flag) => (*flag).into(),
                MeasuredValue::Text(text) => text.clone().into(),
            };
            // Some names have several values, such as versions of software: they become a list.
            match measurements.get_mut(measurement.name.as_ref()) {
                None => drop(measurements.insert(measurement.name.clone().into_owned(), value)),
                Some(Value::Array(values)) => values.push(value),
                Some(one) => *one = Value::Array(vec![one.take(), value]),
            }
        }
        let tcb = &environment.tcb;
        Self {
            name: environment.name.clone(),
            tee: environment.tee.as_ref().map(|tee| tee.as_str().to_owned()),
            hardware_model: environment.hardware_model.clone(),
            debug: environment.debug.map(OneOf),
            secure_boot: environment.secure_boot,
            measurements,
            report_data: environment.report_data.as_deref().map(to_hex),
            runtime_data: environment.runtime_data.clone(),
            init_data: environment.init_data.clone(),
            init_data_digest: environment.init_data_digest.as_deref().map(to_hex),
            binding: environment.binding.as_ref().map(|binding| TokenBinding {
                mode: binding.mode.clone(),
                matched: binding.matched,
                fresh: binding.fresh.clone(),
            }),
            nonces: environment.nonces.clone(),
            tcb: TokenTcb {
                status: tcb.status.clone(),
                date: tcb.date.map(|date| date.to_string()),
                advisories: tcb.advisories.clone(),
                evaluation_number: tcb.evaluation_number,
                fmspc: tcb.fmspc.as_deref().map(to_hex),
            },
            status: environment.status.map(OneOf),
            vector: environment.vector.as_ref().map(|vector| {
                vector.stated().map(|(aspect, value)| (aspect.to_owned(), Value::from(value))).collect()
            }),
            policies: environment
                .policies
                .iter()
                .map(|policy| TokenPolicy {
                    id: policy.id.clone(),
                    version: policy.version.clone(),
                    hash: policy.hash.as_deref().map(to_hex),
                    matched: policy.matched,
                    detail: policy.detail.clone(),
                })
                .collect(),
            evidence: environment.evidence.clone(),
            token: environment.token.as_ref().map(OwnTokenClaims::from),
            unmapped: environment.unmapped.iter().map(Into::into).collect(),
        }
    }
}

impl From<&OwnToken> for OwnTokenClaims {
    fn from(token: &OwnToken) -> Self {
        let text = |time: Option<veriquote::UnixTime>| time.map(|time| time.to_string());
        Self {
            issuer: token.issuer.clone(),
            subject: token.subject.clone(),
            audience: token.audience.clone(),
            token_id: token.token_id.clone(),
            profile: token.profile.clone(),
            issued_at: text(token.times.issued_at),
            not_before: text(token.times.not_before),
            expires_at: text(token.times.expires_at),
        }
    }
}

impl From<&veriquote::appraisal::RawClaim> for TokenClaim {
    fn from(claim: &veriquote::appraisal::RawClaim) -> Self {
        Self { path: claim.path.clone(), json: claim.json.clone() }
    }
}
