//! Signatures that are not the key's.

use veriquote::Code;
use veriquote_forge::Key;
use veriquote_forge::tpm::{AkKey, PcrHash, RsaKey, Scheme};

use crate::tpm::case::{Case, case};

pub(super) fn all() -> Vec<Case> {
    const SIGNATURE: Code = Code::TpmQuoteSignature;
    vec![
        case("signature/attest-flipped", "p256", "tpm.quote.signature", "a bit of the PCR digest changed")
            .tamper(|it| *it.attest.last_mut().expect("not empty") ^= 1)
            .refused(SIGNATURE, "signature.sig"),
        case("signature/flipped-rsa", "rsa", "tpm.quote.signature", "a bit of the RSA signature changed")
            .signature(|it| it.fields[0][100] ^= 1)
            .refused(SIGNATURE, "signature.sig"),
        case("signature/flipped-pss", "pss", "tpm.quote.signature", "a bit of the PSS signature changed")
            .signature(|it| it.fields[0][100] ^= 1)
            .refused(SIGNATURE, "signature.sig"),
        case("signature/flipped-p384", "p384", "tpm.quote.signature", "a bit of s changed")
            .signature(|it| it.fields[1][20] ^= 1)
            .refused(SIGNATURE, "signature.sig"),
        case("signature/other-rsa-key", "rsa", "tpm.quote.signature", "signed by a key in software")
            .forge(|it| it.key = AkKey::Rsa(RsaKey::Second))
            .refused(SIGNATURE, "signature.sig"),
        case("signature/other-p256-key", "p256", "tpm.quote.signature", "signed by a key in software")
            .forge(|it| it.key = AkKey::P256(Key::new("a stranger")))
            .refused(SIGNATURE, "signature.sig"),
        case(
            "signature/of-another-quote",
            "rsa",
            "tpm.quote.signature",
            "a signature of the same key over another quote",
        )
        .tamper(|it| {
            let mut other = veriquote_forge::tpm::TpmForge::rsa();
            other.clock.clock += 1;
            it.signature = other.build().signature;
        })
        .refused(SIGNATURE, "signature.sig"),
        case(
            "signature/pss-salt",
            "pss",
            "tpm.quote.signature",
            "PSS with a salt of a length that no TPM makes",
        )
        .tamper(|it| {
            it.signature.truncate(6);
            it.signature.extend(RsaKey::First.pss(PcrHash::Sha256, 20, &it.attest));
        })
        .refused(SIGNATURE, "signature.sig"),
        case("signature/r-zero", "p256", "tpm.quote.signature", "r is zero")
            .signature(|it| it.fields[0] = vec![0; 32])
            .refused(SIGNATURE, "signature.sig"),
        case("signature/s-zero", "p256", "tpm.quote.signature", "s is zero")
            .signature(|it| it.fields[1] = vec![0; 32])
            .refused(SIGNATURE, "signature.sig"),
        case("signature/r-order", "p256", "tpm.quote.signature", "r is the order of the group")
            .signature(|it| it.fields[0] = ORDER.to_vec())
            .refused(SIGNATURE, "signature.sig"),
        case(
            "signature/pss-on-rsassa",
            "rsa",
            "tpm.signature.scheme",
            "a restricted key has one scheme: PSS is another",
        )
        .forge(|it| it.scheme = Scheme::Pss)
        .refused(Code::TpmSignatureScheme, "signature"),
        case("signature/renamed-pss", "rsa", "tpm.signature.scheme", "RSASSA said to be PSS")
            .signature(|it| it.algorithm = 0x16)
            .refused(Code::TpmSignatureScheme, "signature"),
        case("signature/renamed-hash", "rsa", "tpm.signature.scheme", "SHA-256 said to be SHA-1")
            .signature(|it| it.hash = 4)
            .refused(Code::TpmSignatureScheme, "signature"),
        case(
            "signature/other-hash",
            "rsa",
            "tpm.signature.scheme",
            "the key signs with SHA-256, and this is SHA-384",
        )
        .forge(|it| it.hash = PcrHash::Sha384)
        .refused(Code::TpmSignatureScheme, "signature"),
        case("signature/ecdsa-on-rsa", "rsa", "tpm.signature.scheme", "an ECDSA signature for an RSA key")
            .signature(|it| {
                it.algorithm = 0x18;
                it.fields = vec![vec![1; 32], vec![1; 32]];
            })
            .source("go-attestation #515")
            .refused(Code::TpmSignatureScheme, "signature"),
        case("signature/null", "rsa", "tpm.signature.layout", "TPM_ALG_NULL")
            .tamper(|it| it.signature = vec![0, 0x10])
            .refused(Code::TpmSignatureAlgorithm, "signature.algorithm"),
        case(
            "signature/hmac",
            "rsa",
            "tpm.signature.layout",
            "TPM_ALG_HMAC, which whoever verifies can make",
        )
        .tamper(|it| it.signature = [&[0, 5, 0, 0xb][..], &[7; 32]].concat())
        .refused(Code::TpmSignatureAlgorithm, "signature.algorithm"),
        case("signature/ecdaa", "p256", "tpm.signature.layout", "TPM_ALG_ECDAA names a group, not a key")
            .signature(|it| it.algorithm = 0x1a)
            .refused(Code::TpmSignatureAlgorithm, "signature.algorithm"),
        case("signature/sha1", "sha1", "tpm.signature.hash", "a signature over SHA-1 without leave")
            .edit(|it| drop(it["options"].as_object_mut().map(|it| it.remove("allow_sha1"))))
            .refused(Code::TpmSignatureSha1, "signature.hash"),
    ]
}

/// n of P-256.
const ORDER: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc,
    0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
];
