//! The rules of an NVIDIA verification, in the order in which they are applied.
//!
//! Sections are those of DMTF DSP0274 1.1 (SPDM), of RFC 5280, of the TCG's DICE Attestation Architecture and
//! Reference Integrity Manifest Information Model, and of the W3C's XML Signature. What NVIDIA itself has
//! documented is its open verifiers.

use crate::check::Rule;

macro_rules! rules {
    ($( $name:ident = $id:literal, $title:literal, $spec:literal; )+) => {
        $( pub(crate) const $name: &Rule = &Rule { id: $id, title: $title, spec: $spec }; )+

        /// Every rule of this module, for documentation.
        pub const RULES: &[&Rule] = &[ $( $name, )+ ];
    };
}

rules! {
    REPORT_LAYOUT = "nvidia.report.layout", "the report is one signed answer to one request, whole and well-formed",
        "DSP0274 1.1, 10.11";
    ARCH = "nvidia.arch", "certificates, report and announcement are of one kind of device",
        "NVIDIA device identity certificates";
    CHAIN = "nvidia.chain", "five certificates lead from the attestation key to the trusted root", "RFC 5280, 6.1";
    REPORT_SIGNATURE = "nvidia.report.signature", "the attestation key signed the report as it arrived",
        "DSP0274 1.1, 10.11.1";
    NONCE = "nvidia.nonce", "the report answers this challenge", "DSP0274 1.1, 10.11";
    OPAQUE = "nvidia.opaque", "the device's own statements are complete and readable",
        "NVIDIA attestation report, opaque data";
    FWID = "nvidia.fwid", "the firmware is the one that the attestation key was certified for",
        "TCG DICE Attestation Architecture 1.1, 6";
    ADVISORY = "nvidia.advisory", "what stands beside the evidence is what the device signed",
        "NVIDIA attestation report, opaque data";
}
