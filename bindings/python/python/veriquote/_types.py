# Written by `cargo xtask gen` from bindings/schema. Do not edit.
from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, TypedDict, Union

from ._base import Record, VeriquoteError, make
from ._native import Verification


class AkClaims(Record):
    __slots__ = ()
    _absent = {
        "route": None,
        "assurance": None,
        "kind": None,
        "name": None,
        "attributes": None,
        "valid_until": None,
    }


class Appraisal(Record):
    __slots__ = ()
    _absent = {
        "policy": None,
        "findings": (),
    }


class AuthorityClaims(Record):
    __slots__ = ()
    _absent = {
        "variable": None,
        "sha256": None,
    }


class BindingDetection(Record):
    __slots__ = ()
    _absent = {
        "mode": None,
        "exact": False,
        "mistakes": (),
    }


class BindingResult(Record):
    __slots__ = ()
    _absent = {
        "bound": False,
        "report_data": None,
        "detections": (),
        "error": None,
    }


class BondClaims(Record):
    __slots__ = ()
    _absent = {
        "mode": None,
        "strength": None,
        "fresh": False,
        "covers_evidence": False,
        "identity_checked": False,
    }


class BootClaims(Record):
    __slots__ = ()
    _absent = {
        "format": None,
        "registers": (),
        "quirks": (),
        "problems": (),
        "state": None,
        "events": (),
    }


class BootStateClaims(Record):
    __slots__ = ()
    _absent = {
        "secure_boot": None,
        "secure_boot_unknown": None,
        "firmware_version": None,
        "command_lines": (),
        "opaque_texts": None,
        "sections": (),
        "left_boot_services": None,
        "grades": None,
    }


class CertificateView(Record):
    __slots__ = ()
    _absent = {
        "subject": None,
        "issuer": None,
        "serial": None,
        "not_before": None,
        "not_after": None,
        "ca": False,
        "platform": None,
    }


class CertificatesView(Record):
    __slots__ = ()
    _absent = {
        "kind": None,
        "certificates": (),
    }


class CheckLine(Record):
    __slots__ = ()
    _absent = {
        "id": None,
        "title": None,
        "outcome": None,
        "reason": None,
        "spec": None,
        "facts": None,
    }


class ClockClaims(Record):
    __slots__ = ()
    _absent = {
        "reading": None,
        "counters": None,
        "continuity": None,
    }


class ClockReading(Record):
    __slots__ = ()
    _absent = {
        "clock": None,
        "reset_count": None,
        "restart_count": None,
        "safe": False,
    }


class CollateralClaims(Record):
    __slots__ = ()
    _absent = {
        "verified_at": None,
        "profile": None,
        "issued": None,
        "valid_until": None,
        "expiries": (),
    }


class CollateralView(Record):
    __slots__ = ()
    _absent = {
        "kind": None,
        "expiries": (),
        "tcb_info": None,
        "qe_identity": None,
        "qve_identity": None,
        "pck_crl": None,
        "pck_crl_issuer_chain": (),
        "root_ca_crl": None,
        "pck_certificate_chain": (),
    }


class ComparisonClaims(Record):
    __slots__ = ()
    _absent = {
        "kind": None,
        "version": None,
        "issued": None,
        "valid_until": None,
        "sha256": None,
        "matched": (),
        "mismatches": (),
        "skipped": (),
    }


class CompositeClaims(Record):
    __slots__ = ()
    _absent = {
        "binding": None,
        "machine": None,
        "devices": None,
        "tpm": None,
        "valid_until": None,
    }


class CrlView(Record):
    __slots__ = ()
    _absent = {
        "kind": None,
        "issuer": None,
        "number": None,
        "this_update": None,
        "next_update": None,
        "revoked": None,
    }


class DcapClaims(Record):
    __slots__ = ()
    _absent = {
        "tee": None,
        "tcb": None,
        "report": None,
        "platform": None,
        "quote": None,
        "collateral": None,
        "event_log": None,
        "boot": None,
        "qve": None,
    }


class DeviceCertificate(Record):
    __slots__ = ()
    _absent = {
        "subject": None,
        "serial": None,
        "not_after": None,
        "revocation": None,
    }


class EndorsementView(Record):
    __slots__ = ()
    _absent = {
        "fingerprint": None,
        "kind": None,
        "certified": False,
        "manufacturer": None,
        "model": None,
        "version": None,
    }


class EventClaims(Record):
    __slots__ = ()
    _absent = {
        "number": None,
        "index": None,
        "event_type": None,
        "digest": None,
        "proof": None,
        "text": None,
    }


class EventLogClaims(Record):
    __slots__ = ()
    _absent = {
        "events": (),
    }


class EventLogView(Record):
    __slots__ = ()
    _absent = {
        "kind": None,
        "events": (),
    }


class Expiry(Record):
    __slots__ = ()
    _absent = {
        "part": None,
        "at": None,
    }


class Finding(Record):
    __slots__ = ()
    _absent = {
        "rule": None,
        "outcome": None,
        "facts": None,
    }


class FirmwareIdClaims(Record):
    __slots__ = ()
    _absent = {
        "certified": None,
        "stated": None,
    }


class Forecast(Record):
    __slots__ = ()
    _absent = {
        "at": None,
        "cause": None,
        "parts": (),
        "evaluation_number": None,
        "announced": None,
        "tcb_date": None,
        "verdict": None,
    }


class Horizon(Record):
    __slots__ = ()
    _absent = {
        "collateral": None,
        "evaluation_number": None,
        "issued": None,
        "verdict": None,
    }


class ImaClaims(Record):
    __slots__ = ()
    _absent = {
        "first": None,
        "next": None,
        "verified": None,
        "unverified": None,
        "violations": None,
        "foreign": None,
        "zero_padded": False,
        "boot_aggregate": None,
        "further_aggregates": None,
        "continuation": None,
    }


class ImaListView(Record):
    __slots__ = ()
    _absent = {
        "kind": None,
        "entries": None,
        "violations": None,
        "first_paths": (),
    }


class JwkView(Record):
    __slots__ = ()
    _absent = {
        "kid": None,
        "kty": None,
        "algorithm": None,
        "thumbprint": None,
        "certificates": None,
        "unusable": None,
    }


class JwksView(Record):
    __slots__ = ()
    _absent = {
        "kind": None,
        "keys": (),
    }


class KeptChallenge(Record):
    __slots__ = ()
    _absent = {
        "ek": None,
        "ak_name": None,
        "secret": None,
    }


class MismatchClaims(Record):
    __slots__ = ()
    _absent = {
        "index": None,
        "name": None,
        "expected": (),
        "actual": None,
    }


class MissingRim(Record):
    __slots__ = ()
    _absent = {
        "kind": None,
        "id": None,
    }


class NotChecked(Record):
    __slots__ = ()
    _absent = {
        "what": None,
        "why": None,
    }


class NvgpuClaims(Record):
    __slots__ = ()
    _absent = {
        "form": None,
        "mode": None,
        "topology": None,
        "devices": (),
        "valid_until": None,
    }


class NvgpuDeviceClaims(Record):
    __slots__ = ()
    _absent = {
        "name": None,
        "class": None,
        "architecture": None,
        "chip": None,
        "driver_version": None,
        "vbios_version": None,
        "serial": None,
        "key_fingerprint": None,
        "firmware_id": None,
        "measurements_match": False,
        "comparisons": (),
        "missing": (),
        "certificates": (),
        "nvidia": None,
    }


class NvgpuDeviceView(Record):
    __slots__ = ()
    _absent = {
        "name": None,
        "architecture": None,
        "nonce": None,
        "measurements": None,
        "opaque": (),
        "certificates": (),
    }


class NvgpuView(Record):
    __slots__ = ()
    _absent = {
        "kind": None,
        "form": None,
        "has_machine": False,
        "devices": (),
    }


class OwnTokenClaims(Record):
    __slots__ = ()
    _absent = {
        "issuer": None,
        "subject": None,
        "audience": (),
        "token_id": None,
        "profile": None,
        "issued_at": None,
        "not_before": None,
        "expires_at": None,
    }


class PckLookup(Record):
    __slots__ = ()
    _absent = {
        "carried": False,
        "leaf": None,
        "query": None,
    }


class PckLookupQuery(Record):
    __slots__ = ()
    _absent = {
        "tee": None,
        "qe_id": None,
        "encrypted_ppid": None,
        "cpu_svn": None,
        "pce_svn": None,
        "pce_id": None,
    }


class PlatformClaims(Record):
    __slots__ = ()
    _absent = {
        "fmspc": None,
        "ca": None,
        "sgx_type": None,
        "ppid": None,
        "platform_instance_id": None,
        "dynamic_platform": None,
        "cached_keys": None,
        "smt_enabled": None,
        "pce_id": None,
        "pce_svn": None,
        "components": (),
        "cpu_svn": None,
    }


class PlatformLookup(Record):
    __slots__ = ()
    _absent = {
        "tee": None,
        "fmspc": None,
        "ca": None,
    }


class PolicyView(Record):
    __slots__ = ()
    _absent = {
        "kind": None,
        "name": None,
    }


class Problem(Record):
    __slots__ = ()
    _absent = {
        "code": None,
        "kind": None,
        "part": None,
        "message": None,
        "offset": None,
        "help": None,
        "facts": None,
    }


class QuoteClaims(Record):
    __slots__ = ()
    _absent = {
        "version": None,
        "user_data": None,
        "qe_mr_enclave": None,
        "qe_isv_svn": None,
    }


class QuoteView(Record):
    __slots__ = ()
    _absent = {
        "kind": None,
        "version": None,
        "tee": None,
        "size": None,
        "report": None,
        "qe_report": None,
        "user_data": None,
        "certification_type": None,
        "platform": None,
        "certificates": (),
    }


class QveClaims(Record):
    __slots__ = ()
    _absent = {
        "mac_checked": False,
        "unauthenticated_status": None,
        "unauthenticated_qv_result": None,
        "unauthenticated_collateral_expired": False,
        "unauthenticated_qve_status": None,
    }


class RegisterClaims(Record):
    __slots__ = ()
    _absent = {
        "bank": None,
        "pcr": None,
        "events": None,
        "state": None,
    }


class RimView(Record):
    __slots__ = ()
    _absent = {
        "kind": None,
        "rim": None,
        "product": None,
        "version": None,
        "measurements": (),
        "certificates": (),
    }


class SectionClaims(Record):
    __slots__ = ()
    _absent = {
        "name": None,
        "digest": None,
    }


class SecureBootClaims(Record):
    __slots__ = ()
    _absent = {
        "enabled": False,
        "debug_mode": False,
        "dma_protection_disabled": False,
        "shim_validation_disabled": False,
        "db": None,
        "dbx": None,
        "authorities": (),
    }


class SgxReportClaims(Record):
    __slots__ = ()
    _absent = {
        "mr_enclave": None,
        "mr_signer": None,
        "isv_prod_id": None,
        "isv_svn": None,
        "debug": False,
        "report_data": None,
        "attributes": None,
        "attribute_names": (),
        "misc_select": None,
        "cpu_svn": None,
        "config_id": None,
        "config_svn": None,
        "isv_family_id": None,
        "isv_ext_prod_id": None,
    }


class ShortComponent(Record):
    __slots__ = ()
    _absent = {
        "component": None,
        "category": None,
        "kind": None,
        "have": None,
        "need": None,
        "owner": None,
        "remedy": None,
    }


class Shortfall(Record):
    __slots__ = ()
    _absent = {
        "part": None,
        "status": None,
        "date": None,
        "components": (),
        "advisories_resolved": (),
    }


class SignedDocumentView(Record):
    __slots__ = ()
    _absent = {
        "kind": None,
        "members": None,
        "levels": (),
        "issuer_chain": (),
    }


class SubmoduleToken(Record):
    __slots__ = ()
    _absent = {
        "name": None,
        "key": None,
        "valid_until": None,
        "header": None,
        "payload": None,
    }


class SubmoduleView(Record):
    __slots__ = ()
    _absent = {
        "name": None,
        "token": None,
    }


class TcbClaims(Record):
    __slots__ = ()
    _absent = {
        "status": None,
        "date": None,
        "evaluation_number": None,
        "advisories": (),
        "parts": (),
        "shortfall": (),
    }


class TcbPart(Record):
    __slots__ = ()
    _absent = {
        "part": None,
        "status": None,
        "date": None,
    }


class TdxExtendedClaims(Record):
    __slots__ = ()
    _absent = {
        "vm_id": None,
        "td_id": None,
        "dev_info": None,
        "init_service_td_hash": None,
        "init_service_td_attributes": None,
        "init_cpu_svn": None,
        "init_tee_tcb_svn": None,
        "init_tee_fmspc": None,
        "current_service_td_hash": None,
        "current_service_td_attributes": None,
    }


class TdxReportClaims(Record):
    __slots__ = ()
    _absent = {
        "mr_td": None,
        "rtmr0": None,
        "rtmr1": None,
        "rtmr2": None,
        "rtmr3": None,
        "debug": False,
        "report_data": None,
        "td_attributes": None,
        "attribute_names": (),
        "xfam": None,
        "mr_config_id": None,
        "mr_owner": None,
        "mr_owner_config": None,
        "mr_seam": None,
        "mr_signer_seam": None,
        "seam_attributes": None,
        "tee_tcb_svn": None,
        "tee_tcb_svn2": None,
        "mr_service_td": None,
        "extended": None,
    }


class TokenAppraisal(Record):
    __slots__ = ()
    _absent = {
        "dialect": None,
        "issuer": None,
        "audience": (),
        "subject": None,
        "profile": None,
        "token_id": None,
        "intended_use": None,
        "issued_at": None,
        "not_before": None,
        "expires_at": None,
        "verifier_developer": None,
        "verifier_build": None,
        "status": None,
        "worst_status": None,
        "debuggable": None,
        "nonces": (),
        "environments": (),
        "unmapped": (),
        "objections": (),
    }


class TokenBinding(Record):
    __slots__ = ()
    _absent = {
        "mode": None,
        "matched": None,
        "fresh": None,
    }


class TokenBundleView(Record):
    __slots__ = ()
    _absent = {
        "kind": None,
        "overall": None,
        "submodules": (),
        "unauthenticated_appraisal": None,
        "problem": None,
    }


class TokenClaim(Record):
    __slots__ = ()
    _absent = {
        "path": None,
        "json": None,
    }


class TokenClaims(Record):
    __slots__ = ()
    _absent = {
        "key": None,
        "valid_until": None,
        "header": None,
        "payload": None,
        "submodules": (),
        "appraisal": None,
    }


class TokenEnvironment(Record):
    __slots__ = ()
    _absent = {
        "name": None,
        "tee": None,
        "hardware_model": None,
        "debug": None,
        "secure_boot": None,
        "measurements": None,
        "report_data": None,
        "runtime_data": None,
        "init_data": None,
        "init_data_digest": None,
        "binding": None,
        "nonces": (),
        "tcb": None,
        "status": None,
        "vector": None,
        "policies": (),
        "evidence": None,
        "token": None,
        "unmapped": (),
    }


class TokenKey(Record):
    __slots__ = ()
    _absent = {
        "algorithm": None,
        "kid": None,
        "origin": None,
    }


class TokenPolicy(Record):
    __slots__ = ()
    _absent = {
        "id": None,
        "version": None,
        "hash": None,
        "matched": None,
        "detail": None,
    }


class TokenTcb(Record):
    __slots__ = ()
    _absent = {
        "status": None,
        "date": None,
        "advisories": None,
        "evaluation_number": None,
        "fmspc": None,
    }


class TokenView(Record):
    __slots__ = ()
    _absent = {
        "kind": None,
        "size": None,
        "header": None,
        "payload": None,
        "signature_bytes": None,
        "unauthenticated_appraisal": None,
    }


class TpmAttestView(Record):
    __slots__ = ()
    _absent = {
        "kind": None,
        "attestation": None,
        "qualified_signer": None,
        "extra_data": None,
        "clock": None,
        "firmware_version": None,
        "selection": None,
        "pcr_digest": None,
    }


class TpmChallenge(Record):
    __slots__ = ()
    _absent = {
        "credential": None,
        "challenge": None,
        "ek": None,
        "checks": (),
        "error": None,
    }


class TpmClaims(Record):
    __slots__ = ()
    _absent = {
        "quote": None,
        "ak": None,
        "clock": None,
        "pcrs": None,
        "boot": None,
        "ima": None,
    }


class TpmPcrsView(Record):
    __slots__ = ()
    _absent = {
        "kind": None,
        "registers": None,
    }


class TpmPublicView(Record):
    __slots__ = ()
    _absent = {
        "kind": None,
        "key": None,
        "name": None,
        "attributes": (),
        "scheme": None,
        "auth_policy": None,
    }


class TpmQuoteClaims(Record):
    __slots__ = ()
    _absent = {
        "scheme": None,
        "extra_data": None,
        "fresh": False,
        "qualified_signer": None,
        "firmware_version": None,
        "selection": None,
        "pcr_digest": None,
    }


class TpmSignatureView(Record):
    __slots__ = ()
    _absent = {
        "kind": None,
        "scheme": None,
    }


class UnauthenticatedAppraisal(Record):
    __slots__ = ()
    _absent = {
        "authenticated": False,
        "unauthenticated": None,
        "error": None,
    }


class Verdict(Record):
    __slots__ = ()
    _absent = {
        "verified": False,
        "accepted": False,
        "status": None,
        "advisories": (),
        "error": None,
    }


class AcceptedAlgorithmsOneOf(TypedDict):
    one_of: Sequence[str]


class ActivatedKey(TypedDict):
    ek: EndorsementKey
    challenge: KeptChallenge | KeptChallengeDict
    answer: str


class AkEvidenceActivated(TypedDict):
    activated: ActivatedKey


class AkEvidenceAttested(TypedDict):
    attested: AttestedKey


class AkEvidenceTeeBound(TypedDict):
    tee_bound: TeeBoundKey


class AttestedExpectations(TypedDict):
    tee: ExpectedText
    debug: ExpectedDebug
    worst_status: ExpectedText
    submodules: Sequence[str]
    policy_id: ExpectedText
    policy_hash: ExpectedText
    measurements: Mapping[str, Any]


class _AttestedKeyRequired(TypedDict):
    certification: Blob
    signature: Blob
    signer: Blob


class AttestedKey(_AttestedKeyRequired, total=False):
    signer_name: str | None
    signer_chain: Blob | None
    creation_data: Blob | None
    nonce: str | None
    danger_no_nonce: bool


class _BindingRequestRequired(TypedDict):
    data: str


class BindingRequest(_BindingRequestRequired, total=False):
    report_data: str | None
    mode: ReportDataMode | None
    nonce_value: str | None
    nonce_issued_at: str | None


class ClockReadingDict(TypedDict):
    clock: int
    reset_count: int
    restart_count: int
    safe: bool


class _CompositeBindingRequired(TypedDict):
    mode: CompositeBindingMode


class CompositeBinding(_CompositeBindingRequired, total=False):
    challenge: str | None
    runtime_data: Blob | None
    identity: str | None
    nonce_value: Blob | None
    nonce_issued_at: Blob | None
    report_data: str | None


class CompositeDevices(TypedDict, total=False):
    rims: Sequence[Document]
    crls: Sequence[Blob]
    ocsp: Sequence[Blob]
    ocsp_nonce: str | None
    accept_certificate_hold: bool
    allow_padding: bool
    roots: Sequence[Blob]
    rim_roots: Sequence[Blob]


class _CompositeMachineRequired(TypedDict):
    collateral: Document


class CompositeMachine(_CompositeMachineRequired, total=False):
    quote: Blob | None
    roots: Sequence[Blob]
    pck_chain: Blob | None
    event_log: Blob | None


class _CompositeOptionsRequired(TypedDict):
    at: Time
    binding: CompositeBinding


class CompositeOptions(_CompositeOptionsRequired, total=False):
    policy: Document | None
    crypto_only: bool


class _CompositeTpmRequired(TypedDict):
    quote: Blob
    signature: Blob
    pcrs: Document


class CompositeTpm(_CompositeTpmRequired, total=False):
    ak: Blob | None
    ak_name: str | None
    ak_chain: Blob | None
    roots: Sequence[Blob]
    event_log: Blob | None
    ima_log: Blob | None


class _DcapCallRequired(TypedDict):
    at: Time


class DcapCall(_DcapCallRequired, total=False):
    report_data: str | None
    event_log: Blob | None
    qve: QveEvidence | None


class _DcapOptionsRequired(TypedDict):
    at: Time


class DcapOptions(_DcapOptionsRequired, total=False):
    roots: Sequence[Blob]
    profile: ProfileName
    policy: Document | None
    crypto_only: bool
    report_data: str | None
    accept_tcb: Sequence[TcbStatus] | None
    max_collateral_age: int | None
    pck_chain: Blob | None
    outlook: bool
    evaluation_numbers: Document | None


class _DcapRequestRequired(TypedDict):
    quote: Blob
    collateral: Sequence[Document]
    options: DcapOptions


class DcapRequest(_DcapRequestRequired, total=False):
    event_log: Blob | None
    qve: QveEvidence | None


class EndorsementKey(TypedDict, total=False):
    certificate: Blob | None
    intermediates: Blob | None
    public: Blob | None


class ExpectedNonceAmong(TypedDict):
    among: str


class ExpectedNonceOnly(TypedDict):
    only: str


ExpectedSecondsIs = TypedDict("ExpectedSecondsIs", {"is": "int"})


class ExpectedSigner(TypedDict):
    subject: ExpectedText
    spki_sha256: ExpectedText
    purposes: Sequence[str]


ExpectedTextIs = TypedDict("ExpectedTextIs", {"is": "str"})


class KeptChallengeDict(TypedDict):
    ek: str
    ak_name: str
    secret: str


class _NvgpuOptionsRequired(TypedDict):
    at: Time
    nonce: str


class NvgpuOptions(_NvgpuOptionsRequired, total=False):
    switch_nonce: str | None
    crls: Sequence[Blob]
    ocsp: Sequence[Blob]
    ocsp_nonce: str | None
    accept_certificate_hold: bool
    allow_padding: bool
    roots: Sequence[Blob]
    rim_roots: Sequence[Blob]
    policy: Document | None
    crypto_only: bool


class _QveEvidenceRequired(TypedDict):
    report: Blob
    nonce: str
    expiration_check_date: Time
    qv_result: int


class QveEvidence(_QveEvidenceRequired, total=False):
    collateral_expiration_status: int
    supplemental_data: Blob | None
    minimum_isv_svn: int


class ShowTokenRequest(TypedDict, total=False):
    token: Blob | None
    claims: Document | None
    bundle: Document | None
    dialect: str | None
    show_refused: bool


class _TeeBoundKeyRequired(TypedDict):
    hcl_report: Blob


class TeeBoundKey(_TeeBoundKeyRequired, total=False):
    tdx: DcapRequest | None
    accepted_report_data: str | None


class _TokenCallRequired(TypedDict):
    at: Time


class TokenCall(_TokenCallRequired, total=False):
    nonce: ExpectedNonce | None


class _TokenExpectationsRequired(TypedDict):
    algorithms: AcceptedAlgorithms
    typ: ExpectedText
    issuer: ExpectedText
    audience: ExpectedText
    subject: ExpectedText
    nonce: ExpectedNonce
    profile: ExpectedText
    expiry: TokenExpiry
    max_age: ExpectedSeconds
    max_lifetime: ExpectedSeconds
    leeway: int
    required_claims: Sequence[str]


class TokenExpectations(_TokenExpectationsRequired, total=False):
    certificate: ExpectedSigner | None


class _TokenOptionsRequired(TypedDict):
    at: Time
    expect: TokenExpectations


class TokenOptions(_TokenOptionsRequired, total=False):
    roots: Sequence[Blob]
    dialect: str | None
    attested: AttestedExpectations | None


class _TpmChallengeRequestRequired(TypedDict):
    ek: EndorsementKey
    ak: Blob
    at: Time
    secret: str
    entropy: str


class TpmChallengeRequest(_TpmChallengeRequestRequired, total=False):
    roots: Sequence[Blob]
    crls: Sequence[Blob]


class _TpmOptionsRequired(TypedDict):
    at: Time


class TpmOptions(_TpmOptionsRequired, total=False):
    nonce: str | None
    danger_no_nonce: bool
    ak_name: str | None
    ak_parent: str | None
    ak_chain: Blob | None
    roots: Sequence[Blob]
    crls: Sequence[Blob]
    allow_missing_purpose: bool
    signature_scheme: str | None
    policy: Document | None
    crypto_only: bool
    allow_sha1: bool
    quirks: Sequence[Quirk]
    opaque: Sequence[int]
    continuation: Blob | None
    continuation_key: str | None
    ima_from: int | None
    previous: ClockReading | ClockReadingDict | None

AcceptedAlgorithms = Union["AcceptedAlgorithmsOneOf", "Literal[\"of_key\"]"]
AkEvidence = Union["AkEvidenceActivated", "AkEvidenceAttested", "AkEvidenceTeeBound"]
AkRoute = Literal["bare_key", "pinned", "certificate", "activated", "attested", "tee_bound"]
AttestationType = Literal["nv", "command_audit", "session_audit", "certify", "quote", "time", "creation", "nv_digest"]
Blob = Union["bytes", "str"]
BondStrength = Literal["nonce-only", "measured"]
BootAggregate = Literal["matches", "differs", "not_quoted", "zero", "absent", "earlier"]
CheckOutcome = Literal["passed", "failed", "skipped"]
Claims = Union["DcapClaims", "TpmClaims", "TokenClaims", "CompositeClaims", "NvgpuClaims"]
ClockCounters = Literal["clear", "obfuscated", "unknown"]
ComponentOwner = Literal["bios", "microcode", "seam_loader", "tdx_module", "sinit", "pce", "quoting_enclave", "unknown"]
CompositeBindingMode = Literal["veriquote", "trustee-first32", "identity-nonce", "secretvm", "ita-nonce", "ita-nonce-data", "attestation-rs", "cocos", "manifest"]
Continuity = Literal["same_boot", "resumed", "rebooted", "went_back"]
DebugStatus = Literal["enabled", "disabled", "disabled-since-boot", "disabled-permanently", "disabled-fully-and-permanently"]
DeviceClass = Literal["gpu", "nvswitch"]
Dialect = Literal["aliyun", "trustee-simple", "ear-dotted", "ear", "ita-v1", "ita-v2", "maa", "google-confidential-space", "nras", "compact"]
Document = Union["Mapping[str, Any]", "Sequence[Any]", "bytes", "str"]
EventLogFormat = Literal["crypto_agile", "sha1"]
EventProof = Literal["data", "opaque", "contradicted", "unmeasured", "unauthenticated"]
EvidenceForm = Literal["nvattest", "nras_request", "trustee", "alibaba", "intel_trust_authority", "phala", "google", "attestation_rs", "plain"]
EvidenceKind = Literal["dcap", "tpm", "token", "composite", "nvgpu"]
ExpectedDebug = Union["Literal[\"stated_off\"]", "Literal[\"not_stated_on\"]", "Literal[\"not_checked\"]"]
ExpectedNonce = Union["ExpectedNonceOnly", "ExpectedNonceAmong", "Literal[\"not_checked\"]"]
ExpectedSeconds = Union["ExpectedSecondsIs", "Literal[\"not_checked\"]"]
ExpectedText = Union["ExpectedTextIs", "Literal[\"not_checked\"]"]
FindingOutcome = Literal["satisfied", "violated", "not_checked"]
ForecastCause = Literal["expiry", "grace_ends", "recovery"]
GpuArchitecture = Literal["HOPPER", "BLACKWELL", "LS10"]
GpuMode = Literal["spt", "mpt", "ppcie"]
Grade = Literal["hearsay", "digest_bound", "replay_bound", "signed"]
Inspection = Union["CertificatesView", "CollateralView", "CrlView", "EventLogView", "ImaListView", "JwksView", "NvgpuView", "PolicyView", "QuoteView", "RimView", "SignedDocumentView", "TokenBundleView", "TokenView", "TpmAttestView", "TpmPcrsView", "TpmPublicView", "TpmSignatureView"]
KeyAssurance = Literal["attributes_checked", "key_only"]
KeyOrigin = Literal["set", "certified_set", "certified_header"]
PckAuthority = Literal["processor", "platform", "other"]
ProblemKind = Literal["malformed", "unsupported", "untrusted", "revoked", "stale", "mismatch", "rejected", "limit", "misuse"]
ProfileName = Literal["strict", "intel"]
Quirk = Literal["variable_boot_whole", "grub_legacy_prefix", "exit_boot_services_missing", "authority_without_guid", "authority_last_byte", "vendor_event_type", "folded_separators"]
RegisterState = Literal["explained", "unused", "not_quoted", "not_logged", "opaque", "diverges"]
ReportClaims = Union["TdxReportClaims", "SgxReportClaims"]
ReportDataMode = Literal["none", "raw-exact", "raw-pad64", "sha256-first32", "sha384-pad64", "sha384-jcs-pad64", "sha512", "ita-sha512", "ita-sha256-first32", "x509-der-sha256", "tpm-extradata"]
RevocationState = Literal["not_known", "good", "on_hold"]
RimKind = Literal["driver", "vbios", "switch_bios"]
SgxType = Literal["standard", "scalable", "scalable_with_integrity"]
ShortfallOf = Literal["platform", "tdx_module", "quoting_enclave"]
TcbPartKind = Literal["platform", "quoting_enclave", "tdx_module", "running_now"]
TcbStatus = Literal["UpToDate", "SWHardeningNeeded", "ConfigurationNeeded", "ConfigurationAndSWHardeningNeeded", "OutOfDate", "OutOfDateConfigurationNeeded", "TDRelaunchAdvised", "TDRelaunchAdvisedConfigurationNeeded", "Revoked", "NotSupported"]
Tee = Literal["sgx", "tdx"]
Tier = Literal["affirming", "none", "warning", "contraindicated"]
Time = Union["datetime", "int", "str"]
TokenAlgorithm = Literal["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
TokenExpiry = Union["Literal[\"required\"]", "Literal[\"where_present\"]"]
Topology = Literal["not_applicable", "complete", "broken"]


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


KINDS: dict[str, type[VeriquoteError]] = {
    "malformed": MalformedError,
    "unsupported": UnsupportedError,
    "untrusted": UntrustedError,
    "revoked": RevokedError,
    "stale": StaleError,
    "mismatch": MismatchError,
    "rejected": RejectedError,
    "limit": LimitError,
    "misuse": MisuseError,
}


_CLASSES: dict[str, type[Record]] = {
    "AkClaims": AkClaims,
    "Appraisal": Appraisal,
    "AuthorityClaims": AuthorityClaims,
    "BindingDetection": BindingDetection,
    "BindingResult": BindingResult,
    "BondClaims": BondClaims,
    "BootClaims": BootClaims,
    "BootStateClaims": BootStateClaims,
    "CertificateView": CertificateView,
    "CertificatesView": CertificatesView,
    "CheckLine": CheckLine,
    "ClockClaims": ClockClaims,
    "ClockReading": ClockReading,
    "CollateralClaims": CollateralClaims,
    "CollateralView": CollateralView,
    "ComparisonClaims": ComparisonClaims,
    "CompositeClaims": CompositeClaims,
    "CrlView": CrlView,
    "DcapClaims": DcapClaims,
    "DeviceCertificate": DeviceCertificate,
    "EndorsementView": EndorsementView,
    "EventClaims": EventClaims,
    "EventLogClaims": EventLogClaims,
    "EventLogView": EventLogView,
    "Expiry": Expiry,
    "Finding": Finding,
    "FirmwareIdClaims": FirmwareIdClaims,
    "Forecast": Forecast,
    "Horizon": Horizon,
    "ImaClaims": ImaClaims,
    "ImaListView": ImaListView,
    "JwkView": JwkView,
    "JwksView": JwksView,
    "KeptChallenge": KeptChallenge,
    "MismatchClaims": MismatchClaims,
    "MissingRim": MissingRim,
    "NotChecked": NotChecked,
    "NvgpuClaims": NvgpuClaims,
    "NvgpuDeviceClaims": NvgpuDeviceClaims,
    "NvgpuDeviceView": NvgpuDeviceView,
    "NvgpuView": NvgpuView,
    "OwnTokenClaims": OwnTokenClaims,
    "PckLookup": PckLookup,
    "PckLookupQuery": PckLookupQuery,
    "PlatformClaims": PlatformClaims,
    "PlatformLookup": PlatformLookup,
    "PolicyView": PolicyView,
    "Problem": Problem,
    "QuoteClaims": QuoteClaims,
    "QuoteView": QuoteView,
    "QveClaims": QveClaims,
    "RegisterClaims": RegisterClaims,
    "RimView": RimView,
    "SectionClaims": SectionClaims,
    "SecureBootClaims": SecureBootClaims,
    "SgxReportClaims": SgxReportClaims,
    "ShortComponent": ShortComponent,
    "Shortfall": Shortfall,
    "SignedDocumentView": SignedDocumentView,
    "SubmoduleToken": SubmoduleToken,
    "SubmoduleView": SubmoduleView,
    "TcbClaims": TcbClaims,
    "TcbPart": TcbPart,
    "TdxExtendedClaims": TdxExtendedClaims,
    "TdxReportClaims": TdxReportClaims,
    "TokenAppraisal": TokenAppraisal,
    "TokenBinding": TokenBinding,
    "TokenBundleView": TokenBundleView,
    "TokenClaim": TokenClaim,
    "TokenClaims": TokenClaims,
    "TokenEnvironment": TokenEnvironment,
    "TokenKey": TokenKey,
    "TokenPolicy": TokenPolicy,
    "TokenTcb": TokenTcb,
    "TokenView": TokenView,
    "TpmAttestView": TpmAttestView,
    "TpmChallenge": TpmChallenge,
    "TpmClaims": TpmClaims,
    "TpmPcrsView": TpmPcrsView,
    "TpmPublicView": TpmPublicView,
    "TpmQuoteClaims": TpmQuoteClaims,
    "TpmSignatureView": TpmSignatureView,
    "UnauthenticatedAppraisal": UnauthenticatedAppraisal,
    "Verdict": Verdict,
}
_INSPECTIONS: dict[str, type[Record]] = {
    "quote": QuoteView,
    "certificates": CertificatesView,
    "crl": CrlView,
    "collateral": CollateralView,
    "tcb_info": SignedDocumentView,
    "enclave_identity": SignedDocumentView,
    "evaluation_numbers": SignedDocumentView,
    "tpm_attest": TpmAttestView,
    "tpm_public": TpmPublicView,
    "tpm_signature": TpmSignatureView,
    "tpm_pcrs": TpmPcrsView,
    "ima_list": ImaListView,
    "event_log": EventLogView,
    "nvidia_devices": NvgpuView,
    "nvidia_rim": RimView,
    "token": TokenView,
    "token_bundle": TokenBundleView,
    "jwks": JwksView,
    "policy": PolicyView,
}
#: Options that may be written as bytes.
BLOBS: dict[str, frozenset[str]] = {
    "AttestedKey": frozenset(("certification", "signature", "signer", "signer_chain", "creation_data",)),
    "CompositeBinding": frozenset(("runtime_data", "nonce_value", "nonce_issued_at",)),
    "CompositeDevices": frozenset(("rims", "crls", "ocsp", "roots", "rim_roots",)),
    "CompositeMachine": frozenset(("quote", "collateral", "roots", "pck_chain", "event_log",)),
    "CompositeOptions": frozenset(("policy",)),
    "CompositeTpm": frozenset(("quote", "signature", "ak", "ak_chain", "roots", "pcrs", "event_log", "ima_log",)),
    "DcapCall": frozenset(("event_log",)),
    "DcapOptions": frozenset(("roots", "policy", "pck_chain", "evaluation_numbers",)),
    "DcapRequest": frozenset(("quote", "collateral", "event_log",)),
    "EndorsementKey": frozenset(("certificate", "intermediates", "public",)),
    "NvgpuOptions": frozenset(("crls", "ocsp", "roots", "rim_roots", "policy",)),
    "QveEvidence": frozenset(("report", "supplemental_data",)),
    "ShowTokenRequest": frozenset(("token", "claims", "bundle",)),
    "TeeBoundKey": frozenset(("hcl_report",)),
    "TokenOptions": frozenset(("roots",)),
    "TpmChallengeRequest": frozenset(("ak", "roots", "crls",)),
    "TpmOptions": frozenset(("ak_chain", "roots", "crls", "policy", "continuation",)),
}
Code = Literal[
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


def record(name: str, members: dict[str, Any]) -> Record:
    """The record of a structure of the facade."""
    of = _INSPECTIONS[members["kind"]] if name == "Inspection" else _CLASSES[name]
    return make(of, members)
