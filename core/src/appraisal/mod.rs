//! One appraisal for every attestation token: what a verifier says of a TEE, whoever the verifier is.
//!
//! Services name the same facts differently (`tdx.quote.body.mr_td`, `tdx_mrtd`), write them as JSON
//! inside a JSON string, or leave them out. A reader of [`readers`] maps one service's claims onto an
//! [`Appraisal`]; [`profiles`] writes an appraisal of our own as claims. What a token does not state is
//! `None` and never `false`, and every claim that has no field here is kept, as its JSON text, in
//! `unmapped`: nothing is lost.

mod ar4si;
mod claims;
mod expectations;
mod members;
mod names;
pub mod profiles;
pub mod readers;
mod subject;
mod tee;

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use crate::error::Error;
use crate::time::UnixTime;

pub use ar4si::{Tier, TrustVector};
#[cfg(all(feature = "dcap", feature = "nvidia"))]
pub use claims::Members;
#[cfg(all(feature = "dcap", feature = "nvidia", feature = "tpm"))]
pub use claims::TpmMember;
pub use claims::{Bound, Claims, ClaimsOptions, SubjectTemplate};
pub use expectations::{
    AppraisalExpectations, Debug, EXPECTATION_RULES, ExpectedMeasurement, ExpectedPolicy,
};
pub use profiles::{Budget, Profile, Written};
pub use readers::{
    AuthenticNrasBundle, BUNDLE_RULES, Dialect, NrasBundle, NrasSubmodule, ReadOptions, SampleTee,
    SignedFailure, Unauthenticated, appraise, appraise_unauthenticated,
};
pub use subject::{Selector, subject};
pub use tee::{DebugStatus, Tee};

/// What a token says: who says it, for whom, for how long, and of what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Appraisal {
    /// Whose claims these are.
    pub dialect: Dialect,
    /// `iss`.
    pub issuer: Option<String>,
    /// `aud`, one or several.
    pub audience: Vec<String>,
    /// `sub`.
    pub subject: Option<String>,
    /// `eat_profile`, or the version of the claims where a service has no profile.
    pub profile: Option<String>,
    /// `jti`.
    pub token_id: Option<String>,
    /// `intuse` (RFC 9711 §4.3.4).
    pub intended_use: Option<String>,
    /// `iat`, `nbf`, `exp`.
    pub times: Times,
    /// Who appraised, where the token tells.
    pub verifier: Option<Verifier>,
    /// The verdict over all environments, where the token states one.
    pub status: Option<Tier>,
    /// Nonces of the token as a whole.
    pub nonces: Vec<String>,
    /// The attested environments, in the order of the token; at least one.
    pub environments: Vec<Environment>,
    /// Claims of the token as a whole that have no field here.
    pub unmapped: Vec<RawClaim>,
    /// Why a relying party must not accept what is authentic here: a failure that the verifier signed, a
    /// sample TEE. Empty unless [`ReadOptions`] ask to be shown such tokens.
    pub objections: Vec<Error>,
    /// The whole payload as it was signed; empty for an appraisal that was not read from a token.
    pub payload: String,
}

/// One attested environment: a trust domain, an enclave, a machine, a GPU.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment {
    /// Name of the submodule, where the token has submodules.
    pub name: Option<String>,
    /// What it is.
    pub tee: Option<Tee>,
    /// Model of the hardware (`hwmodel`).
    pub hardware_model: Option<String>,
    /// Whether it can be debugged. `None`: the token does not say.
    pub debug: Option<DebugStatus>,
    /// Whether it started with secure boot. `None`: the token does not say.
    pub secure_boot: Option<bool>,
    /// Everything measured or configured, in the order of the token.
    pub measurements: Vec<Measurement>,
    /// What the environment put into its report.
    pub report_data: Option<Vec<u8>>,
    /// The data bound by the report data, as JSON text: `null` when the token says that there are none.
    pub runtime_data: Option<String>,
    /// The data bound at launch, as JSON text.
    pub init_data: Option<String>,
    /// The launch-time data's digest, as the report has it.
    pub init_data_digest: Option<Vec<u8>>,
    /// How the verifier found the report data bound.
    pub binding: Option<Binding>,
    /// Nonces of this environment.
    pub nonces: Vec<String>,
    /// State of the trusted computing base.
    pub tcb: Tcb,
    /// The verdict on this environment.
    pub status: Option<Tier>,
    /// The verdict by aspect (AR4SI).
    pub vector: Option<TrustVector>,
    /// What policies made of it.
    pub policies: Vec<PolicyResult>,
    /// Digest of the evidence, `algorithm:hex`, where the token tells.
    pub evidence: Option<String>,
    /// What the environment's own token says of itself, where it has one, as in a detached bundle.
    pub token: Option<OwnToken>,
    /// Claims of this environment that have no field here.
    pub unmapped: Vec<RawClaim>,
}

/// The registered claims of an environment's own token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OwnToken {
    /// `iss`.
    pub issuer: Option<String>,
    /// `sub`.
    pub subject: Option<String>,
    /// `aud`, one or several.
    pub audience: Vec<String>,
    /// `jti`.
    pub token_id: Option<String>,
    /// `eat_profile`.
    pub profile: Option<String>,
    /// `iat`, `nbf`, `exp`.
    pub times: Times,
}

/// When a token is valid.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Times {
    /// `iat`.
    pub issued_at: Option<UnixTime>,
    /// `nbf`.
    pub not_before: Option<UnixTime>,
    /// `exp`.
    pub expires_at: Option<UnixTime>,
}

/// Who appraised.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verifier {
    /// Who made it.
    pub developer: Option<String>,
    /// Which build.
    pub build: Option<String>,
}

/// A measured or configured value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measurement {
    /// Its name: the specification's (`mr_td`, `rtmr0`, `mr_enclave`), the same for every service; the
    /// claim's own where no specification names it.
    pub name: Cow<'static, str>,
    /// Its value.
    pub value: Value,
}

/// The value of a [`Measurement`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Bytes, in the order of the evidence.
    Bytes(Vec<u8>),
    /// A number.
    Number(u64),
    /// Yes or no.
    Flag(bool),
    /// Words, such as a version.
    Text(String),
}

/// State of the trusted computing base, as far as the token states it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tcb {
    /// The status; Intel's in Intel's spelling, however the token writes it.
    pub status: Option<String>,
    /// Up to which date of fixes it goes.
    pub date: Option<UnixTime>,
    /// Advisories that apply. `None`: the token does not say; empty: it says that there are none.
    pub advisories: Option<Vec<String>>,
    /// Number of the TCB evaluation that judged.
    pub evaluation_number: Option<u64>,
    /// Family of the platform.
    pub fmspc: Option<Vec<u8>>,
}

/// How report data were found bound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// The mode of [`crate::binding`].
    pub mode: String,
    /// Whether it holds. `None`: nothing was checked.
    pub matched: Option<bool>,
    /// Which claim makes it fresh.
    pub fresh: Option<String>,
}

/// What one policy made of the evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyResult {
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: Option<String>,
    /// Hash of its text. `None`: the token does not say or says `null`.
    pub hash: Option<Vec<u8>>,
    /// Whether the evidence met it. `None`: the token does not say.
    pub matched: Option<bool>,
    /// What it says beyond that, as JSON text.
    pub detail: Option<String>,
}

/// A claim kept as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawClaim {
    /// Dotted path from the root of the payload.
    pub path: String,
    /// Its JSON text.
    pub json: String,
}

impl Appraisal {
    /// What is attested, when the token attests one environment or several of one kind.
    #[must_use]
    pub fn tee(&self) -> Option<&Tee> {
        let first = self.environments.first()?.tee.as_ref()?;
        self.environments.iter().all(|environment| environment.tee.as_ref() == Some(first)).then_some(first)
    }

    /// Whether anything attested here can be debugged: the worst of all environments. `None` as soon as
    /// one of them does not say and none is known to be debuggable.
    #[must_use]
    pub fn debuggable(&self) -> Option<bool> {
        let mut all = self.environments.iter().map(|environment| environment.debug.map(DebugStatus::is_on));
        if all.clone().any(|debug| debug == Some(true)) {
            return Some(true);
        }
        (!self.environments.is_empty() && all.all(|debug| debug == Some(false))).then_some(false)
    }

    /// The worst verdict that the token states, of the whole and of each environment.
    #[must_use]
    pub fn worst_status(&self) -> Option<Tier> {
        let of_environments = self.environments.iter().filter_map(|environment| environment.status);
        of_environments.chain(self.status).max()
    }

    /// The environment of this name.
    #[must_use]
    pub fn environment(&self, name: &str) -> Option<&Environment> {
        self.environments.iter().find(|environment| environment.name.as_deref() == Some(name))
    }

    /// Whether the token answers this challenge: the token as a whole and each environment, as far as they
    /// state nonces, state exactly this one among them, and at least one of them does. Evidence of another
    /// day beside fresh evidence is not fresh.
    #[must_use]
    pub fn has_nonce(&self, nonce: &str) -> bool {
        let is_among = |nonces: &[String]| {
            nonces.iter().fold(false, |found, candidate| {
                found | crate::bytes::constant_time_eq(candidate.as_bytes(), nonce.as_bytes())
            })
        };
        let of_environments = self.environments.iter().map(|environment| &*environment.nonces);
        let mut stating = core::iter::once(&*self.nonces)
            .chain(of_environments)
            .filter(|nonces| !nonces.is_empty())
            .peekable();
        stating.peek().is_some() && stating.all(is_among)
    }
}

impl Environment {
    /// The measurement of this name.
    #[must_use]
    pub fn measurement(&self, name: &str) -> Option<&Value> {
        self.measurements.iter().find(|measurement| measurement.name == name).map(|found| &found.value)
    }

    fn measure(&mut self, name: impl Into<Cow<'static, str>>, value: Value) {
        self.measurements.push(Measurement { name: name.into(), value });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_challenge_is_answered_by_all_that_state_one() {
        let of = |root: &[&str], parts: &[&[&str]]| Appraisal {
            nonces: root.iter().map(|nonce| (*nonce).into()).collect(),
            environments: parts
                .iter()
                .map(|nonces| Environment {
                    nonces: nonces.iter().map(|nonce| (*nonce).into()).collect(),
                    ..Environment::default()
                })
                .collect(),
            ..Appraisal::default()
        };
        assert!(of(&["n"], &[&[]]).has_nonce("n"));
        assert!(of(&[], &[&["n"], &[]]).has_nonce("n"));
        assert!(of(&["m", "n"], &[&["n"]]).has_nonce("n"));
        assert!(!of(&[], &[&["n"], &["m"]]).has_nonce("n"), "evidence of another day beside it");
        assert!(!of(&["m"], &[&["n"]]).has_nonce("n"));
        assert!(!of(&[], &[&[]]).has_nonce("n"));
        assert!(!of(&[], &[]).has_nonce(""));
    }
}
