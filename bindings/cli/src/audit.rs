//! `audit verify`: whether the chain of an audit log holds.

use std::fs::File;
use std::path::Path;

use serde_json::json;
use veriquote::bytes::to_hex;
use veriquote_facade::Problem;
use veriquote_server::operations::audit::{Head, Watched, verify as verify_chain};

use crate::exit::{Exit, fail, print_json};

/// Reads the log from its beginning.
pub fn verify(file: &Path, head: Option<&str>, as_json: bool) -> Exit {
    let mut log = match File::open(file) {
        Ok(log) => log,
        Err(error) => {
            let message = format!("{}: {error}", file.display());
            return fail(&Problem::misuse("file", message, "pass the log of the service's data folder"));
        }
    };
    let mut watched = Watched::for_hash(head);
    match verify_chain(&mut log, &mut watched) {
        Ok(_) if watched.is_missing() => {
            told(
                as_json,
                json!({ "holds": false, "reason": "the noted hash is not in the chain: its end was cut off, or it is another log" }),
            );
            Exit::NotAuthentic
        }
        Ok(Head { entries, hash, .. }) => {
            told(as_json, json!({ "holds": true, "entries": entries, "head": to_hex(&hash) }));
            Exit::Accepted
        }
        Err(broken) => {
            told(as_json, json!({ "holds": false, "line": broken.line, "reason": broken.reason }));
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
                "the chain holds: {} entries, head {}",
                result["entries"],
                result["head"].as_str().unwrap_or_default()
            );
        }
        (_, Some(line), Some(reason)) => println!("the chain breaks at line {line}: {reason}"),
        (_, _, Some(reason)) => println!("{reason}"),
        _ => {}
    }
}
