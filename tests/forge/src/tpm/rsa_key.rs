//! Two RSA-2048 key pairs, fixed here: to make primes afresh takes seconds and depends on the generator.
//! They belong to nobody.

use rsa::hazmat::rsa_decrypt;
use rsa::traits::PublicKeyParts;
use rsa::{BoxedUint, PrivateKey};

use super::hash::PcrHash;
use crate::der::{bits, integer_octets, oid, sequence, tlv};
use crate::sha256;

/// An odd modulus of 2048 bits as the generator of CVE-2017-15361 makes them: a power of 65537 (the zeroth)
/// modulo every prime up to 701.
///
/// # Panics
/// Never: every carry fits.
#[must_use]
pub fn roca_modulus() -> Vec<u8> {
    // With these 1077 bits the product has 2048.
    let mut number = vec![0xff; 135];
    number[0] = 0x1f;
    for factor in (2..=701_u32).filter(|number| (2..*number).all(|divisor| number % divisor != 0)) {
        let mut carry = 0;
        for byte in number.iter_mut().rev() {
            let value = u32::from(*byte) * factor + carry;
            *byte = u8::try_from(value & 0xff).expect("a byte");
            carry = value >> 8;
        }
        while carry > 0 {
            number.insert(0, u8::try_from(carry & 0xff).expect("a byte"));
            carry >>= 8;
        }
    }
    number[255] |= 1;
    number
}

/// One of the two RSA keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RsaKey {
    /// An attestation key.
    First,
    /// Another key: an endorsement key, or a stranger's.
    Second,
}

impl RsaKey {
    fn private(self) -> &'static PrivateKey {
        use std::sync::LazyLock;
        static KEYS: LazyLock<[PrivateKey; 2]> = LazyLock::new(|| {
            PRIMES.map(|primes| {
                let [p, q] = primes.map(|hex| {
                    let bytes = unhex(&hex.concat());
                    BoxedUint::from_be_slice(&bytes, 1024).expect("1024 bits")
                });
                PrivateKey::from_p_q(p, q, BoxedUint::from(65_537_u64)).expect("a key pair")
            })
        });
        match self {
            Self::First => &KEYS[0],
            Self::Second => &KEYS[1],
        }
    }

    /// The modulus, 256 bytes.
    #[must_use]
    pub fn modulus(self) -> Vec<u8> {
        self.private().n_bytes().to_vec()
    }

    /// SubjectPublicKeyInfo.
    #[must_use]
    pub fn spki(self) -> Vec<u8> {
        let modulus = [&[0][..], &self.modulus()].concat();
        let key = sequence(&[integer_octets(&modulus), integer_octets(&[1, 0, 1])]);
        sequence(&[sequence(&[oid("1.2.840.113549.1.1.1"), tlv(5, &[])]), bits(&key)])
    }

    /// The private operation on a block of 256 bytes below the modulus.
    #[must_use]
    pub fn raw(self, block: &[u8]) -> Vec<u8> {
        let number = BoxedUint::from_be_slice(block, 2048).expect("256 bytes");
        let result = rsa_decrypt(None::<&mut NoRng>, self.private(), &number).expect("below the modulus");
        result.to_be_bytes().to_vec()
    }

    /// RSASSA-PKCS1-v1_5 (RFC 8017, 8.2).
    #[must_use]
    pub fn rsassa(self, hash: PcrHash, message: &[u8]) -> Vec<u8> {
        let algorithm = match hash {
            PcrHash::Sha1 => "1.3.14.3.2.26",
            PcrHash::Sha256 => "2.16.840.1.101.3.4.2.1",
            PcrHash::Sha384 => "2.16.840.1.101.3.4.2.2",
            PcrHash::Sha512 => "2.16.840.1.101.3.4.2.3",
        };
        let info = sequence(&[sequence(&[oid(algorithm), tlv(5, &[])]), tlv(4, &hash.digest(&[message]))]);
        let mut block = vec![0, 1];
        block.resize(256 - info.len() - 1, 0xff);
        block.push(0);
        block.extend(info);
        self.raw(&block)
    }

    /// RSASSA-PSS (RFC 8017, 8.1) with a salt of this many bytes.
    #[must_use]
    pub fn pss(self, hash: PcrHash, salt: usize, message: &[u8]) -> Vec<u8> {
        self.raw(&Self::pss_block(hash, hash, salt, message))
    }

    /// The block of RSASSA-PSS before the private operation, with any hash for its mask.
    #[must_use]
    pub fn pss_block(hash: PcrHash, mask: PcrHash, salt: usize, message: &[u8]) -> Vec<u8> {
        let seed = sha256(&[b"salt", message]);
        let salt: Vec<u8> = seed.iter().copied().cycle().take(salt).collect();
        let digest = hash.digest(&[&[0; 8], &hash.digest(&[message]), &salt]);
        let mut db = vec![0; 256 - digest.len() - 1 - salt.len() - 1];
        db.push(1);
        db.extend(salt);
        for (byte, mask) in db.iter_mut().zip(mgf1(mask, &digest, 256)) {
            *byte ^= mask;
        }
        db[0] &= 0x7f;
        [&db[..], &digest, &[0xbc]].concat()
    }

    /// RSAES-OAEP encryption (RFC 8017, 7.1) with this label and seed.
    #[must_use]
    pub fn oaep(self, hash: PcrHash, label: &[u8], seed: &[u8], message: &[u8]) -> Vec<u8> {
        let mut db = hash.digest(&[label]);
        db.resize(256 - hash.size() - 1 - message.len() - 1, 0);
        db.push(1);
        db.extend_from_slice(message);
        let masked: Vec<u8> = db.iter().zip(mgf1(hash, seed, db.len())).map(|(a, b)| a ^ b).collect();
        let seed: Vec<u8> = seed.iter().zip(mgf1(hash, &masked, hash.size())).map(|(a, b)| a ^ b).collect();
        let block = [&[0][..], &seed, &masked].concat();
        let number = BoxedUint::from_be_slice(&block, 2048).expect("256 bytes");
        let key = self.private().to_public_key();
        rsa::hazmat::rsa_encrypt(&key, &number).expect("below the modulus").to_be_bytes().to_vec()
    }

    /// RSAES-OAEP decryption; `None` when the padding does not hold.
    #[must_use]
    pub fn open_oaep(self, hash: PcrHash, label: &[u8], ciphertext: &[u8]) -> Option<Vec<u8>> {
        let block = self.raw(ciphertext);
        let (seed, masked) = block[1..].split_at(hash.size());
        let seed: Vec<u8> = seed.iter().zip(mgf1(hash, masked, seed.len())).map(|(a, b)| a ^ b).collect();
        let db: Vec<u8> = masked.iter().zip(mgf1(hash, &seed, masked.len())).map(|(a, b)| a ^ b).collect();
        let rest = db.strip_prefix(&hash.digest(&[label])[..])?;
        let one = rest.iter().position(|byte| *byte != 0)?;
        (block[0] == 0 && rest[one] == 1).then(|| rest[one + 1..].to_vec())
    }
}

/// Blinding protects private keys from timing; these keys are public.
type NoRng = rsa::rand_core::UnwrapErr<NeverRng>;

/// Never called.
pub struct NeverRng;

impl rsa::rand_core::TryRng for NeverRng {
    type Error = core::convert::Infallible;
    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        unreachable!("no blinding")
    }
    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        unreachable!("no blinding")
    }
    fn try_fill_bytes(&mut self, _: &mut [u8]) -> Result<(), Self::Error> {
        unreachable!("no blinding")
    }
}

impl rsa::rand_core::TryCryptoRng for NeverRng {}

/// MGF1 (RFC 8017, B.2.1).
fn mgf1(hash: PcrHash, seed: &[u8], size: usize) -> Vec<u8> {
    (0_u32..).flat_map(|counter| hash.digest(&[seed, &counter.to_be_bytes()])).take(size).collect()
}

pub(crate) fn unhex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).expect("hex")).collect()
}

const PRIMES: [[[&str; 4]; 2]; 2] = [
    [
        [
            "d071af439cd1199222addd0f88b3a1230969bcec6b5881180ec97fface5b472b",
            "c456e7f0d4e50bc8656c9c1c2b38be41447055747afc0e4e22bd5edbd28fe123",
            "156181d7051a0842d6d9d10cc86fb18501c229ad7b0c802b60d526dc3f6e2dec",
            "3e472750742a3c1b4d90e938ad87cbdc2ff7dfdba51b6ba471e6ad9eb969d71b",
        ],
        [
            "c3df7cbd70fb405f56a83c33a46bd4f169210c8f4dc92407012baa973881dc0f",
            "5ea9e4724bdbf304980bd00aaaee22e15319033b344e7c1bd9b44189361a188c",
            "ae8af2952bd9cbefcfa32581e9bc022418f0a1deb06d3092904f6c04d27636ab",
            "fab0268aad0320f3ba084739a42b3fa931770d58e12f6f7ac6f5034de7eca5d5",
        ],
    ],
    [
        [
            "d8b679fddbd810c1dd9d7f6f566a5a884fcd0db6a3041293b1cc1878fce8fd92",
            "9adcd79bcafd36dce11e41707b4370de616b6a59f71381bab20527216da56fb9",
            "40c9c8042088aea9625db4a9641a40d1eee6c1fbb8bd9d96690a56333add11fa",
            "65f012497f16b5e03503d2ccb59d3e2166ad5e529f86a969cf1d513e999e473f",
        ],
        [
            "c0e02d5ad65108b33c2a0846d5e062e5d80b19af1e662fb7536a33b0c5fb6b2c",
            "0a98c812669ff925c088c04dc65cadf8c12867bb7d608b67c64a770e0e62ef20",
            "22bbeba6ca4f2db07b3fb5770b64196b0db481d57c76060a78779d52dffcdf34",
            "35391f51883a325f326de0d2876381d7ea8c2aae1e5ea1ff6ce7e3068e9a0075",
        ],
    ],
];

#[cfg(test)]
mod tests {
    use super::*;
    use rsa::pkcs1v15;
    use rsa::signature::Verifier;

    #[test]
    fn signatures_verify_and_oaep_opens() {
        for key in [RsaKey::First, RsaKey::Second] {
            let signature = key.rsassa(PcrHash::Sha256, b"message");
            let verifier = pkcs1v15::VerifyingKey::<sha2::Sha256>::new(key.private().to_public_key());
            verifier.verify(b"message", &signature.as_slice().try_into().unwrap()).unwrap();
            for salt in [32, 222] {
                let signature = key.pss(PcrHash::Sha256, salt, b"message");
                let public = key.private().to_public_key();
                let verifier = rsa::pss::VerifyingKey::<sha2::Sha256>::new_with_salt_len(public, salt);
                verifier.verify(b"message", &signature.as_slice().try_into().unwrap()).unwrap();
            }
            let sealed = key.oaep(PcrHash::Sha256, b"IDENTITY\0", &[7; 32], b"secret");
            assert_eq!(key.open_oaep(PcrHash::Sha256, b"IDENTITY\0", &sealed).unwrap(), b"secret");
            assert_eq!(key.open_oaep(PcrHash::Sha256, b"IDENTITY", &sealed), None);
        }
        assert_ne!(RsaKey::First.modulus(), RsaKey::Second.modulus());
    }
}
