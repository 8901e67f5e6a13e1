//! Keys for many tokens.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use veriquote::crypto::CryptoProvider;

use crate::document::Document;
use crate::problem::Problem;
use crate::read::read_request;
use crate::time::Time;
use crate::token::{EVIDENCE, ExpectedNonce, TokenOptions, TokenVerifier};
use crate::verification::Verification;

/// Keys and options for many tokens.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TokenPreparation {
    /// The issuer's keys, as in a [`TokenRequest`](crate::TokenRequest).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub jwks: Option<Document>,
    /// How to verify.
    pub options: TokenOptions,
}

/// What is new with each token.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TokenCall {
    /// The time of this verification.
    pub at: Time,
    /// The challenge of this token. Default: as prepared.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub nonce: Option<ExpectedNonce>,
}

/// Keys that were loaded once.
#[derive(Debug)]
pub struct PreparedTokens(TokenVerifier);

impl PreparedTokens {
    /// Reads a [`TokenPreparation`] and loads the keys.
    ///
    /// # Errors
    /// What is wrong with the keys or the options.
    pub fn from_json(provider: Arc<dyn CryptoProvider>, preparation: &str) -> Result<Self, Problem> {
        let TokenPreparation { jwks, options } = read_request(preparation)?;
        TokenVerifier::new(provider, jwks.as_ref(), &options).map(Self)
    }

    /// Verifies one token in compact serialisation: a [`TokenCall`] as JSON in, a [`Verification`] as JSON
    /// out.
    #[must_use]
    pub fn verify_json(&self, token: &str, call: &str) -> String {
        serde_json::to_string(&self.verify(token, call)).unwrap_or_default()
    }

    /// The same, and gives the result itself.
    #[must_use]
    pub fn verify(&self, token: &str, call: &str) -> Verification {
        match self.prepared(call) {
            Ok(verifier) => verifier.verify(token.as_bytes()),
            Err(problem) => Verification::failed(EVIDENCE, problem, Vec::new()),
        }
    }

    /// [`Self::verify_json`] for a detached bundle.
    #[must_use]
    pub fn verify_bundle_json(&self, bundle: &str, call: &str) -> String {
        serde_json::to_string(&self.verify_bundle(bundle, call)).unwrap_or_default()
    }

    /// The same, and gives the result itself.
    #[must_use]
    pub fn verify_bundle(&self, bundle: &str, call: &str) -> Verification {
        match self.prepared(call) {
            Ok(verifier) => verifier.verify_bundle(&Document::from(bundle.as_bytes().to_vec())),
            Err(problem) => Verification::failed(EVIDENCE, problem, Vec::new()),
        }
    }

    fn prepared(&self, call: &str) -> Result<TokenVerifier, Problem> {
        let call: TokenCall = read_request(call)?;
        let verifier = self.0.at(call.at);
        call.nonce.map_or(Ok(verifier.clone()), |nonce| verifier.expecting(nonce))
    }
}
