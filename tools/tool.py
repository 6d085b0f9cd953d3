"""The decorator that makes a function a tool: name, words, effect, strict arguments, time limit."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from tools.identity import Identity
from tools.records import Order, Refund
from tools.refund_judgement import RefundJudgement
from tools.shop import Shop, ShopUnavailable


class Effect(StrEnum):
    """Whether a tool only looks or changes another system."""

    READ = "read"
    WRITE = "write"


class Outcome(StrEnum):
    """How a call ended. Another customer's order, a malformed id and one that does not exist are all `not_found`."""

    OK = "ok"
    NOT_FOUND = "not_found"
    INVALID_ARGUMENTS = "invalid_arguments"
    FAILED = "failed"
    TIMED_OUT = "timed_out"


class Declined(StrEnum):
    """Why a WRITE tool that was called rightly changed nothing.

    Not an Outcome: those are part of the Decision's contract, and a Decision holds no WRITE call.
    """

    NOT_ELIGIBLE = "not_eligible"
    OTHER_AMOUNT = "other_amount"
    REFUSED_BY_SHOP = "refused_by_shop"
    KEY_REUSED = "key_reused"


class Arguments(BaseModel):
    """Common to all arguments: closed and strict; what a model invents beside them is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


_NOBODYS = Order.model_construct(order_id="", customer_id="")  # type: ignore[call-arg]  # the rest is not looked at


@dataclass(frozen=True)
class ToolContext:
    """What code, never a model, gives a tool: the shop, who asks, and the shop's day."""

    shop: Shop
    identity: Identity
    today: date

    def own_order(self, order_id: str) -> Order | None:
        """Return an order of the one who asks; None for another's as for none. Raises ShopUnavailable."""
        order = self.shop.order(order_id)
        own = self.identity.may_see(order if order is not None else _NOBODYS)  # takes as long for none
        return order if own else None


@dataclass(frozen=True)
class ToolResult:
    """What came back; only an outcome `ok` carries a record.

    Money has moved only where `issued` is there; a WRITE tool that ended well without it says why in `declined`.
    """

    outcome: Outcome
    order: Order | None = None
    refund: RefundJudgement | None = None
    issued: Refund | None = None
    declined: Declined | None = None


class CannotJudge(Exception):
    """The facts are known, but no rule says what follows from them; a person has to."""


A = TypeVar("A", bound=Arguments)


@dataclass(frozen=True)
class Tool:
    """A callable tool; `description` is its docstring and is shown to models."""

    name: str
    description: str
    effect: Effect
    timeout_s: float
    arguments: type[Arguments]
    function: Callable[[ToolContext, Any], ToolResult]

    def run(self, context: ToolContext, arguments: Mapping[str, object]) -> ToolResult:
        """Validate the arguments and call; what goes wrong is an outcome without a record."""
        try:
            checked = self.arguments.model_validate(dict(arguments))
        except ValidationError:
            return ToolResult(Outcome.INVALID_ARGUMENTS)
        try:
            return self.function(context, checked)
        except (ShopUnavailable, CannotJudge, OSError):  # an adapter's connection may fail in ways of its own
            return ToolResult(Outcome.FAILED)


def tool(
    effect: Effect, arguments: type[A], timeout_s: float = 1.0
) -> Callable[[Callable[[ToolContext, A], ToolResult]], Tool]:
    """Make a function (context, arguments) a Tool, named and described by itself."""

    def make(function: Callable[[ToolContext, A], ToolResult]) -> Tool:
        words = inspect.getdoc(function) or ""
        return Tool(function.__name__, words, effect, timeout_s, arguments, function)

    return make
