"""dcap-qvl's collateral client, which is Rust inside its Python package, against the collateral API."""

import asyncio
import base64
import datetime
import os
import re

import dcap_qvl
import pytest

NOW = int(datetime.datetime.fromisoformat(os.environ["VERIQUOTE_TIME"]).timestamp())


def fetched(url, quote):
    async def fetch():
        return await dcap_qvl.get_collateral(url, quote)

    return asyncio.run(fetch())


def der(pem):
    return base64.b64decode(re.sub(rb"-----[^-]+-----|\s", b"", pem))


def test_collateral_is_fetched_and_verifies(url, quote, root):
    collateral = fetched(url, quote)
    assert '"tcbEvaluationDataNumber"' in collateral.tcb_info
    report = dcap_qvl.verify_with_root_ca(quote, collateral, der(root), NOW)
    assert report.status == "UpToDate"


def test_what_was_fetched_is_what_is_verified(url, quote, root):
    collateral = fetched(url, quote)
    changed = quote[:200] + bytes([quote[200] ^ 1]) + quote[201:]
    with pytest.raises(ValueError):
        dcap_qvl.verify_with_root_ca(changed, collateral, der(root), NOW)
    with pytest.raises(ValueError):
        dcap_qvl.verify(quote, collateral, NOW)  # Intel's root, which did not sign this


def test_a_platform_that_nobody_knows_has_no_collateral(url, quote):
    with pytest.raises((RuntimeError, ValueError)):
        fetched(f"{url}/elsewhere", quote)
