// Written by `cargo xtask gen` from bindings/schema. Do not edit.

/** What happened: a stable dotted code; see `docs/errors.md`. */
export type Code =
  | 'input.truncated'
  | 'input.trailing_data'
  | 'input.encoding'
  | 'json.syntax'
  | 'json.duplicate_key'
  | 'json.whitespace'
  | 'x509.der'
  | 'x509.chain'
  | 'x509.signature'
  | 'x509.anchor'
  | 'x509.extension'
  | 'x509.algorithm'
  | 'x509.expired'
  | 'x509.not_yet_valid'
  | 'x509.revoked'
  | 'crl.der'
  | 'crl.issuer'
  | 'crl.extension'
  | 'crl.signature'
  | 'crl.stale'
  | 'crl.not_yet_valid'
  | 'ocsp.der'
  | 'ocsp.responder'
  | 'ocsp.signature'
  | 'ocsp.stale'
  | 'ocsp.not_yet_valid'
  | 'ocsp.nonce'
  | 'ocsp.extension'
  | 'ocsp.unknown'
  | 'dcap.quote.layout'
  | 'dcap.quote.version'
  | 'dcap.quote.tee'
  | 'dcap.key_type'
  | 'dcap.qe_vendor'
  | 'dcap.certification_type'
  | 'dcap.attestation_key'
  | 'dcap.pck.extension'
  | 'dcap.certificate_role'
  | 'dcap.qe_report.signature'
  | 'dcap.qe_report.report_data'
  | 'dcap.quote.signature'
  | 'dcap.collateral.missing'
  | 'dcap.collateral.kind'
  | 'dcap.collateral.age'
  | 'dcap.tcb_info.layout'
  | 'dcap.tcb_info.version'
  | 'dcap.tcb_info.signature'
  | 'dcap.tcb_info.stale'
  | 'dcap.tcb_info.not_yet_valid'
  | 'dcap.fmspc'
  | 'dcap.pce_id'
  | 'dcap.qe_identity.layout'
  | 'dcap.qe_identity.version'
  | 'dcap.qe_identity.signature'
  | 'dcap.qe_identity.stale'
  | 'dcap.qe_identity.not_yet_valid'
  | 'dcap.qe_identity.mrsigner'
  | 'dcap.qe_identity.isv_prod_id'
  | 'dcap.qe_identity.misc_select'
  | 'dcap.qe_identity.attributes'
  | 'dcap.tdx_module'
  | 'dcap.tcb.revoked'
  | 'dcap.tcb.not_supported'
  | 'dcap.qve.report_data'
  | 'dcap.qve.isv_svn'
  | 'eventlog.layout'
  | 'eventlog.algorithm'
  | 'eventlog.replay'
  | 'jwt.malformed'
  | 'jwt.encrypted'
  | 'jwt.header'
  | 'jwt.header.unsupported'
  | 'jwt.typ'
  | 'jwt.algorithm'
  | 'jwt.algorithm.refused'
  | 'jwt.jwks'
  | 'jwt.jwks.duplicate_kid'
  | 'jwt.key.secret'
  | 'jwt.key.invalid'
  | 'jwt.key.usage'
  | 'jwt.key.unknown'
  | 'jwt.key.ambiguous'
  | 'jwt.key.algorithm'
  | 'jwt.key.certificate'
  | 'jwt.signature'
  | 'jwt.claim.type'
  | 'jwt.times'
  | 'jwt.claim.missing'
  | 'jwt.expired'
  | 'jwt.not_yet_valid'
  | 'jwt.age'
  | 'jwt.lifetime'
  | 'jwt.issuer'
  | 'jwt.audience'
  | 'jwt.subject'
  | 'jwt.nonce'
  | 'jwt.profile'
  | 'token.dialect'
  | 'token.claim'
  | 'token.contradiction'
  | 'token.submodule'
  | 'token.failed'
  | 'token.sample_tee'
  | 'token.expectation'
  | 'claims.missing'
  | 'claims.value'
  | 'claims.size'
  | 'tpm.attest.layout'
  | 'tpm.attest.magic'
  | 'tpm.attest.type'
  | 'tpm.signature.layout'
  | 'tpm.signature.algorithm'
  | 'tpm.signature.scheme'
  | 'tpm.signature.sha1'
  | 'tpm.quote.signature'
  | 'tpm.algorithm'
  | 'tpm.public.layout'
  | 'tpm.key.weak'
  | 'tpm.ak.attributes'
  | 'tpm.ak.name_algorithm'
  | 'tpm.name'
  | 'tpm.qualified_signer'
  | 'tpm.nonce'
  | 'tpm.pcr.layout'
  | 'tpm.pcr.selection'
  | 'tpm.pcr.missing'
  | 'tpm.pcr.digest'
  | 'tpm.creation'
  | 'tpm.certify.signature'
  | 'tpm.credential'
  | 'tpm.endorsement_key'
  | 'tpm.hcl.layout'
  | 'tpm.hcl.binding'
  | 'boot.event'
  | 'boot.no_action'
  | 'boot.separator'
  | 'boot.variable'
  | 'boot.signature_list'
  | 'boot.secure_boot'
  | 'boot.unverified'
  | 'boot.bank_unmeasured'
  | 'ima.layout'
  | 'ima.template_hash'
  | 'ima.replay'
  | 'ima.continuation'
  | 'ima.continuation.boot'
  | 'nvidia.evidence.form'
  | 'nvidia.evidence.empty'
  | 'nvidia.device.duplicate'
  | 'nvidia.spdm.request'
  | 'nvidia.spdm.response'
  | 'nvidia.spdm.layout'
  | 'nvidia.opaque.layout'
  | 'nvidia.opaque.field'
  | 'nvidia.opaque.version'
  | 'nvidia.feature'
  | 'nvidia.arch'
  | 'nvidia.arch.mismatch'
  | 'nvidia.advisory'
  | 'nvidia.report.signature'
  | 'nvidia.nonce'
  | 'nvidia.fwid.extension'
  | 'nvidia.fwid'
  | 'nvidia.rim.xml'
  | 'nvidia.rim.profile'
  | 'nvidia.rim.digest'
  | 'nvidia.rim.signature'
  | 'nvidia.rim.value'
  | 'nvidia.rim.empty'
  | 'nvidia.rim.kind'
  | 'nvidia.rim.id'
  | 'nvidia.rim.product'
  | 'nvidia.rim.version'
  | 'nvidia.rim.conflict'
  | 'composite.member'
  | 'binding.report_data'
  | 'binding.length'
  | 'policy.rejected'
  | 'limit.size'
  | 'limit.depth'
  | 'limit.count'
  | 'limit.signatures'
  | 'misuse.not_initialised'
  | 'misuse.options'
  | 'misuse.policy'
  | 'misuse.policy_empty';

/** Which algorithms are accepted. */
export type AcceptedAlgorithms = { readonly one_of: readonly string[] } | 'of_key';

/** A key that was activated. `ak` of the request is its public area. */
export interface ActivatedKey {
  /** The endorsement key. */
  readonly ek: EndorsementKey;
  /** What you kept when you made the credential. */
  readonly challenge: KeptChallenge;
  /** What the machine unwrapped: hex. */
  readonly answer: string;
}

/** The attestation key. */
export interface AkClaims {
  /** Why it is trusted. */
  readonly route: AkRoute;
  /**
   * `attributes_checked`: it is known to sign only what its TPM made; `key_only`: that is not known, and
   * it could have signed anything.
   */
  readonly assurance: KeyAssurance;
  /** Kind and size. */
  readonly kind: string;
  /** Its Name, where the public area is known. */
  readonly name?: string | null;
  /** Its attributes, where the public area is known. */
  readonly attributes?: readonly string[] | null;
  /** The last moment at which its certificates are in force, where there are any. */
  readonly valid_until?: string | null;
}

/** Why the attestation key is trusted: one route. */
export type AkEvidence = { readonly activated: ActivatedKey } | { readonly attested: AttestedKey } | { readonly tee_bound: TeeBoundKey };

/** Why an attestation key is trusted. */
export type AkRoute = 'bare_key' | 'pinned' | 'certificate' | 'activated' | 'attested' | 'tee_bound';

/** What a policy made of authentic evidence. */
export interface Appraisal {
  /** The policy's name, such as `strict` or `crypto_only`. */
  readonly policy: string;
  /** Every finding; the policy rejects when one of them is a violation. */
  readonly findings: readonly Finding[];
}

/** What a TPM attests. */
export type AttestationType = 'nv' | 'command_audit' | 'session_audit' | 'certify' | 'quote' | 'time' | 'creation' | 'nv_digest';

/** What the attested evidence must be. No member may be left out, so that nothing goes unchecked by a slip. */
export interface AttestedExpectations {
  /**
   * What is attested, such as `tdx`, `sgx`, `snp`, `tpm`, `nvgpu`; of every environment, or of those that
   * `submodules` names.
   */
  readonly tee: ExpectedText;
  /** Whether something that can be debugged is refused. */
  readonly debug: ExpectedDebug;
  /** No verdict of the token is worse than this: `affirming`, `none`, `warning`. */
  readonly worst_status: ExpectedText;
  /** Parts that must be attested, by name; empty for none. */
  readonly submodules: readonly string[];
  /** Id of a policy that must have been applied, and met. */
  readonly policy_id: ExpectedText;
  /** Hash, in hex, of the text of that policy. */
  readonly policy_hash: ExpectedText;
  /**
   * Measurements that must be there, by name, such as `mr_td`: a value, or a list of good ones. Bytes are
   * lower-case hex. Empty for none.
   */
  readonly measurements: { readonly [name: string]: unknown };
}

/** A key that another key certified. `ak` of the request is its public area. */
export interface AttestedKey {
  /** The certification: TPMS_ATTEST or TPM2B_ATTEST. */
  readonly certification: Blob;
  /** Its signature: TPMT_SIGNATURE. */
  readonly signature: Blob;
  /** The public area of the key that signed it, which must be an attestation key itself. */
  readonly signer: Blob;
  /** The Name that the signer must have: hex. */
  readonly signer_name?: string | null;
  /** Certificate chain of the signer up to one of `options.roots`: PEM. Without it, you pin the signer. */
  readonly signer_chain?: Blob | null;
  /** TPMS_CREATION_DATA or TPM2B_CREATION_DATA of the key, where its creation was certified. */
  readonly creation_data?: Blob | null;
  /** The challenge that you gave out for the certification: hex. */
  readonly nonce?: string | null;
  /** The certification answers no challenge of yours: it may be of any age. */
  readonly danger_no_nonce?: boolean;
}

/** What allowed an image to run. */
export interface AuthorityClaims {
  /** The variable that it comes from, such as `db` or `MokList`. */
  readonly variable: string;
  /** SHA-256 of the certificate or value. */
  readonly sha256: string;
}

/** One way in which the report data come from the data. */
export interface BindingDetection {
  /** The mode. */
  readonly mode: ReportDataMode;
  /** It binds the data. */
  readonly exact: boolean;
  /** What went wrong, where it would have bound them. */
  readonly mistakes: readonly string[];
}

/** Data and what binds them. Every member is hex. */
export interface BindingRequest {
  /** The report data, when they are to be explained. */
  readonly report_data?: Blob | null;
  /** The mode, when the report data are to be computed or verified. */
  readonly mode?: ReportDataMode | null;
  /** The data. */
  readonly data: string;
  /** `val` of a verifier's nonce, decoded. */
  readonly nonce_value?: string | null;
  /** `iat` of a verifier's nonce, decoded. */
  readonly nonce_issued_at?: string | null;
}

/** What was found. */
export interface BindingResult {
  /** A mode binds the data, exactly. */
  readonly bound: boolean;
  /** The report data of the mode that was asked for. */
  readonly report_data?: string | null;
  /** The modes that fit, and the mistakes with which others would. */
  readonly detections: readonly BindingDetection[];
  /** Why the call failed, or why the data are not bound by the mode that was asked for. */
  readonly error?: Problem | null;
}

/**
 * Bytes: in JSON a string of hex, base64, base64url, PEM or text, recognised by the reader of the part.
 *
 * The string is kept as it was written; what it encodes is decided once, by the core.
 */
export type Blob = string | Uint8Array | ArrayBuffer;

/** How machine and devices belong together. */
export interface BondClaims {
  /** The mode. */
  readonly mode: CompositeBindingMode;
  /**
   * `measured`: the policy accepts only certain software of the machine, which is trusted to ask its own
   * devices; `nonce-only`: any machine can have relayed the challenge.
   */
  readonly strength: BondStrength;
  /** The evidence itself answers a challenge of yours. */
  readonly fresh: boolean;
  /** The machine's quote is over the devices' evidence itself. */
  readonly covers_evidence: boolean;
  /** You said which machine you met, and it is this one. */
  readonly identity_checked: boolean;
}

/** What a binding of a machine and its devices is worth. */
export type BondStrength = 'nonce-only' | 'measured';

/** What the first entry of an IMA list says of the boot. */
export type BootAggregate = 'matches' | 'differs' | 'not_quoted' | 'zero' | 'absent' | 'earlier';

/** A replayed event log. */
export interface BootClaims {
  /** How its records are written. */
  readonly format: EventLogFormat;
  /** Every register of every bank that log and quote share. */
  readonly registers: readonly RegisterClaims[];
  /** Deviations of the firmware that the replay needed. */
  readonly quirks: readonly Quirk[];
  /** What of the log contradicts itself or the specification, though it replays. */
  readonly problems: readonly Problem[];
  /** What all this tells of the boot. */
  readonly state: BootStateClaims;
  /** Every event, with what is proven of it. */
  readonly events: readonly EventClaims[];
}

/** What is known of a boot. */
export interface BootStateClaims {
  /** Secure Boot; absent where PCR 7 does not prove it. */
  readonly secure_boot?: SecureBootClaims | null;
  /** Why nothing can be told of Secure Boot. */
  readonly secure_boot_unknown?: Problem | null;
  /** The version that the firmware gives itself. */
  readonly firmware_version?: string | null;
  /** What may have been a command line of a kernel, in order. */
  readonly command_lines: readonly string[];
  /** Events among the boot loader's that are of no known text: a command line could hide there. */
  readonly opaque_texts: number;
  /** Sections of a unified kernel image. */
  readonly sections: readonly SectionClaims[];
  /** The firmware handed over to an operating system. */
  readonly left_boot_services?: boolean | null;
  /** How well each claim is proven. */
  readonly grades: { readonly [name: string]: Grade };
}

/** A certificate. */
export interface CertificateView {
  /** Common name of the subject. */
  readonly subject?: string | null;
  /** Common name of the issuer. */
  readonly issuer?: string | null;
  /** Serial number. */
  readonly serial: string;
  /** First moment. */
  readonly not_before: string;
  /** Last moment. */
  readonly not_after: string;
  /** May issue certificates. */
  readonly ca: boolean;
  /** The platform, in a PCK certificate. */
  readonly platform?: PlatformClaims | null;
}

/** One check: which rule, what came of it, and what was compared. */
export interface CheckLine {
  /** Stable dotted id of the rule. */
  readonly id: string;
  /** The rule in words. */
  readonly title: string;
  /** What came of it. */
  readonly outcome: CheckOutcome;
  /** Why the rule was not applied, when it was skipped. */
  readonly reason?: string | null;
  /** The document and section that the rule comes from. */
  readonly spec: string;
  /** What was compared. */
  readonly facts: { readonly [name: string]: unknown };
}

/** What came of a check. */
export type CheckOutcome = 'passed' | 'failed' | 'skipped';

/** What authentic evidence says, by the kind of evidence. */
export type Claims = DcapClaims | TpmClaims | TokenClaims | CompositeClaims | NvgpuClaims;

/** Clock and counters, and how they follow the last ones. */
export interface ClockClaims {
  /** The reading: give it as `options.previous` the next time. */
  readonly reading: ClockReading;
  /** Whether counters and firmware version are true. */
  readonly counters: ClockCounters;
  /** How the quote follows the previous one. */
  readonly continuity?: Continuity | null;
}

/** Whether counters and firmware version are true. */
export type ClockCounters = 'clear' | 'obfuscated' | 'unknown';

/** Clock and counters of a TPM. */
export interface ClockReading {
  /** Milliseconds that the TPM ran. */
  readonly clock: number;
  /** Resets; hidden by a secret offset for keys outside the endorsement hierarchy. */
  readonly reset_count: number;
  /** Restarts and resumptions since the reset. */
  readonly restart_count: number;
  /** No greater clock was reported before. */
  readonly safe: boolean;
}

/** Which collateral judged the evidence. */
export interface CollateralClaims {
  /** The time of the verification. */
  readonly verified_at: string;
  /** The profile of the verification. */
  readonly profile: ProfileName;
  /** Issue date of the oldest part. */
  readonly issued: string;
  /** The last moment at which every part is in force. */
  readonly valid_until: string;
  /** When each part goes stale, soonest first. */
  readonly expiries: readonly Expiry[];
}

/** A collateral file. */
export interface CollateralView {
  /** When each part goes stale, soonest first. */
  readonly expiries: readonly Expiry[];
  /** TCB info. */
  readonly tcb_info: SignedDocumentView;
  /** The quoting enclave's identity. */
  readonly qe_identity: SignedDocumentView;
  /** The quote verification enclave's identity. */
  readonly qve_identity?: SignedDocumentView | null;
  /** The list of the PCK authority. */
  readonly pck_crl: CrlView;
  /** Its issuer's chain. */
  readonly pck_crl_issuer_chain: readonly CertificateView[];
  /** The list of the root. */
  readonly root_ca_crl: CrlView;
  /** The PCK certificate chain, where the file has it. */
  readonly pck_certificate_chain?: readonly CertificateView[];
}

/** The measurements of one manifest against those of a device. */
export interface ComparisonClaims {
  /** What it is for. */
  readonly kind: RimKind;
  /** The manifest's version. */
  readonly version: string;
  /** The first day of its signer's certificate: tells editions apart. */
  readonly issued: string;
  /** The last moment at which its certificates are valid. */
  readonly valid_until: string;
  /** SHA-256 of the manifest. */
  readonly sha256: string;
  /** Indices whose measurement is one of the reference values. */
  readonly matched: readonly number[];
  /** Measurements that are none of them. */
  readonly mismatches: readonly MismatchClaims[];
  /** Indices that say nothing in the device's state. */
  readonly skipped: readonly number[];
}

/** Who can raise a security version number. */
export type ComponentOwner = 'bios' | 'microcode' | 'seam_loader' | 'tdx_module' | 'sinit' | 'pce' | 'quoting_enclave' | 'unknown';

/** How machine and devices are bound; which members a mode takes, `docs/composite.md` says. */
export interface CompositeBinding {
  /** The mode, such as `veriquote` or `trustee-first32`. */
  readonly mode: CompositeBindingMode;
  /** The challenge that you gave out: hex. */
  readonly challenge?: string | null;
  /** What the machine binds beside the challenge: hex, base64 or base64url. */
  readonly runtime_data?: Blob | null;
  /** 32 bytes that name the machine: hex. */
  readonly identity?: string | null;
  /** `val` of a verifier's nonce: hex or base64. */
  readonly nonce_value?: Blob | null;
  /** `iat` of a verifier's nonce: hex or base64. */
  readonly nonce_issued_at?: Blob | null;
  /** The machine's report data, all 64 bytes: hex. */
  readonly report_data?: string | null;
}

/** How a machine and its devices are bound; see `docs/composite.md`. */
export type CompositeBindingMode = 'veriquote' | 'trustee-first32' | 'identity-nonce' | 'secretvm' | 'ita-nonce' | 'ita-nonce-data' | 'attestation-rs' | 'cocos' | 'manifest';

/** What a machine and its devices say. */
export interface CompositeClaims {
  /** How they belong together. */
  readonly binding: BondClaims;
  /** The machine. */
  readonly machine: DcapClaims;
  /** The devices. */
  readonly devices: NvgpuClaims;
  /** The machine's TPM. */
  readonly tpm?: TpmClaims | null;
  /** The last moment at which all of it holds. */
  readonly valid_until: string;
}

/** What verifies the devices; see `nvgpu-request.json`. */
export interface CompositeDevices {
  /** Reference integrity manifests, in any order. */
  readonly rims?: readonly Document[];
  /** Revocation lists. */
  readonly crls?: readonly Blob[];
  /** OCSP responses. */
  readonly ocsp?: readonly Blob[];
  /** The nonce of the OCSP requests: hex. */
  readonly ocsp_nonce?: string | null;
  /** Accept certificates that their issuer has put on hold. */
  readonly accept_certificate_hold?: boolean;
  /** Accept zeros after a report. */
  readonly allow_padding?: boolean;
  /** Roots of devices, in place of NVIDIA's. */
  readonly roots?: readonly Blob[];
  /** Roots of reference manifests, in place of NVIDIA's. */
  readonly rim_roots?: readonly Blob[];
}

/** The machine: an enclave or trust domain. */
export interface CompositeMachine {
  /** Its quote, where the devices' evidence does not hold it: hex, base64 or base64url. */
  readonly quote?: Blob | null;
  /** Its collateral. */
  readonly collateral: Document;
  /** Trusted roots instead of Intel's: PEM, or DER as hex. */
  readonly roots?: readonly Blob[];
  /** PCK certificate chain (PEM) for a quote that does not carry it. */
  readonly pck_chain?: Blob | null;
  /**
   * Event log (CCEL) of a trust domain, to replay into the RTMRs, where the devices' evidence does not hold it:
   * hex, base64 or base64url.
   */
  readonly event_log?: Blob | null;
}

/** How to verify a composite. */
export interface CompositeOptions {
  /** The time of the verification, of every member. */
  readonly at: Time;
  /** How the members are bound. */
  readonly binding: CompositeBinding;
  /** A policy document for every member. Default: the strict policy. */
  readonly policy?: Document | null;
  /** Accept whatever is authentic and bound. */
  readonly crypto_only?: boolean;
}

/** A machine, its devices and perhaps its TPM, with all that verifies them. */
export interface CompositeRequest {
  /** Evidence of the devices, in any of the forms of `docs/nvidia.md`. It may hold the machine's quote too. */
  readonly evidence: Document;
  /** The machine. */
  readonly machine: CompositeMachine;
  /** What verifies the devices. */
  readonly devices?: CompositeDevices;
  /** The machine's TPM. Its challenge is that of the mode `veriquote`; no other mode knows one. */
  readonly tpm?: CompositeTpm | null;
  /** How to verify. */
  readonly options: CompositeOptions;
}

/** The machine's TPM; see `tpm-request.json`. */
export interface CompositeTpm {
  /** TPMS_ATTEST. */
  readonly quote: Blob;
  /** TPMT_SIGNATURE. */
  readonly signature: Blob;
  /** The attestation key that you trust. */
  readonly ak?: Blob | null;
  /** The Name of the attestation key that you trust, where it has no certificate: hex. It must be `ak`'s. */
  readonly ak_name?: string | null;
  /** Certificate chain of the attestation key. */
  readonly ak_chain?: Blob | null;
  /** Roots that may vouch for it. */
  readonly roots?: readonly Blob[];
  /** PCR values. */
  readonly pcrs: Document;
  /** Event log of the firmware. */
  readonly event_log?: Blob | null;
  /** IMA measurement list. */
  readonly ima_log?: Blob | null;
}

/** How a quote follows the previous one. */
export type Continuity = 'same_boot' | 'resumed' | 'rebooted' | 'went_back';

/** A revocation list. */
export interface CrlView {
  /** Common name of the issuer. */
  readonly issuer?: string | null;
  /** Number of the list. */
  readonly number?: string | null;
  /** When it was issued. */
  readonly this_update: string;
  /** When it goes stale. */
  readonly next_update: string;
  /** How many certificates are revoked. */
  readonly revoked: number;
}

/** What is new with each quote. */
export interface DcapCall {
  /** The time of this verification. */
  readonly at: Time;
  /** The report data that must be in this report: all 64 bytes as hex. Default: as prepared. */
  readonly report_data?: Blob | null;
  /** Event log (CCEL) to replay into the RTMRs: hex, base64 or base64url. */
  readonly event_log?: Blob | null;
  /** The report of a quote verification enclave on this very quote. */
  readonly qve?: QveEvidence | null;
}

/** What an authentic quote of an enclave or trust domain says. */
export interface DcapClaims {
  /** The execution environment. */
  readonly tee: Tee;
  /** The state of the platform's trusted computing base. */
  readonly tcb: TcbClaims;
  /** The report, field by field; bytes in lower-case hex. */
  readonly report: ReportClaims;
  /** The platform, from its PCK certificate. */
  readonly platform: PlatformClaims;
  /** The quote itself. */
  readonly quote: QuoteClaims;
  /** Which collateral was used and how long it lasts. */
  readonly collateral: CollateralClaims;
  /** Events of the log that replays to the registers, when a log was given. */
  readonly event_log?: EventLogClaims | null;
  /** What that log tells of the boot; a policy with rules about it judges it. */
  readonly boot?: BootStateClaims | null;
  /** What the report of a quote verification enclave says, when one was given. Claimed, not authentic. */
  readonly qve?: QveClaims | null;
}

/** How to verify quotes. */
export interface DcapOptions {
  /** The time of the verification. */
  readonly at: Time;
  /** Trusted roots (PEM or DER as hex) instead of Intel's. */
  readonly roots?: readonly Blob[];
  /** The conformance profile. */
  readonly profile?: ProfileName;
  /** A policy document. Default: the strict policy. */
  readonly policy?: Document | null;
  /** Accept whatever is authentic. */
  readonly crypto_only?: boolean;
  /** The report data that must be in the report: all 64 bytes as hex. */
  readonly report_data?: Blob | null;
  /** TCB statuses that the strict policy accepts, in Intel's spelling, instead of `UpToDate`. */
  readonly accept_tcb?: readonly TcbStatus[] | null;
  /** Refuse collateral of which a part was issued longer ago, in seconds. */
  readonly max_collateral_age?: number | null;
  /** PCK certificate chain (PEM) for quotes that do not carry it. */
  readonly pck_chain?: Blob | null;
  /**
   * Also say when the verdict will change, and to what. Always said when several collaterals are
   * given.
   */
  readonly outlook?: boolean;
  /**
   * Intel's list of TCB evaluation data numbers, as its service serves it (`tcbEvaluationDataNumbers`
   * with its signature, under the issuer chain of the first TCB info): the forecast then names every
   * recovery that is later than the first collateral.
   */
  readonly evaluation_numbers?: Document | null;
}

/** Collateral and options for many quotes. */
export interface DcapPreparation {
  /** Collateral files, as in a `DcapRequest`(crate::DcapRequest). */
  readonly collateral: readonly Document[];
  /** How to verify; `at` is when the collateral must verify. */
  readonly options: DcapOptions;
}

/** One quote with all that verifies it. */
export interface DcapRequest {
  /** The quote: hex, base64 or base64url. */
  readonly quote: Blob;
  /** Collateral files. The first decides; the others become `Verification::horizons`. */
  readonly collateral: readonly Document[];
  /** Event log (CCEL) to replay into the RTMRs: hex, base64 or base64url. */
  readonly event_log?: Blob | null;
  /**
   * The report of a quote verification enclave on this very quote. The collateral must hold that
   * enclave's identity.
   */
  readonly qve?: QveEvidence | null;
  /** How to verify. */
  readonly options: DcapOptions;
}

/** `dbgstat` of RFC 9711. */
export type DebugStatus = 'enabled' | 'disabled' | 'disabled-since-boot' | 'disabled-permanently' | 'disabled-fully-and-permanently';

/** One certificate of a device. */
export interface DeviceCertificate {
  /** Its common name. */
  readonly subject: string;
  /** Its serial number. */
  readonly serial: string;
  /** The last moment of its validity. */
  readonly not_after: string;
  /** What its issuer says; `not_known` where nothing was given. */
  readonly revocation: RevocationState;
}

/** Kinds of devices. */
export type DeviceClass = 'gpu' | 'nvswitch';

/** Whose claims a token can hold. */
export type Dialect = 'aliyun' | 'trustee-simple' | 'ear-dotted' | 'ear' | 'ita-v1' | 'ita-v2' | 'maa' | 'google-confidential-space' | 'nras' | 'compact';

/** A JSON document: given as an object, or as a string that holds its text. */
export type Document = string | Uint8Array | ArrayBuffer | object;

/** An endorsement key. With a certificate, `options.roots` must lead to it; without, you pin it. */
export interface EndorsementKey {
  /**
   * Its certificate as the TPM's NV memory holds it (hex or base64; a header or padding is taken off), or
   * PEM.
   */
  readonly certificate?: Blob | null;
  /** Certificates between it and the root, in order: PEM. */
  readonly intermediates?: Blob | null;
  /**
   * Its public area, so that its attributes are checked: TPM2B_PUBLIC or TPMT_PUBLIC. Needed where there is
   * no certificate.
   */
  readonly public?: Blob | null;
}

/** An endorsement key that is trusted to be a TPM's. */
export interface EndorsementView {
  /** SHA-256 over the key, to tell one machine from another: hex. */
  readonly fingerprint: string;
  /** Kind and size. */
  readonly kind: string;
  /** A certificate vouches for it; if not, you pinned it. */
  readonly certified: boolean;
  /** Who made the TPM, as its certificate says. */
  readonly manufacturer?: string | null;
  /** Its model. */
  readonly model?: string | null;
  /** The version of its firmware when it was certified. */
  readonly version?: string | null;
}

/** One event. */
export interface EventClaims {
  /** Its place in the log. */
  readonly number: number;
  /** Index of the register that it extends, as the log has it: for a CCEL 1 is RTMR0. */
  readonly index: number;
  /** Its type. */
  readonly event_type: string;
  /** Its digest in the bank that was compared; in the strongest one, when nothing was replayed. */
  readonly digest?: string | null;
  /** What the replay proves of its data. */
  readonly proof: EventProof;
  /** Its data as far as they are text. */
  readonly text?: string | null;
}

/** Events of a log that replays to the registers of an authentic report. */
export interface EventLogClaims {
  /** Every event in the order of the log. */
  readonly events: readonly EventClaims[];
}

/** How the records of an event log are written. */
export type EventLogFormat = 'crypto_agile' | 'sha1';

/** What is known of the data of an event of a log. */
export type EventProof = 'data' | 'opaque' | 'contradicted' | 'unmeasured' | 'unauthenticated';

/** Whose form the evidence of devices came in. */
export type EvidenceForm = 'nvattest' | 'nras_request' | 'trustee' | 'alibaba' | 'intel_trust_authority' | 'phala' | 'google' | 'attestation_rs' | 'plain';

/** The kinds of evidence. */
export type EvidenceKind = 'dcap' | 'tpm' | 'token' | 'composite' | 'nvgpu';

/** What debugging is let pass. */
export type ExpectedDebug = 'stated_off' | 'not_stated_on' | 'not_checked';

/** An expected challenge, or the statement that there is none. */
export type ExpectedNonce = { readonly only: string } | { readonly among: string } | 'not_checked';

/** An upper bound in seconds, or the statement that there is none. */
export type ExpectedSeconds = { readonly is: number } | 'not_checked';

/**
 * What the certificate of a key must be. A root alone says who may issue certificates; under one that also
 * certifies others, name the signer.
 */
export interface ExpectedSigner {
  /** The subject's common name, exactly. */
  readonly subject: ExpectedText;
  /** SHA-256 of the SubjectPublicKeyInfo, in hex. */
  readonly spki_sha256: ExpectedText;
  /** Purposes (ExtendedKeyUsage), dotted: a certificate that is made for certain purposes must have one. */
  readonly purposes: readonly string[];
}

/** An expected text, or the statement that there is no expectation. */
export type ExpectedText = { readonly is: string } | 'not_checked';

/** When one part of the collateral goes stale. */
export interface Expiry {
  /** Which part. */
  readonly part: string;
  /** Its last moment. */
  readonly at: string;
}

/** One rule of a policy and what it found. */
export interface Finding {
  /** The rule. */
  readonly rule: string;
  /** What it found. */
  readonly outcome: FindingOutcome;
  /** What was asked and what was found. */
  readonly facts: { readonly [name: string]: unknown };
}

/** What a rule of a policy found. */
export type FindingOutcome = 'satisfied' | 'violated' | 'not_checked';

/** The firmware that a device's key was certified for. */
export interface FirmwareIdClaims {
  /** What the certificate says: SHA-384. */
  readonly certified: string;
  /** What the report says, which is the same; absent where it says nothing. */
  readonly stated?: string | null;
}

/** A change that is known to come. */
export interface Forecast {
  /** The first second of the new verdict; absent where no date is announced. */
  readonly at?: string | null;
  /**
   * `expiry`: parts of the collateral go stale; `grace_ends`: the policy's grace for an out-of-date TCB
   * ends; `recovery`: a later TCB evaluation becomes the standard one.
   */
  readonly cause: ForecastCause;
  /** The parts that go stale. */
  readonly parts?: readonly string[];
  /** The TCB evaluation of a recovery. */
  readonly evaluation_number?: number | null;
  /** When Intel made a recovery public, where its list of evaluation numbers was given. */
  readonly announced?: string | null;
  /** The date of fixes that a recovery demands, where Intel's list of evaluation numbers was given. */
  readonly tcb_date?: string | null;
  /**
   * The verdict from then on, if nothing else changes; absent for a recovery whose collateral was not
   * given.
   */
  readonly verdict?: Verdict | null;
}

/** What changes a verdict. */
export type ForecastCause = 'expiry' | 'grace_ends' | 'recovery';

/** Architectures of devices. */
export type GpuArchitecture = 'HOPPER' | 'BLACKWELL' | 'LS10';

/** The modes that GPUs state. */
export type GpuMode = 'spt' | 'mpt' | 'ppcie';

/** How well a claim about the boot is proven. */
export type Grade = 'hearsay' | 'digest_bound' | 'replay_bound' | 'signed';

/** The verdict under one of several collaterals. */
export interface Horizon {
  /** Which collateral: its place in the call, counted from 0. */
  readonly collateral: number;
  /** Number of its TCB evaluation; absent when it does not verify. */
  readonly evaluation_number?: number | null;
  /** The earlier issue date of its TCB info and identity. */
  readonly issued?: string | null;
  /** The verdict. */
  readonly verdict: Verdict;
}

/** A replayed IMA list. */
export interface ImaClaims {
  /** Number of the first entry of this list, counted from the boot. */
  readonly first: number;
  /** Number of the entry to begin with the next time. */
  readonly next: number;
  /** Entries that PCR 10 proves. */
  readonly verified: number;
  /** Entries after them, which were made after the quote and are not proven: send them again. */
  readonly unverified: number;
  /** Files that were changed while they were measured, or open for writing. */
  readonly violations: number;
  /** Entries of other registers, which are not proven. */
  readonly foreign: number;
  /** The kernel fills larger banks with the SHA-1 hash and zeros (before Linux 5.8). */
  readonly zero_padded: boolean;
  /**
   * What the first entry says of the boot: `matches`, `differs`, `not_quoted`, `zero`, `absent`, or
   * `earlier` when an earlier list held it.
   */
  readonly boot_aggregate: BootAggregate;
  /** Further entries of that name, as after kexec. */
  readonly further_aggregates: number;
  /** The token to continue with, when `options.continuation_key` was given and the policy accepted: hex. */
  readonly continuation?: string | null;
}

/** An IMA measurement list. */
export interface ImaListView {
  /** How many entries it has. */
  readonly entries: number;
  /** Entries that say that a file was changed while it was measured. */
  readonly violations: number;
  /** Paths of the first ones. */
  readonly first_paths: readonly string[];
}

/** What a file says. Nothing of it was verified. */
export type Inspection = ({ readonly kind: 'quote' } & QuoteView) | { readonly kind: 'certificates'; readonly certificates: readonly CertificateView[] } | ({ readonly kind: 'crl' } & CrlView) | ({ readonly kind: 'collateral' } & CollateralView) | ({ readonly kind: 'tcb_info' } & SignedDocumentView) | ({ readonly kind: 'enclave_identity' } & SignedDocumentView) | ({ readonly kind: 'evaluation_numbers' } & SignedDocumentView) | ({ readonly kind: 'tpm_attest' } & TpmAttestView) | ({ readonly kind: 'tpm_public' } & TpmPublicView) | ({ readonly kind: 'tpm_signature' } & TpmSignatureView) | ({ readonly kind: 'tpm_pcrs' } & TpmPcrsView) | ({ readonly kind: 'ima_list' } & ImaListView) | { readonly kind: 'event_log'; readonly events: readonly EventClaims[] } | ({ readonly kind: 'nvidia_devices' } & NvgpuView) | ({ readonly kind: 'nvidia_rim' } & RimView) | ({ readonly kind: 'token' } & TokenView) | ({ readonly kind: 'token_bundle' } & TokenBundleView) | { readonly kind: 'jwks'; readonly keys: readonly JwkView[] } | { readonly kind: 'policy'; readonly name: string };

/** A key of a set. */
export interface JwkView {
  /** Its id. */
  readonly kid?: string | null;
  /** `RSA`, `EC` or `OKP`; absent for a key that cannot be used. */
  readonly kty?: string | null;
  /** The algorithm that it is bound to; absent for an RSA key without `alg`. */
  readonly algorithm?: string | null;
  /** Its RFC 7638 thumbprint. */
  readonly thumbprint?: string | null;
  /** Certificates that it carries. */
  readonly certificates: number;
  /** Why it cannot be used. */
  readonly unusable?: string | null;
}

/** What a verifier keeps, secret, between making a credential and its answer. It is good for one answer. */
export interface KeptChallenge {
  /** Fingerprint of the endorsement key: SHA-256 in hex. */
  readonly ek: string;
  /** Name of the attestation key that was asked about: hex. */
  readonly ak_name: string;
  /** The secret that was wrapped: hex. */
  readonly secret: string;
}

/** What is known of an attestation key. */
export type KeyAssurance = 'attributes_checked' | 'key_only';

/** Where the key of a token comes from. */
export type KeyOrigin = 'set' | 'certified_set' | 'certified_header';

/** A measurement that is none of its reference values. */
export interface MismatchClaims {
  /** Its index in the manifest. */
  readonly index: number;
  /** NVIDIA's name for it. */
  readonly name: string;
  /** What would be right. */
  readonly expected: readonly string[];
  /** What the device measured; absent when it did not. */
  readonly actual?: string | null;
}

/** A manifest that was not given. */
export interface MissingRim {
  /** What it is for. */
  readonly kind: RimKind;
  /** Its name at NVIDIA's service, made from what the device signed. */
  readonly id?: string | null;
}

/** Something that this call did not check. */
export interface NotChecked {
  /** What: the rule of the policy, or `event_log`. */
  readonly what: string;
  /** What that means, and how to have it checked. */
  readonly why: string;
}

/** What GPUs and switches say. */
export interface NvgpuClaims {
  /** Whose form the evidence came in. */
  readonly form: EvidenceForm;
  /** The mode that the GPUs state. */
  readonly mode?: GpuMode | null;
  /** Whether GPUs and switches are wired as one protected machine. */
  readonly topology: Topology;
  /** The devices, in the order of the evidence. */
  readonly devices: readonly NvgpuDeviceClaims[];
  /** The last moment at which every certificate is valid, and every list and answer current. */
  readonly valid_until: string;
}

/** What one device says. */
export interface NvgpuDeviceClaims {
  /** How the collector calls the device; not signed. */
  readonly name?: string | null;
  /** What it is. */
  readonly class: DeviceClass;
  /** Its architecture. */
  readonly architecture: GpuArchitecture;
  /** The chip, such as `GH100`. */
  readonly chip: string;
  /** The driver's version; switches have none. */
  readonly driver_version?: string | null;
  /** The VBIOS's version, or the BIOS's of a switch. */
  readonly vbios_version: string;
  /** Serial number of the attestation key's certificate. */
  readonly serial: string;
  /** SHA-256 of the attestation key's SubjectPublicKeyInfo. */
  readonly key_fingerprint: string;
  /** The firmware that the key was certified for. */
  readonly firmware_id: FirmwareIdClaims;
  /** Every measurement is one of its reference values, and none of the manifests is missing. */
  readonly measurements_match: boolean;
  /** What became of each manifest. */
  readonly comparisons: readonly ComparisonClaims[];
  /** Manifests that were not given. */
  readonly missing: readonly MissingRim[];
  /** The certificates below the root, the attestation key's first. */
  readonly certificates: readonly DeviceCertificate[];
  /** The same in NVIDIA's names, version 3.0. */
  readonly nvidia: { readonly [name: string]: unknown };
}

/** One device's report, and what was announced of it. */
export interface NvgpuDeviceView {
  /** How the collector calls the device. */
  readonly name?: string | null;
  /** The announced architecture. */
  readonly architecture?: GpuArchitecture | null;
  /** The challenge that the report carries. */
  readonly nonce: string;
  /** How many measurements there are. */
  readonly measurements: number;
  /** Fields of the opaque data: each type, and its data in hex. */
  readonly opaque: readonly (readonly unknown[])[];
  /** The certificates, leaf first. */
  readonly certificates: readonly CertificateView[];
}

/** How to verify evidence of NVIDIA devices. */
export interface NvgpuOptions {
  /** The time of the verification. */
  readonly at: Time;
  /** The challenge that you gave out, of 32 bytes: hex. Never take it from the evidence. */
  readonly nonce: Blob;
  /** The challenge of the switches, where that is another one: hex. */
  readonly switch_nonce?: string | null;
  /** Revocation lists: PEM, or DER as hex or base64. */
  readonly crls?: readonly Blob[];
  /** OCSP responses: DER as hex or base64. */
  readonly ocsp?: readonly Blob[];
  /** The nonce of the OCSP requests that were answered: hex. */
  readonly ocsp_nonce?: string | null;
  /** Accept certificates that their issuer has put on hold; their status says so. */
  readonly accept_certificate_hold?: boolean;
  /** Accept zeros after a report: some collectors pass on the whole buffer of the driver. */
  readonly allow_padding?: boolean;
  /** Roots of devices, in place of NVIDIA's: PEM, or DER as hex. */
  readonly roots?: readonly Blob[];
  /** Roots of reference manifests, in place of NVIDIA's: PEM, or DER as hex. */
  readonly rim_roots?: readonly Blob[];
  /** A policy document. Default: the strict policy. */
  readonly policy?: Document | null;
  /** Accept whatever is authentic. */
  readonly crypto_only?: boolean;
}

/** Evidence of NVIDIA devices with all that verifies it. */
export interface NvgpuRequest {
  /**
   * The evidence as its collector wrote it, in any of the forms of `docs/nvidia.md`; or one device as
   * `{"report": hex or base64, "certificate_chain": PEM}`.
   */
  readonly evidence: Document;
  /** Reference integrity manifests, in any order: XML, base64 of it, or the answer of NVIDIA's service. */
  readonly rims?: readonly Document[];
  /** How to verify. */
  readonly options: NvgpuOptions;
}

/** Evidence of devices. */
export interface NvgpuView {
  /** Whose form it is. */
  readonly form: string;
  /** Whether a quote of the machine stands in the same text. */
  readonly has_machine: boolean;
  /** The devices. */
  readonly devices: readonly NvgpuDeviceView[];
}

/** The registered claims of an environment's own token. */
export interface OwnTokenClaims {
  /** `iss`. */
  readonly issuer?: string | null;
  /** `sub`. */
  readonly subject?: string | null;
  /** `aud`. */
  readonly audience: readonly string[];
  /** `jti`. */
  readonly token_id?: string | null;
  /** `eat_profile`. */
  readonly profile?: string | null;
  /** `iat`. */
  readonly issued_at?: string | null;
  /** `nbf`. */
  readonly not_before?: string | null;
  /** `exp`. */
  readonly expires_at?: string | null;
}

/** Who issues PCK certificates. */
export type PckAuthority = 'processor' | 'platform' | 'other';

/** What a quote says of its PCK certificate: at most one of `leaf` and `query`. */
export interface PckLookup {
  /** The quote carries its chain: there is nothing to look up. */
  readonly carried: boolean;
  /** Its own certificate (PEM), without the issuers'. */
  readonly leaf?: string | null;
  /** What a service finds the certificate by. */
  readonly query?: PckLookupQuery | null;
}

/** What a service finds a PCK certificate by: upper-case hex of the bytes as they stand in the quote. */
export interface PckLookupQuery {
  /** The execution environment. */
  readonly tee: Tee;
  /** The quoting enclave's id. */
  readonly qe_id: string;
  /** The encrypted PPID; empty where the quote has it in clear. */
  readonly encrypted_ppid: string;
  /** CPU SVN. */
  readonly cpu_svn: string;
  /** PCE SVN, little-endian. */
  readonly pce_svn: string;
  /** PCE id, little-endian. */
  readonly pce_id: string;
}

/** The platform, as its PCK certificate describes it. */
export interface PlatformClaims {
  /** Platform family. */
  readonly fmspc: string;
  /** Who issued the PCK certificate. */
  readonly ca?: PckAuthority | null;
  /** How memory is protected. */
  readonly sgx_type: SgxType;
  /** Names this package; personal data of the machine. */
  readonly ppid: string;
  /** Names this platform, where the certificate has it. */
  readonly platform_instance_id?: string | null;
  /** Packages can be added after registration. */
  readonly dynamic_platform?: boolean | null;
  /** Intel keeps the platform's root keys. */
  readonly cached_keys?: boolean | null;
  /** Simultaneous multithreading is on. */
  readonly smt_enabled?: boolean | null;
  /** Provisioning certification enclave. */
  readonly pce_id: string;
  /** Its security version number. */
  readonly pce_svn: number;
  /** Security version numbers of the 16 SGX components. */
  readonly components: readonly number[];
  /** The raw CPU SVN. */
  readonly cpu_svn: string;
}

/** The platform of a quote, by the PCK certificate that it carries. */
export interface PlatformLookup {
  /** Absent for a certificate, which does not say. */
  readonly tee?: Tee | null;
  /** Platform family: hex. */
  readonly fmspc: string;
  /** Which authority issued the certificate. */
  readonly ca: PckAuthority;
}

/** Why something was refused: the same members in every language. */
export interface Problem {
  /** What happened: a stable dotted code of `docs/errors.md`. */
  readonly code: Code;
  /** What the caller can do. */
  readonly kind: ProblemKind;
  /** Dotted path of the part that failed. */
  readonly part: string;
  /** What happened, in words. */
  readonly message: string;
  /** Byte offset inside the part's outermost input, where one is known. */
  readonly offset?: number | null;
  /** What to do next. */
  readonly help: string;
  /** Expected and actual values. */
  readonly facts: { readonly [name: string]: unknown };
}

/** What a caller can do about a problem; see `docs/errors.md`. */
export type ProblemKind = 'malformed' | 'unsupported' | 'untrusted' | 'revoked' | 'stale' | 'mismatch' | 'rejected' | 'limit' | 'misuse';

/** The conformance profiles. */
export type ProfileName = 'strict' | 'intel';

/** Deviations of firmware that can be put up with. */
export type Quirk = 'variable_boot_whole' | 'grub_legacy_prefix' | 'exit_boot_services_missing' | 'authority_without_guid' | 'authority_last_byte' | 'vendor_event_type' | 'folded_separators';

/** The quote itself. */
export interface QuoteClaims {
  /** 3, 4 or 5. */
  readonly version: number;
  /** Chosen by the quoting enclave; not the PPID. */
  readonly user_data: string;
  /** The quoting enclave's measurement. */
  readonly qe_mr_enclave: string;
  /** The quoting enclave's security version number. */
  readonly qe_isv_svn: number;
}

/** A quote. */
export interface QuoteView {
  /** 3, 4 or 5. */
  readonly version: number;
  /** The execution environment. */
  readonly tee: Tee;
  /** Bytes of the file, decoded; what follows the quote is padding. */
  readonly size: number;
  /** The report. */
  readonly report: ReportClaims;
  /** The quoting enclave's report. */
  readonly qe_report: SgxReportClaims;
  /** Chosen by the quoting enclave; not the PPID. */
  readonly user_data: string;
  /** Type of the certification data. */
  readonly certification_type: number;
  /** The platform, when the quote carries its PCK certificate. */
  readonly platform?: PlatformClaims | null;
  /** The certificates that the quote carries. */
  readonly certificates: readonly CertificateView[];
}

/** What a QvE report says. Its MAC was not checked: whoever can write 432 bytes can write this. */
export interface QveClaims {
  /** Always false: only an enclave on the same platform can check the MAC. */
  readonly mac_checked: boolean;
  /** The verdict as a TCB status; absent for an invalid signature, an unspecified or unknown verdict. */
  readonly unauthenticated_status?: TcbStatus | null;
  /** The verdict as a number. */
  readonly unauthenticated_qv_result: number;
  /** Whether the QvE found collateral that had expired. */
  readonly unauthenticated_collateral_expired: boolean;
  /** The status of the QvE itself, by its identity. */
  readonly unauthenticated_qve_status: TcbStatus;
}

/**
 * What a QvE was asked and what it answered, with the SGX report that binds both.
 *
 * The report's MAC can only be checked by an enclave on the platform that made it. What is checked here is
 * that the report speaks of this nonce, quote and result, and that it describes Intel's QvE.
 */
export interface QveEvidence {
  /** The SGX report, 432 bytes, or its body of 384 bytes: hex, base64 or base64url. */
  readonly report: Blob;
  /** The nonce that the caller gave to the QvE: 16 bytes as hex. */
  readonly nonce: string;
  /** The time that the caller gave to check for expiry. */
  readonly expiration_check_date: Time;
  /** `collateral_expiration_status`: 0 when all collateral was in force. */
  readonly collateral_expiration_status?: number;
  /** The verdict, `sgx_ql_qv_result_t`: 0 OK, 40961 (0xA001) configuration needed, and so on. */
  readonly qv_result: number;
  /** The supplemental data, where the caller asked for it: hex, base64 or base64url. */
  readonly supplemental_data?: Blob | null;
  /** The least ISV SVN of the QvE, beside the levels of its identity. */
  readonly minimum_isv_svn?: number;
}

/** Whether the log explains a register. */
export interface RegisterClaims {
  /** The bank. */
  readonly bank: string;
  /** The register. */
  readonly pcr: number;
  /** How many events of the log extend it. */
  readonly events: number;
  /**
   * `explained`, `unused`, `opaque` (something else extended it), `diverges`, `not_quoted`, or
   * `not_logged` (the log has no digests of this bank).
   */
  readonly state: RegisterState;
}

/** What a log says of a register. */
export type RegisterState = 'explained' | 'unused' | 'not_quoted' | 'not_logged' | 'opaque' | 'diverges';

/** A report: of an enclave or of a trust domain. Bytes are lower-case hex. */
export type ReportClaims = TdxReportClaims | SgxReportClaims;

/** How report data bind data; see `docs/bindings.md`. */
export type ReportDataMode = 'none' | 'raw-exact' | 'raw-pad64' | 'sha256-first32' | 'sha384-pad64' | 'sha384-jcs-pad64' | 'sha512' | 'ita-sha512' | 'ita-sha256-first32' | 'x509-der-sha256' | 'tpm-extradata';

/** What an issuer says of a certificate. */
export type RevocationState = 'not_known' | 'good' | 'on_hold';

/** What a reference manifest is for. */
export type RimKind = 'driver' | 'vbios' | 'switch_bios';

/** A reference integrity manifest. */
export interface RimView {
  /** What it is for. */
  readonly rim: RimKind;
  /** The product. */
  readonly product: string;
  /** The version. */
  readonly version: string;
  /** Indices of the measurements in force. */
  readonly measurements: readonly number[];
  /** The certificates, signer first. */
  readonly certificates: readonly CertificateView[];
}

/** A section of a unified kernel image. */
export interface SectionClaims {
  /** Its name, such as `.linux`. */
  readonly name: string;
  /** The digest of its content. */
  readonly digest?: string | null;
}

/** Secure Boot, from PCR 7. */
export interface SecureBootClaims {
  /** It was on. */
  readonly enabled: boolean;
  /** The firmware was in UEFI debug mode. */
  readonly debug_mode: boolean;
  /** Protection against direct memory access was off. */
  readonly dma_protection_disabled: boolean;
  /** shim was told to run anything. */
  readonly shim_validation_disabled: boolean;
  /** Entries of the database of what may run. */
  readonly db: number;
  /** Entries of the database of what may not. */
  readonly dbx: number;
  /** What allowed each image that ran. */
  readonly authorities: readonly AuthorityClaims[];
}

/** The report of an enclave. */
export interface SgxReportClaims {
  readonly mr_enclave: string;
  readonly mr_signer: string;
  readonly isv_prod_id: number;
  readonly isv_svn: number;
  readonly debug: boolean;
  readonly report_data: string;
  readonly attributes: string;
  /** Names of the flags that are set. */
  readonly attribute_names: readonly string[];
  readonly misc_select: string;
  readonly cpu_svn: string;
  readonly config_id: string;
  readonly config_svn: number;
  readonly isv_family_id: string;
  readonly isv_ext_prod_id: string;
}

/** How a platform protects memory. */
export type SgxType = 'standard' | 'scalable' | 'scalable_with_integrity';

/** One component that is too low for a level. */
export interface ShortComponent {
  /** Which component, such as `SGX component 7`. */
  readonly component: string;
  /** Who ships it in Intel's signed words, where the TCB info has them, such as `OS/VMM`. */
  readonly category?: string | null;
  /** What it is in Intel's signed words, such as `SEAMLDR ACM`. */
  readonly kind?: string | null;
  /** Its security version number. */
  readonly have: number;
  /** The security version number that the level needs. */
  readonly need: number;
  /** Who can raise it. */
  readonly owner: ComponentOwner;
  /** What to update, in words. */
  readonly remedy: string;
}

/** A level that was not reached, and why. */
export interface Shortfall {
  /** What is judged. */
  readonly part: ShortfallOf;
  /** The status that reaching the level would give. */
  readonly status: TcbStatus;
  /** The date of the level. */
  readonly date: string;
  /** What is too low. */
  readonly components: readonly ShortComponent[];
  /** Advisories that would go away. */
  readonly advisories_resolved: readonly string[];
}

/** A list of TCB levels. */
export type ShortfallOf = 'platform' | 'tdx_module' | 'quoting_enclave';

/** A token to be shown: exactly one of `token`, `claims` and `bundle`. */
export interface ShowTokenRequest {
  /** A compact token. */
  readonly token?: Blob | null;
  /** Claims alone. */
  readonly claims?: Document | null;
  /** A detached bundle of NVIDIA's service. */
  readonly bundle?: Document | null;
  /** Whose claims they must be; recognised when absent. */
  readonly dialect?: string | null;
  /** Also show what a relying party must not accept: signed failures and sample TEEs. */
  readonly show_refused?: boolean;
}

/** A document that Intel signs. */
export interface SignedDocumentView {
  /** Its single members, as they are written. */
  readonly members: { readonly [name: string]: unknown };
  /** Status, date and advisories of its TCB levels, in the order of the document. */
  readonly levels: readonly unknown[];
  /** Its signer's chain, where it is beside it. */
  readonly issuer_chain?: readonly CertificateView[];
}

/** One submodule's token, as authentic as the overall one. */
export interface SubmoduleToken {
  /** Its name in the bundle. */
  readonly name: string;
  /** The key that signed it. */
  readonly key: TokenKey;
  /** The first moment after which it is no longer valid. */
  readonly valid_until?: string | null;
  /** The header. */
  readonly header: { readonly [name: string]: unknown };
  /** The claims. */
  readonly payload: { readonly [name: string]: unknown };
}

/** One submodule's token. */
export interface SubmoduleView {
  /** Its name in the bundle, such as `GPU-0`. */
  readonly name: string;
  /** The token. */
  readonly token: TokenView;
}

/** The state of a platform's trusted computing base. */
export interface TcbClaims {
  /** The converged status. */
  readonly status: TcbStatus;
  /** Up to which date of fixes the platform goes; the earliest of its parts. */
  readonly date?: string | null;
  /** Number of the TCB evaluation that judged it. */
  readonly evaluation_number: number;
  /** Advisories that apply, sorted. */
  readonly advisories: readonly string[];
  /** The status of each part before convergence. */
  readonly parts: readonly TcbPart[];
  /** What separates the platform from each better level. */
  readonly shortfall: readonly Shortfall[];
}

/** One part of the trusted computing base. */
export interface TcbPart {
  /** Which part; `running_now`: all of them at their present versions (TDX 1.5). */
  readonly part: TcbPartKind;
  /** Its own status. */
  readonly status: TcbStatus;
  /** Up to which date of fixes it goes. */
  readonly date?: string | null;
}

/** The parts of a trusted computing base that have a status of their own. */
export type TcbPartKind = 'platform' | 'quoting_enclave' | 'tdx_module' | 'running_now';

/** The statuses of a trusted computing base, in Intel's spelling. */
export type TcbStatus = 'UpToDate' | 'SWHardeningNeeded' | 'ConfigurationNeeded' | 'ConfigurationAndSWHardeningNeeded' | 'OutOfDate' | 'OutOfDateConfigurationNeeded' | 'TDRelaunchAdvised' | 'TDRelaunchAdvisedConfigurationNeeded' | 'Revoked' | 'NotSupported';

/** What the extended TDX 1.5 report adds. */
export interface TdxExtendedClaims {
  readonly vm_id: number;
  readonly td_id: string;
  readonly dev_info: string;
  readonly init_service_td_hash: string;
  readonly init_service_td_attributes: string;
  readonly init_cpu_svn: string;
  readonly init_tee_tcb_svn: string;
  readonly init_tee_fmspc: string;
  readonly current_service_td_hash: string;
  readonly current_service_td_attributes: string;
}

/** The report of a trust domain. */
export interface TdxReportClaims {
  readonly mr_td: string;
  readonly rtmr0: string;
  readonly rtmr1: string;
  readonly rtmr2: string;
  readonly rtmr3: string;
  readonly debug: boolean;
  readonly report_data: string;
  readonly td_attributes: string;
  /** Names of the bits that are set. */
  readonly attribute_names: readonly string[];
  readonly xfam: string;
  readonly mr_config_id: string;
  readonly mr_owner: string;
  readonly mr_owner_config: string;
  readonly mr_seam: string;
  readonly mr_signer_seam: string;
  readonly seam_attributes: string;
  readonly tee_tcb_svn: string;
  /** TDX 1.5: of the module that runs now. */
  readonly tee_tcb_svn2?: string | null;
  /** TDX 1.5. */
  readonly mr_service_td?: string | null;
  /** TDX 1.5, extended. */
  readonly extended?: TdxExtendedClaims | null;
}

/** The execution environments of quotes. */
export type Tee = 'sgx' | 'tdx';

/** A key that a confidential VM's hardware report binds. */
export interface TeeBoundKey {
  /** Azure's HCL report: NV index 0x01400001. */
  readonly hcl_report: Blob;
  /** The TDX quote over the report's TD report, with what verifies it. It must be accepted. */
  readonly tdx?: DcapRequest | null;
  /**
   * The report data, 64 bytes in hex, of evidence of this machine's hardware that you verified and accepted
   * elsewhere (for SEV-SNP: of VMPL 0). In place of `tdx`.
   */
  readonly accepted_report_data?: string | null;
}

/** The tiers of verdicts. */
export type Tier = 'affirming' | 'none' | 'warning' | 'contraindicated';

/**
 * A point in time: RFC 3339 (any offset, fractions dropped) or Unix seconds.
 *
 * ```
 * use veriquote_facade::Time;
 * let t: Time = "2026-01-15T02:00:00.25+02:00".parse().unwrap();
 * assert_eq!(t, "1768435200".parse().unwrap());
 * assert_eq!(t.to_string(), "2026-01-15T00:00:00Z");
 * ```
 */
export type Time = string | number | Date;

/** The algorithms of tokens. */
export type TokenAlgorithm = 'RS256' | 'RS384' | 'RS512' | 'PS256' | 'PS384' | 'PS512' | 'ES256' | 'ES384' | 'ES512' | 'EdDSA';

/** What a token says. `null` is what it does not say; bytes are lower-case hex. */
export interface TokenAppraisal {
  /** Whose claims these are. */
  readonly dialect: Dialect;
  /** `iss`. */
  readonly issuer?: string | null;
  /** `aud`. */
  readonly audience: readonly string[];
  /** `sub`. */
  readonly subject?: string | null;
  /** `eat_profile`, or the version of the claims. */
  readonly profile?: string | null;
  /** `jti`. */
  readonly token_id?: string | null;
  /** `intuse`. */
  readonly intended_use?: string | null;
  /** `iat`, in RFC 3339. */
  readonly issued_at?: string | null;
  /** `nbf`. */
  readonly not_before?: string | null;
  /** `exp`. */
  readonly expires_at?: string | null;
  /** Who appraised: the developer. */
  readonly verifier_developer?: string | null;
  /** Who appraised: the build. */
  readonly verifier_build?: string | null;
  /** The verdict over all environments. */
  readonly status?: Tier | null;
  /** The worst verdict that is stated anywhere. */
  readonly worst_status?: Tier | null;
  /** Whether anything attested can be debugged; `null` when the token does not say. */
  readonly debuggable?: boolean | null;
  /** Nonces of the whole. */
  readonly nonces: readonly string[];
  /** The attested environments. */
  readonly environments: readonly TokenEnvironment[];
  /** Claims of the whole that have no member here: dotted path and JSON text. */
  readonly unmapped: readonly TokenClaim[];
  /** Why it must not be accepted, where a reader was asked to show it all the same. */
  readonly objections: readonly Problem[];
}

/** How report data were found bound. */
export interface TokenBinding {
  /** The mode. */
  readonly mode: string;
  /** Whether it holds. */
  readonly matched?: boolean | null;
  /** Which claim makes it fresh. */
  readonly fresh?: string | null;
}

/** A detached bundle of NVIDIA's service. */
export interface TokenBundleView {
  /** The token that says what came of the whole. */
  readonly overall: TokenView;
  /** The submodules' tokens, in the order of the bundle. */
  readonly submodules: readonly SubmoduleView[];
  /** What the claims say together, objections among it. Absent where they cannot be held together. */
  readonly unauthenticated_appraisal?: TokenAppraisal | null;
  /** Why they cannot: a digest that is another token's, a submodule too many or too few, malformed claims. */
  readonly problem?: Problem | null;
}

/** What is new with each token. */
export interface TokenCall {
  /** The time of this verification. */
  readonly at: Time;
  /** The challenge of this token. Default: as prepared. */
  readonly nonce?: ExpectedNonce | null;
}

/** A claim as it was written. */
export interface TokenClaim {
  /** Dotted path from the root. */
  readonly path: string;
  /** Its JSON text. */
  readonly json: string;
}

/** What an authentic token says. */
export interface TokenClaims {
  /** The key that signed it. */
  readonly key: TokenKey;
  /**
   * The first moment after which the token, and the certificates of its key where they were used, are
   * no longer valid; absent where nothing says so.
   */
  readonly valid_until?: string | null;
  /** The header. */
  readonly header: { readonly [name: string]: unknown };
  /**
   * The claims as the issuer wrote them. A number that neither an integer of 64 bits nor a double holds
   * is given as its text.
   */
  readonly payload: { readonly [name: string]: unknown };
  /**
   * The submodules' tokens, of a bundle; the members above are then those of its overall token, but
   * `valid_until`, which is that of the first to expire.
   */
  readonly submodules?: readonly SubmoduleToken[];
  /**
   * What the claims say of attested evidence; absent where they are of none of the services whose claims
   * are known.
   */
  readonly appraisal?: TokenAppraisal | null;
}

/** One attested environment. */
export interface TokenEnvironment {
  /** Name of the submodule. */
  readonly name?: string | null;
  /** What it is, such as `tdx`. */
  readonly tee?: string | null;
  /** Model of the hardware. */
  readonly hardware_model?: string | null;
  /** `dbgstat` of RFC 9711. */
  readonly debug?: DebugStatus | null;
  /** Whether it started with secure boot. */
  readonly secure_boot?: boolean | null;
  /** What was measured or configured, by name: hex, number, flag or text. */
  readonly measurements: { readonly [name: string]: unknown };
  /** The report data. */
  readonly report_data?: string | null;
  /** The data bound by the report data, as JSON text; `null` in it says that there are none. */
  readonly runtime_data?: string | null;
  /** The data bound at launch, as JSON text. */
  readonly init_data?: string | null;
  /** Their digest, as the report has it. */
  readonly init_data_digest?: string | null;
  /** How the verifier found the report data bound. */
  readonly binding?: TokenBinding | null;
  /** Nonces of this environment. */
  readonly nonces: readonly string[];
  /** State of the trusted computing base. */
  readonly tcb: TokenTcb;
  /** The verdict. */
  readonly status?: Tier | null;
  /** The verdict by aspect. */
  readonly vector?: { readonly [name: string]: unknown } | null;
  /** What policies made of it. */
  readonly policies: readonly TokenPolicy[];
  /** Digest of the evidence. */
  readonly evidence?: string | null;
  /** What its own token says of itself, in a detached bundle. */
  readonly token?: OwnTokenClaims | null;
  /** Claims that have no member here. */
  readonly unmapped: readonly TokenClaim[];
}

/** What a token must be. No member may be left out, so that nothing goes unchecked by a slip. */
export interface TokenExpectations {
  /** Accepted algorithms. */
  readonly algorithms: AcceptedAlgorithms;
  /** `typ` of the header. */
  readonly typ: ExpectedText;
  /** `iss`, exactly. */
  readonly issuer: ExpectedText;
  /** One of `aud`, exactly. */
  readonly audience: ExpectedText;
  /** `sub`, exactly. */
  readonly subject: ExpectedText;
  /** The challenge, in `eat_nonce` or `nonce`. */
  readonly nonce: ExpectedNonce;
  /** `eat_profile`, exactly. */
  readonly profile: ExpectedText;
  /** Whether `exp` must be there. */
  readonly expiry: TokenExpiry;
  /** Seconds since `iat`, at most. */
  readonly max_age: ExpectedSeconds;
  /** Seconds from `iat` to `exp`, at most. */
  readonly max_lifetime: ExpectedSeconds;
  /** Seconds by which clocks may differ, at most 300. */
  readonly leeway: number;
  /** Claims that must be there. */
  readonly required_claims: readonly string[];
  /**
   * The certificate of the key, where roots certify it. Without it any certificate that ends at a root is
   * good, unless it is made for certain purposes.
   */
  readonly certificate?: ExpectedSigner | null;
}

/** Whether `exp` must be there. */
export type TokenExpiry = 'required' | 'where_present';

/** The key that signed a token. */
export interface TokenKey {
  /** The algorithm, by registered name. */
  readonly algorithm: TokenAlgorithm;
  /** The key's id. */
  readonly kid?: string | null;
  /**
   * `set`: the caller's keys; `certified_set`: those, certified by the caller's roots;
   * `certified_header`: the token's own certificates, which end at the caller's roots.
   */
  readonly origin: KeyOrigin;
}

/** How to verify a token. */
export interface TokenOptions {
  /** The time of the verification. */
  readonly at: Time;
  /**
   * Roots (PEM or DER as hex) at which the certificates of the key (`x5c`) must end. With `jwks`, keys
   * without such certificates are refused. Empty: none, and the caller vouches for the keys of `jwks`.
   */
  readonly roots?: readonly Blob[];
  /** What the token must be. */
  readonly expect: TokenExpectations;
  /**
   * Whose claims they are: `auto` (recognised; the default), `none` (what they say of evidence is not
   * read), or the name of a dialect, such as `ear`.
   */
  readonly dialect?: string | null;
  /**
   * What the attested evidence must be. Without it nothing of it is checked but the verdicts that the
   * token itself states; the result says so.
   */
  readonly attested?: AttestedExpectations | null;
}

/** What one policy made of the evidence. */
export interface TokenPolicy {
  /** Its id. */
  readonly id: string;
  /** Its version. */
  readonly version?: string | null;
  /** Hash of its text. */
  readonly hash?: string | null;
  /** Whether it was met. */
  readonly matched?: boolean | null;
  /** What it says beyond that. */
  readonly detail?: string | null;
}

/** Keys and options for many tokens. */
export interface TokenPreparation {
  /** The issuer's keys, as in a `TokenRequest`(crate::TokenRequest). */
  readonly jwks?: Document | null;
  /** How to verify. */
  readonly options: TokenOptions;
}

/** One token, or one detached bundle, with all that verifies it: exactly one of `token` and `bundle`. */
export interface TokenRequest {
  /** The token in compact serialisation. */
  readonly token?: string | null;
  /**
   * A detached bundle of NVIDIA's service, `[["JWT", token], {name: token}]`. It is accepted only when every
   * token in it is, the digests bind them together, and every result is good.
   */
  readonly bundle?: Document | null;
  /**
   * The issuer's keys: a JWK set or one JWK. Without it, `options.roots` must certify the token's own
   * certificate chain.
   */
  readonly jwks?: Document | null;
  /** How to verify. */
  readonly options: TokenOptions;
}

/** State of the trusted computing base, as the token states it. */
export interface TokenTcb {
  /** The status, in Intel's spelling where it is Intel's. */
  readonly status?: string | null;
  /** Up to which date of fixes it goes. */
  readonly date?: string | null;
  /** Advisories; empty when the token says that there are none. */
  readonly advisories?: readonly string[] | null;
  /** Number of the TCB evaluation. */
  readonly evaluation_number?: number | null;
  /** Family of the platform. */
  readonly fmspc?: string | null;
}

/** A token. */
export interface TokenView {
  /** Characters of the token. */
  readonly size: number;
  /** The header. */
  readonly header: { readonly [name: string]: unknown };
  /** The claims. */
  readonly payload: { readonly [name: string]: unknown };
  /** Bytes of the signature. */
  readonly signature_bytes: number;
  /**
   * What the claims say of attested evidence, objections among it: whoever wrote them, for no signature
   * was checked. Absent where they are of no service that is known, and in a bundle, which is read whole.
   */
  readonly unauthenticated_appraisal?: TokenAppraisal | null;
}

/** Whether GPUs and switches are wired as one protected machine. */
export type Topology = 'not_applicable' | 'complete' | 'broken';

/** An attestation of a TPM. */
export interface TpmAttestView {
  /** Its type. */
  readonly attestation: AttestationType;
  /** Qualified name of the signer. */
  readonly qualified_signer: string;
  /** The challenge. */
  readonly extra_data: string;
  /** Clock and counters. */
  readonly clock: ClockReading;
  /** Firmware version. */
  readonly firmware_version: string;
  /** Which registers of which banks a quote covers. */
  readonly selection: { readonly [name: string]: readonly number[] };
  /** The digest over their values. */
  readonly pcr_digest?: string | null;
}

/** What came of it. */
export interface TpmChallenge {
  /** What the machine is sent, in the form of tpm2-tools' files: hex. */
  readonly credential?: string | null;
  /** What you keep, secret, until the answer comes: `ak_evidence.activated.challenge`. */
  readonly challenge?: KeptChallenge | null;
  /** The endorsement key. */
  readonly ek?: EndorsementView | null;
  /** What was checked. */
  readonly checks: readonly CheckLine[];
  /** Why there is no challenge. */
  readonly error?: Problem | null;
}

/** Two keys, and the secret that proves that one TPM holds both. */
export interface TpmChallengeRequest {
  /** The endorsement key. */
  readonly ek: EndorsementKey;
  /** The public area of the attestation key: TPM2B_PUBLIC or TPMT_PUBLIC. */
  readonly ak: Blob;
  /** The time of the verification of certificates. */
  readonly at: Time;
  /** Roots that may vouch for the endorsement key: PEM, or DER as hex. There is none by default. */
  readonly roots?: readonly Blob[];
  /** Revocation lists; when one is given, every certificate needs one. */
  readonly crls?: readonly Blob[];
  /**
   * The secret to wrap, random and used once: hex of 16 bytes or more, no more than a digest of the
   * endorsement key's (32 will do).
   */
  readonly secret: string;
  /**
   * Good randomness, used once and for nothing else: hex of 128 bytes, of which as many are used as the
   * key needs.
   */
  readonly entropy: string;
}

/** What a TPM says. */
export interface TpmClaims {
  /** The quote itself. */
  readonly quote: TpmQuoteClaims;
  /** The key that signed it, and why that key is trusted. */
  readonly ak: AkClaims;
  /** Clock and counters. */
  readonly clock: ClockClaims;
  /** The quoted registers; absent when no values were given, so that only their digest is known. */
  readonly pcrs?: { readonly [name: string]: { readonly [name: string]: string } } | null;
  /** What the event log says and the registers prove. */
  readonly boot?: BootClaims | null;
  /** What the IMA list says and PCR 10 proves. */
  readonly ima?: ImaClaims | null;
}

/** How to verify quotes of a TPM. */
export interface TpmOptions {
  /** The time of the verification. */
  readonly at: Time;
  /** The challenge that you gave out, whole: hex. */
  readonly nonce?: Blob | null;
  /** Verify a quote that answers no challenge of yours, which may be of any age. */
  readonly danger_no_nonce?: boolean;
  /** The Name that the attestation key must have: hex. */
  readonly ak_name?: string | null;
  /** Qualified name of the attestation key's parent, or the handle of its hierarchy: hex. */
  readonly ak_parent?: string | null;
  /** Certificate chain of the attestation key, its own first: PEM. */
  readonly ak_chain?: Blob | null;
  /**
   * Roots that may vouch for it, or for a key of `ak_evidence`: PEM, or DER as hex. There is none by
   * default.
   */
  readonly roots?: readonly Blob[];
  /**
   * Revocation lists of issuers of the chain: PEM, or DER as hex or base64. When one is given, every
   * certificate of the chain needs one.
   */
  readonly crls?: readonly Blob[];
  /**
   * Accept a certificate that does not say what its key is for: these roots issue for attestation keys
   * only.
   */
  readonly allow_missing_purpose?: boolean;
  /**
   * Scheme of a plain signature: `rsassa`, `rsapss` or `ecdsa`, a colon, and the hash, such as
   * `rsassa:sha256`.
   */
  readonly signature_scheme?: string | null;
  /** A policy document. Default: the strict policy. */
  readonly policy?: Document | null;
  /** Accept whatever is authentic. */
  readonly crypto_only?: boolean;
  /** Accept signatures over SHA-1 digests, as old attestation keys of Windows make them. */
  readonly allow_sha1?: boolean;
  /**
   * Deviations of the firmware that are put up with, such as `variable_boot_whole`; the claims list
   * those that were needed.
   */
  readonly quirks?: readonly Quirk[];
  /**
   * Registers that others than the event log's writers extend: the log need not explain them. PCR 10
   * is one of them when the IMA list proves it.
   */
  readonly opaque?: readonly number[];
  /** The continuation token of the last verification. */
  readonly continuation?: Blob | null;
  /** Your secret that seals continuation tokens: hex, 16 bytes or more. With it, the claims have a token. */
  readonly continuation_key?: string | null;
  /** The number of the first entry of the IMA list: refused when the token says another one. */
  readonly ima_from?: number | null;
  /** Clock and counters of the last quote that you accepted from this key. */
  readonly previous?: ClockReading | null;
}

/** Values of registers as they came beside a quote. */
export interface TpmPcrsView {
  /** Of which registers of which banks. */
  readonly registers: { readonly [name: string]: readonly number[] };
}

/** The public area of a key. */
export interface TpmPublicView {
  /** Kind and size of the key. */
  readonly key: string;
  /** Its Name. */
  readonly name?: string | null;
  /** Its attributes. */
  readonly attributes: readonly string[];
  /** The scheme that it is bound to. */
  readonly scheme?: string | null;
  /** Digest of the policy that authorises its use. */
  readonly auth_policy: string;
}

/** The quote itself. */
export interface TpmQuoteClaims {
  /** Scheme and hash of the signature. */
  readonly scheme: string;
  /** What the quote answers: the challenge. */
  readonly extra_data: string;
  /** A challenge was given out and is answered; if not, the quote may be of any age. */
  readonly fresh: boolean;
  /** Qualified name of the signer, as the TPM writes it. */
  readonly qualified_signer: string;
  /** Firmware version in the vendor's form; hidden unless `clock.counters` is `clear`. */
  readonly firmware_version: string;
  /** Which registers of which banks it covers. */
  readonly selection: { readonly [name: string]: readonly number[] };
  /** The digest over their values. */
  readonly pcr_digest: string;
}

/** One quote with all that verifies it. */
export interface TpmRequest {
  /** TPMS_ATTEST or TPM2B_ATTEST: hex, base64 or base64url. */
  readonly quote: Blob;
  /** TPMT_SIGNATURE; or a plain signature, with `options.signature_scheme`. */
  readonly signature: Blob;
  /**
   * The attestation key that you trust: TPMT_PUBLIC, TPM2B_PUBLIC, or a public key in PEM or DER. With
   * `options.ak_chain`, the public area that goes with the certificate: its attributes are then
   * checked, where the certificate alone is only its issuer's word for them.
   */
  readonly ak?: Blob | null;
  /** Why the attestation key is trusted, where you neither pin it nor have its certificate. */
  readonly ak_evidence?: AkEvidence | null;
  /** PCR values: a file of tpm2-tools as hex or base64, or `{"sha256": {"0": "hex", …}, …}`. */
  readonly pcrs?: Document | null;
  /** Event log of the firmware, to replay into the quoted PCRs. */
  readonly event_log?: Blob | null;
  /**
   * IMA measurement list of the kernel, binary or as text, to replay into the quoted PCR 10. With
   * `options.continuation`, what came since.
   */
  readonly ima_log?: Blob | null;
  /** How to verify. */
  readonly options: TpmOptions;
}

/** A signature in a TPM's own form. */
export interface TpmSignatureView {
  /** Scheme and hash, such as `ecdsa-sha256`. */
  readonly scheme: string;
}

/** What a token says of which nothing was verified. */
export interface UnauthenticatedAppraisal {
  /** Always `false`. */
  readonly authenticated: boolean;
  /** What the bytes say, whoever wrote them. */
  readonly unauthenticated?: TokenAppraisal | null;
  /** Why it cannot be understood. */
  readonly error?: Problem | null;
}

/** A verdict in short. */
export interface Verdict {
  /** Authentic. */
  readonly verified: boolean;
  /** Accepted. */
  readonly accepted: boolean;
  /** The TCB status; absent when it is not authentic. */
  readonly status?: TcbStatus | null;
  /** Advisories that apply. */
  readonly advisories: readonly string[];
  /** Why not. */
  readonly error?: Problem | null;
}

/** The result of a verification. */
export interface Verification<ClaimsOf extends Claims = Claims> {
  /** The evidence is authentic: every signature, chain, window and binding holds. */
  readonly verified: boolean;
  /** It is authentic, and the policy accepts it. Only then may a caller rely on the claims. */
  readonly accepted: boolean;
  /** The kind of evidence. */
  readonly evidence: EvidenceKind;
  /** Why not, when it is not accepted. */
  readonly error?: Problem | null;
  /** Every check in the order in which it was made; on failure the last one is the failing one. */
  readonly checks: readonly CheckLine[];
  /** What the evidence says. Present as soon as it is authentic; see `verified` and `accepted`. */
  readonly claims?: ClaimsOf | null;
  /** What the policy made of it; absent when the evidence is not authentic. */
  readonly appraisal?: Appraisal | null;
  /** What this call did not check, and how to have it checked. */
  readonly not_checked: readonly NotChecked[];
  /** The verdict under each collateral, when several were given; the first decides. */
  readonly horizons?: readonly Horizon[];
  /** When the verdict will change, and to what: dated changes in order, then those without a date. */
  readonly forecast?: readonly Forecast[];
}
