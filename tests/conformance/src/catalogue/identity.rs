//! Enclave identities: spec §2.2 Q, V12; §2.3.

use crate::case::{Case, Draft, case};
use veriquote::Code;
use veriquote_forge::{Certificate, DAY, Identity, IdentityLevel, Key, NOW, Role};

fn one(name: &str, base: &'static str, rule: &'static str, note: &str) -> Draft {
    case(&format!("identity/{name}"), base, rule, note)
}

pub(super) fn cases() -> Vec<Case> {
    [signer_and_time(), grammar(), enclave()].concat()
}

fn signer_and_time() -> Vec<Case> {
    let forged_chain = |f: &mut veriquote_forge::Forge| {
        let root = Certificate::root(Key::new("attacker root"), NOW - 2000 * DAY, NOW + 8000 * DAY);
        let key = Key::new("attacker");
        let signer = Certificate::leaf("Intel SGX TCB Signing", key.clone(), &root, NOW - DAY, NOW + DAY);
        f.identity_signer = key;
        f.chains.identity = vec![Role::Other(Box::new(signer)), Role::Other(Box::new(root))];
    };
    vec![
        one("forged", "sgx3", "§2.2 Q", "an attacker's identity for an attacker's QE")
            .source("CVE-2026-22696")
            .forge(|f| {
                f.identity_signer = Key::new("attacker");
                f.identity.mrsigner = vec![0x66; 32];
                f.quote.qe_report.mr_signer = [0x66; 32];
            })
            .refused(Code::DcapIdentitySignature, "collateral.qe_identity"),
        one("forged-chain", "tdx4", "§2.2 Q", "the same, with an attacker's chain beside it")
            .source("CVE-2026-22696")
            .forge(forged_chain)
            .refused(Code::X509Anchor, "collateral.qe_identity_issuer_chain.root.subject_public_key_info"),
        one("signature-bit", "tdx4", "§2.2 Q", "a bit of the signature was changed")
            .tamper(|f| f.collateral.qe_identity_signature[40] ^= 1)
            .refused(Code::DcapIdentitySignature, "collateral.qe_identity"),
        one("changed", "sgx3", "§2.2 Q", "the product was changed after signing")
            .tamper(|f| {
                let text = f.collateral.qe_identity.replace(r#""isvprodid":1"#, r#""isvprodid":7"#);
                f.collateral.qe_identity = text;
            })
            .refused(Code::DcapIdentitySignature, "collateral.qe_identity"),
        one("signed-by-pck", "tdx4", "§2.2 Q", "signed by the PCK, with its chain beside it")
            .source("fixed in dcap-qvl 0.7.1")
            .forge(|f| {
                f.identity_signer = f.pck.key.clone();
                f.chains.identity = vec![Role::Pck, Role::PckCa, Role::Root];
            })
            .refused(Code::X509Chain, "collateral.qe_identity_issuer_chain"),
        one(
            "signed-by-pck-two",
            "tdx4",
            "§2.2 Q",
            "signed by the PCK, its certificate and the root beside it",
        )
        .forge(|f| {
            f.identity_signer = f.pck.key.clone();
            f.chains.identity = vec![Role::Pck, Role::Root];
        })
        .refused(Code::DcapCertificateRole, "collateral.qe_identity_issuer_chain.signer"),
        one("stale", "sgx3", "§2.2 Q", "the next was due a second ago")
            .forge(|f| f.identity.next_update = NOW - 1)
            .refused(Code::DcapIdentityStale, "collateral.qe_identity"),
        one("stale-intel", "tdx4", "§2.2 Q", "the next was due a second ago")
            .intel()
            .forge(|f| f.identity.next_update = NOW - 1)
            .refused(Code::DcapIdentityStale, "collateral.qe_identity"),
        one("last-second", "tdx4", "§2.2 Q", "the next is due now")
            .forge(|f| f.identity.next_update = NOW)
            .accepted(),
        one("future", "sgx3", "§2.2 Q +", "issued a day from now")
            .forge(|f| f.identity.issue_date = NOW + DAY)
            .refused(Code::DcapIdentityNotYetValid, "collateral.qe_identity"),
        one("future-intel", "sgx3", "§2.2 Q", "Intel does not look at the issue date")
            .intel()
            .forge(|f| f.identity.issue_date = NOW + DAY)
            .accepted(),
    ]
}

fn grammar() -> Vec<Case> {
    let rule = "§2.3";
    let layout = |member: &str, draft: Draft| {
        draft.refused(Code::DcapIdentityLayout, &format!("collateral.qe_identity.{member}"))
    };
    let mut all = vec![
        one("version-1", "sgx3", rule, "version 1")
            .forge(|f| f.identity.version = 1)
            .refused(Code::DcapIdentityVersion, "collateral.qe_identity.version"),
        one("version-3", "tdx4", rule, "version 3")
            .forge(|f| f.identity.version = 3)
            .refused(Code::DcapIdentityVersion, "collateral.qe_identity.version"),
        layout("id", one("id-other", "sgx3", rule, "an unknown id").forge(|f| f.identity.id = "XE".into())),
        layout(
            "tcbLevels",
            one("levels-empty", "sgx3", rule, "no level").forge(|f| f.identity.levels.clear()),
        ),
        layout(
            "tcbStatus",
            one("status-platform", "sgx3", rule, "an enclave with a platform's status")
                .forge(|f| f.identity.levels[0].status = "SWHardeningNeeded".into()),
        ),
        layout(
            "attributes",
            one("attributes-short", "sgx3", rule, "attributes of 15 bytes").forge(|f| {
                f.identity.attributes.pop();
            }),
        ),
        layout(
            "attributesMask",
            one("mask-long", "sgx3", rule, "a mask of 17 bytes")
                .forge(|f| f.identity.attributes_mask.push(0)),
        ),
        layout(
            "isvprodid",
            one("product-65536", "sgx3", rule, "a product of 65536")
                .forge(|f| f.identity.isv_prod_id = 65_536),
        ),
        layout(
            "isvsvn",
            one("svn-negative", "sgx3", rule, "a security version of -1")
                .forge(|f| f.identity.levels[0].isv_svn = -1),
        ),
        one("duplicate-signer", "sgx3", rule, "the signer twice")
            .forge(|f| {
                let text = f.identity.json();
                let second = r#","mrsigner":"00"}"#;
                f.identity_text = Some(format!("{}{second}", &text[..text.len() - 1]));
            })
            .refused(Code::JsonDuplicateKey, "collateral.qe_identity"),
    ];
    for member in [
        "id",
        "version",
        "issueDate",
        "nextUpdate",
        "tcbEvaluationDataNumber",
        "miscselect",
        "miscselectMask",
        "attributes",
        "attributesMask",
        "mrsigner",
        "isvprodid",
        "tcbLevels",
    ] {
        all.push(layout(
            member,
            one(&format!("no-{member}"), "tdx4", rule, "a member is missing").forge(|f| {
                f.identity_text =
                    Some(f.identity.json().replacen(&format!("\"{member}\""), "\"renamed\"", 1));
            }),
        ));
    }
    all
}

fn enclave() -> Vec<Case> {
    let v12 = |name: &str, base: &'static str, note: &str| one(name, base, "§2.2 V12", note);
    let unmasked = |f: &mut veriquote_forge::Forge| f.identity.attributes[15] = 1;
    vec![
        v12("qe-for-tdx", "tdx4", "the SGX quoting enclave's identity for a TDX quote")
            .source("verifiers that do not look at the identity's id")
            .forge(|f| f.identity = Identity::qe())
            .refused(Code::DcapCollateralKind, "collateral.qe_identity.id"),
        v12("td-qe-for-sgx", "sgx3", "the TDX quoting enclave's identity for an SGX quote")
            .forge(|f| f.identity = Identity::td_qe())
            .refused(Code::DcapCollateralKind, "collateral.qe_identity.id"),
        v12("qve-for-sgx", "sgx3", "the quote verification enclave's identity")
            .forge(|f| f.identity = Identity::qve())
            .refused(Code::DcapCollateralKind, "collateral.qe_identity.id"),
        v12("mrsigner", "tdx4", "another signer than the identity's")
            .source("verifiers that do not compare the QE's signer")
            .forge(|f| f.quote.qe_report.mr_signer[0] ^= 1)
            .refused(Code::DcapIdentityMrSigner, "quote.qe_report.mr_signer"),
        v12("product", "sgx3", "another product than the identity's")
            .forge(|f| f.quote.qe_report.isv_prod_id = 2)
            .refused(Code::DcapIdentityProduct, "quote.qe_report.isv_prod_id"),
        v12("misc-select", "sgx3", "another MISCSELECT than the identity's")
            .forge(|f| f.quote.qe_report.misc_select[0] = 1)
            .refused(Code::DcapIdentityMiscSelect, "quote.qe_report.misc_select"),
        v12("misc-select-masked", "sgx3", "a bit of MISCSELECT outside the mask")
            .forge(|f| {
                f.identity.misc_select_mask[0] = 0xfe;
                f.quote.qe_report.misc_select[0] = 1;
            })
            .accepted(),
        v12("debug", "sgx3", "a quoting enclave in debug mode")
            .forge(|f| f.quote.qe_report.attributes[0] |= 2)
            .refused(Code::DcapIdentityAttributes, "quote.qe_report.attributes"),
        v12("attributes-masked", "sgx3", "XFRM lies outside the mask")
            .forge(|f| f.quote.qe_report.attributes[9] = 2)
            .accepted(),
        v12("expected-outside-mask", "sgx3", "an expectation outside its mask can never be met")
            .forge(unmasked)
            .refused(Code::DcapIdentityAttributes, "quote.qe_report.attributes"),
        v12("expected-outside-mask-intel", "sgx3", "an expectation outside its mask can never be met")
            .intel()
            .forge(unmasked)
            .refused(Code::DcapIdentityAttributes, "quote.qe_report.attributes"),
        v12("level-unsorted", "sgx3", "the order of the levels is free")
            .forge(|f| f.identity.levels.reverse())
            .accepted(),
        v12("level-none", "sgx3", "the QE is below every level")
            .forge(|f| f.quote.qe_report.isv_svn = 4)
            .refused(Code::DcapTcbNotSupported, "tcb.status"),
        v12("level-revoked", "tdx4", "the QE's level is revoked")
            .forge(|f| f.quote.qe_report.isv_svn = 5)
            .refused(Code::DcapTcbRevoked, "tcb.status"),
        v12("level-out-of-date", "tdx4", "the QE's level is out of date")
            .crypto_only()
            .forge(|f| f.quote.qe_report.isv_svn = 7)
            .status("OutOfDate", &["INTEL-SA-90003"]),
        v12("level-out-of-date-strict", "tdx4", "the same, under the strict policy")
            .forge(|f| f.quote.qe_report.isv_svn = 7)
            .rejected(&["tcb.accept"]),
        v12("advisory-up-to-date", "sgx3", "an advisory of the QE's own level is reported")
            .crypto_only()
            .forge(|f| {
                f.identity.levels[0] = IdentityLevel::new(8, NOW - DAY, "UpToDate", &["INTEL-SA-90009"])
            })
            .status("UpToDate", &["INTEL-SA-90009"]),
    ]
}
