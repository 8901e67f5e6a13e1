//! A machine together with its GPUs, in answer to one challenge.

mod members;
mod request;

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use veriquote::composite::{self, Binding, BindingMode, Composite, Known, Strength};
use veriquote::crypto::CryptoProvider;
use veriquote::dcap::Tee;
use veriquote::encoding::decode_binary_or_text;
use veriquote::measured_boot::BootState;
use veriquote::nvidia::{Envelope, Form};
use veriquote::policy::{BootRules, Policy, Verdict as Ruling};
use veriquote::{Code, Error, Failure};

use crate::blob::Blob;
use crate::boot::BootStateClaims;
use crate::check::CheckLine;
use crate::dcap::{self, DcapOptions, DcapVerifier};
use crate::dcap_claims::DcapClaims;
use crate::event_log::EventLogClaims;
use crate::nvgpu::{self, Judged, NvgpuClaims, NvgpuOptions};
use crate::one_of::{EvidenceKind, OneOf};
use crate::options::hex;
use crate::problem::Problem;
use crate::read::answer;
use crate::tpm::{TpmClaims, TpmOptions, TpmRequest, verify_tpm};
use crate::trust::policy;
use crate::verification::{Appraisal, Claims, NotChecked, Verification};

pub use members::{MemberPolicies, Members, verify_members_for_claims};
pub use request::{
    CompositeBinding, CompositeDevices, CompositeMachine, CompositeOptions, CompositeRequest, CompositeTpm,
};

const EVIDENCE: EvidenceKind = EvidenceKind::Composite;

/// What a machine and its devices say.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CompositeClaims {
    /// How they belong together.
    pub binding: BondClaims,
    /// The machine.
    pub machine: DcapClaims,
    /// The devices.
    pub devices: NvgpuClaims,
    /// The machine's TPM.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub tpm: Option<TpmClaims>,
    /// The last moment at which all of it holds.
    pub valid_until: String,
}

/// How machine and devices belong together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct BondClaims {
    /// The mode.
    pub mode: OneOf<BindingMode>,
    /// `measured`: the policy accepts only certain software of the machine, which is trusted to ask its own
    /// devices; `nonce-only`: any machine can have relayed the challenge.
    pub strength: OneOf<Strength>,
    /// The evidence itself answers a challenge of yours.
    pub fresh: bool,
    /// The machine's quote is over the devices' evidence itself.
    pub covers_evidence: bool,
    /// You said which machine you met, and it is this one.
    pub identity_checked: bool,
}

impl BondClaims {
    fn of(composite: &Composite, strength: Strength) -> Self {
        let mode = composite.mode();
        Self {
            mode: mode.into(),
            strength: strength.into(),
            fresh: composite.is_fresh(),
            covers_evidence: mode.covers_evidence(),
            identity_checked: composite.is_identity_checked(),
        }
    }
}

/// Verifies a composite: a [`CompositeRequest`] as JSON in, a [`Verification`] as JSON out.
#[must_use]
pub fn verify_composite_json(provider: Arc<dyn CryptoProvider>, request: &str) -> String {
    answer(EVIDENCE, request, |request: &CompositeRequest| verify_composite(provider, request))
}

/// Verifies a composite.
#[must_use]
pub fn verify_composite(provider: Arc<dyn CryptoProvider>, request: &CompositeRequest) -> Verification {
    let mut checks = Vec::new();
    match run(provider, request, &mut checks) {
        Ok(result) => result,
        Err(problem) => Verification::failed(EVIDENCE, problem, checks),
    }
}

/// Verifies a composite once and has each of these policies judge it; the options' own policy is not looked at.
/// A TPM is judged by one policy: it is no part of this call.
#[must_use]
pub fn verify_composite_for_claims(
    provider: Arc<dyn CryptoProvider>,
    request: &CompositeRequest,
    policies: &[Policy],
) -> Vec<Judged<Composite>> {
    let mut checks = Vec::new();
    let authentic = if request.tpm.is_some() {
        Err(Problem::misuse("tpm", "a TPM is no part of this call", "verify it by itself"))
    } else {
        authenticate(provider, request, &mut checks)
    };
    Judged::by_each(policies, EVIDENCE, authentic, checks, |authentic, policy, checks| {
        judge(authentic, policy, request, checks)
    })
}

fn run(
    provider: Arc<dyn CryptoProvider>,
    request: &CompositeRequest,
    checks: &mut Vec<CheckLine>,
) -> Result<Verification, Problem> {
    let policy = policy(request.options.policy.as_ref(), request.options.crypto_only)?;
    let authentic = authenticate(provider, request, checks)?;
    Ok(judge(authentic, &policy, request, std::mem::take(checks)).verification)
}

/// A composite that is authentic and bound, and what a TPM's own verification said.
#[derive(Clone)]
struct Authentic {
    composite: Composite,
    form: Form,
    log: Option<Vec<u8>>,
    tpm: Option<Verification>,
}

fn authenticate(
    provider: Arc<dyn CryptoProvider>,
    request: &CompositeRequest,
    checks: &mut Vec<CheckLine>,
) -> Result<Authentic, Problem> {
    let options = &request.options;
    let decoded = Decoded::of(&options.binding)?;
    let mode = mode(&options.binding.mode)?;
    let binding = Binding::new(mode, &decoded.known());
    let binding = binding.map_err(|error| Problem::from(error).inside("options.binding"))?;
    if request.tpm.is_some() && !mode.knows_tpm() {
        return Err(Problem::misuse(
            "tpm",
            "this mode of binding knows no challenge of a TPM",
            "use the mode `veriquote`, or verify the TPM by itself",
        ));
    }
    let envelope = composite::envelope(&request.evidence.0)?;
    let quote = the_quote(request, envelope.machine.as_ref().map(|machine| machine.quote.as_slice()))?;
    let log = the_log(request, &envelope)?;

    let machine = DcapVerifier::new(
        Arc::clone(&provider),
        std::slice::from_ref(&request.machine.collateral),
        &machine_options(request),
    )?;
    let machine = machine.authentic(quote).map_err(|failure| member(failure, "machine", checks))?;
    let nonces = binding.nonces(&machine);
    let device_options = device_options(request);
    let input = nvgpu::Input::with_nonces(&device_options, nonces.device, nonces.switch)?;
    let devices = input.verify(Arc::clone(&provider), &envelope, &request.devices.rims, &device_options)?;
    let devices = devices.map_err(|failure| {
        checks.extend(machine.checks().map(CheckLine::from));
        nvgpu::failed(failure, checks).inside("devices")
    })?;
    let composite = binding.bind(machine, devices).map_err(|Failure { error, checks: lines }| {
        checks.extend(lines.iter().map(CheckLine::from));
        Problem::from(error)
    })?;
    checks.extend(composite.checks().iter().map(CheckLine::from));
    // A mode that knows no TPM was refused above.
    let tpm = request.tpm.as_ref().zip(nonces.tpm);
    let tpm = tpm.map(|(tpm, nonce)| verify_tpm(Arc::clone(&provider), &tpm_request(tpm, request, nonce)));
    if let Some(tpm) = &tpm {
        checks.extend(tpm.checks.iter().cloned());
        if !tpm.verified {
            return Err(tpm.error.clone().map_or_else(
                || Error::new(Code::CompositeMember, "tpm").into(),
                |problem| problem.inside("tpm"),
            ));
        }
    }

    Ok(Authentic { composite, form: envelope.form, log, tpm })
}

fn judge(
    Authentic { composite, form, log, tpm }: Authentic,
    policy: &Policy,
    request: &CompositeRequest,
    mut checks: Vec<CheckLine>,
) -> Judged<Composite> {
    let mode = composite.mode();
    let tee = composite.machine().tee();
    let strength = policy.strength(tee);
    let machine = composite.machine().clone();
    let provider = machine.provider();
    let replay = |log| dcap::replay(log, machine.report(), policy, provider);
    let replayed = match log.as_deref().map(replay).transpose() {
        Ok(replayed) => replayed,
        Err(failure) => {
            let problem = member(failure, "machine", &mut checks);
            return Judged::refused(Verification::failed(EVIDENCE, problem, checks));
        }
    };
    checks.extend(replayed.iter().flat_map(|replayed| replayed.checks()).map(CheckLine::from));
    let boot = replayed.as_ref().map(|log| BootState::assess(log, provider, dcap::quirks(policy)));
    let claims = CompositeClaims {
        binding: BondClaims::of(&composite, strength),
        machine: DcapClaims {
            event_log: replayed.as_ref().map(EventLogClaims::from),
            boot: boot.as_ref().map(|boot| BootStateClaims::of(boot, provider)),
            ..dcap::claims(&machine)
        },
        devices: NvgpuClaims::of(form, composite.devices()),
        tpm: tpm.as_ref().and_then(|tpm| tpm.claims.as_ref()?.tpm().cloned()),
        valid_until: composite.window().not_after.to_string(),
    };
    // A policy that says nothing of the boot does not judge it: its log then only explains the registers.
    let boot = boot.as_ref().filter(|_| policy.boot != BootRules::strict());
    let (error, evaluation, proof) = match policy.accept_composite_with_log(composite, boot) {
        Ok(accepted) => (None, accepted.appraisal().clone(), Some(accepted)),
        Err(rejection) => (Some(Problem::from(rejection.error)), rejection.appraisal, None),
    };
    let mut appraisal = Appraisal::from(&evaluation);
    let mut not_checked = left_open(mode, strength, request);
    let silent = evaluation.findings.iter().filter(|finding| finding.verdict == Ruling::NotChecked);
    not_checked.extend(silent.filter_map(|finding| meaning(finding.rule)));
    if tee == Tee::Tdx && replayed.is_none() {
        not_checked.push(dcap::no_log());
    }
    let mut error = error;
    if let Some(tpm) = tpm {
        appraisal.findings.extend(tpm.appraisal.into_iter().flat_map(|appraisal| appraisal.findings));
        not_checked.extend(tpm.not_checked);
        error = error.or_else(|| tpm.error.map(|problem| problem.inside("tpm")));
    }
    let accepted = proof.filter(|_| error.is_none());
    let verification = Verification {
        verified: !error.as_ref().is_some_and(is_refusal),
        accepted: error.is_none(),
        evidence: EVIDENCE.into(),
        error,
        checks,
        claims: Some(Claims::Composite(Box::new(claims))),
        appraisal: Some(appraisal),
        not_checked,
        horizons: Vec::new(),
        forecast: Vec::new(),
    };
    Judged { verification, accepted }
}

/// A TCB that no policy accepts is not called verified, as for a quote alone.
fn is_refusal(problem: &Problem) -> bool {
    [Code::DcapTcbRevoked, Code::DcapTcbNotSupported].iter().any(|code| code.as_str() == problem.code)
}

fn member(failure: Failure, name: &str, checks: &mut Vec<CheckLine>) -> Problem {
    checks.extend(failure.checks.iter().map(CheckLine::from));
    Problem::from(failure.error).inside(name)
}

/// The machine's quote, which is given once.
fn the_quote<'r>(request: &'r CompositeRequest, inside: Option<&'r [u8]>) -> Result<&'r [u8], Problem> {
    match (&request.machine.quote, inside) {
        (Some(quote), None) => Ok(&quote.0),
        (None, Some(quote)) => Ok(quote),
        (None, None) => Err(Error::new(Code::CompositeMember, "machine.quote").into()),
        (Some(_), Some(_)) => Err(Problem::misuse(
            "machine.quote",
            "the evidence holds a quote of the machine as well",
            "give the quote once",
        )),
    }
}

/// The machine's event log, which is given once. Only in Alibaba's form is the one inside a CCEL.
fn the_log(request: &CompositeRequest, envelope: &Envelope) -> Result<Option<Vec<u8>>, Problem> {
    let inside = envelope.machine.as_ref().and_then(|machine| machine.event_log.as_ref());
    let inside = inside.filter(|_| envelope.form == Form::Alibaba);
    let (log, part) = match (&request.machine.event_log, inside) {
        (Some(_), Some(_)) => {
            return Err(Problem::misuse(
                "machine.event_log",
                "the evidence holds an event log of the machine as well",
                "give the log once",
            ));
        }
        (Some(log), None) => (log.0.as_slice(), "machine.event_log"),
        (None, Some(log)) => (log.as_slice(), "evidence.cc_eventlog"),
        (None, None) => return Ok(None),
    };
    let bytes = decode_binary_or_text(log).map_err(|error| error.inside(part))?;
    Ok(Some(bytes.into_owned()))
}

fn machine_options(request: &CompositeRequest) -> DcapOptions {
    DcapOptions {
        roots: request.machine.roots.clone(),
        pck_chain: request.machine.pck_chain.clone(),
        policy: request.options.policy.clone(),
        crypto_only: request.options.crypto_only,
        ..DcapOptions::at(request.options.at)
    }
}

fn device_options(request: &CompositeRequest) -> NvgpuOptions {
    let devices = &request.devices;
    NvgpuOptions {
        crls: devices.crls.clone(),
        ocsp: devices.ocsp.clone(),
        ocsp_nonce: devices.ocsp_nonce.clone(),
        accept_certificate_hold: devices.accept_certificate_hold,
        allow_padding: devices.allow_padding,
        roots: devices.roots.clone(),
        rim_roots: devices.rim_roots.clone(),
        ..NvgpuOptions::new(request.options.at, "")
    }
}

fn tpm_request(tpm: &CompositeTpm, request: &CompositeRequest, nonce: [u8; 32]) -> TpmRequest {
    TpmRequest {
        quote: tpm.quote.clone(),
        signature: tpm.signature.clone(),
        ak: tpm.ak.clone(),
        ak_evidence: None,
        pcrs: Some(tpm.pcrs.clone()),
        event_log: tpm.event_log.clone(),
        ima_log: tpm.ima_log.clone(),
        options: TpmOptions {
            ak_name: tpm.ak_name.clone(),
            ak_chain: tpm.ak_chain.clone(),
            roots: tpm.roots.clone(),
            policy: request.options.policy.clone(),
            crypto_only: request.options.crypto_only,
            ..TpmOptions::new(request.options.at, veriquote::bytes::to_hex(&nonce))
        },
    }
}

fn mode(name: &str) -> Result<BindingMode, Problem> {
    BindingMode::from_name(name).ok_or_else(|| {
        let known: Vec<&str> = BindingMode::ALL.iter().map(|mode| mode.as_str()).collect();
        Problem::misuse(
            "options.binding.mode",
            format!("`{name}` is no mode of binding"),
            format!("known: {}", known.join(", ")),
        )
    })
}

/// What the caller knows, decoded.
struct Decoded {
    challenge: Option<Vec<u8>>,
    data: Option<Vec<u8>>,
    identity: Option<[u8; 32]>,
    nonce: Option<(Vec<u8>, Vec<u8>)>,
    report_data: Option<[u8; 64]>,
}

impl Decoded {
    fn of(binding: &CompositeBinding) -> Result<Self, Problem> {
        let nonce = match (&binding.nonce_value, &binding.nonce_issued_at) {
            (None, None) => None,
            (Some(value), Some(issued_at)) => Some((
                bytes(value, "options.binding.nonce_value")?,
                bytes(issued_at, "options.binding.nonce_issued_at")?,
            )),
            _ => {
                return Err(Problem::misuse(
                    "options.binding.nonce_value",
                    "a nonce has two parts",
                    "give nonce_value and nonce_issued_at, or neither",
                ));
            }
        };
        let data = binding.runtime_data.as_ref();
        let challenge = binding.challenge.as_deref();
        Ok(Self {
            challenge: challenge.map(|text| hex(text, "options.binding.challenge")).transpose()?,
            data: data.map(|data| bytes(data, "options.binding.runtime_data")).transpose()?,
            identity: fixed(binding.identity.as_deref(), "options.binding.identity")?,
            nonce,
            report_data: fixed(binding.report_data.as_deref(), "options.binding.report_data")?,
        })
    }

    fn known(&self) -> Known<'_> {
        Known {
            challenge: self.challenge.as_deref(),
            data: self.data.as_deref(),
            identity: self.identity,
            nonce: self.nonce.as_ref().map(|(value, issued_at)| (value.as_slice(), issued_at.as_slice())),
            report_data: self.report_data,
        }
    }
}

fn bytes(blob: &Blob, part: &str) -> Result<Vec<u8>, Problem> {
    let decoded = decode_binary_or_text(&blob.0).map_err(|error| error.inside(part))?;
    Ok(decoded.into_owned())
}

fn fixed<const N: usize>(digits: Option<&str>, part: &str) -> Result<Option<[u8; N]>, Problem> {
    let Some(digits) = digits else { return Ok(None) };
    hex(digits, part)?.try_into().map(Some).map_err(|bytes: Vec<u8>| {
        Problem::misuse(part, format!("{} bytes, and not {N}", bytes.len()), "give all of it, never a part")
    })
}

/// What a composite of this mode cannot say.
fn left_open(mode: BindingMode, strength: Strength, request: &CompositeRequest) -> Vec<NotChecked> {
    let (options, has_tpm) = (&request.options, request.tpm.is_some());
    let mut open = Vec::new();
    let mut leave = |what: &'static str, why: &'static str| open.push(NotChecked::new(what, why));
    if strength == Strength::NonceOnly {
        leave(
            "composite.measured",
            "nonce-only: any machine can have relayed the challenge to devices that are plugged in elsewhere; a \
             policy that lists MRTD (or MRENCLAVE) accepts only software that asks its own devices",
        );
    }
    match mode {
        BindingMode::SecretVm => leave(
            "composite.fresh",
            "the machine chose the nonce itself: the evidence is as fresh as the connection over which you met \
             its identity, and no fresher",
        ),
        BindingMode::TrusteeFirst32 if options.binding.report_data.is_none() => leave(
            "composite.fresh",
            "what the report data should be was not said: devices and machine agree, and the evidence may be of any \
             age",
        ),
        BindingMode::Manifest => leave(
            "composite.fresh",
            "the devices answer a manifest that the machine wrote: look in it for your challenge",
        ),
        _ => {}
    }
    if has_tpm {
        leave(
            "composite.tpm",
            "the TPM answers the challenge, and nothing says that it is this machine's: its quote is not among \
             what the machine's is over",
        );
    }
    let has_identity = matches!(mode, BindingMode::IdentityNonce | BindingMode::SecretVm);
    if has_identity && options.binding.identity.is_none() {
        leave("composite.identity", "which machine it is was not asked: give the identity that you met");
    }
    if matches!(mode, BindingMode::TrusteeFirst32 | BindingMode::AttestationRs | BindingMode::Cocos) {
        leave(
            "composite.devices",
            "the devices' evidence is bound by the challenge, and the machine's quote is not over it",
        );
    }
    leave(
        "composite.shared_devices",
        "two machines that show one device in one moment are not noticed: that takes a memory, which a library \
         has not",
    );
    open
}

/// What it means that the policy does not ask.
fn meaning(rule: &'static str) -> Option<NotChecked> {
    if rule.starts_with("nvidia.") {
        return nvgpu::meaning(rule);
    }
    // How the report data are bound, the mode says.
    if rule.starts_with("composite.") || rule == "report_data" {
        return None;
    }
    Some(NotChecked::new(rule, dcap::meaning(rule)))
}
