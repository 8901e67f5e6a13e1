//! Makes tokens of what every policy accepted. There is no other way to one.

use aws_lc_rs::digest::{SHA384, digest};
use veriquote::appraisal::{
    Bound, Budget, Claims, ClaimsOptions, Members, Profile, SubjectTemplate, TpmMember, Written,
};
use veriquote::binding::Mode;
use veriquote::composite::{Bond, Composite};
use veriquote::dcap::{AuthenticQuote, Report};
use veriquote::nvidia::DeviceSet;
use veriquote::policy::Accepted;
use veriquote::tpm::BoundQuote;
use veriquote::{Code, Error, UnixTime};
use veriquote_facade::Problem;

use super::binding::RuntimeData;
use super::evidence::Tee;
use crate::State;
use crate::error::{ApiError, Result, ServiceCode};
use crate::operations::audit::record;
use crate::policies::Resolved;
use crate::work::{Length, work};

/// What a token is to say beside the evidence.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Under whose names.
    pub profile: Profile,
    /// `aud`.
    pub audience: String,
    /// How long at most.
    pub lifetime_seconds: u32,
    /// How many characters at most.
    pub max_chars: usize,
    /// `eat_nonce`.
    pub nonce: Option<String>,
}

/// A token.
#[derive(Clone, Debug)]
pub struct Issued {
    /// In compact serialisation.
    pub token: String,
    /// Its last second.
    pub expires_at: UnixTime,
    /// What was left out of it.
    pub omitted: Vec<&'static str>,
}

/// SHA-384 of evidence as it arrived.
#[must_use]
pub fn evidence_digest(evidence: &[u8]) -> [u8; 48] {
    let mut bytes = [0; 48];
    bytes.copy_from_slice(digest(&SHA384, evidence).as_ref());
    bytes
}

/// A token that is to be made: everything but what the evidence says.
#[derive(Clone, Debug)]
pub struct Draft {
    state: State,
    wanted: Wanted,
    token_id: String,
    evidence: [u8; 48],
    now: UnixTime,
}

impl Draft {
    /// A token for evidence of this digest.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub fn new(state: &State, wanted: Wanted, evidence: [u8; 48], now: UnixTime) -> Result<Self> {
        Ok(Self { state: state.clone(), wanted, token_id: crate::random::uuid()?, evidence, now })
    }

    /// The claims of a quote of an enclave or trust domain.
    ///
    /// # Errors
    /// Claims that cannot be made.
    pub fn of_quote(
        &self,
        accepted: &[(Resolved, Accepted<AuthenticQuote>)],
        bound: Option<(&RuntimeData, Mode)>,
    ) -> Result<Claims> {
        let Some((_, first)) = accepted.first() else {
            return Err(ApiError::internal("no policy was asked"));
        };
        let subject = &self.state.config().token.subject;
        let names = match first.evidence().report() {
            Report::Td(_) => &subject.tdx,
            Report::Sgx(_) => &subject.sgx,
        };
        let policies: Vec<_> = accepted.iter().map(|(policy, accepted)| (accepted, policy.hash)).collect();
        let provider = self.state.provider().as_ref();
        let last = first.evidence().in_force_until();
        self.options(names, bound, last, |options| Claims::from_all_accepted(&policies, options, provider))
    }

    /// The claims of a TPM's quote. A challenge binds `data` in `extraData`.
    ///
    /// # Errors
    /// Data that are not bound; claims that cannot be made.
    pub fn of_machine(
        &self,
        accepted: &[&Accepted<BoundQuote<'_>>],
        hashes: &[Option<[u8; 48]>],
        data: Option<&RuntimeData>,
    ) -> Result<Claims> {
        let Some(first) = accepted.first() else { return Err(ApiError::internal("no policy was asked")) };
        let bound_quote = first.evidence();
        let provider = bound_quote.provider();
        let verify = |data: &RuntimeData| data.verify(bound_quote.quote().extra_data(), Tee::Tpm, provider);
        let bound = match data {
            None => None,
            Some(data) => Some((data, verify(data)?.0)),
        };
        let names = &self.state.config().token.subject.tpm;
        let policies: Vec<_> = accepted.iter().copied().zip(hashes.iter().copied()).collect();
        self.options(names, bound, bound_quote.ak().window.not_after, |options| {
            Claims::from_all_accepted_tpm(&policies, options, provider)
        })
    }

    /// The claims of NVIDIA devices, whose challenge is `data`.
    ///
    /// # Errors
    /// Claims that cannot be made.
    pub fn of_devices(
        &self,
        accepted: &[(Resolved, Accepted<DeviceSet>)],
        data: Option<&RuntimeData>,
    ) -> Result<Claims> {
        let Some((_, first)) = accepted.first() else {
            return Err(ApiError::internal("no policy was asked"));
        };
        let names = &self.state.config().token.subject.nvgpu;
        let policies: Vec<_> = accepted.iter().map(|(policy, accepted)| (accepted, policy.hash)).collect();
        let provider = self.state.provider().as_ref();
        let bound = data.map(|data| (data, Mode::RawExact));
        self.options(names, bound, first.evidence().window().not_after, |options| {
            Claims::from_all_accepted_nvidia(&policies, options, provider)
        })
    }

    /// The claims of a trust domain with its devices. `data` are what its report data are made of.
    ///
    /// # Errors
    /// Data that are not bound; claims that cannot be made.
    pub fn of_composite(
        &self,
        accepted: &[(Resolved, Accepted<Composite>)],
        data: Option<&RuntimeData>,
    ) -> Result<Claims> {
        let Some((_, first)) = accepted.first() else {
            return Err(ApiError::internal("no policy was asked"));
        };
        let composite = first.evidence();
        let subject = &self.state.config().token.subject;
        let names: Vec<String> = subject.tdx.iter().chain(&subject.nvgpu).cloned().collect();
        let policies: Vec<_> = accepted.iter().map(|(policy, accepted)| (accepted, policy.hash)).collect();
        let provider = self.state.provider().as_ref();
        let report_data = composite.machine().report().report_data();
        let bound = match data {
            None => None,
            Some(data) => Some((data, data.verify(&report_data.0, Tee::AcsTdxNvGpu, provider)?.0)),
        };
        self.options(&names, bound, composite.window().not_after, |options| {
            Claims::from_all_accepted_composite(&policies, options, provider)
        })
    }

    /// The claims of a machine with its devices and perhaps its TPM, each accepted by policies of its own.
    ///
    /// # Errors
    /// Claims that cannot be made.
    pub fn of_members(
        &self,
        bond: &[(Resolved, Accepted<Bond>)],
        devices: &[(Resolved, Accepted<DeviceSet>)],
        tpm: Option<&TpmMember>,
    ) -> Result<Claims> {
        let Some((_, first)) = bond.first() else {
            return Err(ApiError::internal("no policy was asked"));
        };
        let composite = first.evidence().composite();
        let subject = &self.state.config().token.subject;
        let machine = match composite.machine().report() {
            Report::Td(_) => &subject.tdx,
            Report::Sgx(_) => &subject.sgx,
        };
        let of_tpm = tpm.map(|_| &subject.tpm).into_iter().flatten();
        let names: Vec<String> = machine.iter().chain(&subject.nvgpu).chain(of_tpm).cloned().collect();
        let bond: Vec<_> = bond.iter().map(|(policy, accepted)| (accepted, policy.hash)).collect();
        let devices: Vec<_> = devices.iter().map(|(policy, accepted)| (accepted, policy.hash)).collect();
        let members = Members { bond: &bond, devices: &devices, tpm };
        let last = composite.window().not_after;
        let last = tpm.map_or(last, |tpm| last.min(tpm.window().not_after));
        self.options(&names, None, last, |options| {
            Claims::from_accepted_members(&members, options, self.state.provider().as_ref())
        })
    }

    /// What the evidence does not say; the token ends with `last` at the latest.
    fn options(
        &self,
        names: &[String],
        bound: Option<(&RuntimeData, Mode)>,
        last: UnixTime,
        claims: impl FnOnce(&ClaimsOptions<'_>) -> std::result::Result<Claims, Error>,
    ) -> Result<Claims> {
        let config = self.state.config();
        let lifetime = UnixTime(self.now.0.saturating_add(i64::from(self.wanted.lifetime_seconds)));
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let profile = self.state.eat_profile();
        let options = ClaimsOptions {
            issuer: config.issuer.as_str(),
            audience: &self.wanted.audience,
            issued_at: self.now,
            expires_at: lifetime.min(last),
            token_id: &self.token_id,
            profile: &profile,
            intended_use: "generic",
            policy_hash: None,
            subject: SubjectTemplate::Measurements(&names),
            nonce: self.wanted.nonce.as_deref(),
            bound: bound.map_or(Bound::Nothing, |(data, mode)| Bound::Data {
                mode,
                data: &data.data,
                nonce: data.nonce(),
            }),
            evidence: Some(self.evidence),
            verifier: (&config.token.developer, BUILD),
        };
        claims(&options).map_err(refused)
    }

    /// Signs the claims under the names of the profile.
    ///
    /// # Errors
    /// No key, a token that is too long.
    pub async fn sign(self, claims: &Claims) -> Result<Issued> {
        let Some(key) = self.state.keys().signer(self.now) else {
            return Err(ApiError::new(ServiceCode::Unavailable, "no key of the issuer signs at this time"));
        };
        let budget = Budget {
            token_chars: self.wanted.max_chars.min(self.state.config().token.max_chars),
            overhead_chars: key.overhead_chars(),
        };
        let written = claims.write(self.wanted.profile, budget, self.state.provider().as_ref());
        let Written { payload, omitted, .. } = written.map_err(refused)?;
        let expires_at = claims.appraisal().times.expires_at.unwrap_or(self.now);
        let kid = key.kid().to_owned();
        let length = if key.is_quick() { Length::Short } else { Length::Long };
        let sign = move || key.token(&payload);
        let token = work(length, sign).await?.map_err(ApiError::internal)?;
        // What the log does not say was not issued.
        record::token(&self.state, claims.appraisal(), &kid, &self.evidence)?;
        Ok(Issued { token, expires_at, omitted })
    }
}

/// Which build appraised.
const BUILD: &str = concat!("veriquote-server ", env!("CARGO_PKG_VERSION"));

fn refused(error: Error) -> ApiError {
    let problem = Problem::from(&error);
    let code = match error.code() {
        Code::ClaimsSize => ServiceCode::TokenTooLong,
        Code::BindingReportData => ServiceCode::BindingMismatch,
        // What the subject is made of is not in this evidence.
        Code::ClaimsMissing if error.part().starts_with("sub") => ServiceCode::VerificationFailed,
        // Collateral that lapses while the token is made, or that a policy's grace keeps alive.
        Code::ClaimsValue if error.part() == "exp" => ServiceCode::VerificationFailed,
        _ => return ApiError::internal(format!("{}: {}", problem.code, problem.part)),
    };
    ApiError::of(code, problem)
}
