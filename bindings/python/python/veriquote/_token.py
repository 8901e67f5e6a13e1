"""Attestation tokens."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from . import _native
from ._base import with_text
from ._batch import in_threads
from ._errors import accepted
from ._input import as_bytes, as_text, document, dumps, many, maybe, options

if TYPE_CHECKING:
    from datetime import datetime

    from typing_extensions import Unpack

    from ._native import Verification
    from ._types import (
        Document,
        ExpectedNonce,
        ShowTokenRequest,
        TokenClaims,
        TokenOptions,
        UnauthenticatedAppraisal,
    )


def verify_token(
    token: str | bytes | None = None,
    *,
    bundle: Document | None = None,
    jwks: Document | None = None,
    **given: Unpack[TokenOptions],
) -> Verification[TokenClaims]:
    """Verifies one token, or one detached bundle of NVIDIA's service.

    Raises `VeriquoteError` unless it is authentic and everything expected of it holds.
    """
    return accepted(
        _native.verify_token(
            maybe(as_text, token, "token"),
            maybe(document, bundle, "bundle"),
            maybe(document, jwks, "jwks"),
            options("TokenOptions", given),
        )
    )


class TokenVerifier:
    """Keys and expectations that were read once, to verify many tokens. Threads may share it."""

    __slots__ = ("_handle",)
    _handle: _native.TokenVerifier

    def __init__(self, jwks: Document | None = None, **given: Unpack[TokenOptions]) -> None:
        """Reads the issuer's keys, or the `roots` that certify them."""
        self._handle = _native.TokenVerifier(maybe(document, jwks, "jwks"), options("TokenOptions", given))

    def verify(self, token: str | bytes) -> Verification[TokenClaims]:
        """Verifies one token, and raises `VeriquoteError` unless it is accepted."""
        return accepted(self._handle.verify(as_bytes(token, "token")))

    def verify_bundle(self, bundle: Document) -> Verification[TokenClaims]:
        """Verifies one detached bundle, and raises `VeriquoteError` unless it is accepted."""
        return accepted(self._handle.verify_bundle(document(bundle, "bundle")))

    def verify_batch(
        self, tokens: Iterable[str | bytes], *, threads: int | None = None
    ) -> Iterator[Verification[TokenClaims | None]]:
        """The result of each token, in order. Nothing is raised for a token: look at `accepted`."""
        return in_threads(self._handle.verify_all, many(tokens, "tokens", as_bytes), threads=threads)

    def at(self, at: datetime | int | str) -> TokenVerifier:
        """The same at another time."""
        return self._with(self._handle.at(dumps(at, "options.at")))

    def expecting(self, nonce: ExpectedNonce) -> TokenVerifier:
        """The same with another challenge to expect."""
        return self._with(self._handle.expecting(dumps(nonce, "options.expect.nonce")))

    def _with(self, native: _native.TokenVerifier) -> TokenVerifier:
        other = TokenVerifier.__new__(TokenVerifier)
        other._handle = native
        return other


def show_token(**given: Unpack[ShowTokenRequest]) -> UnauthenticatedAppraisal:
    """Reads a token, claims or a bundle without verifying anything: to be shown, never to be relied on."""
    shown: UnauthenticatedAppraisal = with_text(_native.show_token(options("ShowTokenRequest", given)))
    return shown
