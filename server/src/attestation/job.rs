//! One piece of evidence on its way: to claims, or to opinions.

use veriquote::appraisal::Claims;
use veriquote::binding::Mode;
use veriquote::composite::Composite;
use veriquote::nvidia::DeviceSet;
use veriquote_facade::{CheckLine, Judged, Time, Verification};

use super::binding::RuntimeData;
use super::devices::{self, Challenged};
use super::evidence::{Evidence, Tee};
use super::issue::Draft;
use super::verify;
use crate::State;
use crate::error::{ApiError, Result};
use crate::policies::Resolved;

/// What is to be verified, and by what.
#[derive(Debug)]
pub struct Job {
    /// What the request says that it is.
    pub tee: Tee,
    /// The member that says it.
    pub field: &'static str,
    /// The evidence.
    pub evidence: Evidence,
    /// What it should bind.
    pub runtime_data: Option<RuntimeData>,
    /// A challenge of this service is among the data that it should bind.
    pub challenged: bool,
    /// The challenge and data of a composite that binds them in its own mode.
    pub composite: Option<Challenged>,
    /// All of them must accept.
    pub policies: Vec<Resolved>,
    /// When.
    pub at: Time,
}

/// What one policy made of the evidence.
#[derive(Debug)]
pub struct Opinion {
    /// The policy.
    pub policy: Resolved,
    /// The facade's result.
    pub verification: Verification,
    /// There is a proof that it was accepted.
    pub accepted: bool,
}

/// How the data of the request were found bound; `None` where there are none, or nothing authentic was
/// accepted that could bind them.
pub type Binding = Option<Result<(Mode, CheckLine)>>;

impl Job {
    /// The claims of evidence that every policy accepted and that binds what it should.
    ///
    /// # Errors
    /// The first refusal, with every check up to the failing one.
    pub async fn claims(self, state: &State, draft: &Draft) -> Result<Claims> {
        let Self { tee, field, evidence, runtime_data, challenged, composite, policies, at } = self;
        match evidence {
            Evidence::Devices(evidence) if tee == Tee::NvGpu => {
                let data = runtime_data.as_ref();
                let (proofs, _) = devices::devices(state, *evidence, data, policies, at).await?.accepted()?;
                draft.of_devices(&proofs, data)
            }
            Evidence::Devices(evidence) => {
                let (data, challenged) = (runtime_data.as_ref(), composite.as_ref());
                let rulings =
                    devices::composite(state, field, *evidence, data, challenged, policies, at).await?;
                let (proofs, trace) = rulings.accepted()?;
                draft.of_composite(&proofs, data).map_err(|error| error.after(trace))
            }
            Evidence::Dcap(evidence) => {
                let outcome = verify::dcap(state, (tee, field), evidence, policies, at).await?;
                let accepted = outcome.accepted(tee, field)?;
                let bound = accepted.bind(runtime_data.as_ref(), tee, state.provider().as_ref())?;
                draft.of_quote(&accepted.proofs, bound)
            }
            Evidence::Tpm(evidence) => {
                let answer = answered(challenged, runtime_data.as_ref());
                let draft = draft.clone();
                let hashes: Vec<_> = policies.iter().map(|policy| policy.hash).collect();
                let outcome = verify::tpm(state, evidence, policies, at, answer, move |proofs| {
                    draft.of_machine(proofs, &hashes, runtime_data.as_ref())
                });
                let (claims, trace) = outcome.await?.accepted()?;
                claims.map_err(|error| error.after(trace))
            }
        }
    }

    /// What every policy made of it, accepted or not.
    ///
    /// # Errors
    /// What is wrong with the request, and what the service lacks.
    pub async fn opinions(self, state: &State) -> Result<(Vec<Opinion>, Binding)> {
        let Self { tee, field, evidence, runtime_data, challenged, composite, policies, at } = self;
        match evidence {
            Evidence::Devices(evidence) if tee == Tee::NvGpu => {
                let data = runtime_data.as_ref();
                let rulings = devices::devices(state, *evidence, data, policies, at).await?;
                let nonce = |set: &DeviceSet| set.devices().first().map(|it| it.device().nonce().to_vec());
                Ok(heard(rulings, data, tee, nonce, state))
            }
            Evidence::Devices(evidence) => {
                let (data, challenged) = (runtime_data.as_ref(), composite.as_ref());
                let rulings =
                    devices::composite(state, field, *evidence, data, challenged, policies, at).await?;
                let report_data =
                    |composite: &Composite| Some(composite.machine().report().report_data().0.to_vec());
                Ok(heard(rulings, data, tee, report_data, state))
            }
            Evidence::Dcap(evidence) => {
                let outcome = verify::dcap(state, (tee, field), evidence, policies, at).await?;
                outcome.opinions(tee, field, runtime_data.as_ref(), state.provider().as_ref())
            }
            Evidence::Tpm(evidence) => {
                let answer = answered(challenged, runtime_data.as_ref());
                let outcome = verify::tpm(state, evidence, policies, at, answer, move |proofs| {
                    let evidence = proofs.first()?.evidence();
                    let data = runtime_data.as_ref()?;
                    Some(data.verify(evidence.quote().extra_data(), tee, evidence.provider()))
                });
                let outcome = outcome.await?;
                let opinions = outcome.rulings.into_iter().map(|(policy, verification)| {
                    let accepted = verification.accepted;
                    Opinion { policy, verification, accepted }
                });
                Ok((opinions.collect(), outcome.made.flatten()))
            }
        }
    }
}

/// What every policy made of devices, and how their field binds the data.
fn heard<T>(
    rulings: devices::Rulings<T>,
    data: Option<&RuntimeData>,
    tee: Tee,
    field: impl Fn(&T) -> Option<Vec<u8>>,
    state: &State,
) -> (Vec<Opinion>, Binding) {
    let mut binding = None;
    let opinions = rulings.into_all().into_iter().map(|(policy, Judged { verification, accepted })| {
        let field = accepted.as_ref().and_then(|accepted| field(accepted.evidence()));
        if let (None, Some(data), Some(field)) = (&binding, data, field) {
            binding = Some(data.verify(&field, tee, state.provider().as_ref()));
        }
        let accepted = verification.accepted && accepted.is_some();
        Opinion { policy, verification, accepted }
    });
    let opinions = opinions.collect();
    (opinions, binding)
}

/// The whole of what a TPM must have signed in answer to a challenge of this service.
fn answered(challenged: bool, data: Option<&RuntimeData>) -> Option<Vec<u8>> {
    data.filter(|_| challenged).map(|data| data.data.clone())
}

impl verify::DcapOutcome {
    fn opinions(
        self,
        tee: Tee,
        field: &str,
        data: Option<&RuntimeData>,
        provider: &dyn veriquote::crypto::CryptoProvider,
    ) -> Result<(Vec<Opinion>, Binding)> {
        let mut opinions = Vec::with_capacity(self.rulings.len());
        let mut binding = None;
        for verify::Ruling { policy, verification, accepted } in self.rulings {
            if let Some(claims) = verification.claims.as_ref().and_then(|claims| claims.dcap())
                && claims.tee.as_str() != tee.as_str()
            {
                return Err(ApiError::argument(field, format!("the quote is of `{}`", claims.tee)));
            }
            if let (None, Some(data), Some(proof)) = (&binding, data, &accepted) {
                let report_data = proof.evidence().report().report_data();
                binding = Some(data.verify(&report_data.0, tee, provider));
            }
            let accepted = verification.accepted && accepted.is_some();
            opinions.push(Opinion { policy, verification, accepted });
        }
        Ok((opinions, binding))
    }
}
