"""The same answers as the facade in Rust, byte for byte, to every case of tests/vectors."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from keyword import iskeyword
from typing import Any

import pytest
import veriquote
from support import Case, cases

RAW = {
    "verify_dcap": veriquote.verify_dcap_json,
    "verify_tpm": veriquote.verify_tpm_json,
    "verify_nvgpu": veriquote.verify_nvgpu_json,
    "verify_composite": veriquote.verify_composite_json,
    "verify_token": veriquote.verify_token_json,
    "show_token": veriquote.show_token_json,
    "binding": veriquote.binding_json,
    "inspect": lambda text: veriquote.inspect_json(text.encode()),
}
FEWEST = {
    "verify_dcap": 500,
    "verify_tpm": 150,
    "verify_nvgpu": 50,
    "verify_composite": 10,
    "verify_token": 300,
    "show_token": 100,
    "binding": 50,
    "inspect": 30,
}


@pytest.mark.parametrize("call", RAW)
def test_json_to_json(call: str) -> None:
    assert len(cases(call)) >= FEWEST[call]
    wrong = [case.id for case in cases(call) if RAW[call](case.request) != case.answer]
    assert not wrong


def typed(case: Case) -> str:
    """The answer to the call as Python writes it."""
    if case.call == "inspect":
        try:
            return veriquote.inspect(case.request).to_json()
        except veriquote.VeriquoteError as error:
            return f'{{"error":{error.problem.to_json()}}}'
    given, options = case.parts()
    if case.call == "show_token":
        return veriquote.show_token(**given).to_json()
    if case.call == "binding":
        call = veriquote.binding_compute if "mode" in given else veriquote.binding_detect
        return call(**given).to_json()
    call = {
        "verify_dcap": veriquote.verify_dcap,
        "verify_tpm": veriquote.verify_tpm,
        "verify_nvgpu": veriquote.verify_nvgpu,
        "verify_composite": veriquote.verify_composite,
        "verify_token": veriquote.verify_token,
    }[case.call]
    try:
        return call(**given, **options).to_json()
    except veriquote.VeriquoteError as error:
        assert not json.loads(case.answer)["accepted"]
        if error.result is None:
            return problem_of_the_call(error, case)
        assert error.result.error == error.problem
        return error.result.to_json()


def problem_of_the_call(error: veriquote.VeriquoteError, case: Case) -> str:
    """Options that are none: the facade names a place in the request's JSON, and in Python its members are
    arguments."""
    expected = json.loads(case.answer)["error"]
    assert isinstance(error, veriquote.MisuseError)
    words = [re.split(", in `|, expected ", text)[0] for text in (error.problem.message, expected["message"])]
    assert words[0] == words[1]
    assert (error.code, error.part, error.help) == (expected["code"], expected["part"], expected["help"])
    return case.answer


@pytest.mark.parametrize("call", RAW)
def test_the_call_as_python_writes_it(call: str) -> None:
    wrong = [case.id for case in cases(call) if typed(case) != case.answer]
    assert not wrong


def test_few_cases_are_no_call_in_python() -> None:
    """So that `problem_of_the_call` hides nothing: requests whose members are not those of the schema."""
    errors = [json.loads(case.answer).get("error") or {} for call in RAW for case in cases(call)]
    places = [
        error for error in errors if (error.get("code"), error.get("part")) == ("misuse.options", "options")
    ]
    assert 0 < len(places) <= 12


def test_records_say_what_the_json_says() -> None:
    def compare(value: Any, told: Any) -> None:
        if isinstance(value, veriquote.Record):
            assert list(told) == list(value.to_dict())
            for name, member in told.items():
                compare(getattr(value, f"{name}_" if iskeyword(name) else name), member)
        elif isinstance(value, tuple):
            assert len(value) == len(told)
            for item, other in zip(value, told):
                compare(item, other)
        elif isinstance(value, Mapping):
            assert list(value) == list(told)
            for name, member in told.items():
                compare(value[name], member)
        else:
            assert value == told

    for call in ("verify_dcap", "verify_tpm", "verify_nvgpu", "verify_composite", "verify_token"):
        for case in cases(call)[::5]:
            given, options = case.parts()
            try:
                result = getattr(veriquote, call)(**given, **options)
            except veriquote.VeriquoteError as error:
                result = error.result
            if result is None:
                continue
            told = json.loads(case.answer)
            for name, member in told.items():
                compare(getattr(result, name), member)


def test_inspections_are_of_the_class_of_their_kind() -> None:
    seen = set()
    for case in cases("inspect"):
        told = json.loads(case.answer)
        if "error" not in told:
            view = veriquote.inspect(case.request)
            seen.add(type(view).__name__)
            assert view.kind == told["kind"] and view.to_dict() == told
    assert {"QuoteView", "CollateralView", "EventLogView"} <= seen
