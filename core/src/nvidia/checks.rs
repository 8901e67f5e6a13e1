//! The rules of an NVIDIA verification, in the order in which they are applied.
//!
//! Sections are those of DMTF DSP0274 1.1 (SPDM), of RFC 5280, of the TCG's DICE Attestation Architecture and
//! Reference Integrity Manifest Information Model, and of the W3C's XML Signature. What NVIDIA itself has
//! documented is its open verifiers.

use crate::check::rules;

rules! {
    /// Every rule of this module, for documentation.
    pub RULES of pub(crate) rules;

    REPORT_LAYOUT = "nvidia.report.layout", "the report is one signed answer to one request, whole and well-formed",
        "DSP0274 1.1, 10.11";
    ARCH = "nvidia.arch", "certificates, report and announcement are of one kind of device",
        "NVIDIA device identity certificates";
    CHAIN = "nvidia.chain", "five certificates lead from the attestation key to the trusted root", "RFC 5280, 6.1";
    REVOCATION = "nvidia.revocation", "no certificate of the device is revoked, as far as lists and answers were given",
        "RFC 5280, 6.3; RFC 6960";
    REPORT_SIGNATURE = "nvidia.report.signature", "the attestation key signed the report as it arrived",
        "DSP0274 1.1, 10.11.1";
    NONCE = "nvidia.nonce", "the report answers this challenge", "DSP0274 1.1, 10.11";
    OPAQUE = "nvidia.opaque", "the device's own statements are complete and readable",
        "NVIDIA attestation report, opaque data";
    FWID = "nvidia.fwid", "the firmware is the one that the attestation key was certified for",
        "TCG DICE Attestation Architecture 1.1, 6";
    ADVISORY = "nvidia.advisory", "what stands beside the evidence is what the device signed",
        "NVIDIA attestation report, opaque data";
    RIM_FORM = "nvidia.rim.form", "the manifest is of the one form of XML and XML Signature that is known",
        "XML 1.0; XML Signature 1.1";
    RIM_CHAIN = "nvidia.rim.chain", "four certificates lead from the manifest's signer to the trusted root",
        "RFC 5280, 6.1";
    RIM_REVOCATION = "nvidia.rim.revocation",
        "no certificate of the manifest's signer is revoked, as far as lists and answers were given",
        "RFC 5280, 6.3; RFC 6960";
    RIM_SIGNATURE = "nvidia.rim.signature", "the certified signer signed the manifest", "XML Signature 1.1, 3.2.2";
    RIM_DIGEST = "nvidia.rim.digest", "the whole manifest is what the signature speaks of",
        "XML Signature 1.1, 3.2.1; Canonical XML 1.1";
    RIM_CONTENT = "nvidia.rim.content", "the manifest states product, version and measurements",
        "TCG RIM Information Model 1.01";
    RIM_ID = "nvidia.rim.id", "the manifest is the one of the name under which it was given",
        "NVIDIA RIM service";
    RIM_MATCH = "nvidia.rim.match", "the manifest is for this device's product and version",
        "NVIDIA RIM service";
    RIM_CONFLICT = "nvidia.rim.conflict", "no measurement is in force in two manifests",
        "NVIDIA attestation verifiers";
    MEASUREMENTS = "nvidia.measurements", "every measurement in force is one of its reference values",
        "NVIDIA attestation verifiers";
    DISTINCT = "nvidia.devices.distinct", "every device has its own key and serial number",
        "NVIDIA device identity certificates";
    MODE = "nvidia.devices.mode", "all GPUs state one mode of confidential computing",
        "NVIDIA attestation report, opaque data";
    TOPOLOGY = "nvidia.topology", "eight GPUs and four switches name each other and nobody else",
        "NVIDIA protected PCIe verifier";
}
