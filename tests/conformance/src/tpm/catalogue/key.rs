//! Attestation keys that may not be trusted.

use serde_json::json;
use veriquote::Code;
use veriquote_forge::tpm::{EK_EKU, PublicArea, TcgName, TpmForge, attributes, eku, tcg_san};
use veriquote_forge::{DAY, Extension, hex};

use crate::tpm::case::{Case, case};

fn with_attributes(name: &str, note: &str, change: impl Fn(u32) -> u32) -> Case {
    case(&format!("key/{name}"), "rsa", "tpm.ak.attributes", note)
        .forge(|it| it.public.attributes = change(it.public.attributes))
        .refused(Code::TpmAkAttributes, "public.object_attributes")
}

pub(super) fn all() -> Vec<Case> {
    let mut cases = vec![
        with_attributes("unrestricted", "signs any bytes that it is given", |it| {
            it & !attributes::RESTRICTED
        }),
        with_attributes("not-signing", "is not for signing", |it| it & !attributes::SIGN),
        with_attributes("decrypting", "decrypts as well", |it| it | attributes::DECRYPT),
        with_attributes("migratable", "may be duplicated to another TPM", |it| it & !attributes::FIXED_TPM),
        with_attributes("movable", "may be moved under another parent", |it| it & !attributes::FIXED_PARENT),
        with_attributes("imported", "was made outside the TPM", |it| it & !attributes::SENSITIVE_DATA_ORIGIN),
        with_attributes("duplicable", "may be duplicated under encryption", |it| {
            it | attributes::ENCRYPTED_DUPLICATION
        }),
        case("key/name-sha1", "rsa", "tpm.ak.name_algorithm", "its Name is a SHA-1 digest")
            .forge(|it| it.public.name_alg = 4)
            .refused(Code::TpmAkNameAlgorithm, "public.name_alg"),
        case("key/no-scheme", "rsa", "tpm.ak.scheme", "it is bound to no scheme")
            .forge(|it| it.public.scheme = vec![0, 0x10])
            .refused(Code::TpmSignatureScheme, "public.parameters.scheme"),
        case("key/ecdaa", "p256", "tpm.ak.scheme", "its scheme is ECDAA, which names a group")
            .forge(|it| it.public.scheme = vec![0, 0x1a, 0, 0xb, 0, 1])
            .refused(Code::TpmSignatureAlgorithm, "public.parameters.scheme"),
        case("key/other-name", "p256", "tpm.ak.trust", "the public area is not of the pinned Name")
            .edit(|it| {
                it["options"]["ak_name"] = json!(hex(&TpmForge::rsa().public.name()));
            })
            .source("CVE-2021-3406, CVE-2022-1053")
            .refused(Code::TpmName, "public"),
        case("key/other-parent", "p256", "tpm.qualified_signer", "the signer stands under another hierarchy")
            .edit(|it| it["options"]["ak_parent"] = json!("40000001"))
            .refused(Code::TpmQualifiedSigner, "attest.qualified_signer"),
        case("key/other-signer", "p256", "tpm.qualified_signer", "the quote names another signer")
            .attest(|it| it.qualified_signer[5] ^= 1)
            .edit(|it| it["options"]["ak_parent"] = json!("4000000b"))
            .refused(Code::TpmQualifiedSigner, "attest.qualified_signer"),
        case(
            "key/signer-size-bytes",
            "p256",
            "tpm.qualified_signer",
            "a signer with the bytes of another Name's size inside",
        )
        .attest(|it| it.qualified_signer = [&[0, 0xb, 0, 0x24][..], &[7; 30]].concat())
        .edit(|it| it["options"]["ak_parent"] = json!("4000000b"))
        .source("keylime #1892")
        .refused(Code::TpmQualifiedSigner, "attest.qualified_signer"),
        case("key/none", "p256", "tpm.ak.trust", "no key is given: none comes with the quote")
            .edit(|it| drop(it.as_object_mut().map(|it| it.remove("ak"))))
            .refused(Code::MisuseOptions, "ak"),
    ];
    cases.extend(weak());
    cases.extend(certificates());
    cases
}

/// Keys that can be broken.
fn weak() -> Vec<Case> {
    let changed = |name: &str, note: &str, part: &str, code, change: fn(&mut PublicArea)| {
        case(&format!("key/{name}"), "rsa", "tpm.ak.key", note)
            .forge(|it| change(&mut it.public))
            .refused(code, part)
    };
    vec![
        changed("rsa-1024", "an RSA key of 1024 bits", "key", Code::TpmKeyWeak, |it| {
            it.parameters[..2].copy_from_slice(&1024_u16.to_be_bytes());
            it.unique[0].truncate(128);
        }),
        changed("even-modulus", "an even modulus", "key", Code::TpmKeyWeak, |it| {
            *it.unique[0].last_mut().expect("not empty") &= 0xfe;
        }),
        changed("exponent-three", "exponent 3", "key", Code::TpmKeyWeak, |it| {
            it.parameters[2..].copy_from_slice(&3_u32.to_be_bytes());
        }),
        case("key/roca", "rsa", "tpm.ak.key", "a modulus with the fingerprint of CVE-2017-15361")
            .forge(|it| it.public.unique[0] = veriquote_forge::tpm::roca_modulus())
            .source("CVE-2017-15361")
            .refused(Code::TpmKeyWeak, "key"),
        case(
            "key/unknown-curve",
            "p256",
            "tpm.ak.key",
            "a curve that is not verified is refused, not skipped",
        )
        .forge(|it| it.public.parameters[..2].copy_from_slice(&[0, 0x10]))
        .source("go-attestation #491, #509")
        .refused(Code::TpmAlgorithm, "key.curve"),
        case("key/point-too-long", "p256", "tpm.ak.layout", "a coordinate longer than the field")
            .forge(|it| it.public.unique[0].insert(0, 0))
            .refused(Code::TpmPublicLayout, "ak.public.unique"),
        case("key/reserved-attribute", "rsa", "tpm.ak.layout", "a bit that means nothing is set")
            .forge(|it| it.public.attributes |= 1 << 12)
            .refused(Code::TpmPublicLayout, "ak.public.object_attributes"),
        case("key/symmetric", "p256", "tpm.ak.layout", "a public area of a keyed hash")
            .forge(|it| it.public.kind = 8)
            .refused(Code::TpmAlgorithm, "ak.public.type"),
    ]
}

/// Certificates that vouch for something else, or for nothing any more.
fn certificates() -> Vec<Case> {
    let certified =
        |name: &str, note: &str, rule| case(&format!("key/certificate-{name}"), "p256", rule, note);
    vec![
        certified("expired", "past its last day", "tpm.ak.chain")
            .forge(|it| it.certificate.not_after = (it.now - DAY).into())
            .certified()
            .refused(Code::X509Expired, "certificate[0].validity.not_after"),
        certified("stranger", "of another root", "tpm.ak.chain")
            .forge(|it| it.authority.key = veriquote_forge::Key::new("another root"))
            .certified()
            .refused(Code::X509Anchor, "certificate[0].issuer"),
        certified("ek", "is for an endorsement key", "tpm.ak.purpose")
            .forge(|it| it.certificate.put(eku(&[EK_EKU])))
            .certified()
            .refused(Code::X509Extension, "certificate[0].extensions.extended_key_usage"),
        certified("no-purpose", "does not say what its key is for", "tpm.ak.purpose")
            .forge(|it| it.certificate.without("2.5.29.37"))
            .certified()
            .refused(Code::X509Extension, "certificate[0].extensions.extended_key_usage"),
        certified("usage", "does not allow its key to sign", "tpm.ak.purpose")
            .forge(|it| it.certificate.put(Extension::key_usage(5, 0x20)))
            .certified()
            .refused(Code::X509Extension, "certificate[0].extensions.extended_key_usage"),
        certified("other-key", "is of another key than the public area", "tpm.ak.trust")
            .certified()
            .edit(|it| it["ak"] = json!(hex(&TpmForge::rsa().build().public)))
            .refused(Code::TpmName, "public"),
        certified("unrestricted", "vouches for a key that signs anything", "tpm.ak.attributes")
            .forge(|it| it.public.attributes &= !attributes::RESTRICTED)
            .certified()
            .source("CVE-2021-3406")
            .refused(Code::TpmAkAttributes, "public.object_attributes"),
        certified(
            "no-purpose-allowed",
            "does not say what its key is for, and the caller knows",
            "tpm.ak.purpose",
        )
        .forge(|it| it.certificate.without("2.5.29.37"))
        .certified()
        .edit(|it| it["options"]["allow_missing_purpose"] = json!(true))
        .verified(&[("/ak/route", json!("certificate"))]),
        certified("san-several", "names its TPM in three relative names", "tpm.ak.chain")
            .forge(|it| it.certificate.put(tcg_san(TcgName::Several, true)))
            .certified()
            .verified(&[("/ak/route", json!("certificate"))]),
        certified("critical-unknown", "has a critical extension that nobody knows", "tpm.ak.chain")
            .forge(|it| it.certificate.put(Extension::new("1.2.3.4", true, vec![5, 0])))
            .certified()
            .refused(Code::X509Extension, "certificate[0].extensions"),
    ]
}
