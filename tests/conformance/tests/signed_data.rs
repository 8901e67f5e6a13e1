//! The public `verify_signed_data` cases: SPKI with a signature, one deviation each.
//!
//! Read from `security/chromium-verify-signed-data` under `VERIQUOTE_VECTORS`.

use std::collections::BTreeSet;
use std::path::PathBuf;

use base64::Engine as _;
use der::Decode as _;
use der::asn1::BitStringRef;
use veriquote::Code;
use veriquote::crypto::ecdsa_der::ecdsa_der_to_fixed;
use veriquote::crypto::{CryptoProvider, KeyKind, RustCrypto, SignatureAlgorithm, SubjectPublicKeyInfo};
use veriquote_aws_lc::AwsLc;

/// What each file must come to.
enum Expected {
    /// The key is refused while it is read.
    Key(Code),
    /// The key reads, but its size or kind is not for the algorithm that the file names.
    Load(SignatureAlgorithm),
    /// The signature verifies, or not.
    Signature(SignatureAlgorithm, bool),
    /// The key reads; the file's signature algorithm is none of ours.
    Algorithm(KeyKind),
}

use Expected::{Algorithm, Key, Load, Signature};
use SignatureAlgorithm as A;

const CASES: &[(&str, Expected)] = &[
    ("ecdsa-prime256v1-sha512", Algorithm(KeyKind::P256)),
    ("ecdsa-prime256v1-sha512-spki-params-null", Key(Code::X509Algorithm)),
    ("ecdsa-prime256v1-sha512-unused-bits-signature", Algorithm(KeyKind::P256)),
    ("ecdsa-prime256v1-sha512-using-ecdh-key", Key(Code::X509Algorithm)),
    ("ecdsa-prime256v1-sha512-using-ecmqv-key", Key(Code::X509Algorithm)),
    ("ecdsa-prime256v1-sha512-using-rsa-algorithm", Load(A::RSA_PKCS1_SHA512)),
    ("ecdsa-prime256v1-sha512-wrong-signature-format", Algorithm(KeyKind::P256)),
    ("ecdsa-secp384r1-sha256", Signature(A::ECDSA_P384_SHA256, true)),
    ("ecdsa-secp384r1-sha256-corrupted-data", Signature(A::ECDSA_P384_SHA256, false)),
    ("ecdsa-using-rsa-key", Load(A::ECDSA_P256_SHA256)),
    // Keys of 1024 bits: those that read are too small to load.
    ("rsa-pkcs1-sha1", Load(A::RSA_PKCS1_SHA1)),
    ("rsa-pkcs1-sha1-bad-key-der-length", Key(Code::X509Der)),
    ("rsa-pkcs1-sha1-bad-key-der-null", Key(Code::X509Der)),
    ("rsa-pkcs1-sha1-key-params-absent", Key(Code::X509Algorithm)),
    ("rsa-pkcs1-sha1-using-pss-key-no-params", Key(Code::X509Algorithm)),
    ("rsa-pkcs1-sha1-wrong-algorithm", Load(A::RSA_PKCS1_SHA256)),
    ("rsa-pkcs1-sha256", Load(A::RSA_PKCS1_SHA256)),
    ("rsa-pkcs1-sha256-key-encoded-ber", Key(Code::X509Der)),
    ("rsa-pkcs1-sha256-spki-non-null-params", Key(Code::X509Algorithm)),
    ("rsa-pkcs1-sha256-using-ecdsa-algorithm", Load(A::ECDSA_P256_SHA256)),
    ("rsa-pkcs1-sha256-using-id-ea-rsa", Key(Code::X509Algorithm)),
    ("rsa-pss-sha1-salt20", Algorithm(KeyKind::Rsa)),
    ("rsa-pss-sha1-salt20-using-pss-key-no-params", Key(Code::X509Algorithm)),
    ("rsa-pss-sha1-salt20-using-pss-key-with-null-params", Key(Code::X509Algorithm)),
    ("rsa-pss-sha1-wrong-salt", Algorithm(KeyKind::Rsa)),
    ("rsa-pss-sha256-mgf1-sha512-salt33", Algorithm(KeyKind::Rsa)),
    ("rsa-pss-sha256-salt10", Load(A::RSA_PSS_SHA256)),
    ("rsa-pss-sha256-salt10-using-pss-key-with-params", Key(Code::X509Algorithm)),
    ("rsa-pss-sha256-salt10-using-pss-key-with-wrong-params", Key(Code::X509Algorithm)),
    ("rsa-using-ec-key", Load(A::RSA_PKCS1_SHA256)),
    ("rsa2048-pkcs1-sha512", Signature(A::RSA_PKCS1_SHA512, true)),
    ("ours/ecdsa-prime256v1-sha256", Signature(A::ECDSA_P256_SHA256, true)),
    ("ours/ecdsa-prime256v1-sha256-compressed", Key(Code::X509Algorithm)),
    ("ours/ecdsa-prime256v1-sha256-spki-inside-spki", Key(Code::X509Der)),
    ("ours/rsa-pss-sha256-salt32", Signature(A::RSA_PSS_SHA256, true)),
    ("ours/rsa-pss-sha256-salt32-corrupted-data", Signature(A::RSA_PSS_SHA256, false)),
    ("ours/rsa-pss-sha384-salt48", Signature(A::RSA_PSS_SHA384, true)),
    ("ours/rsa-pss-sha384-salt48-corrupted-data", Signature(A::RSA_PSS_SHA384, false)),
    ("ours/rsa-pss-sha512-salt64", Signature(A::RSA_PSS_SHA512, true)),
    ("ours/rsa-pss-sha512-salt64-corrupted-data", Signature(A::RSA_PSS_SHA512, false)),
    ("ours/pub", Algorithm(KeyKind::Rsa)),
];

#[test]
fn every_case_comes_to_its_verdict_with_both_providers() {
    let Some(folder) = folder() else { return };
    for (name, expected) in CASES {
        let text = std::fs::read_to_string(folder.join(format!("{name}.pem"))).unwrap();
        let public_key = block(&text, "PUBLIC KEY");
        let parsed = SubjectPublicKeyInfo::parse(&public_key);
        let spki = match (&parsed, expected) {
            (Err(error), Key(code)) => {
                assert_eq!(error.code(), *code, "{name}: {error}");
                continue;
            }
            (Ok(spki), Load(_) | Signature(..)) => spki,
            (Ok(spki), Algorithm(kind)) => {
                assert_eq!(spki.kind(), *kind, "{name}");
                continue;
            }
            (other, _) => panic!("{name}: {other:?}"),
        };
        for provider in [&RustCrypto as &dyn CryptoProvider, &AwsLc] {
            let name = format!("{name} with {}", provider.name());
            match *expected {
                Load(algorithm) => assert!(provider.load_key(algorithm, spki.key()).is_err(), "{name}"),
                Signature(algorithm, verifies) => {
                    let key = provider.load_key(algorithm, spki.key()).expect(&name);
                    let bits = block(&text, "SIGNATURE");
                    let bits = BitStringRef::from_der(&bits).unwrap();
                    let signature = fixed(spki.kind(), bits.as_bytes().unwrap());
                    assert_eq!(key.verify(&block(&text, "DATA"), &signature).is_ok(), verifies, "{name}");
                }
                Key(_) | Algorithm(_) => unreachable!("done above"),
            }
        }
    }
}

#[test]
fn every_file_has_a_verdict() {
    let Some(folder) = folder() else { return };
    let listed: BTreeSet<_> = CASES.iter().map(|(name, _)| format!("{name}.pem")).collect();
    for (path, prefix) in [(folder.clone(), ""), (folder.join("ours"), "ours/")] {
        for entry in std::fs::read_dir(path).unwrap() {
            let name = format!("{prefix}{}", entry.unwrap().file_name().into_string().unwrap());
            let is_key_of_the_others = name == "ours/priv.pem";
            assert!(listed.contains(&name) || is_key_of_the_others || !name.ends_with(".pem"), "{name}");
        }
    }
}

fn fixed(kind: KeyKind, signature: &[u8]) -> Vec<u8> {
    match kind {
        KeyKind::P256 => ecdsa_der_to_fixed::<64>(signature).unwrap().to_vec(),
        KeyKind::P384 => ecdsa_der_to_fixed::<96>(signature).unwrap().to_vec(),
        _ => signature.to_vec(),
    }
}

/// The decoded block of that name.
fn block(text: &str, name: &str) -> Vec<u8> {
    let start = format!("-----BEGIN {name}-----");
    let body =
        text.split(&start).nth(1).unwrap_or_else(|| panic!("no {name}")).split("-----END").next().unwrap();
    let body: String = body.chars().filter(|c| !c.is_whitespace()).collect();
    base64::engine::general_purpose::STANDARD.decode(body).unwrap()
}

fn folder() -> Option<PathBuf> {
    veriquote_recorded::recorded("security/chromium-verify-signed-data")
}
