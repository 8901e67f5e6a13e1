//! What every binding of veriquote shares: owned types, one function per call, JSON in and JSON out.
//!
//! A binding converts its language's values to and from the JSON of this crate and decides nothing.
//! Unknown members are refused (`misuse.options`), so that no check is dropped by a slip of the pen.
#![forbid(unsafe_code)]

pub mod appraisal;
mod binding;
mod blob;
#[cfg(feature = "dcap")]
mod boot;
mod check;
#[cfg(feature = "dcap")]
mod claims;
#[cfg(feature = "nvidia")]
mod composite;
#[cfg(feature = "dcap")]
mod dcap;
#[cfg(feature = "dcap")]
mod dcap_claims;
mod document;
#[cfg(feature = "dcap")]
mod event_log;
#[cfg(feature = "tpm")]
mod inspect;
mod json;
#[cfg(feature = "dcap")]
mod lookup;
#[cfg(feature = "nvidia")]
mod nvgpu;
mod one_of;
#[cfg(any(feature = "nvidia", feature = "tpm"))]
mod options;
#[cfg(feature = "dcap")]
mod outlook;
#[cfg(feature = "dcap")]
mod platform;
mod prepared;
mod problem;
#[cfg(feature = "dcap")]
mod qve;
mod read;
#[cfg(feature = "schema")]
mod schema;
mod time;
mod token;
#[cfg(feature = "tpm")]
mod tpm;
mod trust;
mod verification;

pub use appraisal::{
    ShowTokenRequest, TokenAppraisal, TokenEnvironment, UnauthenticatedAppraisal, show_token, show_token_json,
};
pub use binding::{
    BindingDetection, BindingRequest, BindingResult, binding_compute, binding_detect, binding_json,
};
pub use blob::Blob;
#[cfg(feature = "dcap")]
pub use boot::{AuthorityClaims, BootStateClaims, SectionClaims, SecureBootClaims};
pub use check::{CheckLine, facts};
#[cfg(feature = "dcap")]
pub use claims::{
    PlatformClaims, QuoteClaims, ReportClaims, SgxReportClaims, TdxExtendedClaims, TdxReportClaims,
};
#[cfg(feature = "nvidia")]
pub use composite::{
    BondClaims, CompositeBinding, CompositeClaims, CompositeDevices, CompositeMachine, CompositeOptions,
    CompositeRequest, CompositeTpm, MemberPolicies, Members, verify_composite, verify_composite_for_claims,
    verify_composite_json, verify_members_for_claims,
};
#[cfg(feature = "dcap")]
pub use dcap::{DcapOptions, DcapRequest, DcapVerifier, ProfileName, verify_dcap, verify_dcap_json};
#[cfg(feature = "dcap")]
pub use dcap_claims::{CollateralClaims, DcapClaims, Expiry, ShortComponent, Shortfall, TcbClaims, TcbPart};
pub use document::Document;
#[cfg(feature = "dcap")]
pub use event_log::{EventClaims, EventLogClaims};
#[cfg(feature = "tpm")]
pub use inspect::{
    CertificateView, CollateralView, CrlView, Inspection, QuoteView, SignedDocumentView, inspect,
    inspect_json,
};
#[cfg(feature = "dcap")]
pub use lookup::{
    PckLookup, PckLookupQuery, PlatformLookup, pck_reference_of_quote_json, platform_of_pck_json,
    platform_of_quote_json,
};
#[cfg(feature = "nvidia")]
pub use nvgpu::{
    ComparisonClaims, DeviceCertificate, FirmwareIdClaims, Judged, MismatchClaims, MissingRim, NvgpuClaims,
    NvgpuDeviceClaims, NvgpuDeviceView, NvgpuOptions, NvgpuRequest, NvgpuView, RimView, verify_nvgpu,
    verify_nvgpu_for_claims, verify_nvgpu_json,
};
#[cfg(feature = "tpm")]
pub use one_of::KeyAssurance;
#[cfg(feature = "dcap")]
pub use one_of::{EventProof, ForecastCause, TcbPartKind};
pub use one_of::{EvidenceKind, OneOf};
#[cfg(feature = "dcap")]
pub use outlook::{Forecast, Horizon, Verdict};
#[cfg(feature = "dcap")]
pub use platform::{
    PckQuery, PckReference, QuotePlatform, pck_reference_of_quote, platform_of_pck, platform_of_quote,
};
#[cfg(feature = "dcap")]
pub use prepared::{DcapCall, DcapPreparation, PreparedDcap};
pub use prepared::{PreparedTokens, TokenCall, TokenPreparation};
pub use problem::{Problem, ProblemKind};
#[cfg(feature = "dcap")]
pub use qve::{QveClaims, QveEvidence};
pub use read::read_request;
#[cfg(feature = "schema")]
pub use schema::schema;
pub use time::Time;
pub use token::{
    AcceptedAlgorithms, AttestedExpectations, ExpectedDebug, ExpectedNonce, ExpectedSeconds, ExpectedSigner,
    ExpectedText, SubmoduleToken, TokenClaims, TokenExpectations, TokenExpiry, TokenKey, TokenOptions,
    TokenRequest, TokenVerifier, verify_token, verify_token_json,
};
#[cfg(feature = "tpm")]
pub use token::{JwkView, SubmoduleView, TokenBundleView, TokenView};
#[cfg(feature = "tpm")]
pub use tpm::{
    ActivatedKey, AkClaims, AkEvidence, AttestedKey, BootClaims, ClockClaims, ClockReading, EndorsementKey,
    EndorsementView, ImaClaims, KeptChallenge, PcrBanks, RegisterClaims, TeeBoundKey, TpmChallenge,
    TpmChallengeRequest, TpmClaims, TpmOptions, TpmQuoteClaims, TpmRequest, learn_tpm_policy,
    learn_tpm_policy_json, make_tpm_challenge, make_tpm_challenge_json, verify_tpm, verify_tpm_for_claims,
    verify_tpm_json,
};
#[cfg(feature = "tpm")]
pub use tpm::{ImaListView, TpmAttestView, TpmPcrsView, TpmPublicView, TpmSignatureView};
#[cfg(feature = "dcap")]
pub use verification::Finding;
pub use verification::{Appraisal, Claims, NotChecked, Verification};
