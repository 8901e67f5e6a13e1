"""Handles: prepared collateral, prepared keys, batches over threads."""

from __future__ import annotations

import itertools
import json
import threading

import pytest
import support
import veriquote


def test_prepared_collateral_answers_as_unprepared() -> None:
    every = support.cases("verify_dcap")
    beside = [case for case in every if case.id.startswith("qve/")]
    assert len(beside) > 10
    for case in (*every[::3], *beside):
        given, options = case.parts()
        collateral = given.pop("collateral")
        try:
            verifier = veriquote.DcapVerifier(collateral, **options)
        except veriquote.VeriquoteError as error:
            assert error.problem.to_dict() == json.loads(case.answer)["error"], case.id
            continue
        for cache in (None, veriquote.PlatformCache(2)):
            try:
                answer = verifier.verify(**given, cache=cache)
            except veriquote.VeriquoteError as error:
                assert error.result is not None
                answer = error.result
            assert answer.to_json() == case.answer, case.id


def test_prepared_keys_answer_as_unprepared() -> None:
    for case in support.cases("verify_token"):
        given, options = case.parts()
        evidence = {name: given.pop(name) for name in ("token", "bundle") if name in given}
        if len(evidence) != 1:
            continue
        try:
            verifier = veriquote.TokenVerifier(**given, **options)
            if "token" in evidence:
                answer = verifier.verify(evidence["token"])
            else:
                answer = verifier.verify_bundle(evidence["bundle"])
        except veriquote.VeriquoteError as error:
            if error.result is None:
                expected = json.loads(case.answer)["error"]
                assert (error.code, error.part) == (expected["code"], expected["part"]), case.id
                continue
            answer = error.result
        assert answer.to_json() == case.answer, case.id


def test_another_time_is_as_if_prepared_then() -> None:
    quote, collateral, options = support.dcap()
    seen = set()
    day = 86_400
    from datetime import datetime

    now = int(datetime.fromisoformat(options["at"].replace("Z", "+00:00")).timestamp())
    begin = veriquote.DcapVerifier(collateral, **options)
    stale = veriquote.DcapVerifier(collateral, **{**options, "at": now + 400 * day})
    for days in (-9000, -400, -40, -1, 0, 1, 20, 40, 400, 9000):
        fresh = veriquote.DcapVerifier(collateral, **{**options, "at": now + days * day})
        answers = [
            next(it.verify_batch([quote]))
            for it in (fresh, begin.at(now + days * day), stale.at(now + days * day))
        ]
        assert (
            len({(answer.accepted, answer.error.code if answer.error else None) for answer in answers}) == 1
        ), days
        seen.add(answers[0].accepted)
        if answers[0].accepted:
            assert len({answer.to_json() for answer in answers}) == 1
    assert seen == {True, False}


def test_other_report_data() -> None:
    quote, collateral, options = support.dcap()
    verifier = veriquote.DcapVerifier(collateral, **options)
    claims = verifier.verify(quote).claims
    assert claims is not None
    report_data = claims.report.report_data  # type: ignore[union-attr]
    assert verifier.expecting(report_data).verify(quote)
    with pytest.raises(veriquote.RejectedError) as caught:
        verifier.expecting("ff" * 64).verify(quote)
    assert caught.value.result is not None and caught.value.result.verified
    with pytest.raises(veriquote.MisuseError):
        verifier.expecting("ff")
    tee, fmspc = verifier.collateral_is_for() or ("", "")
    assert tee == "tdx" and len(bytes.fromhex(fmspc)) == 6
    assert verifier.collateral_is_for(1) is None


def test_another_challenge() -> None:
    for case in support.cases("verify_token"):
        given, options = case.parts()
        nonce = options.get("expect", {}).get("nonce", {})
        if json.loads(case.answer)["accepted"] and isinstance(nonce, dict) and "token" in given:
            verifier = veriquote.TokenVerifier(given.get("jwks"), **options)
            assert verifier.expecting(nonce).verify(given["token"])
            with pytest.raises(veriquote.MismatchError) as caught:
                verifier.expecting({"only": "another-challenge"}).verify(given["token"])
            assert caught.value.code == "jwt.nonce"
            with pytest.raises(veriquote.VeriquoteError):
                verifier.at(0).verify(given["token"])
            return
    raise LookupError


@pytest.mark.parametrize("threads", [1, 2, 5, None])
def test_a_batch_keeps_the_order(threads: int | None) -> None:
    quote, collateral, options = support.dcap()
    verifier = veriquote.DcapVerifier(collateral, **options)
    quotes = [quote if index % 3 else quote[: index + 60] for index in range(200)]
    results = list(verifier.verify_batch(iter(quotes), threads=threads))
    assert [result.accepted for result in results] == [index % 3 > 0 for index in range(200)]
    token, jwks, options = support.token()
    tokens = veriquote.TokenVerifier(jwks, **options)
    results = list(tokens.verify_batch([token, token[:-4], token.encode()], threads=threads))
    assert [bool(result) for result in results] == [True, False, True]


def test_a_batch_takes_only_what_it_needs() -> None:
    quote, collateral, options = support.dcap()
    taken = 0

    def endless() -> itertools.repeat[bytes]:
        nonlocal taken
        for one in itertools.repeat(quote):
            taken += 1
            yield one

    results = veriquote.DcapVerifier(collateral, **options).verify_batch(endless(), threads=2)
    assert next(results).accepted
    results.close()
    assert taken < 200


def test_a_failing_iterable_fails_the_batch() -> None:
    quote, collateral, options = support.dcap()

    def broken() -> itertools.chain[bytes]:
        yield quote
        raise OSError("the disk is gone")

    verifier = veriquote.DcapVerifier(collateral, **options)
    with pytest.raises(OSError, match="disk"):
        list(verifier.verify_batch(broken()))
    with pytest.raises(veriquote.MisuseError) as caught:
        list(verifier.verify_batch([quote, 7]))  # type: ignore[list-item]
    assert caught.value.part == "quotes[1]"


def test_what_is_no_batch_is_not_taken_for_an_empty_one() -> None:
    quote, collateral, options = support.dcap()
    verifier = veriquote.DcapVerifier(collateral, **options)
    token, jwks, given = support.token()
    tokens = veriquote.TokenVerifier(jwks, **given)
    for wrong in (b"", "", quote, bytearray(), memoryview(b""), {}, None, 5, token):
        for batch, part in ((verifier.verify_batch, "quotes"), (tokens.verify_batch, "tokens")):
            with pytest.raises(veriquote.MisuseError) as caught:
                batch(wrong)  # type: ignore[arg-type]
            assert caught.value.part == part
    assert list(verifier.verify_batch([])) == []


def test_other_threads_run_while_one_verifies() -> None:
    quote, collateral, options = support.dcap()
    handle = veriquote.DcapVerifier(collateral, **options)._handle
    done = threading.Event()

    def work() -> None:
        handle.verify_all([quote] * 400)
        done.set()

    worker = threading.Thread(target=work)
    worker.start()
    turns = 0
    while not done.is_set():
        turns += 1
    worker.join()
    assert turns > 1000


def test_threads_share_a_verifier_and_a_cache() -> None:
    quote, collateral, options = support.dcap()
    verifier = veriquote.DcapVerifier(collateral, **options)
    cache = veriquote.PlatformCache(4)
    expected = verifier.verify(quote).to_json()
    wrong: list[str] = []

    def work() -> None:
        for _ in range(50):
            text = verifier.verify(quote, cache=cache).to_json()
            if text != expected:
                wrong.append(text)

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert not wrong
