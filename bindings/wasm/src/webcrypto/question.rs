//! One signature that WebCrypto may be asked about.

use veriquote::crypto::{Curve, HashAlgorithm, PublicKey, SaltLength, SignatureAlgorithm};

/// A key, with the one algorithm that it is used for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Key {
    algorithm: SignatureAlgorithm,
    /// A point; or a modulus.
    first: Vec<u8>,
    /// Nothing; or an exponent.
    second: Vec<u8>,
}

impl Key {
    /// `None` for what WebCrypto does not have everywhere, or decides otherwise: SHA-1, Ed25519 (whose keys and
    /// nonces of small order some engines take), SM2.
    pub(super) fn new(algorithm: SignatureAlgorithm, key: PublicKey<'_>) -> Option<Self> {
        hash(algorithm)?;
        let (first, second) = match (algorithm, key) {
            (SignatureAlgorithm::Ecdsa(..), PublicKey::Ec(point)) => (point, &[][..]),
            (
                SignatureAlgorithm::RsaPkcs1(_) | SignatureAlgorithm::RsaPss(..),
                PublicKey::Rsa { modulus, exponent },
            ) => (modulus, exponent),
            _ => return None,
        };
        Some(Self { algorithm, first: first.to_vec(), second: second.to_vec() })
    }

    /// Bytes of a signature; one of another length is none, and nobody is asked about it.
    fn signature_len(&self) -> usize {
        match self.algorithm {
            SignatureAlgorithm::Ecdsa(curve, _) => curve.width() * 2,
            _ => self.first.len(),
        }
    }

    /// The algorithm in words that `bindings/js/shared/webcrypto.js` takes apart.
    fn name(&self) -> String {
        let hash = hash(self.algorithm).unwrap_or_default();
        match self.algorithm {
            SignatureAlgorithm::Ecdsa(curve, _) => {
                let curve = match curve {
                    Curve::P256 => "P-256",
                    Curve::P384 => "P-384",
                    _ => "P-521",
                };
                ["ECDSA ", curve, " ", hash].concat()
            }
            SignatureAlgorithm::RsaPss(algorithm, salt) => {
                let salt = match salt {
                    SaltLength::Digest => algorithm.digest_len(),
                    // RFC 8017, section 9.1.1: what is encoded has one bit less than the modulus.
                    SaltLength::Maximum => {
                        let spare = usize::from(self.first.first() == Some(&1));
                        self.first.len().saturating_sub(spare + algorithm.digest_len() + 2)
                    }
                };
                ["RSA-PSS ", hash, " ", &salt.to_string()].concat()
            }
            _ => ["RSASSA-PKCS1-v1_5 ", hash].concat(),
        }
    }
}

/// WebCrypto's name of the hash function; `None` where nobody is to be asked.
fn hash(algorithm: SignatureAlgorithm) -> Option<&'static str> {
    match algorithm {
        SignatureAlgorithm::Ed25519 => None,
        other => match other.hash() {
            HashAlgorithm::Sha256 => Some("SHA-256"),
            HashAlgorithm::Sha384 => Some("SHA-384"),
            HashAlgorithm::Sha512 => Some("SHA-512"),
            _ => None,
        },
    }
}

/// A key, what it is said to have signed, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Question {
    key: Key,
    message: Vec<u8>,
    signature: Vec<u8>,
}

impl Question {
    /// `None` when the signature has not the key's length.
    pub(super) fn new(key: &Key, message: &[u8], signature: &[u8]) -> Option<Self> {
        (signature.len() == key.signature_len()).then(|| Self {
            key: key.clone(),
            message: message.to_vec(),
            signature: signature.to_vec(),
        })
    }

    /// True for the very same bytes.
    pub(super) fn is(&self, key: &Key, message: &[u8], signature: &[u8]) -> bool {
        self.signature == signature && self.message == message && self.key == *key
    }

    pub(super) fn algorithm(&self) -> String {
        self.key.name()
    }

    pub(super) fn first(&self) -> &[u8] {
        &self.key.first
    }

    pub(super) fn second(&self) -> &[u8] {
        &self.key.second
    }

    pub(super) fn message(&self) -> &[u8] {
        &self.message
    }

    pub(super) fn signature(&self) -> &[u8] {
        &self.signature
    }
}
