//! What a client is told when it gets nothing: problem details (RFC 9457) with the facade's error inside.

mod code;
mod render;

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use veriquote::OutcomeKind;
use veriquote::policy::Verdict;
use veriquote_facade::{CheckLine, Finding, Problem, ProblemKind, Verification};

pub use code::ServiceCode;
pub use render::render;

/// A refusal.
#[derive(Clone, Debug)]
pub struct ApiError(Box<Parts>);

#[derive(Clone, Debug)]
struct Parts {
    code: ServiceCode,
    status: StatusCode,
    detail: String,
    field: Option<String>,
    policy: Option<String>,
    problem: Option<Problem>,
    check: Option<CheckLine>,
    trace: Vec<CheckLine>,
    findings: Vec<Finding>,
    headers: HeaderMap,
}

/// What handlers give.
pub type Result<T> = std::result::Result<T, ApiError>;

impl ApiError {
    /// A refusal in these words.
    pub fn new(code: ServiceCode, detail: impl Into<String>) -> Self {
        Self(Box::new(Parts {
            code,
            status: code.status(),
            detail: detail.into(),
            field: None,
            policy: None,
            problem: None,
            check: None,
            trace: Vec::new(),
            findings: Vec::new(),
            headers: HeaderMap::new(),
        }))
    }

    /// A member of the request is wrong.
    pub fn argument(field: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::new(ServiceCode::InvalidArgument, detail).field(field)
    }

    /// Something that is no fault of the client's. What it was goes to the log and not to the client.
    pub fn internal(cause: impl std::fmt::Display) -> Self {
        tracing::error!(%cause, "internal error");
        Self::new(
            ServiceCode::Internal,
            "the service failed; the request id helps its operator to find out why",
        )
    }

    /// The facade's error, told as `code`.
    pub fn of(code: ServiceCode, problem: Problem) -> Self {
        let status = match code {
            ServiceCode::InvalidArgument | ServiceCode::InvalidFormat | ServiceCode::VerificationFailed => {
                status_of(problem.kind)
            }
            _ => code.status(),
        };
        let mut error = Self::new(code, problem.message.clone());
        error.0.status = status;
        error.0.problem = Some(problem);
        error
    }

    /// A verification that did not accept the evidence: its error, the failing check and all before it.
    pub fn of_verification(verification: Verification) -> Self {
        let Verification { error, checks, appraisal, .. } = verification;
        let Some(problem) = error else {
            return Self::internal("a refused verification without an error");
        };
        let code = match (problem.kind, problem.code.as_str()) {
            (_, "binding.report_data" | "tpm.nonce") => ServiceCode::BindingMismatch,
            (ProblemKind::Rejected, _) => ServiceCode::PolicyDenied,
            (ProblemKind::Malformed, _) => ServiceCode::InvalidFormat,
            (ProblemKind::Misuse, _) => ServiceCode::InvalidArgument,
            (_, code) if code.starts_with("dcap.quote.") => ServiceCode::InvalidQuote,
            _ => ServiceCode::VerificationFailed,
        };
        let mut error = Self::of(code, problem);
        error.0.status = error.0.problem.as_ref().map_or(code.status(), |problem| status_of(problem.kind));
        error.0.check = checks.iter().rev().find(|check| check.outcome == OutcomeKind::Failed).cloned();
        error.0.trace = checks;
        let findings = appraisal.map(|appraisal| appraisal.findings).unwrap_or_default();
        error.0.findings =
            findings.into_iter().filter(|finding| finding.outcome == Verdict::Violated).collect();
        error
    }

    /// Other words.
    pub fn set_detail(&mut self, detail: impl Into<String>) {
        self.0.detail = detail.into();
    }

    /// Which member of the request.
    #[must_use]
    pub fn field(mut self, field: impl Into<String>) -> Self {
        self.0.field = Some(field.into()).filter(|field| !field.is_empty());
        self
    }

    /// The checks that were made before the failing one.
    #[must_use]
    pub fn after(mut self, mut trace: Vec<CheckLine>) -> Self {
        trace.extend(self.0.check.clone());
        self.0.trace = trace;
        self
    }

    /// The check that failed.
    #[must_use]
    pub fn failing(mut self, check: CheckLine) -> Self {
        self.0.check = Some(check);
        self
    }

    /// Told as another code, with that code's status.
    #[must_use]
    pub fn recoded(mut self, code: ServiceCode) -> Self {
        self.0.code = code;
        self.0.status = code.status();
        self
    }

    /// Which policy refused.
    #[must_use]
    pub fn policy(mut self, id: String) -> Self {
        self.0.policy = Some(id);
        self
    }

    /// The same refusal, of JSON inside the evidence: its encoding was right and its form is not.
    #[must_use]
    pub fn inside_evidence(self, field: &str) -> Self {
        self.recoded(ServiceCode::InvalidFormat).field(field)
    }

    /// Another status.
    #[must_use]
    pub fn status(mut self, status: StatusCode) -> Self {
        self.0.status = status;
        self
    }

    /// A header beside it.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.headers.insert(name, value);
        self
    }

    /// What happened, in words.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.0.detail
    }

    /// Its code.
    #[must_use]
    pub fn code(&self) -> ServiceCode {
        self.0.code
    }

    /// The check that failed, where one did.
    #[must_use]
    pub fn check(&self) -> Option<&CheckLine> {
        self.0.check.as_ref()
    }

    /// The facade's error inside.
    #[must_use]
    pub fn problem(&self) -> Option<&Problem> {
        self.0.problem.as_ref()
    }
}

impl IntoResponse for ApiError {
    /// [`render()`] writes the body, which names the request and the issuer's page of errors.
    fn into_response(self) -> Response {
        let mut response = self.0.status.into_response();
        response.headers_mut().extend(self.0.headers.clone());
        response.extensions_mut().insert(self);
        response
    }
}

impl From<crate::random::NoRandomness> for ApiError {
    fn from(error: crate::random::NoRandomness) -> Self {
        Self::internal(error)
    }
}

/// What HTTP says for each kind of error.
fn status_of(kind: ProblemKind) -> StatusCode {
    StatusCode::from_u16(kind.kind().http_status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}
