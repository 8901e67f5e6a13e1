//! The form of requests and answers.
#![expect(dead_code, reason = "these are read by the macro and by nobody else")]

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

/// A request of the documented service.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct V1Request {
    /// `tdx`, `sgx`, `tpm`, `nvgpu` or `acstdxnvgpu`.
    #[schema(example = "tdx")]
    tee: String,
    /// Base64url without padding of a JSON document, such as `{"quote": base64, "cc_eventlog": base64?}`;
    /// docs/api.md has that of each kind.
    evidence: String,
    /// All of them must accept. Empty: the policy that the service is configured with.
    policy_ids: Option<Vec<String>>,
    /// What the report data bind.
    runtime_data: Option<V1RuntimeData>,
}

/// Exactly one of `raw` and `structured`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct V1RuntimeData {
    /// Base64 of either alphabet. Without `binding`, `raw-pad64` and then `sha384-pad64` are tried.
    raw: Option<String>,
    /// JSON; bound as `sha384-jcs-pad64`.
    structured: Option<Value>,
    /// How the data are bound.
    binding: Option<BindingMode>,
    /// For the modes of Intel Trust Authority.
    nonce: Option<NonceParts>,
}

/// How data are bound in report data; docs/bindings.md.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum BindingMode {
    None,
    RawExact,
    RawPad64,
    #[serde(rename = "sha256-first32")]
    Sha256First32,
    #[serde(rename = "sha384-pad64")]
    Sha384Pad64,
    #[serde(rename = "sha384-jcs-pad64")]
    Sha384JcsPad64,
    #[serde(rename = "sha512")]
    Sha512,
    #[serde(rename = "ita-sha512")]
    ItaSha512,
    #[serde(rename = "ita-sha256-first32")]
    ItaSha256First32,
    #[serde(rename = "x509-der-sha256")]
    X509DerSha256,
    #[serde(rename = "tpm-extradata")]
    TpmExtraData,
}

/// A verifier's nonce of two parts: base64 of either alphabet.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NonceParts {
    val: String,
    iat: String,
}

/// A request of ours: nothing has a default that weakens anything.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct V2Request {
    /// `aliyun`, `ear`, `ear-dotted` or `compact`.
    profile: Option<String>,
    /// For whom the token is; needed for a token.
    aud: Option<String>,
    /// The longest that the token may be.
    max_token_chars: Option<u32>,
    /// How long it lasts, up to what the service is configured with.
    lifetime_seconds: Option<u32>,
    /// From `/v2/challenge`; its nonce must be among the data that are bound.
    challenge: Option<String>,
    /// One; or, with `binding`, a machine (`tdx` or `sgx`), its devices (`nvgpu`) and perhaps its TPM (`tpm`).
    #[schema(min_items = 1, max_items = 3)]
    evidence: Vec<V2Evidence>,
    /// How several pieces are bound to one challenge.
    binding: Option<CompositeBinding>,
    /// By the name of the evidence; all of them must accept.
    policies: Option<BTreeMap<String, Vec<String>>>,
}

/// One piece of evidence.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct V2Evidence {
    /// Its name in this request; that of its kind when absent.
    name: Option<String>,
    /// `tdx`, `sgx`, `tpm`, `nvgpu` or `acstdxnvgpu`.
    tee: String,
    /// `quote`: `data` is the quote; `document`: `data` is the document of `/v1`.
    format: String,
    /// Base64url without padding.
    data: String,
    /// Beside a quote of a trust domain.
    event_log: Option<V2EventLog>,
    /// Beside a quote: a collateral file, as an object or as its text.
    collateral: Option<Value>,
    /// What the report data bind; `{"binding":"none"}` says that nothing is asked.
    /// Needed for one piece; several have `binding` in its place.
    runtime_data: Option<V2RuntimeData>,
}

/// How several pieces are bound to one challenge; which members a mode takes, `docs/composite.md` says.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CompositeBinding {
    /// Such as `veriquote` or `trustee-first32`: no mode is a default.
    mode: String,
    /// What the machine binds beside the challenge: base64 of either alphabet.
    raw: Option<String>,
    /// 32 bytes that name the machine, likewise.
    identity: Option<String>,
    /// For the modes of Intel Trust Authority.
    nonce: Option<NonceParts>,
    /// The machine's report data, all 64 bytes, likewise.
    report_data: Option<String>,
}

/// An event log.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct V2EventLog {
    /// CCEL: base64 with padding.
    ccel: String,
}

/// Exactly one of `raw` and `structured`, unless nothing is bound.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct V2RuntimeData {
    /// Base64 of either alphabet.
    raw: Option<String>,
    /// JSON; goes with `sha384-jcs-pad64`.
    structured: Option<Value>,
    /// How the data are bound.
    binding: BindingMode,
    /// For the modes of Intel Trust Authority.
    nonce: Option<NonceParts>,
}

/// A token.
#[derive(ToSchema)]
pub struct TokenAnswer {
    /// In compact serialisation.
    token: String,
    /// Unix seconds.
    expires_at: i64,
    /// Whose claim names it has.
    profile: String,
    /// What was left out of it.
    omitted: Option<Vec<String>>,
}

/// What came of an appraisal.
#[derive(ToSchema)]
pub struct AppraisalAnswer {
    /// Everything that was asked holds.
    accepted: bool,
    /// RFC 3339.
    verified_at: String,
    /// Each with its binding, and with the facade's whole verification for each policy.
    evidence: Vec<Value>,
    /// How several pieces belong together; absent where they do not.
    composite: Option<Value>,
    /// The challenge that the evidence answers.
    nonce: Option<String>,
}

/// What a challenge should be like.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChallengeRequest {
    /// It may be answered once; `true` when absent.
    one_time: Option<bool>,
}

/// A challenge.
#[derive(ToSchema)]
pub struct ChallengeAnswer {
    /// To be sent back as it is.
    challenge: String,
    /// 32 bytes in base64url: what the evidence must bind.
    nonce: String,
    /// Seconds.
    expires_in: u32,
    /// It may be answered once.
    one_time: bool,
}

/// Parameters of a call of machines with a TPM: those of the signature, and those of the action.
#[derive(ToSchema)]
pub struct RpcForm {
    /// The action.
    #[schema(rename = "Action", example = "PutMessage")]
    action: Option<String>,
    /// The machine.
    #[schema(rename = "PropertyUuid")]
    property_uuid: Option<String>,
    /// Its report: base64 of a document.
    #[schema(rename = "FileData")]
    file_data: Option<String>,
}

/// A refusal of the RPC interface.
#[derive(ToSchema)]
pub struct RpcRefusal {
    /// What happened.
    #[schema(rename = "Code", example = "SignatureDoesNotMatch")]
    code: String,
    /// The same in words.
    #[schema(rename = "Message")]
    message: String,
    /// The request's id.
    #[schema(rename = "RequestId")]
    request_id: String,
}

/// A refusal (RFC 9457).
#[derive(ToSchema)]
pub struct ProblemDetails {
    /// The page of the code.
    r#type: String,
    /// What the code means.
    title: String,
    /// The status again.
    status: u16,
    /// What happened here.
    detail: String,
    /// The request's id.
    instance: Option<String>,
    /// A code of the service.
    #[schema(example = "AS.EVIDENCE.BINDING_MISMATCH")]
    code: String,
    /// Whether the same request may succeed later.
    retryable: bool,
    /// The member of the request.
    field: Option<String>,
    /// The policy that refused.
    policy: Option<String>,
    /// The facade's error: code, kind, part, message, offset, help, facts.
    error: Option<Value>,
    /// The check that failed.
    check: Option<Value>,
    /// The rules of the policy that are broken.
    findings: Option<Vec<Value>>,
    /// Every check up to the failing one.
    trace: Option<Vec<Value>>,
}

/// A version of a policy.
#[derive(ToSchema)]
pub struct PolicyVersion {
    id: String,
    version: i64,
    /// SHA-384 of its text: hex.
    hash: String,
    /// RFC 3339.
    created_at: String,
    deleted: bool,
}

/// Values that policies measure evidence by.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReferenceValues {
    /// As policies take them: hex.
    #[schema(min_items = 1, max_items = 4096)]
    values: Vec<String>,
    /// Where they come from: for people.
    provenance: Option<String>,
    /// RFC 3339, in UTC. After that, policies that use them come to no answer.
    expires_at: Option<String>,
}

/// A policy to be tried on evidence.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EvaluateRequest {
    /// A candidate, rules as an object or a module as its text; that of the store when absent.
    policy: Option<Value>,
    /// Exactly one.
    #[schema(min_items = 1, max_items = 1)]
    evidence: Vec<V2Evidence>,
}
