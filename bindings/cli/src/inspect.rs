//! `inspect` and `collateral show`: what is in a file, unauthenticated.

use std::path::Path;

use serde_json::Value;
use veriquote_facade::{Inspection, Problem};

use crate::exit::{Exit, fail, print, print_json};
use crate::input;
use crate::render::{self, Canvas, DIM, GOOD, HEAD, WARN};
use crate::verify::{file_name, now};

/// Shows any file.
pub fn inspect(path: &Path, json: bool) -> Exit {
    show(path, "file", json, |_| true)
}

/// Shows a collateral file and nothing else.
pub fn show_collateral(path: &Path, json: bool) -> Exit {
    show(path, "file", json, |inspection| matches!(inspection, Inspection::Collateral(_)))
}

fn show(path: &Path, part: &str, json: bool, wanted: impl Fn(&Inspection) -> bool) -> Exit {
    let inspected = input::read(path, part).and_then(|blob| {
        let inspection = veriquote_facade::inspect(&blob.0)?;
        if wanted(&inspection) {
            return Ok(inspection);
        }
        Err(Problem::misuse(part, "this is not a collateral file", "`veriquote inspect` shows other files"))
    });
    match inspected {
        Err(problem) if json => {
            print_json(&serde_json::json!({ "error": problem }));
            Exit::of_problem(&problem)
        }
        Err(problem) => fail(&problem),
        Ok(inspection) => {
            let value = serde_json::to_value(&inspection).unwrap_or_default();
            if json {
                print_json(&marked(value));
            } else {
                print(draw(&file_name(path), &inspection, value));
            }
            Exit::Accepted
        }
    }
}

/// The mark comes first, so that nobody overlooks it.
fn marked(value: Value) -> Value {
    let mut marked = serde_json::Map::new();
    marked.insert("authenticated".to_owned(), Value::Bool(false));
    if let Value::Object(members) = value {
        marked.extend(members);
    }
    Value::Object(marked)
}

fn draw(title: &str, inspection: &Inspection, mut value: Value) -> Canvas {
    let mut canvas = Canvas::new();
    let kind = match inspection {
        Inspection::Quote(_) => "quote",
        Inspection::Certificates { .. } => "certificates",
        Inspection::Crl(_) => "revocation list",
        Inspection::Collateral(_) => "collateral",
        Inspection::TcbInfo(_) => "TCB info",
        Inspection::EnclaveIdentity(_) => "enclave identity",
        Inspection::EvaluationNumbers(_) => "TCB evaluation numbers",
        Inspection::TpmAttest(_) => "TPM attestation",
        Inspection::TpmPublic(_) => "TPM public area",
        Inspection::TpmSignature(_) => "TPM signature",
        Inspection::TpmPcrs(_) => "PCR values",
        Inspection::ImaList(_) => "IMA measurement list",
        Inspection::EventLog { .. } => "event log",
        Inspection::NvidiaDevices(_) => "NVIDIA devices",
        Inspection::NvidiaRim(_) => "NVIDIA reference manifest",
        Inspection::Token(_) => "token",
        Inspection::TokenBundle(_) => "bundle of tokens",
        Inspection::Jwks { .. } => "keys",
        Inspection::Policy { .. } => "policy",
    };
    canvas.line(&[(HEAD, "veriquote"), (DIM, " · "), ("", kind), (DIM, " · "), ("", title)]);
    canvas.line(&[(WARN, "not authenticated: this is what the file says, and nothing of it was verified")]);
    if let Inspection::Collateral(collateral) = inspection {
        draw_expiries(&mut canvas, &collateral.expiries);
        drop(value.as_object_mut().and_then(|members| members.shift_remove("expiries")));
    }
    if let Inspection::EventLog { events } = inspection {
        canvas.gap();
        for event in events {
            let text = event.text.as_deref().unwrap_or_default();
            canvas.field(
                &format!("{:>4}  index {}", event.number, event.index),
                &format!("{}  {text}", event.event_type),
            );
        }
        return canvas;
    }
    drop(value.as_object_mut().and_then(|members| members.shift_remove("kind")));
    canvas.gap();
    render::tree(&mut canvas, &value, 2);
    canvas
}

fn draw_expiries(canvas: &mut Canvas, expiries: &[veriquote_facade::Expiry]) {
    const DAY: i64 = 86_400;
    canvas.heading("Goes stale");
    let now = now().0;
    for expiry in expiries {
        let left = veriquote::UnixTime::parse_rfc3339_utc(&expiry.at).map(|at| at.since(now));
        let (look, words) = match left {
            Some(left) if left < 0 => (render::BAD, "has passed".to_owned()),
            Some(left) if left < 7 * DAY => (WARN, format!("in {} h", left / 3600)),
            Some(left) => (GOOD, format!("in {} days", left / DAY)),
            None => (WARN, "is no date".to_owned()),
        };
        canvas.line(&[
            ("", "  "),
            ("", &expiry.at),
            ("", "  "),
            (look, &format!("{words:<13}")),
            ("", &expiry.part),
        ]);
    }
}
