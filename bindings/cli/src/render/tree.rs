//! Any JSON value as indented names and values.

use serde_json::Value;

use super::style::{Canvas, DIM, KEY, words};

/// Draws the members of `value`, each on its line, nested ones indented.
pub fn tree(canvas: &mut Canvas, value: &Value, indent: usize) {
    match value {
        Value::Object(members) => {
            let longest = members
                .iter()
                .filter(|(_, value)| is_scalar(value))
                .map(|(name, _)| name.chars().count())
                .max();
            let column = longest.unwrap_or(0).clamp(8, 28) + 2;
            for (name, value) in members {
                member(canvas, &words(name), value, indent, column);
            }
        }
        Value::Array(items) => {
            for (number, item) in items.iter().enumerate() {
                if is_scalar(item) {
                    canvas.piece(DIM, &format!("{:indent$}- ", ""));
                    canvas.wrapped("", &scalar(item), indent + 2, indent + 2);
                } else {
                    canvas.line(&[(DIM, &format!("{:indent$}[{number}]", ""))]);
                    tree(canvas, item, indent + 2);
                }
            }
        }
        other => {
            canvas.piece("", &" ".repeat(indent));
            canvas.wrapped("", &scalar(other), indent, indent);
        }
    }
}

fn member(canvas: &mut Canvas, name: &str, value: &Value, indent: usize, column: usize) {
    if is_scalar(value) {
        canvas.piece(KEY, &format!("{:indent$}{name:<column$}", ""));
        canvas.wrapped("", &scalar(value), indent + column, indent + column.max(name.chars().count()));
        return;
    }
    canvas.line(&[(KEY, &format!("{:indent$}{name}", ""))]);
    tree(canvas, value, indent + 2);
}

/// A short list of short things fits on one line as well as a single value does.
fn is_scalar(value: &Value) -> bool {
    match value {
        Value::Object(members) => members.is_empty(),
        Value::Array(items) => items.iter().all(|item| {
            item.is_number() || item.is_boolean() || item.as_str().is_some_and(|text| text.len() <= 24)
        }),
        _ => true,
    }
}

/// A single value in words.
pub fn scalar(value: &Value) -> String {
    match value {
        Value::Null => "not stated".to_owned(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) if text.is_empty() => "(empty)".to_owned(),
        Value::String(text) => zeros(text).unwrap_or_else(|| text.clone()),
        Value::Array(items) if items.is_empty() => "none".to_owned(),
        Value::Array(items) => items.iter().map(scalar).collect::<Vec<_>>().join(" "),
        Value::Object(_) => "none".to_owned(),
    }
}

/// Long runs of zeros say nothing: name their length.
fn zeros(text: &str) -> Option<String> {
    (text.len() >= 32 && text.bytes().all(|b| b == b'0'))
        .then(|| format!("00… ({} bytes, all zero)", text.len() / 2))
}
