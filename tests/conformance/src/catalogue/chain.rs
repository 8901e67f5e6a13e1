//! Certificates: spec §2.1 (SGX extension), §2.2 P1 to P5, P8, T2.

use crate::case::{Case, case};
use veriquote::Code;
use veriquote_forge::{Certificate, DAY, Extension, Forge, Key, NOW, Name, Role, tlv};

pub(super) fn cases() -> Vec<Case> {
    [pck_chain(), shapes(), windows(), extension()].concat()
}

fn pck_chain() -> Vec<Case> {
    let one = |name: &str, rule: &'static str, note: &str| case(&format!("chain/{name}"), "sgx3", rule, note);
    vec![
        one("four-certificates", "§2.2 P1", "an extra certificate")
            .forge(|f| f.chains.pck.push(Role::TcbSigning))
            .refused(Code::X509Chain, "pck_chain"),
        one("one-certificate", "§2.2 P1", "the leaf alone")
            .forge(|f| f.chains.pck.truncate(1))
            .refused(Code::X509Chain, "pck_chain"),
        one("nine-certificates", "§2.2 P1", "more certificates than any chain has")
            .forge(|f| f.chains.pck = vec![Role::Root; 9])
            .refused(Code::LimitCount, "pck_chain"),
        one("no-certificate", "§2.2 P1", "no certificate at all")
            .forge(|f| f.chains.pck = vec![Role::Text("none".into())])
            .refused(Code::InputEncoding, "pck_chain"),
        one("pem-open", "§2.2 P1", "the last PEM block is not closed")
            .forge(|f| {
                let text = f.chain(&[Role::Root]).replace("-----END CERTIFICATE-----\n", "");
                f.chains.pck = vec![Role::Pck, Role::PckCa, Role::Text(text)];
            })
            .refused(Code::InputEncoding, "pck_chain"),
        one("root-first", "§2.2 P1", "root first").forge(|f| f.chains.pck.reverse()).accepted(),
        one("crlf", "§2.2 P1", "PEM with CRLF")
            .forge(|f| f.chains.pck = vec![Role::Text(f.chain(&f.chains.pck).replace('\n', "\r\n"))])
            .accepted(),
        one("other-root", "§2.2 P5", "another self-signed Intel SGX Root CA is trusted")
            .forge(|f| {
                f.trusted_root =
                    Some(Certificate::root(Key::new("other root"), NOW - 2000 * DAY, NOW + 8000 * DAY));
            })
            .refused(Code::X509Anchor, "collateral.pck_crl_issuer_chain.root.subject_public_key_info"),
        one("attacker-root", "§2.2 P5", "a whole hierarchy of an attacker")
            .forge(|f| {
                let trusted = f.root.clone();
                rebuild_under(f, Certificate::root(Key::new("attacker"), NOW - 2000 * DAY, NOW + 8000 * DAY));
                f.trusted_root = Some(trusted);
            })
            .refused(Code::X509Anchor, "collateral.pck_crl_issuer_chain.root.subject_public_key_info"),
        one("reissued-root", "§2.2 P5 +", "the trusted root is another certificate of the same key")
            .forge(|f| f.trusted_root = Some(reissued(f)))
            .accepted(),
        one("reissued-root-intel", "§2.2 P5", "Intel compares the root certificate itself")
            .intel()
            .forge(|f| f.trusted_root = Some(reissued(f)))
            .refused(Code::X509Anchor, "collateral.pck_crl_issuer_chain.root"),
        one("intermediate-other-signer", "§2.2 P4", "the intermediate is not signed by the root")
            .forge(|f| f.pck_ca.signer = Key::new("attacker"))
            .refused(Code::X509Signature, "collateral.pck_crl_issuer_chain.intermediate.signature"),
        one("leaf-other-signer", "§2.2 P4", "the PCK certificate is not signed by the intermediate")
            .forge(|f| f.pck.signer = Key::new("attacker"))
            .refused(Code::X509Signature, "pck_chain.leaf.signature"),
        one("leaf-by-tcb-signer", "§2.2 P4", "the PCK certificate is signed by the TCB signing key")
            .forge(|f| f.pck.signer = f.tcb_signing.key.clone())
            .refused(Code::X509Signature, "pck_chain.leaf.signature"),
        one("leaf-by-root", "§2.2 P4", "the PCK certificate is signed by the root")
            .forge(|f| f.pck.signer = f.root.key.clone())
            .refused(Code::X509Signature, "pck_chain.leaf.signature"),
        one("root-other-signer", "§2.2 P4", "the root is not signed by its own key")
            .forge(|f| f.root.signer = Key::new("attacker"))
            .refused(Code::X509Signature, "collateral.pck_crl_issuer_chain.root.signature"),
        one(
            "no-key-identifiers",
            "§2.2 P3, P4",
            "without key identifiers, a foreign signature is still found",
        )
        .source("automata 5061d48: empty AKI equal to empty SKI skipped the signature")
        .forge(|f| {
            for certificate in [&mut f.pck, &mut f.pck_ca, &mut f.root] {
                certificate.without(Extension::AUTHORITY_KEY);
                certificate.without(Extension::SUBJECT_KEY);
            }
            f.pck.signer = Key::new("attacker");
        })
        .refused(Code::X509Extension, "collateral.pck_crl_issuer_chain.intermediate.extensions"),
        one("key-identifier-of-another", "§2.2 P3 +", "the leaf names another issuer key")
            .forge(|f| f.pck.put(Extension::authority_key(&Key::new("another"))))
            .refused(Code::X509Chain, "pck_chain.leaf.extensions.authority_key_identifier"),
        one("issuer-name", "§2.2 P4", "the leaf names another issuer")
            .forge(|f| f.pck.issuer = Name::intel("Intel SGX PCK Processor CA"))
            .refused(Code::X509Chain, "pck_chain.leaf.issuer"),
        one("leaf-name", "§2.2 P2", "the leaf is no PCK certificate by name")
            .source("verifiers that do not look at the PCK's name")
            .forge(|f| f.pck.subject = Name::intel("Intel SGX Something"))
            .refused(Code::DcapCertificateRole, "pck_chain.leaf"),
        one("leaf-is-tcb-signer", "§2.2 P2", "a TCB signing certificate in place of the PCK")
            .forge(|f| f.chains.pck[0] = Role::TcbSigning)
            .refused(Code::DcapCertificateRole, "pck_chain.leaf"),
        one("intermediate-name", "§2.2 P2", "the intermediate is no authority by name")
            .forge(|f| {
                f.pck_ca.subject = Name::intel("Intel SGX PCK Platform");
                f.pck.issuer = f.pck_ca.subject.clone();
                f.pck_crl.issuer = f.pck_ca.subject.clone();
            })
            .refused(Code::DcapCertificateRole, "collateral.pck_crl_issuer_chain.intermediate"),
        one("root-name", "§2.2 P2", "the root has another name")
            .forge(|f| {
                let name = Name::intel("Intel Root");
                for certificate in [&mut f.pck_ca, &mut f.tcb_signing, &mut f.root] {
                    certificate.issuer = name.clone();
                }
                f.root.subject = name.clone();
                f.root_crl.issuer = name;
            })
            .refused(Code::DcapCertificateRole, "collateral.pck_crl_issuer_chain.root"),
        one("intermediate-not-ca", "§2.2 P3 +", "the intermediate is marked as no authority")
            .forge(|f| f.pck_ca.put(Extension::basic_constraints(false, None)))
            .refused(
                Code::X509Extension,
                "collateral.pck_crl_issuer_chain.intermediate.extensions.basic_constraints",
            ),
        one("intermediate-not-ca-intel", "§2.2 P3", "Intel does not look at the mark")
            .intel()
            .forge(|f| f.pck_ca.put(Extension::basic_constraints(false, None)))
            .accepted(),
        one("intermediate-no-certificate-signing", "§2.2 P3 +", "the intermediate may not sign certificates")
            .forge(|f| f.pck_ca.put(Extension::key_usage(1, 0x02)))
            .refused(
                Code::X509Extension,
                "collateral.pck_crl_issuer_chain.intermediate.extensions.key_usage",
            ),
        one("intermediate-no-list-signing", "§2.2 P3 +", "the intermediate may not sign lists")
            .forge(|f| f.pck_ca.put(Extension::key_usage(2, 0x04)))
            .refused(
                Code::X509Extension,
                "collateral.pck_crl_issuer_chain.intermediate.extensions.key_usage",
            ),
        one("root-path-length", "§2.2 P3 +", "the root allows no authority below itself")
            .forge(|f| f.root.put(Extension::basic_constraints(true, Some(0))))
            .refused(
                Code::X509Extension,
                "collateral.pck_crl_issuer_chain.root.extensions.basic_constraints",
            ),
        one("leaf-is-ca", "§2.2 P3 +", "the PCK certificate is marked as an authority")
            .forge(|f| f.pck.put(Extension::basic_constraints(true, None)))
            .refused(Code::X509Extension, "pck_chain.leaf.extensions.basic_constraints"),
        one("leaf-is-ca-intel", "§2.2 P3", "Intel does not look at the mark")
            .intel()
            .forge(|f| f.pck.put(Extension::basic_constraints(true, None)))
            .accepted(),
        one("leaf-signs-certificates", "§2.2 P3 +", "the PCK may sign certificates")
            .forge(|f| f.pck.put(Extension::key_usage(1, 0xc6)))
            .refused(Code::X509Extension, "pck_chain.leaf.extensions.key_usage"),
    ]
}

fn reissued(f: &Forge) -> Certificate {
    let mut root = f.root.clone();
    root.not_after = (NOW + 9000 * DAY).into();
    root
}

/// The same platform, certified under another root.
fn rebuild_under(f: &mut Forge, root: Certificate) {
    for certificate in [&mut f.pck_ca, &mut f.tcb_signing] {
        certificate.issuer = root.subject.clone();
        certificate.signer = root.key.clone();
        certificate.put(Extension::authority_key(&root.key));
    }
    f.root_crl.signer = root.key.clone();
    f.root_crl.without(Extension::AUTHORITY_KEY);
    f.root_crl.extensions.push(Extension::authority_key(&root.key));
    f.root = root;
}

fn shapes() -> Vec<Case> {
    let one = |name: &str, note: &str| case(&format!("certificate/{name}"), "sgx3", "§2.2 P3", note);
    let mut all = vec![
        one("algorithms-differ", "the two algorithm fields differ")
            .forge(|f| f.pck.outer_algorithm = "1.2.840.10045.4.3.3".into())
            .refused(Code::X509Der, "pck_chain.signature_algorithm"),
        one("sha384", "ecdsa-with-SHA384, with a signature by SHA-256")
            .forge(|f| {
                f.pck.inner_algorithm = "1.2.840.10045.4.3.3".into();
                f.pck.outer_algorithm = "1.2.840.10045.4.3.3".into();
            })
            .refused(Code::X509Algorithm, "pck_chain.leaf.signature_algorithm"),
        one("unknown-algorithm", "an algorithm that nobody uses")
            .forge(|f| {
                f.pck.inner_algorithm = "1.2.3.4".into();
                f.pck.outer_algorithm = "1.2.3.4".into();
            })
            .refused(Code::X509Algorithm, "pck_chain.signature_algorithm"),
        one("version-1", "X.509 v1 with extensions")
            .forge(|f| f.pck.version = None)
            .refused(Code::X509Der, "pck_chain.version"),
        one("version-4", "X.509 v4")
            .forge(|f| f.pck.version = Some(3))
            .refused(Code::X509Der, "pck_chain.version"),
        one("unknown-critical", "an extension that must be understood and is not")
            .forge(|f| f.pck.extensions.push(Extension::new("1.2.3.4.5", true, tlv(5, &[]))))
            .refused(Code::X509Extension, "pck_chain.extensions"),
        one("unknown-not-critical", "an extension that need not be understood")
            .forge(|f| f.pck.extensions.push(Extension::new("1.2.3.4.5", false, tlv(5, &[]))))
            .accepted(),
        one("extension-twice", "an extension twice")
            .forge(|f| {
                let usage = f.pck.extension(Extension::KEY_USAGE).clone();
                f.pck.extensions.push(usage);
            })
            .refused(Code::X509Extension, "pck_chain.extensions"),
        one("serial-negative", "a negative serial number")
            .forge(|f| f.pck.serial = vec![0x80, 1])
            .refused(Code::X509Der, "pck_chain.serial_number"),
        one("serial-not-minimal", "a serial number with a leading zero")
            .forge(|f| f.pck.serial = vec![0, 1])
            .refused(Code::X509Der, "pck_chain.serial_number"),
        one("serial-empty", "a serial number without octets")
            .forge(|f| f.pck.serial = Vec::new())
            .refused(Code::X509Der, "pck_chain.serial_number"),
        one("generalized-time-before-2050", "a date before 2050 written the long way is read all the same")
            .forge(|f| f.pck.not_after = veriquote_forge::DerTime::Generalized(NOW + DAY))
            .accepted(),
        one("after-2050", "a date after 2050, written the long way")
            .forge(|f| f.root.not_after = (NOW + 20_000 * DAY).into())
            .accepted(),
        one("time-garbage", "a date that is none")
            .forge(|f| f.pck.not_after = veriquote_forge::DerTime::Raw(tlv(0x17, b"260230000000Z")))
            .refused(Code::X509Der, "pck_chain.validity.not_after"),
        one("key-off-curve", "a PCK that is no point of the curve")
            .forge(|f| {
                let mut spki = f.pck.key.spki();
                *spki.last_mut().unwrap() ^= 1;
                f.pck.spki = Some(spki);
            })
            .refused(Code::X509Algorithm, "pck_chain.leaf.subject_public_key_info"),
        one("signature-der", "a signature that is not DER")
            .forge(|f| f.pck.signature = Some(vec![0x30, 2, 2, 0]))
            .refused(Code::X509Signature, "pck_chain.leaf.signature"),
        one("names-printable", "names in another string type, everywhere")
            .forge(|f| {
                let printable = |name: &mut Name| name.attributes.iter_mut().for_each(|part| part.1 = 0x13);
                for certificate in [&mut f.root, &mut f.pck_ca, &mut f.pck, &mut f.tcb_signing] {
                    printable(&mut certificate.subject);
                    printable(&mut certificate.issuer);
                }
                printable(&mut f.root_crl.issuer);
                printable(&mut f.pck_crl.issuer);
            })
            .accepted(),
        one("name-printable-in-issuer-only", "an issuer in another string type than the subject it names")
            .forge(|f| f.pck.issuer.attributes[0].1 = 0x13)
            .refused(Code::X509Chain, "pck_chain.leaf.issuer"),
        one("name-bmp", "a common name in UTF-16")
            .forge(|f| {
                f.pck.subject.attributes[0] = ("2.5.4.3".into(), 0x1e, "\0I\0n\0t\0e\0l".into());
            })
            .refused(Code::DcapCertificateRole, "pck_chain.leaf"),
        one("truncated", "a certificate that lost its last bytes")
            .forge(|f| {
                let der = f.pck_ca.der();
                let cut = veriquote_forge::pem("CERTIFICATE", &der[..der.len() - 3]);
                f.chains.pck = vec![Role::Pck, Role::Text(cut), Role::Root];
            })
            .refused(Code::X509Der, "pck_chain"),
        one("trailing", "bytes after the certificate, inside its PEM")
            .forge(|f| {
                let der = [f.pck_ca.der(), vec![0]].concat();
                let long = veriquote_forge::pem("CERTIFICATE", &der);
                f.chains.pck = vec![Role::Pck, Role::Text(long), Role::Root];
            })
            .refused(Code::X509Der, "pck_chain"),
        one("length-bomb", "a length of 2 GiB in a few bytes")
            .forge(|f| {
                let bomb = veriquote_forge::pem("CERTIFICATE", &[0x30, 0x84, 0x7f, 0xff, 0xff, 0xff]);
                f.chains.pck = vec![Role::Pck, Role::Text(bomb), Role::Root];
            })
            .refused(Code::X509Der, "pck_chain"),
    ];
    for (name, oid) in [
        ("authority-key", Extension::AUTHORITY_KEY),
        ("list-points", Extension::CRL_POINTS),
        ("subject-key", Extension::SUBJECT_KEY),
        ("key-usage", Extension::KEY_USAGE),
        ("basic-constraints", Extension::BASIC_CONSTRAINTS),
    ] {
        let note = "a required extension is missing";
        all.push(
            one(&format!("leaf-without-{name}"), note)
                .forge(|f| f.pck.without(oid))
                .refused(Code::X509Extension, "pck_chain.leaf.extensions"),
        );
        all.push(
            one(&format!("intermediate-without-{name}"), note)
                .forge(|f| f.pck_ca.without(oid))
                .refused(Code::X509Extension, "collateral.pck_crl_issuer_chain.intermediate.extensions"),
        );
        all.push(
            one(&format!("signer-without-{name}"), note)
                .forge(|f| f.tcb_signing.without(oid))
                .refused(Code::X509Extension, "collateral.tcb_info_issuer_chain.signer.extensions"),
        );
    }
    all
}

fn windows() -> Vec<Case> {
    type Pick = fn(&mut Forge) -> &mut Certificate;
    let roles: [(&str, &str, Pick); 4] = [
        ("leaf", "pck_chain.leaf", |f| &mut f.pck),
        ("intermediate", "collateral.pck_crl_issuer_chain.intermediate", |f| &mut f.pck_ca),
        ("root", "collateral.pck_crl_issuer_chain.root", |f| &mut f.root),
        ("signer", "collateral.tcb_info_issuer_chain.signer", |f| &mut f.tcb_signing),
    ];
    let mut all = Vec::new();
    for (name, part, pick) in roles {
        let one = |suffix: &str, rule: &'static str, note: &str| {
            case(&format!("chain/{name}-{suffix}"), "tdx4", rule, note)
        };
        all.push(
            one("expired", "§2.2 P8, T5", "expired a second ago")
                .forge(|f| pick(f).not_after = (NOW - 1).into())
                .refused(Code::X509Expired, &format!("{part}.validity.not_after")),
        );
        all.push(
            one("last-second", "§2.2 P8, T5", "the last second of its validity")
                .forge(|f| pick(f).not_after = NOW.into())
                .accepted(),
        );
        all.push(
            one("not-yet", "§2.2 P8 +", "valid from the next second on")
                .forge(|f| pick(f).not_before = (NOW + 1).into())
                .refused(Code::X509NotYetValid, &format!("{part}.validity.not_before")),
        );
        all.push(
            one("not-yet-intel", "§2.2 P8", "Intel does not look at the start of validity")
                .intel()
                .forge(|f| pick(f).not_before = (NOW + 1).into())
                .accepted(),
        );
        all.push(
            one("first-second", "§2.2 P8 +", "the first second of its validity")
                .forge(|f| pick(f).not_before = NOW.into())
                .accepted(),
        );
    }
    all
}

fn extension() -> Vec<Case> {
    let one = |name: &str, note: &str| case(&format!("sgx-extension/{name}"), "sgx3", "§2.1", note);
    let swap = |f: &mut Forge, change: fn(&mut Vec<Vec<u8>>)| {
        let mut elements = f.sgx_extension().natural_elements();
        change(&mut elements);
        f.sgx_extension().elements = Some(elements);
    };
    let refused = |part: &str, draft: crate::case::Draft| {
        draft.refused(Code::DcapPckExtension, &format!("pck_chain.leaf.{part}"))
    };
    vec![
        refused("sgx_extension", one("missing", "no SGX extension").forge(|f| f.sgx_extension = None)),
        refused(
            "sgx_extension",
            one("six-elements", "six elements").forge(|f| f.sgx_extension().configuration = None),
        ),
        refused(
            "sgx_extension",
            one("eight-elements", "eight elements").forge(|f| {
                swap(f, |elements| elements.push(elements[0].clone()));
            }),
        ),
        refused(
            "sgx_extension",
            one("fmspc-twice", "FMSPC in place of the SGX type").forge(|f| {
                swap(f, |elements| elements[4] = elements[3].clone());
            }),
        ),
        refused(
            "fmspc",
            one("fmspc-5-bytes", "an FMSPC of five bytes").forge(|f| {
                f.sgx_extension().fmspc.pop();
            }),
        ),
        refused(
            "ppid",
            one("ppid-15-bytes", "a PPID of 15 bytes").forge(|f| {
                f.sgx_extension().ppid.pop();
            }),
        ),
        refused(
            "pce_id",
            one("pce-id-3-bytes", "a PCE id of three bytes").forge(|f| f.sgx_extension().pce_id.push(0)),
        ),
        refused(
            "tcb.cpu_svn",
            one("cpu-svn-17-bytes", "a CPU SVN of 17 bytes").forge(|f| f.sgx_extension().tcb.cpu_svn.push(0)),
        ),
        refused(
            "sgx_type",
            one("sgx-type-3", "an unknown SGX type").forge(|f| f.sgx_extension().sgx_type = 3),
        ),
        refused(
            "tcb.component",
            one("component-256", "a component of 256").forge(|f| f.sgx_extension().tcb.components[3] = 256),
        ),
        refused(
            "tcb.component",
            one("component-negative", "a component of -1").forge(|f| {
                f.sgx_extension().tcb.components[3] = -1;
            }),
        ),
        refused(
            "tcb",
            one("components-15", "15 components").source("dcap-qvl bdf315d").forge(|f| {
                f.sgx_extension().tcb.components.pop();
            }),
        ),
        refused(
            "tcb",
            one("components-17", "17 components").forge(|f| f.sgx_extension().tcb.components.push(5)),
        ),
        refused(
            "tcb.pce_svn",
            one("pce-svn-65536", "a PCE SVN of 65536").forge(|f| f.sgx_extension().tcb.pce_svn = 65_536),
        ),
        refused(
            "sgx_extension",
            one("not-a-sequence", "an octet string in place of the elements").forge(|f| {
                f.sgx_extension().elements = Some(vec![tlv(4, b"text")]);
            }),
        ),
        one("twice", "the extension twice")
            .forge(|f| {
                let mut pck = f.pck_certificate();
                let again = pck.extension(Extension::SGX).clone();
                f.pck.extensions.push(again);
            })
            .refused(Code::X509Extension, "pck_chain.extensions"),
        one("elements-reversed", "the order of the elements is free")
            .forge(|f| swap(f, |elements| elements.reverse()))
            .accepted(),
        one("sgx-type-2", "scalable with integrity, as Granite Rapids has it")
            .forge(|f| f.sgx_extension().sgx_type = 2)
            .accepted(),
        one("processor", "five elements, by the Processor CA")
            .forge(|f| *f = f.clone().certified_by(veriquote_forge::PckCa::Processor))
            .accepted(),
    ]
}
