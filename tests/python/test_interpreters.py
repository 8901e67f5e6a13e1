"""Other interpreters of the process, and children of it."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys

import pytest
import support
import veriquote

#: In a process of its own: what a first import leaves behind would spoil the other tests.
CODE = """
try:
    import _interpreters as interpreters
except ImportError:
    import _xxsubinterpreters as interpreters
inner = '''
try:
    import veriquote
    print("imported")
except ImportError as error:
    print("refused", error)
'''
for _ in range(2):
    interpreter = interpreters.create()
    interpreters.run_string(interpreter, inner)
    interpreters.destroy(interpreter)
import veriquote
try:
    veriquote.verify_dcap(b"none", "{}", at=0)
except veriquote.VeriquoteError as error:
    print("main", error.code)
"""


def test_a_subinterpreter_is_refused_and_the_main_one_unharmed() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    told = done.stdout.splitlines()
    assert [line.split()[0] for line in told] == ["refused", "refused", "main"], done.stdout
    assert "dcap.quote.version" in told[2], done.stdout


def child() -> bool:
    quote, collateral, options = support.dcap()
    verifier = veriquote.DcapVerifier(collateral, **options)
    results = verifier.verify_batch([quote] * 40, threads=2)
    return all(results) and not any(verifier.verify_batch([quote[:99]]))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_forked_child_verifies() -> None:
    assert child()
    with multiprocessing.get_context("fork").Pool(1) as pool:
        assert pool.apply_async(child).get(timeout=60)
