"""What answers a case, and what came of it."""

from dataclasses import dataclass
from typing import Protocol

from agent.decision import Decision
from agent.trace import Trace
from evals.cases.case import Case


@dataclass(frozen=True)
class Answer:
    """One run of one case. Exactly one of decision, rejected and crashed tells how it ended.

    `rejected`: the door refused the ticket as empty. `crashed`: the kind of an exception that reached the caller.
    """

    decision: Decision | None = None
    trace: Trace | None = None
    rejected: bool = False
    crashed: str | None = None
    wall_ms: float = 0.0


class Subject(Protocol):
    """Anything that answers cases."""

    @property
    def name(self) -> str:
        """Return what reports call it."""
        ...

    async def answer(self, case: Case) -> Answer:
        """Run the case; never raises."""
        ...
