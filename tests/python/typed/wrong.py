"""What both type checkers must refuse: one mistake in each line that says so."""

from __future__ import annotations

import veriquote


def mistakes(quote: bytes, collateral: str) -> None:
    veriquote.verify_dcap(quote, collateral)  # WRONG: no time
    veriquote.verify_dcap(quote, collateral, at=0, polcy="x")  # WRONG: no such option
    veriquote.verify_dcap(quote, collateral, at=0, crypto_only="yes")  # WRONG: not a flag
    veriquote.verify_dcap(quote, collateral, at=0, report_data=b"")  # WRONG: hex is text
    veriquote.verify_dcap(7, collateral, at=0)  # WRONG: no evidence
    result = veriquote.verify_dcap(quote, collateral, at=0)
    result.accepted = True  # WRONG: cannot be changed
    result.claims.tee = "sgx"  # WRONG: cannot be changed
    _ = result.claims.nothing  # WRONG: no such member
    _ = result.claims.report.mr_td  # WRONG: perhaps an enclave's
    veriquote.verify_token("x", at=0)  # WRONG: nothing expected
    veriquote.DcapVerifier(collateral, at=0).verify(quote, cache={})  # WRONG: no cache
