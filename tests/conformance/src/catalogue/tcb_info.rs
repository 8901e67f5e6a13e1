//! TCB info: spec §2.2 T1 to T5, V5 to V7; §2.3.

use crate::case::{Case, Draft, case};
use veriquote::Code;
use veriquote_forge::{Component, DAY, Forge, Key, ModuleLevel, NOW, Name, Role, TcbInfo, TdxModule};

pub(super) fn cases() -> Vec<Case> {
    [signer(), grammar(), match_and_time()].concat()
}

fn one(name: &str, base: &'static str, rule: &'static str, note: &str) -> Draft {
    case(&format!("tcb-info/{name}"), base, rule, note)
}

fn signer() -> Vec<Case> {
    let t2 = |name: &str, note: &str| one(name, "tdx4", "§2.2 T2", note);
    vec![
        t2("signed-by-pck", "signed by the PCK, with the PCK chain beside it")
            .source("fixed in dcap-qvl 0.7.1")
            .forge(|f| {
                f.tcb_info_signer = f.pck.key.clone();
                f.chains.tcb_info = vec![Role::Pck, Role::PckCa, Role::Root];
            })
            .refused(Code::X509Chain, "collateral.tcb_info_issuer_chain"),
        t2("signed-by-pck-two", "signed by the PCK, with the PCK certificate and the root beside it")
            .forge(|f| {
                f.tcb_info_signer = f.pck.key.clone();
                f.chains.tcb_info = vec![Role::Pck, Role::Root];
            })
            .refused(Code::DcapCertificateRole, "collateral.tcb_info_issuer_chain.signer"),
        t2("signed-by-intermediate", "signed by the Platform CA")
            .forge(|f| {
                f.tcb_info_signer = f.pck_ca.key.clone();
                f.chains.tcb_info = vec![Role::PckCa, Role::Root];
            })
            .refused(Code::DcapCertificateRole, "collateral.tcb_info_issuer_chain.signer"),
        t2("signed-by-root", "signed by the root itself")
            .forge(|f| {
                f.tcb_info_signer = f.root.key.clone();
                f.chains.tcb_info = vec![Role::Root, Role::Root];
            })
            .refused(Code::DcapCertificateRole, "collateral.tcb_info_issuer_chain.signer"),
        t2("signer-under-intermediate", "the signer is issued by the Platform CA, by name too")
            .forge(|f| {
                f.tcb_signing.issuer = f.pck_ca.subject.clone();
                f.tcb_signing.signer = f.pck_ca.key.clone();
            })
            .refused(Code::X509Chain, "collateral.tcb_info_issuer_chain.signer.issuer"),
        t2("signer-name", "the signer has another name")
            .forge(|f| f.tcb_signing.subject = Name::intel("Other"))
            .refused(Code::DcapCertificateRole, "collateral.tcb_info_issuer_chain.signer"),
        t2("signer-other-signer", "the signer is not signed by the root")
            .forge(|f| f.tcb_signing.signer = Key::new("attacker"))
            .refused(Code::X509Signature, "collateral.tcb_info_issuer_chain.signer.signature"),
        t2("three-certificates", "a chain of three")
            .forge(|f| f.chains.tcb_info.insert(1, Role::PckCa))
            .refused(Code::X509Chain, "collateral.tcb_info_issuer_chain"),
        t2("no-root", "a chain without its root")
            .forge(|f| f.chains.tcb_info.truncate(1))
            .refused(Code::X509Chain, "collateral.tcb_info_issuer_chain"),
        t2("root-first", "root first").forge(|f| f.chains.tcb_info.reverse()).accepted(),
        one("signature-bit", "tdx4", "§2.2 T4", "a bit of the signature was changed")
            .tamper(|f| f.collateral.tcb_info_signature[9] ^= 1)
            .refused(Code::DcapTcbInfoSignature, "collateral.tcb_info"),
        one("signature-short", "sgx3", "§2.2 T4", "a signature of 63 bytes")
            .tamper(|f| {
                f.collateral.tcb_info_signature.pop();
            })
            .refused(Code::DcapTcbInfoSignature, "collateral.tcb_info"),
        one("status-changed", "sgx3", "§2.2 T4", "OutOfDate became UpToDate after signing")
            .forge(|f| f.sgx_extension().tcb.components[0] = 2)
            .tamper(|f| f.collateral.tcb_info = f.collateral.tcb_info.replace("OutOfDate", "UpToDate"))
            .refused(Code::DcapTcbInfoSignature, "collateral.tcb_info"),
        one("reordered", "sgx3", "§2.2 T4", "members change places after signing")
            .tamper(|f| {
                let text =
                    f.collateral.tcb_info.replace(r#""id":"SGX","version":3"#, r#""version":3,"id":"SGX""#);
                f.collateral.tcb_info = text;
            })
            .refused(Code::DcapTcbInfoSignature, "collateral.tcb_info"),
        one("other-signer", "sgx3", "§2.2 T4", "signed by an attacker's key")
            .forge(|f| f.tcb_info_signer = Key::new("attacker"))
            .refused(Code::DcapTcbInfoSignature, "collateral.tcb_info"),
        one("pretty", "sgx3", "§2.2 T4 +", "a space that the signature does not cover")
            .tamper(|f| f.collateral.tcb_info = f.collateral.tcb_info.replacen(',', ", ", 1))
            .refused(Code::DcapTcbInfoSignature, "collateral.tcb_info"),
        one("pretty-intel", "sgx3", "§2.2 T4", "Intel signs and verifies the compact form")
            .intel()
            .tamper(|f| f.collateral.tcb_info = f.collateral.tcb_info.replacen(',', ", ", 1))
            .accepted(),
        one("signed-pretty", "sgx3", "§2.2 T4 +", "white space that the signature covers")
            .forge(|f| f.tcb_info_text = Some(f.tcb_info.json().replacen(',', ", ", 1)))
            .refused(Code::JsonWhitespace, "collateral.tcb_info"),
        one("signed-pretty-intel", "sgx3", "§2.2 T4", "Intel verifies the compact form only")
            .intel()
            .forge(|f| f.tcb_info_text = Some(f.tcb_info.json().replacen(',', ", ", 1)))
            .refused(Code::DcapTcbInfoSignature, "collateral.tcb_info"),
    ]
}

fn grammar() -> Vec<Case> {
    let rule = "§2.3";
    let layout = |member: &str, draft: Draft| {
        draft.refused(Code::DcapTcbInfoLayout, &format!("collateral.tcb_info.{member}"))
    };
    let text = |name: &str, base: &'static str, note: &str, from: &'static str, to: &'static str| {
        one(name, base, rule, note).forge(move |f| {
            let text = f.tcb_info.json();
            assert!(text.contains(from), "{from}");
            f.tcb_info_text = Some(text.replacen(from, to, 1));
        })
    };
    let mut all = vec![
        one("version-1", "sgx3", rule, "version 1")
            .forge(|f| f.tcb_info.version = 1)
            .refused(Code::DcapTcbInfoVersion, "collateral.tcb_info.version"),
        one("version-4", "tdx4", rule, "version 4")
            .forge(|f| f.tcb_info.version = 4)
            .refused(Code::DcapTcbInfoVersion, "collateral.tcb_info.version"),
        layout(
            "version",
            text("version-text", "sgx3", "the version is a string", r#""version":3"#, r#""version":"3""#),
        ),
        layout(
            "tcbType",
            one("tcb-type-1", "sgx3", rule, "an unknown comparison").forge(|f| f.tcb_info.tcb_type = 1),
        ),
        layout(
            "id",
            one("id-other", "sgx3", rule, "an unknown id").forge(|f| f.tcb_info.id = Some("SEV".into())),
        ),
        layout("id", one("id-missing", "sgx3", rule, "version 3 without id").forge(|f| f.tcb_info.id = None)),
        layout(
            "tcbLevels",
            one("levels-empty", "sgx3", rule, "no level").forge(|f| f.tcb_info.levels.clear()),
        ),
        layout(
            "tcbLevels",
            one("levels-equal", "sgx3", rule, "two levels of the same versions").forge(|f| {
                let mut level = f.tcb_info.levels[0].clone();
                level.status = "Revoked".into();
                f.tcb_info.levels.push(level);
            }),
        ),
        layout(
            "sgxtcbcomponents",
            one("components-15", "sgx3", rule, "15 components").source("dcap-qvl bdf315d").forge(|f| {
                f.tcb_info.levels[0].sgx.pop();
            }),
        ),
        layout(
            "sgxtcbcomponents",
            one("components-17", "sgx3", rule, "17 components").forge(|f| {
                f.tcb_info.levels[0].sgx.extend(Component::sgx(0).pop());
            }),
        ),
        layout(
            "tdxtcbcomponents",
            one("tdx-components-15", "tdx4", rule, "15 TDX components").forge(|f| {
                f.tcb_info.levels[0].tdx.as_mut().unwrap().pop();
            }),
        ),
        layout(
            "tdxtcbcomponents",
            one("tdx-components-missing", "tdx4", rule, "a TDX level without TDX components")
                .forge(|f| f.tcb_info.levels[0].tdx = None),
        ),
        layout(
            "sgxtcbcomponents",
            one("svn-negative", "sgx3", rule, "a component of -1")
                .forge(|f| f.tcb_info.levels[0].sgx[0].svn = -1),
        ),
        layout(
            "sgxtcbcomponents",
            one("svn-256", "sgx3", rule, "a component of 256")
                .forge(|f| f.tcb_info.levels[0].sgx[0].svn = 256),
        ),
        layout(
            "sgxtcbcomponents",
            text("svn-fraction", "sgx3", "a component of 3.0", r#"{"svn":3,"#, r#"{"svn":3.0,"#),
        ),
        layout(
            "sgxtcbcomponents",
            text("svn-exponent", "sgx3", "a component of 3e0", r#"{"svn":3,"#, r#"{"svn":3e0,"#),
        ),
        layout(
            "tcbStatus",
            one("status-unknown", "sgx3", rule, "an unknown status")
                .source("dcap-qvl #82")
                .forge(|f| f.tcb_info.levels[0].status = "Fine".into()),
        ),
        layout(
            "tcbStatus",
            one("status-case", "sgx3", rule, "a status in lower case")
                .forge(|f| f.tcb_info.levels[0].status = "uptodate".into()),
        ),
        layout(
            "tcbStatus",
            one("status-derived", "tdx4", rule, "a status that only a verifier derives")
                .forge(|f| f.tcb_info.levels[0].status = "TDRelaunchAdvised".into()),
        ),
        layout(
            "issueDate",
            text("date-fraction", "sgx3", "a date with fractions of a second", "T00:00:00Z", "T00:00:00.5Z"),
        ),
        layout(
            "issueDate",
            text("date-offset", "sgx3", "a date with an offset", "T00:00:00Z", "T00:00:00+00:00"),
        ),
        layout(
            "tcbDate",
            text("date-february-30", "sgx3", "the 30th of February", "2025-06-01T", "2025-02-30T"),
        ),
        layout(
            "fmspc",
            one("fmspc-short", "sgx3", rule, "an FMSPC of five bytes").forge(|f| {
                f.tcb_info.fmspc.pop();
            }),
        ),
        layout("fmspc", text("fmspc-not-hex", "sgx3", "an FMSPC that is not hex", "90C06F", "90C06X")),
        layout(
            "tdxModule",
            one("module-missing", "tdx4", rule, "TDX without a module")
                .forge(|f| f.tcb_info.tdx_module = None),
        ),
        layout(
            "tdxModule",
            one("module-in-sgx", "sgx3", rule, "SGX with a module")
                .forge(|f| f.tcb_info.tdx_module = Some(TdxModule::intel())),
        ),
        layout(
            "tdxModuleIdentities",
            one("modules-empty", "tdx4", rule, "an empty list of modules")
                .forge(|f| f.tcb_info.tdx_module_identities = Some(Vec::new())),
        ),
        layout(
            "tcbStatus",
            one("module-status", "tdx4", rule, "a module with a platform's status").forge(|f| {
                let modules = f.tcb_info.tdx_module_identities.as_mut().unwrap();
                modules[0].levels[0] = ModuleLevel::new(5, NOW, "SWHardeningNeeded", &[]);
            }),
        ),
        layout(
            "tcbLevels",
            one("module-levels-empty", "tdx4", rule, "a module without levels")
                .forge(|f| f.tcb_info.tdx_module_identities.as_mut().unwrap()[0].levels.clear()),
        ),
        layout(
            "tcbLevels",
            text(
                "not-an-object",
                "sgx3",
                "levels are an object",
                r#""tcbLevels":["#,
                r#""tcbLevels":{"a":["#,
            )
            .forge(|f| {
                let text = f.tcb_info_text.take().unwrap();
                let end = text.len() - 1;
                f.tcb_info_text = Some(format!("{}}}}}", &text[..end]));
            }),
        ),
        text("trailing", "sgx3", "garbage after the document", "{", "{")
            .forge(|f| f.tcb_info_text = Some(f.tcb_info.json() + "x"))
            .refused(Code::JsonSyntax, "collateral.tcb_info"),
        text("comma", "sgx3", "a comma too many", "]}", "],}")
            .refused(Code::JsonSyntax, "collateral.tcb_info"),
        text(
            "duplicate-status",
            "sgx3",
            "the status twice: OutOfDate, then UpToDate",
            r#""tcbStatus":"UpToDate""#,
            r#""tcbStatus":"OutOfDate","tcbStatus":"UpToDate""#,
        )
        .source("verifiers in which the last member wins")
        .refused(Code::JsonDuplicateKey, "collateral.tcb_info"),
        text(
            "duplicate-status-intel",
            "sgx3",
            "Intel takes the first",
            r#""tcbStatus":"UpToDate""#,
            r#""tcbStatus":"OutOfDate","tcbStatus":"UpToDate""#,
        )
        .intel()
        .status("OutOfDate", &[]),
        text(
            "duplicate-status-escaped",
            "sgx3",
            "the status twice, once with an escape",
            r#""tcbStatus":"UpToDate""#,
            r#""tcb\u0053tatus":"OutOfDate","tcbStatus":"UpToDate""#,
        )
        .refused(Code::JsonDuplicateKey, "collateral.tcb_info"),
        one("deep", "sgx3", rule, "200 levels of nesting")
            .source("Intel QVL 2026-06, CWE-674")
            .forge(|f| {
                let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
                f.tcb_info.extra.push(("deep".into(), deep));
            })
            .refused(Code::LimitDepth, "collateral.tcb_info"),
        one("levels-257", "sgx3", rule, "more levels than any TCB info has")
            .forge(|f| {
                let level = f.tcb_info.levels[1].clone();
                f.tcb_info.levels.extend((0..256).map(|pce_svn| {
                    let mut level = level.clone();
                    level.sgx = Component::sgx(0);
                    level.sgx.iter_mut().for_each(|part| (part.category, part.kind) = (None, None));
                    level.pce_svn = pce_svn;
                    level
                }));
            })
            .refused(Code::LimitCount, "collateral.tcb_info.tcbLevels"),
        one("unknown-member", "sgx3", rule, "an unknown member")
            .forge(|f| f.tcb_info.extra.push(("news".into(), r#"{"a":[1,2]}"#.into())))
            .accepted(),
        one("worst-first", "sgx3", rule, "the order of the levels is free")
            .source("dcap-qvl #126")
            .forge(|f| f.tcb_info.levels.reverse())
            .accepted(),
        text("fmspc-lower", "sgx3", "an FMSPC in lower case", "90C06F000000", "90c06f000000").accepted(),
        one("v2", "sgx3", rule, "version 2").forge(|f| f.tcb_info = f.tcb_info.clone().into_v2()).accepted(),
        layout(
            "sgxtcbcomp16svn",
            one("v2-component-missing", "sgx3", rule, "version 2 with 15 components").forge(|f| {
                f.tcb_info = f.tcb_info.clone().into_v2();
                f.tcb_info.levels[0].sgx.pop();
            }),
        ),
    ];
    for member in [
        "version",
        "issueDate",
        "nextUpdate",
        "fmspc",
        "pceId",
        "tcbType",
        "tcbEvaluationDataNumber",
        "tcbLevels",
    ] {
        let text = move |f: &mut Forge| {
            f.tcb_info_text = Some(f.tcb_info.json().replacen(&format!("\"{member}\""), "\"renamed\"", 1));
        };
        all.push(layout(
            member,
            one(&format!("no-{member}"), "sgx3", rule, "a member is missing").forge(text),
        ));
    }
    all
}

fn match_and_time() -> Vec<Case> {
    vec![
        one("id-sgx-for-tdx", "tdx4", "§2.2 V5", "SGX TCB info for a TDX quote")
            .forge(|f| f.tcb_info = TcbInfo::sgx())
            .refused(Code::DcapCollateralKind, "collateral.tcb_info.id"),
        one("id-tdx-for-sgx", "sgx3", "§2.2 V5", "TDX TCB info for an SGX quote")
            .forge(|f| f.tcb_info = TcbInfo::tdx())
            .refused(Code::DcapCollateralKind, "collateral.tcb_info.id"),
        one("v2-for-tdx", "tdx4", "§2.2 V5", "version 2 is for SGX only")
            .forge(|f| f.tcb_info = TcbInfo::sgx().into_v2())
            .refused(Code::DcapCollateralKind, "collateral.tcb_info.id"),
        one("fmspc", "tdx4", "§2.2 V6", "another platform family")
            .forge(|f| f.tcb_info.fmspc[0] ^= 1)
            .refused(Code::DcapFmspc, "collateral.tcb_info.fmspc"),
        one("pce-id", "sgx3", "§2.2 V7", "another provisioning enclave")
            .source("verifiers that do not compare the PCE id")
            .forge(|f| f.tcb_info.pce_id[1] ^= 1)
            .refused(Code::DcapPceId, "collateral.tcb_info.pce_id"),
        one("stale", "sgx3", "§2.2 T5", "the next was due a second ago")
            .forge(|f| f.tcb_info.next_update = NOW - 1)
            .refused(Code::DcapTcbInfoStale, "collateral.tcb_info"),
        one("stale-intel", "tdx4", "§2.2 T5", "the next was due a second ago")
            .intel()
            .forge(|f| f.tcb_info.next_update = NOW - 1)
            .refused(Code::DcapTcbInfoStale, "collateral.tcb_info"),
        one("last-second", "sgx3", "§2.2 T5", "the next is due now")
            .forge(|f| f.tcb_info.next_update = NOW)
            .accepted(),
        one("future", "sgx3", "§2.2 T5 +", "issued a day from now")
            .forge(|f| f.tcb_info.issue_date = NOW + DAY)
            .refused(Code::DcapTcbInfoNotYetValid, "collateral.tcb_info"),
        one("future-intel", "sgx3", "§2.2 T5", "Intel does not look at the issue date")
            .intel()
            .forge(|f| f.tcb_info.issue_date = NOW + DAY)
            .accepted(),
        one("issued-now", "sgx3", "§2.2 T5 +", "issued now")
            .forge(|f| f.tcb_info.issue_date = NOW)
            .accepted(),
    ]
}
