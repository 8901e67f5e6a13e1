//! What a machine sends: `FileData`, and having the core verify it.
//!
//! ```text
//! FileData = base64 of {"format": "veriquote-report-1", "quote", "signature", "ak", "pcrs",
//!                       "event_log"?, "ima_log"?, "ima_from"?, "challenge"?, "ak_chain"?}
//! ```

use std::sync::Arc;

use veriquote::Policy;
use veriquote::bytes::to_hex;
use veriquote::json::Node;
use veriquote_facade::{
    Blob, Document, Time, TpmOptions, TpmRequest, Verification, learn_tpm_policy, verify_tpm_for_claims,
};

use super::answer::Refusal;
use super::events::{self, Deviation};
use crate::State;
use crate::attestation::TpmEvidence;
use crate::encoding::from_any_base64;
use crate::error::ApiError;
use crate::http::read;
use crate::policies;
use crate::work::{Length, work};

/// A report, read.
#[derive(Clone, Debug)]
pub struct Report {
    /// The evidence.
    pub evidence: TpmEvidence,
    /// Number of the first entry of its list of measured files.
    pub ima_from: u64,
    /// A challenge of this service that it answers.
    pub challenge: Option<String>,
}

/// Version of the form.
const FORMAT: &str = "veriquote-report-1";

/// Members that are not those of the evidence.
const OWN: [&str; 3] = ["format", "ima_from", "challenge"];

impl Report {
    /// Reads `FileData`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(file_data: &str) -> Result<Self, Refusal> {
        let wrong = |message: String| Refusal::parameter("FileData", message);
        let text = from_any_base64(file_data).map_err(|_| wrong("base64 is expected".to_owned()))?;
        let node = read(&text).map_err(|error| wrong(error.detail().to_owned()))?;
        if node.get("format").and_then(Node::text) != Some(FORMAT) {
            return Err(wrong(format!("`format` is to be `{FORMAT}`")));
        }
        let ima_from = match node.get("ima_from") {
            None => 0,
            Some(from) => from.unsigned().ok_or_else(|| wrong("`ima_from` is a number".to_owned()))?,
        };
        let challenge = match node.get("challenge") {
            None => None,
            Some(text) => Some(text.text().ok_or_else(|| wrong("`challenge` is a text".to_owned()))?),
        };
        let evidence = TpmEvidence::of_node(&node, "FileData", &OWN);
        let evidence = evidence.map_err(|error| wrong(error.detail().to_owned()))?;
        Ok(Self { evidence, ima_from, challenge: challenge.map(str::to_owned) })
    }

    /// The core's request for it.
    #[must_use]
    pub fn request(&self, at: Time, nonce: Option<&[u8]>) -> TpmRequest {
        // Hex, so that nothing depends on what the bytes look like.
        let hex = |bytes: &[u8]| Blob(format!("0x{}", to_hex(bytes)).into_bytes());
        let evidence = &self.evidence;
        let mut options = TpmOptions::new(at, nonce.map(to_hex).unwrap_or_default());
        if nonce.is_none() {
            (options.nonce, options.danger_no_nonce) = (None, true);
        }
        TpmRequest {
            quote: hex(&evidence.quote),
            signature: hex(&evidence.signature),
            ak: Some(hex(&evidence.ak)),
            ak_evidence: None,
            pcrs: Some(Document(evidence.pcrs.clone().into_bytes())),
            event_log: evidence.event_log.as_deref().map(hex),
            ima_log: evidence.ima_log.as_deref().map(hex),
            options,
        }
    }
}

/// The configured policy that every report must meet.
///
/// # Errors
/// A policy that is not there, or that is no set of rules.
pub async fn policy(state: &State) -> Result<Policy, Refusal> {
    let ids = [state.config().instances.policy.clone()];
    match policies::resolve(state, &ids).await?.pop() {
        Some(resolved) if resolved.rego.is_none() => Ok(resolved.policy),
        // A module would have to see the findings, and is not asked here: nothing is decided without it.
        _ => Err(ApiError::internal("instances.policy is to be a policy of rules, and not a module").into()),
    }
}

/// Has the core verify a request by a policy, and lists which rules its report breaks, beside the threads that serve
/// connections.
pub async fn verify(
    state: &State,
    request: TpmRequest,
    policy: Policy,
    report: &Arc<Report>,
) -> Result<(Verification, Vec<Deviation>), Refusal> {
    let (provider, report) = (Arc::clone(state.provider()), Arc::clone(report));
    let verify = move || {
        let verification = verify_tpm_for_claims(provider, &request, &[policy], |_| ()).0.pop()?;
        let deviations = events::deviations(&verification, &report);
        Some((verification, deviations))
    };
    work(Length::Long, verify).await?.ok_or_else(|| ApiError::internal("no policy was asked").into())
}

/// What the machine of an authentic report runs: the member `ima.allow` of the policy that the core learns.
pub async fn learn(
    state: &State,
    mut request: TpmRequest,
) -> Result<Option<Vec<serde_json::Value>>, Refusal> {
    request.options.continuation_key = None;
    let provider = Arc::clone(state.provider());
    let learn = move || learn_tpm_policy(provider, &request, "learned");
    let learned = work(Length::Long, learn).await?;
    let learned = learned.ok().and_then(|text| serde_json::from_str::<serde_json::Value>(&text).ok());
    Ok(learned.and_then(|policy| policy["ima"]["allow"].as_array().cloned()))
}
