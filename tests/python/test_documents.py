"""What the documents print: each block of Python is run as it stands, with the interpreter of the wheel."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import support
import veriquote

#: When the forged platforms and the tokens of tests/vectors are valid.
NOW = 1_770_000_000
#: In place of the clock, so that forged and recorded evidence is current when a document says "now".
CLOCK = "import time\ntime.time = lambda: {now}.0\n"


def blocks(document: str) -> list[str]:
    text = (support.ROOT / document).read_text(encoding="utf-8")
    return re.findall(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def run(code: str, folder: Path, now: int) -> str:
    (folder / "sitecustomize.py").write_text(CLOCK.format(now=now))
    (folder / "printed.py").write_text(code, encoding="utf-8")
    python = os.environ.get("VERIQUOTE_BARE_PYTHON", sys.executable)
    env = {**os.environ, "PYTHONPATH": str(folder)}
    done = subprocess.run([python, "printed.py"], cwd=folder, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_quickstart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VERIQUOTE_BARE_PYTHON", raising=False)  # it shows Polars, too
    quote, collateral, options = support.dcap()
    (tmp_path / "quote.bin").write_bytes(quote)
    (tmp_path / "collateral.json").write_text(collateral)
    (tmp_path / "root.pem").write_text(options["roots"][0])
    token = next(case for case in support.cases("verify_token") if case.id == "attested/everything")
    given, _ = token.parts()
    (tmp_path / "token.jwt").write_text(given["token"])
    (tmp_path / "jwks.json").write_text(json.dumps(given["jwks"]))
    machine = next(case for case in support.cases("verify_tpm") if case.id == "valid/rsa")
    given, tpm = machine.parts()
    names = {
        "quote": "tpm-quote.bin",
        "signature": "tpm-signature.bin",
        "ak": "ak.pub",
        "pcrs": "pcrs.bin",
        "event_log": "binary_bios_measurements",
        "ima_log": "binary_runtime_measurements",
    }
    for member, name in names.items():
        (tmp_path / name).write_bytes(bytes.fromhex(given[member]))
    (tmp_path / "nonce").write_bytes(bytes.fromhex(tpm["nonce"]))
    code = "\n".join(blocks("docs/quickstart-python.md"))
    assert len(blocks("docs/quickstart-python.md")) == 8
    told = run(code, tmp_path, NOW)
    for line in (
        "tdx UpToDate",
        "report_data - the quote is not bound to you",
        "report_data {",
        "False input.truncated",
        "tdx:1 tdx",
        "quote 4",
        "sha512",
        "│ 2   ┆ false    ┆ input.truncated ┆ null       │",
    ):
        assert line in told, told
    assert told.count("True") >= 4


def with_time(folder: Path) -> tuple[Path, int]:
    return folder, json.loads((folder / "expected.json").read_text())["verified_at"]


def is_accepted(recorded: tuple[Path, int]) -> bool:
    folder, now = recorded
    try:
        collateral = (folder / "collateral.json").read_text()
        return bool(veriquote.verify_dcap((folder / "quote.bin").read_bytes(), collateral, at=now))
    except veriquote.VeriquoteError:
        return False


def test_the_example_of_the_readme(tmp_path: Path) -> None:
    """With a recorded quote, where the public cases are at hand, and with a forged one, which is refused."""
    (code,) = blocks("README.md")
    assert len([line for line in code.splitlines() if line.strip()]) <= 14
    recorded = Path(os.environ.get("VERIQUOTE_VECTORS", "")) / "dcap/real"
    if os.environ.get("VERIQUOTE_VECTORS") and recorded.is_dir():
        folder, now = next(filter(is_accepted, map(with_time, sorted(recorded.iterdir()))))
        for name in ("quote.bin", "collateral.json"):
            (tmp_path / name).write_bytes((folder / name).read_bytes())
        told = run(code, tmp_path, now)
        assert told.startswith("UpToDate "), told
    quote, collateral, _ = support.dcap()
    (tmp_path / "quote.bin").write_bytes(quote)
    (tmp_path / "collateral.json").write_text(collateral)
    told = run(code, tmp_path, NOW)
    assert told.startswith("x509.anchor"), told


def test_the_readme_of_the_package_has_the_same_example() -> None:
    assert blocks("bindings/python/README.md") == blocks("README.md")
