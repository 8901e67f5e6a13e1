//! `binding detect` and `binding compute`.

use std::path::Path;

use veriquote::bytes::{from_hex, to_hex};
use veriquote::crypto::RustCrypto;
use veriquote_facade::{BindingRequest, BindingResult, Problem, binding_compute, binding_detect};

use crate::cli::{Binding, BoundData};
use crate::exit::{Exit, fail, print, print_json};
use crate::input;
use crate::render::{BAD, Canvas, DIM, GOOD, HEAD, WARN};

/// Runs the command.
pub fn run(command: &Binding) -> Exit {
    let (bound, asked) = match command {
        Binding::Detect(args) => (&args.bound, request(&args.bound, Some(&args.report_data), None)),
        Binding::Compute(args) => (&args.bound, request(&args.bound, None, Some(&args.mode))),
    };
    let result = match asked {
        Ok(request) if request.mode.is_some() => binding_compute(&RustCrypto, &request),
        Ok(request) => binding_detect(&RustCrypto, &request),
        Err(problem) => BindingResult { error: Some(problem), ..BindingResult::default() },
    };
    if bound.json {
        print_json(&result);
    }
    if let Some(problem) = &result.error {
        return if bound.json { Exit::of_problem(problem) } else { fail(problem) };
    }
    if !bound.json {
        print(draw(&result));
    }
    if result.bound || result.report_data.is_some() { Exit::Accepted } else { Exit::NotAuthentic }
}

fn request(
    bound: &BoundData,
    report_data: Option<&str>,
    mode: Option<&str>,
) -> Result<BindingRequest, Problem> {
    let hex = |path: &Path, part: &str| input::read(path, part).map(|blob| to_hex(&blob.0));
    let optional = |path: &Option<std::path::PathBuf>, part: &str| {
        path.as_deref().map(|path| hex(path, part)).transpose()
    };
    // A flag that cannot be read says nothing of any evidence.
    if report_data.is_some_and(|report_data| from_hex(report_data.as_bytes()).is_err()) {
        return Err(Problem::misuse("--report-data", "this is not hex", "give the report data in hex"));
    }
    Ok(BindingRequest {
        report_data: report_data.map(str::to_owned),
        mode: mode.map(str::to_owned),
        data: hex(&bound.data, "--data")?,
        nonce_value: optional(&bound.nonce_value, "--nonce-value")?,
        nonce_issued_at: optional(&bound.nonce_iat, "--nonce-iat")?,
    })
}

fn draw(result: &BindingResult) -> Canvas {
    let mut canvas = Canvas::new();
    if let Some(report_data) = &result.report_data {
        canvas.line(&[("", report_data)]);
        return canvas;
    }
    canvas.line(&[(HEAD, "veriquote"), (DIM, " · "), ("", "report data")]);
    if result.detections.is_empty() {
        canvas.line(&[(BAD, "no known convention binds these data, and no known mistake explains it")]);
    }
    for detection in &result.detections {
        if detection.exact {
            canvas.line(&[(GOOD, "bound     "), ("", "  "), ("", detection.mode.as_str())]);
            continue;
        }
        canvas.line(&[
            (WARN, "not bound "),
            ("", "  "),
            ("", detection.mode.as_str()),
            (DIM, ", had it not been that:"),
        ]);
        for mistake in &detection.mistakes {
            canvas.line(&[("", "              "), ("", mistake)]);
        }
    }
    canvas
}
