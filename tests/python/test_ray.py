"""The example for Ray Data, on two local workers."""

from __future__ import annotations

import importlib.util
import os
import secrets
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pyarrow as pa
import pytest
import support

if os.environ.get("VERIQUOTE_RAY") != "present":
    pytest.skip("run by `cargo xtask python --ray`", allow_module_level=True)

EXAMPLE = support.ROOT / "bindings/python/examples/ray_data.py"
#: Nothing is told to Ray's makers, and nothing is kept in the user's folder.
PRIVATE = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}
# Ray reads it when it is imported.
os.environ.update(PRIVATE)
import ray  # noqa: E402
import ray.data  # noqa: E402


@pytest.fixture(scope="module")
def example() -> ModuleType:
    spec = importlib.util.spec_from_file_location("ray_example", EXAMPLE)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["ray_example"] = module
    spec.loader.exec_module(module)
    # Workers cannot import it by that name.
    ray.cloudpickle.register_pickle_by_value(module)
    return module


@pytest.fixture(scope="module")
def cluster() -> Iterator[None]:
    # Its sockets' names have to be short, which those in pytest's folders are not.
    folder = tempfile.mkdtemp(prefix="ray-")
    ray.init(num_cpus=2, include_dashboard=False, object_store_memory=100_000_000, _temp_dir=folder)
    yield
    ray.shutdown()
    shutil.rmtree(folder, ignore_errors=True)


def test_a_column_of_quotes_over_workers(cluster: None, example: ModuleType) -> None:
    quote, collateral, options = support.dcap()
    rows: list[dict[str, Any]] = [
        {"id": number, "quote": quote if number % 4 else quote[:99]} for number in range(40)
    ]
    rows.append({"id": 40, "quote": None})
    columns = pa.schema([("id", pa.int64()), ("quote", pa.binary())])
    quotes = ray.data.from_arrow(
        [pa.Table.from_pylist(rows[at : at + 14], columns) for at in range(0, len(rows), 14)]
    )
    told = {row["id"]: row["verdict"] for row in example.verified(quotes, collateral, options).iter_rows()}
    assert len(told) == 41
    for number in range(40):
        assert told[number]["accepted"] == bool(number % 4)
        assert told[number]["error_code"] == (None if number % 4 else "input.truncated")
        assert told[number]["tcb_status"] == ("UpToDate" if number % 4 else None)
    assert told[40] is None


def test_the_example_as_it_stands(
    cluster: None,
    example: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A forged platform, which Intel's root does not know."""
    quote, collateral, _ = support.dcap()
    (tmp_path / "quote.bin").write_bytes(quote)
    (tmp_path / "collateral.json").write_text(collateral)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["ray_data.py", "collateral.json", "quote.bin"])
    example.main()
    assert "quote.bin False x509.anchor" in capsys.readouterr().out
