//! Keys on P-384 from labels, with deterministic signatures.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex};

use p384::ecdsa::signature::Signer;
use p384::ecdsa::{Signature, SigningKey};
use sha2::{Digest, Sha256, Sha384};

use crate::der::{bits, integer_octets, oid, sequence};

/// SHA-384 of `message`.
#[must_use]
pub fn sha384(message: &[u8]) -> [u8; 48] {
    Sha384::digest(message).into()
}

/// A P-384 key pair whose private key is a hash of its label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NvKey {
    /// What the key is called.
    pub label: String,
}

impl NvKey {
    /// The key of `label`.
    pub fn new(label: impl Into<String>) -> Self {
        Self { label: label.into() }
    }

    fn signing(&self) -> SigningKey {
        let secret = sha384(format!("veriquote forge key {}", self.label).as_bytes());
        SigningKey::from_slice(&secret).expect("a hash is a valid scalar but with negligible probability")
    }

    /// The public point with its leading 04.
    #[must_use]
    pub fn point(&self) -> Vec<u8> {
        remembered(self, b"public", || {
            self.signing().verifying_key().to_sec1_point(false).as_bytes().to_vec()
        })
    }

    /// SubjectPublicKeyInfo.
    #[must_use]
    pub fn spki(&self) -> Vec<u8> {
        sequence(&[sequence(&[oid("1.2.840.10045.2.1"), oid("1.3.132.0.34")]), bits(&self.point())])
    }

    /// A key identifier: twenty bytes that depend on the key alone.
    #[must_use]
    pub fn identifier(&self) -> Vec<u8> {
        Sha256::digest(self.point())[..20].to_vec()
    }

    /// ECDSA with SHA-384, `r ‖ s`.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        remembered(self, &sha384(message), || {
            let signature: Signature = self.signing().sign(message);
            signature.to_bytes().to_vec()
        })
    }

    /// ECDSA with SHA-384 as DER.
    #[must_use]
    pub fn sign_der(&self, message: &[u8]) -> Vec<u8> {
        der_of(&self.sign(message))
    }

    /// ECDSA with SHA-256 as DER, as NVIDIA signs revocation lists.
    #[must_use]
    pub fn sign_sha256_der(&self, message: &[u8]) -> Vec<u8> {
        use p384::ecdsa::signature::hazmat::PrehashSigner;
        let digest = Sha256::digest(message);
        let raw = remembered(self, &[b"sha256", digest.as_slice()].concat(), || {
            let signature: Signature = self.signing().sign_prehash(&digest).expect("a long enough digest");
            signature.to_bytes().to_vec()
        });
        der_of(&raw)
    }
}

/// `r ‖ s` as DER.
#[must_use]
pub fn der_of(raw: &[u8]) -> Vec<u8> {
    let (r, s) = raw.split_at(raw.len() / 2);
    sequence(&[unsigned(r), unsigned(s)])
}

fn unsigned(bytes: &[u8]) -> Vec<u8> {
    let start = bytes.iter().position(|byte| *byte != 0).unwrap_or(bytes.len() - 1);
    let pad = if bytes[start] >= 0x80 { &[0][..] } else { &[] };
    integer_octets(&[pad, &bytes[start..]].concat())
}

type Known = HashMap<(String, Vec<u8>), Vec<u8>>;

fn remembered(key: &NvKey, what: &[u8], make: impl FnOnce() -> Vec<u8>) -> Vec<u8> {
    static KNOWN: LazyLock<Mutex<Known>> = LazyLock::new(Mutex::default);
    let name = (key.label.clone(), what.to_vec());
    if let Some(value) = KNOWN.lock().expect("nobody panics while holding it").get(&name) {
        return value.clone();
    }
    let value = make();
    KNOWN.lock().expect("nobody panics while holding it").insert(name, value.clone());
    value
}
