"""What callers write, as bytes and as the JSON of bindings/schema."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, NoReturn, TypeVar

from ._base import Record, make
from ._errors import of_problem
from ._native import blob
from ._types import BLOBS, Problem

T = TypeVar("T")

#: Members that are evidence, wherever they stand. Members of hex have other names.
_EVIDENCE: frozenset[str] = frozenset().union(*BLOBS.values())


def misuse(part: str, message: str, help: str) -> NoReturn:
    """Refuses a call that Python's types cannot say."""
    members = {"code": "misuse.options", "kind": "misuse", "part": part, "message": message}
    raise of_problem(make(Problem, {**members, "offset": None, "help": help, "facts": {}}))


def as_bytes(value: object, part: str) -> bytes:
    """Bytes, or text in UTF-8."""
    if isinstance(value, bytes):
        return value
    if isinstance(value, str):
        return _utf8(value, part)
    if isinstance(value, (bytearray, memoryview)):
        return bytes(value)
    misuse(part, f"a {type(value).__name__} is no evidence", "give bytes, or text that encodes them")


def many(values: object, part: str, read: Callable[[object, str], T]) -> Iterator[T]:
    """Pieces of evidence as they are needed. One in the place of several is no batch."""
    if isinstance(values, (bytes, bytearray, memoryview, str, Mapping)) or not isinstance(values, Iterable):
        misuse(part, f"a {type(values).__name__} is no batch", "give a list, or another iterable")
    return (read(value, f"{part}[{number}]") for number, value in enumerate(values))


def as_text(value: object, part: str) -> str:
    """Text, or bytes in UTF-8."""
    try:
        return as_bytes(value, part).decode()
    except UnicodeDecodeError as error:
        misuse(part, str(error), "give text")


def document(value: object, part: str) -> bytes:
    """A JSON document: its text, or the value."""
    if isinstance(value, (bytes, bytearray, memoryview, str)):
        return as_bytes(value, part)
    return _utf8(dumps(value, part), part)


def documents(value: object, part: str) -> list[bytes]:
    """One document or several."""
    if isinstance(value, (bytes, bytearray, memoryview, str, Mapping)):
        return [document(value, part)]
    if isinstance(value, Iterable):
        return [document(item, part) for item in value]
    misuse(part, f"a {type(value).__name__} is no document", "give its text, or the object")


def maybe(read: Callable[[object, str], T], value: object, part: str) -> T | None:
    """What was given, if it was."""
    return None if value is None else read(value, part)


def options(of: str, given: Mapping[str, Any]) -> str:
    """The options of the schema `of` as JSON. Which there are and what they mean the facade knows."""
    blobs = BLOBS.get(of, frozenset())
    return dumps(
        {name: _blobs(value) if name in blobs else value for name, value in given.items()}, "options"
    )


def nested(value: object, part: str) -> str:
    """Evidence that has members of its own, as JSON: bytes may stand where the schemas have evidence."""
    try:
        return dumps(_evidence(value), part)
    except RecursionError as error:
        misuse(part, str(error), "no evidence is as deep as that")


def _evidence(value: object) -> object:
    if isinstance(value, Record):
        return value.to_dict()
    if isinstance(value, Mapping):
        return {name: _evidence(_blobs(of) if name in _EVIDENCE else of) for name, of in value.items()}
    return value


def _default(value: object) -> object:
    if isinstance(value, datetime):
        # Without an offset it is no RFC 3339, which the facade says.
        return value.isoformat()
    if isinstance(value, Record):
        return value.to_dict()
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        raise TypeError("bytes where the schema has text: write hex, as `value.hex()` does")
    raise TypeError(f"a {type(value).__name__} is nothing that JSON has")


def dumps(value: object, part: str) -> str:
    """`value` as JSON."""
    try:
        text = json.dumps(value, default=_default, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        # Half of a surrogate pair is text to Python, and to nobody else.
        if not text.isascii():
            text.encode()
        return text
    except (TypeError, ValueError, RecursionError) as error:
        misuse(part, str(error), "give what JSON has: text, numbers, true, false, null, lists and objects")


def _blobs(value: object) -> object:
    """One of them, or a list."""
    if isinstance(value, (list, tuple)):
        return [_blob(item) for item in value]
    return _blob(value)


def _blob(value: object) -> object:
    return blob(bytes(value)) if isinstance(value, (bytes, bytearray, memoryview)) else value


def _utf8(text: str, part: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        misuse(part, str(error), "half of a surrogate pair stands for nothing")
