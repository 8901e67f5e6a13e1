//! Strict JSON against serde_json: what we accept means the same, what we refuse more has a reason.

use serde_json::Value as Other;
use veriquote::Code;
use veriquote::json::{DuplicateKeys, Node, Strictness, Value, Whitespace, parse};

/// Compares with serde_json; checks spans and the compact form.
pub fn json(data: &[u8]) {
    let other = serde_json::from_slice::<Other>(data);
    match (parse(data, Strictness::DOCUMENT), &other) {
        (Ok(node), Ok(other)) => {
            assert!(same(&node, other), "{node:?} and {other:?}");
            spans(data, &node);
            compact(&node);
        }
        (Ok(node), Err(error)) => {
            // Numbers are text for us; serde_json has to fit them into a double.
            assert!(error.to_string().starts_with("number out of range"), "{error}: {node:?}");
        }
        (Err(error), Ok(_)) => assert!(
            matches!(error.code(), Code::JsonDuplicateKey | Code::LimitDepth | Code::LimitCount),
            "{error}"
        ),
        (Err(_), Err(_)) => {}
    }
    let strict = Strictness { duplicate_keys: DuplicateKeys::Refuse, whitespace: Whitespace::Refuse };
    if let Ok(node) = parse(data, strict) {
        assert_eq!(parse(data, Strictness::DOCUMENT), Ok(node));
    }
    let lax = Strictness { duplicate_keys: DuplicateKeys::FirstWins, whitespace: Whitespace::Allow };
    if let Err(error) = parse(data, lax) {
        assert!(error.code() != Code::JsonDuplicateKey);
        assert!(parse(data, Strictness::DOCUMENT).is_err());
    }
}

fn same(node: &Node<'_>, other: &Other) -> bool {
    match (&node.value, other) {
        (Value::Null, Other::Null) => true,
        (Value::Bool(ours), Other::Bool(theirs)) => ours == theirs,
        (Value::Number(ours), Other::Number(theirs)) => {
            let as_double = ours.parse::<f64>().ok() == theirs.as_f64();
            as_double && node.unsigned() == theirs.as_u64().filter(|_| node.unsigned().is_some())
        }
        (Value::String(ours), Other::String(theirs)) => ours == theirs,
        (Value::Array(ours), Other::Array(theirs)) => {
            ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(ours, theirs)| same(ours, theirs))
        }
        (Value::Object(ours), Other::Object(theirs)) => {
            ours.len() == theirs.len()
                && ours
                    .iter()
                    .all(|ours| theirs.get(ours.name.as_ref()).is_some_and(|theirs| same(&ours.node, theirs)))
        }
        _ => false,
    }
}

fn spans(data: &[u8], node: &Node<'_>) {
    assert_eq!(&data[node.offset..][..node.raw.len()], node.raw.as_bytes());
    for item in node.items().into_iter().flatten() {
        spans(data, item);
    }
    for member in node.members().into_iter().flatten() {
        spans(data, &member.node);
    }
}

fn compact(node: &Node<'_>) {
    let text = node.compact();
    let strict = Strictness { duplicate_keys: DuplicateKeys::Refuse, whitespace: Whitespace::Refuse };
    let again = parse(text.as_bytes(), strict).expect("compact JSON is strict JSON");
    assert_eq!(again.compact(), text);
    let other: Other = serde_json::from_str(&text).expect("serde_json reads it, as it read the original");
    assert!(same(&again, &other));
}
