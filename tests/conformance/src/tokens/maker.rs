//! Makes tokens, keys and requests with keys from labels.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use veriquote_forge::Key;

/// When everything is verified.
pub const NOW: i64 = 1_770_000_000;

/// One case.
#[derive(Clone, Debug)]
pub struct TokenCase {
    /// `group/name`.
    pub id: &'static str,
    /// What is wrong, in words.
    pub note: &'static str,
    /// A published vulnerability or a section of a specification.
    pub source: &'static str,
    /// The whole request of the facade.
    pub request: Value,
    /// The code and the part of the refusal; `None` when it is accepted.
    pub expected: Option<(&'static str, &'static str)>,
}

impl TokenCase {
    /// As data.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let expected = match self.expected {
            None => json!({ "result": "accepted" }),
            Some((code, part)) => json!({ "result": "refused", "code": code, "part": part }),
        };
        json!({
            "id": self.id, "note": self.note, "source": self.source,
            "request": self.request, "expected": expected,
        })
    }
}

/// base64url.
pub(crate) fn b64(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The issuer's key.
pub(crate) fn issuer() -> Key {
    Key::new("token issuer")
}

/// Somebody else's key.
pub(crate) fn stranger() -> Key {
    Key::new("token stranger")
}

/// A P-256 key as a JWK.
pub(crate) fn jwk(key: &Key, kid: &str) -> Value {
    let point = key.public();
    json!({
        "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": kid,
        "x": b64(&point[..32]), "y": b64(&point[32..]),
    })
}

/// The header of a good token.
pub(crate) fn header() -> Value {
    json!({ "alg": "ES256", "kid": "k1", "typ": "JWT" })
}

/// The claims of a good token.
pub(crate) fn claims() -> Value {
    json!({
        "iss": "https://issuer.example", "aud": "https://me.example", "sub": "tdx:1",
        "iat": NOW - 10, "nbf": NOW - 10, "exp": NOW + 300,
        "eat_nonce": "AAAAAAAAAAAAAAAAAAAAAA", "eat_profile": "https://issuer.example/profile/1",
    })
}

/// Signs any texts as header and payload.
pub(crate) fn sign_text(header: &[u8], payload: &[u8], key: &Key) -> String {
    let input = format!("{}.{}", b64(header), b64(payload));
    let signature = b64(&key.sign(input.as_bytes()));
    format!("{input}.{signature}")
}

/// Signs with the issuer's key.
pub(crate) fn sign(header: &Value, claims: &Value) -> String {
    sign_text(header.to_string().as_bytes(), claims.to_string().as_bytes(), &issuer())
}

/// Everything expected, and met by a good token.
pub(crate) fn request(token: &str) -> Value {
    json!({
        "token": token,
        "jwks": { "keys": [jwk(&issuer(), "k1")] },
        "options": {
            "at": NOW,
            "roots": [],
            "expect": {
                "algorithms": { "one_of": ["ES256"] },
                "typ": { "is": "JWT" },
                "issuer": { "is": "https://issuer.example" },
                "audience": { "is": "https://me.example" },
                "subject": { "is": "tdx:1" },
                "nonce": { "only": "AAAAAAAAAAAAAAAAAAAAAA" },
                "profile": { "is": "https://issuer.example/profile/1" },
                "expiry": "required",
                "max_age": { "is": 60 },
                "max_lifetime": { "is": 3600 },
                "leeway": 0,
                "required_claims": ["iss"],
            },
        },
    })
}

/// `value` with the member at `pointer` set, where null removes it.
pub(crate) fn with(mut value: Value, pointer: &str, member: Value) -> Value {
    let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
    let object = value.pointer_mut(parent).and_then(Value::as_object_mut).expect("an object");
    if member.is_null() {
        object.remove(name);
    } else {
        object.insert(name.to_owned(), member);
    }
    value
}
