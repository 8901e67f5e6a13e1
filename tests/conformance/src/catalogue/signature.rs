//! Who signed what: spec §2.2 V10, V11, V13.

use crate::case::{Case, case};
use veriquote::Code;
use veriquote_forge::{Key, SgxReport};

/// The order of P-256's group.
const ORDER: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa,
    0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
];

pub(super) fn cases() -> Vec<Case> {
    let one = |name: &str, base: &'static str, rule: &'static str, note: &str| {
        case(&format!("signature/{name}"), base, rule, note)
    };
    let quote = |name: &str, base: &'static str, note: &str| one(name, base, "§2.2 V13", note);
    let halves = |r: [u8; 32], s: [u8; 32]| {
        let mut signature = [0; 64];
        signature[..32].copy_from_slice(&r);
        signature[32..].copy_from_slice(&s);
        signature
    };
    vec![
        quote("user-data-bit", "sgx3", "a bit of the header was changed")
            .tamper(|f| f.quote[28] ^= 1)
            .refused(Code::DcapQuoteSignature, "quote.auth_data.signature"),
        quote("mr-td-bit", "tdx4", "a bit of MRTD was changed")
            .tamper(|f| f.quote[48 + 136] ^= 1)
            .refused(Code::DcapQuoteSignature, "quote.auth_data.signature"),
        quote("mr-enclave-bit", "sgx3", "a bit of MRENCLAVE was changed")
            .tamper(|f| f.quote[48 + 64] ^= 1)
            .refused(Code::DcapQuoteSignature, "quote.auth_data.signature"),
        quote("report-data-bit", "tdx5-15ex", "a bit of the report data was changed")
            .tamper(|f| f.quote[54 + 520] ^= 1)
            .refused(Code::DcapQuoteSignature, "quote.auth_data.signature"),
        quote("service-td-bit", "tdx5-15", "a bit of MRSERVICETD was changed")
            .tamper(|f| f.quote[54 + 600] ^= 1)
            .refused(Code::DcapQuoteSignature, "quote.auth_data.signature"),
        quote("zero", "sgx3", "r and s are zero")
            .forge(|f| f.quote.signature = Some([0; 64]))
            .refused(Code::DcapQuoteSignature, "quote.auth_data.signature"),
        quote("s-zero", "tdx4", "s is zero")
            .forge(|f| {
                let natural = f.quote.attestation_key.sign(&f.quote.signed_part());
                let r = natural[..32].try_into().unwrap();
                f.quote.signature = Some(halves(r, [0; 32]));
            })
            .refused(Code::DcapQuoteSignature, "quote.auth_data.signature"),
        quote("r-order", "tdx4", "r is the order of the group")
            .forge(|f| {
                let natural = f.quote.attestation_key.sign(&f.quote.signed_part());
                let s = natural[32..].try_into().unwrap();
                f.quote.signature = Some(halves(ORDER, s));
            })
            .refused(Code::DcapQuoteSignature, "quote.auth_data.signature"),
        quote("other-key", "tdx5-15", "signed by another key than the one that the QE binds")
            .forge(|f| {
                let signed = f.quote.signed_part();
                f.quote.signature = Some(Key::new("attacker").sign(&signed));
            })
            .refused(Code::DcapQuoteSignature, "quote.auth_data.signature"),
        quote("other-half", "tdx4", "the other valid half of the signature")
            .forge(|f| f.quote.signature_other_half = true)
            .accepted(),
        one("attestation-key-swapped", "sgx3", "§2.2 V11", "another attestation key than the QE binds")
            .forge(|f| {
                let natural = f.quote.qe_report_bytes();
                f.quote.qe_report_data = Some(natural[320..].try_into().unwrap());
                f.quote.attestation_key = Key::new("attacker");
            })
            .refused(Code::DcapQeReportData, "quote.qe_report.report_data"),
        one("qe-auth-data-bit", "tdx4", "§2.2 V11", "the QE's authentication data was changed")
            .tamper(|f| {
                let at = 48 + 584 + 4 + 128 + 6 + 384 + 64 + 2;
                f.quote[at] ^= 1;
            })
            .refused(Code::DcapQeReportData, "quote.qe_report.report_data"),
        one(
            "qe-report-data-tail",
            "sgx3",
            "§2.2 V11 +",
            "the upper half of the QE's report data is not zero",
        )
        .forge(|f| {
            let mut data: [u8; 64] = f.quote.qe_report_bytes()[320..].try_into().unwrap();
            data[63] = 1;
            f.quote.qe_report_data = Some(data);
        })
        .refused(Code::DcapQeReportData, "quote.qe_report.report_data"),
        one("qe-report-data-tail-intel", "sgx3", "§2.2 V11", "Intel does not look at the upper half")
            .intel()
            .forge(|f| {
                let mut data: [u8; 64] = f.quote.qe_report_bytes()[320..].try_into().unwrap();
                data[63] = 1;
                f.quote.qe_report_data = Some(data);
            })
            .accepted(),
        one("qe-report-bit", "sgx3", "§2.2 V10", "a bit of the QE report was changed")
            .tamper(|f| f.quote[48 + 384 + 4 + 128] ^= 1)
            .refused(Code::DcapQeReportSignature, "quote.qe_report"),
        one("qe-report-other-key", "tdx4", "§2.2 V10", "the QE report is signed by another key than the PCK")
            .forge(|f| f.qe_report_signer = Some(Key::new("attacker")))
            .refused(Code::DcapQeReportSignature, "quote.qe_report"),
        one("qe-report-by-ca", "sgx3", "§2.2 V10", "the QE report is signed by the PCK's authority")
            .forge(|f| f.qe_report_signer = Some(f.pck_ca.key.clone()))
            .refused(Code::DcapQeReportSignature, "quote.qe_report"),
        one("qe-report-zero", "sgx3", "§2.2 V10", "the QE report's signature is zero")
            .forge(|f| f.quote.qe_report_signature = Some([0; 64]))
            .refused(Code::DcapQeReportSignature, "quote.qe_report"),
        one(
            "qe-is-application",
            "sgx3",
            "§2.2 V12",
            "an attacker's enclave stands in for the quoting enclave",
        )
        .source("verifiers that check chain and signature only")
        .forge(|f| f.quote.qe_report = SgxReport::application())
        .refused(Code::DcapIdentityAttributes, "quote.qe_report.attributes"),
    ]
}
