//! The schemas as Python types: what a caller writes becomes a `TypedDict`, what a caller reads a record.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

/// Every type, by name.
#[derive(Debug, Default)]
pub(super) struct Model {
    /// What a caller reads.
    pub(super) records: BTreeMap<String, Class>,
    /// What a caller writes.
    pub(super) options: BTreeMap<String, Class>,
    /// Names for types that are no classes.
    pub(super) aliases: BTreeMap<String, Alias>,
    /// For each `kind` of an inspection, its record.
    pub(super) kinds: Vec<(String, String)>,
    /// Types of arguments.
    arguments: Vec<String>,
}

/// A type with members.
#[derive(Debug, Default)]
pub(super) struct Class {
    pub(super) about: String,
    pub(super) fields: Vec<Field>,
}

/// One member.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) about: String,
    pub(super) of: String,
    pub(super) required: bool,
    /// Bytes may be written here.
    pub(super) is_blob: bool,
}

/// A name for a type.
#[derive(Debug)]
pub(super) struct Alias {
    pub(super) about: String,
    pub(super) of: String,
}

/// Which way values go.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    In,
    Out,
}

/// What a caller may write for these, where a schema can only say `string` or anything.
const IN: [(&str, &str); 3] = [
    ("Blob", "bytes | str"),
    ("Document", "Mapping[str, Any] | Sequence[Any] | bytes | str"),
    ("Time", "datetime | int | str"),
];

impl Model {
    pub(super) fn of(schemas: &[(&str, Value)]) -> Result<Self, String> {
        let mut model = Self::default();
        let (requests, results): (Vec<_>, Vec<_>) =
            schemas.iter().partition(|(name, _)| name.ends_with("-request.json"));
        for (way, list) in [(Way::Out, results), (Way::In, requests)] {
            for (name, schema) in list {
                model.add_file(way, schema).map_err(|problem| format!("{name}: {problem}"))?;
            }
        }
        model.used_only();
        Ok(model)
    }

    fn add_file(&mut self, way: Way, schema: &Value) -> Result<(), String> {
        let definitions = schema["$defs"].as_object().into_iter().flatten();
        for (name, definition) in definitions {
            self.add(way, name, definition)?;
        }
        let title = schema["title"].as_str().ok_or("no title")?;
        // The options of such a request are the arguments of a function, beside its other members.
        if schema["properties"].get("options").is_none() {
            return self.add(way, title, schema);
        }
        let arguments = self.fields(way, schema)?.into_iter().map(|field| field.of);
        self.arguments.extend(arguments);
        Ok(())
    }

    fn add(&mut self, way: Way, name: &str, schema: &Value) -> Result<(), String> {
        let about = text(schema);
        if let Some((_, of)) = IN.iter().find(|(known, _)| *known == name) {
            self.aliases.insert(name.to_owned(), Alias { about, of: (*of).to_owned() });
        } else if schema.get("properties").is_some() {
            let fields = self.fields(way, schema)?;
            match way {
                Way::Out => self.records.insert(name.to_owned(), Class { about, fields }),
                Way::In => self.options.insert(self.option_name(name), Class { about, fields }),
            };
        } else if let Some(variants) = schema["oneOf"].as_array().filter(|_| way == Way::Out) {
            let is_tagged = variants.iter().any(|variant| variant["properties"].get("kind").is_some());
            if is_tagged { self.tagged(name, about, variants)? } else { self.alias(way, name, schema)? }
        } else {
            self.alias(way, name, schema)?;
        }
        Ok(())
    }

    fn alias(&mut self, way: Way, name: &str, schema: &Value) -> Result<(), String> {
        let mut parts = Vec::new();
        for variant in variants(schema) {
            let member =
                variant.get("properties").and_then(Value::as_object).and_then(|all| all.keys().next());
            match member {
                Some(member) => {
                    let title = format!("{name}{}", camel(member));
                    self.add(way, &title, variant)?;
                    parts.push(title);
                }
                None => parts.push(self.type_of(way, variant)?),
            }
        }
        self.aliases.insert(name.to_owned(), Alias { about: text(schema), of: union(parts) });
        Ok(())
    }

    /// Variants that a member `kind` tells apart: each is a record, and the name stands for any of them.
    fn tagged(&mut self, name: &str, about: String, variants: &[Value]) -> Result<(), String> {
        let mut kinds: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for variant in variants {
            let kind = variant["properties"]["kind"]["const"].as_str().ok_or("a variant without its kind")?;
            let title = match variant["$ref"].as_str() {
                Some(reference) => last(reference).to_owned(),
                None => {
                    let title = format!("{}View", camel(kind));
                    let mut class = Class { about: text(variant), fields: self.fields(Way::Out, variant)? };
                    class.fields.retain(|field| field.name != "kind");
                    self.records.insert(title.clone(), class);
                    title
                }
            };
            self.kinds.push((kind.to_owned(), title.clone()));
            kinds.entry(title).or_default().push(format!("{kind:?}"));
        }
        for (title, kinds) in &kinds {
            let record = self.records.get_mut(title).ok_or_else(|| format!("{title} is not defined"))?;
            record.fields.insert(
                0,
                Field {
                    name: "kind".to_owned(),
                    about: "What it is; absent inside another record.".to_owned(),
                    of: format!("Literal[{}] | None", kinds.join(", ")),
                    required: false,
                    is_blob: false,
                },
            );
        }
        let of = union(kinds.into_keys().collect());
        self.aliases.insert(name.to_owned(), Alias { about, of });
        Ok(())
    }

    fn fields(&self, way: Way, schema: &Value) -> Result<Vec<Field>, String> {
        let required: BTreeSet<&str> =
            schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let properties = schema["properties"].as_object().ok_or("no properties")?;
        let field = |(name, schema): (&String, &Value)| {
            Ok(Field {
                name: name.clone(),
                about: text(schema),
                of: self.type_of(way, schema)?,
                required: required.contains(name.as_str()),
                is_blob: refers_to(schema, &["Blob", "Document"]),
            })
        };
        properties.iter().map(field).collect()
    }

    /// What a caller writes and also reads has a name of its own for writing.
    fn option_name(&self, name: &str) -> String {
        if self.records.contains_key(name) { format!("{name}Dict") } else { name.to_owned() }
    }

    fn type_of(&self, way: Way, schema: &Value) -> Result<String, String> {
        let Some(schema) = schema.as_object() else { return Ok("Any".to_owned()) };
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            let name = last(reference);
            let also_read = way == Way::In && self.records.contains_key(name);
            return Ok(if also_read { format!("{name} | {name}Dict") } else { name.to_owned() });
        }
        if let Some(value) = schema.get("const") {
            return Ok(format!("Literal[{value}]"));
        }
        if let Some(values) = schema.get("enum").and_then(Value::as_array) {
            let values: Vec<String> = values.iter().map(Value::to_string).collect();
            return Ok(format!("Literal[{}]", values.join(", ")));
        }
        let parts = ["anyOf", "oneOf"].iter().find_map(|name| schema.get(*name)?.as_array());
        if let Some(parts) = parts {
            return parts.iter().map(|part| self.type_of(way, part)).collect::<Result<_, _>>().map(union);
        }
        match schema.get("type") {
            None => Ok("Any".to_owned()),
            Some(Value::String(name)) => self.simple(way, name, schema),
            Some(Value::Array(names)) => names
                .iter()
                .map(|name| self.simple(way, name.as_str().unwrap_or_default(), schema))
                .collect::<Result<_, _>>()
                .map(union),
            Some(other) => Err(format!("a type that is {other}")),
        }
    }

    fn simple(&self, way: Way, name: &str, schema: &Map<String, Value>) -> Result<String, String> {
        Ok(match name {
            "null" => "None".to_owned(),
            "string" => "str".to_owned(),
            "integer" => "int".to_owned(),
            "boolean" => "bool".to_owned(),
            "number" => "float".to_owned(),
            "array" if schema.contains_key("prefixItems") => {
                let items = schema["prefixItems"].as_array().into_iter().flatten();
                let items: Vec<String> =
                    items.map(|item| self.type_of(way, item)).collect::<Result<_, _>>()?;
                format!("tuple[{}]", items.join(", "))
            }
            "array" => {
                let item = self.type_of(way, schema.get("items").unwrap_or(&Value::Null))?;
                if way == Way::In { format!("Sequence[{item}]") } else { format!("tuple[{item}, ...]") }
            }
            "object" => {
                let patterns = schema.get("patternProperties").and_then(Value::as_object);
                let named = patterns.and_then(|all| all.values().next());
                let of = named.or_else(|| schema.get("additionalProperties")).unwrap_or(&Value::Null);
                format!("Mapping[str, {}]", self.type_of(way, of)?)
            }
            other => return Err(format!("`{other}` has no type in Python")),
        })
    }

    /// Drops aliases that nothing names.
    fn used_only(&mut self) {
        let classes = self.records.values().chain(self.options.values());
        let mut named: Vec<String> =
            classes.flat_map(|class| class.fields.iter().map(|field| field.of.clone())).collect();
        named.extend(self.aliases.values().map(|alias| alias.of.clone()));
        named.extend(self.arguments.iter().cloned());
        named.push("Inspection".to_owned());
        let words: BTreeSet<&str> =
            named.iter().flat_map(|of| of.split(|c: char| !c.is_alphanumeric() && c != '_')).collect();
        self.aliases.retain(|name, _| words.contains(name.as_str()));
    }
}

fn variants(schema: &Value) -> Vec<&Value> {
    let list = ["anyOf", "oneOf"].iter().find_map(|name| schema[name].as_array());
    list.map_or_else(|| vec![schema], |list| list.iter().collect())
}

fn refers_to(schema: &Value, names: &[&str]) -> bool {
    let is = |schema: &Value| schema["$ref"].as_str().is_some_and(|name| names.contains(&last(name)));
    is(schema) || is(&schema["items"]) || variants(schema).into_iter().any(is)
}

fn union(mut parts: Vec<String>) -> String {
    let mut seen = BTreeSet::new();
    parts.retain(|part| seen.insert(part.clone()));
    parts.join(" | ")
}

fn last(reference: &str) -> &str {
    reference.rsplit('/').next().unwrap_or_default()
}

fn camel(name: &str) -> String {
    let upper = |word: &str| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_uppercase().chain(letters).collect::<String>())
    };
    name.split('_').filter_map(upper).collect()
}

/// The description without examples for Rust, and without links that only rustdoc follows.
fn text(schema: &Value) -> String {
    let about = schema["description"].as_str().unwrap_or_default();
    let prose = about.split("```").next().unwrap_or_default();
    let plain = prose.replace("[`", "`").replace("`]", "`").replace('\\', "\\\\");
    let paragraphs = plain.split("\n\n").map(|paragraph| paragraph.replace('\n', " ").trim().to_owned());
    paragraphs.filter(|paragraph| !paragraph.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn model() -> Model {
        let result = json!({
            "title": "Told", "type": "object", "required": ["name", "list", "facts"],
            "properties": {
                "name": { "type": ["string", "null"], "description": "A name." },
                "list": { "type": "array", "items": { "$ref": "#/$defs/Item" } },
                "facts": { "type": "object", "additionalProperties": true },
                "pair": { "type": "array", "prefixItems": [{ "type": "integer" }, { "type": "string" }] },
                "late": { "anyOf": [{ "$ref": "#/$defs/Item" }, { "type": "null" }] },
            },
            "$defs": { "Item": { "type": "object", "properties": { "size": { "type": "integer" } } } },
        });
        let request = json!({
            "title": "AskRequest", "properties": { "options": {} },
            "$defs": {
                "AskOptions": { "type": "object", "required": ["at"], "properties": {
                    "at": { "$ref": "#/$defs/Time" },
                    "roots": { "type": "array", "items": { "$ref": "#/$defs/Blob" } },
                    "expect": { "$ref": "#/$defs/Expected" },
                    "previous": { "$ref": "#/$defs/Item" },
                } },
                "Blob": { "type": "string" },
                "Time": { "type": "string" },
                "Item": { "type": "object", "properties": { "size": { "type": "integer" } } },
                "Expected": { "oneOf": [
                    { "type": "object", "properties": { "is": { "type": "string" } }, "required": ["is"] },
                    { "const": "not_checked" },
                ] },
            },
        });
        Model::of(&[("told.json", result), ("ask-request.json", request)]).expect("a model")
    }

    #[test]
    fn what_is_read_is_frozen_and_what_is_written_is_loose() {
        let model = model();
        let told: Vec<_> = model.records["Told"].fields.iter().map(|it| (&*it.name, &*it.of)).collect();
        let expected = [
            ("name", "str | None"),
            ("list", "tuple[Item, ...]"),
            ("facts", "Mapping[str, Any]"),
            ("pair", "tuple[int, str]"),
            ("late", "Item | None"),
        ];
        assert_eq!(told.len(), expected.len());
        for field in expected {
            assert!(told.contains(&field), "{field:?} in {told:?}");
        }
        let asked = &model.options["AskOptions"].fields;
        let of = |name: &str| asked.iter().find(|field| field.name == name).expect("a field");
        assert_eq!((of("at").of.as_str(), of("at").required), ("Time", true));
        assert_eq!((of("roots").of.as_str(), of("roots").is_blob), ("Sequence[Blob]", true));
        assert_eq!(of("previous").of, "Item | ItemDict");
        assert_eq!(model.aliases["Expected"].of, "ExpectedIs | Literal[\"not_checked\"]");
        assert!(model.options["ExpectedIs"].fields[0].required);
    }

    #[test]
    fn a_type_that_python_has_no_word_for_is_an_error() {
        let schema = json!({ "title": "T", "properties": { "a": { "type": "tensor" } } });
        let problem = Model::of(&[("t.json", schema)]).expect_err("no such type");
        assert!(problem.contains("tensor"), "{problem}");
    }
}
