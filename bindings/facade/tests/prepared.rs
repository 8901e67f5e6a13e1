//! What is prepared once answers as what is prepared each time.

use std::sync::Arc;

use veriquote::UnixTime;
use veriquote::crypto::RustCrypto;
use veriquote_facade::{Blob, DcapOptions, DcapVerifier, Document, Time, TokenVerifier, Verification};
use veriquote_forge::Forge;

const DAY: i64 = 86_400;

fn code(result: &Verification) -> &str {
    result.error.as_ref().map_or("accepted", |problem| &problem.code)
}

#[test]
fn collateral_that_was_prepared_is_judged_at_the_time_of_each_quote() {
    let forged = Forge::tdx4().build();
    let quote = Blob(forged.quote.clone());
    let collateral = [Document(forged.collateral_json().into_bytes())];
    let mut seen = std::collections::BTreeSet::new();
    for max_collateral_age in [None, Some(20 * 86_400)] {
        let options = |days: i64| DcapOptions {
            roots: vec![Blob(forged.root_pem.clone().into_bytes())],
            max_collateral_age,
            ..DcapOptions::at(Time(UnixTime(forged.now + days * DAY)))
        };
        let prepare = |days| {
            DcapVerifier::new(Arc::new(RustCrypto), &collateral, &options(days))
                .expect("options that are good")
        };
        // Prepared while all was current, before anything was, and when all was stale.
        let before = [prepare(0), prepare(-9_000), prepare(9_000)];
        for days in [-9_000, -400, -40, -1, 0, 1, 15, 21, 29, 31, 400, 9_000] {
            let fresh = prepare(days).verify(&quote, None);
            seen.insert(code(&fresh).to_owned());
            for verifier in &before {
                let moved = verifier.at(options(days).at).verify(&quote, None);
                // Of several windows that have closed, each way may name another one.
                let kind = |result: &Verification| result.error.as_ref().map(|problem| problem.kind);
                assert_eq!(kind(&moved), kind(&fresh), "{days} days, at most {max_collateral_age:?}");
                assert_eq!(moved.accepted, fresh.accepted);
                if fresh.accepted {
                    assert_eq!(moved, fresh, "{days} days");
                }
            }
        }
    }
    for expected in ["accepted", "dcap.collateral.age", "x509.expired"] {
        assert!(seen.contains(expected), "{expected} in {seen:?}");
    }
}

#[test]
fn keys_that_were_loaded_once_answer_at_each_time_and_to_each_challenge() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/vectors/jwt/attested.json");
    let file: serde_json::Value =
        serde_json::from_slice(&std::fs::read(file).expect("a file")).expect("JSON");
    let case =
        file["token_cases"].as_array().expect("cases").iter().find(|it| it["id"] == "attested/everything");
    let request: veriquote_facade::TokenRequest =
        serde_json::from_value(case.expect("a case")["request"].clone()).expect("a request");
    let token = request.token.expect("a token");
    let verifier =
        TokenVerifier::new(Arc::new(RustCrypto), request.jwks.as_ref(), &request.options).expect("keys");
    let now = request.options.at.0.0;
    let at = |seconds: i64| verifier.at(Time(UnixTime(now + seconds))).verify(token.as_bytes());
    assert_eq!(code(&verifier.verify(token.as_bytes())), "accepted");
    assert_eq!(code(&at(1)), "accepted");
    assert_eq!(code(&at(-3_600)), "jwt.not_yet_valid");
    assert_eq!(code(&at(3_600)), "jwt.expired");
    let expecting = |nonce: &str| {
        verifier.expecting(veriquote_facade::ExpectedNonce::Only(nonce.to_owned())).map(|other| {
            let result = other.verify(token.as_bytes());
            code(&result).to_owned()
        })
    };
    assert_eq!(expecting("AAAAAAAAAAAAAAAAAAAAAA"), Ok("accepted".to_owned()));
    assert_eq!(expecting("BBBBBBBBBBBBBBBBBBBBBB"), Ok("jwt.nonce".to_owned()));
    assert!(expecting("short").is_err_and(|problem| problem.code == "misuse.options"));
}
