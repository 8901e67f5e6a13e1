# What bindings/python/src has. Everything here is made for the modules beside it, but `Verification` and
# the functions whose names end in `_json`.
from typing import Any, final

from ._types import (
    Appraisal,
    CheckLine,
    Claims,
    Forecast,
    Horizon,
    NotChecked,
    Problem,
)

@final
class Verification:
    """What came of a verification. Only a verifier makes one; nothing can change it.

    It is true in a condition when the evidence was accepted.
    """

    @property
    def verified(self) -> bool:
        """The evidence is authentic: every signature, chain, window and binding holds."""
    @property
    def accepted(self) -> bool:
        """It is authentic, and the policy accepts it. Only then may a caller rely on the claims."""
    @property
    def evidence(self) -> str:
        """The kind of evidence: `dcap`, `tpm` or `token`."""
    @property
    def error(self) -> Problem | None:
        """Why not, when it is not accepted."""
    @property
    def checks(self) -> tuple[CheckLine, ...]:
        """Every check in the order in which it was made; on failure the last one is the failing one."""
    @property
    def claims(self) -> Claims | None:
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
        """When the verdict will change, and to what."""
    def to_json(self) -> str:
        """The JSON of `verification.json`, the same bytes in every language."""
    def __bool__(self) -> bool: ...
    def __eq__(self, other: object, /) -> bool: ...

class DcapVerifier:
    def __new__(cls, collateral: list[bytes], options: str) -> DcapVerifier: ...
    def verify(
        self,
        quote: bytes,
        event_log: bytes | None,
        qve: str | None,
        cache: PlatformCache | None,
    ) -> Verification: ...
    def verify_all(self, quotes: list[bytes]) -> list[Verification]: ...
    def at(self, at: str) -> DcapVerifier: ...
    def expecting(self, report_data: str) -> DcapVerifier: ...
    def collateral_is_for(self, index: int) -> tuple[str, str] | None: ...

@final
class PlatformCache:
    """A bounded memory of platforms that were verified, so that their next quotes cost one signature check."""
    def __new__(cls, capacity: int) -> PlatformCache: ...

class TokenVerifier:
    def __new__(cls, jwks: bytes | None, options: str) -> TokenVerifier: ...
    def verify(self, token: bytes) -> Verification: ...
    def verify_bundle(self, bundle: bytes) -> Verification: ...
    def verify_all(self, tokens: list[bytes]) -> list[Verification]: ...
    def at(self, at: str) -> TokenVerifier: ...
    def expecting(self, nonce: str) -> TokenVerifier: ...

def verify_dcap(
    quote: bytes,
    collateral: list[bytes],
    event_log: bytes | None,
    qve: str | None,
    options: str,
) -> Verification: ...
def verify_tpm(
    quote: bytes,
    signature: bytes,
    ak: bytes | None,
    pcrs: bytes | None,
    event_log: bytes | None,
    ima_log: bytes | None,
    options: str,
) -> Verification: ...
def learn_tpm_policy(
    quote: bytes,
    signature: bytes,
    ak: bytes | None,
    pcrs: bytes | None,
    event_log: bytes | None,
    ima_log: bytes | None,
    options: str,
    name: str,
) -> str: ...
def verify_token(
    token: str | None, bundle: bytes | None, jwks: bytes | None, options: str
) -> Verification: ...
def inspect(file: bytes) -> tuple[Any, str]: ...
def show_token(request: str) -> tuple[Any, str]: ...
def binding(request: str, compute: bool) -> tuple[Any, str]: ...
def blob(bytes: bytes) -> str: ...
def verify_dcap_json(request: str) -> str:
    """A request of `dcap-request.json` to a result of `verification.json`."""

def verify_tpm_json(request: str) -> str:
    """A request of `tpm-request.json` to a result of `verification.json`."""

def verify_token_json(request: str) -> str:
    """A request of `token-request.json` to a result of `verification.json`."""

def show_token_json(request: str) -> str:
    """A request of `show-token-request.json` to a result of `unauthenticated-appraisal.json`."""

def binding_json(request: str) -> str:
    """A request of `binding-request.json` to a result of `binding-result.json`."""

def inspect_json(file: bytes) -> str:
    """A file to a result of `inspection.json`, or `{"error": …}` with a problem."""
