//! Writes what the facade answers to every case of `tests/vectors`: `write-answers FOLDER FILE`.
//!
//! One line of JSON for each: `id`, `call`, the `request` as text, the `answer` as text, and what the case
//! says is `expected`. A binding in another language must give the same answers, byte for byte.

use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::{env, fs, io};

use serde_json::{Value, json};
use veriquote::bytes::from_hex;
use veriquote::crypto::RustCrypto;
use veriquote_facade as facade;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [folder, file] = arguments.as_slice() else {
        eprintln!("usage: write-answers FOLDER FILE");
        return ExitCode::from(2);
    };
    match write(Path::new(folder), Path::new(file)) {
        Ok(count) => {
            println!("{count} answers in {file}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn write(folder: &Path, file: &Path) -> io::Result<usize> {
    let mut output = BufWriter::new(fs::File::create(file)?);
    let mut count = 0;
    let mut line = |id: &str, call: &str, request: &str, expected: &Value| {
        count += 1;
        let line = json!({
            "id": id,
            "call": call,
            "request": request,
            "answer": answer(call, request),
            "expected": expected,
        });
        writeln!(output, "{line}")
    };
    for (of, call) in CALLS {
        let files = read_folder(&folder.join(of))?;
        let bases = files.iter().find_map(|file| file.get("platforms").or_else(|| file.get("machines")));
        let bases = bases.cloned().map(|bases| whole(bases, &files));
        for (name, base) in bases.as_ref().and_then(Value::as_object).into_iter().flatten() {
            for (member, text) in base.as_object().into_iter().flatten() {
                if let Some(text) = inspected(member, text) {
                    line(&format!("inspect/{of}/{name}/{member}"), "inspect", &text, &Value::Null)?;
                }
            }
        }
        for case in files.iter().flat_map(cases) {
            let request = request(of, case, bases.as_ref());
            line(case["id"].as_str().unwrap_or_default(), call, &request.to_string(), &case["expected"])?;
        }
    }
    output.flush()?;
    Ok(count)
}

/// The folders, and the call that each is for.
const CALLS: [(&str, &str); 7] = [
    ("dcap", "verify_dcap"),
    ("tpm", "verify_tpm"),
    ("nvidia", "verify_nvgpu"),
    ("composite", "verify_composite"),
    ("jwt", "verify_token"),
    ("appraisal", "show_token"),
    ("binding", "binding"),
];

fn answer(call: &str, request: &str) -> String {
    match call {
        "verify_dcap" => facade::verify_dcap_json(Arc::new(RustCrypto), request),
        "verify_tpm" => facade::verify_tpm_json(Arc::new(RustCrypto), request),
        "verify_nvgpu" => facade::verify_nvgpu_json(Arc::new(RustCrypto), request),
        "verify_composite" => facade::verify_composite_json(Arc::new(RustCrypto), request),
        "verify_token" => facade::verify_token_json(Arc::new(RustCrypto), request),
        "show_token" => facade::show_token_json(&RustCrypto, request),
        "binding" => facade::binding_json(&RustCrypto, request),
        _ => facade::inspect_json(request.as_bytes()),
    }
}

/// Where a folder has a request from which each base differs by a merge patch: the bases as whole requests.
fn whole(mut bases: Value, files: &[Value]) -> Value {
    let Some(first) = files.iter().find_map(|file| file.get("first")) else { return bases };
    for (_, base) in bases.as_object_mut().into_iter().flatten() {
        let mut request = first.clone();
        merge(&mut request, base);
        *base = request;
    }
    bases
}

/// Evidence that can be looked at, as the text of a file.
fn inspected(member: &str, value: &Value) -> Option<String> {
    match value {
        Value::String(text) if member != "signature" => Some(text.clone()),
        Value::Object(_) if member != "options" => Some(value.to_string()),
        _ => None,
    }
}

fn read_folder(folder: &Path) -> io::Result<Vec<Value>> {
    let mut paths: Vec<_> =
        fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    paths.sort();
    paths.iter().map(|path| Ok(serde_json::from_slice(&fs::read(path)?)?)).collect()
}

fn cases(file: &Value) -> &[Value] {
    let cases = file.get("cases").or_else(|| file.get("token_cases"));
    cases.and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// What `tests/vectors/README.md` says that a case asks.
fn request(of: &str, case: &Value, bases: Option<&Value>) -> Value {
    let Some(base) = case["base"].as_str().and_then(|name| bases?.get(name)) else {
        return case["request"].clone();
    };
    let mut request = base.clone();
    if let Some(edit) = case.get("quote_edit") {
        let number = |name: &str| edit[name].as_u64().and_then(|it| usize::try_from(it).ok());
        let quote = request["quote"].as_str().and_then(|hex| from_hex(hex.as_bytes()).ok());
        let insert = edit["insert"].as_str().and_then(|hex| from_hex(hex.as_bytes()).ok());
        let mut quote = quote.expect("a quote");
        let at = number("at").expect("a place");
        quote.splice(at..at + number("remove").expect("a length"), insert.expect("bytes"));
        request["quote"] = veriquote::bytes::to_hex(&quote).into();
    }
    for edit in case["edits"].as_array().into_iter().flatten() {
        let number = |name: &str| edit[name].as_u64().and_then(|it| usize::try_from(it).ok());
        let text = edit["pointer"].as_str().and_then(|pointer| request.pointer_mut(pointer)).expect("a text");
        let mut changed = text.as_str().expect("a text").to_owned();
        let from = number("at").expect("a place");
        let to = from + number("remove").expect("a length");
        changed.replace_range(from..to, edit["insert"].as_str().expect("a text"));
        *text = changed.into();
    }
    if let Some(patch) = case.get("request") {
        merge(&mut request, patch);
    }
    if of == "dcap" {
        request["collateral"] = json!([request["collateral"]]);
    }
    request
}

/// RFC 7396.
fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else { return *target = patch.clone() };
    if !target.is_object() {
        *target = json!({});
    }
    let Value::Object(members) = target else { return };
    for (name, value) in patch {
        match value {
            Value::Null => drop(members.shift_remove(name)),
            value => merge(members.entry(name.clone()).or_insert(Value::Null), value),
        }
    }
}
