//! Every path with what it takes and gives.
#![expect(dead_code, reason = "these are read by the macro and never called")]

use utoipa::OpenApi;

use super::schemas as s;

macro_rules! path {
    ($name:ident, $method:ident, $path:literal, $tag:literal, $($rest:tt)*) => {
        #[utoipa::path($method, path = $path, tag = $tag, $($rest)*)]
        fn $name() {}
    };
}

path!(
    v1_attestation,
    post,
    "/v1/attestation",
    "attestation",
    summary = "Evidence in, a bare token out: the documented service's contract",
    request_body(content(
        (s::V1Request = "application/json"),
        (s::V1Request = "application/x-www-form-urlencoded"),
    )),
    responses(
        (
            status = 200,
            description = "The token",
            content(
                (String = "text/plain"),
                (s::TokenAnswer = "application/json"),
                (String = "application/jwt"),
                (String = "application/eat-jwt"),
            )
        ),
        (
            status = "4XX",
            description = "Refused",
            body = s::ProblemDetails,
            content_type = "application/problem+json"
        ),
        (
            status = "5XX",
            description = "Not possible now",
            body = s::ProblemDetails,
            content_type = "application/problem+json"
        ),
    )
);
path!(
    v2_attestation,
    post,
    "/v2/attestation",
    "attestation",
    summary = "Evidence in, a token for somebody out",
    request_body = s::V2Request,
    responses(
        (status = 200, description = "The token", body = s::TokenAnswer),
        (
            status = "4XX",
            description = "Refused",
            body = s::ProblemDetails,
            content_type = "application/problem+json"
        ),
        (
            status = "5XX",
            description = "Not possible now",
            body = s::ProblemDetails,
            content_type = "application/problem+json"
        ),
    )
);
path!(
    v2_appraise,
    post,
    "/v2/appraise",
    "attestation",
    summary = "Evidence in, everything that was found out, unsigned",
    request_body = s::V2Request,
    responses(
        (status = 200, description = "What came of it, accepted or not", body = s::AppraisalAnswer),
        (
            status = "4XX",
            description = "Refused",
            body = s::ProblemDetails,
            content_type = "application/problem+json"
        ),
        (
            status = "5XX",
            description = "Not possible now",
            body = s::ProblemDetails,
            content_type = "application/problem+json"
        ),
    )
);
path!(v2_challenge, post, "/v2/challenge", "attestation",
summary = "A nonce that evidence must bind",
request_body = Option<s::ChallengeRequest>,
responses(
    (status = 200, description = "The challenge", body = s::ChallengeAnswer),
    (status = "4XX", description = "Refused", body = s::ProblemDetails, content_type = "application/problem+json"),
));
path!(
    discovery,
    get,
    "/.well-known/openid-configuration",
    "issuer",
    summary = "OpenID Connect discovery",
    responses(
        (status = 200, description = "The document", body = serde_json::Value),
        (status = 304, description = "Known")
    )
);
path!(
    jwks,
    get,
    "/jwks.json",
    "issuer",
    summary = "Keys of the issuer (RFC 7517)",
    responses(
        (status = 200, description = "The keys", body = serde_json::Value),
        (status = 304, description = "Known")
    )
);
path!(
    well_known_jwks,
    get,
    "/.well-known/jwks.json",
    "issuer",
    summary = "The same",
    responses(
        (status = 200, description = "The keys", body = serde_json::Value),
        (status = 304, description = "Known")
    )
);
path!(
    authorize,
    get,
    "/authorize",
    "issuer",
    summary = "Refuses: tokens come from evidence",
    responses((status = 400, description = "unsupported_response_type"))
);
path!(
    token,
    post,
    "/token",
    "issuer",
    summary = "Refuses: tokens come from evidence",
    responses((status = 400, description = "unsupported_grant_type"))
);
path!(
    userinfo,
    get,
    "/userinfo",
    "issuer",
    summary = "Refuses: there are no users",
    responses((status = 401, description = "invalid_token"))
);
path!(sgx_tcb, get, "/sgx/certification/{api}/tcb", "collateral",
    summary = "TCB info of a platform family",
    params(("api" = String, Path, example = "v4"), ("fmspc" = String, Query, example = "00806F050000"),
        ("update" = Option<String>, Query), ("tcbEvaluationDataNumber" = Option<u32>, Query)),
    responses((status = 200, description = "The signed body, byte for byte; its chain is in a header", body = serde_json::Value),
        (status = "4XX", description = "Refused", body = s::ProblemDetails, content_type = "application/problem+json"),
        (status = 503, description = "No upstream answers", body = s::ProblemDetails, content_type = "application/problem+json")));
path!(tdx_tcb, get, "/tdx/certification/v4/tcb", "collateral",
    summary = "TCB info of a platform family",
    params(("fmspc" = String, Query, example = "00806F050000"),
        ("update" = Option<String>, Query), ("tcbEvaluationDataNumber" = Option<u32>, Query)),
    responses((status = 200, description = "The signed body, byte for byte", body = serde_json::Value),
        (status = "4XX", description = "Refused", body = s::ProblemDetails, content_type = "application/problem+json"),
        (status = 503, description = "No upstream answers", body = s::ProblemDetails, content_type = "application/problem+json")));
path!(
    sgx_qe,
    get,
    "/sgx/certification/{api}/qe/identity",
    "collateral",
    summary = "Identity of the quoting enclave",
    params(("api" = String, Path, example = "v4")),
    responses(
        (status = 200, description = "The signed body, byte for byte", body = serde_json::Value),
        (
            status = "4XX",
            description = "Refused",
            body = s::ProblemDetails,
            content_type = "application/problem+json"
        )
    )
);
path!(
    tdx_qe,
    get,
    "/tdx/certification/v4/qe/identity",
    "collateral",
    summary = "Identity of the quoting enclave for trust domains",
    responses(
        (status = 200, description = "The signed body, byte for byte", body = serde_json::Value),
        (
            status = "4XX",
            description = "Refused",
            body = s::ProblemDetails,
            content_type = "application/problem+json"
        )
    )
);
path!(
    sgx_qve,
    get,
    "/sgx/certification/{api}/qve/identity",
    "collateral",
    summary = "Identity of the quote verification enclave",
    params(("api" = String, Path, example = "v4")),
    responses(
        (status = 200, description = "The signed body, byte for byte", body = serde_json::Value),
        (
            status = "4XX",
            description = "Refused",
            body = s::ProblemDetails,
            content_type = "application/problem+json"
        )
    )
);
path!(pck_crl, get, "/sgx/certification/{api}/pckcrl", "collateral",
    summary = "Revocation list of a PCK authority",
    params(("api" = String, Path, example = "v4"), ("ca" = String, Query, example = "platform"), ("encoding" = Option<String>, Query)),
    responses((status = 200, description = "Hex of DER, DER, or PEM", content((String = "text/plain"), (Vec<u8> = "application/pkix-crl"), (String = "application/x-pem-file"))),
        (status = "4XX", description = "Refused", body = s::ProblemDetails, content_type = "application/problem+json")));
path!(root_ca_crl, get, "/sgx/certification/{api}/rootcacrl", "collateral",
    summary = "Revocation list of the root",
    params(("api" = String, Path, example = "v4"), ("encoding" = Option<String>, Query)),
    responses((status = 200, description = "Hex of DER, DER, or PEM", content((String = "text/plain"), (Vec<u8> = "application/pkix-crl"), (String = "application/x-pem-file"))),
        (status = "4XX", description = "Refused", body = s::ProblemDetails, content_type = "application/problem+json")));
path!(
    rim,
    get,
    "/nvcc/certification/v1/rim/{id}",
    "collateral",
    summary = "Reference integrity manifest of NVIDIA, in the answer of its service",
    params(("id" = String, Path, example = "NV_GPU_DRIVER_GH100_550.90.07")),
    responses(
        (
            status = 200,
            description = "Its name, its XML in base64, and the digest of it",
            body = serde_json::Value
        ),
        (
            status = "4XX",
            description = "Refused",
            body = s::ProblemDetails,
            content_type = "application/problem+json"
        )
    )
);
path!(
    rim_ids,
    get,
    "/nvcc/certification/v1/rim/ids",
    "collateral",
    summary = "Names of the manifests that are in the store",
    responses(
        (status = 200, description = "The names", body = serde_json::Value),
        (
            status = "5XX",
            description = "Not possible now",
            body = s::ProblemDetails,
            content_type = "application/problem+json"
        )
    )
);
path!(pck_cert, get, "/sgx/certification/{api}/pckcert", "collateral",
    summary = "PCK certificate of a platform",
    params(("api" = String, Path, example = "v4"), ("encrypted_ppid" = Option<String>, Query), ("cpusvn" = String, Query),
        ("pcesvn" = String, Query), ("pceid" = String, Query), ("qeid" = Option<String>, Query)),
    responses((status = 200, description = "PEM", body = String, content_type = "application/x-pem-file"),
        (status = "4XX", description = "Refused", body = s::ProblemDetails, content_type = "application/problem+json")));
path!(
    policies,
    get,
    "/v2/policies",
    "policies",
    security(("admin" = [])),
    summary = "The newest version of every policy",
    responses(
        (status = 200, description = "Policies without their texts", body = serde_json::Value),
        (
            status = 401,
            description = "Not an administrator",
            body = s::ProblemDetails,
            content_type = "application/problem+json"
        )
    )
);
path!(policy_get, get, "/v2/policies/{id}", "policies", security(("admin" = [])),
    summary = "A policy's text", params(("id" = String, Path), ("version" = Option<i64>, Query)),
    responses((status = 200, description = "The text, byte for byte", body = serde_json::Value), (status = 304, description = "Known"),
        (status = "4XX", description = "Refused", body = s::ProblemDetails, content_type = "application/problem+json")));
path!(policy_put, put, "/v2/policies/{id}", "policies", security(("admin" = [])),
    summary = "Make or change a policy",
    params(("id" = String, Path), ("dry_run" = Option<bool>, Query), ("If-Match" = Option<String>, Header), ("If-None-Match" = Option<String>, Header)),
    request_body(content((serde_json::Value = "application/json"), (String = "text/plain")),
        description = "Rules (docs/policy.md), or a module of Rego (docs/api.md)"),
    responses((status = 200, description = "Changed", body = s::PolicyVersion), (status = 201, description = "Made", body = s::PolicyVersion),
        (status = "4XX", description = "Refused", body = s::ProblemDetails, content_type = "application/problem+json")));
path!(
    policy_delete,
    delete,
    "/v2/policies/{id}",
    "policies",
    security(("admin" = [])),
    summary = "Delete a policy; its versions stay",
    params(("id" = String, Path), ("If-Match" = String, Header)),
    responses(
        (status = 204, description = "Deleted"),
        (
            status = "4XX",
            description = "Refused",
            body = s::ProblemDetails,
            content_type = "application/problem+json"
        )
    )
);
path!(
    policy_versions,
    get,
    "/v2/policies/{id}/versions",
    "policies",
    security(("admin" = [])),
    summary = "Every version of a policy",
    params(("id" = String, Path)),
    responses(
        (status = 200, description = "Newest first", body = serde_json::Value),
        (
            status = "4XX",
            description = "Refused",
            body = s::ProblemDetails,
            content_type = "application/problem+json"
        )
    )
);
path!(
    policy_evaluate,
    post,
    "/v2/policies/{id}/evaluate",
    "policies",
    security(("admin" = [])),
    summary = "Try a policy on evidence",
    params(("id" = String, Path)),
    request_body = s::EvaluateRequest,
    responses(
        (status = 200, description = "What came of it", body = s::AppraisalAnswer),
        (
            status = "4XX",
            description = "Refused",
            body = s::ProblemDetails,
            content_type = "application/problem+json"
        )
    )
);
path!(
    references,
    get,
    "/v2/reference-values",
    "policies",
    security(("admin" = [])),
    summary = "The newest version of every set of reference values",
    responses(
        (status = 200, description = "Sets without their texts", body = serde_json::Value),
        (
            status = "4XX",
            description = "Refused",
            body = s::ProblemDetails,
            content_type = "application/problem+json"
        )
    )
);
path!(reference_get, get, "/v2/reference-values/{id}", "policies", security(("admin" = [])),
    summary = "A set of reference values", params(("id" = String, Path), ("version" = Option<i64>, Query)),
    responses((status = 200, description = "The text, byte for byte", body = s::ReferenceValues), (status = 304, description = "Known"),
        (status = "4XX", description = "Refused", body = s::ProblemDetails, content_type = "application/problem+json")));
path!(reference_put, put, "/v2/reference-values/{id}", "policies", security(("admin" = [])),
    summary = "Make or change a set of reference values",
    params(("id" = String, Path), ("dry_run" = Option<bool>, Query), ("If-Match" = Option<String>, Header), ("If-None-Match" = Option<String>, Header)),
    request_body = s::ReferenceValues,
    responses((status = 200, description = "Changed", body = s::PolicyVersion), (status = 201, description = "Made", body = s::PolicyVersion),
        (status = "4XX", description = "Refused", body = s::ProblemDetails, content_type = "application/problem+json")));
path!(
    reference_delete,
    delete,
    "/v2/reference-values/{id}",
    "policies",
    security(("admin" = [])),
    summary = "Delete a set of reference values; its versions stay",
    params(("id" = String, Path), ("If-Match" = String, Header)),
    responses(
        (status = 204, description = "Deleted"),
        (
            status = "4XX",
            description = "Refused",
            body = s::ProblemDetails,
            content_type = "application/problem+json"
        )
    )
);
path!(
    reference_versions,
    get,
    "/v2/reference-values/{id}/versions",
    "policies",
    security(("admin" = [])),
    summary = "Every version of a set of reference values",
    params(("id" = String, Path)),
    responses(
        (status = 200, description = "Newest first", body = serde_json::Value),
        (
            status = "4XX",
            description = "Refused",
            body = s::ProblemDetails,
            content_type = "application/problem+json"
        )
    )
);
path!(
    metrics,
    get,
    "/metrics",
    "operations",
    security(("admin" = [])),
    summary = "Numbers for Prometheus",
    responses(
        (
            status = 200,
            description = "OpenMetrics text",
            body = String,
            content_type = "application/openmetrics-text"
        ),
        (
            status = "4XX",
            description = "Refused",
            body = s::ProblemDetails,
            content_type = "application/problem+json"
        )
    )
);
path!(
    healthz,
    get,
    "/healthz",
    "operations",
    summary = "It lives",
    responses((status = 200, description = "Yes"))
);
path!(
    readyz,
    get,
    "/readyz",
    "operations",
    summary = "It can do its work",
    responses((status = 200, description = "Yes"), (status = 503, description = "No"))
);
path!(
    version,
    get,
    "/version",
    "operations",
    summary = "Which release this is",
    responses((status = 200, description = "Name and version"))
);

path!(
    rpc,
    post,
    "/",
    "instances",
    summary = "Calls of machines with a TPM: docs/instances.md says which actions there are",
    params(
        ("Action" = Option<String>, Query, description = "The action, where no header says it"),
        ("Version" = Option<String>, Query, description = "2020-06-13, where no header says it"),
    ),
    request_body(
        content = s::RpcForm,
        content_type = "application/x-www-form-urlencoded",
        description = "Parameters may stand here as well as in the address, each once",
    ),
    responses(
        (status = 200, description = "What the action gives, with the request's id", body = serde_json::Value),
        (status = "4XX", description = "Refused", body = s::RpcRefusal),
        (status = "5XX", description = "Not possible now", body = s::RpcRefusal),
    )
);

/// What is there only where machines may report.
#[derive(OpenApi)]
#[openapi(info(title = "instances"), paths(rpc))]
pub struct Instances;

/// The whole description.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "veriquote attestation service",
        description = "Takes hardware attestation evidence and issues tokens; docs/api.md tells it in words.",
        license(name = "Apache-2.0 OR MIT", identifier = "Apache-2.0 OR MIT"),
    ),
    paths(
        v1_attestation,
        v2_attestation,
        v2_appraise,
        v2_challenge,
        discovery,
        jwks,
        well_known_jwks,
        authorize,
        token,
        userinfo,
        sgx_tcb,
        tdx_tcb,
        sgx_qe,
        tdx_qe,
        sgx_qve,
        pck_crl,
        root_ca_crl,
        rim,
        rim_ids,
        pck_cert,
        policies,
        policy_get,
        policy_put,
        policy_delete,
        policy_versions,
        policy_evaluate,
        references,
        reference_get,
        reference_put,
        reference_delete,
        reference_versions,
        metrics,
        healthz,
        readyz,
        version,
    )
)]
pub struct Api;
