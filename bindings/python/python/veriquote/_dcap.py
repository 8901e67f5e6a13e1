"""Quotes of SGX and TDX."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from . import _native
from ._batch import in_threads
from ._errors import accepted
from ._input import as_bytes, documents, dumps, many, maybe, options

if TYPE_CHECKING:
    from datetime import datetime

    from typing_extensions import Unpack

    from ._native import PlatformCache, Verification
    from ._types import Blob, DcapClaims, DcapOptions, Document, QveEvidence


def verify_dcap(
    quote: Blob,
    collateral: Document | Iterable[Document],
    *,
    event_log: Blob | None = None,
    qve: QveEvidence | None = None,
    **given: Unpack[DcapOptions],
) -> Verification[DcapClaims]:
    """Verifies one quote, and raises `VeriquoteError` unless it is authentic and the policy accepts it.

    Of several collaterals the first decides; the others become `horizons` of the result.
    """
    return accepted(
        _native.verify_dcap(
            as_bytes(quote, "quote"),
            documents(collateral, "collateral"),
            maybe(as_bytes, event_log, "event_log"),
            _qve(qve),
            options("DcapOptions", given),
        )
    )


class DcapVerifier:
    """Collateral that was verified once, to verify many quotes. Threads may share it."""

    __slots__ = ("_handle",)
    _handle: _native.DcapVerifier

    def __init__(self, collateral: Document | Iterable[Document], **given: Unpack[DcapOptions]) -> None:
        """Reads the options and verifies the collateral.

        Wrong options are raised; collateral that does not verify is told with each quote.
        """
        read = documents(collateral, "collateral")
        self._handle = _native.DcapVerifier(read, options("DcapOptions", given))

    def verify(
        self,
        quote: Blob,
        *,
        event_log: Blob | None = None,
        qve: QveEvidence | None = None,
        cache: PlatformCache | None = None,
    ) -> Verification[DcapClaims]:
        """Verifies one quote, and raises `VeriquoteError` unless it is accepted.

        With a `cache`, the next quote of a platform costs one signature check; one thread uses it at a time.
        """
        return accepted(
            self._handle.verify(
                as_bytes(quote, "quote"), maybe(as_bytes, event_log, "event_log"), _qve(qve), cache
            )
        )

    def verify_batch(
        self, quotes: Iterable[Blob], *, threads: int | None = None
    ) -> Iterator[Verification[DcapClaims | None]]:
        """The result of each quote, in order. Nothing is raised for a quote: look at `accepted`.

        Quotes are taken as they are needed, so that the iterable may be endless.
        """
        return in_threads(self._handle.verify_all, many(quotes, "quotes", as_bytes), threads=threads)

    def at(self, at: datetime | int | str) -> DcapVerifier:
        """The same at another time. Collateral that was verified is not verified again."""
        return self._with(self._handle.at(dumps(at, "options.at")))

    def expecting(self, report_data: str) -> DcapVerifier:
        """The same with other report data to expect: all 64 bytes as hex."""
        return self._with(self._handle.expecting(report_data))

    def collateral_is_for(self, index: int = 0) -> tuple[str, str] | None:
        """TEE and platform family (FMSPC) of one of the collaterals, once it was verified."""
        return self._handle.collateral_is_for(index)

    def _with(self, native: _native.DcapVerifier) -> DcapVerifier:
        other = DcapVerifier.__new__(DcapVerifier)
        other._handle = native
        return other


def _qve(qve: Mapping[str, Any] | QveEvidence | None) -> str | None:
    return None if qve is None else options("QveEvidence", qve)
