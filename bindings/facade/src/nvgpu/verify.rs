//! The call: reads what was given, has the core verify it, and says what came of it.

use std::sync::Arc;

use veriquote::crypto::CryptoProvider;
use veriquote::nvidia::{
    CertificateHold, DeviceSet, Envelope, Form, Revocation, Rim, SetExpectations, SetFailure, Trailing,
    Verifier,
};
use veriquote::policy::{Accepted, Policy, Verdict as Ruling};
use veriquote::x509::{Crl, OcspResponse};
use veriquote::{Error, TrustAnchors};

use super::claims::NvgpuClaims;
use super::request::{NvgpuOptions, NvgpuRequest};
use crate::check::CheckLine;
use crate::one_of::EvidenceKind;
use crate::options::hex;
use crate::problem::Problem;
use crate::read::answer;
use crate::trust::{anchors, ders, policy};
use crate::verification::{Appraisal, Claims, NotChecked, Verification};

const EVIDENCE: EvidenceKind = EvidenceKind::Nvgpu;

/// Verifies devices: an [`NvgpuRequest`] as JSON in, a [`Verification`] as JSON out.
#[must_use]
pub fn verify_nvgpu_json(provider: Arc<dyn CryptoProvider>, request: &str) -> String {
    answer(EVIDENCE, request, |request: &NvgpuRequest| verify_nvgpu(provider, request))
}

/// Verifies devices.
#[must_use]
pub fn verify_nvgpu(provider: Arc<dyn CryptoProvider>, request: &NvgpuRequest) -> Verification {
    let mut checks = Vec::new();
    match run(provider, request, &mut checks) {
        Ok(result) => result,
        Err(problem) => Verification::failed(EVIDENCE, problem, checks),
    }
}

/// What one policy made of evidence, and the proof where it accepted it.
#[derive(Debug)]
pub struct Judged<T> {
    /// The result.
    pub verification: Verification,
    /// What [`Claims`](veriquote::appraisal::Claims) of a token are made of.
    pub accepted: Option<Accepted<T>>,
}

impl<T> Judged<T> {
    pub(crate) const fn refused(verification: Verification) -> Self {
        Self { verification, accepted: None }
    }

    /// What each policy makes of evidence that is authentic; all refuse what is not.
    pub(crate) fn by_each<E: Clone>(
        policies: &[Policy],
        kind: EvidenceKind,
        authentic: Result<E, Problem>,
        checks: Vec<CheckLine>,
        judge: impl Fn(E, &Policy, Vec<CheckLine>) -> Self,
    ) -> Vec<Self> {
        match authentic {
            Ok(evidence) => {
                policies.iter().map(|policy| judge(evidence.clone(), policy, checks.clone())).collect()
            }
            Err(problem) => {
                let failed = Verification::failed(kind, problem, checks);
                policies.iter().map(|_| Self::refused(failed.clone())).collect()
            }
        }
    }
}

/// Verifies devices once and has each of these policies judge them; the options' own policy is not looked at.
#[must_use]
pub fn verify_nvgpu_for_claims(
    provider: Arc<dyn CryptoProvider>,
    request: &NvgpuRequest,
    policies: &[Policy],
) -> Vec<Judged<DeviceSet>> {
    let mut checks = Vec::new();
    let authentic = authenticate(provider, request, &mut checks);
    Judged::by_each(policies, EVIDENCE, authentic, checks, |(form, set), policy, checks| {
        alone(form, set, policy, checks)
    })
}

fn run(
    provider: Arc<dyn CryptoProvider>,
    request: &NvgpuRequest,
    checks: &mut Vec<CheckLine>,
) -> Result<Verification, Problem> {
    let policy = policy(request.options.policy.as_ref(), request.options.crypto_only)?;
    let (form, set) = authenticate(provider, request, checks)?;
    Ok(alone(form, set, &policy, std::mem::take(checks)).verification)
}

fn authenticate(
    provider: Arc<dyn CryptoProvider>,
    request: &NvgpuRequest,
    checks: &mut Vec<CheckLine>,
) -> Result<(Form, DeviceSet), Problem> {
    let envelope = Envelope::from_json(&request.evidence.0)?;
    if envelope.machine.is_some() {
        return Err(Problem::misuse(
            "evidence",
            "the evidence holds a quote of the machine as well, which this call would not look at",
            "verify it as a composite, or pass the devices' part alone",
        ));
    }
    let input = Input::of(&request.options)?;
    let set = input.verify(provider, &envelope, &request.rims, &request.options)?;
    let set = set.map_err(|failure| failed(failure, checks))?;
    checks.extend(set.checks().iter().map(CheckLine::from));
    Ok((envelope.form, set))
}

/// What a policy makes of authentic devices, of which nobody says in which machine they are.
fn alone(form: Form, set: DeviceSet, policy: &Policy, checks: Vec<CheckLine>) -> Judged<DeviceSet> {
    let mut judged = judge(form, set, policy, checks);
    judged.verification.not_checked.push(machine());
    judged
}

/// What a policy makes of authentic devices.
pub(crate) fn judge(
    form: Form,
    set: DeviceSet,
    policy: &Policy,
    checks: Vec<CheckLine>,
) -> Judged<DeviceSet> {
    let claims = NvgpuClaims::of(form, &set);
    let (error, appraisal, accepted) = match policy.accept_nvidia(set) {
        Ok(accepted) => (None, accepted.appraisal().clone(), Some(accepted)),
        Err(rejection) => (Some(Problem::from(rejection.error)), rejection.appraisal, None),
    };
    let silent = appraisal.findings.iter().filter(|finding| finding.verdict == Ruling::NotChecked);
    let not_checked = silent.filter_map(|finding| meaning(finding.rule)).collect();
    let verification = Verification {
        verified: true,
        accepted: error.is_none(),
        evidence: EVIDENCE.into(),
        error,
        checks,
        claims: Some(Claims::Nvgpu(Box::new(claims))),
        appraisal: Some(Appraisal::from(&appraisal)),
        not_checked,
        horizons: Vec::new(),
        forecast: Vec::new(),
    };
    Judged { verification, accepted }
}

pub(crate) fn failed(failure: SetFailure, checks: &mut Vec<CheckLine>) -> Problem {
    checks.extend(failure.failure.checks.iter().map(CheckLine::from));
    let mut problem = Problem::from(failure.failure.error);
    // Which of several devices are good, the caller is told as well.
    if failure.devices.len() > 1 {
        let verdict = |result: &Result<(), Error>| match result {
            Ok(()) => "verified".to_owned(),
            Err(error) => error.code().as_str().to_owned(),
        };
        let devices = failure.devices.iter().map(verdict).collect::<Vec<_>>();
        problem.facts.insert("devices".to_owned(), devices.into());
    }
    problem
}

/// What the options hold, decoded.
pub(crate) struct Input {
    nonce: [u8; 32],
    switch_nonce: Option<[u8; 32]>,
    crls: Vec<Vec<u8>>,
    ocsp: Vec<Vec<u8>>,
    ocsp_nonce: Option<Vec<u8>>,
}

impl Input {
    fn of(options: &NvgpuOptions) -> Result<Self, Problem> {
        let switch_nonce = options.switch_nonce.as_deref();
        let switch_nonce = switch_nonce.map(|text| nonce(text, "options.switch_nonce")).transpose()?;
        Self::with_nonces(options, nonce(&options.nonce, "options.nonce")?, switch_nonce)
    }

    /// With challenges that come from elsewhere than the options.
    pub(crate) fn with_nonces(
        options: &NvgpuOptions,
        nonce: [u8; 32],
        switch_nonce: Option<[u8; 32]>,
    ) -> Result<Self, Problem> {
        Ok(Self {
            nonce,
            switch_nonce,
            crls: ders(&options.crls, "X509 CRL", "options.crls")?,
            ocsp: ders(&options.ocsp, "OCSP RESPONSE", "options.ocsp")?,
            ocsp_nonce: options
                .ocsp_nonce
                .as_deref()
                .map(|text| hex(text, "options.ocsp_nonce"))
                .transpose()?,
        })
    }

    /// Verifies with these lists and manifests.
    pub(crate) fn verify(
        &self,
        provider: Arc<dyn CryptoProvider>,
        envelope: &Envelope,
        rims: &[crate::document::Document],
        options: &NvgpuOptions,
    ) -> Result<Result<veriquote::nvidia::DeviceSet, SetFailure>, Problem> {
        let numbered = |name: &str, index: usize, error: Error| error.inside(&format!("{name}[{index}]"));
        let rims: Vec<Rim<'_>> = rims
            .iter()
            .enumerate()
            .map(|(index, rim)| {
                Rim::from_bytes(&rim.0, provider.as_ref()).map_err(|error| numbered("rims", index, error))
            })
            .collect::<Result<_, _>>()?;
        let crls: Vec<Crl<'_>> = self
            .crls
            .iter()
            .enumerate()
            .map(|(index, der)| Crl::parse(der).map_err(|error| numbered("crls", index, error)))
            .collect::<Result<_, _>>()?;
        let ocsp: Vec<OcspResponse<'_>> = self
            .ocsp
            .iter()
            .enumerate()
            .map(|(index, der)| OcspResponse::parse(der).map_err(|error| numbered("ocsp", index, error)))
            .collect::<Result<_, _>>()?;
        let hold =
            if options.accept_certificate_hold { CertificateHold::Accept } else { CertificateHold::Refuse };
        let revocation =
            Revocation { crls: &crls, ocsp: &ocsp, ocsp_nonce: self.ocsp_nonce.as_deref(), hold };
        let expectations = SetExpectations {
            nonce: self.nonce,
            switch_nonce: self.switch_nonce,
            rims: &rims,
            revocation: &revocation,
            trailing: if options.allow_padding { Trailing::AllowZeros } else { Trailing::Refuse },
        };
        let devices = anchors(&options.roots, "options.roots")?.unwrap_or_else(TrustAnchors::nvidia_device);
        let signers = anchors(&options.rim_roots, "options.rim_roots")?;
        let signers = signers.unwrap_or_else(TrustAnchors::nvidia_rim);
        let verifier = Verifier::new(devices, signers, Arc::clone(&provider));
        Ok(verifier.verify(envelope, &expectations, options.at.0))
    }
}

fn nonce(digits: &str, part: &str) -> Result<[u8; 32], Problem> {
    let bytes = hex(digits, part)?;
    bytes.try_into().map_err(|bytes: Vec<u8>| {
        Problem::misuse(
            part,
            format!("a challenge of NVIDIA devices has 32 bytes, and not {}", bytes.len()),
            "give the challenge that the devices were sent, whole: 64 hex digits",
        )
    })
}

/// No evidence of a device says which machine it is in.
fn machine() -> NotChecked {
    NotChecked::new(
        "machine",
        "nothing in a device's evidence says which machine it is plugged into: whoever relays a challenge gets a \
         genuine answer; verify the machine's quote together with it, as a composite",
    )
}

/// What it means that the policy does not ask.
pub(crate) fn meaning(rule: &'static str) -> Option<NotChecked> {
    let why = match rule {
        "crypto_only" => "nothing is appraised: any measurement, any firmware passes",
        "nvidia.rims" => {
            "manifests that are missing are not missed: measurements may be compared with nothing"
        }
        "nvidia.measurements" => "any measurement passes",
        "nvidia.revocation" => {
            "a revoked certificate is noticed only where its issuer's list or answer is given"
        }
        "nvidia.gpus" | "nvidia.switches" => "any number of devices passes; a policy can state it",
        "nvidia.serials" => "any genuine device passes; a policy can list serial numbers",
        _ => return None,
    };
    Some(NotChecked::new(rule, why))
}
