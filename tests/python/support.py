"""Cases for the tests: what the facade answered to every vector, written by `write-answers`."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Case:
    id: str
    call: str
    #: Text: for `inspect` the file, otherwise the JSON of the request.
    request: str
    answer: str
    expected: Any

    def parts(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """The request without its options, and the options."""
        request = json.loads(self.request)
        return request, request.pop("options", {})


@cache
def cases(call: str) -> tuple[Case, ...]:
    path = Path(os.environ["VERIQUOTE_ANSWERS"])
    every = (Case(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines())
    return tuple(case for case in every if case.call == call)


def accepted(call: str) -> Case:
    """A case that is accepted."""
    return next(case for case in cases(call) if json.loads(case.answer)["accepted"])


@cache
def dcap() -> tuple[bytes, str, dict[str, Any]]:
    """Quote, collateral and options of a trust domain that the strict policy accepts."""
    for case in cases("verify_dcap"):
        answer = json.loads(case.answer)
        if answer["accepted"] and answer["claims"]["tee"] == "tdx" and case.id.startswith("valid/"):
            request, options = case.parts()
            return bytes.fromhex(request["quote"]), json.dumps(request["collateral"][0]), options
    raise LookupError("no accepted quote of a trust domain")


@cache
def token() -> tuple[str, Any, dict[str, Any]]:
    """Token, keys and options of a token that is accepted with keys of a set."""
    for case in cases("verify_token"):
        request, options = case.parts()
        if json.loads(case.answer)["accepted"] and "token" in request and request.get("jwks"):
            return request["token"], request["jwks"], options
    raise LookupError("no accepted token")


def challenge() -> dict[str, Any]:
    """Two keys of the case of a pinned endorsement key, and a secret for them."""
    case = next(case for case in cases("verify_tpm") if case.id == "enrol/pinned-ek")
    request, options = case.parts()
    ek = request["ak_evidence"]["activated"]["ek"]
    return {"ek": ek, "ak": request["ak"], "at": options["at"], "secret": "5a" * 32, "entropy": "0f" * 128}
