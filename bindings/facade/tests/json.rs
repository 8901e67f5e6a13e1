//! JSON in, JSON out: what every binding relies on.

use std::sync::Arc;

use serde_json::{Value, json};
use veriquote::bytes::to_hex;
use veriquote::crypto::RustCrypto;
use veriquote_facade::{inspect_json, verify_dcap_json};
use veriquote_forge::Forge;

fn request(forge: &Forge) -> Value {
    let forged = forge.build();
    json!({
        "quote": to_hex(&forged.quote),
        "collateral": [forged.collateral_json()],
        "options": { "at": forged.now, "roots": [forged.root_pem] },
    })
}

fn verify(request: &Value) -> Value {
    let answer = verify_dcap_json(Arc::new(RustCrypto), &request.to_string());
    serde_json::from_str(&answer).expect("JSON")
}

#[test]
fn a_request_as_json_is_verified() {
    let mut request = request(&Forge::tdx4());
    let answer = verify(&request);
    assert_eq!((&answer["verified"], &answer["accepted"]), (&json!(true), &json!(true)), "{answer}");
    let text = request["collateral"][0].as_str().expect("text").to_owned();
    request["collateral"] = json!([serde_json::from_str::<Value>(&text).expect("JSON")]);
    assert_eq!(verify(&request), answer, "collateral as an object is the same as its text");
    request["options"]["at"] = json!("2001-01-01T00:00:00Z");
    assert_eq!(verify(&request)["accepted"], json!(false));
}

#[test]
fn unknown_options_are_refused_wherever_they_stand() {
    let good = request(&Forge::sgx3());
    for (path, name) in [("", "polcy"), ("/options", "report_dta"), ("/options", "")] {
        let mut request = good.clone();
        request.pointer_mut(path).expect("there")[name] = json!("00");
        let answer = verify(&request);
        assert_eq!(answer["verified"], json!(false));
        assert_eq!(answer["error"]["code"], "misuse.options", "{path} {name}");
        assert!(answer["error"]["message"].as_str().expect("text").contains("unknown field"), "{answer}");
    }
}

#[test]
fn wrong_options_are_told() {
    let good = request(&Forge::sgx3());
    for (name, value) in [
        ("at", json!("soon")),
        ("at", json!(1.5)),
        ("at", Value::Null),
        ("profile", json!("lenient")),
        ("roots", json!("one")),
        ("accept_tcb", json!([])),
        ("accept_tcb", json!(["Revoked"])),
        ("accept_tcb", json!(["uptodate"])),
        ("report_data", json!("0")),
        ("report_data", json!("00".repeat(32))),
        ("report_data", json!("00".repeat(65))),
        ("max_collateral_age", json!(-1)),
        ("crypto_only", json!("yes")),
    ] {
        let mut request = good.clone();
        request["options"][name] = value.clone();
        let answer = verify(&request);
        assert_eq!(answer["error"]["code"], "misuse.options", "{name}: {value}");
        assert_eq!(answer["accepted"], json!(false));
    }
    let mut both = good;
    both["options"]["crypto_only"] = json!(true);
    both["options"]["accept_tcb"] = json!(["OutOfDate"]);
    assert_eq!(verify(&both)["error"]["part"], "options.policy");
}

#[test]
fn a_duplicate_member_is_seen_inside_documents() {
    let forged = Forge::sgx3().build();
    let policy = r#"{"tcb":{"accept":["UpToDate"]},"tcb":{"accept":["OutOfDate"]}}"#;
    let mut collateral = forged.collateral_json();
    let request = |policy: &str, collateral: &str| {
        format!(
            r#"{{"quote":"{}","collateral":[{collateral}],"options":{{"at":{},"policy":{policy}}}}}"#,
            to_hex(&forged.quote),
            forged.now
        )
    };
    let answer = verify_dcap_json(Arc::new(RustCrypto), &request(policy, &collateral));
    assert!(answer.contains("\"json.duplicate_key\""), "{answer}");
    collateral.insert_str(1, r#""pck_crl":"","#);
    let answer = verify_dcap_json(Arc::new(RustCrypto), &request("null", &collateral));
    assert!(answer.contains("\"json.duplicate_key\""), "{answer}");
}

#[test]
fn whatever_arrives_is_answered_in_json() {
    for text in ["", "{", "[]", "null", "\"\"", "{\"quote\":1}", "\u{0}"] {
        let answer: Value =
            serde_json::from_str(&verify_dcap_json(Arc::new(RustCrypto), text)).expect("JSON");
        assert_eq!(answer["error"]["code"], "misuse.options", "{text:?}");
    }
    for bytes in [&b""[..], b"{", b"hello", &[0; 100], &[0xff; 100], b"-----BEGIN X-----"] {
        let answer: Value = serde_json::from_str(&inspect_json(bytes)).expect("JSON");
        assert!(answer["error"]["code"].is_string(), "{bytes:?}");
    }
}

#[test]
fn results_can_be_read_back() {
    for (name, forge) in Forge::all() {
        let answer = verify(&request(&forge));
        let result: veriquote_facade::Verification =
            serde_json::from_value(answer.clone()).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(serde_json::to_value(&result).expect("JSON"), answer, "{name}");
    }
}

#[cfg(feature = "schema")]
#[test]
fn the_schema_names_every_member_and_refuses_others() {
    let schemas = veriquote_facade::schema();
    let (_, request) = schemas.iter().find(|(name, _)| *name == "dcap-request.json").expect("there");
    assert_eq!(request["additionalProperties"], json!(false));
    assert_eq!(request["$defs"]["DcapOptions"]["additionalProperties"], json!(false));
    assert!(request["$defs"]["DcapOptions"]["properties"]["report_data"].is_object());
}

#[test]
fn every_file_of_a_tpm_is_recognised_by_its_content() {
    for (name, machine) in veriquote_forge::tpm::TpmForge::all() {
        let forged = machine.build();
        let values = serde_json::json!({ "sha256": { "0": "00".repeat(32) } }).to_string();
        let policy = r#"{"name": "mine", "tcb": {"accept": ["UpToDate"]}}"#;
        let files: [(&str, &[u8]); 8] = [
            ("tpm_attest", &forged.attest),
            ("tpm_signature", &forged.signature),
            ("tpm_public", &forged.public),
            ("tpm_pcrs", &forged.pcrs),
            ("event_log", &forged.event_log),
            ("ima_list", &forged.ima_log),
            ("tpm_pcrs", values.as_bytes()),
            ("policy", policy.as_bytes()),
        ];
        for (kind, file) in files {
            let answer: Value = serde_json::from_str(&inspect_json(file)).expect("JSON");
            assert_eq!(answer["kind"], kind, "{name}: {answer}");
            let read: veriquote_facade::Inspection = serde_json::from_value(answer.clone()).expect(kind);
            assert_eq!(serde_json::to_value(&read).expect("JSON"), answer, "{name}");
        }
        for (file, least) in [(&forged.signature, 1), (&forged.pcrs, 8)] {
            for len in least..file.len() {
                let answer: Value = serde_json::from_str(&inspect_json(&file[..len])).expect("JSON");
                assert!(answer["error"]["code"].is_string(), "{name} cut at {len}: {answer}");
            }
        }
    }
    // No bank, no register: nothing says that these are values.
    for text in ["{}", r#"{"sha256": {}}"#, r#"{"md5": {"0": "00"}}"#, r#"{"name": "mine"}"#] {
        let answer: Value = serde_json::from_str(&inspect_json(text.as_bytes())).expect("JSON");
        assert_eq!(answer["error"]["code"], "input.encoding", "{text}: {answer}");
    }
}

#[test]
fn a_file_cut_anywhere_is_refused_with_its_part() {
    let forged = Forge::tdx4().build();
    let collateral = forged.collateral_json();
    let kinds = [forged.quote.clone(), to_hex(&forged.quote).into_bytes(), collateral.into_bytes()];
    for file in kinds {
        for len in (0..file.len()).step_by(7) {
            let answer: Value = serde_json::from_str(&inspect_json(&file[..len])).expect("JSON");
            assert!(answer["error"]["code"].is_string(), "cut at {len}: {answer}");
            assert_ne!(answer["error"]["part"], "", "cut at {len}");
        }
    }
}

/// What is refused in a request, and how it is told.
#[test]
fn requests_say_which_member_is_wrong() {
    let said = |change: &dyn Fn(&mut Value)| {
        let mut request = json!({ "token": "a.b.c", "options": { "at": 0, "expect": {
            "algorithms": "of_key", "typ": "not_checked", "issuer": { "is": "i" }, "audience": "not_checked",
            "subject": "not_checked", "nonce": "not_checked", "profile": "not_checked", "expiry": "required",
            "max_age": "not_checked", "max_lifetime": { "is": 60 }, "leeway": 0, "required_claims": [],
        } } });
        change(&mut request);
        let text = serde_json::to_string(&request).expect("JSON");
        match veriquote_facade::read_request::<veriquote_facade::TokenRequest>(&text) {
            Ok(_) => "read".to_owned(),
            Err(problem) => {
                assert_eq!((problem.code.as_str(), problem.part.as_str()), ("misuse.options", "options"));
                problem.message
            }
        }
    };
    assert_eq!(said(&|_| ()), "read");
    assert_eq!(
        said(&|request| request["options"]["expect"]["issuer"] = json!({"was": "x"})),
        "unknown variant `was`, expected `is` or `not_checked`, in `options.expect.issuer.was`"
    );
    assert_eq!(
        said(&|request| request["options"]["expect"]["leeway"] = json!(-1)),
        "expected u32, found -1, in `options.expect.leeway`"
    );
    assert_eq!(
        said(&|request| request["options"]["expect"]["leeway"] = json!(1.5)),
        "expected u32, found a number, in `options.expect.leeway`"
    );
    assert_eq!(
        said(&|request| request["options"]["roots"] = json!(["", 3])),
        "expected a string, found a number, in `options.roots.1`"
    );
    assert_eq!(
        said(&|request| {
            request["options"]["expect"].as_object_mut().expect("object").remove("leeway");
        }),
        "missing field `leeway`, in `options.expect`"
    );
    assert_eq!(
        said(&|request| request["options"] = json!([])),
        "expected struct TokenOptions, found an array, in `options`"
    );
    assert_eq!(
        said(&|request| request["options"]["expect"]["none"] = json!(null)).split(',').next(),
        Some("unknown field `none`")
    );
    let whole = |text: &str| {
        veriquote_facade::read_request::<veriquote_facade::TokenRequest>(text)
            .expect_err("no request")
            .message
    };
    let at = |text: &str| veriquote_facade::read_request::<veriquote_facade::Time>(text).ok();
    assert_eq!(at(" \"1768435200\""), "1768435200".parse().ok(), "a request need not be an object");
    assert_eq!(at("1768435200"), at("\"2026-01-15T00:00:00Z\""));
    assert_eq!(whole("3"), "expected struct TokenRequest, found a number");
    assert!(whole(r#"{"token":"","token":""}"#).contains("token"), "{}", whole(r#"{"token":"","token":""}"#));
    assert!(whole(r#"{"token":}"#).contains("at byte 9"), "{}", whole(r#"{"token":}"#));
}
