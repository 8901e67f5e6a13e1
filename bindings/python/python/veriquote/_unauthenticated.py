"""What is in files, and how report data are made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import _native
from ._base import with_text
from ._input import as_bytes, as_text, options

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ._types import BindingRequest, BindingResult, Blob, Inspection, PckLookup, PlatformLookup


def inspect(file: Blob) -> Inspection:
    """Says what is in a file, recognised by its content. Nothing of it is verified."""
    told: Inspection = with_text(_native.inspect(as_bytes(file, "file")))
    return told


def binding_detect(**given: Unpack[BindingRequest]) -> BindingResult:
    """Tells which convention binds `data` in `report_data`, and which common mistake almost does."""
    result: BindingResult = with_text(_native.binding(options("BindingRequest", given), False))
    return result


def binding_compute(**given: Unpack[BindingRequest]) -> BindingResult:
    """Computes the report data of a `mode`; with report data given, also compares them."""
    result: BindingResult = with_text(_native.binding(options("BindingRequest", given), True))
    return result


def platform_of_quote(quote: Blob) -> PlatformLookup:
    """Which collateral to fetch for a quote that carries its PCK certificate. Nothing of it is authentic."""
    found: PlatformLookup = with_text(_native.platform_of_quote(as_bytes(quote, "quote")))
    return found


def platform_of_pck(pem: str | bytes) -> PlatformLookup:
    """Which collateral to fetch for the platform of a PCK certificate."""
    found: PlatformLookup = with_text(_native.platform_of_pck(as_text(pem, "pck_chain")))
    return found


def pck_reference_of_quote(quote: Blob) -> PckLookup:
    """What a quote says of a PCK certificate that it does not carry."""
    found: PckLookup = with_text(_native.pck_reference_of_quote(as_bytes(quote, "quote")))
    return found
