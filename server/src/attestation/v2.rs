//! `POST /v2/attestation` and `/v2/appraise`: nothing has a default that weakens anything.

use axum::extract::State as Shared;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use veriquote::UnixTime;
use veriquote::appraisal::Profile;
use veriquote::bytes::to_hex;
use veriquote::json::Node;
use veriquote_facade::{BondClaims, CheckLine, Problem, Time, Verification};

use super::binding::RuntimeData;
use super::devices::{Challenged, VERIQUOTE};
use super::evidence::{DcapEvidence, Evidence, Tee, inner, outer};
use super::issue::{Draft, Wanted, evidence_digest};
use super::job::Job;
use super::media::{Form, answer, negotiate};
use super::members::Together;
use crate::State;
use crate::challenge::{Challenge, answers};
use crate::encoding::from_any_base64;
use crate::error::{ApiError, Result, ServiceCode};
use crate::http::{Body, Fields, read};
use crate::operations::TeeLabels;
use crate::policies::{Resolved, resolve};

/// A request, read.
#[derive(Debug)]
struct Request {
    profile: Profile,
    audience: Option<String>,
    max_chars: Option<usize>,
    lifetime_seconds: Option<u32>,
    challenge: Option<String>,
    item: Item,
}

/// What is to be verified.
#[derive(Debug)]
enum Item {
    One(Box<Piece>),
    Several(Box<Together>),
}

/// One piece of evidence.
#[derive(Debug)]
struct Piece {
    name: String,
    tee: Tee,
    evidence: Evidence,
    digest: [u8; 48],
    runtime_data: Option<RuntimeData>,
    /// Data of a composite that binds them in its own mode.
    own_mode: Option<Option<Vec<u8>>>,
    policy_ids: Vec<String>,
}

const MEMBERS: [&str; 8] =
    ["profile", "aud", "max_token_chars", "lifetime_seconds", "challenge", "evidence", "binding", "policies"];

pub(super) const EVIDENCE_MEMBERS: [&str; 7] =
    ["name", "tee", "format", "data", "event_log", "collateral", "runtime_data"];

impl Request {
    fn read(body: &[u8], members: &[&str]) -> Result<Self> {
        let node = read(body)?;
        let fields = Fields::of(&node, "", members)?;
        let profile = match fields.text("profile")? {
            None => Profile::Aliyun,
            Some(name) => Profile::from_name(name).ok_or_else(|| {
                let known: Vec<&str> = Profile::ALL.iter().map(|profile| profile.as_str()).collect();
                fields.wrong("profile", &format!("this profile is not known; known: {}", known.join(", ")))
            })?,
        };
        let items = fields.items("evidence")?.unwrap_or_default();
        let item = match items {
            [item] if fields.get("binding").is_none() => Item::One(Box::new(Piece::read(&fields, item)?)),
            [_, _, ..] if fields.get("binding").is_some() => {
                Item::Several(Box::new(Together::read(&fields, items)?))
            }
            _ => {
                let detail =
                    "one piece is expected, bound as its `runtime_data` say, or several and `binding`";
                return Err(fields.wrong("evidence", detail));
            }
        };
        let number = |name: &str| {
            let number = fields.number(name)?;
            number
                .map(|n| u32::try_from(n).map_err(|_| fields.wrong(name, "this number is too large")))
                .transpose()
        };
        Ok(Self {
            profile,
            audience: fields.text("aud")?.map(str::to_owned),
            max_chars: number("max_token_chars")?.map(|chars| usize::try_from(chars).unwrap_or(usize::MAX)),
            lifetime_seconds: number("lifetime_seconds")?,
            challenge: fields.text("challenge")?.map(str::to_owned),
            item,
        })
    }
}

impl Piece {
    fn read(fields: &Fields<'_, '_>, item: &Node<'_>) -> Result<Self> {
        let part = Fields::of(item, "evidence[0]", &EVIDENCE_MEMBERS)?;
        let tee = Tee::supported(part.required_text("tee")?, "evidence[0].tee")?;
        let name = part.text("name")?.unwrap_or_else(|| tee.as_str()).to_owned();
        let data = outer(part.required_text("data")?, "evidence[0].data")?;
        let digest = evidence_digest(&data);
        let evidence = evidence_of(&part, tee, data)?;
        let runtime_data = part
            .get("runtime_data")
            .ok_or_else(|| part.wrong("runtime_data", "say what is bound, or {\"binding\":\"none\"}"))?;
        let stated = runtime_data.get("binding").is_some();
        let own_mode = (tee == Tee::AcsTdxNvGpu).then(|| own_mode(runtime_data)).transpose()?.flatten();
        let runtime_data = match own_mode {
            Some(_) => None,
            None => RuntimeData::read(runtime_data, "evidence[0].runtime_data")?,
        };
        if !stated {
            return Err(part.wrong("runtime_data.binding", "no mode is a default here: name one"));
        }
        let mut policy_ids = policies(fields, &[&name])?;
        Ok(Self {
            policy_ids: policy_ids.pop().unwrap_or_default(),
            name,
            tee,
            evidence,
            digest,
            runtime_data,
            own_mode,
        })
    }

    fn job(self, challenge: Option<&Challenge>, policies: Vec<Resolved>, now: UnixTime) -> Job {
        let own = challenge.zip(self.own_mode);
        Job {
            tee: self.tee,
            field: "evidence[0].tee",
            evidence: self.evidence,
            runtime_data: self.runtime_data,
            challenged: challenge.is_some(),
            composite: own.map(|(challenge, data)| Challenged { nonce: challenge.nonce, data }),
            policies,
            at: Time(now),
        }
    }
}

/// `quote`: the bytes of a quote; `document`: the document of `/v1`.
pub(super) fn evidence_of(part: &Fields<'_, '_>, tee: Tee, data: Vec<u8>) -> Result<Evidence> {
    let log = part.get("event_log");
    let collateral = part.get("collateral");
    match part.required_text("format")? {
        "document" if log.is_none() && collateral.is_none() => Evidence::read(&data, tee, &part.path("data")),
        "document" => Err(part.wrong("format", "a document has its event log and collateral inside")),
        "quote" if matches!(tee, Tee::NvGpu | Tee::AcsTdxNvGpu) => {
            Err(part.wrong("format", "evidence of devices is a `document`"))
        }
        "quote" if tee == Tee::Tpm => {
            Err(part.wrong("format", "a TPM's quote comes with its signature and registers: `document`"))
        }
        "quote" if log.is_some() && tee != Tee::Tdx => {
            Err(part.wrong("event_log", "an enclave has no registers for an event log to explain"))
        }
        "quote" => {
            let path = part.path("event_log");
            let log = log.map(|node| inner(&Fields::of(node, &path, &["ccel"])?, "ccel")).transpose()?;
            Ok(Evidence::Dcap(DcapEvidence {
                quote: data,
                event_log: log.flatten(),
                collateral: collateral.map(|node| node.text().unwrap_or(node.raw).as_bytes().to_vec()),
                has_agent_log: false,
            }))
        }
        _ => Err(part.wrong("format", "`quote` or `document` is expected")),
    }
}

/// The data of `{"binding": "veriquote", "raw": …}`, where that is the binding.
fn own_mode(node: &Node<'_>) -> Result<Option<Option<Vec<u8>>>> {
    if node.get("binding").and_then(Node::text) != Some(VERIQUOTE) {
        return Ok(None);
    }
    let fields = Fields::of(node, "evidence[0].runtime_data", &["binding", "raw"])?;
    let raw = fields.text("raw")?.map(from_any_base64).transpose();
    raw.map(Some).map_err(|_| fields.wrong("raw", "base64 or base64url is expected, and nothing else"))
}

/// `{"name": ["id", …]}`: for each of these pieces of evidence, and no other.
pub(super) fn policies(fields: &Fields<'_, '_>, names: &[&str]) -> Result<Vec<Vec<String>>> {
    let Some(node) = fields.get("policies") else { return Ok(vec![Vec::new(); names.len()]) };
    let by_name = Fields::of(node, "policies", names)?;
    let ids = |name: &&str| {
        let ids = by_name.texts(name)?;
        // One piece alone was named for its policies.
        if ids.is_empty() && (names.len() == 1 || by_name.get(name).is_some()) {
            return Err(by_name.wrong(name, "at least one policy is expected"));
        }
        Ok(ids)
    };
    names.iter().map(ids).collect()
}

/// Evidence in, a token out.
pub async fn attestation(
    Shared(state): Shared<State>,
    headers: HeaderMap,
    Body(body): Body,
) -> Result<Response> {
    let (form, accepted_profile) = negotiate(&state, &headers, Form::Json)?;
    let request = Request::read(&body, &MEMBERS)?;
    if accepted_profile.is_some_and(|profile| profile != request.profile) {
        return Err(ApiError::new(
            ServiceCode::NotAcceptable,
            "the header Accept and the member `profile` name different profiles",
        )
        .field("profile"));
    }
    let config = state.config();
    let audience =
        request.audience.clone().ok_or_else(|| ApiError::argument("aud", "say for whom the token is"))?;
    if audience.is_empty() || audience.len() > 255 {
        return Err(ApiError::argument("aud", "an audience has 1 to 255 bytes"));
    }
    let allowed = &config.token.audiences;
    if !allowed.is_empty() && !allowed.contains(&audience) {
        return Err(ApiError::argument("aud", "this service gives no tokens for this audience"));
    }
    let lifetime_seconds = request.lifetime_seconds.unwrap_or(config.token.lifetime_seconds);
    if lifetime_seconds < 30 || lifetime_seconds > config.token.lifetime_seconds {
        return Err(ApiError::argument(
            "lifetime_seconds",
            format!("from 30 to {} here", config.token.lifetime_seconds),
        ));
    }
    let now = state.now();
    let challenge = challenge(&state, &request)?;
    let wanted = Wanted {
        profile: request.profile,
        audience,
        lifetime_seconds,
        max_chars: request.max_chars.unwrap_or(config.token.max_chars),
        nonce: challenge.as_ref().map(Challenge::nonce_text),
    };
    let profile = request.profile;
    let (draft, claims, tee, count) = match request.item {
        Item::One(piece) => {
            let draft = Draft::new(&state, wanted, piece.digest, now)?;
            let (tee, policies) = (piece.tee, resolve(&state, &piece.policy_ids).await?);
            let count = policies.len();
            let claims = piece.job(challenge.as_ref(), policies, now).claims(&state, &draft).await?;
            (draft, claims, tee.as_str(), count)
        }
        Item::Several(together) => {
            let draft = Draft::new(&state, wanted, together.digest(), now)?;
            let (tee, count) = (together.name(), together.len());
            let found = together.verify(&state, challenge.as_ref(), Time(now)).await?;
            (draft.clone(), found.claims(&draft)?, tee, count)
        }
    };
    use_up(&state, challenge.as_ref()).await?;
    let issued = draft.sign(&claims).await?;
    state.metrics().tokens.get_or_create(&TeeLabels { tee }).inc();
    tracing::info!(tee, policies = count, "token issued");
    Ok(answer(&state, form, profile, &issued))
}

/// An appraisal: what a relying party that asks itself is told. It is not signed.
#[derive(Serialize)]
struct Appraised<'a> {
    /// Everything that was asked holds.
    accepted: bool,
    verified_at: String,
    evidence: Vec<EvidenceResult<'a>>,
    /// How several pieces belong together.
    #[serde(skip_serializing_if = "Option::is_none")]
    composite: Option<&'a BondClaims>,
    /// The challenge that the evidence answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<String>,
}

#[derive(Serialize)]
struct EvidenceResult<'a> {
    name: &'a str,
    tee: &'static str,
    digest: String,
    binding: BindingResult,
    policies: Vec<PolicyRuling>,
}

#[derive(Serialize, Clone)]
struct BindingResult {
    mode: Option<&'static str>,
    matched: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    check: Option<CheckLine>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Problem>,
}

#[derive(Serialize)]
struct PolicyRuling {
    id: String,
    version: Option<i64>,
    hash: Option<String>,
    verification: Verification,
}

impl PolicyRuling {
    fn new(policy: Resolved, verification: Verification) -> Self {
        let hash = policy.hash.map(|hash| to_hex(&hash));
        Self { id: policy.id, version: policy.version, hash, verification }
    }
}

/// Evidence in, everything that was found out, without a token.
pub async fn appraise(Shared(state): Shared<State>, Body(body): Body) -> Result<Response> {
    let request = Request::read(&body, &MEMBERS)?;
    let challenge = challenge(&state, &request)?;
    match request.item {
        Item::One(piece) => {
            let policies = resolve(&state, &piece.policy_ids).await?;
            appraised(&state, *piece, challenge, policies).await
        }
        Item::Several(together) => appraised_together(&state, &together, challenge).await,
    }
}

/// Several pieces: each with its own policies, and how they belong together.
async fn appraised_together(
    state: &State,
    together: &Together,
    challenge: Option<Challenge>,
) -> Result<Response> {
    let now = state.now();
    let found = together.verify(state, challenge.as_ref(), Time(now)).await?;
    let accepted = found.is_accepted();
    let bond = found.bond();
    if accepted {
        use_up(state, challenge.as_ref()).await?;
    }
    let binding = BindingResult {
        mode: Some(together.mode().as_str()),
        matched: bond.is_some().then_some(true),
        check: None,
        error: None,
    };
    let (bond, members) = found.into_rulings();
    let evidence = members.into_iter().map(|(member, rulings)| EvidenceResult {
        name: &member.name,
        tee: member.tee.as_str(),
        digest: format!("sha384:{}", to_hex(&member.digest)),
        binding: binding.clone(),
        policies: rulings.into_iter().map(|(policy, made)| PolicyRuling::new(policy, made)).collect(),
    });
    let result = Appraised {
        accepted,
        verified_at: now.to_string(),
        evidence: evidence.collect(),
        composite: bond.as_ref(),
        nonce: challenge.as_ref().filter(|_| accepted).map(Challenge::nonce_text),
    };
    answered(&result)
}

/// The same with policies of an administrator's choice, for whom no challenge needs to be answered.
///
/// # Errors
/// What is wrong with the request, and what the service lacks.
pub async fn try_policies(state: &State, body: &[u8], policies: Vec<Resolved>) -> Result<Response> {
    match Request::read(body, &["policy", "evidence"])?.item {
        Item::One(piece) => appraised(state, *piece, None, policies).await,
        Item::Several(_) => {
            Err(ApiError::argument("evidence", "a candidate is tried with one piece of evidence"))
        }
    }
}

async fn appraised(
    state: &State,
    request: Piece,
    challenge: Option<Challenge>,
    policies: Vec<Resolved>,
) -> Result<Response> {
    let now = state.now();
    let (name, tee, digest) = (request.name.clone(), request.tee, request.digest);
    let own_mode = request.own_mode.is_some();
    if own_mode && challenge.is_none() {
        return Err(ApiError::argument(
            "evidence[0].runtime_data",
            "the binding `veriquote` answers a challenge",
        ));
    }
    let named = request.runtime_data.as_ref().map(|data| data.mode.map(|mode| mode.as_str()));
    let (opinions, bound) = request.job(challenge.as_ref(), policies, now).opinions(state).await?;
    let mut accepted = opinions.iter().all(|opinion| opinion.accepted);
    let binding = match bound {
        // What binds is among the checks of the composite.
        None if own_mode => BindingResult {
            mode: Some(VERIQUOTE),
            matched: accepted.then_some(true),
            check: None,
            error: None,
        },
        None => BindingResult { mode: None, matched: None, check: None, error: None },
        Some(Ok((mode, check))) => {
            BindingResult { mode: Some(mode.as_str()), matched: Some(true), check: Some(check), error: None }
        }
        Some(Err(error)) => BindingResult {
            mode: named.flatten(),
            matched: Some(false),
            check: error.check().cloned(),
            error: error.problem().cloned(),
        },
    };
    let rulings =
        opinions.into_iter().map(|opinion| PolicyRuling::new(opinion.policy, opinion.verification)).collect();
    // Nothing was bound where something should have been: the evidence did not come so far.
    accepted &= named.is_none() || binding.matched == Some(true);
    if accepted {
        use_up(state, challenge.as_ref()).await?;
    }
    let result = Appraised {
        accepted,
        verified_at: now.to_string(),
        evidence: vec![EvidenceResult {
            name: &name,
            tee: tee.as_str(),
            digest: format!("sha384:{}", to_hex(&digest)),
            binding,
            policies: rulings,
        }],
        composite: None,
        nonce: challenge.as_ref().filter(|_| accepted).map(Challenge::nonce_text),
    };
    answered(&result)
}

fn answered(result: &Appraised<'_>) -> Result<Response> {
    let body = serde_json::to_vec(result).map_err(ApiError::internal)?;
    let mut response = (StatusCode::OK, body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// The challenge that the evidence answers: ours, in force, and inside the data that are bound.
fn challenge(state: &State, request: &Request) -> Result<Option<Challenge>> {
    let Some(text) = &request.challenge else {
        match &request.item {
            Item::One(piece) if piece.own_mode.is_some() => {
                let detail =
                    "the binding `veriquote` answers a challenge of this service: POST /v2/challenge";
                return Err(ApiError::argument("challenge", detail));
            }
            Item::One(_) => {}
            Item::Several(together) => together.check_challenge(None)?,
        }
        if state.config().challenge.required {
            let detail = "this service wants evidence that answers a challenge: POST /v2/challenge";
            return Err(ApiError::new(ServiceCode::InvalidChallenge, detail).field("challenge"));
        }
        return Ok(None);
    };
    let refused = |detail: &str| ApiError::new(ServiceCode::InvalidChallenge, detail).field("challenge");
    let challenge = state
        .challenger()
        .check(text, state.now())
        .map_err(|_| refused("this is no challenge of this service that is still in force"))?;
    let answered = match &request.item {
        // In a composite's own mode, machine and devices are verified against this very challenge.
        Item::One(piece) => {
            let bound = piece.runtime_data.as_ref().is_some_and(|data| answers(&challenge, data));
            piece.own_mode.is_some() || bound
        }
        Item::Several(together) => {
            together.check_challenge(Some(&challenge))?;
            true
        }
    };
    if !answered {
        return Err(ApiError::new(
            ServiceCode::BindingMismatch,
            "the data that are bound do not hold the challenge's nonce: `raw` begins with its 32 bytes, \
             `structured` has it as the member `nonce`",
        )
        .field("evidence[0].runtime_data"));
    }
    Ok(Some(challenge))
}

/// Uses a one-time challenge up: of all who answer it at once, one is first.
async fn use_up(state: &State, challenge: Option<&Challenge>) -> Result<()> {
    let Some(challenge) = challenge.filter(|challenge| challenge.one_time) else { return Ok(()) };
    let refused = |detail: &str| ApiError::new(ServiceCode::InvalidChallenge, detail).field("challenge");
    // The evidence took its time to be verified, and answers that are over are forgotten.
    if state.now() > challenge.expires_at {
        return Err(refused("this challenge is no longer in force"));
    }
    if state.store().use_challenge(&challenge.id, challenge.expires_at).await? {
        return Ok(());
    }
    Err(refused("this challenge was answered before"))
}
