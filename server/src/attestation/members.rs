//! Several pieces of evidence in one request: a machine, its devices and perhaps its TPM, in answer to one challenge,
//! each with policies of its own.

use std::sync::Arc;

use aws_lc_rs::digest::{Context, SHA384};
use veriquote::appraisal::{Claims, TpmMember};
use veriquote::bytes::{constant_time_eq, to_hex};
use veriquote::composite::{Binding, BindingMode, Bond, Known};
use veriquote::json::Node;
use veriquote::nvidia::DeviceSet;
use veriquote::policy::{Accepted, Policy};
use veriquote_facade::{
    Blob, BondClaims, Claims as Found, CompositeBinding, CompositeDevices, CompositeMachine,
    CompositeOptions, CompositeRequest, CompositeTpm, Document, MemberPolicies, Members, Problem, Time,
    Verification, verify_members_for_claims,
};

use super::devices::{DeviceEvidence, manifests, wanted};
use super::evidence::{DcapEvidence, Evidence, Tee, TpmEvidence, outer};
use super::issue::{Draft, evidence_digest};
use super::revocation::StandIn;
use super::v2::{EVIDENCE_MEMBERS, evidence_of, policies};
use super::verify::{TrustedKey, agent_log, of_library, refusal, trusted_key};
use crate::State;
use crate::challenge::Challenge;
use crate::encoding::from_any_base64;
use crate::error::{ApiError, Result, ServiceCode};
use crate::http::Fields;
use crate::policies::{Resolved, ask, resolve};
use crate::work::{Length, work};

/// What the request says of one member.
#[derive(Debug)]
pub struct Member {
    /// Its name in the request.
    pub name: String,
    /// What it is.
    pub tee: Tee,
    /// SHA-384 of it as it arrived.
    pub digest: [u8; 48],
    place: usize,
    policy_ids: Vec<String>,
}

/// A machine, its devices and perhaps its TPM.
#[derive(Debug)]
pub struct Together {
    machine: (Member, DcapEvidence),
    devices: (Member, DeviceEvidence),
    tpm: Option<(Member, Box<TpmEvidence>)>,
    mode: BindingMode,
    data: Option<Vec<u8>>,
    identity: Option<[u8; 32]>,
    nonce: Option<(Vec<u8>, Vec<u8>)>,
    report_data: Option<[u8; 64]>,
    digest: [u8; 48],
}

impl Together {
    /// Reads the members of a request: in any order, each kind once.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn read(fields: &Fields<'_, '_>, items: &[Node<'_>]) -> Result<Self> {
        let (mut machine, mut devices, mut tpm) = (None, None, None);
        let mut whole = Context::new(&SHA384);
        for (place, item) in items.iter().enumerate().take(MOST + 1) {
            let path = format!("evidence[{place}]");
            let part = Fields::of(item, &path, &EVIDENCE_MEMBERS)?;
            if part.get("runtime_data").is_some() {
                let detail = "what several pieces bind, the member `binding` of the request says";
                return Err(part.wrong("runtime_data", detail));
            }
            let tee = Tee::supported(part.required_text("tee")?, &part.path("tee"))?;
            let name = part.text("name")?.unwrap_or_else(|| tee.as_str()).to_owned();
            let data = outer(part.required_text("data")?, &part.path("data"))?;
            let digest = evidence_digest(&data);
            whole.update(&digest);
            let member = Member { name, tee, digest, place, policy_ids: Vec::new() };
            let twice = match evidence_of(&part, tee, data)? {
                Evidence::Dcap(evidence) => machine.replace((member, evidence)).is_some(),
                Evidence::Devices(evidence) if tee == Tee::NvGpu => {
                    devices.replace((member, *evidence)).is_some()
                }
                Evidence::Devices(_) => {
                    return Err(part.wrong("tee", "machine and devices are two pieces: `tdx` and `nvgpu`"));
                }
                Evidence::Tpm(evidence) => tpm.replace((member, evidence)).is_some(),
            };
            if twice {
                return Err(
                    part.wrong("tee", "one machine, its devices and one TPM at most make a composite")
                );
            }
        }
        let missing = |what: &str| ApiError::argument("evidence", format!("a composite has {what}"));
        let mut machine = machine.ok_or_else(|| missing("a machine: `tdx` or `sgx`"))?;
        let mut devices = devices.ok_or_else(|| missing("devices: `nvgpu`"))?;
        let mut members = vec![&mut machine.0, &mut devices.0];
        members.extend(tpm.as_mut().map(|(member, _)| member));
        let names: Vec<String> = members.iter().map(|member| member.name.clone()).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        if names.iter().enumerate().any(|(at, name)| names.iter().skip(at + 1).any(|other| other == name)) {
            return Err(ApiError::argument("evidence", "two pieces have one name"));
        }
        for (member, ids) in members.into_iter().zip(policies(fields, &names)?) {
            member.policy_ids = ids;
        }
        let node = fields.get("binding").ok_or_else(|| fields.wrong("binding", "this member is missing"))?;
        let binding = Fields::of(node, "binding", &["mode", "raw", "identity", "nonce", "report_data"])?;
        let mut digest = [0; 48];
        digest.copy_from_slice(whole.finish().as_ref());
        Ok(Self {
            machine,
            devices,
            tpm,
            mode: mode(&binding)?,
            data: bytes(&binding, "raw")?,
            identity: fixed(&binding, "identity")?,
            nonce: nonce(&binding)?,
            report_data: fixed(&binding, "report_data")?,
            digest,
        })
    }

    /// SHA-384 over those of the pieces, in the order of the request.
    pub const fn digest(&self) -> [u8; 48] {
        self.digest
    }

    /// How they are bound.
    pub const fn mode(&self) -> BindingMode {
        self.mode
    }

    /// What they are together.
    pub fn name(&self) -> &'static str {
        if self.machine.0.tee == Tee::Sgx { "sgx-nvgpu" } else { Tee::AcsTdxNvGpu.as_str() }
    }

    /// How many policies were named.
    pub fn len(&self) -> usize {
        self.members().map(|member| member.policy_ids.len().max(1)).sum()
    }

    fn members(&self) -> impl Iterator<Item = &Member> {
        [&self.machine.0, &self.devices.0].into_iter().chain(self.tpm.as_ref().map(|(member, _)| member))
    }

    /// That a challenge of this service is where the mode has room for one, and that the mode has all that it needs.
    ///
    /// # Errors
    /// `AS.REQUEST.INVALID_ARGUMENT` for a mode that knows no challenge or needs one, and for what the mode takes and
    /// does not have; `AS.EVIDENCE.BINDING_MISMATCH` for a challenge that is not among what is bound.
    pub fn check_challenge(&self, challenge: Option<&Challenge>) -> Result<()> {
        let refused = |detail: &str| Err(ApiError::argument("challenge", detail));
        let is_there = match (self.mode, challenge) {
            (BindingMode::SecretVm | BindingMode::Manifest, Some(_)) => {
                return refused("evidence bound in this mode answers no challenge of this service");
            }
            (BindingMode::TrusteeFirst32, Some(challenge)) => {
                let start = self.report_data.as_ref().map_or(&[][..], |data| &data[..32]);
                constant_time_eq(start, &challenge.nonce)
            }
            (BindingMode::ItaNonce | BindingMode::ItaNonceData, Some(challenge)) => {
                self.nonce.as_ref().is_some_and(|(value, _)| constant_time_eq(value, &challenge.nonce))
            }
            // The others are verified against this very challenge.
            _ => true,
        };
        let known = self.known(challenge);
        Binding::new(self.mode, &known).map_err(|error| {
            let field = match error.part() {
                "challenge" => "challenge".to_owned(),
                "runtime_data" => "binding.raw".to_owned(),
                part => format!("binding.{part}"),
            };
            ApiError::of(ServiceCode::InvalidArgument, Problem::from(error)).field(field)
        })?;
        if !is_there {
            return Err(ApiError::new(
                ServiceCode::BindingMismatch,
                "what is bound does not hold the challenge's nonce: the report data begin with its 32 bytes, or `nonce.val` is it",
            )
            .field("binding"));
        }
        Ok(())
    }

    fn known<'b>(&'b self, challenge: Option<&'b Challenge>) -> Known<'b> {
        let challenge = challenge.filter(|_| self.takes_challenge()).map(|challenge| &challenge.nonce[..]);
        Known {
            challenge,
            data: self.data.as_deref(),
            identity: self.identity,
            nonce: self.nonce.as_ref().map(|(value, issued_at)| (&value[..], &issued_at[..])),
            report_data: self.report_data,
        }
    }

    /// Whether the challenge itself is among what the mode is told.
    const fn takes_challenge(&self) -> bool {
        matches!(
            self.mode,
            BindingMode::Veriquote
                | BindingMode::IdentityNonce
                | BindingMode::AttestationRs
                | BindingMode::Cocos
        )
    }

    /// Has every policy judge its member.
    ///
    /// # Errors
    /// Policies that are not there, collateral that is not at hand, and what the service lacks. What is wrong with the
    /// evidence is in the rulings.
    pub async fn verify(&self, state: &State, challenge: Option<&Challenge>, at: Time) -> Result<Ruled<'_>> {
        let (machine, evidence) = &self.machine;
        let of_machine = resolve(state, &machine.policy_ids).await?;
        let of_devices = resolve(state, &self.devices.0.policy_ids).await?;
        let of_tpm = match &self.tpm {
            None => Vec::new(),
            Some((member, _)) => resolve(state, &member.policy_ids).await?,
        };
        let quote = Blob(evidence.quote.clone());
        let own_collateral = evidence.collateral.is_none();
        let collateral = match &evidence.collateral {
            Some(given) => Document(given.clone()),
            None => {
                let field = format!("evidence[{}].tee", machine.place);
                of_library(state, (machine.tee, &field), &quote).await?.document.as_ref().clone()
            }
        };
        let mut of_lists = self.devices.1.clone();
        let mut stand_in = StandIn::add_to(&mut of_lists, state, at).await?;
        let mut request = self.request(state, challenge, quote, collateral, at).await?;
        (request.devices.crls, request.devices.ocsp) = (of_lists.crls, of_lists.ocsp);

        // What manifests the devices need, they say when they are authentic.
        let provider = Arc::clone(state.provider());
        let first = move || {
            let policies =
                MemberPolicies { devices: vec![Policy::crypto_only()], ..MemberPolicies::default() };
            let found = verify_members_for_claims(provider, &request, &policies);
            (request, found.devices.into_iter().next())
        };
        let (back, found) = work(Length::Long, first).await?;
        request = back;
        let ids = match found.and_then(|found| found.verification.claims) {
            Some(Found::Nvgpu(claims)) => wanted(&claims),
            _ => Vec::new(),
        };
        let rims = manifests(state, ids).await?;
        request.devices.ocsp.extend(stand_in.of_manifests(state, &rims, at).await?);
        request.devices.rims.extend(rims);

        let rules = |policies: &[Resolved]| policies.iter().map(|it| it.policy.clone()).collect();
        let policies = MemberPolicies {
            machine: rules(&of_machine),
            devices: rules(&of_devices),
            tpm: of_tpm.iter().map(|policy| (policy.policy.clone(), policy.hash)).collect(),
        };
        let provider = Arc::clone(state.provider());
        let second = move || verify_members_for_claims(provider, &request, &policies);
        let Members { machine: bond, devices, tpm, tpm_member, bond: claims } =
            work(Length::Long, second).await?;
        stand_in.learn(state, devices.first().map(|judged| &judged.verification), at).await?;

        let mut ruled = Ruled {
            together: self,
            machine: Vec::new(),
            devices: Vec::new(),
            tpm: Vec::new(),
            tpm_member: None,
            bond: claims,
            own_collateral,
        };
        for (policy, judged) in of_machine.into_iter().zip(bond) {
            let (mut verification, accepted) = (judged.verification, judged.accepted);
            if evidence.has_agent_log && verification.verified {
                verification.checks.push(agent_log());
            }
            ask(state, &policy, at.0, &mut verification).await?;
            let accepted = accepted.filter(|_| verification.accepted);
            ruled.machine.push(Ruling { policy, verification, accepted });
        }
        for (policy, judged) in of_devices.into_iter().zip(devices) {
            let (mut verification, accepted) = (judged.verification, judged.accepted);
            stand_in.note(&mut verification);
            ask(state, &policy, at.0, &mut verification).await?;
            let accepted = accepted.filter(|_| verification.accepted);
            ruled.devices.push(Ruling { policy, verification, accepted });
        }
        for (policy, mut verification) in of_tpm.into_iter().zip(tpm) {
            ask(state, &policy, at.0, &mut verification).await?;
            ruled.tpm.push((policy, verification));
        }
        let all = ruled.tpm.iter().all(|(_, verification)| verification.accepted);
        ruled.tpm_member = tpm_member.filter(|_| all);
        Ok(ruled)
    }

    async fn request(
        &self,
        state: &State,
        challenge: Option<&Challenge>,
        quote: Blob,
        collateral: Document,
        at: Time,
    ) -> Result<CompositeRequest> {
        // Hex, so that nothing depends on what the bytes look like.
        let hex = |bytes: &[u8]| Blob(to_hex(bytes).into_bytes());
        let known = self.known(challenge);
        let (trust, devices) = (state.trust(), &self.devices.1);
        let tpm = match &self.tpm {
            None => None,
            Some((member, tpm)) => {
                let mut key = CompositeTpm {
                    quote: hex(&tpm.quote),
                    signature: hex(&tpm.signature),
                    ak: Some(hex(&tpm.ak)),
                    ak_name: None,
                    ak_chain: None,
                    roots: Vec::new(),
                    pcrs: Document(tpm.pcrs.clone().into_bytes()),
                    event_log: tpm.event_log.as_deref().map(hex),
                    ima_log: tpm.ima_log.as_deref().map(hex),
                };
                let field = format!("evidence[{}].data", member.place);
                match trusted_key(state, tpm).await.map_err(|error| error.field(field))? {
                    TrustedKey::Certified { chain, roots } => {
                        (key.ak_chain, key.roots) = (Some(chain), roots)
                    }
                    TrustedKey::Named(name) => key.ak_name = Some(name),
                }
                Some(key)
            }
        };
        Ok(CompositeRequest {
            evidence: devices.document.clone(),
            machine: CompositeMachine {
                quote: Some(hex(&quote.0)),
                collateral,
                roots: trust.dcap_roots.clone(),
                pck_chain: None,
                event_log: self.machine.1.event_log.as_deref().map(hex),
            },
            devices: CompositeDevices {
                rims: devices.rims.clone(),
                crls: devices.crls.clone(),
                ocsp: devices.ocsp.clone(),
                roots: trust.nvidia_roots.clone(),
                rim_roots: trust.rim_roots.clone(),
                ..CompositeDevices::default()
            },
            tpm,
            options: CompositeOptions {
                at,
                binding: CompositeBinding {
                    mode: self.mode.as_str().to_owned(),
                    challenge: known.challenge.map(to_hex),
                    runtime_data: known.data.map(hex),
                    identity: known.identity.map(|identity| to_hex(&identity)),
                    nonce_value: known.nonce.map(|(value, _)| hex(value)),
                    nonce_issued_at: known.nonce.map(|(_, issued_at)| hex(issued_at)),
                    report_data: known.report_data.map(|data| to_hex(&data)),
                },
                policy: None,
                crypto_only: false,
            },
        })
    }
}

/// What one policy made of its member, with the proof where it accepted it.
#[derive(Debug)]
struct Ruling<T> {
    policy: Resolved,
    verification: Verification,
    accepted: Option<T>,
}

/// What every policy made of its member.
#[derive(Debug)]
pub struct Ruled<'t> {
    together: &'t Together,
    machine: Vec<Ruling<Accepted<Bond>>>,
    devices: Vec<Ruling<Accepted<DeviceSet>>>,
    tpm: Rulings,
    tpm_member: Option<TpmMember>,
    bond: Option<BondClaims>,
    own_collateral: bool,
}

/// What policies made of a member.
type Rulings = Vec<(Resolved, Verification)>;

impl<'t> Ruled<'t> {
    /// Every member was accepted by all of its policies, and they are bound.
    pub fn is_accepted(&self) -> bool {
        self.bond.is_some()
            && !self.machine.is_empty()
            && !self.devices.is_empty()
            && self.machine.iter().all(|ruling| ruling.accepted.is_some())
            && self.devices.iter().all(|ruling| ruling.accepted.is_some())
            && self.tpm_member.is_some() == self.together.tpm.is_some()
    }

    /// How the members belong together; `None` where they do not.
    pub const fn bond(&self) -> Option<&BondClaims> {
        self.bond.as_ref()
    }

    /// Every ruling, by member.
    pub fn into_rulings(self) -> (Option<BondClaims>, Vec<(&'t Member, Rulings)>) {
        fn plain<T>(rulings: impl IntoIterator<Item = Ruling<T>>) -> Rulings {
            rulings.into_iter().map(|ruling| (ruling.policy, ruling.verification)).collect()
        }
        let mut members = vec![
            (&self.together.machine.0, plain(self.machine)),
            (&self.together.devices.0, plain(self.devices)),
        ];
        if let Some((member, _)) = &self.together.tpm {
            members.push((member, self.tpm));
        }
        members.sort_by_key(|(member, _)| member.place);
        (self.bond, members)
    }

    /// The claims of a token.
    ///
    /// # Errors
    /// The first refusal, with every check up to the failing one: that of the member that does not hold, before those
    /// of others that only miss it.
    pub fn claims(self, draft: &Draft) -> Result<Claims> {
        if !self.is_accepted() {
            let own_collateral = self.own_collateral;
            let mut refused: Vec<(&Member, Resolved, Verification)> = Vec::new();
            for (member, rulings) in self.into_rulings().1 {
                let refusals = rulings.into_iter().filter(|(_, made)| !made.accepted);
                refused.extend(refusals.map(|(policy, made)| (member, policy, made)));
            }
            let misses = |made: &Verification| {
                made.error.as_ref().is_some_and(|error| error.code == "composite.member")
            };
            refused.sort_by_key(|(member, _, made)| (misses(made), member.place));
            let Some((member, policy, made)) = refused.into_iter().next() else {
                return Err(ApiError::internal("members that are not accepted, and none that is refused"));
            };
            let of_machine = matches!(member.tee, Tee::Tdx | Tee::Sgx);
            let error = refusal(made, &policy, own_collateral && of_machine);
            return Err(error.field(format!("evidence[{}]", member.place)));
        }
        draft.of_members(&proofs(self.machine), &proofs(self.devices), self.tpm_member.as_ref())
    }
}

fn proofs<T>(rulings: Vec<Ruling<T>>) -> Vec<(Resolved, T)> {
    rulings.into_iter().filter_map(|ruling| Some((ruling.policy, ruling.accepted?))).collect()
}

/// Machine, devices, TPM.
const MOST: usize = 3;

fn mode(fields: &Fields<'_, '_>) -> Result<BindingMode> {
    BindingMode::from_name(fields.required_text("mode")?).ok_or_else(|| {
        let known: Vec<&str> = BindingMode::ALL.iter().map(|mode| mode.as_str()).collect();
        fields.wrong("mode", &format!("this mode is not known; known: {}", known.join(", ")))
    })
}

fn bytes(fields: &Fields<'_, '_>, name: &str) -> Result<Option<Vec<u8>>> {
    let Some(text) = fields.text(name)? else { return Ok(None) };
    let decoded = from_any_base64(text);
    decoded.map(Some).map_err(|_| fields.wrong(name, "base64 or base64url is expected, and nothing else"))
}

fn fixed<const N: usize>(fields: &Fields<'_, '_>, name: &str) -> Result<Option<[u8; N]>> {
    let Some(bytes) = bytes(fields, name)? else { return Ok(None) };
    let length = bytes.len();
    let whole = bytes.try_into();
    whole.map(Some).map_err(|_| fields.wrong(name, &format!("{N} bytes are expected, and not {length}")))
}

/// `{"val": base64, "iat": base64}` of a verifier's nonce.
fn nonce(fields: &Fields<'_, '_>) -> Result<Option<(Vec<u8>, Vec<u8>)>> {
    let Some(node) = fields.get("nonce") else { return Ok(None) };
    let path = fields.path("nonce");
    let parts = Fields::of(node, &path, &["val", "iat"])?;
    let part = |name| bytes(&parts, name)?.ok_or_else(|| parts.wrong(name, "this member is missing"));
    Ok(Some((part("val")?, part("iat")?)))
}
