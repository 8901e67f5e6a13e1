//! What is in a token or a key set, without trusting any of it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use veriquote::Error;
use veriquote::appraisal::{ReadOptions, appraise_unauthenticated};
use veriquote::crypto::RustCrypto;
use veriquote::jwt::{KeySet, Token};

use super::verify::object;
use crate::appraisal::TokenAppraisal;

/// A token.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TokenView {
    /// Characters of the token.
    pub size: u64,
    /// The header.
    pub header: Map<String, Value>,
    /// The claims.
    pub payload: Map<String, Value>,
    /// Bytes of the signature.
    pub signature_bytes: u64,
    /// What the claims say of attested evidence, objections among it: whoever wrote them, for no signature
    /// was checked. Absent where they are of no service that is known.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub unauthenticated_appraisal: Option<Box<TokenAppraisal>>,
}

/// A key of a set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct JwkView {
    /// Its id.
    pub kid: Option<String>,
    /// `RSA`, `EC` or `OKP`; absent for a key that cannot be used.
    pub kty: Option<String>,
    /// The algorithm that it is bound to; absent for an RSA key without `alg`.
    pub algorithm: Option<String>,
    /// Its RFC 7638 thumbprint.
    pub thumbprint: Option<String>,
    /// Certificates that it carries.
    pub certificates: u64,
    /// Why it cannot be used.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub unusable: Option<String>,
}

/// Takes a token apart.
///
/// # Errors
/// What is wrong with its form.
pub fn inspect_token(text: &[u8]) -> Result<TokenView, Error> {
    let token = Token::parse(text)?;
    let payload = &token.unauthenticated_parts().payload;
    let appraisal = appraise_unauthenticated(payload, ReadOptions::SHOW).ok();
    Ok(TokenView {
        size: u64::try_from(text.len()).unwrap_or(u64::MAX),
        header: object(&token.unauthenticated_header_json()?),
        payload: object(&token.unauthenticated_claims()?),
        signature_bytes: u64::try_from(token.unauthenticated_parts().signature.len()).unwrap_or(u64::MAX),
        unauthenticated_appraisal: appraisal.map(|it| Box::new(TokenAppraisal::from(it.unauthenticated()))),
    })
}

/// Lists the keys of a JWK set.
///
/// # Errors
/// Why it is not a set that could be used.
pub fn inspect_jwks(text: &[u8]) -> Result<Vec<JwkView>, Error> {
    let set = KeySet::parse(text, Arc::new(RustCrypto))?;
    let usable = set.keys().map(|key| JwkView {
        kid: key.kid().map(str::to_owned),
        kty: Some(key.kty().to_owned()),
        algorithm: key.bound_to().map(|algorithm| algorithm.name().to_owned()),
        thumbprint: Some(key.thumbprint(&RustCrypto)),
        certificates: u64::try_from(key.unauthenticated_x5c().len()).unwrap_or(u64::MAX),
        unusable: None,
    });
    let unusable = set.unusable().map(|(kid, error)| JwkView {
        kid: kid.map(str::to_owned),
        kty: None,
        algorithm: None,
        thumbprint: None,
        certificates: 0,
        unusable: Some(error.to_string()),
    });
    Ok(usable.chain(unusable).collect())
}
