"""Quotes of a TPM, and the policies that are learned from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import _native
from ._base import with_text
from ._errors import accepted, of_problem
from ._input import as_bytes, document, maybe, nested, options

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ._native import Verification
    from ._types import (
        AkEvidence,
        Blob,
        Document,
        TpmChallenge,
        TpmChallengeRequest,
        TpmClaims,
        TpmOptions,
    )


def verify_tpm(
    quote: Blob,
    signature: Blob,
    *,
    ak: Blob | None = None,
    ak_evidence: AkEvidence | None = None,
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
            maybe(nested, ak_evidence, "ak_evidence"),
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
    ak_evidence: AkEvidence | None = None,
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
        maybe(nested, ak_evidence, "ak_evidence"),
        maybe(document, pcrs, "pcrs"),
        maybe(as_bytes, event_log, "event_log"),
        maybe(as_bytes, ima_log, "ima_log"),
        options("TpmOptions", given),
        name,
    )


def make_tpm_challenge(**given: Unpack[TpmChallengeRequest]) -> TpmChallenge:
    """Wraps a secret for the TPM of an endorsement key, to be opened only where the attestation key is.

    Keep `challenge` of the result, and give it back with the machine's answer as
    `ak_evidence={"activated": …}`. Raises `VeriquoteError` when the endorsement key is not trusted.
    """
    made: TpmChallenge = with_text(_native.make_tpm_challenge(nested(given, "options")))
    if made.error is not None:
        raise of_problem(made.error)
    return made
