"""NVIDIA's own verifier (PyPI nv-local-gpu-verifier) over one GPU and two manifests, as far as it is offline.

`cargo bench -p veriquote-benches --bench nvgpu -- --files FOLDER` writes the files. This parses the report,
checks the device's chain, nonce, versions and signature, reads both manifests, checks their schema, chains
and XML signatures, and compares the measurements. Its OCSP requests are left out.
"""

import logging
import re
import statistics
import sys
import textwrap
import time
from pathlib import Path

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


def once():
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


once()
times = []
for _ in range(rounds):
    started = time.perf_counter()
    once()
    times.append((time.perf_counter() - started) * 1e3)
times.sort()
print(
    f"nv-local-gpu-verifier: fastest {times[0]:.1f} ms, median {statistics.median(times):.1f} ms, "
    f"of {rounds} rounds"
)
