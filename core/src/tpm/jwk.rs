//! Public keys as JSON Web Keys (RFC 7517, RFC 7518 section 6).

use alloc::vec::Vec;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::ak::OwnedKey;
use super::public::{Curve, PublicKey};
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::json::{self, Node, Strictness};
use crate::limits;

/// A public key of a JSON Web Key.
#[derive(Clone, Debug)]
pub struct Jwk {
    key: OwnedKey,
}

impl Jwk {
    /// Reads a key of type `RSA` or `EC`.
    ///
    /// # Errors
    /// `json.…`, `limit.size`, `tpm.public.layout`, `tpm.algorithm`.
    pub fn parse(text: &[u8]) -> Result<Self, Error> {
        if text.len() > limits::TPM_STRUCTURE_BYTES {
            return Err(Error::new(Code::LimitSize, "jwk").with(Fact::count("size", text.len())));
        }
        let document = json::parse(text, Strictness::DOCUMENT).map_err(|error| error.inside("jwk"))?;
        Self::read(&document).map_err(|error| error.inside("jwk"))
    }

    pub(super) fn read(node: &Node<'_>) -> Result<Self, Error> {
        let text = |name: &'static str| {
            let member = node.members().unwrap_or_default().iter().find(|member| member.name == name);
            member.and_then(|member| member.node.text()).ok_or_else(|| {
                Error::new(Code::TpmPublicLayout, name).with(Fact::text("problem", "a member is missing"))
            })
        };
        let number = |name: &'static str| -> Result<Vec<u8>, Error> {
            URL_SAFE_NO_PAD.decode(text(name)?).map_err(|_| {
                Error::new(Code::TpmPublicLayout, name).with(Fact::text("problem", "not base64url"))
            })
        };
        let key = match text("kty")? {
            "RSA" => {
                let mut modulus = number("n")?;
                // The RFC asks for the fewest octets; Azure's firmware writes exactly those.
                if modulus.first() == Some(&0) {
                    modulus.remove(0);
                }
                let exponent = number("e")?;
                if exponent.len() > 8 {
                    return Err(Error::new(Code::TpmKeyWeak, "e"));
                }
                let exponent = exponent.iter().fold(0u64, |value, byte| value << 8 | u64::from(*byte));
                OwnedKey::Rsa { modulus, exponent }
            }
            "EC" => {
                let curve = match text("crv")? {
                    "P-256" => Curve::NIST_P256,
                    "P-384" => Curve::NIST_P384,
                    "P-521" => Curve::NIST_P521,
                    _ => return Err(Error::new(Code::TpmAlgorithm, "crv")),
                };
                let (x, y) = (number("x")?, number("y")?);
                // Full width always (RFC 7518, section 6.2.1.2).
                if curve.width() != Some(x.len()) || curve.width() != Some(y.len()) {
                    return Err(Error::new(Code::TpmPublicLayout, "x")
                        .with(Fact::text("problem", "a coordinate has not the width of the field")));
                }
                OwnedKey::Ecc { curve, x, y }
            }
            _ => return Err(Error::new(Code::TpmAlgorithm, "kty")),
        };
        Ok(Self { key })
    }

    /// The key.
    #[must_use]
    pub fn key(&self) -> PublicKey<'_> {
        self.key.borrow()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_both_kinds() {
        let rsa = Jwk::parse(br#"{"kty":"RSA","kid":"k","e":"AQAB","n":"AMECAw"}"#).unwrap();
        assert_eq!(rsa.key(), PublicKey::Rsa { modulus: &[0xc1, 2, 3], exponent: 65537 });
        let x = URL_SAFE_NO_PAD.encode([7; 32]);
        let ec = alloc::format!(r#"{{"kty":"EC","crv":"P-256","x":"{x}","y":"{x}"}}"#);
        let ec = Jwk::parse(ec.as_bytes()).unwrap();
        assert_eq!(ec.key(), PublicKey::Ecc { curve: Curve::NIST_P256, x: &[7; 32], y: &[7; 32] });
    }

    #[test]
    fn refuses_what_is_no_key() {
        for (text, code) in [
            ("[]", Code::TpmPublicLayout),
            (r#"{"kty":"oct","k":"AA"}"#, Code::TpmAlgorithm),
            (r#"{"kty":"RSA","e":"AQAB"}"#, Code::TpmPublicLayout),
            (r#"{"kty":"RSA","e":"AQAB","n":"*"}"#, Code::TpmPublicLayout),
            (r#"{"kty":"RSA","e":"AQABAQABAQAB","n":"wQ"}"#, Code::TpmKeyWeak),
            (r#"{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}"#, Code::TpmPublicLayout),
            (r#"{"kty":"EC","crv":"secp256k1","x":"AA","y":"AA"}"#, Code::TpmAlgorithm),
            (r#"{"kty":"RSA","kty":"EC"}"#, Code::JsonDuplicateKey),
        ] {
            assert_eq!(Jwk::parse(text.as_bytes()).unwrap_err().code(), code, "{text}");
        }
    }
}
