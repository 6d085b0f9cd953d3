"""What the benchmark of releases with a large model returns."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict

from evals.bench.environment import BenchEnvironment
from evals.bench.interleave import Run
from evals.bench.quantiles import Quantiles, mean_over_repetitions, quantiles, times
from evals.bench.target import Target, at_most
from evals.statistics.estimate import Estimate

EMBEDDED, KINDS = "embedded", ("cascade", "llm")
CALLS = "calls"
MOST_P95_MS = 3000.0


class Released(BaseModel):
    """One release: whole tickets, requests a ticket, and what a request costs beyond the server's delay."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    whole: Quantiles
    calls: float
    beyond_delay_ms: Estimate | None


class ModelsReport(BaseModel):
    """All three, timed in turn on the same tickets."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    delay_ms: int
    releases: dict[str, Released]
    targets: list[Target]
    cores_of_others: float | None
    environment: BenchEnvironment


def models_report(
    runs: Sequence[Run[Any]], delay_ms: int, others: float | None, environment: BenchEnvironment
) -> ModelsReport:
    """Return the report."""
    releases = {name: _released(runs, name, delay_ms) for name in (EMBEDDED, *KINDS)}
    targets = [at_most(f"p95 of a ticket as {name}, ms", releases[name].whole.p95, MOST_P95_MS) for name in KINDS]
    return ModelsReport(
        delay_ms=delay_ms, releases=releases, targets=targets, cores_of_others=others, environment=environment
    )


def _released(runs: Sequence[Run[Any]], name: str, delay_ms: int) -> Released:
    calls = times(runs, name, CALLS)
    beyond = None if name == EMBEDDED else mean_over_repetitions(_beyond(runs, name, delay_ms))
    return Released(whole=quantiles(runs, name), calls=round(float(np.mean(calls)), 3), beyond_delay_ms=beyond)


def _beyond(runs: Sequence[Run[Any]], name: str, delay_ms: int) -> list[float]:
    """Return, for each repetition, the milliseconds that a request takes beyond delay and embedded ticket."""
    found = []
    for repetition in sorted({run.repetition for run in runs}):
        those = [run for run in runs if run.repetition == repetition]
        asked = sum(times(those, name, CALLS))
        whole = sum(times(those, name)) - sum(times(those, EMBEDDED)) - asked * delay_ms
        found.append(whole / max(asked, 1.0))
    return found
