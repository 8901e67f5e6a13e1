//! Both providers give the verdicts of the published Wycheproof vectors, and always the same one.

use veriquote::crypto::ecdsa_der::ecdsa_der_to_fixed;
use veriquote::crypto::{
    CryptoProvider, Curve, HashAlgorithm, PublicKey, RustCrypto, SignatureAlgorithm, SubjectPublicKeyInfo,
};
use veriquote_aws_lc::AwsLc;
use wycheproof::{HashFunction, Mgf, TestResult};

/// What Wycheproof leaves open, and what we do about it, in both providers.
const ACCEPTABLE: &[(&str, bool, &str)] = &[(
    "MissingNull",
    false,
    "RFC 8017 has the NULL in every digest info; only lax encoders of old leave it out",
)];

#[derive(Clone, Copy)]
enum Form {
    Der,
    Fixed,
}

struct Case<'a> {
    set: String,
    id: usize,
    algorithm: SignatureAlgorithm,
    key: PublicKey<'a>,
    message: &'a [u8],
    signature: Option<Vec<u8>>,
    result: TestResult,
    flags: String,
}

impl Case<'_> {
    fn check(&self) {
        let verdicts = [&RustCrypto as &dyn CryptoProvider, &AwsLc].map(|provider| {
            let key = provider.load_key(self.algorithm, self.key).unwrap_or_else(|error| {
                panic!("{} {}: {} refused the key: {error}", self.set, self.id, provider.name())
            });
            self.signature.as_ref().is_some_and(|signature| key.verify(self.message, signature).is_ok())
        });
        let expected = match self.result {
            TestResult::Valid => true,
            TestResult::Invalid => false,
            TestResult::Acceptable => {
                ACCEPTABLE
                    .iter()
                    .find(|(flag, ..)| self.flags.contains(flag))
                    .unwrap_or_else(|| panic!("{} {}: undecided: {}", self.set, self.id, self.flags))
                    .1
            }
        };
        assert_eq!(verdicts, [expected; 2], "{} {} {}", self.set, self.id, self.flags);
    }
}

#[test]
fn ecdsa() {
    use SignatureAlgorithm as A;
    use wycheproof::ecdsa::{TestName as N, TestSet};
    let sets = [
        (N::EcdsaSecp256r1Sha256, A::ECDSA_P256_SHA256, Form::Der, 32),
        (N::EcdsaSecp256r1Sha256P1363, A::ECDSA_P256_SHA256, Form::Fixed, 32),
        (N::EcdsaSecp384r1Sha256, A::ECDSA_P384_SHA256, Form::Der, 48),
        (N::EcdsaSecp384r1Sha384, A::ECDSA_P384_SHA384, Form::Der, 48),
        (N::EcdsaSecp384r1Sha384P1363, A::ECDSA_P384_SHA384, Form::Fixed, 48),
        (N::EcdsaSecp256r1Sha512, A::Ecdsa(Curve::P256, HashAlgorithm::Sha512), Form::Der, 32),
        (N::EcdsaSecp384r1Sha512, A::Ecdsa(Curve::P384, HashAlgorithm::Sha512), Form::Der, 48),
        (N::EcdsaSecp521r1Sha512, A::ECDSA_P521_SHA512, Form::Der, 66),
        (N::EcdsaSecp521r1Sha512P1363, A::ECDSA_P521_SHA512, Form::Fixed, 66),
    ];
    for (name, algorithm, form, width) in sets {
        let set = TestSet::load(name).unwrap();
        let mut cases = 0;
        for group in &set.test_groups {
            let spki = SubjectPublicKeyInfo::parse(&group.der).unwrap();
            assert_eq!(spki.key(), PublicKey::Ec(&group.key.key));
            for test in &group.tests {
                let signature = match form {
                    Form::Fixed => Some(test.sig.to_vec()),
                    Form::Der if width == 32 => ecdsa_der_to_fixed::<64>(&test.sig).map(Vec::from),
                    Form::Der if width == 66 => ecdsa_der_to_fixed::<132>(&test.sig).map(Vec::from),
                    Form::Der => ecdsa_der_to_fixed::<96>(&test.sig).map(Vec::from),
                };
                Case {
                    set: format!("{name:?}"),
                    id: test.tc_id,
                    algorithm,
                    key: spki.key(),
                    message: &test.msg,
                    signature,
                    result: test.result,
                    flags: format!("{:?}", test.flags),
                }
                .check();
                cases += 1;
            }
        }
        assert!(cases > 200, "{name:?} has only {cases} cases");
    }
}

#[test]
fn ed25519() {
    use wycheproof::eddsa::{TestName, TestSet};
    let set = TestSet::load(TestName::Ed25519).unwrap();
    let mut cases = 0;
    for group in &set.test_groups {
        for test in &group.tests {
            Case {
                set: "Ed25519".into(),
                id: test.tc_id,
                algorithm: SignatureAlgorithm::Ed25519,
                key: PublicKey::Ed25519(&group.key.pk),
                message: &test.msg,
                signature: Some(test.sig.to_vec()),
                result: test.result,
                flags: format!("{:?}", test.flags),
            }
            .check();
            cases += 1;
        }
    }
    assert!(cases > 100, "only {cases} cases");
}

#[test]
fn rsa_pkcs1() {
    use wycheproof::rsa_pkcs1_verify::{TestName as N, TestSet};
    let sets = [
        N::Rsa2048Sha256,
        N::Rsa2048Sha384,
        N::Rsa2048Sha512,
        N::Rsa3072Sha256,
        N::Rsa3072Sha384,
        N::Rsa3072Sha512,
        N::Rsa4096Sha256,
        N::Rsa4096Sha384,
        N::Rsa4096Sha512,
        N::Rsa8192Sha256,
        N::Rsa8192Sha384,
        N::Rsa8192Sha512,
    ];
    for name in sets {
        let set = TestSet::load(name).unwrap();
        let mut cases = 0;
        for group in &set.test_groups {
            let algorithm = match group.hash {
                HashFunction::Sha2_256 => SignatureAlgorithm::RSA_PKCS1_SHA256,
                HashFunction::Sha2_384 => SignatureAlgorithm::RSA_PKCS1_SHA384,
                HashFunction::Sha2_512 => SignatureAlgorithm::RSA_PKCS1_SHA512,
                other => panic!("{name:?}: {other:?}"),
            };
            let spki = SubjectPublicKeyInfo::parse(&group.der).unwrap();
            for test in &group.tests {
                Case {
                    set: format!("{name:?}"),
                    id: test.tc_id,
                    algorithm,
                    key: spki.key(),
                    message: &test.msg,
                    signature: Some(test.sig.to_vec()),
                    result: test.result,
                    flags: format!("{:?}", test.flags),
                }
                .check();
                cases += 1;
            }
        }
        assert!(cases > 100, "{name:?} has only {cases} cases");
    }
}

#[test]
fn rsa_pss() {
    use SignatureAlgorithm as A;
    use wycheproof::rsa_pss_verify::{TestName as N, TestSet};
    let sets = [
        N::RsaPss2048Sha256Mgf1SaltLen0,
        N::RsaPss2048Sha256Mgf1SaltLen32,
        N::RsaPss2048Sha256Mgf1Sha1_20,
        N::RsaPss2048Sha384Mgf1SaltLen48,
        N::RsaPss3072Sha256Mgf1SaltLen32,
        N::RsaPss4096Sha256Mgf1SaltLen32,
        N::RsaPss4096Sha384Mgf1SaltLen48,
        N::RsaPss4096Sha512Mgf1SaltLen32,
        N::RsaPss4096Sha512Mgf1SaltLen64,
        N::RsaPssmisc,
    ];
    let mut valid = 0;
    for name in sets {
        let set = TestSet::load(name).unwrap();
        for group in &set.test_groups {
            let algorithm = match group.hash {
                HashFunction::Sha2_256 => A::RSA_PSS_SHA256,
                HashFunction::Sha2_384 => A::RSA_PSS_SHA384,
                HashFunction::Sha2_512 => A::RSA_PSS_SHA512,
                _ => continue,
            };
            let spki = SubjectPublicKeyInfo::parse(&group.der).unwrap();
            // Only one salt length and only the same hash inside MGF1: all else is a bad signature to us.
            let ours = group.mgf == Mgf::Mgf1
                && group.mgf_hash.as_ref() == Some(&group.hash)
                && group.salt_size == algorithm.hash().digest_len();
            for test in &group.tests {
                let result = match (ours, test.result) {
                    (true, result) => result,
                    (false, TestResult::Valid) => TestResult::Invalid,
                    // Made with other parameters than its group names: perhaps with ours.
                    (false, _) => continue,
                };
                valid += usize::from(result == TestResult::Valid);
                Case {
                    set: format!("{name:?}"),
                    id: test.tc_id,
                    algorithm,
                    key: spki.key(),
                    message: &test.msg,
                    signature: Some(test.sig.to_vec()),
                    result,
                    flags: format!("{:?}", test.flags),
                }
                .check();
            }
        }
    }
    assert!(valid > 200, "only {valid} valid signatures");
}
