//! JSON Schema of the types that cross the border, for `cargo xtask gen`.

use schemars::{JsonSchema, schema_for};
use serde_json::Value;

/// JSON Schema (2020-12) of requests and results, each with the name of its file.
#[must_use]
pub fn schema() -> Vec<(&'static str, Value)> {
    vec![
        ("dcap-request.json", of::<crate::DcapRequest>()),
        ("tpm-request.json", of::<crate::TpmRequest>()),
        ("tpm-challenge-request.json", of::<crate::TpmChallengeRequest>()),
        ("tpm-challenge.json", of::<crate::TpmChallenge>()),
        #[cfg(feature = "nvidia")]
        ("nvgpu-request.json", of::<crate::NvgpuRequest>()),
        #[cfg(feature = "nvidia")]
        ("composite-request.json", of::<crate::CompositeRequest>()),
        ("token-request.json", of::<crate::TokenRequest>()),
        ("verification.json", of::<crate::Verification>()),
        ("inspection.json", of::<crate::Inspection>()),
        ("show-token-request.json", of::<crate::ShowTokenRequest>()),
        ("token-appraisal.json", of::<crate::TokenAppraisal>()),
        ("unauthenticated-appraisal.json", of::<crate::UnauthenticatedAppraisal>()),
        ("binding-request.json", of::<crate::BindingRequest>()),
        ("binding-result.json", of::<crate::BindingResult>()),
        ("dcap-preparation-request.json", of::<crate::DcapPreparation>()),
        ("dcap-call-request.json", of::<crate::DcapCall>()),
        ("token-preparation-request.json", of::<crate::TokenPreparation>()),
        ("token-call-request.json", of::<crate::TokenCall>()),
        ("platform-lookup.json", of::<crate::PlatformLookup>()),
        ("pck-lookup.json", of::<crate::PckLookup>()),
        ("problem.json", of::<crate::Problem>()),
    ]
}

fn of<T: JsonSchema>() -> Value {
    schema_for!(T).to_value()
}
