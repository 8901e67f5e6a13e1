//! What the service itself can say: a coarse code beside the facade's fine one.

use axum::http::StatusCode;

/// A code of the service; `docs/api.md` lists them. Never renamed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ServiceCode {
    /// The request's body is not JSON.
    InvalidJson,
    /// A member is missing, unknown, or of the wrong type or value.
    InvalidArgument,
    /// This kind of evidence is not verified here.
    UnsupportedTee,
    /// The body has another media type.
    UnsupportedMediaType,
    /// No media type of the answer is acceptable.
    NotAcceptable,
    /// The request is larger than this service takes.
    TooLarge,
    /// The request did not arrive, or was not answered, in time.
    Timeout,
    /// Nothing is at this path, or not with this method.
    NotFound,
    /// The path is there, and the method is not.
    MethodNotAllowed,
    /// The challenge is not one of this service, is used up or too old.
    InvalidChallenge,
    /// The evidence is not of the form that its kind has.
    InvalidFormat,
    /// The evidence is encoded in another way than its kind is.
    InvalidEncoding,
    /// The quote itself does not hold.
    InvalidQuote,
    /// Something that vouches for the evidence does not hold.
    VerificationFailed,
    /// The evidence does not bind what it should.
    BindingMismatch,
    /// The evidence is authentic, and a policy refuses it.
    PolicyDenied,
    /// No such policy.
    PolicyNotFound,
    /// The policy is not one.
    PolicyInvalid,
    /// A policy came to no answer.
    PolicyFailed,
    /// No such reference values.
    ReferenceNotFound,
    /// These are no reference values.
    ReferenceInvalid,
    /// Somebody else changed it in the meantime.
    PreconditionFailed,
    /// The change must name the version that it changes.
    PreconditionRequired,
    /// The caller did not say who it is.
    Unauthenticated,
    /// The token would be longer than the caller allows.
    TokenTooLong,
    /// Something that this service needs answered with nonsense.
    BadDependency,
    /// Something that this service needs is not at hand.
    Unavailable,
    /// Too many requests at once.
    Busy,
    /// Too many requests of one client.
    TooManyRequests,
    /// The service failed.
    Internal,
}

impl ServiceCode {
    /// Every code.
    pub const ALL: &'static [Self] = &[
        Self::InvalidJson,
        Self::InvalidArgument,
        Self::UnsupportedTee,
        Self::UnsupportedMediaType,
        Self::NotAcceptable,
        Self::TooLarge,
        Self::Timeout,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::InvalidChallenge,
        Self::InvalidFormat,
        Self::InvalidEncoding,
        Self::InvalidQuote,
        Self::VerificationFailed,
        Self::BindingMismatch,
        Self::PolicyDenied,
        Self::PolicyNotFound,
        Self::PolicyInvalid,
        Self::PolicyFailed,
        Self::ReferenceNotFound,
        Self::ReferenceInvalid,
        Self::PreconditionFailed,
        Self::PreconditionRequired,
        Self::Unauthenticated,
        Self::TokenTooLong,
        Self::BadDependency,
        Self::Unavailable,
        Self::Busy,
        Self::TooManyRequests,
        Self::Internal,
    ];

    /// Its stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.row().0
    }

    /// The status that goes with it, unless the facade's kind says another.
    #[must_use]
    pub const fn status(self) -> StatusCode {
        self.row().1
    }

    /// What it means: the same for every occurrence.
    #[must_use]
    pub const fn title(self) -> &'static str {
        self.row().2
    }

    /// Whether the same request may succeed later.
    #[must_use]
    pub const fn is_retryable(self) -> bool {
        matches!(
            self,
            Self::Timeout
                | Self::BadDependency
                | Self::Unavailable
                | Self::Busy
                | Self::TooManyRequests
                | Self::Internal
        )
    }

    /// The last part of its page's address.
    #[must_use]
    pub fn slug(self) -> String {
        let name = self.as_str().strip_prefix("AS.").unwrap_or(self.as_str());
        name.to_ascii_lowercase().replace(['.', '_'], "-")
    }

    const fn row(self) -> (&'static str, StatusCode, &'static str) {
        use StatusCode as S;
        match self {
            Self::InvalidJson => ("AS.REQUEST.INVALID_JSON", S::BAD_REQUEST, "the body is not JSON"),
            Self::InvalidArgument => {
                ("AS.REQUEST.INVALID_ARGUMENT", S::BAD_REQUEST, "a member of the request is not right")
            }
            Self::UnsupportedTee => {
                ("AS.REQUEST.UNSUPPORTED_TEE", S::BAD_REQUEST, "this kind of evidence is not verified here")
            }
            Self::UnsupportedMediaType => (
                "AS.REQUEST.UNSUPPORTED_MEDIA_TYPE",
                S::UNSUPPORTED_MEDIA_TYPE,
                "the body has a media type that is not read here",
            ),
            Self::NotAcceptable => {
                ("AS.REQUEST.NOT_ACCEPTABLE", S::NOT_ACCEPTABLE, "no acceptable media type is given here")
            }
            Self::TooLarge => ("AS.REQUEST.TOO_LARGE", S::PAYLOAD_TOO_LARGE, "the request is too large"),
            Self::Timeout => ("AS.REQUEST.TIMEOUT", S::REQUEST_TIMEOUT, "the request took too long"),
            Self::NotFound => ("AS.REQUEST.NOT_FOUND", S::NOT_FOUND, "there is nothing here"),
            Self::MethodNotAllowed => {
                ("AS.REQUEST.METHOD_NOT_ALLOWED", S::METHOD_NOT_ALLOWED, "this path takes other methods")
            }
            Self::InvalidChallenge => {
                ("AS.CHALLENGE.INVALID_TOKEN", S::UNAUTHORIZED, "the challenge is not valid")
            }
            Self::InvalidFormat => {
                ("AS.EVIDENCE.INVALID_FORMAT", S::BAD_REQUEST, "the evidence has not its form")
            }
            Self::InvalidEncoding => {
                ("AS.EVIDENCE.INVALID_ENCODING", S::BAD_REQUEST, "the evidence has not its encoding")
            }
            Self::InvalidQuote => {
                ("AS.EVIDENCE.INVALID_QUOTE", S::UNPROCESSABLE_ENTITY, "the quote does not hold")
            }
            Self::VerificationFailed => {
                ("AS.EVIDENCE.VERIFICATION_FAILED", S::UNPROCESSABLE_ENTITY, "the evidence is not authentic")
            }
            Self::BindingMismatch => (
                "AS.EVIDENCE.BINDING_MISMATCH",
                S::UNPROCESSABLE_ENTITY,
                "the evidence is not bound to the data given",
            ),
            Self::PolicyDenied => {
                ("AS.POLICY.DENIED", S::FORBIDDEN, "the evidence is authentic, and a policy refuses it")
            }
            Self::PolicyNotFound => {
                ("AS.POLICY.NOT_FOUND", S::UNPROCESSABLE_ENTITY, "there is no policy of this id")
            }
            Self::PolicyInvalid => ("AS.POLICY.INVALID", S::BAD_REQUEST, "this is not a policy"),
            Self::PolicyFailed => ("AS.POLICY.FAILED", S::UNPROCESSABLE_ENTITY, "a policy came to no answer"),
            Self::ReferenceNotFound => {
                ("AS.REFERENCE.NOT_FOUND", S::NOT_FOUND, "there are no reference values of this id")
            }
            Self::ReferenceInvalid => {
                ("AS.REFERENCE.INVALID", S::BAD_REQUEST, "these are no reference values")
            }
            Self::PreconditionFailed => {
                ("AS.POLICY.CHANGED", S::PRECONDITION_FAILED, "the policy has another version")
            }
            Self::PreconditionRequired => (
                "AS.POLICY.VERSION_REQUIRED",
                S::PRECONDITION_REQUIRED,
                "the version to change must be named",
            ),
            Self::Unauthenticated => {
                ("AS.AUTH.UNAUTHENTICATED", S::UNAUTHORIZED, "this needs an administrator's token")
            }
            Self::TokenTooLong => {
                ("AS.TOKEN.TOO_LONG", S::UNPROCESSABLE_ENTITY, "the token does not fit the length asked for")
            }
            Self::BadDependency => {
                ("AS.DEPENDENCY.BAD_RESPONSE", S::BAD_GATEWAY, "an upstream service answered with nonsense")
            }
            Self::Unavailable => (
                "AS.DEPENDENCY.UNAVAILABLE",
                S::SERVICE_UNAVAILABLE,
                "something that the service needs is not at hand",
            ),
            Self::Busy => ("AS.SERVICE.BUSY", S::SERVICE_UNAVAILABLE, "too many requests at once"),
            Self::TooManyRequests => {
                ("AS.SERVICE.RATE_LIMITED", S::TOO_MANY_REQUESTS, "too many requests of one client")
            }
            Self::Internal => ("AS.INTERNAL.ERROR", S::INTERNAL_SERVER_ERROR, "the service failed"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn codes_and_pages_are_told_apart() {
        let codes: BTreeSet<_> = ServiceCode::ALL.iter().map(|code| code.as_str()).collect();
        let pages: BTreeSet<_> = ServiceCode::ALL.iter().map(|code| code.slug()).collect();
        assert_eq!((codes.len(), pages.len()), (ServiceCode::ALL.len(), ServiceCode::ALL.len()));
        assert!(ServiceCode::ALL.iter().all(|code| !code.status().is_success()));
        assert_eq!(ServiceCode::BindingMismatch.slug(), "evidence-binding-mismatch");
    }
}
