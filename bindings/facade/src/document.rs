//! JSON documents inside requests, kept as text so that the core's strict reader sees them as they were
//! written (duplicate members, the exact bytes that Intel signed).

use core::fmt;

use serde::de::{self, Deserializer, Visitor};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::value::RawValue;
use veriquote::json::{self, Node};

/// A JSON document: given as an object, or as a string that holds its text.
#[derive(Clone, Default, PartialEq, Eq)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(with = "serde_json::Value"))]
pub struct Document(pub Vec<u8>);

impl From<Vec<u8>> for Document {
    fn from(text: Vec<u8>) -> Self {
        Self(text)
    }
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Document({} bytes)", self.0.len())
    }
}

impl Serialize for Document {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&String::from_utf8_lossy(&self.0))
    }
}

impl Document {
    /// By this name the reader of requests knows what is to be given as text.
    pub(crate) const NAME: &'static str = "$veriquote::Document";
}

impl<'de> Deserialize<'de> for Document {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(Self::NAME, Form)
    }
}

/// Text from the reader of requests; from `serde_json`, what it has.
struct Form;

impl<'de> Visitor<'de> for Form {
    type Value = Document;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON document")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Document, E> {
        Ok(Document(text.as_bytes().to_vec()))
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Document, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let text = raw.get();
        match json::parse_outline(text) {
            Ok(Node { value: json::Value::String(inner), .. }) => self.visit_str(&inner),
            _ => self.visit_str(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reader_gives_the_same_text() {
        for (json, text) in [(r#"{"b": 1,"a":[]}"#, r#"{"b": 1,"a":[]}"#), (r#""{\"b\":1}""#, r#"{"b":1}"#)] {
            let expected = Document(text.as_bytes().to_vec());
            assert_eq!(serde_json::from_str::<Document>(json).expect("JSON"), expected);
            assert_eq!(
                crate::read_request::<Vec<Document>>(&format!("[ {json} ]")).expect("JSON"),
                [expected]
            );
        }
        let value = serde_json::json!({ "b": 1, "a": [] });
        assert_eq!(serde_json::from_value::<Document>(value).expect("JSON").0, br#"{"b":1,"a":[]}"#);
    }
}
