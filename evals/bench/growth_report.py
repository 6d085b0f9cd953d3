"""From the runs of the growth benchmark to its figures."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict

from evals.bench.environment import BenchEnvironment, is_quiet
from evals.bench.interleave import WHOLE, Run
from evals.bench.libraries import BenchLibrary
from evals.bench.measure import DENSE, LEXICAL
from evals.bench.quantiles import by_repetition, mean_over_repetitions, over_repetitions
from evals.bench.target import Target, at_least, at_most
from evals.statistics.estimate import Estimate

RETRIEVAL = "retrieve"  # the step
MEASURED = (WHOLE, RETRIEVAL, DENSE, LEXICAL)
MOST_EXPONENT, LEAST_RECALL = 0.1, 0.95
Runs = Sequence[Run[Any]]


class GrowthRow(BaseModel):
    """One number of passages. Times are medians within a repetition, in milliseconds, over the repetitions."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    passages: int
    rows: int
    recall_at_5: Estimate
    milliseconds: dict[str, Estimate]
    open_s: float
    build_s: float | None


class Exponents(BaseModel):
    """The slope of log time over log passages, fitted within each repetition; `last_step` from the last two sizes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    all: Estimate
    last_step: Estimate


class GrowthReport(BaseModel):
    """All that the benchmark measured. Not `quiet`: others kept cores busy, and the figures are no measurement."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["growth"] = "growth"
    quiet: bool
    exponents: dict[str, Exponents]
    targets: list[Target]
    sizes: list[GrowthRow]
    cores_of_others: float | None
    repetitions: int
    tickets_a_repetition: int
    environment: BenchEnvironment


def growth_report(
    runs: Runs,
    opened: Mapping[int, BenchLibrary],
    found: Mapping[int, Estimate],
    cores_of_others: float | None,
    environment: BenchEnvironment,
) -> GrowthReport:
    """Return the report of runs whose contenders are named by their number of passages."""
    sizes, repetitions = sorted(opened), len({run.repetition for run in runs})
    fitted = {part: exponents(runs, sizes, part) for part in MEASURED}
    bounds = [at_least(f"recall@5 with {size:,} passages", found[size], LEAST_RECALL) for size in sizes]
    return GrowthReport(
        quiet=is_quiet(cores_of_others),
        exponents=fitted,
        targets=[at_most("growth exponent of the whole ticket", fitted[WHOLE].all, MOST_EXPONENT), *bounds],
        sizes=[_row(runs, size, opened[size], found[size]) for size in sizes],
        cores_of_others=cores_of_others,
        repetitions=repetitions,
        tickets_a_repetition=len(runs) // (repetitions * len(sizes)),
        environment=environment,
    )


def exponents(runs: Runs, sizes: Sequence[int], part: str) -> Exponents:
    """Return the growth exponents of a part's median: 0 is no growth, 1 is in proportion to the passages."""
    medians = np.log([by_repetition(runs, str(size), 0.5, part) for size in sizes])
    passages = np.log(sizes)
    return Exponents(
        all=mean_over_repetitions([float(np.polyfit(passages, column, 1)[0]) for column in medians.T]),
        last_step=mean_over_repetitions(((medians[-1] - medians[-2]) / (passages[-1] - passages[-2])).tolist()),
    )


def _row(runs: Runs, size: int, opened: BenchLibrary, found: Estimate) -> GrowthRow:
    return GrowthRow(
        passages=size,
        rows=len(opened.library.owners),
        recall_at_5=found,
        milliseconds={part: over_repetitions(by_repetition(runs, str(size), 0.5, part)) for part in MEASURED},
        open_s=round(opened.open_s, 3),
        build_s=None if opened.build_s is None else round(opened.build_s, 1),
    )
