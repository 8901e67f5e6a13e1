//! `_types.py`: classes by name, without their documentation.

use std::fmt::Write as _;

use super::NOTE;
use super::model::{Class, Model};
use super::stub::{NATIVE, codes, dict, exported, kinds};

pub(super) fn text(model: &Model) -> String {
    let mut page = format!(
        "{NOTE}from __future__ import annotations\n\n\
         from collections.abc import Mapping, Sequence\n\
         from datetime import datetime\n\
         from typing import Any, Literal, TypedDict, Union\n\n\
         from ._base import Record, VeriquoteError, make\n\
         from ._native import {NATIVE}\n"
    );
    let records = || model.records.iter().filter(|(name, _)| *name != NATIVE);
    for (name, class) in records() {
        _ = write!(page, "\n\nclass {name}(Record):\n    __slots__ = ()\n    _absent = {}\n", absent(class));
    }
    for (name, class) in &model.options {
        page.push_str(&dict(name, class, false));
    }
    // Strings, which Python 3.10 need not understand before somebody asks.
    page.push('\n');
    for (name, alias) in &model.aliases {
        let parts: Vec<String> = alias.of.split(" | ").map(|part| format!("{part:?}")).collect();
        _ = match parts.as_slice() {
            [_] if alias.of.starts_with("Literal") => writeln!(page, "{name} = {}", alias.of),
            _ => writeln!(page, "{name} = Union[{}]", parts.join(", ")),
        };
    }
    page.push_str(&kinds(false));
    page.push_str("\n\n_CLASSES: dict[str, type[Record]] = {\n");
    for (name, _) in records() {
        _ = writeln!(page, "    {name:?}: {name},");
    }
    page.push_str("}\n_INSPECTIONS: dict[str, type[Record]] = {\n");
    for (kind, name) in &model.kinds {
        _ = writeln!(page, "    {kind:?}: {name},");
    }
    page.push_str("}\n#: Options that may be written as bytes.\nBLOBS: dict[str, frozenset[str]] = {\n");
    for (name, class) in &model.options {
        let blobs: Vec<String> = class
            .fields
            .iter()
            .filter(|field| field.is_blob)
            .map(|field| format!("{:?}", field.name))
            .collect();
        if !blobs.is_empty() {
            _ = writeln!(page, "    {name:?}: frozenset(({},)),", blobs.join(", "));
        }
    }
    page.push_str("}\n");
    page.push_str(&codes(""));
    page.push_str(&exported(model));
    page.push_str(
        "\n\
         def record(name: str, members: dict[str, Any]) -> Record:\n    \
         \"\"\"The record of a structure of the facade.\"\"\"\n    \
         of = _INSPECTIONS[members[\"kind\"]] if name == \"Inspection\" else _CLASSES[name]\n    \
         return make(of, members)\n",
    );
    page
}

/// What an attribute is whose member is not there.
fn absent(class: &Class) -> String {
    let value = |of: &str| match of {
        _ if of.ends_with("None") => "None",
        _ if of.starts_with("tuple") => "()",
        "bool" => "False",
        _ => "None",
    };
    let fields =
        class.fields.iter().map(|field| format!("        {:?}: {},\n", field.name, value(&field.of)));
    format!("{{\n{}    }}", fields.collect::<String>())
}
