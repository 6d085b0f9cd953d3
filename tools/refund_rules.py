"""Reads the dated refund rules and finds the one that holds for an order."""

import functools
import tomllib
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import Field, TypeAdapter

from tools.records import Record
from tools.tool import CannotJudge

RULES = Path(__file__).with_suffix(".toml")

Subject = Literal[
    "goods",
    "final_sale",
    "digital",
    "downloaded",
    "plan",
    "gift_card",
    "lost",
    "cancelled",
    "in_transit",
    "not_shipped",
    "paid_back",
]


class Rule(Record):
    """One rule; `days` is the length of its window, for subjects that have one."""

    id: str
    subject: Subject
    days: int = Field(default=0, ge=0)
    valid_from: date
    valid_to: date | None = None

    def holds_on(self, day: date) -> bool:
        """Say whether the rule was in force on this day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@functools.cache
def refund_rules() -> tuple[Rule, ...]:
    """Return all rules, past ones too."""
    table = tomllib.loads(RULES.read_text(encoding="utf-8"))
    return TypeAdapter(tuple[Rule, ...]).validate_python(tuple(table["rule"]))


def rule_for(subject: Subject, placed_on: date, rules: tuple[Rule, ...]) -> Rule:
    """Return the rule for an order placed on this day; raises CannotJudge where none was in force."""
    for rule in rules:
        if rule.subject == subject and rule.holds_on(placed_on):
            return rule
    raise CannotJudge(subject)
