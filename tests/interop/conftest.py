"""The service under test: `cargo xtask interop` starts it on a forged platform and says where it is."""

import base64
import json
import os
import pathlib
import urllib.request

import pytest

URL = os.environ["VERIQUOTE_URL"]
PLATFORM = pathlib.Path(os.environ["VERIQUOTE_PLATFORM"])


@pytest.fixture(scope="session")
def url():
    return URL


@pytest.fixture(scope="session")
def quote():
    return (PLATFORM / "quote.bin").read_bytes()


@pytest.fixture(scope="session")
def root():
    return (PLATFORM / "root.pem").read_bytes()


@pytest.fixture(scope="session")
def token(url, quote):
    document = json.dumps({"quote": base64.b64encode(quote).decode()})
    evidence = base64.urlsafe_b64encode(document.encode()).decode().rstrip("=")
    body = json.dumps({"tee": "tdx", "evidence": evidence}).encode()
    request = urllib.request.Request(f"{url}/v1/attestation", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        return answer.read().decode()
