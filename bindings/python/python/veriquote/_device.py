"""NVIDIA devices, and machines together with theirs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from . import _native
from ._errors import accepted
from ._input import document, documents, nested, options

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ._native import Verification
    from ._types import (
        CompositeClaims,
        CompositeDevices,
        CompositeMachine,
        CompositeOptions,
        CompositeTpm,
        Document,
        NvgpuClaims,
        NvgpuOptions,
    )


def verify_nvgpu(
    evidence: Document, *, rims: Document | Iterable[Document] = (), **given: Unpack[NvgpuOptions]
) -> Verification[NvgpuClaims]:
    """Verifies evidence of NVIDIA devices with their reference manifests.

    Raises `VeriquoteError` unless it is authentic and the policy accepts it.
    """
    return accepted(
        _native.verify_nvgpu(
            document(evidence, "evidence"), documents(rims, "rims"), options("NvgpuOptions", given)
        )
    )


def verify_composite(
    evidence: Document,
    *,
    machine: CompositeMachine,
    devices: CompositeDevices | None = None,
    tpm: CompositeTpm | None = None,
    **given: Unpack[CompositeOptions],
) -> Verification[CompositeClaims]:
    """Verifies a machine together with its devices, and perhaps its TPM, in answer to one challenge.

    Raises `VeriquoteError` unless all are authentic and bound to one another, and the policy accepts them.
    """
    request = {"evidence": evidence, "machine": machine, "tpm": tpm, "options": given}
    if devices is not None:
        request["devices"] = devices
    return accepted(_native.verify_composite(nested(request, "options")))
