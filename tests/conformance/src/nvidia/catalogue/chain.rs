//! Certificates, challenge and firmware identifier of a device (attacks B4 to B14).

use serde_json::json;
use veriquote::Code;
use veriquote_forge::nvidia::{
    COMPOSITE_DEVICE_ID, NvCertificate, NvKey, TCB_INFO, device_chain, device_root, fwid, name, sha384,
};
use veriquote_forge::{DAY, Extension, Key, NOW};

use crate::nvidia::case::{Case, Draft, case};

pub(super) fn all() -> Vec<Case> {
    [shape(), roles(), identity()].concat()
}

fn draft(name: &str, note: &str) -> Draft {
    case(&format!("chain/{name}"), "hopper", "nvidia.chain", note)
}

fn shape() -> Vec<Case> {
    const CHAIN: Code = Code::X509Chain;
    let part = |place: usize, rest: &str| format!("device[0].chain.certificate[{place}].{rest}");
    vec![
        draft("reversed", "the root first")
            .device(|it| it.chain.reverse())
            .refused(Code::X509Anchor, &part(4, "subject_public_key_info")),
        draft("shuffled", "two authorities in the wrong order")
            .device(|it| it.chain.swap(2, 3))
            .refused(CHAIN, &part(1, "issuer")),
        draft("without-root", "the root is missing")
            .device(|it| drop(it.chain.pop()))
            .refused(CHAIN, "device[0].chain"),
        draft("too-many", "the root twice")
            .device(|it| it.chain.push(device_root()))
            .refused(CHAIN, "device[0].chain"),
        draft("leaf-alone", "one certificate")
            .device(|it| it.chain.truncate(1))
            .refused(CHAIN, "device[0].chain"),
        case("chain/no-certificate", "hopper", "nvidia.report.layout", "no certificate")
            .edit(|it| it["evidence"]["certificate_chain"] = json!("-----BEGIN nothing"))
            .refused(Code::InputEncoding, "device[0].chain"),
        draft("root-of-the-same-name", "a root of NVIDIA's name and another key")
            .device(|it| {
                let mut root = device_root();
                root.key = NvKey::new("another root");
                root.fields.spki = Some(root.key.spki());
                root.signer = root.key.clone();
                it.chain[4] = root;
            })
            .refused(Code::X509Anchor, &part(4, "subject_public_key_info")),
        draft("self-made", "five certificates in NVIDIA's names, made by a stranger")
            .device(|it| {
                for certificate in &mut it.chain {
                    let stranger = |key: &NvKey| NvKey::new(format!("a stranger's {}", key.label));
                    certificate.key = stranger(&certificate.key);
                    certificate.signer = stranger(&certificate.signer);
                    certificate.fields.spki = Some(certificate.key.spki());
                }
            })
            .refused(Code::X509Anchor, &part(4, "subject_public_key_info")),
        draft("below-a-leaf", "an attestation key issues a further one")
            .device(|it| {
                let leaf = it.chain[0].clone();
                let mut below = NvCertificate::leaf("GH100 A01 GSP FMC LF", "below", &leaf);
                below = below.with_composite_device_id(&fwid());
                it.chain = vec![below, leaf, it.chain[1].clone(), it.chain[3].clone(), it.chain[4].clone()];
            })
            .refused(Code::X509Extension, &part(1, "extensions.basic_constraints")),
        draft("root-not-self-signed", "the root's certificate is signed by another key")
            .certificate(4, |it| it.signer = NvKey::new("a stranger"))
            .refused(Code::X509Signature, &part(4, "signature")),
        draft("signature-leaf", "the leaf is not signed by its issuer")
            .certificate(0, |it| it.signer = NvKey::new("a stranger"))
            .refused(Code::X509Signature, &part(0, "signature")),
        draft("signature-rom", "the boot ROM's certificate is not signed by its issuer")
            .certificate(1, |it| it.signer = NvKey::new("a stranger"))
            .refused(Code::X509Signature, &part(1, "signature")),
        draft("signature-family", "the family's certificate is not signed by the root")
            .certificate(3, |it| it.signer = NvKey::new("a stranger"))
            .refused(Code::X509Signature, &part(3, "signature")),
        draft("key-identifiers", "the boot ROM names another key of its issuer")
            .certificate(1, |it| {
                it.fields.put(Extension::authority_key(&Key::new("another")));
            })
            .refused(CHAIN, &part(1, "extensions.authority_key_identifier")),
    ]
}

fn roles() -> Vec<Case> {
    let part = |place: usize, rest: &str| format!("device[0].chain.certificate[{place}].{rest}");
    let arch = |name: &str, note: &str| case(&format!("chain/{name}"), "hopper", "nvidia.arch", note);
    vec![
        draft("expired", "an authority is past its last day")
            .certificate(2, |it| *it = it.clone().valid(NOW - 300 * DAY, NOW - DAY))
            .refused(Code::X509Expired, &part(2, "validity.not_after")),
        draft("not-yet-valid", "an authority is not valid yet")
            .certificate(3, |it| *it = it.clone().valid(NOW + DAY, NOW + 300 * DAY))
            .refused(Code::X509NotYetValid, &part(3, "validity.not_before")),
        draft("no-authority", "the boot ROM is not marked as an authority")
            .certificate(1, |it| it.fields.without(Extension::BASIC_CONSTRAINTS))
            .refused(Code::X509Extension, &part(1, "extensions.basic_constraints")),
        draft("usage", "an authority's key may not sign certificates")
            .certificate(2, |it| it.fields.put(Extension::key_usage(1, 0x02)))
            .refused(Code::X509Extension, &part(2, "extensions.key_usage")),
        draft("path-length", "the root allows no authority below it")
            .certificate(4, |it| it.fields.put(Extension::basic_constraints(true, Some(0))))
            .refused(Code::X509Extension, &part(4, "extensions.basic_constraints")),
        draft("leaf-usage", "the attestation key may not sign data")
            .certificate(0, |it| it.fields.put(Extension::key_usage(4, 0x10)))
            .refused(Code::X509Extension, &part(0, "extensions.key_usage")),
        draft("leaf-is-authority", "the attestation key may issue certificates")
            .certificate(0, |it| it.fields.put(Extension::basic_constraints(true, None)))
            .refused(Code::X509Extension, &part(0, "extensions.basic_constraints")),
        draft("p256-leaf", "an attestation key on P-256")
            .certificate(0, |it| it.fields.spki = Some(Key::new("on P-256").spki()))
            .refused(Code::X509Algorithm, &part(0, "subject_public_key_info")),
        draft("sha256", "a certificate that is signed with SHA-256")
            .certificate(0, |it| {
                it.fields.inner_algorithm = "1.2.840.10045.4.3.2".to_owned();
                it.fields.outer_algorithm = "1.2.840.10045.4.3.2".to_owned();
                it.fields.signature = Some(it.signer.sign_sha256_der(&it.fields.tbs()));
            })
            .refused(Code::X509Algorithm, &part(0, "signature_algorithm")),
        arch("unknown-chip", "a chip of no known family")
            .certificate(0, |it| it.fields.subject = name("GA100 A01 GSP FMC LF"))
            .refused(Code::NvidiaArch, &part(0, "subject")),
        arch("no-attestation-key", "a leaf that is no attestation key")
            .certificate(0, |it| it.fields.subject = name("GH100 A01 GSP"))
            .refused(Code::NvidiaArch, &part(0, "subject")),
        arch("chip-of-another-rom", "the leaf of a switch under the boot ROM of a GPU")
            .certificate(0, |it| it.fields.subject = name("LS_10 A01 FSP FMC LF"))
            .refused(Code::NvidiaArchMismatch, &part(1, "subject")),
        case(
            "chain/chip-info",
            "blackwell",
            "nvidia.arch",
            "the report names another chip than the certificate",
        )
        .device(|it| it.report.put(35, b"GB102\0"))
        .refused(Code::NvidiaArchMismatch, "device[0].report.opaque.chip_info"),
    ]
}

fn identity() -> Vec<Case> {
    let fwid_case = |name: &str, note: &str| case(&format!("chain/{name}"), "hopper", "nvidia.fwid", note);
    let leaf = "device[0].chain.certificate[0].extensions.fwid";
    let nonce = |name: &str, note: &str| case(&format!("chain/{name}"), "hopper", "nvidia.nonce", note);
    vec![
        fwid_case("fwid-other", "the report names another firmware than the certificate")
            .device(|it| it.report.put(20, &sha384(b"other code")))
            .refused(Code::NvidiaFwid, "device[0].report.opaque.fwid"),
        fwid_case("fwid-of-the-key", "the key was certified for another firmware")
            .certificate(0, |it| *it = it.clone().with_composite_device_id(&sha384(b"other code")))
            .refused(Code::NvidiaFwid, "device[0].report.opaque.fwid"),
        fwid_case("fwid-twice", "two extensions that disagree")
            .certificate(0, |it| *it = it.clone().with_tcb_info(&sha384(b"other code")))
            .refused(Code::NvidiaFwid, leaf),
        fwid_case("fwid-form", "Blackwell's extension in Hopper's certificate")
            .certificate(0, |it| {
                it.fields.without(COMPOSITE_DEVICE_ID);
                *it = it.clone().with_tcb_info(&fwid());
            })
            .refused(Code::NvidiaArchMismatch, leaf),
        case(
            "chain/fwid-form-blackwell",
            "blackwell",
            "nvidia.fwid",
            "Hopper's extension in Blackwell's certificate",
        )
        .certificate(0, |it| {
            it.fields.without(TCB_INFO);
            *it = it.clone().with_composite_device_id(&fwid());
        })
        .refused(Code::NvidiaArchMismatch, leaf),
        fwid_case("fwid-no-extension", "the certificate names no firmware")
            .certificate(0, |it| it.fields.without(COMPOSITE_DEVICE_ID))
            .refused(Code::NvidiaFwidExtension, leaf),
        fwid_case("fwid-short", "the certificate's digest is too short")
            .certificate(0, |it| *it = it.clone().with_composite_device_id(&[7; 32]))
            .refused(Code::NvidiaFwidExtension, leaf),
        case("chain/fwid-unstated", "hopper", "nvidia.fwid", "the report does not name its firmware")
            .device(|it| it.report.without(20))
            .rejected(&["nvidia.firmware_id"], &[("/devices/0/firmware_id/stated", json!(null))]),
        case("chain/fwid-unstated-allowed", "hopper", "nvidia.fwid", "the policy lets old drivers go")
            .device(|it| it.report.without(20))
            .policy(json!({ "nvidia": { "firmware_id": "allow" } }))
            .verified(&[(
                "/devices/0/nvidia/x-nvidia-gpu-attestation-report-cert-chain-fwid-match",
                json!(null),
            )]),
        nonce("nonce-other", "another challenge")
            .edit(|it| it["options"]["nonce"] = json!("00".repeat(32)))
            .refused(Code::NvidiaNonce, "device[0].report.request.nonce"),
        nonce("nonce-bit", "one bit of the challenge")
            .edit(|it| it["options"]["nonce"] = json!(format!("{}4f", "4e".repeat(31))))
            .refused(Code::NvidiaNonce, "device[0].report.request.nonce"),
        nonce("nonce-short", "a challenge of 31 bytes")
            .edit(|it| it["options"]["nonce"] = json!("4e".repeat(31)))
            .refused(Code::MisuseOptions, "options.nonce"),
        nonce("nonce-long", "a challenge of 33 bytes")
            .edit(|it| it["options"]["nonce"] = json!("4e".repeat(33)))
            .refused(Code::MisuseOptions, "options.nonce"),
        nonce("nonce-report-data", "64 bytes of report data, of which the device has the first half")
            .edit(|it| it["options"]["nonce"] = json!("4e".repeat(64)))
            .refused(Code::MisuseOptions, "options.nonce"),
        case(
            "chain/other-device-same-root",
            "hopper",
            "nvidia.report.signature",
            "a chain of the same family",
        )
        .device(|it| {
            let mut chain = device_chain("HOPPER", 3);
            std::mem::swap(&mut chain, &mut it.chain);
            let unsigned = it.report.unsigned();
            it.report.signature = Some(chain[0].key.sign(&unsigned));
        })
        .refused(Code::NvidiaReportSignature, "device[0].report.response.signature"),
    ]
}
