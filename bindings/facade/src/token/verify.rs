//! The call: reads what was given, has the core verify it, and says what came of it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use veriquote::crypto::CryptoProvider;
use veriquote::jwt::{self, AuthenticToken, KeySet};
use veriquote::{Failure, TrustAnchor, TrustAnchors, Window};

use super::request::TokenRequest;
use crate::check::CheckLine;
use crate::problem::Problem;
use crate::verification::{Claims, NotChecked, Verification};

const EVIDENCE: &str = "token";

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
    /// The claims as the issuer wrote them.
    pub payload: Map<String, Value>,
}

/// The key that signed a token.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TokenKey {
    /// The algorithm, by registered name.
    pub algorithm: String,
    /// The key's id.
    pub kid: Option<String>,
    /// `set`: the caller's keys; `certified_set`: those, certified by the caller's roots;
    /// `certified_header`: the token's own certificates, which end at the caller's roots.
    pub origin: String,
}

/// Verifies one token: a [`TokenRequest`] as JSON in, a [`Verification`] as JSON out.
#[must_use]
pub fn verify_token_json(provider: Arc<dyn CryptoProvider>, request: &str) -> String {
    let result = match serde_json::from_str::<TokenRequest>(request) {
        Ok(request) => verify_token(provider, &request),
        Err(error) => Verification::failed(EVIDENCE, error.into(), Vec::new()),
    };
    serde_json::to_string(&result).unwrap_or_default()
}

/// Verifies one token.
#[must_use]
pub fn verify_token(provider: Arc<dyn CryptoProvider>, request: &TokenRequest) -> Verification {
    let prepared = keys(provider, request).and_then(|keys| Ok((keys, request.options.expect.to_core()?)));
    let (keys, expectations) = match prepared {
        Ok(prepared) => prepared,
        Err(problem) => return Verification::failed(EVIDENCE, problem, Vec::new()),
    };
    match jwt::verify(request.token.as_bytes(), &keys, &expectations, request.options.at.0) {
        Ok(token) => verified(&token),
        Err(Failure { error, checks }) => {
            Verification::failed(EVIDENCE, error.into(), checks.iter().map(CheckLine::from).collect())
        }
    }
}

fn keys(provider: Arc<dyn CryptoProvider>, request: &TokenRequest) -> Result<KeySet, Problem> {
    let mut list: Vec<TrustAnchor> = Vec::new();
    for root in &request.options.roots {
        let anchors = TrustAnchors::from_certificates(&root.0).map_err(|error| error.inside("root"))?;
        list.extend(anchors.iter().cloned());
    }
    let roots = (!list.is_empty()).then(|| TrustAnchors::new(list));
    Ok(match (&request.jwks, roots) {
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

fn verified(token: &AuthenticToken) -> Verification {
    let not_checked = token.checks().iter().filter_map(|check| match check.outcome {
        veriquote::Outcome::Skipped(why) => {
            Some(NotChecked { what: check.rule.id.to_owned(), why: why.to_owned() })
        }
        _ => None,
    });
    let key = token.key();
    let until = token.window().not_after;
    let claims = TokenClaims {
        key: TokenKey {
            algorithm: key.algorithm.name().to_owned(),
            kid: key.kid.clone(),
            origin: key.origin.as_str().to_owned(),
        },
        valid_until: (until < Window::ALWAYS.not_after).then(|| until.saturating_add(1).to_string()),
        header: object(token.header().raw),
        payload: object(token.claims().raw),
    };
    Verification {
        verified: true,
        accepted: true,
        evidence: EVIDENCE.to_owned(),
        error: None,
        checks: token.checks().iter().map(CheckLine::from).collect(),
        claims: Some(Claims::Token(Box::new(claims))),
        appraisal: None,
        not_checked: not_checked.collect(),
        horizons: Vec::new(),
        forecast: Vec::new(),
    }
}

/// What the core's stricter reader accepted before.
pub(super) fn object(text: &str) -> Map<String, Value> {
    serde_json::from_str(text).unwrap_or_default()
}
