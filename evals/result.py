"""The result of a run: one JSON with everything that is needed to compare it and to repeat it."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agent.decision import Decision
from agent.trace import Trace
from evals.checks.check import Check
from evals.environment import Environment
from evals.statistics.estimate import Estimate

FORMAT: Final = 1


class BadResultError(ValueError):
    """A file is no result of this format; the message says what is wrong."""


class Part(BaseModel):
    """Common to all parts of a result: closed and frozen."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Attempt(Part):
    """One run of a case. In a sealed result decision, trace and causes are left out."""

    checks: tuple[Check, ...]
    completed: bool
    rejected: bool = False
    crashed: str | None = None
    wall_ms: float
    decision: Decision | None = None
    trace: Trace | None = None


class CaseResult(Part):
    """One case with its attempts; in a sealed result `id` and `cluster` are digests."""

    id: str
    cluster: str
    category: str
    kind: str
    segments: tuple[str, ...]
    attempts: tuple[Attempt, ...] = Field(min_length=1)
    text: str = ""
    about: str = ""
    expected: dict[str, Any] = Field(default_factory=dict, description="The case's expectation; empty when sealed.")
    located: str | None = Field(default=None, description="Step whose repair alone makes a failed case pass.")
    repairs: dict[str, bool] = Field(default_factory=dict)

    @property
    def first(self) -> Attempt:
        """Return the attempt that rates are made of."""
        return self.attempts[0]


class DataUsed(Part):
    """Which cases were run: two results compare only on the same."""

    name: str
    sha256: str
    cases: int
    sealed: bool = False
    judged_by: str = Field(description='"end state", or "category" for labelled tickets only.')


class Comparison(Part):
    """What another subject scores on the same cases: a trivial agent, or the agent without its policies."""

    name: str
    trivial: bool
    measures: dict[str, Estimate]
    wall_ms_p50: float


class Operations(Part):
    """What a run costs: milliseconds by step, tokens, money, retries, tool calls, fallbacks, escalations."""

    steps_ms: dict[str, dict[str, Estimate]]
    reading_ratio: dict[str, float] = Field(
        description="p50 and p95, over tickets, of the whole over reading its text alone."
    )
    per_ticket: dict[str, float]


class Relation(Part):
    """How often the decision stayed, or changed, as it must under one change of the ticket."""

    name: str
    must: str
    consistent: Estimate
    examples: tuple[str, ...] = ()


class Result(Part):
    """One run of one subject over one data set."""

    format: Literal[1] = FORMAT
    id: str
    made_at: datetime
    subject: str
    release: str
    model: str = Field(default="", description="The resolved model's name; empty in results of before it was kept.")
    environment: Environment
    hashes: dict[str, str]
    data: DataUsed
    k: int
    seed: int
    cases: tuple[CaseResult, ...]
    measures: dict[str, Estimate]
    by_category: dict[str, Estimate]
    by_segment: dict[str, dict[str, Estimate]]
    retrieval: dict[str, Estimate] = Field(default_factory=dict)
    classifier: dict[str, Any] = Field(default_factory=dict)
    operations: Operations
    others: tuple[Comparison, ...] = ()
    weak_measures: tuple[str, ...] = ()
    relations: tuple[Relation, ...] = ()


def save(result: Result, file: Path) -> None:
    """Write a result, one line a case, so that versions of it can be told apart by reading."""
    file.parent.mkdir(parents=True, exist_ok=True)
    rest = result.model_dump(mode="json", exclude={"cases"})
    head = json.dumps(rest, indent=1, ensure_ascii=True)
    cases = ",\n".join(json.dumps(case.model_dump(mode="json"), separators=(",", ":")) for case in result.cases)
    file.write_text(f'{head[:-2]},\n "cases": [\n{cases}\n]}}\n', encoding="utf-8")


def load(file: Path) -> Result:
    """Return a saved result; raises BadResultError or OSError."""
    try:
        return Result.model_validate_json(file.read_bytes())
    except ValidationError as problem:
        error = problem.errors()[0]
        why = ": ".join(filter(None, (".".join(map(str, error["loc"])), error["msg"])))
        raise BadResultError(f"{file} is no result of `evals run`: {why}") from problem
