//! Every bound on input, with where its number comes from.

/// A quote. Intel's own library refuses nothing by size; the largest published real quote is 8000
/// bytes (zero padded). QE authentication data may have 65,535 bytes, which this leaves room for.
pub const QUOTE_BYTES: usize = 128 * 1024;

/// Certification data inside a quote: three PEM certificates are under 4 KiB in every published quote.
pub const CERTIFICATION_DATA_BYTES: usize = 32 * 1024;

/// One certificate: Intel's are under 1.3 KiB; a TPM's endorsement certificates reach 4 KiB.
pub const CERTIFICATE_BYTES: usize = 16 * 1024;

/// Certificates in one PEM text: Intel's chains have two or three, a device chain up to six.
pub const CERTIFICATES: usize = 8;

/// Extensions of one certificate or list: Intel's PCK certificates have six, a TPM's up to twelve.
pub const EXTENSIONS: usize = 32;

/// Extensions of one entry of a revocation list: RFC 5280 defines three.
pub const CRL_ENTRY_EXTENSIONS: usize = 4;

/// A revocation list. Intel's largest published one has 57 entries; this leaves room for 100,000.
pub const CRL_BYTES: usize = 8 * 1024 * 1024;

/// Signed collateral JSON: Intel's largest published TCB info is under 32 KiB.
pub const COLLATERAL_JSON_BYTES: usize = 512 * 1024;

/// Nesting of JSON: Intel's library refuses more than 32 since 2026.
pub const JSON_DEPTH: usize = 32;

/// Members and items in one JSON text, all levels together.
pub const JSON_NODES: usize = 65_536;

/// TCB levels in one document: Intel's longest published list has under 30.
pub const TCB_LEVELS: usize = 256;

/// Advisory ids on one TCB level: Intel's longest published list has under 40.
pub const ADVISORIES: usize = 256;

/// TDX module identities in one TCB info: Intel's published lists have up to three.
pub const TDX_MODULES: usize = 64;

/// An event log: firmware reserves 64 KiB to 1 MiB for it.
pub const EVENT_LOG_BYTES: usize = 4 * 1024 * 1024;

/// Events in one log: a measured boot has under 300.
pub const EVENT_LOG_EVENTS: usize = 32_768;

/// An IMA list: a million entries have under 200 MiB.
pub const IMA_LIST_BYTES: usize = 512 * 1024 * 1024;

/// Keys that a list may teach: a kernel loads a few into its `.ima` keyring.
pub const IMA_KEYS: usize = 64;

/// Bytes of a continuation token: a few keys and digests.
pub const IMA_TOKEN_BYTES: usize = 256 * 1024;

/// Digest algorithms in one log: the TCG registry has fewer than 16 hash algorithms.
pub const EVENT_LOG_ALGORITHMS: usize = 16;

/// A policy document.
pub const POLICY_BYTES: usize = 1024 * 1024;

/// Bits of an RSA modulus: NIST SP 800-131A disallows fewer than 2048; 8192 is what common libraries
/// stop at, since time grows with the square.
pub const RSA_MODULUS_BITS: core::ops::RangeInclusive<usize> = 2048..=8192;

/// The largest RSA public exponent, 33 bits: common libraries stop there, since time grows with it.
pub const RSA_EXPONENT_MAX: u64 = (1 << 33) - 1;

/// A TPM structure: the largest, a public area with an RSA-4096 key, has under 1 KiB; a creation record
/// with every bank and a long label stays under 4 KiB.
pub const TPM_STRUCTURE_BYTES: usize = 16 * 1024;

/// Banks in one PCR selection: `TPML_PCR_SELECTION` of the TPM 2.0 Library, Part 2, 10.9.7 holds 16.
pub const TPM_PCR_BANKS: usize = 16;

/// A file of PCR values: the one of tpm2-tools for 16 banks of 24 registers has under 64 KiB.
pub const TPM_PCR_FILE_BYTES: usize = 256 * 1024;
