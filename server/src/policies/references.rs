//! Reference values that several policies share: a document of the store, named in a policy's rules as
//! `{"reference": "id"}`, in Rego as `data.reference_values.id`.

use serde_json::Value;
use veriquote::UnixTime;
use veriquote::json::Node;

use super::shelf::REFERENCES;
use super::{hash_of, is_id};
use crate::error::{ApiError, Result, ServiceCode};
use crate::http::Fields;
use crate::http::read;
use crate::store::Store;

/// A set of values, read.
#[derive(Clone, Debug, PartialEq)]
pub struct ReferenceSet {
    /// Texts, as policies take them.
    pub values: Vec<Value>,
    /// After that nothing may rely on them.
    pub expires_at: Option<UnixTime>,
    /// SHA-384 of the document.
    pub hash: [u8; 48],
}

/// No set has more values.
const VALUES: usize = 4_096;

impl ReferenceSet {
    /// Reads a document: `values`, and `provenance` and `expires_at` where they are known.
    ///
    /// # Errors
    /// `AS.REFERENCE.INVALID`.
    pub fn read(text: &str) -> Result<Self> {
        Self::of(text).map_err(|error| error.recoded(ServiceCode::ReferenceInvalid))
    }

    fn of(text: &str) -> Result<Self> {
        let node = read(text.as_bytes())?;
        let fields = Fields::of(&node, "", &["values", "provenance", "expires_at"])?;
        fields.text("provenance")?;
        let items = fields.items("values")?.unwrap_or_default();
        if items.is_empty() || items.len() > VALUES {
            return Err(fields.wrong("values", &format!("from 1 to {VALUES} values are expected")));
        }
        let value = |item: &Node<'_>| {
            item.text()
                .map(Value::from)
                .ok_or_else(|| fields.wrong("values", "a list of strings is expected"))
        };
        let expires_at = fields.text("expires_at")?.map(|text| {
            UnixTime::parse_rfc3339_utc(text)
                .ok_or_else(|| fields.wrong("expires_at", "a time such as 2030-01-02T03:04:05Z is expected"))
        });
        Ok(Self {
            values: items.iter().map(value).collect::<Result<_>>()?,
            expires_at: expires_at.transpose()?,
            hash: hash_of(text),
        })
    }
}

/// The set of this id, as it is now.
///
/// # Errors
/// When there is none, or it is no longer to be relied on.
pub async fn find(store: &dyn Store, id: &str, now: UnixTime) -> Result<ReferenceSet> {
    let lacking = |detail: String| ApiError::new(ServiceCode::PolicyFailed, detail).field("policy_ids");
    if !is_id(id) {
        return Err(lacking(format!("`{}` is no id of reference values", id.escape_debug())));
    }
    let stored = store.policy(&REFERENCES.key(id)).await?.and_then(|stored| stored.text);
    let text = stored.ok_or_else(|| lacking(format!("there are no reference values `{id}`")))?;
    let set = ReferenceSet::read(&text)?;
    if set.expires_at.is_some_and(|end| end < now) {
        return Err(lacking(format!("the reference values `{id}` are no longer in force")));
    }
    Ok(set)
}

/// The id of a value that stands for others.
fn reference(value: &Value) -> Option<&str> {
    let object = value.as_object().filter(|object| object.len() == 1)?;
    object.get("reference")?.as_str()
}

/// Ids of the references in rules, each once, in order.
pub fn named(rules: &Value) -> Vec<String> {
    let mut found = Vec::new();
    collect(rules, &mut found);
    found.sort_unstable();
    found.dedup();
    found
}

fn collect(value: &Value, found: &mut Vec<String>) {
    if let Some(id) = reference(value) {
        return found.push(id.to_owned());
    }
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        Value::Object(members) => members.values().for_each(|member| collect(member, found)),
        _ => {}
    }
}

/// Puts values in the place of references; one within a list gives its values to the list.
pub fn expand<'a>(value: &mut Value, set: &impl Fn(&str) -> Option<&'a [Value]>) {
    if let Some(values) = reference(value).and_then(set) {
        *value = Value::Array(values.to_vec());
        return;
    }
    match value {
        Value::Array(items) => {
            let expanded = std::mem::take(items).into_iter().flat_map(|mut item| {
                let spread = reference(&item).is_some();
                expand(&mut item, set);
                match item {
                    Value::Array(values) if spread => values,
                    item => vec![item],
                }
            });
            *items = expanded.collect();
        }
        Value::Object(members) => members.values_mut().for_each(|member| expand(member, set)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn references_give_way_to_values() {
        let mut rules = json!({
            "tdx": { "mr_td": { "reference": "images" }, "rtmr1": ["aa", { "reference": "kernels" }] },
            "tpm": { "pcrs": { "sha256": { "4": { "reference": "images" } } } },
        });
        assert_eq!(named(&rules), ["images", "kernels"]);
        let (images, kernels) = ([json!("01"), json!("02")], [json!("bb")]);
        expand(&mut rules, &|id| match id {
            "images" => Some(&images),
            "kernels" => Some(&kernels),
            _ => None,
        });
        assert_eq!(
            rules,
            json!({
                "tdx": { "mr_td": ["01", "02"], "rtmr1": ["aa", "bb"] },
                "tpm": { "pcrs": { "sha256": { "4": ["01", "02"] } } },
            })
        );
        assert_eq!(named(&json!({ "a": { "reference": "x", "more": 1 } })), Vec::<String>::new());
    }

    #[test]
    fn a_set_says_what_it_is() {
        let set = ReferenceSet::read(
            r#"{"values": ["aa"], "provenance": "build 7", "expires_at": "2030-01-02T03:04:05Z"}"#,
        );
        assert_eq!(set.unwrap().values, [json!("aa")]);
        for wrong in [
            "",
            "[]",
            r#"{"values": []}"#,
            r#"{"values": [1]}"#,
            r#"{"values": ["a"], "values": ["b"]}"#,
            r#"{"values": ["a"], "expires": "2030-01-02T03:04:05Z"}"#,
            r#"{"values": ["a"], "expires_at": "tomorrow"}"#,
        ] {
            let error = ReferenceSet::read(wrong).unwrap_err();
            assert_eq!(error.code(), ServiceCode::ReferenceInvalid, "{wrong}");
        }
    }
}
