"""What a batch adds up to; kept with every slice, so that a run that was ended goes on counting."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, Field

STEPS_OF_CONFIDENCE = 10


class Totals(BaseModel):
    """Counts over the rows that are kept. `cost_usd` is of what had a price; `unpriced` counts rows without one."""

    rows: int = 0
    written: int = 0
    answered: int = Field(default=0, description="Of those written, how many were decided and not repeated.")
    rejected: Counter[str] = Field(default_factory=Counter)
    categories: Counter[str] = Field(default_factory=Counter)
    actions: Counter[str] = Field(default_factory=Counter)
    priorities: Counter[str] = Field(default_factory=Counter)
    flags: Counter[str] = Field(default_factory=Counter)
    confidence: Counter[str] = Field(default_factory=Counter, description="Rows by tenth, such as 0.9 for 0.9 to 1.")
    input_tokens: int = 0
    output_tokens: int = 0
    llm_calls: int = 0
    cost_usd: float = 0.0
    unpriced: int = 0

    def count(self, answers: Sequence[Mapping[str, Any]]) -> None:
        """Add rows that are written."""
        for answer in answers:
            self.written += 1
            self.categories[answer["category"]] += 1
            self.priorities[answer["priority"]] += 1
            self.flags.update(answer["flags"])
            tenth = min(int(answer["confidence"] * STEPS_OF_CONFIDENCE), STEPS_OF_CONFIDENCE - 1)
            self.confidence[f"{tenth / STEPS_OF_CONFIDENCE:.1f}"] += 1
            if "next_action" in answer:
                self.actions[answer["next_action"]] += 1

    def spend(self, answers: Sequence[Mapping[str, Any]]) -> None:
        """Add what answers took that were made for these rows and not repeated from earlier ones."""
        for answer in answers:
            self.answered += 1
            usage = answer.get("usage") or {}
            self.input_tokens += usage.get("input_tokens", 0)
            self.output_tokens += usage.get("output_tokens", 0)
            self.llm_calls += usage.get("llm_calls", 0)
            cost = usage.get("cost_usd", 0.0)
            self.unpriced += cost is None
            self.cost_usd = round(self.cost_usd + (cost or 0.0), 8)

    def reject(self, reasons: Sequence[str]) -> None:
        """Add rows that are not written."""
        self.rejected.update(reasons)
