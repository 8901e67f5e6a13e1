"""Verifies hardware attestation: quotes of Intel SGX and TDX, quotes of TPM 2.0, NVIDIA devices,
attestation tokens.

Everything is offline: time, collateral, keys and expectations are arguments. A call that verifies raises
`VeriquoteError` unless the evidence is authentic and accepted; batches give a result for each piece.
"""

from ._base import Record, VeriquoteError
from ._dcap import DcapVerifier, verify_dcap
from ._device import verify_composite, verify_nvgpu
from ._native import (
    PlatformCache,
    Verification,
    binding_json,
    inspect_json,
    make_tpm_challenge_json,
    show_token_json,
    verify_composite_json,
    verify_dcap_json,
    verify_nvgpu_json,
    verify_token_json,
    verify_tpm_json,
)
from ._token import TokenVerifier, show_token, verify_token
from ._tpm import learn_tpm_policy, make_tpm_challenge, verify_tpm
from ._types import (
    LimitError,
    MalformedError,
    MismatchError,
    MisuseError,
    RejectedError,
    RevokedError,
    StaleError,
    UnsupportedError,
    UntrustedError,
)
from ._unauthenticated import (
    binding_compute,
    binding_detect,
    inspect,
    pck_reference_of_quote,
    platform_of_pck,
    platform_of_quote,
)

__all__ = [
    "DcapVerifier",
    "LimitError",
    "MalformedError",
    "MismatchError",
    "MisuseError",
    "PlatformCache",
    "Record",
    "RejectedError",
    "RevokedError",
    "StaleError",
    "TokenVerifier",
    "UnsupportedError",
    "UntrustedError",
    "Verification",
    "VeriquoteError",
    "binding_compute",
    "binding_detect",
    "binding_json",
    "inspect",
    "inspect_json",
    "learn_tpm_policy",
    "make_tpm_challenge",
    "make_tpm_challenge_json",
    "pck_reference_of_quote",
    "platform_of_pck",
    "platform_of_quote",
    "show_token",
    "show_token_json",
    "verify_composite",
    "verify_composite_json",
    "verify_dcap",
    "verify_dcap_json",
    "verify_nvgpu",
    "verify_nvgpu_json",
    "verify_token",
    "verify_token_json",
    "verify_tpm",
    "verify_tpm_json",
]
