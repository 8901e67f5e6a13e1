"""A hundred thousand verifications in one process do not make it grow."""

from __future__ import annotations

import gc
import sys
import tracemalloc
from pathlib import Path

import pytest
import support
import veriquote

COUNT = 100_000
BLOCK = 10_000


@pytest.mark.skipif(sys.platform != "linux", reason="the resident size is read from /proc")
def test_the_process_does_not_grow() -> None:
    quote, collateral, options = support.dcap()
    verifier = veriquote.DcapVerifier(collateral, **options)
    cache = veriquote.PlatformCache(4)
    token, jwks, token_options = support.token()
    tokens = veriquote.TokenVerifier(jwks, **token_options)
    resident, traced = [], []
    tracemalloc.start()
    for number in range(COUNT):
        if number % BLOCK == 0:
            gc.collect()
            resident.append(resident_bytes())
            traced.append(tracemalloc.get_traced_memory()[0])
        if number % 4 == 0:
            assert tokens.verify(token).claims.payload
        elif number % 4 == 1:
            # Refused: an exception with its result, its problem and its checks.
            with pytest.raises(veriquote.MalformedError):
                verifier.verify(quote[:600])
        else:
            result = verifier.verify(quote, cache=cache)
            if number % 20 == 2:
                assert result.claims.report and result.to_json()
    tracemalloc.stop()
    # What the first block still allocates once is not growth.
    assert resident[-1] - resident[2] < 2 * 1024 * 1024, resident
    assert traced[-1] - traced[2] < 64 * 1024, traced


def resident_bytes() -> int:
    import resource

    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()
