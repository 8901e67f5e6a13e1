//! Has the facade verify evidence, once for each policy that must accept it.

use std::sync::Arc;

use veriquote::OutcomeKind;
use veriquote::binding::Mode;
use veriquote::bytes::to_hex;
use veriquote::crypto::CryptoProvider;
use veriquote::dcap::AuthenticQuote;
use veriquote::policy::Accepted;
use veriquote::tpm::{BoundQuote, Name, PublicArea};
use veriquote_facade::{
    Blob, CheckLine, DcapOptions, DcapVerifier, Document, Problem, ProblemKind, Time, TpmOptions, TpmRequest,
    Verification, platform_of_quote, verify_tpm_for_claims,
};

use super::binding::RuntimeData;
use super::desk::Ready;
use super::evidence::{DcapEvidence, Tee, TpmEvidence};
use crate::State;
use crate::collateral::{CollateralFile, Missing};
use crate::error::{ApiError, Result, ServiceCode};
use crate::instances::roots_for;
use crate::policies::{Resolved, ask};
use crate::work::{Length, work};

/// What one policy made of a quote.
#[derive(Debug)]
pub struct Ruling {
    /// The policy.
    pub policy: Resolved,
    /// The facade's result.
    pub verification: Verification,
    /// The proof, when the policy accepted it.
    pub accepted: Option<Accepted<AuthenticQuote>>,
}

/// A quote with what every policy made of it.
#[derive(Debug)]
pub struct DcapOutcome {
    /// In the order of the policies' ids.
    pub rulings: Vec<Ruling>,
    /// The collateral is this service's and not the client's.
    pub own_collateral: bool,
}

/// Verifies a quote.
///
/// # Errors
/// Collateral that is not at hand; options that the service was configured with. What is wrong with the
/// evidence is in the outcome.
pub async fn dcap(
    state: &State,
    (tee, field): (Tee, &str),
    evidence: DcapEvidence,
    policies: Vec<Resolved>,
    at: Time,
) -> Result<DcapOutcome> {
    let quote = Blob(evidence.quote);
    let own_collateral = evidence.collateral.is_none();
    let (collateral, digest) = match evidence.collateral {
        Some(given) => (Arc::new(Document(given)), None),
        None => {
            let CollateralFile { document, digest } = of_library(state, (tee, field), &quote).await?;
            (document, Some(digest))
        }
    };
    let options = DcapOptions { roots: state.trust().dcap_roots.clone(), ..DcapOptions::at(at) };
    let provider = Arc::clone(state.provider());
    let log = evidence.event_log.map(Blob);
    let has_agent_log = evidence.has_agent_log;
    let desk = Arc::clone(state.desk());
    // What clients bring is verified for them alone, so that they cannot push out what is ours.
    let ready = |policy: &Resolved| digest.as_ref().and_then(|digest| desk.ready(digest, policy, at));
    let policies: Vec<_> = policies.into_iter().map(|policy| (ready(&policy), policy)).collect();
    let length = match policies.as_slice() {
        [(Some(_), _)] if log.is_none() => Length::Short,
        _ => Length::Long,
    };
    let verify = move || -> Result<DcapOutcome> {
        let mut rulings = Vec::with_capacity(policies.len());
        for (ready, policy) in policies {
            let prepare = || {
                let documents = std::slice::from_ref(collateral.as_ref());
                DcapVerifier::with_policy(Arc::clone(&provider), documents, &options, policy.policy.clone())
                    .map_err(|problem| ApiError::internal(problem.message))
            };
            let verifier = match (ready, &digest) {
                (Some(ready), _) => ready,
                (None, Some(digest)) => desk.prepare(digest, &policy, prepare)?,
                (None, None) => Ready::once(prepare()?),
            };
            let (mut verification, accepted) = verifier.verify_for_claims(&quote, log.as_ref());
            if has_agent_log && verification.verified {
                verification.checks.push(agent_log());
            }
            rulings.push(Ruling { policy, verification, accepted });
        }
        Ok(DcapOutcome { rulings, own_collateral })
    };
    let mut outcome = work(length, verify).await??;
    for ruling in &mut outcome.rulings {
        ask(state, &ruling.policy, at.0, &mut ruling.verification).await?;
        ruling.accepted = ruling.accepted.take().filter(|_| ruling.verification.accepted);
    }
    Ok(outcome)
}

/// What each policy made of a TPM's quote, and what was made of the proofs where all accepted it.
#[derive(Debug)]
pub struct TpmOutcome<T> {
    /// In the order of the policies' ids.
    pub rulings: Vec<(Resolved, Verification)>,
    /// Of the proofs, when every policy accepted.
    pub made: Option<T>,
}

/// Verifies a TPM's quote; `made` is given the proofs, one of each policy, where all of them accepted it.
/// `answer` is the whole of what it must have signed in answer to a challenge of this service: without one the
/// quote may be of any age, and only a policy that allows that accepts it.
///
/// # Errors
/// A key that this service has no reason to trust. What is wrong with the evidence is in the verifications.
pub async fn tpm<T: Send + 'static>(
    state: &State,
    evidence: Box<TpmEvidence>,
    policies: Vec<Resolved>,
    at: Time,
    answer: Option<Vec<u8>>,
    made: impl FnOnce(&[&Accepted<BoundQuote<'_>>]) -> T + Send + 'static,
) -> Result<TpmOutcome<T>> {
    let provider = Arc::clone(state.provider());
    let mut options = TpmOptions::new(at, answer.map(|answer| to_hex(&answer)).unwrap_or_default());
    if options.nonce.as_deref() == Some("") {
        (options.nonce, options.danger_no_nonce) = (None, true);
    }
    match trusted_key(state, &evidence).await? {
        TrustedKey::Certified { chain, roots } => (options.ak_chain, options.roots) = (Some(chain), roots),
        TrustedKey::Named(name) => options.ak_name = Some(name),
    }
    // Hex, so that nothing depends on what the bytes look like.
    let hex = |bytes: &[u8]| Blob(to_hex(bytes).into_bytes());
    let request = TpmRequest {
        quote: hex(&evidence.quote),
        signature: hex(&evidence.signature),
        ak: Some(hex(&evidence.ak)),
        ak_evidence: None,
        pcrs: Some(Document(evidence.pcrs.into_bytes())),
        event_log: evidence.event_log.as_deref().map(hex),
        ima_log: evidence.ima_log.as_deref().map(hex),
        options,
    };
    let rules: Vec<_> = policies.iter().map(|policy| policy.policy.clone()).collect();
    let verify = move || verify_tpm_for_claims(provider, &request, &rules, made);
    let (verifications, made) = work(Length::Long, verify).await?;
    let mut rulings: Vec<_> = policies.into_iter().zip(verifications).collect();
    for (policy, verification) in &mut rulings {
        ask(state, policy, at.0, verification).await?;
    }
    let all = rulings.iter().all(|(_, verification)| verification.accepted);
    Ok(TpmOutcome { rulings, made: made.filter(|_| all) })
}

impl<T> TpmOutcome<T> {
    /// What was made of the proofs, with the checks of the first policy.
    ///
    /// # Errors
    /// The first refusal: every check up to the failing one.
    pub fn accepted(self) -> Result<(T, Vec<CheckLine>)> {
        let mut trace = None;
        for (policy, verification) in self.rulings {
            if !verification.accepted {
                return Err(refusal(verification, &policy, false));
            }
            trace.get_or_insert(verification.checks);
        }
        let made = self.made.ok_or_else(|| ApiError::internal("no policy was asked"))?;
        Ok((made, trace.unwrap_or_default()))
    }
}

/// Why a TPM's key is trusted.
pub(super) enum TrustedKey {
    /// Its certificates lead to one of these roots.
    Certified { chain: Blob, roots: Vec<Blob> },
    /// The configuration has its Name.
    Named(String),
}

/// Why this service trusts a TPM's key.
///
/// # Errors
/// When it does not.
pub(super) async fn trusted_key(state: &State, evidence: &TpmEvidence) -> Result<TrustedKey> {
    match &evidence.ak_chain {
        Some(chain) => {
            let roots = roots_for(state, &evidence.ak).await?;
            if roots.is_empty() {
                return Err(untrusted("this service trusts no root for the certificate of this key"));
            }
            Ok(TrustedKey::Certified { chain: Blob(chain.clone().into_bytes()), roots })
        }
        None => {
            let provider = state.provider().as_ref();
            pinned(&evidence.ak, &state.trust().tpm_ak_names, provider).map(TrustedKey::Named)
        }
    }
}

/// The Name of a key, if it is one that the configuration names.
fn pinned(ak: &[u8], names: &[Vec<u8>], provider: &dyn CryptoProvider) -> Result<String> {
    let name = PublicArea::parse(ak).and_then(|area| Name::of(&area, provider)).map_err(|error| {
        ApiError::of(ServiceCode::InvalidFormat, Problem::from(error)).field("evidence.ak")
    })?;
    if names.iter().any(|known| name.matches(known)) {
        return Ok(to_hex(name.as_slice()));
    }
    Err(untrusted("the attestation key has no certificate, and its Name is not one that this service knows"))
}

fn untrusted(detail: &str) -> ApiError {
    ApiError::new(ServiceCode::VerificationFailed, detail).field("evidence.ak")
}

/// A quote that every policy accepted.
#[derive(Debug)]
pub struct AcceptedQuote {
    /// The policies, each with its proof: at least one.
    pub proofs: Vec<(Resolved, Accepted<AuthenticQuote>)>,
    /// The checks of the first.
    pub trace: Vec<CheckLine>,
}

impl DcapOutcome {
    /// The proofs, when every policy accepted the quote and it is of this kind.
    ///
    /// # Errors
    /// The first refusal: every check up to the failing one.
    pub fn accepted(self, tee: Tee, field: &str) -> Result<AcceptedQuote> {
        let mut accepted = AcceptedQuote { proofs: Vec::new(), trace: Vec::new() };
        for Ruling { policy, verification, accepted: proof } in self.rulings {
            if let Some(claims) = verification.claims.as_ref().and_then(|claims| claims.dcap())
                && claims.tee.as_str() != tee.as_str()
            {
                return Err(other_tee(tee, claims.tee.as_str(), field));
            }
            match proof {
                Some(proof) if verification.accepted => {
                    if accepted.proofs.is_empty() {
                        accepted.trace = verification.checks;
                    }
                    accepted.proofs.push((policy, proof));
                }
                _ => return Err(refusal(verification, &policy, self.own_collateral)),
            }
        }
        if accepted.proofs.is_empty() {
            return Err(ApiError::internal("no policy was asked"));
        }
        Ok(accepted)
    }
}

impl AcceptedQuote {
    /// How the report data bind what the request says that they bind.
    ///
    /// # Errors
    /// Those of [`RuntimeData::verify`], with the trace.
    pub fn bind<'d>(
        &self,
        data: Option<&'d RuntimeData>,
        tee: Tee,
        provider: &dyn CryptoProvider,
    ) -> Result<Option<(&'d RuntimeData, Mode)>> {
        let (Some(data), Some((_, proof))) = (data, self.proofs.first()) else { return Ok(None) };
        let report_data = proof.evidence().report().report_data();
        let (mode, _) =
            data.verify(&report_data.0, tee, provider).map_err(|error| error.after(self.trace.clone()))?;
        Ok(Some((data, mode)))
    }
}

/// The refusal of a verification. Collateral of this service that is no longer in force is this service's
/// fault, and passes.
pub fn refusal(verification: Verification, policy: &Resolved, own_collateral: bool) -> ApiError {
    let stale = verification
        .error
        .as_ref()
        .is_some_and(|problem| problem.kind == ProblemKind::Stale && !problem.part.starts_with("quote"));
    let error = ApiError::of_verification(verification);
    if stale && own_collateral {
        return error.recoded(ServiceCode::Unavailable);
    }
    if error.problem().is_some_and(|problem| problem.kind == ProblemKind::Rejected) {
        return error.policy(policy.id.clone());
    }
    error
}

pub(super) async fn of_library(
    state: &State,
    (tee, field): (Tee, &str),
    quote: &Blob,
) -> Result<CollateralFile> {
    let platform = platform_of_quote(quote).map_err(|problem| {
        let code = if problem.kind == ProblemKind::Malformed {
            ServiceCode::InvalidFormat
        } else {
            ServiceCode::VerificationFailed
        };
        ApiError::of(code, problem).field("evidence.quote")
    })?;
    // Nothing is authentic yet: this only spares a look for collateral that could not help.
    if platform.tee.as_str() != tee.as_str() {
        return Err(other_tee(tee, platform.tee.as_str(), field));
    }
    state.library().for_platform(&platform).await.map_err(|missing| match missing {
        Missing::Store(error) => error.into(),
        Missing::Upstream(key) => {
            ApiError::new(ServiceCode::Unavailable, format!("no upstream gave the collateral `{key}`"))
        }
        Missing::Document(key) => ApiError::new(
            ServiceCode::Unavailable,
            format!("no collateral `{key}` is at hand for this platform, and none came with the evidence"),
        ),
    })
}

pub(super) fn other_tee(said: Tee, found: &str, field: &str) -> ApiError {
    ApiError::argument(field, format!("the request says `{}`, and the quote is of `{found}`", said.as_str()))
}

/// A log that nothing here replays: no claim comes from it, and the trace says so.
pub(super) fn agent_log() -> CheckLine {
    CheckLine {
        id: "service.aa_event_log".into(),
        title: "the log of the attestation agent replays to RTMR 3".into(),
        outcome: OutcomeKind::Skipped.into(),
        reason: Some("this log is not verified here; nothing in the result comes from it".into()),
        spec: "docs/api.md, Evidence".into(),
        facts: serde_json::Map::new(),
    }
}
