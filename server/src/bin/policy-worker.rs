//! Runs policies in Rego for a service that is embedded; `veriquote` has its own for its own.

use std::process::ExitCode;

fn main() -> ExitCode {
    match std::env::args().nth(1).and_then(|memory| memory.parse().ok()) {
        Some(memory_mib) => veriquote_server::rego::work(memory_mib),
        None => {
            eprintln!("usage: veriquote-policy-worker MEMORY_MIB");
            ExitCode::from(2)
        }
    }
}
