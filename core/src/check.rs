//! The ledger: every verification records an ordered list of checks with their outcomes.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::error::Error;
use crate::fact::Fact;
use crate::named::named;

/// A rule that a verification may apply: a stable id, a title for people, and where it is specified.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// Stable dotted id, such as `dcap.pck.chain`. Never renamed.
    pub id: &'static str,
    /// One line for people, in lower case.
    pub title: &'static str,
    /// The document and section the rule comes from.
    pub spec: &'static str,
}

/// Declares the rules of a module, in the order in which they are applied, and the list of all of them.
#[cfg(any(feature = "dcap", feature = "jwt", feature = "nvidia", feature = "tpm"))]
macro_rules! rules {
    (
        $(#[$about:meta])* $vis:vis $all:ident of $each:vis rules;
        $( $name:ident = $id:literal, $title:literal, $spec:literal; )+
    ) => {
        $(
            #[doc = concat!("`", $id, "`: ", $title, ".")]
            $each const $name: &$crate::check::Rule =
                &$crate::check::Rule { id: $id, title: $title, spec: $spec };
        )+

        $(#[$about])*
        $vis const $all: &[&$crate::check::Rule] = &[ $( $name, )+ ];
    };
}
#[cfg(any(feature = "dcap", feature = "jwt", feature = "nvidia", feature = "tpm"))]
pub(crate) use rules;

/// What came of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// The rule holds.
    Passed,
    /// The rule does not hold.
    Failed,
    /// The rule was not applied, for this reason.
    Skipped(&'static str),
}

impl Outcome {
    /// Which of them, whatever else it holds.
    #[must_use]
    pub const fn kind(&self) -> OutcomeKind {
        match self {
            Self::Passed => OutcomeKind::Passed,
            Self::Failed => OutcomeKind::Failed,
            Self::Skipped(_) => OutcomeKind::Skipped,
        }
    }

    /// The stable name.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        self.kind().as_str()
    }
}

named! {
    /// An outcome of a check, without its reason.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub enum OutcomeKind {
        /// The rule holds.
        Passed = "passed",
        /// The rule does not hold.
        Failed = "failed",
        /// The rule was not applied.
        Skipped = "skipped",
    }
}

/// One line of the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// The rule that was applied.
    pub rule: &'static Rule,
    /// What came of it.
    pub outcome: Outcome,
    /// What was compared.
    pub facts: Vec<Fact>,
}

impl Check {
    /// That `rule` does not hold, with the code, part and facts of `error`.
    pub(crate) fn failed(rule: &'static Rule, error: &Error) -> Self {
        let mut facts = alloc::vec![Fact::text("code", error.code().as_str())];
        if !error.part().is_empty() {
            facts.push(Fact::string("part", String::from(error.part())));
        }
        facts.extend_from_slice(error.facts());
        Self { rule, outcome: Outcome::Failed, facts }
    }
}

/// The ledger while it is being written.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    checks: Vec<Check>,
}

impl Trace {
    /// An empty ledger with room for what a whole verification writes.
    #[must_use]
    pub fn new() -> Self {
        Self { checks: Vec::with_capacity(24) }
    }

    /// Records that `rule` holds.
    pub fn passed(&mut self, rule: &'static Rule, facts: impl Into<Vec<Fact>>) {
        self.push(Check { rule, outcome: Outcome::Passed, facts: facts.into() });
    }

    /// Records that `rule` does not hold, where that is a finding and not the end of the verification.
    pub fn unmet(&mut self, rule: &'static Rule, facts: impl Into<Vec<Fact>>) {
        self.push(Check { rule, outcome: Outcome::Failed, facts: facts.into() });
    }

    /// Records that `rule` was not applied.
    pub fn skipped(&mut self, rule: &'static Rule, reason: &'static str) {
        self.push(Check { rule, outcome: Outcome::Skipped(reason), facts: Vec::new() });
    }

    /// Records the outcome of `result` under `rule`; the error's facts become the check's.
    ///
    /// # Errors
    /// Those of `result`, unchanged.
    pub fn apply<T>(&mut self, rule: &'static Rule, result: Result<T, Error>) -> Result<T, Error> {
        match &result {
            Ok(_) => self.passed(rule, Vec::new()),
            Err(error) => self.failed(rule, error),
        }
        result
    }

    /// Records that `rule` does not hold, with the code, part and facts of `error`.
    pub fn failed(&mut self, rule: &'static Rule, error: &Error) {
        self.push(Check::failed(rule, error));
    }

    #[inline(never)]
    fn push(&mut self, check: Check) {
        self.checks.push(check);
    }

    /// Takes over the lines of an earlier verification.
    pub fn extend(&mut self, earlier: &[Check]) {
        self.checks.extend_from_slice(earlier);
    }

    /// The lines so far.
    #[must_use]
    pub fn checks(&self) -> &[Check] {
        &self.checks
    }

    /// The finished ledger.
    #[must_use]
    pub fn into_checks(self) -> Vec<Check> {
        self.checks
    }

    /// Ends in failure: the error together with how far the verification came.
    pub fn fail(self, error: Error) -> Failure {
        Failure { error, checks: self.checks }
    }
}

/// A verification that did not succeed: why, and the checks up to and including the failing one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Failure {
    /// Why.
    pub error: Error,
    /// How far it came.
    pub checks: Vec<Check>,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.error, f)
    }
}

impl core::error::Error for Failure {}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self { error, checks: Vec::new() }
    }
}
