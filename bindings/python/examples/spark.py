"""Verifies a column of quotes with Spark: `mapInArrow` gives batches of Arrow, and takes them.

    python spark.py COLLATERAL.json QUOTE...

needs `pip install "veriquote[arrow]" pyspark` and Java 17 or later.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import veriquote
from pyspark.sql import DataFrame, SparkSession
from veriquote import arrow

#: The columns that are kept of each verdict.
KEPT = "verified boolean, accepted boolean, error_code string, tcb_status string, report_data string"


def verified(quotes: DataFrame, collateral: str, options: dict[str, Any]) -> DataFrame:
    """`quotes`, which has the columns `id` and `quote`, with a verdict for each row."""

    def verify(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        # Collateral is verified once for each partition. Spark has a process for each core already.
        verifier = veriquote.DcapVerifier(collateral, **options)
        for batch in batches:
            told = arrow.verify(verifier, batch["quote"], threads=1)
            names = [column.split()[0] for column in KEPT.split(", ")]
            kept = [told.field(name) for name in names]
            yield pa.RecordBatch.from_arrays([batch["id"], *kept], names=["id", *names])

    return quotes.mapInArrow(verify, f"id string, {KEPT}")


def main() -> None:
    collateral, *files = sys.argv[1:]
    spark = SparkSession.builder.master("local[2]").appName("veriquote").getOrCreate()
    rows = [(name, Path(name).read_bytes()) for name in files]
    quotes = spark.createDataFrame(rows, "id string, quote binary")
    verified(quotes, Path(collateral).read_text(), {"at": int(time.time())}).show(truncate=60)
    spark.stop()


if __name__ == "__main__":
    main()
