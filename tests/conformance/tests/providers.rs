//! What a key and a hash must be is the same in both providers.

use veriquote::crypto::{CryptoProvider, HashAlgorithm, PublicKey, RustCrypto, SignatureAlgorithm};
use veriquote_aws_lc::AwsLc;

const PROVIDERS: [&dyn CryptoProvider; 2] = [&RustCrypto, &AwsLc];

/// The generator of P-256 (FIPS 186-4, D.1.2.3).
const P256: &str = "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296\
                    4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5";
/// The generator of P-384 (FIPS 186-4, D.1.2.4).
const P384: &str = "04aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a38\
                    5502f25dbf55296c3a545e3872760ab73617de4a96262c6f5d9e98bf9292dc29f8\
                    f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5f";

fn hex(text: &str) -> Vec<u8> {
    veriquote::bytes::from_hex(text.replace(' ', "").as_bytes()).unwrap()
}

fn loads(algorithm: SignatureAlgorithm, key: PublicKey<'_>) -> bool {
    let verdicts = PROVIDERS.map(|provider| provider.load_key(algorithm, key).is_ok());
    assert_eq!(verdicts[0], verdicts[1], "{algorithm:?} {key:?}");
    verdicts[0]
}

#[test]
fn a_point_off_its_curve_is_refused() {
    let curves =
        [(P256, SignatureAlgorithm::ECDSA_P256_SHA256), (P384, SignatureAlgorithm::ECDSA_P384_SHA384)];
    for (point, algorithm) in curves {
        let good = hex(point);
        assert!(loads(algorithm, PublicKey::Ec(&good)));
        let width = good.len() / 2;
        for index in 0..good.len() {
            let mut bad = good.clone();
            bad[index] ^= 1;
            assert!(!loads(algorithm, PublicKey::Ec(&bad)), "byte {index}");
        }
        let mut compressed = good[..=width].to_vec();
        compressed[0] = 2 | (good.last().unwrap() & 1);
        assert!(!loads(algorithm, PublicKey::Ec(&compressed)));
        assert!(!loads(algorithm, PublicKey::Ec(&[0])), "the point at infinity");
        let mut hybrid = good.clone();
        hybrid[0] = 6 | (good.last().unwrap() & 1);
        assert!(!loads(algorithm, PublicKey::Ec(&hybrid)));
        // x and y of the field's prime or more, though they reduce to a point.
        let mut too_large = vec![0xff; good.len()];
        too_large[0] = 4;
        assert!(!loads(algorithm, PublicKey::Ec(&too_large)));
        assert!(!loads(algorithm, PublicKey::Ec(&[])));
    }
}

#[test]
fn a_key_for_one_algorithm_is_not_one_for_another() {
    use SignatureAlgorithm as A;
    let (p256, p384, n) = (hex(P256), hex(P384), [0xff; 256]);
    let keys =
        [PublicKey::Ec(&p256), PublicKey::Ec(&p384), PublicKey::Rsa { modulus: &n, exponent: &[1, 0, 1] }];
    let all = [
        (A::ECDSA_P256_SHA256, 0),
        (A::ECDSA_P256_SHA384, 0),
        (A::ECDSA_P384_SHA256, 1),
        (A::ECDSA_P384_SHA384, 1),
        (A::RSA_PKCS1_SHA1, 2),
        (A::RSA_PKCS1_SHA256, 2),
        (A::RSA_PKCS1_SHA384, 2),
        (A::RSA_PKCS1_SHA512, 2),
        (A::RSA_PSS_SHA256, 2),
        (A::RSA_PSS_SHA384, 2),
        (A::RSA_PSS_SHA512, 2),
    ];
    for (algorithm, owner) in all {
        for (index, key) in keys.into_iter().enumerate() {
            assert_eq!(loads(algorithm, key), index == owner, "{algorithm:?} with key {index}");
        }
    }
}

#[test]
fn rsa_keys_at_the_bounds() {
    let rsa = |bits: usize, exponent: &[u8]| {
        let mut modulus = vec![0xff; bits.div_ceil(8)];
        modulus[0] >>= bits.wrapping_neg() % 8;
        loads(SignatureAlgorithm::RSA_PSS_SHA256, PublicKey::Rsa { modulus: &modulus, exponent })
    };
    assert!(!rsa(2047, &[3]));
    assert!(rsa(2048, &[3]));
    assert!(rsa(8192, &[1, 0, 1]));
    assert!(!rsa(8193, &[1, 0, 1]));
    assert!(rsa(2048, &[1, 0xff, 0xff, 0xff, 0xff]));
    assert!(!rsa(2048, &[2, 0, 0, 0, 1]));
    assert!(!rsa(2048, &[1]));
    assert!(!rsa(2048, &[2]));
}

#[test]
fn digests_of_parts_are_digests_of_the_whole() {
    // FIPS 180-4 examples: the message "abc".
    let known = [
        (HashAlgorithm::Sha1, "a9993e364706816aba3e25717850c26c9cd0d89d"),
        (HashAlgorithm::Sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            HashAlgorithm::Sha384,
            "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed\
             8086072ba1e7cc2358baeca134c825a7",
        ),
        (
            HashAlgorithm::Sha512,
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a\
             2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        ),
    ];
    for (algorithm, expected) in known {
        let expected = hex(expected);
        assert_eq!(expected.len(), algorithm.digest_len());
        for provider in PROVIDERS {
            for parts in [&[&b"abc"[..]][..], &[b"a", b"", b"bc"], &[b"", b"ab", b"c", b""]] {
                assert_eq!(provider.hash(algorithm, parts).as_slice(), expected, "{}", provider.name());
            }
        }
        let empty = PROVIDERS.map(|provider| provider.hash(algorithm, &[]));
        assert_eq!(empty[0], empty[1]);
    }
}
