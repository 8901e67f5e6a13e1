"""Problems as exceptions."""

from __future__ import annotations

from ._base import VeriquoteError
from ._native import Verification
from ._types import KINDS, Problem


def of_problem(problem: Problem, result: Verification | None = None) -> VeriquoteError:
    """The exception of the problem's kind. A kind to come is a plain `VeriquoteError`."""
    checks = () if result is None else result.checks
    return KINDS.get(problem.kind, VeriquoteError)(problem, checks, result)


def accepted(result: Verification) -> Verification:
    """The result, when its evidence was accepted; otherwise the reason is raised."""
    if result.accepted:
        return result
    # A result that is not accepted says why; one that does not is no reason to go on.
    if result.error is None:
        raise RuntimeError("not accepted, without a reason")
    raise of_problem(result.error, result)
