"""What calls take and refuse, what exceptions and results are like."""

from __future__ import annotations

import copy
import inspect as introspection
import json
import pickle
from datetime import datetime, timedelta, timezone
from types import MappingProxyType
from typing import Any

import pytest
import support
import veriquote
from veriquote import types


def refused(call: Any, *given: Any, **options: Any) -> veriquote.VeriquoteError:
    with pytest.raises(veriquote.VeriquoteError) as caught:
        call(*given, **options)
    return caught.value


def test_an_accepted_quote() -> None:
    quote, collateral, options = support.dcap()
    result = veriquote.verify_dcap(quote, collateral, **options)
    assert result and result.verified and result.accepted and result.error is None
    assert isinstance(result.claims, types.DcapClaims)
    assert isinstance(result.claims.report, types.TdxReportClaims)
    assert result.claims.tcb.status == "UpToDate"
    assert result.checks[0].outcome == "passed"
    assert repr(result) == "<Verification of dcap: accepted>"


def test_evidence_may_be_bytes_or_text() -> None:
    quote, collateral, options = support.dcap()
    answers = {
        veriquote.verify_dcap(form, given, **options).to_json()
        for form in (quote, bytearray(quote), memoryview(quote), quote.hex(), quote.hex().encode())
        for given in (collateral, collateral.encode(), json.loads(collateral), [collateral])
    }
    assert len(answers) == 1
    roots = {
        veriquote.verify_dcap(quote, collateral, **{**options, "roots": [form]}).to_json()
        for form in (options["roots"][0], options["roots"][0].encode())
    }
    assert roots == answers


def test_der_roots_are_bytes() -> None:
    import base64

    quote, collateral, options = support.dcap()
    lines = options["roots"][0].strip().splitlines()
    der = base64.b64decode("".join(lines[1:-1]))
    assert veriquote.verify_dcap(quote, collateral, **{**options, "roots": [der]})


def test_time_is_an_aware_datetime_text_or_seconds() -> None:
    quote, collateral, options = support.dcap()
    at = datetime.fromisoformat(options["at"].replace("Z", "+00:00"))
    forms = [options["at"], at, int(at.timestamp()), at.astimezone(timezone(timedelta(hours=5, minutes=30)))]
    answers = {
        veriquote.verify_dcap(quote, collateral, **{**options, "at": form}).to_json() for form in forms
    }
    assert len(answers) == 1
    for wrong in (at.replace(tzinfo=None), at.timestamp() + 0.5, None, "soon", True):
        error = refused(veriquote.verify_dcap, quote, collateral, **{**options, "at": wrong})
        assert isinstance(error, veriquote.MisuseError), wrong


@pytest.mark.parametrize(
    "call", ["verify_dcap", "verify_tpm", "verify_token", "DcapVerifier", "TokenVerifier"]
)
def test_an_unknown_option_is_refused(call: str) -> None:
    of = {"DcapVerifier": "verify_dcap", "TokenVerifier": "verify_token"}.get(call, call)
    given, options = support.accepted(of).parts()
    if call == "DcapVerifier":
        given = {"collateral": given["collateral"]}
    if call == "TokenVerifier":
        given = {"jwks": given["jwks"]}
    getattr(veriquote, call)(**given, **options)
    error = refused(getattr(veriquote, call), **given, **options, report_dta="00")
    assert (error.code, error.kind, error.part) == ("misuse.options", "misuse", "options")
    assert "report_dta" in error.problem.message
    assert isinstance(error, veriquote.MisuseError) and isinstance(error, TypeError)


@pytest.mark.parametrize(
    ("call", "given"),
    [
        ("show_token", {"claims": "{}"}),
        ("binding_detect", {"data": "00", "report_data": "00"}),
        ("binding_compute", {"data": "00", "mode": "raw-pad64"}),
    ],
)
def test_an_unknown_option_of_the_rest_is_refused(call: str, given: dict[str, str]) -> None:
    assert getattr(veriquote, call)(**given)
    error = refused(getattr(veriquote, call), **given, nope=1)
    assert error.code == "misuse.options" and "nope" in error.problem.message


def test_an_unknown_option_inside_an_option_is_refused() -> None:
    token, jwks, options = support.token()
    options = copy.deepcopy(options)
    options["expect"]["isuer"] = {"is": "x"}
    error = refused(veriquote.verify_token, token, jwks=jwks, **options)
    assert error.code == "misuse.options" and "isuer" in error.problem.message


def test_values_that_json_has_not_are_refused() -> None:
    quote, collateral, options = support.dcap()
    loop: list[Any] = []
    loop.append(loop)
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    for policy in (object(), {"a": float("nan")}, loop, deep, {"a": b"\xff"}, "\ud800", {("a",): 1}):
        error = refused(veriquote.verify_dcap, quote, collateral, **{**options, "policy": policy})
        assert error.kind in ("misuse", "malformed", "limit"), policy
    for quote_ in (None, 7, ["00"], object()):
        error = refused(veriquote.verify_dcap, quote_, collateral, **options)
        assert (error.code, error.part) == ("misuse.options", "quote")


def test_bytes_where_hex_belongs_are_refused() -> None:
    """Bytes that happen to be digits would otherwise mean something else than they are."""
    quote, collateral, options = support.dcap()
    error = refused(veriquote.verify_dcap, quote, collateral, **options, report_data=b"0" * 128)
    assert error.code == "misuse.options" and ".hex()" in error.problem.message


def test_every_kind_has_its_exception() -> None:
    codes = json.loads((support.ROOT / "bindings/schema/error-codes.json").read_text())
    kinds = {entry["kind"] for entry in codes}
    classes = {name.removesuffix("Error").lower() for name in veriquote.__all__ if name.endswith("Error")}
    assert classes - {"veriquote"} == kinds
    seen: dict[str, type] = {}
    for call in ("verify_dcap", "verify_tpm", "verify_token"):
        for case in support.cases(call):
            problem = json.loads(case.answer)["error"]
            if problem is not None and problem["kind"] not in seen:
                given, options = case.parts()
                error = refused(getattr(veriquote, call), **given, **options)
                seen[error.kind] = type(error)
    assert seen == {kind: getattr(veriquote, f"{kind.capitalize()}Error") for kind in kinds}


def test_an_exception_says_all() -> None:
    quote, collateral, options = support.dcap()
    error = refused(veriquote.verify_dcap, quote[:100], collateral, **options)
    assert isinstance(error, veriquote.MalformedError)
    assert (error.code, error.kind) == ("input.truncated", "malformed")
    assert error.part and error.part == error.field
    assert error.help and error.help == error.hint
    assert isinstance(error.offset, int)
    assert error.result is not None and not error.result and error.checks == error.result.checks
    assert error.checks[-1].outcome == "failed"
    assert error.code in str(error)
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error) and again.problem == error.problem and again.checks == error.checks


def test_results_cannot_be_changed_or_made() -> None:
    quote, collateral, options = support.dcap()
    result = veriquote.verify_dcap(quote, collateral, **options)
    assert result.claims is not None
    for target, name in ((result, "accepted"), (result.claims, "tee"), (result.claims, "other")):
        with pytest.raises(AttributeError):
            setattr(target, name, True)
    with pytest.raises(AttributeError):
        del result.claims.tee
    with pytest.raises(TypeError):
        result.checks[0].facts["a"] = 1
    with pytest.raises(TypeError):
        veriquote.Verification()
    with pytest.raises(TypeError):
        types.DcapClaims()
    with pytest.raises(AttributeError):
        _ = result.claims.nothing_of_the_kind
    with pytest.raises(TypeError):

        class Mine(veriquote.Verification):  # type: ignore[misc]
            pass

    assert result == veriquote.verify_dcap(quote, collateral, **options)
    assert result.claims is result.claims


def test_records_survive_pickle_and_copy() -> None:
    quote, collateral, options = support.dcap()
    claims = veriquote.verify_dcap(quote, collateral, **options).claims
    for again in (pickle.loads(pickle.dumps(claims)), copy.deepcopy(claims), copy.copy(claims)):
        assert again == claims and again.to_json() == claims.to_json()
    token, jwks, options = support.token()
    claims = veriquote.verify_token(token, jwks=jwks, **options).claims
    again = pickle.loads(pickle.dumps(claims))
    assert isinstance(again.payload, MappingProxyType) and again == claims


def test_every_member_of_the_schema_is_an_attribute() -> None:
    schema = json.loads((support.ROOT / "bindings/schema/verification.json").read_text())
    quote, collateral, options = support.dcap()
    result = veriquote.verify_dcap(quote, collateral, **options)
    for name in schema["properties"]:
        getattr(result, name)
    for name, definition in schema["$defs"].items():
        record = getattr(types, name)
        if "properties" in definition and introspection.isclass(record):
            assert set(definition["properties"]) <= set(record._absent), name


def test_members_that_a_result_leaves_out() -> None:
    quote, collateral, options = support.dcap()
    claims = veriquote.verify_dcap(quote, collateral, **options).claims
    assert isinstance(claims, types.DcapClaims)
    assert claims.event_log is None and claims.qve is None
    assert "qve" not in claims.to_dict()


def test_a_record_is_an_option() -> None:
    """The clock of the last quote is what the next one is held against."""
    for case in support.cases("verify_tpm"):
        answer = json.loads(case.answer)
        if answer["accepted"]:
            given, options = case.parts()
            attest = veriquote.inspect(given["quote"])
            assert isinstance(attest, types.TpmAttestView)
            options["previous"] = attest.clock
            assert veriquote.verify_tpm(**given, **options)
            return
    raise LookupError


def test_a_policy_is_learned() -> None:
    for case in support.cases("verify_tpm"):
        given, options = case.parts()
        if json.loads(case.answer)["accepted"] and given.get("event_log"):
            try:
                policy = veriquote.learn_tpm_policy(**given, **options, name="mine")
            except veriquote.VeriquoteError:
                continue
            options.pop("policy", None), options.pop("crypto_only", None)
            assert veriquote.verify_tpm(**given, **options, policy=policy)
            assert json.loads(policy)["name"] == "mine"
            given.pop("event_log")
            error = refused(veriquote.learn_tpm_policy, **given, **options, name="mine")
            assert (error.code, error.part) == ("misuse.options", "event_log")
            return
    raise LookupError


def test_a_call_without_what_it_needs() -> None:
    assert refused(veriquote.verify_token, expect={}, at=0).code == "misuse.options"
    _, jwks, options = support.token()
    assert refused(veriquote.verify_token, jwks=jwks, **options).code == "misuse.options"
    assert refused(veriquote.inspect, b"").kind == "malformed"
    assert refused(veriquote.verify_token, b"\xff", jwks=jwks, **options).code == "misuse.options"


def test_a_secret_is_wrapped_for_one_tpm_and_one_key() -> None:
    request = support.challenge()
    made = veriquote.make_tpm_challenge(**request)
    assert made.challenge is not None and made.credential is not None
    assert made.challenge.secret == request["secret"] and request["secret"] not in made.credential
    assert made.to_json() == veriquote.make_tpm_challenge_json(json.dumps(request))
    as_bytes = {**request, "ak": bytes.fromhex(request["ak"])}
    assert veriquote.make_tpm_challenge(**as_bytes).to_json() == made.to_json()
    assert refused(veriquote.make_tpm_challenge, **{**request, "ek": {}}).kind == "misuse"
    assert refused(veriquote.make_tpm_challenge, **request, more=1).code == "misuse.options"


def test_evidence_with_members_of_its_own_takes_bytes_where_evidence_stands() -> None:
    case = support.accepted("verify_composite")
    given, options = case.parts()
    machine = given["machine"]
    machine["quote"] = bytes.fromhex(machine["quote"])
    machine["roots"] = [root.encode() for root in machine["roots"]]
    machine["collateral"] = json.dumps(machine["collateral"]).encode()
    result = veriquote.verify_composite(**given, **options)
    assert isinstance(result.claims, types.CompositeClaims)
    assert result.to_json() == case.answer
    # Where a member is hex, bytes that happen to be digits would mean something else than they are.
    hexes = {**options["binding"], "challenge": b"00" * 32}
    error = refused(veriquote.verify_composite, **given, **{**options, "binding": hexes})
    assert error.code == "misuse.options" and ".hex()" in error.problem.message
    request = {**support.challenge(), "secret": b"0" * 32}
    assert ".hex()" in refused(veriquote.make_tpm_challenge, **request).problem.message
    deep: Any = {}
    for _ in range(100_000):
        deep = {"machine": deep}
    assert refused(veriquote.verify_composite, "{}", machine=deep, **options).kind == "misuse"


def test_devices_are_verified_with_their_manifests() -> None:
    case = support.accepted("verify_nvgpu")
    given, options = case.parts()
    rims = given.pop("rims")
    for form in (rims, [rim.encode() for rim in rims], iter(rims)):
        result = veriquote.verify_nvgpu(**given, rims=form, **options)
        assert isinstance(result.claims, types.NvgpuClaims) and result.to_json() == case.answer


def test_what_to_ask_a_collateral_service_for() -> None:
    quote, collateral, options = support.dcap()
    platform = veriquote.platform_of_quote(quote)
    verifier = veriquote.DcapVerifier(collateral, **options)
    assert verifier.collateral_is_for() == (platform.tee, platform.fmspc)
    assert platform.to_dict() == json.loads(platform.to_json())
    assert veriquote.pck_reference_of_quote(quote).to_dict() == {"carried": True}
    start = quote.index(b"-----BEGIN CERTIFICATE-----")
    pem = quote[start:].rstrip(b"\0")
    by_pem = veriquote.platform_of_pck(pem)
    assert (by_pem.tee, by_pem.fmspc, by_pem.ca) == (None, platform.fmspc, platform.ca)
    assert refused(veriquote.platform_of_quote, quote[:99]).code == "input.truncated"
    assert refused(veriquote.platform_of_pck, "nothing").kind == "malformed"
    for case in support.cases("verify_dcap"):
        given, _ = case.parts()
        try:
            lookup = veriquote.pck_reference_of_quote(given["quote"])
        except veriquote.VeriquoteError:
            continue
        if lookup.query is not None:
            assert len(lookup.query.qe_id) == 32 and not lookup.carried and lookup.leaf is None
            return
    raise LookupError("no quote without its chain")
