//! Twenty thousand tokens, valid and mutated, for us and for other implementations. Every class of
//! disagreement is in `disagreements.json` with who is right and why; a class that is not fails the test.
//!
//! The `jsonwebtoken` crate runs in this process. PyJWT runs where `VERIQUOTE_PYJWT` names a Python that has
//! it, `jose` where `VERIQUOTE_JOSE` names a folder whose `node_modules` have it; both get the same tokens,
//! one a line. What is not there is said on standard error.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{DecodingKey, Validation};
use serde_json::{Value, json};
use veriquote::UnixTime;
use veriquote::jwt::{Algorithms, Expectations, Expected, KeySet, verify};
use veriquote_aws_lc::AwsLc;
use veriquote_conformance::dice::Dice;
use veriquote_forge::Key;

const CASES: usize = 20_000;
const ISSUER: &str = "https://issuer.example";
const AUDIENCE: &str = "https://me.example";
/// Other implementations read the clock: times lie far from it, and this is between them.
const NOW: i64 = 1_770_000_000;
const LATER: i64 = 4_102_444_800;

fn b64(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn sign(header: &str, payload: &str) -> String {
    let input = format!("{}.{}", b64(header.as_bytes()), b64(payload.as_bytes()));
    let signature = b64(&Key::new("differential").sign(input.as_bytes()));
    format!("{input}.{signature}")
}

/// A signed token of a kind, with a serial number so that no two are the same.
fn signed(kind: usize, serial: usize) -> (&'static str, String) {
    let header = r#"{"alg":"ES256","kid":"k1","typ":"JWT"}"#;
    let claims = |exp: &str, more: &str| {
        format!(r#"{{"iss":"{ISSUER}","aud":"{AUDIENCE}","sub":"{serial}","exp":{exp}{more}}}"#)
    };
    let later = LATER.to_string();
    let good = claims(&later, "");
    let with = |member: &str| format!(r#"{{"alg":"ES256","kid":"k1",{member}}}"#);
    let claim = |name: &'static str, exp: &str, more: &str| (name, sign(header, &claims(exp, more)));
    let head = |name: &'static str, member: &str| (name, sign(&with(member), &good));
    match kind {
        0..=9 => ("valid", sign(header, &good)),
        10 => claim("expired", "1000", ""),
        11 => claim("exp string", &format!("\"{later}\""), ""),
        12 => claim("exp null", "null", ""),
        13 => claim("exp fraction", &format!("{later}.5"), ""),
        14 => claim("exp double", "4.1024448e9", ""),
        15 => claim("exp negative", "-5", ""),
        16 => claim("exp milliseconds", "4102444800000", ""),
        17 => claim("exp huge", "1e300", ""),
        18 => {
            ("exp missing", sign(header, &format!(r#"{{"iss":"{ISSUER}","aud":"{AUDIENCE}","n":{serial}}}"#)))
        }
        19 => claim("nbf future", &later, r#","nbf":4000000000"#),
        20 => claim("nbf string", &later, r#","nbf":"1""#),
        21 => claim("iat future", &later, r#","iat":4000000000"#),
        22 => claim("iat string", &later, r#","iat":"1""#),
        23 => claim("exp twice", &later, &format!(r#","exp":{later}"#)),
        24 => claim("member twice, nested", &later, r#","a":{"b":1,"b":2}"#),
        25 => claim("sub twice", &later, r#","sub":"other""#),
        26 => ("iss other", sign(header, &good.replace(ISSUER, "https://other.example"))),
        27 => {
            ("iss array", sign(header, &good.replace(&format!("\"{ISSUER}\""), &format!("[\"{ISSUER}\"]"))))
        }
        28 => ("aud other", sign(header, &good.replace(AUDIENCE, "https://other.example"))),
        29 => (
            "aud array",
            sign(header, &good.replace(&format!("\"{AUDIENCE}\""), &format!("[\"x\",\"{AUDIENCE}\"]"))),
        ),
        30 => (
            "aud array with a number",
            sign(header, &good.replace(&format!("\"{AUDIENCE}\""), &format!("[1,\"{AUDIENCE}\"]"))),
        ),
        31 => (
            "sub number",
            sign(header, &good.replace(&format!("\"sub\":\"{serial}\""), &format!("\"sub\":{serial}"))),
        ),
        32 => claim("jti number", &later, r#","jti":1"#),
        33 => head("crit", r#""crit":["x"],"x":1"#),
        34 => head("crit empty", r#""crit":[]"#),
        35 => head("b64 false", r#""b64":false"#),
        36 => head("zip", r#""zip":"DEF""#),
        37 => head("cty JWT", r#""cty":"JWT""#),
        38 => head("enc", r#""enc":"A256GCM""#),
        39 => head("jwk", r#""jwk":{"kty":"oct","k":"AAAA"}"#),
        40 => head("jku", r#""jku":"http://127.0.0.1/""#),
        41 => head("alg twice", r#""alg":"ES256""#),
        42 => ("alg none", sign(&header.replace("ES256", "none"), &good)),
        43 => ("alg HS256", sign(&header.replace("ES256", "HS256"), &good)),
        44 => ("alg RS256", sign(&header.replace("ES256", "RS256"), &good)),
        45 => ("kid other", sign(&header.replace("k1", "k2"), &good)),
        46 => ("kid number", sign(&header.replace("\"k1\"", "1"), &good)),
        47 => ("payload array", sign(header, &format!("[{serial}]"))),
        48 => ("payload trailing comma", sign(header, &good.replacen('}', ",}", 1))),
        49 => ("payload NaN", sign(header, &good.replacen('}', ",\"a\":NaN}", 1))),
        50 => ("payload surrogate", sign(header, &good.replacen('}', ",\"a\":\"\\ud800\"}", 1))),
        51 => (
            "payload deep",
            sign(header, &good.replacen('}', &format!(",\"a\":{}{}}}", "[".repeat(60), "]".repeat(60)), 1)),
        ),
        52 => ("payload white space", sign(header, &good.replace(',', " ,\n "))),
        53 => ("payload BOM", sign(header, &format!("\u{feff}{good}"))),
        54 => ("header white space", sign(&header.replace(',', " ,\n "), &good)),
        55 => ("header NaN", sign(&with("\"a\":NaN"), &good)),
        56 => ("typ number", sign(&header.replace("\"JWT\"", "1"), &good)),
        57 => claim("nonce short", &later, r#","eat_nonce":"x""#),
        58 => ("unknown alg", sign(&header.replace("ES256", "XX"), &good)),
        _ => claim("aud and more claims", &later, r#","nbf":1,"iat":1,"jti":"j","x":[1,{}]"#),
    }
}

/// A change of the text of a valid token.
fn mutated(token: &str, dice: &mut Dice) -> (&'static str, String) {
    let parts: Vec<&str> = token.split('.').collect();
    let [head, body, signature] = parts[..] else { unreachable!("three segments") };
    let join = |head: &str, body: &str, signature: &str| format!("{head}.{body}.{signature}");
    let at = dice.below(token.len());
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    match dice.below(16) {
        0 => ("cut", token[..at].to_owned()),
        1 => ("padding in the signature", format!("{token}==")),
        2 => ("padding in the payload", join(head, &format!("{body}="), signature)),
        3 => ("line feed at the end", format!("{token}\n")),
        4 => ("space at the start", format!(" {token}")),
        5 => ("segment more", format!("{token}.AA")),
        6 => ("segment less", format!("{head}.{body}")),
        7 => {
            let (start, last) = signature.split_at(signature.len() - 1);
            let place = alphabet.iter().position(|byte| *byte == last.as_bytes()[0]).expect("base64url");
            ("loose bits", join(head, body, &format!("{start}{}", char::from(alphabet[place + 1]))))
        }
        8 => ("line feed in the payload", join(head, &format!("{}\n{}", &body[..4], &body[4..]), signature)),
        9 => ("standard alphabet", token.replace('-', "+").replace('_', "/")),
        10 => ("signature empty", join(head, body, "")),
        11 => ("signature zeros", join(head, body, &b64(&[0; 64]))),
        12 => {
            let input = format!("{head}.{body}");
            (
                "signature DER",
                format!("{input}.{}", b64(&Key::new("differential").sign_der(input.as_bytes()))),
            )
        }
        13 => ("character outside", format!("{}*{}", &token[..at], &token[at..])),
        _ => {
            let mut bytes = token.as_bytes().to_vec();
            let old = bytes[at];
            if old != b'.' {
                let place = alphabet.iter().position(|byte| *byte == old).unwrap_or(0);
                bytes[at] = alphabet[(place + 1 + dice.below(62)) % 64];
            } else {
                bytes[at] = b'A';
            }
            ("character changed", String::from_utf8(bytes).expect("ASCII"))
        }
    }
}

fn tokens() -> Vec<(&'static str, String)> {
    let mut dice = Dice(0x7665_7269_7175_6f74);
    let mut valid = Vec::new();
    (0..CASES)
        .map(|serial| {
            // One in four is signed; the others change one that was.
            if serial % 4 == 0 || valid.is_empty() {
                let (kind, token) = signed(if serial < 4 { 0 } else { dice.below(60) }, serial);
                if kind == "valid" {
                    valid.push(token.clone());
                }
                (kind, token)
            } else {
                let index = dice.below(valid.len());
                mutated(&valid[index], &mut dice)
            }
        })
        .collect()
}

fn jwk() -> Value {
    let point = Key::new("differential").public();
    json!({"kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": "k1",
           "x": b64(&point[..32]), "y": b64(&point[32..])})
}

/// `accepted`, or our code.
fn ours(tokens: &[(&str, String)]) -> Vec<String> {
    let keys = KeySet::parse(jwk().to_string().as_bytes(), Arc::new(AwsLc)).expect("a key");
    let mut expectations = Expectations::signature_only(Algorithms::from_names(["ES256"]).expect("a name"));
    expectations.issuer = Expected::Is(ISSUER.to_owned());
    expectations.audience = Expected::Is(AUDIENCE.to_owned());
    let one = |token: &str| match verify(token.as_bytes(), &keys, &expectations, UnixTime(NOW)) {
        Ok(_) => "accepted".to_owned(),
        Err(failure) => failure.error.code().to_string(),
    };
    tokens.iter().map(|(_, token)| one(token)).collect()
}

fn by_jsonwebtoken(tokens: &[(&str, String)]) -> Vec<bool> {
    let key = jwk();
    let text = |name: &str| key[name].as_str().expect("text");
    let key = DecodingKey::from_ec_components(text("x"), text("y")).expect("a key");
    let mut validation = Validation::new(jsonwebtoken::Algorithm::ES256);
    validation.set_issuer(&[ISSUER]);
    validation.set_audience(&[AUDIENCE]);
    validation.leeway = 0;
    validation.validate_nbf = true;
    tokens.iter().map(|(_, token)| jsonwebtoken::decode::<Value>(token, &key, &validation).is_ok()).collect()
}

/// Another program: the key and the expectations on the first line, a token as a JSON string on each further
/// line; it answers `1` or `0` for each.
fn by_program(mut command: Command, tokens: &[(&str, String)]) -> Vec<bool> {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("a program");
    let mut stdin = child.stdin.take().expect("a pipe");
    let lines: Vec<String> = tokens.iter().map(|(_, token)| json!(token).to_string()).collect();
    let writer = std::thread::spawn(move || {
        writeln!(stdin, "{}", json!({"jwk": jwk(), "issuer": ISSUER, "audience": AUDIENCE})).expect("a pipe");
        for line in lines {
            writeln!(stdin, "{line}").expect("a pipe");
        }
    });
    let output = child.wait_with_output().expect("an answer");
    writer.join().expect("written");
    assert!(output.status.success(), "{command:?}");
    let answers: Vec<bool> =
        output.stdout.iter().filter(|byte| b"01".contains(byte)).map(|byte| *byte == b'1').collect();
    assert_eq!(answers.len(), tokens.len(), "{command:?}");
    answers
}

#[test]
fn every_disagreement_is_known() {
    let tokens = tokens();
    let ours = ours(&tokens);
    let accepted = ours.iter().filter(|answer| *answer == "accepted").count();
    assert!((500..CASES / 2).contains(&accepted), "{accepted} accepted");
    let mut oracles = BTreeMap::from([("jsonwebtoken", by_jsonwebtoken(&tokens))]);
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../differential");
    match std::env::var_os("VERIQUOTE_PYJWT") {
        Some(python) => {
            let mut command = Command::new(python);
            command.arg(format!("{folder}/pyjwt.py"));
            oracles.insert("pyjwt", by_program(command, &tokens));
        }
        None => eprintln!("SKIPPED: PyJWT; set VERIQUOTE_PYJWT to a Python that has it"),
    }
    match std::env::var_os("VERIQUOTE_JOSE") {
        Some(modules) => {
            let mut command = Command::new("node");
            command.arg(format!("{folder}/jose.mjs")).env("JOSE_FOLDER", modules);
            oracles.insert("jose", by_program(command, &tokens));
        }
        None => eprintln!("SKIPPED: jose; set VERIQUOTE_JOSE to a folder whose node_modules have it"),
    }
    let file: Value =
        serde_json::from_str(include_str!("../../differential/disagreements.json")).expect("JSON");
    let mut known = BTreeSet::new();
    for class in file["classes"].as_array().expect("classes") {
        assert!(
            class["why"].as_str().is_some_and(|why| why.len() > 20) && class["right"].is_string(),
            "{class}"
        );
        for kind in class["kinds"].as_array().expect("kinds") {
            let text = |name: &str| class[name].as_str().expect("text").to_owned();
            known.insert((text("oracle"), kind.as_str().expect("text").to_owned(), text("ours")));
        }
    }
    let mut found = BTreeMap::new();
    for (oracle, answers) in &oracles {
        for (index, theirs) in answers.iter().enumerate() {
            if *theirs != (ours[index] == "accepted") {
                let class = ((*oracle).to_owned(), tokens[index].0.to_owned(), ours[index].clone());
                *found.entry(class).or_insert(0usize) += 1;
            }
        }
    }
    let unlisted: Vec<_> = found.iter().filter(|(class, _)| !known.contains(*class)).collect();
    assert!(unlisted.is_empty(), "{unlisted:#?}");
    let gone: Vec<_> = known
        .iter()
        .filter(|class| oracles.contains_key(class.0.as_str()) && !found.contains_key(*class))
        .collect();
    assert!(gone.is_empty(), "listed, and no disagreement any more: {gone:#?}");
}
