"""veriquote beside NVIDIA's own verifier (PyPI nv-local-gpu-verifier) over one GPU and two manifests, in
one process and in interleaved rounds.

`cargo xtask python --bench-nvgpu [-- ROUNDS]` builds the wheel as it is published, has the files
written and runs this. Both parse the same report, check the device's chain, nonce, versions and
signature, read both manifests, check their chains and XML signatures, and compare the measurements;
theirs checks a schema as well. Its OCSP requests are left out. Times are those that the thread had on a
processor, so that a busy machine is as good as an idle one, almost.
"""

import json
import logging
import re
import statistics
import sys
import textwrap
import time
from pathlib import Path

import veriquote
from OpenSSL import crypto
from verifier.attestation import AttestationReport
from verifier.cc_admin_utils import CcAdminUtils
from verifier.config import BaseSettings, HopperSettings
from verifier.rim import RIM
from verifier.verifier import Verifier

logging.disable(logging.CRITICAL)

folder = Path(sys.argv[1])
rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 21


def text(name):
    return (folder / name).read_text()


def certificates(pem):
    end = "-----END CERTIFICATE-----"
    return [
        crypto.load_certificate(crypto.FILETYPE_PEM, part + end) for part in pem.split(end) if "BEGIN" in part
    ]


report, nonce = (folder / "report.bin").read_bytes(), bytes.fromhex(text("nonce.hex"))
chain_text, device_root = text("chain.pem"), text("device_root.pem")


def broken(manifest):
    """With line ends in the certificates, which nothing signs, as this verifier needs them."""

    def wrapped(found):
        return "\n".join([found[1], *textwrap.wrap(found[2], 64), found[3]])

    return re.sub(r"(<ds:X509Certificate>)([^<]+)(</)", wrapped, manifest)


rims = {"driver": broken(text("driver.xml")), "vbios": broken(text("vbios.xml"))}
HopperSettings.RIM_ROOT_CERT = BaseSettings.RIM_ROOT_CERT = str(folder / "rim_root.pem")
MODES = BaseSettings.Certificate_Chain_Verification_Mode
KINDS = {"driver": MODES.DRIVER_RIM_CERT, "vbios": MODES.VBIOS_RIM_CERT}


evidence = json.dumps({"report": report.hex(), "certificate_chain": chain_text})
options = {
    "nonce": nonce.hex(),
    "roots": [device_root],
    "rim_roots": [text("rim_root.pem")],
}


def ours():
    result = veriquote.verify_nvgpu(evidence, rims=list(rims.values()), at=int(time.time()), **options)
    assert result.claims.devices[0].measurements_match, "the measurements"


def theirs():
    settings = HopperSettings()
    parsed = AttestationReport(report, settings)
    chain = certificates(chain_text)[:-1] + certificates(device_root)
    opaque = parsed.get_response_message().get_opaque_data()
    fwid = opaque.get_data("OPAQUE_FIELD_ID_FWID").hex()
    assert CcAdminUtils.verify_gpu_certificate_chain(chain, settings, fwid)[0], "the device's chain"
    assert CcAdminUtils.verify_attestation_report(
        parsed, chain[0], nonce, "550.90.07", "96.00.9f.00.01", settings
    )
    read = {}
    for name, content in rims.items():
        rim = RIM(rim_name=name, settings=settings, content=content)
        assert rim.validate_schema(), name
        signers = rim.extract_certificates() + certificates(text("rim_root.pem"))
        signers = [it if isinstance(it, crypto.X509) else crypto.X509.from_cryptography(it) for it in signers]
        assert CcAdminUtils.verify_certificate_chain(signers, settings, KINDS[name])[0], name
        assert rim.verify_signature(settings), name
        read[name] = rim
    assert Verifier(parsed, read["driver"], read["vbios"], settings).verify(settings), "the measurements"


def milliseconds(operation):
    started = time.thread_time_ns()
    operation()
    return (time.thread_time_ns() - started) / 1e6


ours()
theirs()
# In turns, so that both meet the same noise.
pairs = [(milliseconds(ours), milliseconds(theirs)) for _ in range(rounds)]
for name, times in zip(("veriquote", "nv-local-gpu-verifier"), zip(*pairs)):
    fastest, median = min(times), statistics.median(times)
    print(f"{name:<22} fastest {fastest:6.2f} ms, median {median:6.2f} ms, of {rounds} rounds")
ratios = sorted(theirs / ours for ours, theirs in pairs)
print(f"nv-local-gpu-verifier takes {statistics.median(ratios):.1f} times as long (median of the ratios)")
