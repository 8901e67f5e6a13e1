"""The provider's own client of its collateral service, against the collateral API."""

import json
import os
import pathlib
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request

import pytest
from alibabacloud_sgx_dcap_server20200726 import models
from alibabacloud_sgx_dcap_server20200726.client import Client
from alibabacloud_tea_openapi import models as open_api

PLATFORM = pathlib.Path(os.environ["VERIQUOTE_PLATFORM_V3"])
COLLATERAL = json.loads((PLATFORM / "collateral.json").read_bytes())


def inner(document, member):
    document = json.loads(document) if isinstance(document, str) else document
    return document.get(member, document)


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    """A service with the collateral of an SGX platform in version 3, which is what this client asks for."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = {
        "VERIQUOTE_KEY_PASSPHRASE": "only for this machine",
        "VERIQUOTE_SERVER_TOKEN__ALGORITHM": "ES256",
        "VERIQUOTE_SERVER_KEYS__KDF_MEMORY_KIB": "8192",
        "VERIQUOTE_SERVER_TRUST__ROOTS": json.dumps([str(PLATFORM / "root.pem")]),
        "VERIQUOTE_SERVER_COLLATERAL__IMPORT": json.dumps([str(PLATFORM / "collateral.json")]),
    }
    url = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(
        [os.environ["VERIQUOTE_PROGRAM"], "serve", "--listen", f"127.0.0.1:{port}", "--issuer", url, "--danger-time",
         os.environ["VERIQUOTE_TIME"], "--data-dir", tmp_path_factory.mktemp("service") / "data"],
        env={**os.environ, **settings}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )
    until = time.monotonic() + 20
    while time.monotonic() < until and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.05)
    yield url
    process.terminate()
    process.wait()


@pytest.fixture(scope="module")
def client(url):
    return Client(open_api.Config(endpoint=url.removeprefix("http://"), protocol="http"))


def got(url, path):
    with urllib.request.urlopen(f"{url}/sgx/certification/v3/{path}") as answer:
        return answer.read().decode()


def test_identities_come_as_they_are(client, url):
    answer = client.get_qe_identity(models.GetQeIdentityRequest())
    assert answer.status_code == 200
    assert answer.body == got(url, "qe/identity")
    assert "BEGIN CERTIFICATE" in urllib.parse.unquote(answer.headers["sgx-enclave-identity-issuer-chain"])


def test_tcb_info_is_that_of_the_platform(client, url):
    fmspc = inner(COLLATERAL["tcb_info"], "tcbInfo")["fmspc"]
    answer = client.get_tcb_info(models.GetTcbInfoRequest(fmspc=fmspc))
    assert answer.body == got(url, f"tcb?fmspc={fmspc}")
    assert json.loads(answer.body)["tcbInfo"]["fmspc"].lower() == fmspc.lower()
    assert "BEGIN CERTIFICATE" in urllib.parse.unquote(answer.headers["sgx-tcb-info-issuer-chain"])
    with pytest.raises(Exception, match="404|503|no upstream|not at hand|no collateral"):
        client.get_tcb_info(models.GetTcbInfoRequest(fmspc="ffffffffffff"))


def test_lists_come_in_the_encoding_of_version_3(client, url):
    for ca in ("processor", "platform"):
        try:
            expected = got(url, f"pckcrl?ca={ca}")
        except urllib.error.HTTPError:
            continue
        assert client.pck_crl(models.PckCrlRequest(ca=ca)).body == expected
    assert client.root_ca_crl(models.RootCaCrlRequest()).body == got(url, "rootcacrl")
