//! The flags of `verify composite`.

use std::path::PathBuf;

use clap::Args;
use veriquote_facade::Time;

use super::output::Output;

/// `verify composite`
#[derive(Debug, Args)]
#[command(after_help = "\
The request is one JSON file: evidence, collateral, manifests, and the mode in which machine and devices
are bound; bindings/schema/composite-request.json describes it, docs/composite.md the modes. A string that
begins with `@` names a file, whose content takes its place.

Examples:
  veriquote verify composite --request request.json
  veriquote verify composite --request request.json --json | jq .claims.binding")]
pub struct Composite {
    /// The request; `-` for standard input.
    #[arg(long, value_name = "FILE")]
    pub request: PathBuf,
    /// Verify as of this time: RFC 3339 or Unix seconds. Default: what the request says, or now.
    #[arg(long, value_name = "TIME")]
    pub at: Option<Time>,
    /// What is told of it.
    #[command(flatten)]
    pub output: Output,
}
