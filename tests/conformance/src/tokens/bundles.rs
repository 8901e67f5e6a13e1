//! Detached bundles of NVIDIA's service: an overall token, and the submodules' tokens whose digests it signs.

use serde_json::{Value, json};
use veriquote_forge::{Key, hex, sha256};

use super::maker::{NOW, TokenCase, header, issuer, request, sign, sign_text, stranger, with};

type Answer = Option<(&'static str, &'static str)>;

const SOURCE: &str = "RFC 9711, 4.2.18.2";

/// A bundle whose parts can be replaced.
struct Bundle {
    overall: Value,
    /// Name and token.
    submodules: Vec<(&'static str, String)>,
    /// Names and tokens of which the overall token signs the digests.
    announced: Vec<(&'static str, String)>,
    key: Key,
}

impl Bundle {
    /// Of two GPUs.
    fn good() -> Self {
        let tokens = vec![("GPU-0", gpu("a", &json!({}))), ("GPU-1", gpu("b", &json!({})))];
        let overall = json!({
            "iss": "https://issuer.example", "aud": "https://me.example", "sub": "tdx:1",
            "iat": NOW - 10, "nbf": NOW - 10, "exp": NOW + 300, "jti": "overall",
            "eat_nonce": "AAAAAAAAAAAAAAAAAAAAAA", "eat_profile": "https://issuer.example/profile/1",
            "x-nvidia-ver": "3.0", "x-nvidia-overall-att-result": true,
        });
        Self { overall, submodules: tokens.clone(), announced: tokens, key: issuer() }
    }

    /// The second GPU's token is this one, and its digest is signed.
    fn second(token: String) -> Self {
        let mut bundle = Self::good();
        bundle.submodules[1].1.clone_from(&token);
        bundle.announced[1].1 = token;
        bundle
    }

    fn claim(mut self, name: &str, value: Value) -> Self {
        self.overall = with(self.overall, &format!("/{name}"), value);
        self
    }

    fn request(self) -> Value {
        let digest = |token: &str| json!(["DIGEST", ["SHA-256", hex(&sha256(&[token.as_bytes()]))]]);
        let submods: serde_json::Map<String, Value> =
            self.announced.iter().map(|(name, token)| ((*name).to_owned(), digest(token))).collect();
        let overall = with(self.overall, "/submods", Value::Object(submods));
        let overall = sign_text(header().to_string().as_bytes(), overall.to_string().as_bytes(), &self.key);
        let submodules: serde_json::Map<String, Value> =
            self.submodules.into_iter().map(|(name, token)| (name.to_owned(), token.into())).collect();
        with(with(request(""), "/token", Value::Null), "/bundle", json!([["JWT", overall], submodules]))
    }
}

fn gpu_claims(id: &str, more: &Value) -> Value {
    let mut claims = json!({
        "iss": "https://issuer.example", "aud": "https://me.example",
        "iat": NOW - 10, "nbf": NOW - 10, "exp": NOW + 200, "jti": id,
        "eat_nonce": "AAAAAAAAAAAAAAAAAAAAAA", "eat_profile": "https://issuer.example/profile/1",
        "measres": "success", "dbgstat": "disabled", "secboot": true, "hwmodel": "GH100 A01 GSP BROM",
        "x-nvidia-gpu-attestation-report-nonce-match": true, "x-nvidia-error-details": null,
    });
    for (name, value) in more.as_object().expect("an object") {
        claims = with(claims, &format!("/{name}"), value.clone());
    }
    claims
}

fn gpu(id: &str, more: &Value) -> String {
    sign(&header(), &gpu_claims(id, more))
}

fn case(id: &'static str, note: &'static str, request: Value, expected: Answer) -> TokenCase {
    TokenCase { id, note, source: SOURCE, request, expected }
}

/// The cases.
pub(super) fn all() -> Vec<TokenCase> {
    let mut list = parts();
    list.extend(submodules());
    list.extend(results());
    list.extend(calls());
    list
}

/// What belongs together.
fn parts() -> Vec<TokenCase> {
    let submodule = |name| Some(("token.submodule", name));
    let mut list = vec![case("bundle/valid", "two GPUs, everything checked", Bundle::good().request(), None)];
    let mut spliced = Bundle::good();
    spliced.submodules[1].1 = gpu("of another day", &json!({}));
    list.push(case(
        "bundle/spliced",
        "a token of the same issuer, but not the one whose digest is signed",
        spliced.request(),
        submodule("claims.submods.GPU-1"),
    ));
    let mut swapped = Bundle::good();
    let (one, other) = (swapped.submodules[0].1.clone(), swapped.submodules[1].1.clone());
    swapped.submodules = vec![("GPU-0", other), ("GPU-1", one)];
    list.push(case(
        "bundle/swapped",
        "two submodules' tokens under each other's name",
        swapped.request(),
        submodule("claims.submods.GPU-0"),
    ));
    let mut missing = Bundle::good();
    missing.submodules.pop();
    list.push(case(
        "bundle/missing",
        "announced and not given",
        missing.request(),
        submodule("claims.submods.GPU-1"),
    ));
    let mut extra = Bundle::good();
    extra.submodules.push(("GPU-2", gpu("c", &json!({}))));
    list.push(case(
        "bundle/extra",
        "given and not announced",
        extra.request(),
        submodule("claims.submods.GPU-2"),
    ));
    let mut alone = Bundle::good().request();
    let overall = alone["bundle"][0][1].take();
    list.push(case(
        "bundle/overall-alone",
        "the overall token as if it were the whole",
        with(with(alone, "/bundle", Value::Null), "/token", overall),
        submodule("claims.submods.GPU-0"),
    ));
    list
}

/// What is wrong with one token.
fn submodules() -> Vec<TokenCase> {
    let with_second = |more: Value| Bundle::second(gpu("b", &more)).request();
    let forged = sign_text(
        header().to_string().as_bytes(),
        gpu_claims("b", &json!({})).to_string().as_bytes(),
        &stranger(),
    );
    let mut of_stranger = Bundle::good();
    of_stranger.key = stranger();
    vec![
        case(
            "bundle/submodule-forged",
            "a submodule's token that a stranger signed, with its digest",
            Bundle::second(forged).request(),
            Some(("jwt.signature", "GPU-1.token.signature")),
        ),
        case(
            "bundle/overall-forged",
            "an overall token that a stranger signed, over good tokens",
            of_stranger.request(),
            Some(("jwt.signature", "overall.token.signature")),
        ),
        case(
            "bundle/submodule-expired",
            "a submodule whose token has expired while the overall one has not",
            with_second(json!({ "exp": NOW - 1 })),
            Some(("jwt.expired", "GPU-1.token.payload.exp")),
        ),
        case(
            "bundle/submodule-early",
            "a submodule whose token is not valid yet",
            with_second(json!({ "nbf": NOW + 1 })),
            Some(("jwt.not_yet_valid", "GPU-1.token.payload.nbf")),
        ),
        case(
            "bundle/submodule-without-exp",
            "a submodule whose token never expires",
            with_second(json!({ "exp": null })),
            Some(("jwt.claim.missing", "GPU-1.token.payload.exp")),
        ),
        case(
            "bundle/submodule-old",
            "a submodule whose token is older than the caller allows",
            with_second(json!({ "iat": NOW - 61 })),
            Some(("jwt.age", "GPU-1.token.payload.iat")),
        ),
        case(
            "bundle/submodule-issuer",
            "a submodule's token of another issuer",
            with_second(json!({ "iss": "https://other.example" })),
            Some(("jwt.issuer", "GPU-1.token.payload.iss")),
        ),
        case(
            "bundle/submodule-audience",
            "a submodule's token for another audience",
            with_second(json!({ "aud": "https://other.example" })),
            Some(("jwt.audience", "GPU-1.token.payload.aud")),
        ),
        case(
            "bundle/submodule-nonce",
            "a submodule that answers another challenge",
            with_second(json!({ "eat_nonce": "BBBBBBBBBBBBBBBBBBBBBB" })),
            Some(("token.contradiction", "claims.submods.GPU-1.eat_nonce")),
        ),
        case(
            "bundle/overall-nonce",
            "an overall token that answers another challenge",
            Bundle::good().claim("eat_nonce", json!("BBBBBBBBBBBBBBBBBBBBBB")).request(),
            Some(("jwt.nonce", "overall.token.payload.eat_nonce")),
        ),
    ]
}

/// A signed failure is a failure.
fn results() -> Vec<TokenCase> {
    let with_second = |more: Value| Bundle::second(gpu("b", &more)).request();
    vec![
        case(
            "bundle/failed",
            "the overall result is false",
            Bundle::good().claim("x-nvidia-overall-att-result", json!(false)).request(),
            Some(("token.failed", "claims.x-nvidia-overall-att-result")),
        ),
        case(
            "bundle/submodule-failed",
            "one submodule's result is not success, and the overall one is",
            with_second(json!({ "measres": "fail" })),
            Some(("token.failed", "claims.submods.GPU-1.measres")),
        ),
        case(
            "bundle/submodule-check-failed",
            "one of a submodule's checks is false under good results",
            with_second(json!({ "x-nvidia-gpu-attestation-report-nonce-match": false })),
            Some(("token.failed", "claims.submods.GPU-1.x-nvidia-gpu-attestation-report-nonce-match")),
        ),
        case(
            "bundle/submodule-without-result",
            "a submodule says nothing of its measurements",
            with_second(json!({ "measres": null })),
            Some(("token.claim", "claims.submods.GPU-1.measres")),
        ),
    ]
}

/// The call is wrong.
fn calls() -> Vec<TokenCase> {
    let good = || Bundle::good().request();
    let both = with(good(), "/token", json!(gpu("a", &json!({}))));
    vec![
        case("bundle/and-token", "a token beside the bundle", both, Some(("misuse.options", "options"))),
        case(
            "bundle/nothing",
            "neither a token nor a bundle",
            with(good(), "/bundle", Value::Null),
            Some(("misuse.options", "options")),
        ),
        case(
            "bundle/dialect",
            "the dialect of the bundle's service is named",
            with(good(), "/options/dialect", json!("nras")),
            None,
        ),
        case(
            "bundle/dialect-other",
            "another service's claims are asked for",
            with(good(), "/options/dialect", json!("ear")),
            Some(("misuse.options", "options.dialect")),
        ),
        case(
            "bundle/dialect-none",
            "the claims, and with them the results, are not to be read",
            with(good(), "/options/dialect", json!("none")),
            Some(("misuse.options", "options.dialect")),
        ),
        case(
            "bundle/form",
            "an object in place of the bundle",
            with(good(), "/bundle", json!({ "JWT": "x" })),
            Some(("token.claim", "bundle")),
        ),
    ]
}
