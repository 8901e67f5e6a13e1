//! What every binding of veriquote shares: owned types, one function per call, JSON in and JSON out.
//!
//! A binding converts its language's values to and from the JSON of this crate and decides nothing.
//! Unknown members are refused (`misuse.options`), so that no check is dropped by a slip of the pen.
#![forbid(unsafe_code)]

pub mod appraisal;
mod binding;
mod blob;
mod check;
mod claims;
mod dcap;
mod document;
mod event_log;
mod inspect;
#[cfg(feature = "nvidia")]
mod nvgpu;
mod problem;
mod qve;
#[cfg(feature = "schema")]
mod schema;
mod time;
mod token;
mod tpm;
mod verification;

pub use appraisal::{
    ShowTokenRequest, TokenAppraisal, TokenEnvironment, UnauthenticatedAppraisal, show_token, show_token_json,
};
pub use binding::{
    BindingDetection, BindingRequest, BindingResult, binding_compute, binding_detect, binding_json,
};
pub use blob::Blob;
pub use check::{CheckLine, facts};
pub use claims::{
    PlatformClaims, QuoteClaims, ReportClaims, SgxReportClaims, TdxExtendedClaims, TdxReportClaims,
};
pub use dcap::{DcapOptions, DcapRequest, DcapVerifier, ProfileName, verify_dcap, verify_dcap_json};
pub use document::Document;
pub use event_log::{EventClaims, EventLogClaims};
pub use inspect::{
    CertificateView, CollateralView, CrlView, Inspection, PckQuery, PckReference, QuotePlatform, QuoteView,
    SignedDocumentView, inspect, inspect_json, pck_reference_of_quote, platform_of_pck, platform_of_quote,
};
#[cfg(feature = "nvidia")]
pub use nvgpu::{
    ComparisonClaims, DeviceCertificate, FirmwareIdClaims, MismatchClaims, MissingRim, NvgpuClaims,
    NvgpuDeviceClaims, NvgpuDeviceView, NvgpuOptions, NvgpuRequest, NvgpuView, RimView, verify_nvgpu,
    verify_nvgpu_json,
};
pub use problem::{Problem, ProblemKind};
pub use qve::{QveClaims, QveEvidence};
#[cfg(feature = "schema")]
pub use schema::schema;
pub use time::Time;
pub use token::{
    AcceptedAlgorithms, AttestedExpectations, ExpectedDebug, ExpectedNonce, ExpectedSeconds, ExpectedSigner,
    ExpectedText, JwkView, SubmoduleToken, SubmoduleView, TokenBundleView, TokenClaims, TokenExpectations,
    TokenExpiry, TokenKey, TokenOptions, TokenRequest, TokenVerifier, TokenView, verify_token,
    verify_token_json,
};
pub use tpm::{
    ActivatedKey, AkClaims, AkEvidence, AttestedKey, AuthorityClaims, BootClaims, BootStateClaims,
    ClockClaims, ClockReading, EndorsementKey, EndorsementView, ImaClaims, ImaListView, KeptChallenge,
    PcrBanks, RegisterClaims, SectionClaims, SecureBootClaims, TeeBoundKey, TpmAttestView, TpmChallenge,
    TpmChallengeRequest, TpmClaims, TpmOptions, TpmPublicView, TpmQuoteClaims, TpmRequest, learn_tpm_policy,
    make_tpm_challenge, make_tpm_challenge_json, verify_tpm, verify_tpm_json,
};
pub use verification::{
    Appraisal, Claims, CollateralClaims, DcapClaims, Expiry, Finding, Forecast, Horizon, NotChecked,
    ShortComponent, Shortfall, TcbClaims, TcbPart, Verdict, Verification,
};
