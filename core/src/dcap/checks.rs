//! The rules that a DCAP verification applies, in the order in which it applies them.
//!
//! Sections are those of Intel's "SGX Data Center Attestation Primitives" and "TDX Quote" documents, of
//! the provisioning certification service's API, and of RFC 5280.

use crate::check::rules;

rules! {
    /// Every rule of this module, for documentation.
    pub RULES of pub(crate) rules;

    QUOTE_LAYOUT = "dcap.quote.layout", "the quote is well-formed",
        "Intel TDX DCAP Quoting Library API, A.3 and A.4";
    CRL_ISSUER_CHAIN = "dcap.pck_crl.issuer_chain", "the PCK authority is certified by the trusted root",
        "RFC 5280, 6.1";
    ROOT_CRL = "dcap.root_crl", "the root's revocation list is signed and in force", "RFC 5280, 6.3";
    CA_REVOCATION = "dcap.pck_crl.issuer_revocation", "the PCK authority is not revoked", "RFC 5280, 6.3";
    PCK_CRL = "dcap.pck_crl", "the PCK authority's revocation list is signed and in force", "RFC 5280, 6.3";
    TCB_SIGNER = "dcap.tcb_info.issuer_chain",
        "the TCB-signing certificate is issued by the trusted root and not revoked", "RFC 5280, 6.1 and 6.3";
    TCB_INFO_SIGNATURE = "dcap.tcb_info.signature", "the TCB info is signed",
        "Intel SGX and TDX PCS API, Get TCB Info";
    TCB_INFO_LAYOUT = "dcap.tcb_info.layout", "the TCB info is well-formed",
        "Intel SGX and TDX PCS API, TCB info structure";
    TCB_INFO_WINDOW = "dcap.tcb_info.window", "the TCB info is in force",
        "Intel SGX and TDX PCS API, TCB info structure";
    IDENTITY_SIGNER = "dcap.qe_identity.issuer_chain",
        "the identity's signer is issued by the trusted root and not revoked", "RFC 5280, 6.1 and 6.3";
    IDENTITY_SIGNATURE = "dcap.qe_identity.signature", "the quoting enclave's identity is signed",
        "Intel SGX and TDX PCS API, Get Enclave Identity";
    IDENTITY_LAYOUT = "dcap.qe_identity.layout", "the quoting enclave's identity is well-formed",
        "Intel SGX and TDX PCS API, enclave identity structure";
    IDENTITY_WINDOW = "dcap.qe_identity.window", "the quoting enclave's identity is in force",
        "Intel SGX and TDX PCS API, enclave identity structure";
    COLLATERAL_AGE = "dcap.collateral.age", "the collateral is no older than the caller allows",
        "veriquote, docs/policy.md";
    COLLATERAL_IN_FORCE = "dcap.collateral.in_force", "every part of the collateral is in force at this time",
        "RFC 5280, 6.1.3; Intel SGX and TDX PCS API";
    CERTIFICATION = "dcap.certification_data", "the quoting enclave's certification can be verified",
        "Intel TDX DCAP Quoting Library API, A.4";
    PCK_CHAIN = "dcap.pck.chain", "the PCK certificate chains to the trusted root", "RFC 5280, 6.1";
    PCK_REVOCATION = "dcap.pck.revocation", "the PCK certificate is not revoked", "RFC 5280, 6.3";
    PCK_EXTENSION = "dcap.pck.extension", "the PCK certificate names its platform",
        "Intel SGX PCK Certificate and CRL Profile, 1.3.5";
    COLLATERAL_KIND = "dcap.collateral.kind", "the collateral is for this TEE",
        "Intel SGX and TDX PCS API, TCB info structure";
    FMSPC = "dcap.fmspc", "the TCB info is for this platform family",
        "Intel SGX and TDX PCS API, TCB info structure";
    PCE_ID = "dcap.pce_id", "the TCB info is for this provisioning enclave",
        "Intel SGX and TDX PCS API, TCB info structure";
    QE_REPORT_SIGNATURE = "dcap.qe_report.signature", "the PCK key signed the quoting enclave's report",
        "Intel TDX DCAP Quoting Library API, A.4";
    QE_REPORT_DATA = "dcap.qe_report.report_data",
        "the quoting enclave vouches for the attestation key", "Intel TDX DCAP Quoting Library API, A.4";
    QE_IDENTITY = "dcap.qe_identity.match", "the quoting enclave is Intel's",
        "Intel SGX and TDX PCS API, enclave identity structure";
    QUOTE_SIGNATURE = "dcap.quote.signature", "the attestation key signed the quote",
        "Intel TDX DCAP Quoting Library API, A.4";
    TDX_MODULE = "dcap.tdx_module", "the TDX module is one that the TCB info describes",
        "Intel SGX and TDX PCS API, TCB info structure";
    TCB_LEVEL = "dcap.tcb.level", "the platform reaches a TCB level",
        "Intel SGX and TDX PCS API, 4.1.2.5 TCB evaluation";
    EVALUATION_NUMBERS = "dcap.tcb_evaluation_data_numbers", "the list of TCB recoveries is signed",
        "Intel SGX and TDX PCS API, Get TCB evaluation data numbers";
    QVE_REPORT_DATA = "dcap.qve.report_data", "the report binds this nonce, quote and result",
        "Intel SGX DCAP, quote verification enclave";
    QVE_IDENTITY_SIGNATURE = "dcap.qve_identity.signature",
        "the quote verification enclave's identity is signed", "Intel SGX and TDX PCS API, Get Enclave Identity";
    QVE_IDENTITY = "dcap.qve_identity.match", "the quote verification enclave is Intel's",
        "Intel SGX and TDX PCS API, enclave identity structure";
    QVE_LEVEL = "dcap.qve.isv_svn", "the quote verification enclave is new enough",
        "Intel SGX and TDX PCS API, enclave identity structure";
    QVE_MAC = "dcap.qve.mac", "the report's MAC was made on this platform",
        "Intel SDM, EREPORT and EGETKEY";
}
