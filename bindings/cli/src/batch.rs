//! `verify dcap --batch`: many quotes, on all cores, in the order in which they came.

mod items;
mod summary;
mod work;

use std::io::Write as _;
use std::path::Path;
use std::time::Instant;

use serde::Serialize;
use veriquote_facade::{Problem, Verification};

use crate::cli::Dcap;
use crate::exit::Exit;
use crate::flags::in_flags;
use crate::progress;
use crate::render::{self, Canvas};

use items::{Item, Items};
use summary::Summary;
use work::Workshop;

/// One line of the output.
#[derive(Serialize)]
struct Line<'a> {
    id: &'a str,
    #[serde(flatten)]
    result: &'a Verification,
}

/// Verifies everything in a folder or file.
///
/// # Errors
/// What is wrong with the flags, or a folder or file that cannot be read at all. What is wrong with one
/// quote stands in its line.
pub fn run(args: &Dcap, batch: &Path) -> Result<Exit, Problem> {
    let items = Items::open(batch)?;
    let workshop = Workshop::new(args)?;
    let threads = args
        .threads
        .map_or_else(|| std::thread::available_parallelism().map_or(1, std::num::NonZero::get), usize::from);
    let bar = progress::counted(items.len());
    let started = Instant::now();
    let mut summary = Summary::default();
    let mut out = anstream::stdout().lock();
    let mut broken_pipe = false;
    work::in_order(
        threads,
        items,
        || workshop.bench(),
        |bench, item: &Item| {
            let mut result = bench.verify(item);
            result.error = result.error.map(in_flags);
            if args.output.quiet {
                result.checks.clear();
            }
            result
        },
        |item, result| {
            summary.add(&result);
            bar.inc(1);
            let text = if args.output.json {
                serde_json::to_string(&Line { id: &item.id, result: &result }).unwrap_or_default() + "\n"
            } else if args.output.quiet {
                String::new()
            } else {
                let mut canvas = Canvas::new();
                render::one_line(&mut canvas, &item.id, &result);
                canvas.into_text()
            };
            // A reader that has seen enough ends the run.
            broken_pipe = bar.suspend(|| out.write_all(text.as_bytes())).is_err();
            !broken_pipe
        },
    );
    bar.finish_and_clear();
    drop(out);
    if !broken_pipe {
        let mut canvas = Canvas::new();
        summary.draw(&mut canvas, started.elapsed());
        let text = canvas.into_text();
        // Standard output belongs to the lines where they are JSON.
        let _ = if args.output.json {
            anstream::stderr().write_all(text.as_bytes())
        } else {
            anstream::stdout().write_all(text.as_bytes())
        };
    }
    Ok(summary.exit())
}
