//! One module, one question, one answer: what a worker does.

use std::num::NonZeroU32;
use std::time::Duration;

use regorus::utils::limits::ExecutionTimerConfig;
use regorus::{Engine, Value};

use super::{Answer, Description, PACKAGE, Question, Ruling, Subject};

/// Rules that are looked at before there is a subject, so that nothing in them can depend on it.
const RULES: &str = "rules";
const REFERENCES: &str = "references";

/// More reasons are not told, nor more of one.
const REASONS: usize = 32;
const REASON_CHARS: usize = 256;

/// Steps between two looks at the clock.
const INTERVAL: NonZeroU32 = NonZeroU32::new(16).unwrap();

/// Built-in functions of which nothing may depend: chance, and what leaves a trace outside.
const NOT_HERE: [(&str, u8); 1] = [("rand.intn", 2)];

/// Answers a question.
#[must_use]
pub fn answer(question: &Question) -> Answer {
    answered(question).unwrap_or_else(Answer::Failed)
}

fn answered(question: &Question) -> Result<Answer, String> {
    let mut engine = Engine::new();
    engine.set_execution_timer_config(ExecutionTimerConfig {
        limit: Duration::from_millis(u64::from(question.milliseconds)),
        check_interval: INTERVAL,
    });
    // A built-in function that fails is an error and not an undefined value, which `not` would turn around.
    engine.set_strict_builtin_errors(true);
    engine.set_gather_prints(true);
    for (name, count) in NOT_HERE {
        let refuse = move |_: Vec<Value>| -> Result<Value, _> {
            Value::from_json_str("").map_err(|error| error.context(format!("`{name}` is not to be had here")))
        };
        engine.add_extension(name.to_owned(), count, Box::new(refuse)).map_err(told)?;
    }
    let package = engine.add_policy("policy.rego".to_owned(), question.module.clone()).map_err(told)?;
    if package != format!("data.{PACKAGE}") {
        return Err(format!("the module is in `{package}`; `package {PACKAGE}` is expected"));
    }
    match &question.subject {
        None => describe(&mut engine).map(Answer::Described),
        Some(subject) => rule(&mut engine, subject).map(Answer::Ruled),
    }
}

fn describe(engine: &mut Engine) -> Result<Description, String> {
    engine.set_input(Value::new_object());
    let rules = value(engine, RULES)?.map(|value| json(&value)).transpose()?;
    let references = match value(engine, REFERENCES)? {
        None => Vec::new(),
        Some(value) => texts(&value).ok_or_else(|| format!("`{REFERENCES}` is no list of strings"))?,
    };
    // A module without it would deny everything, which nobody means.
    if !engine.has_declared_rule_rooted_at("policy.rego", "allow").map_err(told)? {
        return Err("the module has no rule `allow`".to_owned());
    }
    Ok(Description { rules, references })
}

fn rule(engine: &mut Engine, subject: &Subject) -> Result<Ruling, String> {
    let data = serde_json::json!({ "reference_values": subject.reference_values });
    engine.add_data(Value::from_json_str(&data.to_string()).map_err(told)?).map_err(told)?;
    engine.set_input(Value::from_json_str(&subject.input.to_string()).map_err(told)?);
    let allow = match value(engine, "allow")? {
        None => false,
        Some(Value::Bool(allow)) => allow,
        Some(_) => return Err("`allow` is neither true nor false".to_owned()),
    };
    let mut reasons = match value(engine, "deny")? {
        None => Vec::new(),
        Some(value) => texts(&value).ok_or("`deny` is no list or set of strings")?,
    };
    let allowed = allow && reasons.is_empty();
    reasons.truncate(REASONS);
    for reason in &mut reasons {
        *reason = reason.chars().take(REASON_CHARS).collect();
    }
    Ok(Ruling { allowed, reasons })
}

/// The value of a rule of the module; `None` when it is undefined, or there is no such rule.
fn value(engine: &mut Engine, rule: &str) -> Result<Option<Value>, String> {
    let results = engine.eval_query(format!("data.{PACKAGE}.{rule}"), false).map_err(told)?;
    let value = results.result.into_iter().next().and_then(|result| result.expressions.into_iter().next());
    Ok(value.map(|expression| expression.value).filter(|value| *value != Value::Undefined))
}

fn texts(value: &Value) -> Option<Vec<String>> {
    let text = |value: &Value| value.as_string().ok().map(|text| text.to_string());
    if let Ok(items) = value.as_array() {
        return items.iter().map(text).collect();
    }
    value.as_set().ok()?.iter().map(text).collect()
}

fn json(value: &Value) -> Result<serde_json::Value, String> {
    let text = value.to_json_str().map_err(told)?;
    serde_json::from_str(&text).map_err(|error| error.to_string())
}

/// A message of the engine: its text has the place in the module.
fn told(error: impl std::fmt::Display) -> String {
    error.to_string().trim().chars().take(1_000).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn ask(module: &str, input: serde_json::Value) -> Answer {
        answer(&Question {
            module: format!("package veriquote\n{module}"),
            milliseconds: 100,
            subject: Some(Subject { input, reference_values: json!({ "kernels": ["aa", "bb"] }) }),
        })
    }

    fn ruled(module: &str, input: serde_json::Value) -> (bool, Vec<String>) {
        match ask(module, input) {
            Answer::Ruled(Ruling { allowed, reasons }) => (allowed, reasons),
            other => panic!("{other:?}"),
        }
    }

    fn failed(module: &str) -> String {
        match ask(module, json!({})) {
            Answer::Failed(message) => message,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn allow_and_deny_are_read_as_they_stand() {
        let module = "allow if input.a == 1\ndeny contains \"b is set\" if input.b";
        assert_eq!(ruled(module, json!({ "a": 1 })), (true, vec![]));
        assert_eq!(ruled(module, json!({ "a": 2 })), (false, vec![]));
        assert_eq!(ruled(module, json!({ "a": 1, "b": true })), (false, vec!["b is set".to_owned()]));
        let module = "allow if input.kernel in data.reference_values.kernels";
        assert!(ruled(module, json!({ "kernel": "bb" })).0);
        assert!(!ruled(module, json!({ "kernel": "cc" })).0);
        assert!(failed("allow := \"true\"").contains("neither true nor false"));
        assert!(failed("allow := true\ndeny := \"x\"").contains("no list or set"));
        assert!(!ruled("other := true", json!({})).0, "no `allow` allows nothing");
    }

    #[test]
    fn what_reaches_outside_is_not_there() {
        for call in [
            "http.send({\"method\": \"get\", \"url\": \"http://127.0.0.1/\"})",
            "net.lookup_ip_addr(\"localhost\")",
            "opa.runtime()",
            "time.now_ns()",
            "rand.intn(\"a\", 5)",
            "uuid.rfc4122(\"a\")",
            "io.jwt.decode(\"a\")",
        ] {
            let message = failed(&format!("allow if {call}"));
            assert!(!message.is_empty(), "{call}");
            // Nor does a failure turn into its opposite.
            let turned = ask(&format!("allow if not {call}"), json!({}));
            assert!(matches!(turned, Answer::Failed(_)), "{call}: {turned:?}");
        }
    }

    #[test]
    fn what_takes_too_long_is_ended() {
        let begun = std::time::Instant::now();
        let message = failed(
            "allow if count([1 | some i in numbers.range(1, 1000); some j in numbers.range(1, 1000); \
             some k in numbers.range(1, 1000); i + j + k < 0]) == 0",
        );
        assert!(message.contains("time limit"), "{message}");
        assert!(begun.elapsed() < Duration::from_secs(5));
    }

    #[test]
    fn a_module_says_what_it_needs() {
        let described =
            |module: &str| answer(&Question { module: module.to_owned(), milliseconds: 100, subject: None });
        let module = "package veriquote\nrules := {\"tdx\": {\"sept_ve_disable\": \"allow\"}}\n\
                      references := [\"kernels\"]\nallow if input.x";
        let Answer::Described(description) = described(module) else { panic!() };
        assert_eq!(description.rules, Some(json!({ "tdx": { "sept_ve_disable": "allow" } })));
        assert_eq!(description.references, ["kernels"]);
        for wrong in [
            "",
            "package other\nallow := true",
            "package veriquote\nallow if {",
            "package veriquote\nother := true",
            "package veriquote\nallow := true\nreferences := 7",
        ] {
            assert!(matches!(described(wrong), Answer::Failed(_)), "{wrong:?}");
        }
        // What depends on the subject is not there yet, and so is undefined.
        let module = "package veriquote\nrules := {\"x\": 1} if input.tee\nallow := true";
        let Answer::Described(description) = described(module) else { panic!() };
        assert_eq!(description.rules, None);
    }
}
