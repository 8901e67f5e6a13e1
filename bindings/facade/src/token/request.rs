//! What is asked of a token: every expectation is stated, or stated to be not checked.

use serde::{Deserialize, Serialize};
use veriquote::bytes::from_hex;
use veriquote::jwt::{Algorithms, Expectations, Expected, ExpectedCertificate, Expiry, Nonce};
use veriquote::{Code, Error, Fact};

use super::attested::AttestedExpectations;
use crate::blob::Blob;
use crate::document::Document;
use crate::time::Time;

/// One token, or one detached bundle, with all that verifies it: exactly one of `token` and `bundle`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TokenRequest {
    /// The token in compact serialisation.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub token: Option<String>,
    /// A detached bundle of NVIDIA's service, `[["JWT", token], {name: token}]`. It is accepted only when every
    /// token in it is, the digests bind them together, and every result is good.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub bundle: Option<Document>,
    /// The issuer's keys: a JWK set or one JWK. Without it, `options.roots` must certify the token's own
    /// certificate chain.
    #[serde(default)]
    pub jwks: Option<Document>,
    /// How to verify.
    pub options: TokenOptions,
}

/// How to verify a token.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TokenOptions {
    /// The time of the verification.
    pub at: Time,
    /// Roots (PEM or DER as hex) at which the certificates of the key (`x5c`) must end. With `jwks`, keys
    /// without such certificates are refused. Empty: none, and the caller vouches for the keys of `jwks`.
    #[serde(default)]
    pub roots: Vec<Blob>,
    /// What the token must be.
    pub expect: TokenExpectations,
    /// Whose claims they are: `auto` (recognised; the default), `none` (what they say of evidence is not
    /// read), or the name of a dialect, such as `ear`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub dialect: Option<String>,
    /// What the attested evidence must be. Without it nothing of it is checked but the verdicts that the
    /// token itself states; the result says so.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub attested: Option<AttestedExpectations>,
}

/// What a token must be. No member may be left out, so that nothing goes unchecked by a slip.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TokenExpectations {
    /// Accepted algorithms.
    pub algorithms: AcceptedAlgorithms,
    /// `typ` of the header.
    pub typ: ExpectedText,
    /// `iss`, exactly.
    pub issuer: ExpectedText,
    /// One of `aud`, exactly.
    pub audience: ExpectedText,
    /// `sub`, exactly.
    pub subject: ExpectedText,
    /// The challenge, in `eat_nonce` or `nonce`.
    pub nonce: ExpectedNonce,
    /// `eat_profile`, exactly.
    pub profile: ExpectedText,
    /// Whether `exp` must be there.
    pub expiry: TokenExpiry,
    /// Seconds since `iat`, at most.
    pub max_age: ExpectedSeconds,
    /// Seconds from `iat` to `exp`, at most.
    pub max_lifetime: ExpectedSeconds,
    /// Seconds by which clocks may differ, at most 300.
    pub leeway: u32,
    /// Claims that must be there.
    pub required_claims: Vec<String>,
    /// The certificate of the key, where roots certify it. Without it any certificate that ends at a root is
    /// good, unless it is made for certain purposes.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub certificate: Option<ExpectedSigner>,
}

/// What the certificate of a key must be. A root alone says who may issue certificates; under one that also
/// certifies others, name the signer.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ExpectedSigner {
    /// The subject's common name, exactly.
    pub subject: ExpectedText,
    /// SHA-256 of the SubjectPublicKeyInfo, in hex.
    pub spki_sha256: ExpectedText,
    /// Purposes (ExtendedKeyUsage), dotted: a certificate that is made for certain purposes must have one.
    pub purposes: Vec<String>,
}

/// Which algorithms are accepted.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum AcceptedAlgorithms {
    /// One of these, by registered name, such as `RS256`.
    OneOf(Vec<String>),
    /// The one that the chosen key is bound to by its `alg` or its curve.
    OfKey,
}

/// An expected text, or the statement that there is no expectation.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ExpectedText {
    /// This text.
    Is(String),
    /// Whatever it is.
    NotChecked,
}

/// An upper bound in seconds, or the statement that there is none.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ExpectedSeconds {
    /// At most this.
    Is(u32),
    /// Whatever it is.
    NotChecked,
}

/// An expected challenge, or the statement that there is none.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ExpectedNonce {
    /// This one and no other.
    Only(String),
    /// This one, among others perhaps.
    Among(String),
    /// Whatever it is.
    NotChecked,
}

/// Whether `exp` must be there.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TokenExpiry {
    /// It must.
    Required,
    /// It is checked where it is there.
    WherePresent,
}

impl TokenExpectations {
    /// Nothing but a signature of an accepted algorithm, an `exp`, and times that hold.
    #[must_use]
    pub const fn signature_only(algorithms: AcceptedAlgorithms) -> Self {
        Self {
            algorithms,
            typ: ExpectedText::NotChecked,
            issuer: ExpectedText::NotChecked,
            audience: ExpectedText::NotChecked,
            subject: ExpectedText::NotChecked,
            nonce: ExpectedNonce::NotChecked,
            profile: ExpectedText::NotChecked,
            expiry: TokenExpiry::Required,
            max_age: ExpectedSeconds::NotChecked,
            max_lifetime: ExpectedSeconds::NotChecked,
            leeway: 0,
            required_claims: Vec::new(),
            certificate: None,
        }
    }

    pub(super) fn to_core(&self) -> Result<Expectations, Error> {
        let algorithms = match &self.algorithms {
            AcceptedAlgorithms::OfKey => Algorithms::OfKey,
            AcceptedAlgorithms::OneOf(names) => Algorithms::from_names(names.iter().map(String::as_str))
                .map_err(|error| error.inside("options.expect"))?,
        };
        let text = |expected: &ExpectedText| match expected {
            ExpectedText::Is(text) => Expected::Is(text.clone()),
            ExpectedText::NotChecked => Expected::NotChecked,
        };
        let seconds = |expected: &ExpectedSeconds| match expected {
            ExpectedSeconds::Is(seconds) => Expected::Is(*seconds),
            ExpectedSeconds::NotChecked => Expected::NotChecked,
        };
        let certificate = match &self.certificate {
            None => ExpectedCertificate::any(),
            Some(signer) => ExpectedCertificate {
                subject: text(&signer.subject),
                spki_sha256: match &signer.spki_sha256 {
                    ExpectedText::NotChecked => Expected::NotChecked,
                    ExpectedText::Is(hex) => {
                        let digest = from_hex(hex.as_bytes()).ok().and_then(|bytes| bytes.try_into().ok());
                        Expected::Is(digest.ok_or_else(|| {
                            Error::new(Code::MisuseOptions, "options.expect.certificate.spki_sha256")
                                .with(Fact::text("expected", "64 hex digits"))
                        })?)
                    }
                },
                purposes: signer.purposes.clone(),
            },
        };
        let expectations = Expectations {
            certificate,
            algorithms,
            typ: text(&self.typ),
            issuer: text(&self.issuer),
            audience: text(&self.audience),
            subject: text(&self.subject),
            nonce: match &self.nonce {
                ExpectedNonce::Only(nonce) => Expected::Is(Nonce::Only(nonce.clone())),
                ExpectedNonce::Among(nonce) => Expected::Is(Nonce::Among(nonce.clone())),
                ExpectedNonce::NotChecked => Expected::NotChecked,
            },
            profile: text(&self.profile),
            expiry: match self.expiry {
                TokenExpiry::Required => Expiry::Required,
                TokenExpiry::WherePresent => Expiry::WherePresent,
            },
            max_age: seconds(&self.max_age),
            max_lifetime: seconds(&self.max_lifetime),
            leeway: self.leeway,
            required_claims: self.required_claims.clone(),
        };
        expectations.check().map_err(|error| error.inside("options.expect"))?;
        Ok(expectations)
    }
}
