//! Makes tokens of what every policy accepted. There is no other way to one.

use aws_lc_rs::digest::{SHA384, digest};
use veriquote::appraisal::{Bound, Budget, Claims, ClaimsOptions, Profile, SubjectTemplate, Written};
use veriquote::binding::Mode;
use veriquote::dcap::AuthenticQuote;
use veriquote::policy::Accepted;
use veriquote::{Code, Error, UnixTime};
use veriquote_facade::Problem;

use super::binding::RuntimeData;
use super::evidence::Tee;
use crate::State;
use crate::error::{ApiError, Result, ServiceCode};
use crate::policies::Resolved;

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

/// Makes and signs the token of a quote.
///
/// # Errors
/// Claims that cannot be made, no key, a token that is too long.
pub async fn dcap(
    state: &State,
    tee: Tee,
    accepted: &[(Resolved, Accepted<AuthenticQuote>)],
    bound: Option<(&RuntimeData, Mode)>,
    evidence: [u8; 48],
    wanted: &Wanted,
    now: UnixTime,
) -> Result<Issued> {
    let Some((_, first)) = accepted.first() else { return Err(ApiError::internal("no policy was asked")) };
    let key = state
        .keys()
        .signer(now)
        .ok_or_else(|| ApiError::new(ServiceCode::Unavailable, "no key of the issuer signs at this time"))?;
    let config = state.config();
    let lifetime = UnixTime(now.0.saturating_add(i64::from(wanted.lifetime_seconds)));
    let expires_at = lifetime.min(first.evidence().collateral().earliest_next_update);
    let token_id = crate::random::uuid()?;
    let profile = state.eat_profile();
    let names = if tee == Tee::Tdx { &config.token.subject.tdx } else { &config.token.subject.sgx };
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let options = ClaimsOptions {
        issuer: config.issuer.as_str(),
        audience: &wanted.audience,
        issued_at: now,
        expires_at,
        token_id: &token_id,
        profile: &profile,
        intended_use: "generic",
        policy_hash: None,
        subject: SubjectTemplate::Measurements(&names),
        nonce: wanted.nonce.as_deref(),
        bound: bound.map_or(Bound::Nothing, |(data, mode)| Bound::Data {
            mode,
            data: &data.data,
            nonce: data.nonce(),
        }),
        evidence: Some(evidence),
        verifier: (&config.token.developer, BUILD),
    };
    let policies: Vec<_> = accepted.iter().map(|(policy, accepted)| (accepted, policy.hash)).collect();
    let provider = state.provider().as_ref();
    let claims = Claims::from_all_accepted(&policies, &options, provider).map_err(refused)?;
    let budget = Budget {
        token_chars: wanted.max_chars.min(config.token.max_chars),
        overhead_chars: key.overhead_chars(),
    };
    let Written { payload, omitted, .. } = claims.write(wanted.profile, budget, provider).map_err(refused)?;
    let sign = move || key.token(&payload);
    let token = tokio::task::spawn_blocking(sign).await.map_err(ApiError::internal)?;
    Ok(Issued { token: token.map_err(ApiError::internal)?, expires_at, omitted })
}

/// Which build appraised.
const BUILD: &str = concat!("veriquote-server ", env!("CARGO_PKG_VERSION"));

fn refused(error: Error) -> ApiError {
    let problem = Problem::from(&error);
    let code = match error.code() {
        Code::ClaimsSize => ServiceCode::TokenTooLong,
        Code::BindingReportData => ServiceCode::BindingMismatch,
        // Collateral that lapses while the token is made, or that a policy's grace keeps alive.
        Code::ClaimsValue if error.part() == "exp" => ServiceCode::VerificationFailed,
        _ => return ApiError::internal(format!("{}: {}", problem.code, problem.part)),
    };
    ApiError::of(code, problem)
}
