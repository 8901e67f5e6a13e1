//! `POST /v1/attestation`: the documented service's contract.

use axum::extract::State as Shared;
use axum::http::HeaderMap;
use axum::response::Response;
use veriquote::appraisal::Profile;
use veriquote_facade::Time;

use super::binding::RuntimeData;
use super::evidence::{Evidence, Tee, outer};
use super::issue::{Draft, Wanted, evidence_digest};
use super::job::Job;
use super::media::{Form, answer, negotiate};
use crate::State;
use crate::error::{ApiError, Result, ServiceCode};
use crate::http::{Body, Fields, read};
use crate::operations::TeeLabels;
use crate::policies::resolve;

/// A request, read.
#[derive(Debug)]
struct Request {
    tee: Tee,
    evidence: Vec<u8>,
    policy_ids: Vec<String>,
    runtime_data: Option<RuntimeData>,
}

impl Request {
    fn read(body: &[u8]) -> Result<Self> {
        let node = read(body)?;
        let fields = Fields::of(&node, "", &["tee", "evidence", "policy_ids", "runtime_data"])?;
        let tee = Tee::supported(fields.required_text("tee")?, "tee")?;
        let evidence = outer(fields.required_text("evidence")?, "evidence")?;
        let runtime_data = fields.get("runtime_data").map(|node| RuntimeData::read(node, "runtime_data"));
        Ok(Self {
            tee,
            evidence,
            policy_ids: fields.texts("policy_ids")?,
            runtime_data: runtime_data.transpose()?.flatten(),
        })
    }
}

/// Evidence in, a bare token out.
pub async fn attestation(
    Shared(state): Shared<State>,
    headers: HeaderMap,
    Body(body): Body,
) -> Result<Response> {
    let (form, profile) = negotiate(&state, &headers, Form::Text)?;
    let profile = profile.unwrap_or(Profile::Aliyun);
    let request = Request::read(&body)?;
    if state.config().challenge.required {
        return Err(ApiError::new(
            ServiceCode::InvalidChallenge,
            "this service gives tokens for answered challenges only: POST /v2/attestation",
        ));
    }
    let policies = resolve(&state, &request.policy_ids).await?;
    let config = state.config();
    let wanted = Wanted {
        profile,
        audience: config.token.v1_audience.clone().unwrap_or_else(|| config.issuer.to_string()),
        lifetime_seconds: config.token.v1_lifetime_seconds,
        max_chars: config.token.max_chars,
        nonce: None,
    };
    let now = state.now();
    let draft = Draft::new(&state, wanted, evidence_digest(&request.evidence), now)?;
    let (tee, count) = (request.tee, policies.len());
    let job = Job {
        tee,
        field: "tee",
        evidence: Evidence::read(&request.evidence, tee, "evidence")?,
        runtime_data: request.runtime_data,
        challenged: false,
        composite: None,
        policies,
        at: Time(now),
    };
    let claims = job.claims(&state, &draft).await?;
    let issued = draft.sign(&claims).await?;
    state.metrics().tokens.get_or_create(&TeeLabels { tee: tee.as_str() }).inc();
    tracing::info!(tee = tee.as_str(), policies = count, "token issued");
    Ok(answer(&state, form, profile, &issued))
}
