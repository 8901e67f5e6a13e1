//! The ledger of a call while it is being written: what was refused always leaves a line.

use veriquote::{Check, Error, Fact, Failure, Kind, Outcome, OutcomeKind, Rule};

use crate::check::CheckLine;
use crate::problem::Problem;
use crate::verification::NotChecked;

/// The lines so far.
#[derive(Default)]
pub(super) struct Notes {
    pub(super) lines: Vec<CheckLine>,
    /// What was left open on the way to the key.
    pub(super) open: Vec<NotChecked>,
}

impl Notes {
    /// Takes over lines of the core.
    pub(super) fn extend(&mut self, checks: &[Check]) {
        self.lines.extend(checks.iter().map(CheckLine::from));
    }

    /// What was read, or a line of `rule` that says why not. A mistake of the caller says nothing of the
    /// evidence, and leaves no line.
    pub(super) fn read<T>(&mut self, rule: &'static Rule, result: Result<T, Error>) -> Result<T, Problem> {
        result.map_err(|error| {
            if error.kind() != Kind::Misuse {
                self.lines.push(failed_line(rule, &error));
            }
            error.into()
        })
    }

    /// What was verified, or the lines of the failure.
    pub(super) fn settle<T>(&mut self, result: Result<T, Failure>) -> Result<T, Problem> {
        result.map_err(|failure| {
            self.extend(&failure.checks);
            failure.error.into()
        })
    }

    /// As [`Notes::settle`]; where the failure came before any check, the line is of `rule`.
    pub(super) fn settle_by<T>(
        &mut self,
        rule: &'static Rule,
        result: Result<T, Failure>,
    ) -> Result<T, Problem> {
        result.map_err(|failure| {
            let has_cause = failure.checks.last().is_some_and(|check| check.outcome == Outcome::Failed);
            self.extend(&failure.checks);
            if !has_cause {
                self.lines.push(failed_line(rule, &failure.error));
            }
            failure.error.into()
        })
    }

    /// A line of `rule` that says that it holds.
    pub(super) fn passed(&mut self, rule: &'static Rule) {
        self.lines.push(CheckLine::from(&Check { rule, outcome: Outcome::Passed, facts: Vec::new() }));
    }

    /// A line of `rule` that says why nothing follows from what does not hold.
    pub(super) fn skipped(&mut self, rule: &'static Rule, error: &Error, reason: &'static str) {
        let mut line = failed_line(rule, error);
        line.outcome = OutcomeKind::Skipped.into();
        line.reason = Some(reason.into());
        self.lines.push(line);
    }

    /// A line of `rule` that says that it does not hold.
    pub(super) fn failed(&mut self, rule: &'static Rule, error: &Error) {
        self.lines.push(failed_line(rule, error));
    }
}

fn failed_line(rule: &'static Rule, error: &Error) -> CheckLine {
    let facts = [Fact::text("code", error.code().as_str()), Fact::string("part", error.part().to_owned())];
    let facts = facts.into_iter().chain(error.facts().iter().cloned()).collect();
    CheckLine::from(&Check { rule, outcome: Outcome::Failed, facts })
}
