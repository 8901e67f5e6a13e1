//! Real tokens of attestation services, with their keys, at their times.

use std::fs;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use veriquote::jwt::{Algorithms, Expectations, Expected, Expiry, KeyOrigin, KeySet, Token, verify};
use veriquote::{Code, TrustAnchors, UnixTime};
use veriquote_aws_lc::AwsLc;
use veriquote_conformance::vectors;

fn read(name: &str) -> Option<Vec<u8>> {
    vectors(&format!("tokens/{name}")).map(|path| fs::read(path).expect("a file"))
}

fn part(token: &[u8], number: usize) -> Value {
    let text = token.split(|byte| *byte == b'.').nth(number).expect("a segment");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).expect("base64url")).expect("JSON")
}

/// The first of the keys of a document, whatever its form, without its private half.
fn first_key(document: &[u8]) -> Value {
    let document: Value = serde_json::Deserializer::from_slice(document)
        .into_iter::<Value>()
        .next()
        .expect("a value")
        .expect("JSON");
    let keys = document.get("keys").unwrap_or(&document);
    let mut key = keys.get(0).unwrap_or(keys).clone();
    key.as_object_mut().expect("a key").remove("d");
    key
}

/// Signature, times where there are any; the issuer as the token has it.
fn expectations(token: &[u8], algorithm: &str) -> Expectations {
    let issuer = part(token, 1)["iss"].as_str().map(str::to_owned);
    Expectations {
        expiry: Expiry::WherePresent,
        issuer: issuer.map_or(Expected::NotChecked, Expected::Is),
        ..Expectations::signature_only(Algorithms::from_names([algorithm]).expect("a name"))
    }
}

/// A second after it was issued, or before it expires.
fn time(token: &[u8]) -> UnixTime {
    let claims = part(token, 1);
    let number = |name: &str| claims[name].as_f64().map(|seconds| seconds as i64);
    UnixTime(number("nbf").max(number("iat")).or(number("exp").map(|exp| exp - 2)).unwrap_or(0) + 1)
}

fn accepted(name: &str, token: &[u8], keys: &KeySet, algorithm: &str) -> KeyOrigin {
    let expectations = expectations(token, algorithm);
    let verified = verify(token, keys, &expectations, time(token));
    let verified = verified.unwrap_or_else(|failure| panic!("{name}: {failure}"));
    assert_eq!(
        serde_json::from_slice::<Value>(verified.claims_json()).expect("JSON"),
        part(token, 1),
        "{name}: other claims"
    );
    flips(name, token, keys, &expectations);
    verified.key().origin
}

/// Any byte changed: refused, or the very same claims.
fn flips(name: &str, token: &[u8], keys: &KeySet, expectations: &Expectations) {
    let step = (token.len() / 600).max(1);
    for at in (0..token.len()).step_by(step) {
        for mask in [1, 0x20] {
            let mut changed = token.to_vec();
            changed[at] ^= mask;
            assert!(
                verify(&changed, keys, expectations, time(token)).is_err(),
                "{name}: byte {at} changed by {mask}, and accepted"
            );
        }
    }
}

#[test]
fn with_the_keys_of_their_issuers() {
    for (file, keys, algorithm) in [
        ("maa-azurevm-snp-2023-03-30", "maa-sharedweu-jwks.json", "RS256"),
        ("nvidia-hopperClaimsv3-0", "nvidia-hopperClaimsv3-jwks.recovered.json", "ES384"),
        ("nvidia-hopperClaimsv3-1", "nvidia-hopperClaimsv3-jwks.recovered.json", "ES384"),
        ("ita-sgx-java-0", "ita-java-validJwks.json", "PS384"),
        ("veraison-ear-test-0", "veraison-ear-test-keys.json", "ES256"),
        ("veraison-ear-test-2", "veraison-ear-test-keys.json", "ES256"),
        ("veraison-ear-test-3", "veraison-ear-test-keys.json", "ES256"),
        ("veraison-ear-test-4", "veraison-ear-test-keys.json", "ES256"),
        ("veraison-psa-ear-2024", "veraison-psa-ear-2024.jwk.json", "ES256"),
        ("rust-ear-test-0", "veraison-ear-test-keys.json", "ES256"),
    ] {
        let (Some(token), Some(document)) = (read(&format!("{file}.jwt")), read(keys)) else { return };
        let token = token.trim_ascii();
        let keys = json!({ "keys": [first_key(&document)] });
        let keys = KeySet::parse(keys.to_string().as_bytes(), Arc::new(AwsLc)).expect("keys");
        assert_eq!(accepted(file, token, &keys, algorithm), KeyOrigin::Set);
    }
}

/// The caller vouches for the key that it once saw in a token; the header's own is not looked at.
#[test]
fn with_a_key_that_the_caller_pinned() {
    for (file, algorithm) in [
        ("coco-ear-tdx", "ES256"),
        ("coco-simple-tdx", "RS384"),
        ("veraison-ear-test-5", "ES256"),
        ("veraison-ear-test-6", "ES256"),
    ] {
        let Some(token) = read(&format!("{file}.jwt")) else { return };
        let token = token.trim_ascii();
        let mut key = part(token, 0)["jwk"].clone();
        key.as_object_mut().expect("a key").remove("x5c");
        let keys = KeySet::parse(key.to_string().as_bytes(), Arc::new(AwsLc)).expect("a key");
        accepted(file, token, &keys, algorithm);
        let parsed = Token::parse(token).expect("a token");
        assert_eq!(parsed.unauthenticated_header().key_members, ["jwk"]);
    }
}

/// An early Trustee put its key into the claims; it is the caller who vouches for it here, and nobody else.
#[test]
fn with_a_key_that_once_stood_in_the_claims() {
    let Some(token) = read("coco-legacy-simple-sgx-2023.jwt") else { return };
    let token = token.trim_ascii();
    let claims = part(token, 1);
    let keys = KeySet::parse(claims["jwk"].to_string().as_bytes(), Arc::new(AwsLc)).expect("a key");
    accepted("coco-legacy-simple-sgx-2023", token, &keys, "RS384");
    let none = json!({ "keys": [] }).to_string();
    assert!(KeySet::parse(none.as_bytes(), Arc::new(AwsLc)).is_err(), "the token vouches for itself");
}

/// Intel Trust Authority signed these two with the key of its later set, under another name: a key that the
/// `kid` does not name is not tried, until the caller says by leaving its name out that it is the one.
#[test]
fn with_a_key_of_another_name() {
    let Some(document) = read("ita-java-validJwks.json") else { return };
    let set = json!({ "keys": [first_key(&document)] });
    let set = KeySet::parse(set.to_string().as_bytes(), Arc::new(AwsLc)).expect("keys");
    let mut nameless = first_key(&document);
    nameless.as_object_mut().expect("a key").remove("kid");
    let nameless = KeySet::parse(nameless.to_string().as_bytes(), Arc::new(AwsLc)).expect("a key");
    for file in ["ita-kbs-0", "ita-kbsapi-1"] {
        let token = read(&format!("{file}.jwt")).expect("a file");
        let token = token.trim_ascii();
        let failure = verify(token, &set, &expectations(token, "PS384"), time(token)).map(|_| ());
        assert_eq!(failure.expect_err("another name").error.code(), Code::JwtKeyUnknown, "{file}");
        assert_eq!(accepted(file, token, &nameless, "PS384"), KeyOrigin::Set);
    }
}

#[test]
fn with_certificates_that_end_at_the_callers_root() {
    for (file, root, algorithm) in [
        ("coco-ear-tdx", "tng-as-ca/ear.as-ca.pem", "ES256"),
        ("coco-simple-tdx", "tng-as-ca/simple.as-ca.pem", "RS384"),
    ] {
        let (Some(token), Some(pem)) = (read(&format!("{file}.jwt")), read(root)) else { return };
        let token = token.trim_ascii();
        let anchors = TrustAnchors::from_certificates(&pem).expect("a root");
        let keys = KeySet::certified_by(anchors, Arc::new(AwsLc));
        assert_eq!(accepted(file, token, &keys, algorithm), KeyOrigin::CertifiedHeader);
        let other = read("tng-as-ca/ear_with_additional_device.as-ca.pem").expect("a root");
        let other = TrustAnchors::from_certificates(&other).expect("a root");
        let failure = verify(
            token,
            &KeySet::certified_by(other, Arc::new(AwsLc)),
            &expectations(token, algorithm),
            time(token),
        );
        assert_eq!(failure.expect_err("another root").error.code(), Code::X509Anchor, "{file}");
    }
}

/// Intel Trust Authority's key sets with chains of three: one good, three broken at leaf, intermediate, root.
#[test]
fn with_chains_in_the_key_set() {
    let (Some(token), Some(good)) = (read("ita-sgx-java-0.jwt"), read("ita-java-validJwks.json")) else {
        return;
    };
    let token = token.trim_ascii();
    let root = first_key(&good)["x5c"]
        .as_array()
        .and_then(|chain| chain.last())
        .and_then(Value::as_str)
        .map(str::to_owned)
        .expect("a root");
    let anchors = TrustAnchors::from_certificates(root.as_bytes()).expect("a root");
    let expectations = expectations(token, "PS384");
    for (file, good) in [
        ("ita-java-validJwks.json", true),
        ("ita-java-leafVerificationFailureJWKS.json", false),
        ("ita-java-intermediateVerificationFailureJWKS.json", false),
        ("ita-java-rootVerificationFailureJWKS.json", false),
    ] {
        let keys = json!({ "keys": [first_key(&read(file).expect("a file"))] });
        let keys = KeySet::parse_certified_by(keys.to_string().as_bytes(), anchors.clone(), Arc::new(AwsLc))
            .expect("keys");
        let result = verify(token, &keys, &expectations, time(token));
        match result {
            Ok(token) => assert!(good && token.key().origin == KeyOrigin::CertifiedSet, "{file}"),
            Err(failure) => assert!(!good, "{file}: {failure}"),
        }
    }
}

/// A set as large as NVIDIA's: 36 keys on P-384 with chains of three.
#[test]
fn a_key_set_as_large_as_the_largest_real_one() {
    let Some(document) = read("nvidia-hopperClaimsv3-jwks.recovered.json") else { return };
    let token = read("nvidia-hopperClaimsv3-1.jwt").expect("a token");
    let mut key = first_key(&document);
    let real = key["kid"].as_str().expect("a kid").to_owned();
    for member in ["alg", "use"] {
        key.as_object_mut().expect("a key").remove(member);
    }
    key["x5c"] = json!(vec!["A".repeat(800); 3]);
    let keys: Vec<Value> = (0..36)
        .map(|number| {
            let mut key = key.clone();
            key["kid"] =
                if number == 35 { json!(real) } else { json!(format!("nv-eat-kid-prod-{number:064}")) };
            key
        })
        .collect();
    let text = json!({ "keys": keys }).to_string();
    assert!(text.len() > 90_000, "{}", text.len());
    let keys = KeySet::parse(text.as_bytes(), Arc::new(AwsLc)).expect("a set");
    assert_eq!(keys.keys().count(), 36);
    let token = token.trim_ascii();
    let expectations = Expectations { algorithms: Algorithms::OfKey, ..expectations(token, "ES384") };
    verify(token, &keys, &expectations, time(token)).expect("verified");
}

/// Signed with HS256 under a published secret.
#[test]
fn a_real_symmetric_token_is_refused() {
    let (Some(token), Some(keys)) = (read("veraison-ear-test-1.jwt"), read("veraison-ear-test-keys.json"))
    else {
        return;
    };
    let keys = KeySet::parse(first_key(&keys).to_string().as_bytes(), Arc::new(AwsLc)).expect("a key");
    let failure =
        verify(token.trim_ascii(), &keys, &Expectations::signature_only(Algorithms::OfKey), UnixTime(0));
    assert_eq!(failure.expect_err("HS256").error.code(), Code::JwtAlgorithm);
}

/// Each rule has one line, and the lines stand in the order in which the rules are documented.
#[test]
fn the_ledger_has_one_order() {
    let cases = veriquote_conformance::tokens::all();
    let mut lines_seen = 0;
    for case in cases {
        let request = serde_json::from_value::<veriquote_facade::TokenRequest>(case.request);
        let Ok(request) = request else { continue };
        // A bundle has the lines of each of its tokens.
        if request.bundle.is_some() {
            continue;
        }
        let answer = veriquote_facade::verify_token(Arc::new(AwsLc), &request);
        let places = answer.checks.iter().filter(|line| line.id.starts_with("jwt.")).map(|line| {
            let place = veriquote::jwt::checks::RULES.iter().position(|rule| rule.id == line.id);
            place.unwrap_or_else(|| panic!("{}: {} is no rule", case.id, line.id))
        });
        let places: Vec<usize> = places.collect();
        lines_seen += places.len();
        assert!(places.is_sorted_by(|one, next| one < next), "{}: {places:?}", case.id);
    }
    assert!(lines_seen > 1000, "{lines_seen}");
}
