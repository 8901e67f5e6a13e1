//! JSON documents inside requests, kept as text so that the core's strict reader sees them as they were
//! written (duplicate members, the exact bytes that Intel signed).

use core::fmt;

use serde::de::Deserializer;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::value::RawValue;

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

impl<'de> Deserialize<'de> for Document {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let text = raw.get();
        let inner = if text.starts_with('"') { serde_json::from_str::<String>(text).ok() } else { None };
        Ok(Self(inner.unwrap_or_else(|| text.to_owned()).into_bytes()))
    }
}
