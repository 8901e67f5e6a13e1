//! Asks modules of Rego about evidence that the core's rules accepted.

use serde_json::{Map, Value, json};
use veriquote::policy::Verdict;
use veriquote::{Code, OutcomeKind, UnixTime};
use veriquote_facade::{CheckLine, Finding, Problem, Verification};

use super::Resolved;
use super::resolve::module_error;
use crate::State;
use crate::error::{Result, ServiceCode};
use crate::rego::Subject;

/// The finding of a module's denial.
const RULE: &str = "rego";

/// Has the policy's module, if it has one, look at evidence that its rules accepted. A denial makes of the
/// verification one that was rejected.
///
/// # Errors
/// `AS.POLICY.FAILED` when the module came to no answer.
pub async fn ask(
    state: &State,
    policy: &Resolved,
    now: UnixTime,
    verification: &mut Verification,
) -> Result<()> {
    let Some(rego) = policy.rego.as_ref().filter(|_| verification.accepted) else { return Ok(()) };
    let mut input = serde_json::to_value(&*verification).unwrap_or_default();
    input["now"] = now.0.into();
    let subject = Subject { input, reference_values: rego.reference_values.clone() };
    let ruling = state
        .judge()
        .rule(&rego.module, subject)
        .await
        .map_err(|error| module_error(&error, ServiceCode::PolicyFailed).policy(policy.id.clone()))?;
    let facts = |reasons: &[String]| -> Map<String, Value> {
        [("reasons".to_owned(), json!(reasons))].into_iter().collect()
    };
    verification.checks.push(CheckLine {
        id: "service.rego".into(),
        title: "the policy's module allows the evidence".into(),
        outcome: if ruling.allowed { OutcomeKind::Passed } else { OutcomeKind::Failed }.into(),
        reason: None,
        spec: "docs/api.md, Policies".into(),
        facts: facts(&ruling.reasons),
    });
    if let Some(appraisal) = &mut verification.appraisal {
        appraisal.findings.push(Finding {
            rule: RULE.into(),
            outcome: if ruling.allowed { Verdict::Satisfied } else { Verdict::Violated }.into(),
            facts: facts(&ruling.reasons),
        });
    }
    if !ruling.allowed {
        verification.accepted = false;
        let code = Code::PolicyRejected;
        verification.error = Some(Problem {
            code: code.as_str().to_owned(),
            kind: code.kind().into(),
            part: format!("policy.{}", policy.id),
            message: if ruling.reasons.is_empty() {
                "the policy's module does not allow the evidence".to_owned()
            } else {
                ruling.reasons.join("; ")
            },
            offset: None,
            help: "ask the policy's author what it wants; the claims that it saw are in /v2/appraise"
                .to_owned(),
            facts: Box::default(),
        });
    }
    Ok(())
}
