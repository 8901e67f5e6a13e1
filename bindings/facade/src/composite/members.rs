//! A composite each member of which is judged by policies of its own, and each with a result of its own.

use std::sync::Arc;

use veriquote::appraisal::TpmMember;
use veriquote::composite::{self, Binding, Bond, Composite, Strength};
use veriquote::crypto::CryptoProvider;
use veriquote::dcap::{AuthenticQuote, Tee};
use veriquote::measured_boot::BootState;
use veriquote::nvidia::{DeviceSet, Envelope, Form};
use veriquote::policy::{Accepted, BootRules, Evaluation, Policy};
use veriquote::tpm::BoundQuote;
use veriquote::{Check, Code, Error};

use super::{
    BondClaims, CompositeRequest, CompositeTpm, Decoded, device_options, left_open, machine_options, mode,
    the_log, the_quote, tpm_request,
};
use crate::boot::BootStateClaims;
use crate::check::CheckLine;
use crate::dcap::{self, DcapVerifier};
use crate::dcap_claims::DcapClaims;
use crate::event_log::EventLogClaims;
use crate::nvgpu::{self, Judged};
use crate::one_of::EvidenceKind;
use crate::problem::Problem;
use crate::tpm::verify_tpm_for_claims;
use crate::verification::{Appraisal, Claims, Verification};

/// The policies of each member: all of a member's must accept it.
#[derive(Clone, Debug, Default)]
pub struct MemberPolicies {
    /// Of the machine, and of how the devices belong to it.
    pub machine: Vec<Policy>,
    /// Of the devices.
    pub devices: Vec<Policy>,
    /// Of the TPM, each with the hash of its text.
    pub tpm: Vec<(Policy, Option<[u8; 48]>)>,
}

/// What came of each member.
#[derive(Debug)]
pub struct Members {
    /// What each policy made of the machine. Its proof is there only when the members are bound.
    pub machine: Vec<Judged<Bond>>,
    /// What each policy made of the devices.
    pub devices: Vec<Judged<DeviceSet>>,
    /// What each policy made of the TPM.
    pub tpm: Vec<Verification>,
    /// The TPM, where all of its policies accepted it.
    pub tpm_member: Option<TpmMember>,
    /// How the members belong together; `None` where they do not.
    pub bond: Option<BondClaims>,
}

/// Verifies a composite once and has each member judged by policies of its own; the options' own policy is not
/// looked at. A member that fails does not hide what came of the others.
#[must_use]
pub fn verify_members_for_claims(
    provider: Arc<dyn CryptoProvider>,
    request: &CompositeRequest,
    policies: &MemberPolicies,
) -> Members {
    let decoded = Decoded::of(&request.options.binding);
    let binding = decoded.as_ref().map_err(Clone::clone).and_then(|decoded| {
        let mode = mode(&request.options.binding.mode)?;
        let binding = Binding::new(mode, &decoded.known());
        binding.map_err(|error| Problem::from(error).inside("options.binding"))
    });
    let binding = match binding {
        Ok(binding) => binding,
        Err(problem) => return nobody(&problem, request, policies),
    };
    let envelope = composite::envelope(&request.evidence.0).map_err(Problem::from);

    let mut machine_checks = Vec::new();
    let machine = machine(&provider, request, envelope.as_ref().ok(), &mut machine_checks);
    let nonces = match &machine {
        Ok((machine, _)) => Some(binding.nonces(machine)),
        Err(_) => binding.known_nonces(provider.as_ref()),
    };
    let mut device_checks = Vec::new();
    let devices = envelope.and_then(|envelope| {
        let nonces = nonces.ok_or_else(|| without("machine"))?;
        let options = device_options(request);
        let input = nvgpu::Input::with_nonces(&options, nonces.device, nonces.switch)?;
        let set = input.verify(Arc::clone(&provider), &envelope, &request.devices.rims, &options)?;
        let set = set.map_err(|failure| nvgpu::failed(failure, &mut device_checks))?;
        device_checks.extend(set.checks().iter().map(CheckLine::from));
        Ok((envelope.form, set))
    });
    let (tpm, tpm_member) = match &request.tpm {
        None => (Vec::new(), None),
        Some(tpm) => of_tpm(&provider, request, tpm, nonces.and_then(|nonces| nonces.tpm), &policies.tpm),
    };

    let bound = match (&machine, &devices) {
        (Ok((machine, _)), Ok((_, set))) => Some(binding.bind(machine.clone(), set.clone())),
        _ => None,
    };
    let machine = match (machine, bound) {
        (Err(problem), _) => {
            let failed = Verification::failed(dcap::EVIDENCE, problem, machine_checks);
            (policies.machine.iter().map(|_| Judged::refused(failed.clone())).collect(), None)
        }
        (Ok((machine, log)), bound) => {
            let judge = Machine { machine, log, checks: machine_checks, request };
            let bond = match bound {
                None => Err((without("devices"), Vec::new())),
                Some(Err(failure)) => Err((failure.error.into(), binding_checks(&failure.checks))),
                Some(Ok(composite)) => Ok(composite),
            };
            let judged: Vec<_> =
                policies.machine.iter().map(|policy| judge.judged(policy, bond.as_ref())).collect();
            let strength = |composite: &Composite| {
                let tee = composite.machine().tee();
                let is_measured = policies.machine.iter().any(|it| it.strength(tee) == Strength::Measured);
                if is_measured { Strength::Measured } else { Strength::NonceOnly }
            };
            let claims = bond.ok().map(|composite| BondClaims::of(&composite, strength(&composite)));
            (judged, claims)
        }
    };
    let devices = of_devices(devices, policies, device_checks);
    Members { machine: machine.0, devices, tpm, tpm_member, bond: machine.1 }
}

/// The TPM's results, and the TPM where all of its policies accepted it.
fn of_tpm(
    provider: &Arc<dyn CryptoProvider>,
    request: &CompositeRequest,
    tpm: &CompositeTpm,
    nonce: Option<[u8; 32]>,
    policies: &[(Policy, Option<[u8; 48]>)],
) -> (Vec<Verification>, Option<TpmMember>) {
    let Some(nonce) = nonce else {
        let problem = Problem::misuse(
            "tpm",
            "this mode of binding knows no challenge of a TPM",
            "use the mode `veriquote`, or verify the TPM by itself",
        );
        return (
            policies
                .iter()
                .map(|_| Verification::failed(EvidenceKind::Tpm, problem.clone(), Vec::new()))
                .collect(),
            None,
        );
    };
    let rules: Vec<Policy> = policies.iter().map(|(policy, _)| policy.clone()).collect();
    let made = |proofs: &[&Accepted<BoundQuote<'_>>]| {
        let hashes = policies.iter().map(|(_, hash)| *hash);
        TpmMember::new(&proofs.iter().copied().zip(hashes).collect::<Vec<_>>())
    };
    let tpm = tpm_request(tpm, request, nonce);
    let (mut verifications, member) = verify_tpm_for_claims(Arc::clone(provider), &tpm, &rules, made);
    match member.transpose() {
        Ok(member) => (verifications, member),
        Err(error) => {
            for verification in &mut verifications {
                (verification.accepted, verification.error) = (false, Some(error.clone().into()));
            }
            (verifications, None)
        }
    }
}

fn of_devices(
    devices: Result<(Form, DeviceSet), Problem>,
    policies: &MemberPolicies,
    checks: Vec<CheckLine>,
) -> Vec<Judged<DeviceSet>> {
    match devices {
        Ok((form, set)) => {
            let judge = |policy| nvgpu::judge(form, set.clone(), policy, checks.clone());
            policies.devices.iter().map(judge).collect()
        }
        Err(problem) => {
            let failed = Verification::failed(EvidenceKind::Nvgpu, problem, checks);
            policies.devices.iter().map(|_| Judged::refused(failed.clone())).collect()
        }
    }
}

/// A call that is wrong: no member is verified.
fn nobody(problem: &Problem, request: &CompositeRequest, policies: &MemberPolicies) -> Members {
    let failed = |evidence: EvidenceKind| Verification::failed(evidence, problem.clone(), Vec::new());
    Members {
        machine: policies.machine.iter().map(|_| Judged::refused(failed(dcap::EVIDENCE))).collect(),
        devices: policies.devices.iter().map(|_| Judged::refused(failed(EvidenceKind::Nvgpu))).collect(),
        tpm: policies
            .tpm
            .iter()
            .filter(|_| request.tpm.is_some())
            .map(|_| failed(EvidenceKind::Tpm))
            .collect(),
        tpm_member: None,
        bond: None,
    }
}

/// Another member did not hold, without which nothing binds this one.
fn without(member: &'static str) -> Problem {
    Error::new(Code::CompositeMember, member).into()
}

/// What binds the members: what was checked of machine and devices is theirs.
fn binding_checks(checks: &[Check]) -> Vec<CheckLine> {
    checks.iter().filter(|check| check.rule.id.starts_with("composite.")).map(CheckLine::from).collect()
}

/// Why the members are not bound, with the checks up to there.
type Unbound = (Problem, Vec<CheckLine>);

/// The machine's quote with its log, authentic.
fn machine(
    provider: &Arc<dyn CryptoProvider>,
    request: &CompositeRequest,
    envelope: Option<&Envelope>,
    checks: &mut Vec<CheckLine>,
) -> Result<(AuthenticQuote, Option<Vec<u8>>), Problem> {
    let inside = envelope.and_then(|envelope| envelope.machine.as_ref());
    let quote = the_quote(request, inside.map(|machine| machine.quote.as_slice()))?;
    let log = envelope.map_or(Ok(None), |envelope| the_log(request, envelope))?;
    let collateral = std::slice::from_ref(&request.machine.collateral);
    let verifier = DcapVerifier::new(Arc::clone(provider), collateral, &machine_options(request))?;
    let machine = verifier.authentic(quote).map_err(|failure| {
        checks.extend(failure.checks.iter().map(CheckLine::from));
        Problem::from(failure.error)
    })?;
    checks.extend(machine.checks().map(CheckLine::from));
    Ok((machine, log))
}

/// A machine that is authentic, for its policies.
struct Machine<'r> {
    machine: AuthenticQuote,
    log: Option<Vec<u8>>,
    checks: Vec<CheckLine>,
    request: &'r CompositeRequest,
}

impl Machine<'_> {
    fn judged(&self, policy: &Policy, bond: Result<&Composite, &Unbound>) -> Judged<Bond> {
        let provider = self.machine.provider();
        let mut checks = self.checks.clone();
        let replay = |log| dcap::replay(log, self.machine.report(), policy, provider);
        let replayed = match self.log.as_deref().map(replay).transpose() {
            Ok(replayed) => replayed,
            Err(failure) => {
                checks.extend(failure.checks.iter().map(CheckLine::from));
                let problem = Problem::from(failure.error);
                return Judged::refused(Verification::failed(dcap::EVIDENCE, problem, checks));
            }
        };
        checks.extend(replayed.iter().flat_map(|replayed| replayed.checks()).map(CheckLine::from));
        let boot = replayed.as_ref().map(|log| BootState::assess(log, provider, dcap::quirks(policy)));
        let claims = DcapClaims {
            event_log: replayed.as_ref().map(EventLogClaims::from),
            boot: boot.as_ref().map(|boot| BootStateClaims::of(boot, provider)),
            ..dcap::claims(&self.machine)
        };
        // A policy that says nothing of the boot does not judge it: its log then only explains the registers.
        let boot = boot.as_ref().filter(|_| policy.boot != BootRules::strict());
        let (error, appraisal, accepted) = match bond {
            Ok(composite) => {
                checks.extend(binding_checks(composite.checks()));
                match policy.accept_bond(Bond::from(composite.clone()), boot) {
                    Ok(accepted) => (None, accepted.appraisal().clone(), Some(accepted)),
                    Err(rejection) => (Some(Problem::from(rejection.error)), rejection.appraisal, None),
                }
            }
            Err((problem, lines)) => {
                checks.extend(lines.iter().cloned());
                let appraisal = match policy.accept_with_log(self.machine.clone(), boot) {
                    Ok(accepted) => accepted.appraisal().clone(),
                    Err(rejection) => rejection.appraisal,
                };
                (Some(problem.clone()), appraisal, None)
            }
        };
        let verification = Verification {
            verified: bond.is_ok() && !error.as_ref().is_some_and(super::is_refusal),
            accepted: accepted.is_some(),
            evidence: dcap::EVIDENCE.into(),
            error,
            checks,
            claims: Some(Claims::Dcap(Box::new(claims))),
            not_checked: self.not_checked(policy, bond.ok(), &appraisal, replayed.is_some()),
            appraisal: Some(Appraisal::from(&appraisal)),
            horizons: Vec::new(),
            forecast: Vec::new(),
        };
        Judged { verification, accepted }
    }

    fn not_checked(
        &self,
        policy: &Policy,
        bond: Option<&Composite>,
        appraisal: &Evaluation,
        has_log: bool,
    ) -> Vec<crate::verification::NotChecked> {
        let tee = self.machine.tee();
        let open = bond.map(|bond| left_open(bond.mode(), policy.strength(tee), self.request));
        let mut not_checked = open.unwrap_or_default();
        // How the report data are bound, the mode says.
        let silent = dcap::not_checked(appraisal).into_iter();
        not_checked
            .extend(silent.filter(|it| it.what != "report_data" && !it.what.starts_with("composite.")));
        if tee == Tee::Tdx && !has_log {
            not_checked.push(dcap::no_log());
        }
        not_checked
    }
}
