"""What type checkers make of the installed wheel."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import support

FOLDER = support.ROOT / "tests/python/typed"
CHECKERS = {
    "mypy": ["mypy", "--strict", "--cache-dir", os.devnull, "--hide-error-context"],
    "pyright": ["pyright", "--pythonpath", sys.executable],
}


def check(checker: str, *files: str) -> tuple[int, str]:
    command = [sys.executable, "-P", "-m", *CHECKERS[checker], *files]
    done = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("checker", CHECKERS)
def test_a_typed_caller_is_understood(checker: str) -> None:
    code, told = check(checker, "sample.py")
    assert code == 0, told


@pytest.mark.parametrize("checker", CHECKERS)
def test_each_mistake_is_found_and_nothing_else(checker: str) -> None:
    lines = (FOLDER / "wrong.py").read_text().splitlines()
    wrong = {number for number, line in enumerate(lines, 1) if "# WRONG" in line}
    code, told = check(checker, "wrong.py")
    found = {int(number) for number in re.findall(r"wrong\.py:(\d+):(?:\d+ -)? error", told)}
    assert code == 1 and found == wrong, told


def test_the_stubs_say_what_is_there(tmp_path: Path) -> None:
    stubs = (support.ROOT / "bindings/python/python/veriquote/_types.pyi").read_text(encoding="utf-8")
    # It takes several literals for a union, which typing.Literal is not when it runs.
    sets = re.findall(r"^(\w+): TypeAlias = Literal\[[^]]+,", stubs, re.MULTILINE)
    assert "Code" in sets
    allowed = tmp_path / "allowed"
    allowed.write_text("\n".join(["", *(f"veriquote._types.{name}" for name in sets)]))
    command = [sys.executable, "-P", "-m", "mypy.stubtest", "veriquote"]
    for file in (FOLDER / "allowlist.txt", allowed):
        command += ["--allowlist", str(file)]
    # It leaves a cache where it runs.
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_sources_are_typed_and_in_form() -> None:
    config = ["--config", str(support.ROOT / "bindings/python/pyproject.toml")]
    folders = [str(support.ROOT / folder) for folder in ("bindings/python", "tests/python", "benches/python")]
    package = support.ROOT / "bindings/python/python/veriquote"
    for command in (
        ["mypy", "--strict", "--cache-dir", os.devnull, str(package)],
        ["ruff", "check", "--no-cache", *config, *folders],
        ["ruff", "format", "--no-cache", "--check", *config, *folders],
    ):
        done = subprocess.run(
            [sys.executable, "-P", "-m", *command], capture_output=True, text=True, cwd=FOLDER
        )
        assert done.returncode == 0, done.stdout + done.stderr
