"""The gate: which thresholds of gate.toml a result does not hold."""

import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from evals.result import Result
from evals.statistics.estimate import Estimate

GATE = Path(__file__).with_name("gate.toml")
Group = Literal["least", "most", "ahead_of_trivial"]


class BadGateError(ValueError):
    """The thresholds are not what their history says, or the file is malformed."""


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Change(_Section):
    """One change of one threshold; `before` is absent for the first, `after` where it is dropped."""

    on: date
    group: Group
    threshold: str
    before: float | None = None
    after: float | None = None
    why: str = Field(min_length=10)


class Gate(_Section):
    """All thresholds and how they came about."""

    least: dict[str, float]
    most: dict[str, float]
    ahead_of_trivial: dict[str, float]
    change: tuple[Change, ...]


def load_gate(file: Path = GATE) -> Gate:
    """Return the thresholds; raises BadGateError where their history does not lead to them."""
    try:
        gate = Gate.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, ValidationError) as problem:
        raise BadGateError(f"{file.name} is malformed: {' '.join(str(problem).split())}") from problem
    replayed: dict[Group, dict[str, float]] = {"least": {}, "most": {}, "ahead_of_trivial": {}}
    for change in gate.change:
        table = replayed[change.group]
        if table.get(change.threshold) != change.before:
            raise BadGateError(
                f"{file.name}: the change of {change.threshold} on {change.on} starts from another value."
            )
        table.pop(change.threshold, None)
        if change.after is not None:
            table[change.threshold] = change.after
    for group, table in replayed.items():
        if table != getattr(gate, group):
            raise BadGateError(
                f"{file.name}: [{group}] is not what its changes lead to; add a [[change]] with a reason."
            )
    return gate


def failures(result: Result, gate: Gate) -> Iterator[str]:
    """Yield one sentence for each threshold that the result does not hold; a missing figure fails."""
    values = {**result.measures, **result.retrieval, **_prefixed("category", result.by_category)}
    values |= _prefixed("relation", {relation.name: relation.consistent for relation in result.relations})
    for name, least in gate.least.items():
        value = values[name].value if name in values else None
        if value is None or value < least:
            yield f"{name} is {_shown(value)}, at least {least} is due"
    operations = operation_values(result)
    for name, most in gate.most.items():
        measured = operations.get(name)
        if measured is None or measured > most:
            yield f"{name} is {_shown(measured)}, at most {most} is due"
    for name, margin in gate.ahead_of_trivial.items():
        yield from _not_ahead(result, name, margin)


def operation_values(result: Result) -> dict[str, float]:
    """Return the figures of operation that can be gated: milliseconds, and whole ticket over encoding alone."""
    found = {f"reading_ratio_{name}": ratio for name, ratio in result.operations.reading_ratio.items()}
    for name, estimate in result.operations.steps_ms.get("ticket", {}).items():
        if estimate.value is not None:
            found[f"{name}_ms"] = estimate.value
    return found


def _not_ahead(result: Result, name: str, margin: float) -> Iterator[str]:
    own = result.measures.get(name)
    trivial = [other for other in result.others if other.trivial]
    if own is None or own.value is None or not trivial:
        yield f"{name} can't be compared with trivial agents"
        return
    scores = {other.name: estimate.value for other in trivial if (estimate := other.measures.get(name))}
    best = max(scores, key=lambda one: scores[one] or 0.0)
    if own.value - (scores[best] or 0.0) < margin:
        rival = f"{best}: {_shown(scores[best])}"
        yield f"{name} is {_shown(own.value)}, less than {margin} ahead of a trivial agent ({rival})"


def _prefixed(prefix: str, estimates: Mapping[str, Estimate]) -> dict[str, Estimate]:
    return {f"{prefix}.{name}": estimate for name, estimate in estimates.items()}


def _shown(value: float | None) -> str:
    return "not measured" if value is None else f"{value:.3f}"
