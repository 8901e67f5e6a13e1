//! Attestation keys that are trusted by evidence: activation, certification by another key, a hardware report.

use serde_json::{Value, json};
use veriquote::Code;
use veriquote::crypto::RustCrypto;
use veriquote_facade::make_tpm_challenge_json;
use veriquote_forge::tpm::{
    AK_EKU, AkKey, Attest, Credential, EK_EKU, Ek, HclReport, PcrHash, PublicArea, RsaKey, Scheme, TpmForge,
    activate, ak_certificate, attributes, certified, created, creation_data, eku, roca_modulus,
};
use veriquote_forge::{Certificate, DAY, Extension, Forge, Key, NOW, hex, pem, rfc3339};

use crate::tpm::case::{Case, Draft, case};

pub(super) fn all() -> Vec<Case> {
    let mut cases = activated();
    cases.extend(endorsement_keys());
    cases.extend(attested());
    cases.extend(tee_bound());
    cases.extend(calls());
    cases
}

/// The endorsement key of the machine: RSA, as most.
fn ek() -> Ek {
    Ek { key: AkKey::Rsa(RsaKey::Second) }
}

fn ek_certificate(ek: &Ek) -> Certificate {
    let authority = TpmForge::p256().authority;
    ak_certificate(&ek.key, EK_EKU, &authority, NOW - 100 * DAY, NOW + 1000 * DAY)
}

fn root() -> String {
    pem("CERTIFICATE", &TpmForge::p256().authority.der())
}

/// A whole enrolment: the challenge by our own call, the answer by the forge's TPM.
fn enrolled(ek: &Ek, given: &Value, public: &PublicArea) -> Value {
    let request = json!({
        "ek": given,
        "ak": hex(&public.tpm2b()),
        "at": rfc3339(NOW),
        "roots": [root()],
        "secret": hex(&[0x5e; 32]),
        "entropy": hex(&[0x0e; 128]),
    });
    let made = make_tpm_challenge_json(std::sync::Arc::new(RustCrypto), &request.to_string());
    let made: Value = serde_json::from_str(&made).expect("JSON");
    let file = made["credential"].as_str().unwrap_or_else(|| panic!("{made}"));
    let file = veriquote::bytes::from_hex(file.as_bytes()).expect("hex");
    let credential = Credential::from_file(&file).expect("two parts");
    let answer = activate(ek, &public.name(), &credential).expect("the TPM unwraps it");
    assert_eq!(answer, [0x5e; 32]);
    json!({ "activated": { "ek": given, "challenge": made["challenge"], "answer": hex(&answer) } })
}

fn by_certificate(ek: &Ek) -> Value {
    json!({ "certificate": hex(&ek_certificate(ek).der()), "public": hex(&PublicArea::ek(&ek.key).tpm2b()) })
}

/// `p256`, enrolled by its endorsement key.
fn enrolment(name: &str, rule: &'static str, note: &str) -> Draft {
    let evidence = enrolled(&ek(), &by_certificate(&ek()), &TpmForge::p256().public);
    case(&format!("enrol/{name}"), "p256", rule, note).edit(move |it| {
        it["ak_evidence"] = evidence;
        it["options"]["roots"] = json!([root()]);
    })
}

fn activated() -> Vec<Case> {
    const ANSWER: &str = "tpm.credential.answer";
    let alike =
        |it: &mut Value, pointer: &str, value: Value| *it.pointer_mut(pointer).expect("a member") = value;
    let elliptic = Ek { key: AkKey::P256(Key::new("endorsement key")) };
    let by_point = enrolled(&elliptic, &by_certificate(&elliptic), &TpmForge::p256().public);
    let pinned = json!({ "public": hex(&PublicArea::ek(&ek().key).tpm2b()) });
    let pinned = enrolled(&ek(), &pinned, &TpmForge::p256().public);
    let mut unrestricted = TpmForge::p256();
    unrestricted.public.attributes &= !attributes::RESTRICTED;
    let of_unrestricted = enrolled(&ek(), &by_certificate(&ek()), &unrestricted.public);
    const ROUTE: &str = "/ak_evidence/activated";
    vec![
        enrolment("activated", ANSWER, "the TPM of a certified endorsement key holds the key").verified(&[
            ("/ak/route", json!("activated")),
            ("/ak/assurance", json!("attributes_checked")),
            ("/quote/fresh", json!(true)),
        ]),
        enrolment("activated-ecc", ANSWER, "the same with an endorsement key on P-256")
            .edit(move |it| it["ak_evidence"] = by_point)
            .verified(&[("/ak/route", json!("activated"))]),
        enrolment(
            "pinned-ek",
            ANSWER,
            "an endorsement key that the caller pins makes a key no better than pinned",
        )
        .edit(move |it| {
            it["ak_evidence"] = pinned;
            drop(it["options"].as_object_mut().map(|it| it.remove("roots")));
        })
        .verified(&[("/ak/route", json!("pinned"))]),
        enrolment("wrong-answer", ANSWER, "another secret than the one that was wrapped")
            .edit(move |it| alike(it, &format!("{ROUTE}/answer"), json!(hex(&[0x5f; 32]))))
            .source("CVE-2023-38201")
            .refused(Code::TpmCredential, "answer"),
        enrolment("short-answer", ANSWER, "the beginning of the secret")
            .edit(move |it| alike(it, &format!("{ROUTE}/answer"), json!(hex(&[0x5e; 16]))))
            .refused(Code::TpmCredential, "answer"),
        enrolment("empty-secret", ANSWER, "a challenge that wraps nothing is answered by anybody")
            .edit(move |it| {
                alike(it, &format!("{ROUTE}/challenge/secret"), json!(""));
                alike(it, &format!("{ROUTE}/answer"), json!(""));
            })
            .refused(Code::TpmCredential, "answer"),
        enrolment("other-name", ANSWER, "the answer is about another key")
            .edit(|it| it["ak"] = json!(hex(&TpmForge::rsa().public.tpm2b())))
            .source("CVE-2021-3406, CVE-2022-1053")
            .refused(Code::TpmName, "public"),
        enrolment("other-ek", ANSWER, "the answer is another machine's")
            .edit(move |it| alike(it, &format!("{ROUTE}/challenge/ek"), json!(hex(&[7; 32]))))
            .source("CVE-2021-3406")
            .refused(Code::TpmEndorsementKey, "challenge"),
        enrolment("unrestricted", "tpm.ak.attributes", "the TPM holds the key, which signs anything")
            .forge(|it| it.public.attributes &= !attributes::RESTRICTED)
            .edit(move |it| it["ak_evidence"] = of_unrestricted)
            .source("CVE-2021-3406")
            .refused(Code::TpmAkAttributes, "public.object_attributes"),
        enrolment("other-signer", "tpm.quote.signature", "the key is enrolled, and another one signed")
            .forge(|it| it.key = AkKey::P256(Key::new("a stranger")))
            .refused(Code::TpmQuoteSignature, "signature.sig"),
    ]
}

fn endorsement_keys() -> Vec<Case> {
    let certificate = |name: &str, rule, note: &str, change: fn(&mut Certificate)| {
        let mut certificate = ek_certificate(&ek());
        change(&mut certificate);
        enrolment(name, rule, note).edit(move |it| {
            it["ak_evidence"]["activated"]["ek"]["certificate"] = json!(hex(&certificate.der()))
        })
    };
    let bytes = |name: &str, rule, note: &str, change: fn(&mut Vec<u8>)| {
        let mut bytes = ek_certificate(&ek()).der();
        change(&mut bytes);
        enrolment(name, rule, note)
            .edit(move |it| it["ak_evidence"]["activated"]["ek"]["certificate"] = json!(hex(&bytes)))
    };
    let public = |name: &str, note: &str, change: fn(&mut PublicArea)| {
        let mut public = PublicArea::ek(&ek().key);
        change(&mut public);
        enrolment(name, "tpm.ek.key", note)
            .edit(move |it| it["ak_evidence"]["activated"]["ek"]["public"] = json!(hex(&public.tpm2b())))
    };
    const PURPOSE: &str = "certificate[0].extensions.extended_key_usage";
    let mut roca = PublicArea::ek(&ek().key);
    roca.unique[0] = roca_modulus();
    vec![
        bytes("ek-padded", "tpm.ek.certificate", "NV memory is larger than the certificate", |it| {
            it.extend([0xff; 80]);
        })
        .verified(&[("/ak/route", json!("activated"))]),
        bytes("ek-header", "tpm.ek.certificate", "NV memory has a header whose size is never used", |it| {
            drop(it.splice(..0, [0x10, 1, 0, 0xff, 0xff, 0x10, 2]));
        })
        .source("go-attestation #143")
        .verified(&[("/ak/route", json!("activated"))]),
        bytes(
            "ek-oversized",
            "tpm.ek.certificate",
            "a certificate that says it is longer than it is",
            |it| {
                it[2..4].fill(0xff);
            },
        )
        .source("GHSA-v7w4-4gc9-qcgv")
        .refused(Code::X509Der, "certificate[0]"),
        bytes("ek-truncated", "tpm.ek.certificate", "a certificate without its last byte", |it| {
            it.truncate(it.len() - 1)
        })
        .source("GHSA-v7w4-4gc9-qcgv")
        .refused(Code::X509Der, "certificate[0]"),
        bytes("ek-followed", "tpm.ek.certificate", "something other than padding follows", |it| {
            it.extend([0xff, 0xff, 0]);
        })
        .refused(Code::X509Der, "certificate[0]"),
        certificate("ek-expired", "tpm.ek.chain", "past its last day", |it| {
            it.not_after = (NOW - DAY).into()
        })
        .refused(Code::X509Expired, "certificate[0].validity.not_after"),
        certificate("ek-stranger", "tpm.ek.chain", "of another root", |_| {})
            .edit(|it| {
                let stranger = Certificate::root(Key::new("a stranger"), NOW - DAY, NOW + DAY);
                it["options"]["roots"] = json!([pem("CERTIFICATE", &stranger.der())]);
            })
            .refused(Code::X509Anchor, "certificate[0].issuer"),
        certificate("ek-no-root", "tpm.ek.chain", "of no root, since the caller trusts none", |_| {})
            .edit(|it| drop(it["options"].as_object_mut().map(|it| it.remove("roots"))))
            .refused(Code::X509Anchor, "certificate[0].issuer"),
        certificate("ek-purpose", "tpm.ek.purpose", "is for an attestation key", |it| it.put(eku(&[AK_EKU])))
            .refused(Code::X509Extension, PURPOSE),
        certificate("ek-signs", "tpm.ek.purpose", "allows its key to sign", |it| {
            it.put(Extension::key_usage(5, 0xa0));
        })
        .refused(Code::X509Extension, PURPOSE),
        public("ek-other-public", "the public area is of another key", |it| {
            *it = PublicArea::ek(&AkKey::Rsa(RsaKey::First));
        })
        .refused(Code::TpmEndorsementKey, "ek.public"),
        public("ek-signing", "the key signs as well, and may vouch for what it never unwrapped", |it| {
            it.attributes |= attributes::SIGN;
        })
        .refused(Code::TpmEndorsementKey, "ek.public"),
        public("ek-passworded", "the key is administered by a password, as none of TCG's templates", |it| {
            it.attributes &= !attributes::ADMIN_WITH_POLICY;
        })
        .refused(Code::TpmEndorsementKey, "ek.public"),
        public("ek-unrestricted", "the key decrypts whatever it is given", |it| {
            it.attributes &= !attributes::RESTRICTED;
        })
        .refused(Code::TpmEndorsementKey, "ek.public"),
        enrolment("ek-roca", "tpm.ek.key", "a modulus with the fingerprint of CVE-2017-15361")
            .edit(move |it| {
                it["ak_evidence"]["activated"]["ek"] = json!({ "public": hex(&roca.tpm2b()) });
                drop(it["options"].as_object_mut().map(|it| it.remove("roots")));
            })
            .source("CVE-2017-15361")
            .refused(Code::TpmKeyWeak, "key"),
        enrolment("ek-layout", "tpm.ek.layout", "a public area that is cut")
            .edit(|it| {
                let public = PublicArea::ek(&ek().key).bytes();
                it["ak_evidence"]["activated"]["ek"]["public"] = json!(hex(&public[..public.len() - 1]));
            })
            .refused(Code::InputTruncated, "ek.public.unique"),
    ]
}

/// The key of `p256`, certified by the attestation key of `rsa`.
fn certification(name: &str, rule: &'static str, note: &str, change: impl FnOnce(&mut Vouched)) -> Draft {
    let signer = TpmForge::rsa();
    let public = TpmForge::p256().public;
    let mut vouched = Vouched {
        attest: certified(public.name(), public.qualified_name(&[0x40, 0, 0, 0x0b])),
        creation: None,
        signer: signer.public.clone(),
        key: signer.key.clone(),
    };
    vouched.attest.extra_data = b"a challenge for the key".to_vec();
    change(&mut vouched);
    let attest = vouched.attest.bytes();
    let signature = vouched.key.sign(Scheme::Rsassa, PcrHash::Sha256, &attest).bytes();
    let mut evidence = json!({
        "certification": hex(&attest),
        "signature": hex(&signature),
        "signer": hex(&vouched.signer.tpm2b()),
        "nonce": hex(b"a challenge for the key"),
    });
    if let Some(data) = &vouched.creation {
        evidence["creation_data"] = json!(hex(data));
    }
    case(&format!("enrol/{name}"), "p256", rule, note)
        .edit(move |it| it["ak_evidence"] = json!({ "attested": evidence }))
}

struct Vouched {
    attest: Attest,
    creation: Option<Vec<u8>>,
    signer: PublicArea,
    key: AkKey,
}

impl Vouched {
    fn created(&mut self) {
        let parent = PublicArea::ek(&ek().key);
        let data = creation_data(&parent.name(), &parent.qualified_name(&[0x40, 0, 0, 0x0b]));
        let mut attest = created(TpmForge::p256().public.name(), PcrHash::Sha256.digest(&[&data]));
        attest.extra_data.clone_from(&self.attest.extra_data);
        (self.attest, self.creation) = (attest, Some(data));
    }
}

fn attested() -> Vec<Case> {
    const SIGNATURE: &str = "tpm.certify.signature";
    let chained = || {
        let authority = TpmForge::p256().authority;
        let signer = TpmForge::rsa().key;
        let leaf = ak_certificate(&signer, AK_EKU, &authority, NOW - DAY, NOW + DAY);
        json!(pem("CERTIFICATE", &leaf.der()))
    };
    vec![
        certification("certified", SIGNATURE, "another attestation key of the TPM certifies the key", |_| {})
            .verified(&[("/ak/route", json!("attested")), ("/ak/assurance", json!("attributes_checked"))]),
        certification(
            "certified-chain",
            SIGNATURE,
            "the key that certifies has a certificate itself",
            |_| {},
        )
        .edit(move |it| {
            it["ak_evidence"]["attested"]["signer_chain"] = chained();
            it["options"]["roots"] = json!([root()]);
        })
        .verified(&[("/ak/route", json!("attested"))]),
        certification("certified-name", SIGNATURE, "the key that certifies is known by its Name", |_| {})
            .edit(|it| {
                it["ak_evidence"]["attested"]["signer_name"] = json!(hex(&TpmForge::rsa().public.name()))
            })
            .verified(&[("/ak/route", json!("attested"))]),
        certification(
            "created",
            "tpm.creation.hash",
            "the creation of the key is certified",
            Vouched::created,
        )
        .verified(&[("/ak/route", json!("attested"))]),
        certification("created-edited", "tpm.creation.hash", "creation data that were not attested", |it| {
            it.created();
            *it.creation.as_mut().and_then(|data| data.last_mut()).expect("data") ^= 1;
        })
        .refused(Code::TpmCreation, "creation_data"),
        certification(
            "created-none",
            "tpm.creation.hash",
            "creation data beside what is no creation",
            |it| {
                it.creation = Some(creation_data(&[0, 0x10], &[0x40, 0, 0, 0x0b]));
            },
        )
        .refused(Code::TpmAttestType, "attest.type"),
        certification("certified-other", "tpm.certify.name", "another key is certified", |it| {
            let other = TpmForge::p384().public;
            let extra = it.attest.extra_data.clone();
            it.attest = certified(other.name(), other.qualified_name(&[0x40, 0, 0, 0x0b]));
            it.attest.extra_data = extra;
        })
        .refused(Code::TpmName, "public"),
        certification("certified-stranger", SIGNATURE, "signed by a key in software", |it| {
            it.key = AkKey::Rsa(RsaKey::Second);
        })
        .refused(Code::TpmCertifySignature, "signature.sig"),
        certification("certified-replayed", "tpm.nonce", "it answers another challenge", |it| {
            it.attest.extra_data = b"another challenge".to_vec();
        })
        .refused(Code::TpmNonce, "attest.extra_data"),
        certification("certified-magic", "tpm.attest.magic", "the certification is none of a TPM", |it| {
            it.attest.magic = 0xff54_4348;
        })
        .refused(Code::TpmAttestMagic, "certification.attest.magic"),
        certification("certified-quote", "tpm.attest.type", "a quote offered as a certification", |it| {
            it.attest = TpmForge::rsa().attest();
        })
        .refused(Code::TpmAttestType, "certification.attest.type"),
        certification(
            "certified-signer",
            "tpm.ak.attributes",
            "the key that certifies signs anything",
            |it| {
                it.signer.attributes &= !attributes::RESTRICTED;
            },
        )
        .refused(Code::TpmAkAttributes, "public.object_attributes"),
        certification(
            "certified-unrestricted",
            "tpm.ak.attributes",
            "the certified key signs anything",
            |it| {
                let mut public = TpmForge::p256().public;
                public.attributes &= !attributes::RESTRICTED;
                let extra = it.attest.extra_data.clone();
                it.attest = certified(public.name(), public.qualified_name(&[0x40, 0, 0, 0x0b]));
                it.attest.extra_data = extra;
            },
        )
        .forge(|it| it.public.attributes &= !attributes::RESTRICTED)
        .refused(Code::TpmAkAttributes, "public.object_attributes"),
        certification(
            "certified-other-signer",
            "tpm.ak.trust",
            "the key that certifies is not the one of the Name",
            |_| {},
        )
        .edit(|it| it["ak_evidence"]["attested"]["signer_name"] = json!(hex(&TpmForge::p384().public.name())))
        .refused(Code::TpmName, "public"),
        certification(
            "certified-elsewhere",
            "tpm.qualified_signer",
            "the quote's signer stands elsewhere than the certified key",
            |it| {
                let public = TpmForge::p256().public;
                let extra = it.attest.extra_data.clone();
                it.attest = certified(public.name(), public.qualified_name(&[0x40, 0, 0, 1]));
                it.attest.extra_data = extra;
            },
        )
        .refused(Code::TpmQualifiedSigner, "attest.qualified_signer"),
        certification("certified-bare", "tpm.ak.layout", "a bare key certifies nothing", |_| {})
            .edit(|it| {
                it["ak_evidence"]["attested"]["signer"] = json!(hex(&RsaKey::First.spki()));
            })
            .refused(Code::InputTruncated, "signer.public.public_area"),
    ]
}

/// `rsa`, bound by a TD's report data.
fn bound(
    name: &str,
    rule: &'static str,
    note: &str,
    change: impl FnOnce(&mut HclReport, &mut Forge),
) -> Draft {
    let mut report = HclReport::of(&TpmForge::rsa().key);
    let mut td = Forge::tdx4();
    td.quote.body.td().report_data = report.report_data();
    change(&mut report, &mut td);
    let td = td.build();
    let evidence = json!({
        "hcl_report": hex(&report.bytes()),
        "tdx": {
            "quote": hex(&td.quote),
            "collateral": [td.collateral_json()],
            "options": { "at": rfc3339(td.now), "roots": [td.root_pem] },
        },
    });
    case(&format!("enrol/{name}"), "rsa", rule, note)
        .edit(move |it| it["ak_evidence"] = json!({ "tee_bound": evidence }))
}

fn tee_bound() -> Vec<Case> {
    const BINDING: &str = "tpm.hcl.binding";
    let word = |it: &mut Value| {
        let report_data = HclReport::of(&TpmForge::rsa().key).report_data();
        let evidence = it["ak_evidence"]["tee_bound"].as_object_mut().expect("the evidence");
        drop(evidence.remove("tdx"));
        evidence.insert("accepted_report_data".to_owned(), json!(hex(&report_data)));
    };
    vec![
        bound("bound", BINDING, "the report data of an accepted trust domain bind the key", |_, _| {})
            .verified(&[("/ak/route", json!("tee_bound")), ("/ak/assurance", json!("attributes_checked"))]),
        bound("bound-key-alone", BINDING, "without the public area, the report has the key alone", |_, _| {})
            .edit(|it| drop(it.as_object_mut().map(|it| it.remove("ak"))))
            .verified(&[("/ak/route", json!("tee_bound")), ("/ak/assurance", json!("key_only"))]),
        bound("bound-elsewhere", BINDING, "report data of hardware that was accepted elsewhere", |_, _| {})
            .edit(word)
            .verified(&[("/ak/route", json!("tee_bound"))]),
        bound("bound-other", BINDING, "the trust domain binds something else", |_, td| {
            td.quote.body.td().report_data[31] ^= 1;
        })
        .refused(Code::TpmHclBinding, "hcl_report.variable_data"),
        bound("bound-edited", BINDING, "the key in the report was replaced", |report, _| {
            report.variable_data = HclReport::of(&AkKey::Rsa(RsaKey::Second)).variable_data;
        })
        .refused(Code::TpmHclBinding, "hcl_report.variable_data"),
        bound("bound-no-key", BINDING, "the report names no attestation key", |report, td| {
            report.variable_data = br#"{"keys":[]}"#.to_vec();
            td.quote.body.td().report_data = report.report_data();
        })
        .refused(Code::TpmHclLayout, "hcl_report.variable_data.keys"),
        bound("bound-layout", BINDING, "a report of another kind", |report, _| report.report_type = 3)
            .refused(Code::TpmHclLayout, "hcl_report.report_type"),
        bound("bound-snp", BINDING, "a TDX quote beside a report of SEV-SNP", |report, _| {
            report.report_type = 2
        })
        .refused(Code::TpmHclBinding, "hcl_report.report_type"),
        bound("bound-other-key", "tpm.ak.trust", "the public area is of another key", |_, _| {})
            .edit(|it| it["ak"] = json!(hex(&TpmForge::p256().public.tpm2b())))
            .refused(Code::TpmName, "public"),
        bound("bound-unrestricted", "tpm.ak.attributes", "the bound key signs anything", |_, _| {})
            .forge(|it| it.public.attributes &= !attributes::RESTRICTED)
            .refused(Code::TpmAkAttributes, "public.object_attributes"),
        bound(
            "bound-debug",
            BINDING,
            "the trust domain may be debugged, which its policy rejects",
            |_, td| {
                td.quote.body.td().td_attributes[0] |= 1;
            },
        )
        .refused(Code::PolicyRejected, "tdx.tdx.debug"),
        bound("bound-forged", "dcap.quote.signature", "the quote of the trust domain is forged", |_, _| {})
            .edit(|it| {
                let quote = &mut it["ak_evidence"]["tee_bound"]["tdx"]["quote"];
                let mut bytes =
                    veriquote::bytes::from_hex(quote.as_str().expect("hex").as_bytes()).expect("hex");
                bytes[48 + 520] ^= 1;
                *quote = json!(hex(&bytes));
            })
            .refused(Code::DcapQuoteSignature, "tdx.quote.auth_data.signature"),
    ]
}

/// Mistakes of the caller.
fn calls() -> Vec<Case> {
    let misuse = |draft: Draft, part: &str| draft.refused(Code::MisuseOptions, part);
    vec![
        misuse(
            enrolment("no-key", "options", "evidence of a key that is not given")
                .edit(|it| drop(it.as_object_mut().map(|it| it.remove("ak")))),
            "ak",
        ),
        misuse(
            enrolment("two-routes", "options", "evidence, and a Name")
                .edit(|it| it["options"]["ak_name"] = json!(hex(&TpmForge::p256().public.name()))),
            "options.ak_name",
        ),
        misuse(
            certification(
                "no-nonce",
                "options",
                "a certification without a challenge, and nobody says so",
                |_| {},
            )
            .edit(|it| {
                let evidence = it["ak_evidence"]["attested"].as_object_mut().expect("evidence");
                drop(evidence.remove("nonce"));
            }),
            "ak_evidence.nonce",
        ),
        misuse(
            bound("no-hardware", "options", "a report, and no evidence of the hardware", |_, _| {}).edit(
                |it| {
                    let evidence = it["ak_evidence"]["tee_bound"].as_object_mut().expect("evidence");
                    drop(evidence.remove("tdx"));
                },
            ),
            "ak_evidence.tdx",
        ),
        misuse(
            case("enrol/idle-root", "p256", "options", "a root, and nothing that it could vouch for")
                .edit(|it| it["options"]["roots"] = json!([root()])),
            "options.roots",
        ),
        misuse(
            enrolment("two-evidences", "options", "two kinds of evidence")
                .edit(|it| it["ak_evidence"]["tee_bound"] = json!({ "hcl_report": "00" })),
            "options",
        ),
    ]
}
