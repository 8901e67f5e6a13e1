//! Bytes that are no quote.

use serde_json::json;
use veriquote::Code;
use veriquote_forge::tpm::{AttestBody, certified, created};

use crate::tpm::case::{Case, case};

pub(super) fn all() -> Vec<Case> {
    let mut cases = vec![
        case("layout/magic", "p256", "tpm.attest.magic", "magic is not TPM_GENERATED_VALUE")
            .attest(|it| it.magic = 0xff54_4348)
            .source("CVE-2024-29038, CVE-2024-29040")
            .refused(Code::TpmAttestMagic, "attest.magic"),
        case("layout/trailing", "p256", "tpm.attest.layout", "a byte after TPMS_ATTEST, signed with it")
            .attest(|it| it.trailing = vec![0])
            .refused(Code::InputTrailingData, "attest.attested"),
        case("layout/truncated", "p256", "tpm.attest.layout", "TPMS_ATTEST without its last byte")
            .tamper(|it| it.attest.truncate(it.attest.len() - 1))
            .refused(Code::InputTruncated, "attest.pcr_digest"),
        case("layout/safe", "p256", "tpm.attest.layout", "TPMI_YES_NO of two")
            .attest(|it| it.clock.safe = 2)
            .refused(Code::TpmAttestLayout, "attest.clock_info.safe"),
        case("layout/select-size-zero", "p256", "tpm.attest.layout", "a bitmap of no bytes")
            .attest(|it| {
                if let AttestBody::Quote { selections, .. } = &mut it.body {
                    selections[0].bitmap.clear();
                }
            })
            .refused(Code::TpmAttestLayout, "attest.pcr_select"),
        case(
            "layout/select-size-five",
            "p256",
            "tpm.attest.layout",
            "a bitmap of five bytes: PCR 32 and above",
        )
        .attest(|it| {
            if let AttestBody::Quote { selections, .. } = &mut it.body {
                selections[0].bitmap = vec![0xff; 5];
            }
        })
        .refused(Code::TpmAttestLayout, "attest.pcr_select"),
        case(
            "layout/seventeen-banks",
            "p256",
            "tpm.attest.layout",
            "more banks than TPML_PCR_SELECTION holds",
        )
        .attest(|it| {
            if let AttestBody::Quote { selections, .. } = &mut it.body {
                *selections = vec![selections[0].clone(); 17];
            }
        })
        .refused(Code::TpmAttestLayout, "attest.pcr_select"),
        case("layout/signature-trailing", "p256", "tpm.signature.layout", "a byte after TPMT_SIGNATURE")
            .signature(|it| it.trailing = vec![0])
            .refused(Code::InputTrailingData, "signature.sig"),
        case("layout/signature-empty-r", "p256", "tpm.signature.layout", "an ECDSA signature without r")
            .signature(|it| it.fields[0].clear())
            .refused(Code::TpmSignatureLayout, "signature.r"),
        case(
            "layout/signature-truncated",
            "rsa",
            "tpm.signature.layout",
            "a size beyond the end of the signature",
        )
        .tamper(|it| it.signature.truncate(20))
        .refused(Code::InputTruncated, "signature.sig"),
        case(
            "layout/public-truncated",
            "rsa",
            "tpm.ak.layout",
            "TPM2B_PUBLIC whose size covers a truncated area",
        )
        .tamper(|it| {
            let size = (it.public.len() as u16 - 3).to_be_bytes();
            it.public.pop();
            drop(it.public.splice(..2, size));
        })
        .source("GHSA-p3px-r4mm-jpw5")
        .refused(Code::InputTruncated, "ak.public.unique"),
        case(
            "layout/public-inner-shorter",
            "rsa",
            "tpm.ak.layout",
            "TPM2B_PUBLIC longer than the area in it",
        )
        .tamper(|it| {
            let size = (it.public.len() as u16 - 1).to_be_bytes();
            it.public.push(0);
            drop(it.public.splice(..2, size));
        })
        .source("GHSA-p3px-r4mm-jpw5")
        .refused(Code::InputTrailingData, "ak.public.unique"),
        case("layout/pcrs", "p256", "tpm.pcr.values", "PCR values that are in no known form")
            .tamper(|it| it.pcrs.truncate(it.pcrs.len() - 1))
            .refused(Code::TpmPcrLayout, "pcrs"),
    ];
    let other_types = [
        ("nv", 0x8014_u16),
        ("command-audit", 0x8015),
        ("session-audit", 0x8016),
        ("time", 0x8019),
        ("nv-digest", 0x801c),
    ];
    cases.extend(other_types.map(|(name, kind)| {
        case(&format!("layout/type-{name}"), "rsa", "tpm.attest.type", "an attestation of another type")
            .attest(move |it| {
                it.kind = kind;
                it.body = AttestBody::Raw(vec![0; 40]);
            })
            .source("GHSA-gwfg-w3jr-xh66, GHSA-x5j2-26fc-hhc3")
            .refused(Code::TpmAttestType, "attest.type")
    }));
    cases.push(
        case("layout/type-certify", "rsa", "tpm.attest.type", "TPM2_Certify offered as a quote")
            .attest(|it| {
                let other = certified(vec![0, 0xb, 1, 2], vec![0, 0xb, 3, 4]);
                (it.kind, it.body) = (other.kind, other.body);
            })
            .source("GHSA-gwfg-w3jr-xh66")
            .refused(Code::TpmAttestType, "attest.type"),
    );
    cases.push(
        case("layout/type-creation", "rsa", "tpm.attest.type", "TPM2_CertifyCreation offered as a quote")
            .attest(|it| {
                let other = created(vec![0, 0xb, 1, 2], vec![7; 32]);
                (it.kind, it.body) = (other.kind, other.body);
            })
            .source("GHSA-gwfg-w3jr-xh66")
            .refused(Code::TpmAttestType, "attest.type"),
    );
    cases.push(
        case(
            "layout/unknown-option",
            "p256",
            "options",
            "an option that there is not is not dropped in silence",
        )
        .edit(|it| it["options"]["nonse"] = json!("00"))
        .refused(Code::MisuseOptions, "options"),
    );
    cases
}
