//! The hash algorithms of a TPM's banks.

use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384, Sha512};

/// A hash algorithm by its place in the TCG registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PcrHash {
    /// 0x0004
    Sha1,
    /// 0x000b
    Sha256,
    /// 0x000c
    Sha384,
    /// 0x000d
    Sha512,
}

impl PcrHash {
    /// Every one, by id.
    pub const ALL: [Self; 4] = [Self::Sha1, Self::Sha256, Self::Sha384, Self::Sha512];

    /// TPM_ALG_ID.
    #[must_use]
    pub const fn id(self) -> u16 {
        match self {
            Self::Sha1 => 4,
            Self::Sha256 => 0xb,
            Self::Sha384 => 0xc,
            Self::Sha512 => 0xd,
        }
    }

    /// Bytes of a digest.
    #[must_use]
    pub const fn size(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    /// As IMA and the tools write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
            Self::Sha384 => "sha384",
            Self::Sha512 => "sha512",
        }
    }

    /// The digest of the concatenation of `parts`.
    #[must_use]
    pub fn digest(self, parts: &[&[u8]]) -> Vec<u8> {
        let all = parts.concat();
        match self {
            Self::Sha1 => Sha1::digest(all).to_vec(),
            Self::Sha256 => Sha256::digest(all).to_vec(),
            Self::Sha384 => Sha384::digest(all).to_vec(),
            Self::Sha512 => Sha512::digest(all).to_vec(),
        }
    }

    /// HMAC (RFC 2104).
    #[must_use]
    pub fn hmac(self, key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
        let block = if matches!(self, Self::Sha384 | Self::Sha512) { 128 } else { 64 };
        let mut key = if key.len() > block { self.digest(&[key]) } else { key.to_vec() };
        key.resize(block, 0);
        let pad = |with: u8| key.iter().map(|byte| byte ^ with).collect::<Vec<_>>();
        let inner = self.digest(&[&pad(0x36), &parts.concat()]);
        self.digest(&[&pad(0x5c), &inner])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hmac_of_rfc_4231() {
        let mac = PcrHash::Sha256.hmac(b"Jefe", &[b"what do ya want ", b"for nothing?"]);
        assert_eq!(crate::hex(&mac), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
        for hash in PcrHash::ALL {
            assert_eq!(hash.digest(&[b"x"]).len(), hash.size());
        }
    }
}
