//! The rules of a TPM verification, in the order in which they are applied.
//!
//! Sections are those of the TPM 2.0 Library specification, of the TCG profiles for credentials, and of
//! RFC 5280.

use crate::check::{Rule, rules};

/// The rules of parsing an attestation with its signature.
pub(super) const PARSED: [&Rule; 4] = [ATTEST_LAYOUT, ATTEST_MAGIC, ATTEST_TYPE, SIGNATURE_LAYOUT];

rules! {
    /// Every rule of this module, for documentation.
    pub RULES of pub rules;

    ATTEST_LAYOUT = "tpm.attest.layout", "the attestation is well-formed and complete",
        "TPM 2.0 Part 2, 10.12";
    ATTEST_MAGIC = "tpm.attest.magic", "the TPM vouches for the content: TPM_GENERATED_VALUE",
        "TPM 2.0 Part 2, 10.12.12";
    ATTEST_TYPE = "tpm.attest.type", "the attestation is of the type that is asked for",
        "TPM 2.0 Part 2, 10.12.12";
    SIGNATURE_LAYOUT = "tpm.signature.layout",
        "the signature is well-formed and complete, by an algorithm that one key alone can use",
        "TPM 2.0 Part 2, 11.3";
    AK_LAYOUT = "tpm.ak.layout", "what is given of the attestation key is well-formed and complete",
        "TPM 2.0 Part 2, 12.2; Part 3, 18.2 and 18.3";
    EK_LAYOUT = "tpm.ek.layout", "what is given of the endorsement key is well-formed and complete",
        "TPM 2.0 Part 2, 12.2";
    EK_CERTIFICATE = "tpm.ek.certificate", "the endorsement key's certificate is read, whatever surrounds it",
        "TCG PC Client TPM Profile, 3.6; TCG EK Credential Profile 2.5, 2.2.1";
    EK_CHAIN = "tpm.ek.chain", "the endorsement key's certificate chains to a trusted root", "RFC 5280, 6.1";
    EK_PURPOSE = "tpm.ek.purpose", "the certificate is for an endorsement key",
        "TCG EK Credential Profile 2.5, 3.2";
    EK_KEY = "tpm.ek.key", "the endorsement key is the certificate's and fit for its use",
        "TCG EK Credential Profile 2.5, B.3";
    CREDENTIAL = "tpm.credential.answer", "the TPM of the endorsement key holds the attestation key",
        "TPM 2.0 Part 1, 24";
    AK_CHAIN = "tpm.ak.chain", "the attestation key's certificate chains to a trusted root", "RFC 5280, 6.1";
    AK_PURPOSE = "tpm.ak.purpose", "the certificate is for an attestation key",
        "TCG Credential Profiles, AK certificate";
    CERTIFY_SIGNATURE = "tpm.certify.signature", "a trusted key certified the attestation key",
        "TPM 2.0 Part 3, 18.2 and 18.3";
    CERTIFY_NAME = "tpm.certify.name", "the certified Name is that of the attestation key",
        "TPM 2.0 Part 3, 18.2 and 18.3";
    CREATION_HASH = "tpm.creation.hash", "the creation data are those that the TPM attests",
        "TPM 2.0 Part 3, 18.3";
    HCL_BINDING = "tpm.hcl.binding", "the hardware report binds the attestation key",
        "Azure confidential VM guest attestation, HCL report";
    AK_TRUST = "tpm.ak.trust", "the attestation key is trusted by one explicit route",
        "TCG Trusted Attestation Protocol, 5";
    AK_KEY = "tpm.ak.key", "the attestation key is long enough, well-formed and not weak",
        "NIST SP 800-131A; CVE-2017-15361";
    AK_ATTRIBUTES = "tpm.ak.attributes",
        "the attestation key is restricted to signing, fixed to its TPM and made there",
        "TPM 2.0 Part 2, 8.3; Part 1, 23.3";
    AK_NAME_ALGORITHM = "tpm.ak.name_algorithm", "the attestation key's Name is a SHA-256 digest or better",
        "TPM 2.0 Part 1, 16";
    AK_SCHEME = "tpm.ak.scheme", "the attestation key is bound to one signing scheme",
        "TPM 2.0 Part 2, 12.2.3";
    SIGNATURE_SCHEME = "tpm.signature.scheme", "the signature's scheme and hash are the key's",
        "TPM 2.0 Part 2, 11.3";
    SIGNATURE_HASH = "tpm.signature.hash", "the signature is over a digest that resists collisions",
        "NIST SP 800-131A";
    QUOTE_SIGNATURE = "tpm.quote.signature", "the attestation key signed the quote",
        "TPM 2.0 Part 3, 18.4";
    NONCE = "tpm.nonce", "the quote answers this challenge", "TPM 2.0 Part 3, 18.4";
    PCR_SELECTION = "tpm.pcr.selection", "every bank is selected once and can be computed",
        "TPM 2.0 Part 2, 10.9.7";
    QUALIFIED_SIGNER = "tpm.qualified_signer", "the quote names this key under its known parent",
        "TPM 2.0 Part 1, 16";
    CLOCK = "tpm.clock", "the TPM's clock and counters did not go back since the last time",
        "TPM 2.0 Part 1, 36";
    PCR_VALUES = "tpm.pcr.values", "a value is given for every register that the quote covers",
        "TPM 2.0 Part 2, 10.12.1";
    PCR_DIGEST = "tpm.pcr.digest", "the values are those that were quoted", "TPM 2.0 Part 2, 10.12.1";
}
