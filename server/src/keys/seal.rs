//! Sealing secrets at rest: AES-256-GCM under a key that Argon2id (RFC 9106) makes of the passphrase.

use std::fmt;

use argon2::{Algorithm, Argon2, Params, Version};
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::Passphrase;
use crate::encoding::{from_base64url, to_base64url};
use crate::random;

/// The most memory that a file may ask for, in KiB: 1 GiB.
const MOST_MEMORY_KIB: u32 = 1_048_576;

/// The most passes that a file may ask for.
const MOST_PASSES: u32 = 16;

/// What sealed a secret, and the secret, sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sealed {
    kdf: Kdf,
    cipher: String,
    nonce: String,
    text: String,
}

/// How the key is made of the passphrase.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kdf {
    name: String,
    memory_kib: u32,
    passes: u32,
    lanes: u32,
    salt: String,
}

/// Why a secret was not sealed or opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SealError {
    /// The file names another method, or has a value that makes no sense.
    Format,
    /// The passphrase is wrong, or the file was changed.
    Refused,
    /// The system gave no random numbers.
    NoRandomness,
}

const KDF: &str = "argon2id";
const CIPHER: &str = "AES-256-GCM";
const PASSES: u32 = 3;
const LANES: u32 = 1;

impl Sealed {
    /// Seals `secret`; `bound` is not hidden, and the secret opens only beside the very same.
    ///
    /// # Errors
    /// [`SealError`].
    pub fn seal(
        secret: &[u8],
        bound: &[u8],
        passphrase: &Passphrase,
        memory_kib: u32,
    ) -> Result<Self, SealError> {
        let salt = random::bytes::<16>().map_err(|_| SealError::NoRandomness)?;
        let nonce = random::bytes::<NONCE_LEN>().map_err(|_| SealError::NoRandomness)?;
        let kdf =
            Kdf { name: KDF.to_owned(), memory_kib, passes: PASSES, lanes: LANES, salt: to_base64url(&salt) };
        let key = kdf.key(passphrase)?;
        let mut text = secret.to_vec();
        let sealed =
            key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(bound), &mut text);
        sealed.map_err(|_| SealError::Refused)?;
        Ok(Self { kdf, cipher: CIPHER.to_owned(), nonce: to_base64url(&nonce), text: to_base64url(&text) })
    }

    /// Opens it.
    ///
    /// # Errors
    /// [`SealError`].
    pub fn open(&self, bound: &[u8], passphrase: &Passphrase) -> Result<Zeroizing<Vec<u8>>, SealError> {
        if self.cipher != CIPHER {
            return Err(SealError::Format);
        }
        let bytes = |text: &str| from_base64url(text).map_err(|_| SealError::Format);
        let nonce: [u8; NONCE_LEN] = bytes(&self.nonce)?.try_into().map_err(|_| SealError::Format)?;
        let mut text = Zeroizing::new(bytes(&self.text)?);
        let key = self.kdf.key(passphrase)?;
        let opened = key
            .open_in_place(Nonce::assume_unique_for_key(nonce), Aad::from(bound), &mut text)
            .map_err(|_| SealError::Refused)?;
        Ok(Zeroizing::new(opened.to_vec()))
    }
}

impl Kdf {
    fn key(&self, passphrase: &Passphrase) -> Result<LessSafeKey, SealError> {
        if self.name != KDF || self.memory_kib > MOST_MEMORY_KIB || self.passes > MOST_PASSES {
            return Err(SealError::Format);
        }
        let salt = from_base64url(&self.salt).map_err(|_| SealError::Format)?;
        let mut key = Zeroizing::new([0; 32]);
        let params = Params::new(self.memory_kib, self.passes, self.lanes, Some(key.len()))
            .map_err(|_| SealError::Format)?;
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(passphrase.expose(), &salt, key.as_mut_slice())
            .map_err(|_| SealError::Format)?;
        let key = UnboundKey::new(&AES_256_GCM, key.as_slice()).map_err(|_| SealError::Format)?;
        Ok(LessSafeKey::new(key))
    }
}

impl fmt::Display for SealError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Format => "it is sealed in a way that this release does not know",
            Self::Refused => "the passphrase is wrong, or the file was changed",
            Self::NoRandomness => "the system gives no random numbers",
        })
    }
}

impl std::error::Error for SealError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn passphrase(text: &str) -> Passphrase {
        Passphrase::new(text.as_bytes()).unwrap()
    }

    #[test]
    fn it_opens_with_the_passphrase_beside_what_it_is_bound_to() {
        let ours = passphrase("correct horse battery");
        let sealed = Sealed::seal(b"secret", b"bound", &ours, 8_192).unwrap();
        assert_eq!(sealed.open(b"bound", &ours).unwrap().as_slice(), b"secret");
        assert_eq!(sealed.open(b"other", &ours).unwrap_err(), SealError::Refused);
        let other = passphrase("correct horse batterz");
        assert_eq!(sealed.open(b"bound", &other).unwrap_err(), SealError::Refused);
        let again = Sealed::seal(b"secret", b"bound", &ours, 8_192).unwrap();
        assert_ne!((sealed.text, sealed.nonce), (again.text, again.nonce));
    }

    #[test]
    fn what_a_changed_file_asks_for_is_bounded() {
        let ours = passphrase("correct horse battery");
        let sealed = Sealed::seal(b"secret", b"bound", &ours, 8_192).unwrap();
        let changed = |change: &dyn Fn(&mut Sealed)| {
            let mut sealed = sealed.clone();
            change(&mut sealed);
            sealed.open(b"bound", &ours).unwrap_err()
        };
        assert_eq!(changed(&|sealed| sealed.kdf.memory_kib = u32::MAX), SealError::Format);
        assert_eq!(changed(&|sealed| sealed.kdf.passes = u32::MAX), SealError::Format);
        assert_eq!(changed(&|sealed| sealed.kdf.lanes = 0), SealError::Format);
        assert_eq!(changed(&|sealed| sealed.kdf.name = "pbkdf2".into()), SealError::Format);
        assert_eq!(changed(&|sealed| sealed.cipher = "AES-128-GCM".into()), SealError::Format);
        assert_eq!(changed(&|sealed| sealed.nonce.truncate(4)), SealError::Format);
        assert_eq!(changed(&|sealed| sealed.text.truncate(4)), SealError::Refused);
        assert_eq!(changed(&|sealed| sealed.kdf.passes = 2), SealError::Refused);
    }
}
