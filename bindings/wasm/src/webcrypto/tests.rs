use veriquote::crypto::{
    CryptoProvider as _, Curve, HashAlgorithm, PublicKey, RustCrypto, SaltLength,
    SignatureAlgorithm as Algorithm,
};
use veriquote_facade as facade;

use super::*;
use question::Key;

const VALID: &str = include_str!("../../../../tests/vectors/jwt/valid.json");

/// A request for a valid token, and the same with another signature.
fn requests() -> [String; 2] {
    let cases: serde_json::Value = serde_json::from_str(VALID).unwrap();
    let valid = cases["token_cases"][0]["request"].clone();
    let mut forged = valid.clone();
    let token = valid["token"].as_str().unwrap();
    forged["token"] = [&token[..token.len() - 8], "AAAAAAAA"].concat().into();
    [valid.to_string(), forged.to_string()]
}

fn sync(request: &str) -> String {
    facade::verify_token_json(crate::provider(), request)
}

fn deferred(request: &str) -> Deferred {
    Deferred::call(facade::verify_token, facade::verify_token_json, request.as_bytes())
}

#[test]
fn a_call_says_the_same_with_and_without_an_answer() {
    let [valid, _] = requests();
    assert!(sync(&valid).contains(r#""accepted":true"#));
    assert_eq!(deferred(&valid).count(), 1);
    assert_eq!(deferred(&valid).finish(), sync(&valid));
    let mut answered = deferred(&valid);
    answered.confirm(0);
    answered.confirm(1);
    assert_eq!(answered.finish(), sync(&valid));
}

#[test]
fn a_signature_that_nobody_confirms_is_verified_here() {
    let [_, forged] = requests();
    let asked = deferred(&forged);
    assert_eq!(asked.count(), 1);
    let result = asked.finish();
    assert_eq!(result, sync(&forged));
    assert!(result.contains(r#""code":"jwt.signature""#));
}

#[test]
fn the_answer_is_what_counts() {
    let [_, forged] = requests();
    let mut answered = deferred(&forged);
    answered.confirm(0);
    assert!(answered.finish().contains(r#""accepted":true"#), "nobody looked at the answer");
}

#[test]
fn what_is_asked_is_what_is_signed() {
    let [valid, _] = requests();
    let asked = deferred(&valid);
    assert_eq!(asked.algorithm(0), "ECDSA P-256 SHA-256");
    assert_eq!((asked.key(0).len(), asked.exponent(0).len(), asked.signature(0).len()), (65, 0, 64));
    let algorithm = Algorithm::ECDSA_P256_SHA256;
    let key = RustCrypto.load_key(algorithm, PublicKey::Ec(&asked.key(0))).unwrap();
    key.verify(&asked.message(0), &asked.signature(0)).unwrap();
    assert!(asked.algorithm(1).is_empty() && asked.key(1).is_empty() && asked.message(1).is_empty());
}

/// The base point of P-256, and a signature that is none.
fn key_and_signature() -> ([u8; 65], [u8; 64]) {
    let point = veriquote::bytes::from_hex(
        b"046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296\
          4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5",
    );
    (point.unwrap().try_into().unwrap(), [1; 64])
}

#[test]
fn a_confirmation_is_of_one_key_algorithm_message_and_signature() {
    let (point, signature) = key_and_signature();
    let algorithm = Algorithm::ECDSA_P256_SHA256;
    let load = |provider: &Confirmed, algorithm| provider.load_key(algorithm, PublicKey::Ec(&point)).unwrap();
    let provider = Confirmed::default();
    let key = load(&provider, algorithm);
    assert!(key.verify(b"message", &signature).is_err());
    let name = Key::new(algorithm, PublicKey::Ec(&point)).unwrap();
    provider.know(vec![Question::new(&name, b"message", &signature).unwrap()]);
    assert!(key.verify(b"message", &signature).is_ok());
    assert!(key.verify(b"messagE", &signature).is_err());
    assert!(key.verify(b"message", &[2; 64]).is_err());
    assert!(key.verify(b"message", &signature[1..]).is_err());
    let digest = provider.hash(HashAlgorithm::Sha256, &[b"message"]);
    assert!(key.verify_digest(&digest, &signature).is_err());
    assert!(load(&provider, Algorithm::ECDSA_P256_SHA384).verify(b"message", &signature).is_err());
    let mut negative = point;
    let y = p256_minus(&point[33..]);
    negative[33..].copy_from_slice(&y);
    let other = provider.load_key(algorithm, PublicKey::Ec(&negative)).unwrap();
    assert!(other.verify(b"message", &signature).is_err());
    provider.know(Vec::new());
    assert!(key.verify(b"message", &signature).is_err());
}

/// `p - y`: the other point with this `x`.
fn p256_minus(y: &[u8]) -> [u8; 32] {
    let prime =
        veriquote::bytes::from_hex(b"ffffffff00000001000000000000000000000000ffffffffffffffffffffffff");
    let mut difference = [0; 32];
    let mut borrow = 0_i16;
    for ((place, prime), digit) in difference.iter_mut().zip(prime.unwrap()).zip(y).rev() {
        let value = i16::from(prime) - i16::from(*digit) - borrow;
        borrow = i16::from(value < 0);
        *place = u8::try_from(value.rem_euclid(256)).unwrap();
    }
    difference
}

#[test]
fn keys_are_refused_in_both_passes_as_they_are_here() {
    let (mut point, _) = key_and_signature();
    point[64] ^= 1;
    for provider in [&Rehearsal::default() as &dyn CryptoProvider, &Confirmed::default(), &RustCrypto] {
        for algorithm in [Algorithm::ECDSA_P256_SHA256, Algorithm::ECDSA_P384_SHA384, Algorithm::Ed25519] {
            assert!(provider.load_key(algorithm, PublicKey::Ec(&point)).is_err(), "{}", provider.name());
        }
        let weak = PublicKey::Rsa { modulus: &[0xc1; 128], exponent: &[3] };
        assert!(provider.load_key(Algorithm::RSA_PKCS1_SHA256, weak).is_err());
    }
}

#[test]
fn each_signature_is_asked_once_and_only_where_it_could_be_one() {
    let (point, signature) = key_and_signature();
    let rehearsal = Rehearsal::default();
    let load = |algorithm| rehearsal.load_key(algorithm, PublicKey::Ec(&point)).unwrap();
    let key = load(Algorithm::ECDSA_P256_SHA256);
    for _ in 0..2 {
        assert!(key.verify(b"one", &signature).is_ok());
    }
    assert_eq!(rehearsal.take().len(), 1);
    assert!(rehearsal.take().is_empty());
    assert!(key.verify(b"one", &signature[1..]).is_ok(), "everything is called valid");
    assert!(load(Algorithm::Ecdsa(Curve::P256, HashAlgorithm::Sha1)).verify(b"one", &signature).is_ok());
    let digest = rehearsal.hash(HashAlgorithm::Sha256, &[]);
    assert!(key.verify_digest(&digest, &signature).is_ok());
    assert!(key.verify(&vec![0; (1 << 20) + 1], &signature).is_ok());
    assert!(rehearsal.take().is_empty(), "nobody can be asked about these");
    for number in 0..1000_u32 {
        assert!(key.verify(&number.to_be_bytes(), &signature).is_ok());
    }
    assert_eq!(rehearsal.take().len(), 256);
}

#[test]
fn algorithms_have_the_names_that_javascript_takes_apart() {
    let (point, _) = key_and_signature();
    let modulus = [0xc1; 256];
    let name = |algorithm, key| {
        Key::new(algorithm, key).and_then(|key| Some(Question::new(&key, &[], &[0; 256])?.algorithm()))
    };
    let rsa = |algorithm, modulus| name(algorithm, PublicKey::Rsa { modulus, exponent: &[3] });
    let maximum = Algorithm::RsaPss(HashAlgorithm::Sha256, SaltLength::Maximum);
    assert_eq!(rsa(Algorithm::RSA_PKCS1_SHA384, &modulus).unwrap(), "RSASSA-PKCS1-v1_5 SHA-384");
    assert_eq!(rsa(Algorithm::RSA_PSS_SHA512, &modulus).unwrap(), "RSA-PSS SHA-512 64");
    assert_eq!(rsa(maximum, &modulus).unwrap(), "RSA-PSS SHA-256 222");
    let mut short = modulus;
    short[0] = 1;
    assert_eq!(rsa(maximum, &short).unwrap(), "RSA-PSS SHA-256 221");
    assert_eq!(rsa(Algorithm::RSA_PKCS1_SHA1, &modulus), None);
    assert_eq!(name(Algorithm::ECDSA_P256_SHA256, PublicKey::Ec(&point)), None, "not the key's length");
    assert!(Key::new(Algorithm::Ed25519, PublicKey::Ed25519(&[1; 32])).is_none());
    assert!(Key::new(Algorithm::RSA_PKCS1_SHA256, PublicKey::Ec(&point)).is_none());
}
