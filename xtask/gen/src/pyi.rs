//! The types of the Python package, from the schemas and the table of codes: `_types.py`, which runs, and
//! `_types.pyi`, which type checkers read.

mod model;
mod runtime;
mod stub;

use serde_json::Value;

use crate::output::Output;
use model::Model;

const FOLDER: &str = "bindings/python/python/veriquote";

/// Both files, from every schema with its name.
pub(crate) fn outputs(schemas: &[(&str, Value)]) -> Result<Vec<Output>, String> {
    let model = Model::of(schemas)?;
    Ok(vec![
        Output { path: format!("{FOLDER}/_types.py"), text: runtime::text(&model) },
        Output { path: format!("{FOLDER}/_types.pyi"), text: stub::text(&model) },
    ])
}

/// The first line of both files.
const NOTE: &str = "# Written by `cargo xtask gen` from bindings/schema. Do not edit.\n";
