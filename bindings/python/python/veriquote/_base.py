"""What every result and every exception has."""

from __future__ import annotations

import json
from collections.abc import Mapping
from keyword import iskeyword
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

if TYPE_CHECKING:
    from ._native import Verification
    from ._types import CheckLine, Code, Problem, ProblemKind

R = TypeVar("R", bound="Record")


class Record:
    """One structure of a result: its members are attributes, and nothing can change them."""

    __slots__ = ("_members", "_text")
    __hash__ = None  # type: ignore[assignment]  # members may be mappings

    #: Every member, with what its attribute is where a result leaves it out.
    _absent: ClassVar[Mapping[str, Any]] = {}
    _members: dict[str, Any]
    _text: str | None

    def __init__(self) -> None:
        raise TypeError(f"only veriquote makes a {type(self).__name__}")

    def __init_subclass__(cls) -> None:
        for name, absent in cls._absent.items():
            setattr(cls, _attribute(name), _member(name, absent))

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} cannot be changed", name=name, obj=self)

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{type(self).__name__} cannot be changed", name=name, obj=self)

    def __dir__(self) -> list[str]:
        return [*map(_attribute, self._absent), "to_dict", "to_json"]

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and isinstance(other, Record) and self._members == other._members

    def __repr__(self) -> str:
        members = ", ".join(f"{name}={value!r}" for name, value in self._members.items())
        return f"{type(self).__name__}({members})"

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (type(self), _loose(self._members), self._text)

    def to_dict(self) -> dict[str, Any]:
        """The same as plain dicts and lists, for the caller to keep and change."""
        plain: dict[str, Any] = _plain(self)
        return plain

    def to_json(self) -> str:
        """The JSON of the schema; of a whole result, the same bytes in every language."""
        if self._text is not None:
            return self._text
        return json.dumps(self.to_dict(), ensure_ascii=False, separators=(",", ":"))


def _attribute(name: str) -> str:
    """A word that Python keeps for itself has an underscore after it."""
    return f"{name}_" if iskeyword(name) else name


def _member(name: str, absent: object) -> property:
    return property(lambda record: record._members.get(name, absent))


def make(of: type[R], members: dict[str, Any], text: str | None = None) -> R:
    """A record with these members, and its JSON where that is known."""
    record = of.__new__(of)
    object.__setattr__(record, "_members", members)
    object.__setattr__(record, "_text", text)
    return record


def with_text(told: tuple[Any, str]) -> Any:
    """A whole result, which keeps the JSON that the facade wrote."""
    record, text = told
    object.__setattr__(record, "_text", text)
    return record


def _plain(value: Any) -> Any:
    if isinstance(value, Record):
        value = value._members
    if isinstance(value, (dict, MappingProxyType)):
        return {name: _plain(member) for name, member in value.items()}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


def _loose(value: Any) -> Any:
    """What pickle takes: it knows no read-only mapping."""
    if isinstance(value, (dict, MappingProxyType)):
        return {name: _loose(member) for name, member in value.items()}
    if isinstance(value, tuple):
        return tuple(_loose(item) for item in value)
    return value


def _restored(of: type[R], members: dict[str, Any], text: str | None) -> R:
    return make(of, {name: _frozen(member) for name, member in members.items()}, text)


def _frozen(value: Any) -> Any:
    if isinstance(value, dict):
        return MappingProxyType({name: _frozen(member) for name, member in value.items()})
    if isinstance(value, tuple):
        return tuple(_frozen(item) for item in value)
    return value


class VeriquoteError(Exception):
    """Why evidence was not accepted, or a call not made. Each kind of problem has its subclass."""

    def __init__(
        self, problem: Problem, checks: tuple[CheckLine, ...] = (), result: Verification | None = None
    ) -> None:
        part = f" ({problem.part})" if problem.part else ""
        super().__init__(f"{problem.code}: {problem.message}{part}")
        self.problem = problem
        self.checks = checks
        self.result = result

    @property
    def code(self) -> Code:
        """What happened: a stable dotted code of docs/errors.md."""
        return self.problem.code

    @property
    def kind(self) -> ProblemKind:
        """What the caller can do."""
        return self.problem.kind

    @property
    def part(self) -> str:
        """Dotted path of the part that failed."""
        return self.problem.part

    @property
    def field(self) -> str:
        """The same as `part`."""
        return self.problem.part

    @property
    def offset(self) -> int | None:
        """Byte offset inside the part's outermost input, where one is known."""
        return self.problem.offset

    @property
    def help(self) -> str:
        """What to do next."""
        return self.problem.help

    @property
    def hint(self) -> str:
        """The same as `help`."""
        return self.problem.help

    @property
    def facts(self) -> Mapping[str, Any]:
        """Expected and actual values."""
        return self.problem.facts

    def __reduce__(self) -> tuple[Any, ...]:
        # The result stays behind: nothing but a verifier makes one.
        return type(self), (self.problem, self.checks)
