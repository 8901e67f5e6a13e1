"""Verifies a column of quotes with Ray Data: `map_batches` gives tables of Arrow, and takes them.

    python ray_data.py COLLATERAL.json QUOTE...

needs `pip install "veriquote[arrow]" ray pandas`.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import pyarrow as pa
import ray.data
import veriquote
from veriquote import arrow


class Verify:
    """One for each worker, so that collateral is verified once there, and not for each batch."""

    def __init__(self, collateral: str, options: dict[str, Any]) -> None:
        self.verifier = veriquote.DcapVerifier(collateral, **options)

    def __call__(self, batch: pa.Table) -> pa.Table:
        # Ray has a worker for each processor already.
        return batch.append_column("verdict", arrow.verify(self.verifier, batch["quote"], threads=1))


def verified(
    quotes: ray.data.Dataset, collateral: str, options: dict[str, Any], workers: int = 2
) -> ray.data.Dataset:
    """`quotes`, which has a column `quote`, with a verdict for each row."""
    return quotes.map_batches(
        Verify,
        fn_constructor_args=(collateral, options),
        batch_format="pyarrow",
        compute=ray.data.ActorPoolStrategy(min_size=1, max_size=workers),
    )


def main() -> None:
    collateral, *files = sys.argv[1:]
    rows = {"id": files, "quote": [Path(name).read_bytes() for name in files]}
    quotes = ray.data.from_arrow(pa.table(rows))
    for row in verified(quotes, Path(collateral).read_text(), {"at": int(time.time())}).iter_rows():
        print(row["id"], row["verdict"]["accepted"], row["verdict"]["error_code"])


if __name__ == "__main__":
    main()
