//! `verify composite`: a machine together with its GPUs.

use std::path::Path;

use serde_json::{Value, json};
use veriquote_facade::{Blob, CompositeRequest, EvidenceKind, Problem, verify_composite};

use super::{now, provider, tell};
use crate::cli::Composite;
use crate::exit::Exit;
use crate::input;

/// Verifies a machine and its devices.
pub fn composite(args: &Composite) -> Exit {
    // What is told of is members of the request's file, not flags.
    let result = request(args).map(|request| verify_composite(provider(args.output.crypto), &request));
    tell(EvidenceKind::Composite, &args.request, &args.output, result)
}

fn request(args: &Composite) -> Result<CompositeRequest, Problem> {
    let Blob(text) = input::read(&args.request, "--request")?;
    let wrong = |error: serde_json::Error| {
        Problem::misuse(
            "--request",
            error.to_string(),
            "bindings/schema/composite-request.json describes the request",
        )
    };
    // A member that is there twice would be one of the two below.
    veriquote::json::parse(&text, veriquote::json::Strictness::DOCUMENT)
        .map_err(|error| Problem::from(error).inside("--request"))?;
    let mut request: Value = serde_json::from_slice(&text).map_err(wrong)?;
    let folder = args.request.parent().unwrap_or(Path::new("."));
    fill_in(&mut request, folder)?;
    if let Some(options) = request.get_mut("options").and_then(Value::as_object_mut) {
        match args.at {
            Some(at) => drop(options.insert("at".to_owned(), json!(at))),
            None => drop(options.entry("at").or_insert_with(|| json!(now()))),
        }
    }
    serde_json::from_value(request).map_err(wrong)
}

/// Puts the content of a file in the place of a string that names it.
fn fill_in(value: &mut Value, folder: &Path) -> Result<(), Problem> {
    match value {
        Value::String(text) => {
            if let Some(name) = text.strip_prefix('@') {
                *text = input::text_or_hex(input::read(&folder.join(name), "--request")?);
            }
            Ok(())
        }
        Value::Array(items) => items.iter_mut().try_for_each(|item| fill_in(item, folder)),
        Value::Object(members) => members.values_mut().try_for_each(|member| fill_in(member, folder)),
        _ => Ok(()),
    }
}
