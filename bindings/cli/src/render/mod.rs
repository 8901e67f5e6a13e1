//! Output for people.

mod hint;
mod nvgpu;
mod style;
mod token;
mod tpm;
mod tree;
mod verification;

pub use style::{BAD, Canvas, DIM, GOOD, HEAD, Look, WARN};
pub use tree::tree;
pub use verification::{one_line, verification};

use serde_json::Value;
use veriquote::Code;
use veriquote_facade::Problem;

/// A problem: what happened, where, and what to do.
pub fn problem(canvas: &mut Canvas, problem: &Problem) {
    // Slips of the command line need no code to look up: their words say it all.
    let has_code = problem.code != Code::MisuseOptions.as_str();
    let (code, kind) = if has_code { (problem.code.as_str(), problem.kind.as_str()) } else { ("", "") };
    canvas.line(&[(BAD, "error"), ("", "  "), (BAD, code), ("", "  "), (DIM, kind)]);
    canvas.field("what", &problem.message);
    if !problem.part.is_empty() {
        let place = match problem.offset {
            Some(offset) => format!("{}, byte {offset}", problem.part),
            None => problem.part.clone(),
        };
        canvas.field("where", &place);
    }
    for (name, value) in problem.facts.iter() {
        match value {
            Value::Array(items) if name == "explanations" => {
                items.iter().for_each(|item| canvas.field("would match", &tree::scalar(item)));
            }
            value => canvas.field(&style::words(name), &tree::scalar(value)),
        }
    }
    canvas.field("help", &problem.help);
}
