//! One token verified by us and by `jsonwebtoken`, from the same bytes with the same expectations.

use std::hint::black_box;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    self as aws, EcdsaKeyPair, KeyPair as _, RsaEncoding, RsaKeyPair, RsaPublicKeyComponents,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm as TheirAlgorithm, DecodingKey, Validation, decode, decode_header};
use serde_json::{Value, json};
use veriquote::UnixTime;
use veriquote::jwt::{Algorithm, Algorithms, Expectations, Expected, KeySet, verify};
use veriquote_aws_lc::AwsLc;

use crate::Subject;

/// Names of subjects that the targets compare.
pub mod name {
    /// From the bytes of the key set.
    pub const COLD: &str = "veriquote aws-lc: set as bytes";
    /// With the set read before.
    pub const PREPARED: &str = "veriquote aws-lc: set prepared";
    /// From the bytes of the key set.
    pub const THEIRS_COLD: &str = "jsonwebtoken aws-lc: set as bytes";
    /// With the `DecodingKey` made before.
    pub const THEIRS_PREPARED: &str = "jsonwebtoken aws-lc: key prepared";
    /// The signature alone, key loaded.
    pub const BARE: &str = "aws-lc: the signature, key loaded";
}

const ISSUER: &str = "https://attest.example.com";
const AUDIENCE: &str = "https://relying.example.com";

/// Verifies a signature over a message, and panics when it does not hold.
type Verify = Box<dyn Fn(&[u8], &[u8])>;

/// A token, and the set that verifies it.
pub struct Signed {
    /// The algorithm's name.
    pub algorithm: &'static str,
    /// Compact.
    pub token: String,
    /// One key.
    pub jwks: Vec<u8>,
    bare: Verify,
}

impl Signed {
    /// One token of each algorithm that has a target, signed with new keys.
    ///
    /// # Panics
    /// When AWS-LC makes no key.
    #[must_use]
    pub fn all() -> Vec<Self> {
        vec![
            Self::rsa("RS256", &aws::RSA_PKCS1_SHA256, &aws::RSA_PKCS1_2048_8192_SHA256),
            Self::es256(),
            Self::rsa("PS384", &aws::RSA_PSS_SHA384, &aws::RSA_PSS_2048_8192_SHA384),
        ]
    }

    fn rsa(
        algorithm: &'static str,
        encoding: &'static dyn RsaEncoding,
        parameters: &'static aws::RsaParameters,
    ) -> Self {
        let key = RsaKeyPair::generate(KeySize::Rsa2048).expect("a key");
        let public = RsaPublicKeyComponents::<Vec<u8>>::from(key.public_key());
        let jwk = json!({
            "kty": "RSA", "kid": "bench", "alg": algorithm, "use": "sig",
            "n": BASE64.encode(&public.n), "e": BASE64.encode(&public.e),
        });
        let sign = |message: &[u8]| {
            let mut signature = vec![0; key.public_modulus_len()];
            key.sign(encoding, &SystemRandom::new(), message, &mut signature).expect("a signature");
            signature
        };
        let parsed = public.to_parsed_public_key(parameters).expect("a key");
        let bare =
            move |message: &[u8], signature: &[u8]| parsed.verify_sig(message, signature).expect("valid");
        Self::new(algorithm, &jwk, sign, bare)
    }

    fn es256() -> Self {
        let key = EcdsaKeyPair::generate(&aws::ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key");
        let point = key.public_key().as_ref().to_vec();
        let jwk = json!({
            "kty": "EC", "kid": "bench", "alg": "ES256", "use": "sig", "crv": "P-256",
            "x": BASE64.encode(&point[1..33]), "y": BASE64.encode(&point[33..]),
        });
        let sign =
            |message: &[u8]| key.sign(&SystemRandom::new(), message).expect("a signature").as_ref().to_vec();
        let parsed = aws::ParsedPublicKey::new(&aws::ECDSA_P256_SHA256_FIXED, &point).expect("a key");
        let bare =
            move |message: &[u8], signature: &[u8]| parsed.verify_sig(message, signature).expect("valid");
        Self::new("ES256", &jwk, sign, bare)
    }

    fn new(
        algorithm: &'static str,
        jwk: &Value,
        sign: impl Fn(&[u8]) -> Vec<u8>,
        bare: impl Fn(&[u8], &[u8]) + 'static,
    ) -> Self {
        let header = json!({ "alg": algorithm, "typ": "JWT", "kid": "bench" });
        let encode = |json: &Value| BASE64.encode(json.to_string());
        let input = format!("{}.{}", encode(&header), encode(&claims()));
        let signature = BASE64.encode(sign(input.as_bytes()));
        Self {
            algorithm,
            token: format!("{input}.{signature}"),
            jwks: json!({ "keys": [jwk] }).to_string().into_bytes(),
            bare: Box::new(bare),
        }
    }
}

/// About as much as an attestation service says.
fn claims() -> Value {
    let issued = now().0;
    json!({
        "iss": ISSUER, "aud": AUDIENCE, "sub": "tdx:bench", "iat": issued, "nbf": issued,
        "exp": issued + 86_400, "jti": "6f0a4b1e-2f6e-4a3c-9c1d-7f0f5a1b2c3d",
        "eat_nonce": "0123456789abcdef0123456789abcdef",
        "eat_profile": "tag:github.com,2024:veraison/ear",
        "submods": { "tdx": {
            "ear.status": "affirming",
            "tdx.quote.body.mr_td": "ab".repeat(48), "tdx.quote.body.rtmr_0": "cd".repeat(48),
            "tdx.quote.body.rtmr_1": "ef".repeat(48), "tdx.quote.body.rtmr_2": "01".repeat(48),
            "tdx.quote.body.rtmr_3": "23".repeat(48), "tdx.quote.body.report_data": "45".repeat(64),
        } },
    })
}

fn now() -> UnixTime {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).expect("a time after 1970").as_secs();
    UnixTime(i64::try_from(seconds).expect("a time that fits"))
}

/// Ours and theirs: issuer, audience, `exp` and `nbf` are checked by both, and the algorithm is pinned.
///
/// # Panics
/// When something does not verify.
#[must_use]
pub fn subjects(signed: Signed) -> Vec<Subject> {
    let theirs: TheirAlgorithm = signed.algorithm.parse().expect("an algorithm");
    let mut validation = Validation::new(theirs);
    validation.set_issuer(&[ISSUER]);
    validation.set_audience(&[AUDIENCE]);
    validation.validate_nbf = true;
    validation.leeway = 0;
    let ours = Algorithm::from_name(signed.algorithm).expect("an algorithm");
    let expectations = Expectations {
        issuer: Expected::Is(ISSUER.into()),
        audience: Expected::Is(AUDIENCE.into()),
        ..Expectations::signature_only(Algorithms::OneOf(vec![ours]))
    };

    let set: JwkSet = serde_json::from_slice(&signed.jwks).expect("a set");
    let key = DecodingKey::from_jwk(&set.keys[0]).expect("a key");
    let (token, jwks, rules) = (signed.token.clone(), signed.jwks.clone(), validation.clone());
    let theirs_cold = Subject::new(name::THEIRS_COLD, move || {
        let set: JwkSet = serde_json::from_slice(&jwks).expect("a set");
        let kid = decode_header(&token).expect("a header").kid.expect("a kid");
        let key = DecodingKey::from_jwk(set.find(&kid).expect("the key")).expect("a key");
        black_box(decode::<Value>(&token, &key, &rules).expect("valid"));
    });
    let (token, rules) = (signed.token.clone(), validation);
    let theirs_prepared = Subject::new(name::THEIRS_PREPARED, move || {
        black_box(decode::<Value>(&token, &key, &rules).expect("valid"));
    });

    let (token, jwks, rules) = (signed.token.clone(), signed.jwks.clone(), expectations.clone());
    let cold = Subject::new(name::COLD, move || {
        let set = KeySet::parse(&jwks, Arc::new(AwsLc)).expect("a set");
        black_box(verify(token.as_bytes(), &set, &rules, now()).expect("valid"));
    });
    let keys = KeySet::parse(&signed.jwks, Arc::new(AwsLc)).expect("a set");
    let token = signed.token.clone();
    let prepared = Subject::new(name::PREPARED, move || {
        black_box(verify(token.as_bytes(), &keys, &expectations, now()).expect("valid"));
    });
    vec![cold, prepared, theirs_cold, theirs_prepared, bare(signed)]
}

fn bare(signed: Signed) -> Subject {
    let (input, signature) = signed.token.rsplit_once('.').expect("a token");
    let (input, signature) = (input.to_owned(), BASE64.decode(signature).expect("base64url"));
    let verify = signed.bare;
    Subject::new(name::BARE, move || verify(input.as_bytes(), &signature))
}
