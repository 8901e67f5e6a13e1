//! MakeCredential and ActivateCredential in software (Part 1, 24; Part 3, 12.5 and 12.6).

use aes::Aes128;
use aes::cipher::{BlockCipherEncrypt, KeyInit};

use super::ak::AkKey;
use super::hash::PcrHash;
use super::tpm2b;
use crate::key::Key;

/// An endorsement key with its private part; Name hash SHA-256, AES-128-CFB, as TCG's templates have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ek {
    /// The key pair: RSA or P-256.
    pub key: AkKey,
}

/// What a TPM is given to activate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    /// TPM2B_ID_OBJECT.
    pub id_object: Vec<u8>,
    /// TPM2B_ENCRYPTED_SECRET.
    pub encrypted_secret: Vec<u8>,
}

impl Credential {
    /// The file of tpm2-tools: magic, version, and the two parts.
    #[must_use]
    pub fn file(&self) -> Vec<u8> {
        [&0xbadc_c0de_u32.to_be_bytes()[..], &1_u32.to_be_bytes(), &self.id_object, &self.encrypted_secret]
            .concat()
    }

    /// The two parts of a file.
    #[must_use]
    pub fn from_file(file: &[u8]) -> Option<Self> {
        let rest = file.strip_prefix(&[0xba, 0xdc, 0xc0, 0xde, 0, 0, 0, 1])?;
        Self::from_parts(rest)
    }

    /// The two parts, one after the other.
    #[must_use]
    pub fn from_parts(bytes: &[u8]) -> Option<Self> {
        let size = 2 + usize::from(u16::from_be_bytes(bytes.first_chunk().copied()?));
        let (id_object, encrypted_secret) = bytes.split_at_checked(size)?;
        Some(Self { id_object: id_object.to_vec(), encrypted_secret: encrypted_secret.to_vec() })
    }
}

const HASH: PcrHash = PcrHash::Sha256;

/// Wraps `secret` for the TPM of `ek`, to be opened only where the object of `name` is loaded.
#[must_use]
pub fn make_credential(ek: &Ek, name: &[u8], secret: &[u8], randomness: &[u8; 32]) -> Credential {
    let (seed, encrypted_secret) = match &ek.key {
        AkKey::Rsa(key) => (randomness.to_vec(), key.oaep(HASH, b"IDENTITY\0", &[0x5e; 32], randomness)),
        AkKey::P256(key) => {
            let ephemeral = Key::new(crate::hex(randomness));
            let shared = ephemeral.ecdh(&key.public()).expect("a point of the forge");
            let point = ephemeral.public();
            let seed = kdfe(&shared, &point[..32], &key.public()[..32]);
            (seed, [tpm2b(&point[..32]), tpm2b(&point[32..])].concat())
        }
        AkKey::P384(_) => panic!("no endorsement key of the forge is on P-384"),
    };
    let (encryption, integrity) = keys(&seed, name);
    let identity = cfb(&encryption, &tpm2b(secret), true);
    let mac = HASH.hmac(&integrity, &[&identity, name]);
    Credential {
        id_object: tpm2b(&[tpm2b(&mac), identity].concat()),
        encrypted_secret: tpm2b(&encrypted_secret),
    }
}

/// What the TPM does: `None` where it would answer with an error.
#[must_use]
pub fn activate(ek: &Ek, name: &[u8], credential: &Credential) -> Option<Vec<u8>> {
    let secret = credential.encrypted_secret.get(2..)?;
    let seed = match &ek.key {
        AkKey::Rsa(key) => key.open_oaep(HASH, b"IDENTITY\0", secret)?,
        AkKey::P256(key) => {
            let x = secret.get(2..34)?;
            let y = secret.get(36..68)?;
            let shared = key.ecdh(&[x, y].concat())?;
            kdfe(&shared, x, &key.public()[..32])
        }
        AkKey::P384(_) => return None,
    };
    let (encryption, integrity) = keys(&seed, name);
    let mac = credential.id_object.get(4..36)?;
    let identity = credential.id_object.get(36..)?;
    if HASH.hmac(&integrity, &[identity, name]) != mac {
        return None;
    }
    let plain = cfb(&encryption, identity, false);
    let size = usize::from(u16::from_be_bytes(plain.first_chunk().copied()?));
    (plain.len() == 2 + size).then(|| plain[2..].to_vec())
}

/// Encryption key of AES-128 and integrity key.
fn keys(seed: &[u8], name: &[u8]) -> (Vec<u8>, Vec<u8>) {
    (kdfa(seed, b"STORAGE\0", name, 128), kdfa(seed, b"INTEGRITY\0", &[], 256))
}

/// KDFa (Part 1, 11.4.10.2) for up to one block.
fn kdfa(key: &[u8], label: &[u8], context: &[u8], bits: u32) -> Vec<u8> {
    let mut out = HASH.hmac(key, &[&1_u32.to_be_bytes(), label, context, &bits.to_be_bytes()]);
    out.truncate(bits as usize / 8);
    out
}

/// KDFe (Part 1, 11.4.10.3) with SHA-256 for 256 bits.
fn kdfe(shared: &[u8], party_u: &[u8], party_v: &[u8]) -> Vec<u8> {
    HASH.digest(&[&1_u32.to_be_bytes(), shared, b"IDENTITY\0", party_u, party_v])
}

/// AES-128 in CFB mode, starting with zeros.
fn cfb(key: &[u8], input: &[u8], encrypt: bool) -> Vec<u8> {
    let cipher = Aes128::new_from_slice(key).expect("16 bytes");
    let mut feedback = [0; 16];
    let mut out = Vec::new();
    for chunk in input.chunks(16) {
        let mut block = feedback.into();
        cipher.encrypt_block(&mut block);
        let mixed: Vec<u8> = chunk.iter().zip(block.iter()).map(|(a, b)| a ^ b).collect();
        let ciphertext = if encrypt { &mixed[..] } else { chunk };
        feedback[..chunk.len()].copy_from_slice(ciphertext);
        out.extend(mixed);
    }
    out
}
