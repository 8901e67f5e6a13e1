//! Revocation lists and OCSP responses (attacks O1 to O9).

use serde_json::json;
use veriquote::Code;
use veriquote_forge::nvidia::{
    CERT_ID_HASHES, EXTENDED_KEY_USAGE, NvCertificate, NvCrl, NvForge, NvKey, Ocsp, OcspStatus, device_chain,
};
use veriquote_forge::{DAY, Extension, NOW};

use crate::nvidia::case::{Case, Draft, case};

pub(super) fn all() -> Vec<Case> {
    [lists(), answers(), demands()].concat()
}

const RULE: &str = "nvidia.revocation";

fn draft(name: &str, note: &str) -> Draft {
    case(&format!("revocation/{name}"), "hopper", RULE, note)
}

/// A list of the root, changed.
fn list(name: &str, note: &str, change: impl FnOnce(&mut NvCrl, &[NvCertificate])) -> Draft {
    draft(name, note).forge(|forge| {
        let chain = forge.devices[0].chain.clone();
        let mut list = NvCrl::of(&chain[4]);
        change(&mut list, &chain);
        forge.crls = vec![list];
    })
}

/// Lists of the root, each issued so many hours ago.
fn several<const N: usize>(name: &str, note: &str, hours: [i64; N]) -> Draft {
    draft(name, note).forge(|forge| {
        let list = NvCrl::of(&forge.devices[0].chain[4]);
        forge.crls = hours
            .map(|hours| {
                let mut list = list.clone();
                list.fields.this_update = (NOW - DAY - hours * 3_600).into();
                list
            })
            .into();
    })
}

fn lists() -> Vec<Case> {
    let of_family = "device[0].chain.certificate[3]";
    let crl = |rest: &str| format!("{of_family}.crl.{rest}");
    vec![
        draft("lists", "lists of every authority that signs them")
            .forge(|forge| *forge = forge.clone().with_crls())
            .policy(json!({ "nvidia": { "revocation": "authorities" } }))
            .verified(&[
                ("/devices/0/certificates/0/revocation", json!("not_known")),
                ("/devices/0/certificates/2/revocation", json!("good")),
                ("/devices/0/certificates/3/revocation", json!("good")),
            ]),
        list("list-names-family", "the root's list names the family", |list, chain| {
            *list = list.clone().revoking(&chain[3], 1);
        })
        .refused(Code::X509Revoked, &format!("{of_family}.serial_number")),
        list("list-hold", "the family is on hold", |list, chain| *list = list.clone().revoking(&chain[3], 6))
            .refused(Code::X509Revoked, &format!("{of_family}.serial_number")),
        list("list-hold-accepted", "the family is on hold, and the caller accepts that", |list, chain| {
            *list = list.clone().revoking(&chain[3], 6);
        })
        .edit(|it| it["options"]["accept_certificate_hold"] = json!(true))
        .verified(&[
            ("/devices/0/certificates/3/revocation", json!("on_hold")),
            (
                "/devices/0/nvidia/x-nvidia-gpu-attestation-report-cert-chain/x-nvidia-cert-revocation-reason",
                json!("certificateHold"),
            ),
        ]),
        list("list-compromise-accepted-as-hold", "a compromised key is not on hold", |list, chain| {
            *list = list.clone().revoking(&chain[3], 1);
        })
        .edit(|it| it["options"]["accept_certificate_hold"] = json!(true))
        .refused(Code::X509Revoked, &format!("{of_family}.serial_number")),
        list("list-stale", "a list past its next update", |list, _| {
            list.fields.next_update = Some((NOW - DAY).into());
            list.fields.this_update = (NOW - 30 * DAY).into();
        })
        .refused(Code::CrlStale, &crl("next_update")),
        list("list-early", "a list of tomorrow", |list, _| list.fields.this_update = (NOW + DAY).into())
            .refused(Code::CrlNotYetValid, &crl("this_update")),
        list("list-signature", "a list that the root did not sign", |list, _| {
            list.signer = NvKey::new("a stranger");
        })
        .refused(Code::CrlSignature, &crl("signature")),
        case("revocation/list-delta", "hopper", RULE, "a list of changes only")
            .forge(|forge| {
                let mut list = NvCrl::of(&forge.devices[0].chain[4]);
                list.fields.extensions.push(Extension::new("2.5.29.27", true, vec![2, 1, 1]));
                forge.crls = vec![list];
            })
            .refused(Code::CrlExtension, "crls[0].extensions"),
        several("list-repeated", "one list for every device that asks for it", [0; 6])
            .verified(&[("/devices/0/certificates/3/revocation", json!("good"))]),
        several("list-replaced", "lists that followed each other", [0, 1, 2, 3])
            .verified(&[("/devices/0/certificates/3/revocation", json!("good"))]),
        several("list-many", "more lists than replace each other in their time", [0, 1, 2, 3, 4])
            .refused(Code::LimitCount, &format!("{of_family}.crl")),
        list("list-of-another-family", "a list of another family says nothing of this chain", |list, _| {
            let other = device_chain("BLACKWELL", 0);
            *list = NvCrl::of(&other[3]).revoking(&other[2], 1);
        })
        .verified(&[("/devices/0/certificates/2/revocation", json!("not_known"))]),
        list("list-of-another-family-is-none", "and does not meet a demand", |list, _| {
            *list = NvCrl::of(&device_chain("BLACKWELL", 0)[3]);
        })
        .policy(json!({ "nvidia": { "revocation": "authorities" } }))
        .rejected(&[RULE], &[]),
        case("revocation/list-rim-signer", "hopper", "nvidia.rim.revocation", "the manifest's authority is revoked")
            .forge(|forge| {
                let chain = forge.rims[0].chain.clone();
                forge.crls = vec![NvCrl::of(&chain[3]).revoking(&chain[2], 1)];
            })
            .refused(Code::X509Revoked, "rims[0].rim.chain.certificate[2].serial_number"),
        list("list-no-usage", "the root may not sign lists", |_, _| {})
            .certificate(4, |it| it.fields.put(Extension::key_usage(2, 0x04)))
            .refused(Code::CrlIssuer, &crl("issuer")),
    ]
}

/// An answer about the boot ROM, changed.
fn answer(name: &str, note: &str, change: impl FnOnce(&mut Ocsp, &[NvCertificate])) -> Draft {
    draft(name, note).forge(|forge| {
        let chain = forge.devices[0].chain.clone();
        let mut ocsp = Ocsp::good(&chain[1], &chain[2]);
        change(&mut ocsp, &chain);
        forge.ocsp = vec![ocsp];
    })
}

fn answers() -> Vec<Case> {
    let good = [("/devices/0/certificates/1/revocation", json!("good"))];
    let silent = [("/devices/0/certificates/1/revocation", json!("not_known"))];
    let of_rom = "device[0].chain.certificate[1]";
    let ocsp = |rest: &str| format!("{of_rom}.ocsp.{rest}");
    vec![
        answer("answer", "the boot ROM is good", |_, _| {}).verified(&good),
        answer("answer-sha1", "CertID in SHA-1", |it, _| it.hash = CERT_ID_HASHES[0]).verified(&good),
        answer("answer-sha256", "CertID in SHA-256", |it, _| it.hash = CERT_ID_HASHES[1]).verified(&good),
        answer("answer-by-key", "the responder is named by its key", |it, _| it.by_key = true)
            .verified(&good),
        answer("answer-of-issuer", "the issuer itself answers", |it, chain| {
            it.responder = chain[2].clone();
            it.certificates.clear();
        })
        .verified(&good),
        answer("answer-nonce", "with the nonce of the request", |it, _| it.nonce = Some(vec![9; 32]))
            .edit(|it| it["options"]["ocsp_nonce"] = json!("09".repeat(32)))
            .verified(&good),
        answer("answer-about-another", "good, but another serial number", |it, _| it.serial = vec![0x11; 16])
            .verified(&silent),
        answer("answer-of-another-issuer", "the same serial number under another issuer", |it, _| {
            it.issuer = device_chain("BLACKWELL", 0)[2].clone();
        })
        .verified(&silent),
        answer("answer-about-another-is-none", "and it does not meet a demand", |it, _| {
            it.serial = vec![0x11; 16];
        })
        .policy(json!({ "nvidia": { "revocation": "every" } }))
        .rejected(&[RULE], &[]),
        draft("unauthorized", "the responder says unauthorized, which is not good")
            .edit(|it| it["options"]["ocsp"] = json!(["30030a0106"]))
            .verified(&silent),
        draft("try-later", "the responder says try later, and an answer is demanded")
            .edit(|it| it["options"]["ocsp"] = json!(["30030a0103"]))
            .policy(json!({ "nvidia": { "revocation": "every" } }))
            .rejected(&[RULE], &[]),
        draft("not-ocsp", "a response that is none")
            .edit(|it| it["options"]["ocsp"] = json!(["30030a0100"]))
            .refused(Code::OcspDer, "ocsp[0].status"),
        answer("answer-revoked", "the boot ROM is revoked", |it, _| it.status = OcspStatus::Revoked(1))
            .refused(Code::X509Revoked, &format!("{of_rom}.serial_number")),
        answer("answer-hold", "the boot ROM is on hold", |it, _| it.status = OcspStatus::Revoked(6))
            .refused(Code::X509Revoked, &format!("{of_rom}.serial_number")),
        answer("answer-unknown", "the responder does not know the boot ROM", |it, _| {
            it.status = OcspStatus::Unknown;
        })
        .refused(Code::OcspUnknown, &ocsp("status")),
        answer("answer-twice", "two answers about one certificate", |it, _| it.times = 2)
            .refused(Code::OcspDer, &ocsp("answers")),
        answer("answer-critical", "a critical extension that nobody knows", |it, _| it.critical = true)
            .refused(Code::OcspExtension, "ocsp[0].extensions"),
        answer("answer-signature", "another signature", |it, _| {
            it.signature = Some(NvKey::new("a stranger").sign_der(b"other"));
        })
        .refused(Code::OcspSignature, &ocsp("signature")),
        answer("answer-no-responder", "the responder's certificate is missing", |it, _| {
            it.certificates.clear()
        })
        .refused(Code::OcspResponder, &ocsp("responder_id")),
        answer("answer-without-purpose", "a certificate of the right issuer for no such purpose", |it, _| {
            it.responder.fields.without(EXTENDED_KEY_USAGE);
            it.certificates = vec![it.responder.clone()];
        })
        .refused(Code::OcspResponder, &ocsp("responder")),
        answer("answer-other-purpose", "a certificate for servers of the web", |it, _| {
            let server = vec![0x30, 10, 6, 8, 0x2b, 6, 1, 5, 5, 7, 3, 1];
            it.responder.fields.put(Extension::new(EXTENDED_KEY_USAGE, false, server));
            it.certificates = vec![it.responder.clone()];
        })
        .refused(Code::OcspResponder, &ocsp("responder")),
        answer("answer-of-a-sibling", "a responder of another authority", |it, _| {
            it.responder = NvCertificate::responder(&device_chain("BLACKWELL", 0)[2]);
            it.certificates = vec![it.responder.clone()];
        })
        .refused(Code::OcspResponder, &ocsp("responder")),
        answer("answer-of-an-impostor", "a responder that the authority did not sign", |it, _| {
            it.responder.signer = NvKey::new("a stranger");
            it.certificates = vec![it.responder.clone()];
        })
        .refused(Code::X509Signature, &ocsp("responder.signature")),
        answer("answer-expired-responder", "a responder past its last day", |it, _| {
            it.responder = it.responder.clone().valid(NOW - 10 * DAY, NOW - DAY);
            it.certificates = vec![it.responder.clone()];
        })
        .refused(Code::X509Expired, &ocsp("responder.validity.not_after")),
        answer(
            "answer-checkable-responder",
            "a responder whose own revocation would have to be asked",
            |it, _| {
                it.responder.fields.without("1.3.6.1.5.5.7.48.1.5");
                it.certificates = vec![it.responder.clone()];
            },
        )
        .refused(Code::OcspResponder, &ocsp("responder")),
        answer("answer-no-nonce", "the nonce of the request is missing", |_, _| {})
            .edit(|it| it["options"]["ocsp_nonce"] = json!("09".repeat(32)))
            .refused(Code::OcspNonce, &ocsp("extensions.nonce")),
        answer("answer-other-nonce", "another nonce", |it, _| it.nonce = Some(vec![8; 32]))
            .edit(|it| it["options"]["ocsp_nonce"] = json!("09".repeat(32)))
            .refused(Code::OcspNonce, &ocsp("extensions.nonce")),
        answer("answer-early", "an answer of tomorrow", |it, _| it.this_update = NOW + DAY)
            .refused(Code::OcspNotYetValid, &ocsp("this_update")),
        answer("answer-produced-early", "an answer that is made tomorrow", |it, _| {
            it.produced_at = NOW + DAY
        })
        .refused(Code::OcspNotYetValid, &ocsp("this_update")),
        answer("answer-stale", "an answer past its next update", |it, _| {
            it.next_update = Some(NOW - 1);
            it.this_update = NOW - DAY;
        })
        .refused(Code::OcspStale, &ocsp("next_update")),
        answer("answer-endless", "an answer without a next update", |it, _| it.next_update = None)
            .refused(Code::OcspStale, &ocsp("next_update")),
    ]
}

fn demands() -> Vec<Case> {
    let everything = |forge: &mut NvForge| {
        let device = forge.devices[0].chain.clone();
        let mut answers: Vec<Ocsp> = (1..4).map(|at| Ocsp::good(&device[at], &device[at + 1])).collect();
        let rim = &forge.rims[0].chain;
        answers.extend((0..3).map(|at| Ocsp::good(&rim[at], &rim[at + 1])));
        forge.ocsp = answers;
    };
    let every = json!({ "nvidia": { "revocation": "every" } });
    vec![
        draft("every", "an answer for every certificate but the leaf, which nobody knows")
            .forge(everything)
            .policy(every.clone())
            .verified(&[
                ("/devices/0/certificates/0/revocation", json!("not_known")),
                (
                    "/devices/0/nvidia/x-nvidia-gpu-driver-rim-cert-chain/x-nvidia-cert-ocsp-status",
                    json!("good"),
                ),
            ]),
        draft("every-but-rom", "the boot ROM's is missing")
            .forge(move |forge| {
                everything(forge);
                forge.ocsp.remove(0);
            })
            .policy(every)
            .rejected(&[RULE], &[]),
        draft("authorities-without", "lists are demanded, and there is none")
            .policy(json!({ "nvidia": { "revocation": "authorities" } }))
            .rejected(&[RULE], &[]),
    ]
}
