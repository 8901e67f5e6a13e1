"""A software TPM behind the provider's own client for trusted instances, against the service."""

import base64
import hashlib
import json
import os
import pathlib
import shutil
import socket
import subprocess
import time
import uuid

import pytest
from alibabacloud_tea_openapi import models as open_api
from alibabacloud_trusted_server20200613 import models
from alibabacloud_trusted_server20200613.client import Client
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import load_pem_public_key

PROGRAM = os.environ["VERIQUOTE_PROGRAM"]
SECRET = "interop-0123456789abcdef"
EK, AK = "0x81010001", "0x81010002"
SELECTION = "sha256:0,1,2,3,4,5,6,7,8,9,10"


def free_port(count=1):
    """A free port with free ones after it."""
    while True:
        with socket.socket() as first:
            first.bind(("127.0.0.1", 0))
            port = first.getsockname()[1]
        try:
            for more in range(1, count):
                with socket.socket() as other:
                    other.bind(("127.0.0.1", port + more))
            return port
        except OSError:
            continue


class Tpm:
    """swtpm on a port of this machine, driven by tpm2-tools; ended by its own id."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.port = free_port(2)
        (self.folder / "state").mkdir()
        listen = "type=tcp,bindaddr=127.0.0.1,port={}".format
        self.process = subprocess.Popen(
            ["swtpm", "socket", "--tpm2", "--flags", "not-need-init", "--tpmstate", f"dir={self.folder}/state",
             "--server", listen(self.port), "--ctrl", listen(self.port + 1)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        for port in (self.port, self.port + 1):
            wait_for(port, self.process)
        self.tool("tpm2_startup", "-c")
        self.tool("tpm2_createek", "-c", EK, "-G", "rsa", "-u", "ek.pub")
        self.flush()
        self.tool("tpm2_readpublic", "-c", EK, "-f", "pem", "-o", "ek.pem")
        self.tool("tpm2_createak", "-C", EK, "-c", "ak.ctx", "-G", "ecc", "-g", "sha256", "-s", "ecdsa", "-u",
                  "ak.pub", "-n", "ak.name")
        self.flush()
        self.tool("tpm2_evictcontrol", "-C", "o", "-c", "ak.ctx", AK)
        self.flush()

    def tool(self, *command):
        subprocess.run(
            command, check=True, capture_output=True, cwd=self.folder,
            env={**os.environ, "TPM2TOOLS_TCTI": f"swtpm:host=127.0.0.1,port={self.port}", "TSS2_LOG": "all+none"},
        )

    def flush(self):
        self.tool("tpm2_flushcontext", "-t")

    def read(self, name):
        return (self.folder / name).read_bytes()

    def fingerprint(self):
        numbers = load_pem_public_key(self.read("ek.pem")).public_numbers()
        modulus = numbers.n.to_bytes((numbers.n.bit_length() + 7) // 8, "big")
        return hashlib.sha256(b"rsa" + modulus + numbers.e.to_bytes(8, "big")).hexdigest()

    def boot(self, loader):
        """A clean reset, and a boot that measures a loader into PCR 4 and the rest as ever."""
        self.tool("tpm2_shutdown", "-c")
        self.tool("swtpm_ioctl", "--tcp", f"127.0.0.1:{self.port + 1}", "-i")
        self.tool("tpm2_startup", "-c")
        for register in range(10):
            what = loader if register == 4 else f"stage {register}".encode()
            self.tool("tpm2_pcrextend", f"{register}:sha256={hashlib.sha256(what).hexdigest()}")

    def activate(self, blob):
        (self.folder / "credential").write_bytes(base64.b64decode(blob))
        self.tool("tpm2_startauthsession", "--policy-session", "-S", "session.ctx")
        self.tool("tpm2_policysecret", "-S", "session.ctx", "-c", "e")
        self.tool("tpm2_activatecredential", "-c", AK, "-C", EK, "-i", "credential", "-o", "opened", "-P",
                  "session:session.ctx")
        self.tool("tpm2_flushcontext", "session.ctx")
        self.flush()
        return self.read("opened")

    def open(self, data):
        """What the service hid under a key that only this TPM opens."""
        key, sealed = self.activate(data.key_credential_blob), base64.b64decode(data.data_credential_blob)
        return AESGCM(key).decrypt(sealed[:12], sealed[12:], None).decode()

    def request(self):
        """PKCS #10 by the attestation key, which is restricted: it signs what the TPM has hashed itself."""
        tlv = lambda tag, body: bytes([tag, len(body)]) + body  # noqa: E731
        self.tool("tpm2_readpublic", "-c", AK, "-f", "der", "-o", "ak.der")
        info = tlv(0x30, tlv(2, b"\0") + tlv(0x30, b"") + self.read("ak.der") + tlv(0xA0, b""))
        (self.folder / "info").write_bytes(info)
        self.tool("tpm2_hash", "-C", "o", "-g", "sha256", "-o", "digest", "-t", "ticket", "info")
        self.tool("tpm2_sign", "-c", AK, "-g", "sha256", "-s", "ecdsa", "-d", "-t", "ticket", "-f", "plain", "-o", "sig",
                  "digest")
        ecdsa_with_sha256 = bytes.fromhex("300a06082a8648ce3d040302")
        body = info + ecdsa_with_sha256 + tlv(3, b"\0" + self.read("sig"))
        return b"\x30\x81" + bytes([len(body)]) + body

    def report(self, nonce, **more):
        self.tool("tpm2_quote", "-c", AK, "-g", "sha256", "--scheme", "ecdsa", "-l", SELECTION, "-q", nonce.hex(), "-m",
                  "msg", "-s", "sig", "-o", "pcrs")
        self.flush()
        document = {"format": "veriquote-report-1", **more}
        for member, name in (("quote", "msg"), ("signature", "sig"), ("ak", "ak.pub"), ("pcrs", "pcrs")):
            document[member] = base64.b64encode(self.read(name)).decode()
        return base64.b64encode(json.dumps(document).encode()).decode()

    def end(self):
        self.process.kill()
        self.process.wait()


def wait_for(port, process):
    until = time.monotonic() + 20
    while time.monotonic() < until and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(f"nothing listens on port {port}")


@pytest.fixture(scope="module")
def tpm(tmp_path_factory):
    if shutil.which("swtpm") is None and "CI" not in os.environ:
        pytest.skip("swtpm is not installed: cargo xtask setup")
    tpm = Tpm(tmp_path_factory.mktemp("tpm"))
    yield tpm
    tpm.end()


@pytest.fixture(scope="module")
def server(tpm, tmp_path_factory):
    """A service on today's time, since the client signs with it."""
    port = free_port()
    keys = [f'{{ id = "{role}", secret = "{SECRET}", account = "a", role = "{role}" }}' for role in ("agent", "manager")]
    settings = {
        "VERIQUOTE_KEY_PASSPHRASE": "only for this machine",
        "VERIQUOTE_SERVER_TOKEN__ALGORITHM": "ES256",
        "VERIQUOTE_SERVER_KEYS__KDF_MEMORY_KIB": "8192",
        "VERIQUOTE_SERVER_INSTANCES__ACCESS_KEYS": f"[{', '.join(keys)}]",
        "VERIQUOTE_SERVER_INSTANCES__EK_FINGERPRINTS": f'["{tpm.fingerprint()}"]',
    }
    folder = tmp_path_factory.mktemp("service")
    log = (folder / "log").open("wb")
    process = subprocess.Popen(
        [PROGRAM, "serve", "--listen", f"127.0.0.1:{port}", "--issuer", f"http://127.0.0.1:{port}", "--data-dir",
         folder / "data"],
        env={**os.environ, **settings}, stdout=log, stderr=log,
    )
    wait_for(port, process)
    yield f"127.0.0.1:{port}"
    process.terminate()
    process.wait()
    # Secrets are in no log.
    assert SECRET.encode() not in (folder / "log").read_bytes()


@pytest.fixture(params=["v2", "ACS3-HMAC-SHA256"])
def client(server, request):
    """Clients by role, with the scheme that this client has by itself, and with the newer one."""

    def of(role, secret=SECRET):
        config = open_api.Config(access_key_id=role, access_key_secret=secret, endpoint=server, protocol="http")
        client = Client(config)
        client._signature_algorithm = request.param
        return client

    return of


def enrolled(agent, tpm, machine):
    agent.register_message(models.RegisterMessageRequest(
        property_uuid=machine, property_name="a machine", property_private_ip="10.0.0.7", property_affiliation=1,
        instance_id="i-1", instance_type="g7t", extensions='{"a": "ä ~*+/="}'))
    answer = agent.generate_aikcert(models.GenerateAikcertRequest(
        property_uuid=machine, aik_name=tpm.read("ak.name").hex(), aik_pub=base64.b64encode(tpm.read("ak.pub")).decode(),
        ek_pub=base64.b64encode(tpm.read("ek.pub")).decode(),
        nonce_digest=hashlib.sha256(nonce(agent, tpm, machine)).hexdigest()))
    return tpm.open(answer.body.data)


def nonce(agent, tpm, machine):
    answer = agent.generate_nonce(models.GenerateNonceRequest(
        property_uuid=machine, aik_name=tpm.read("ak.name").hex(), ek_pub=base64.b64encode(tpm.read("ek.pub")).decode()))
    return tpm.activate(answer.body.data.credential_blob)


def reported(agent, tpm, machine):
    data = tpm.report(nonce(agent, tpm, machine))
    answer = agent.put_message(models.PutMessageRequest(property_uuid=machine, file_data=data)).body.data
    assert answer.program_verification_result.status == 4
    return answer.system_verification_result.status


def test_a_machine_over_several_boots(tpm, client):
    agent, manager, machine = client("agent"), client("manager"), str(uuid.uuid4())
    tpm.boot(b"the loader")
    chain = enrolled(agent, tpm, machine)
    described = lambda: manager.describe_instance(models.DescribeInstanceRequest(property_uuid=machine)).body  # noqa: E731
    assert (described().system_trust_status, described().online_status) == (4, 0)
    assert reported(agent, tpm, machine) == 1
    first = described()
    assert (first.system_trust_status, first.online_status, first.property_name) == (1, 1, "a machine")
    assert (json.loads(first.extensions), first.program_white_list_id) == ({"a": "ä ~*+/="}, -1)
    assert len(json.loads(first.system_trust_detail)["pcr4"]) == 64
    boot = manager.describe_boot(models.DescribeBootRequest(property_uuid=machine)).body
    assert boot.id == first.system_white_list_id
    tpm.boot(b"the loader")
    assert reported(agent, tpm, machine) == 1
    # Another loader: red, and an event; ignored it stays red; a good boot makes it green.
    tpm.boot(b"another loader")
    assert reported(agent, tpm, machine) == 2
    ask = models.DescribeEventsRequest(property_uuid=machine, event_status=0, current_page=1, page_size=10)
    [event] = manager.describe_events(ask).body.items
    assert (event.event_type, event.suspect_white_list) == ("4", json.loads(first.system_trust_detail)["pcr4"])
    manager.ignore_events(models.IgnoreEventsRequest(event_uuids=event.event_uuid, handle_style=1))
    assert reported(agent, tpm, machine) == 2
    tpm.boot(b"the loader")
    assert reported(agent, tpm, machine) == 1
    # Again, and trusted: the new baseline.
    tpm.boot(b"another loader")
    assert reported(agent, tpm, machine) == 2
    manager.trust_events(models.TrustEventsRequest(event_uuids=json.dumps([event.event_uuid]), handle_style=1))
    assert reported(agent, tpm, machine) == 1
    assert described().system_exception_num == 0
    # The stateless call, which this client does not sign: the certificate speaks for the key. Of any age, and so
    # refused by the strict policy.
    def verified(**more):
        result = agent.verify_message(models.VerifyMessageRequest(file_data=tpm.report(bytes(32), **more))).body.data
        return result.pcr_verification_result.status, result.pcr_verification_result.code
    assert verified(ak_chain=chain) == (2, "tpm.fresh")
    with pytest.raises(Exception, match="the attestation key has no certificate"):
        verified()
    for request in (tpm.read("ak.pub"), tpm.request()):
        again = agent.produce_aikcert(models.ProduceAikcertRequest(
            aik_name=tpm.read("ak.name").hex(), cert_request=base64.b64encode(request).decode(),
            ek_pub_key=base64.b64encode(tpm.read("ek.pub")).decode(), include_cert_chain=True))
        assert verified(ak_chain=tpm.open(again.body.data)) == (2, "tpm.fresh")
    manager.unregister_message(models.UnregisterMessageRequest(properties=json.dumps([machine])))
    with pytest.raises(Exception, match="no machine"):
        described()
    # The certificate ends with the enrolment.
    assert verified(ak_chain=chain) == (2, "x509.anchor")


def test_what_is_refused(tpm, client):
    machine = str(uuid.uuid4())
    ask = models.DescribeInstanceRequest(property_uuid=machine)
    with pytest.raises(Exception, match="signature is not that of this request"):
        client("manager", secret=SECRET + "x").describe_instance(ask)
    with pytest.raises(Exception, match="only enrol and report"):
        client("agent").describe_instance(ask)
    with pytest.raises(Exception, match="no such access key"):
        client("nobody").describe_instance(ask)
    agent = client("agent")
    enrolled(agent, tpm, machine)
    old = tpm.report(nonce(agent, tpm, machine))
    agent.put_message(models.PutMessageRequest(property_uuid=machine, file_data=old))
    with pytest.raises(Exception, match="no nonce of GenerateNonce is open"):
        agent.put_message(models.PutMessageRequest(property_uuid=machine, file_data=old))
