//! What the core's reader read, as values of `serde_json`.

use serde::de::{Deserialize, Deserializer, Error as _};
use serde_json::{Map, Value};
use veriquote::json::{self, Node, Strictness};

use crate::document::Document;

/// For a member whose members have any names and values.
pub(crate) fn members<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Map<String, Value>, D::Error> {
    let Document(text) = Document::deserialize(deserializer)?;
    match json::parse(&text, Strictness::DOCUMENT) {
        Ok(node) if node.members().is_some() => Ok(object(&node)),
        _ => Err(D::Error::custom("expected an object, and no name in it twice")),
    }
}

/// The members of an object that the core has read, with every number as exact as JSON here can have it.
pub(crate) fn object(node: &Node<'_>) -> Map<String, Value> {
    let members = node.members().unwrap_or_default();
    members.iter().map(|member| (member.name.clone().into_owned(), value(&member.node))).collect()
}

/// The depth is that of the core's reader, which is bounded.
pub(crate) fn value(node: &Node<'_>) -> Value {
    match &node.value {
        json::Value::Null => Value::Null,
        json::Value::Bool(flag) => Value::Bool(*flag),
        json::Value::Number(text) => number(text),
        json::Value::String(text) => Value::String(text.clone().into_owned()),
        json::Value::Array(items) => Value::Array(items.iter().map(value).collect()),
        json::Value::Object(_) => Value::Object(object(node)),
    }
}

fn number(text: &str) -> Value {
    if let Ok(integer) = text.parse::<i64>() {
        return integer.into();
    }
    if let Ok(integer) = text.parse::<u64>() {
        return integer.into();
    }
    let is_integer = text.bytes().all(|byte| byte == b'-' || byte.is_ascii_digit());
    let double = text.parse::<f64>().ok().filter(|double| double.is_finite() && !is_integer);
    double
        .and_then(serde_json::Number::from_f64)
        .map_or_else(|| Value::String(text.to_owned()), Value::Number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_nothing_holds_does_not_empty_the_claims() {
        let text = br#"{"a":1e400,"b":18446744073709551616,"c":-5,"d":1.5,"e":18446744073709551615,"dbgstat":"enabled"}"#;
        let node = json::parse(text, Strictness::DOCUMENT).expect("JSON");
        let expected = serde_json::json!({
            "a": "1e400", "b": "18446744073709551616", "c": -5, "d": 1.5, "e": u64::MAX, "dbgstat": "enabled",
        });
        assert_eq!(Value::Object(object(&node)), expected);
    }
}
