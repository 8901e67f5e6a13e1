//! The commands of the pages on tokens and bindings, run as they stand there.

#![cfg(unix)]

mod support;

use std::path::Path;
use std::process::Command;

use serde_json::Value;
use support::Folder;

/// The commands of a page's shell blocks, each with the exit code that its comment promises.
fn commands(page: &str) -> Vec<(String, i32)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(page);
    let text = std::fs::read_to_string(path).expect("a page");
    let blocks = text.split("```sh\n").skip(1).map(|rest| rest.split("```").next().expect("the block"));
    let joined = blocks.map(|block| block.replace("\\\n", " ")).collect::<String>();
    let line = |line: &str| {
        let (command, comment) = line.split_once(" #").unwrap_or((line, ""));
        let code = comment.trim().strip_prefix("exit ").map_or(0, |rest| {
            let digits = rest.split(|c: char| !c.is_ascii_digit()).next().expect("a number");
            digits.parse().expect("an exit code")
        });
        (command.trim().to_owned(), code)
    };
    joined.lines().filter(|text| !text.trim().is_empty()).map(line).collect()
}

/// The request of a case of `tests/vectors/jwt`.
fn request(id: &str) -> Value {
    let group = id.split('/').next().expect("a group");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../tests/vectors/jwt/{group}.json"));
    let file: Value = serde_json::from_slice(&std::fs::read(path).expect("a file")).expect("JSON");
    let cases = file["token_cases"].as_array().expect("cases");
    cases.iter().find(|case| case["id"] == id).expect("the case")["request"].clone()
}

/// The files that the pages name.
fn files() -> Folder {
    let folder = Folder::new();
    let (token, certified) = (request("verdict/affirming"), request("chain/token-signer"));
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    folder.file("token.jwt", text(&token["token"]));
    folder.file("jwks.json", token["jwks"].to_string());
    folder.file("certified.jwt", text(&certified["token"]));
    folder.file("root.pem", text(&certified["options"]["roots"][0]));
    folder.file("bundle.json", request("bundle/valid")["bundle"].to_string());
    folder.file("runtime.json", r#"{"nonce": "AAAAAAAAAAAAAAAAAAAAAA", "key": "k"}"#);
    folder
}

fn run(folder: &Folder, command: &str) -> (i32, String) {
    // Our tokens are of one day: a page does not say when it is read.
    let at = if command.contains("verify token") { " --at 2026-02-02T02:40:00Z" } else { "" };
    let binary = Path::new(env!("CARGO_BIN_EXE_veriquote")).parent().expect("a folder");
    let path = format!("{}:{}", binary.display(), std::env::var("PATH").unwrap_or_default());
    let output = Command::new("sh")
        .args(["-c", &format!("{command}{at}")])
        .current_dir(folder.join("."))
        .env("PATH", path)
        .output()
        .expect("a shell");
    let text = [output.stdout, output.stderr].concat();
    (output.status.code().expect("no signal"), String::from_utf8(text).expect("UTF-8"))
}

#[test]
fn every_command_does_what_its_page_says() {
    let folder = files();
    for (page, count) in [("tokens.md", 9), ("bindings.md", 3)] {
        let commands = commands(page);
        assert_eq!(commands.len(), count, "{page}: {commands:?}");
        for (command, code) in commands {
            assert!(command.starts_with("veriquote "), "{page}: {command}");
            let (exit, output) = run(&folder, &command);
            assert_eq!(exit, code, "{page}: {command}\n{output}");
        }
    }
}
