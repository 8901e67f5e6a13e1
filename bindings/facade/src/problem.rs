//! An error as data.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use veriquote::{Code, Error, Kind};

use crate::check::facts;

/// Why something was refused: the same members in every language.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Problem {
    /// What happened: a stable dotted code of `docs/errors.md`.
    pub code: String,
    /// What the caller can do.
    pub kind: ProblemKind,
    /// Dotted path of the part that failed.
    pub part: String,
    /// What happened, in words.
    pub message: String,
    /// Byte offset inside the part's outermost input, where one is known.
    pub offset: Option<u32>,
    /// What to do next.
    pub help: String,
    /// Expected and actual values.
    pub facts: Box<Map<String, Value>>,
}

/// What a caller can do about a problem; see `docs/errors.md`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the core's `Kind` documents each")]
pub enum ProblemKind {
    Malformed,
    Unsupported,
    Untrusted,
    Revoked,
    Stale,
    Mismatch,
    Rejected,
    Limit,
    Misuse,
}

impl ProblemKind {
    /// The stable lower-case name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.kind().as_str()
    }

    /// The core's kind.
    #[must_use]
    pub const fn kind(self) -> Kind {
        match self {
            Self::Malformed => Kind::Malformed,
            Self::Unsupported => Kind::Unsupported,
            Self::Untrusted => Kind::Untrusted,
            Self::Revoked => Kind::Revoked,
            Self::Stale => Kind::Stale,
            Self::Mismatch => Kind::Mismatch,
            Self::Rejected => Kind::Rejected,
            Self::Limit => Kind::Limit,
            Self::Misuse => Kind::Misuse,
        }
    }
}

impl From<Kind> for ProblemKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Malformed => Self::Malformed,
            Kind::Unsupported => Self::Unsupported,
            Kind::Revoked => Self::Revoked,
            Kind::Stale => Self::Stale,
            Kind::Mismatch => Self::Mismatch,
            Kind::Rejected => Self::Rejected,
            Kind::Limit => Self::Limit,
            Kind::Misuse => Self::Misuse,
            // A kind that this release does not know of is refused like the worst that it knows.
            _ => Self::Untrusted,
        }
    }
}

impl Problem {
    /// A misuse of this call, with a message of its own.
    #[must_use]
    pub fn misuse(part: impl Into<String>, message: impl Into<String>, help: impl Into<String>) -> Self {
        let code = Code::MisuseOptions;
        Self {
            code: code.as_str().into(),
            kind: code.kind().into(),
            part: part.into(),
            message: message.into(),
            offset: None,
            help: help.into(),
            facts: Box::default(),
        }
    }

    /// `{"error": …}`: what a call gives in place of its result.
    #[must_use]
    pub fn refused(self) -> String {
        #[derive(Serialize)]
        struct Refused {
            error: Problem,
        }
        serde_json::to_string(&Refused { error: self }).unwrap_or_default()
    }

    /// The same problem, told of the part `outer` that holds the failing one.
    #[must_use]
    pub fn inside(mut self, outer: &str) -> Self {
        self.part = if self.part.is_empty() { outer.to_owned() } else { format!("{outer}.{}", self.part) };
        self
    }
}

impl From<&Error> for Problem {
    fn from(error: &Error) -> Self {
        Self {
            code: error.code().as_str().into(),
            kind: error.kind().into(),
            part: error.part().into(),
            message: error.code().meaning().into(),
            offset: error.offset().and_then(|offset| u32::try_from(offset).ok()),
            help: error.code().help().into(),
            facts: Box::new(facts(error.facts())),
        }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        Self::from(&error)
    }
}

/// Why JSON of a caller's own was not understood: `serde_json` names the member and the place.
impl From<serde_json::Error> for Problem {
    fn from(error: serde_json::Error) -> Self {
        Self::misuse("options", error.to_string(), Code::MisuseOptions.help())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_keeps_its_name() {
        for code in Code::ALL {
            let kind = ProblemKind::from(code.kind());
            assert_eq!(kind.as_str(), code.kind().as_str());
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
    }
}
