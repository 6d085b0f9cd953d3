"""Counts over the Decisions of some time."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from service.store.tables import CaseRow, DecisionRow

MOST = 100_000  # Decisions whose latencies are ranked, the newest


@dataclass(frozen=True)
class Counted:
    """What was decided."""

    by_category: dict[str, int]
    by_action: dict[str, int]
    latencies: Sequence[float]  # ascending
    open_cases: int

    @property
    def decisions(self) -> int:
        """How many there are."""
        return sum(self.by_action.values())

    @property
    def escalation_rate(self) -> float | None:
        """The share that went to a person; None where there is none."""
        return self.by_action.get("escalate", 0) / self.decisions if self.decisions else None

    def latency_ms(self, percent: int) -> float | None:
        """Return a percentile by the nearest rank, None where there is none."""
        if not self.latencies:
            return None
        return self.latencies[math.ceil(percent / 100 * len(self.latencies)) - 1]


def summary_since(session: Session, since: datetime) -> Counted:
    """Return what was decided since then."""
    recent = col(DecisionRow.created_at) >= since

    def by(column: str) -> dict[str, int]:
        group = getattr(DecisionRow, column)
        rows = session.execute(select(group, func.count()).where(recent).group_by(group).order_by(group))
        return {str(name): int(count) for name, count in rows}

    newest = select(DecisionRow.latency_ms).where(recent).order_by(col(DecisionRow.created_at).desc()).limit(MOST)
    open_cases = session.exec(select(func.count()).select_from(CaseRow).where(CaseRow.state == "open")).one()
    return Counted(by("category"), by("next_action"), sorted(session.exec(newest).all()), int(open_cases))
