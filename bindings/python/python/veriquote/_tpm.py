"""Quotes of a TPM, and the policies that are learned from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import _native
from ._errors import accepted
from ._input import as_bytes, document, maybe, options

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ._native import Verification
    from ._types import Blob, Document, TpmClaims, TpmOptions


def verify_tpm(
    quote: Blob,
    signature: Blob,
    *,
    ak: Blob | None = None,
    pcrs: Document | None = None,
    event_log: Blob | None = None,
    ima_log: Blob | None = None,
    **given: Unpack[TpmOptions],
) -> Verification[TpmClaims]:
    """Verifies one quote, with the registers and logs that explain it.

    Raises `VeriquoteError` unless it is authentic and the policy accepts it.
    """
    return accepted(
        _native.verify_tpm(
            as_bytes(quote, "quote"),
            as_bytes(signature, "signature"),
            maybe(as_bytes, ak, "ak"),
            maybe(document, pcrs, "pcrs"),
            maybe(as_bytes, event_log, "event_log"),
            maybe(as_bytes, ima_log, "ima_log"),
            options("TpmOptions", given),
        )
    )


def learn_tpm_policy(
    quote: Blob,
    signature: Blob,
    *,
    name: str,
    ak: Blob | None = None,
    pcrs: Document | None = None,
    event_log: Blob | None = None,
    ima_log: Blob | None = None,
    **given: Unpack[TpmOptions],
) -> str:
    """Writes a policy that accepts a boot like this one: a document to be read before it is used."""
    return _native.learn_tpm_policy(
        as_bytes(quote, "quote"),
        as_bytes(signature, "signature"),
        maybe(as_bytes, ak, "ak"),
        maybe(document, pcrs, "pcrs"),
        maybe(as_bytes, event_log, "event_log"),
        maybe(as_bytes, ima_log, "ima_log"),
        options("TpmOptions", given),
        name,
    )
