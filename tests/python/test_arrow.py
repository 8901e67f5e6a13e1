"""Columns in and out, from pyarrow, Polars and what only has the Arrow PyCapsule interface."""

from __future__ import annotations

import json
from typing import Any

import polars as pl
import pyarrow as pa
import pytest
import support
import veriquote
from veriquote import arrow


@pytest.fixture(scope="module")
def verifier() -> veriquote.DcapVerifier:
    _, collateral, options = support.dcap()
    return veriquote.DcapVerifier(collateral, **options)


def test_a_column_of_quotes(verifier: veriquote.DcapVerifier) -> None:
    quote, _, _ = support.dcap()
    column = pa.array([quote, None, quote[:50], quote], pa.binary())
    told = arrow.verify(verifier, column, threads=2, json=True)
    assert told.type == arrow.schema(verifier, json=True) and len(told) == 4
    rows = told.to_pylist()
    assert rows[1] is None
    assert [row["accepted"] for row in rows if row] == [True, False, True]
    result = verifier.verify(quote)
    assert rows[0]["result"] == result.to_json()
    claims = result.claims.to_dict()  # type: ignore[union-attr]
    assert rows[0]["tcb_status"] == claims["tcb"]["status"]
    assert rows[0]["measurement"] == claims["report"]["mr_td"]
    assert rows[0]["report_data"] == claims["report"]["report_data"]
    assert rows[0]["advisories"] == claims["tcb"]["advisories"]
    assert rows[2]["error_code"] == "input.truncated" and rows[2]["error_kind"] == "malformed"
    assert rows[2]["tcb_status"] is None and rows[2]["error_part"]


def test_every_form_of_a_column(verifier: veriquote.DcapVerifier) -> None:
    quote, _, _ = support.dcap()

    class Foreign:
        """A column of a library that nobody knows."""

        def __arrow_c_array__(self, requested_schema: Any = None) -> Any:
            return pa.array([quote], pa.large_binary()).__arrow_c_array__(requested_schema)

    forms = [
        pa.array([quote], pa.binary()),
        pa.array([quote], pa.binary(len(quote))),
        pa.array([quote], pa.binary_view()),
        pa.array([quote.hex()], pa.large_string()),
        pa.chunked_array([[quote], []], pa.binary()),
        pl.Series([quote]),
        pl.Series([quote.hex()]),
        [quote],
        Foreign(),
    ]
    told = [arrow.verify(verifier, form).to_pylist() for form in forms]
    assert all(rows == told[0] for rows in told) and told[0][0]["accepted"]
    assert arrow.verify(verifier, pa.array([], pa.binary())).to_pylist() == []
    assert arrow.verify(verifier, pa.array([None, None])).to_pylist() == [None, None]
    with pytest.raises(TypeError, match="int64"):
        arrow.verify(verifier, pa.array([1]))


def test_polars_takes_the_column(verifier: veriquote.DcapVerifier) -> None:
    quote, _, _ = support.dcap()
    frame = pl.DataFrame({"id": [1, 2], "quote": [quote, quote[:-700]]})
    told = frame.with_columns(pl.Series("verdict", arrow.verify(verifier, frame["quote"]))).unnest("verdict")
    good = told.filter(pl.col("accepted"))
    assert good["id"].to_list() == [1] and good["tcb_status"].to_list() == ["UpToDate"]


def test_an_enclave_has_its_measurement_too() -> None:
    for case in support.cases("verify_dcap"):
        answer = json.loads(case.answer)
        if answer["accepted"] and answer["claims"]["tee"] == "sgx":
            given, options = case.parts()
            verifier = veriquote.DcapVerifier(given["collateral"], **options)
            (row,) = arrow.verify(verifier, [given["quote"]]).to_pylist()
            assert row["measurement"] == answer["claims"]["report"]["mr_enclave"] and row["tee"] == "sgx"
            return
    raise LookupError


def test_a_column_of_tokens() -> None:
    token, jwks, options = support.token()
    verifier = veriquote.TokenVerifier(jwks, **options)
    rows = arrow.verify(verifier, pa.array([token, token[:-8], None])).to_pylist()
    assert [row and row["accepted"] for row in rows] == [True, False, None]
    assert rows[0]["algorithm"] and rows[1]["error_code"]


def test_ray_map_batches_in_its_shape(verifier: veriquote.DcapVerifier) -> None:
    """`ray.data.Dataset.map_batches(f, batch_format="pyarrow")` gives a table and takes one."""
    quote, _, _ = support.dcap()

    def verify(batch: pa.Table) -> pa.Table:
        return batch.append_column("verdict", arrow.verify(verifier, batch["quote"]))

    table = verify(pa.table({"quote": pa.array([quote, quote], pa.binary())}))
    assert [row["accepted"] for row in table["verdict"].to_pylist()] == [True, True]
