"""A caller whom mypy --strict and pyright must understand, against the installed wheel."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone
from typing import assert_type

import veriquote
from veriquote import types


def one(quote: bytes, collateral: dict[str, object], report_data: bytes) -> str:
    options: types.DcapOptions = {"at": datetime.now(timezone.utc), "report_data": report_data.hex()}
    try:
        result = veriquote.verify_dcap(quote, collateral, **options)
    except veriquote.StaleError as error:
        assert_type(error.offset, int | None)
        code: types.Code = error.code
        return code
    assert_type(result.claims, types.DcapClaims)
    assert_type(result.checks, tuple[types.CheckLine, ...])
    report = result.claims.report
    return report.mr_td if isinstance(report, types.TdxReportClaims) else report.mr_enclave


def many(quotes: Iterator[bytes], collateral: str, roots: list[bytes]) -> dict[str, int]:
    verifier = veriquote.DcapVerifier(collateral, at=1_768_435_200, roots=roots, crypto_only=True)
    count: dict[str, int] = {}
    for result in verifier.at("2026-01-15T00:00:00Z").verify_batch(quotes, threads=2):
        assert_type(result.claims, types.DcapClaims | None)
        status = result.claims.tcb.status if result.claims else "none"
        count[status] = count.get(status, 0) + 1
        if result.error:
            assert_type(result.error.part, str)
    return count


def token(text: str, jwks: str) -> object:
    expect: types.TokenExpectations = {
        "algorithms": {"one_of": ["ES256"]},
        "typ": "not_checked",
        "issuer": {"is": "https://issuer.example"},
        "audience": {"is": "https://me.example"},
        "subject": "not_checked",
        "nonce": {"only": "AAAAAAAAAAAAAAAAAAAAAA"},
        "profile": "not_checked",
        "expiry": "required",
        "max_age": {"is": 60},
        "max_lifetime": "not_checked",
        "leeway": 0,
        "required_claims": [],
    }
    verified: veriquote.Verification[types.TokenClaims] = veriquote.verify_token(
        text, jwks=jwks, at=0, expect=expect
    )
    return verified.claims.payload["sub"]


def tpm(quote: bytes, signature: bytes, ak: bytes, last: types.ClockReading) -> bool:
    result = veriquote.verify_tpm(quote, signature, ak=ak, at=0, nonce="00" * 16, previous=last)
    assert_type(result.claims, types.TpmClaims)
    return result.accepted


def look(file: bytes) -> str:
    view = veriquote.inspect(file)
    if isinstance(view, types.QuoteView):
        return view.tee
    return view.kind or ""


def rejected(quote: bytes, collateral: str) -> list[str]:
    try:
        veriquote.verify_dcap(quote, collateral, at=0)
    except veriquote.RejectedError as error:
        if error.result is not None and error.result.appraisal is not None:
            return [finding.rule for finding in error.result.appraisal.findings]
    return []


def devices(evidence: dict[str, object], rims: list[bytes], nonce: bytes) -> bool:
    result = veriquote.verify_nvgpu(evidence, rims=rims, at=0, nonce=nonce.hex())
    assert_type(result.claims, types.NvgpuClaims)
    return all(device.measurements_match for device in result.claims.devices)


def composite(evidence: str, quote: bytes, collateral: str, challenge: bytes) -> str:
    machine: types.CompositeMachine = {"quote": quote, "collateral": collateral}
    binding: types.CompositeBinding = {"mode": "veriquote", "challenge": challenge.hex()}
    result = veriquote.verify_composite(evidence, machine=machine, at=0, binding=binding)
    assert_type(result.claims, types.CompositeClaims)
    return result.claims.machine.tee


def which_collateral(quote: bytes) -> tuple[str | None, str]:
    platform = veriquote.platform_of_quote(quote)
    return platform.tee, platform.fmspc
