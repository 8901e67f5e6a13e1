//! What every binding of veriquote shares: owned types, one function per call, JSON in and JSON out.
//!
//! A binding converts its language's values to and from the JSON of this crate and decides nothing.
//! Unknown members are refused (`misuse.options`), so that no check is dropped by a slip of the pen.
#![forbid(unsafe_code)]

pub mod appraisal;
mod binding;
mod blob;
mod check;
#[cfg(feature = "dcap")]
mod claims;
#[cfg(feature = "dcap")]
mod dcap;
mod document;
#[cfg(any(feature = "dcap", feature = "tpm"))]
mod event_log;
#[cfg(all(feature = "dcap", feature = "tpm"))]
mod inspect;
#[cfg(all(feature = "dcap", feature = "tpm"))]
mod lookup;
mod prepared;
mod problem;
#[cfg(feature = "dcap")]
mod qve;
#[cfg(feature = "schema")]
mod schema;
mod time;
mod token;
#[cfg(feature = "tpm")]
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
#[cfg(feature = "dcap")]
pub use claims::{
    PlatformClaims, QuoteClaims, ReportClaims, SgxReportClaims, TdxExtendedClaims, TdxReportClaims,
};
#[cfg(feature = "dcap")]
pub use dcap::{DcapOptions, DcapRequest, DcapVerifier, ProfileName, verify_dcap, verify_dcap_json};
pub use document::Document;
#[cfg(any(feature = "dcap", feature = "tpm"))]
pub use event_log::{EventClaims, EventLogClaims};
#[cfg(all(feature = "dcap", feature = "tpm"))]
pub use inspect::{
    CertificateView, CollateralView, CrlView, Inspection, PckQuery, PckReference, QuotePlatform, QuoteView,
    SignedDocumentView, inspect, inspect_json, pck_reference_of_quote, platform_of_pck, platform_of_quote,
};
#[cfg(all(feature = "dcap", feature = "tpm"))]
pub use lookup::{
    PckLookup, PckLookupQuery, PlatformLookup, pck_reference_of_quote_json, platform_of_pck_json,
    platform_of_quote_json,
};
#[cfg(feature = "dcap")]
pub use prepared::{DcapCall, DcapPreparation, PreparedDcap};
pub use prepared::{PreparedTokens, TokenCall, TokenPreparation};
pub use problem::{Problem, ProblemKind};
#[cfg(feature = "dcap")]
pub use qve::{QveClaims, QveEvidence};
#[cfg(feature = "schema")]
pub use schema::schema;
pub use time::Time;
pub use token::{
    AcceptedAlgorithms, AttestedExpectations, ExpectedDebug, ExpectedNonce, ExpectedSeconds, ExpectedSigner,
    ExpectedText, SubmoduleToken, TokenClaims, TokenExpectations, TokenExpiry, TokenKey, TokenOptions,
    TokenRequest, TokenVerifier, verify_token, verify_token_json,
};
#[cfg(all(feature = "dcap", feature = "tpm"))]
pub use token::{JwkView, TokenView};
#[cfg(feature = "tpm")]
pub use tpm::{
    AkClaims, AuthorityClaims, BootClaims, BootStateClaims, ClockClaims, ClockReading, ImaClaims, PcrBanks,
    RegisterClaims, SectionClaims, SecureBootClaims, TpmClaims, TpmOptions, TpmQuoteClaims, TpmRequest,
    learn_tpm_policy, learn_tpm_policy_json, verify_tpm, verify_tpm_json,
};
#[cfg(all(feature = "dcap", feature = "tpm"))]
pub use tpm::{ImaListView, TpmAttestView, TpmPublicView};
#[cfg(feature = "dcap")]
pub use verification::DcapClaims;
pub use verification::{
    Appraisal, Claims, CollateralClaims, Expiry, Finding, Forecast, Horizon, NotChecked, ShortComponent,
    Shortfall, TcbClaims, TcbPart, Verdict, Verification,
};
