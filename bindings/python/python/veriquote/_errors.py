"""Problems as exceptions."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, cast

from ._base import VeriquoteError
from ._native import Verification
from ._types import KINDS, Problem

if TYPE_CHECKING:
    from ._types import Claims

C = TypeVar("C", bound="Claims")


def of_problem(problem: Problem, result: Verification[Claims | None] | None = None) -> VeriquoteError:
    """The exception of the problem's kind. A kind to come is a plain `VeriquoteError`."""
    checks = () if result is None else result.checks
    return KINDS.get(problem.kind, VeriquoteError)(problem, checks, result)


def accepted(result: Verification[C | None]) -> Verification[C]:
    """The result, when its evidence was accepted; otherwise the reason is raised."""
    if result.accepted:
        # What is accepted has claims.
        return cast("Verification[C]", result)
    # A result that is not accepted says why; one that does not is no reason to go on.
    if result.error is None:
        raise RuntimeError("not accepted, without a reason")
    raise of_problem(result.error, result)
