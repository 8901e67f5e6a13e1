//! TPMT_PUBLIC (Part 2, 12.2.4): the public area of a key, its Name and its qualified name.

use super::ak::{AkKey, Scheme};
use super::hash::PcrHash;
use super::tpm2b;

/// Bits of TPMA_OBJECT (Part 2, 8.3).
pub mod attributes {
    /// The hierarchy cannot be changed.
    pub const FIXED_TPM: u32 = 1 << 1;
    /// The parent cannot be changed.
    pub const FIXED_PARENT: u32 = 1 << 4;
    /// The TPM made the private part.
    pub const SENSITIVE_DATA_ORIGIN: u32 = 1 << 5;
    /// Authorised by a password or HMAC.
    pub const USER_WITH_AUTH: u32 = 1 << 6;
    /// Administered by policy only.
    pub const ADMIN_WITH_POLICY: u32 = 1 << 7;
    /// Duplication must be encrypted twice.
    pub const ENCRYPTED_DUPLICATION: u32 = 1 << 11;
    /// Signs only what the TPM itself made.
    pub const RESTRICTED: u32 = 1 << 16;
    /// May decrypt.
    pub const DECRYPT: u32 = 1 << 17;
    /// May sign.
    pub const SIGN: u32 = 1 << 18;
    /// What an attestation key must have.
    pub const AK: u32 = FIXED_TPM | FIXED_PARENT | SENSITIVE_DATA_ORIGIN | USER_WITH_AUTH | RESTRICTED | SIGN;
    /// What an endorsement key of TCG's template has.
    pub const EK: u32 =
        FIXED_TPM | FIXED_PARENT | SENSITIVE_DATA_ORIGIN | ADMIN_WITH_POLICY | RESTRICTED | DECRYPT;
}

/// A public area of which every field can be made wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicArea {
    /// TPMI_ALG_PUBLIC: 1 RSA, 0x23 ECC.
    pub kind: u16,
    /// Id of the hash of the Name.
    pub name_alg: u16,
    /// TPMA_OBJECT.
    pub attributes: u32,
    /// Policy digest.
    pub auth_policy: Vec<u8>,
    /// TPMT_SYM_DEF_OBJECT as bytes.
    pub symmetric: Vec<u8>,
    /// Signing scheme as bytes.
    pub scheme: Vec<u8>,
    /// The rest of the parameters: key bits and exponent, or curve and KDF.
    pub parameters: Vec<u8>,
    /// Unique fields: modulus, or x and y.
    pub unique: Vec<Vec<u8>>,
}

const NULL: [u8; 2] = [0, 0x10];

impl PublicArea {
    /// An attestation key of a careful machine.
    #[must_use]
    pub fn ak(key: &AkKey, scheme: Scheme, hash: PcrHash) -> Self {
        let (kind, parameters, unique) = match key {
            AkKey::Rsa(key) => (1, rsa_parameters(2048, 0), vec![key.modulus()]),
            AkKey::P256(_) | AkKey::P384(_) => {
                let curve = if matches!(key, AkKey::P256(_)) { 3_u16 } else { 4 };
                let point = key.point();
                let (x, y) = point.split_at(point.len() / 2);
                (0x23, [&curve.to_be_bytes()[..], &NULL].concat(), vec![x.to_vec(), y.to_vec()])
            }
        };
        Self {
            kind,
            name_alg: PcrHash::Sha256.id(),
            attributes: attributes::AK,
            auth_policy: Vec::new(),
            symmetric: NULL.to_vec(),
            scheme: [scheme.id().to_be_bytes(), hash.id().to_be_bytes()].concat(),
            parameters,
            unique,
        }
    }

    /// An endorsement key of TCG's default templates (EK Credential Profile, B.3.3 and B.3.4): AES-128-CFB.
    #[must_use]
    pub fn ek(key: &AkKey) -> Self {
        Self {
            attributes: attributes::EK,
            auth_policy: super::rsa_key::unhex(POLICY_A),
            symmetric: vec![0, 6, 0, 128, 0, 0x43],
            scheme: NULL.to_vec(),
            ..Self::ak(key, Scheme::Rsassa, PcrHash::Sha256)
        }
    }

    /// TPMT_PUBLIC.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let mut out = [self.kind.to_be_bytes(), self.name_alg.to_be_bytes()].concat();
        out.extend(self.attributes.to_be_bytes());
        out.extend(tpm2b(&self.auth_policy));
        out.extend(&self.symmetric);
        out.extend(&self.scheme);
        out.extend(&self.parameters);
        self.unique.iter().for_each(|field| out.extend(tpm2b(field)));
        out
    }

    /// TPM2B_PUBLIC.
    #[must_use]
    pub fn tpm2b(&self) -> Vec<u8> {
        tpm2b(&self.bytes())
    }

    /// The Name: algorithm, then the hash of the public area.
    ///
    /// # Panics
    /// When the Name's algorithm is none of the forge's.
    #[must_use]
    pub fn name(&self) -> Vec<u8> {
        let hash = self.name_hash();
        [&hash.id().to_be_bytes()[..], &hash.digest(&[&self.bytes()])].concat()
    }

    /// The qualified name under a parent of this qualified name (4 bytes of a hierarchy's handle at the top).
    #[must_use]
    pub fn qualified_name(&self, parent: &[u8]) -> Vec<u8> {
        let hash = self.name_hash();
        [&hash.id().to_be_bytes()[..], &hash.digest(&[parent, &self.name()])].concat()
    }

    pub(crate) fn name_hash(&self) -> PcrHash {
        PcrHash::ALL.into_iter().find(|hash| hash.id() == self.name_alg).expect("a hash of the forge")
    }
}

/// Key bits and exponent of an RSA key.
fn rsa_parameters(bits: u16, exponent: u32) -> Vec<u8> {
    [&bits.to_be_bytes()[..], &exponent.to_be_bytes()].concat()
}

/// PolicySecret(TPM_RH_ENDORSEMENT) with SHA-256.
const POLICY_A: &str = "837197674484b3f81a90cc8d46a5d724fd52d76e06520b64f2a1da1b331469aa";
