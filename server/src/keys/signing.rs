//! A key that signs, and its public half as a JWK.

use std::fmt;

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm,
    KeyPair as _, RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaEncoding, RsaKeyPair,
};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{Algorithm, Token, TokenKey, TokenPublic};
use crate::encoding::to_base64url;

/// A private key for one algorithm.
pub struct SigningKey {
    algorithm: Algorithm,
    pair: Pair,
    jwk: Jwk,
}

enum Pair {
    Rsa(RsaKeyPair, &'static dyn RsaEncoding),
    Ec(EcdsaKeyPair),
    Token(TokenKey),
}

/// A public key as relying parties read it (RFC 7517): these members and no others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Jwk {
    alg: Algorithm,
    #[serde(skip_serializing_if = "Option::is_none")]
    crv: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    e: Option<String>,
    kid: String,
    kty: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    n: Option<String>,
    r#use: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    x: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    y: Option<String>,
}

/// A key was not made, read or used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SigningError(&'static str);

impl SigningKey {
    /// Makes a key.
    ///
    /// # Errors
    /// When AWS-LC makes none.
    pub fn generate(algorithm: Algorithm, rsa_bits: u32) -> Result<Self, SigningError> {
        let failed = |_| SigningError("the key could not be made");
        let pair = match ec(algorithm) {
            Some(curve) => Pair::Ec(EcdsaKeyPair::generate(curve).map_err(failed)?),
            None => {
                let size = match rsa_bits {
                    2048 => KeySize::Rsa2048,
                    3072 => KeySize::Rsa3072,
                    4096 => KeySize::Rsa4096,
                    _ => return Err(SigningError("RSA keys have 2048, 3072 or 4096 bits")),
                };
                Pair::Rsa(RsaKeyPair::generate(size).map_err(failed)?, padding(algorithm))
            }
        };
        Self::of(algorithm, pair)
    }

    /// Reads a private key (PKCS#8).
    ///
    /// # Errors
    /// When it is none for this algorithm.
    pub fn from_pkcs8(algorithm: Algorithm, pkcs8: &[u8]) -> Result<Self, SigningError> {
        let failed = |_| SigningError("this is no private key of its algorithm");
        let pair = match ec(algorithm) {
            Some(curve) => Pair::Ec(EcdsaKeyPair::from_pkcs8(curve, pkcs8).map_err(failed)?),
            None => Pair::Rsa(RsaKeyPair::from_pkcs8(pkcs8).map_err(failed)?, padding(algorithm)),
        };
        Self::of(algorithm, pair)
    }

    /// Makes a key in a token.
    ///
    /// # Errors
    /// What the token says, which also goes to the log.
    pub fn generate_in(token: &Token, algorithm: Algorithm, rsa_bits: u32) -> Result<Self, SigningError> {
        let key = token.generate(algorithm, rsa_bits).map_err(of_token)?;
        Self::of(algorithm, Pair::Token(key))
    }

    /// Opens what [`SigningKey::secret`] gave: a private key, or the name of one in a token.
    ///
    /// # Errors
    /// When it is none for this algorithm, or the token does not have it.
    pub fn open(algorithm: Algorithm, secret: &[u8], token: Option<&Token>) -> Result<Self, SigningError> {
        let Some(id) = secret.strip_prefix(IN_TOKEN) else { return Self::from_pkcs8(algorithm, secret) };
        let token = token.ok_or(SigningError("the key is in a token, and keys.pkcs11 names none"))?;
        Self::of(algorithm, Pair::Token(token.find(algorithm, id).map_err(of_token)?))
    }

    /// What a key's file seals: the private key, or the name of one in a token.
    ///
    /// # Errors
    /// When AWS-LC does not write it.
    pub fn secret(&self) -> Result<Zeroizing<Vec<u8>>, SigningError> {
        match &self.pair {
            Pair::Token(key) => Ok(Zeroizing::new([IN_TOKEN, key.id()].concat())),
            _ => self.to_pkcs8(),
        }
    }

    fn of(algorithm: Algorithm, pair: Pair) -> Result<Self, SigningError> {
        let mut jwk = Jwk {
            alg: algorithm,
            crv: None,
            e: None,
            kid: String::new(),
            kty: String::new(),
            n: None,
            r#use: "sig".to_owned(),
            x: None,
            y: None,
        };
        match &pair {
            Pair::Rsa(pair, _) => {
                let public = pair.public_key();
                "RSA".clone_into(&mut jwk.kty);
                jwk.n = Some(to_base64url(public.modulus().big_endian_without_leading_zero()));
                jwk.e = Some(to_base64url(public.exponent().big_endian_without_leading_zero()));
            }
            Pair::Ec(pair) => jwk.set_point(algorithm, pair.public_key().as_ref()),
            Pair::Token(key) => match key.public() {
                TokenPublic::Rsa(modulus, exponent) => {
                    let trimmed = |number: &[u8]| {
                        let start = number.iter().position(|byte| *byte != 0).unwrap_or(number.len());
                        to_base64url(number.get(start..).unwrap_or_default())
                    };
                    "RSA".clone_into(&mut jwk.kty);
                    (jwk.n, jwk.e) = (Some(trimmed(modulus)), Some(trimmed(exponent)));
                }
                TokenPublic::P256(point) => jwk.set_point(algorithm, point),
            },
        }
        jwk.kid = jwk.thumbprint();
        Ok(Self { algorithm, pair, jwk })
    }

    /// Its algorithm.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Its public half.
    #[must_use]
    pub const fn jwk(&self) -> &Jwk {
        &self.jwk
    }

    /// Its id: the thumbprint.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.jwk.kid
    }

    /// PKCS#8.
    ///
    /// # Errors
    /// When AWS-LC does not write it.
    pub fn to_pkcs8(&self) -> Result<Zeroizing<Vec<u8>>, SigningError> {
        let failed = |_| SigningError("the key could not be written");
        Ok(Zeroizing::new(match &self.pair {
            Pair::Rsa(pair, _) => pair.as_der().map_err(failed)?.as_ref().to_vec(),
            Pair::Ec(pair) => pair.to_pkcs8v1().map_err(failed)?.as_ref().to_vec(),
            Pair::Token(_) => return Err(SigningError("a key in a token cannot be written")),
        }))
    }

    /// The signature of RFC 7518: for ECDSA `r ‖ s`.
    ///
    /// # Errors
    /// When AWS-LC makes none.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SigningError> {
        let failed = |_| SigningError("the signature could not be made");
        let random = SystemRandom::new();
        match &self.pair {
            Pair::Rsa(pair, padding) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(*padding, &random, message, &mut signature).map_err(failed)?;
                Ok(signature)
            }
            Pair::Ec(pair) => Ok(pair.sign(&random, message).map_err(failed)?.as_ref().to_vec()),
            Pair::Token(key) => key.sign(message).map_err(of_token),
        }
    }

    /// Whether it signs in a fifth of a millisecond or so.
    #[must_use]
    pub fn is_quick(&self) -> bool {
        match &self.pair {
            Pair::Rsa(pair, _) => pair.public_modulus_len() <= 256,
            Pair::Ec(_) => true,
            Pair::Token(_) => false,
        }
    }

    /// A token in compact serialisation (RFC 7515, section 3.1) with the header of the documented service:
    /// `alg`, `kid` and `typ`, and never a key.
    ///
    /// # Errors
    /// When AWS-LC makes no signature.
    pub fn token(&self, payload: &str) -> Result<String, SigningError> {
        let header = format!(r#"{{"alg":"{}","kid":"{}","typ":"JWT"}}"#, self.algorithm, self.kid());
        let mut token = to_base64url(header.as_bytes());
        token.push('.');
        token.push_str(&to_base64url(payload.as_bytes()));
        let signature = self.sign(token.as_bytes())?;
        token.push('.');
        token.push_str(&to_base64url(&signature));
        Ok(token)
    }

    /// Characters of a token beside its payload.
    #[must_use]
    pub fn overhead_chars(&self) -> usize {
        let header = r#"{"alg":"RS256","kid":"","typ":"JWT"}"#.len() + self.kid().len();
        let signature = match &self.pair {
            Pair::Rsa(pair, _) => pair.public_modulus_len(),
            Pair::Ec(_) if self.algorithm == Algorithm::Es384 => 96,
            Pair::Ec(_) => 64,
            Pair::Token(key) => match key.public() {
                TokenPublic::Rsa(modulus, _) => modulus.len(),
                TokenPublic::P256(_) => 64,
            },
        };
        (header * 4).div_ceil(3) + (signature * 4).div_ceil(3) + 2
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({} {})", self.algorithm, self.kid())
    }
}

impl Jwk {
    /// Its id.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }

    fn set_point(&mut self, algorithm: Algorithm, point: &[u8]) {
        // SEC 1, section 2.3.3: 04 ‖ x ‖ y, both in full width (RFC 7518, section 6.2.1.2).
        let coordinates = point.get(1..).unwrap_or_default();
        let (x, y) = coordinates.split_at(coordinates.len() / 2);
        "EC".clone_into(&mut self.kty);
        self.crv = Some(if algorithm == Algorithm::Es384 { "P-384" } else { "P-256" }.to_owned());
        (self.x, self.y) = (Some(to_base64url(x)), Some(to_base64url(y)));
    }

    /// RFC 7638 with SHA-256.
    fn thumbprint(&self) -> String {
        let member = |member: &Option<String>| member.clone().unwrap_or_default();
        let text = match self.kty.as_str() {
            "RSA" => format!(r#"{{"e":"{}","kty":"RSA","n":"{}"}}"#, member(&self.e), member(&self.n)),
            _ => format!(
                r#"{{"crv":"{}","kty":"EC","x":"{}","y":"{}"}}"#,
                member(&self.crv),
                member(&self.x),
                member(&self.y)
            ),
        };
        to_base64url(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes()).as_ref())
    }
}

impl fmt::Display for SigningError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for SigningError {}

/// With what the name of a key in a token begins, and no private key (DER) does.
const IN_TOKEN: &[u8] = b"pkcs11:";

fn of_token(error: super::TokenError) -> SigningError {
    tracing::error!(%error, "a key in a token");
    SigningError("the token did not do what it was asked; the log says why")
}

fn ec(algorithm: Algorithm) -> Option<&'static EcdsaSigningAlgorithm> {
    match algorithm {
        Algorithm::Es256 => Some(&ECDSA_P256_SHA256_FIXED_SIGNING),
        Algorithm::Es384 => Some(&ECDSA_P384_SHA384_FIXED_SIGNING),
        Algorithm::Rs256 | Algorithm::Ps256 => None,
    }
}

fn padding(algorithm: Algorithm) -> &'static dyn RsaEncoding {
    if algorithm == Algorithm::Ps256 { &RSA_PSS_SHA256 } else { &RSA_PKCS1_SHA256 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_survives_being_written() {
        for algorithm in Algorithm::ALL.iter().copied() {
            let key = SigningKey::generate(algorithm, 2048).unwrap();
            let read = SigningKey::from_pkcs8(algorithm, &key.to_pkcs8().unwrap()).unwrap();
            assert_eq!(read.jwk(), key.jwk());
            let token = read.token("{}").unwrap();
            assert_eq!(token.len(), key.overhead_chars() + 3, "{algorithm}: the payload has 3 characters");
        }
    }

    #[test]
    fn a_key_is_of_its_algorithm() {
        let key = SigningKey::generate(Algorithm::Es256, 2048).unwrap().to_pkcs8().unwrap();
        for algorithm in [Algorithm::Rs256, Algorithm::Es384] {
            assert!(SigningKey::from_pkcs8(algorithm, &key).is_err());
        }
        assert!(SigningKey::generate(Algorithm::Rs256, 1024).is_err());
    }

    /// The key and thumbprint of RFC 7638, section 3.1.
    #[test]
    fn the_thumbprint_is_that_of_the_standard() {
        let n = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWK\
                 RXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMic\
                 AtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3\
                 XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";
        let jwk = Jwk {
            alg: Algorithm::Rs256,
            crv: None,
            e: Some("AQAB".into()),
            kid: String::new(),
            kty: "RSA".into(),
            n: Some(n.into()),
            r#use: "sig".into(),
            x: None,
            y: None,
        };
        assert_eq!(jwk.thumbprint(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    }
}
