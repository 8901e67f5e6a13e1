"""Many pieces of evidence over a pool of threads."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

V = TypeVar("V")

#: Pieces for one thread at a time: handing them over costs little beside verifying them.
CHUNK = 16


def in_threads(
    verify_all: Callable[[list[bytes]], list[V]],
    evidence: Iterable[bytes],
    *,
    threads: int | None = None,
) -> Iterator[V]:
    """Results in the order of the evidence, of which only what the threads need is taken at a time."""
    count = threads or os.cpu_count() or 1
    chunks = _chunks(evidence)
    if count == 1:
        for chunk in chunks:
            yield from verify_all(chunk)
        return
    pool = ThreadPoolExecutor(count, thread_name_prefix="veriquote")
    waiting: deque[Future[list[V]]] = deque()
    try:
        for chunk in chunks:
            waiting.append(pool.submit(verify_all, chunk))
            if len(waiting) > 2 * count:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()
    finally:
        # Also when the caller stops listening, or the iterable fails.
        pool.shutdown(wait=False, cancel_futures=True)


def _chunks(evidence: Iterable[bytes]) -> Iterator[list[bytes]]:
    source = iter(evidence)
    while chunk := list(islice(source, CHUNK)):
        yield chunk
