//! Evidence of NVIDIA devices, alone or with the trust domain that they are plugged into: reads it, finds the
//! manifests that it needs, and has the facade verify it.

use std::sync::Arc;

use veriquote::bytes::to_hex;
use veriquote::composite::Composite;
use veriquote::dcap::Quote;
use veriquote::json::{Node, Value};
use veriquote::nvidia::DeviceSet;
use veriquote::policy::{Accepted, Policy};
use veriquote_facade::{
    Blob, CheckLine, Claims, CompositeBinding, CompositeDevices, CompositeMachine, CompositeOptions,
    CompositeRequest, Document, Judged, NvgpuClaims, NvgpuOptions, NvgpuRequest, Time, Verification,
    verify_composite_for_claims, verify_nvgpu_for_claims,
};

use super::binding::RuntimeData;
use super::evidence::{Tee, inner};
use super::revocation::StandIn;
use super::verify::{agent_log, of_library, other_tee, refusal};
use crate::State;
use crate::collateral::{DocumentKey, Missing, RimId};
use crate::encoding::from_any_base64;
use crate::error::{ApiError, Result, ServiceCode};
use crate::http::{Fields, read};
use crate::policies::{Resolved, ask};
use crate::work::{Length, work};

/// Evidence of devices.
#[derive(Clone, Debug)]
pub struct DeviceEvidence {
    /// The document as it came, which may hold the machine's quote.
    pub(super) document: Document,
    /// The machine's quote, of a composite.
    quote: Option<Vec<u8>>,
    /// Collateral of the machine that the client brings.
    collateral: Option<Document>,
    /// Manifests that the client brings.
    pub(super) rims: Vec<Document>,
    pub(super) crls: Vec<Blob>,
    pub(super) ocsp: Vec<Blob>,
    has_agent_log: bool,
}

/// What a composite's own mode of binding takes: a challenge of this service, and data beside it.
#[derive(Clone, Debug)]
pub struct Challenged {
    /// The challenge's nonce.
    pub nonce: [u8; 32],
    /// What the machine binds beside it.
    pub data: Option<Vec<u8>>,
}

/// How such a composite is bound: `docs/composite.md`.
pub const VERIQUOTE: &str = "veriquote";

/// Members that a document may have beside what its form knows.
const BESIDE: [&str; 3] = ["rims", "crls", "ocsp"];

impl DeviceEvidence {
    /// Reads the document.
    ///
    /// # Errors
    /// What is wrong with it: the field names the layer.
    pub fn read(text: &[u8], tee: Tee, field: &str) -> Result<Self> {
        let node = read(text).map_err(|error| error.inside_evidence(field))?;
        let mut evidence = Self {
            document: Document(text.to_vec()),
            quote: None,
            collateral: None,
            rims: Vec::new(),
            crls: Vec::new(),
            ocsp: Vec::new(),
            has_agent_log: false,
        };
        if tee == Tee::AcsTdxNvGpu {
            let known = ["quote", "cc_eventlog", "aa_eventlog", "collateral", "gpu_evidence"];
            let known: Vec<&str> = known.into_iter().chain(BESIDE).collect();
            let fields = Fields::of(&node, field, &known)?;
            let quote = inner(&fields, "quote")?;
            evidence.quote = Some(quote.ok_or_else(|| fields.wrong("quote", "this member is missing"))?);
            if fields.get("gpu_evidence").is_none() {
                return Err(fields.wrong("gpu_evidence", "this member is missing"));
            }
            // The log is replayed with the document that it stands in.
            inner(&fields, "cc_eventlog")?;
            evidence.has_agent_log = fields.text("aa_eventlog")?.is_some_and(|log| !log.is_empty());
            evidence.collateral = fields
                .get("collateral")
                .map(|node| Document(node.text().unwrap_or(node.raw).as_bytes().to_vec()));
        }
        let bytes = |name: &str| -> Result<Vec<Vec<u8>>> {
            let Some(list) = node.get(name).filter(|list| list.value != Value::Null) else {
                return Ok(Vec::new());
            };
            let wrong = || ApiError::argument(format!("{field}.{name}"), "a list of base64 is expected");
            let one =
                |item: &Node<'_>| item.text().and_then(|text| from_any_base64(text).ok()).ok_or_else(wrong);
            list.items().ok_or_else(wrong)?.iter().map(one).collect()
        };
        evidence.rims = bytes("rims")?.into_iter().map(Document).collect();
        evidence.crls = bytes("crls")?.into_iter().map(Blob).collect();
        evidence.ocsp = bytes("ocsp")?.into_iter().map(Blob).collect();
        Ok(evidence)
    }
}

/// A policy, and the proof that it accepted.
pub type Proof<T> = (Resolved, Accepted<T>);

/// What each policy made of evidence, in the order of their ids.
#[derive(Debug)]
pub struct Rulings<T> {
    rulings: Vec<(Resolved, Judged<T>)>,
    own_collateral: bool,
}

impl<T> Rulings<T> {
    /// The proofs, when every policy accepted, with the checks of the first.
    ///
    /// # Errors
    /// The first refusal: every check up to the failing one.
    pub fn accepted(self) -> Result<(Vec<Proof<T>>, Vec<CheckLine>)> {
        let mut proofs = Vec::with_capacity(self.rulings.len());
        let mut trace = Vec::new();
        for (policy, Judged { verification, accepted }) in self.rulings {
            match accepted {
                Some(proof) if verification.accepted => {
                    if proofs.is_empty() {
                        trace = verification.checks;
                    }
                    proofs.push((policy, proof));
                }
                _ => return Err(refusal(verification, &policy, self.own_collateral)),
            }
        }
        if proofs.is_empty() {
            return Err(ApiError::internal("no policy was asked"));
        }
        Ok((proofs, trace))
    }

    /// Every ruling.
    pub fn into_all(self) -> Vec<(Resolved, Judged<T>)> {
        self.rulings
    }
}

/// Verifies devices alone. `data` are the challenge that all of them answered: for nothing in their evidence
/// says when it was made.
///
/// # Errors
/// No challenge, and what the service lacks. What is wrong with the evidence is in the rulings.
pub async fn devices(
    state: &State,
    mut evidence: DeviceEvidence,
    data: Option<&RuntimeData>,
    policies: Vec<Resolved>,
    at: Time,
) -> Result<Rulings<DeviceSet>> {
    let nonce = data.map(|data| data.device_nonce()).transpose()?.ok_or_else(|| {
        let detail = "devices answer a challenge, and nothing else says how old their evidence is: give its 32 bytes as `raw`";
        ApiError::argument("runtime_data", detail)
    })?;
    let stand_in = StandIn::add_to(&mut evidence, state, at).await?;
    let trust = state.trust();
    let options = NvgpuOptions {
        crls: evidence.crls,
        ocsp: evidence.ocsp,
        roots: trust.nvidia_roots.clone(),
        rim_roots: trust.rim_roots.clone(),
        ..NvgpuOptions::new(at, to_hex(&nonce))
    };
    let request = NvgpuRequest { evidence: evidence.document, rims: evidence.rims, options };
    let provider = Arc::clone(state.provider());
    let judge = move |request: &NvgpuRequest, policies: &[Policy]| {
        verify_nvgpu_for_claims(Arc::clone(&provider), request, policies)
    };
    let claims = |verification: &Verification| match &verification.claims {
        Some(Claims::Nvgpu(claims)) => wanted(claims),
        _ => Vec::new(),
    };
    let add = |request: &mut NvgpuRequest, rims: Vec<Document>, ocsp: Vec<Blob>| {
        request.rims.extend(rims);
        request.options.ocsp.extend(ocsp);
    };
    let (mut rulings, stand_in) =
        with_manifests(state, request, judge, claims, add, (policies, at), (true, stand_in)).await?;
    for (_, Judged { verification, .. }) in &mut rulings.rulings {
        stand_in.note(verification);
    }
    Ok(rulings)
}

/// Verifies a trust domain with its devices.
///
/// Without a challenge of this service the devices answer the first half of the machine's report data, as in the
/// documented service's open ancestor; the report data are what `data` make, or unknown where there are none.
///
/// # Errors
/// Collateral that is not at hand, and what the service lacks. What is wrong with the evidence is in the rulings.
pub async fn composite(
    state: &State,
    field: &str,
    mut evidence: DeviceEvidence,
    data: Option<&RuntimeData>,
    challenged: Option<&Challenged>,
    policies: Vec<Resolved>,
    at: Time,
) -> Result<Rulings<Composite>> {
    let stand_in = StandIn::add_to(&mut evidence, state, at).await?;
    let quote = Blob(evidence.quote.unwrap_or_default());
    let own_collateral = evidence.collateral.is_none();
    let collateral = match evidence.collateral {
        Some(given) => given,
        None => of_library(state, (Tee::Tdx, field), &quote).await?.document.as_ref().clone(),
    };
    let provider = Arc::clone(state.provider());
    let binding = match challenged {
        Some(Challenged { nonce, data }) => CompositeBinding {
            mode: VERIQUOTE.to_owned(),
            challenge: Some(to_hex(nonce)),
            // Hex, so that nothing depends on what the bytes look like.
            runtime_data: data.as_ref().map(|data| Blob(to_hex(data).into_bytes())),
            ..CompositeBinding::default()
        },
        None => {
            // What the report data are, the quote's signature says below; here is only said what they must be.
            let stated =
                Quote::parse(&quote.0).ok().map(|quote| quote.unauthenticated_report().report_data().0);
            let expected = data
                .map(|data| data.field(stated.as_ref(), Tee::AcsTdxNvGpu, provider.as_ref()))
                .transpose()?;
            CompositeBinding {
                mode: "trustee-first32".to_owned(),
                report_data: expected.map(|expected| to_hex(&expected)),
                ..CompositeBinding::default()
            }
        }
    };
    let trust = state.trust();
    let request = CompositeRequest {
        evidence: evidence.document,
        machine: CompositeMachine {
            collateral,
            roots: trust.dcap_roots.clone(),
            ..CompositeMachine::default()
        },
        devices: CompositeDevices {
            rims: evidence.rims,
            crls: evidence.crls,
            ocsp: evidence.ocsp,
            roots: trust.nvidia_roots.clone(),
            rim_roots: trust.rim_roots.clone(),
            ..CompositeDevices::default()
        },
        tpm: None,
        options: CompositeOptions { at, binding, policy: None, crypto_only: false },
    };
    let judge = move |request: &CompositeRequest, policies: &[Policy]| {
        verify_composite_for_claims(Arc::clone(&provider), request, policies)
    };
    let claims = |verification: &Verification| match &verification.claims {
        Some(Claims::Composite(claims)) => wanted(&claims.devices),
        _ => Vec::new(),
    };
    let add = |request: &mut CompositeRequest, rims: Vec<Document>, ocsp: Vec<Blob>| {
        request.devices.rims.extend(rims);
        request.devices.ocsp.extend(ocsp);
    };
    let (mut rulings, stand_in) =
        with_manifests(state, request, judge, claims, add, (policies, at), (own_collateral, stand_in))
            .await?;
    for (_, Judged { verification, .. }) in &mut rulings.rulings {
        if let Some(Claims::Composite(claims)) = &verification.claims
            && claims.machine.tee.as_str() != Tee::Tdx.as_str()
        {
            return Err(other_tee(Tee::Tdx, claims.machine.tee.as_str(), field));
        }
        stand_in.note(verification);
        if verification.verified {
            verification.checks.extend(evidence.has_agent_log.then(agent_log));
        }
    }
    Ok(rulings)
}

/// Verifies evidence with the manifests that came with it, looks for those that it still needs, by names that the
/// devices signed, and has the policies judge it with all of them.
async fn with_manifests<R, T>(
    state: &State,
    request: R,
    judge: impl Fn(&R, &[Policy]) -> Vec<Judged<T>> + Send + 'static,
    wanted: impl FnOnce(&Verification) -> Vec<RimId>,
    add: impl FnOnce(&mut R, Vec<Document>, Vec<Blob>),
    (policies, at): (Vec<Resolved>, Time),
    (own_collateral, mut stand_in): (bool, StandIn),
) -> Result<(Rulings<T>, StandIn)>
where
    R: Send + 'static,
    T: Send + 'static,
{
    let first = move || {
        let judged = judge(&request, &[Policy::crypto_only()]).into_iter().next();
        (request, judge, judged.map(|judged| judged.verification))
    };
    // Milliseconds of arithmetic: not on the threads that serve connections.
    let (mut request, judge, first) = work(Length::Long, first).await?;
    let rims = manifests(state, first.as_ref().map(wanted).unwrap_or_default()).await?;
    let ocsp = stand_in.of_manifests(state, &rims, at).await?;
    add(&mut request, rims, ocsp);
    let second = move || {
        let rules: Vec<Policy> = policies.iter().map(|policy| policy.policy.clone()).collect();
        let judged = judge(&request, &rules);
        policies.into_iter().zip(judged).collect()
    };
    let judged = work(Length::Long, second).await?;
    let mut rulings: Vec<(Resolved, Judged<T>)> = judged;
    stand_in.learn(state, rulings.first().map(|(_, judged)| &judged.verification), at).await?;
    for (policy, Judged { verification, accepted }) in &mut rulings {
        ask(state, policy, at.0, verification).await?;
        *accepted = accepted.take().filter(|_| verification.accepted);
    }
    Ok((Rulings { rulings, own_collateral }, stand_in))
}

/// Those of these manifests that are at hand. What is missing then, the policy judges.
pub(super) async fn manifests(state: &State, ids: Vec<RimId>) -> Result<Vec<Document>> {
    let mut rims = Vec::new();
    for id in ids {
        match state.library().document(&DocumentKey::Rim(id)).await {
            Ok(shelved) => rims.push(Document(shelved.document.body)),
            Err(Missing::Document(_)) => {}
            Err(Missing::Upstream(key)) => {
                let detail = format!("no upstream gave the manifest `{key}`");
                return Err(ApiError::new(ServiceCode::Unavailable, detail));
            }
            Err(Missing::Store(error)) => return Err(error.into()),
        }
    }
    Ok(rims)
}

/// The names of manifests that authentic devices need and that were not given.
pub(super) fn wanted(claims: &NvgpuClaims) -> Vec<RimId> {
    let missing = claims.devices.iter().flat_map(|device| &device.missing);
    let mut ids: Vec<RimId> = missing.filter_map(|rim| RimId::new(rim.id.as_deref()?)).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}
