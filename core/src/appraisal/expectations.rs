//! What a relying party expects of an appraisal: everything is said, or said to be not checked.
//!
//! A verified token says who appraised and what came of it; whether that is what the relying party wanted
//! is decided here. An expectation about environments holds only when every environment meets it, unless it
//! names the one it is about: a token of a trust domain and a GPU is not "a TDX token".

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use super::{Appraisal, Environment, PolicyResult, Tee, Tier, Value};
use crate::bytes::constant_time_eq;
use crate::check::{Check, Failure, Rule, Trace, rules};
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::jwt::Expected;

rules! {
    /// Every rule of this module, in the order in which they are applied.
    pub EXPECTATION_RULES of rules;

    TEE = "token.expect.tee", "what is attested is of the expected kind", "RFC 9334, 5.3";
    DEBUG = "token.expect.debug", "nothing that is attested can be debugged", "RFC 9711, 4.2.8";
    STATUS = "token.expect.status", "every stated verdict is good enough", "RFC 9334, 8.4";
    SUBMODULES = "token.expect.submodules", "the expected parts are attested", "RFC 9711, 4.2.18";
    POLICY = "token.expect.policy", "the expected policy was applied, and was met", "RFC 9334, 8.5";
    MEASUREMENTS = "token.expect.measurements", "the measurements are the expected ones", "RFC 9711, 4.2.16";
}

/// What a relying party expects. There is no default: begin with [`nothing`](Self::nothing), which says that
/// nothing is checked, and say what is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppraisalExpectations {
    /// Every environment is of this kind; with `submodules`, those that are named are, and others may be
    /// of another.
    pub tee: Expected<Tee>,
    /// Whether something that can be debugged is refused, and what to do where the token does not say.
    pub debug: Expected<Debug>,
    /// No verdict of the token is worse than this; the token must state one.
    pub worst_status: Expected<Tier>,
    /// Each of these submodules is attested. An empty list is none.
    pub submodules: Expected<Vec<String>>,
    /// This policy was applied to every environment that the other expectations look at, and was met as far
    /// as the token says.
    pub policy: Expected<ExpectedPolicy>,
    /// Each of these measurements is there, in every environment that has one of the name, and has one of
    /// the values. An empty list is none.
    pub measurements: Expected<Vec<ExpectedMeasurement>>,
}

/// What debugging is let pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Debug {
    /// Every environment says that it cannot be debugged.
    StatedOff,
    /// No environment says that it can be; some services never say.
    NotStatedOn,
}

/// A policy, by its id, by the hash of its text, or by both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpectedPolicy {
    /// Its id, character for character.
    pub id: Expected<String>,
    /// The hash of its text.
    pub hash: Expected<Vec<u8>>,
}

/// A measurement and the values that are good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpectedMeasurement {
    /// Its name in [`Environment::measurements`], such as `mr_td`.
    pub name: String,
    /// One of these.
    pub values: Vec<Value>,
}

impl ExpectedPolicy {
    fn is(&self, policy: &PolicyResult) -> bool {
        let id = match &self.id {
            Expected::Is(id) => policy.id == *id,
            Expected::NotChecked => true,
        };
        let hash = match &self.hash {
            Expected::Is(hash) => policy.hash.as_ref().is_some_and(|it| constant_time_eq(it, hash)),
            Expected::NotChecked => true,
        };
        id && hash
    }
}

impl AppraisalExpectations {
    /// Nothing is checked.
    #[must_use]
    pub const fn nothing() -> Self {
        Self {
            tee: Expected::NotChecked,
            debug: Expected::NotChecked,
            worst_status: Expected::NotChecked,
            submodules: Expected::NotChecked,
            policy: Expected::NotChecked,
            measurements: Expected::NotChecked,
        }
    }

    /// Whether nothing is checked.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        *self == Self::nothing()
    }

    /// Checks an appraisal; gives one line for each expectation, applied or not.
    ///
    /// # Errors
    /// `token.expectation`, of the first expectation that is not met, with the checks up to it. An
    /// objection of the appraisal itself ([`Appraisal::objections`]) comes before all of them: what was
    /// read to be shown is never accepted.
    pub fn check(&self, appraisal: &Appraisal) -> Result<Vec<Check>, Failure> {
        if let Some(objection) = appraisal.objections.first() {
            return Err(objection.clone().into());
        }
        let mut trace = Trace::new();
        match self.apply(appraisal, &mut trace) {
            Ok(()) => Ok(trace.into_checks()),
            Err(error) => Err(trace.fail(error)),
        }
    }

    fn apply(&self, appraisal: &Appraisal, trace: &mut Trace) -> Result<(), Error> {
        let named: Option<&[String]> = match &self.submodules {
            Expected::Is(names) if !names.is_empty() => Some(names),
            _ => None,
        };
        let of_interest = |environment: &&Environment| {
            named.is_none_or(|names| environment.name.as_ref().is_some_and(|name| names.contains(name)))
        };
        let environments: Vec<&Environment> = appraisal.environments.iter().filter(of_interest).collect();
        step(trace, SUBMODULES, &self.submodules, |names| submodules(names, appraisal))?;
        step(trace, TEE, &self.tee, |tee| is_of(tee, &environments))?;
        // Debugging and verdicts are of the whole: a part that is not named is no less inside.
        step(trace, DEBUG, &self.debug, |debug| cannot_be_debugged(*debug, appraisal))?;
        step(trace, STATUS, &self.worst_status, |tier| no_worse_than(*tier, appraisal))?;
        step(trace, POLICY, &self.policy, |policy| applied(policy, &environments))?;
        step(trace, MEASUREMENTS, &self.measurements, |list| measured(list, &environments))
    }
}

fn step<T>(
    trace: &mut Trace,
    rule: &'static Rule,
    expected: &Expected<T>,
    check: impl FnOnce(&T) -> Result<(), Error>,
) -> Result<(), Error> {
    match expected {
        Expected::Is(expected) => trace.apply(rule, check(expected)),
        Expected::NotChecked => {
            trace.skipped(rule, "nothing is expected");
            Ok(())
        }
    }
}

fn unmet(part: impl Into<alloc::borrow::Cow<'static, str>>) -> Error {
    Error::new(Code::TokenExpectation, part)
}

/// The name of an environment in errors.
fn part(environment: &Environment, member: &str) -> String {
    match &environment.name {
        Some(name) => alloc::format!("submods.{name}.{member}"),
        None => member.to_string(),
    }
}

fn submodules(names: &[String], appraisal: &Appraisal) -> Result<(), Error> {
    match names.iter().find(|name| appraisal.environment(name).is_none()) {
        None => Ok(()),
        Some(name) => Err(unmet("submods").with(Fact::string("missing", name.clone()))),
    }
}

fn is_of(expected: &Tee, environments: &[&Environment]) -> Result<(), Error> {
    for environment in environments {
        if environment.tee.as_ref() != Some(expected) {
            let actual = environment.tee.as_ref().map_or("not stated", Tee::as_str);
            return Err(unmet(part(environment, "tee"))
                .with(Fact::string("expected", expected.as_str().into()))
                .with(Fact::string("actual", actual.into())));
        }
    }
    // An appraisal has environments; without any, nothing is of any kind.
    if environments.is_empty() { Err(unmet("tee")) } else { Ok(()) }
}

fn cannot_be_debugged(expected: Debug, appraisal: &Appraisal) -> Result<(), Error> {
    match (expected, appraisal.debuggable()) {
        (_, Some(false)) | (Debug::NotStatedOn, None) => Ok(()),
        (_, Some(true)) => Err(unmet("debug").with(Fact::text("actual", "enabled"))),
        (Debug::StatedOff, None) => Err(unmet("debug").with(Fact::text("actual", "not stated"))),
    }
}

fn no_worse_than(expected: Tier, appraisal: &Appraisal) -> Result<(), Error> {
    let actual = appraisal.worst_status();
    if actual.is_some_and(|actual| actual <= expected) {
        return Ok(());
    }
    Err(unmet("status")
        .with(Fact::text("expected", expected.as_str()))
        .with(Fact::text("actual", actual.map_or("not stated", Tier::as_str))))
}

fn applied(expected: &ExpectedPolicy, environments: &[&Environment]) -> Result<(), Error> {
    for environment in environments {
        let mut was_applied = false;
        for policy in environment.policies.iter().filter(|policy| expected.is(policy)) {
            was_applied = true;
            // One that was not met is not excused by another of its name that was.
            if policy.matched == Some(false) {
                return Err(unmet(part(environment, "policies"))
                    .with(Fact::string("policy", policy.id.clone()))
                    .with(Fact::text("problem", "applied and not met")));
            }
        }
        if !was_applied {
            let mut error = unmet(part(environment, "policies"))
                .with(Fact::text("problem", "the expected policy was not applied"));
            for policy in environment.policies.iter().take(8) {
                error = error.with(Fact::string("applied", policy.id.clone()));
            }
            return Err(error);
        }
    }
    if environments.is_empty() { Err(unmet("policies")) } else { Ok(()) }
}

fn measured(expected: &[ExpectedMeasurement], environments: &[&Environment]) -> Result<(), Error> {
    for wanted in expected {
        let mut seen = false;
        for environment in environments {
            let of_the_name = environment.measurements.iter().filter(|it| it.name == wanted.name);
            for measurement in of_the_name {
                seen = true;
                if !wanted.values.contains(&measurement.value) {
                    return Err(unmet(part(environment, "measurements"))
                        .with(Fact::string("name", wanted.name.clone()))
                        .with(fact("actual", &measurement.value)));
                }
            }
        }
        if !seen {
            return Err(unmet("measurements").with(Fact::string("missing", wanted.name.clone())));
        }
    }
    Ok(())
}

fn fact(name: &'static str, value: &Value) -> Fact {
    match value {
        Value::Bytes(bytes) => Fact::string(name, crate::bytes::to_hex(bytes)),
        Value::Number(number) => Fact::number(name, *number),
        Value::Flag(flag) => Fact::text(name, if *flag { "true" } else { "false" }),
        Value::Text(text) => Fact::string(name, text.clone()),
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::*;
    use crate::appraisal::DebugStatus;

    fn td() -> Environment {
        let mut td = Environment {
            name: Some("cpu0".into()),
            tee: Some(Tee::Tdx),
            debug: Some(DebugStatus::Disabled),
            status: Some(Tier::Affirming),
            policies: vec![PolicyResult {
                id: "default".into(),
                version: None,
                hash: Some(vec![7; 32]),
                matched: Some(true),
                detail: None,
            }],
            ..Environment::default()
        };
        td.measure("mr_td", Value::Bytes(vec![1; 48]));
        td
    }

    fn appraisal() -> Appraisal {
        Appraisal { environments: vec![td()], ..Appraisal::default() }
    }

    fn everything() -> AppraisalExpectations {
        AppraisalExpectations {
            tee: Expected::Is(Tee::Tdx),
            debug: Expected::Is(Debug::StatedOff),
            worst_status: Expected::Is(Tier::Affirming),
            submodules: Expected::Is(vec!["cpu0".into()]),
            policy: Expected::Is(ExpectedPolicy {
                id: Expected::Is("default".into()),
                hash: Expected::Is(vec![7; 32]),
            }),
            measurements: Expected::Is(vec![ExpectedMeasurement {
                name: "mr_td".into(),
                values: vec![Value::Bytes(vec![0; 48]), Value::Bytes(vec![1; 48])],
            }]),
        }
    }

    fn failing(expectations: &AppraisalExpectations, appraisal: &Appraisal) -> (&'static str, String) {
        let failure = expectations.check(appraisal).unwrap_err();
        assert_eq!(failure.error.code(), Code::TokenExpectation);
        let last = failure.checks.last().unwrap();
        assert_eq!(last.outcome.as_str(), "failed");
        (last.rule.id, failure.error.part().into())
    }

    #[test]
    fn what_is_expected_and_there_is_accepted() {
        let checks = everything().check(&appraisal()).unwrap();
        assert_eq!(checks.len(), EXPECTATION_RULES.len());
        assert!(checks.iter().all(|check| check.outcome.as_str() == "passed"));
    }

    #[test]
    fn what_is_not_checked_is_said() {
        let checks = AppraisalExpectations::nothing().check(&appraisal()).unwrap();
        assert_eq!(checks.len(), EXPECTATION_RULES.len());
        assert!(checks.iter().all(|check| check.outcome.as_str() == "skipped"));
        assert!(AppraisalExpectations::nothing().is_nothing() && !everything().is_nothing());
    }

    #[test]
    fn each_expectation_refuses_alone() {
        let with = |change: &dyn Fn(&mut Environment)| {
            let mut changed = appraisal();
            change(&mut changed.environments[0]);
            failing(&everything(), &changed)
        };
        let of = |rule: &'static str, part: &str| (rule, String::from(part));
        assert_eq!(with(&|it| it.name = Some("cpu1".into())), of("token.expect.submodules", "submods"));
        assert_eq!(with(&|it| it.tee = Some(Tee::Sgx)), of("token.expect.tee", "submods.cpu0.tee"));
        assert_eq!(with(&|it| it.tee = None), of("token.expect.tee", "submods.cpu0.tee"));
        assert_eq!(with(&|it| it.debug = Some(DebugStatus::Enabled)), of("token.expect.debug", "debug"));
        assert_eq!(with(&|it| it.debug = None), of("token.expect.debug", "debug"));
        assert_eq!(with(&|it| it.status = Some(Tier::Warning)), of("token.expect.status", "status"));
        assert_eq!(with(&|it| it.status = None), of("token.expect.status", "status"));
        let policies = || of("token.expect.policy", "submods.cpu0.policies");
        assert_eq!(with(&|it| it.policies.clear()), policies());
        assert_eq!(with(&|it| it.policies[0].id.push('x')), policies());
        assert_eq!(with(&|it| it.policies[0].hash = None), policies());
        assert_eq!(with(&|it| it.policies[0].hash = Some(vec![7; 31])), policies());
        assert_eq!(with(&|it| it.policies[0].matched = Some(false)), policies());
        let twice = |it: &mut Environment| {
            let failed = PolicyResult { matched: Some(false), ..it.policies[0].clone() };
            it.policies.push(failed);
        };
        assert_eq!(with(&twice), policies());
        let measurements = "token.expect.measurements";
        assert_eq!(with(&|it| it.measurements.clear()), of(measurements, "measurements"));
        let there = of(measurements, "submods.cpu0.measurements");
        assert_eq!(with(&|it| it.measurements[0].value = Value::Bytes(vec![1; 47])), there);
        // A second one of the name, and the good one beside it does not excuse it.
        assert_eq!(with(&|it| it.measure("mr_td", Value::Bytes(vec![9; 48]))), there);
    }

    #[test]
    fn a_part_that_is_not_named_may_be_of_another_kind_but_not_debuggable() {
        let mut two = appraisal();
        two.environments.push(Environment {
            name: Some("gpu0".into()),
            tee: Some(Tee::NvidiaGpu),
            debug: Some(DebugStatus::Disabled),
            status: Some(Tier::Affirming),
            ..Environment::default()
        });
        everything().check(&two).unwrap();
        let unnamed = AppraisalExpectations { submodules: Expected::NotChecked, ..everything() };
        assert_eq!(failing(&unnamed, &two).1, "submods.gpu0.tee");
        two.environments[1].debug = Some(DebugStatus::Enabled);
        assert_eq!(failing(&everything(), &two).0, "token.expect.debug");
    }

    #[test]
    fn silence_about_debugging_can_be_let_pass_and_debugging_cannot() {
        let lenient = AppraisalExpectations { debug: Expected::Is(Debug::NotStatedOn), ..everything() };
        let mut silent = appraisal();
        silent.environments[0].debug = None;
        lenient.check(&silent).unwrap();
        silent.environments[0].debug = Some(DebugStatus::Enabled);
        assert_eq!(failing(&lenient, &silent).0, "token.expect.debug");
    }

    #[test]
    fn an_objection_is_never_expected_away() {
        let mut refused = appraisal();
        refused.objections.push(Error::new(Code::TokenFailed, "status"));
        let failure = AppraisalExpectations::nothing().check(&refused).unwrap_err();
        assert_eq!(failure.error.code(), Code::TokenFailed);
    }
}
