//! The cases, group by group.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use veriquote_forge::tpm::{PcrHash, RsaKey};
use veriquote_forge::{Certificate, DAY, Extension, Key, hex, oid, pem, sha256, tlv};

use super::maker::{
    NOW, TokenCase, b64, claims, header, issuer, jwk, request, sign, sign_text, stranger, with,
};

/// Every case.
#[must_use]
pub fn all() -> Vec<TokenCase> {
    let mut list = List(Vec::new());
    list.add(
        "valid/everything-expected",
        "a good token, everything checked",
        "RFC 7519",
        request(&good()),
        None,
    );
    form(&mut list);
    headers(&mut list);
    algorithms(&mut list);
    keys(&mut list);
    signatures(&mut list);
    payloads(&mut list);
    times(&mut list);
    names(&mut list);
    nonces(&mut list);
    calls(&mut list);
    verdicts(&mut list);
    list.0.extend(super::families::all());
    list.0.extend(super::attested::all());
    list.0.extend(super::bundles::all());
    list.0
}

/// A valid signature under a failure is a failure.
fn verdicts(list: &mut List) {
    let source = "service.md, T49";
    let failed = |part| Some(("token.failed", part));
    let mut add = |id, note, more: Value, expected| {
        let mut all = claims();
        for (name, value) in more.as_object().expect("an object") {
            all = with(all, &format!("/{name}"), value.clone());
        }
        let profile = json!({ "is": all["eat_profile"] });
        let request = with(request(&sign(&header(), &all)), "/options/expect/profile", profile);
        list.add(id, note, source, request, expected);
    };
    add(
        "verdict/contraindicated",
        "an EAR whose verifier refuses the evidence",
        json!({
            "eat_profile": "tag:github.com,2023:veraison/ear",
            "ear.verifier-id": { "developer": "d", "build": "b" },
            "submods": { "x": { "ear.status": "contraindicated" } },
        }),
        failed("claims.submods.x"),
    );
    add(
        "verdict/affirming",
        "the same with evidence that its verifier affirms",
        json!({
            "eat_profile": "tag:github.com,2023:veraison/ear",
            "ear.verifier-id": { "developer": "d", "build": "b" },
            "submods": { "x": { "ear.status": "affirming" } },
        }),
        None,
    );
}

type Answer = Option<(&'static str, &'static str)>;

struct List(Vec<TokenCase>);

impl List {
    fn add(
        &mut self,
        id: &'static str,
        note: &'static str,
        source: &'static str,
        request: Value,
        expected: Answer,
    ) {
        self.0.push(TokenCase { id, note, source, request, expected });
    }
}

fn good() -> String {
    sign(&header(), &claims())
}

fn segments() -> [String; 3] {
    let token = good();
    let mut parts = token.split('.').map(str::to_owned);
    std::array::from_fn(|_| parts.next().expect("three segments"))
}

fn form(list: &mut List) {
    let [head, body, signature] = segments();
    let source = "RFC 7515, 7.1";
    let bad = |part| Some(("input.encoding", part));
    let three = Some(("jwt.malformed", "token"));
    let mut add = |id, note, token: String, expected| list.add(id, note, source, request(&token), expected);
    add("form/two-segments", "no signature segment", format!("{head}.{body}"), three);
    add("form/four-segments", "one segment too many", format!("{head}.{body}.{signature}.AA"), three);
    add(
        "form/five-segments",
        "an encrypted token",
        format!("{head}.{body}.{signature}.AA.AA"),
        Some(("jwt.encrypted", "token")),
    );
    add(
        "form/ten-thousand-dots",
        "CVE-2025-30204: splitting must not allocate for each",
        ".".repeat(10_000),
        three,
    );
    add("form/empty", "nothing", String::new(), three);
    add("form/padding-in-header", "padding", format!("{head}==.{body}.{signature}"), bad("token.header"));
    add("form/padding-in-payload", "padding", format!("{head}.{body}==.{signature}"), bad("token.payload"));
    add(
        "form/padding-in-signature",
        "padding",
        format!("{head}.{body}.{signature}=="),
        bad("token.signature"),
    );
    add(
        "form/standard-alphabet",
        "`/` of standard base64",
        format!("{head}.{body}.{}", signature.replacen(&signature[..1], "/", 1)),
        bad("token.signature"),
    );
    add(
        "form/line-feed",
        "a line feed after it",
        format!("{head}.{body}.{signature}\n"),
        bad("token.signature"),
    );
    add(
        "form/line-feed-inside",
        "a line feed in the payload",
        format!("{head}.{}\n{}.{signature}", &body[..8], &body[8..]),
        bad("token.payload"),
    );
    add("form/space-before", "a space before it", format!(" {head}.{body}.{signature}"), bad("token.header"));
    let mut loose = signature.clone();
    let last = loose.pop().expect("a character");
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let place = alphabet.find(last).expect("base64url");
    loose.push(alphabet.as_bytes()[place + 1].into());
    add(
        "form/loose-bits",
        "bits left over in the last character: a second text for one signature",
        format!("{head}.{body}.{loose}"),
        bad("token.signature"),
    );
    add(
        "form/json-serialisation",
        "the flattened JSON serialisation",
        json!({"protected": head, "payload": body, "signature": signature}).to_string(),
        three,
    );
    add(
        "form/empty-header",
        "an empty header",
        format!(".{body}.{signature}"),
        Some(("json.syntax", "token.header")),
    );
    add(
        "form/too-long",
        "longer than any real one",
        format!("{head}.{}.{signature}", "A".repeat(300_000)),
        Some(("limit.size", "token")),
    );
}

fn headers(list: &mut List) {
    let source = "RFC 7515, 4";
    let raw =
        |header: &str| request(&sign_text(header.as_bytes(), claims().to_string().as_bytes(), &issuer()));
    let member = |name: &str, value: Value| {
        let header = with(header(), &format!("/{name}"), value);
        request(&sign(&header, &claims()))
    };
    let wrong = |part| Some(("jwt.header", part));
    let unsupported = |part| Some(("jwt.header.unsupported", part));
    list.add("header/array", "not an object", source, raw("[]"), wrong("token.header"));
    list.add("header/no-alg", "no algorithm", source, raw(r#"{"kid":"k1"}"#), wrong("token.header.alg"));
    list.add(
        "header/alg-number",
        "alg is a number",
        source,
        raw(r#"{"alg":256}"#),
        wrong("token.header.alg"),
    );
    list.add(
        "header/alg-array",
        "alg is a list",
        source,
        raw(r#"{"alg":["ES256"]}"#),
        wrong("token.header.alg"),
    );
    list.add(
        "header/alg-twice",
        "alg is there twice",
        "RFC 7515, 4",
        raw(r#"{"alg":"ES256","kid":"k1","alg":"none"}"#),
        Some(("json.duplicate_key", "token.header")),
    );
    list.add(
        "header/bom",
        "a byte order mark",
        source,
        raw("\u{feff}{\"alg\":\"ES256\"}"),
        Some(("json.syntax", "token.header")),
    );
    list.add(
        "header/comment",
        "a comment",
        source,
        raw(r#"{"alg":"ES256"/**/}"#),
        Some(("json.syntax", "token.header")),
    );
    list.add(
        "header/trailing",
        "text after the object",
        source,
        raw(r#"{"alg":"ES256"}{}"#),
        Some(("json.syntax", "token.header")),
    );
    list.add(
        "header/lone-surrogate",
        "half a surrogate pair",
        source,
        raw(r#"{"alg":"ES256","kid":"\ud800"}"#),
        Some(("json.syntax", "token.header")),
    );
    let deep = format!(r#"{{"alg":"ES256","x":{}{}}}"#, "[".repeat(10_000), "]".repeat(10_000));
    list.add(
        "header/deep",
        "nested ten thousand deep",
        "RUSTSEC-2019-0025",
        raw(&deep),
        Some(("limit.depth", "token.header")),
    );
    list.add(
        "header/kid-number",
        "kid is a number",
        source,
        member("kid", json!(1)),
        wrong("token.header.kid"),
    );
    list.add(
        "header/kid-long",
        "a kid of 2000 characters",
        source,
        member("kid", json!("k".repeat(2000))),
        Some(("limit.size", "token.header.kid")),
    );
    list.add(
        "header/long",
        "a header of a hundred thousand characters",
        source,
        member("x", json!("k".repeat(75_000))),
        Some(("limit.size", "token.header")),
    );
    list.add(
        "header/typ-bool",
        "typ is a flag",
        source,
        member("typ", json!(true)),
        wrong("token.header.typ"),
    );
    for (id, note, value) in [
        ("header/crit-unknown", "crit names an extension that nobody knows", json!(["x"])),
        ("header/crit-empty", "an empty crit", json!([])),
        ("header/crit-registered", "crit names a registered member", json!(["alg"])),
        ("header/crit-number", "crit is no list", json!(1)),
    ] {
        list.add(
            id,
            note,
            "RFC 7515, 4.1.11; CVE-2025-59420",
            member("crit", value),
            unsupported("token.header.crit"),
        );
    }
    list.add(
        "header/b64",
        "the payload signed as it is",
        "RFC 7797, 7",
        member("b64", json!(false)),
        unsupported("token.header.b64"),
    );
    list.add(
        "header/zip",
        "compressed",
        "RFC 7516, 4.1.3",
        member("zip", json!("DEF")),
        unsupported("token.header.zip"),
    );
    list.add(
        "header/enc",
        "the header of an encrypted token",
        "CVE-2026-29000",
        member("enc", json!("A256GCM")),
        Some(("jwt.encrypted", "token.header.enc")),
    );
    list.add(
        "header/nested",
        "the payload is another token",
        "RFC 7519, 5.2",
        member("cty", json!("JWT")),
        unsupported("token.header.cty"),
    );
    list.add(
        "header/nested-media-type",
        "the payload is another token",
        "RFC 7519, 5.2",
        member("cty", json!("application/EAT+jwt")),
        unsupported("token.header.cty"),
    );
    list.add(
        "header/cty-json",
        "another content type is let pass",
        source,
        member("cty", json!("json")),
        None,
    );
    let typ = Some(("jwt.typ", "token.header.typ"));
    list.add("header/typ-other", "an access token", "RFC 8725, 3.11", member("typ", json!("at+jwt")), typ);
    list.add("header/typ-missing", "no typ", "RFC 8725, 3.11", member("typ", Value::Null), typ);
    list.add(
        "header/typ-media-type",
        "typ in full and in small letters",
        "RFC 7515, 4.1.9",
        member("typ", json!("application/jwt")),
        None,
    );
    // Header keys are ignored: with the caller's key they change nothing, without it they help nobody.
    list.add(
        "header/jku-ignored",
        "an address of keys beside the caller's own",
        "RFC 8725, 3.10",
        member("jku", json!("http://127.0.0.1/keys")),
        None,
    );
    list.add(
        "header/x5u-ignored",
        "an address of a certificate",
        "RFC 8725, 3.10",
        member("x5u", json!("file:///etc/passwd")),
        None,
    );
    list.add(
        "header/jwk-ignored",
        "a key beside the caller's own",
        "RFC 8725, 3.10",
        member("jwk", jwk(&stranger(), "k1")),
        None,
    );
    let named = with(jwk(&issuer(), "k1"), "/alg", json!("none"));
    list.add(
        "header/jwk-alg-ignored",
        "an algorithm of a key that is not used",
        "RFC 8725, 3.1 and 3.10",
        member("jwk", named),
        None,
    );
    // The header's own algorithm decides what is refused, whatever a key in it is for.
    for (id, alg, expected) in [
        ("header/jwk-alg-for-none", json!("none"), ("jwt.algorithm", "token.header.alg")),
        ("header/jwk-alg-for-hs256", json!("HS256"), ("jwt.algorithm", "token.header.alg")),
        ("header/jwk-alg-alone", Value::Null, ("jwt.header", "token.header.alg")),
    ] {
        let header = with(with(header(), "/jwk", jwk(&issuer(), "k1")), "/alg", alg);
        let token = request(&sign(&header, &claims()));
        list.add(id, "an algorithm that only the header's jwk has", "RFC 8725, 3.1", token, Some(expected));
    }
    let forged = with(header(), "/jwk", jwk(&stranger(), "k1"));
    let forged = sign_text(forged.to_string().as_bytes(), claims().to_string().as_bytes(), &stranger());
    list.add(
        "header/jwk-of-attacker",
        "signed with the key that it brings",
        "CVE-2018-0114",
        request(&forged),
        Some(("jwt.signature", "token.signature")),
    );
}

fn algorithms(list: &mut List) {
    let source = "RFC 8725, 3.1";
    let unsigned = |alg: &str| {
        let header = with(header(), "/alg", json!(alg));
        request(&format!("{}.{}.", b64(header.to_string().as_bytes()), b64(claims().to_string().as_bytes())))
    };
    let none = Some(("jwt.algorithm", "token.header.alg"));
    for (id, alg) in [
        ("algorithm/none", "none"),
        ("algorithm/none-capital", "None"),
        ("algorithm/none-capitals", "NONE"),
        ("algorithm/none-mixed", "nOnE"),
        ("algorithm/empty", ""),
        ("algorithm/unknown", "XX256"),
        ("algorithm/hs256", "HS256"),
        ("algorithm/hs512", "HS512"),
        ("algorithm/es256k", "ES256K"),
        ("algorithm/lower-case", "es256"),
        ("algorithm/space", "ES256 "),
    ] {
        list.add(
            id,
            "an algorithm that is none",
            "CVE-2015-9235; CVE-2016-5431; CVE-2026-23993",
            unsigned(alg),
            none,
        );
    }
    let alg = |name: &str| sign(&with(header(), "/alg", json!(name)), &claims());
    let refused = Some(("jwt.algorithm.refused", "token.header.alg"));
    list.add(
        "algorithm/not-accepted",
        "a good algorithm that the caller does not accept",
        source,
        request(&alg("RS256")),
        refused,
    );
    let accept = |token: &str, names: Value| with(request(token), "/options/expect/algorithms", names);
    let key = Some(("jwt.key.algorithm", "token.header.alg"));
    list.add(
        "algorithm/of-another-key",
        "RS256 with an EC key",
        source,
        accept(&alg("RS256"), json!({"one_of": ["RS256", "ES256"]})),
        key,
    );
    list.add(
        "algorithm/of-another-curve",
        "ES384 with a key on P-256",
        source,
        accept(&alg("ES384"), json!({"one_of": ["ES384", "ES256"]})),
        key,
    );
    list.add("algorithm/of-key", "the key's own", source, accept(&good(), json!("of_key")), None);
    list.add(
        "algorithm/of-key-other",
        "not the key's own",
        source,
        accept(&alg("PS256"), json!("of_key")),
        key,
    );
    let rsa = with(accept(&alg("RS256"), json!("of_key")), "/jwks", json!({"keys": [rsa_jwk()]}));
    list.add(
        "algorithm/rsa-bound-to-none",
        "an RSA key without alg, and nobody says which algorithm",
        "CVE-2026-22818",
        rsa,
        refused,
    );
}

/// An RSA key that says no algorithm.
fn rsa_jwk() -> Value {
    json!({ "kty": "RSA", "kid": "k1", "n": b64(&RsaKey::First.modulus()), "e": "AQAB" })
}

fn keys(list: &mut List) {
    let source = "RFC 7517, 4";
    let with_key = |key: Value| with(request(&good()), "/jwks", json!({ "keys": [key] }));
    let change = |name: &str, value: Value| with_key(with(jwk(&issuer(), "k1"), &format!("/{name}"), value));
    let invalid = |part| Some(("jwt.key.invalid", part));
    let secret = |part| Some(("jwt.key.secret", part));
    list.add(
        "key/private",
        "a private key among the public ones",
        "RFC 7517, 9.3",
        change("d", json!("AA")),
        secret("jwks.keys[0].d"),
    );
    list.add(
        "key/symmetric",
        "a symmetric key in the set",
        "CVE-2016-5431",
        with(request(&good()), "/jwks", json!({"keys": [jwk(&issuer(), "k1"), {"kty": "oct", "k": "AAAA"}]})),
        secret("jwks.keys[1].kty"),
    );
    list.add(
        "key/alg-of-other-family",
        "an EC key that says RS256",
        source,
        change("alg", json!("RS256")),
        invalid("jwks.key.alg"),
    );
    list.add(
        "key/alg-unknown",
        "an alg that is none",
        source,
        change("alg", json!("ES521")),
        invalid("jwks.key.alg"),
    );
    list.add(
        "key/use-enc",
        "a key for encryption",
        "RFC 7517, 4.2",
        change("use", json!("enc")),
        Some(("jwt.key.usage", "jwks.key.use")),
    );
    list.add(
        "key/ops-sign",
        "a key that may not verify",
        "RFC 7517, 4.3",
        change("key_ops", json!(["encrypt"])),
        Some(("jwt.key.usage", "jwks.key.key_ops")),
    );
    list.add("key/ops-verify", "a key that may", "RFC 7517, 4.3", change("key_ops", json!(["verify"])), None);
    list.add(
        "key/ops-twice",
        "an operation twice",
        "RFC 7517, 4.3",
        change("key_ops", json!(["verify", "verify"])),
        invalid("jwks.key.key_ops"),
    );
    list.add(
        "key/crv-unknown",
        "an unknown curve",
        source,
        change("crv", json!("secp256k1")),
        invalid("jwks.key.crv"),
    );
    list.add(
        "key/crv-other",
        "the coordinates of another curve",
        source,
        with_key(with(with(jwk(&issuer(), "k1"), "/crv", json!("P-384")), "/alg", Value::Null)),
        invalid("jwks.key.x"),
    );
    list.add(
        "key/off-curve",
        "a point that is not on the curve",
        "RFC 7518, 6.2.1",
        change("x", json!(b64(&[1; 32]))),
        invalid("jwks.key"),
    );
    list.add(
        "key/short-coordinate",
        "a coordinate without its leading zeros",
        "RFC 7518, 6.2.1.2",
        change("y", json!(b64(&[1; 31]))),
        invalid("jwks.key.y"),
    );
    list.add(
        "key/long-coordinate",
        "a coordinate with a zero too many",
        "RFC 7518, 6.2.1.2",
        change("y", json!(b64(&[0; 33]))),
        invalid("jwks.key.y"),
    );
    list.add("key/missing-y", "half a point", source, change("y", Value::Null), invalid("jwks.key.y"));
    list.add(
        "key/kty-unknown",
        "a kind of key that nobody knows",
        source,
        change("kty", json!("XX")),
        invalid("jwks.key.kty"),
    );
    let rsa = |name: &str, value: Value| {
        with(
            with_key(with(rsa_jwk(), &format!("/{name}"), value)),
            "/options/expect/algorithms",
            json!({"one_of": ["ES256", "RS256"]}),
        )
    };
    list.add(
        "key/rsa-1024",
        "an RSA key of 1024 bits",
        "NIST SP 800-131A",
        rsa("n", json!(b64(&[0xff; 128]))),
        invalid("jwks.key"),
    );
    list.add(
        "key/rsa-exponent-one",
        "an exponent of 1",
        "Wycheproof, json_web_key 9",
        rsa("e", json!("AQ")),
        invalid("jwks.key"),
    );
    list.add(
        "key/rsa-even",
        "an even modulus",
        "security",
        rsa("n", json!(b64(&[0xfe; 256]))),
        invalid("jwks.key"),
    );
    list.add(
        "key/rsa-padded",
        "a zero before the modulus",
        "RFC 7518, 6.3.1.1",
        rsa("n", json!(b64(&[&[0][..], &[0xff; 256]].concat()))),
        invalid("jwks.key.n"),
    );
    let roca = b64(&veriquote_forge::tpm::roca_modulus());
    list.add(
        "key/rsa-marked",
        "a modulus of the flawed generator",
        "CVE-2017-15361",
        rsa("n", json!(roca)),
        invalid("jwks.key.n"),
    );
    let set = |keys: Value| with(request(&good()), "/jwks", json!({ "keys": keys }));
    list.add(
        "key/duplicate-kid",
        "two keys of one name",
        "RFC 7517, 4.5",
        set(json!([jwk(&issuer(), "k1"), jwk(&stranger(), "k1")])),
        Some(("jwt.jwks.duplicate_kid", "jwks.keys[1].kid")),
    );
    list.add(
        "key/second",
        "the second of two keys",
        source,
        set(json!([jwk(&stranger(), "k0"), jwk(&issuer(), "k1")])),
        None,
    );
    list.add(
        "key/beside-a-bad-one",
        "a key beside one that cannot be used",
        "RFC 7517, 5",
        set(json!([{"kty": "XX", "kid": "k0"}, jwk(&issuer(), "k1")])),
        None,
    );
    list.add("key/none", "an empty set", "RFC 7517, 5", set(json!([])), Some(("jwt.jwks", "jwks")));
    list.add(
        "key/no-set",
        "something else",
        "RFC 7517, 5",
        with(request(&good()), "/jwks", json!({"a": 1})),
        Some(("jwt.jwks", "jwks")),
    );
    let many: Vec<Value> = (0..300).map(|n| json!({"kty": "XX", "kid": n.to_string()})).collect();
    list.add(
        "key/too-many",
        "three hundred keys",
        "RFC 7517, 5",
        set(json!(many)),
        Some(("limit.count", "jwks.keys")),
    );
    list.add(
        "key/alone",
        "one JWK that is no set",
        source,
        with(request(&good()), "/jwks", jwk(&issuer(), "k1")),
        None,
    );
    let kid = |kid: Value| sign(&with(header(), "/kid", kid), &claims());
    let unknown = Some(("jwt.key.unknown", "token.header.kid"));
    for (id, name) in [
        ("key/unknown", "k9"),
        ("key/traversal", "../../dev/null"),
        ("key/sql", "x' UNION SELECT 'k1"),
        ("key/nul", "k1\0"),
        ("key/case", "K1"),
        ("key/empty", ""),
    ] {
        list.add(id, "a kid that no key has", "security", request(&kid(json!(name))), unknown);
    }
    list.add(
        "key/absent-one-key",
        "no kid, and one key",
        "OIDC, kid-absent-single-jwks",
        request(&kid(Value::Null)),
        None,
    );
    let two = with(
        request(&kid(Value::Null)),
        "/jwks",
        json!({"keys": [jwk(&issuer(), "k1"), jwk(&stranger(), "k2")]}),
    );
    list.add(
        "key/absent-two-keys",
        "no kid, and two keys: none is tried",
        "RFC 8725, 3.5",
        two,
        Some(("jwt.key.ambiguous", "token.header.kid")),
    );
    list.add("key/nameless", "a kid, and one key without a name", source, change("kid", Value::Null), None);
}

fn signatures(list: &mut List) {
    let [head, body, signature] = segments();
    let invalid = Some(("jwt.signature", "token.signature"));
    let bytes = issuer().sign(format!("{head}.{body}").as_bytes());
    let mut add = |id, note, source, signature: &[u8]| {
        list.add(id, note, source, request(&format!("{head}.{body}.{}", b64(signature))), invalid);
    };
    add("signature/empty", "no signature", "RFC 7515", &[]);
    add("signature/zeros", "r and s are 0", "CVE-2022-21449", &[0; 64]);
    add("signature/zero-r", "r is 0", "CVE-2022-21449", &[&[0; 32][..], &bytes[32..]].concat());
    add("signature/zero-s", "s is 0", "CVE-2022-21449", &[&bytes[..32], &[0; 32]].concat());
    add("signature/too-large", "r and s are not below the order", "RFC 7518, 3.4", &[0xff; 64]);
    add(
        "signature/der",
        "DER instead of r ‖ s",
        "RFC 7518, 3.4",
        &issuer().sign_der(format!("{head}.{body}").as_bytes()),
    );
    add("signature/short", "63 bytes", "RFC 7518, 3.4", &bytes[..63]);
    add("signature/long", "a byte too many", "RFC 7518, 3.4", &[&bytes[..], &[0]].concat());
    add(
        "signature/padded",
        "halves of 33 bytes",
        "RFC 7518, 3.4",
        &[&[0][..], &bytes[..32], &[0], &bytes[32..]].concat(),
    );
    add("signature/swapped", "s ‖ r", "RFC 7518, 3.4", &[&bytes[32..], &bytes[..32]].concat());
    let mut flipped = bytes;
    flipped[40] ^= 1;
    add("signature/flipped", "one bit", "RFC 7515", &flipped);
    let other = with(claims(), "/sub", json!("tdx:2")).to_string();
    list.add(
        "signature/other-payload",
        "the signature of another payload",
        "RFC 7515",
        request(&format!("{head}.{}.{signature}", b64(other.as_bytes()))),
        invalid,
    );
    let foreign = sign_text(header().to_string().as_bytes(), claims().to_string().as_bytes(), &stranger());
    list.add("signature/stranger", "signed by someone else", "RFC 7515", request(&foreign), invalid);
}

fn payloads(list: &mut List) {
    let source = "RFC 7519, 7.2";
    let raw = |payload: &[u8]| request(&sign_text(header().to_string().as_bytes(), payload, &issuer()));
    let syntax = Some(("json.syntax", "token.payload"));
    for (id, note, text) in [
        ("payload/empty", "nothing", ""),
        ("payload/nan", "NaN", r#"{"exp":NaN}"#),
        ("payload/bom", "a byte order mark", "\u{feff}{}"),
        ("payload/comment", "a comment", "{}//"),
        ("payload/trailing", "text after the object", "{}{}"),
        ("payload/comma", "a trailing comma", r#"{"a":1,}"#),
        ("payload/surrogate", "half a surrogate pair", r#"{"a":"\udc00"}"#),
    ] {
        list.add(id, note, source, raw(text.as_bytes()), syntax);
    }
    for (id, text) in [
        ("payload/array", "[]"),
        ("payload/string", r#""x""#),
        ("payload/number", "1"),
        ("payload/null", "null"),
    ] {
        list.add(id, "not an object", source, raw(text.as_bytes()), Some(("jwt.malformed", "token.payload")));
    }
    list.add(
        "payload/utf8",
        "not UTF-8",
        source,
        raw(b"{\"a\":\"\xff\"}"),
        Some(("input.encoding", "token.payload")),
    );
    let twice = Some(("json.duplicate_key", "token.payload"));
    list.add(
        "payload/twice",
        "exp is there twice",
        "RFC 7519, 4",
        raw(br#"{"exp":1,"exp":9999999999}"#),
        twice,
    );
    list.add(
        "payload/twice-nested",
        "a member twice, further in",
        "RFC 7519, 4",
        raw(br#"{"a":{"b":1,"b":2}}"#),
        twice,
    );
    list.add(
        "payload/twice-escaped",
        "a member twice, once escaped",
        "RFC 7519, 4",
        raw(br#"{"exp":1,"\u0065xp":2}"#),
        twice,
    );
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(10_000), "]".repeat(10_000));
    list.add(
        "payload/deep",
        "nested ten thousand deep",
        "RUSTSEC-2019-0025",
        raw(deep.as_bytes()),
        Some(("limit.depth", "token.payload")),
    );
    let wide = format!("{{\"a\":[{}0]}}", "0,".repeat(70_000));
    list.add(
        "payload/wide",
        "seventy thousand items",
        "RFC 8725",
        raw(wide.as_bytes()),
        Some(("limit.count", "token.payload")),
    );
}

fn times(list: &mut List) {
    let source = "RFC 7519, 2 and 4.1.4";
    let claim =
        |name: &str, value: Value| request(&sign(&header(), &with(claims(), &format!("/{name}"), value)));
    let wrong = |part| Some(("jwt.claim.type", part));
    let exp = "token.payload.exp";
    for (id, note, value) in [
        ("time/exp-string", "a number in quotes", json!("9999999999")),
        ("time/exp-fraction", "a fraction of a second", json!(1_770_000_300.5)),
        ("time/exp-bool", "a flag", json!(true)),
        ("time/exp-array", "a list", json!([NOW + 300])),
        ("time/exp-object", "an object", json!({})),
        ("time/exp-negative", "before 1970", json!(-1)),
        ("time/exp-milliseconds", "milliseconds", json!((NOW + 300) * 1000)),
        ("time/exp-two-to-64", "2^64", json!(1.844_674_407_370_955_2e19)),
    ] {
        list.add(id, note, "CVE-2026-25537", claim("exp", value), wrong(exp));
    }
    let raw = |claim: &str| {
        let mut text = with(claims(), "/exp", Value::Null).to_string();
        text.insert_str(1, &format!("{claim},"));
        request(&sign_text(header().to_string().as_bytes(), text.as_bytes(), &issuer()))
    };
    list.add("time/exp-null", "null", "CVE-2026-25537", raw(r#""exp":null"#), wrong(exp));
    list.add("time/exp-huge", "1e400", "CVE-2026-25537", raw(r#""exp":1e400"#), wrong(exp));
    list.add(
        "time/exp-huge-exponent",
        "an exponent of ten digits",
        "CVE-2026-25537",
        raw(r#""exp":1e9999999999"#),
        wrong(exp),
    );
    list.add(
        "time/exp-tiny",
        "a negative exponent",
        "CVE-2026-25537",
        raw(r#""exp":1770000300e-1000000000"#),
        wrong(exp),
    );
    list.add(
        "time/exp-double",
        "whole seconds, written as a double",
        "RFC 7519, 2",
        raw(r#""exp":1.7700003e+09"#),
        None,
    );
    list.add(
        "time/exp-point-zero",
        "whole seconds with a fraction of zero",
        "RFC 7519, 2",
        raw(r#""exp":1770000300.0"#),
        None,
    );
    list.add(
        "time/nbf-string",
        "nbf in quotes",
        "CVE-2026-25537",
        claim("nbf", json!("0")),
        wrong("token.payload.nbf"),
    );
    list.add(
        "time/iat-string",
        "iat in quotes",
        "CVE-2026-25537",
        claim("iat", json!("0")),
        wrong("token.payload.iat"),
    );
    let expired = Some(("jwt.expired", exp));
    list.add("time/expired-now", "expires this very second", source, claim("exp", json!(NOW)), expired);
    list.add("time/expires-next", "expires in a second", source, claim("exp", json!(NOW + 1)), None);
    let leeway = |request: Value| with(request, "/options/expect/leeway", json!(60));
    let times = |changes: &[(&str, i64)]| {
        let all =
            changes.iter().fold(claims(), |all, (name, time)| with(all, &format!("/{name}"), json!(time)));
        leeway(request(&sign(&header(), &all)))
    };
    list.add(
        "time/expired-leeway",
        "expired as long ago as clocks may differ",
        source,
        times(&[("iat", NOW - 100), ("nbf", NOW - 100), ("exp", NOW - 60)]),
        expired,
    );
    let backwards = Some(("jwt.times", "token.payload.exp"));
    list.add(
        "time/exp-before-iat",
        "expires before it is issued, both within the leeway",
        "RFC 7519, 4.1",
        times(&[("iat", NOW + 10), ("nbf", NOW - 20), ("exp", NOW - 5)]),
        backwards,
    );
    list.add(
        "time/exp-at-nbf",
        "valid at no time",
        "RFC 7519, 4.1",
        times(&[("nbf", NOW + 10), ("exp", NOW + 10)]),
        backwards,
    );
    list.add(
        "time/leeway-unbounded",
        "a leeway of ten years",
        "RFC 7519, 4.1.4",
        with(request(&good()), "/options/expect/leeway", json!(315_360_000)),
        Some(("misuse.options", "options.expect.leeway")),
    );
    list.add(
        "time/expired-within-leeway",
        "expired a second less",
        source,
        times(&[("iat", NOW - 100), ("nbf", NOW - 100), ("exp", NOW - 59)]),
        None,
    );
    let early = |part| Some(("jwt.not_yet_valid", part));
    list.add(
        "time/nbf-future",
        "valid from the next second on",
        "RFC 7519, 4.1.5",
        claim("nbf", json!(NOW + 1)),
        early("token.payload.nbf"),
    );
    list.add(
        "time/nbf-leeway",
        "valid from 60 seconds on, and clocks may differ by as much",
        "RFC 7519, 4.1.5",
        leeway(claim("nbf", json!(NOW + 60))),
        None,
    );
    list.add(
        "time/nbf-beyond-leeway",
        "a second more",
        "RFC 7519, 4.1.5",
        leeway(claim("nbf", json!(NOW + 61))),
        early("token.payload.nbf"),
    );
    list.add(
        "time/iat-future",
        "issued in the future",
        "RFC 7519, 4.1.6",
        claim("iat", json!(NOW + 1)),
        early("token.payload.iat"),
    );
    list.add(
        "time/no-exp",
        "does not say when it expires",
        source,
        claim("exp", Value::Null),
        Some(("jwt.claim.missing", exp)),
    );
    let no_exp = with(
        with(claim("exp", Value::Null), "/options/expect/expiry", json!("where_present")),
        "/options/expect/max_lifetime",
        json!("not_checked"),
    );
    list.add("time/no-exp-allowed", "the same, where the caller allows it", source, no_exp, None);
    list.add(
        "time/no-iat",
        "no iat, and a maximum age",
        "OIDC, missing-iat",
        claim("iat", Value::Null),
        Some(("jwt.claim.missing", "token.payload.iat")),
    );
    list.add(
        "time/too-old",
        "older than the caller allows",
        "RFC 7519, 4.1.6",
        claim("iat", json!(NOW - 61)),
        Some(("jwt.age", "token.payload.iat")),
    );
    list.add(
        "time/just-young-enough",
        "as old as the caller allows",
        "RFC 7519, 4.1.6",
        claim("iat", json!(NOW - 60)),
        None,
    );
    list.add(
        "time/too-long-lived",
        "lives longer than the caller allows",
        "security",
        claim("exp", json!(NOW - 10 + 3601)),
        Some(("jwt.lifetime", exp)),
    );
    for (id, at) in [("time/clock-1970", 0i64), ("time/clock-2106", 4_294_967_296)] {
        let expected = if at == 0 { early("token.payload.nbf") } else { expired };
        list.add(
            id,
            "a clock that is wrong by decades",
            "security",
            with(request(&good()), "/options/at", json!(at)),
            expected,
        );
    }
}

fn names(list: &mut List) {
    let claim =
        |name: &str, value: Value| request(&sign(&header(), &with(claims(), &format!("/{name}"), value)));
    let issuer = Some(("jwt.issuer", "token.payload.iss"));
    for (id, name) in [
        ("name/iss-slash", "https://issuer.example/"),
        ("name/iss-case", "https://Issuer.example"),
        ("name/iss-prefix", "https://issuer.exampl"),
        ("name/iss-suffix", "https://issuer.example.evil.example"),
        ("name/iss-userinfo", "https://issuer.example@evil.example"),
        ("name/iss-homoglyph", "https://іssuer.example"),
        ("name/iss-nul", "https://issuer.example\0"),
        ("name/iss-tenant", "https://issuer.example/tenant-b"),
        ("name/iss-space", " https://issuer.example"),
        ("name/iss-http", "http://issuer.example"),
        ("name/iss-empty", ""),
    ] {
        list.add(id, "an issuer that is nearly the one", "CVE-2024-53861", claim("iss", json!(name)), issuer);
    }
    list.add("name/iss-missing", "no issuer", "OIDC, invalid-iss", claim("iss", Value::Null), issuer);
    let wrong = |part| Some(("jwt.claim.type", part));
    list.add(
        "name/iss-array",
        "a list with the issuer in it",
        "CVE-2025-30144",
        claim("iss", json!(["https://issuer.example"])),
        wrong("token.payload.iss"),
    );
    let audience = Some(("jwt.audience", "token.payload.aud"));
    for (id, value) in [
        ("name/aud-other", json!("https://other.example")),
        ("name/aud-prefix", json!("https://me.exampl")),
        ("name/aud-longer", json!("https://me.example.evil.example")),
        ("name/aud-case", json!("https://ME.example")),
        ("name/aud-empty-list", json!([])),
        ("name/aud-list-without", json!(["a", "b"])),
        ("name/aud-missing", Value::Null),
    ] {
        list.add(
            id,
            "not for this audience",
            "CVE-2020-26160; CVE-2024-53861",
            claim("aud", value),
            audience,
        );
    }
    list.add(
        "name/aud-list",
        "for this audience and another",
        "RFC 7519, 4.1.3",
        claim("aud", json!(["x", "https://me.example"])),
        None,
    );
    for (id, value) in [
        ("name/aud-number", json!(1)),
        ("name/aud-object", json!({"https://me.example": 1})),
        ("name/aud-list-of-numbers", json!(["https://me.example", 1])),
    ] {
        list.add(
            id,
            "an audience of another type",
            "RFC 7519, 4.1.3",
            claim("aud", value),
            wrong("token.payload.aud"),
        );
    }
    let subject = Some(("jwt.subject", "token.payload.sub"));
    list.add("name/sub-other", "another subject", "RFC 7519, 4.1.2", claim("sub", json!("tdx:10")), subject);
    list.add("name/sub-missing", "no subject", "OIDC, missing-sub", claim("sub", Value::Null), subject);
    list.add(
        "name/sub-number",
        "a subject that is a number",
        "RFC 7519, 4.1.2",
        claim("sub", json!(1)),
        wrong("token.payload.sub"),
    );
    list.add(
        "name/jti-number",
        "an id that is a number",
        "RFC 7519, 4.1.7",
        claim("jti", json!(1)),
        wrong("token.payload.jti"),
    );
    let profile = Some(("jwt.profile", "token.payload.eat_profile"));
    list.add(
        "name/profile-other",
        "another profile",
        "RFC 9711, 4.3.2",
        claim("eat_profile", json!("https://issuer.example/profile/2")),
        profile,
    );
    list.add(
        "name/profile-missing",
        "no profile",
        "RFC 9711, 4.3.2",
        claim("eat_profile", Value::Null),
        profile,
    );
    let require = |name: &str| with(request(&good()), "/options/expect/required_claims", json!([name]));
    list.add(
        "name/required-missing",
        "a claim that the caller requires",
        "RFC 7519, 4",
        require("tee"),
        Some(("jwt.claim.missing", "token.payload.tee")),
    );
    list.add("name/required-there", "a claim that is there", "RFC 7519, 4", require("sub"), None);
}

fn nonces(list: &mut List) {
    let source = "RFC 9711, 4.1";
    let good = "AAAAAAAAAAAAAAAAAAAAAA";
    let claim = |value: Value| request(&sign(&header(), &with(claims(), "/eat_nonce", value)));
    let mismatch = Some(("jwt.nonce", "token.payload.eat_nonce"));
    let wrong = Some(("jwt.claim.type", "token.payload.eat_nonce"));
    list.add("nonce/other", "another nonce", source, claim(json!("BAAAAAAAAAAAAAAAAAAAAA")), mismatch);
    list.add("nonce/prefix", "the beginning of the nonce", source, claim(json!(&good[..16])), mismatch);
    list.add("nonce/longer", "the nonce and more", source, claim(json!(format!("{good}A"))), mismatch);
    list.add(
        "nonce/padded",
        "the nonce in another encoding",
        source,
        claim(json!(format!("{good}=="))),
        mismatch,
    );
    let unexpected = |value: Value| with(claim(value), "/options/expect/nonce", json!("not_checked"));
    list.add(
        "nonce/number-unexpected",
        "a number, where no nonce is expected",
        source,
        unexpected(json!(12_345_678)),
        wrong,
    );
    list.add(
        "nonce/short-unexpected",
        "seven bytes, where no nonce is expected",
        source,
        unexpected(json!("AAAAAAA")),
        wrong,
    );
    for (id, nonce) in [("nonce/expected-empty", ""), ("nonce/expected-short", "AAAAAAA")] {
        list.add(
            id,
            "the caller expects what is no challenge",
            source,
            with(claim(json!(good)), "/options/expect/nonce", json!({ "only": nonce })),
            Some(("misuse.options", "options.expect.nonce")),
        );
    }
    list.add("nonce/missing", "no nonce", source, claim(Value::Null), mismatch);
    list.add("nonce/one-in-list", "a list of this nonce alone", source, claim(json!([good])), None);
    list.add(
        "nonce/among-others",
        "this nonce and another",
        source,
        claim(json!(["othernonce", good])),
        mismatch,
    );
    let among = with(claim(json!(["othernonce", good])), "/options/expect/nonce", json!({"among": good}));
    list.add("nonce/among-others-allowed", "the same, where the caller allows it", source, among, None);
    list.add("nonce/short", "seven characters", source, claim(json!("AAAAAAA")), wrong);
    list.add("nonce/long", "89 characters", source, claim(json!("A".repeat(89))), wrong);
    list.add("nonce/number", "a number", source, claim(json!(12_345_678)), wrong);
    list.add("nonce/empty-list", "an empty list", source, claim(json!([])), wrong);
    let many: Vec<Value> = (0..100).map(|n| json!(format!("nonce-{n:03}"))).collect();
    list.add(
        "nonce/too-many",
        "a hundred nonces",
        source,
        claim(json!(many)),
        Some(("limit.count", "token.payload.eat_nonce")),
    );
    let oidc = with(with(claims(), "/eat_nonce", Value::Null), "/nonce", json!(good));
    list.add(
        "nonce/oidc",
        "in `nonce`, where there is no eat_nonce",
        "OIDC, 3.1.3.7",
        request(&sign(&header(), &oidc)),
        None,
    );
    let both = with(with(claims(), "/eat_nonce", json!("othernonce")), "/nonce", json!(good));
    list.add(
        "nonce/oidc-beside",
        "in `nonce`, and eat_nonce has another",
        source,
        request(&sign(&header(), &both)),
        mismatch,
    );
}

fn calls(list: &mut List) {
    let source = "veriquote, docs/tokens.md";
    let change = |pointer: &str, value: Value| with(request(&good()), pointer, value);
    let misuse = |part| Some(("misuse.options", part));
    list.add(
        "call/no-algorithm",
        "an empty list of algorithms",
        source,
        change("/options/expect/algorithms", json!({"one_of": []})),
        misuse("options.expect.algorithms"),
    );
    list.add(
        "call/algorithm-none",
        "the caller asks for none",
        source,
        change("/options/expect/algorithms", json!({"one_of": ["none"]})),
        misuse("options.expect.algorithms"),
    );
    list.add(
        "call/algorithm-hs256",
        "the caller asks for HS256",
        source,
        change("/options/expect/algorithms", json!({"one_of": ["HS256"]})),
        misuse("options.expect.algorithms"),
    );
    list.add(
        "call/no-key",
        "no key and no root",
        source,
        change("/jwks", Value::Null),
        misuse("options.jwks"),
    );
    let chain = Some(("jwt.key.certificate", "jwks.key.x5c"));
    let root = json!([pem("CERTIFICATE", &root_certificate().der())]);
    list.add(
        "call/uncertified-key",
        "a root is asked for, and the key has no certificate",
        source,
        change("/options/roots", root.clone()),
        chain,
    );
    let header_chain = with(change("/options/roots", root), "/jwks", Value::Null);
    list.add(
        "call/uncertified-token",
        "a root alone, and the token has no certificate",
        source,
        header_chain,
        Some(("jwt.key.certificate", "token.header.x5c")),
    );
    chains(list);
}

fn root_certificate() -> Certificate {
    Certificate::root(Key::new("token root"), NOW - 1000 * DAY, NOW + 1000 * DAY)
}

fn chains(list: &mut List) {
    let source = "RFC 7517, 4.7; RFC 5280, 6.1";
    let root = root_certificate();
    let leaf =
        |key: &Key, from: i64, until: i64| Certificate::leaf("Signer", key.clone(), &root, from, until).der();
    let fresh = |key: &Key| leaf(key, NOW - DAY, NOW + DAY);
    let chain = |certificates: &[Vec<u8>]| {
        json!(certificates.iter().map(|der| STANDARD.encode(der)).collect::<Vec<_>>())
    };
    let roots = json!([pem("CERTIFICATE", &root.der())]);
    let certified = |x5c: Value| {
        let set = json!({ "keys": [with(jwk(&issuer(), "k1"), "/x5c", x5c)] });
        with(with(request(&good()), "/jwks", set), "/options/roots", roots.clone())
    };
    let part = |code| Some((code, "jwks.key.x5c.certificate[0].validity.not_after"));
    list.add(
        "chain/key",
        "a key whose certificate ends at the root",
        source,
        certified(chain(&[fresh(&issuer())])),
        None,
    );
    list.add(
        "chain/key-with-root",
        "the same, and the root is there",
        source,
        certified(chain(&[fresh(&issuer()), root.der()])),
        None,
    );
    list.add(
        "chain/key-expired",
        "an expired certificate",
        source,
        certified(chain(&[leaf(&issuer(), NOW - 2 * DAY, NOW - DAY)])),
        part("x509.expired"),
    );
    list.add(
        "chain/key-other",
        "the certificate of another key",
        source,
        certified(chain(&[fresh(&stranger())])),
        Some(("jwt.key.certificate", "jwks.key.x5c")),
    );
    let forged = Certificate::root(Key::new("forged root"), NOW - DAY, NOW + DAY);
    let imitated = Certificate::leaf("Signer", issuer(), &forged, NOW - DAY, NOW + DAY).der();
    list.add(
        "chain/key-forged",
        "a chain to a root of the same name and another key",
        "a certificate chosen by its name",
        certified(chain(&[imitated, forged.der()])),
        Some(("x509.anchor", "jwks.key.x5c.certificate[1].issuer")),
    );
    let own = |x5c: Value| {
        let header = with(header(), "/x5c", x5c);
        let token = sign(&header, &claims());
        with(with(request(&token), "/jwks", Value::Null), "/options/roots", roots.clone())
    };
    list.add(
        "chain/token",
        "the key of the token's own certificate",
        "RFC 7515, 4.1.6",
        own(chain(&[fresh(&issuer())])),
        None,
    );
    list.add(
        "chain/token-url-alphabet",
        "x5c in base64url",
        "Trustee's tokens",
        own(json!([b64(&fresh(&issuer()))])),
        None,
    );
    list.add(
        "chain/token-no-base64",
        "x5c that is neither",
        source,
        own(json!([format!("{}=", b64(&fresh(&issuer())))])),
        Some(("input.encoding", "token.header.x5c")),
    );
    list.add(
        "chain/token-other",
        "a good certificate of another key",
        "RFC 7515, 4.1.6",
        own(chain(&[fresh(&stranger())])),
        Some(("jwt.signature", "token.signature")),
    );
    list.add(
        "chain/token-nine",
        "nine certificates",
        source,
        own(chain(&vec![fresh(&issuer()); 9])),
        Some(("limit.count", "token.header.x5c")),
    );
    signers(list, &root, &own, &certified);
    algorithms_of_header_keys(list, &root);
    let jwk_header = |key: Value| {
        let token = sign(&with(header(), "/jwk", key), &claims());
        with(with(request(&token), "/jwks", Value::Null), "/options/roots", roots.clone())
    };
    let in_jwk = |key: &Key| with(jwk(key, "k1"), "/x5c", chain(&[fresh(&issuer())]));
    list.add(
        "chain/token-jwk",
        "the certificate inside the header's jwk",
        "Trustee's tokens",
        jwk_header(in_jwk(&issuer())),
        None,
    );
    list.add(
        "chain/token-jwk-other",
        "a jwk that is not the certificate's key",
        "Trustee's tokens",
        jwk_header(in_jwk(&stranger())),
        Some(("jwt.key.certificate", "token.header.jwk.x5c")),
    );
    list.add(
        "chain/token-jwk-bare",
        "a jwk without a certificate",
        "CVE-2018-0114",
        jwk_header(jwk(&issuer(), "k1")),
        Some(("jwt.key.certificate", "token.header.x5c")),
    );
    list.add(
        "chain/token-jwk-alg",
        "a jwk for another curve's algorithm",
        "RFC 8725, 3.1",
        jwk_header(with(in_jwk(&issuer()), "/alg", json!("ES384"))),
        Some(("jwt.key.invalid", "token.header.jwk.alg")),
    );
    list.add(
        "chain/token-jwk-x5t",
        "a jwk with the thumbprint of another certificate",
        "RFC 7517, 4.9",
        jwk_header(with(in_jwk(&issuer()), "/x5t#S256", json!(b64(&[0; 32])))),
        Some(("jwt.key.certificate", "token.header.jwk.x5t#S256")),
    );
}

/// An RSA key in the header, certified: its `alg` binds it to nothing, and never speaks for the caller.
fn algorithms_of_header_keys(list: &mut List, root: &Certificate) {
    let mut leaf = Certificate::leaf("Signer", issuer(), root, NOW - DAY, NOW + DAY);
    leaf.spki = Some(RsaKey::First.spki());
    let key = json!({
        "kty": "RSA", "n": b64(&RsaKey::First.modulus()), "e": "AQAB", "x5c": [STANDARD.encode(leaf.der())],
    });
    let token = |alg: &str, of_key: Value| {
        let header = with(with(header(), "/alg", json!(alg)), "/jwk", with(key.clone(), "/alg", of_key));
        let input =
            format!("{}.{}", b64(header.to_string().as_bytes()), b64(claims().to_string().as_bytes()));
        let signature = match alg {
            "RS256" => RsaKey::First.rsassa(PcrHash::Sha256, input.as_bytes()),
            _ => RsaKey::First.pss(PcrHash::Sha256, 32, input.as_bytes()),
        };
        let token = request(&format!("{input}.{}", b64(&signature)));
        let roots = json!([pem("CERTIFICATE", &root.der())]);
        with(with(token, "/jwks", Value::Null), "/options/roots", roots)
    };
    let accepting = |token: Value, algorithms: Value| with(token, "/options/expect/algorithms", algorithms);
    list.add(
        "chain/token-marked",
        "a certified key of the flawed generator",
        "CVE-2017-15361",
        {
            let mut flawed = leaf.clone();
            let mut spki = RsaKey::First.spki();
            let modulus = RsaKey::First.modulus();
            let at = spki.windows(256).position(|part| part == modulus).expect("the modulus");
            spki[at..at + 256].copy_from_slice(&veriquote_forge::tpm::roca_modulus());
            flawed.spki = Some(spki);
            let header =
                with(with(header(), "/alg", json!("RS256")), "/x5c", json!([STANDARD.encode(flawed.der())]));
            let token = with(request(&sign(&header, &claims())), "/jwks", Value::Null);
            let token = with(token, "/options/roots", json!([pem("CERTIFICATE", &root.der())]));
            accepting(token, json!({ "one_of": ["RS256"] }))
        },
        Some(("jwt.key.invalid", "token.header.x5c.certificate[0].subject_public_key_info")),
    );
    let (source, both) = ("RFC 8725, 3.1", json!({ "one_of": ["RS256", "PS256"] }));
    let cases = [
        ("chain/token-jwk-rsa", "the algorithm of the token, accepted", "RS256", "RS256", both.clone(), None),
        (
            "chain/token-jwk-alg-other",
            "a jwk for another padding than the token's",
            "PS256",
            "RS256",
            both,
            Some(("jwt.key.algorithm", "token.header.jwk.alg")),
        ),
        (
            "chain/token-jwk-alg-not-accepted",
            "an algorithm that the jwk has and the caller does not accept",
            "RS256",
            "RS256",
            json!({ "one_of": ["PS256"] }),
            Some(("jwt.algorithm.refused", "token.header.alg")),
        ),
        (
            "chain/token-jwk-alg-of-key",
            "a caller who accepts what the key is bound to: the header's jwk binds it to nothing",
            "RS256",
            "RS256",
            json!("of_key"),
            Some(("jwt.algorithm.refused", "token.header.alg")),
        ),
    ];
    for (id, note, alg, of_key, accepted, expected) in cases {
        list.add(id, note, source, accepting(token(alg, json!(of_key)), accepted), expected);
    }
}

/// Of all that a root certifies, one signs the issuer's tokens.
fn signers(
    list: &mut List,
    root: &Certificate,
    own: &dyn Fn(Value) -> Value,
    certified: &dyn Fn(Value) -> Value,
) {
    let source = "RFC 5280, 4.2.1.3 and 4.2.1.12";
    let good = || Certificate::leaf("Signer", issuer(), root, NOW - DAY, NOW + DAY);
    let list_of = |certificate: &Certificate| json!([STANDARD.encode(certificate.der())]);
    let expecting = |request: Value, subject: Value, spki: Value, purposes: Value| {
        let expected = json!({ "subject": subject, "spki_sha256": spki, "purposes": purposes });
        with(request, "/options/expect/certificate", expected)
    };
    let any = || json!("not_checked");
    // id-kp-serverAuth, in an extension that is not critical: most certificates of web servers.
    let mut server = good();
    server.put(Extension::new("2.5.29.37", false, tlv(0x30, &oid("1.3.6.1.5.5.7.3.1"))));
    let purpose = |place| Some(("x509.extension", place));
    let mut sealed = good();
    sealed.put(Extension::key_usage(2, 0x04));
    let cases: [(_, _, Value, Answer); 12] = [
        (
            "chain/token-purpose",
            "a server's certificate of the same authority",
            own(list_of(&server)),
            purpose("token.header.x5c.certificate[0].extensions.extended_key_usage"),
        ),
        (
            "chain/key-purpose",
            "the same in the key set",
            certified(list_of(&server)),
            purpose("jwks.key.x5c.certificate[0].extensions.extended_key_usage"),
        ),
        (
            "chain/token-purpose-other",
            "another purpose is accepted",
            expecting(own(list_of(&server)), any(), any(), json!(["1.3.6.1.5.5.7.3.3"])),
            purpose("token.header.x5c.certificate[0].extensions.extended_key_usage"),
        ),
        (
            "chain/token-purpose-accepted",
            "the purpose is accepted",
            expecting(own(list_of(&server)), any(), any(), json!(["1.3.6.1.5.5.7.3.1"])),
            None,
        ),
        (
            "chain/token-usage",
            "a certificate whose key may sign certificates and no data",
            own(list_of(&sealed)),
            purpose("token.header.x5c.certificate[0].extensions.key_usage"),
        ),
        (
            "chain/key-usage",
            "the same in the key set",
            certified(list_of(&sealed)),
            purpose("jwks.key.x5c.certificate[0].extensions.key_usage"),
        ),
        (
            "chain/token-signer",
            "the expected signer",
            expecting(
                own(list_of(&good())),
                json!({ "is": "Signer" }),
                json!({ "is": hex(&sha256(&[&issuer().spki()])) }),
                json!([]),
            ),
            None,
        ),
        (
            "chain/token-signer-other",
            "another subscriber of the same authority",
            expecting(own(list_of(&good())), json!({ "is": "Signe" }), any(), json!([])),
            Some(("jwt.key.certificate", "token.header.x5c.certificate[0].subject")),
        ),
        (
            "chain/key-signer-other",
            "another subscriber of the same authority, in the key set",
            expecting(certified(list_of(&good())), json!({ "is": "Signe" }), any(), json!([])),
            Some(("jwt.key.certificate", "jwks.key.x5c.certificate[0].subject")),
        ),
        (
            "chain/token-signer-key",
            "another key is pinned",
            expecting(own(list_of(&good())), any(), json!({ "is": "00".repeat(32) }), json!([])),
            Some(("jwt.key.certificate", "token.header.x5c.certificate[0].subject_public_key_info")),
        ),
        (
            "chain/signer-without-roots",
            "a signer is expected where nothing certifies the key",
            expecting(super::maker::request(&self::good()), json!({ "is": "Signer" }), any(), json!([])),
            Some(("jwt.key.certificate", "jwks.key")),
        ),
        (
            "chain/signer-pin-short",
            "a pin that is no digest",
            expecting(own(list_of(&good())), any(), json!({ "is": "00" }), json!([])),
            Some(("misuse.options", "options.expect.certificate.spki_sha256")),
        ),
    ];
    for (id, note, request, expected) in cases {
        list.add(id, note, source, request, expected);
    }
    thumbprints(list, &good().der(), own, certified);
}

fn thumbprints(
    list: &mut List,
    der: &[u8],
    own: &dyn Fn(Value) -> Value,
    certified: &dyn Fn(Value) -> Value,
) {
    let source = "RFC 7515, 4.1.7 and 4.1.8; RFC 7517, 4.7";
    let x5c = || json!([STANDARD.encode(der)]);
    let right = b64(&sha256(&[der]));
    let wrong = b64(&[0; 32]);
    let again = |request: Value, header: Value| with(request, "/token", json!(sign(&header, &claims())));
    let in_header = |member: &str, value: &str| {
        again(own(x5c()), with(with(header(), "/x5c", x5c()), &format!("/{member}"), json!(value)))
    };
    let at = |part| Some(("jwt.key.certificate", part));
    let of_key =
        |member: &str, value: &str| with(certified(x5c()), &format!("/jwks/keys/0/{member}"), json!(value));
    for (id, note, request, expected) in [
        ("chain/token-x5t", "the right thumbprint", in_header("x5t#S256", &right), None),
        (
            "chain/token-x5t-other",
            "the thumbprint of another certificate",
            in_header("x5t#S256", &wrong),
            at("token.header.x5t#S256"),
        ),
        (
            "chain/token-x5t-sha1-other",
            "the same with SHA-1",
            in_header("x5t", &b64(&[0; 20])),
            at("token.header.x5t"),
        ),
        ("chain/key-x5t", "a key with the right thumbprint", of_key("x5t#S256", &right), None),
        (
            "chain/key-x5t-other",
            "a key with the thumbprint of another certificate",
            of_key("x5t#S256", &wrong),
            at("jwks.key.x5t#S256"),
        ),
        (
            "chain/key-header-x5t-other",
            "a token that names another certificate than the chosen key's",
            again(certified(x5c()), with(header(), "/x5t#S256", json!(wrong))),
            at("token.header.x5t#S256"),
        ),
        (
            "chain/key-header-x5t-alone",
            "a thumbprint, and a key without a certificate: nothing to hold it against, and the ledger says so",
            super::maker::request(&sign(&with(header(), "/x5t#S256", json!(wrong)), &claims())),
            None,
        ),
        (
            "chain/key-other-vouched-for",
            "a key whose first certificate is another key's, and no roots",
            with(certified(json!([STANDARD.encode(other())])), "/options/roots", json!([])),
            at("jwks.key.x5c"),
        ),
    ] {
        list.add(id, note, source, request, expected);
    }
}

/// A certificate of somebody else's key.
fn other() -> Vec<u8> {
    Certificate::leaf("Signer", stranger(), &root_certificate(), NOW - DAY, NOW + DAY).der()
}
