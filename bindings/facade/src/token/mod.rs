//! Verifying attestation tokens.

mod attested;
mod request;
mod verify;
#[cfg(feature = "tpm")]
mod view;

pub use attested::{AttestedExpectations, ExpectedDebug};
pub use request::{
    AcceptedAlgorithms, ExpectedNonce, ExpectedSeconds, ExpectedSigner, ExpectedText, TokenExpectations,
    TokenExpiry, TokenOptions, TokenRequest,
};
pub(crate) use verify::EVIDENCE;
pub use verify::{SubmoduleToken, TokenClaims, TokenKey, TokenVerifier, verify_token, verify_token_json};
#[cfg(feature = "tpm")]
pub use view::{
    JwkView, SubmoduleView, TokenBundleView, TokenView, inspect_bundle, inspect_jwks, inspect_token,
};
