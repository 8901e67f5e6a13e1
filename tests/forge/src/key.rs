//! Keys from labels, with deterministic signatures (RFC 6979).

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex};

use p256::ecdsa::signature::Signer;
use p256::ecdsa::signature::hazmat::PrehashSigner;
use p256::ecdsa::{Signature, SigningKey};

use crate::der::{bits, integer_octets, oid, sequence};
use crate::sha256;

/// A P-256 key pair whose private key is a hash of its label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// What the key is called; two keys of one label are the same key.
    pub label: String,
}

impl Key {
    /// The key of `label`.
    pub fn new(label: impl Into<String>) -> Self {
        Self { label: label.into() }
    }

    fn signing(&self) -> SigningKey {
        let secret = sha256(&[b"veriquote forge key ", self.label.as_bytes()]);
        SigningKey::from_slice(&secret).expect("a hash is a valid scalar but with negligible probability")
    }

    /// The public point, `x ‖ y`.
    #[must_use]
    pub fn public(&self) -> [u8; 64] {
        remembered(self, b"public", || {
            let point = self.signing().verifying_key().to_sec1_point(false);
            point.as_bytes()[1..].try_into().expect("an uncompressed point has 65 bytes")
        })
    }

    /// The public point with its leading 04.
    #[must_use]
    pub fn point(&self) -> Vec<u8> {
        [&[4][..], &self.public()].concat()
    }

    /// SubjectPublicKeyInfo.
    #[must_use]
    pub fn spki(&self) -> Vec<u8> {
        sequence(&[sequence(&[oid("1.2.840.10045.2.1"), oid("1.2.840.10045.3.1.7")]), bits(&self.point())])
    }

    /// A key identifier: twenty bytes that depend on the key alone.
    #[must_use]
    pub fn identifier(&self) -> Vec<u8> {
        sha256(&[&self.point()])[..20].to_vec()
    }

    /// ECDSA with SHA-256, `r ‖ s`.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        remembered(self, &sha256(&[message]), || {
            let signature: Signature = self.signing().sign(message);
            signature.to_bytes().into()
        })
    }

    /// ECDSA over a digest of 32 bytes or more, `r ‖ s`.
    pub(crate) fn sign_prehash(&self, digest: &[u8]) -> [u8; 64] {
        remembered(self, &[b"prehash", digest].concat(), || {
            let signature: Signature = self.signing().sign_prehash(digest).expect("a long enough digest");
            signature.to_bytes().into()
        })
    }

    /// The shared secret with a point `x ‖ y`: the x coordinate.
    pub(crate) fn ecdh(&self, point: &[u8]) -> Option<[u8; 32]> {
        let other = p256::PublicKey::from_sec1_bytes(&[&[4], point].concat()).ok()?;
        let secret = self.signing();
        let shared = p256::ecdh::diffie_hellman(secret.as_nonzero_scalar(), other.as_affine());
        Some((*shared.raw_secret_bytes()).into())
    }

    /// ECDSA with SHA-256 as DER.
    #[must_use]
    pub fn sign_der(&self, message: &[u8]) -> Vec<u8> {
        let raw = self.sign(message);
        sequence(&[unsigned(&raw[..32]), unsigned(&raw[32..])])
    }
}

/// By label, and a digest of what was signed.
type Known = HashMap<(String, Vec<u8>), [u8; 64]>;

/// Keys and signatures are deterministic, and a catalogue of cases asks for the same ones all the time.
fn remembered(key: &Key, what: &[u8], make: impl FnOnce() -> [u8; 64]) -> [u8; 64] {
    static KNOWN: LazyLock<Mutex<Known>> = LazyLock::new(Mutex::default);
    let name = (key.label.clone(), what.to_vec());
    if let Some(value) = KNOWN.lock().expect("nobody panics while holding it").get(&name) {
        return *value;
    }
    let value = make();
    KNOWN.lock().expect("nobody panics while holding it").insert(name, value);
    value
}

/// `r ‖ (n − s)`: the other valid signature of the same message.
///
/// # Panics
/// When it is no signature.
#[must_use]
pub fn other_half(signature: [u8; 64]) -> [u8; 64] {
    let parsed = Signature::from_slice(&signature).expect("a signature made here");
    let (r, s) = parsed.split_scalars();
    let negated = Signature::from_scalars(r, -s).expect("the negation of a non-zero scalar");
    negated.to_bytes().into()
}

fn unsigned(bytes: &[u8]) -> Vec<u8> {
    let start = bytes.iter().position(|byte| *byte != 0).unwrap_or(bytes.len() - 1);
    let pad = if bytes[start] >= 0x80 { &[0][..] } else { &[] };
    integer_octets(&[pad, &bytes[start..]].concat())
}

#[cfg(test)]
mod tests {
    use super::*;
    use p256::ecdsa::VerifyingKey;
    use p256::ecdsa::signature::Verifier;

    #[test]
    fn signatures_verify_and_repeat() {
        let key = Key::new("a");
        let verifier = VerifyingKey::from_sec1_bytes(&key.point()).unwrap();
        let signature = key.sign(b"message");
        assert_eq!(signature, key.sign(b"message"));
        for raw in [signature, other_half(signature)] {
            verifier.verify(b"message", &Signature::from_slice(&raw).unwrap()).unwrap();
        }
        assert_ne!(other_half(signature), signature);
        verifier.verify(b"message", &Signature::from_der(&key.sign_der(b"message")).unwrap()).unwrap();
        assert_ne!(Key::new("b").public(), key.public());
    }
}
