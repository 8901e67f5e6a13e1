//! `veriquote-gen ROOT [--check]`: writes every generated file below `ROOT`, or says which one differs.

mod checks;
mod codes;
mod dts;
mod errors;
mod limits;
mod output;
mod pyi;

use std::{env, fs, path::Path, process::ExitCode};

use crate::output::{Mode, Output};

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let (root, mode) = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [root] => (*root, Mode::Write),
        [root, "--check"] => (*root, Mode::Check),
        _ => {
            eprintln!("usage: veriquote-gen ROOT [--check]");
            return ExitCode::from(2);
        }
    };
    match outputs(Path::new(root)).and_then(|outputs| output::settle(Path::new(root), &outputs, mode)) {
        Ok(lines) => {
            lines.iter().for_each(|line| println!("    {line}"));
            ExitCode::SUCCESS
        }
        Err(problem) => {
            eprintln!("    {problem}");
            ExitCode::FAILURE
        }
    }
}

/// Every generated file, in full.
fn outputs(root: &Path) -> Result<Vec<Output>, String> {
    let path = root.join("core/src/limits.rs");
    let source = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut outputs = vec![
        Output { path: "bindings/schema/error-codes.json".into(), text: codes::json() },
        Output { path: "docs/checks.md".into(), text: checks::markdown() },
        Output { path: "docs/errors.md".into(), text: errors::markdown() },
        Output { path: "docs/limits.md".into(), text: limits::markdown(&source)? },
    ];
    let schemas = veriquote_facade::schema();
    outputs.push(dts::output(&schemas)?);
    outputs.extend(pyi::outputs(&schemas)?);
    outputs.extend(schemas.into_iter().map(|(name, mut schema)| {
        schema.sort_all_objects();
        Output { path: format!("bindings/schema/{name}"), text: format!("{schema:#}\n") }
    }));
    Ok(outputs)
}
