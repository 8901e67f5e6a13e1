//! Every file of `tests/vectors` has the form that its schema says, so that a runner in any language can rely
//! on it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use jsonschema::{Registry, Validator};
use serde_json::{Value, json};
use veriquote_conformance::data::merge;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: &Path) -> Value {
    let bytes = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_slice(&bytes).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The JSON files of a folder of the project, by path below its root.
fn files(folder: &str) -> Vec<String> {
    let entries = fs::read_dir(root().join(folder)).expect("a folder");
    let names = entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"));
    let mut files: Vec<String> =
        names.filter(|name| name.ends_with(".json")).map(|name| format!("{folder}/{name}")).collect();
    files.sort();
    files
}

/// Schemas refer to each other by their places in the project.
fn validator(name: &str) -> Validator {
    let mut registry = Registry::new();
    for path in [files("bindings/schema"), files(SCHEMAS)].concat() {
        // One of what is generated is a list of codes and no schema.
        let schema = read(&root().join(&path));
        if schema.get("$schema").is_some() {
            registry = registry.add(format!("{BASE}{path}"), schema).expect("a resource");
        }
    }
    let registry = registry.prepare().expect("schemas that refer to each other");
    let schema = json!({ "$ref": format!("{BASE}{SCHEMAS}/{name}.json") });
    jsonschema::options().with_registry(&registry).build(&schema).expect("a schema")
}

const BASE: &str = "file:///";
const SCHEMAS: &str = "tests/vectors/schema";
const FOLDERS: [&str; 7] = ["appraisal", "binding", "composite", "dcap", "jwt", "nvidia", "tpm"];

fn problems(validator: &Validator, file: &Value) -> Vec<String> {
    let short = |text: String| text.chars().take(300).collect::<String>();
    let errors = validator.iter_errors(file);
    errors.map(|error| format!("{}: {}", error.instance_path(), short(error.to_string()))).collect()
}

#[test]
fn every_file_is_of_its_schema() {
    let mut checked = BTreeSet::new();
    for folder in FOLDERS {
        let validator = validator(folder);
        for path in files(&format!("tests/vectors/{folder}")) {
            assert_eq!(problems(&validator, &read(&root().join(&path))), Vec::<String>::new(), "{path}");
            checked.insert(path);
        }
    }
    for path in files("tests/vectors") {
        let name = Path::new(&path).file_stem().and_then(|name| name.to_str()).expect("a name");
        assert_eq!(problems(&validator(name), &read(&root().join(&path))), Vec::<String>::new(), "{path}");
        checked.insert(path);
    }
    assert!(checked.len() > 45, "{checked:?}");

    // No folder is left out.
    let entries =
        fs::read_dir(root().join("tests/vectors")).expect("a folder").map(|it| it.expect("an entry"));
    let folders = entries.filter(|entry| entry.path().is_dir()).map(|entry| entry.file_name());
    for folder in folders.filter(|name| name != "schema") {
        assert!(FOLDERS.iter().any(|known| folder == *known), "{folder:?} has no schema");
    }
}

/// A patch says nothing alone: with the machine's request it is a whole one.
#[test]
fn every_patched_machine_is_a_request() {
    let validator = validator("tpm");
    let machines = read(&root().join("tests/vectors/tpm/machines.json"))["machines"].take();
    let patched = |case: &Value| {
        let mut request = machines[case["base"].as_str().expect("a name")].clone();
        merge(&mut request, case.get("request").unwrap_or(&json!({})));
        problems(&validator, &json!({ "machines": { "patched": request } }))
    };
    let mut checked = 0;
    for file in files("tests/vectors/tpm").iter().map(|path| read(&root().join(path))) {
        for case in file["cases"].as_array().into_iter().flatten() {
            if case["expected"]["code"] != "misuse.options" {
                assert_eq!(patched(case), Vec::<String>::new(), "{}", case["id"]);
                checked += 1;
            }
        }
    }
    assert!(checked > 150, "{checked}");
    let other = json!({ "base": "p256", "request": { "collateral": {} } });
    assert!(!patched(&other).is_empty());
}

#[test]
fn no_two_cases_have_one_id() {
    for folder in FOLDERS {
        let files = files(&format!("tests/vectors/{folder}"));
        let mut seen = BTreeSet::new();
        for file in files.iter().map(|path| read(&root().join(path))) {
            for list in ["cases", "token_cases", "walks"] {
                for case in file[list].as_array().into_iter().flatten() {
                    let id = case["id"].as_str().expect("an id").to_owned();
                    assert!(seen.insert(id), "{folder}: {} is there twice", case["id"]);
                }
            }
        }
    }
}

/// The schemas are no formality: what they must not let pass does not pass.
#[test]
fn another_form_is_refused() {
    type Change = fn(&mut Value);
    let changes: [(&str, &str, Change); 14] = [
        ("jwt", "valid", |file| file["token_cases"] = json!([])),
        ("jwt", "valid", |file| file["token_cases"][0]["more"] = json!(1)),
        ("jwt", "valid", |file| file["token_cases"][0]["id"] = json!("no group")),
        ("jwt", "valid", |file| {
            file["token_cases"][0]["request"]["options"]["expect"]["issuer"] = json!("x")
        }),
        ("jwt", "valid", |file| file["token_cases"][0]["expected"]["code"] = json!("jwt.signature")),
        ("jwt", "signature", |file| file["token_cases"][0]["expected"]["part"] = Value::Null),
        ("appraisal", "appraisal", |file| file["cases"][0]["expected"] = json!({ "result": "read" })),
        ("appraisal", "appraisal", |file| file["cases"][0]["request"]["accept"] = json!(true)),
        ("binding", "binding", |file| file["cases"][0]["expected"]["bound"] = json!("yes")),
        ("binding", "binding", |file| file["cases"][0]["request"]["modus"] = json!("none")),
        ("tpm", "valid", |file| file["cases"][0]["expected"]["rules"] = json!([])),
        ("tpm", "valid", |file| file["cases"][0]["request"] = json!([])),
        ("tpm", "machines", |file| file["machines"]["p256"]["options"]["more"] = json!(1)),
        ("dcap", "valid", |file| file["cases"][0]["expected"]["result"] = json!("fine")),
    ];
    for (number, (folder, name, change)) in changes.into_iter().enumerate() {
        let mut file = read(&root().join(format!("tests/vectors/{folder}/{name}.json")));
        let before = file.clone();
        change(&mut file);
        assert!(file != before && !problems(&validator(folder), &file).is_empty(), "change {number}");
    }
    for (name, pointer, value) in [
        ("jwt-attacks", "/lists/jose-attacks/N001", json!({ "title": "nothing" })),
        ("jwt-attacks", "/lists/jose-attacks/N046/reason", json!("so")),
        ("codes-without-a-case", "/claims.size", json!("so")),
        ("tpm-attacks", "/lists/published-bugs/B02/cases/layout~1magic", json!("Refused")),
    ] {
        let mut file = read(&root().join(format!("tests/vectors/{name}.json")));
        *file.pointer_mut(pointer).expect(pointer) = value;
        assert!(!problems(&validator(name), &file).is_empty(), "{name} {pointer}");
    }
}
