//! An error as data.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use veriquote::{Code, Error};

use crate::check::facts;

/// Why something was refused: the same members in every language.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Problem {
    /// What happened: a stable dotted code of `docs/errors.md`.
    pub code: String,
    /// What the caller can do: `malformed`, `unsupported`, `untrusted`, `revoked`, `stale`, `mismatch`,
    /// `rejected`, `limit` or `misuse`.
    pub kind: String,
    /// Dotted path of the part that failed.
    pub part: String,
    /// What happened, in words.
    pub message: String,
    /// Byte offset inside the part's outermost input, where one is known.
    pub offset: Option<u64>,
    /// What to do next.
    pub help: String,
    /// Expected and actual values.
    pub facts: Map<String, Value>,
}

impl Problem {
    /// A misuse of this call, with a message of its own.
    #[must_use]
    pub fn misuse(part: impl Into<String>, message: impl Into<String>, help: impl Into<String>) -> Self {
        let code = Code::MisuseOptions;
        Self {
            code: code.as_str().into(),
            kind: code.kind().as_str().into(),
            part: part.into(),
            message: message.into(),
            offset: None,
            help: help.into(),
            facts: Map::new(),
        }
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
            kind: error.kind().as_str().into(),
            part: error.part().into(),
            message: error.code().meaning().into(),
            offset: error.offset().and_then(|offset| u64::try_from(offset).ok()),
            help: error.code().help().into(),
            facts: facts(error.facts()),
        }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        Self::from(&error)
    }
}

/// Why a request's JSON was not understood: `serde_json` names the member and the place.
impl From<serde_json::Error> for Problem {
    fn from(error: serde_json::Error) -> Self {
        Self::misuse("options", error.to_string(), Code::MisuseOptions.help())
    }
}
