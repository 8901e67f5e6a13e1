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

/// Events of one register that are edited one by one to explain its value: a machine's have under 200.
/// Every edit costs a replay of the rest, so that the work grows with the square: some 130,000 hashes.
pub const EXPLAIN_EVENTS: usize = 256;

/// Registers of one log that are explained: what went wrong first explains what follows.
pub const EXPLAIN_REGISTERS: usize = 4;

/// An IMA list: a million entries have under 200 MiB.
pub const IMA_LIST_BYTES: usize = 512 * 1024 * 1024;

/// Keys that a list may teach: a kernel loads a few into its `.ima` keyring.
pub const IMA_KEYS: usize = 64;

/// Bytes of a continuation token: a few keys and digests.
pub const IMA_TOKEN_BYTES: usize = 256 * 1024;

/// Digest algorithms in one log: the TCG registry has fewer than 16 hash algorithms.
pub const EVENT_LOG_ALGORITHMS: usize = 16;

/// Submodules inside submodules of a token: real ones have one level.
pub const TOKEN_SUBMODULE_DEPTH: usize = 4;

/// Environments of one token: the largest NVIDIA systems have 8 GPUs and 4 switches.
pub const TOKEN_ENVIRONMENTS: usize = 64;

/// A dotted path to a claim: the longest of real tokens has under 200 bytes.
pub const TOKEN_PATH_BYTES: usize = 512;

/// Members of one object of claims that a reader looks into: the largest real ones have under 200.
pub const TOKEN_MEMBERS: usize = 2048;

/// Seconds by which the clocks of issuer and relying party may be said to differ.
pub const JWT_LEEWAY_SECONDS: u32 = 300;

/// Text of one token's payload: real ones with an event log have under 55,000 characters.
pub const TOKEN_PAYLOAD_BYTES: usize = 512 * 1024;

/// Data that report data may bind.
pub const BOUND_DATA_BYTES: usize = 1024 * 1024;

/// A policy document.
pub const POLICY_BYTES: usize = 1024 * 1024;

/// Bits of an RSA modulus: NIST SP 800-131A disallows fewer than 2048; 8192 is what common libraries
/// stop at, since time grows with the square.
pub const RSA_MODULUS_BITS: core::ops::RangeInclusive<usize> = 2048..=8192;

/// The largest RSA public exponent, 33 bits: common libraries stop there, since time grows with it.
pub const RSA_EXPONENT_MAX: u64 = (1 << 33) - 1;

/// A compact token: the largest published real ones (a TDX quote and its event log inside) have 54 KiB.
pub const JWT_BYTES: usize = 256 * 1024;

/// The header of a token, encoded: real ones with a key and a certificate chain have under 8 KiB.
pub const JWT_HEADER_BYTES: usize = 64 * 1024;

/// `kid`, `typ`, `cty` or `alg` of a header: the longest real `kid` has 96 characters.
pub const JWT_HEADER_TEXT_BYTES: usize = 1024;

/// A JWK set: NVIDIA's attestation service serves up to 91 KiB.
pub const JWKS_BYTES: usize = 1024 * 1024;

/// Keys in one set: NVIDIA's attestation service serves up to 36.
pub const JWKS_KEYS: usize = 256;

/// Characters of one number or name in a key: an RSA modulus of 8192 bits has 1366.
pub const JWK_NUMBER_CHARS: usize = 2048;

/// Operations that `key_ops` may name: RFC 7517 defines eight.
pub const JWK_KEY_OPS: usize = 16;

/// Values in an array of `aud` or `eat_nonce`: real tokens have up to six.
pub const JWT_VALUES: usize = 64;

/// A TPM structure: the largest, a public area with an RSA-4096 key, has under 1 KiB; a creation record
/// with every bank and a long label stays under 4 KiB.
pub const TPM_STRUCTURE_BYTES: usize = 16 * 1024;

/// Banks in one PCR selection: `TPML_PCR_SELECTION` of the TPM 2.0 Library, Part 2, 10.9.7 holds 16.
pub const TPM_PCR_BANKS: usize = 16;

/// A file of PCR values: the one of tpm2-tools for 16 banks of 24 registers has under 64 KiB.
pub const TPM_PCR_FILE_BYTES: usize = 256 * 1024;

/// An NVIDIA attestation report: real ones have 2168 to 4274 bytes; opaque data of its own length field
/// could reach 64 KiB.
pub const NVIDIA_REPORT_BYTES: usize = 64 * 1024;

/// The certificate chain of an NVIDIA device, as PEM: real ones have five certificates in under 5 KiB.
pub const NVIDIA_CHAIN_BYTES: usize = 16 * 1024;

/// Fields of the opaque data of one report: `NVIDIA` defines 36 types, a real report has up to 18.
pub const NVIDIA_OPAQUE_FIELDS: usize = 64;

/// A reference integrity manifest: real ones have 18 to 26 KiB.
pub const NVIDIA_RIM_BYTES: usize = 256 * 1024;

/// Elements inside elements of a manifest: real ones have six, down to a transform of the signature.
pub const NVIDIA_RIM_DEPTH: usize = 6;

/// Name of a namespace in a manifest: the longest real one has 98 bytes. Every element and attribute in its
/// scope keeps it, so that a long one would be multiplied by many.
pub const NVIDIA_RIM_NAMESPACE_BYTES: usize = 256;

/// Measurements in one manifest: a GPU has 64 blocks.
pub const NVIDIA_RIM_MEASUREMENTS: usize = 64;

/// Values that one measurement may have: real manifests give up to four.
pub const NVIDIA_RIM_ALTERNATIVES: usize = 64;

/// Manifests in one verification: eight GPUs of several firmware versions and their switches need under ten.
pub const NVIDIA_RIMS: usize = 64;

/// Devices in one verification: the largest systems have eight GPUs and four switches.
pub const NVIDIA_DEVICES: usize = 32;

/// An OCSP response: NVIDIA's, with the responder's certificate, have under 2 KiB.
pub const OCSP_BYTES: usize = 16 * 1024;

/// Answers in one OCSP response: NVIDIA's have one.
pub const OCSP_ANSWERS: usize = 16;

/// Different lists, and as many different OCSP responses, that speak of one certificate: the present ones, and
/// those that they replace.
pub const REVOCATIONS_OF_CERTIFICATE: usize = 4;

/// Lists and OCSP responses in one verification of NVIDIA devices: eight GPUs with two manifests have under
/// 50 certificates that can be asked for.
pub const NVIDIA_REVOCATIONS: usize = 256;

/// Evidence of several NVIDIA devices as JSON: eight GPUs and four switches have under 150 KiB.
pub const NVIDIA_EVIDENCE_BYTES: usize = 4 * 1024 * 1024;
