"""Columns: evidence in, verdicts and claims out, through the Arrow C data interface.

What has `__arrow_c_array__` or `__arrow_c_stream__` is a column: arrays of pyarrow, series of Polars, blocks
of Ray. The result is an array of structures of pyarrow, which the same libraries take. It needs pyarrow
(`pip install veriquote[arrow]`).

A row without evidence has no result. A row of evidence that is not accepted has `accepted` false and the
reason; what it claims is there as soon as it is authentic, so filter by `accepted` first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]

from ._batch import in_threads
from ._dcap import DcapVerifier
from ._native import Verification
from ._token import TokenVerifier

_Read = Callable[[Verification], Any]


def _error(member: str) -> _Read:
    return lambda result: None if result.error is None else getattr(result.error, member)


def _claim(*path: str) -> _Read:
    def read(result: Verification) -> Any:
        value: Any = result.claims
        for member in path:
            value = getattr(value, member, None)
        return value

    return read


def _either(one: _Read, other: _Read) -> _Read:
    return lambda result: other(result) if (value := one(result)) is None else value


#: What every kind of evidence has.
_VERDICT: list[tuple[pa.Field, _Read]] = [
    (pa.field("verified", pa.bool_()), lambda result: result.verified),
    (pa.field("accepted", pa.bool_()), lambda result: result.accepted),
    (pa.field("error_code", pa.string()), _error("code")),
    (pa.field("error_kind", pa.string()), _error("kind")),
    (pa.field("error_part", pa.string()), _error("part")),
]

_DCAP = [
    *_VERDICT,
    (pa.field("tee", pa.string()), _claim("tee")),
    (pa.field("tcb_status", pa.string()), _claim("tcb", "status")),
    (pa.field("tcb_date", pa.string()), _claim("tcb", "date")),
    (pa.field("advisories", pa.list_(pa.string())), _claim("tcb", "advisories")),
    # An enclave has the one, a trust domain the other.
    (
        pa.field("measurement", pa.string()),
        _either(_claim("report", "mr_td"), _claim("report", "mr_enclave")),
    ),
    (pa.field("debug", pa.bool_()), _claim("report", "debug")),
    (pa.field("report_data", pa.string()), _claim("report", "report_data")),
    (pa.field("fmspc", pa.string()), _claim("platform", "fmspc")),
]

_TOKEN = [
    *_VERDICT,
    (pa.field("algorithm", pa.string()), _claim("key", "algorithm")),
    (pa.field("key_id", pa.string()), _claim("key", "kid")),
    (pa.field("valid_until", pa.string()), _claim("valid_until")),
    (pa.field("dialect", pa.string()), _claim("appraisal", "dialect")),
    (pa.field("worst_status", pa.string()), _claim("appraisal", "worst_status")),
]

#: The whole result as JSON.
_JSON: tuple[pa.Field, _Read] = (pa.field("result", pa.string()), lambda result: result.to_json())


def schema(verifier: DcapVerifier | TokenVerifier, *, json: bool = False) -> pa.StructType:
    """The type of the column that `verify` makes with this verifier."""
    return pa.struct([field for field, _ in _columns(verifier, json)])


def verify(
    verifier: DcapVerifier | TokenVerifier, column: Any, *, threads: int | None = None, json: bool = False
) -> pa.StructArray:
    """Verifies each value of a column of bytes or text. With `json`, `result` has the whole result."""
    evidence = _evidence(column)
    columns = _columns(verifier, json)
    # Of one class or the other, each of which has it.
    verify_all: Any = verifier._handle.verify_all
    present = (row for row in evidence if row is not None)
    results: Iterator[Verification] = in_threads(verify_all, present, threads=threads)
    rows: list[list[Any]] = [[] for _ in columns]
    for result in _aligned(evidence, results):
        for values, (_, read) in zip(rows, columns):
            values.append(None if result is None else read(result))
    arrays = [pa.array(values, field.type) for values, (field, _) in zip(rows, columns)]
    absent = pa.array([row is None for row in evidence], pa.bool_())
    return pa.StructArray.from_arrays(arrays, fields=[field for field, _ in columns], mask=absent)


def _columns(verifier: DcapVerifier | TokenVerifier, json: bool) -> list[tuple[pa.Field, _Read]]:
    columns = _DCAP if isinstance(verifier, DcapVerifier) else _TOKEN
    return [*columns, _JSON] if json else columns


def _evidence(column: Any) -> list[bytes | None]:
    if hasattr(column, "__arrow_c_stream__") and not isinstance(column, pa.ChunkedArray):
        column = pa.chunked_array(column)
    elif not isinstance(column, (pa.Array, pa.ChunkedArray)):
        column = pa.array(column)
    # Bytes that are no text come as bytes, text as text: both mean the same to the verifier.
    if not (_is_binary(column.type) or _is_text(column.type) or pa.types.is_null(column.type)):
        raise TypeError(f"evidence is bytes or text, and this is a column of {column.type}")
    return [row.encode() if isinstance(row, str) else row for row in column.to_pylist()]


def _is_binary(of: pa.DataType) -> bool:
    types = (
        pa.types.is_binary,
        pa.types.is_large_binary,
        pa.types.is_fixed_size_binary,
        pa.types.is_binary_view,
    )
    return any(test(of) for test in types)


def _is_text(of: pa.DataType) -> bool:
    types = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view)
    return any(test(of) for test in types)


def _aligned(evidence: list[bytes | None], results: Iterator[Verification]) -> Iterator[Verification | None]:
    for row in evidence:
        yield None if row is None else next(results)
