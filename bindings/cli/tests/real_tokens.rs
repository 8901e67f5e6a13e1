//! Every real token of the vectors folder, at its time and with the key that it has there, through the core, the
//! facade and the program; and what it binds, computed again.

mod support;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::{Value, json};
use support::{Folder, text, veriquote};
use veriquote::binding::{Mode, Nonce};
use veriquote::bytes::{from_hex, to_hex};
use veriquote::crypto::RustCrypto;
use veriquote::encoding::decode_binary_or_text;
use veriquote::jwt::{Algorithms, Expectations, Expiry, KeySet, verify};
use veriquote::{TrustAnchors, UnixTime};
use veriquote_aws_lc::AwsLc;
use veriquote_facade::{binding_json, verify_token_json};

/// Where the key of a token is found.
#[derive(Clone, Copy, Debug)]
enum Key {
    /// The first of this file, by the name that it has there.
    Set(&'static str),
    /// The first of this file, for whose name the caller vouches.
    Nameless(&'static str),
    /// The caller once saw it in the token's header (`header`) or claims (`payload`).
    Pinned(&'static str),
    /// The token's own certificates end at this root.
    Root(&'static str),
}

use Key::{Nameless, Pinned, Root, Set};

/// What the report data of a token bind.
#[derive(Clone, Copy, Debug)]
enum Bound {
    /// Runtime data of Trustee: SHA-384 of canonical JSON.
    Structured,
    /// Nonce and held data of Intel Trust Authority.
    TrustAuthority,
    /// These bytes.
    Raw(&'static str),
    /// No report data, or data that the token does not hold.
    Nothing,
}

use Bound::{Nothing, Raw, Structured, TrustAuthority};

/// Name, key, algorithm, what the facade says of the claims (nothing: accepted), what is bound.
type Row = (&'static str, Key, &'static str, Option<&'static str>, Bound);

const ITA: &str = "ita-java-validJwks.json";
const VERAISON: &str = "veraison-ear-test-keys.json";
const NVIDIA: &str = "nvidia-hopperClaimsv3-jwks.recovered.json";

const VERIFIED: [Row; 21] = [
    ("maa-azurevm-snp-2023-03-30.jwt", Set("maa-sharedweu-jwks.json"), "RS256", None, Nothing),
    ("ita-sgx-java-0.jwt", Set(ITA), "PS384", None, TrustAuthority),
    ("ita-kbs-0.jwt", Nameless(ITA), "PS384", None, TrustAuthority),
    ("ita-kbsapi-1.jwt", Nameless(ITA), "PS384", None, TrustAuthority),
    ("coco-ear-tdx.jwt", Pinned("header"), "ES256", None, Structured),
    ("coco-ear-tdx.jwt", Root("tng-as-ca/ear.as-ca.pem"), "ES256", None, Structured),
    ("coco-simple-tdx.jwt", Pinned("header"), "RS384", None, Structured),
    ("coco-simple-tdx.jwt", Root("tng-as-ca/simple.as-ca.pem"), "RS384", None, Structured),
    ("coco-legacy-simple-sgx-2023.jwt", Pinned("payload"), "RS384", None, Raw("test")),
    ("veraison-psa-ear-2024.jwt", Set("veraison-psa-ear-2024.jwk.json"), "ES256", None, Nothing),
    ("veraison-ear-test-0.jwt", Set(VERAISON), "ES256", None, Nothing),
    ("veraison-ear-test-2.jwt", Set(VERAISON), "ES256", None, Nothing),
    ("veraison-ear-test-3.jwt", Set(VERAISON), "ES256", None, Nothing),
    ("veraison-ear-test-4.jwt", Set(VERAISON), "ES256", None, Nothing),
    ("veraison-ear-test-5.jwt", Pinned("header"), "ES256", None, Nothing),
    ("veraison-ear-test-6.jwt", Pinned("header"), "ES256", None, Nothing),
    ("rust-ear-test-0.jwt", Set(VERAISON), "ES256", None, Nothing),
    // The overall token of a bundle says nothing alone; a submodule's is a token like any other.
    ("nvidia-hopperClaimsv3-0.jwt", Set(NVIDIA), "ES384", Some("token.submodule"), Nothing),
    ("nvidia-hopperClaimsv3-1.jwt", Set(NVIDIA), "ES384", None, Nothing),
    ("nvidia-hopperClaimsv3_detached_eat.json", Set(NVIDIA), "ES384", None, Nothing),
    // Under the key of a later set, and not of that name.
    ("ita-kbs-0.jwt", Set(ITA), "PS384", Some("jwt.key.unknown"), Nothing),
];

/// Tokens that nobody can verify here, and why.
const UNVERIFIED: [(&str, &str); 3] = [
    ("aliyun-tdx-doc-2025-03-26.jwt", "the service's key is not published with the sample"),
    ("google-cs-lookalike-2023.jwt", "the key of a test issuer that is gone"),
    ("veraison-ear-test-1.jwt", "HS256: refused, see below"),
];

struct Tokens(PathBuf);

impl Tokens {
    /// The folder, or a word on standard error that there is none and nothing was tested.
    fn find() -> Option<Self> {
        veriquote_recorded::recorded("tokens").map(Self)
    }

    fn text(&self, name: &str) -> String {
        let path = self.0.join(name);
        std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// What `inspect` shows of a file.
    fn inspected(&self, name: &str) -> Value {
        let run = veriquote(["inspect", text(&self.0.join(name)), "--json"]);
        assert_eq!(run.code, 0, "{name}: {run:?}");
        let shown: Value = serde_json::from_str(&run.stdout).expect("JSON");
        assert_eq!(shown["authenticated"], false, "{name}");
        shown
    }
}

/// The first of the keys of a document, whatever its form, without its private half.
fn first_key(document: &str) -> Value {
    let mut values = serde_json::Deserializer::from_str(document).into_iter::<Value>();
    let document = values.next().expect("a value").expect("JSON");
    let keys = document.get("keys").unwrap_or(&document);
    let mut key = keys.get(0).unwrap_or(keys).clone();
    key.as_object_mut().expect("a key").remove("d");
    key
}

/// A second after it was issued; where it does not say, two before it expires.
fn time(claims: &Value) -> i64 {
    let number = |name: &str| claims[name].as_f64().map(|seconds| seconds as i64);
    1 + number("nbf").max(number("iat")).or(number("exp").map(|exp| exp - 2)).unwrap_or(0)
}

/// One row with everything that verifies it.
struct Case {
    token: String,
    jwks: Option<Value>,
    roots: Vec<String>,
    algorithm: &'static str,
    at: i64,
    claims: Value,
    appraisal: Value,
}

impl Case {
    fn of(tokens: &Tokens, (name, key, algorithm, ..): Row) -> Self {
        let shown = tokens.inspected(name);
        let bundle = shown["kind"] == "token_bundle";
        let parts = if bundle { &shown["overall"] } else { &shown };
        let (jwks, roots) = match key {
            Set(file) => (Some(first_key(&tokens.text(file))), Vec::new()),
            Nameless(file) => {
                let mut key = first_key(&tokens.text(file));
                key.as_object_mut().expect("a key").remove("kid");
                (Some(key), Vec::new())
            }
            Pinned(part) => (Some(parts[part]["jwk"].clone()), Vec::new()),
            Root(file) => (None, vec![tokens.text(file)]),
        };
        Self {
            token: tokens.text(name).trim().to_owned(),
            jwks,
            roots,
            algorithm,
            at: time(&parts["payload"]),
            claims: parts["payload"].clone(),
            appraisal: shown["unauthenticated_appraisal"].clone(),
        }
    }

    /// The code of the refusal by the core, which knows bundles by another name.
    fn core(&self) -> Option<String> {
        let provider = Arc::new(AwsLc);
        let keys = match (&self.jwks, self.roots.first()) {
            (Some(jwks), _) => KeySet::parse(jwks.to_string().as_bytes(), provider).expect("keys"),
            (None, root) => {
                let anchors = TrustAnchors::from_certificates(root.expect("a root").as_bytes());
                KeySet::certified_by(anchors.expect("a root"), provider)
            }
        };
        let expectations = Expectations {
            expiry: Expiry::WherePresent,
            ..Expectations::signature_only(Algorithms::from_names([self.algorithm]).expect("a name"))
        };
        let verified = verify(self.token.as_bytes(), &keys, &expectations, UnixTime(self.at));
        match verified {
            Ok(token) => {
                let claims: Value = serde_json::from_slice(token.claims_json()).expect("JSON");
                assert_eq!(claims, self.claims);
                None
            }
            Err(failure) => Some(failure.error.code().as_str().to_owned()),
        }
    }

    fn facade(&self) -> Value {
        let any = json!("not_checked");
        let mut request = json!({
            "jwks": self.jwks,
            "options": { "at": self.at, "roots": self.roots, "expect": {
                "algorithms": { "one_of": [self.algorithm] }, "typ": any, "issuer": any, "audience": any,
                "subject": any, "nonce": any, "profile": any, "expiry": "where_present", "max_age": any,
                "max_lifetime": any, "leeway": 0, "required_claims": [],
            } },
        });
        if self.token.starts_with('[') {
            request["bundle"] = serde_json::from_str(&self.token).expect("JSON");
        } else {
            request["token"] = json!(self.token);
        }
        serde_json::from_str(&verify_token_json(Arc::new(RustCrypto), &request.to_string())).expect("JSON")
    }

    fn program(&self) -> (i32, Value) {
        let folder = Folder::new();
        let (token, at) = (folder.file("token", &self.token), self.at.to_string());
        let mut args = vec!["verify", "token", "--token", text(&token), "--alg", self.algorithm, "--at", &at];
        args.extend(["--allow-no-expiry", "--json"]);
        let jwks = self.jwks.as_ref().map(|jwks| folder.file("jwks.json", jwks.to_string()));
        let roots: Vec<PathBuf> = self.roots.iter().map(|root| folder.file("root.pem", root)).collect();
        jwks.iter().for_each(|path| args.extend(["--jwks", text(path)]));
        roots.iter().for_each(|path| args.extend(["--root", text(path)]));
        let run = veriquote(args);
        (run.code, serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {run:?}")))
    }
}

#[test]
fn each_verifies_with_its_key_at_its_time() {
    let Some(tokens) = Tokens::find() else { return };
    for row in VERIFIED {
        let (name, key, _, code, _) = row;
        let case = Case::of(&tokens, row);
        let authentic = !code.is_some_and(|code| code.starts_with("jwt."));
        if !name.ends_with(".json") {
            assert_eq!(case.core().as_deref(), code.filter(|_| !authentic), "{name} {key:?}");
        }
        let facade = case.facade();
        let (exit, program) = case.program();
        for answer in [&facade, &program] {
            assert_eq!(answer["error"]["code"].as_str(), code, "{name} {key:?}: {}", answer["error"]);
            let verdict = (answer["verified"] == true, answer["accepted"] == true);
            assert_eq!(verdict, (authentic, code.is_none()), "{name} {key:?}");
            if authentic {
                assert_eq!(answer["claims"]["payload"], case.claims, "{name}");
            }
        }
        let expected = match code {
            None => 0,
            Some(_) if authentic => 3,
            Some(_) => 1,
        };
        assert_eq!(exit, expected, "{name} {key:?}");
        // A day on, every token that expires has expired.
        if authentic && case.claims["exp"].is_number() {
            let late = Case { at: case.at + 86_400, ..case };
            assert_eq!(late.facade()["error"]["kind"], "stale", "{name}");
        }
    }
}

#[test]
fn what_they_bind_is_computed_again() {
    let Some(tokens) = Tokens::find() else { return };
    let mut bound = 0;
    for row in VERIFIED {
        let (name, .., binding) = row;
        let case = Case::of(&tokens, row);
        let base64 = |value: &Value| {
            let text = value.as_str().expect("base64").as_bytes();
            decode_binary_or_text(text).expect("base64").into_owned()
        };
        let environment = &case.appraisal["environments"][0];
        let (mode, data, nonce) = match binding {
            Nothing => continue,
            Structured => {
                let data = environment["runtime_data"].as_str().expect("runtime data").as_bytes().to_vec();
                (Mode::Sha384JcsPad64, data, None)
            }
            Raw(text) => (Mode::RawPad64, text.as_bytes().to_vec(), None),
            TrustAuthority => {
                let nonce = &case.claims["verifier_nonce"];
                let nonce = (base64(&nonce["val"]), base64(&nonce["iat"]));
                (Mode::ItaSha256First32, base64(&case.claims["attester_held_data"]), Some(nonce))
            }
        };
        let report_data = environment["report_data"].as_str().expect("report data");
        let field = from_hex(report_data.as_bytes()).expect("hex");
        let given = nonce.as_ref().map(|(value, issued_at)| Nonce { value, issued_at });
        mode.verify(&field, &data, given, &RustCrypto).unwrap_or_else(|error| panic!("{name}: {error}"));

        let mut request = json!({ "report_data": report_data, "data": to_hex(&data) });
        let folder = Folder::new();
        let data = folder.file("data", &data);
        let mut args =
            vec!["binding", "detect", "--report-data", report_data, "--data", text(&data), "--json"];
        let mut files = Vec::new();
        if let Some((value, issued_at)) = &nonce {
            request["nonce_value"] = to_hex(value).into();
            request["nonce_issued_at"] = to_hex(issued_at).into();
            files = vec![folder.file("value", value), folder.file("issued-at", issued_at)];
        }
        for (flag, path) in ["--nonce-value", "--nonce-iat"].into_iter().zip(&files) {
            args.extend([flag, text(path)]);
        }
        let facade: Value =
            serde_json::from_str(&binding_json(&RustCrypto, &request.to_string())).expect("JSON");
        let run = veriquote(args);
        let program: Value = serde_json::from_str(&run.stdout).expect("JSON");
        for answer in [facade, program] {
            assert_eq!(answer["bound"], true, "{name}: {answer}");
            // Data that are canonical as they stand are bound by two modes.
            let found = answer["detections"].as_array().expect("a list");
            assert!(
                found.iter().any(|it| it["mode"] == mode.as_str() && it["exact"] == true),
                "{name}: {answer}"
            );
        }
        assert_eq!(run.code, 0, "{name}");
        bound += 1;
    }
    assert_eq!(bound, 8);
}

/// None of the folder is left out, here or of the folder's own list.
#[test]
fn every_token_has_its_line() {
    let Some(tokens) = Tokens::find() else { return };
    let manifest: Value = serde_json::from_str(&tokens.text("MANIFEST.json")).expect("JSON");
    let listed = manifest.as_array().expect("a list").iter().map(|entry| {
        let name = entry["file"].as_str().expect("a name").to_owned();
        (name, entry["signature_verified"] == true)
    });
    let listed: BTreeSet<(String, bool)> = listed.filter(|(name, _)| name.ends_with(".jwt")).collect();
    let there = std::fs::read_dir(&tokens.0).expect("a folder").map(|entry| entry.expect("an entry"));
    let there = there.map(|entry| entry.file_name().into_string().expect("UTF-8"));
    let there: BTreeSet<String> = there.filter(|name| name.ends_with(".jwt")).collect();
    assert_eq!(listed.iter().map(|(name, _)| name.clone()).collect::<BTreeSet<_>>(), there);
    for (name, verified) in listed {
        let has_line = VERIFIED.iter().any(|row| row.0 == name);
        let has_reason = UNVERIFIED.iter().any(|(unverified, _)| *unverified == name);
        assert_eq!((has_line, has_reason), (verified, !verified), "{name}");
    }
    for (name, _) in UNVERIFIED {
        assert_eq!(tokens.inspected(name)["kind"], "token", "{name}");
    }
    let symmetric = ("veraison-ear-test-1.jwt", Set(VERAISON), "ES256", None, Nothing);
    assert_eq!(Case::of(&tokens, symmetric).facade()["error"]["code"], "jwt.algorithm");
}
