//! Policies that accepted one piece of evidence, as a token lists them.

use alloc::string::String;
use alloc::vec::Vec;

use crate::appraisal::PolicyResult;
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::policy::{Evaluation, Finding, Verdict};

/// What stands between the names of several policies.
pub(super) const JOINT: &str = "~";

/// The policies, in the order given; at least one.
pub(super) struct Rulings<'p> {
    pub(super) results: Vec<PolicyResult>,
    /// Their names; `None` where anything authentic was accepted.
    pub(super) joined: Option<String>,
    evaluations: Vec<&'p Evaluation>,
}

impl<'p> Rulings<'p> {
    /// Of what each policy found, with the hash of its text.
    pub(super) fn of(policies: &[(&'p Evaluation, Option<[u8; 48]>)]) -> Result<Self, Error> {
        if policies.is_empty() {
            return Err(misuse("no policy accepted the evidence"));
        }
        let mut results = Vec::with_capacity(policies.len());
        let mut asked: Vec<&str> = Vec::with_capacity(policies.len());
        for (evaluation, hash) in policies {
            let crypto_only = evaluation.findings.iter().any(|finding| finding.rule == "crypto_only");
            let name = (!crypto_only).then_some(evaluation.policy.as_str());
            // Readers know what no policy judged by these words.
            if let Some(name) = name.filter(|name| ["default", "crypto-only"].contains(name))
                && hash.is_none()
            {
                return Err(bad(name, "without a hash this name says that no policy was asked"));
            }
            if let Some(name) = name.filter(|name| policies.len() > 1 && name.contains(JOINT)) {
                return Err(bad(name, "`~` joins the names of several policies"));
            }
            asked.extend(name);
            results.push(PolicyResult {
                id: name.unwrap_or("default").into(),
                version: None,
                hash: name.and(*hash).map(Into::into),
                matched: None,
                detail: None,
            });
        }
        let joined = (!asked.is_empty()).then(|| asked.join(JOINT));
        Ok(Self { results, joined, evaluations: policies.iter().map(|(it, _)| *it).collect() })
    }

    /// The one piece of evidence that all of these policies accepted, and what they found. `is_same` tells
    /// whether two verifications are of the same.
    pub(super) fn over<T>(
        policies: &[(&'p crate::policy::Accepted<T>, Option<[u8; 48]>)],
        is_same: impl Fn(&T, &T) -> bool,
    ) -> Result<(&'p T, Self), Error> {
        let evaluations: Vec<_> = policies.iter().map(|(it, hash)| (it.appraisal(), *hash)).collect();
        let rulings = Self::of(&evaluations)?;
        let Some(((first, _), others)) = policies.split_first() else {
            return Err(misuse("no policy accepted the evidence"));
        };
        if others.iter().any(|(other, _)| !is_same(first.evidence(), other.evidence())) {
            return Err(misuse("the policies accepted different evidence"));
        }
        Ok((first.evidence(), rulings))
    }

    /// Whether one of the policies asked for this, and found it so.
    pub(super) fn met(&self, rule: &str) -> bool {
        let met_by = |findings: &[Finding]| {
            let mut of_rule = findings.iter().filter(|finding| finding.rule == rule).peekable();
            of_rule.peek().is_some() && of_rule.all(|finding| finding.verdict == Verdict::Satisfied)
        };
        self.evaluations.iter().any(|evaluation| met_by(&evaluation.findings))
    }

    /// The same for all of several rules, by whatever policies.
    pub(super) fn met_all(&self, rules: &[&str]) -> bool {
        rules.iter().all(|rule| self.met(rule))
    }
}

/// 2 for what is affirmed, 0 for what nobody asked.
pub(super) const fn affirmed(yes: bool) -> i8 {
    if yes { 2 } else { 0 }
}

fn misuse(problem: &'static str) -> Error {
    Error::new(Code::MisuseOptions, "policies").with(Fact::text("problem", problem))
}

fn bad(name: &str, problem: &'static str) -> Error {
    Error::new(Code::ClaimsValue, "policy")
        .with(Fact::string("policy", name.into()))
        .with(Fact::text("problem", problem))
}
