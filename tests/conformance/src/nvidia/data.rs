//! The catalogue as data, for every language: `tests/vectors/nvidia`.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use veriquote_forge::nvidia::NvForge;

use super::case::{Case, request};
use crate::data::{difference, pretty};

/// The files of `tests/vectors/nvidia`, by name: the machines, and one file per group of cases. Cases of the
/// machine of twelve devices are run in Rust alone: each would have 200 kilobytes.
#[must_use]
pub fn files() -> BTreeMap<String, String> {
    let bases: BTreeMap<&str, Value> =
        NvForge::all().into_iter().map(|(name, forge)| (name, request(&forge, &forge.build()))).collect();
    let mut groups: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for case in super::all() {
        let Some(base) = bases.get(case.base) else { continue };
        let group = case.id.split('/').next().unwrap_or_default().to_owned();
        groups.entry(group).or_default().push(entry(&case, base));
    }
    let mut files: BTreeMap<_, _> = groups
        .into_iter()
        .map(|(group, cases)| (format!("{group}.json"), pretty(&json!({ "cases": cases }))))
        .collect();
    files.insert("machines.json".to_owned(), pretty(&json!({ "machines": bases })));
    files
}

fn entry(case: &Case, base: &Value) -> Value {
    let mut entry = Map::new();
    entry.insert("id".to_owned(), json!(case.id));
    entry.insert("note".to_owned(), json!(case.note));
    entry.insert("rule".to_owned(), json!(case.rule));
    entry.insert("base".to_owned(), json!(case.base));
    let mut edited = base.clone();
    let edits: Vec<Value> = ["/evidence/report", "/evidence/certificate_chain", "/rims/0", "/rims/1"]
        .iter()
        .flat_map(|pointer| edits(pointer, &mut edited, &case.request))
        .collect();
    if !edits.is_empty() {
        entry.insert("edits".to_owned(), json!(edits));
    }
    if let Some(patch) = difference(&edited, &case.request) {
        entry.insert("request".to_owned(), patch);
    }
    entry.insert("expected".to_owned(), case.expected.json());
    Value::Object(entry)
}

/// Edits of one long text, the last one first, so that each leaves the places of those after it alone; and
/// the text as it is then.
fn edits(pointer: &str, base: &mut Value, target: &Value) -> Vec<Value> {
    let (Some(Value::String(before)), Some(Value::String(after))) =
        (base.pointer(pointer), target.pointer(pointer))
    else {
        return Vec::new();
    };
    if before == after {
        return Vec::new();
    }
    let (old, new) = (pieces(before), pieces(after));
    let spans = if old.len() == new.len() { changed(&old, &new) } else { vec![ends(before, after)] };
    let edit = |(at, remove, insert): &(usize, usize, String)| json!({ "pointer": pointer, "at": at, "remove": remove, "insert": insert });
    let edits: Vec<Value> = spans.iter().rev().map(edit).collect();
    // More changed than not: the text itself is shorter.
    if json!(edits).to_string().len() > after.len() {
        return Vec::new();
    }
    let after = after.clone();
    if let Some(text) = base.pointer_mut(pointer) {
        *text = Value::String(after);
    }
    edits
}

/// Tags, lines or runs of a text, whichever it has.
fn pieces(text: &str) -> Vec<&str> {
    if text.contains('<') {
        text.split_inclusive('<').collect()
    } else if text.contains('\n') {
        text.split_inclusive('\n').collect()
    } else {
        (0..text.len()).step_by(32).filter_map(|at| text.get(at..(at + 32).min(text.len()))).collect()
    }
}

/// Where pieces differ: place and length in the old text, and the new piece. Neighbours are one.
fn changed(old: &[&str], new: &[&str]) -> Vec<(usize, usize, String)> {
    let mut spans: Vec<(usize, usize, String)> = Vec::new();
    let mut at = 0;
    for (old, new) in old.iter().zip(new) {
        if old != new {
            match spans.last_mut() {
                Some((start, length, text)) if *start + *length == at => {
                    *length += old.len();
                    text.push_str(new);
                }
                _ => spans.push((at, old.len(), (*new).to_owned())),
            }
        }
        at += old.len();
    }
    spans
}

/// What lies between the common start and the common end.
fn ends(before: &str, after: &str) -> (usize, usize, String) {
    let boundary = |text: &str, at: usize| text.is_char_boundary(at);
    let mut start = before.bytes().zip(after.bytes()).take_while(|(a, b)| a == b).count();
    while !boundary(before, start) || !boundary(after, start) {
        start -= 1;
    }
    let (rest, new) = (&before[start..], &after[start..]);
    let mut end = rest.bytes().rev().zip(new.bytes().rev()).take_while(|(a, b)| a == b).count();
    while !boundary(rest, rest.len() - end) || !boundary(new, new.len() - end) {
        end -= 1;
    }
    (start, rest.len() - end, new[..new.len() - end].to_owned())
}
