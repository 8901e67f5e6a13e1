"""The provider's own client of its collateral service, against the collateral API."""

import json
import os
import pathlib
import urllib.request

import pytest
from alibabacloud_sgx_dcap_server20200726 import models
from alibabacloud_sgx_dcap_server20200726.client import Client
from alibabacloud_tea_openapi import models as open_api

COLLATERAL = json.loads((pathlib.Path(os.environ["VERIQUOTE_PLATFORM"]) / "collateral.json").read_bytes())


def inner(document, member):
    document = json.loads(document) if isinstance(document, str) else document
    return document.get(member, document)


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
    assert "BEGIN CERTIFICATE" in urllib.request.unquote(answer.headers["sgx-enclave-identity-issuer-chain"])


def test_tcb_info_is_that_of_the_platform(client, url):
    fmspc = inner(COLLATERAL["tcb_info"], "tcbInfo")["fmspc"]
    answer = client.get_tcb_info(models.GetTcbInfoRequest(fmspc=fmspc))
    assert answer.body == got(url, f"tcb?fmspc={fmspc}")
    assert json.loads(answer.body)["tcbInfo"]["fmspc"].lower() == fmspc.lower()
    assert "BEGIN CERTIFICATE" in urllib.request.unquote(answer.headers["sgx-tcb-info-issuer-chain"])
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
