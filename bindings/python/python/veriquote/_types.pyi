# Written by `cargo xtask gen` from bindings/schema. Do not edit.
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Generic, Literal, TypedDict, final

from typing_extensions import TypeAlias, TypeVar

from ._base import Record as Record
from ._base import VeriquoteError

# What accepted evidence says; of evidence that may not be accepted, also nothing.
_ClaimsT = TypeVar("_ClaimsT", bound="Claims | None", default="Claims | None", covariant=True)

AcceptedAlgorithms: TypeAlias = AcceptedAlgorithmsOneOf | Literal["of_key"]
"""Which algorithms are accepted."""
AkEvidence: TypeAlias = AkEvidenceActivated | AkEvidenceAttested | AkEvidenceTeeBound
"""Why the attestation key is trusted: one route."""
AkRoute: TypeAlias = Literal["bare_key", "pinned", "certificate", "activated", "attested", "tee_bound"]
"""Why an attestation key is trusted."""
AttestationType: TypeAlias = Literal["nv", "command_audit", "session_audit", "certify", "quote", "time", "creation", "nv_digest"]
"""What a TPM attests."""
Blob: TypeAlias = bytes | str
"""Bytes: in JSON a string of hex, base64, base64url, PEM or text, recognised by the reader of the part. The string is kept as it was written; what it encodes is decided once, by the core."""
BondStrength: TypeAlias = Literal["nonce-only", "measured"]
"""What a binding of a machine and its devices is worth."""
BootAggregate: TypeAlias = Literal["matches", "differs", "not_quoted", "zero", "absent", "earlier"]
"""What the first entry of an IMA list says of the boot."""
CheckOutcome: TypeAlias = Literal["passed", "failed", "skipped"]
"""What came of a check."""
Claims: TypeAlias = DcapClaims | TpmClaims | TokenClaims | CompositeClaims | NvgpuClaims
"""What authentic evidence says, by the kind of evidence."""
ClockCounters: TypeAlias = Literal["clear", "obfuscated", "unknown"]
"""Whether counters and firmware version are true."""
ComponentOwner: TypeAlias = Literal["bios", "microcode", "seam_loader", "tdx_module", "sinit", "pce", "quoting_enclave", "unknown"]
"""Who can raise a security version number."""
CompositeBindingMode: TypeAlias = Literal["veriquote", "trustee-first32", "identity-nonce", "secretvm", "ita-nonce", "ita-nonce-data", "attestation-rs", "cocos", "manifest"]
"""How a machine and its devices are bound; see `docs/composite.md`."""
Continuity: TypeAlias = Literal["same_boot", "resumed", "rebooted", "went_back"]
"""How a quote follows the previous one."""
DebugStatus: TypeAlias = Literal["enabled", "disabled", "disabled-since-boot", "disabled-permanently", "disabled-fully-and-permanently"]
"""`dbgstat` of RFC 9711."""
DeviceClass: TypeAlias = Literal["gpu", "nvswitch"]
"""Kinds of devices."""
Dialect: TypeAlias = Literal["aliyun", "trustee-simple", "ear-dotted", "ear", "ita-v1", "ita-v2", "maa", "google-confidential-space", "nras", "compact"]
"""Whose claims a token can hold."""
Document: TypeAlias = Mapping[str, Any] | Sequence[Any] | bytes | str
"""A JSON document: given as an object, or as a string that holds its text."""
EventLogFormat: TypeAlias = Literal["crypto_agile", "sha1"]
"""How the records of an event log are written."""
EventProof: TypeAlias = Literal["data", "opaque", "contradicted", "unmeasured", "unauthenticated"]
"""What is known of the data of an event of a log."""
EvidenceForm: TypeAlias = Literal["nvattest", "nras_request", "trustee", "alibaba", "intel_trust_authority", "phala", "google", "attestation_rs", "plain"]
"""Whose form the evidence of devices came in."""
EvidenceKind: TypeAlias = Literal["dcap", "tpm", "token", "composite", "nvgpu"]
"""The kinds of evidence."""
ExpectedDebug: TypeAlias = Literal["stated_off"] | Literal["not_stated_on"] | Literal["not_checked"]
"""What debugging is let pass."""
ExpectedNonce: TypeAlias = ExpectedNonceOnly | ExpectedNonceAmong | Literal["not_checked"]
"""An expected challenge, or the statement that there is none."""
ExpectedSeconds: TypeAlias = ExpectedSecondsIs | Literal["not_checked"]
"""An upper bound in seconds, or the statement that there is none."""
ExpectedText: TypeAlias = ExpectedTextIs | Literal["not_checked"]
"""An expected text, or the statement that there is no expectation."""
FindingOutcome: TypeAlias = Literal["satisfied", "violated", "not_checked"]
"""What a rule of a policy found."""
ForecastCause: TypeAlias = Literal["expiry", "grace_ends", "recovery"]
"""What changes a verdict."""
GpuArchitecture: TypeAlias = Literal["HOPPER", "BLACKWELL", "LS10"]
"""Architectures of devices."""
GpuMode: TypeAlias = Literal["spt", "mpt", "ppcie"]
"""The modes that GPUs state."""
Grade: TypeAlias = Literal["hearsay", "digest_bound", "replay_bound", "signed"]
"""How well a claim about the boot is proven."""
Inspection: TypeAlias = CertificatesView | CollateralView | CrlView | EventLogView | ImaListView | JwksView | NvgpuView | PolicyView | QuoteView | RimView | SignedDocumentView | TokenBundleView | TokenView | TpmAttestView | TpmPcrsView | TpmPublicView | TpmSignatureView
"""What a file says. Nothing of it was verified."""
KeyAssurance: TypeAlias = Literal["attributes_checked", "key_only"]
"""What is known of an attestation key."""
KeyOrigin: TypeAlias = Literal["set", "certified_set", "certified_header"]
"""Where the key of a token comes from."""
PckAuthority: TypeAlias = Literal["processor", "platform", "other"]
"""Who issues PCK certificates."""
ProblemKind: TypeAlias = Literal["malformed", "unsupported", "untrusted", "revoked", "stale", "mismatch", "rejected", "limit", "misuse"]
"""What a caller can do about a problem; see `docs/errors.md`."""
ProfileName: TypeAlias = Literal["strict", "intel"]
"""The conformance profiles."""
Quirk: TypeAlias = Literal["variable_boot_whole", "grub_legacy_prefix", "exit_boot_services_missing", "authority_without_guid", "authority_last_byte", "vendor_event_type", "folded_separators"]
"""Deviations of firmware that can be put up with."""
RegisterState: TypeAlias = Literal["explained", "unused", "not_quoted", "not_logged", "opaque", "diverges"]
"""What a log says of a register."""
ReportClaims: TypeAlias = TdxReportClaims | SgxReportClaims
"""A report: of an enclave or of a trust domain. Bytes are lower-case hex."""
ReportDataMode: TypeAlias = Literal["none", "raw-exact", "raw-pad64", "sha256-first32", "sha384-pad64", "sha384-jcs-pad64", "sha512", "ita-sha512", "ita-sha256-first32", "x509-der-sha256", "tpm-extradata"]
"""How report data bind data; see `docs/bindings.md`."""
RevocationState: TypeAlias = Literal["not_known", "good", "on_hold"]
"""What an issuer says of a certificate."""
RimKind: TypeAlias = Literal["driver", "vbios", "switch_bios"]
"""What a reference manifest is for."""
SgxType: TypeAlias = Literal["standard", "scalable", "scalable_with_integrity"]
"""How a platform protects memory."""
ShortfallOf: TypeAlias = Literal["platform", "tdx_module", "quoting_enclave"]
"""A list of TCB levels."""
TcbPartKind: TypeAlias = Literal["platform", "quoting_enclave", "tdx_module", "running_now"]
"""The parts of a trusted computing base that have a status of their own."""
TcbStatus: TypeAlias = Literal["UpToDate", "SWHardeningNeeded", "ConfigurationNeeded", "ConfigurationAndSWHardeningNeeded", "OutOfDate", "OutOfDateConfigurationNeeded", "TDRelaunchAdvised", "TDRelaunchAdvisedConfigurationNeeded", "Revoked", "NotSupported"]
"""The statuses of a trusted computing base, in Intel's spelling."""
Tee: TypeAlias = Literal["sgx", "tdx"]
"""The execution environments of quotes."""
Tier: TypeAlias = Literal["affirming", "none", "warning", "contraindicated"]
"""The tiers of verdicts."""
Time: TypeAlias = datetime | int | str
"""A point in time: RFC 3339 (any offset, fractions dropped) or Unix seconds."""
TokenAlgorithm: TypeAlias = Literal["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
"""The algorithms of tokens."""
TokenExpiry: TypeAlias = Literal["required"] | Literal["where_present"]
"""Whether `exp` must be there."""
Topology: TypeAlias = Literal["not_applicable", "complete", "broken"]
"""Whether GPUs and switches are wired as one protected machine."""
__all__ = [
    "AcceptedAlgorithms",
    "AcceptedAlgorithmsOneOf",
    "ActivatedKey",
    "AkClaims",
    "AkEvidence",
    "AkEvidenceActivated",
    "AkEvidenceAttested",
    "AkEvidenceTeeBound",
    "AkRoute",
    "Appraisal",
    "AttestationType",
    "AttestedExpectations",
    "AttestedKey",
    "AuthorityClaims",
    "BindingDetection",
    "BindingRequest",
    "BindingResult",
    "Blob",
    "BondClaims",
    "BondStrength",
    "BootAggregate",
    "BootClaims",
    "BootStateClaims",
    "CertificateView",
    "CertificatesView",
    "CheckLine",
    "CheckOutcome",
    "Claims",
    "ClockClaims",
    "ClockCounters",
    "ClockReading",
    "ClockReadingDict",
    "Code",
    "CollateralClaims",
    "CollateralView",
    "ComparisonClaims",
    "ComponentOwner",
    "CompositeBinding",
    "CompositeBindingMode",
    "CompositeClaims",
    "CompositeDevices",
    "CompositeMachine",
    "CompositeOptions",
    "CompositeTpm",
    "Continuity",
    "CrlView",
    "DcapCall",
    "DcapClaims",
    "DcapOptions",
    "DcapRequest",
    "DebugStatus",
    "DeviceCertificate",
    "DeviceClass",
    "Dialect",
    "Document",
    "EndorsementKey",
    "EndorsementView",
    "EventClaims",
    "EventLogClaims",
    "EventLogFormat",
    "EventLogView",
    "EventProof",
    "EvidenceForm",
    "EvidenceKind",
    "ExpectedDebug",
    "ExpectedNonce",
    "ExpectedNonceAmong",
    "ExpectedNonceOnly",
    "ExpectedSeconds",
    "ExpectedSecondsIs",
    "ExpectedSigner",
    "ExpectedText",
    "ExpectedTextIs",
    "Expiry",
    "Finding",
    "FindingOutcome",
    "FirmwareIdClaims",
    "Forecast",
    "ForecastCause",
    "GpuArchitecture",
    "GpuMode",
    "Grade",
    "Horizon",
    "ImaClaims",
    "ImaListView",
    "Inspection",
    "JwkView",
    "JwksView",
    "KeptChallenge",
    "KeptChallengeDict",
    "KeyAssurance",
    "KeyOrigin",
    "MismatchClaims",
    "MissingRim",
    "NotChecked",
    "NvgpuClaims",
    "NvgpuDeviceClaims",
    "NvgpuDeviceView",
    "NvgpuOptions",
    "NvgpuView",
    "OwnTokenClaims",
    "PckAuthority",
    "PckLookup",
    "PckLookupQuery",
    "PlatformClaims",
    "PlatformLookup",
    "PolicyView",
    "Problem",
    "ProblemKind",
    "ProfileName",
    "Quirk",
    "QuoteClaims",
    "QuoteView",
    "QveClaims",
    "QveEvidence",
    "RegisterClaims",
    "RegisterState",
    "ReportClaims",
    "ReportDataMode",
    "RevocationState",
    "RimKind",
    "RimView",
    "SectionClaims",
    "SecureBootClaims",
    "SgxReportClaims",
    "SgxType",
    "ShortComponent",
    "Shortfall",
    "ShortfallOf",
    "ShowTokenRequest",
    "SignedDocumentView",
    "SubmoduleToken",
    "SubmoduleView",
    "TcbClaims",
    "TcbPart",
    "TcbPartKind",
    "TcbStatus",
    "TdxExtendedClaims",
    "TdxReportClaims",
    "Tee",
    "TeeBoundKey",
    "Tier",
    "Time",
    "TokenAlgorithm",
    "TokenAppraisal",
    "TokenBinding",
    "TokenBundleView",
    "TokenCall",
    "TokenClaim",
    "TokenClaims",
    "TokenEnvironment",
    "TokenExpectations",
    "TokenExpiry",
    "TokenKey",
    "TokenOptions",
    "TokenPolicy",
    "TokenTcb",
    "TokenView",
    "Topology",
    "TpmAttestView",
    "TpmChallenge",
    "TpmChallengeRequest",
    "TpmClaims",
    "TpmOptions",
    "TpmPcrsView",
    "TpmPublicView",
    "TpmQuoteClaims",
    "TpmSignatureView",
    "UnauthenticatedAppraisal",
    "Verdict",
    "Verification",
]

Code: TypeAlias = Literal[
    "input.truncated",
    "input.trailing_data",
    "input.encoding",
    "json.syntax",
    "json.duplicate_key",
    "json.whitespace",
    "x509.der",
    "x509.chain",
    "x509.signature",
    "x509.anchor",
    "x509.extension",
    "x509.algorithm",
    "x509.expired",
    "x509.not_yet_valid",
    "x509.revoked",
    "crl.der",
    "crl.issuer",
    "crl.extension",
    "crl.signature",
    "crl.stale",
    "crl.not_yet_valid",
    "ocsp.der",
    "ocsp.responder",
    "ocsp.signature",
    "ocsp.stale",
    "ocsp.not_yet_valid",
    "ocsp.nonce",
    "ocsp.extension",
    "ocsp.unknown",
    "dcap.quote.layout",
    "dcap.quote.version",
    "dcap.quote.tee",
    "dcap.key_type",
    "dcap.qe_vendor",
    "dcap.certification_type",
    "dcap.attestation_key",
    "dcap.pck.extension",
    "dcap.certificate_role",
    "dcap.qe_report.signature",
    "dcap.qe_report.report_data",
    "dcap.quote.signature",
    "dcap.collateral.missing",
    "dcap.collateral.kind",
    "dcap.collateral.age",
    "dcap.tcb_info.layout",
    "dcap.tcb_info.version",
    "dcap.tcb_info.signature",
    "dcap.tcb_info.stale",
    "dcap.tcb_info.not_yet_valid",
    "dcap.fmspc",
    "dcap.pce_id",
    "dcap.qe_identity.layout",
    "dcap.qe_identity.version",
    "dcap.qe_identity.signature",
    "dcap.qe_identity.stale",
    "dcap.qe_identity.not_yet_valid",
    "dcap.qe_identity.mrsigner",
    "dcap.qe_identity.isv_prod_id",
    "dcap.qe_identity.misc_select",
    "dcap.qe_identity.attributes",
    "dcap.tdx_module",
    "dcap.tcb.revoked",
    "dcap.tcb.not_supported",
    "dcap.qve.report_data",
    "dcap.qve.isv_svn",
    "eventlog.layout",
    "eventlog.algorithm",
    "eventlog.replay",
    "jwt.malformed",
    "jwt.encrypted",
    "jwt.header",
    "jwt.header.unsupported",
    "jwt.typ",
    "jwt.algorithm",
    "jwt.algorithm.refused",
    "jwt.jwks",
    "jwt.jwks.duplicate_kid",
    "jwt.key.secret",
    "jwt.key.invalid",
    "jwt.key.usage",
    "jwt.key.unknown",
    "jwt.key.ambiguous",
    "jwt.key.algorithm",
    "jwt.key.certificate",
    "jwt.signature",
    "jwt.claim.type",
    "jwt.times",
    "jwt.claim.missing",
    "jwt.expired",
    "jwt.not_yet_valid",
    "jwt.age",
    "jwt.lifetime",
    "jwt.issuer",
    "jwt.audience",
    "jwt.subject",
    "jwt.nonce",
    "jwt.profile",
    "token.dialect",
    "token.claim",
    "token.contradiction",
    "token.submodule",
    "token.failed",
    "token.sample_tee",
    "token.expectation",
    "claims.missing",
    "claims.value",
    "claims.size",
    "tpm.attest.layout",
    "tpm.attest.magic",
    "tpm.attest.type",
    "tpm.signature.layout",
    "tpm.signature.algorithm",
    "tpm.signature.scheme",
    "tpm.signature.sha1",
    "tpm.quote.signature",
    "tpm.algorithm",
    "tpm.public.layout",
    "tpm.key.weak",
    "tpm.ak.attributes",
    "tpm.ak.name_algorithm",
    "tpm.name",
    "tpm.qualified_signer",
    "tpm.nonce",
    "tpm.pcr.layout",
    "tpm.pcr.selection",
    "tpm.pcr.missing",
    "tpm.pcr.digest",
    "tpm.creation",
    "tpm.certify.signature",
    "tpm.credential",
    "tpm.endorsement_key",
    "tpm.hcl.layout",
    "tpm.hcl.binding",
    "boot.event",
    "boot.no_action",
    "boot.separator",
    "boot.variable",
    "boot.signature_list",
    "boot.secure_boot",
    "boot.unverified",
    "boot.bank_unmeasured",
    "ima.layout",
    "ima.template_hash",
    "ima.replay",
    "ima.continuation",
    "ima.continuation.boot",
    "nvidia.evidence.form",
    "nvidia.evidence.empty",
    "nvidia.device.duplicate",
    "nvidia.spdm.request",
    "nvidia.spdm.response",
    "nvidia.spdm.layout",
    "nvidia.opaque.layout",
    "nvidia.opaque.field",
    "nvidia.opaque.version",
    "nvidia.feature",
    "nvidia.arch",
    "nvidia.arch.mismatch",
    "nvidia.advisory",
    "nvidia.report.signature",
    "nvidia.nonce",
    "nvidia.fwid.extension",
    "nvidia.fwid",
    "nvidia.rim.xml",
    "nvidia.rim.profile",
    "nvidia.rim.digest",
    "nvidia.rim.signature",
    "nvidia.rim.value",
    "nvidia.rim.empty",
    "nvidia.rim.kind",
    "nvidia.rim.id",
    "nvidia.rim.product",
    "nvidia.rim.version",
    "nvidia.rim.conflict",
    "composite.member",
    "binding.report_data",
    "binding.length",
    "policy.rejected",
    "limit.size",
    "limit.depth",
    "limit.count",
    "limit.signatures",
    "misuse.not_initialised",
    "misuse.options",
    "misuse.policy",
    "misuse.policy_empty",
]
"""Every code of docs/errors.md that this release knows."""

class AkClaims(Record):
    """The attestation key."""
    @property
    def route(self) -> AkRoute:
        """Why it is trusted."""
    @property
    def assurance(self) -> KeyAssurance:
        """`attributes_checked`: it is known to sign only what its TPM made; `key_only`: that is not known, and it could have signed anything."""
    @property
    def kind(self) -> str:
        """Kind and size."""
    @property
    def name(self) -> str | None:
        """Its Name, where the public area is known."""
    @property
    def attributes(self) -> tuple[str, ...] | None:
        """Its attributes, where the public area is known."""
    @property
    def valid_until(self) -> str | None:
        """The last moment at which its certificates are in force, where there are any."""

class Appraisal(Record):
    """What a policy made of authentic evidence."""
    @property
    def policy(self) -> str:
        """The policy's name, such as `strict` or `crypto_only`."""
    @property
    def findings(self) -> tuple[Finding, ...]:
        """Every finding; the policy rejects when one of them is a violation."""

class AuthorityClaims(Record):
    """What allowed an image to run."""
    @property
    def variable(self) -> str:
        """The variable that it comes from, such as `db` or `MokList`."""
    @property
    def sha256(self) -> str:
        """SHA-256 of the certificate or value."""

class BindingDetection(Record):
    """One way in which the report data come from the data."""
    @property
    def mode(self) -> ReportDataMode:
        """The mode."""
    @property
    def exact(self) -> bool:
        """It binds the data."""
    @property
    def mistakes(self) -> tuple[str, ...]:
        """What went wrong, where it would have bound them."""

class BindingResult(Record):
    """What was found."""
    @property
    def bound(self) -> bool:
        """A mode binds the data, exactly."""
    @property
    def report_data(self) -> str | None:
        """The report data of the mode that was asked for."""
    @property
    def detections(self) -> tuple[BindingDetection, ...]:
        """The modes that fit, and the mistakes with which others would."""
    @property
    def error(self) -> Problem | None:
        """Why the call failed, or why the data are not bound by the mode that was asked for."""

class BondClaims(Record):
    """How machine and devices belong together."""
    @property
    def mode(self) -> CompositeBindingMode:
        """The mode."""
    @property
    def strength(self) -> BondStrength:
        """`measured`: the policy accepts only certain software of the machine, which is trusted to ask its own devices; `nonce-only`: any machine can have relayed the challenge."""
    @property
    def fresh(self) -> bool:
        """The evidence itself answers a challenge of yours."""
    @property
    def covers_evidence(self) -> bool:
        """The machine's quote is over the devices' evidence itself."""
    @property
    def identity_checked(self) -> bool:
        """You said which machine you met, and it is this one."""

class BootClaims(Record):
    """A replayed event log."""
    @property
    def format(self) -> EventLogFormat:
        """How its records are written."""
    @property
    def registers(self) -> tuple[RegisterClaims, ...]:
        """Every register of every bank that log and quote share."""
    @property
    def quirks(self) -> tuple[Quirk, ...]:
        """Deviations of the firmware that the replay needed."""
    @property
    def problems(self) -> tuple[Problem, ...]:
        """What of the log contradicts itself or the specification, though it replays."""
    @property
    def state(self) -> BootStateClaims:
        """What all this tells of the boot."""
    @property
    def events(self) -> tuple[EventClaims, ...]:
        """Every event, with what is proven of it."""

class BootStateClaims(Record):
    """What is known of a boot."""
    @property
    def secure_boot(self) -> SecureBootClaims | None:
        """Secure Boot; absent where PCR 7 does not prove it."""
    @property
    def secure_boot_unknown(self) -> Problem | None:
        """Why nothing can be told of Secure Boot."""
    @property
    def firmware_version(self) -> str | None:
        """The version that the firmware gives itself."""
    @property
    def command_lines(self) -> tuple[str, ...]:
        """What may have been a command line of a kernel, in order."""
    @property
    def opaque_texts(self) -> int:
        """Events among the boot loader's that are of no known text: a command line could hide there."""
    @property
    def sections(self) -> tuple[SectionClaims, ...]:
        """Sections of a unified kernel image."""
    @property
    def left_boot_services(self) -> bool | None:
        """The firmware handed over to an operating system."""
    @property
    def grades(self) -> Mapping[str, Grade]:
        """How well each claim is proven."""

class CertificateView(Record):
    """A certificate."""
    @property
    def subject(self) -> str | None:
        """Common name of the subject."""
    @property
    def issuer(self) -> str | None:
        """Common name of the issuer."""
    @property
    def serial(self) -> str:
        """Serial number."""
    @property
    def not_before(self) -> str:
        """First moment."""
    @property
    def not_after(self) -> str:
        """Last moment."""
    @property
    def ca(self) -> bool:
        """May issue certificates."""
    @property
    def platform(self) -> PlatformClaims | None:
        """The platform, in a PCK certificate."""

class CertificatesView(Record):
    """One certificate or more."""
    @property
    def kind(self) -> Literal["certificates"] | None:
        """What it is; absent inside another record."""
    @property
    def certificates(self) -> tuple[CertificateView, ...]:
        """In the order of the file."""

class CheckLine(Record):
    """One check: which rule, what came of it, and what was compared."""
    @property
    def id(self) -> str:
        """Stable dotted id of the rule."""
    @property
    def title(self) -> str:
        """The rule in words."""
    @property
    def outcome(self) -> CheckOutcome:
        """What came of it."""
    @property
    def reason(self) -> str | None:
        """Why the rule was not applied, when it was skipped."""
    @property
    def spec(self) -> str:
        """The document and section that the rule comes from."""
    @property
    def facts(self) -> Mapping[str, Any]:
        """What was compared."""

class ClockClaims(Record):
    """Clock and counters, and how they follow the last ones."""
    @property
    def reading(self) -> ClockReading:
        """The reading: give it as `options.previous` the next time."""
    @property
    def counters(self) -> ClockCounters:
        """Whether counters and firmware version are true."""
    @property
    def continuity(self) -> Continuity | None:
        """How the quote follows the previous one."""

class ClockReading(Record):
    """Clock and counters of a TPM."""
    @property
    def clock(self) -> int:
        """Milliseconds that the TPM ran."""
    @property
    def reset_count(self) -> int:
        """Resets; hidden by a secret offset for keys outside the endorsement hierarchy."""
    @property
    def restart_count(self) -> int:
        """Restarts and resumptions since the reset."""
    @property
    def safe(self) -> bool:
        """No greater clock was reported before."""

class CollateralClaims(Record):
    """Which collateral judged the evidence."""
    @property
    def verified_at(self) -> str:
        """The time of the verification."""
    @property
    def profile(self) -> ProfileName:
        """The profile of the verification."""
    @property
    def issued(self) -> str:
        """Issue date of the oldest part."""
    @property
    def valid_until(self) -> str:
        """The last moment at which every part is in force."""
    @property
    def expiries(self) -> tuple[Expiry, ...]:
        """When each part goes stale, soonest first."""

class CollateralView(Record):
    """A collateral file."""
    @property
    def kind(self) -> Literal["collateral"] | None:
        """What it is; absent inside another record."""
    @property
    def expiries(self) -> tuple[Expiry, ...]:
        """When each part goes stale, soonest first."""
    @property
    def tcb_info(self) -> SignedDocumentView:
        """TCB info."""
    @property
    def qe_identity(self) -> SignedDocumentView:
        """The quoting enclave's identity."""
    @property
    def qve_identity(self) -> SignedDocumentView | None:
        """The quote verification enclave's identity."""
    @property
    def pck_crl(self) -> CrlView:
        """The list of the PCK authority."""
    @property
    def pck_crl_issuer_chain(self) -> tuple[CertificateView, ...]:
        """Its issuer's chain."""
    @property
    def root_ca_crl(self) -> CrlView:
        """The list of the root."""
    @property
    def pck_certificate_chain(self) -> tuple[CertificateView, ...]:
        """The PCK certificate chain, where the file has it."""

class ComparisonClaims(Record):
    """The measurements of one manifest against those of a device."""
    @property
    def kind(self) -> RimKind:
        """What it is for."""
    @property
    def version(self) -> str:
        """The manifest's version."""
    @property
    def issued(self) -> str:
        """The first day of its signer's certificate: tells editions apart."""
    @property
    def valid_until(self) -> str:
        """The last moment at which its certificates are valid."""
    @property
    def sha256(self) -> str:
        """SHA-256 of the manifest."""
    @property
    def matched(self) -> tuple[int, ...]:
        """Indices whose measurement is one of the reference values."""
    @property
    def mismatches(self) -> tuple[MismatchClaims, ...]:
        """Measurements that are none of them."""
    @property
    def skipped(self) -> tuple[int, ...]:
        """Indices that say nothing in the device's state."""

class CompositeClaims(Record):
    """What a machine and its devices say."""
    @property
    def binding(self) -> BondClaims:
        """How they belong together."""
    @property
    def machine(self) -> DcapClaims:
        """The machine."""
    @property
    def devices(self) -> NvgpuClaims:
        """The devices."""
    @property
    def tpm(self) -> TpmClaims | None:
        """The machine's TPM."""
    @property
    def valid_until(self) -> str:
        """The last moment at which all of it holds."""

class CrlView(Record):
    """A revocation list."""
    @property
    def kind(self) -> Literal["crl"] | None:
        """What it is; absent inside another record."""
    @property
    def issuer(self) -> str | None:
        """Common name of the issuer."""
    @property
    def number(self) -> str | None:
        """Number of the list."""
    @property
    def this_update(self) -> str:
        """When it was issued."""
    @property
    def next_update(self) -> str:
        """When it goes stale."""
    @property
    def revoked(self) -> int:
        """How many certificates are revoked."""

class DcapClaims(Record):
    """What an authentic quote of an enclave or trust domain says."""
    @property
    def tee(self) -> Tee:
        """The execution environment."""
    @property
    def tcb(self) -> TcbClaims:
        """The state of the platform's trusted computing base."""
    @property
    def report(self) -> ReportClaims:
        """The report, field by field; bytes in lower-case hex."""
    @property
    def platform(self) -> PlatformClaims:
        """The platform, from its PCK certificate."""
    @property
    def quote(self) -> QuoteClaims:
        """The quote itself."""
    @property
    def collateral(self) -> CollateralClaims:
        """Which collateral was used and how long it lasts."""
    @property
    def event_log(self) -> EventLogClaims | None:
        """Events of the log that replays to the registers, when a log was given."""
    @property
    def boot(self) -> BootStateClaims | None:
        """What that log tells of the boot; a policy with rules about it judges it."""
    @property
    def qve(self) -> QveClaims | None:
        """What the report of a quote verification enclave says, when one was given. Claimed, not authentic."""

class DeviceCertificate(Record):
    """One certificate of a device."""
    @property
    def subject(self) -> str:
        """Its common name."""
    @property
    def serial(self) -> str:
        """Its serial number."""
    @property
    def not_after(self) -> str:
        """The last moment of its validity."""
    @property
    def revocation(self) -> RevocationState:
        """What its issuer says; `not_known` where nothing was given."""

class EndorsementView(Record):
    """An endorsement key that is trusted to be a TPM's."""
    @property
    def fingerprint(self) -> str:
        """SHA-256 over the key, to tell one machine from another: hex."""
    @property
    def kind(self) -> str:
        """Kind and size."""
    @property
    def certified(self) -> bool:
        """A certificate vouches for it; if not, you pinned it."""
    @property
    def manufacturer(self) -> str | None:
        """Who made the TPM, as its certificate says."""
    @property
    def model(self) -> str | None:
        """Its model."""
    @property
    def version(self) -> str | None:
        """The version of its firmware when it was certified."""

class EventClaims(Record):
    """One event."""
    @property
    def number(self) -> int:
        """Its place in the log."""
    @property
    def index(self) -> int:
        """Index of the register that it extends, as the log has it: for a CCEL 1 is RTMR0."""
    @property
    def event_type(self) -> str:
        """Its type."""
    @property
    def digest(self) -> str | None:
        """Its digest in the bank that was compared; in the strongest one, when nothing was replayed."""
    @property
    def proof(self) -> EventProof:
        """What the replay proves of its data."""
    @property
    def text(self) -> str | None:
        """Its data as far as they are text."""

class EventLogClaims(Record):
    """Events of a log that replays to the registers of an authentic report."""
    @property
    def events(self) -> tuple[EventClaims, ...]:
        """Every event in the order of the log."""

class EventLogView(Record):
    """An event log."""
    @property
    def kind(self) -> Literal["event_log"] | None:
        """What it is; absent inside another record."""
    @property
    def events(self) -> tuple[EventClaims, ...]:
        """Its events."""

class Expiry(Record):
    """When one part of the collateral goes stale."""
    @property
    def part(self) -> str:
        """Which part."""
    @property
    def at(self) -> str:
        """Its last moment."""

class Finding(Record):
    """One rule of a policy and what it found."""
    @property
    def rule(self) -> str:
        """The rule."""
    @property
    def outcome(self) -> FindingOutcome:
        """What it found."""
    @property
    def facts(self) -> Mapping[str, Any]:
        """What was asked and what was found."""

class FirmwareIdClaims(Record):
    """The firmware that a device's key was certified for."""
    @property
    def certified(self) -> str:
        """What the certificate says: SHA-384."""
    @property
    def stated(self) -> str | None:
        """What the report says, which is the same; absent where it says nothing."""

class Forecast(Record):
    """A change that is known to come."""
    @property
    def at(self) -> str | None:
        """The first second of the new verdict; absent where no date is announced."""
    @property
    def cause(self) -> ForecastCause:
        """`expiry`: parts of the collateral go stale; `grace_ends`: the policy's grace for an out-of-date TCB ends; `recovery`: a later TCB evaluation becomes the standard one."""
    @property
    def parts(self) -> tuple[str, ...]:
        """The parts that go stale."""
    @property
    def evaluation_number(self) -> int | None:
        """The TCB evaluation of a recovery."""
    @property
    def announced(self) -> str | None:
        """When Intel made a recovery public, where its list of evaluation numbers was given."""
    @property
    def tcb_date(self) -> str | None:
        """The date of fixes that a recovery demands, where Intel's list of evaluation numbers was given."""
    @property
    def verdict(self) -> Verdict | None:
        """The verdict from then on, if nothing else changes; absent for a recovery whose collateral was not given."""

class Horizon(Record):
    """The verdict under one of several collaterals."""
    @property
    def collateral(self) -> int:
        """Which collateral: its place in the call, counted from 0."""
    @property
    def evaluation_number(self) -> int | None:
        """Number of its TCB evaluation; absent when it does not verify."""
    @property
    def issued(self) -> str | None:
        """The earlier issue date of its TCB info and identity."""
    @property
    def verdict(self) -> Verdict:
        """The verdict."""

class ImaClaims(Record):
    """A replayed IMA list."""
    @property
    def first(self) -> int:
        """Number of the first entry of this list, counted from the boot."""
    @property
    def next(self) -> int:
        """Number of the entry to begin with the next time."""
    @property
    def verified(self) -> int:
        """Entries that PCR 10 proves."""
    @property
    def unverified(self) -> int:
        """Entries after them, which were made after the quote and are not proven: send them again."""
    @property
    def violations(self) -> int:
        """Files that were changed while they were measured, or open for writing."""
    @property
    def foreign(self) -> int:
        """Entries of other registers, which are not proven."""
    @property
    def zero_padded(self) -> bool:
        """The kernel fills larger banks with the SHA-1 hash and zeros (before Linux 5.8)."""
    @property
    def boot_aggregate(self) -> BootAggregate:
        """What the first entry says of the boot: `matches`, `differs`, `not_quoted`, `zero`, `absent`, or `earlier` when an earlier list held it."""
    @property
    def further_aggregates(self) -> int:
        """Further entries of that name, as after kexec."""
    @property
    def continuation(self) -> str | None:
        """The token to continue with, when `options.continuation_key` was given and the policy accepted: hex."""

class ImaListView(Record):
    """An IMA measurement list."""
    @property
    def kind(self) -> Literal["ima_list"] | None:
        """What it is; absent inside another record."""
    @property
    def entries(self) -> int:
        """How many entries it has."""
    @property
    def violations(self) -> int:
        """Entries that say that a file was changed while it was measured."""
    @property
    def first_paths(self) -> tuple[str, ...]:
        """Paths of the first ones."""

class JwkView(Record):
    """A key of a set."""
    @property
    def kid(self) -> str | None:
        """Its id."""
    @property
    def kty(self) -> str | None:
        """`RSA`, `EC` or `OKP`; absent for a key that cannot be used."""
    @property
    def algorithm(self) -> str | None:
        """The algorithm that it is bound to; absent for an RSA key without `alg`."""
    @property
    def thumbprint(self) -> str | None:
        """Its RFC 7638 thumbprint."""
    @property
    def certificates(self) -> int:
        """Certificates that it carries."""
    @property
    def unusable(self) -> str | None:
        """Why it cannot be used."""

class JwksView(Record):
    """A JWK set or one JWK."""
    @property
    def kind(self) -> Literal["jwks"] | None:
        """What it is; absent inside another record."""
    @property
    def keys(self) -> tuple[JwkView, ...]:
        """Its keys: those that can be used, then those that cannot."""

class KeptChallenge(Record):
    """What a verifier keeps, secret, between making a credential and its answer. It is good for one answer."""
    @property
    def ek(self) -> str:
        """Fingerprint of the endorsement key: SHA-256 in hex."""
    @property
    def ak_name(self) -> str:
        """Name of the attestation key that was asked about: hex."""
    @property
    def secret(self) -> str:
        """The secret that was wrapped: hex."""

class MismatchClaims(Record):
    """A measurement that is none of its reference values."""
    @property
    def index(self) -> int:
        """Its index in the manifest."""
    @property
    def name(self) -> str:
        """NVIDIA's name for it."""
    @property
    def expected(self) -> tuple[str, ...]:
        """What would be right."""
    @property
    def actual(self) -> str | None:
        """What the device measured; absent when it did not."""

class MissingRim(Record):
    """A manifest that was not given."""
    @property
    def kind(self) -> RimKind:
        """What it is for."""
    @property
    def id(self) -> str | None:
        """Its name at NVIDIA's service, made from what the device signed."""

class NotChecked(Record):
    """Something that this call did not check."""
    @property
    def what(self) -> str:
        """What: the rule of the policy, or `event_log`."""
    @property
    def why(self) -> str:
        """What that means, and how to have it checked."""

class NvgpuClaims(Record):
    """What GPUs and switches say."""
    @property
    def form(self) -> EvidenceForm:
        """Whose form the evidence came in."""
    @property
    def mode(self) -> GpuMode | None:
        """The mode that the GPUs state."""
    @property
    def topology(self) -> Topology:
        """Whether GPUs and switches are wired as one protected machine."""
    @property
    def devices(self) -> tuple[NvgpuDeviceClaims, ...]:
        """The devices, in the order of the evidence."""
    @property
    def valid_until(self) -> str:
        """The last moment at which every certificate is valid, and every list and answer current."""

class NvgpuDeviceClaims(Record):
    """What one device says."""
    @property
    def name(self) -> str | None:
        """How the collector calls the device; not signed."""
    @property
    def class_(self) -> DeviceClass:
        """What it is."""
    @property
    def architecture(self) -> GpuArchitecture:
        """Its architecture."""
    @property
    def chip(self) -> str:
        """The chip, such as `GH100`."""
    @property
    def driver_version(self) -> str | None:
        """The driver's version; switches have none."""
    @property
    def vbios_version(self) -> str:
        """The VBIOS's version, or the BIOS's of a switch."""
    @property
    def serial(self) -> str:
        """Serial number of the attestation key's certificate."""
    @property
    def key_fingerprint(self) -> str:
        """SHA-256 of the attestation key's SubjectPublicKeyInfo."""
    @property
    def firmware_id(self) -> FirmwareIdClaims:
        """The firmware that the key was certified for."""
    @property
    def measurements_match(self) -> bool:
        """Every measurement is one of its reference values, and none of the manifests is missing."""
    @property
    def comparisons(self) -> tuple[ComparisonClaims, ...]:
        """What became of each manifest."""
    @property
    def missing(self) -> tuple[MissingRim, ...]:
        """Manifests that were not given."""
    @property
    def certificates(self) -> tuple[DeviceCertificate, ...]:
        """The certificates below the root, the attestation key's first."""
    @property
    def nvidia(self) -> Mapping[str, Any]:
        """The same in NVIDIA's names, version 3.0."""

class NvgpuDeviceView(Record):
    """One device's report, and what was announced of it."""
    @property
    def name(self) -> str | None:
        """How the collector calls the device."""
    @property
    def architecture(self) -> GpuArchitecture | None:
        """The announced architecture."""
    @property
    def nonce(self) -> str:
        """The challenge that the report carries."""
    @property
    def measurements(self) -> int:
        """How many measurements there are."""
    @property
    def opaque(self) -> tuple[tuple[int, str], ...]:
        """Fields of the opaque data: each type, and its data in hex."""
    @property
    def certificates(self) -> tuple[CertificateView, ...]:
        """The certificates, leaf first."""

class NvgpuView(Record):
    """Evidence of devices."""
    @property
    def kind(self) -> Literal["nvidia_devices"] | None:
        """What it is; absent inside another record."""
    @property
    def form(self) -> str:
        """Whose form it is."""
    @property
    def has_machine(self) -> bool:
        """Whether a quote of the machine stands in the same text."""
    @property
    def devices(self) -> tuple[NvgpuDeviceView, ...]:
        """The devices."""

class OwnTokenClaims(Record):
    """The registered claims of an environment's own token."""
    @property
    def issuer(self) -> str | None:
        """`iss`."""
    @property
    def subject(self) -> str | None:
        """`sub`."""
    @property
    def audience(self) -> tuple[str, ...]:
        """`aud`."""
    @property
    def token_id(self) -> str | None:
        """`jti`."""
    @property
    def profile(self) -> str | None:
        """`eat_profile`."""
    @property
    def issued_at(self) -> str | None:
        """`iat`."""
    @property
    def not_before(self) -> str | None:
        """`nbf`."""
    @property
    def expires_at(self) -> str | None:
        """`exp`."""

class PckLookup(Record):
    """What a quote says of its PCK certificate: at most one of `leaf` and `query`."""
    @property
    def carried(self) -> bool:
        """The quote carries its chain: there is nothing to look up."""
    @property
    def leaf(self) -> str | None:
        """Its own certificate (PEM), without the issuers'."""
    @property
    def query(self) -> PckLookupQuery | None:
        """What a service finds the certificate by."""

class PckLookupQuery(Record):
    """What a service finds a PCK certificate by: upper-case hex of the bytes as they stand in the quote."""
    @property
    def tee(self) -> Tee:
        """The execution environment."""
    @property
    def qe_id(self) -> str:
        """The quoting enclave's id."""
    @property
    def encrypted_ppid(self) -> str:
        """The encrypted PPID; empty where the quote has it in clear."""
    @property
    def cpu_svn(self) -> str:
        """CPU SVN."""
    @property
    def pce_svn(self) -> str:
        """PCE SVN, little-endian."""
    @property
    def pce_id(self) -> str:
        """PCE id, little-endian."""

class PlatformClaims(Record):
    """The platform, as its PCK certificate describes it."""
    @property
    def fmspc(self) -> str:
        """Platform family."""
    @property
    def ca(self) -> PckAuthority | None:
        """Who issued the PCK certificate."""
    @property
    def sgx_type(self) -> SgxType:
        """How memory is protected."""
    @property
    def ppid(self) -> str:
        """Names this package; personal data of the machine."""
    @property
    def platform_instance_id(self) -> str | None:
        """Names this platform, where the certificate has it."""
    @property
    def dynamic_platform(self) -> bool | None:
        """Packages can be added after registration."""
    @property
    def cached_keys(self) -> bool | None:
        """Intel keeps the platform's root keys."""
    @property
    def smt_enabled(self) -> bool | None:
        """Simultaneous multithreading is on."""
    @property
    def pce_id(self) -> str:
        """Provisioning certification enclave."""
    @property
    def pce_svn(self) -> int:
        """Its security version number."""
    @property
    def components(self) -> tuple[int, ...]:
        """Security version numbers of the 16 SGX components."""
    @property
    def cpu_svn(self) -> str:
        """The raw CPU SVN."""

class PlatformLookup(Record):
    """The platform of a quote, by the PCK certificate that it carries."""
    @property
    def tee(self) -> Tee | None:
        """Absent for a certificate, which does not say."""
    @property
    def fmspc(self) -> str:
        """Platform family: hex."""
    @property
    def ca(self) -> PckAuthority:
        """Which authority issued the certificate."""

class PolicyView(Record):
    """A policy document."""
    @property
    def kind(self) -> Literal["policy"] | None:
        """What it is; absent inside another record."""
    @property
    def name(self) -> str:
        """The name that it gives itself."""

class Problem(Record):
    """Why something was refused: the same members in every language."""
    @property
    def code(self) -> Code:
        """What happened: a stable dotted code of `docs/errors.md`."""
    @property
    def kind(self) -> ProblemKind:
        """What the caller can do."""
    @property
    def part(self) -> str:
        """Dotted path of the part that failed."""
    @property
    def message(self) -> str:
        """What happened, in words."""
    @property
    def offset(self) -> int | None:
        """Byte offset inside the part's outermost input, where one is known."""
    @property
    def help(self) -> str:
        """What to do next."""
    @property
    def facts(self) -> Mapping[str, Any]:
        """Expected and actual values."""

class QuoteClaims(Record):
    """The quote itself."""
    @property
    def version(self) -> int:
        """3, 4 or 5."""
    @property
    def user_data(self) -> str:
        """Chosen by the quoting enclave; not the PPID."""
    @property
    def qe_mr_enclave(self) -> str:
        """The quoting enclave's measurement."""
    @property
    def qe_isv_svn(self) -> int:
        """The quoting enclave's security version number."""

class QuoteView(Record):
    """A quote."""
    @property
    def kind(self) -> Literal["quote"] | None:
        """What it is; absent inside another record."""
    @property
    def version(self) -> int:
        """3, 4 or 5."""
    @property
    def tee(self) -> Tee:
        """The execution environment."""
    @property
    def size(self) -> int:
        """Bytes of the file, decoded; what follows the quote is padding."""
    @property
    def report(self) -> ReportClaims:
        """The report."""
    @property
    def qe_report(self) -> SgxReportClaims:
        """The quoting enclave's report."""
    @property
    def user_data(self) -> str:
        """Chosen by the quoting enclave; not the PPID."""
    @property
    def certification_type(self) -> int:
        """Type of the certification data."""
    @property
    def platform(self) -> PlatformClaims | None:
        """The platform, when the quote carries its PCK certificate."""
    @property
    def certificates(self) -> tuple[CertificateView, ...]:
        """The certificates that the quote carries."""

class QveClaims(Record):
    """What a QvE report says. Its MAC was not checked: whoever can write 432 bytes can write this."""
    @property
    def mac_checked(self) -> bool:
        """Always false: only an enclave on the same platform can check the MAC."""
    @property
    def unauthenticated_status(self) -> TcbStatus | None:
        """The verdict as a TCB status; absent for an invalid signature, an unspecified or unknown verdict."""
    @property
    def unauthenticated_qv_result(self) -> int:
        """The verdict as a number."""
    @property
    def unauthenticated_collateral_expired(self) -> bool:
        """Whether the QvE found collateral that had expired."""
    @property
    def unauthenticated_qve_status(self) -> TcbStatus:
        """The status of the QvE itself, by its identity."""

class RegisterClaims(Record):
    """Whether the log explains a register."""
    @property
    def bank(self) -> str:
        """The bank."""
    @property
    def pcr(self) -> int:
        """The register."""
    @property
    def events(self) -> int:
        """How many events of the log extend it."""
    @property
    def state(self) -> RegisterState:
        """`explained`, `unused`, `opaque` (something else extended it), `diverges`, `not_quoted`, or `not_logged` (the log has no digests of this bank)."""

class RimView(Record):
    """A reference integrity manifest."""
    @property
    def kind(self) -> Literal["nvidia_rim"] | None:
        """What it is; absent inside another record."""
    @property
    def rim(self) -> RimKind:
        """What it is for."""
    @property
    def product(self) -> str:
        """The product."""
    @property
    def version(self) -> str:
        """The version."""
    @property
    def measurements(self) -> tuple[int, ...]:
        """Indices of the measurements in force."""
    @property
    def certificates(self) -> tuple[CertificateView, ...]:
        """The certificates, signer first."""

class SectionClaims(Record):
    """A section of a unified kernel image."""
    @property
    def name(self) -> str:
        """Its name, such as `.linux`."""
    @property
    def digest(self) -> str | None:
        """The digest of its content."""

class SecureBootClaims(Record):
    """Secure Boot, from PCR 7."""
    @property
    def enabled(self) -> bool:
        """It was on."""
    @property
    def debug_mode(self) -> bool:
        """The firmware was in UEFI debug mode."""
    @property
    def dma_protection_disabled(self) -> bool:
        """Protection against direct memory access was off."""
    @property
    def shim_validation_disabled(self) -> bool:
        """shim was told to run anything."""
    @property
    def db(self) -> int:
        """Entries of the database of what may run."""
    @property
    def dbx(self) -> int:
        """Entries of the database of what may not."""
    @property
    def authorities(self) -> tuple[AuthorityClaims, ...]:
        """What allowed each image that ran."""

class SgxReportClaims(Record):
    """The report of an enclave."""
    @property
    def mr_enclave(self) -> str:
        ...
    @property
    def mr_signer(self) -> str:
        ...
    @property
    def isv_prod_id(self) -> int:
        ...
    @property
    def isv_svn(self) -> int:
        ...
    @property
    def debug(self) -> bool:
        ...
    @property
    def report_data(self) -> str:
        ...
    @property
    def attributes(self) -> str:
        ...
    @property
    def attribute_names(self) -> tuple[str, ...]:
        """Names of the flags that are set."""
    @property
    def misc_select(self) -> str:
        ...
    @property
    def cpu_svn(self) -> str:
        ...
    @property
    def config_id(self) -> str:
        ...
    @property
    def config_svn(self) -> int:
        ...
    @property
    def isv_family_id(self) -> str:
        ...
    @property
    def isv_ext_prod_id(self) -> str:
        ...

class ShortComponent(Record):
    """One component that is too low for a level."""
    @property
    def component(self) -> str:
        """Which component, such as `SGX component 7`."""
    @property
    def category(self) -> str | None:
        """Who ships it in Intel's signed words, where the TCB info has them, such as `OS/VMM`."""
    @property
    def kind(self) -> str | None:
        """What it is in Intel's signed words, such as `SEAMLDR ACM`."""
    @property
    def have(self) -> int:
        """Its security version number."""
    @property
    def need(self) -> int:
        """The security version number that the level needs."""
    @property
    def owner(self) -> ComponentOwner:
        """Who can raise it."""
    @property
    def remedy(self) -> str:
        """What to update, in words."""

class Shortfall(Record):
    """A level that was not reached, and why."""
    @property
    def part(self) -> ShortfallOf:
        """What is judged."""
    @property
    def status(self) -> TcbStatus:
        """The status that reaching the level would give."""
    @property
    def date(self) -> str:
        """The date of the level."""
    @property
    def components(self) -> tuple[ShortComponent, ...]:
        """What is too low."""
    @property
    def advisories_resolved(self) -> tuple[str, ...]:
        """Advisories that would go away."""

class SignedDocumentView(Record):
    """A document that Intel signs."""
    @property
    def kind(self) -> Literal["tcb_info", "enclave_identity", "evaluation_numbers"] | None:
        """What it is; absent inside another record."""
    @property
    def members(self) -> Mapping[str, Any]:
        """Its single members, as they are written."""
    @property
    def levels(self) -> tuple[Any, ...]:
        """Status, date and advisories of its TCB levels, in the order of the document."""
    @property
    def issuer_chain(self) -> tuple[CertificateView, ...]:
        """Its signer's chain, where it is beside it."""

class SubmoduleToken(Record):
    """One submodule's token, as authentic as the overall one."""
    @property
    def name(self) -> str:
        """Its name in the bundle."""
    @property
    def key(self) -> TokenKey:
        """The key that signed it."""
    @property
    def valid_until(self) -> str | None:
        """The first moment after which it is no longer valid."""
    @property
    def header(self) -> Mapping[str, Any]:
        """The header."""
    @property
    def payload(self) -> Mapping[str, Any]:
        """The claims."""

class SubmoduleView(Record):
    """One submodule's token."""
    @property
    def name(self) -> str:
        """Its name in the bundle, such as `GPU-0`."""
    @property
    def token(self) -> TokenView:
        """The token."""

class TcbClaims(Record):
    """The state of a platform's trusted computing base."""
    @property
    def status(self) -> TcbStatus:
        """The converged status."""
    @property
    def date(self) -> str | None:
        """Up to which date of fixes the platform goes; the earliest of its parts."""
    @property
    def evaluation_number(self) -> int:
        """Number of the TCB evaluation that judged it."""
    @property
    def advisories(self) -> tuple[str, ...]:
        """Advisories that apply, sorted."""
    @property
    def parts(self) -> tuple[TcbPart, ...]:
        """The status of each part before convergence."""
    @property
    def shortfall(self) -> tuple[Shortfall, ...]:
        """What separates the platform from each better level."""

class TcbPart(Record):
    """One part of the trusted computing base."""
    @property
    def part(self) -> TcbPartKind:
        """Which part; `running_now`: all of them at their present versions (TDX 1.5)."""
    @property
    def status(self) -> TcbStatus:
        """Its own status."""
    @property
    def date(self) -> str | None:
        """Up to which date of fixes it goes."""

class TdxExtendedClaims(Record):
    """What the extended TDX 1.5 report adds."""
    @property
    def vm_id(self) -> int:
        ...
    @property
    def td_id(self) -> str:
        ...
    @property
    def dev_info(self) -> str:
        ...
    @property
    def init_service_td_hash(self) -> str:
        ...
    @property
    def init_service_td_attributes(self) -> str:
        ...
    @property
    def init_cpu_svn(self) -> str:
        ...
    @property
    def init_tee_tcb_svn(self) -> str:
        ...
    @property
    def init_tee_fmspc(self) -> str:
        ...
    @property
    def current_service_td_hash(self) -> str:
        ...
    @property
    def current_service_td_attributes(self) -> str:
        ...

class TdxReportClaims(Record):
    """The report of a trust domain."""
    @property
    def mr_td(self) -> str:
        ...
    @property
    def rtmr0(self) -> str:
        ...
    @property
    def rtmr1(self) -> str:
        ...
    @property
    def rtmr2(self) -> str:
        ...
    @property
    def rtmr3(self) -> str:
        ...
    @property
    def debug(self) -> bool:
        ...
    @property
    def report_data(self) -> str:
        ...
    @property
    def td_attributes(self) -> str:
        ...
    @property
    def attribute_names(self) -> tuple[str, ...]:
        """Names of the bits that are set."""
    @property
    def xfam(self) -> str:
        ...
    @property
    def mr_config_id(self) -> str:
        ...
    @property
    def mr_owner(self) -> str:
        ...
    @property
    def mr_owner_config(self) -> str:
        ...
    @property
    def mr_seam(self) -> str:
        ...
    @property
    def mr_signer_seam(self) -> str:
        ...
    @property
    def seam_attributes(self) -> str:
        ...
    @property
    def tee_tcb_svn(self) -> str:
        ...
    @property
    def tee_tcb_svn2(self) -> str | None:
        """TDX 1.5: of the module that runs now."""
    @property
    def mr_service_td(self) -> str | None:
        """TDX 1.5."""
    @property
    def extended(self) -> TdxExtendedClaims | None:
        """TDX 1.5, extended."""

class TokenAppraisal(Record):
    """What a token says. `null` is what it does not say; bytes are lower-case hex."""
    @property
    def dialect(self) -> Dialect:
        """Whose claims these are."""
    @property
    def issuer(self) -> str | None:
        """`iss`."""
    @property
    def audience(self) -> tuple[str, ...]:
        """`aud`."""
    @property
    def subject(self) -> str | None:
        """`sub`."""
    @property
    def profile(self) -> str | None:
        """`eat_profile`, or the version of the claims."""
    @property
    def token_id(self) -> str | None:
        """`jti`."""
    @property
    def intended_use(self) -> str | None:
        """`intuse`."""
    @property
    def issued_at(self) -> str | None:
        """`iat`, in RFC 3339."""
    @property
    def not_before(self) -> str | None:
        """`nbf`."""
    @property
    def expires_at(self) -> str | None:
        """`exp`."""
    @property
    def verifier_developer(self) -> str | None:
        """Who appraised: the developer."""
    @property
    def verifier_build(self) -> str | None:
        """Who appraised: the build."""
    @property
    def status(self) -> Tier | None:
        """The verdict over all environments."""
    @property
    def worst_status(self) -> Tier | None:
        """The worst verdict that is stated anywhere."""
    @property
    def debuggable(self) -> bool | None:
        """Whether anything attested can be debugged; `null` when the token does not say."""
    @property
    def nonces(self) -> tuple[str, ...]:
        """Nonces of the whole."""
    @property
    def environments(self) -> tuple[TokenEnvironment, ...]:
        """The attested environments."""
    @property
    def unmapped(self) -> tuple[TokenClaim, ...]:
        """Claims of the whole that have no member here: dotted path and JSON text."""
    @property
    def objections(self) -> tuple[Problem, ...]:
        """Why it must not be accepted, where a reader was asked to show it all the same."""

class TokenBinding(Record):
    """How report data were found bound."""
    @property
    def mode(self) -> str:
        """The mode."""
    @property
    def matched(self) -> bool | None:
        """Whether it holds."""
    @property
    def fresh(self) -> str | None:
        """Which claim makes it fresh."""

class TokenBundleView(Record):
    """A detached bundle of NVIDIA's service."""
    @property
    def kind(self) -> Literal["token_bundle"] | None:
        """What it is; absent inside another record."""
    @property
    def overall(self) -> TokenView:
        """The token that says what came of the whole."""
    @property
    def submodules(self) -> tuple[SubmoduleView, ...]:
        """The submodules' tokens, in the order of the bundle."""
    @property
    def unauthenticated_appraisal(self) -> TokenAppraisal | None:
        """What the claims say together, objections among it. Absent where they cannot be held together."""
    @property
    def problem(self) -> Problem | None:
        """Why they cannot: a digest that is another token's, a submodule too many or too few, malformed claims."""

class TokenClaim(Record):
    """A claim as it was written."""
    @property
    def path(self) -> str:
        """Dotted path from the root."""
    @property
    def json(self) -> str:
        """Its JSON text."""

class TokenClaims(Record):
    """What an authentic token says."""
    @property
    def key(self) -> TokenKey:
        """The key that signed it."""
    @property
    def valid_until(self) -> str | None:
        """The first moment after which the token, and the certificates of its key where they were used, are no longer valid; absent where nothing says so."""
    @property
    def header(self) -> Mapping[str, Any]:
        """The header."""
    @property
    def payload(self) -> Mapping[str, Any]:
        """The claims as the issuer wrote them. A number that neither an integer of 64 bits nor a double holds is given as its text."""
    @property
    def submodules(self) -> tuple[SubmoduleToken, ...]:
        """The submodules' tokens, of a bundle; the members above are then those of its overall token, but `valid_until`, which is that of the first to expire."""
    @property
    def appraisal(self) -> TokenAppraisal | None:
        """What the claims say of attested evidence; absent where they are of none of the services whose claims are known."""

class TokenEnvironment(Record):
    """One attested environment."""
    @property
    def name(self) -> str | None:
        """Name of the submodule."""
    @property
    def tee(self) -> str | None:
        """What it is, such as `tdx`."""
    @property
    def hardware_model(self) -> str | None:
        """Model of the hardware."""
    @property
    def debug(self) -> DebugStatus | None:
        """`dbgstat` of RFC 9711."""
    @property
    def secure_boot(self) -> bool | None:
        """Whether it started with secure boot."""
    @property
    def measurements(self) -> Mapping[str, Any]:
        """What was measured or configured, by name: hex, number, flag or text."""
    @property
    def report_data(self) -> str | None:
        """The report data."""
    @property
    def runtime_data(self) -> str | None:
        """The data bound by the report data, as JSON text; `null` in it says that there are none."""
    @property
    def init_data(self) -> str | None:
        """The data bound at launch, as JSON text."""
    @property
    def init_data_digest(self) -> str | None:
        """Their digest, as the report has it."""
    @property
    def binding(self) -> TokenBinding | None:
        """How the verifier found the report data bound."""
    @property
    def nonces(self) -> tuple[str, ...]:
        """Nonces of this environment."""
    @property
    def tcb(self) -> TokenTcb:
        """State of the trusted computing base."""
    @property
    def status(self) -> Tier | None:
        """The verdict."""
    @property
    def vector(self) -> Mapping[str, Any] | None:
        """The verdict by aspect."""
    @property
    def policies(self) -> tuple[TokenPolicy, ...]:
        """What policies made of it."""
    @property
    def evidence(self) -> str | None:
        """Digest of the evidence."""
    @property
    def token(self) -> OwnTokenClaims | None:
        """What its own token says of itself, in a detached bundle."""
    @property
    def unmapped(self) -> tuple[TokenClaim, ...]:
        """Claims that have no member here."""

class TokenKey(Record):
    """The key that signed a token."""
    @property
    def algorithm(self) -> TokenAlgorithm:
        """The algorithm, by registered name."""
    @property
    def kid(self) -> str | None:
        """The key's id."""
    @property
    def origin(self) -> KeyOrigin:
        """`set`: the caller's keys; `certified_set`: those, certified by the caller's roots; `certified_header`: the token's own certificates, which end at the caller's roots."""

class TokenPolicy(Record):
    """What one policy made of the evidence."""
    @property
    def id(self) -> str:
        """Its id."""
    @property
    def version(self) -> str | None:
        """Its version."""
    @property
    def hash(self) -> str | None:
        """Hash of its text."""
    @property
    def matched(self) -> bool | None:
        """Whether it was met."""
    @property
    def detail(self) -> str | None:
        """What it says beyond that."""

class TokenTcb(Record):
    """State of the trusted computing base, as the token states it."""
    @property
    def status(self) -> str | None:
        """The status, in Intel's spelling where it is Intel's."""
    @property
    def date(self) -> str | None:
        """Up to which date of fixes it goes."""
    @property
    def advisories(self) -> tuple[str, ...] | None:
        """Advisories; empty when the token says that there are none."""
    @property
    def evaluation_number(self) -> int | None:
        """Number of the TCB evaluation."""
    @property
    def fmspc(self) -> str | None:
        """Family of the platform."""

class TokenView(Record):
    """A token."""
    @property
    def kind(self) -> Literal["token"] | None:
        """What it is; absent inside another record."""
    @property
    def size(self) -> int:
        """Characters of the token."""
    @property
    def header(self) -> Mapping[str, Any]:
        """The header."""
    @property
    def payload(self) -> Mapping[str, Any]:
        """The claims."""
    @property
    def signature_bytes(self) -> int:
        """Bytes of the signature."""
    @property
    def unauthenticated_appraisal(self) -> TokenAppraisal | None:
        """What the claims say of attested evidence, objections among it: whoever wrote them, for no signature was checked. Absent where they are of no service that is known, and in a bundle, which is read whole."""

class TpmAttestView(Record):
    """An attestation of a TPM."""
    @property
    def kind(self) -> Literal["tpm_attest"] | None:
        """What it is; absent inside another record."""
    @property
    def attestation(self) -> AttestationType:
        """Its type."""
    @property
    def qualified_signer(self) -> str:
        """Qualified name of the signer."""
    @property
    def extra_data(self) -> str:
        """The challenge."""
    @property
    def clock(self) -> ClockReading:
        """Clock and counters."""
    @property
    def firmware_version(self) -> str:
        """Firmware version."""
    @property
    def selection(self) -> Mapping[str, tuple[int, ...]]:
        """Which registers of which banks a quote covers."""
    @property
    def pcr_digest(self) -> str | None:
        """The digest over their values."""

class TpmChallenge(Record):
    """What came of it."""
    @property
    def credential(self) -> str | None:
        """What the machine is sent, in the form of tpm2-tools' files: hex."""
    @property
    def challenge(self) -> KeptChallenge | None:
        """What you keep, secret, until the answer comes: `ak_evidence.activated.challenge`."""
    @property
    def ek(self) -> EndorsementView | None:
        """The endorsement key."""
    @property
    def checks(self) -> tuple[CheckLine, ...]:
        """What was checked."""
    @property
    def error(self) -> Problem | None:
        """Why there is no challenge."""

class TpmClaims(Record):
    """What a TPM says."""
    @property
    def quote(self) -> TpmQuoteClaims:
        """The quote itself."""
    @property
    def ak(self) -> AkClaims:
        """The key that signed it, and why that key is trusted."""
    @property
    def clock(self) -> ClockClaims:
        """Clock and counters."""
    @property
    def pcrs(self) -> Mapping[str, Mapping[str, str]] | None:
        """The quoted registers; absent when no values were given, so that only their digest is known."""
    @property
    def boot(self) -> BootClaims | None:
        """What the event log says and the registers prove."""
    @property
    def ima(self) -> ImaClaims | None:
        """What the IMA list says and PCR 10 proves."""

class TpmPcrsView(Record):
    """Values of registers as they came beside a quote."""
    @property
    def kind(self) -> Literal["tpm_pcrs"] | None:
        """What it is; absent inside another record."""
    @property
    def registers(self) -> Mapping[str, tuple[int, ...]]:
        """Of which registers of which banks."""

class TpmPublicView(Record):
    """The public area of a key."""
    @property
    def kind(self) -> Literal["tpm_public"] | None:
        """What it is; absent inside another record."""
    @property
    def key(self) -> str:
        """Kind and size of the key."""
    @property
    def name(self) -> str | None:
        """Its Name."""
    @property
    def attributes(self) -> tuple[str, ...]:
        """Its attributes."""
    @property
    def scheme(self) -> str | None:
        """The scheme that it is bound to."""
    @property
    def auth_policy(self) -> str:
        """Digest of the policy that authorises its use."""

class TpmQuoteClaims(Record):
    """The quote itself."""
    @property
    def scheme(self) -> str:
        """Scheme and hash of the signature."""
    @property
    def extra_data(self) -> str:
        """What the quote answers: the challenge."""
    @property
    def fresh(self) -> bool:
        """A challenge was given out and is answered; if not, the quote may be of any age."""
    @property
    def qualified_signer(self) -> str:
        """Qualified name of the signer, as the TPM writes it."""
    @property
    def firmware_version(self) -> str:
        """Firmware version in the vendor's form; hidden unless `clock.counters` is `clear`."""
    @property
    def selection(self) -> Mapping[str, tuple[int, ...]]:
        """Which registers of which banks it covers."""
    @property
    def pcr_digest(self) -> str:
        """The digest over their values."""

class TpmSignatureView(Record):
    """A signature in a TPM's own form."""
    @property
    def kind(self) -> Literal["tpm_signature"] | None:
        """What it is; absent inside another record."""
    @property
    def scheme(self) -> str:
        """Scheme and hash, such as `ecdsa-sha256`."""

class UnauthenticatedAppraisal(Record):
    """What a token says of which nothing was verified."""
    @property
    def authenticated(self) -> bool:
        """Always `false`."""
    @property
    def unauthenticated(self) -> TokenAppraisal | None:
        """What the bytes say, whoever wrote them."""
    @property
    def error(self) -> Problem | None:
        """Why it cannot be understood."""

class Verdict(Record):
    """A verdict in short."""
    @property
    def verified(self) -> bool:
        """Authentic."""
    @property
    def accepted(self) -> bool:
        """Accepted."""
    @property
    def status(self) -> TcbStatus | None:
        """The TCB status; absent when it is not authentic."""
    @property
    def advisories(self) -> tuple[str, ...]:
        """Advisories that apply."""
    @property
    def error(self) -> Problem | None:
        """Why not."""

@final
class Verification(Generic[_ClaimsT]):
    """The result of a verification."""
    def to_json(self) -> str:
        """The JSON of `verification.json`, the same bytes in every language."""
    def __bool__(self) -> bool:
        """Whether the evidence was accepted."""
    def __eq__(self, other: object, /) -> bool: ...
    @property
    def verified(self) -> bool:
        """The evidence is authentic: every signature, chain, window and binding holds."""
    @property
    def accepted(self) -> bool:
        """It is authentic, and the policy accepts it. Only then may a caller rely on the claims."""
    @property
    def evidence(self) -> EvidenceKind:
        """The kind of evidence."""
    @property
    def error(self) -> Problem | None:
        """Why not, when it is not accepted."""
    @property
    def checks(self) -> tuple[CheckLine, ...]:
        """Every check in the order in which it was made; on failure the last one is the failing one."""
    @property
    def claims(self) -> _ClaimsT:
        """What the evidence says. Present as soon as it is authentic; see `verified` and `accepted`."""
    @property
    def appraisal(self) -> Appraisal | None:
        """What the policy made of it; absent when the evidence is not authentic."""
    @property
    def not_checked(self) -> tuple[NotChecked, ...]:
        """What this call did not check, and how to have it checked."""
    @property
    def horizons(self) -> tuple[Horizon, ...]:
        """The verdict under each collateral, when several were given; the first decides."""
    @property
    def forecast(self) -> tuple[Forecast, ...]:
        """When the verdict will change, and to what: dated changes in order, then those without a date."""

class AcceptedAlgorithmsOneOf(TypedDict):
    """One of these, by registered name, such as `RS256`."""
    one_of: Sequence[str]
    ...

class ActivatedKey(TypedDict):
    """A key that was activated. `ak` of the request is its public area."""
    ek: EndorsementKey
    """The endorsement key."""
    challenge: KeptChallenge | KeptChallengeDict
    """What you kept when you made the credential."""
    answer: str
    """What the machine unwrapped: hex."""

class AkEvidenceActivated(TypedDict):
    """The TPM of an endorsement key unwrapped a secret that only it could, and only with this key in it: MakeCredential and ActivateCredential."""
    activated: ActivatedKey
    ...

class AkEvidenceAttested(TypedDict):
    """Another attestation key of the same TPM certified it: TPM2_Certify or TPM2_CertifyCreation."""
    attested: AttestedKey
    ...

class AkEvidenceTeeBound(TypedDict):
    """The hardware report of a confidential VM binds it: Azure's HCL report."""
    tee_bound: TeeBoundKey
    ...

class AttestedExpectations(TypedDict):
    """What the attested evidence must be. No member may be left out, so that nothing goes unchecked by a slip."""
    tee: ExpectedText
    """What is attested, such as `tdx`, `sgx`, `snp`, `tpm`, `nvgpu`; of every environment, or of those that `submodules` names."""
    debug: ExpectedDebug
    """Whether something that can be debugged is refused."""
    worst_status: ExpectedText
    """No verdict of the token is worse than this: `affirming`, `none`, `warning`."""
    submodules: Sequence[str]
    """Parts that must be attested, by name; empty for none."""
    policy_id: ExpectedText
    """Id of a policy that must have been applied, and met."""
    policy_hash: ExpectedText
    """Hash, in hex, of the text of that policy."""
    measurements: Mapping[str, Any]
    """Measurements that must be there, by name, such as `mr_td`: a value, or a list of good ones. Bytes are lower-case hex. Empty for none."""

class _AttestedKeyRequired(TypedDict):
    certification: Blob
    """The certification: TPMS_ATTEST or TPM2B_ATTEST."""
    signature: Blob
    """Its signature: TPMT_SIGNATURE."""
    signer: Blob
    """The public area of the key that signed it, which must be an attestation key itself."""

class AttestedKey(_AttestedKeyRequired, total=False):
    """A key that another key certified. `ak` of the request is its public area."""
    signer_name: str | None
    """The Name that the signer must have: hex."""
    signer_chain: Blob | None
    """Certificate chain of the signer up to one of `options.roots`: PEM. Without it, you pin the signer."""
    creation_data: Blob | None
    """TPMS_CREATION_DATA or TPM2B_CREATION_DATA of the key, where its creation was certified."""
    nonce: str | None
    """The challenge that you gave out for the certification: hex."""
    danger_no_nonce: bool
    """The certification answers no challenge of yours: it may be of any age."""

class _BindingRequestRequired(TypedDict):
    data: str
    """The data."""

class BindingRequest(_BindingRequestRequired, total=False):
    """Data and what binds them. Every member is hex."""
    report_data: str | None
    """The report data, when they are to be explained."""
    mode: ReportDataMode | None
    """The mode, when the report data are to be computed or verified."""
    nonce_value: str | None
    """`val` of a verifier's nonce, decoded."""
    nonce_issued_at: str | None
    """`iat` of a verifier's nonce, decoded."""

class ClockReadingDict(TypedDict):
    """Clock and counters of a TPM."""
    clock: int
    """Milliseconds that the TPM ran."""
    reset_count: int
    """Resets; hidden by a secret offset for keys outside the endorsement hierarchy."""
    restart_count: int
    """Restarts and resumptions since the reset."""
    safe: bool
    """No greater clock was reported before."""

class _CompositeBindingRequired(TypedDict):
    mode: CompositeBindingMode
    """The mode, such as `veriquote` or `trustee-first32`."""

class CompositeBinding(_CompositeBindingRequired, total=False):
    """How machine and devices are bound; which members a mode takes, `docs/composite.md` says."""
    challenge: str | None
    """The challenge that you gave out: hex."""
    runtime_data: Blob | None
    """What the machine binds beside the challenge: hex, base64 or base64url."""
    identity: str | None
    """32 bytes that name the machine: hex."""
    nonce_value: Blob | None
    """`val` of a verifier's nonce: hex or base64."""
    nonce_issued_at: Blob | None
    """`iat` of a verifier's nonce: hex or base64."""
    report_data: str | None
    """The machine's report data, all 64 bytes: hex."""

class CompositeDevices(TypedDict, total=False):
    """What verifies the devices; see `nvgpu-request.json`."""
    rims: Sequence[Document]
    """Reference integrity manifests, in any order."""
    crls: Sequence[Blob]
    """Revocation lists."""
    ocsp: Sequence[Blob]
    """OCSP responses."""
    ocsp_nonce: str | None
    """The nonce of the OCSP requests: hex."""
    accept_certificate_hold: bool
    """Accept certificates that their issuer has put on hold."""
    allow_padding: bool
    """Accept zeros after a report."""
    roots: Sequence[Blob]
    """Roots of devices, in place of NVIDIA's."""
    rim_roots: Sequence[Blob]
    """Roots of reference manifests, in place of NVIDIA's."""

class _CompositeMachineRequired(TypedDict):
    collateral: Document
    """Its collateral."""

class CompositeMachine(_CompositeMachineRequired, total=False):
    """The machine: an enclave or trust domain."""
    quote: Blob | None
    """Its quote, where the devices' evidence does not hold it: hex, base64 or base64url."""
    roots: Sequence[Blob]
    """Trusted roots instead of Intel's: PEM, or DER as hex."""
    pck_chain: Blob | None
    """PCK certificate chain (PEM) for a quote that does not carry it."""
    event_log: Blob | None
    """Event log (CCEL) of a trust domain, to replay into the RTMRs, where the devices' evidence does not hold it: hex, base64 or base64url."""

class _CompositeOptionsRequired(TypedDict):
    at: Time
    """The time of the verification, of every member."""
    binding: CompositeBinding
    """How the members are bound."""

class CompositeOptions(_CompositeOptionsRequired, total=False):
    """How to verify a composite."""
    policy: Document | None
    """A policy document for every member. Default: the strict policy."""
    crypto_only: bool
    """Accept whatever is authentic and bound."""

class _CompositeTpmRequired(TypedDict):
    quote: Blob
    """TPMS_ATTEST."""
    signature: Blob
    """TPMT_SIGNATURE."""
    pcrs: Document
    """PCR values."""

class CompositeTpm(_CompositeTpmRequired, total=False):
    """The machine's TPM; see `tpm-request.json`."""
    ak: Blob | None
    """The attestation key that you trust."""
    ak_name: str | None
    """The Name of the attestation key that you trust, where it has no certificate: hex. It must be `ak`'s."""
    ak_chain: Blob | None
    """Certificate chain of the attestation key."""
    roots: Sequence[Blob]
    """Roots that may vouch for it."""
    event_log: Blob | None
    """Event log of the firmware."""
    ima_log: Blob | None
    """IMA measurement list."""

class _DcapCallRequired(TypedDict):
    at: Time
    """The time of this verification."""

class DcapCall(_DcapCallRequired, total=False):
    """What is new with each quote."""
    report_data: str | None
    """The report data that must be in this report: all 64 bytes as hex. Default: as prepared."""
    event_log: Blob | None
    """Event log (CCEL) to replay into the RTMRs: hex, base64 or base64url."""
    qve: QveEvidence | None
    """The report of a quote verification enclave on this very quote."""

class _DcapOptionsRequired(TypedDict):
    at: Time
    """The time of the verification."""

class DcapOptions(_DcapOptionsRequired, total=False):
    """How to verify quotes."""
    roots: Sequence[Blob]
    """Trusted roots (PEM or DER as hex) instead of Intel's."""
    profile: ProfileName
    """The conformance profile."""
    policy: Document | None
    """A policy document. Default: the strict policy."""
    crypto_only: bool
    """Accept whatever is authentic."""
    report_data: str | None
    """The report data that must be in the report: all 64 bytes as hex."""
    accept_tcb: Sequence[TcbStatus] | None
    """TCB statuses that the strict policy accepts, in Intel's spelling, instead of `UpToDate`."""
    max_collateral_age: int | None
    """Refuse collateral of which a part was issued longer ago, in seconds."""
    pck_chain: Blob | None
    """PCK certificate chain (PEM) for quotes that do not carry it."""
    outlook: bool
    """Also say when the verdict will change, and to what. Always said when several collaterals are given."""
    evaluation_numbers: Document | None
    """Intel's list of TCB evaluation data numbers, as its service serves it (`tcbEvaluationDataNumbers` with its signature, under the issuer chain of the first TCB info): the forecast then names every recovery that is later than the first collateral."""

class _DcapRequestRequired(TypedDict):
    quote: Blob
    """The quote: hex, base64 or base64url."""
    collateral: Sequence[Document]
    """Collateral files. The first decides; the others become `Verification::horizons`."""
    options: DcapOptions
    """How to verify."""

class DcapRequest(_DcapRequestRequired, total=False):
    """One quote with all that verifies it."""
    event_log: Blob | None
    """Event log (CCEL) to replay into the RTMRs: hex, base64 or base64url."""
    qve: QveEvidence | None
    """The report of a quote verification enclave on this very quote. The collateral must hold that enclave's identity."""

class EndorsementKey(TypedDict, total=False):
    """An endorsement key. With a certificate, `options.roots` must lead to it; without, you pin it."""
    certificate: Blob | None
    """Its certificate as the TPM's NV memory holds it (hex or base64; a header or padding is taken off), or PEM."""
    intermediates: Blob | None
    """Certificates between it and the root, in order: PEM."""
    public: Blob | None
    """Its public area, so that its attributes are checked: TPM2B_PUBLIC or TPMT_PUBLIC. Needed where there is no certificate."""

class ExpectedNonceAmong(TypedDict):
    """This one, among others perhaps."""
    among: str
    ...

class ExpectedNonceOnly(TypedDict):
    """This one and no other."""
    only: str
    ...

ExpectedSecondsIs = TypedDict("ExpectedSecondsIs", {"is": "int"})

class ExpectedSigner(TypedDict):
    """What the certificate of a key must be. A root alone says who may issue certificates; under one that also certifies others, name the signer."""
    subject: ExpectedText
    """The subject's common name, exactly."""
    spki_sha256: ExpectedText
    """SHA-256 of the SubjectPublicKeyInfo, in hex."""
    purposes: Sequence[str]
    """Purposes (ExtendedKeyUsage), dotted: a certificate that is made for certain purposes must have one."""

ExpectedTextIs = TypedDict("ExpectedTextIs", {"is": "str"})

class KeptChallengeDict(TypedDict):
    """What a verifier keeps, secret, between making a credential and its answer. It is good for one answer."""
    ek: str
    """Fingerprint of the endorsement key: SHA-256 in hex."""
    ak_name: str
    """Name of the attestation key that was asked about: hex."""
    secret: str
    """The secret that was wrapped: hex."""

class _NvgpuOptionsRequired(TypedDict):
    at: Time
    """The time of the verification."""
    nonce: str
    """The challenge that you gave out, of 32 bytes: hex. Never take it from the evidence."""

class NvgpuOptions(_NvgpuOptionsRequired, total=False):
    """How to verify evidence of NVIDIA devices."""
    switch_nonce: str | None
    """The challenge of the switches, where that is another one: hex."""
    crls: Sequence[Blob]
    """Revocation lists: PEM, or DER as hex or base64."""
    ocsp: Sequence[Blob]
    """OCSP responses: DER as hex or base64."""
    ocsp_nonce: str | None
    """The nonce of the OCSP requests that were answered: hex."""
    accept_certificate_hold: bool
    """Accept certificates that their issuer has put on hold; their status says so."""
    allow_padding: bool
    """Accept zeros after a report: some collectors pass on the whole buffer of the driver."""
    roots: Sequence[Blob]
    """Roots of devices, in place of NVIDIA's: PEM, or DER as hex."""
    rim_roots: Sequence[Blob]
    """Roots of reference manifests, in place of NVIDIA's: PEM, or DER as hex."""
    policy: Document | None
    """A policy document. Default: the strict policy."""
    crypto_only: bool
    """Accept whatever is authentic."""

class _QveEvidenceRequired(TypedDict):
    report: Blob
    """The SGX report, 432 bytes, or its body of 384 bytes: hex, base64 or base64url."""
    nonce: str
    """The nonce that the caller gave to the QvE: 16 bytes as hex."""
    expiration_check_date: Time
    """The time that the caller gave to check for expiry."""
    qv_result: int
    """The verdict, `sgx_ql_qv_result_t`: 0 OK, 40961 (0xA001) configuration needed, and so on."""

class QveEvidence(_QveEvidenceRequired, total=False):
    """What a QvE was asked and what it answered, with the SGX report that binds both. The report's MAC can only be checked by an enclave on the platform that made it. What is checked here is that the report speaks of this nonce, quote and result, and that it describes Intel's QvE."""
    collateral_expiration_status: int
    """`collateral_expiration_status`: 0 when all collateral was in force."""
    supplemental_data: Blob | None
    """The supplemental data, where the caller asked for it: hex, base64 or base64url."""
    minimum_isv_svn: int
    """The least ISV SVN of the QvE, beside the levels of its identity."""

class ShowTokenRequest(TypedDict, total=False):
    """A token to be shown: exactly one of `token`, `claims` and `bundle`."""
    token: Blob | None
    """A compact token."""
    claims: Document | None
    """Claims alone."""
    bundle: Document | None
    """A detached bundle of NVIDIA's service."""
    dialect: str | None
    """Whose claims they must be; recognised when absent."""
    show_refused: bool
    """Also show what a relying party must not accept: signed failures and sample TEEs."""

class _TeeBoundKeyRequired(TypedDict):
    hcl_report: Blob
    """Azure's HCL report: NV index 0x01400001."""

class TeeBoundKey(_TeeBoundKeyRequired, total=False):
    """A key that a confidential VM's hardware report binds."""
    tdx: DcapRequest | None
    """The TDX quote over the report's TD report, with what verifies it. It must be accepted."""
    accepted_report_data: str | None
    """The report data, 64 bytes in hex, of evidence of this machine's hardware that you verified and accepted elsewhere (for SEV-SNP: of VMPL 0). In place of `tdx`."""

class _TokenCallRequired(TypedDict):
    at: Time
    """The time of this verification."""

class TokenCall(_TokenCallRequired, total=False):
    """What is new with each token."""
    nonce: ExpectedNonce | None
    """The challenge of this token. Default: as prepared."""

class _TokenExpectationsRequired(TypedDict):
    algorithms: AcceptedAlgorithms
    """Accepted algorithms."""
    typ: ExpectedText
    """`typ` of the header."""
    issuer: ExpectedText
    """`iss`, exactly."""
    audience: ExpectedText
    """One of `aud`, exactly."""
    subject: ExpectedText
    """`sub`, exactly."""
    nonce: ExpectedNonce
    """The challenge, in `eat_nonce` or `nonce`."""
    profile: ExpectedText
    """`eat_profile`, exactly."""
    expiry: TokenExpiry
    """Whether `exp` must be there."""
    max_age: ExpectedSeconds
    """Seconds since `iat`, at most."""
    max_lifetime: ExpectedSeconds
    """Seconds from `iat` to `exp`, at most."""
    leeway: int
    """Seconds by which clocks may differ, at most 300."""
    required_claims: Sequence[str]
    """Claims that must be there."""

class TokenExpectations(_TokenExpectationsRequired, total=False):
    """What a token must be. No member may be left out, so that nothing goes unchecked by a slip."""
    certificate: ExpectedSigner | None
    """The certificate of the key, where roots certify it. Without it any certificate that ends at a root is good, unless it is made for certain purposes."""

class _TokenOptionsRequired(TypedDict):
    at: Time
    """The time of the verification."""
    expect: TokenExpectations
    """What the token must be."""

class TokenOptions(_TokenOptionsRequired, total=False):
    """How to verify a token."""
    roots: Sequence[Blob]
    """Roots (PEM or DER as hex) at which the certificates of the key (`x5c`) must end. With `jwks`, keys without such certificates are refused. Empty: none, and the caller vouches for the keys of `jwks`."""
    dialect: str | None
    """Whose claims they are: `auto` (recognised; the default), `none` (what they say of evidence is not read), or the name of a dialect, such as `ear`."""
    attested: AttestedExpectations | None
    """What the attested evidence must be. Without it nothing of it is checked but the verdicts that the token itself states; the result says so."""

class _TpmChallengeRequestRequired(TypedDict):
    ek: EndorsementKey
    """The endorsement key."""
    ak: Blob
    """The public area of the attestation key: TPM2B_PUBLIC or TPMT_PUBLIC."""
    at: Time
    """The time of the verification of certificates."""
    secret: str
    """The secret to wrap, random and used once: hex of 16 bytes or more, no more than a digest of the endorsement key's (32 will do)."""
    entropy: str
    """Good randomness, used once and for nothing else: hex of 128 bytes, of which as many are used as the key needs."""

class TpmChallengeRequest(_TpmChallengeRequestRequired, total=False):
    """Two keys, and the secret that proves that one TPM holds both."""
    roots: Sequence[Blob]
    """Roots that may vouch for the endorsement key: PEM, or DER as hex. There is none by default."""
    crls: Sequence[Blob]
    """Revocation lists; when one is given, every certificate needs one."""

class _TpmOptionsRequired(TypedDict):
    at: Time
    """The time of the verification."""

class TpmOptions(_TpmOptionsRequired, total=False):
    """How to verify quotes of a TPM."""
    nonce: str | None
    """The challenge that you gave out, whole: hex."""
    danger_no_nonce: bool
    """Verify a quote that answers no challenge of yours, which may be of any age."""
    ak_name: str | None
    """The Name that the attestation key must have: hex."""
    ak_parent: str | None
    """Qualified name of the attestation key's parent, or the handle of its hierarchy: hex."""
    ak_chain: Blob | None
    """Certificate chain of the attestation key, its own first: PEM."""
    roots: Sequence[Blob]
    """Roots that may vouch for it, or for a key of `ak_evidence`: PEM, or DER as hex. There is none by default."""
    crls: Sequence[Blob]
    """Revocation lists of issuers of the chain: PEM, or DER as hex or base64. When one is given, every certificate of the chain needs one."""
    allow_missing_purpose: bool
    """Accept a certificate that does not say what its key is for: these roots issue for attestation keys only."""
    signature_scheme: str | None
    """Scheme of a plain signature: `rsassa`, `rsapss` or `ecdsa`, a colon, and the hash, such as `rsassa:sha256`."""
    policy: Document | None
    """A policy document. Default: the strict policy."""
    crypto_only: bool
    """Accept whatever is authentic."""
    allow_sha1: bool
    """Accept signatures over SHA-1 digests, as old attestation keys of Windows make them."""
    quirks: Sequence[Quirk]
    """Deviations of the firmware that are put up with, such as `variable_boot_whole`; the claims list those that were needed."""
    opaque: Sequence[int]
    """Registers that others than the event log's writers extend: the log need not explain them. PCR 10 is one of them when the IMA list proves it."""
    continuation: Blob | None
    """The continuation token of the last verification."""
    continuation_key: str | None
    """Your secret that seals continuation tokens: hex, 16 bytes or more. With it, the claims have a token."""
    ima_from: int | None
    """The number of the first entry of the IMA list: refused when the token says another one."""
    previous: ClockReading | ClockReadingDict | None
    """Clock and counters of the last quote that you accepted from this key."""

class MalformedError(VeriquoteError):
    """The bytes are not what they claim to be. What to do: reject."""

class UnsupportedError(VeriquoteError):
    """Well-formed, but of a version or algorithm that this release does not verify. What to do: upgrade, or refuse."""

class UntrustedError(VeriquoteError):
    """A signature, a chain or a binding does not hold. What to do: refuse."""

class RevokedError(VeriquoteError):
    """The issuer withdrew its trust. What to do: refuse."""

class StaleError(VeriquoteError):
    """Outside a window of validity. What to do: fetch afresh and retry."""

class MismatchError(VeriquoteError):
    """Authentic pieces that do not belong together, or not to what you expected. What to do: look for the wrong pairing."""

class RejectedError(VeriquoteError):
    """Authentic, but the policy says no. What to do: show the findings."""

class LimitError(VeriquoteError):
    """Larger than a documented bound; see [limits](limits.md). What to do: refuse."""

class MisuseError(VeriquoteError, TypeError):
    """The call itself is wrong. Never caused by the evidence alone. What to do: fix the call."""

KINDS: dict[str, type[VeriquoteError]]

BLOBS: dict[str, frozenset[str]]

def record(name: str, members: dict[str, Any]) -> Record: ...
