//! `_types.pyi`: the same classes for type checkers and people.

use std::fmt::Write as _;

use veriquote::Code;

use super::NOTE;
use super::model::{Class, Field, Model};
use crate::errors::KINDS;

pub(super) fn text(model: &Model) -> String {
    let mut page = format!(
        "{NOTE}from collections.abc import Mapping, Sequence\n\
         from datetime import datetime\n\
         from typing import Any, Generic, Literal, TypedDict, final\n\n\
         from typing_extensions import TypeAlias, TypeVar\n\n\
         from ._base import Record as Record\n\
         from ._base import VeriquoteError\n\n\
         # What accepted evidence says; of evidence that may not be accepted, also nothing.\n\
         _ClaimsT = TypeVar(\"_ClaimsT\", bound=\"Claims | None\", default=\"Claims | None\", covariant=True)\n\n"
    );
    for (name, alias) in &model.aliases {
        _ = write!(page, "{name}: TypeAlias = {}\n{}", alias.of, doc("", &alias.about));
    }
    page.push_str(&exported(model));
    page.push_str(&codes(": TypeAlias"));
    page.push_str(&doc("", "Every code of docs/errors.md that this release knows."));
    for (name, class) in &model.records {
        let is_native = name == NATIVE;
        let head = if is_native {
            format!("@final\nclass {name}(Generic[_ClaimsT])")
        } else {
            format!("class {name}(Record)")
        };
        _ = write!(page, "\n{head}:\n{}", doc("    ", &class.about));
        if is_native {
            page.push_str(METHODS);
        }
        for field in &class.fields {
            let is_generic = is_native && field.name == "claims";
            page.push_str(&property(field, if is_generic { "_ClaimsT" } else { &field.of }));
        }
    }
    for (name, class) in &model.options {
        page.push_str(&dict(name, class, true));
    }
    page.push_str(&kinds(true));
    page.push_str(
        "\nBLOBS: dict[str, frozenset[str]]\n\ndef record(name: str, members: dict[str, Any]) -> Record: ...\n",
    );
    page
}

/// The class that the native module has: only a verifier makes one of it.
pub(super) const NATIVE: &str = "Verification";

/// What it has beside its members.
const METHODS: &str = "    \
    def to_json(self) -> str:
        \"\"\"The JSON of `verification.json`, the same bytes in every language.\"\"\"
    def __bool__(self) -> bool:
        \"\"\"Whether the evidence was accepted.\"\"\"
    def __eq__(self, other: object, /) -> bool: ...
";

/// Every code, as the one type of them.
pub(super) fn codes(annotation: &str) -> String {
    let codes: String = Code::ALL.iter().map(|code| format!("    \"{code}\",\n")).collect();
    format!("Code{annotation} = Literal[\n{codes}]\n")
}

/// What `veriquote.types` gives on.
pub(super) fn exported(model: &Model) -> String {
    let classes = model.records.keys().chain(model.options.keys()).chain(model.aliases.keys());
    let mut names: Vec<&str> = classes.map(String::as_str).chain(["Code"]).collect();
    names.sort_unstable();
    let names: String = names.iter().map(|name| format!("    {name:?},\n")).collect();
    format!("__all__ = [\n{names}]\n\n")
}

fn property(field: &Field, of: &str) -> String {
    let of = match field.name.as_str() {
        "code" if field.about.contains("stable dotted code") => "Code",
        _ => of,
    };
    // As `_base.py` makes them.
    let underscore = if is_keyword(&field.name) { "_" } else { "" };
    format!(
        "    @property\n    def {}{underscore}(self) -> {of}:\n{}",
        field.name,
        doc("        ", &field.about)
    )
}

/// A `TypedDict`, in the form that Python 3.10 knows: what must be there in a class of its own.
pub(super) fn dict(name: &str, class: &Class, documented: bool) -> String {
    let mut text = String::new();
    let (required, optional): (Vec<_>, Vec<_>) = class.fields.iter().partition(|field| field.required);
    let members = |fields: &[&Field]| {
        let member = |field: &&Field| {
            let about = if documented { doc("    ", &field.about) } else { String::new() };
            format!("    {}: {}\n{about}", field.name, field.of)
        };
        fields.iter().map(member).collect::<String>()
    };
    let about = if documented { doc("    ", &class.about) } else { String::new() };
    let gap = if documented { "\n" } else { "\n\n" };
    if class.fields.iter().any(|field| is_keyword(&field.name)) {
        // Names that no attribute may have: the form of a call, which has no place for documentation.
        let members: Vec<String> =
            class.fields.iter().map(|field| format!("{:?}: {:?}", field.name, field.of)).collect();
        return format!("{gap}{name} = TypedDict({name:?}, {{{}}})\n", members.join(", "));
    }
    let (base, total) = match (required.is_empty(), optional.is_empty()) {
        (_, true) => ("TypedDict".to_owned(), ""),
        (true, false) => ("TypedDict".to_owned(), ", total=False"),
        (false, false) => {
            _ = write!(text, "{gap}class _{name}Required(TypedDict):\n{}", members(&required));
            (format!("_{name}Required"), ", total=False")
        }
    };
    let own = if optional.is_empty() { &required } else { &optional };
    _ = write!(text, "{gap}class {name}({base}{total}):\n{about}{}", members(own));
    text
}

/// Words that Python keeps for itself.
fn is_keyword(name: &str) -> bool {
    const KEYWORDS: &str = "False None True and as assert async await break class continue def del elif else except \
                            finally for from global if import in is lambda nonlocal not or pass raise return try \
                            while with yield";
    KEYWORDS.split_whitespace().any(|keyword| keyword == name)
}

/// The exceptions: one for each kind of problem.
pub(super) fn kinds(documented: bool) -> String {
    let mut text = String::new();
    let gap = if documented { "\n" } else { "\n\n" };
    for (kind, action, about) in KINDS {
        let name = class_of(kind.as_str());
        // Python has a word of its own for a call that is wrong.
        let bases =
            if kind == veriquote::Kind::Misuse { "VeriquoteError, TypeError" } else { "VeriquoteError" };
        let about = format!("{about} What to do: {action}.");
        _ = write!(text, "{gap}class {name}({bases}):\n{}", doc("    ", &about));
    }
    if documented {
        text.push_str("\nKINDS: dict[str, type[VeriquoteError]]\n");
    } else {
        text.push_str("\n\nKINDS: dict[str, type[VeriquoteError]] = {\n");
        for (kind, ..) in KINDS {
            _ = writeln!(text, "    {:?}: {},", kind.as_str(), class_of(kind.as_str()));
        }
        text.push_str("}\n");
    }
    text
}

fn class_of(kind: &str) -> String {
    let (first, rest) = kind.split_at(1);
    format!("{}{rest}Error", first.to_uppercase())
}

fn doc(indent: &str, about: &str) -> String {
    if about.is_empty() {
        return if indent.is_empty() { String::new() } else { format!("{indent}...\n") };
    }
    let about = about.replace("\"\"\"", "'''");
    // A quote at the end would run into those that close the text.
    let about = if about.ends_with('"') { format!("{about} ") } else { about };
    format!("{indent}\"\"\"{about}\"\"\"\n")
}
