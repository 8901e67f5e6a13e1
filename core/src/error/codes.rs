//! The one table of error codes.
//!
//! `docs/errors.md`, the TypeScript union and the Python classes are generated from it.

use core::fmt;

use super::Kind;

macro_rules! codes {
    ($( $variant:ident = $text:literal, $kind:ident, $means:literal, $help:literal; )+) => {
        /// Every way a verification can fail. `Display` gives the stable dotted code.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $( #[doc = concat!("`", $text, "`: ", $means)] $variant, )+
        }

        impl Code {
            /// Every code, in the order of the table.
            pub const ALL: &'static [Self] = &[ $( Self::$variant, )+ ];

            /// The stable dotted code.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $( Self::$variant => $text, )+ }
            }

            /// What the caller can do.
            #[must_use]
            pub const fn kind(self) -> Kind {
                match self { $( Self::$variant => Kind::$kind, )+ }
            }

            /// What happened, for people.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self { $( Self::$variant => $means, )+ }
            }

            /// What to do next, for people.
            #[must_use]
            pub const fn help(self) -> &'static str {
                match self { $( Self::$variant => $help, )+ }
            }
        }
    };
}

codes! {
    // Any input.
    InputTruncated = "input.truncated", Malformed,
        "the input ends before a field that it must hold",
        "check that the whole file was read, and that it is the kind of evidence you named";
    InputTrailingData = "input.trailing_data", Malformed,
        "bytes are left over after the last field",
        "pass the object alone, without what follows it";
    InputEncoding = "input.encoding", Malformed,
        "text is not valid hex, base64, PEM or UTF-8",
        "pass the bytes as they were issued; look at the offset for the first bad character";
    JsonSyntax = "json.syntax", Malformed,
        "the text is not strict JSON",
        "pass the JSON exactly as it was served; comments, trailing commas and text after the end are refused";
    JsonDuplicateKey = "json.duplicate_key", Malformed,
        "an object names a member twice, so two readers could understand it differently",
        "refuse the document: no honest issuer writes one";
    JsonWhitespace = "json.whitespace", Malformed,
        "signed JSON holds insignificant white space, so readers disagree on what was signed",
        "pass the body exactly as the issuer serves it; do not pretty-print signed JSON";
    // X.509 and CRLs.
    X509Der = "x509.der", Malformed,
        "a certificate is not the DER that RFC 5280 asks for",
        "pass the certificates as issued, PEM or DER";
    X509Chain = "x509.chain", Untrusted,
        "the certificates do not form the one chain that is asked for",
        "pass the certificates of one hierarchy as its issuer gives them, and no others";
    X509Signature = "x509.signature", Untrusted,
        "a certificate is not signed by the issuer it names",
        "refuse the evidence: the chain was altered or made up";
    X509Anchor = "x509.anchor", Untrusted,
        "the chain does not end at a trusted root key",
        "refuse, or pass your own root if this hierarchy is yours";
    X509Extension = "x509.extension", Untrusted,
        "a certificate lacks or breaks an extension that its role requires",
        "refuse the evidence: this certificate may not play this role";
    X509Algorithm = "x509.algorithm", Unsupported,
        "a certificate or CRL uses a key or signature algorithm that its hierarchy never uses",
        "refuse, or check for a newer release";
    X509Expired = "x509.expired", Stale,
        "a certificate is past its last day at the verification time",
        "fetch the chain afresh; to look at the past, pass the time of that day";
    X509NotYetValid = "x509.not_yet_valid", Stale,
        "a certificate is not valid yet at the verification time",
        "check the clock, or the time that you passed";
    X509Revoked = "x509.revoked", Revoked,
        "the issuer's revocation list names a certificate of the chain",
        "refuse the evidence: the platform or signer has lost its issuer's trust";
    // CRLs.
    CrlDer = "crl.der", Malformed,
        "a revocation list is not the DER that RFC 5280 asks for",
        "fetch the list again and pass it unchanged: DER, hex, base64 or PEM";
    CrlIssuer = "crl.issuer", Mismatch,
        "a revocation list was issued by another authority than the chain needs",
        "fetch the list of the authority that issued this certificate; Intel has two for PCK certificates, platform and processor";
    CrlExtension = "crl.extension", Malformed,
        "a revocation list lacks a required extension or has one that changes its meaning",
        "fetch the complete list of the authority; delta and indirect lists are not used here";
    CrlSignature = "crl.signature", Untrusted,
        "a revocation list is not signed by the authority it names",
        "refuse the list and fetch it from the issuer";
    CrlStale = "crl.stale", Stale,
        "a revocation list is past its next update",
        "fetch the list afresh";
    CrlNotYetValid = "crl.not_yet_valid", Stale,
        "a revocation list was issued after the verification time",
        "check the clock, or the time that you passed";
    // OCSP.
    OcspDer = "ocsp.der", Malformed,
        "an OCSP response is not the DER that RFC 6960 asks for",
        "pass the response as the responder gave it: DER, hex, base64 or PEM";
    OcspResponder = "ocsp.responder", Untrusted,
        "the OCSP response is not signed by the certificate's issuer, or by whom that issuer named for it",
        "refuse the response";
    OcspSignature = "ocsp.signature", Untrusted,
        "the OCSP response is not signed by its responder's key",
        "refuse the response: a byte of it was changed";
    OcspStale = "ocsp.stale", Stale,
        "the OCSP response is past its next update, or names none",
        "ask the responder again";
    OcspNotYetValid = "ocsp.not_yet_valid", Stale,
        "the OCSP response was made after the verification time",
        "check the clock, or the time that you passed";
    OcspNonce = "ocsp.nonce", Mismatch,
        "the OCSP response does not carry the nonce of the request",
        "ask the responder again";
    OcspExtension = "ocsp.extension", Malformed,
        "the OCSP response has a critical extension that is not known, or one twice",
        "refuse the response";
    OcspUnknown = "ocsp.unknown", Untrusted,
        "the OCSP responder does not know the certificate",
        "refuse, unless you know why its issuer does not";
    // DCAP: the quote.
    DcapQuoteLayout = "dcap.quote.layout", Malformed,
        "a field of the quote has a size or value that its version does not allow",
        "check that the file is an unaltered Intel DCAP quote";
    DcapQuoteVersion = "dcap.quote.version", Unsupported,
        "the quote's version is not 3, 4 or 5",
        "check that the file is a DCAP quote, or for a newer release";
    DcapQuoteTee = "dcap.quote.tee", Unsupported,
        "the quote names a TEE type or body type that its version does not define",
        "check that the file is a DCAP quote, or for a newer release";
    DcapKeyType = "dcap.key_type", Unsupported,
        "the attestation key is not ECDSA-256-with-P-256",
        "use ECDSA quotes; EPID and P-384 keys are not verified";
    DcapQeVendor = "dcap.qe_vendor", Unsupported,
        "the quoting enclave is not Intel's",
        "refuse, unless you know this vendor and have your own verifier for it";
    DcapCertificationType = "dcap.certification_type", Unsupported,
        "the certification data is of a type that cannot be verified as given",
        "pass the PCK certificate chain with the collateral (pck_certificate_chain), or a quote that carries it";
    DcapAttestationKey = "dcap.attestation_key", Malformed,
        "the attestation key is not a point of P-256",
        "refuse the quote";
    // DCAP: who signed.
    DcapPckExtension = "dcap.pck.extension", Malformed,
        "the PCK certificate's SGX extension is not what Intel issues",
        "refuse the evidence, or check that the leaf is a PCK certificate";
    DcapCertificateRole = "dcap.certificate_role", Untrusted,
        "a certificate of Intel's hierarchy stands in a place that is not its own",
        "refuse: only a TCB-signing certificate signs collateral, only a PCK certificate certifies a QE";
    DcapQeReportSignature = "dcap.qe_report.signature", Untrusted,
        "the quoting enclave's report is not signed by the PCK key",
        "refuse the quote";
    DcapQeReportData = "dcap.qe_report.report_data", Untrusted,
        "the quoting enclave's report does not bind this attestation key and authentication data",
        "refuse the quote";
    DcapQuoteSignature = "dcap.quote.signature", Untrusted,
        "the quote is not signed by its attestation key",
        "refuse the quote: a byte of it was changed";
    // DCAP: collateral.
    DcapCollateralMissing = "dcap.collateral.missing", Misuse,
        "a part of the collateral that this verification needs was not given",
        "fetch the whole collateral for this platform: `veriquote collateral fetch`";
    DcapCollateralKind = "dcap.collateral.kind", Mismatch,
        "the collateral is for another TEE than the quote's",
        "fetch SGX collateral for SGX quotes and TDX collateral for TDX quotes";
    DcapCollateralAge = "dcap.collateral.age", Stale,
        "the collateral is older than the maximum age that the caller set",
        "fetch the collateral afresh";
    DcapTcbInfoLayout = "dcap.tcb_info.layout", Malformed,
        "the signed TCB info is not of a form that Intel defines",
        "fetch the TCB info again and pass it unchanged";
    DcapTcbInfoVersion = "dcap.tcb_info.version", Unsupported,
        "the TCB info's version is not 2 (SGX) or 3",
        "fetch TCB info from version 3 or 4 of the API, or check for a newer release";
    DcapTcbInfoSignature = "dcap.tcb_info.signature", Untrusted,
        "the TCB info is not signed by the TCB-signing certificate",
        "fetch the TCB info again and pass the text exactly as it was served";
    DcapTcbInfoStale = "dcap.tcb_info.stale", Stale,
        "the TCB info is past its next update",
        "fetch the TCB info afresh";
    DcapTcbInfoNotYetValid = "dcap.tcb_info.not_yet_valid", Stale,
        "the TCB info was issued after the verification time",
        "check the clock, or the time that you passed";
    DcapFmspc = "dcap.fmspc", Mismatch,
        "the TCB info is for another platform family (FMSPC) than the PCK certificate's",
        "fetch the TCB info for the FMSPC of this quote";
    DcapPceId = "dcap.pce_id", Mismatch,
        "the TCB info is for another provisioning enclave (PCE id) than the PCK certificate's",
        "fetch the TCB info for the PCE id of this quote";
    DcapIdentityLayout = "dcap.qe_identity.layout", Malformed,
        "the signed enclave identity is not of a form that Intel defines",
        "fetch the identity again and pass it unchanged";
    DcapIdentityVersion = "dcap.qe_identity.version", Unsupported,
        "the enclave identity's version is not 2",
        "fetch the identity from version 3 or 4 of the API, or check for a newer release";
    DcapIdentitySignature = "dcap.qe_identity.signature", Untrusted,
        "the enclave identity is not signed by the TCB-signing certificate",
        "fetch the identity again and pass the text exactly as it was served";
    DcapIdentityStale = "dcap.qe_identity.stale", Stale,
        "the enclave identity is past its next update",
        "fetch the identity afresh";
    DcapIdentityNotYetValid = "dcap.qe_identity.not_yet_valid", Stale,
        "the enclave identity was issued after the verification time",
        "check the clock, or the time that you passed";
    DcapIdentityMrSigner = "dcap.qe_identity.mrsigner", Mismatch,
        "the enclave was signed by another key than its identity names",
        "refuse: this is not Intel's enclave";
    DcapIdentityProduct = "dcap.qe_identity.isv_prod_id", Mismatch,
        "the enclave is another product than its identity names",
        "refuse: this is not the enclave that may play this role";
    DcapIdentityMiscSelect = "dcap.qe_identity.misc_select", Mismatch,
        "the enclave's MISCSELECT, masked, differs from its identity",
        "refuse: this is not the enclave that may play this role";
    DcapIdentityAttributes = "dcap.qe_identity.attributes", Mismatch,
        "the enclave's attributes, masked, differ from its identity",
        "refuse: this is not the enclave that may play this role";
    DcapTdxModule = "dcap.tdx_module", Mismatch,
        "the TDX module is none of those that the TCB info describes",
        "refuse, or fetch newer TCB info if the module is newer than it";
    // DCAP: TCB.
    DcapTcbRevoked = "dcap.tcb.revoked", Revoked,
        "the platform runs at a TCB level that Intel has revoked",
        "refuse: no policy accepts this level; see the shortfall for what to update";
    DcapTcbNotSupported = "dcap.tcb.not_supported", Revoked,
        "the platform is below every TCB level that the TCB info lists",
        "refuse: no policy accepts this; see the shortfall for what to update";
    // DCAP: QvE.
    DcapQveReportData = "dcap.qve.report_data", Mismatch,
        "the quote verification enclave's report does not bind this quote and this result",
        "refuse the result; verify the quote itself";
    DcapQveIsvSvn = "dcap.qve.isv_svn", Mismatch,
        "the quote verification enclave is older than its identity or the caller allows",
        "update the QvE on the verifying platform, or verify the quote itself";
    // Event logs.
    EventLogLayout = "eventlog.layout", Malformed,
        "the event log is neither a TCG2 crypto-agile log nor, of a TPM, one of the older form with SHA-1 alone",
        "pass the raw CCEL table data or the firmware's binary log";
    EventLogAlgorithm = "eventlog.algorithm", Unsupported,
        "the event log does not carry digests of the algorithm that the registers use",
        "RTMRs need SHA-384 digests in the log";
    EventLogReplay = "eventlog.replay", Mismatch,
        "replaying the event log does not give the registers of the quote",
        "refuse the log: events were added, removed or changed after they were measured";
    // Tokens.
    JwtMalformed = "jwt.malformed", Malformed,
        "the text is not a token in compact serialisation whose payload is a JSON object",
        "pass the token alone: three base64url segments with dots between them, and no line feed";
    JwtEncrypted = "jwt.encrypted", Unsupported,
        "the token is encrypted",
        "decrypt it first; only signed tokens are verified here";
    JwtHeader = "jwt.header", Malformed,
        "the token's header lacks a member or has one of the wrong type",
        "refuse the token";
    JwtUnsupported = "jwt.header.unsupported", Unsupported,
        "the token's header asks for processing that is not done here",
        "refuse the token: crit, b64, zip and nested tokens change what a signature means";
    JwtTyp = "jwt.typ", Mismatch,
        "the token is of another type than expected",
        "refuse the token, or expect the type that its issuer writes";
    JwtAlgorithm = "jwt.algorithm", Unsupported,
        "the token's algorithm is none, symmetric or unknown",
        "refuse the token; RS, PS, ES and EdDSA algorithms are verified";
    JwtAlgorithmRefused = "jwt.algorithm.refused", Mismatch,
        "the token's algorithm is not among those that the caller accepts",
        "name the algorithm that the issuer documents; an RSA key that has no `alg` needs it named";
    JwtJwks = "jwt.jwks", Malformed,
        "the text is neither a JWK set nor a JWK",
        "pass the body of the issuer's jwks_uri unchanged";
    JwtJwksDuplicateKid = "jwt.jwks.duplicate_kid", Malformed,
        "two keys of the set have the same kid, so a token could mean either",
        "pass a set in which every kid is there once";
    JwtKeySecret = "jwt.key.secret", Untrusted,
        "the set holds a private or symmetric key",
        "pass public keys only; a private key that was published is lost, and no signature of it counts";
    JwtKeyInvalid = "jwt.key.invalid", Malformed,
        "a key is malformed, weak, or of a kind that is not verified here",
        "see the part and the problem; RSA keys have 2048 to 8192 bits, EC coordinates their full width";
    JwtKeyUsage = "jwt.key.usage", Mismatch,
        "the key is not for verifying signatures, by its use or key_ops",
        "refuse the token, or pass the issuer's signing keys";
    JwtKeyUnknown = "jwt.key.unknown", Untrusted,
        "the token names a key that the set does not hold",
        "fetch the issuer's keys once more; if the key is still not there, refuse the token";
    JwtKeyAmbiguous = "jwt.key.ambiguous", Untrusted,
        "the token names no key and the set has several",
        "pass the one key that you expect; keys are not tried in turn";
    JwtKeyAlgorithm = "jwt.key.algorithm", Mismatch,
        "the key is for another algorithm than the token's",
        "refuse the token";
    JwtKeyCertificate = "jwt.key.certificate", Untrusted,
        "the key has no certificates, or the first is for another key",
        "refuse the token, or pass a set whose keys carry x5c";
    JwtSignature = "jwt.signature", Untrusted,
        "the token is not signed by the key",
        "refuse the token: it was changed, or signed by someone else";
    JwtClaimType = "jwt.claim.type", Malformed,
        "a claim has another type or form than its specification says",
        "refuse the token; times are whole seconds as JSON numbers, names are strings";
    JwtTimes = "jwt.times", Malformed,
        "the token expires before it is issued or valid",
        "refuse the token: no issuer means it";
    JwtClaimMissing = "jwt.claim.missing", Mismatch,
        "the token lacks a claim that the caller requires",
        "refuse the token, or do not require the claim";
    JwtExpired = "jwt.expired", Stale,
        "the token has expired",
        "get a fresh token; to look at the past, pass the time of that day";
    JwtNotYetValid = "jwt.not_yet_valid", Stale,
        "the token is not valid yet, or was issued in the future",
        "check the clock, or the time that you passed";
    JwtAge = "jwt.age", Stale,
        "the token was issued longer ago than the caller allows",
        "get a fresh token";
    JwtLifetime = "jwt.lifetime", Mismatch,
        "the token's lifetime is longer than the caller allows",
        "refuse the token, or allow what its issuer documents";
    JwtIssuer = "jwt.issuer", Mismatch,
        "the token's issuer is not the expected one, character for character",
        "refuse the token";
    JwtAudience = "jwt.audience", Mismatch,
        "the token is not for the expected audience",
        "refuse the token: it was made for someone else";
    JwtSubject = "jwt.subject", Mismatch,
        "the token's subject is not the expected one",
        "refuse the token";
    JwtNonce = "jwt.nonce", Mismatch,
        "the token does not carry the expected nonce",
        "refuse the token: it answers another challenge";
    JwtProfile = "jwt.profile", Mismatch,
        "the token's eat_profile is not the expected one",
        "refuse the token, or expect the profile that its issuer documents";
    // What tokens say.
    TokenDialect = "token.dialect", Unsupported,
        "the token is of none of the services whose claims are known, or its claims fit more than one",
        "name the dialect if you know it; docs/appraisal.md lists what is known";
    TokenClaim = "token.claim", Malformed,
        "a claim is absent that its service always writes, or is not of the form that it writes",
        "refuse the token: its claims cannot be understood safely";
    TokenContradiction = "token.contradiction", Mismatch,
        "two claims of one token contradict each other",
        "refuse the token: two relying parties would understand it differently";
    TokenSubmodule = "token.submodule", Untrusted,
        "a submodule is missing, is not announced, or is not the one whose digest was signed",
        "refuse the whole: pieces of several answers were put together";
    TokenFailed = "token.failed", Rejected,
        "the token is authentic, and what its verifier signed is that the evidence failed",
        "refuse: a valid signature under a failure is a failure";
    TokenSampleTee = "token.sample_tee", Rejected,
        "the token attests a sample TEE, which proves nothing",
        "refuse; in a test, ask for sample TEEs explicitly";
    TokenExpectation = "token.expectation", Rejected,
        "the token is authentic, and what it attests is not what you expect",
        "read the facts: they say what was expected and what the token states";
    // The claims of our own tokens.
    ClaimsMissing = "claims.missing", Misuse,
        "a value that the token must have is missing",
        "pass it, or choose claims that this evidence has";
    ClaimsValue = "claims.value", Misuse,
        "a value cannot stand in the claim that it is meant for",
        "see docs/appraisal.md for what each claim allows";
    ClaimsSize = "claims.size", Limit,
        "the claims are larger than the token may be, even without all that may be left out",
        "allow a longer token, or choose the compact profile";
    // TPM 2.0.
    TpmAttestLayout = "tpm.attest.layout", Malformed,
        "a field of the attestation has a size or value that TPMS_ATTEST does not allow",
        "pass the TPMS_ATTEST exactly as the TPM returned it (tpm2-tools writes it with `--message`)";
    TpmAttestMagic = "tpm.attest.magic", Malformed,
        "the attestation does not begin with TPM_GENERATED_VALUE, so no TPM vouches for its content",
        "pass the TPMS_ATTEST exactly as the TPM returned it; refuse it if this is all there is";
    TpmAttestType = "tpm.attest.type", Mismatch,
        "the attestation is genuine but of another type than the one that is asked for",
        "ask the machine for a TPM2_Quote; a signed clock or NV reading is no quote";
    TpmSignatureLayout = "tpm.signature.layout", Malformed,
        "the signature is not a TPMT_SIGNATURE",
        "pass the signature as the TPM returned it, or name its scheme if it is a plain one";
    TpmSignatureAlgorithm = "tpm.signature.algorithm", Unsupported,
        "the signature names an algorithm that does not prove which key signed",
        "use an attestation key with RSASSA, RSAPSS, ECDSA or SM2";
    TpmSignatureScheme = "tpm.signature.scheme", Mismatch,
        "the signature's scheme or hash is not the one that the attestation key is bound to",
        "refuse: a restricted key signs with its own scheme only";
    TpmSignatureSha1 = "tpm.signature.sha1", Untrusted,
        "the signature is over a SHA-1 digest, whose collisions can be made",
        "use a key with SHA-256, or name SHA-1 as acceptable if this machine has no other key";
    TpmQuoteSignature = "tpm.quote.signature", Untrusted,
        "the quote is not signed by the attestation key",
        "refuse: a byte of the quote was changed, or another key signed it";
    TpmAlgorithm = "tpm.algorithm", Unsupported,
        "a hash, curve or scheme that this release does not verify",
        "use SHA-1, SHA-2 or (with its feature) SM3 banks and the NIST curves, or check for a newer release";
    TpmPublicLayout = "tpm.public.layout", Malformed,
        "the public area is not a TPMT_PUBLIC, TPM2B_PUBLIC or key in PEM",
        "pass the public area as the TPM returned it";
    TpmKeyWeak = "tpm.key.weak", Untrusted,
        "the key is too short, badly formed or one whose private half can be computed",
        "refuse; replace the key, and for CVE-2017-15361 update the TPM's firmware first";
    TpmAkAttributes = "tpm.ak.attributes", Untrusted,
        "the key's attributes let it sign what its TPM did not make, or leave its TPM",
        "enrol a key that is restricted, signing only, fixed to its TPM and made inside it";
    TpmAkNameAlgorithm = "tpm.ak.name_algorithm", Untrusted,
        "the key's name is a digest shorter than SHA-256",
        "enrol a key whose nameAlg is SHA-256 or better";
    TpmName = "tpm.name", Mismatch,
        "the public area is not the one of the expected Name",
        "refuse, or enrol the key anew";
    TpmQualifiedSigner = "tpm.qualified_signer", Mismatch,
        "the attestation names another signer than the attestation key under its known parent",
        "refuse: it was not made by this key in this hierarchy";
    TpmNonce = "tpm.nonce", Mismatch,
        "the attestation carries another challenge than the one that was given out",
        "refuse: it is a replay or an answer to another verifier";
    TpmPcrLayout = "tpm.pcr.layout", Malformed,
        "the PCR values are not of a form that is known",
        "pass the file that `tpm2_quote --pcr` wrote, or the values by bank and index";
    TpmPcrSelection = "tpm.pcr.selection", Untrusted,
        "the quote selects a bank twice, so that values of one register could pass for another's",
        "refuse: no honest attester asks for such a quote";
    TpmPcrMissing = "tpm.pcr.missing", Mismatch,
        "no value was given for a register that the quote covers",
        "pass the values of every register and bank that the quote selects";
    TpmPcrDigest = "tpm.pcr.digest", Mismatch,
        "the PCR values are not those that were quoted",
        "read the values together with the quote; refuse if they keep differing";
    TpmCreation = "tpm.creation", Mismatch,
        "the creation data are not those that the TPM attests",
        "refuse, or pass the creation data as the TPM returned them";
    TpmCertifySignature = "tpm.certify.signature", Untrusted,
        "the certification is not signed by the trusted key",
        "refuse: a byte was changed, or another key signed it";
    TpmCredential = "tpm.credential", Mismatch,
        "the answer is not the secret that was wrapped for this endorsement key and this attestation key",
        "refuse and throw the challenge away: the two keys are not in one TPM";
    TpmEndorsementKey = "tpm.endorsement_key", Mismatch,
        "the endorsement key is not the one of its certificate, or not a restricted decryption key",
        "pass the public area of the key that the certificate is for";
    TpmHclLayout = "tpm.hcl.layout", Malformed,
        "the hardware compatibility layer's report or its runtime data are not of the known form",
        "pass the report as read from the NV index 0x01400001";
    TpmHclBinding = "tpm.hcl.binding", Mismatch,
        "the hardware report does not bind the runtime data that hold the attestation key",
        "refuse: the key is not vouched for by the hardware";
    // Measured boot: what the events of a replayed log say.
    BootEvent = "boot.event", Mismatch,
        "an event's data do not hash to its measured digest, though its type measures its own data",
        "refuse: the data were changed after they were measured, or the firmware is broken";
    BootNoAction = "boot.no_action", Mismatch,
        "an EV_NO_ACTION event looks like a measurement that no register holds",
        "refuse the log: somebody wrote an event into it that was never measured";
    BootSeparator = "boot.separator", Mismatch,
        "the separators between firmware and operating system are missing, repeated, mislabelled or say error",
        "refuse: what was measured before and after cannot be told apart";
    BootVariable = "boot.variable", Malformed,
        "a measured UEFI variable is not of the form that the specification defines",
        "refuse the log, or report the firmware";
    BootSignatureList = "boot.signature_list", Malformed,
        "a Secure Boot database is not a sequence of well-formed signature lists",
        "refuse the log, or report the firmware";
    BootSecureBoot = "boot.secure_boot", Mismatch,
        "the measured Secure Boot variables are incomplete, repeated, out of order or contradict each other",
        "refuse: the state of Secure Boot cannot be told";
    BootUnverified = "boot.unverified", Mismatch,
        "the register that would prove this was not quoted, or the log does not explain it",
        "quote PCR 7 (and 0 to 14) in the bank of the log, and pass the log of this boot";
    BootBank = "boot.bank_unmeasured", Mismatch,
        "firmware extended none of its registers in a quoted bank",
        "refuse: whoever ran later could have extended that bank with anything";
    // IMA.
    ImaLayout = "ima.layout", Malformed,
        "the IMA list is not of a form that the kernel writes",
        "pass binary_runtime_measurements or ascii_runtime_measurements unchanged";
    ImaTemplateHash = "ima.template_hash", Mismatch,
        "an entry's template hash is not the hash of its template data",
        "refuse the list: an entry was changed";
    ImaReplay = "ima.replay", Mismatch,
        "no beginning of the IMA list gives the quoted register",
        "refuse the list, or read it again after the quote was made: entries were changed, removed or reordered";
    ImaContinuation = "ima.continuation", Untrusted,
        "the continuation token was not sealed with this key, or was altered",
        "start again from the first entry";
    ImaContinuationBoot = "ima.continuation.boot", Mismatch,
        "the continuation token belongs to another attestation key or another boot",
        "start again from the first entry";
    // NVIDIA devices: what the evidence comes in, and several of them.
    NvidiaEvidenceForm = "nvidia.evidence.form", Malformed,
        "the JSON is evidence of NVIDIA devices in none of the known forms, or in two of them",
        "pass what the collector wrote, unchanged; docs/nvidia.md shows the forms";
    NvidiaEvidenceEmpty = "nvidia.evidence.empty", Malformed,
        "the evidence names no device",
        "refuse: no device is not a good device";
    NvidiaDeviceDuplicate = "nvidia.device.duplicate", Mismatch,
        "two pieces of evidence are of one device",
        "refuse: one genuine device stands for several";
    // NVIDIA devices: the attestation report.
    NvidiaSpdmRequest = "nvidia.spdm.request", Malformed,
        "the report does not begin with the one SPDM request for signed measurements that is known",
        "pass the attestation report exactly as the driver returned it";
    NvidiaSpdmResponse = "nvidia.spdm.response", Malformed,
        "the SPDM response is not one with measurements",
        "pass the attestation report exactly as the driver returned it; an error response proves nothing";
    NvidiaSpdmLayout = "nvidia.spdm.layout", Malformed,
        "the measurement blocks have sizes, numbers or an order that SPDM does not allow",
        "refuse the report";
    NvidiaOpaqueLayout = "nvidia.opaque.layout", Malformed,
        "the report's opaque data is not a sequence of whole fields, each of another type",
        "refuse the report";
    NvidiaOpaqueField = "nvidia.opaque.field", Malformed,
        "a field of the report's opaque data is missing or not of its form",
        "refuse the report, or check for a newer release";
    NvidiaOpaqueVersion = "nvidia.opaque.version", Unsupported,
        "the opaque data is of a newer version than this release reads",
        "check for a newer release";
    NvidiaFeature = "nvidia.feature", Mismatch,
        "the modes of confidential computing that the devices state contradict each other",
        "refuse: single-GPU, multi-GPU and protected-PCIe passthrough do not go together in one machine";
    NvidiaArch = "nvidia.arch", Unsupported,
        "the leaf certificate is not of a kind of device that this release knows",
        "check that the evidence is of a Hopper or Blackwell GPU or an LS10 switch, or for a newer release";
    NvidiaArchMismatch = "nvidia.arch.mismatch", Mismatch,
        "parts of the evidence are of different kinds of devices",
        "refuse: certificate chain, report and what was announced do not belong together";
    NvidiaAdvisory = "nvidia.advisory", Mismatch,
        "what stands beside the evidence is not what the device signed",
        "refuse, or pass the evidence without the versions and nonce that its collector wrote beside it";
    NvidiaReportSignature = "nvidia.report.signature", Untrusted,
        "the report is not signed by the device's attestation key",
        "refuse: a byte of it was changed, or the certificates are another device's";
    NvidiaNonce = "nvidia.nonce", Mismatch,
        "the report carries another challenge than the one that was given out",
        "refuse: it is a replay or an answer to another verifier";
    NvidiaFwidExtension = "nvidia.fwid.extension", Malformed,
        "the leaf certificate's firmware identifier is missing or not of the form that NVIDIA issues",
        "refuse the evidence";
    NvidiaFwid = "nvidia.fwid", Mismatch,
        "the firmware that the report names is not the one that its key was certified for",
        "refuse: the certificate chain belongs to another firmware";
    // NVIDIA devices: reference integrity manifests.
    NvidiaRimXml = "nvidia.rim.xml", Malformed,
        "a reference integrity manifest is not well-formed XML",
        "pass the manifest exactly as NVIDIA's service gave it, decoded from base64";
    NvidiaRimProfile = "nvidia.rim.profile", Malformed,
        "a reference integrity manifest is not of the one form of XML and XML Signature that NVIDIA writes",
        "refuse the manifest: NVIDIA's have nothing of this kind, and forgeries need it";
    NvidiaRimDigest = "nvidia.rim.digest", Untrusted,
        "the manifest's content is not what its signature speaks of",
        "refuse the manifest: it was changed";
    NvidiaRimSignature = "nvidia.rim.signature", Untrusted,
        "the manifest is not signed by its signer's key",
        "refuse the manifest: its signature was changed, or is another manifest's";
    NvidiaRimValue = "nvidia.rim.value", Malformed,
        "a signed value of the manifest is missing or not of its form",
        "refuse the manifest, or check for a newer release";
    NvidiaRimEmpty = "nvidia.rim.empty", Malformed,
        "the manifest has no measurement in force, so that anything would match it",
        "refuse the manifest";
    NvidiaRimKind = "nvidia.rim.kind", Mismatch,
        "the manifest's measurements are neither those of a driver nor those of a VBIOS, or of the other one",
        "fetch the manifest under the name that the verification asks for";
    NvidiaRimId = "nvidia.rim.id", Mismatch,
        "the manifest is not the one of the name under which it was given",
        "fetch it again; a store that confuses names must not be trusted";
    NvidiaRimProduct = "nvidia.rim.product", Mismatch,
        "the manifest is for another product than the device",
        "fetch the manifest of this device: the verification names it";
    NvidiaRimVersion = "nvidia.rim.version", Mismatch,
        "the manifest is for another version than the device's",
        "fetch the manifest of this device: the verification names it";
    NvidiaRimConflict = "nvidia.rim.conflict", Mismatch,
        "one measurement has reference values twice",
        "refuse: the manifests do not belong together";
    // Binding and policy.
    CompositeMember = "composite.member", Malformed,
        "evidence of a member that a composite must have is missing",
        "refuse: a machine without its devices, or devices without their machine, are no composite";
    BindingReportData = "binding.report_data", Mismatch,
        "the report data is not what this mode makes of the data",
        "try `veriquote binding detect`: it knows the other conventions and the common mistakes";
    BindingLength = "binding.length", Misuse,
        "the data or the report data has a length that this mode does not allow",
        "choose a mode that hashes; nothing is ever cut to fit";
    PolicyRejected = "policy.rejected", Rejected,
        "the evidence is authentic, but the policy does not accept it",
        "read the findings: each says which rule, what was asked and what was found";
    // Limits.
    LimitSize = "limit.size", Limit,
        "an input is larger than any real one",
        "check that the right file was passed; docs/limits.md names every bound";
    LimitDepth = "limit.depth", Limit,
        "a document is nested deeper than any real one",
        "refuse the document";
    LimitCount = "limit.count", Limit,
        "a list holds more items than any real one",
        "refuse the document";
    LimitSignatures = "limit.signatures", Limit,
        "checking the evidence would take more signatures than any real one needs",
        "refuse the evidence, or pass its certificates without the ones that it does not need";
    // Misuse.
    MisuseNotInitialised = "misuse.not_initialised", Misuse,
        "a binding was called before its module was loaded",
        "in a browser, `await init()` before the first call";
    MisuseOptions = "misuse.options", Misuse,
        "an option is unknown, missing, of the wrong type, or contradicts another",
        "see the call's documentation; unknown options are refused so that no check is dropped by a slip";
    MisusePolicy = "misuse.policy", Misuse,
        "the policy is not valid",
        "see docs/policy.md; unknown rules are refused so that no rule is dropped by a slip";
    MisusePolicyEmpty = "misuse.policy_empty", Misuse,
        "the policy states no rule at all",
        "use the strict policy, or name `crypto_only` to accept whatever is authentic";
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
