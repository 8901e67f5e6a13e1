//! One line of the ledger of checks as data.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use veriquote::{Check, Fact, FactValue, Outcome, OutcomeKind};

use crate::one_of::OneOf;

/// One check: which rule, what came of it, and what was compared.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CheckLine {
    /// Stable dotted id of the rule.
    pub id: Cow<'static, str>,
    /// The rule in words.
    pub title: Cow<'static, str>,
    /// What came of it.
    pub outcome: OneOf<OutcomeKind>,
    /// Why the rule was not applied, when it was skipped.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<Cow<'static, str>>,
    /// The document and section that the rule comes from.
    pub spec: Cow<'static, str>,
    /// What was compared.
    pub facts: Map<String, Value>,
}

impl From<&Check> for CheckLine {
    fn from(check: &Check) -> Self {
        Self {
            id: check.rule.id.into(),
            title: check.rule.title.into(),
            outcome: check.outcome.kind().into(),
            reason: match &check.outcome {
                Outcome::Skipped(reason) => Some((*reason).into()),
                _ => None,
            },
            spec: check.rule.spec.into(),
            facts: facts(&check.facts),
        }
    }
}

/// Facts as a JSON object: bytes in lower-case hex, times in RFC 3339, a repeated name as a list.
#[must_use]
pub fn facts(facts: &[Fact]) -> Map<String, Value> {
    let mut map = Map::new();
    for fact in facts {
        let value = value(&fact.value);
        match map.get_mut(fact.name) {
            None => drop(map.insert(fact.name.into(), value)),
            Some(Value::Array(items)) => items.push(value),
            Some(first) => *first = Value::Array(vec![first.take(), value]),
        }
    }
    map
}

fn value(value: &FactValue) -> Value {
    match value {
        FactValue::Flag(flag) => Value::from(*flag),
        FactValue::Number(number) => Value::from(*number),
        other => Value::from(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use veriquote::UnixTime;

    #[test]
    fn facts_keep_their_types_and_repeated_names() {
        let list = [
            Fact::bytes("key", vec![0xab, 1]),
            Fact::number("svn", 3),
            Fact::flag("debug", true),
            Fact::time("at", UnixTime(0)),
            Fact::text("advisory", "A"),
            Fact::text("advisory", "B"),
            Fact::text("advisory", "C"),
        ];
        assert_eq!(
            Value::Object(facts(&list)),
            serde_json::json!({
                "key": "ab01", "svn": 3, "debug": true, "at": "1970-01-01T00:00:00Z",
                "advisory": ["A", "B", "C"],
            })
        );
    }
}
