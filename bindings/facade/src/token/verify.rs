//! The call: reads what was given, has the core verify it, and says what came of it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use veriquote::appraisal::NrasBundle;
use veriquote::crypto::CryptoProvider;
use veriquote::jwt::{self, Algorithm, AuthenticToken, Expectations, KeyOrigin, KeySet};
use veriquote::{Check, Failure, Window};

use super::attested::{Asked, Attested};
use super::request::{ExpectedNonce, TokenOptions, TokenRequest};
use crate::appraisal::TokenAppraisal;
use crate::check::CheckLine;
use crate::document::Document;
use crate::json::object;
use crate::one_of::{EvidenceKind, OneOf};
use crate::problem::Problem;
use crate::read::answer;
use crate::time::Time;
use crate::trust::anchors;
use crate::verification::{Claims, NotChecked, Verification};

pub(crate) const EVIDENCE: EvidenceKind = EvidenceKind::Token;

/// What an authentic token says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TokenClaims {
    /// The key that signed it.
    pub key: TokenKey,
    /// The first moment after which the token, and the certificates of its key where they were used, are
    /// no longer valid; absent where nothing says so.
    pub valid_until: Option<String>,
    /// The header.
    pub header: Map<String, Value>,
    /// The claims as the issuer wrote them. A number that neither an integer of 64 bits nor a double holds
    /// is given as its text.
    pub payload: Map<String, Value>,
    /// The submodules' tokens, of a bundle; the members above are then those of its overall token, but
    /// `valid_until`, which is that of the first to expire.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub submodules: Vec<SubmoduleToken>,
    /// What the claims say of attested evidence; absent where they are of none of the services whose claims
    /// are known.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub appraisal: Option<Box<TokenAppraisal>>,
}

/// One submodule's token, as authentic as the overall one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SubmoduleToken {
    /// Its name in the bundle.
    pub name: String,
    /// The key that signed it.
    pub key: TokenKey,
    /// The first moment after which it is no longer valid.
    pub valid_until: Option<String>,
    /// The header.
    pub header: Map<String, Value>,
    /// The claims.
    pub payload: Map<String, Value>,
}

/// The key that signed a token.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TokenKey {
    /// The algorithm, by registered name.
    pub algorithm: OneOf<Algorithm>,
    /// The key's id.
    pub kid: Option<String>,
    /// `set`: the caller's keys; `certified_set`: those, certified by the caller's roots;
    /// `certified_header`: the token's own certificates, which end at the caller's roots.
    pub origin: OneOf<KeyOrigin>,
}

/// Verifies one token: a [`TokenRequest`] as JSON in, a [`Verification`] as JSON out.
#[must_use]
pub fn verify_token_json(provider: Arc<dyn CryptoProvider>, request: &str) -> String {
    answer(EVIDENCE, request, |request: &TokenRequest| verify_token(provider, request))
}

/// Verifies one token, or one bundle.
#[must_use]
pub fn verify_token(provider: Arc<dyn CryptoProvider>, request: &TokenRequest) -> Verification {
    verify(provider, request).unwrap_or_else(|problem| Verification::failed(EVIDENCE, problem, Vec::new()))
}

/// # Errors
/// What keeps the verification from beginning.
fn verify(provider: Arc<dyn CryptoProvider>, request: &TokenRequest) -> Result<Verification, Problem> {
    let verifier = TokenVerifier::new(provider, request.jwks.as_ref(), &request.options)?;
    Ok(match (&request.token, &request.bundle) {
        (Some(token), None) => verifier.verify(token.as_bytes()),
        (None, Some(bundle)) => verifier.verify_bundle(bundle),
        _ => {
            return Err(Problem::misuse(
                "options",
                "give exactly one of `token` and `bundle`",
                "a bundle is NVIDIA's `[[\"JWT\", token], {name: token}]`",
            ));
        }
    })
}

/// Keys that were loaded once, and options that were understood once, to verify many tokens.
#[derive(Clone, Debug)]
pub struct TokenVerifier {
    keys: KeySet,
    options: TokenOptions,
    expectations: Expectations,
}

impl TokenVerifier {
    /// Reads the keys and the expectations.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn new(
        provider: Arc<dyn CryptoProvider>,
        jwks: Option<&Document>,
        options: &TokenOptions,
    ) -> Result<Self, Problem> {
        let keys = keys(provider, jwks, options)?;
        Ok(Self { keys, options: options.clone(), expectations: options.expect.to_core()? })
    }

    /// Verifies one token in compact serialisation.
    #[must_use]
    pub fn verify(&self, token: &[u8]) -> Verification {
        self.run(Asked::of(&self.options), |asked| {
            let token = jwt::verify(token, &self.keys, &self.expectations, self.options.at.0)?;
            Ok(result(token.checks(), claims(&token, Vec::new(), token.window()), asked.check(&token)))
        })
    }

    /// Verifies one detached bundle of NVIDIA's service.
    #[must_use]
    pub fn verify_bundle(&self, bundle: &Document) -> Verification {
        self.run(Asked::of_bundle(&self.options), |asked| {
            let bundle = NrasBundle::parse(&bundle.0)?;
            let bundle = bundle.authenticate(&self.keys, &self.expectations, self.options.at.0)?;
            let submodules = bundle.submodules().map(submodule).collect();
            let claims = claims(bundle.overall(), submodules, bundle.window());
            Ok(result(bundle.checks(), claims, asked.check_bundle(&bundle)))
        })
    }

    /// The same keys and expectations at another time.
    #[must_use]
    pub fn at(&self, at: Time) -> Self {
        Self { options: TokenOptions { at, ..self.options.clone() }, ..self.clone() }
    }

    /// The same keys and expectations with another challenge to expect.
    ///
    /// # Errors
    /// `misuse.options`.
    pub fn expecting(&self, nonce: ExpectedNonce) -> Result<Self, Problem> {
        let mut options = self.options.clone();
        options.expect.nonce = nonce;
        Ok(Self { keys: self.keys.clone(), expectations: options.expect.to_core()?, options })
    }

    fn run(
        &self,
        asked: Result<Asked, Problem>,
        verify: impl FnOnce(Asked) -> Result<Verification, Failure>,
    ) -> Verification {
        let failed = |Failure { error, checks }: Failure| {
            Verification::failed(EVIDENCE, error.into(), checks.iter().map(CheckLine::from).collect())
        };
        match asked {
            Ok(asked) => verify(asked).unwrap_or_else(failed),
            Err(problem) => Verification::failed(EVIDENCE, problem, Vec::new()),
        }
    }
}

fn keys(
    provider: Arc<dyn CryptoProvider>,
    jwks: Option<&Document>,
    options: &TokenOptions,
) -> Result<KeySet, Problem> {
    let roots = anchors(&options.roots, "options.roots")?;
    Ok(match (jwks, roots) {
        (Some(jwks), None) => KeySet::parse(&jwks.0, provider)?,
        (Some(jwks), Some(roots)) => KeySet::parse_certified_by(&jwks.0, roots, provider)?,
        (None, Some(roots)) => KeySet::certified_by(roots, provider),
        (None, None) => {
            return Err(Problem::misuse(
                "options.jwks",
                "no key was given to verify the token with",
                "pass the issuer's JWK set, or a root that certifies the token's own chain",
            ));
        }
    })
}

fn claims(token: &AuthenticToken, submodules: Vec<SubmoduleToken>, window: Window) -> TokenClaims {
    TokenClaims {
        key: key(token),
        valid_until: until(window),
        header: object(&token.header()),
        payload: object(&token.claims()),
        submodules,
        appraisal: None,
    }
}

fn submodule((name, token): (&str, &AuthenticToken)) -> SubmoduleToken {
    SubmoduleToken {
        name: name.to_owned(),
        key: key(token),
        valid_until: until(token.window()),
        header: object(&token.header()),
        payload: object(&token.claims()),
    }
}

fn key(token: &AuthenticToken) -> TokenKey {
    let key = token.key();
    TokenKey { algorithm: key.algorithm.into(), kid: key.kid.clone(), origin: key.origin.into() }
}

fn until(window: Window) -> Option<String> {
    let last = window.not_after;
    (last < Window::ALWAYS.not_after).then(|| last.saturating_add(1).to_string())
}

fn result(of_tokens: &[Check], claims: TokenClaims, attested: Attested) -> Verification {
    let Attested { appraisal, error, checks: of_evidence, not_checked: unread } = attested;
    let mut not_checked: Vec<NotChecked> = Vec::new();
    // What was skipped for several tokens of a bundle for one reason is said once.
    for skipped in of_tokens.iter().filter_map(NotChecked::of) {
        if !not_checked.contains(&skipped) {
            not_checked.push(skipped);
        }
    }
    not_checked.extend(unread);
    let mut checks: Vec<CheckLine> = of_tokens.iter().map(CheckLine::from).collect();
    checks.extend(of_evidence);
    Verification {
        verified: true,
        accepted: error.is_none(),
        error,
        checks,
        claims: Some(Claims::Token(Box::new(TokenClaims { appraisal, ..claims }))),
        not_checked,
        ..Verification::nothing(EVIDENCE)
    }
}
