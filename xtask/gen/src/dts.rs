//! The types of the npm packages: `schema.d.ts`, from the schemas and the table of codes.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Map, Value};
use veriquote::Code;

use crate::output::Output;

/// What a caller may write for these, where a schema can only say `string` or anything.
const WRITTEN: [(&str, &str); 3] = [
    ("Blob", "string | Uint8Array | ArrayBuffer"),
    ("Document", "string | Uint8Array | ArrayBuffer | object"),
    ("Time", "string | number | Date"),
];

/// Members whose values are known more closely than the schema says.
const KNOWN: [(&str, &str, &str); 7] = [
    ("BindingRequest", "report_data", "Blob | null"),
    ("DcapCall", "report_data", "Blob | null"),
    ("DcapOptions", "report_data", "Blob | null"),
    ("NvgpuOptions", "nonce", "Blob"),
    ("Problem", "code", "Code"),
    ("TpmOptions", "nonce", "Blob | null"),
    ("Verification", "claims", "ClaimsOf | null"),
];

/// Types of which each call has its own form: what stands between angle brackets.
const GENERIC: [(&str, &str); 1] = [("Verification", "ClaimsOf extends Claims = Claims")];

/// The file, from every schema with its name.
pub(crate) fn output(schemas: &[(&str, Value)]) -> Result<Output, String> {
    let mut types: BTreeMap<String, Value> = BTreeMap::new();
    for (file, schema) in schemas {
        let title = schema["title"].as_str().ok_or_else(|| format!("{file}: no title"))?;
        let definitions = schema["$defs"].as_object().into_iter().flatten();
        let mut root = schema.clone();
        if let Some(root) = root.as_object_mut() {
            ["$defs", "$schema", "title"].iter().for_each(|member| drop(root.remove(*member)));
        }
        for (name, of) in definitions.map(|(name, of)| (name.as_str(), of)).chain([(title, &root)]) {
            if types.insert(name.to_owned(), of.clone()).is_some_and(|before| before != *of) {
                return Err(format!("{file}: another type is called {name}, too"));
            }
        }
    }
    let mut text = String::from("// Written by `cargo xtask gen` from bindings/schema. Do not edit.\n\n");
    comment(&mut text, "", "What happened: a stable dotted code; see `docs/errors.md`.");
    let codes: Vec<String> = Code::ALL.iter().map(|code| format!("\n  | '{}'", code.as_str())).collect();
    _ = writeln!(text, "export type Code ={};", codes.concat());
    for (name, of) in &types {
        text.push('\n');
        declare(&mut text, name, of).map_err(|problem| format!("{name}: {problem}"))?;
    }
    Ok(Output { path: "bindings/js/types/schema.d.ts".into(), text })
}

fn declare(text: &mut String, name: &str, schema: &Value) -> Result<(), String> {
    if let Some(about) = schema["description"].as_str() {
        comment(text, "", about);
    }
    if let Some((_, of)) = WRITTEN.iter().find(|(written, _)| *written == name) {
        _ = writeln!(text, "export type {name} = {of};");
        return Ok(());
    }
    match schema["properties"].as_object() {
        Some(members) => {
            let generic = GENERIC.iter().find(|(generic, _)| *generic == name);
            let parameters = generic.map_or_else(String::new, |(_, of)| format!("<{of}>"));
            _ = writeln!(text, "export interface {name}{parameters} {{");
            write_members(text, name, members, schema)?;
            text.push_str("}\n");
        }
        None => {
            let of = type_of(schema)?;
            _ = writeln!(text, "export type {name} = {of};");
        }
    }
    Ok(())
}

fn write_members(
    text: &mut String,
    name: &str,
    members: &Map<String, Value>,
    schema: &Value,
) -> Result<(), String> {
    let required = schema["required"].as_array();
    for (member, of) in members {
        if let Some(about) = of["description"].as_str() {
            comment(text, "  ", about);
        }
        let known = KNOWN.iter().find(|(owner, known, _)| *owner == name && known == member);
        let of = match known {
            Some((_, _, of)) => (*of).to_owned(),
            None => type_of(of).map_err(|problem| format!("{member}: {problem}"))?,
        };
        let optional =
            if required.is_some_and(|names| names.iter().any(|it| it == member)) { "" } else { "?" };
        _ = writeln!(text, "  readonly {member}{optional}: {of};");
    }
    Ok(())
}

fn type_of(schema: &Value) -> Result<String, String> {
    if let Some(alternatives) = schema["anyOf"].as_array().or_else(|| schema["oneOf"].as_array()) {
        return Ok(union(alternatives.iter().map(type_of).collect::<Result<_, _>>()?));
    }
    if let Some(values) = schema["enum"].as_array() {
        return Ok(union(values.iter().map(literal).collect::<Result<_, _>>()?));
    }
    if let Some(value) = schema.get("const") {
        return literal(value);
    }
    let own = match &schema["type"] {
        Value::Null => None,
        Value::String(one) => Some(primitive(one, schema)?),
        Value::Array(several) => {
            let names = several.iter().filter_map(Value::as_str);
            Some(union(names.map(|one| primitive(one, schema)).collect::<Result<_, _>>()?))
        }
        other => return Err(format!("not understood: {other}")),
    };
    let referred = schema["$ref"].as_str().map(|path| path.rsplit('/').next().unwrap_or(path).to_owned());
    Ok(match (own, referred) {
        (Some(own), Some(referred)) => format!("({own} & {referred})"),
        (Some(own), None) => own,
        (None, Some(referred)) => referred,
        (None, None) => "unknown".to_owned(),
    })
}

fn primitive(name: &str, schema: &Value) -> Result<String, String> {
    Ok(match name {
        "string" | "boolean" | "null" => name.to_owned(),
        "integer" | "number" => "number".to_owned(),
        "array" => {
            let item = type_of(&schema["items"])?;
            let is_plain = !item.contains(" | ") && !item.starts_with("readonly ");
            if is_plain { format!("readonly {item}[]") } else { format!("readonly ({item})[]") }
        }
        "object" => object(schema)?,
        other => return Err(format!("not understood: {other}")),
    })
}

fn object(schema: &Value) -> Result<String, String> {
    if let Some(members) = schema["properties"].as_object() {
        let required = schema["required"].as_array();
        let member = |(name, of): (&String, &Value)| {
            let optional =
                if required.is_some_and(|names| names.iter().any(|it| it == name)) { "" } else { "?" };
            Ok::<_, String>(format!("readonly {name}{optional}: {}", type_of(of)?))
        };
        let members: Vec<_> = members.iter().map(member).collect::<Result<_, _>>()?;
        return Ok(format!("{{ {} }}", members.join("; ")));
    }
    let values = match (schema["patternProperties"].as_object(), &schema["additionalProperties"]) {
        (Some(patterns), _) => union(patterns.values().map(type_of).collect::<Result<_, _>>()?),
        (None, values @ Value::Object(_)) => type_of(values)?,
        (None, _) => "unknown".to_owned(),
    };
    Ok(format!("{{ readonly [name: string]: {values} }}"))
}

fn literal(value: &Value) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(format!("'{text}'")),
        Value::Null | Value::Bool(_) | Value::Number(_) => Ok(value.to_string()),
        other => Err(format!("not understood: {other}")),
    }
}

fn union(mut parts: Vec<String>) -> String {
    let mut seen = Vec::new();
    parts.retain(|part| {
        !seen.contains(part) && {
            seen.push(part.clone());
            true
        }
    });
    parts.join(" | ")
}

fn comment(text: &mut String, indent: &str, about: &str) {
    // Rust's links are of no use here.
    let about = about.replace("[`", "`").replace("`]", "`").replace("*/", "* /");
    if about.contains('\n') {
        _ = writeln!(text, "{indent}/**");
        for line in about.lines() {
            let line = format!("{indent} * {line}");
            _ = writeln!(text, "{}", line.trim_end());
        }
        _ = writeln!(text, "{indent} */");
    } else {
        _ = writeln!(text, "{indent}/** {about} */");
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_form_has_its_type() {
        for (schema, expected) in [
            (json!({ "type": "string" }), "string"),
            (json!({ "type": ["integer", "null"] }), "number | null"),
            (json!({ "anyOf": [{ "$ref": "#/$defs/A" }, { "type": "null" }] }), "A | null"),
            (json!({ "type": "array", "items": { "$ref": "#/$defs/A" } }), "readonly A[]"),
            (
                json!({ "type": "array", "items": { "type": "array", "items": { "type": "string" } } }),
                "readonly (readonly string[])[]",
            ),
            (json!({ "enum": ["a", "b"], "type": "string" }), "'a' | 'b'"),
            (
                json!({ "type": "object", "additionalProperties": true }),
                "{ readonly [name: string]: unknown }",
            ),
            (
                json!({ "$ref": "#/$defs/A", "type": "object", "required": ["kind"],
                    "properties": { "kind": { "const": "a", "type": "string" } } }),
                "({ readonly kind: 'a' } & A)",
            ),
        ] {
            assert_eq!(type_of(&schema).as_deref(), Ok(expected), "{schema}");
        }
        assert!(type_of(&json!({ "type": "other" })).is_err());
    }

    #[test]
    fn every_code_and_every_member_is_there() {
        let schemas = veriquote_facade::schema();
        let text = output(&schemas).expect("understood").text;
        for code in Code::ALL {
            assert!(text.contains(&format!("  | '{code}'")), "{code}");
        }
        for (_, schema) in &schemas {
            for member in schema["properties"].as_object().into_iter().flatten().map(|(name, _)| name) {
                assert!(text.contains(&format!("  readonly {member}")), "{member}");
            }
        }
    }

    #[test]
    fn two_types_of_one_name_are_refused() {
        let one = json!({ "title": "A", "type": "object", "properties": { "a": { "type": "string" } } });
        let other = json!({ "title": "A", "type": "object", "properties": { "b": { "type": "string" } } });
        assert!(output(&[("one.json", one.clone()), ("same.json", one.clone())]).is_ok());
        assert!(output(&[("one.json", one), ("other.json", other)]).is_err());
    }
}
