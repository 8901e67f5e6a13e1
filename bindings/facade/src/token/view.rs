//! What is in a token or a key set, without trusting any of it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use veriquote::Error;
use veriquote::appraisal::{Appraisal, NrasBundle, ReadOptions, Unauthenticated, appraise_unauthenticated};
use veriquote::crypto::RustCrypto;
use veriquote::jwt::{KeySet, Token};

use crate::appraisal::TokenAppraisal;
use crate::json::object;
use crate::problem::Problem;

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
    /// was checked. Absent where they are of no service that is known, and in a bundle, which is read whole.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub unauthenticated_appraisal: Option<Box<TokenAppraisal>>,
}

/// A detached bundle of NVIDIA's service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TokenBundleView {
    /// The token that says what came of the whole.
    pub overall: TokenView,
    /// The submodules' tokens, in the order of the bundle.
    pub submodules: Vec<SubmoduleView>,
    /// What the claims say together, objections among it. Absent where they cannot be held together.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub unauthenticated_appraisal: Option<Box<TokenAppraisal>>,
    /// Why they cannot: a digest that is another token's, a submodule too many or too few, malformed claims.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub problem: Option<Problem>,
}

/// One submodule's token.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SubmoduleView {
    /// Its name in the bundle, such as `GPU-0`.
    pub name: String,
    /// The token.
    pub token: TokenView,
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
    let view = parts(&token)?;
    Ok(TokenView { unauthenticated_appraisal: appraisal.as_ref().map(shown), ..view })
}

/// Takes a bundle apart. Its claims are read together: the overall token alone would only say that the others
/// are missing.
///
/// # Errors
/// What is wrong with its form, or with that of one of its tokens.
pub fn inspect_bundle(text: &[u8]) -> Result<TokenBundleView, Error> {
    let bundle = NrasBundle::parse(text)?;
    let view = |token: &str, name: &str| {
        let token = Token::parse(token.as_bytes());
        token.and_then(|token| parts(&token)).map_err(|error| error.inside(name).inside("bundle"))
    };
    let overall = view(bundle.unauthenticated_overall(), "overall")?;
    let submodules = bundle.unauthenticated_submodules().iter().map(|submodule| {
        let token = view(&submodule.token, &submodule.name)?;
        Ok(SubmoduleView { name: submodule.name.clone(), token })
    });
    let submodules = submodules.collect::<Result<_, Error>>()?;
    let (unauthenticated_appraisal, problem) =
        match bundle.appraise_unauthenticated(&RustCrypto, ReadOptions::SHOW) {
            Ok(appraisal) => (Some(shown(&appraisal)), None),
            Err(error) => (None, Some(error.into())),
        };
    Ok(TokenBundleView { overall, submodules, unauthenticated_appraisal, problem })
}

fn parts(token: &Token<'_>) -> Result<TokenView, Error> {
    let count = |bytes: &[u8]| u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    Ok(TokenView {
        size: count(token.compact()),
        header: object(&token.unauthenticated_header_json()?),
        payload: object(&token.unauthenticated_claims()?),
        signature_bytes: count(&token.unauthenticated_parts().signature),
        unauthenticated_appraisal: None,
    })
}

fn shown(appraisal: &Unauthenticated<Appraisal>) -> Box<TokenAppraisal> {
    Box::new(TokenAppraisal::from(appraisal.unauthenticated()))
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
