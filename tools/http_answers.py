"""Reads what a shop answers over HTTP. What goes wrong is told without a word of the answer, which may be anybody's."""

from collections.abc import Mapping
from typing import TypeVar

from pydantic import ValidationError

from tools.records import Record
from tools.shop import ShopUnavailable

R = TypeVar("R", bound=Record)


class OwnerAnswer(Record):
    """Whether an e-mail address is that of an order's customer."""

    owner: bool


class ProblemAnswer(Record):
    """What comes with a status from 400: one of the names in the description of HttpShop."""

    error: str


def no_answer(problem: str) -> ShopUnavailable:
    """Return the error to raise."""
    return ShopUnavailable(problem, "See what answers at the shop's address.")


def record_in(kind: type[R], status: int, body: bytes) -> R:
    """Return the record that an answer holds; raises ShopUnavailable for another status than success, and nonsense."""
    if status not in {200, 201}:
        raise no_answer(f"it answered with status {status}")
    record = _parsed(kind, body)
    if record is None:
        raise no_answer("its answer is not what was agreed")
    return record


def says(status: int, body: bytes, problems: Mapping[int, tuple[str, ...]]) -> bool:
    """Say whether the answer is one of these problems: the status with one of its names."""
    if status not in problems:
        return False
    problem = _parsed(ProblemAnswer, body)
    return problem is not None and problem.error in problems[status]


def _parsed(kind: type[R], body: bytes) -> R | None:
    """Return the record or None. Raising comes later, since an error that is handled stays attached to the next."""
    try:
        return kind.model_validate_json(body)
    except ValidationError:
        return None
