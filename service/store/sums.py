"""Sums over Decisions: counts, cost, and how long each step took. Those of parts add up to those of the whole."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from agent.taxonomy import NextAction
from service.store.spread import quantile, spread, together

WHOLE = "whole"  # beside the steps: from a ticket to its Decision


class Sums(BaseModel):
    """Sums over Decisions. `unsure` were flagged so, the cost of `unpriced` is not known, `ms` is by step, in bins."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    decisions: int = 0
    by_category: dict[str, int] = Field(default_factory=dict)
    by_action: dict[str, int] = Field(default_factory=dict)
    by_release: dict[str, int] = Field(default_factory=dict)
    unsure: int = 0
    cost_usd: float = 0.0
    unpriced: int = 0
    ms: dict[str, dict[int, int]] = Field(default_factory=dict)

    @property
    def escalated(self) -> float | None:
        """The share that went to a person; None where nothing was decided."""
        return self._share(self.by_action.get(NextAction.ESCALATE.value, 0))

    @property
    def in_doubt(self) -> float | None:
        """The share that was flagged as unsure; None where nothing was decided."""
        return self._share(self.unsure)

    def percentile_ms(self, percent: float, step: str = WHOLE) -> float | None:
        """Return how long a step, or the whole, took; None where it was never done. See spread.py for how exact."""
        return quantile(self.ms.get(step, {}), percent)

    def _share(self, count: int) -> float | None:
        return count / self.decisions if self.decisions else None


def summed(rows: Sequence[Any]) -> Sums:
    """Return the sums of Decisions."""
    ms: dict[str, list[float]] = {}
    for row in rows:
        for step, taken in {WHOLE: row.latency_ms, **json.loads(row.steps_ms or "{}")}.items():
            ms.setdefault(step, []).append(taken)
    costs = [row.cost_usd for row in rows]
    return Sums(
        decisions=len(rows),
        by_category=Counter(row.category for row in rows),
        by_action=Counter(row.next_action for row in rows),
        by_release=Counter(row.release for row in rows),
        unsure=sum(bool(row.unsure) for row in rows),
        cost_usd=sum(cost for cost in costs if cost is not None),
        unpriced=costs.count(None),
        ms={step: spread(durations) for step, durations in ms.items()},
    )


def over_all(parts: Iterable[Sums]) -> Sums:
    """Return the sums over parts."""
    some = list(parts)
    steps = dict.fromkeys(step for one in some for step in one.ms)
    return Sums(
        decisions=sum(one.decisions for one in some),
        by_category=sum((Counter(one.by_category) for one in some), Counter[str]()),
        by_action=sum((Counter(one.by_action) for one in some), Counter[str]()),
        by_release=sum((Counter(one.by_release) for one in some), Counter[str]()),
        unsure=sum(one.unsure for one in some),
        cost_usd=sum(one.cost_usd for one in some),
        unpriced=sum(one.unpriced for one in some),
        ms={step: together(one.ms.get(step, {}) for one in some) for step in steps},
    )
