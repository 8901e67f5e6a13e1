//! Attestation keys in software, and TPMT_SIGNATURE (Part 2, 11.3.4).

use super::hash::PcrHash;
use super::rsa_key::RsaKey;
use super::tpm2b;
use crate::der::{bits, oid, sequence};
use crate::key::Key;
use crate::sha256;

/// A key pair that signs as a TPM does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AkKey {
    /// RSA-2048.
    Rsa(RsaKey),
    /// P-256, by label.
    P256(Key),
    /// P-384, by label.
    P384(String),
}

/// TPMI_ALG_SIG_SCHEME.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// RSASSA-PKCS1-v1_5.
    Rsassa,
    /// RSASSA-PSS with a salt as long as the hash, as libtpms makes it.
    Pss,
    /// RSASSA-PSS with the longest salt that fits, as many discrete TPMs make it.
    PssMaximum,
    /// ECDSA.
    Ecdsa,
}

impl Scheme {
    /// TPM_ALG_ID.
    #[must_use]
    pub const fn id(self) -> u16 {
        match self {
            Self::Rsassa => 0x14,
            Self::Pss | Self::PssMaximum => 0x16,
            Self::Ecdsa => 0x18,
        }
    }
}

/// A signature of which every field can be made wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TpmSignature {
    /// Signature algorithm.
    pub algorithm: u16,
    /// Hash algorithm.
    pub hash: u16,
    /// One field for RSA, r and s for ECC.
    pub fields: Vec<Vec<u8>>,
    /// What follows it.
    pub trailing: Vec<u8>,
}

impl TpmSignature {
    /// TPMT_SIGNATURE.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let mut out = [self.algorithm.to_be_bytes(), self.hash.to_be_bytes()].concat();
        self.fields.iter().for_each(|field| out.extend(tpm2b(field)));
        out.extend(&self.trailing);
        out
    }
}

impl AkKey {
    fn p384(label: &str) -> p384::ecdsa::SigningKey {
        let secret = [sha256(&[b"veriquote forge P-384 a ", label.as_bytes()]), sha256(&[label.as_bytes()])];
        let scalar = &secret.concat()[..48];
        p384::ecdsa::SigningKey::from_slice(scalar).expect("below the order but with negligible probability")
    }

    /// `x ‖ y` of an elliptic-curve key.
    ///
    /// # Panics
    /// For RSA.
    #[must_use]
    pub fn point(&self) -> Vec<u8> {
        match self {
            Self::Rsa(_) => panic!("an RSA key has no point"),
            Self::P256(key) => key.public().to_vec(),
            Self::P384(label) => {
                Self::p384(label).verifying_key().to_sec1_point(false).as_bytes()[1..].to_vec()
            }
        }
    }

    /// SubjectPublicKeyInfo.
    #[must_use]
    pub fn spki(&self) -> Vec<u8> {
        match self {
            Self::Rsa(key) => key.spki(),
            Self::P256(key) => key.spki(),
            Self::P384(_) => sequence(&[
                sequence(&[oid("1.2.840.10045.2.1"), oid("1.3.132.0.34")]),
                bits(&[&[4][..], &self.point()].concat()),
            ]),
        }
    }

    /// Signs `message`.
    ///
    /// # Panics
    /// When the scheme is not one of the key.
    #[must_use]
    pub fn sign(&self, scheme: Scheme, hash: PcrHash, message: &[u8]) -> TpmSignature {
        let fields = match (self, scheme) {
            (Self::Rsa(key), Scheme::Rsassa) => vec![key.rsassa(hash, message)],
            (Self::Rsa(key), Scheme::Pss) => vec![key.pss(hash, hash.size(), message)],
            (Self::Rsa(key), Scheme::PssMaximum) => vec![key.pss(hash, 254 - hash.size(), message)],
            (Self::P256(key), Scheme::Ecdsa) => halves(&key.sign_prehash(&hash.digest(&[message]))),
            (Self::P384(label), Scheme::Ecdsa) => {
                use p384::ecdsa::signature::hazmat::PrehashSigner;
                let signature: p384::ecdsa::Signature =
                    Self::p384(label).sign_prehash(&hash.digest(&[message])).expect("a long enough digest");
                halves(&signature.to_bytes())
            }
            _ => panic!("{self:?} does not sign by {scheme:?}"),
        };
        TpmSignature { algorithm: scheme.id(), hash: hash.id(), fields, trailing: Vec::new() }
    }
}

fn halves(signature: &[u8]) -> Vec<Vec<u8>> {
    let (r, s) = signature.split_at(signature.len() / 2);
    vec![r.to_vec(), s.to_vec()]
}
