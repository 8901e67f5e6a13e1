//! MakeCredential: a secret that only one TPM with one key can unwrap (TPM 2.0 Library, Part 1, section 24).
//!
//! ```text
//! seed          RSA: random, wrapped by OAEP with the label "IDENTITY\0"
//!               ECC: KDFe(nameAlg, Z, "IDENTITY", ephemeral x, EK x)
//! symmetric key = KDFa(nameAlg, seed, "STORAGE", Name of the key)
//! encIdentity   = AES-CFB(symmetric key, IV 0, TPM2B secret)
//! HMAC key      = KDFa(nameAlg, seed, "INTEGRITY")
//! TPMS_ID_OBJECT         = TPM2B_DIGEST HMAC(HMAC key, encIdentity ‖ Name) | encIdentity
//! TPM2B_ID_OBJECT        = u16 size | TPMS_ID_OBJECT
//! TPM2B_ENCRYPTED_SECRET = u16 size | OAEP ciphertext, or TPM2B x | TPM2B y of the ephemeral key
//! ```
//! Everything hashes with the endorsement key's nameAlg.

use alloc::vec::Vec;
use core::fmt;

use super::ak::TrustedAk;
use super::checks;
use super::ek::TrustedEk;
use super::name::Name;
use super::public::{PublicArea, PublicKey};
use crate::bytes::constant_time_eq;
use crate::check::{Failure, Trace};
use crate::crypto::{CryptoProvider, HashAlgorithm, wrap};
use crate::error::{Code, Error};
use crate::fact::Fact;
use crate::reader::Reader;

use super::attest::sized;

/// A wrapped secret, as the TPM takes it: the two parameters of TPM2_ActivateCredential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    /// TPM2B_ID_OBJECT, with its size.
    pub id_object: Vec<u8>,
    /// TPM2B_ENCRYPTED_SECRET, with its size.
    pub encrypted_secret: Vec<u8>,
}

/// What a verifier remembers until the answer comes: which keys it asked about, and the secret.
#[derive(Clone, PartialEq, Eq)]
pub struct CredentialChallenge {
    ek: [u8; 32],
    ak_name: Name,
    secret: Vec<u8>,
}

impl Credential {
    /// Wraps `secret` so that only the TPM that has `ek`, with a key of this Name in it, can unwrap it.
    ///
    /// `secret` has 16 bytes or more, at most as many as a digest of the endorsement key's nameAlg.
    /// `entropy` are [`TrustedEk::entropy_len`] bytes of good randomness, used once.
    ///
    /// # Errors
    /// `misuse.options` for lengths that are not these, and, once in 2^32 times for P-256 and never for
    /// RSA, for entropy that is no private key: draw again. `tpm.key.weak` for a point not on its curve.
    pub fn make(
        ek: &TrustedEk<'_>,
        ak_name: &Name,
        secret: &[u8],
        entropy: &[u8],
    ) -> Result<(Self, CredentialChallenge), Error> {
        let hash = ek.hash();
        let misuse =
            |part, problem| Error::new(Code::MisuseOptions, part).with(Fact::text("problem", problem));
        if !(16..=hash.digest_len()).contains(&secret.len()) {
            return Err(misuse("secret", "it must have 16 bytes at least, and no more than a digest"));
        }
        if entropy.len() != ek.entropy_len() {
            return Err(misuse("entropy", "it must have as many bytes as the key asks for"));
        }
        let (seed, encrypted_secret) = make_seed(ek, entropy)?;
        let id_object = seal(hash, ek.symmetric_bits(), &seed, ak_name, secret)
            .ok_or_else(|| misuse("ek", "its cipher is not AES"))?;
        let challenge = CredentialChallenge::new(ek, ak_name.clone(), secret);
        Ok((Self { id_object, encrypted_secret: tpm2b(&encrypted_secret) }, challenge))
    }

    /// The file of `tpm2_makecredential` and `tpm2_activatecredential`:
    /// `u32 0xBADCC0DE | u32 1 | TPM2B_ID_OBJECT | TPM2B_ENCRYPTED_SECRET`.
    #[must_use]
    pub fn to_file(&self) -> Vec<u8> {
        [&FILE_HEADER[..], &self.id_object, &self.encrypted_secret].concat()
    }

    /// Reads such a file.
    ///
    /// # Errors
    /// `tpm.public.layout`, `input.truncated`, `input.trailing_data`.
    pub fn from_file(bytes: &[u8]) -> Result<Self, Error> {
        Self::read_file(bytes).map_err(|error| error.inside("credential"))
    }

    fn read_file(bytes: &[u8]) -> Result<Self, Error> {
        let mut reader = Reader::new(bytes);
        let header: [u8; 8] = reader.array("header")?;
        if header != FILE_HEADER {
            return Err(Error::new(Code::TpmPublicLayout, "header").at(0));
        }
        let id_object = tpm2b(sized(&mut reader, "id_object")?);
        let encrypted_secret = tpm2b(sized(&mut reader, "encrypted_secret")?);
        reader.finish("encrypted_secret")?;
        Ok(Self { id_object, encrypted_secret })
    }
}

impl CredentialChallenge {
    /// The challenge as remembered elsewhere: which endorsement key, which Name, which secret.
    #[must_use]
    pub fn new(ek: &TrustedEk<'_>, ak_name: Name, secret: &[u8]) -> Self {
        Self { ek: ek.fingerprint(), ak_name, secret: secret.to_vec() }
    }

    /// The challenge as written down: the fingerprint of the endorsement key ([`TrustedEk::fingerprint`]), the
    /// Name, and the secret.
    #[must_use]
    pub fn remembered(ek: [u8; 32], ak_name: Name, secret: &[u8]) -> Self {
        Self { ek, ak_name, secret: secret.to_vec() }
    }

    /// The Name of the key that was asked about.
    #[must_use]
    pub const fn ak_name(&self) -> &Name {
        &self.ak_name
    }
}

impl fmt::Debug for CredentialChallenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CredentialChallenge").field("ak_name", &self.ak_name).finish_non_exhaustive()
    }
}

impl<'p> TrustedAk<'p> {
    /// The TPM of `ek` unwrapped the secret of `challenge`, and so holds the key of this public area.
    ///
    /// The challenge is used up, whatever the outcome: a second try is another challenge.
    ///
    /// # Errors
    /// `tpm.endorsement_key` for the challenge of another key, `tpm.name` for the public area of another
    /// key, `tpm.credential` for another secret, and those of [`TrustedAk::pinned`].
    pub fn activated(
        ek: &TrustedEk<'p>,
        area: &PublicArea<'_>,
        challenge: CredentialChallenge,
        answer: &[u8],
    ) -> Result<Self, Failure> {
        let mut trace = Trace::new();
        trace.extend(ek.checks());
        let proven = check_answer(ek, area, &challenge, answer, ek.provider());
        if let Err(error) = trace.apply(checks::CREDENTIAL, proven) {
            return Err(trace.fail(error));
        }
        trace.passed(checks::AK_TRUST, super::ak::route_facts(ek.activated_route()));
        Self::admit(area, ek.activated_route(), ek.window(), trace, ek.provider())
    }
}

fn check_answer(
    ek: &TrustedEk<'_>,
    area: &PublicArea<'_>,
    challenge: &CredentialChallenge,
    answer: &[u8],
    provider: &dyn CryptoProvider,
) -> Result<(), Error> {
    if challenge.ek != ek.fingerprint() {
        return Err(Error::new(Code::TpmEndorsementKey, "challenge")
            .with(Fact::text("problem", "the challenge was made for another endorsement key")));
    }
    super::ak::same_name(challenge.ak_name.as_slice(), &Name::of(area, provider)?)?;
    // No fact says what was expected: whoever asks must not learn it.
    if challenge.secret.len() < 16 || !constant_time_eq(&challenge.secret, answer) {
        return Err(Error::new(Code::TpmCredential, "answer"));
    }
    Ok(())
}

/// The seed and the content of TPM2B_ENCRYPTED_SECRET.
fn make_seed(ek: &TrustedEk<'_>, entropy: &[u8]) -> Result<(Vec<u8>, Vec<u8>), Error> {
    let hash = ek.hash();
    match ek.key() {
        PublicKey::Rsa { modulus, exponent } => {
            let (seed, oaep_seed) = entropy.split_at_checked(hash.digest_len()).unwrap_or_default();
            let encrypted = wrap::oaep_encrypt(hash, (modulus, exponent), b"IDENTITY\0", seed, oaep_seed);
            Ok((seed.to_vec(), encrypted.ok_or_else(super::signature::key_rejected)?))
        }
        key @ PublicKey::Ecc { curve, .. } => {
            let curve = curve.ecdsa().ok_or_else(super::signature::key_rejected)?;
            let point = key.sec1().ok_or_else(super::signature::key_rejected)?;
            let mut scalar = entropy.to_vec();
            if curve == crate::crypto::Curve::P521
                && let Some(top) = scalar.first_mut()
            {
                // 521 bits.
                *top &= 1;
            }
            let width = curve.width();
            let (ephemeral, z) = wrap::ecdh(curve, &point, &scalar).ok_or_else(|| {
                Error::new(Code::MisuseOptions, "entropy")
                    .with(Fact::text("problem", "it is no private key of the curve: draw again"))
            })?;
            let coordinates = |point: &[u8]| -> Option<(Vec<u8>, Vec<u8>)> {
                let (x, y) = point.get(1..)?.split_at_checked(width)?;
                Some((x.to_vec(), y.to_vec()))
            };
            let ((x, y), (ek_x, _)) = coordinates(&ephemeral)
                .zip(coordinates(&point))
                .ok_or_else(super::signature::key_rejected)?;
            let seed = kdfe(ek.provider(), hash, &z, b"IDENTITY\0", &x, &ek_x);
            Ok((seed, [tpm2b(&x), tpm2b(&y)].concat()))
        }
    }
}

/// TPM2B_ID_OBJECT with its size; `None` when the cipher is not AES.
pub(super) fn seal(
    hash: HashAlgorithm,
    symmetric_bits: u16,
    seed: &[u8],
    ak_name: &Name,
    secret: &[u8],
) -> Option<Vec<u8>> {
    let symmetric = kdfa(hash, seed, b"STORAGE\0", ak_name.as_slice(), u32::from(symmetric_bits))?;
    let mut identity = tpm2b(secret);
    wrap::aes_cfb_encrypt(&symmetric, &mut identity)?;
    let bits = u32::try_from(hash.digest_len().checked_mul(8)?).ok()?;
    let integrity = kdfa(hash, seed, b"INTEGRITY\0", &[], bits)?;
    let mac = wrap::hmac(hash, &integrity, &[&identity, ak_name.as_slice()])?;
    Some(tpm2b(&[&tpm2b(mac.as_slice()), &identity[..]].concat()))
}

/// KDFa (Part 1, 11.4.10.2): SP 800-108 in counter mode, `HMAC(key, u32 i ‖ label ‖ context ‖ u32 bits)`.
/// `label` includes its NUL. At most one block is ever needed, or two where the cipher's key is longer.
fn kdfa(hash: HashAlgorithm, key: &[u8], label: &[u8], context: &[u8], bits: u32) -> Option<Vec<u8>> {
    let len = usize::try_from(bits / 8).ok()?;
    let mut out = Vec::new();
    let mut counter = 1u32;
    while out.len() < len {
        let parts = [&counter.to_be_bytes()[..], label, context, &bits.to_be_bytes()];
        out.extend_from_slice(wrap::hmac(hash, key, &parts)?.as_slice());
        counter = counter.checked_add(1)?;
    }
    out.truncate(len);
    Some(out)
}

/// KDFe (Part 1, 11.4.10.3): `H(u32 1 ‖ Z ‖ use ‖ party U x ‖ party V x)`, one digest long.
fn kdfe(
    provider: &dyn CryptoProvider,
    hash: HashAlgorithm,
    z: &[u8],
    label: &[u8],
    party_u: &[u8],
    party_v: &[u8],
) -> Vec<u8> {
    provider.hash(hash, &[&1u32.to_be_bytes(), z, label, party_u, party_v]).as_slice().to_vec()
}

/// A TPM2B; nothing here is longer than a size can say.
fn tpm2b(content: &[u8]) -> Vec<u8> {
    let size = u16::try_from(content.len()).unwrap_or(u16::MAX);
    [&size.to_be_bytes(), content].concat()
}

const FILE_HEADER: [u8; 8] = [0xba, 0xdc, 0xc0, 0xde, 0, 0, 0, 1];

#[cfg(test)]
mod tests {
    use alloc::vec;

    use rsa::{BoxedUint, Oaep, PrivateKey};
    use sha2::Sha256;

    use super::super::tests_support::{SECRET_SEED, ek_area, vectors};
    use super::*;
    use crate::crypto::RustCrypto;
    use crate::x509::der::{Der, tag};

    /// The numbers of a PKCS #8 RSA key.
    fn private_key(pem: &[u8]) -> PrivateKey {
        let der = crate::encoding::pem_blocks(pem, "PRIVATE KEY", 1).unwrap().remove(0);
        let mut outer = Der::whole(&der, 0, Code::X509Der, tag::SEQUENCE, "").unwrap().inside();
        outer.any("version").unwrap();
        outer.any("algorithm").unwrap();
        let inner = outer.expect(tag::OCTET_STRING, "key").unwrap();
        let mut numbers = Der::whole(inner.value, 0, Code::X509Der, tag::SEQUENCE, "").unwrap().inside();
        let numbers: Vec<BoxedUint> = (0..6)
            .map(|_| {
                let number = numbers.expect(tag::INTEGER, "n").unwrap().unsigned("n").unwrap();
                BoxedUint::from_be_slice_vartime(number)
            })
            .collect();
        let [_, n, e, d, p, q] = numbers.try_into().unwrap();
        PrivateKey::from_components(n, e, d, vec![p, q]).unwrap()
    }

    #[test]
    fn a_credential_of_tpm2_tools_is_reproduced_byte_for_byte() {
        let Some(folder) = vectors() else { return };
        let read = |name: &str| std::fs::read(folder.join(name)).unwrap();
        let key = private_key(&read("credential/external-ek-priv.pem"));
        let blob = Credential::from_file(&read("credential/cred-external-ek.blob")).unwrap();
        assert_eq!(blob.to_file(), read("credential/cred-external-ek.blob"));
        let secret = read("credential/secret.bin");
        // The seed that tpm2-tools drew gives its credential again, to the byte.
        let seed =
            key.decrypt(Oaep::<Sha256>::new_with_label(&b"IDENTITY\0"[..]), &blob.encrypted_secret[2..]);
        let seed = seed.unwrap();
        let mut reproduced = 0;
        for ak in ["rsassa", "ecdsa-p256"] {
            let name = Name::parse(&read(&alloc::format!("ak/{ak}.name"))).unwrap();
            if seal(HashAlgorithm::Sha256, 128, &seed, &name, &secret) == Some(blob.id_object.clone()) {
                reproduced += 1;
            }
        }
        assert_eq!(reproduced, 1);
        // And what is made here opens with the private key.
        let spki = crate::encoding::pem_blocks(&read("credential/external-ek-pub.pem"), "PUBLIC KEY", 1);
        let spki = spki.unwrap().remove(0);
        let spki = crate::crypto::SubjectPublicKeyInfo::parse(&spki).unwrap();
        let public = PublicKey::from_spki(&spki).unwrap();
        let area = ek_area(&public);
        let ek = TrustedEk::pinned(&PublicArea::parse(&area).unwrap(), &RustCrypto).unwrap();
        let name = Name::parse(&read("ak/rsassa.name")).unwrap();
        let (made, _) = Credential::make(&ek, &name, &secret, &[SECRET_SEED; 64]).unwrap();
        let seed =
            key.decrypt(Oaep::<Sha256>::new_with_label(&b"IDENTITY\0"[..]), &made.encrypted_secret[2..]);
        assert_eq!(seed.unwrap(), [SECRET_SEED; 32]);
    }

    #[test]
    fn an_elliptic_secret_is_what_the_other_side_computes() {
        let own = p256::SecretKey::from_slice(&[9; 32]).unwrap();
        let point = own.public_key();
        let sec1 = p256::elliptic_curve::sec1::ToSec1Point::to_sec1_point(&point, false);
        let (x, y) = sec1.as_bytes()[1..].split_at(32);
        let area = ek_area(&PublicKey::Ecc { curve: super::super::public::Curve::NIST_P256, x, y });
        let ek = TrustedEk::pinned(&PublicArea::parse(&area).unwrap(), &RustCrypto).unwrap();
        assert_eq!(ek.entropy_len(), 32);
        let name = Name::parse(&[&[0, 0x0b][..], &[5; 32]].concat()).unwrap();
        let (made, _) = Credential::make(&ek, &name, &[7; 32], &[3; 32]).unwrap();
        // TPM2B x | TPM2B y of the ephemeral key, from which the other side gets Z and the seed.
        let mut reader = Reader::new(&made.encrypted_secret);
        let inner = sized(&mut reader, "secret").unwrap();
        let mut reader = Reader::new(inner);
        let (ex, ey) = (sized(&mut reader, "x").unwrap(), sized(&mut reader, "y").unwrap());
        let (_, z) = wrap::ecdh(crate::crypto::Curve::P256, &[&[4], ex, ey].concat(), &[9; 32]).unwrap();
        let seed = kdfe(&RustCrypto, HashAlgorithm::Sha256, &z, b"IDENTITY\0", ex, x);
        let sealed = seal(HashAlgorithm::Sha256, 128, &seed, &name, &[7; 32]);
        assert_eq!(sealed, Some(made.id_object));
        let zero = Credential::make(&ek, &name, &[7; 32], &[0; 32]).unwrap_err();
        assert_eq!(zero.code(), Code::MisuseOptions);
    }

    #[test]
    fn lengths_are_exact_and_answers_whole() {
        let area = ek_area(&PublicKey::Rsa { modulus: &[0xc3; 256], exponent: 65537 });
        let ek = TrustedEk::pinned(&PublicArea::parse(&area).unwrap(), &RustCrypto).unwrap();
        let name = Name::parse(&[&[0, 0x0b][..], &[5; 32]].concat()).unwrap();
        for (secret, entropy) in [(15, 64), (33, 64), (32, 63), (32, 65)] {
            let error = Credential::make(&ek, &name, &vec![1; secret], &vec![2; entropy]).unwrap_err();
            assert_eq!(error.code(), Code::MisuseOptions);
        }
        let (_, challenge) = Credential::make(&ek, &name, &[7; 32], &[2; 64]).unwrap();
        assert!(!alloc::format!("{challenge:?}").contains("07, 07"));
        let mut file = FILE_HEADER.to_vec();
        file.extend([0, 1, 9, 0, 1, 8]);
        assert!(Credential::from_file(&file).is_ok());
        for len in 0..file.len() {
            assert!(Credential::from_file(&file[..len]).is_err());
        }
        file.push(0);
        assert_eq!(Credential::from_file(&file).unwrap_err().code(), Code::InputTrailingData);
    }
}
