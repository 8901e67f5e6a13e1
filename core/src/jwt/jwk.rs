//! One public key as JSON (RFC 7517, section 4; RFC 7518, section 6; RFC 8037).

use alloc::boxed::Box;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use super::algorithm::Algorithm;
use super::base64url;
use super::certified;
use crate::crypto::RsaWeakness;
use crate::crypto::{CryptoProvider, Curve, HashAlgorithm, PublicKey, SubjectPublicKeyInfo, VerifyingKey};
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::json::{Node, Value};
use crate::limits;

/// A public key that was read, checked and loaded.
#[derive(Debug)]
pub struct Jwk {
    kid: Option<String>,
    alg: Option<Algorithm>,
    material: Material,
    x5c: Vec<Vec<u8>>,
    loaded: Vec<Loaded>,
}

/// A key that was loaded for one algorithm.
type Loaded = (Algorithm, Box<dyn VerifyingKey>);

/// The numbers of a key, at full width.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Material {
    /// `04 ‖ x ‖ y`.
    Ec {
        curve: Curve,
        point: Vec<u8>,
    },
    /// 32 bytes, little-endian with the sign of x on top (RFC 8032, section 5.1.2).
    Ed25519 {
        key: Vec<u8>,
    },
    Rsa {
        modulus: Vec<u8>,
        exponent: Vec<u8>,
    },
}

/// The registered name of a curve and its algorithm (RFC 7518, sections 3.4 and 6.2.1.1).
const fn named(curve: Curve) -> (&'static str, Algorithm) {
    match curve {
        Curve::P256 => ("P-256", Algorithm::Es256),
        Curve::P384 => ("P-384", Algorithm::Es384),
        Curve::P521 => ("P-521", Algorithm::Es512),
    }
}

const CURVES: [Curve; 3] = [Curve::P256, Curve::P384, Curve::P521];

impl Jwk {
    /// Reads a key and loads it for every algorithm that it may be used with.
    ///
    /// # Errors
    /// `jwt.key.secret` for a private or symmetric key, `jwt.key.usage` when `use` or `key_ops` does not
    /// let it verify, `jwt.key.certificate` when its certificate is another key's or has another thumbprint,
    /// `jwt.key.invalid` for everything else: a member that is missing, of another type, not
    /// at full width, an unknown curve, a weak or wrong key, an `alg` that is not the key's.
    pub(crate) fn parse(node: &Node<'_>, provider: &dyn CryptoProvider) -> Result<Self, Error> {
        if node.members().is_none() {
            return Err(invalid("", "a key is a JSON object"));
        }
        refuse_secret(node)?;
        let kty = required_text(node, "kty")?;
        let material = match kty {
            "EC" => ec(node)?,
            "OKP" => okp(node)?,
            "RSA" => rsa(node)?,
            _ => return Err(invalid("kty", "a kind of key that is not verified here")),
        };
        check_usage(node)?;
        let alg = match optional_text(node, "alg")? {
            None => None,
            Some(name) => match Algorithm::from_name(name) {
                Some(algorithm) if material.algorithms().contains(&algorithm) => Some(algorithm),
                _ => {
                    return Err(invalid("alg", "an algorithm that is not this key's")
                        .with(Fact::string("actual", name.chars().take(64).collect())));
                }
            },
        };
        let kid = optional_text(node, "kid")?.map(String::from);
        let x5c = x5c(node)?;
        certified::check_first(node, &x5c, |spki| material.public_key() == spki.key(), provider)?;
        let loaded = match alg {
            Some(algorithm) => load(&material, &[algorithm], provider)?,
            None => load(&material, material.algorithms(), provider)?,
        };
        Ok(Self { kid, alg, material, x5c, loaded })
    }

    /// `kid`.
    #[must_use]
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// The one algorithm that the key is bound to: its `alg`, or that of its curve.
    #[must_use]
    pub fn bound_to(&self) -> Option<Algorithm> {
        match &self.material {
            Material::Ec { curve, .. } => Some(named(*curve).1),
            Material::Ed25519 { .. } => Some(Algorithm::EdDsa),
            Material::Rsa { .. } => self.alg,
        }
    }

    /// The certificates that came with the key, leaf first, as DER. Nothing about them is verified.
    #[must_use]
    pub fn unauthenticated_x5c(&self) -> &[Vec<u8>] {
        &self.x5c
    }

    /// `RSA`, `EC` or `OKP`.
    #[must_use]
    pub const fn kty(&self) -> &'static str {
        match self.material {
            Material::Ec { .. } => "EC",
            Material::Ed25519 { .. } => "OKP",
            Material::Rsa { .. } => "RSA",
        }
    }

    /// The RFC 7638 thumbprint: SHA-256 over the required members in lexicographic order, as base64url.
    #[must_use]
    pub fn thumbprint(&self, provider: &dyn CryptoProvider) -> String {
        let json = match &self.material {
            Material::Ec { curve, point } => {
                let (x, y) = point.get(1..).unwrap_or_default().split_at(curve.width());
                alloc::format!(
                    r#"{{"crv":"{}","kty":"EC","x":"{}","y":"{}"}}"#,
                    named(*curve).0,
                    base64url::encode(x),
                    base64url::encode(y)
                )
            }
            Material::Ed25519 { key } => {
                alloc::format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#, base64url::encode(key))
            }
            Material::Rsa { modulus, exponent } => alloc::format!(
                r#"{{"e":"{}","kty":"RSA","n":"{}"}}"#,
                base64url::encode(exponent),
                base64url::encode(modulus)
            ),
        };
        base64url::encode(provider.hash(HashAlgorithm::Sha256, &[json.as_bytes()]).as_slice())
    }

    /// The key loaded for `algorithm`, if it may be used with it.
    pub(crate) fn verifier(&self, algorithm: Algorithm) -> Option<&dyn VerifyingKey> {
        self.loaded.iter().find(|(loaded, _)| *loaded == algorithm).map(|(_, key)| key.as_ref())
    }

    /// Whether a certificate is for this very key.
    pub(crate) fn is_key_of(&self, spki: &SubjectPublicKeyInfo<'_>) -> bool {
        self.material.public_key() == spki.key()
    }
}

impl Material {
    fn public_key(&self) -> PublicKey<'_> {
        match self {
            Self::Ec { point, .. } => PublicKey::Ec(point),
            Self::Ed25519 { key } => PublicKey::Ed25519(key),
            Self::Rsa { modulus, exponent } => PublicKey::Rsa { modulus, exponent },
        }
    }

    /// What this kind of key can be used with.
    const fn algorithms(&self) -> &'static [Algorithm] {
        match self {
            Self::Ec { curve: Curve::P256, .. } => &[Algorithm::Es256],
            Self::Ec { curve: Curve::P384, .. } => &[Algorithm::Es384],
            Self::Ec { curve: Curve::P521, .. } => &[Algorithm::Es512],
            Self::Ed25519 { .. } => &[Algorithm::EdDsa],
            Self::Rsa { .. } => Algorithm::RSA,
        }
    }
}

fn load(
    material: &Material,
    algorithms: &[Algorithm],
    provider: &dyn CryptoProvider,
) -> Result<Vec<Loaded>, Error> {
    let one = |algorithm: &Algorithm| {
        provider.load_key(algorithm.signature(), material.public_key()).map(|key| (*algorithm, key)).map_err(
            |_| {
                invalid("", "not a valid key: a point off its curve, an RSA key of fewer than 2048 or more than 8192 bits, or a weak exponent")
            },
        )
    };
    algorithms.iter().map(one).collect()
}

/// Refuses keys that could sign: whoever publishes one has lost it (RFC 7517, section 9.3).
fn refuse_secret(node: &Node<'_>) -> Result<(), Error> {
    let secret = |member| Err(Error::new(Code::JwtKeySecret, member));
    if node.get("kty").and_then(Node::text) == Some("oct") {
        return secret("kty");
    }
    match SECRET_MEMBERS.iter().find(|member| node.get(member).is_some()) {
        Some(member) => secret(member),
        None => Ok(()),
    }
}

fn check_usage(node: &Node<'_>) -> Result<(), Error> {
    let forbidden =
        |member, problem| Err(Error::new(Code::JwtKeyUsage, member).with(Fact::text("problem", problem)));
    match optional_text(node, "use")? {
        None | Some("sig") => {}
        Some(_) => return forbidden("use", "the key is not for signatures"),
    }
    let Some(operations) = node.get("key_ops") else { return Ok(()) };
    let operations = operations.items().ok_or_else(|| invalid("key_ops", "not a list"))?;
    let mut seen: Vec<&str> = Vec::new();
    if operations.len() > limits::JWK_KEY_OPS {
        return Err(invalid("key_ops", "more operations than there are"));
    }
    for operation in operations {
        let name = operation.text().ok_or_else(|| invalid("key_ops", "not a list of strings"))?;
        if seen.contains(&name) {
            return Err(invalid("key_ops", "an operation is named twice"));
        }
        seen.push(name);
    }
    if seen.contains(&"verify") { Ok(()) } else { forbidden("key_ops", "the key is not to verify with") }
}

/// RFC 7518, section 6.2.1: both coordinates as long as the curve's field, zeros in front included.
fn ec(node: &Node<'_>) -> Result<Material, Error> {
    let name = required_text(node, "crv")?;
    let curve = CURVES
        .into_iter()
        .find(|curve| named(*curve).0 == name)
        .ok_or_else(|| invalid("crv", "a curve that is not verified here"))?;
    let mut point = alloc::vec![0x04];
    for member in ["x", "y"] {
        point.extend_from_slice(&coordinate(node, member, curve.width())?);
    }
    Ok(Material::Ec { curve, point })
}

/// RFC 8037, section 2: of the octet key pairs, those of Ed25519.
fn okp(node: &Node<'_>) -> Result<Material, Error> {
    match required_text(node, "crv")? {
        "Ed25519" => Ok(Material::Ed25519 { key: coordinate(node, "x", 32)? }),
        _ => Err(invalid("crv", "a curve that is not verified here")),
    }
}

fn coordinate(node: &Node<'_>, member: &'static str, width: usize) -> Result<Vec<u8>, Error> {
    let coordinate = required_bytes(node, member)?;
    if coordinate.len() == width {
        Ok(coordinate)
    } else {
        Err(invalid(member, "not as long as the curve's field")
            .with(Fact::count("expected", width))
            .with(Fact::count("actual", coordinate.len())))
    }
}

/// RFC 7518, section 6.3.1: no zeros in front.
fn rsa(node: &Node<'_>) -> Result<Material, Error> {
    let mut numbers = ["n", "e"].into_iter().map(|member| {
        let number = required_bytes(node, member)?;
        match number.first() {
            None | Some(0) => Err(invalid(member, "empty, or zeros in front of the number")),
            Some(_) => Ok(number),
        }
    });
    let missing = || invalid("n", "missing");
    let modulus = numbers.next().ok_or_else(missing)??;
    let exponent = numbers.next().ok_or_else(missing)??;
    refuse_marked(&modulus, "n")?;
    Ok(Material::Rsa { modulus, exponent })
}

/// Refuses an RSA key whose factors can be found by its form, wherever the key came from. What else may be wrong
/// with it is told when it is loaded, which a token of another algorithm never asks for.
pub(crate) fn refuse_marked(modulus: &[u8], part: &'static str) -> Result<(), Error> {
    match RsaWeakness::of_modulus(modulus) {
        Some(weakness @ RsaWeakness::Factorable) => Err(invalid(part, weakness.as_str())),
        _ => Ok(()),
    }
}

/// The certificates of a key or of a header, leaf first (RFC 7517, section 4.7).
pub(crate) fn x5c(node: &Node<'_>) -> Result<Vec<Vec<u8>>, Error> {
    let Some(list) = node.get("x5c") else { return Ok(Vec::new()) };
    let items = list.items().ok_or_else(|| invalid("x5c", "not a list"))?;
    if items.is_empty() {
        return Err(invalid("x5c", "an empty list"));
    }
    if items.len() > limits::CERTIFICATES {
        return Err(Error::new(Code::LimitCount, "x5c").with(Fact::count("maximum", limits::CERTIFICATES)));
    }
    items
        .iter()
        .map(|item| match &item.value {
            Value::String(text) => base64url::decode_certificate(text).map_err(|error| error.inside("x5c")),
            _ => Err(invalid("x5c", "not a list of strings")),
        })
        .collect()
}

fn required_text<'n>(node: &'n Node<'_>, member: &'static str) -> Result<&'n str, Error> {
    optional_text(node, member)?.ok_or_else(|| invalid(member, "missing"))
}

fn optional_text<'n>(node: &'n Node<'_>, member: &'static str) -> Result<Option<&'n str>, Error> {
    match node.get(member) {
        None => Ok(None),
        Some(value) => match value.text() {
            Some(text) if text.len() <= limits::JWK_NUMBER_CHARS => Ok(Some(text)),
            Some(_) => Err(invalid(member, "longer than any real one")),
            None => Err(invalid(member, "not a string")),
        },
    }
}

fn required_bytes(node: &Node<'_>, member: &'static str) -> Result<Vec<u8>, Error> {
    let text = required_text(node, member)?;
    base64url::decode(text.as_bytes()).map_err(|error| {
        let at = error.offset().unwrap_or_default();
        invalid(member, "not base64url without padding").with(Fact::count("at", at))
    })
}

fn invalid(member: &'static str, problem: &'static str) -> Error {
    Error::new(Code::JwtKeyInvalid, member.to_string()).with(Fact::text("problem", problem))
}

/// RFC 7518, sections 6.2.2, 6.3.2 and 6.4; RFC 8037, section 2.
const SECRET_MEMBERS: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];
