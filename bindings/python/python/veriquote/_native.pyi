# What bindings/python/src has. Everything here is made for the modules beside it, but `Verification` and
# the functions whose names end in `_json`.
from typing import Any, final

from ._types import CompositeClaims, DcapClaims, NvgpuClaims, TokenClaims, TpmClaims
from ._types import Verification as Verification

__all__ = [
    "DcapVerifier",
    "PlatformCache",
    "TokenVerifier",
    "Verification",
    "binding",
    "binding_json",
    "blob",
    "inspect",
    "inspect_json",
    "learn_tpm_policy",
    "make_tpm_challenge",
    "make_tpm_challenge_json",
    "show_token",
    "show_token_json",
    "verify_dcap",
    "verify_dcap_json",
    "verify_token",
    "verify_token_json",
    "verify_tpm",
    "verify_tpm_json",
    "verify_nvgpu",
    "verify_nvgpu_json",
    "verify_composite",
    "verify_composite_json",
    "platform_of_quote",
    "platform_of_pck",
    "pck_reference_of_quote",
]

@final
class DcapVerifier:
    def __new__(cls, collateral: list[bytes], options: str) -> DcapVerifier: ...
    def verify(
        self,
        quote: bytes,
        event_log: bytes | None,
        qve: str | None,
        cache: PlatformCache | None,
    ) -> Verification[DcapClaims | None]: ...
    def verify_all(self, quotes: list[bytes]) -> list[Verification[DcapClaims | None]]: ...
    def at(self, at: str) -> DcapVerifier: ...
    def expecting(self, report_data: str) -> DcapVerifier: ...
    def collateral_is_for(self, index: int) -> tuple[str, str] | None: ...

@final
class PlatformCache:
    """A bounded memory of verified platforms: their next quotes cost one signature check each."""
    def __new__(cls, capacity: int) -> PlatformCache: ...

@final
class TokenVerifier:
    def __new__(cls, jwks: bytes | None, options: str) -> TokenVerifier: ...
    def verify(self, token: bytes) -> Verification[TokenClaims | None]: ...
    def verify_bundle(self, bundle: bytes) -> Verification[TokenClaims | None]: ...
    def verify_all(self, tokens: list[bytes]) -> list[Verification[TokenClaims | None]]: ...
    def at(self, at: str) -> TokenVerifier: ...
    def expecting(self, nonce: str) -> TokenVerifier: ...

def verify_dcap(
    quote: bytes,
    collateral: list[bytes],
    event_log: bytes | None,
    qve: str | None,
    options: str,
) -> Verification[DcapClaims | None]: ...
def verify_tpm(
    quote: bytes,
    signature: bytes,
    ak: bytes | None,
    ak_evidence: str | None,
    pcrs: bytes | None,
    event_log: bytes | None,
    ima_log: bytes | None,
    options: str,
) -> Verification[TpmClaims | None]: ...
def learn_tpm_policy(
    quote: bytes,
    signature: bytes,
    ak: bytes | None,
    ak_evidence: str | None,
    pcrs: bytes | None,
    event_log: bytes | None,
    ima_log: bytes | None,
    options: str,
    name: str,
) -> str: ...
def verify_token(
    token: str | None, bundle: bytes | None, jwks: bytes | None, options: str
) -> Verification[TokenClaims | None]: ...
def make_tpm_challenge(request: str) -> tuple[Any, str]: ...
def inspect(file: bytes) -> tuple[Any, str]: ...
def show_token(request: str) -> tuple[Any, str]: ...
def binding(request: str, compute: bool) -> tuple[Any, str]: ...
def blob(bytes: bytes) -> str: ...
def verify_dcap_json(request: str) -> str:
    """A request of `dcap-request.json` to a result of `verification.json`."""

def verify_tpm_json(request: str) -> str:
    """A request of `tpm-request.json` to a result of `verification.json`."""

def make_tpm_challenge_json(request: str) -> str:
    """A request of `tpm-challenge-request.json` to a result of `tpm-challenge.json`."""

def verify_token_json(request: str) -> str:
    """A request of `token-request.json` to a result of `verification.json`."""

def show_token_json(request: str) -> str:
    """A request of `show-token-request.json` to a result of `unauthenticated-appraisal.json`."""

def binding_json(request: str) -> str:
    """A request of `binding-request.json` to a result of `binding-result.json`."""

def inspect_json(file: bytes) -> str:
    """A file to a result of `inspection.json`, or `{"error": …}` with a problem."""

def verify_nvgpu_json(request: str) -> str:
    """A request of `nvgpu-request.json` to a result of `verification.json`."""

def verify_composite_json(request: str) -> str:
    """A request of `composite-request.json` to a result of `verification.json`."""

def verify_nvgpu(evidence: bytes, rims: list[bytes], options: str) -> Verification[NvgpuClaims | None]: ...
def verify_composite(request: str) -> Verification[CompositeClaims | None]: ...
def platform_of_quote(quote: bytes) -> tuple[Any, str]: ...
def platform_of_pck(pem: str) -> tuple[Any, str]: ...
def pck_reference_of_quote(quote: bytes) -> tuple[Any, str]: ...
