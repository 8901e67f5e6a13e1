//! `audit verify`: whether the chain of an audit log holds.

use std::path::Path;

use serde_json::json;
use veriquote::bytes::to_hex;
use veriquote_facade::Problem;
use veriquote_server::operations::audit::{BrokenFile, Head, Watched, verify_all};

use crate::exit::{Exit, fail, print_json};

/// Reads the log from its beginning: the files that were closed, and the one that is written.
pub fn verify(file: &Path, head: Option<&str>, as_json: bool) -> Exit {
    let mut watched = Watched::for_hash(head);
    match verify_all(file, &mut watched) {
        Ok(_) if watched.is_missing() => {
            told(
                as_json,
                json!({ "holds": false, "reason": "the noted hash is not in the chain: its end was cut off, or it is another log" }),
            );
            Exit::NotAuthentic
        }
        Ok(Head { first, entries, hash, .. }) => {
            let head = to_hex(&hash);
            told(as_json, json!({ "holds": true, "first": first, "entries": entries, "head": head }));
            Exit::Accepted
        }
        Err(BrokenFile { file, broken }) if broken.line == 0 => {
            let message = format!("{}: {}", file.display(), broken.reason);
            fail(&Problem::misuse("file", message, "pass the log of the service's data folder"))
        }
        Err(BrokenFile { file, broken }) => {
            let file = file.display().to_string();
            told(
                as_json,
                json!({ "holds": false, "file": file, "line": broken.line, "reason": broken.reason }),
            );
            Exit::NotAuthentic
        }
    }
}

fn told(as_json: bool, result: serde_json::Value) {
    if as_json {
        return print_json(&result);
    }
    match (result["holds"].as_bool(), result["line"].as_u64(), result["reason"].as_str()) {
        (Some(true), ..) => {
            println!(
                "the chain holds: entries {} to {}, head {}",
                result["first"],
                result["entries"],
                result["head"].as_str().unwrap_or_default()
            );
        }
        (_, Some(line), Some(reason)) => {
            let file = result["file"].as_str().unwrap_or_default();
            println!("the chain breaks at {file}, line {line}: {reason}");
        }
        (_, _, Some(reason)) => println!("{reason}"),
        _ => {}
    }
}
