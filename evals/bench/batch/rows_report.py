"""What the benchmark of many rows returns, and what it is held against."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict

from evals.bench.environment import BenchEnvironment
from evals.bench.sheet import Sheet, Table, busy_note, environment_table, targets_table
from evals.bench.target import Target, at_least, at_most
from evals.statistics.estimate import Estimate

EARLY = (1_000, 10_000)  # rows
LATE = 0.1  # the last of all rows
LEAST_MOMENTS = 8  # kept slices, for a rate
LEAST_RATE, MOST_MEMORY, FIRST_S = 0.9, 1.05, 5.0


class Moment(BaseModel):
    """When so many rows were kept, since the first was read, and the memory of all processes then, in MiB."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rows: int
    seconds: float
    mib: float | None


class RowsReport(BaseModel):
    """All that the benchmark measured. `exponent` is the slope of log seconds over log rows: 1 is a line."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["batch-rows"] = "batch-rows"
    targets: list[Target]
    moments: list[Moment]
    exponent: float
    cores_of_others: float | None
    environment: BenchEnvironment

    def rows(self) -> int:
        """Return how many rows there were."""
        return self.moments[-1].rows

    def rate(self) -> float:
        """Return rows a second over all."""
        return self.rows() / self.moments[-1].seconds


def rows_report(
    moments: Sequence[Moment], started_s: float, cores_of_others: float | None, environment: BenchEnvironment
) -> RowsReport:
    """Return the report with its targets; `started_s` is what the workers took to start, before the first moment."""
    last = moments[-1].rows
    early, late = _within(moments, *EARLY), _within(moments, round(last * (1 - LATE)), last)
    memory = [(one.rows, one.mib) for one in moments if one.mib is not None and one.rows >= EARLY[0]]
    later = [one for one in moments if one.rows >= EARLY[0]]
    slope = np.polyfit(np.log([one.rows for one in later]), np.log([one.seconds for one in later]), 1)[0]
    return RowsReport(
        targets=[
            at_least("rows a second, the last tenth over rows 1,000 to 10,000", _ratio(late, early), LEAST_RATE),
            at_most("memory at its most over memory at 1,000 rows", _grown(memory), MOST_MEMORY),
            at_most("seconds until the first rows are kept", _exactly(started_s + moments[0].seconds), FIRST_S),
        ],
        moments=[one for one in moments if one.mib is not None],
        exponent=float(slope),
        cores_of_others=cores_of_others,
        environment=environment,
    )


def rows_sheet(report: RowsReport) -> Sheet:
    """Return the report in words and tables."""
    hours = 1_000_000 / report.rate() / 3600
    rows = [
        (f"{one.rows:,}", f"{one.seconds:.1f}", f"{one.rows / one.seconds:.0f}", f"{one.mib:.0f}")
        for one in _steps(report.moments)
    ]
    return Sheet(
        title="The batch job over many rows",
        lead=(
            f"{report.rows():,} different short texts were classified at {report.rate():.0f} a second; seconds grow as "
            f"rows to the power of {report.exponent:.3f}, so a million of them take {hours:.1f} hours here."
            f"{busy_note(report.cores_of_others)}"
        ),
        tables=[
            targets_table(report.targets),
            Table("On the way", "", ("rows", "seconds", "rows a second", "MiB, all processes"), rows),
            environment_table(report.environment, report.cores_of_others),
        ],
        notes=[
            "The seconds until the first rows are kept begin with the start of the workers; all others begin after it."
        ],
    )


def _steps(moments: Sequence[Moment]) -> list[Moment]:
    """Return the first moment at or behind one, two and five thousand rows, ten thousand and so on, and the last."""
    marks = [digit * 10**power for power in range(3, 10) for digit in (1, 2, 5)]
    found = [next((one for one in moments if one.rows >= mark), moments[-1]) for mark in marks]
    return list({one.rows: one for one in (moments[0], *found)}.values())


def _within(moments: Sequence[Moment], begin: int, end: int) -> list[Moment]:
    return [one for one in moments if begin <= one.rows <= end]


def _rate(moments: Sequence[Moment]) -> float:
    """Return rows a second from the first of them to the last."""
    first, last = moments[0], moments[-1]
    return (last.rows - first.rows) / max(last.seconds - first.seconds, 1e-9)


def _ratio(late: Sequence[Moment], early: Sequence[Moment]) -> Estimate:
    """Return the ratio of rates, with the range that any half of the one over any half of the other gives.

    Slices are kept as many at once as there are workers, so the time between two of them says nothing.
    """
    if min(len(late), len(early)) < LEAST_MOMENTS:
        return Estimate(value=None, low=None, high=None, n=0, method="rates")
    value = _rate(late) / _rate(early)
    halves = [_rate(one) / _rate(other) for one in _halves(late) for other in _halves(early)]
    low, high = min(*halves, value), max(*halves, value)
    return Estimate(value=value, low=low, high=high, n=len(late), method="rates, range over halves")


def _halves(moments: Sequence[Moment]) -> tuple[Sequence[Moment], Sequence[Moment]]:
    middle = len(moments) // 2
    return moments[: middle + 1], moments[middle:]


def _grown(memory: Sequence[tuple[int, float]]) -> Estimate:
    if not memory:
        return Estimate(value=None, low=None, high=None, n=0, method="exact")
    return _exactly(max(mib for _, mib in memory) / memory[0][1])


def _exactly(value: float) -> Estimate:
    return Estimate(value=value, low=value, high=value, n=1, method="exact")
