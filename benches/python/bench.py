"""veriquote beside the published packages `dcap-qvl` and PyJWT, in one process and in interleaved rounds.

Times are those that the thread had on a processor, so that a busy machine is as good as an idle one, almost.

`cargo xtask python --bench [-- --rounds N --memory]` builds the wheel as it is published and runs this.
"""

from __future__ import annotations

import argparse
import base64
import calendar
import gc
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dcap_qvl
import jwt
import veriquote
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

Operation = Callable[[], object]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=41)
    parser.add_argument("--memory", action="store_true", help="100,000 verifications instead of the ratios")
    arguments = parser.parse_args()
    samples = quotes()
    if arguments.memory:
        memory(samples[-1])
        return
    for name, quote, collateral, root, now in samples:
        bench_quote(name, arguments.rounds, quote, collateral, root, now)
    for algorithm in ("RS256", "ES256", "PS384"):
        bench_token(algorithm, arguments.rounds)


def quotes() -> list[tuple[str, bytes, str, bytes | None, int]]:
    """A recorded quote of each TEE, where the public cases are at hand, and a forged platform."""
    samples: list[tuple[str, bytes, str, bytes | None, int]] = []
    recorded = Path(os.environ.get("VERIQUOTE_VECTORS", "/nowhere")) / "dcap/real"
    seen = set()
    for folder in sorted(recorded.iterdir()) if recorded.is_dir() else []:
        quote, collateral = (folder / "quote.bin").read_bytes(), (folder / "collateral.json").read_text()
        now = json.loads((folder / "expected.json").read_text())["verified_at"]
        try:
            tee = veriquote.verify_dcap(quote, collateral, at=now, crypto_only=True).claims.tee
            dcap_qvl.verify(quote, dcap_qvl.QuoteCollateralV3.from_json(collateral), now)
        except (veriquote.VeriquoteError, ValueError):
            continue
        if tee not in seen:
            seen.add(tee)
            samples.append((f"recorded {tee}", quote, collateral, None, now))
    for line in Path(os.environ["VERIQUOTE_ANSWERS"]).read_text().splitlines():
        case = json.loads(line)
        request = json.loads(case["request"]) if case["call"] == "verify_dcap" else {}
        if request and case["id"].startswith("valid/") and '"tee":"tdx"' in case["answer"]:
            pem = request["options"]["roots"][0]
            der = der_of(pem)
            at = calendar.timegm(time.strptime(request["options"]["at"], "%Y-%m-%dT%H:%M:%SZ"))
            quote, collateral = bytes.fromhex(request["quote"]), json.dumps(request["collateral"][0])
            samples.append(("forged tdx", quote, collateral, der, at))
            break
    return samples


def der_of(pem: str) -> bytes:
    return base64.b64decode("".join(pem.strip().splitlines()[1:-1]))


def bench_quote(name: str, rounds: int, quote: bytes, collateral: str, root: bytes | None, now: int) -> None:
    options: dict[str, Any] = {"at": now, "crypto_only": True}
    if root is not None:
        options["roots"] = [root]
    verifier = veriquote.DcapVerifier(collateral, **options)
    cache = veriquote.PlatformCache(16)
    decoded = dcap_qvl.QuoteCollateralV3.from_json(collateral)

    def theirs(given: Any) -> str:
        if root is None:
            return dcap_qvl.verify(quote, given, now).status
        return dcap_qvl.verify_with_root_ca(quote, given, root, now).status

    table = rows(
        rounds,
        {
            "dcap-qvl": lambda: theirs(decoded),
            "dcap-qvl, collateral from JSON": lambda: theirs(
                dcap_qvl.QuoteCollateralV3.from_json(collateral)
            ),
            "veriquote cold": lambda: veriquote.verify_dcap(quote, collateral, **options).accepted,
            "veriquote cold, status read": lambda: (
                veriquote.verify_dcap(quote, collateral, **options).claims.tcb.status
            ),
            "veriquote prepared": lambda: verifier.verify(quote).accepted,
            "veriquote prepared, status read": lambda: verifier.verify(quote).claims.tcb.status,
            "veriquote same platform": lambda: verifier.verify(quote, cache=cache).accepted,
        },
    )
    show(name, table, "dcap-qvl", {"veriquote cold": 0.5, "veriquote prepared": 0.25})
    pair = ("veriquote cold", "dcap-qvl, collateral from JSON")
    print(f"  {'cold : dcap-qvl with its collateral from JSON too':46} {ratio(table, *pair):6.2f}")


def bench_token(algorithm: str, rounds: int) -> None:
    private = (
        ec.generate_private_key(ec.SECP256R1())
        if algorithm == "ES256"
        else rsa.generate_private_key(65537, 2048)
    )
    now = 1_770_000_000
    claims = {
        "iss": "https://issuer.example",
        "aud": "https://me.example",
        "iat": now,
        "nbf": now,
        "exp": 4_000_000_000,
        "measurements": {f"register-{number}": "a5" * 32 for number in range(16)},
    }
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    token = jwt.encode(claims, pem, algorithm, headers={"kid": "k1"})
    jwk = jwt.get_algorithm_by_name(algorithm).to_jwk(private.public_key(), as_dict=True)
    keys = json.dumps({"keys": [{**jwk, "kid": "k1", "alg": algorithm, "use": "sig"}]})
    expect: dict[str, Any] = {
        "algorithms": {"one_of": [algorithm]},
        "issuer": {"is": claims["iss"]},
        "audience": {"is": claims["aud"]},
        "expiry": "required",
        "leeway": 0,
        "required_claims": [],
        **dict.fromkeys(["typ", "subject", "nonce", "profile", "max_age", "max_lifetime"], "not_checked"),
    }
    options: dict[str, Any] = {"at": now + 5, "expect": expect}
    verifier = veriquote.TokenVerifier(keys, **options)
    asked: dict[str, Any] = {"algorithms": [algorithm], "issuer": claims["iss"], "audience": claims["aud"]}
    loaded = jwt.PyJWKSet.from_json(keys)["k1"]

    def theirs_from_set() -> object:
        key = jwt.PyJWKSet.from_json(keys)[jwt.get_unverified_header(token)["kid"]]
        return jwt.decode(token, key, **asked)["iss"]

    table = rows(
        rounds,
        {
            "PyJWT, set as text": theirs_from_set,
            "PyJWT, prepared": lambda: jwt.decode(token, loaded, **asked)["iss"],
            "veriquote, set as text": lambda: veriquote.verify_token(
                token, jwks=keys, **options
            ).claims.payload["iss"],
            "veriquote, prepared": lambda: verifier.verify(token).claims.payload["iss"],
            "veriquote, prepared, verdict only": lambda: verifier.verify(token).accepted,
        },
    )
    print(f"\n{algorithm}, a token of {len(token)} bytes")
    times(table)
    for ours, peer in (
        ("veriquote, set as text", "PyJWT, set as text"),
        ("veriquote, prepared", "PyJWT, prepared"),
        ("veriquote, prepared, verdict only", "PyJWT, prepared"),
    ):
        print(f"  {ours + ' : ' + peer:60} {ratio(table, ours, peer):6.2f}")


def rows(rounds: int, operations: dict[str, Operation]) -> dict[str, list[float]]:
    """Seconds of processor time of each operation in each round; the operations take turns."""
    for operation in operations.values():
        assert operation()
    table: dict[str, list[float]] = {name: [] for name in operations}
    gc.disable()
    for _ in range(rounds):
        for name, operation in operations.items():
            begun = time.thread_time()
            for _ in range(20):
                operation()
            table[name].append((time.thread_time() - begun) / 20)
        gc.collect()
    gc.enable()
    return table


def ratio(table: dict[str, list[float]], one: str, other: str) -> float:
    return statistics.median(a / b for a, b in zip(table[one], table[other]))


def times(table: dict[str, list[float]]) -> None:
    for name, taken in table.items():
        print(
            f"  {name:46} {min(taken) * 1e6:8.0f} µs fastest, {statistics.median(taken) * 1e6:8.0f} µs median"
        )


def show(name: str, table: dict[str, list[float]], peer: str, targets: dict[str, float]) -> None:
    print(f"\n{name}")
    times(table)
    for ours in table:
        if ours.startswith("veriquote"):
            found = ratio(table, ours, peer)
            target = targets.get(ours)
            verdict = "" if target is None else f"  target {target}: {'met' if found <= target else 'MISSED'}"
            print(f"  {ours + ' : ' + peer:46} {found:6.2f}{verdict}")


def memory(sample: tuple[str, bytes, str, bytes | None, int]) -> None:
    """100,000 quotes, each with its result read; the resident size after each tenth."""
    name, quote, collateral, root, now = sample
    options: dict[str, Any] = {"at": now, "crypto_only": True, **({"roots": [root]} if root else {})}
    verifier = veriquote.DcapVerifier(collateral, **options)
    print(f"{name}: 100,000 verifications with prepared collateral, status read from each")
    first = 0
    for block in range(10):
        begun = time.thread_time()
        for _ in range(10_000):
            assert verifier.verify(quote).claims.tcb.status
        taken = (time.thread_time() - begun) / 10_000
        resident = int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")
        first = first or resident
        print(
            f"  {(block + 1) * 10_000:7} {taken * 1e6:6.0f} µs each, resident {resident / 1024:8.0f} KiB, "
            f"{(resident - first) / 1024:+6.0f} KiB since the first block"
        )


if __name__ == "__main__":
    sys.exit(main())
