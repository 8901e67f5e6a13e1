"""The example for Spark, in local mode."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest
import support

if os.environ.get("VERIQUOTE_SPARK") == "absent":
    pytest.skip("Spark needs Java 17 or later, and there is none here", allow_module_level=True)

pyspark_sql = pytest.importorskip("pyspark.sql")


@pytest.fixture(scope="module")
def example() -> ModuleType:
    path = support.ROOT / "bindings/python/examples/spark.py"
    spec = importlib.util.spec_from_file_location("spark_example", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    os.environ["PYSPARK_PYTHON"] = sys.executable
    builder = pyspark_sql.SparkSession.builder.master("local[2]").appName("veriquote")
    builder = builder.config("spark.ui.enabled", "false").config("spark.driver.bindAddress", "127.0.0.1")
    builder = builder.config("spark.driver.host", "127.0.0.1").config("spark.sql.shuffle.partitions", "2")
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


def test_a_column_of_quotes_over_partitions(spark: Any, example: ModuleType) -> None:
    quote, collateral, options = support.dcap()
    rows = [(str(number), bytearray(quote if number % 4 else quote[:99])) for number in range(40)]
    rows.append(("none", None))
    quotes = spark.createDataFrame(rows, "id string, quote binary").repartition(3)
    told = {row["id"]: row for row in example.verified(quotes, collateral, options).collect()}
    assert len(told) == 41
    for number in range(40):
        row = told[str(number)]
        assert row["accepted"] == bool(number % 4)
        assert row["error_code"] == (None if number % 4 else "input.truncated")
        assert row["tcb_status"] == ("UpToDate" if number % 4 else None)
    assert told["none"]["accepted"] is None


def test_the_machine_has_java_where_this_runs() -> None:
    java = shutil.which("java")
    assert java is not None
    assert subprocess.run([java, "-version"], capture_output=True, check=True)
