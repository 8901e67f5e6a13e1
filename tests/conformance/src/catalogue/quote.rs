//! Layouts of quotes, spec §2.1.

use crate::case::{Case, case};
use veriquote::Code;
use veriquote_forge::{Certification, Forge};

const RULE: &str = "§2.1";

pub(super) fn cases() -> Vec<Case> {
    let quote = |name: &str, base: &'static str, note: &str| case(&format!("quote/{name}"), base, RULE, note);
    let mut all = vec![
        quote("version-0", "sgx3", "version 0")
            .forge(|f| f.quote.version = 0)
            .refused(Code::DcapQuoteVersion, "quote.header.version"),
        quote("version-2", "sgx3", "version 2, an EPID quote")
            .forge(|f| f.quote.version = 2)
            .refused(Code::DcapQuoteVersion, "quote.header.version"),
        quote("version-6", "tdx5-15", "version 6")
            .forge(|f| f.quote.version = 6)
            .refused(Code::DcapQuoteVersion, "quote.header.version"),
        quote("key-type-0", "sgx3", "attestation key type 0")
            .forge(|f| f.quote.key_type = 0)
            .refused(Code::DcapKeyType, "quote.header.attestation_key_type"),
        quote("key-type-3", "tdx4", "attestation key type 3, P-384")
            .forge(|f| f.quote.key_type = 3)
            .refused(Code::DcapKeyType, "quote.header.attestation_key_type"),
        quote("tee-2", "tdx4", "an unknown TEE type")
            .forge(|f| f.quote.tee_type = 2)
            .refused(Code::DcapQuoteTee, "quote.header.tee_type"),
        quote("tee-tdx-in-v3", "sgx3", "version 3 knows no TDX")
            .forge(|f| f.quote.tee_type = 0x81)
            .refused(Code::DcapQuoteTee, "quote.header.tee_type"),
        quote("vendor", "tdx4", "the quoting enclave of another vendor")
            .source("dcap-qvl #127")
            .forge(|f| f.quote.qe_vendor[0] ^= 1)
            .refused(Code::DcapQeVendor, "quote.header.qe_vendor_id"),
        quote("v5-type-0", "tdx5-15", "body type 0")
            .forge(|f| f.quote.body_type = Some(0))
            .refused(Code::DcapQuoteTee, "quote.body.type"),
        quote("v5-type-5", "tdx5-15ex", "an unknown body type")
            .forge(|f| f.quote.body_type = Some(5))
            .refused(Code::DcapQuoteTee, "quote.body.type"),
        quote("v5-sgx-body-in-tdx", "tdx5-15", "a TDX quote that claims an SGX body")
            .forge(|f| f.quote.body_type = Some(1))
            .refused(Code::DcapQuoteTee, "quote.body.type"),
        quote("v5-td-body-in-sgx", "sgx5", "an SGX quote that claims a TD body")
            .forge(|f| f.quote.body_type = Some(3))
            .refused(Code::DcapQuoteTee, "quote.body.type"),
        quote("v5-size-minus-1", "tdx5-15", "a body size one too small")
            .source("dcap-qvl before 0.5.2")
            .forge(|f| f.quote.body_size = Some(647))
            .refused(Code::DcapQuoteLayout, "quote.body.size"),
        quote("v5-size-of-another-type", "tdx5-15", "a TDX 1.0 body of 648 bytes")
            .forge(|f| f.quote.body_type = Some(2))
            .refused(Code::DcapQuoteLayout, "quote.body.size"),
        quote("v5-size-huge", "tdx5-15", "a body size of 4 GiB")
            .forge(|f| f.quote.body_size = Some(u32::MAX))
            .refused(Code::DcapQuoteLayout, "quote.body.size"),
        quote("empty", "sgx3", "no byte at all")
            .tamper(|f| f.quote.clear())
            .refused(Code::InputTruncated, "quote.header.version"),
        quote("header-cut", "sgx3", "the header alone, without its last byte")
            .tamper(|f| f.quote.truncate(47))
            .refused(Code::InputTruncated, "quote.header.user_data"),
        quote("cut-100", "tdx4", "the last 100 bytes are missing")
            .tamper(|f| f.quote.truncate(f.quote.len() - 100))
            .refused(Code::InputTruncated, "quote.auth_data"),
        quote("auth-len-plus-1", "tdx4", "the authentication data ends one byte after the quote")
            .tamper(|f| {
                let at = 48 + 584;
                f.quote[at] += 1;
            })
            .refused(Code::InputTruncated, "quote.auth_data"),
        quote("auth-len-0", "sgx3", "no authentication data")
            .forge(|f| f.quote.auth_len = Some(0))
            .refused(Code::InputTruncated, "quote.auth_data.signature"),
        quote("auth-len-huge", "sgx3", "authentication data of 4 GiB")
            .forge(|f| f.quote.auth_len = Some(u32::MAX))
            .refused(Code::InputTruncated, "quote.auth_data"),
        quote("outer-type-5", "tdx4", "version 4 without the nesting of type 6")
            .forge(|f| f.quote.outer_type = 5)
            .refused(Code::DcapQuoteLayout, "quote.auth_data.certification_type"),
        quote("outer-size-minus-1", "tdx4", "type 6 ends one byte before what it holds")
            .forge(|f| {
                let chain = f.chain(&f.chains.pck);
                f.quote.outer_size = Some((384 + 64 + 2 + 32 + 6 + chain.len() - 1) as u32);
            })
            .refused(Code::InputTruncated, "quote.auth_data.certification_data"),
        quote("inner-type-6", "tdx4", "type 6 inside type 6")
            .forge(|f| f.quote.certification_type = Some(6))
            .refused(Code::DcapCertificationType, "quote.auth_data.certification_type"),
        quote("inner-type-0", "sgx3", "certification type 0")
            .forge(|f| f.quote.certification_type = Some(0))
            .refused(Code::DcapCertificationType, "quote.auth_data.certification_type"),
        quote("inner-type-8", "tdx5-15", "certification type 8")
            .forge(|f| f.quote.certification_type = Some(8))
            .refused(Code::DcapCertificationType, "quote.auth_data.certification_type"),
        quote("certification-size-overrun", "sgx3", "certification data of 4 GiB")
            .forge(|f| f.quote.certification_size = Some(u32::MAX))
            .refused(Code::InputTruncated, "quote.auth_data.certification_data"),
        quote("nested-trailing-1", "tdx4", "one byte after the certification data, inside type 6")
            .forge(|f| f.quote.inner_trailing = vec![0])
            .refused(Code::InputTrailingData, "quote.auth_data.certification_data"),
        quote("qe-auth-len-overrun", "sgx3", "authentication data of the QE longer than the quote")
            .forge(|f| f.quote.qe_auth_len = Some(u16::MAX))
            .refused(Code::InputTruncated, "quote.auth_data.qe_auth_data"),
        quote("ppid-short", "sgx3", "a PPID of another size is not read, like every PPID")
            .forge(|f| {
                f.chains.pck_beside = true;
                f.quote.certification = Certification::Raw(1, vec![7; 35]);
            })
            .accepted(),
        quote("ppid-long", "sgx3", "an encrypted PPID of another size is not read")
            .forge(|f| {
                f.chains.pck_beside = true;
                f.quote.certification = Certification::Raw(3, vec![7; 405]);
            })
            .accepted(),
        quote("too-large", "sgx3", "a quote of more than 128 KiB")
            .forge(|f| f.quote.trailing = vec![0; 131_072])
            .refused(Code::LimitSize, "quote"),
        quote("certification-too-large", "sgx3", "certification data of more than 32 KiB")
            .forge(|f| f.quote.certification_tail = vec![0; 32_768])
            .refused(Code::LimitSize, "quote.auth_data.certification_data"),
        quote("attestation-key-zero", "tdx4", "the attestation key is the point at infinity, or none")
            .forge(|f| f.quote.attestation_public = Some([0; 64]))
            .refused(Code::DcapAttestationKey, "quote.auth_data.attestation_key"),
        quote("attestation-key-off-curve", "sgx3", "the attestation key is not on the curve, and bound so")
            .forge(|f| {
                let mut public = f.quote.attestation_key.public();
                public[63] ^= 1;
                f.quote.attestation_public = Some(public);
            })
            .refused(Code::DcapAttestationKey, "quote.auth_data.attestation_key"),
        // What real quotes do and must stay accepted.
        quote("nested-trailing-1-v3", "sgx3", "version 3: a byte after the certification data is not read")
            .forge(|f| f.quote.inner_trailing = vec![0])
            .accepted(),
        quote("qe-auth-0", "sgx3", "no authentication data of the QE")
            .forge(|f| f.quote.qe_auth_data.clear())
            .accepted(),
        quote("qe-auth-64", "tdx4", "64 bytes of authentication data of the QE")
            .forge(|f| f.quote.qe_auth_data = vec![0x64; 64])
            .accepted(),
        quote("trailing-1", "tdx4", "one byte after the quote is not part of it")
            .forge(|f| f.quote.trailing = vec![1])
            .accepted(),
        quote("trailing-4096", "sgx3", "padding after the quote is not part of it")
            .forge(|f| f.quote.trailing = vec![0; 4096])
            .accepted(),
        quote("nul-tail", "sgx3", "the PEM chain ends with NUL")
            .forge(|f| f.quote.certification_tail = vec![0])
            .accepted(),
        quote("header-svns", "sgx3", "QE and PCE SVN of the header say nothing that counts")
            .forge(|f| f.quote.header_svns = [0, 0])
            .accepted(),
        quote("type-7", "sgx3", "a platform manifest certifies nothing that can be verified")
            .forge(|f| {
                f.chains.pck_beside = true;
                f.quote.certification = Certification::PlatformManifest;
            })
            .refused(Code::DcapCertificationType, "quote.auth_data.certification_type"),
    ];
    for (number, certification) in [
        (1, Certification::PpidClear),
        (2, Certification::PpidRsa2048),
        (3, Certification::PpidRsa3072),
        (4, Certification::PckLeaf),
    ] {
        for base in ["sgx3", "tdx4"] {
            let set = |f: &mut Forge, beside: bool| {
                f.quote.certification = certification.clone();
                f.chains.pck_beside = beside;
            };
            all.push(
                quote(&format!("type-{number}-{base}-beside"), base, "the chain comes with the collateral")
                    .forge(|f| set(f, true))
                    .accepted(),
            );
            all.push(
                quote(&format!("type-{number}-{base}-alone"), base, "no chain at all")
                    .forge(|f| set(f, false))
                    .refused(Code::DcapCertificationType, "quote.auth_data.certification_type"),
            );
        }
    }
    all
}
