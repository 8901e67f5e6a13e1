//! The rules that a token's verification applies, in the order in which it applies them.

use crate::check::rules;

rules! {
    /// Every rule of this module, for documentation.
    pub RULES of pub(crate) rules;

    LAYOUT = "jwt.layout", "the token is a compact JSON Web Signature", "RFC 7515, 7.1";
    HEADER = "jwt.header", "the header asks for nothing that is not understood", "RFC 7515, 4.1.11";
    TYP = "jwt.typ", "the token is of the expected type", "RFC 8725, 3.11";
    ALGORITHM = "jwt.algorithm", "the caller accepts the algorithm", "RFC 8725, 3.1";
    HEADER_KEYS = "jwt.header.keys", "no key of the header's is followed but one that the caller's roots certify", "RFC 8725, 3.10";
    KEY = "jwt.key", "one key of the caller's is meant", "RFC 7515, 4.1.4";
    KEY_CHAIN = "jwt.key.chain", "the key's certificates end at a trusted root", "RFC 7517, 4.7; RFC 5280, 6.1";
    KEY_CERTIFICATE = "jwt.key.certificate", "the key's certificate is the expected signer's", "RFC 8725, 3.8";
    KEY_REVOCATION = "jwt.key.revocation", "the key's certificates are not revoked", "RFC 5280, 6.3";
    KEY_ALGORITHM = "jwt.key.algorithm", "the key is for this algorithm", "RFC 8725, 3.1; RFC 7517, 4.4";
    SIGNATURE = "jwt.signature", "the key signed the token", "RFC 7515, 5.2";
    CLAIMS = "jwt.claims", "the claims are one JSON object with well-formed registered claims", "RFC 7519, 4.1";
    EXPIRY = "jwt.exp", "the token has not expired", "RFC 7519, 4.1.4";
    NOT_BEFORE = "jwt.nbf", "the token is valid already", "RFC 7519, 4.1.5";
    ISSUED = "jwt.iat", "the token was not issued in the future", "RFC 7519, 4.1.6";
    AGE = "jwt.age", "the token is no older than the caller allows", "RFC 7519, 4.1.6";
    LIFETIME = "jwt.lifetime", "the token lives no longer than the caller allows", "RFC 7519, 4.1.4";
    ISSUER = "jwt.issuer", "the issuer is the expected one", "RFC 8725, 3.8";
    AUDIENCE = "jwt.audience", "the token is for the expected audience", "RFC 8725, 3.9";
    SUBJECT = "jwt.subject", "the subject is the expected one", "RFC 8725, 3.8";
    NONCE = "jwt.nonce", "the token answers this challenge", "RFC 9711, 4.1";
    PROFILE = "jwt.profile", "the token follows the expected profile", "RFC 9711, 4.3.2";
    REQUIRED = "jwt.required_claims", "the claims that the caller requires are there", "RFC 7519, 4";
}
