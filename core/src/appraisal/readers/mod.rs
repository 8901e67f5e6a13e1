//! Readers of the tokens that attestation services issue.
//!
//! A token is recognised by what its service always writes: the issuer, the profile, members that no
//! other service has. Exactly one reader must recognise it; otherwise the caller has to name the
//! [`Dialect`]. Each reader is strict about the claims it understands and keeps the others.

mod aliyun;
mod device;
mod dotted;
pub(crate) mod ear;
mod google;
mod ita;
mod maa;
mod nras;
mod plain;
mod registered;
mod trustee;

use alloc::string::String;
use alloc::vec::Vec;

use super::{Appraisal, Environment, Tee, Tier};
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::json::{Node, Strictness, parse};
use crate::jwt::AuthenticToken;
use crate::limits;
use crate::named::named;

pub use nras::{AuthenticNrasBundle, BUNDLE_RULES, NrasBundle, NrasSubmodule};

named! {
    /// Whose claims they are.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
    #[non_exhaustive]
    pub enum Dialect {
        /// Alibaba Cloud's remote attestation service, and our own profile `aliyun`.
        #[default]
        Aliyun = "aliyun",
        /// Trustee's simple token.
        TrusteeSimple = "trustee-simple",
        /// EAR with dots in its names: Veraison, Confidential Containers.
        EarDotted = "ear-dotted",
        /// EAR, draft 04: underscores.
        Ear = "ear",
        /// Intel Trust Authority, version 1 (one TEE, members at the root).
        IntelTrustAuthority1 = "ita-v1",
        /// Intel Trust Authority, version 2 (one object per TEE).
        IntelTrustAuthority2 = "ita-v2",
        /// Microsoft Azure Attestation.
        AzureAttestation = "maa",
        /// Google Confidential Space.
        ConfidentialSpace = "google-confidential-space",
        /// NVIDIA Remote Attestation Service: a detached bundle.
        NvidiaRemoteAttestation = "nras",
        /// Our own profile `compact`.
        Compact = "compact",
    }
}

impl Dialect {
    /// The one dialect that these claims are of.
    ///
    /// # Errors
    /// `token.dialect` when no reader recognises them, or more than one does.
    pub fn recognise(claims: &Node<'_>) -> Result<Self, Error> {
        let mut known: Vec<Self> = Self::ALL.iter().copied().filter(|dialect| dialect.fits(claims)).collect();
        match (known.pop(), known.pop()) {
            (Some(dialect), None) => Ok(dialect),
            (Some(one), Some(other)) => Err(Error::new(Code::TokenDialect, "")
                .with(Fact::text("one", one.as_str()))
                .with(Fact::text("other", other.as_str()))),
            _ => Err(Error::new(Code::TokenDialect, "")),
        }
    }

    fn fits(self, claims: &Node<'_>) -> bool {
        match self {
            Self::Aliyun => aliyun::fits(claims),
            Self::TrusteeSimple => trustee::fits(claims),
            Self::EarDotted => ear::fits_dotted(claims),
            Self::Ear => ear::fits_draft(claims),
            Self::IntelTrustAuthority1 => ita::fits_v1(claims),
            Self::IntelTrustAuthority2 => ita::fits_v2(claims),
            Self::AzureAttestation => maa::fits(claims),
            Self::ConfidentialSpace => google::fits(claims),
            Self::NvidiaRemoteAttestation => nras::fits(claims),
            Self::Compact => registered::fits_compact(claims),
        }
    }
}

/// Whether a token is read that says of itself that the evidence failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SignedFailure {
    /// `token.failed`.
    #[default]
    Refuse,
    /// Shown, with the error among [`Appraisal::objections`].
    Show,
}

/// Whether a token is read that attests a sample TEE.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SampleTee {
    /// `token.sample_tee`.
    #[default]
    Refuse,
    /// Shown, with the error among [`Appraisal::objections`].
    Show,
}

/// How to read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReadOptions {
    /// Whose claims they must be. `None`: recognised.
    pub dialect: Option<Dialect>,
    /// What to do about failures that the verifier signed.
    pub signed_failure: SignedFailure,
    /// What to do about sample TEEs.
    pub sample_tee: SampleTee,
}

impl ReadOptions {
    /// For showing a token to a person: nothing is hidden, and nothing is accepted.
    pub const SHOW: Self =
        Self { dialect: None, signed_failure: SignedFailure::Show, sample_tee: SampleTee::Show };
}

/// Something read from bytes that no signature was checked for: to be shown, never to be relied on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unauthenticated<T>(T);

impl<T> Unauthenticated<T> {
    /// What the bytes say, whoever wrote them.
    pub const fn unauthenticated(&self) -> &T {
        &self.0
    }
}

/// What a verified token says.
///
/// # Errors
/// `token.dialect`, `token.claim`, `token.contradiction`, `token.submodule`, `token.failed`,
/// `token.sample_tee`, `limit.depth`, `limit.count`; the part is the claim's path below `claims`.
pub fn appraise(token: &AuthenticToken, options: ReadOptions) -> Result<Appraisal, Error> {
    read(&token.claims(), options)
}

/// Reads the payload of a token that nothing was verified of.
///
/// # Errors
/// Those of [`appraise`], and those of the JSON reader.
pub fn appraise_unauthenticated(
    payload: &[u8],
    options: ReadOptions,
) -> Result<Unauthenticated<Appraisal>, Error> {
    if payload.len() > limits::TOKEN_PAYLOAD_BYTES {
        return Err(Error::new(Code::LimitSize, "claims")
            .with(Fact::count("size", payload.len()))
            .with(Fact::count("maximum", limits::TOKEN_PAYLOAD_BYTES)));
    }
    let claims = parse(payload, Strictness::DOCUMENT).map_err(|error| error.inside("claims"))?;
    read(&claims, options).map(Unauthenticated)
}

/// Reads claims.
fn read(claims: &Node<'_>, options: ReadOptions) -> Result<Appraisal, Error> {
    let read = || {
        let dialect = match options.dialect {
            Some(dialect) => dialect,
            None => Dialect::recognise(claims)?,
        };
        let mut appraisal = match dialect {
            Dialect::Aliyun => aliyun::read(claims)?,
            Dialect::TrusteeSimple => trustee::read(claims)?,
            Dialect::EarDotted => ear::read(claims, &ear::DOTTED)?,
            Dialect::Ear => ear::read(claims, &ear::DRAFT)?,
            Dialect::IntelTrustAuthority1 => ita::read_v1(claims)?,
            Dialect::IntelTrustAuthority2 => ita::read_v2(claims)?,
            Dialect::AzureAttestation => maa::read(claims)?,
            Dialect::ConfidentialSpace => google::read(claims)?,
            Dialect::NvidiaRemoteAttestation => nras::read_overall(claims)?,
            Dialect::Compact => registered::read_compact(claims)?,
        };
        appraisal.dialect = dialect;
        appraisal.payload = claims.raw.into();
        finish(appraisal, options)
    };
    read().map_err(|error| error.inside("claims"))
}

/// What holds for every dialect.
fn finish(mut appraisal: Appraisal, options: ReadOptions) -> Result<Appraisal, Error> {
    if appraisal.environments.is_empty() {
        return Err(Error::new(Code::TokenClaim, "").with(Fact::text("actual", "attests nothing")));
    }
    let path = |environment: &Environment| match &environment.name {
        Some(name) => alloc::format!("submods.{}", name.replace('/', ".submods.")),
        None => "tee".into(),
    };
    // Intel Trust Authority issues a token whatever its policies say, unless it was told that they must
    // match, and lists both kinds: which ones have to match is the relying party's to say.
    let lists_unmatched =
        matches!(appraisal.dialect, Dialect::IntelTrustAuthority1 | Dialect::IntelTrustAuthority2);
    let mut found = Vec::new();
    for environment in &appraisal.environments {
        if environment.tee == Some(Tee::Sample) {
            found.push(Error::new(Code::TokenSampleTee, path(environment)));
        }
        let refused = environment.policies.iter().filter(|policy| policy.matched == Some(false));
        for policy in refused.filter(|_| !lists_unmatched) {
            let name: String = policy.id.chars().take(64).collect();
            let error =
                Error::new(Code::TokenFailed, "evaluation-reports").with(Fact::string("policy", name));
            found.push(error);
        }
        if environment.binding.as_ref().is_some_and(|binding| binding.matched == Some(false)) {
            let error = Error::new(Code::TokenFailed, path(environment));
            found.push(error.with(Fact::text("binding", "not matched")));
        }
        if environment.status == Some(Tier::Contraindicated) {
            let error = Error::new(Code::TokenFailed, path(environment));
            found.push(error.with(Fact::text("status", Tier::Contraindicated.as_str())));
        }
    }
    if appraisal.status == Some(Tier::Contraindicated)
        && !found.iter().any(|error| error.code() == Code::TokenFailed)
    {
        found.push(Error::new(Code::TokenFailed, "status"));
    }
    appraisal.objections.extend(found);
    let refused = appraisal.objections.iter().find(|error| match error.code() {
        Code::TokenSampleTee => options.sample_tee == SampleTee::Refuse,
        _ => options.signed_failure == SignedFailure::Refuse,
    });
    match refused {
        Some(error) => Err(error.clone()),
        None => Ok(appraisal),
    }
}
